//! Counting the people of a dataset.

use super::{Subjects, View};
use crate::error::{Error, Result};
use crate::model::{ATTRIBUTE_PREFIX, Attribute, AttributeType, Scope};
use crate::set::SampleSet;
use crate::store::free::Counted;
use crate::store::individuals::People;
use std::collections::BTreeMap;

/// People with one value of each field; nothing where a field has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleCount {
    /// One for each field.
    pub values: Vec<Option<String>>,
    /// How many.
    pub people: u64,
}

/// People of whom a term is recorded, or a more special one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermCount {
    /// CURIE.
    pub id: String,
    /// Label, empty where there is none.
    pub label: String,
    /// How many.
    pub people: u64,
}

/// A free attribute, and how many have a value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttributeCount {
    /// Its name, as a source writes it.
    pub name: String,
    /// What its values are.
    pub kind: AttributeType,
    /// How many individuals, or samples.
    pub count: u64,
}

impl View {
    /// The free attributes of individuals, by name. What only those have who may not be seen is not there.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn individual_attributes(&self) -> Result<Vec<AttributeCount>> {
        self.check()?;
        match self.people() {
            Some(people) => Ok(shown(people.free_counts(self.visible_individuals())?)),
            None => Ok(Vec::new()),
        }
    }

    /// The attributes of samples, by name: `type`, `origin`, `tissue`, `diagnosis`, `time` and `age` of the sample, and
    /// free ones. What only those have that may not be seen is not there.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn sample_attributes(&self) -> Result<Vec<AttributeCount>> {
        self.check()?;
        let counts = self.sample_table().free_counts(self.visible_samples())?;
        Ok(shown(counts))
    }

    /// The units of an assay's values, as they can be asked for, and how many people have values in each.
    pub(crate) fn units_of(&self, assay: &str) -> Result<Vec<(String, u64)>> {
        let Some(people) = self.people() else {
            return Ok(Vec::new());
        };
        let visible = self.visible_individuals();
        let mut found: BTreeMap<String, SampleSet> = BTreeMap::new();
        for of in people.all_meant(assay, self.seen()?)? {
            let units = people.units_of(&of, visible)?;
            for unit in &units {
                let alike = units.iter().filter(|other| other.name() == unit.name());
                let name = match alike.count() > 1 && !unit.id().is_empty() {
                    true => unit.id(),
                    false => unit.name(),
                };
                let mut have = people.measurement_set(&of, Some(unit), |_| true)?;
                if let Some(visible) = visible {
                    have = have.intersection(visible);
                }
                found.entry(name.to_owned()).or_default().add(&have);
            }
        }
        let found = found.into_iter();
        Ok(found.map(|(unit, have)| (unit, have.len())).collect())
    }

    pub(crate) fn some_people(&self) -> Result<&People> {
        self.people().ok_or_else(|| {
            Error::Usage(format!(
                "{}: no people are loaded (varidex people DATASET FILE loads them)",
                self.path().display()
            ))
        })
    }

    /// A free attribute of people by its name in any case, of texts or codes: people can be counted by it.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where nobody who may be seen has the attribute, or its values are neither texts nor codes;
    /// [`Error::Damaged`].
    pub(crate) fn countable_attribute(&self, name: &str) -> Result<String> {
        let mut known = self.individual_attributes()?;
        let Some(at) = known
            .iter()
            .position(|known| known.name.eq_ignore_ascii_case(name))
        else {
            let names: Vec<&str> = known.iter().map(|known| known.name.as_str()).collect();
            return Err(Error::Usage(match names.is_empty() {
                true => "no attribute of a person is known here".to_owned(),
                false => format!(
                    "no attribute {name:?} of a person here: one of {}",
                    names.join(", ")
                ),
            }));
        };
        let AttributeCount { name, kind, .. } = known.swap_remove(at);
        match kind {
            AttributeType::Text | AttributeType::Code => Ok(name),
            other => Err(Error::Usage(format!(
                "{ATTRIBUTE_PREFIX}{name} is of type {}: people are counted by texts and codes",
                other.name()
            ))),
        }
    }

    /// The values of such an attribute, ascending, and the individuals that have each, of those who may be seen.
    ///
    /// # Errors
    ///
    /// As [`Self::countable_attribute`], and [`Error::Usage`] where no people are loaded.
    pub(crate) fn free_sets(&self, name: &str) -> Result<Vec<(String, SampleSet)>> {
        let people = self.some_people()?;
        let name = &self.countable_attribute(name)?;
        let mut sets = people.free_sets(name)?;
        if let Some(visible) = self.visible_individuals() {
            sets.retain(|(_, set)| !set.is_disjoint(visible));
        }
        Ok(sets)
    }

    /// The values of an attribute, and the samples of the individuals that have each, of those who may be seen.
    pub(crate) fn samples_by(&self, attribute: Attribute) -> Result<Vec<(String, SampleSet)>> {
        let sets = self.some_people()?.attribute_sets(attribute)?;
        let subjects = Subjects::of(self);
        sets.into_iter()
            .map(|(value, individuals)| {
                let found = subjects.of_individuals(&individuals)?;
                Ok((value, subjects.samples_in(&found)))
            })
            .collect()
    }

    /// The terms recorded as present of people, in a scope or in any, and what is more general; the
    /// most frequent first.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where no people are loaded; [`Error::Damaged`].
    pub fn term_counts(&self, scope: Option<Scope>) -> Result<Vec<TermCount>> {
        self.check()?;
        let people = self.some_people()?;
        let counted = people
            .term_counts(scope, self.visible_individuals())?
            .into_iter();
        let mut counts: Vec<TermCount> = counted
            .map(|counted| TermCount {
                id: counted.id,
                label: counted.label,
                people: counted.people,
            })
            .collect();
        counts.sort_by(|a, b| b.people.cmp(&a.people).then_with(|| a.id.cmp(&b.id)));
        Ok(counts)
    }
}

fn shown(counts: Vec<Counted>) -> Vec<AttributeCount> {
    let counts = counts.into_iter().filter(|counted| counted.count > 0);
    counts
        .map(|counted| AttributeCount {
            name: counted.name,
            kind: counted.kind,
            count: counted.count,
        })
        .collect()
}
