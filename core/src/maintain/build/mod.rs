//! From VCF and BCF to a dataset.
//!
//! One thread coordinates: it takes chunks of parsed records from the reader in input order, decides
//! what needs the order (contigs, sorting, duplicates), and cuts the rows into groups. A pool of
//! threads parses chunks and encodes groups. Encoded groups are put together in order, so that the
//! same input and options give the same bytes whatever the number of threads.

mod add;
#[cfg(test)]
mod add_tests;
#[cfg(test)]
mod add_to_tests;
mod annotation;
#[cfg(test)]
mod attribute_tests;
mod blocks;
mod callable;
#[cfg(test)]
mod callable_tests;
mod compact;
mod contigs;
#[cfg(test)]
mod crash_tests;
mod earlier;
mod emit;
mod encode;
mod erased;
mod groups;
mod grow;
mod info;
mod merged;
#[cfg(test)]
mod minimal_tests;
mod models;
mod normal;
mod options;
mod ordering;
mod people;
mod people_report;
#[cfg(test)]
mod people_tests;
mod phase;
mod plan;
mod planes;
mod ploidy;
mod remap;
mod repeat;
mod report;
mod row;
mod runs;
mod samples;
mod segment;
mod sort;
#[cfg(test)]
mod sort_tests;
mod taken;
#[cfg(test)]
mod tests;

pub use add::add;
#[cfg(any(test, feature = "testing"))]
pub(crate) use add::add_in;
#[cfg(test)]
pub(super) use compact::compact_in;
pub use compact::{CompactOptions, CompactReport, compact};
pub use options::{Annotations, BuildOptions, Phase, Progress, UnknownAnnotation};
#[cfg(any(test, feature = "testing"))]
pub(crate) use people::load_people_in;
pub use people::{PeopleOptions, guess_mapping, load_people};
pub use people_report::PeopleReport;
pub use report::{AnnotationReport, Refused, Report, SexPloidyReport, Warned};

use crate::error::Result;
use crate::format::Folder;
use crate::input::{Reader, Workers};
use crate::store::{Manifest, Publication};
use annotation::Annotated;
use contigs::{ContigList, Contigs, Names};
use earlier::Earlier;
use emit::{Emitter, Target};
use grow::Growth;
use plan::{Plan, Source};
use samples::InputSamples;
use sort::{Places, Sorting};
use std::path::Path;
use std::time::Instant;
use taken::Taken;

/// Builds a dataset from VCF and BCF files (`-` is standard input) in the directory `to`.
///
/// Files with the same samples give one batch; files with other samples add batches. Where files of the same
/// samples overlap, what they tell alike is stored once, with a warning. The dataset
/// appears whole or not at all.
///
/// # Errors
///
/// [`Input`](crate::Error::Input) for the first malformed or unsorted record unless the options say otherwise;
/// [`Usage`](crate::Error::Usage) where `to` exists and is not to be replaced, or options contradict each other;
/// [`Io`](crate::Error::Io), [`Locked`](crate::Error::Locked); [`Cancelled`](crate::Error::Cancelled) when `progress`
/// says stop.
pub fn build<P: AsRef<Path>>(
    inputs: &[P],
    to: impl AsRef<Path>,
    options: &BuildOptions,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Report> {
    build_in(inputs, &Folder::on_disk(to), options, progress)
}

/// The same wherever the dataset is to be.
pub(crate) fn build_in<P: AsRef<Path>>(
    inputs: &[P],
    to: &Folder,
    options: &BuildOptions,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Report> {
    options.check_first()?;
    build_with(inputs, to, options, progress)
}

/// Builds with options of any size.
fn build_with<P: AsRef<Path>>(
    inputs: &[P],
    to: &Folder,
    options: &BuildOptions,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Report> {
    let started = Instant::now();
    let publication = Publication::begin(to, options.replace)?;
    Growth {
        there: None,
        manifest: Manifest::new(),
        options,
        workers: Workers::new(options.threads())?,
        publication,
        command: "build",
    }
    .run(inputs, started, progress)
}

/// Reports progress over all inputs.
struct Meter<'a> {
    /// Bytes of what was read to its end.
    done: u64,
    total: Option<u64>,
    progress: &'a mut dyn FnMut(&Progress) -> bool,
}

impl Meter<'_> {
    /// Runs a phase, which reports how many bytes and records it has read.
    fn phase<T>(
        &mut self,
        phase: Phase,
        input: &str,
        run: impl FnOnce(&mut dyn FnMut(u64, u64) -> bool) -> T,
    ) -> T {
        let (done, mut read) = (self.done, 0);
        let result = run(&mut |bytes, records| {
            read = bytes;
            (self.progress)(&Progress {
                phase,
                input: input.to_owned(),
                bytes: done + bytes,
                total: self.total,
                records,
            })
        });
        self.done += read;
        result
    }
}

/// One input to be built.
struct InputBuild<'a> {
    plan: &'a Plan,
    options: &'a BuildOptions,
    workers: &'a Workers,
    source: &'a Source,
    place: &'a InputSamples,
    annotated: Option<&'a Annotated>,
    names: Names,
    taken: &'a Taken,
    read: &'a [(usize, String)],
    target: Target<'a>,
}

