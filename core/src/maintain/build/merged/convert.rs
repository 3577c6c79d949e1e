//! One input of one sample, taken apart into items to be sorted.

use super::super::blocks::Blocks;
use super::super::emit::{input_error, no_longer_sorted};
use super::super::encode::kind_of;
use super::super::normal::{IN_REFERENCE, Normaliser, Spelled, Unspelled, end_of};
use super::super::planes::contains;
use super::super::ploidy::{Changes, InputPloidy};
use super::super::report::Report;
use super::super::row::Row;
use super::super::sort::Places;
use super::item::{put_change, put_row};
use crate::error::{Error, Place, Result};
use crate::genome::AlleleType;
use crate::input::chunk::{Alt, Chunk, Plane, Record};
use crate::store::coverage::State;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What the rows of a record may take: it holds all of them at once, and a chunk has thousands of records.
const ROWS_MAX: usize = 16 << 20;
/// What an ALT takes beside its text.
const ALT: usize = 16;

/// Items of one input, in the order of its records.
#[derive(Default)]
pub(super) struct Batch {
    /// Names of contigs that the input has not had before, and where they stand first: contigs are numbered by
    /// input, in this order.
    pub(super) contigs: Vec<(Vec<u8>, Place)>,
    pub(super) bytes: Vec<u8>,
    /// For each item the contig, the position, and where its bytes end.
    pub(super) items: Vec<(u32, i32, u32)>,
}

/// Where what is taken apart goes, in the order of the records.
pub(super) trait Sink {
    /// Makes ready what rows of a chunk need.
    fn prepare(&mut self, _chunk: &mut Chunk) {}

    /// A contig that the input has not had before, and where it stands first: contigs are numbered by input, in this
    /// order.
    fn contig(&mut self, name: &[u8], place: Place) -> Result<()>;

    /// From a position on the sample is of another state.
    fn change(&mut self, contig: u32, position: i32, state: State);

    /// A row, of a contig by its number in the input.
    fn row(&mut self, row: Row);
}

/// Takes the records of an input apart.
pub(super) struct Converter<'a, S> {
    file: &'a str,
    skip_malformed: bool,
    reference: &'a mut Option<Normaliser>,
    /// What was read, refused and found odd in this input.
    pub(super) report: Report,
    blocks: Blocks,
    contigs: HashMap<Vec<u8>, u32>,
    left: HashSet<u32>,
    /// Contig and position of the record before, and the contig's name.
    last: Option<(u32, i32)>,
    last_name: Vec<u8>,
    known: KnownSpans,
    /// Where genotypes on X and Y go by sex.
    ploidy: Option<InputPloidy<'a>>,
    /// Of the records of a chunk: what they say of the sample as they are written, and by its sex.
    states: Vec<[State; 2]>,
    /// What was changed of the records of a chunk, the next one last.
    changes: Vec<(u32, Changes)>,
    pub(super) sink: S,
    /// Whether a record was not in order.
    pub(super) unsorted: bool,
}

/// Over which stretches what is known of the sample; of what lies over each other that which starts last.
#[derive(Default)]
struct KnownSpans {
    /// Ends and states, by their starts; each ends before those in front of it. The states are as they are written,
    /// and by sex.
    open: Vec<(i32, [State; 2])>,
    /// From where on the other of the two states counts, the next one last: bounds of pseudoautosomal regions.
    bounds: Vec<(i32, bool)>,
    /// Whether the state by sex counts.
    is_by_sex: bool,
    /// The state that was written last, and the one that starts here.
    written: State,
    here: Option<(i32, State)>,
}

impl KnownSpans {
    /// Begins a contig: whether states by sex count at its start, and from where on that is otherwise.
    fn begin(&mut self, is_by_sex: bool, mut bounds: Vec<(i32, bool)>) {
        bounds.reverse();
        (self.is_by_sex, self.bounds) = (is_by_sex, bounds);
    }

    /// Something is known from a position on, up to an end. Positions ascend.
    fn push(
        &mut self,
        (position, end): (i32, i32),
        states: [State; 2],
        put: &mut impl FnMut(i32, State),
    ) {
        self.advance(position, put);
        self.settle(position, put);
        if end > position {
            self.open.retain(|(other, _)| *other > end);
            self.open.push((end, states));
            self.change(position, self.now(), put);
        }
    }

    /// The state that counts.
    fn now(&self) -> State {
        let last = self.open.last().map(|(_, states)| *states);
        let [written, by_sex] = last.unwrap_or_default();
        if self.is_by_sex { by_sex } else { written }
    }

