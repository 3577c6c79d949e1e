//! The people of a dataset: who they are, and what was recorded of them.
//!
//! Everything is by the number of the individual, which is given once: who is loaded again keeps it, and the number
//! of somebody who is not is nobody's from then on. What was recorded lies twice: as a table of events, for
//! questions about one record (`disease X with onset below 18 years`), and as sets of individuals,
//! of each term as written and of each term with all that is more special.

mod ask;
mod assign;
mod catalogue;
mod columns;
mod counts;
mod find;
mod hierarchy;
mod inverted;
#[cfg(test)]
mod naming_tests;
mod one;
mod packed;
mod profiles;
mod read;
mod staying;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod toy_tests;
mod verify;
mod write;

pub(crate) use assign::{Assigned, Claims, NO_NUMBER, assign};
pub(crate) use catalogue::{Catalogue, TermPeople};
pub(crate) use find::{FoundTerm, Seen, TermRef, Unit};
pub(crate) use hierarchy::KnownTerms;
pub(crate) use one::NamedValue;
pub(crate) use packed::{Codings, Event, Packed, pack_person, pack_text, pack_values};
pub(crate) use staying::{Staying, joined_attributes, places_of};
use write::write;
pub(crate) use write::{Failed, PeopleWriter};

use crate::error::{Error, Result};
use crate::format::{Column, ColumnCursor, Container, FileKind, Folder, Kind, Text, TextBlock};
use crate::model::{Age, AttributeType, AttributeValue, Dates};
use crate::model::{Ages, Kin, Scope};
use crate::set::SampleSet;
use crate::store::free::{Counted, Free};
use crate::store::terms::Named;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};

/// What the store needs of the terms of ontologies.
pub(crate) trait Hierarchy: Send + Sync + std::fmt::Debug {
    /// The number of the term with this CURIE.
    fn number(&self, curie: &str) -> Result<Option<u32>>;
    /// The terms that a record of `term` answers, itself included.
    fn closure(&self, term: u32) -> Result<Vec<u32>>;
    /// The terms that have a name, as label or synonym.
    fn named(&self, text: &str) -> Result<Vec<(u32, Named)>>;
    /// CURIE and label.
    fn describe(&self, term: u32) -> Result<(String, String)>;
    /// The same of terms in ascending order.
    fn describe_all(&self, terms: &[u32]) -> Result<Vec<(String, String)>> {
        terms.iter().map(|term| self.describe(*term)).collect()
    }
    /// Names the file: sets closed by other terms are not to be used with these.
    fn checksum(&self) -> &str;
}

/// Length of the section of fixed numbers.
const META_LEN: usize = 64;
/// Every people file has at most as many individuals.
pub(crate) const INDIVIDUALS_MAX: u32 = (1 << 31) - 2;
/// Length of the checksum of a terms file, in hexadecimal.
const SUM_LEN: usize = 32;

/// The fixed numbers of a people file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    individuals: u32,
    /// Numbers among them that nobody has any more.
    retired: u32,
    codings: u32,
    events: u32,
    attributes: u32,
    sets: u32,
}

/// Where the columns and texts lie.
#[derive(Debug)]
struct Layout {
    ids: Text,
    flags: Column,
    age: (Column, Column),
    birth: (Column, Column),
    families: Text,
    fathers: Text,
    mothers: Text,
    countries: Column,
    coding_ids: Text,
    coding_labels: Text,
    coding_terms: Column,
    attribute_kinds: Column,
    attribute_values: Text,
    attribute_sets: Column,
    set_keys: Column,
    set_terms: Column,
    sets: Column,
    event_starts: Column,
    event_flags: Column,
    event_terms: Column,
    onset: (Column, Column),
    end: (Column, Column),
    severities: Column,
    values: Column,
    units: Column,
}

/// The people of a dataset.
#[derive(Debug)]
pub(crate) struct People {
    file: Container,
    counts: Counts,
    at: Layout,
    terms: Option<Arc<dyn Hierarchy>>,
    by_id: OnceLock<Ids>,
    retired: OnceLock<SampleSet>,
    /// How often each term is recorded, by its number among those recorded; counted when it is first asked for.
    recorded: OnceLock<Vec<u64>>,
    free: OnceLock<Free>,
    codings: OnceLock<Vec<Term>>,
    values: OnceLock<Vec<(i64, String)>>,
    /// How often somebody was looked for by an id alone.
    asked: AtomicU32,
}

