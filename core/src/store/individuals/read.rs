//! From the file back to people: to close their terms anew when ontologies change.

use super::write::ATTRIBUTES;
use super::{People, flag};
use crate::error::Result;
use crate::format::Kind;
use crate::model::Attribute;
use crate::model::{Age, Ages, Coding, Dates, Person, Record, Sex, Time, Value};

impl People {
    /// Everybody, by number, without the names by which their samples were found.
    pub(crate) fn people(&self) -> Result<Vec<Person>> {
        let mut people = Vec::new();
        for individual in 0..self.len() {
            let flags = self.at.flags.get(&self.file, individual)?;
            let limit = self.counts.codings;
            let country = self.nullable(&self.at.countries, Kind::Countries, individual, limit)?;
            let mut person = Person {
                id: self.id(individual)?.to_owned(),
                age: self.age(individual)?,
                birth: self.birth(individual)?,
                deceased: flag::maybe(flags >> flag::DECEASED),
                kin: self.kin(individual)?,
                country: country.map(|row| self.coding(row)).transpose()?,
                ..Person::default()
            };
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
                match attribute {
                    Some(Attribute::Sex) => {
                        person.sex = Some(match value.as_str() {
                            "female" => Sex::Female,
                            "male" => Sex::Male,
                            _ => Sex::Other,
                        });
                    }
                    Some(Attribute::Karyotype) => person.karyotype = Some(value.clone()),
                    Some(Attribute::Population) => person.populations.push(value.clone()),
                    Some(Attribute::Cohort) => person.cohorts.push(value.clone()),
                    Some(Attribute::Dataset) => person.collections.push(value.clone()),
                    // these lie with the person
                    _ => {}
                }
            }
        }
        Ok(people)
    }

    /// Whose each sample is.
    pub(crate) fn owners(&self) -> Result<Vec<Option<u32>>> {
        (0..self.counts.samples)
            .map(|sample| self.individual_of(sample))
            .collect()
    }

    fn coding(&self, row: u32) -> Result<Coding> {
        match self.codings()?.get(row as usize) {
            Some(term) => Ok(Coding {
                id: term.id.clone(),
                label: term.label.clone(),
            }),
            None => Err(self.fault(Kind::CodingIds, "an id of each term recorded")),
        }
    }

    fn record(&self, event: u32) -> Result<Record> {
        let flags = self.flags_of(event)?;
        let limit = self.counts.codings;
        let time = |shift: u32, at, kind| -> Result<Option<Time>> {
            let held = flags >> shift & 3;
            let span = self.span(at, kind, event)?;
            Ok(match (held, span) {
                (0, None) => None,
                (1, Some((low, high))) => Some(Time::Age(Ages {
                    low: Age(low),
                    high: Age(high),
                })),
                (2, Some((first, last))) => Some(Time::Date(Dates { first, last })),
                (3, Some((stage, _))) => Some(Time::Stage(self.coding(self.below(
                    kind,
                    stage.into(),
                    limit,
                )?)?)),
                _ => return Err(self.fault(kind, "the time that the flags tell of")),
            })
        };
        let content = self.at.values.get(&self.file, event)?;
        let unit = self.nullable(&self.at.units, Kind::Units, event, limit)?;
        let value = match (flags >> flag::VALUE & 3, unit) {
            (0, None) => None,
            (1, Some(unit)) => Some(Value::Number {
                number: f64::from_bits(content as u64),
                unit: self.coding(unit)?,
            }),
            (2, None) => {
                let row = self.below(Kind::EventValues, content, limit)?;
                Some(Value::Term(self.coding(row)?))
            }
            _ => return Err(self.fault(Kind::EventValues, "the value that the flags tell of")),
        };
        let severity = self.nullable(&self.at.severities, Kind::Severities, event, limit)?;
        Ok(Record {
            scope: usize::try_from(flags & 15)
                .ok()
                .and_then(|scope| super::SCOPES.get(scope).copied())
                .ok_or_else(|| self.fault(Kind::EventFlags, "a scope"))?,
            term: self.coding(self.term_of(event)?)?,
            excluded: flags & flag::EXCLUDED != 0,
            onset: time(flag::ONSET, self.at.onset, Kind::OnsetLow)?,
            end: time(flag::END, self.at.end, Kind::EndLow)?,
            severity: severity.map(|row| self.coding(row)).transpose()?,
            value,
        })
    }
}
