//! From chunks of one input to segments: contigs, sorting, duplicates, groups.

use super::annotation::Annotated;
use super::blocks::Blocks;
use super::contigs::{ContigList, Contigs};
use super::earlier::{Before, Earlier};
use super::groups::Groups;
use super::normal::{IN_REFERENCE, Normaliser, SHIFT_MAX, Spelled, Unspelled};
use super::options::BuildOptions;
use super::plan::Plan;
use super::ploidy::{Changes, InputPloidy};
use super::remap::remap;
use super::report::Report;
use super::row::Row;
use super::samples::{AllSamples, InputSamples};
use super::sort::Places;
use super::taken::Taken;
use crate::error::{Error, InputError, Place, Result};
use crate::input::chunk::Chunk;
use crate::input::{Reader, Workers};
use crate::store::{Manifest, Publication};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Bases of a REF that an error shows.
const NAMED: usize = 30;

const CUT: &str =
    "a record without change over a bound of a pseudoautosomal region: what it says ends there";
const AGAIN: &str = "a record that no input before has";
const OTHERWISE: &str = "one genotype of a sample for a variant, in all inputs with these samples";

/// What a build fills.
pub(super) struct Target<'a> {
    pub(super) publication: &'a mut Publication,
    pub(super) report: &'a mut Report,
    pub(super) manifest: &'a mut Manifest,
}

impl Target<'_> {
    /// The same, lent for a while.
    pub(super) fn lend(&mut self) -> Target<'_> {
        Target {
            publication: self.publication,
            report: self.report,
            manifest: self.manifest,
        }
    }
}

/// The state of reading one input.
pub(super) struct Emitter<'a> {
    options: &'a BuildOptions,
    samples: &'a InputSamples,
    file: String,
    report: &'a mut Report,
    contigs: Contigs,
    earlier: Earlier,
    /// Where samples have records in the dataset that is added to.
    taken: &'a Taken,
    names: &'a AllSamples,
    reference: Option<Normaliser>,
    /// The contig of the last record, and its name.
    named: Option<(u32, Arc<str>)>,
    /// Room for those of one record.
    rows: Vec<Row>,
    /// Rows that others may still have to stand before, by position.
    held: BTreeMap<i32, Vec<Row>>,
    last: Option<(u32, i32)>,
    /// The reference blocks that samples are in.
    blocks: Blocks,
    /// Where genotypes on X and Y go by sex.
    ploidy: Option<InputPloidy<'a>>,
    /// What was changed of the records of the chunk at hand, the next one last.
    changes: Vec<(u32, Changes)>,
    /// Where the records of a sorted copy stand in the input.
    places: Option<Places>,
    /// Whether the error that ended the reading was that records are not sorted.
    pub(super) unsorted: bool,
    groups: Groups<'a>,
}

