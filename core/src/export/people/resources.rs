//! The vocabularies of codes.

use crate::model::vocabulary::{canonical, prefix_of};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A vocabulary that is known: prefix in its one spelling, name, where it lies, and what stands before codes.
struct Known(&'static str, &'static str, &'static str, &'static str);

const KNOWN: [Known; 16] = [
    Known(
        "chebi",
        "Chemical Entities of Biological Interest",
        "http://purl.obolibrary.org/obo/chebi.owl",
        "http://purl.obolibrary.org/obo/CHEBI_",
    ),
    Known(
        "doid",
        "Human Disease Ontology",
        "http://purl.obolibrary.org/obo/doid.owl",
        "http://purl.obolibrary.org/obo/DOID_",
    ),
    Known(
        "efo",
        "Experimental Factor Ontology",
        "http://www.ebi.ac.uk/efo/efo.owl",
        "http://www.ebi.ac.uk/efo/EFO_",
    ),
    Known(
        "gaz",
        "Gazetteer",
        "http://purl.obolibrary.org/obo/gaz.owl",
        "http://purl.obolibrary.org/obo/GAZ_",
    ),
    Known(
        "hp",
        "Human Phenotype Ontology",
        "http://purl.obolibrary.org/obo/hp.owl",
        "http://purl.obolibrary.org/obo/HP_",
    ),
    Known(
        "icd10",
        "International Classification of Diseases, 10th revision",
        "https://icd.who.int/browse10",
        "https://icd.who.int/browse10/2019/en#/",
    ),
    Known(
        "loinc",
        "Logical Observation Identifiers Names and Codes",
        "https://loinc.org",
        "https://loinc.org/",
    ),
    Known(
        "mondo",
        "Mondo Disease Ontology",
        "http://purl.obolibrary.org/obo/mondo.owl",
        "http://purl.obolibrary.org/obo/MONDO_",
    ),
    Known(
        "ncit",
        "NCI Thesaurus",
        "http://purl.obolibrary.org/obo/ncit.owl",
        "http://purl.obolibrary.org/obo/NCIT_",
    ),
    Known(
        "omim",
        "Online Mendelian Inheritance in Man",
        "https://www.omim.org",
        "https://www.omim.org/entry/",
    ),
    Known(
        "orpha",
        "Orphanet Rare Disease Ontology",
        "http://www.orpha.net/version",
        "http://www.orpha.net/ORDO/Orphanet_",
    ),
    Known(
        "pato",
        "Phenotype And Trait Ontology",
        "http://purl.obolibrary.org/obo/pato.owl",
        "http://purl.obolibrary.org/obo/PATO_",
    ),
    Known(
        "rxnorm",
        "RxNorm",
        "https://www.nlm.nih.gov/research/umls/rxnorm",
        "https://mor.nlm.nih.gov/RxNav/search?searchBy=RXCUI&searchTerm=",
    ),
    Known(
        "snomed",
        "SNOMED CT",
        "http://snomed.info/sct",
        "http://snomed.info/id/",
    ),
    Known(
        "uberon",
        "Uber-anatomy ontology",
        "http://purl.obolibrary.org/obo/uberon.owl",
        "http://purl.obolibrary.org/obo/UBERON_",
    ),
    Known(
        "ucum",
        "Unified Code for Units of Measure",
        "https://ucum.org",
        "https://ucum.org/",
    ),
];

/// The vocabularies of these prefixes, with the versions that were loaded where files say them.
pub(super) fn resources(prefixes: &BTreeSet<String>, versions: &[(String, String)]) -> Vec<Value> {
    let all = prefixes.iter().map(|prefix| {
        let spelling = canonical(&format!("{prefix}:1"));
        let one = prefix_of(&spelling);
        let mut resource = json!({ "id": one, "name": prefix, "namespacePrefix": prefix });
        let Some(fields) = resource.as_object_mut() else {
            return resource;
        };
        if let Some(Known(_, name, url, start)) = KNOWN.iter().find(|known| known.0 == one) {
            for (key, text) in [("name", name), ("url", url), ("iriPrefix", start)] {
                fields.insert(key.to_owned(), Value::from(*text));
            }
        }
        let own = versions
            .iter()
            .find(|(file, version)| is_of(one, file, version));
        if let Some((_, version)) = own {
            fields.insert("version".to_owned(), Value::from(version.as_str()));
        }
        resource
    });
    all.collect()
}

/// Whether the file of an ontology, which says a version, is that of a vocabulary.
fn is_of(vocabulary: &str, file: &str, version: &str) -> bool {
    let file = file.to_ascii_lowercase();
    let named = file.strip_prefix(vocabulary);
    let named = named.is_some_and(|rest| rest.starts_with(['.', '-', '_']));
    let mut parts = version.split(['/', ':']);
    !version.is_empty() && (named || parts.any(|part| part.eq_ignore_ascii_case(vocabulary)))
}
