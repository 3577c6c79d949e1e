//! What a question for carriers needs of a dataset beside its rows.

use super::bound::Asked;
use super::names::Names;
use super::trios::Trios;
use crate::cohort::View;
use crate::error::Result;
use std::ops::Range;

pub(in crate::query) const NO_GENES: &str = "no genes are known here: build with `--genes`, or from annotated files, to ask for two variants in \
     one gene";

/// Finds what is needed, with notes on how it is known: genes for two variants in one, and for an origin
/// parents, which are returned.
pub(in crate::query) fn needs(
    names: &Names<'_>,
    asked: Asked,
    notes: &mut Vec<String>,
    at: &Range<usize>,
) -> Result<Option<Trios>> {
    let refused = |message: &str| Err(names.error(at, message.to_owned(), Vec::new()));
    if asked.compound {
        match genes(names.view) {
            Some(note) => notes.push(note),
            None => return refused(NO_GENES),
        }
    }
    if asked.origin.is_none() {
        return Ok(None);
    }
    let known = Trios::of_people(names.view)?;
    if known.is_empty() {
        return refused(
            "no sample here has a parent among the samples: load a pedigree with \
             `varidex people`",
        );
    }
    notes.push(format!("parents: known of {} samples", known.len()));
    Ok(Some(known))
}

/// How genes are found, for `--explain`; `None` where none are known.
fn genes(view: &View) -> Option<String> {
    if let Some(annotations) = &view.manifest().annotations {
        return Some(format!("genes: by annotation ({annotations})"));
    }
    view.genes().map(|genes| match genes.pad() {
        0 => "genes: by position".to_owned(),
        pad => format!("genes: by position and {pad} bases on both sides"),
    })
}