impl<'a> Emitter<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        (samples, annotated): (&'a InputSamples, Option<&Annotated>),
        (contigs, earlier, taken): (Contigs, Earlier, &'a Taken),
        file: &str,
        options: &'a BuildOptions,
        workers: &'a Workers,
        target: Target<'a>,
    ) -> Result<Self> {
        let reference = Normaliser::of(options, plan.assembly)?;
        Ok(Self {
            options,
            samples,
            file: file.to_owned(),
            report: target.report,
            contigs,
            earlier,
            taken,
            names: &plan.samples,
            reference,
            named: None,
            rows: Vec::new(),
            held: BTreeMap::new(),
            last: None,
            blocks: Blocks::default(),
            ploidy: plan
                .ploidy
                .as_ref()
                .map(|ploidy| ploidy.of_input(samples, &plan.samples)),
            changes: Vec::new(),
            unsorted: false,
            places: None,
            groups: Groups::new(
                plan.keys.clone().into(),
                (file, annotated.cloned()),
                samples,
                options,
                workers,
                target.publication,
                target.manifest,
            ),
        })
    }

    /// Reads the input to its end and writes its segments.
    ///
    /// With `places`, `reader` reads a sorted copy: what its records are and what is odd about them
    /// is reported already, and they stand at those places in the input.
    pub(super) fn run(
        &mut self,
        mut reader: Reader,
        places: Option<Places>,
        workers: &Workers,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<()> {
        let handle = reader.progress();
        let in_flight = usize::try_from(self.options.memory / 4).unwrap_or(usize::MAX);
        let copy = places.is_some();
        self.places = places;
        let mut records = 0;
        let tally = reader.read(workers, in_flight, &mut |chunk| {
            records += chunk.records.len() as u64 + chunk.refused_count();
            if !progress(handle.read(), records) {
                return Err(Error::Cancelled);
            }
            self.take(chunk)
        })?;
        if !copy {
            self.report.records += tally.records_read;
        }
        self.flush_before(i32::MAX)?;
        self.groups.finish(self.report)
    }

    /// The contigs of the dataset with those this input added.
    pub(super) fn into_contigs(self) -> ContigList {
        self.contigs.into_list()
    }

    /// Waits for what is under way, to be forgotten.
    pub(super) fn abandon(self) {
        self.groups.abandon();
    }

    fn take(&mut self, mut chunk: Chunk) -> Result<()> {
        match &self.places {
            None => {
                let skip = self.options.skip_malformed;
                self.report.take_chunk(&self.file, &chunk, skip)?;
            }
            Some(places) => {
                // only what could be read is in the copy
                if let Some(first) = chunk.refused.first() {
                    return Err(Error::from(Box::new(first.clone())));
                }
                places.restore(&mut chunk);
            }
        }
        self.blocks
            .fill(&mut chunk, self.samples.count, &self.file, self.report);
        if let Some(columns) = &self.samples.columns {
            remap(&mut chunk, columns);
        }
        if let Some(ploidy) = &mut self.ploidy {
            for place in ploidy.end_at_bounds(&mut chunk) {
                self.report.warn_count(&self.file, place, CUT, 1);
            }
            self.changes = ploidy.apply(&mut chunk);
            self.changes.reverse();
        }
        let chunk = Arc::new(chunk);
        for record in 0..chunk.records.len() as u32 {
            self.take_record(&chunk, record)?;
        }
        Ok(())
    }

    fn take_record(&mut self, chunk: &Arc<Chunk>, number: u32) -> Result<()> {
        let record = &chunk.records[number as usize];
        let contig = self.contig(chunk, number)?;
        let sorted = match self.last {
            Some((last, position)) if last == contig => position <= record.position,
            Some(_) => {
                self.flush_before(i32::MAX)?;
                !self.contigs.has_left(contig)
            }
            None => true,
        };
        if !sorted {
            return self.refuse_unsorted(chunk, number, contig);
        }
        if let Some((last, _)) = self.last
            && last != contig
        {
            self.contigs.leave(last);
        }
        self.last = Some((contig, record.position));
        if !self.taken.is_empty() {
            self.taken.check(
                (contig, record.position, record.position),
                &|sample| self.names.name(sample).to_owned(),
                &|contig| self.contigs.name(contig).to_owned(),
                (&self.file, record.place),
            )?;
        }
        self.flush_before(record.position.saturating_sub(self.hold_back()))?;

        let contig_name = self.name_of(contig);
        let alts = chunk.alts.get(record.alts.range()).unwrap_or_default();
        let mut rows = std::mem::take(&mut self.rows);
        for i in 0..alts.len().max(1) as u32 {
            let mut row = Row::of(chunk, number, (i + 1).min(alts.len() as u32), contig);
            row.contig_name = Arc::clone(&contig_name);
            self.normalise(&mut row)?;
            rows.push(row);
        }
        if self.is_stored_before(&rows)? {
            rows.clear();
            self.rows = rows;
            return Ok(());
        }
        let filter = self.groups.filters.number(chunk.text(record.filter));
        self.report.stored += 1;
        self.report.rows += rows.len() as u64;
        self.report.genotypes += u64::from(self.samples.count);
        while let Some((of, changes)) = self.changes.pop_if(|(of, _)| *of <= number) {
            if of == number {
                changes.count(&self.file, record.place, self.report);
            }
        }
        for mut row in rows.drain(..) {
            row.filter = filter;
            self.held.entry(row.position).or_default().push(row);
        }
        self.rows = rows;
        Ok(())
    }

    /// A contig's name, which is that of the record before nearly always.
    fn name_of(&mut self, contig: u32) -> Arc<str> {
        match &self.named {
            Some((of, name)) if *of == contig => Arc::clone(name),
            _ => {
                let name: Arc<str> = self.contigs.name(contig).into();
                self.named = Some((contig, Arc::clone(&name)));
                name
            }
        }
    }

    /// Whether an input before has all of a record, which then is not stored again. An error where it says
    /// otherwise, unless such records are to be skipped.
    fn is_stored_before(&mut self, rows: &[Row]) -> Result<bool> {
        let Some(first) = rows.first() else {
            return Ok(false);
        };
        let place = first.record().place;
        let (expected, found) = match self.earlier.record(rows, self.samples.count)? {
            Before::No => return Ok(false),
            Before::Same(input) => (AGAIN, format!("as in {input}")),
            Before::Otherwise(input) => (
                OTHERWISE,
                format!("other genotypes or ALTs than in {input}"),
            ),
        };
        let name = self.contigs.name(first.contig);
        let reference = first.chunk.text(first.record().reference);
        let reference = String::from_utf8_lossy(reference.get(..NAMED).unwrap_or(reference));
        let position = i64::from(first.record().position) + 1;
        let error = InputError {
            file: self.file.clone(),
            place,
            expected: expected.to_owned(),
            found: format!("{name}:{position}:{reference}, {found}"),
        };
        if expected == OTHERWISE && !self.options.skip_malformed {
            return Err(Error::from(Box::new(error)));
        }
        self.report.refuse(&error);
        if expected == AGAIN {
            let what = "a record that an input before has with the same genotypes, stored once";
            self.report.warn_count(&self.file, place, what, 1);
        }
        Ok(true)
    }

    /// How many bases behind the newest record rows are still held.
    fn hold_back(&self) -> i32 {
        if self.reference.is_some() {
            SHIFT_MAX
        } else {
            0
        }
    }

    fn contig(&mut self, chunk: &Chunk, record: u32) -> Result<u32> {
        let record = &chunk.records[record as usize];
        let name = chunk.text(record.contig);
        self.contigs.number(name).map_err(|bad| {
            let (expected, found) = bad.told(name);
            self.input_error(record.place, expected, &found)
        })
    }

    fn refuse_unsorted(&mut self, chunk: &Chunk, number: u32, contig: u32) -> Result<()> {
        let record = &chunk.records[number as usize];
        let name = String::from_utf8_lossy(chunk.text(record.contig)).into_owned();
        let same = self.last.filter(|(last, _)| *last == contig);
        let (expected, found) = no_longer_sorted(&name, record.position, same.map(|of| of.1));
        self.unsorted = true;
        Err(self.input_error(record.place, &expected, &found))
    }

    fn input_error(&self, place: Place, expected: &str, found: &str) -> Error {
        input_error(&self.file, place, expected, found.to_owned())
    }

    /// Trims and left-aligns a row against the reference, if there is one.
    fn normalise(&mut self, row: &mut Row) -> Result<()> {
        let Some(reference) = &mut self.reference else {
            return Ok(());
        };
        let contig = (row.contig, self.contigs.name(row.contig));
        match reference.normalise(contig, row.position, row.reference(), row.alternate()) {
            Ok(Spelled {
                roll,
                change,
                warning,
            }) => {
                row.roll = roll;
                if let Some(what) = warning {
                    let place = row.record().place;
                    self.report.warn_count(&self.file, place, &what, 1);
                }
                if let Some((position, reference, alternate)) = change {
                    row.respell(position, reference, alternate);
                }
                Ok(())
            }
            Err(Unspelled::Failed(error)) => Err(error),
            Err(Unspelled::Mismatch(found)) => {
                Err(self.input_error(row.record().place, IN_REFERENCE, &found))
            }
        }
    }

    /// Sends the rows before `position` on, sorted.
    fn flush_before(&mut self, position: i32) -> Result<()> {
        while let Some(entry) = self.held.first_entry() {
            if *entry.key() >= position && position != i32::MAX {
                break;
            }
            let mut rows = entry.remove();
            rank_records(&mut rows);
            if rows.len() > 1 {
                rows.sort_by_cached_key(|row| {
                    (
                        row.reference().to_ascii_uppercase(),
                        row.alternate().to_ascii_uppercase(),
                        row.record_rank,
                        row.alt_number,
                    )
                });
                if let (Some(place), count) = repeated(&rows) {
                    let what = "the same variant more than once, all kept";
                    self.report.warn_count(&self.file, place, what, count);
                }
            }
            for row in rows {
                self.groups.push(row, self.report)?;
            }
        }
        Ok(())
    }
}