/// Ids and the individuals in their order.
#[derive(Debug, Default)]
struct Ids {
    ids: Vec<Box<str>>,
    order: Vec<u32>,
}

/// A term as it was recorded, and its number among the terms of ontologies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Term {
    id: String,
    label: String,
    number: Option<u32>,
}

impl People {
    /// Opens a people file: structure is checked, bytes when they are first touched. `terms` are those
    /// of the same dataset.
    pub(crate) fn open(
        folder: &Folder,
        name: &str,
        terms: Option<Arc<dyn Hierarchy>>,
    ) -> Result<Self> {
        let file = folder.container(name, FileKind::People)?;
        Self::of(file, terms)
    }

    fn of(file: Container, terms: Option<Arc<dyn Hierarchy>>) -> Result<Self> {
        let (counts, sum) = read_meta(&file)?;
        let meta = file.find(Kind::PeopleMeta).unwrap_or(usize::MAX);
        let expect =
            |at: usize, what: String, found: u32| file.damage(meta, at, what, found.to_string());
        let given = terms.as_ref().map_or("", |terms| terms.checksum());
        if sum != given {
            return Err(file.damage(meta, 32, format!("sets closed by the terms {given:?}"), sum));
        }
        let at = Layout::find(&file, &counts)?;
        // whoever asks makes room for so many: they are bounded by what lies in the file
        let texts = [
            (0, at.ids.len(), counts.individuals),
            (8, at.coding_ids.len(), counts.codings),
            (8, at.coding_labels.len(), counts.codings),
            (16, at.attribute_values.len(), counts.attributes),
        ];
        for (place, len, count) in texts {
            if len != count {
                return Err(expect(
                    place,
                    format!("{len}, as many as there are texts"),
                    count,
                ));
            }
        }
        let columns = [
            (12, Kind::EventTerms, counts.events),
            (20, Kind::TermSetTerms, counts.sets),
        ];
        for (place, kind, count) in columns {
            if count > 0 && file.find(kind).is_none() {
                return Err(expect(place, "0, as there are none".to_owned(), count));
            }
        }
        if counts.retired > counts.individuals {
            let expected = format!("at most {}", counts.individuals);
            return Err(expect(4, expected, counts.retired));
        }
        Ok(Self {
            file,
            counts,
            at,
            terms,
            by_id: OnceLock::new(),
            retired: OnceLock::new(),
            recorded: OnceLock::new(),
            free: OnceLock::new(),
            codings: OnceLock::new(),
            values: OnceLock::new(),
            asked: AtomicU32::new(0),
        })
    }

    /// Numbers of individuals are below.
    pub(crate) fn universe(&self) -> u32 {
        self.counts.individuals
    }

    /// How many individuals: numbers that somebody has.
    pub(crate) fn len(&self) -> u32 {
        self.counts.individuals - self.counts.retired
    }

    /// The individuals.
    pub(crate) fn all(&self) -> Result<SampleSet> {
        let all = SampleSet::full(self.universe());
        match self.counts.retired {
            0 => Ok(all),
            _ => Ok(all.difference(self.retired()?)),
        }
    }

    /// The numbers that nobody has any more.
    pub(crate) fn retired(&self) -> Result<&SampleSet> {
        if let Some(retired) = self.retired.get() {
            return Ok(retired);
        }
        let mut retired = SampleSet::new();
        if self.counts.retired > 0 {
            let mut flags = ColumnCursor::new(&self.file, self.at.flags);
            for individual in 0..self.universe() {
                if flags.get(individual)? & flag::RETIRED != 0 {
                    retired.insert(individual);
                }
            }
        }
        if retired.len() != u64::from(self.counts.retired) {
            return Err(self.fault(Kind::PeopleMeta, "how many numbers nobody has"));
        }
        Ok(self.retired.get_or_init(|| retired))
    }

    /// How many records.
    pub(crate) fn events(&self) -> u32 {
        self.counts.events
    }

    fn free(&self) -> Result<&Free> {
        match self.free.get() {
            Some(free) => Ok(free),
            None => {
                let free = Free::find(&self.file, self.universe())?;
                Ok(self.free.get_or_init(|| free))
            }
        }
    }

    /// The free attributes, and their types.
    pub(crate) fn free_names(&self) -> Result<Vec<(String, AttributeType)>> {
        let names = self.free()?.names();
        Ok(names.map(|(name, kind)| (name.to_owned(), kind)).collect())
    }

