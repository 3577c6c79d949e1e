//! Contigs and assemblies as clients of Beacon name them.

use super::refusal::{Checked, Refusal, Shown};
use crate::cohort::View;
use crate::genome::{Assembly, Chromosome, NameError};

/// Chromosomes by the numbers that some clients use.
const NUMBERED: [(&str, &str); 5] = [
    ("23", "X"),
    ("24", "Y"),
    ("25", "MT"),
    ("26", "MT"),
    ("M", "MT"),
];

/// The dataset is of the assembly that is asked for.
pub(super) fn check_assembly(view: &View, asked: Option<&str>) -> Checked<()> {
    let Some(asked) = asked else {
        return Ok(());
    };
    let known = view.contig_names().assembly();
    match (asked.parse::<Assembly>(), known) {
        (Ok(asked), Some(known)) if asked == known => Ok(()),
        (_, Some(known)) => Err(Refusal::unanswerable(format!(
            "assemblyId: {} is not here, the data are of {}",
            Shown(asked),
            known.name()
        ))),
        (_, None) => Err(Refusal::unanswerable(
            "assemblyId: the assembly of the data is not known, so none can be asked for: the operator can state it",
        )),
    }
}

/// The contig of the dataset that a name means.
pub(super) fn contig<'v>(view: &'v View, of: &str, asked: &str) -> Checked<&'v str> {
    let name = asked.strip_prefix("refseq:").unwrap_or(asked);
    let names = view.contig_names();
    let found = names.resolve(name).or_else(|e| {
        let numbered = NUMBERED.iter().find(|(number, _)| *number == name);
        match numbered {
            Some((_, name)) => names.resolve(name),
            None => Err(e),
        }
    });
    match found {
        Ok(number) => Ok(view.contig_name(number as u32)),
        Err(NameError::Ambiguous { .. }) => Err(Refusal::bad(format!(
            "{of}: {} may be one of several contigs",
            Shown(asked)
        ))),
        Err(NameError::Unknown { .. }) if Chromosome::from_name(name).is_none() => Err(
            Refusal::bad(format!("{of}: {} is no contig here", Shown(asked))),
        ),
        Err(_) => Err(Refusal::unanswerable(format!(
            "{of}: {} is not covered by the data",
            Shown(asked)
        ))),
    }
}

/// Whether gene models know a gene. What annotations alone know is known of the variants that somebody has.
pub(super) fn in_gene_models(view: &View, of: &str, name: &str) -> Checked<bool> {
    let Some(genes) = view.genes() else {
        return Ok(false);
    };
    let found = genes.find(name).map_err(|e| Refusal::of_host(&e))?;
    match found.len() {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Refusal::bad(format!(
            "{of}: {} may be one of several genes",
            Shown(name)
        ))),
    }
}
