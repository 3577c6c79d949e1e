//! From people to the file, one after the other: what is as long as their records is never in memory as a
//! whole.

use super::columns::{EventColumns, PersonColumns, at};
use super::inverted::{Inverted, Sets, members, piece};
use super::packed::{Codings, Event, Packed};
use super::{Hierarchy, INDIVIDUALS_MAX, META_LEN, SUM_LEN, flag, form};
use crate::error::{Error, Result};
use crate::format::{
    ColumnWriter, ContainerWriter, Folder, Kind, Spool, TextWriter, plain, unnamed, unnamed_failed,
};
use crate::model::{Attribute, AttributeType, Person, Sex};
use crate::set::{Members, SampleSet, SetWriter, moved};
use crate::store::Texts;
use crate::store::free::FreeWriter;
use std::collections::BTreeMap;
use std::io;

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

/// Writes the people file, all in memory. `people` are in the order of their numbers; of a number that nobody has any
/// more the id is empty.
pub(super) fn write(
    people: &[Person],
    free: Vec<(String, AttributeType)>,
    terms: Option<&dyn Hierarchy>,
) -> Result<ContainerWriter> {
    let mut codings = Codings::default();
    let mut packed = Vec::new();
    let mut ends = Vec::with_capacity(people.len());
    for person in people {
        if let Some(country) = &person.country {
            codings.add(country);
        }
        for record in &person.records {
            Event::of(record, &mut codings).pack(&mut packed);
        }
        ends.push(packed.len());
    }
    let failed = |e| unnamed_failed(None, e);
    let universe = u32::try_from(people.len()).unwrap_or(u32::MAX);
    let mut writer = PeopleWriter::new(&codings, (universe, free), terms, None, u64::MAX)?;
    let mut start = 0;
    for ((number, person), end) in (0..).zip(people).zip(ends) {
        if person.id.is_empty() {
            continue;
        }
        writer.start(number)?;
        let mut events = Packed::of(packed.get(start..end).unwrap_or_default());
        while !events.is_empty() {
            writer.event(&events.event().map_err(failed)?)?;
        }
        writer.person(person)?;
        start = end;
    }
    writer.finish(&mut || Ok(()))
}

/// What failed: the files beside the dataset, or anything else.
#[derive(Debug)]
pub(crate) enum Failed {
    Io(io::Error),
    Other(Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Failed {
    pub(crate) fn into_error(self, folder: Option<&Folder>) -> Error {
        match self {
            Self::Other(error) => error,
            Self::Io(error) => unnamed_failed(folder, error),
        }
    }
}

/// Writes a people file: of each individual, in the order of their numbers, [`PeopleWriter::start`], the
/// events, and [`PeopleWriter::person`]. Nobody has the numbers that are left out.
pub(crate) struct PeopleWriter<'a> {
    terms: Option<&'a dyn Hierarchy>,
    folder: Option<&'a Folder>,
    universe: u32,
    codings: &'a Codings,
    /// Codings in the order of the file.
    order: Vec<u32>,
    /// The place of each coding in that order.
    rank: Vec<u32>,
    /// The numbers of codings, in the order of the file, among the terms of ontologies.
    known: Vec<Option<u32>>,
    /// One above the number of the individual at hand.
    started: u32,
    /// How many numbers nobody has.
    retired: u32,
    persons: PersonColumns,
    free: FreeWriter,
    events: EventColumns,
    /// Values of attributes, behind the number of the attribute as a byte.
    values: Texts,
    attributes: Inverted<'a>,
    sets: Inverted<'a>,
    memory: u64,
}

impl<'a> PeopleWriter<'a> {
    /// `codings` are all of which anything is recorded, and countries. Sorting takes about half of `memory`.
    pub(crate) fn new(
        codings: &'a Codings,
        (universe, free): (u32, Vec<(String, AttributeType)>),
        terms: Option<&'a dyn Hierarchy>,
        folder: Option<&'a Folder>,
        memory: u64,
    ) -> Result<Self> {
        if universe > INDIVIDUALS_MAX {
            return Err(Error::Usage(format!("{universe} people are too many")));
        }
        let (order, rank) = codings.texts().sorted();
        let known = order.iter().map(|number| match codings.get(*number) {
            ("", _) => Ok(None),
            (id, _) => terms.map_or(Ok(None), |terms| terms.number(id)),
        });
        Ok(Self {
            terms,
            folder,
            universe,
            codings,
            known: known.collect::<Result<_>>()?,
            order,
            rank,
            started: 0,
            retired: 0,
            persons: PersonColumns::new(folder),
            free: FreeWriter::new(free, folder, memory / 8)?,
            events: EventColumns::new(folder),
            values: Texts::default(),
            attributes: Inverted::new(folder, memory / 4),
            sets: Inverted::new(folder, memory / 4),
            memory,
        })
    }

