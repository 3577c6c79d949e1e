//! What may be meant by a bare word that is no name of what is picked: the atoms that it would stand in.

use super::names::Names;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::Attribute;
use crate::model::consequence::term;
use crate::query::expr::hints::{bare_name, variant_fields};
use crate::store::individuals::FoundTerm;

impl Names<'_> {
    /// Atoms that pick variants.
    pub(super) fn variant_proposals(&self, word: &str) -> Result<Vec<String>> {
        let mut found = Vec::new();
        if self.is_gene(word)? {
            found.push(format!("gene:{word}"));
        }
        found.extend(variant_fields(word));
        if self.view.manifest().annotations.is_some() && term(word).is_some() {
            found.push(format!("consequence:{word}"));
        }
        if self.view.sample_number(word)?.is_some() {
            found.push(format!("ac(samples({word}))>0"));
        } else if self.is_person(word)? {
            found.push(format!("ac(individuals({word}))>0"));
        }
        Ok(found)
    }

    /// Atoms that pick people.
    fn group_proposals(&self, word: &str) -> Result<Vec<String>> {
        let mut found = Vec::new();
        if self.view.sample_number(word)?.is_some() {
            found.push(format!("samples({word})"));
        } else if self.is_person(word)? {
            found.push(format!("individuals({word})"));
        }
        if self.is_gene(word)? {
            found.push(format!("carriers(gene:{word})"));
        }
        let is_contig = self.view.contig_names().resolve(word).is_ok();
        if is_contig || !self.rows_with_id(word)?.is_empty() {
            found.push(format!("carriers({word})"));
        }
        let Some(people) = self.view.people() else {
            return Ok(found);
        };
        let visible = self.view.visible_individuals();
        for (name, attribute) in Attribute::NAMES {
            let values = people.attribute_values(attribute, visible)?;
            let mut values = values.iter();
            if let Some(value) = values.find(|value| value.eq_ignore_ascii_case(word)) {
                found.push(format!("{name}:{value}"));
            }
        }
        match people.find_term(word, None, self.view.seen()?)? {
            FoundTerm::One(_) | FoundTerm::Several(_) => found.push(format!("\"{word}\"")),
            // near labels only where nothing else fits
            FoundTerm::Nothing if found.is_empty() => {
                if let Some(terms) = self.view.terms() {
                    found.extend(terms.suggest(word)?);
                }
            }
            FoundTerm::Nothing => {}
        }
        Ok(found)
    }

    fn is_person(&self, word: &str) -> Result<bool> {
        let Some(people) = self.view.people() else {
            return Ok(false);
        };
        let number = people.number(word)?;
        let visible = self.view.visible_individuals();
        Ok(number.is_some_and(|number| visible.is_none_or(|all| all.contains(number))))
    }

    fn is_gene(&self, word: &str) -> Result<bool> {
        if self.is_annotated(&[word.trim().to_lowercase()])? {
            return Ok(true);
        }
        match self.view.genes() {
            Some(genes) => Ok(!genes.find(word)?.is_empty()),
            None => Ok(false),
        }
    }
}

/// An error of reading a question for people, with what a bare word in it may be here.
pub(in crate::query) fn proposed(view: &View, error: Error) -> Error {
    let Error::Expression(mut of) = error else {
        return error;
    };
    if let Some(word) = bare_name(&of) {
        match Names::new(view, "").group_proposals(word) {
            Ok(found) if !found.is_empty() => of.candidates = found,
            Ok(_) => {}
            Err(error) => return error,
        }
    }
    Error::Expression(of)
}
