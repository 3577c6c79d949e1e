//! One individual, without reading the others.

use super::write::{ATTRIBUTES, attribute_number};
use super::{People, Term};
use crate::error::Result;
use crate::format::{Kind, Text};
use crate::model::{Attribute, AttributeValue, Coding, Person, Sex};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering::Relaxed;

/// So many ids are looked for one by one; who asks more often has all of them sorted once.
const FEW: u32 = 64;

/// An attribute with a value, by the name that a source gave it.
pub(crate) type NamedValue = (String, AttributeValue);

impl People {
    /// The individual with an id. Files have no index of ids: the first few are found by a walk over their texts,
    /// which keeps nothing.
    pub(crate) fn find(&self, id: &str) -> Result<Option<u32>> {
        let few = self.asked.fetch_add(1, Relaxed) < FEW;
        if id.is_empty() || !few || self.by_id.get().is_some() {
            return self.number(id);
        }
        let mut found = None;
        self.at.ids.each(&self.file, |individual, known| {
            if known == id.as_bytes() {
                found = Some(individual);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The individuals with ids, in one walk over all.
    pub(crate) fn find_all<'a>(
        &self,
        wanted: &[&'a str],
        found: &mut HashMap<&'a str, u32>,
    ) -> Result<()> {
        let wanted: HashSet<&'a str> = wanted.iter().copied().collect();
        self.at.ids.each(&self.file, |individual, known| {
            let known = std::str::from_utf8(known).ok();
            // nobody is found by a number that nobody has
            let known = known.filter(|id| !id.is_empty());
            if let Some(id) = known.and_then(|id| wanted.get(id)) {
                found.insert(id, individual);
            }
            Ok(())
        })
    }

    /// The id of an individual, without those of the others.
    pub(crate) fn id_of(&self, individual: u32) -> Result<String> {
        match self.by_id.get() {
            Some(_) => self.id(individual).map(str::to_owned),
            None => self.entry((&self.at.ids, Kind::PersonIds), individual),
        }
    }

    /// All that is recorded of an individual, without the names by which samples were found, and without free
    /// attributes: see [`People::free_of`].
    pub(crate) fn one(&self, individual: u32) -> Result<Person> {
        let flags = self.at.flags.get(&self.file, individual)?;
        let mut person = self.columns_of(individual, flags)?;
        person.id = self.id_of(individual)?;
        for event in self.events_at(individual)? {
            person.records.push(self.record(event)?);
        }
        self.attributes_of(individual, &mut person)?;
        Ok(person)
    }

    /// The free attributes of an individual.
    pub(crate) fn free_of(&self, individual: u32) -> Result<Vec<NamedValue>> {
        let free = self.free()?;
        let names: Vec<&str> = free.names().map(|(name, _)| name).collect();
        let row = free.row(&self.file, individual)?.into_iter();
        let named = row.filter_map(|(number, value)| {
            let name = names.get(number as usize)?;
            Some(((*name).to_owned(), value))
        });
        Ok(named.collect())
    }

    /// Adds those attributes that lie in sets: values of families, which may be as many as people, are passed over.
    fn attributes_of(&self, individual: u32, person: &mut Person) -> Result<()> {
        let beside = attribute_number(Attribute::Country);
        for row in 0..self.counts.attributes {
            let kind = self.at.attribute_kinds.get(&self.file, row)?;
            if kind >= beside {
                continue;
            }
            let set = self.stored_at(&self.at.attribute_sets, row)?;
            let has = set.contains(None, individual);
            if !has.map_err(|rule| self.fault(Kind::PeopleSets, rule.0))? {
                continue;
            }
            let text = (&self.at.attribute_values, Kind::AttributeValues);
            let value = self.entry(text, row)?;
            let attribute = usize::try_from(kind).ok();
            let attribute = attribute.and_then(|kind| ATTRIBUTES.get(kind));
            person.say(attribute.copied(), value);
        }
        Ok(())
    }

    /// A term as it was recorded.
    pub(super) fn coding(&self, row: u32) -> Result<Coding> {
        match self.codings()?.get(row as usize) {
            Some(Term { id, label, .. }) => Ok(Coding {
                id: id.clone(),
                label: label.clone(),
            }),
            None => Err(self.fault(Kind::CodingIds, "an id of each term recorded")),
        }
    }

    fn entry(&self, (text, kind): (&Text, Kind), row: u32) -> Result<String> {
        text.with(&self.file, row, |bytes| {
            self.utf8(kind, bytes).map(str::to_owned)
        })?
    }
}

impl Person {
    /// Adds a value of an attribute that lies in sets.
    pub(super) fn say(&mut self, attribute: Option<Attribute>, value: String) {
        match attribute {
            Some(Attribute::Sex) => {
                self.sex = Some(match value.as_str() {
                    "female" => Sex::Female,
                    "male" => Sex::Male,
                    _ => Sex::Other,
                });
            }
            Some(Attribute::Karyotype) => self.karyotype = Some(value),
            Some(Attribute::Population) => self.populations.push(value),
            Some(Attribute::Cohort) => self.cohorts.push(value),
            Some(Attribute::Dataset) => self.collections.push(value),
            // these lie with the person
            _ => {}
        }
    }
}
