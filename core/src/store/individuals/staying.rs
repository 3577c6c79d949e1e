//! People of a file who go into the next one, among others who are added.

use super::People;
use super::packed::Codings;
use super::write::PeopleWriter;
use crate::error::{Error, Result};
use crate::model::AttributeType;
use crate::set::SampleSet;

/// In the place of a coding that nobody has who stays.
const UNUSED: u32 = u32::MAX;

/// Attributes with their types, ascending by name in lower case.
type Attributes = Vec<(String, AttributeType)>;

/// Who stays, and how codings and attributes are numbered in the next file.
pub(crate) struct Staying<'a> {
    people: &'a People,
    codings: Vec<u32>,
    free: Vec<u32>,
    /// Who is not written yet, the next one last.
    left: Vec<u32>,
    /// The values of attributes of those that have sets, by their rows, the next one last.
    attributes: Vec<(u32, u32)>,
}

impl<'a> Staying<'a> {
    /// Adds the codings of those who stay to others, and their attributes.
    pub(crate) fn of(
        people: &'a People,
        who: &SampleSet,
        codings: &mut Codings,
        free: &mut Attributes,
    ) -> Result<Self> {
        let own = people.recorded()?;
        let mut places = vec![UNUSED; own.len() as usize];
        let mut add = |number: u32, is_term: bool| {
            let Some(place) = places.get_mut(number as usize) else {
                return number;
            };
            if *place == UNUSED {
                *place = codings.add_joined(&own, number);
            }
            if is_term {
                codings.mark(*place);
            }
            *place
        };
        for individual in who.iter() {
            for event in people.events_at(individual)? {
                people.event(event)?.renumbered(&mut add);
            }
            if let Some(country) = people.country(individual)? {
                add(country, false);
            }
        }
        let names = people.free_names()?;
        let joined = joined_attributes(free, &names)?;
        *free = joined;
        Ok(Self {
            people,
            left: who.iter().collect::<Vec<_>>().into_iter().rev().collect(),
            attributes: people.attributes_among(who)?.into_iter().rev().collect(),
            codings: places,
            free: places_of(&names, free),
        })
    }

    /// Writes those with numbers below this one who are not written yet.
    pub(crate) fn write_below(&mut self, number: u32, writer: &mut PeopleWriter<'_>) -> Result<()> {
        let people = self.people;
        while let Some(individual) = self.left.pop_if(|next| *next < number) {
            writer.start(individual)?;
            for event in people.events_at(individual)? {
                let codings = &self.codings;
                let place = |of: u32| codings.get(of as usize).copied();
                let mut place = |of, _| place(of).unwrap_or(UNUSED);
                writer.event(&people.event(event)?.renumbered(&mut place))?;
            }
            let mut person = people.person(individual)?;
            let place = |of: u32| self.free.get(of as usize).copied();
            let row = person.free.into_iter();
            person.free = row
                .filter_map(|(of, value)| Some((place(of)?, value)))
                .collect();
            person.free.sort_by_key(|(of, _)| *of);
            writer.columns(&person)?;
            let values = people.values()?;
            while let Some((_, row)) = self.attributes.pop_if(|(of, _)| *of == individual) {
                if let Some((kind, value)) = values.get(row as usize) {
                    writer.attribute_of(*kind, value, individual)?;
                }
            }
        }
        Ok(())
    }
}

/// Attributes of two sources together; an error where one is of two types.
pub(crate) fn joined_attributes(
    new: &[(String, AttributeType)],
    known: &[(String, AttributeType)],
) -> Result<Attributes> {
    let lower = |of: &(String, AttributeType)| of.0.to_ascii_lowercase();
    let mut all = known.to_vec();
    for attribute in new {
        match known.iter().find(|of| lower(of) == lower(attribute)) {
            Some((_, kind)) if *kind != attribute.1 => {
                return Err(Error::Usage(format!(
                    "attribute {}: expected values of type {}, as the dataset has, found {} (a column \
                     attribute.{}:{} says the type)",
                    attribute.0,
                    kind.name(),
                    attribute.1.name(),
                    attribute.0,
                    kind.name()
                )));
            }
            Some(_) => {}
            None => all.push(attribute.clone()),
        }
    }
    all.sort_by_cached_key(lower);
    Ok(all)
}

/// The places of attributes in a list that has all of them.
pub(crate) fn places_of(
    some: &[(String, AttributeType)],
    all: &[(String, AttributeType)],
) -> Vec<u32> {
    let place = |(name, _): &(String, AttributeType)| {
        let mut all = (0..).zip(all);
        let found = all.find(|(_, (of, _))| of.eq_ignore_ascii_case(name));
        found.map_or(UNUSED, |(place, _)| place)
    };
    some.iter().map(place).collect()
}
