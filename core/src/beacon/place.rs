//! Contigs and assemblies as clients of Beacon name them.

use super::refusal::{Checked, Refusal, Shown};
use crate::cohort::View;
use crate::genome::{Assembly, Chromosome, ContigNames, NameError};

/// Chromosomes by the numbers that some clients use.
const NUMBERED: [(&str, &str); 5] = [
    ("23", "X"),
    ("24", "Y"),
    ("25", "MT"),
    ("26", "MT"),
    ("M", "MT"),
];

/// What a request is read for: a dataset, or counts that were published, which know their contigs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    View(&'a View),
    Published(&'a ContigNames),
}

impl<'a> Source<'a> {
    pub(super) fn names(self) -> &'a ContigNames {
        match self {
            Self::View(view) => view.contig_names(),
            Self::Published(names) => names,
        }
    }
}

/// The dataset is of the assembly that is asked for.
pub(super) fn check_assembly(names: &ContigNames, asked: Option<&str>) -> Checked<()> {
    let Some(asked) = asked else {
        return Ok(());
    };
    let known = names.assembly();
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
pub(super) fn contig<'n>(names: &'n ContigNames, of: &str, asked: &str) -> Checked<&'n str> {
    let name = asked.strip_prefix("refseq:").unwrap_or(asked);
    let found = names.resolve(name).or_else(|e| {
        let numbered = NUMBERED.iter().find(|(number, _)| *number == name);
        match numbered {
            Some((_, name)) => names.resolve(name),
            None => Err(e),
        }
    });
    match found {
        Ok(number) => Ok(names.name(number).unwrap_or_default()),
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
