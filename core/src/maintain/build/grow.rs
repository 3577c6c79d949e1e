//! A dataset that grows by inputs: what all of them have, people, records, carriers by gene, the next state.

use super::callable::Kits;
use super::compact::merge_small;
use super::erased::ErasedIds;
use super::merged::MergedBuild;
use super::models::check_models;
use super::people::{Known, Stay, extend_owners};
use super::people_report::PeopleReport;
use super::plan::{Plan, Unit};
use super::ploidy::SexPloidy;
use super::repeat::read_as;
use super::report::{AnnotationReport, Report};
use super::{BuildOptions, InputBuild, Meter, Phase, Progress, Target};
use crate::cohort::Dataset;
use crate::error::{Error, Place, Result};
use crate::format::{FileKind, Folder};
use crate::genome::{Assembly, ReferenceFasta};
use crate::input::Workers;
use crate::input::genes::read_genes;
use crate::input::people::TWO_SEXES;
use crate::query::{carried_by_gene, disagreeing_batches};
use crate::store::gene_carriers::GeneCarriersWriter;
use crate::store::genes::Genes;
use crate::store::manifest::{BatchEntry, FileEntry};
use crate::store::{ContigEntry, InfoEntry, Making, Manifest, Publication, Samples};
use std::collections::BTreeSet;
use std::path::{Path, absolute};
use std::time::Instant;

/// A dataset that grows by inputs, be it from nothing.
pub(super) struct Growth<'a> {
    /// What is added to.
    pub(super) there: Option<&'a Dataset>,
    /// The next state.
    pub(super) manifest: Manifest,
    pub(super) options: &'a BuildOptions,
    pub(super) workers: Workers,
    pub(super) publication: Publication,
    /// What makes the next state.
    pub(super) command: &'static str,
}