    /// Begins the individual of a number, which is above the one before.
    pub(crate) fn start(&mut self, number: u32) -> Result<()> {
        self.retire_below(number)?;
        self.started += 1;
        self.events.starts.push(self.events.count as i64);
        Ok(())
    }

    /// Nobody has the numbers that were not begun.
    fn retire_below(&mut self, number: u32) -> Result<()> {
        while self.started < number {
            self.started += 1;
            self.retired += 1;
            self.events.starts.push(self.events.count as i64);
            self.persons.retire();
            self.free.push(&[])?;
        }
        Ok(())
    }

    fn individual(&self) -> u32 {
        self.started.saturating_sub(1)
    }

    /// A record of the individual at hand.
    pub(crate) fn event(&mut self, event: &Event) -> Result<()> {
        self.events.push(event, &self.rank);
        let form = match event.flags & flag::EXCLUDED as u32 {
            0 => form::PRESENT,
            _ => form::ABSENT,
        };
        let key = set_key(
            form | i64::from(event.flags & 15),
            at(&self.rank, event.term),
        );
        self.sets.add(key, self.individual());
        match self.sets.is_full() {
            true => self.write_sets(),
            false => Ok(()),
        }
    }

    /// What is known of the individual at hand beside the records.
    pub(crate) fn person(&mut self, person: &Person) -> Result<()> {
        self.columns(person)?;
        if let Some(sex) = person.sex {
            self.attribute(Attribute::Sex, sex_name(sex))?;
        }
        let karyotype = person.karyotype.as_deref().unwrap_or("");
        self.attribute(Attribute::Karyotype, karyotype)?;
        let lists = [
            (Attribute::Population, &person.populations),
            (Attribute::Cohort, &person.cohorts),
            (Attribute::Dataset, &person.collections),
        ];
        for (attribute, values) in lists {
            for value in values {
                self.attribute(attribute, value)?;
            }
        }
        if let Some(country) = &person.country {
            self.attribute(Attribute::Country, &country.id)?;
            self.attribute(Attribute::Country, &country.label)?;
        }
        if let Some(kin) = &person.kin {
            self.attribute(Attribute::Family, &kin.family)?;
            let affected = kin.affected;
            let affected = affected.map_or("", |affected| if affected { "yes" } else { "no" });
            self.attribute(Attribute::Affected, affected)?;
        }
        Ok(())
    }

    /// The same without attributes, which [`PeopleWriter::attribute_of`] adds.
    pub(super) fn columns(&mut self, person: &Person) -> Result<()> {
        let country = person.country.as_ref();
        let country = country.and_then(|country| self.codings.number(country));
        let country = country.map(|number| at(&self.rank, number));
        self.persons.push(person, country);
        self.free.push(&person.free)
    }

    fn attribute(&mut self, attribute: Attribute, value: &str) -> Result<()> {
        self.attribute_of(attribute_number(attribute), value, self.individual())
    }

