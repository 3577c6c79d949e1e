//! One input alone: its records are in order, so that its rows go on as they are read, and nothing is sorted.
//!
//! The segments are, byte for byte, those that sorting gives.

use super::super::contigs::{ContigList, Contigs};
use super::super::emit::input_error;
use super::super::groups::Groups;
use super::super::normal::{Normaliser, SHIFT_MAX};
use super::super::plan::Input;
use super::super::planes::contains;
use super::super::report::Report;
use super::super::row::Row;
use super::super::{Meter, Phase};
use super::MergedBuild;
use super::assemble::in_upper_case;
use super::convert::{Converter, Sink};
use crate::error::{Error, Place, Result};
use crate::genome::{ContigNames, Extent, with_mate_named};
use crate::input::chunk::{Chunk, Plane, Record, Span};
use crate::input::{Reader, Workers};
use crate::store::coverage::{CoverageWriter, State};
use std::collections::VecDeque;
use std::sync::Arc;

/// Reads an input, and writes its segments; the contigs of the dataset. `None` where it is to be sorted: nothing is left
/// then of what was read.
pub(super) fn build(
    build: &mut MergedBuild<'_>,
    input: &mut Input,
    meter: &mut Meter<'_>,
) -> Result<Option<ContigList>> {
    let (plan, options) = (build.plan, build.options);
    let contigs = Contigs::new(plan.contigs.clone(), input.names.clone(), plan.assembly);
    let Some(contigs) = in_order(contigs, input).filter(|_| !options.sort_lone) else {
        return Ok(None);
    };
    let mut target = build.target.lend();
    let before = target.report.clone();
    let (segments, started) = (target.manifest.segments.len(), meter.done);
    let reader = input.open(&plan.read)?;
    let file = input.source.name.as_str();
    // what is said of rows comes behind what is said of records
    let report = Report {
        annotations: target.report.annotations.take(),
        ..Report::default()
    };
    let lent = target.lend();
    let groups = Groups::new(
        plan.keys.clone().into(),
        (file, input.annotated.clone()),
        build.samples,
        options,
        build.workers,
        lent.publication,
        lent.manifest,
    );
    let names = plan.contigs.iter().map(|(name, _)| name.as_str().into());
    let rows = Rows {
        file,
        contigs,
        numbers: Vec::new(),
        names: names.collect(),
        contig_names: ContigNames::new(plan.contigs.iter().cloned(), plan.assembly),
        groups: groups.merged(),
        coverage: CoverageWriter::new(1),
        report,
        first: Vec::new(),
        held: VecDeque::new(),
        changes: VecDeque::new(),
        place: Vec::new(),
        is_to_be_sorted: false,
    };
    let mut reference = Normaliser::of(options, plan.assembly)?;
    let hold_back = if reference.is_some() { SHIFT_MAX } else { 0 };
    let ploidy = plan.ploidy.as_ref();
    let ploidy = ploidy.map(|ploidy| ploidy.of_input(&input.place, &plan.samples));
    let skip = options.skip_malformed;
    let mut converter = Converter::new(file, skip, &mut reference, ploidy, rows);
    let in_flight = usize::try_from(options.memory / 4).unwrap_or(usize::MAX);
    let read = meter.phase(Phase::Storing, file, |on_progress| {
        let with = (build.workers, in_flight, hold_back);
        read(reader, &mut converter, with, on_progress)
    });
    let is_to_be_sorted = converter.sink.is_to_be_sorted || converter.unsorted && options.sort;
    if !is_to_be_sorted {
        read?;
    }
    let Converter { sink, report, .. } = converter;
    if is_to_be_sorted {
        sink.groups.abandon();
        *target.report = before;
        target.manifest.segments.truncate(segments);
        target.publication.forget(target.manifest);
        let again = meter.done - started;
        meter.total = meter.total.map(|total| total + again);
        return Ok(None);
    }
    let Rows {
        contigs,
        report: mut of_rows,
        ..
    } = sink;
    target.report.annotations = of_rows.annotations.take();
    target.report.absorb(report);
    target.report.absorb(of_rows);
    Ok(Some(contigs.into_list()))
}