impl Growth<'_> {
    pub(super) fn run<P: AsRef<Path>>(
        mut self,
        inputs: &[P],
        started: Instant,
        progress: &mut dyn FnMut(&Progress) -> bool,
    ) -> Result<Report> {
        let (options, there) = (self.options, self.there);
        let erased = ErasedIds::read(self.publication.folder())?;
        self.manifest.erased = erased.count();
        // what is wrong with people is known before genotypes are read, which takes longer
        let mut step = |what: &str| people_step(progress, what);
        let known = Known::read(&options.people, self.publication.folder(), &mut step)?;
        let (publication, workers) = (&self.publication, &self.workers);
        let mut plan = Plan::new(inputs, options, there, publication, workers, progress)?;
        let before = self.manifest.sample_count as usize;
        for input in &plan.inputs {
            let members = input.place.members();
            let new = members.iter().filter(|sample| *sample as usize >= before);
            let names = new.map(|sample| plan.samples.name(sample));
            erased.refuse(&input.source.name, "samples", names)?;
        }
        let kits = Kits::read(options, &plan)?;
        let mut report = self.begin(&plan)?;
        self.add_people((known, &erased), &mut plan, &mut report, progress)?;
        self.store(&mut plan, &mut report, progress)?;
        self.finish_manifest(&plan, &mut report)?;
        let (publication, manifest) = (&mut self.publication, &mut self.manifest);
        kits.add(publication, manifest, (options, &plan), &mut report)?;
        if there.is_some() && options.compact {
            let means = (options, &self.workers);
            report.rows_merged = merge_small(publication, manifest, means, progress)?;
        }
        add_gene_carriers(publication, manifest, &self.workers, progress)?;
        self.publish(started, report)
    }

    /// What is known before people and records are read: the names of samples, genes, options.
    fn begin(&mut self, plan: &Plan) -> Result<Report> {
        let (options, manifest) = (self.options, &mut self.manifest);
        let before = manifest.sample_count as usize;
        manifest.generator = Manifest::new().generator;
        manifest.sample_count = plan.samples.len() as u32;
        if plan.samples.len() > before {
            let names = plan.samples.iter().skip(before).map(String::as_str);
            let names = Samples::write(names);
            let names = names.map_err(|e| Error::io(self.publication.folder(), e))?;
            let file = self.publication.add(FileKind::Samples, names)?;
            manifest.samples.push(file);
        }
        manifest.assembly = plan.assembly.map(|assembly| assembly.name().to_owned());
        manifest.normalised = options.reference.is_some();
        manifest.options = read_as(options);
        if plan.annotator.is_some() {
            manifest.annotations = plan.annotator.map(|of| of.name().to_owned());
        }
        manifest.info = plan.keys.iter().map(InfoEntry::from).collect();
        let mut report = Report {
            samples: (plan.samples.len() - before) as u64,
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
            check_models(&genes, &evidence, &options.genes, plan, &mut report)?;
            let genes = Genes::write(&genes, options.pad)?;
            let genes = vec![self.publication.add(FileKind::Genes, genes)?];
            if self.there.is_some() && genes != manifest.genes {
                return Err(other_genes(&manifest.genes));
            }
            manifest.genes = genes;
        }
        for (file, place, what) in plan.annotation_warnings(options) {
            report.warn_count(&file, place, &what, 1);
        }
        Ok(report)
    }

    fn add_people(
        &mut self,
        (known, erased): (Option<Known>, &ErasedIds),
        plan: &mut Plan,
        report: &mut Report,
        progress: &mut dyn FnMut(&Progress) -> bool,
    ) -> Result<()> {
        let options = self.options;
        let samples: Vec<&str> = plan.samples.iter().map(String::as_str).collect();
        let (publication, manifest) = (&mut self.publication, &mut self.manifest);
        let there = self.there.map(|there| (&**there, Stay::Stay));
        if let Some(known) = known {
            report.people = Some(known.add(
                publication,
                manifest,
                (&samples, there, erased),
                options.memory,
                &mut |what| people_step(progress, what),
            )?);
        } else if let Some((there, _)) = there {
            extend_owners(publication, manifest, there, &samples)?;
        }
        if options.sex_ploidy {
            let folder = self.publication.folder();
            let manifest = &self.manifest;
            let ploidy = sex_ploidy(folder, manifest, report.people.as_ref(), plan.assembly)?;
            report.sex_ploidy = Some(ploidy.report(plan.samples.len() as u64));
            plan.ploidy = Some(ploidy);
            self.manifest.sex_ploidy = true;
        }
        Ok(())
    }

    /// Reads the inputs and writes their segments.
    fn store(
        &mut self,
        plan: &mut Plan,
        report: &mut Report,
        progress: &mut dyn FnMut(&Progress) -> bool,
    ) -> Result<()> {
        let options = self.options;
        let mut meter = Meter {
            done: 0,
            total: plan.total_bytes,
            progress,
        };
        // names of the inputs that were read, with how many segments there were then
        let mut read = vec![(self.manifest.segments.len(), "the dataset".to_owned())];
        for unit in plan.units(options) {
            let target = Target {
                publication: &mut self.publication,
                report: &mut *report,
                manifest: &mut self.manifest,
            };
            let (contigs, name) = match unit {
                Unit::One(mut input) => {
                    let reader = input.open(&plan.read)?;
                    let mut build = InputBuild {
                        plan: &*plan,
                        options,
                        workers: &self.workers,
                        source: &input.source,
                        place: &input.place,
                        annotated: input.annotated.as_ref(),
                        names: input.names,
                        taken: &input.taken,
                        read: &read,
                        target,
                    };
                    (build.run(reader, &mut meter)?, input.source.name.clone())
                }
                Unit::Merged(inputs, samples) => {
                    let first = inputs.first().map_or("", |input| &input.source.name);
                    let name = match inputs.len() {
                        1 => first.to_owned(),
                        count => format!("{first} and {} others", count - 1),
                    };
                    let build = MergedBuild {
                        plan: &*plan,
                        options,
                        workers: &self.workers,
                        samples: &samples,
                        target,
                    };
                    (build.run(inputs, &name, &mut meter)?, name)
                }
            };
            plan.contigs = contigs;
            read.push((self.manifest.segments.len(), name));
        }
        Ok(())
    }

    /// What is known once the records are stored.
    fn finish_manifest(&mut self, plan: &Plan, report: &mut Report) -> Result<()> {
        let manifest = &mut self.manifest;
        let reference = self.options.reference.as_deref();
        let reference = reference.map(|path| ReferenceFasta::open(path, plan.assembly));
        let reference = reference.transpose()?;
        let extent = |name: &str| reference.as_ref().and_then(|of| of.extent(name));
        let contigs = plan.contigs.iter().map(|(name, length)| ContigEntry {
            name: name.clone(),
            length: *length,
            reference: extent(name).map(|of| (of.start, of.end)),
        });
        let contigs: Vec<ContigEntry> = contigs.collect();
        let mut known = manifest.contigs.iter().zip(&contigs);
        if let Some((known, found)) = known.find(|(a, b)| a.reference != b.reference) {
            return Err(other_reference(known, found));
        }
        manifest.contigs = contigs;
        plan.refuse_overlaps(manifest)?;
        let before = self.there.map_or(0, |there| there.parts().len());
        let added = manifest.segments.iter().skip(before);
        let added: BTreeSet<u32> = added.flat_map(|s| &s.contigs).map(|c| c.contig).collect();
        report.contigs = added.len() as u64;
        // questions go by annotation only where there is some
        let known = self
            .there
            .and_then(|there| there.manifest().annotations.clone());
        let stored = report.annotations.as_ref();
        if known.is_none() && stored.is_some_and(|report| report.stored == 0) {
            manifest.annotations = None;
        }
        Ok(())
    }

    fn publish(self, started: Instant, mut report: Report) -> Result<Report> {
        let mut manifest = self.manifest;
        report.bytes = manifest.files().map(|file| file.size).sum();
        let reference = self.options.reference.as_ref();
        let making = Making {
            command: self.command,
            keep: self.options.keep,
            // where it is must not depend on where the next command runs
            reference: reference.map(|path| absolute(path).unwrap_or_else(|_| path.clone())),
        };
        for (path, error) in self.publication.publish(&mut manifest, &making)? {
            let what = format!("a file that is not needed any more stays: {error}");
            report.warn_count(&path.display().to_string(), Place::File, &what, 1);
        }
        report.snapshot = manifest.snapshot;
        report.seconds = started.elapsed().as_secs_f64();
        Ok(report)
    }
}

