//! Where genotypes could be called: the capture kits of samples.

use super::BuildOptions;
use super::plan::Plan;
use super::report::Report;
use crate::error::{Error, Place, Result};
use crate::format::FileKind;
use crate::genome::ContigNames;
use crate::input::callable::{BedRegions, read_bed, read_callable_table};
use crate::input::input_error;
use crate::store::callable::Callable;
use crate::store::manifest::CallableEntry;
use crate::store::{Manifest, Publication};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// The regions of kits that were given, and the samples that each is of.
pub(super) struct Kits(Vec<GivenKit>);

struct GivenKit {
    file: PathBuf,
    regions: BedRegions,
    /// Numbers of samples, and the line of the table that says so.
    samples: Vec<(u32, Option<u64>)>,
}

impl Kits {
    /// Reads what the options name, for the samples of a plan.
    pub(super) fn read(options: &BuildOptions, plan: &Plan) -> Result<Self> {
        let mut by_file = BTreeMap::<PathBuf, Vec<(u32, Option<u64>)>>::new();
        if let Some(bed) = &options.callable {
            let inputs = plan.inputs.iter();
            let members = inputs.flat_map(|input| input.place.members().iter().collect::<Vec<_>>());
            let mut samples: Vec<u32> = members.collect();
            samples.sort_unstable();
            samples.dedup();
            let samples = samples.into_iter().map(|sample| (sample, None));
            by_file.insert(bed.clone(), samples.collect());
        }
        if let Some(table) = &options.callable_table {
            let numbers: HashMap<&str, u32> =
                plan.samples.iter().map(String::as_str).zip(0..).collect();
            for row in read_callable_table(table)? {
                let Some(&number) = numbers.get(row.sample.as_str()) else {
                    let expected = "a sample of the inputs or of the dataset";
                    let place = Place::Line(row.line);
                    return Err(input_error(table, place, expected, &row.sample));
                };
                if let Some(bed) = row.bed {
                    let samples = by_file.entry(bed).or_default();
                    samples.push((number, Some(row.line)));
                }
            }
        }
        let kits = by_file.into_iter().map(|(file, samples)| {
            Ok(GivenKit {
                regions: read_bed(&file)?,
                file,
                samples,
            })
        });
        Ok(Self(kits.collect::<Result<_>>()?))
    }

    /// Stores them beside those that are there. A sample that has a kit keeps it: another one is an error.
    pub(super) fn add(
        self,
        publication: &mut Publication,
        manifest: &mut Manifest,
        (options, plan): (&BuildOptions, &Plan),
        report: &mut Report,
    ) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let contigs = manifest
            .contigs
            .iter()
            .map(|of| (of.name.clone(), of.length));
        let names = ContigNames::new(contigs, plan.assembly);
        let mut known = HashMap::<u32, usize>::new();
        for (number, entry) in manifest.callable.iter().enumerate() {
            for &(first, count) in &entry.samples {
                known.extend((first..first.saturating_add(count)).map(|sample| (sample, number)));
            }
        }
        for kit in self.0 {
            let shown = kit.file.display().to_string();
            let is_here = |name: &String| matches!(names.resolve_listed(name), Ok(Some(_)));
            let others = kit.regions.iter().filter(|(name, _)| !is_here(name));
            let others: usize = others.map(|(_, regions)| regions.len()).sum();
            if others > 0 {
                let what = "callable regions of contigs that the dataset does not have";
                report.warn_count(&shown, Place::File, what, others as u64);
            }
            if kit.samples.is_empty() {
                continue;
            }
            let file = publication.add(FileKind::Callable, Callable::write(&kit.regions)?)?;
            let entries = &mut manifest.callable;
            let number = entries.iter().position(|entry| entry.file == file);
            let number = number.unwrap_or(entries.len());
            if number == entries.len() {
                entries.push(CallableEntry {
                    file,
                    samples: Vec::new(),
                });
            }
            for &(sample, line) in &kit.samples {
                if *known.entry(sample).or_insert(number) != number {
                    let name = plan.samples.name(sample);
                    return Err(another_kit(options, name, &kit.file, line));
                }
            }
        }
        let mut by_kit = vec![Vec::new(); manifest.callable.len()];
        for (sample, number) in known {
            if let Some(samples) = by_kit.get_mut(number) {
                samples.push(sample);
            }
        }
        for (entry, samples) in manifest.callable.iter_mut().zip(by_kit) {
            entry.samples = runs(samples);
        }
        Ok(())
    }
}

fn another_kit(options: &BuildOptions, sample: &str, file: &Path, line: Option<u64>) -> Error {
    let expected = format!("the callable regions that {sample} has already");
    let found = format!("others, of {}", file.display());
    match (line, &options.callable_table) {
        (Some(line), Some(table)) => input_error(table, Place::Line(line), &expected, &found),
        _ => Error::Usage(format!("callable: expected {expected}, found {found}")),
    }
}

/// Numbers as runs: the first, and how many.
pub(super) fn runs(mut samples: Vec<u32>) -> Vec<(u32, u32)> {
    samples.sort_unstable();
    let runs = samples.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    runs.filter_map(|run| Some((*run.first()?, run.len() as u32)))
        .collect()
}
