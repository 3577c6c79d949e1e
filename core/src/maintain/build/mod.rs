//! From VCF and BCF to a dataset.
//!
//! One thread coordinates: it takes chunks of parsed records from the reader in input order, decides
//! what needs the order (contigs, sorting, duplicates), and cuts the rows into groups. A pool of
//! threads parses chunks and encodes groups. Encoded groups are put together in order, so that the
//! same input and options give the same bytes whatever the number of threads.

mod annotation;
#[cfg(test)]
mod attribute_tests;
mod blocks;
mod compact;
mod contigs;
#[cfg(test)]
mod crash_tests;
mod earlier;
mod emit;
mod encode;
mod groups;
mod info;
mod merged;
mod models;
mod normal;
mod options;
mod ordering;
mod people;
#[cfg(test)]
mod people_tests;
mod phase;
mod plan;
mod planes;
mod ploidy;
mod remap;
mod report;
mod row;
mod runs;
mod samples;
mod segment;
mod sort;
#[cfg(test)]
mod sort_tests;
#[cfg(test)]
mod tests;

pub use compact::{CompactOptions, CompactReport, compact};
pub use options::{Annotations, BuildOptions, Phase, Progress, UnknownAnnotation};
#[cfg(feature = "testing")]
pub(crate) use people::load_people_in;
pub use people::{PeopleOptions, PeopleReport, guess_mapping, load_people};
pub use report::{AnnotationReport, Refused, Report, SexPloidyReport, Warned};

use crate::cohort::Dataset;
use crate::error::{Error, Place, Result};
use crate::format::{FileKind, Folder};
use crate::genome::{Assembly, ReferenceFasta};
use crate::input::genes::read_genes;
use crate::input::people::TWO_SEXES;
use crate::input::{Reader, Workers};
use crate::query::{carried_by_gene, disagreeing_batches};
use crate::store::gene_carriers::GeneCarriersWriter;
use crate::store::genes::Genes;
use crate::store::manifest::BatchEntry;
use crate::store::{ContigEntry, InfoEntry, Manifest, Publication, Samples};
use annotation::Annotated;
use contigs::{ContigList, Contigs, Names};
use earlier::Earlier;
use emit::{Emitter, Target};
use merged::MergedBuild;
use models::check_models;
use people::Known;
use plan::{Plan, Source, Unit};
use ploidy::SexPloidy;
use samples::InputSamples;
use sort::{Places, Sorting};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

/// Builds a dataset from VCF and BCF files (`-` is standard input) in the directory `to`.
///
/// Files with the same samples give one batch; files with other samples add batches. Where files of the same
/// samples overlap, what they tell alike is stored once, with a warning. The dataset
/// appears whole or not at all.
///
/// # Errors
///
/// [`Error::Input`] for the first malformed or unsorted record unless the options say otherwise;
/// [`Error::Usage`] where `to` exists and is not to be replaced, or options contradict each other;
/// [`Error::Io`], [`Error::Locked`]; [`Error::Cancelled`] when `progress` says stop.
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
    options.check()?;
    build_with(inputs, to, options, progress)
}

/// Reports a step of loading people.
fn people_step(progress: &mut dyn FnMut(&Progress) -> bool, what: &str) -> Result<()> {
    let at = Progress {
        phase: Phase::People,
        input: what.to_owned(),
        bytes: 0,
        total: None,
        records: 0,
    };
    match progress(&at) {
        true => Ok(()),
        false => Err(Error::Cancelled),
    }
}