    /// Closes what ends at a position or before, and passes bounds.
    fn advance(&mut self, position: i32, put: &mut impl FnMut(i32, State)) {
        loop {
            let end = self.open.last().map(|(end, _)| *end);
            let bound = self.bounds.last().map(|(bound, _)| *bound);
            let Some(next) = end.into_iter().chain(bound).min() else {
                return;
            };
            if next > position {
                return;
            }
            if end == Some(next) {
                self.open.pop();
            }
            if let Some((_, by_sex)) = self.bounds.pop_if(|(bound, _)| *bound == next) {
                self.is_by_sex = by_sex;
            }
            self.change(next, self.now(), put);
        }
    }

    /// From a position on it is another state; of several at a position the last.
    fn change(&mut self, position: i32, state: State, put: &mut impl FnMut(i32, State)) {
        if let Some((at, before)) = self.here.replace((position, state))
            && at < position
            && before != self.written
        {
            put(at, before);
            self.written = before;
        }
    }

    /// What starts before a position is not changed there any more.
    fn settle(&mut self, position: i32, put: &mut impl FnMut(i32, State)) {
        if let Some((at, state)) = self.here.take_if(|(at, _)| *at < position)
            && state != self.written
        {
            put(at, state);
            self.written = state;
        }
    }

    /// Ends a contig.
    fn finish(&mut self, put: &mut impl FnMut(i32, State)) {
        self.advance(i32::MAX, put);
        if let Some((at, state)) = self.here.take()
            && state != self.written
        {
            put(at, state);
        }
        self.written = State::UNCOVERED;
        self.open.clear();
    }
}

impl<'a, S: Sink> Converter<'a, S> {
    pub(super) fn new(
        file: &'a str,
        skip_malformed: bool,
        reference: &'a mut Option<Normaliser>,
        ploidy: Option<InputPloidy<'a>>,
        sink: S,
    ) -> Self {
        if let Some(reference) = reference {
            reference.begin();
        }
        Self {
            file,
            skip_malformed,
            reference,
            report: Report::default(),
            blocks: Blocks::default(),
            contigs: HashMap::new(),
            left: HashSet::new(),
            last: None,
            last_name: Vec::new(),
            known: KnownSpans::default(),
            ploidy,
            states: Vec::new(),
            changes: Vec::new(),
            sink,
            unsorted: false,
        }
    }

    /// Takes account of what a chunk refuses and warns of, and completes its records; of a sorted copy these are their
    /// places.
    pub(super) fn begin(
        &mut self,
        mut chunk: Chunk,
        places: Option<&Places>,
    ) -> Result<Arc<Chunk>> {
        match places {
            None => self
                .report
                .take_chunk(self.file, &chunk, self.skip_malformed)?,
            Some(places) => {
                // only what could be read is in the copy
                if let Some(first) = chunk.refused.first() {
                    return Err(Error::from(Box::new(first.clone())));
                }
                places.restore(&mut chunk);
            }
        }
        self.blocks.fill(&mut chunk, 1, self.file, &mut self.report);
        if let Some(ploidy) = &mut self.ploidy {
            let states = chunk.records.iter().map(|record| {
                let (written, _) = state_of(&chunk, record);
                [written, ploidy.state(&chunk, record, written)]
            });
            self.states = states.collect();
            self.changes = ploidy.apply(&mut chunk);
            self.changes.reverse();
        }
        self.sink.prepare(&mut chunk);
        Ok(Arc::new(chunk))
    }

    /// Contig and position of the record that was taken last.
    pub(super) fn last(&self) -> Option<(u32, i32)> {
        self.last
    }

