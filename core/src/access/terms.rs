//! Terms under a policy, with how many people have them.

use super::policy_view::PolicyView;
use crate::cohort::TermFound;
use crate::error::{Error, Result};
use crate::model::{Granularity, Known};

/// A term, and of how many people it or something more special is recorded, as a policy shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownTerm {
    /// CURIE; empty where nothing but a label was recorded.
    pub id: String,
    /// Label, empty where there is none.
    pub label: String,
    /// People of whom it or something more special is recorded as present.
    pub people: Known<u64>,
}

impl PolicyView {
    /// Terms of which the numbers of people may be shown, by their ids, that have the words of a text, as [`View::find_terms`](crate::View::find_terms) finds
    /// them. Numbers are rounded to a multiple of the floor: a term and one above it could else differ by few.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where neither people nor ontologies are loaded; [`Error::Damaged`].
    pub fn find_terms(&self, text: Option<&str>) -> Result<Vec<ShownTerm>> {
        let found = self.terms(text);
        self.record(found, |_| false)
    }

    fn terms(&self, text: Option<&str>) -> Result<Vec<ShownTerm>> {
        let found = match self.view.find_terms(text) {
            Ok(found) => found,
            // nothing has the words, or what few people have: these are one answer
            Err(Error::Usage(_)) if self.view.terms().is_some() || self.view.people().is_some() => {
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let numbers: Vec<(&str, u64)> = found
            .iter()
            .map(|of| (of.id.as_str(), of.people_below))
            .collect();
        let noisy = self.noised_terms(&numbers)?;
        let noisy = |at| {
            noisy
                .as_ref()
                .map(|of| of.get(at).copied().unwrap_or_default())
        };
        let shown = found.into_iter().enumerate();
        let shown = shown.filter_map(|(at, of)| self.term(of, noisy(at)));
        let mut shown: Vec<ShownTerm> = shown.collect();
        shown.sort_by(|a, b| (&a.id, &a.label).cmp(&(&b.id, &b.label)));
        Ok(shown)
    }

    fn term(&self, of: TermFound, noisy: Option<Known<u64>>) -> Option<ShownTerm> {
        let people = match self.policy.shows_records() {
            true => Known::Exact(of.people_below),
            false => {
                let floor = self.policy.floor.people.max(1);
                if of.people_below < floor {
                    return None;
                }
                match (self.policy.granularity, noisy) {
                    (Granularity::Boolean, _) => Known::Withheld,
                    (_, Some(Known::Withheld)) => return None,
                    (_, Some(noisy)) => noisy,
                    (_, None) => self.coarse(floor).shown(of.people_below),
                }
            }
        };
        Some(ShownTerm {
            id: of.id,
            label: of.label,
            people,
        })
    }
}