    /// The free attributes, and how many have a value of each; of those `within`, where they are given.
    pub(crate) fn free_counts(&self, within: Option<&SampleSet>) -> Result<Vec<Counted>> {
        self.free()?.counts(&self.file, within, 0)
    }

    /// The type of a free attribute by its name in any case.
    pub(crate) fn free_kind(&self, name: &str) -> Result<Option<AttributeType>> {
        Ok(self.free()?.kind_of(name))
    }

    /// The individuals of whom a test holds of the value of a free attribute; of those `within`, where they are given.
    pub(crate) fn free_set(
        &self,
        name: &str,
        within: Option<&SampleSet>,
        holds: &mut dyn FnMut(&AttributeValue) -> Result<bool>,
    ) -> Result<SampleSet> {
        let mut found = Vec::new();
        let free = self.free()?;
        free.select(&self.file, name, (within, 0), holds, &mut |row| {
            found.push(row)
        })?;
        Ok(SampleSet::gathered(self.universe(), found.into_iter()))
    }

    /// The values of a free attribute of texts or codes, ascending, and who has each.
    pub(crate) fn free_sets(&self, name: &str) -> Result<Vec<(String, SampleSet)>> {
        let all = self.free()?.split(&self.file, name)?.into_iter();
        let set = |rows: Vec<u32>| SampleSet::gathered(self.universe(), rows.into_iter());
        Ok(all.map(|(value, rows)| (value, set(rows))).collect())
    }

    /// The id of an individual.
    pub(crate) fn id(&self, individual: u32) -> Result<&str> {
        let ids = self.ids()?;
        match ids.ids.get(individual as usize) {
            Some(id) => Ok(id),
            None => Err(Error::Usage(format!(
                "individual number {individual}: the dataset has {} people",
                self.universe()
            ))),
        }
    }

    /// The individual with an id.
    pub(crate) fn number(&self, id: &str) -> Result<Option<u32>> {
        let ids = self.ids()?;
        let name = |i: &u32| ids.ids.get(*i as usize).map(|id| &**id);
        let found = ids.order.binary_search_by(|i| name(i).cmp(&Some(id)));
        Ok(found.ok().and_then(|at| ids.order.get(at).copied()))
    }

    fn ids(&self) -> Result<&Ids> {
        if let Some(ids) = self.by_id.get() {
            return Ok(ids);
        }
        let mut ids = Ids::default();
        self.texts(&self.at.ids, Kind::PersonIds, |id| ids.ids.push(id.into()))?;
        // nobody is found by a number that nobody has
        let named = (0..).zip(&ids.ids).filter(|(_, id)| !id.is_empty());
        ids.order = named.map(|(individual, _)| individual).collect();
        let name = |i: &u32| ids.ids.get(*i as usize);
        ids.order.sort_by(|a, b| name(a).cmp(&name(b)));
        let mut ascending = ids.order.iter().zip(ids.order.iter().skip(1));
        let distinct = ascending.all(|(a, b)| name(a) != name(b));
        if !distinct || ids.ids.len() != self.universe() as usize {
            return Err(self.fault(Kind::PersonIds, "a distinct id of each individual"));
        }
        Ok(self.by_id.get_or_init(|| ids))
    }

    /// The family of an individual, as a pedigree has it.
    pub(crate) fn kin(&self, individual: u32) -> Result<Option<Kin>> {
        let flags = self.at.flags.get(&self.file, individual)?;
        if flags & flag::KIN == 0 {
            return Ok(None);
        }
        let text = |text: &Text, kind| -> Result<String> {
            let mut block = TextBlock::default();
            let bytes = text.get(&self.file, individual, &mut block)?;
            self.utf8(kind, bytes).map(str::to_owned)
        };
        let some = |id: String| (!id.is_empty()).then_some(id);
        Ok(Some(Kin {
            family: text(&self.at.families, Kind::Families)?,
            father: some(text(&self.at.fathers, Kind::Fathers)?),
            mother: some(text(&self.at.mothers, Kind::Mothers)?),
            affected: flag::maybe(flags >> flag::AFFECTED),
        }))
    }

    /// Age when last observed.
    pub(crate) fn age(&self, individual: u32) -> Result<Option<Ages>> {
        let span = self.span(self.at.age, Kind::AgeLow, individual)?;
        Ok(span.map(|(low, high)| Ages {
            low: Age(low),
            high: Age(high),
        }))
    }

    fn birth(&self, individual: u32) -> Result<Option<Dates>> {
        let span = self.span(self.at.birth, Kind::BirthFirst, individual)?;
        Ok(span.map(|(first, last)| Dates { first, last }))
    }

