//! Segments put together to fewer, with the same answers.
//!
//! What is merged: segments of one batch with rows over different stretches. Rows are read back as those of a build and go
//! the same way into new segments; batches that were built from inputs of one sample each are taken apart into what is
//! known of each sample first, as their inputs were, so that several of them can be joined.
//! All else stays as it is: batches of several samples say of their sites what no joint row could (who was looked at
//! where another batch has a variant).

mod entries;
mod erase;
#[cfg(test)]
mod erase_tests;
mod items;
mod names;
mod plain;
mod plan;
mod reach;
mod rows;
#[cfg(test)]
mod tests;

pub(super) use entries::ReadBack;

use super::groups::Groups;
use super::grow::add_gene_carriers;
use super::merged::Assembler;
use super::options::{BuildOptions, MEMORY, Phase, Progress, check_memory};
use super::report::Report;
use super::samples::InputSamples;
use crate::cohort::consent::Decisions;
use crate::cohort::decided::withdrawn;
use crate::cohort::{Dataset, Opened};
use crate::error::{Damage, Error, Result};
use crate::format::Folder;
use crate::input::Workers;
use crate::model::InfoKey;
use crate::set::SampleSet;
use crate::store::manifest::MANIFEST;
use crate::store::{
    InfoEntry, Making, Manifest, Publication, Segment, SegmentEntry, kept_snapshots,
};
use erase::{Erasure, stay_though_out};
use items::{BatchReader, assemble};
use names::{are_several, merge_names};
use plain::{PlainWriter, Source};
use plan::{BatchTask, Extent, Planned, Task, plan};
use reach::open_elsewhere;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Options of [`compact()`].
///
/// ```
/// let options = varidex::CompactOptions { threads: Some(2), ..Default::default() };
/// ```
#[derive(Debug, Clone)]
pub struct CompactOptions {
    /// Worker threads; as many as the machine has where `None`. One is the calling thread itself.
    pub threads: Option<usize>,
    /// About how many bytes of memory to use at most: from 1 MiB.
    pub memory: u64,
    /// Takes whoever withdrew out for good: see [`compact()`].
    pub erase: bool,
    /// So many states of the dataset can be opened after, as [`keep`](crate::BuildOptions::keep) of builds says. An
    /// erasure keeps none of those before.
    pub keep: u32,
}

impl Default for CompactOptions {
    fn default() -> Self {
        Self {
            threads: None,
            memory: MEMORY,
            erase: false,
            keep: 1,
        }
    }
}

/// What [`compact()`] did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CompactReport {
    /// Segments before and now.
    pub segments: (u64, u64),
    /// Batches before and now.
    pub batches: (u64, u64),
    /// Segments that stay apart, for others of their batch have rows over the same stretch.
    pub overlapping: u64,
    /// Rows that were written again.
    pub rows: u64,
    /// Ids of samples and individuals that were erased.
    pub erased: u64,
    /// Of an erasure: who decided against some use and stays, for it is about a purpose, about later permits, for a while or
    /// from a later day.
    pub not_erased: u64,
    /// Virtual cohorts that named somebody who was erased, and were dropped.
    pub cohorts: Vec<String>,
    /// Bytes of all files before and now.
    pub bytes: (u64, u64),
    /// Files of the state before that are not needed any more and could not be removed, and why not.
    pub left: Vec<(String, String)>,
    /// Processes that have files of the state before open, which ends with them: where the system says, which Linux does of
    /// the processes of this user.
    pub open_in: Vec<String>,
    /// The dataset's snapshot id: the one before where there was nothing to do.
    pub snapshot: String,
    /// How long it took.
    pub seconds: f64,
}