    /// The attribute of this number of an individual.
    pub(super) fn attribute_of(&mut self, kind: i64, value: &str, individual: u32) -> Result<()> {
        if value.is_empty() {
            return Ok(());
        }
        let mut key = vec![kind as u8];
        key.extend_from_slice(plain(value).as_bytes());
        let number = self.values.add(&key);
        self.attributes.add(u64::from(number), individual);
        match self.attributes.is_full() {
            true => {
                let pieces = self.attributes.take();
                self.attributes.write(pieces.into_iter())
            }
            false => Ok(()),
        }
    }

    /// Writes the pieces of sets that are held, and with them those of what is above their terms.
    fn write_sets(&mut self) -> Result<()> {
        let pieces = self.sets.take();
        if let Some(terms) = self.terms {
            let all: Vec<SampleSet> = pieces
                .iter()
                .map(|(_, own)| members(own).collect())
                .collect();
            let mut below = BTreeMap::<u64, Vec<&SampleSet>>::new();
            let mut held = 0;
            for ((key, _), own) in pieces.iter().zip(&all) {
                let (form, coding) = of_set_key(*key);
                let known = self.known.get(coding as usize).copied().flatten();
                let Some(known) = known.filter(|_| form < form::ABSENT) else {
                    continue;
                };
                for term in terms.closure(known)? {
                    let sets = below.entry(set_key(form | form::CLOSED, term));
                    sets.or_default().push(own);
                    held += size_of::<&SampleSet>();
                }
                // any number of terms may be above one
                if held >= self.sets.most {
                    self.sets.write(closed(std::mem::take(&mut below)))?;
                    held = 0;
                }
            }
            self.sets.write(closed(below))?;
        }
        self.sets.write(pieces.into_iter())
    }

    /// The file, once all individuals were written.
    pub(crate) fn finish(
        mut self,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> Result<ContainerWriter> {
        self.retire_below(self.universe)?;
        self.write_sets()?;
        let folder = self.folder;
        self.write_all(go_on)
            .map_err(|failed| failed.into_error(folder))
    }

    fn write_all(self, go_on: &mut dyn FnMut() -> Result<()>) -> Result<ContainerWriter, Failed> {
        let events = u32::try_from(self.events.count).map_err(|_| {
            Error::Usage(format!(
                "{} records of people are too many",
                self.events.count
            ))
        })?;
        let mut payload = SetsPayload::new(self.universe, self.folder);
        let (order, rank) = self.values.sorted();
        let by_value = self.attributes.finish(go_on)?;
        let by_value = by_value.renamed(&rank, self.folder, self.memory, go_on)?;
        let attributes = payload.attributes(&self.values, &order, by_value, go_on)?;
        let sets = payload.terms(self.sets.finish(go_on)?, go_on)?;

        let mut file = ContainerWriter::default();
        let mut meta = Vec::with_capacity(META_LEN);
        let counts = [
            self.universe,
            self.retired,
            self.codings.len(),
            events,
            self.values.len(),
            sets.count,
            0,
            0,
        ];
        counts
            .iter()
            .for_each(|count| meta.extend(count.to_le_bytes()));
        let sum = self.terms.map_or("", |terms| terms.checksum());
        meta.extend(sum.bytes().chain(std::iter::repeat(0)).take(SUM_LEN));
        file.add(Kind::PeopleMeta, meta);
        self.persons.finish(&mut file)?;
        self.free.finish(&mut file)?;
        write_codings(self.codings, &self.order, &self.known, &mut file)?;
        for (kind, section) in attributes {
            file.add(kind, section);
        }
        file.add(Kind::TermSetKeys, sets.keys.finish());
        file.add(Kind::TermSetTerms, sets.terms.finish());
        file.add(Kind::TermSets, sets.places.finish());
        file.add_section(Kind::PeopleSets, payload.written);
        self.events.finish(&mut file)?;
        Ok(file)
    }
}

/// Pieces of the sets of terms, from the sets of what is below them.
fn closed(below: BTreeMap<u64, Vec<&SampleSet>>) -> impl Iterator<Item = (u64, Vec<u8>)> {
    below.into_iter().map(|(key, sets)| {
        let bytes = match sets[..] {
            [one] => piece(one.iter()),
            _ => {
                let mut all = SampleSet::default();
                sets.into_iter().for_each(|set| all.add(set));
                piece(all.iter())
            }
        };
        (key, bytes)
    })
}

/// Sets of terms are sorted by form and scope, then by coding or term.
fn set_key(form: i64, term: u32) -> u64 {
    (form as u64) << 32 | u64::from(term)
}

fn of_set_key(key: u64) -> (i64, u32) {
    ((key >> 32) as i64, key as u32)
}

/// The bytes of the sets.
struct SetsPayload {
    universe: u32,
    written: Spool,
    /// Those of one set.
    one: Vec<u8>,
}

/// The rows of sets of terms.
#[derive(Default)]
struct TermSets {
    keys: ColumnWriter,
    terms: ColumnWriter,
    places: ColumnWriter,
    count: u32,
}

impl SetsPayload {
    fn new(universe: u32, folder: Option<&Folder>) -> Self {
        Self {
            universe,
            written: Spool::new(unnamed(folder)),
            one: Vec::new(),
        }
    }