fn other_genes(known: &[FileEntry]) -> Error {
    let expected = match known.is_empty() {
        true => "no gene models, for the dataset was built without",
        false => "the gene models and bases beside that the dataset was built with, or none",
    };
    Error::Usage(format!("genes: expected {expected}, found others"))
}

fn other_reference(known: &ContigEntry, found: &ContigEntry) -> Error {
    let text = |of: &ContigEntry| match of.reference {
        Some((start, end)) => format!("bases of {start} to {end}"),
        None => "nothing".to_owned(),
    };
    let (expected, name) = (text(known), &known.name);
    let found = text(found);
    Error::Usage(format!(
        "reference: expected {expected} of contig {name}, as the dataset was built with, found {found}"
    ))
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
    SexPloidy::of(&Dataset::as_stored(folder, manifest)?.view(), assembly)
}

/// Stores who carries variants of genes, where genes are known: of the batches that have no such file yet.
pub(super) fn add_gene_carriers(
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
    let known: BTreeSet<u32> = manifest.carriers.iter().map(|of| of.batch).collect();
    let batches = manifest.batches();
    let disagreeing = match batches.len() {
        0 | 1 => BTreeSet::new(),
        _ => disagreeing_batches(&Dataset::as_stored(&folder, manifest)?.view())?,
    };
    // of batches that are there nothing is read again
    let mut any = !known.is_empty();
    for batch in batches.into_iter().filter(|batch| !known.contains(batch)) {
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
    // of a batch that was written again it stands behind those of later ones
    manifest.carriers.sort_by_key(|of| of.batch);
    if !any {
        manifest.carriers.clear();
    }
    Ok(())
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