/// An error in an input, at a place.
pub(super) fn input_error(file: &str, place: Place, expected: &str, found: String) -> Error {
    Error::from(Box::new(InputError {
        file: file.to_owned(),
        place,
        expected: expected.to_owned(),
        found,
    }))
}

/// What is expected, and what was found, where a record is not in order: behind another one of its contig at this
/// position, or behind other contigs.
pub(super) fn no_longer_sorted(
    contig: &str,
    position: i32,
    before: Option<i32>,
) -> (String, String) {
    let here = format!("{contig}:{}", i64::from(position) + 1);
    match before {
        Some(before) => (
            "records sorted by position (--sort sorts them)".to_owned(),
            format!("{here} after {}", i64::from(before) + 1),
        ),
        None => (
            "the records of a contig together (--sort sorts them)".to_owned(),
            format!("{here} after another contig"),
        ),
    }
}

/// How many rows at one position repeat a variant, and where the first of them stands; rows are sorted.
fn repeated(rows: &[Row]) -> (Option<Place>, u64) {
    let same = |a: &Row, b: &Row| {
        a.reference().eq_ignore_ascii_case(b.reference())
            && a.alternate().eq_ignore_ascii_case(b.alternate())
    };
    let (mut first, mut count) = (None, 0);
    for told in rows.chunk_by(same).filter(|told| told.len() > 1) {
        let mut known = HashSet::new();
        for row in told.iter().filter(|row| !known.insert(row.extent())) {
            first = first.or(Some(row.record().place));
            count += 1;
        }
    }
    (first, count)
}

/// Numbers the records at one position in their order.
fn rank_records(rows: &mut [Row]) {
    let mut rank = 0;
    for i in 1..rows.len() {
        let same =
            Arc::ptr_eq(&rows[i].chunk, &rows[i - 1].chunk) && rows[i].record == rows[i - 1].record;
        rank += u32::from(!same);
        rows[i].record_rank = rank;
    }
}