/// Builds with options of any size.
fn build_with<P: AsRef<Path>>(
    inputs: &[P],
    to: &Folder,
    options: &BuildOptions,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Report> {
    let started = Instant::now();
    let workers = Workers::new(options.threads())?;
    let mut publication = Publication::begin(to, options.replace)?;
    // what is wrong with people is known before genotypes are read, which takes longer
    let mut step = |what: &str| people_step(progress, what);
    let known = Known::read(&options.people, to, &mut step)?;
    let mut plan = Plan::new(inputs, options, &publication, &workers, progress)?;

    let mut manifest = Manifest::new();
    manifest.sample_count = plan.samples.len() as u32;
    if !plan.samples.is_empty() {
        let names = Samples::write(plan.samples.iter().map(String::as_str))
            .map_err(|e| Error::io(to, e))?;
        manifest.samples = vec![publication.add(FileKind::Samples, names)?];
    }
    manifest.assembly = plan.assembly.map(|assembly| assembly.name().to_owned());
    manifest.normalised = options.reference.is_some();
    manifest.annotations = plan.annotator.map(|annotator| annotator.name().to_owned());
    manifest.info = plan.keys.iter().map(InfoEntry::from).collect();

    let mut report = Report {
        samples: plan.samples.len() as u64,
        annotations: plan.annotator.map(|annotator| AnnotationReport {
            annotator,
            read: 0,
            stored: 0,
            refused: Vec::new(),
        }),
        ..Report::default()
    };
    if !options.genes.is_empty() {
        let (genes, evidence) = read_genes(&options.genes)?;
        check_models(&genes, &evidence, &options.genes, &plan, &mut report)?;
        let genes = Genes::write(&genes, options.pad)?;
        manifest.genes = vec![publication.add(FileKind::Genes, genes)?];
    }
    for (file, place, what) in plan.annotation_warnings(options) {
        report.warn_count(&file, place, &what, 1);
    }
    if let Some(known) = known {
        let samples: Vec<&str> = plan.samples.iter().map(String::as_str).collect();
        report.people = Some(known.add(
            &mut publication,
            &mut manifest,
            (&samples, None),
            options.memory,
            &mut |what| people_step(progress, what),
        )?);
    }
    if options.sex_ploidy {
        let ploidy = sex_ploidy(to, &manifest, report.people.as_ref(), plan.assembly)?;
        report.sex_ploidy = Some(ploidy.report(report.samples));
        plan.ploidy = Some(ploidy);
        manifest.sex_ploidy = true;
    }
    let mut meter = Meter {
        done: 0,
        total: plan.total_bytes,
        progress,
    };
    // names of the inputs that were read, with how many segments there were then
    let mut read = Vec::new();
    for unit in plan.units(options) {
        let target = Target {
            publication: &mut publication,
            report: &mut report,
            manifest: &mut manifest,
        };
        let (contigs, name) = match unit {
            Unit::One(mut input) => {
                let reader = input.open(&plan.read)?;
                let mut build = InputBuild {
                    plan: &plan,
                    options,
                    workers: &workers,
                    source: &input.source,
                    place: &input.place,
                    annotated: input.annotated.as_ref(),
                    names: input.names,
                    read: &read,
                    target,
                };
                (build.run(reader, &mut meter)?, input.source.name.clone())
            }
            Unit::Merged(inputs, samples) => {
                let first = inputs.first().map_or("", |input| &input.source.name);
                let name = format!("{first} and {} others", inputs.len() - 1);
                let build = MergedBuild {
                    plan: &plan,
                    options,
                    workers: &workers,
                    samples: &samples,
                    target,
                };
                (build.run(inputs, &name, &mut meter)?, name)
            }
        };
        plan.contigs = contigs;
        read.push((manifest.segments.len(), name));
    }
    let reference = options.reference.as_deref();
    let reference = reference.map(|path| ReferenceFasta::open(path, plan.assembly));
    let reference = reference.transpose()?;
    let extent = |name: &str| reference.as_ref().and_then(|of| of.extent(name));
    manifest.contigs = plan
        .contigs
        .iter()
        .map(|(name, length)| ContigEntry {
            name: name.clone(),
            length: *length,
            reference: extent(name).map(|of| (of.start, of.end)),
        })
        .collect();
    plan.refuse_overlaps(&manifest)?;
    report.contigs = manifest
        .segments
        .iter()
        .flat_map(|s| &s.contigs)
        .map(|c| c.contig)
        .collect::<BTreeSet<_>>()
        .len() as u64;
    // questions go by annotation only where there is some
    if report
        .annotations
        .as_ref()
        .is_some_and(|told| told.stored == 0)
    {
        manifest.annotations = None;
    }
    add_gene_carriers(&mut publication, &mut manifest, &workers, progress)?;
    for (path, error) in publication.publish(&mut manifest)? {
        let what = format!("a file that is not needed any more stays: {error}");
        report.warn_count(&path.display().to_string(), Place::File, &what, 1);
    }
    report.bytes = manifest.files().map(|file| file.size).sum();
    report.snapshot = manifest.snapshot;
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// The samples of which genotypes on X and Y go by sex, by the people of a manifest.
fn sex_ploidy(
    folder: &Folder,
    manifest: &Manifest,
    people: Option<&PeopleReport>,
    assembly: Option<Assembly>,
) -> Result<SexPloidy> {
    let usage = |found: &str| Err(Error::Usage(format!("sex-ploidy: expected {found}")));
    let Some(assembly) = assembly else {
        return usage(
            "an assembly, which says where the pseudoautosomal regions are; found none that the headers name              (--assembly does)",
        );
    };
    let warnings = people.map_or(&[][..], |people| &people.warnings);
    // to take the first would be to guess genotypes
    if let Some((_, count, first)) = warnings.iter().find(|(what, ..)| what == TWO_SEXES) {
        let first = first.first().map_or("", String::as_str);
        return usage(&format!(
            "one sex and one karyotype of each person, found two of {count}, first {first}"
        ));
    }
    SexPloidy::of(
        &Dataset::open_state(folder, manifest.clone())?.view(),
        assembly,
    )
}

/// Stores who carries variants of genes, where genes are known.
fn add_gene_carriers(
    publication: &mut Publication,
    manifest: &mut Manifest,
    workers: &Workers,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<()> {
    let known = manifest.annotations.is_some() || !manifest.genes.is_empty();
    if !known || manifest.sample_count == 0 {
        return Ok(());
    }
    let folder = publication.folder().clone();
    let batches = manifest.batches();
    let disagreeing = match batches.len() {
        0 | 1 => BTreeSet::new(),
        _ => disagreeing_batches(&Dataset::open_state(&folder, manifest.clone())?.view())?,
    };
    let mut any = false;
    for batch in batches {
        let alone = Dataset::of_batch(&folder, manifest, batch)?.view();
        let meta = alone.carried_meta(!disagreeing.contains(&batch))?;
        let mut carriers = GeneCarriersWriter::new(meta.clone());
        carried_by_gene(&alone, &meta, workers.pool(), &mut |gene, records| {
            carriers.push(&gene);
            let goes_on = progress(&Progress {
                phase: Phase::Genes,
                input: "gathering carriers by gene".to_owned(),
                bytes: 0,
                total: None,
                records,
            });
            if goes_on {
                Ok(())
            } else {
                Err(Error::Cancelled)
            }
        })?;
        any |= carriers.len() > 0;
        let file = publication.add(FileKind::Carriers, carriers.finish()?)?;
        manifest.carriers.push(BatchEntry { file, batch });
    }
    if !any {
        manifest.carriers.clear();
    }
    Ok(())
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
            (self.contigs(), self.earlier()),
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