    /// Adds a set, and gives its descriptor.
    fn put(&mut self, members: &[u32]) -> io::Result<i64> {
        self.one.clear();
        let mut writer = SetWriter {
            payload: &mut self.one,
            base: 0,
            universe: self.universe,
        };
        let descriptor = writer.write(Members::List(members), None);
        let place = moved(descriptor, self.written.len());
        self.written.push(&self.one)?;
        Ok(place as i64)
    }

    /// The values of attributes in their order, and the sets, which come in this order.
    fn attributes(
        &mut self,
        values: &Texts,
        order: &[u32],
        mut sets: Sets,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Vec<(Kind, Vec<u8>)>, Failed> {
        let (mut kinds, mut places) = (ColumnWriter::default(), ColumnWriter::default());
        let mut texts = TextWriter::default();
        let mut list = Vec::new();
        for number in order {
            let (kind, value) = values.bytes_of(*number).split_first().unwrap_or((&0, &[]));
            kinds.push(i64::from(*kind));
            texts.push(value);
            // each has somebody: so there are as many sets as values
            sets.next(&mut list, go_on)?;
            places.push(self.put(&list)?);
        }
        Ok(vec![
            (Kind::AttributeKinds, kinds.finish()),
            (Kind::AttributeValues, texts.finish(true)?),
            (Kind::AttributeSets, places.finish()),
        ])
    }

    fn terms(
        &mut self,
        mut sets: Sets,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> Result<TermSets, Failed> {
        let mut rows = TermSets::default();
        let mut list = Vec::new();
        while let Some(key) = sets.next(&mut list, go_on)? {
            let (key, term) = of_set_key(key);
            rows.keys.push(key);
            // never all zero: so the section is there wherever there are sets
            rows.terms.push(i64::from(term) + 1);
            rows.places.push(self.put(&list)?);
            rows.count += 1;
        }
        Ok(rows)
    }
}

fn write_codings(
    codings: &Codings,
    order: &[u32],
    known: &[Option<u32>],
    file: &mut ContainerWriter,
) -> io::Result<()> {
    let (mut ids, mut labels) = (TextWriter::default(), TextWriter::default());
    let mut numbers = ColumnWriter::nullable();
    for (number, known) in order.iter().zip(known) {
        let (id, label) = codings.get(*number);
        ids.push(id.as_bytes());
        labels.push(label.as_bytes());
        numbers.push_nullable(known.map(i64::from));
    }
    file.add(Kind::CodingIds, ids.finish(true)?);
    file.add(Kind::CodingLabels, labels.finish(true)?);
    file.add(Kind::CodingTerms, numbers.finish());
    Ok(())
}
