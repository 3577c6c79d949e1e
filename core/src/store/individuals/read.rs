//! From the file back to people: to close their terms anew when ontologies change, and to leave some out.

use super::packed::{Codings, Event};
use super::write::{ATTRIBUTES, PeopleWriter};
use super::{Hierarchy, People, flag};
use crate::error::Result;
use crate::format::{ContainerWriter, Folder, Kind};
use crate::model::{Coding, Person, Record};
use crate::set::SampleSet;
use std::collections::HashSet;

/// Individuals, and sets of them, between two questions whether to go on.
const ASKED: u32 = 1024;

impl People {
    /// Everybody, by number, without the names by which their samples were found; of numbers that nobody has, somebody
    /// of whom nothing is known.
    pub(crate) fn people(&self) -> Result<Vec<Person>> {
        let mut people = Vec::new();
        for individual in 0..self.universe() {
            let mut person = self.person(individual)?;
            for event in self.events_at(individual)? {
                person.records.push(self.record(event)?);
            }
            people.push(person);
        }
        for (row, (kind, value)) in (0..).zip(self.values()?) {
            let attribute = usize::try_from(*kind)
                .ok()
                .and_then(|kind| ATTRIBUTES.get(kind));
            for individual in self.set_at(&self.at.attribute_sets, row)?.iter() {
                let Some(person) = people.get_mut(individual as usize) else {
                    continue;
                };
                person.say(attribute.copied(), value.clone());
            }
        }
        Ok(people)
    }

    /// What the columns of people have of one.
    pub(super) fn person(&self, individual: u32) -> Result<Person> {
        let flags = self.at.flags.get(&self.file, individual)?;
        Ok(Person {
            id: self.id(individual)?.to_owned(),
            free: self.free()?.row(&self.file, individual)?,
            ..self.columns_of(individual, flags)?
        })
    }

    /// The same without the id and free attributes.
    pub(super) fn columns_of(&self, individual: u32, flags: i64) -> Result<Person> {
        let country = self.country(individual)?;
        Ok(Person {
            age: self.age(individual)?,
            birth: self.birth(individual)?,
            deceased: flag::maybe(flags >> flag::DECEASED),
            kin: self.kin(individual)?,
            country: country.map(|row| self.coding(row)).transpose()?,
            ..Person::default()
        })
    }

    /// The coding of an individual's country.
    pub(super) fn country(&self, individual: u32) -> Result<Option<u32>> {
        let limit = self.counts.codings;
        self.nullable(&self.at.countries, Kind::Countries, individual, limit)
    }

    /// Every individual's id with the number.
    pub(crate) fn each_id(&self, mut each: impl FnMut(&str, u32)) -> Result<()> {
        let mut individual = 0;
        self.texts(&self.at.ids, Kind::PersonIds, |id| {
            if !id.is_empty() {
                each(id, individual);
            }
            individual += 1;
        })
    }

    pub(super) fn record(&self, event: u32) -> Result<Record> {
        self.event(event)?.record(|number| self.coding(number))
    }

    /// An event as it lies there: its codings are numbered as those of the file.
    pub(super) fn event(&self, event: u32) -> Result<Event> {
        let flags = self.flags_of(event)?;
        let limit = self.counts.codings;
        let time = |shift: u32, at, kind| -> Result<Option<(i32, i32)>> {
            let span = self.span(at, kind, event)?;
            match (flags >> shift & 3, span) {
                (0, None) => Ok(None),
                (1 | 2, Some(span)) => Ok(Some(span)),
                (3, Some((stage, _))) => {
                    let stage = self.below(kind, stage.into(), limit)? as i32;
                    Ok(Some((stage, stage)))
                }
                _ => Err(self.fault(kind, "the time that the flags say")),
            }
        };
        let content = self.at.values.get(&self.file, event)?;
        let unit = self.nullable(&self.at.units, Kind::Units, event, limit)?;
        let content = match (flags >> flag::VALUE & 3, unit) {
            (0, None) => 0,
            (1, Some(_)) => content as u64,
            (2, None) => u64::from(self.below(Kind::EventValues, content, limit)?),
            _ => return Err(self.fault(Kind::EventValues, "the value that the flags tell of")),
        };
        Ok(Event {
            flags: flags as u32,
            term: self.term_of(event)?,
            onset: time(flag::ONSET, self.at.onset, Kind::OnsetLow)?,
            end: time(flag::END, self.at.end, Kind::EndLow)?,
            severity: self.nullable(&self.at.severities, Kind::Severities, event, limit)?,
            content,
            unit,
        })
    }