    /// The name of the input.
    pub(super) fn file(&self) -> &'a str {
        self.file
    }

    /// Ends the input.
    pub(super) fn finish(&mut self) {
        if let Some((contig, _)) = self.last {
            self.end_contig(contig);
        }
    }

    fn end_contig(&mut self, contig: u32) {
        let sink = &mut self.sink;
        self.known
            .finish(&mut |position, state| sink.change(contig, position, state));
    }

    fn begin_contig(&mut self, name: &[u8]) {
        let (by_sex, bounds) = match &mut self.ploidy {
            Some(ploidy) => ploidy.stretches(name),
            None => (false, Vec::new()),
        };
        self.known.begin(by_sex, bounds);
    }

    /// Takes a record of a chunk that was begun.
    pub(super) fn take(&mut self, chunk: &Arc<Chunk>, number: u32) -> Result<()> {
        let Some(record) = chunk.records.get(number as usize) else {
            return Ok(());
        };
        let contig = self.contig(chunk, record)?;
        if size_of_rows(chunk, record) > ROWS_MAX {
            let expected =
                format!("a record of which the ALTs, each with all of it, take {ROWS_MAX} bytes");
            let found = format!("{} ALTs", record.alts.range().len());
            return match input_error(self.file, record.place, &expected, found) {
                Error::Input(error) if self.skip_malformed => {
                    self.report.refuse(&error);
                    Ok(())
                }
                error => Err(error),
            };
        }
        self.report.stored += 1;
        self.report.genotypes += 1;
        while let Some((of, changes)) = self.changes.pop_if(|(of, _)| *of <= number) {
            if of == number {
                changes.count(self.file, record.place, &mut self.report);
            }
        }
        let (state, is_whole) = state_of(chunk, record);
        if !is_whole {
            let what =
                "a genotype of more than two copies: what it says of other alleles is not kept";
            self.report.warn_count(self.file, record.place, what, 1);
        }
        let alts = chunk.alts.get(record.alts.range()).unwrap_or_default();
        let is_reference = |alt: &Alt| kind_of_alt(chunk, record, alt) == AlleleType::Ref;
        let end = match alts.iter().all(is_reference) {
            true => record.end.saturating_sub(record.block_short),
            false => end_of(record.position, chunk.text(record.reference)),
        };
        // what lies over a bound of a pseudoautosomal region says one thing before it, and one behind it
        let states = self.states.get(number as usize);
        let states = states.copied().unwrap_or([state; 2]);
        let sink = &mut self.sink;
        self.known
            .push((record.position, end), states, &mut |position, state| {
                sink.change(contig, position, state);
            });
        // what nobody carries behind the last ALT, and records without change, are known from the stretches
        let says = |(i, alt): (usize, &Alt)| {
            !is_reference(alt) || is_carried(chunk, record, alt, i as u32 + 1)
        };
        let last = alts.iter().enumerate().rposition(says);
        let last = last.map_or(0, |i| i as u32 + 1);
        if alts.is_empty() && !record.id.is_empty() {
            self.put(Row::of(chunk, number, 0, contig), chunk)?;
        }
        let named = u32::from(!alts.is_empty() && !record.id.is_empty());
        for n in 1..=last.max(named) {
            self.put(Row::of(chunk, number, n, contig), chunk)?;
        }
        Ok(())
    }

    /// Writes a row.
    fn put(&mut self, mut row: Row, chunk: &Chunk) -> Result<()> {
        if let Some(reference) = self.reference.as_mut() {
            let record = row.record();
            let place = record.place;
            let name = String::from_utf8_lossy(chunk.text(record.contig));
            let at = (row.contig, &*name);
            match reference.normalise(at, row.position, row.reference(), row.alternate()) {
                Ok(Spelled {
                    roll,
                    change,
                    warning,
                }) => {
                    row.roll = roll;
                    if let Some(what) = warning {
                        self.report.warn_count(self.file, place, &what, 1);
                    }
                    if let Some((position, reference, alternate)) = change {
                        row.respell(position, reference, alternate);
                    }
                }
                Err(Unspelled::Failed(error)) => return Err(error),
                Err(Unspelled::Mismatch(found)) => {
                    return Err(input_error(self.file, place, IN_REFERENCE, found));
                }
            }
        }
        self.sink.row(row);
        Ok(())
    }

    /// The number of another contig than the last.
    fn number(&mut self, name: &[u8], place: Place) -> Result<u32> {
        name.clone_into(&mut self.last_name);
        if let Some(&known) = self.contigs.get(name) {
            return Ok(known);
        }
        let number = self.contigs.len() as u32;
        self.contigs.insert(name.to_vec(), number);
        self.sink.contig(name, place)?;
        Ok(number)
    }

    /// The number of a record's contig in this input, where the record is in order.
    fn contig(&mut self, chunk: &Chunk, record: &Record) -> Result<u32> {
        let name = chunk.text(record.contig);
        let contig = match self.last {
            Some((contig, _)) if self.last_name == name => contig,
            _ => self.number(name, record.place)?,
        };
        let before = self.last.replace((contig, record.position));
        let sorted = match before {
            Some((last, position)) if last == contig => position <= record.position,
            Some((last, _)) => {
                self.end_contig(last);
                self.left.insert(last);
                self.begin_contig(name);
                !self.left.contains(&contig)
            }
            None => {
                self.begin_contig(name);
                true
            }
        };
        if sorted {
            return Ok(contig);
        }
        self.unsorted = true;
        let name = String::from_utf8_lossy(name);
        let same = before.filter(|(last, _)| *last == contig);
        let (expected, found) = no_longer_sorted(&name, record.position, same.map(|of| of.1));
        Err(input_error(self.file, record.place, &expected, found))
    }
}