/// The contigs, where those that the header declares come in the order of their numbers, and nothing is known of the
/// sample so far; an input that can be read only once could not be sorted if its records were in another order.
fn in_order(mut contigs: Contigs, input: &Input) -> Option<Contigs> {
    if !input.taken.is_empty() || input.is_read_once() {
        return None;
    }
    let mut last = 0;
    for name in input.declared() {
        let number = contigs.number(name.as_bytes()).ok()?;
        if number < last {
            return None;
        }
        last = number;
    }
    Some(contigs.of_next(input.names.clone()))
}

/// Reads all records, and hands over their rows.
fn read(
    mut reader: Reader,
    converter: &mut Converter<'_, Rows<'_>>,
    (workers, in_flight, hold_back): (&Workers, usize, i32),
    on_progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<()> {
    let handle = reader.progress();
    let mut records = 0;
    let tally = reader.read(workers, in_flight, &mut |chunk| {
        records += chunk.records.len() as u64 + chunk.refused_count();
        if !on_progress(handle.read(), records) {
            return Err(Error::Cancelled);
        }
        let count = chunk.records.len() as u32;
        let chunk = converter.begin(chunk, None)?;
        for number in 0..count {
            converter.take(&chunk, number)?;
            if let Some((contig, position)) = converter.last() {
                let before = position.saturating_sub(hold_back);
                converter.sink.flush_before(contig, before)?;
            }
        }
        Ok(())
    })?;
    converter.report.records += tally.records_read;
    converter.finish();
    converter.sink.finish()
}

/// What distinguishes variants of a place: REF and ALT in upper case, and how far it reaches where the text does not
/// say that.
type Variant = (Vec<u8>, Vec<u8>, Option<Extent>);

/// Rows of the only sample on their way into groups.
struct Rows<'a> {
    file: &'a str,
    contigs: Contigs,
    /// The number in the dataset of each contig of the input.
    numbers: Vec<u32>,
    /// The name of each contig of the dataset.
    names: Vec<Arc<str>>,
    contig_names: ContigNames,
    groups: Groups<'a>,
    coverage: CoverageWriter,
    /// What is odd about rows.
    report: Report,
    /// The first row of each record of the chunk at hand, among its records.
    first: Vec<u32>,
    /// Rows and changes that others may have to stand before, each by contig and position.
    held: VecDeque<Row>,
    changes: VecDeque<(u32, i32, State)>,
    /// Room for the rows of a place.
    place: Vec<Row>,
    /// Contigs come in another order than that of the dataset.
    is_to_be_sorted: bool,
}

impl Sink for Rows<'_> {
    /// Each row is of a record of its own, for it says who has the record but does not carry its ALT. They go behind
    /// those that were read.
    fn prepare(&mut self, chunk: &mut Chunk) {
        self.first.clear();
        let sets = OneSample::new(chunk);
        let (records, alts) = (chunk.records.len(), chunk.alts.len());
        // each has a row for each ALT, or one
        chunk.records.reserve_exact(records.max(alts));
        chunk.alts.reserve_exact(alts);
        self.first.reserve(records);
        for number in 0..records {
            self.first.push(chunk.records.len() as u32);
            sets.add_rows(chunk, number);
        }
    }

    fn contig(&mut self, name: &[u8], place: Place) -> Result<()> {
        let number = self.contigs.number(name).map_err(|bad| {
            let (expected, found) = bad.told(name);
            input_error(self.file, place, expected, found)
        })?;
        let last = self.numbers.last();
        // mates on contigs that no header declares are known once all is read
        let is_new = number as usize >= self.names.len();
        if is_new || last.is_some_and(|last| *last > number) {
            self.is_to_be_sorted = true;
            return Err(Error::Cancelled);
        }
        self.numbers.push(number);
        Ok(())
    }

    fn change(&mut self, contig: u32, position: i32, state: State) {
        let contig = self.number(contig);
        self.changes.push_back((contig, position, state));
    }

    fn row(&mut self, mut row: Row) {
        row.contig = self.number(row.contig);
        let first = self.first.get(row.record as usize);
        let first = first.copied().unwrap_or(u32::MAX);
        row.record = first.saturating_add(row.alt_number.saturating_sub(1));
        let at = (row.contig, row.position);
        let is_before = |other: &Row| (other.contig, other.position) <= at;
        match self.held.back().is_none_or(is_before) {
            true => self.held.push_back(row),
            // normalised to before another one
            false => {
                let behind = self.held.partition_point(is_before);
                self.held.insert(behind, row);
            }
        }
    }
}