    /// The codings of the file, by their numbers, with those of which anything is recorded.
    pub(crate) fn recorded(&self) -> Result<Codings> {
        let mut codings = Codings::default();
        for term in self.codings()? {
            codings.add(&Coding {
                id: term.id.clone(),
                label: term.label.clone(),
            });
        }
        if codings.len() != self.counts.codings {
            return Err(self.fault(Kind::CodingIds, "each coding once"));
        }
        for event in 0..self.counts.events {
            codings.mark(self.term_of(event)?);
        }
        Ok(codings)
    }

    /// Writes everybody to a writer of the codings of [`People::recorded`].
    pub(crate) fn write_to(
        &self,
        writer: &mut PeopleWriter<'_>,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        for individual in self.all()?.iter() {
            if individual.is_multiple_of(ASKED) {
                go_on()?;
            }
            writer.start(individual)?;
            for event in self.events_at(individual)? {
                writer.event(&self.event(event)?)?;
            }
            writer.columns(&self.person(individual)?)?;
        }
        for (row, (kind, value)) in (0u32..).zip(self.values()?) {
            if row.is_multiple_of(ASKED) {
                go_on()?;
            }
            for individual in self.set_at(&self.at.attribute_sets, row)?.iter() {
                writer.attribute_of(*kind, value, individual)?;
            }
        }
        Ok(())
    }

    /// Of some individuals the values of attributes that have sets, by their rows, ascending.
    pub(super) fn attributes_among(&self, who: &SampleSet) -> Result<Vec<(u32, u32)>> {
        let mut all = Vec::new();
        for (row, _) in (0u32..).zip(self.values()?) {
            let set = self.set_at(&self.at.attribute_sets, row)?;
            let own = set.intersection(who);
            all.extend(own.iter().map(|individual| (individual, row)));
        }
        all.sort_unstable();
        Ok(all)
    }

    /// Some in a file that has nothing of the others: nobody has the numbers of these any more, and who is `gone` is
    /// nobody's parent.
    pub(crate) fn some(
        &self,
        some: &SampleSet,
        gone: &HashSet<String>,
        terms: Option<&dyn Hierarchy>,
        (folder, memory): (&Folder, u64),
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> Result<ContainerWriter> {
        let mut codings = Codings::default();
        for individual in some.iter() {
            if individual.is_multiple_of(ASKED) {
                go_on()?;
            }
            for event in self.events_at(individual)? {
                Event::of(&self.record(event)?, &mut codings);
            }
            if let Some(country) = &self.person(individual)?.country {
                codings.add(country);
            }
        }
        let mut known = codings.clone();
        let numbers = (self.universe(), self.free_names()?);
        let mut writer = PeopleWriter::new(&codings, numbers, terms, Some(folder), memory)?;
        for individual in some.iter() {
            if individual.is_multiple_of(ASKED) {
                go_on()?;
            }
            writer.start(individual)?;
            for event in self.events_at(individual)? {
                writer.event(&Event::of(&self.record(event)?, &mut known))?;
            }
            let mut person = self.person(individual)?;
            if let Some(kin) = &mut person.kin {
                for parent in [&mut kin.father, &mut kin.mother] {
                    parent.take_if(|id| gone.contains(id));
                }
            }
            writer.columns(&person)?;
        }
        for (row, (kind, value)) in (0u32..).zip(self.values()?) {
            if row.is_multiple_of(ASKED) {
                go_on()?;
            }
            let own = self.set_at(&self.at.attribute_sets, row)?;
            for individual in own.intersection(some).iter() {
                writer.attribute_of(*kind, value, individual)?;
            }
        }
        writer.finish(go_on)
    }
}
