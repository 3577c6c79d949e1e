//! How many people each recorded term has.

use super::ask::scopes;
use super::find::TermRef;
use super::{People, form, scope_number};
use crate::error::Result;
use crate::model::Scope;
use crate::model::vocabulary::canonical;
use crate::set::SampleSet;
use std::collections::{BTreeMap, HashMap};

/// A term, and how many people have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) term: TermRef,
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) people: u64,
}

impl People {
    /// Every term recorded as present in a scope, what is above it included, with its people; of those
    /// `within` alone where they are given.
    pub(crate) fn term_counts(
        &self,
        scope: Option<Scope>,
        within: Option<&SampleSet>,
    ) -> Result<Vec<Counted>> {
        let codings = self.codings()?;
        // an id that no ontology describes is one term, in all its spellings
        let mut groups: HashMap<String, u32> = HashMap::new();
        let mut of_group: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut sets: BTreeMap<(bool, u32), SampleSet> = BTreeMap::new();
        for row in 0..self.counts.sets {
            let key = self.at.set_keys.get(&self.file, row)?;
            if !scopes(scope).any(|scope| scope_number(scope) == key & 15) {
                continue;
            }
            let number = self.set_term(row)?;
            let (known, number) = match key & !15 {
                form::CLOSED => (true, number),
                form::PRESENT => match codings.get(number as usize) {
                    Some(coding) if coding.number.is_none() => {
                        let group = match coding.id.is_empty() {
                            true => number,
                            false => *groups.entry(canonical(&coding.id)).or_insert(number),
                        };
                        let rows = of_group.entry(group).or_default();
                        if let Err(at) = rows.binary_search(&number) {
                            rows.insert(at, number);
                        }
                        (false, group)
                    }
                    _ => continue,
                },
                _ => continue,
            };
            let mut set = self.set_at(&self.at.sets, row)?;
            if let Some(within) = within {
                set = set.intersection(within);
                if set.is_empty() {
                    continue;
                }
            }
            match sets.get_mut(&(known, number)) {
                Some(all) => *all = all.union(&set),
                None => {
                    sets.insert((known, number), set);
                }
            }
        }
        let described = self.described(&sets)?;
        // an ontology may have no label for what is only the same as one of its terms
        let mut recorded: BTreeMap<u32, &str> = BTreeMap::new();
        for coding in codings {
            if let Some(number) = coding.number {
                let label = recorded.entry(number).or_default();
                if label.is_empty() {
                    *label = &coding.label;
                }
            }
        }
        let mut counted = Vec::with_capacity(sets.len());
        for ((known, number), set) in sets {
            let (term, (id, label)) = match known {
                true => {
                    let mut shown = described.get(&number).cloned().unwrap_or_default();
                    if shown.1.is_empty() {
                        match recorded.get(&number) {
                            Some(label) => (*label).clone_into(&mut shown.1),
                            // terms that are only the same in another vocabulary would hide the others
                            None if self.terms.is_some() => continue,
                            None => {}
                        }
                    }
                    (TermRef::known(number), shown)
                }
                false => {
                    let rows = of_group.remove(&number).unwrap_or_default();
                    let term = TermRef { known: None, rows };
                    let shown = self.describe(&term)?;
                    (term, shown)
                }
            };
            counted.push(Counted {
                term,
                id,
                label,
                people: set.len(),
            });
        }
        Ok(counted)
    }

    /// CURIE and label of the terms of ontologies among these.
    fn described(
        &self,
        sets: &BTreeMap<(bool, u32), SampleSet>,
    ) -> Result<HashMap<u32, (String, String)>> {
        let numbers: Vec<u32> = sets
            .keys()
            .filter(|(known, _)| *known)
            .map(|(_, n)| *n)
            .collect();
        let shown = match &self.terms {
            Some(terms) => terms.describe_all(&numbers)?,
            None => numbers
                .iter()
                .map(|number| self.describe(&TermRef::known(*number)))
                .collect::<Result<_>>()?,
        };
        Ok(numbers.into_iter().zip(shown).collect())
    }
}