impl Rows<'_> {
    /// The number in the dataset of a contig of the input.
    fn number(&self, contig: u32) -> u32 {
        let number = self.numbers.get(contig as usize);
        number.copied().unwrap_or(u32::MAX)
    }

    /// Hands over what stands before a position of a contig of the input.
    fn flush_before(&mut self, contig: u32, position: i32) -> Result<()> {
        let bound = (self.number(contig), position);
        while let Some(next) = self.next().filter(|next| *next < bound) {
            self.flush(next)?;
        }
        Ok(())
    }

    /// Hands over all, and writes the last segment.
    fn finish(&mut self) -> Result<()> {
        while let Some(next) = self.next() {
            self.flush(next)?;
        }
        let coverage = std::mem::replace(&mut self.coverage, CoverageWriter::new(0));
        self.groups.cover(coverage.finish());
        self.groups.finish(&mut self.report)
    }

    /// The next place with a row or a change.
    fn next(&self) -> Option<(u32, i32)> {
        let row = self.held.front().map(|row| (row.contig, row.position));
        let change = self.changes.front();
        let change = change.map(|(contig, position, _)| (*contig, *position));
        row.into_iter().chain(change).min()
    }

    /// Hands over what stands at a place.
    fn flush(&mut self, at: (u32, i32)) -> Result<()> {
        while let Some((_, _, state)) = self.changes.pop_front_if(|of| (of.0, of.1) == at) {
            self.coverage.push(at, 0, state);
        }
        let mut place = std::mem::take(&mut self.place);
        while let Some(row) = self
            .held
            .pop_front_if(|row| (row.contig, row.position) == at)
        {
            place.push(row);
        }
        if !place.is_empty() {
            // stretches that end here are complete before the rows: which segment has them is up to the rows alone
            self.coverage.flush();
            self.groups.cover(self.coverage.take());
        }
        if place.len() > 1 {
            self.order(&mut place);
        } else if let Some(row) = place.first_mut() {
            self.complete(row, 0);
        }
        for row in place.drain(..) {
            self.groups.push(row, &mut self.report)?;
        }
        self.place = place;
        Ok(())
    }

    /// Puts the rows of a place in the order of their variants, each of them once.
    fn order(&mut self, place: &mut Vec<Row>) {
        let mut renamed = false;
        let keyed = place.drain(..).map(|row| {
            let named = |name: &str| self.contig_names.known_name(name);
            let alternate = with_mate_named(row.alternate(), named);
            renamed |= *alternate != *row.alternate();
            let reference = in_upper_case(row.reference().into()).into_owned();
            let alternate = in_upper_case(alternate).into_owned();
            ((reference, alternate, row.extent()), row)
        });
        let mut keyed: Vec<(Variant, Row)> = keyed.collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        let mut last = None;
        for (variant, mut row) in keyed {
            if last.as_ref() == Some(&variant) {
                let what =
                    "the same variant more than once in an input of one sample: the first is kept";
                let at = row.record().place;
                self.report.warn_count(self.file, at, what, 1);
                continue;
            }
            last = Some(variant);
            self.complete(&mut row, place.len() as u32);
            place.push(row);
        }
        // breakends of one variant may name their mates differently
        if renamed {
            place.sort_by_cached_key(|row| {
                let text = [row.reference(), row.alternate()].map(<[u8]>::to_ascii_uppercase);
                (text, row.record_rank)
            });
        }
    }

    fn complete(&mut self, row: &mut Row, rank: u32) {
        let filter = row.chunk.text(row.record().filter);
        row.filter = self.groups.filters.number(filter);
        let name = self.names.get(row.contig as usize);
        row.contig_name = name.cloned().unwrap_or_default();
        row.record_rank = rank;
        self.report.rows += 1;
    }
}