/// How storing an input ended: the contigs of the dataset with those it added, unless it needs
/// sorting.
enum Stored {
    All(ContigList),
    Unsorted,
}

impl InputBuild<'_> {
    /// Reads the input and writes its segments; sorts it where it must be and may be.
    fn run(&mut self, reader: Reader, meter: &mut Meter<'_>) -> Result<ContigList> {
        let size = reader.progress().total;
        // what an attempt leaves behind must not be seen
        let before = self.options.sort.then(|| self.target.report.clone());
        let segments = self.target.manifest.segments.len();
        let started = meter.done;
        if let Stored::All(contigs) = self.store(reader, None, meter)? {
            return Ok(contigs);
        }
        *self.target.report = before.unwrap_or_default();
        self.target.manifest.segments.truncate(segments);
        self.target.publication.forget(self.target.manifest);

        let mut reader = self.source.open(&self.plan.read)?;
        let again = meter.done - started;
        meter.total = meter.total.zip(size).map(|(all, size)| all + again + size);
        let sorting = Sorting {
            publication: self.target.publication,
            workers: self.workers,
            memory: self.options.memory,
            skip_malformed: self.options.skip_malformed,
            file: &self.source.name,
        };
        let contigs = self.contigs();
        let places = meter.phase(Phase::Sorting, &self.source.name, |told| {
            sorting.sort(&mut reader, contigs, self.target.report, told)
        })?;
        match self.store(reader, Some(places), meter)? {
            Stored::All(contigs) => Ok(contigs),
            Stored::Unsorted => Err(self.source.changed()),
        }
    }

    fn contigs(&self) -> Contigs {
        let plan = self.plan;
        Contigs::new(plan.contigs.clone(), self.names.clone(), plan.assembly)
    }

    fn earlier(&self) -> Earlier {
        let (manifest, publication) = (&self.target.manifest, &self.target.publication);
        Earlier::of(manifest, self.read, self.place.batch, publication.folder())
    }

    fn store(
        &mut self,
        reader: Reader,
        places: Option<Places>,
        meter: &mut Meter<'_>,
    ) -> Result<Stored> {
        let mut emitter = Emitter::new(
            self.plan,
            (self.place, self.annotated),
            (self.contigs(), self.earlier(), self.taken),
            &self.source.name,
            self.options,
            self.workers,
            self.target.lend(),
        )?;
        let result = meter.phase(Phase::Storing, &self.source.name, |told| {
            emitter.run(reader, places, self.workers, told)
        });
        if emitter.unsorted && self.options.sort {
            emitter.abandon();
            return Ok(Stored::Unsorted);
        }
        result.map(|()| Stored::All(emitter.into_contigs()))
    }
}
