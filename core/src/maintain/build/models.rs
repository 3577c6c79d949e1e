//! Whether gene models fit the genotypes: those of another assembly lie at other places.

use super::plan::Plan;
use super::report::Report;
use crate::error::{Error, InputError, Place, Result};
use crate::genome::ContigNames;
use crate::input::genes::Evidence;
use crate::model::Gene;
use std::path::PathBuf;

/// Refuses gene models that are of another assembly than the genotypes, and warns of what lies outside
/// of the contigs.
pub(super) fn check_models(
    genes: &[Gene],
    evidence: &[Evidence],
    files: &[PathBuf],
    plan: &Plan,
    report: &mut Report,
) -> Result<()> {
    if let Some(here) = plan.assembly
        && let Some(other) = evidence.iter().find(|one| one.assembly != here)
    {
        return Err(Error::from(Box::new(InputError {
            file: other.file.display().to_string(),
            place: other.place,
            expected: format!("gene models of {here}, as the genotypes are"),
            found: format!("{} ({})", other.assembly, other.by),
        })));
    }
    let names = ContigNames::new(plan.contigs.iter().cloned(), plan.assembly);
    let (mut known, mut outside) = (0u64, 0u64);
    let mut first = String::new();
    for gene in genes {
        for (contig, start, end) in &gene.places {
            let Ok(number) = names.resolve(contig) else {
                continue;
            };
            known += 1;
            let length = plan.contigs.get(number).and_then(|(_, length)| *length);
            if length.is_some_and(|length| u64::from(end.unsigned_abs()) > length) {
                if outside == 0 {
                    let start = i64::from(*start) + 1;
                    first = format!("{} at {contig}:{start}-{end}", gene.symbol);
                }
                outside += 1;
            }
        }
    }
    let files: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let files = files.join(", ");
    if outside * 2 > known {
        return Err(Error::from(Box::new(InputError {
            file: files,
            place: Place::File,
            expected: "gene models that lie on the contigs of the genotypes".to_owned(),
            found: format!("{outside} of {known} behind their ends, the first {first}"),
        })));
    }
    if outside > 0 {
        let what = "a gene behind the end of its contig: gene models of another assembly?";
        report.warn_count(&format!("{files}: {first}"), Place::File, what, outside);
    }
    if known == 0 && !plan.contigs.is_empty() {
        let what = "no gene model lies on a contig that the genotypes have";
        report.warn_count(&files, Place::File, what, 1);
    }
    Ok(())
}