    /// Two columns that tell the ends of a span.
    fn span(&self, at: (Column, Column), kind: Kind, row: u32) -> Result<Option<(i32, i32)>> {
        let (page, i) = crate::format::page_of(row);
        let low = at.0.page(&self.file, page)?.get_nullable(i);
        let high = at.1.page(&self.file, page)?.get_nullable(i);
        let (Some(low), Some(high)) = (low, high) else {
            return match (low, high) {
                (None, None) => Ok(None),
                _ => {
                    let found = format!("{low:?} and {high:?} in row {row}");
                    let expected = "both ends of a span or none";
                    Err(self.file.damage_in(kind, expected, found))
                }
            };
        };
        match (i32::try_from(low), i32::try_from(high)) {
            (Ok(low), Ok(high)) if low <= high => Ok(Some((low, high))),
            _ => {
                let found = format!("{low} and {high} in row {row}");
                let expected = "ascending ends of a span, in 32 bits";
                Err(self.file.damage_in(kind, expected, found))
            }
        }
    }

    /// A row of a nullable column of numbers below `limit`.
    fn nullable(&self, at: &Column, kind: Kind, row: u32, limit: u32) -> Result<Option<u32>> {
        let (page, i) = crate::format::page_of(row);
        match at.page(&self.file, page)?.get_nullable(i) {
            None => Ok(None),
            Some(value) => self.below(kind, value, limit).map(Some),
        }
    }

    fn below(&self, kind: Kind, value: i64, limit: u32) -> Result<u32> {
        match u32::try_from(value) {
            Ok(value) if value < limit => Ok(value),
            _ => {
                let expected = format!("a number below {limit}");
                Err(self.file.damage_in(kind, expected, value.to_string()))
            }
        }
    }

    fn codings(&self) -> Result<&[Term]> {
        if let Some(codings) = self.codings.get() {
            return Ok(codings);
        }
        let mut codings = Vec::new();
        self.texts(&self.at.coding_ids, Kind::CodingIds, |id| {
            codings.push(Term {
                id: id.to_owned(),
                ..Term::default()
            });
        })?;
        let mut labels = Vec::new();
        self.texts(&self.at.coding_labels, Kind::CodingLabels, |label| {
            labels.push(label.to_owned())
        })?;
        for ((row, coding), label) in (0..).zip(&mut codings).zip(labels) {
            coding.label = label;
            coding.number =
                self.nullable(&self.at.coding_terms, Kind::CodingTerms, row, u32::MAX)?;
        }
        if codings.len() != self.counts.codings as usize {
            return Err(self.fault(Kind::CodingIds, "an id of each term recorded"));
        }
        Ok(self.codings.get_or_init(|| codings))
    }

    /// All entries of a text section.
    fn texts(&self, text: &Text, kind: Kind, mut f: impl FnMut(&str)) -> Result<()> {
        text.each(&self.file, |_, entry| {
            f(self.utf8(kind, entry)?);
            Ok(())
        })
    }

    fn utf8<'a>(&self, kind: Kind, bytes: &'a [u8]) -> Result<&'a str> {
        std::str::from_utf8(bytes).map_err(|_| self.fault(kind, "text in UTF-8"))
    }

    fn fault(&self, kind: Kind, expected: &str) -> Error {
        self.file.damage_in(kind, expected, "something else")
    }
}

fn read_meta(file: &Container) -> Result<(Counts, String)> {
    let bytes = file.whole(Kind::PeopleMeta)?;
    let wrong = |expected: &str| {
        file.damage_in(Kind::PeopleMeta, expected, format!("{} bytes", bytes.len()))
    };
    let Ok(meta) = <&[u8; META_LEN]>::try_from(bytes) else {
        return Err(wrong("64 bytes of fixed numbers"));
    };
    let (head, sum) = meta.split_at(META_LEN - SUM_LEN);
    let (words, _) = head.as_chunks::<4>();
    let word = |i: usize| words.get(i).map_or(0, |word| u32::from_le_bytes(*word));
    if (word(6), word(7)) != (0, 0) {
        return Err(wrong("zeros in what is reserved"));
    }
    let counts = Counts {
        individuals: word(0),
        retired: word(1),
        codings: word(2),
        events: word(3),
        attributes: word(4),
        sets: word(5),
    };
    if counts.individuals > INDIVIDUALS_MAX {
        let expected = format!("at most {INDIVIDUALS_MAX} individuals");
        let found = counts.individuals.to_string();
        return Err(file.damage_in(Kind::PeopleMeta, expected, found));
    }
    let sum = if sum.iter().all(|byte| *byte == 0) {
        &[][..]
    } else {
        sum
    };
    let sum = std::str::from_utf8(sum).map_err(|_| wrong("a checksum in hexadecimal"))?;
    Ok((counts, sum.to_owned()))
}