impl Batch {
    /// Ends an item.
    fn push(&mut self, contig: u32, position: i32) {
        self.items.push((contig, position, self.bytes.len() as u32));
    }
}

impl Sink for Batch {
    fn contig(&mut self, name: &[u8], place: Place) -> Result<()> {
        self.contigs.push((name.to_vec(), place));
        Ok(())
    }

    fn change(&mut self, contig: u32, position: i32, state: State) {
        put_change(&mut self.bytes, state);
        self.push(contig, position);
    }

    fn row(&mut self, row: Row) {
        put_row(&mut self.bytes, &row);
        self.push(row.contig, row.position);
    }
}

/// About what the rows of a record take: each ALT is one, with all that the record says.
fn size_of_rows(chunk: &Chunk, record: &Record) -> usize {
    let alts = chunk.alts.get(record.alts.range()).unwrap_or_default();
    let info = chunk.info.get(record.info.range()).unwrap_or_default();
    let texts = alts.iter().map(|alt| alt.text.range().len() + ALT);
    let values = info.iter().map(|value| value.value.range().len());
    let rest = [record.reference, record.id, record.filter].map(|text| text.range().len());
    let one: usize = texts.chain(values).chain(rest).sum();
    one.saturating_mul(alts.len())
}

/// What a record says of its only sample, and whether that is all of it.
fn state_of(chunk: &Chunk, record: &Record) -> (State, bool) {
    let polyploid = chunk.polyploid.get(record.polyploid.range());
    if polyploid.is_some_and(|of| !of.is_empty()) {
        return (State::UNCOVERED, false);
    }
    let missing = |copy| contains(chunk, record.missing, copy);
    let state = match (contains(chunk, record.haploid, 0), missing(0), missing(1)) {
        (true, false, _) => State::HAPLOID,
        (true, true, _) => State::HAPLOID_MISSING,
        (false, false, false) => State::CALLED,
        (false, true, true) => State::MISSING,
        (false, ..) => State::HALF,
    };
    (state, true)
}

/// The type of an ALT, as a row of it has it.
fn kind_of_alt(chunk: &Chunk, record: &Record, alt: &Alt) -> AlleleType {
    let kind = || kind_of(chunk.text(record.reference), chunk.text(alt.text));
    alt.stated.unwrap_or_else(kind)
}

/// Whether a copy carries an ALT, by its number in the record.
fn is_carried(chunk: &Chunk, record: &Record, alt: &Alt, alt_number: u32) -> bool {
    let polyploid = chunk.polyploid.get(record.polyploid.range());
    let alleles = polyploid.unwrap_or_default().iter().flat_map(|one| {
        let alleles = chunk.list.get(one.alleles.range());
        alleles.unwrap_or_default()
    });
    alt.carriers != Plane::Empty || alleles.into_iter().any(|allele| *allele == alt_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Stretches that overlap, over bounds: at each position counts the one that starts last, by the side that it is on.
        #[test]
        fn known_spans_are_those_of_each_position(
            mut spans in proptest::collection::vec((0i32..30, 0i32..12, 1u32..6, 1u32..6), 0..14),
            starts_by_sex in any::<bool>(),
            bounds in proptest::collection::btree_set(1i32..35, 0..4),
        ) {
            spans.sort_by_key(|span| span.0);
            let sides = (1..).zip(&bounds).map(|(n, bound)| (*bound, starts_by_sex ^ (n % 2 == 1)));
            let sides: Vec<(i32, bool)> = sides.collect();
            let mut found = Vec::new();
            let mut put = |position, state: State| found.push((position, state.code()));
            let mut known = KnownSpans::default();
            known.begin(starts_by_sex, sides.clone());
            for &(start, length, written, by_sex) in &spans {
                let states = [written, by_sex].map(|code| State::of_code(code).unwrap());
                known.push((start, start + length), states, &mut put);
            }
            known.finish(&mut put);
            let mut expected = Vec::new();
            let mut before = 0;
            for position in 0..60 {
                let mut over = spans.iter().filter(|span| (span.0..span.0 + span.1).contains(&position));
                let side = sides.iter().rfind(|(bound, _)| *bound <= position);
                let by_sex = side.map_or(starts_by_sex, |(_, by_sex)| *by_sex);
                let state = over.next_back().map_or(0, |span| if by_sex { span.3 } else { span.2 });
                if state != before {
                    expected.push((position, state));
                    before = state;
                }
            }
            prop_assert_eq!(found, expected);
        }
    }
}