impl CompactReport {
    /// As an object of JSON: the members are the fields, what was before and is now as a list of two.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Merges segments of a dataset to fewer. Every answer is the same as before, but that variants of one position may come
/// in another order; samples keep their numbers, and readers keep the state that they opened. The new state appears whole or not at all.
///
/// Merged are segments of one batch with rows over different stretches, and batches that came in files of one sample each.
/// Batches of several samples stay apart: each says of its sites what no joint row could.
///
/// With [`erase`](CompactOptions::erase) whoever withdrew as of today, from all purposes and without an end, is taken out
/// for good: genotypes and names, the records of individuals of whom no sample stays, variants that nobody else carries
/// (so that it is not known any more that others were looked at there), decisions, virtual cohorts that name them, and the
/// states before. Answers stay those of a view without them; samples behind them get other numbers, in
/// their order. What stays is a hash of each id, by which additions recognise and refuse them, until
/// [`restore`](crate::restore) takes that back. The report names what could not be reached: files that could not be
/// removed, and processes that have the state before open.
///
/// `progress` is called all along, and says whether to go on.
///
/// # Errors
///
/// [`Error::NoDataset`], [`Error::Damaged`], [`Error::Locked`], [`Error::Io`]; [`Error::Usage`] for options that make no
/// sense; [`Error::Cancelled`] where `progress` says stop.
pub fn compact(
    dataset: impl AsRef<Path>,
    options: &CompactOptions,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<CompactReport> {
    compact_in(&Folder::on_disk(dataset), options, progress)
}

/// The same wherever the dataset is.
pub(crate) fn compact_in(
    folder: &Folder,
    options: &CompactOptions,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<CompactReport> {
    rewrite(folder, options, &withdrawn, progress)
}

/// Chooses who is erased of a state, by the decisions about it.
type Choice<'c> = &'c dyn Fn(&Opened, &Decisions) -> Result<SampleSet>;

fn rewrite(
    folder: &Folder,
    options: &CompactOptions,
    choice: Choice<'_>,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<CompactReport> {
    let started = Instant::now();
    if options.threads == Some(0) {
        return Err(Error::Usage(
            "threads: expected at least 1, found 0".to_owned(),
        ));
    }
    check_memory(options.memory)?;
    // a path without a dataset is not to become one
    Dataset::open_in(folder)?;
    let mut publication = Publication::begin(folder, true)?;
    // as it is now that nobody else can publish
    let opened = Dataset::open_in(folder)?;
    let before = opened.manifest();
    // what is stored, whoever may see it
    let dataset = Dataset::as_stored(folder, before)?;
    let erasure = match options.erase {
        true => Erasure::new(&dataset, choice)?,
        false => None,
    };
    let erasure = erasure.as_ref();
    let extent = match erasure {
        Some(_) => Extent::All,
        None => Extent::Small,
    };
    let Planned { tasks, overlapping } = plan(&dataset, extent)?;
    let mut report = CompactReport {
        segments: (before.segments.len() as u64, before.segments.len() as u64),
        batches: (before.batches().len() as u64, before.batches().len() as u64),
        overlapping,
        erased: erasure.map_or(0, Erasure::gone),
        snapshot: before.snapshot.clone(),
        ..CompactReport::default()
    };
    if options.erase {
        report.not_erased = stay_though_out(&opened, choice)?;
    }
    report.bytes.0 = before.files().map(|file| file.size).sum();
    report.bytes.1 = report.bytes.0;
    let has_others = || kept_snapshots(folder).map(|kept| !kept.is_empty());
    let nothing = tasks.is_empty() && erasure.is_none() && !are_several(before);
    if nothing && !(options.erase && has_others()?) {
        report.seconds = started.elapsed().as_secs_f64();
        return Ok(report);
    }
    let workers = Workers::new(BuildOptions::from(options).threads())?;
    let mut manifest = before.clone();
    if let Some(erasure) = erasure {
        let mut go_on = || step(&mut *progress, "erasing", 0);
        let memory = options.memory;
        erasure.files(
            &dataset,
            &mut publication,
            &mut manifest,
            memory,
            &mut go_on,
        )?;
    } else {
        let target = (&mut publication, &mut manifest);
        merge_names(&dataset, target, extent, options.memory)?;
    }
    let target = (&mut publication, &mut manifest);
    let options_of_builds = BuildOptions::from(options);
    let means = (&options_of_builds, &workers);
    report.rows = write_tasks((&dataset, erasure), &tasks, target, means, progress)?;
    add_gene_carriers(&mut publication, &mut manifest, &workers, progress)?;
    let keep = match options.erase {
        true => 1,
        false => options.keep,
    };
    // nobody decides anything between the last look at decisions and the state that follows them
    let _deciding = match erasure {
        Some(erasure) => {
            let lock = erasure.forget(&dataset, choice, &publication, &mut manifest)?;
            report.cohorts = erasure.forget_cohorts(folder)?;
            Some(lock)
        }
        None => None,
    };
    for (path, error) in publication.publish(&mut manifest, &Making::of("compact", keep))? {
        let path = path.display().to_string();
        report.left.push((path, error.to_string()));
    }
    report.segments.1 = manifest.segments.len() as u64;
    report.batches.1 = manifest.batches().len() as u64;
    report.bytes.1 = manifest.files().map(|file| file.size).sum();
    if options.erase {
        let old: Vec<&str> = before.files().map(|of| of.file.as_str()).collect();
        let new: BTreeSet<&str> = manifest.files().map(|of| of.file.as_str()).collect();
        let gone = old.into_iter().filter(|file| !new.contains(file));
        report.open_in = open_elsewhere(folder, &gone.collect());
    }
    report.snapshot = manifest.snapshot;
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// Merges segments of the state that is to follow, where additions have made many small ones; gives how many rows were
/// written again.
///
/// Of batches that came in files of one sample each those at the end become one once they have as many samples as the
/// next greater ones: by powers of six. So a row is written again once for each power, and of each power at most five
/// batches stay.
pub(super) fn merge_small(
    publication: &mut Publication,
    manifest: &mut Manifest,
    means: (&BuildOptions, &Workers),
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<u64> {
    let dataset = Dataset::as_stored(publication.folder(), manifest)?;
    let Planned { tasks, .. } = plan(&dataset, Extent::Grown)?;
    let target = (&mut *publication, &mut *manifest);
    merge_names(&dataset, target, Extent::Grown, means.0.memory)?;
    write_tasks(
        (&dataset, None),
        &tasks,
        (publication, manifest),
        means,
        progress,
    )
}

/// Does tasks, of a dataset as it is stored, for the state that is to follow; gives how many rows were read.
fn write_tasks(
    (dataset, erasure): (&Dataset, Option<&Erasure>),
    tasks: &[Task],
    (publication, manifest): (&mut Publication, &mut Manifest),
    (options, workers): (&BuildOptions, &Workers),
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<u64> {
    let (mut rows, mut written) = (0, Vec::new());
    for task in tasks {
        let mut writing = Writing {
            dataset,
            erasure,
            manifest,
            options: options.clone(),
            workers,
            publication: &mut *publication,
            progress: &mut *progress,
            rows,
        };
        written.push(writing.task(task)?);
        rows = writing.rows;
    }
    let before = &dataset.manifest().segments;
    let batches = tasks.iter().flat_map(|task| &task.batches);
    let batches: BTreeSet<u32> = batches.map(|of| of.batch).collect();
    manifest.carriers.retain(|of| !batches.contains(&of.batch));
    manifest.segments = replaced(before, tasks, written);
    Ok(rows)
}

impl fmt::Display for CompactReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, (before, now)) in [
            ("segments", self.segments),
            ("batches", self.batches),
            ("dataset bytes", self.bytes),
        ] {
            writeln!(f, "{name:<18}{before:>14} to {now}")?;
        }
        writeln!(f, "rows written      {:>14}", self.rows)?;
        writeln!(f, "seconds           {:>14.2}", self.seconds)?;
        if self.erased > 0 {
            writeln!(f, "erased ids        {:>14}", self.erased)?;
        }
        if self.not_erased > 0 {
            writeln!(
                f,
                "not erased        {:>14} who are out for a purpose, later permits, a while or from a later day",
                self.not_erased
            )?;
        }
        for cohort in &self.cohorts {
            writeln!(
                f,
                "dropped  the cohort {cohort}, which named who was erased"
            )?;
        }
        if self.overlapping > 0 {
            writeln!(
                f,
                "left apart        {:>14} segments with rows over the same stretch as others of their batch",
                self.overlapping
            )?;
        }
        for (path, error) in &self.left {
            writeln!(
                f,
                "warning  a file that is not needed any more stays: {path}: {error}"
            )?;
        }
        for process in &self.open_in {
            writeln!(
                f,
                "warning  {process} still has the state before open: until it ends, what was erased is there"
            )?;
        }
        writeln!(f, "snapshot  {}", self.snapshot)
    }
}

impl From<&CompactOptions> for BuildOptions {
    fn from(options: &CompactOptions) -> Self {
        Self {
            threads: options.threads,
            memory: options.memory,
            ..Self::default()
        }
    }
}

/// The segments, with those that tasks wrote in the places of those that they read.
fn replaced(
    before: &[SegmentEntry],
    tasks: &[Task],
    written: Vec<Vec<SegmentEntry>>,
) -> Vec<SegmentEntry> {
    let gone: BTreeSet<usize> = tasks.iter().flat_map(Task::parts).collect();
    let mut written = tasks.iter().map(Task::first).zip(written).peekable();
    let mut segments = Vec::new();
    for (part, entry) in before.iter().enumerate() {
        if let Some((_, new)) = written.next_if(|(first, _)| *first == part) {
            segments.extend(new);
        }
        if !gone.contains(&part) {
            segments.push(entry.clone());
        }
    }
    segments
}

/// Writing segments again.
struct Writing<'w> {
    dataset: &'w Dataset,
    erasure: Option<&'w Erasure>,
    /// What the new state has of INFO keys and contigs.
    manifest: &'w Manifest,
    options: BuildOptions,
    workers: &'w Workers,
    publication: &'w mut Publication,
    progress: &'w mut dyn FnMut(&Progress) -> bool,
    /// How many rows were read so far.
    rows: u64,
}

impl Writing<'_> {
    /// Does a task; gives the segments that it wrote.
    fn task(&mut self, task: &Task) -> Result<Vec<SegmentEntry>> {
        let of = self.manifest;
        let batches = self.staying(task);
        if batches.is_empty() {
            return Ok(Vec::new());
        }
        let keys = of.info.iter().map(|entry| key(self.dataset, entry));
        let keys: Vec<InfoKey> = keys.collect::<Result<_>>()?;
        let contigs = of.contigs.iter().map(|contig| contig.name.as_str().into());
        let contigs: Vec<Arc<str>> = contigs.collect();
        let samples = together(&batches);
        let mut manifest = Manifest::new();
        let mut report = Report::default();
        let read_back = ReadBack {
            annotated: of.annotations.is_some(),
        };
        let groups = Groups::new(
            keys.clone().into(),
            ("", None),
            &samples,
            &self.options,
            self.workers,
            self.publication,
            &mut manifest,
        );
        let groups = groups.reading_back(read_back);
        let (before, progress) = (self.rows, &mut *self.progress);
        let rows = &mut self.rows;
        let mut on_progress = |read: u64| {
            *rows = before + read;
            step(&mut *progress, "merging segments", *rows)
        };
        let mut sources = Vec::new();
        for (batch, _) in &batches {
            let segments = batch.parts.iter().map(|&part| {
                let source = source(self.dataset, part)?;
                Ok(match self.erasure {
                    Some(erasure) => erasure.source(part, batch.batch, source),
                    None => source,
                })
            });
            sources.push(segments.collect::<Result<Vec<_>>>()?);
        }
        match task.merged {
            false => {
                let sources: Vec<Source<'_>> = sources.into_iter().flatten().collect();
                let names = (&contigs[..], of.normalised);
                let writer = PlainWriter::new(&sources, &keys, groups, names)?;
                writer.run(&mut report, &mut on_progress)?;
            }
            true => {
                let numbers = batches.iter().map(|(_, numbers)| places(numbers, &samples));
                let numbers: Vec<Vec<Option<u32>>> = numbers.collect();
                let mut readers = Vec::new();
                for (sources, to) in sources.iter().zip(&numbers) {
                    readers.push(BatchReader::new(sources, to, &keys)?);
                }
                let list = of.contigs.iter();
                let list = list.map(|contig| (contig.name.clone(), contig.length));
                let assembly = of.assembly.as_ref().and_then(|name| name.parse().ok());
                let files = vec![String::new(); samples.count as usize];
                let assembler = Assembler::new(groups.merged(), &list.collect(), assembly, &files);
                assemble(readers, assembler, &contigs, &mut report, &mut on_progress)?;
            }
        }
        let parts = task.parts().filter_map(|part| of.segments.get(part));
        on_progress(parts.map(|entry| u64::from(entry.rows)).sum())?;
        Ok(manifest.segments)
    }

    /// The batches of a task of which somebody stays, with the new number of each sample.
    fn staying<'t>(&self, task: &'t Task) -> Vec<(&'t BatchTask, Vec<Option<u32>>)> {
        let number = |sample: u32| match self.erasure {
            Some(erasure) => erasure.number(sample),
            None => Some(sample),
        };
        let batches = task.batches.iter().map(|batch| {
            let numbers = batch.samples.iter().map(|&sample| number(sample));
            (batch, numbers.collect::<Vec<_>>())
        });
        let stay = |numbers: &[Option<u32>]| {
            numbers.is_empty() || numbers.iter().any(|number| number.is_some())
        };
        batches.filter(|(_, numbers)| stay(numbers)).collect()
    }
}