impl Layout {
    fn find(file: &Container, counts: &Counts) -> Result<Self> {
        let column = |kind, rows| Column::find(file, kind, rows);
        let pair = |low, high, rows| Ok::<_, Error>((column(low, rows)?, column(high, rows)?));
        Ok(Self {
            ids: Text::find(file, Kind::PersonIds)?,
            flags: column(Kind::PersonFlags, counts.individuals)?,
            age: pair(Kind::AgeLow, Kind::AgeHigh, counts.individuals)?,
            birth: pair(Kind::BirthFirst, Kind::BirthLast, counts.individuals)?,
            families: Text::find(file, Kind::Families)?,
            fathers: Text::find(file, Kind::Fathers)?,
            mothers: Text::find(file, Kind::Mothers)?,
            countries: column(Kind::Countries, counts.individuals)?,
            coding_ids: Text::find(file, Kind::CodingIds)?,
            coding_labels: Text::find(file, Kind::CodingLabels)?,
            coding_terms: column(Kind::CodingTerms, counts.codings)?,
            attribute_kinds: column(Kind::AttributeKinds, counts.attributes)?,
            attribute_values: Text::find(file, Kind::AttributeValues)?,
            attribute_sets: column(Kind::AttributeSets, counts.attributes)?,
            set_keys: column(Kind::TermSetKeys, counts.sets)?,
            set_terms: column(Kind::TermSetTerms, counts.sets)?,
            sets: column(Kind::TermSets, counts.sets)?,
            event_starts: column(Kind::EventStarts, counts.individuals.saturating_add(1))?,
            event_flags: column(Kind::EventFlags, counts.events)?,
            event_terms: column(Kind::EventTerms, counts.events)?,
            onset: pair(Kind::OnsetLow, Kind::OnsetHigh, counts.events)?,
            end: pair(Kind::EndLow, Kind::EndHigh, counts.events)?,
            severities: column(Kind::Severities, counts.events)?,
            values: column(Kind::EventValues, counts.events)?,
            units: column(Kind::Units, counts.events)?,
        })
    }
}

/// Bits of the columns of flags. What may be unknown takes two: 0 unknown, 1 no, 2 yes.
mod flag {
    pub(super) const DECEASED: u32 = 0;
    pub(super) const KIN: i64 = 4;
    pub(super) const AFFECTED: u32 = 3;
    /// Nobody has the number any more.
    pub(super) const RETIRED: i64 = 32;
    /// Of an event: four bits of scope, then these.
    pub(super) const EXCLUDED: i64 = 16;
    /// What the two columns of a time hold: 0 nothing, 1 ages, 2 days, 3 a stage, by its coding.
    pub(super) const ONSET: u32 = 5;
    pub(super) const END: u32 = 7;
    /// What the column of values holds: 0 nothing, 1 a number, 2 a coding.
    pub(super) const VALUE: u32 = 9;

    pub(super) fn maybe(bits: i64) -> Option<bool> {
        match bits & 3 {
            1 => Some(false),
            2 => Some(true),
            _ => None,
        }
    }

    pub(super) fn of(value: Option<bool>) -> i64 {
        value.map_or(0, |value| 1 + i64::from(value))
    }
}

/// What a stored set of individuals is of: the high part of its key, the low part is the scope.
mod form {
    /// A coding, recorded as present.
    pub(super) const PRESENT: i64 = 0;
    /// A coding, recorded as absent.
    pub(super) const ABSENT: i64 = 16;
    /// A term of ontologies, recorded as present itself or by what is more special.
    pub(super) const CLOSED: i64 = 32;
}

/// Scopes in the order of their numbers on disk.
const SCOPES: [Scope; 8] = [
    Scope::Phenotype,
    Scope::Disease,
    Scope::Treatment,
    Scope::Procedure,
    Scope::Biomarker,
    Scope::Measurement,
    Scope::Ethnicity,
    Scope::Exposure,
];

fn scope_number(scope: Scope) -> i64 {
    (0..)
        .zip(SCOPES)
        .find(|(_, known)| *known == scope)
        .map_or(0, |(number, _)| number)
}
