//! From people to the file.

use super::{Hierarchy, INDIVIDUALS_MAX, META_LEN, SUM_LEN, flag, form, scope_number};
use crate::error::{Error, Result};
use crate::format::{ColumnWriter, ContainerWriter, Kind, TextWriter, plain};
use crate::model::Attribute;
use crate::model::{Coding, Person, Record, Sex, Time, Value};
use crate::set::{Members, SampleSet, SetWriter};
use std::collections::{BTreeMap, BTreeSet};

/// Attributes that have sets, in the order of their numbers on disk.
pub(super) const ATTRIBUTES: [Attribute; 8] = [
    Attribute::Sex,
    Attribute::Karyotype,
    Attribute::Population,
    Attribute::Cohort,
    Attribute::Dataset,
    Attribute::Country,
    Attribute::Family,
    Attribute::Affected,
];

pub(super) fn attribute_number(attribute: Attribute) -> i64 {
    let mut all = (0..).zip(ATTRIBUTES);
    all.find(|(_, known)| *known == attribute)
        .map_or(0, |(number, _)| number)
}

pub(super) fn sex_name(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "female",
        Sex::Male => "male",
        Sex::Other => "other",
    }
}

/// Writes the people file. `people` are in the order of their numbers; `owners` says for each sample
/// whose it is.
pub(crate) fn write(
    people: &[Person],
    owners: &[Option<u32>],
    terms: Option<&dyn Hierarchy>,
) -> Result<ContainerWriter> {
    let codings = codings(people);
    let writer = Writer {
        people,
        terms,
        universe: u32::try_from(people.len())
            .ok()
            .filter(|count| *count <= INDIVIDUALS_MAX)
            .ok_or_else(|| Error::Usage(format!("{} people are too many", people.len())))?,
        coding: codings.iter().copied().zip(0..).collect(),
        known: codings
            .iter()
            .map(|coding| match terms.filter(|_| !coding.id.is_empty()) {
                Some(terms) => terms.number(&coding.id),
                None => Ok(None),
            })
            .collect::<Result<_>>()?,
        codings,
    };
    writer.write(owners).map_err(|error| match error {
        Failed::Io(e) => Error::io("people", e),
        Failed::Other(e) => e,
    })
}

enum Failed {
    Io(std::io::Error),
    Other(Error),
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Every term anything of the people is coded by, in order.
fn codings(people: &[Person]) -> Vec<&Coding> {
    let mut all = BTreeSet::new();
    for person in people {
        all.extend(&person.country);
        for record in &person.records {
            all.insert(&record.term);
            all.extend(&record.severity);
            for time in [&record.onset, &record.end].into_iter().flatten() {
                if let Time::Stage(stage) = time {
                    all.insert(stage);
                }
            }
            match &record.value {
                Some(Value::Number { unit, .. }) => all.insert(unit),
                Some(Value::Term(term)) => all.insert(term),
                None => false,
            };
        }
    }
    all.into_iter().collect()
}

struct Writer<'a> {
    people: &'a [Person],
    terms: Option<&'a dyn Hierarchy>,
    universe: u32,
    codings: Vec<&'a Coding>,
    coding: BTreeMap<&'a Coding, u32>,
    /// The numbers of codings among the terms of ontologies.
    known: Vec<Option<u32>>,
}

