//! Which cross-references mean the same.
//!
//! A cross-reference is any reference, and ontologies say in different ways which of theirs are
//! identities: Mondo by the source `MONDO:equivalentTo`, ORDO by `E` (and not `NTBT`, `BTNT`), others by
//! `skos:exactMatch` beside their cross-references. Where any of a vocabulary is marked so, those that
//! are not are no identities; of a vocabulary that marks none (HPO, DOID) all are.

use super::curie_of;
use crate::model::vocabulary::vocabulary_of;
use crate::model::{Match, OntologySource};
use std::collections::HashSet;

const LEFT: &str = "cross-references that are not said to be the same term: not used";

/// What qualifiers say of a cross-reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Same,
    /// That it is related in another way.
    Other,
    Nothing,
}

impl Said {
    pub(super) fn of<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let mut said = Self::Nothing;
        for value in values {
            match Self::one(value.trim()) {
                Self::Same => return Self::Same,
                Self::Other => said = Self::Other,
                Self::Nothing => {}
            }
        }
        said
    }

    fn one(value: &str) -> Self {
        if let Some(relation) = value.strip_prefix("MONDO:") {
            return match relation {
                "equivalentTo" => Self::Same,
                // a term that it was taken from
                id if id.starts_with(|c: char| c.is_ascii_digit()) => Self::Nothing,
                _ => Self::Other,
            };
        }
        if let Some(relation) = Match::of(value) {
            return match relation {
                Match::Exact => Self::Same,
                _ => Self::Other,
            };
        }
        if ["closeMatch", "relatedMatch"].contains(&local(value)) {
            return Self::Other;
        }
        // ORDO: `- NTBT (narrower term maps to a broader term)`; Mondo's sources: `Orphanet:58/ntbt`
        let word = match (value.rsplit_once('/'), value.strip_prefix("- ")) {
            (Some((id, word)), _) if id.starts_with("Orphanet:") => word.to_ascii_uppercase(),
            (_, Some(text)) => text.split([' ', '(']).next().unwrap_or_default().to_owned(),
            _ => value.to_owned(),
        };
        match word.as_str() {
            "E" | "EXACT" => Self::Same,
            "NTBT" | "BTNT" | "ND" | "W" | "BROAD" | "NARROW" | "RELATED" | "INCLUSION"
            | "INDEX" | "ATTRIBUTED" => Self::Other,
            _ => Self::Nothing,
        }
    }
}

/// What stands last in a CURIE or an IRI.
fn local(text: &str) -> &str {
    text.rsplit(['/', '#', ':']).next().unwrap_or(text)
}

impl Match {
    /// Of a predicate, as a CURIE, an IRI or its name alone; `None` where it says neither the same, nor
    /// more, nor less.
    pub(super) fn of(predicate: &str) -> Option<Self> {
        match local(predicate) {
            "exactMatch" | "equivalentClass" => Some(Self::Exact),
            "broadMatch" | "subClassOf" => Some(Self::Broad),
            "narrowMatch" => Some(Self::Narrow),
            _ => None,
        }
    }
}

/// The cross-references of a file, until it is known which are identities.
#[derive(Debug, Default)]
pub(super) struct Xrefs {
    /// Vocabularies that mark theirs.
    marked: HashSet<String>,
    /// The prefix last marked: most of a file's terms have the same.
    last: String,
    /// By the number of their term: those of which nothing is said.
    open: Vec<(usize, String)>,
    same: Vec<(usize, String)>,
    left: u64,
    examples: Vec<String>,
}

/// Examples of what is left out.
const EXAMPLES: usize = 5;

impl Xrefs {
    /// Adds one of a term, by its id and its number among all terms.
    pub(super) fn add(&mut self, term: &str, at: usize, xref: String, said: Said) {
        match said {
            Said::Nothing => self.open.push((at, xref)),
            Said::Same => {
                self.mark(term);
                self.same.push((at, xref));
            }
            Said::Other => {
                self.mark(term);
                self.leave(term, &xref);
            }
        }
    }

    /// The vocabulary of this term says which other terms are the same.
    pub(super) fn mark(&mut self, term: &str) {
        let (prefix, _) = term.split_once(':').unwrap_or((term, ""));
        if self.last != prefix {
            self.last.clear();
            self.last.push_str(prefix);
            self.marked.insert(vocabulary_of(term));
        }
    }

    fn leave(&mut self, term: &str, xref: &str) {
        self.left += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(format!("{term} {xref}"));
        }
    }

    /// Gives the terms those that they are the same as.
    pub(super) fn finish(mut self, source: &mut OntologySource) {
        for (at, xref) in std::mem::take(&mut self.open) {
            let Some(term) = source.terms.get_mut(at) else {
                continue;
            };
            if self.marked.contains(&vocabulary_of(&term.id)) {
                let id = term.id.clone();
                self.leave(&id, &xref);
            } else {
                term.equivalents.push(curie_of(&xref));
            }
        }
        for (at, xref) in self.same {
            if let Some(term) = source.terms.get_mut(at) {
                term.equivalents.push(curie_of(&xref));
            }
        }
        if self.left > 0 {
            source.leave(LEFT, self.left, self.examples);
        }
    }
}
