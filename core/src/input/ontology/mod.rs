//! Readers of ontologies: terms, what is more general than what, what is the same in another
//! vocabulary, and which diseases have which phenotypes.
//!
//! A file is recognised by what stands in it:
//!
//! | what | as |
//! |---|---|
//! | OBO 1.2 to 1.4 (`hp.obo`, `mondo.obo`) | terms, synonyms, `is_a`, `alt_id`, `replaced_by`, `equivalent_to`, and those of `xref` that mean the same |
//! | OBO graphs (`hp.json`) | the same |
//! | a table with the columns `code` or `id`, `parent`, `label` (others are skipped) | a hierarchy |
//! | a list of ICD-10 codes without a header | a hierarchy by the codes themselves, as `ICD10:E78.0` |
//! | SSSOM (`subject_id`, `predicate_id`, `object_id`) | `exactMatch`, `broadMatch`, `narrowMatch` |
//! | HPO's `phenotype.hpoa` | diseases with their phenotypes, how often, and which are excluded |

mod graph;
mod identity;
mod obo;
mod tables;

use super::lines::{first_bytes, input_error};
use crate::error::{Place, Result};
use crate::model::OntologySource;
use std::path::PathBuf;

/// How much of a file is looked at to tell what it is.
const HEAD: u64 = 1 << 16;

/// Reads files in turn, each recognised by what stands in it.
pub(crate) fn read_ontologies(paths: &[PathBuf]) -> Result<OntologySource> {
    let mut source = OntologySource::default();
    for path in paths {
        let head = first_bytes(path, HEAD)?;
        let head = String::from_utf8_lossy(&head);
        let text = head.trim_start_matches('\u{feff}').trim_start();
        let first = text
            .lines()
            .find(|line| !line.starts_with('#'))
            .unwrap_or_default();
        let version = if text.starts_with('{') {
            graph::read(path, &mut source)?
        } else if text.starts_with("format-version:") || text.contains("[Term]") {
            obo::read(path, &mut source)?
        } else if tables::is_annotations(text) {
            tables::read_annotations(path, &mut source)?
        } else if has_columns(first, &["subject_id", "object_id"]) {
            tables::read_sssom(path, &mut source)?
        } else if has_columns(first, &["parent"]) {
            tables::read_hierarchy(path, &mut source)?
        } else if tables::is_icd_list(first) {
            tables::read_icd_list(path, &mut source)?
        } else {
            let expected = "an ontology: OBO, OBO graph, a table with a column `parent`, SSSOM, \
                            phenotype.hpoa or a list of ICD-10 codes";
            return Err(input_error(path, Place::File, expected, first));
        };
        let name = path.file_name().map(|name| name.to_string_lossy());
        source
            .versions
            .push((name.unwrap_or_default().into_owned(), version));
    }
    Ok(source)
}

fn has_columns(header: &str, wanted: &[&str]) -> bool {
    let columns: Vec<String> = header
        .split(['\t', ',', ';'])
        .map(|column| column.trim().trim_matches('"').to_ascii_lowercase())
        .collect();
    columns.len() > 1
        && wanted
            .iter()
            .all(|one| columns.iter().any(|c| c.starts_with(one)))
}

/// Whether a text is `PREFIX:local`.
pub(super) fn is_curie(text: &str) -> bool {
    text.split_once(':').is_some_and(|(prefix, local)| {
        !prefix.is_empty()
            && !local.is_empty()
            && !text.contains(char::is_whitespace)
            && !local.starts_with("//")
    })
}

/// `http://purl.obolibrary.org/obo/HP_0003473` as `HP:0003473`, and likewise the forms in which terms of
/// other vocabularies are written as addresses; other texts as they are.
pub(super) fn curie_of(iri: &str) -> String {
    let Some((_, rest)) = iri.split_once("://").filter(|_| iri.starts_with("http")) else {
        return iri.to_owned();
    };
    let mut segments = rest.rsplit(['/', '#']);
    let local = segments.next().unwrap_or_default();
    if is_curie(local) {
        return local.to_owned();
    }
    if let Some((prefix, number)) = local.split_once('_') {
        return format!("{prefix}:{number}");
    }
    let known = [
        "identifiers.org/",
        "linkedlifedata.com/",
        "purl.bioontology.org/",
        "omim.org/",
        "snomed.info/",
    ];
    if !known
        .iter()
        .any(|host| rest.trim_start_matches("www.").starts_with(host))
        || local.is_empty()
    {
        return iri.to_owned();
    }
    let prefix = segments.find(|segment| !["id", "entry"].contains(segment));
    match prefix.unwrap_or_default().trim_start_matches("www.") {
        "omim.org" => format!("OMIM:{local}"),
        "snomed.info" => format!("SNOMEDCT:{local}"),
        prefix => format!("{prefix}:{local}"),
    }
}

#[cfg(test)]
mod tests;
