//! One input of one sample, taken apart into items to be sorted.

use super::super::blocks::Blocks;
use super::super::emit::{input_error, no_longer_sorted};
use super::super::encode::kind_of;
use super::super::normal::{IN_REFERENCE, Normaliser, Spelled, Unspelled, end_of};
use super::super::planes::contains;
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

/// Takes the records of an input apart.
pub(super) struct Converter<'a> {
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
    pub(super) batch: Batch,
    /// Whether a record was not in order.
    pub(super) unsorted: bool,
}

/// Over which stretches what is known of the sample; of what lies over each other that which starts last.
#[derive(Default)]
struct KnownSpans {
    /// Ends and states, by their starts; each ends before those in front of it.
    open: Vec<(i32, State)>,
    /// The state that was written last, and the one that starts here.
    written: State,
    here: Option<(i32, State)>,
}

impl KnownSpans {
    /// Something is known from a position on, up to an end. Positions ascend.
    fn push(
        &mut self,
        (position, end): (i32, i32),
        state: State,
        put: &mut impl FnMut(i32, State),
    ) {
        self.advance(position, put);
        if end > position {
            self.open.retain(|(other, _)| *other > end);
            self.open.push((end, state));
            self.change(position, state, put);
        }
    }

    /// Closes what ends at a position or before.
    fn advance(&mut self, position: i32, put: &mut impl FnMut(i32, State)) {
        while let Some(&(end, _)) = self.open.last()
            && end <= position
        {
            self.open.pop();
            let behind = self
                .open
                .last()
                .map_or(State::UNCOVERED, |(_, state)| *state);
            self.change(end, behind, put);
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

impl<'a> Converter<'a> {
    pub(super) fn new(
        file: &'a str,
        skip_malformed: bool,
        reference: &'a mut Option<Normaliser>,
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
            batch: Batch::default(),
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
        Ok(Arc::new(chunk))
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
        let batch = &mut self.batch;
        self.known.finish(&mut |position, state| {
            put_change(&mut batch.bytes, state);
            batch.push(contig, position);
        });
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
        let batch = &mut self.batch;
        self.known
            .push((record.position, end), state, &mut |position, state| {
                put_change(&mut batch.bytes, state);
                batch.push(contig, position);
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
        put_row(&mut self.batch.bytes, &row);
        self.batch.push(row.contig, row.position);
        Ok(())
    }

    /// The number of another contig than the last.
    fn number(&mut self, name: &[u8], place: Place) -> u32 {
        name.clone_into(&mut self.last_name);
        if let Some(&known) = self.contigs.get(name) {
            return known;
        }
        let number = self.contigs.len() as u32;
        self.contigs.insert(name.to_vec(), number);
        self.batch.contigs.push((name.to_vec(), place));
        number
    }

    /// The number of a record's contig in this input, where the record is in order.
    fn contig(&mut self, chunk: &Chunk, record: &Record) -> Result<u32> {
        let name = chunk.text(record.contig);
        let contig = match self.last {
            Some((contig, _)) if self.last_name == name => contig,
            _ => self.number(name, record.place),
        };
        let before = self.last.replace((contig, record.position));
        let sorted = match before {
            Some((last, position)) if last == contig => position <= record.position,
            Some((last, _)) => {
                self.end_contig(last);
                self.left.insert(last);
                !self.left.contains(&contig)
            }
            None => true,
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