/// An INFO key that the manifest lists.
fn key(dataset: &Dataset, entry: &InfoEntry) -> Result<InfoKey> {
    let line = format!("{}\t{}\t{}", entry.kind, entry.number, entry.key);
    InfoKey::from_line(&line).ok_or_else(|| {
        Error::from(Box::new(Damage {
            file: dataset.path().join(MANIFEST),
            section: "manifest".to_owned(),
            offset: 0,
            expected: "INFO keys of known types and numbers".to_owned(),
            found: line,
        }))
    })
}

/// A segment of the dataset, to be read.
fn source(dataset: &Dataset, part: usize) -> Result<Source<'_>> {
    let segment: &Segment = match dataset.parts().get(part) {
        Some(part) => dataset.segment(part)?,
        None => return Err(Error::Usage(format!("there is no segment {part}"))),
    };
    Ok(Source {
        segment,
        staying: None,
        lost: None,
    })
}

/// Reports how many rows were read so far.
fn step(progress: &mut dyn FnMut(&Progress) -> bool, what: &str, rows: u64) -> Result<()> {
    let at = Progress {
        phase: Phase::Compacting,
        input: what.to_owned(),
        bytes: 0,
        total: None,
        records: rows,
    };
    match progress(&at) {
        true => Ok(()),
        false => Err(Error::Cancelled),
    }
}

/// The samples of batches together, as those of one.
fn together(batches: &[(&BatchTask, Vec<Option<u32>>)]) -> InputSamples {
    let samples = batches
        .iter()
        .flat_map(|(_, numbers)| numbers.iter().flatten());
    let mut numbers: Vec<u32> = samples.copied().collect();
    numbers.sort_unstable();
    let first_sample = numbers.first().copied().unwrap_or(0);
    let follow = (first_sample..).zip(&numbers).all(|(a, &b)| a == b);
    InputSamples {
        batch: batches.first().map_or(0, |(batch, _)| batch.batch),
        count: numbers.len() as u32,
        first_sample,
        numbers: (!follow).then_some(numbers),
        columns: None,
    }
}

/// The place of each of a batch's samples that stay among those together.
fn places(samples: &[Option<u32>], together: &InputSamples) -> Vec<Option<u32>> {
    let place = |sample: &Option<u32>| {
        let sample = (*sample)?;
        match &together.numbers {
            Some(numbers) => numbers.binary_search(&sample).ok().map(|at| at as u32),
            None => sample.checked_sub(together.first_sample),
        }
    };
    samples.iter().map(place).collect()
}