impl Writer<'_> {
    fn write(&self, owners: &[Option<u32>]) -> std::result::Result<ContainerWriter, Failed> {
        let mut file = ContainerWriter::default();
        let attributes = self.attributes();
        let sets = self.term_sets();
        let closed = self.closed_sets(&sets)?;
        let events: usize = self.people.iter().map(|person| person.records.len()).sum();
        let events = u32::try_from(events)
            .map_err(|_| Error::Usage(format!("{events} records of people are too many")))?;
        let identity = (0..)
            .zip(owners)
            .all(|(sample, owner)| *owner == Some(sample));
        let sampled = owners.iter().flatten().max().map_or(0, |last| last + 1);

        let mut meta = Vec::with_capacity(META_LEN);
        let counts = [
            self.universe,
            owners.len() as u32,
            self.codings.len() as u32,
            events,
            attributes.len() as u32,
            (sets.len() + closed.len()) as u32,
            sampled,
            u32::from(identity),
        ];
        counts
            .iter()
            .for_each(|count| meta.extend(count.to_le_bytes()));
        let sum = self.terms.map_or("", |terms| terms.checksum());
        meta.extend(sum.bytes().chain(std::iter::repeat(0)).take(SUM_LEN));
        file.add(Kind::PeopleMeta, meta);
        if !identity {
            let mut column = ColumnWriter::nullable();
            owners
                .iter()
                .for_each(|owner| column.push_nullable(owner.map(i64::from)));
            file.add(Kind::SampleOwners, column.finish());
        }
        self.persons(&mut file)?;
        self.write_codings(&mut file)?;

        let mut payload = Vec::new();
        let mut put = |members: &[u32]| {
            let mut sets = SetWriter {
                payload: &mut payload,
                base: 0,
                universe: self.universe,
            };
            sets.write(Members::List(members), None) as i64
        };
        let (mut kinds, mut places) = (ColumnWriter::default(), ColumnWriter::default());
        let mut values = TextWriter::default();
        for ((kind, value), members) in &attributes {
            kinds.push(*kind);
            values.push(value.as_bytes());
            places.push(put(members));
        }
        file.add(Kind::AttributeKinds, kinds.finish());
        file.add(Kind::AttributeValues, values.finish(true)?);
        file.add(Kind::AttributeSets, places.finish());
        let (mut keys, mut terms) = (ColumnWriter::default(), ColumnWriter::default());
        let mut places = ColumnWriter::default();
        let mut add = |key: i64, term: u32, members: &[u32]| {
            keys.push(key);
            // never all zero: so the section is there wherever there are sets
            terms.push(i64::from(term) + 1);
            places.push(put(members));
        };
        for ((key, term), members) in &sets {
            add(*key, *term, members);
        }
        // their keys are above those of the others
        for ((key, term), members) in closed {
            add(key, term, &members.iter().collect::<Vec<u32>>());
        }
        file.add(Kind::TermSetKeys, keys.finish());
        file.add(Kind::TermSetTerms, terms.finish());
        file.add(Kind::TermSets, places.finish());
        file.add(Kind::PeopleSets, payload);
        self.events(&mut file);
        Ok(file)
    }

    fn persons(&self, file: &mut ContainerWriter) -> std::io::Result<()> {
        let mut ids = TextWriter::default();
        let mut flags = ColumnWriter::default();
        let mut numbers = [(); 5].map(|()| ColumnWriter::nullable());
        let mut kin: [TextWriter; 3] = Default::default();
        for person in self.people {
            ids.push(plain(&person.id).as_bytes());
            let age = person.age.map(|age| (age.low.0, age.high.0)).unzip();
            let birth = person.birth.map(|birth| (birth.first, birth.last)).unzip();
            let country = person.country.as_ref().map(|country| self.number(country));
            let row = [age.0, age.1, birth.0, birth.1].map(|value| value.map(i64::from));
            for (column, value) in numbers.iter_mut().zip(row.into_iter().chain([country])) {
                column.push_nullable(value);
            }
            let mut bits = flag::of(person.deceased) << flag::DECEASED;
            if let Some(kin) = &person.kin {
                bits |= flag::KIN | flag::of(kin.affected) << flag::AFFECTED;
            }
            flags.push(bits);
            let texts = person.kin.as_ref().map_or([""; 3], |kin| {
                [
                    kin.family.as_str(),
                    kin.father.as_deref().unwrap_or(""),
                    kin.mother.as_deref().unwrap_or(""),
                ]
            });
            for (writer, text) in kin.iter_mut().zip(texts) {
                writer.push(plain(text).as_bytes());
            }
        }
        file.add(Kind::PersonIds, ids.finish(true)?);
        file.add(Kind::PersonFlags, flags.finish());
        let kinds = [
            Kind::AgeLow,
            Kind::AgeHigh,
            Kind::BirthFirst,
            Kind::BirthLast,
            Kind::Countries,
        ];
        for (kind, column) in kinds.into_iter().zip(numbers) {
            file.add(kind, column.finish());
        }
        for (kind, text) in [Kind::Families, Kind::Fathers, Kind::Mothers]
            .into_iter()
            .zip(kin)
        {
            file.add(kind, text.finish(false)?);
        }
        Ok(())
    }

    fn write_codings(&self, file: &mut ContainerWriter) -> std::io::Result<()> {
        let (mut ids, mut labels) = (TextWriter::default(), TextWriter::default());
        let mut numbers = ColumnWriter::nullable();
        for (coding, known) in self.codings.iter().zip(&self.known) {
            ids.push(plain(&coding.id).as_bytes());
            labels.push(plain(&coding.label).as_bytes());
            numbers.push_nullable(known.map(i64::from));
        }
        file.add(Kind::CodingIds, ids.finish(true)?);
        file.add(Kind::CodingLabels, labels.finish(true)?);
        file.add(Kind::CodingTerms, numbers.finish());
        Ok(())
    }

    /// The number of a coding: all of them are in the dictionary.
    fn number(&self, coding: &Coding) -> i64 {
        self.coding.get(coding).copied().map_or(0, i64::from)
    }

    fn events(&self, file: &mut ContainerWriter) {
        let mut starts = ColumnWriter::default();
        let (mut flags, mut terms) = (ColumnWriter::default(), ColumnWriter::default());
        let mut rest = [(); 6].map(|()| ColumnWriter::nullable());
        // a number is kept by its bits, which no "one below the smallest" must leave
        let mut values = ColumnWriter::default();
        let mut count = 0i64;
        for person in self.people {
            starts.push(count);
            count += person.records.len() as i64;
            for record in &person.records {
                let (onset, low, high) = self.time(record.onset.as_ref());
                let (end, end_low, end_high) = self.time(record.end.as_ref());
                let (value, content, unit) = self.value(record);
                flags.push(
                    scope_number(record.scope)
                        | if record.excluded { flag::EXCLUDED } else { 0 }
                        | onset << flag::ONSET
                        | end << flag::END
                        | value << flag::VALUE,
                );
                // never all zero: so the section is there wherever there are events
                terms.push(self.number(&record.term) + 1);
                values.push(content);
                let severity = record.severity.as_ref().map(|coding| self.number(coding));
                let row = [low, high, end_low, end_high, severity, unit];
                for (column, value) in rest.iter_mut().zip(row) {
                    column.push_nullable(value);
                }
            }
        }
        starts.push(count);
        file.add(Kind::EventStarts, starts.finish());
        file.add(Kind::EventFlags, flags.finish());
        file.add(Kind::EventTerms, terms.finish());
        let kinds = [
            Kind::OnsetLow,
            Kind::OnsetHigh,
            Kind::EndLow,
            Kind::EndHigh,
            Kind::Severities,
            Kind::Units,
        ];
        for (kind, column) in kinds.into_iter().zip(rest) {
            file.add(kind, column.finish());
        }
        file.add(Kind::EventValues, values.finish());
    }

    fn time(&self, time: Option<&Time>) -> (i64, Option<i64>, Option<i64>) {
        match time {
            None => (0, None, None),
            Some(Time::Age(ages)) => (1, Some(ages.low.0.into()), Some(ages.high.0.into())),
            Some(Time::Date(days)) => (2, Some(days.first.into()), Some(days.last.into())),
            Some(Time::Stage(stage)) => {
                let number = self.number(stage);
                (3, Some(number), Some(number))
            }
        }
    }

    fn value(&self, record: &Record) -> (i64, i64, Option<i64>) {
        match &record.value {
            None => (0, 0, None),
            Some(Value::Number { number, unit }) => {
                (1, number.to_bits() as i64, Some(self.number(unit)))
            }
            Some(Value::Term(term)) => (2, self.number(term), None),
        }
    }

    /// Individuals by attribute and value.
    fn attributes(&self) -> BTreeMap<(i64, String), Vec<u32>> {
        let mut sets = BTreeMap::<(i64, String), Vec<u32>>::new();
        for (individual, person) in (0..).zip(self.people) {
            let mut put = |attribute, value: &str| {
                if !value.is_empty() {
                    let key = (attribute_number(attribute), plain(value).into_owned());
                    let members = sets.entry(key).or_default();
                    if members.last() != Some(&individual) {
                        members.push(individual);
                    }
                }
            };
            if let Some(sex) = person.sex {
                put(Attribute::Sex, sex_name(sex));
            }
            put(
                Attribute::Karyotype,
                person.karyotype.as_deref().unwrap_or(""),
            );
            let lists = [
                (Attribute::Population, &person.populations),
                (Attribute::Cohort, &person.cohorts),
                (Attribute::Dataset, &person.collections),
            ];
            for (attribute, values) in lists {
                values.iter().for_each(|value| put(attribute, value));
            }
            if let Some(country) = &person.country {
                put(Attribute::Country, &country.id);
                put(Attribute::Country, &country.label);
            }
            if let Some(kin) = &person.kin {
                put(Attribute::Family, &kin.family);
                let affected = kin
                    .affected
                    .map_or("", |affected| if affected { "yes" } else { "no" });
                put(Attribute::Affected, affected);
            }
        }
        sets
    }

    /// Individuals by (form and scope, coding).
    fn term_sets(&self) -> BTreeMap<(i64, u32), Vec<u32>> {
        let mut sets = BTreeMap::<(i64, u32), Vec<u32>>::new();
        for (individual, person) in (0..).zip(self.people) {
            for record in &person.records {
                let form = if record.excluded {
                    form::ABSENT
                } else {
                    form::PRESENT
                };
                let key = (
                    form | scope_number(record.scope),
                    self.number(&record.term) as u32,
                );
                let members = sets.entry(key).or_default();
                if members.last() != Some(&individual) {
                    members.push(individual);
                }
            }
        }
        sets
    }

    /// Individuals by (form and scope, term of ontologies): of what is more special, too.
    fn closed_sets(
        &self,
        sets: &BTreeMap<(i64, u32), Vec<u32>>,
    ) -> Result<BTreeMap<(i64, u32), SampleSet>> {
        let mut closed = BTreeMap::<(i64, u32), SampleSet>::new();
        let Some(terms) = self.terms else {
            return Ok(closed);
        };
        for ((key, coding), members) in sets.range(..(form::ABSENT, 0)) {
            let known = self.known.get(*coding as usize).copied().flatten();
            let Some(known) = known else { continue };
            let members: SampleSet = members.iter().copied().collect();
            for term in terms.closure(known)? {
                let all = closed.entry((key | form::CLOSED, term)).or_default();
                all.add(&members);
            }
        }
        Ok(closed)
    }
}
