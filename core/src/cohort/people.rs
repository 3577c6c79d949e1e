//! Counting the people of a dataset.

use super::{Subjects, View};
use crate::error::{Error, Result};
use crate::model::{ATTRIBUTE_PREFIX, Attribute, AttributeType, attribute_named};
use crate::model::{Age, Scope};
use crate::set::SampleSet;
use crate::store::free::Counted;
use crate::store::individuals::People;
use std::str::FromStr;

/// Years of a bin of ages.
const BIN: i32 = 10;
/// Bins of ages; the last has no end.
const BINS: i32 = 10;
/// Rows of a table across keys.
const ROWS_MAX: usize = 1 << 20;

/// By what people are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeopleKey {
    /// The values of an attribute.
    Attribute(Attribute),
    /// The values of a free attribute of texts or codes, by its name.
    Free(String),
    /// Age when last observed, in bins of ten years.
    Age,
}

/// People with one value of each key; nothing where a key has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleCount {
    /// One for each key.
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

impl FromStr for PeopleKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text.eq_ignore_ascii_case("age") {
            return Ok(Self::Age);
        }
        if let Some(name) = attribute_named(text) {
            return Ok(Self::Free(name.to_owned()));
        }
        let mut names = Attribute::NAMES.iter();
        match names.find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            Some((_, attribute)) => Ok(Self::Attribute(*attribute)),
            None => {
                let names: Vec<&str> = Attribute::NAMES.iter().map(|(name, _)| *name).collect();
                Err(Error::Usage(format!(
                    "people are counted by age, {}, or a free attribute as attribute.NAME; not by {text:?}",
                    names.join(", ")
                )))
            }
        }
    }
}

impl std::fmt::Display for PeopleKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::Free(name) => return write!(f, "{ATTRIBUTE_PREFIX}{name}"),
            Self::Age => Some("age"),
            Self::Attribute(attribute) => Attribute::NAMES
                .iter()
                .find(|(_, known)| known == attribute)
                .map(|(name, _)| *name),
        };
        f.write_str(name.unwrap_or_default())
    }
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
        let counts = self.sample_table().free_counts(self.visible_samples())?;
        Ok(shown(counts))
    }

    pub(crate) fn some_people(&self) -> Result<&People> {
        self.people().ok_or_else(|| {
            Error::Usage(format!(
                "{}: no people are loaded (varidex people DATASET FILE loads them)",
                self.path().display()
            ))
        })
    }

    /// People by the values of keys, across each other. Who has several values of a key counts with each.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where no people are loaded, or the table is too long; [`Error::Damaged`].
    pub fn people_counts(&self, keys: &[PeopleKey]) -> Result<Vec<PeopleCount>> {
        let people = self.some_people()?;
        let all = match self.visible_individuals() {
            Some(visible) => visible.clone(),
            None => people.all()?,
        };
        let mut rows = vec![(Vec::new(), all)];
        for key in keys {
            let sets = self.value_sets(people, key)?;
            let mut next = Vec::new();
            for (values, set) in rows {
                for (value, with) in &sets {
                    let both = set.intersection(with);
                    if !both.is_empty() {
                        let mut values = values.clone();
                        values.push(value.clone());
                        next.push((values, both));
                    }
                }
                if next.len() > ROWS_MAX {
                    return Err(Error::Usage("more than a million rows".to_owned()));
                }
            }
            rows = next;
        }
        Ok(rows
            .into_iter()
            .map(|(values, set)| PeopleCount {
                values,
                people: set.len(),
            })
            .collect())
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

impl View {
    /// The values of a key with their people, and those without a value at the end.
    fn value_sets(
        &self,
        people: &People,
        key: &PeopleKey,
    ) -> Result<Vec<(Option<String>, SampleSet)>> {
        let mut sets = Vec::new();
        match key {
            PeopleKey::Attribute(attribute) => {
                for (value, set) in people.attribute_sets(*attribute)? {
                    sets.push((Some(value), set));
                }
            }
            PeopleKey::Free(name) => {
                let values = self.free_sets(name)?.into_iter();
                sets.extend(values.map(|(value, set)| (Some(value), set)));
            }
            PeopleKey::Age => {
                for bin in 0..BINS {
                    let (from, to) = (bin * BIN, (bin + 1) * BIN);
                    let last = bin + 1 == BINS;
                    let set = people.age_set(|ages| {
                        ages.low >= Age(from * Age::YEAR)
                            && (last || ages.high < Age(to * Age::YEAR))
                    })?;
                    let name = match last {
                        true => format!("{from}+"),
                        false => format!("{from}-{}", to - 1),
                    };
                    sets.push((Some(name), set));
                }
            }
        }
        let mut rest = SampleSet::full(people.universe());
        for (_, set) in &sets {
            rest = rest.difference(set);
        }
        sets.push((None, rest));
        Ok(sets)
    }
}