/// The sets of one sample and its two copies, in the forms that sorting gives them.
struct OneSample {
    /// Where a chunk lists the copies, and has them as words.
    list: u32,
    words: u32,
}

impl OneSample {
    fn new(chunk: &mut Chunk) -> Self {
        let sets = Self {
            list: chunk.list.len() as u32,
            words: chunk.words.len() as u32,
        };
        chunk.list.extend([0, 1]);
        chunk.words.extend([1, 2]);
        sets
    }

    /// Copies, a bit each, as a list.
    fn listed(&self, copies: u8) -> Plane {
        let list = self.list;
        let (start, end) = match copies {
            0 => return Plane::Empty,
            1 => (list, list + 1),
            2 => (list + 1, list + 2),
            _ => (list, list + 2),
        };
        Plane::List(Span { start, end })
    }

    /// Copies, a bit each, as bits.
    fn copies(&self, copies: u8) -> Plane {
        let start = match copies {
            0 => return Plane::Empty,
            1 => self.words,
            2 => self.words + 1,
            _ => return Plane::Full,
        };
        let end = start + 1;
        Plane::Bits(Span { start, end })
    }

    /// Adds the records of a record's rows, one for each ALT or one where there is none.
    fn add_rows(&self, chunk: &mut Chunk, number: usize) {
        let Some(record) = chunk.records.get(number).cloned() else {
            return;
        };
        let two = |chunk: &Chunk, plane| {
            u8::from(contains(chunk, plane, 0)) | u8::from(contains(chunk, plane, 1)) << 1
        };
        let one = |chunk: &Chunk, plane| match contains(chunk, plane, 0) {
            true => Plane::Full,
            false => Plane::Empty,
        };
        let start = chunk.alts.len();
        let polyploid = chunk.polyploid.get(record.polyploid.range());
        let polyploid = polyploid.and_then(<[_]>::first);
        let polyploid = polyploid.map_or(Span::default(), |of| of.alleles);
        let first_phase = record.phases.start.saturating_add(1);
        let of_all = Record {
            contig: Span::default(),
            alts: Span {
                start: start as u32,
                end: (start + record.alts.range().len()) as u32,
            },
            missing: self.copies(two(chunk, record.missing)),
            haploid: one(chunk, record.haploid),
            unphased: one(chunk, record.unphased),
            recorded: Plane::Empty,
            uncovered: Plane::Empty,
            outside: Plane::Empty,
            blocks: Span::default(),
            block_short: 0,
            phases: Span {
                start: record.phases.start,
                end: record.phases.end.min(first_phase),
            },
            ..record.clone()
        };
        let without = Record {
            recorded: self.listed(1),
            phases: Span::default(),
            ..of_all.clone()
        };
        if record.alts.is_empty() {
            chunk.records.push(without);
            return;
        }
        for (alt_number, at) in (1..).zip(record.alts.range()) {
            let Some(mut alt) = chunk.alts.get(at).cloned() else {
                return;
            };
            let carried = two(chunk, alt.carriers);
            alt.carriers = self.listed(carried);
            chunk.alts.push(alt);
            let alleles = chunk.list.get(polyploid.range()).unwrap_or_default();
            let recorded = match carried != 0 || alleles.contains(&alt_number) {
                true => Plane::Empty,
                false => without.recorded,
            };
            let phases = match carried {
                0 => Span::default(),
                _ => of_all.phases,
            };
            chunk.records.push(Record {
                recorded,
                phases,
                ..of_all.clone()
            });
        }
    }
}
