//! Checking a people file through and through.

use super::{Layout, People, write};
use crate::error::{Error, Result};
use crate::format::{Column, Container, FileKind, Kind, first_other_entry};
use crate::model::Person;
use crate::set::SampleSet;

impl People {
    /// Checks every byte, and that sets and columns are what the people and the terms give: a people
    /// file is a function of both, so it must say what would be written of what is read here.
    pub(crate) fn verify(&self) -> Result<()> {
        self.file.verify()?;
        let columns = self.at.columns();
        for (kind, column, nullable) in columns {
            // other ranges are those of what reads a value
            let values = match kind {
                Kind::PersonFlags => 0..=63,
                Kind::AttributeSets | Kind::TermSets => 0..=i64::MAX,
                _ => i64::MIN..=i64::MAX,
            };
            column.verify(&self.file, nullable, values)?;
        }
        self.verify_order()?;
        let people = self.people()?;
        let retired = self.retired()?;
        for (number, person) in (0..).zip(&people) {
            if person.id.is_empty() != retired.contains(number) {
                return Err(self.fault(Kind::PersonIds, "an id of each individual"));
            }
            if person.id.is_empty() && *person != Person::default() {
                let expected = "nothing of a number that nobody has";
                return Err(self.fault(Kind::PersonFlags, expected));
            }
        }
        self.free()?.verify(&self.file)?;
        let content = write(&people, self.free_names()?, self.terms.as_deref())?;
        let mut bytes = Vec::new();
        let failed = |e| Error::io(self.file.path(), e);
        content
            .finish(FileKind::People, &mut bytes)
            .map_err(failed)?;
        let wanted = Container::parse(self.file.path(), bytes.into(), FileKind::People)?;
        let wanted = Self::of(wanted, self.terms.clone())?;
        self.verify_same(&wanted)
    }

    /// What ascends, where questions search or a number of rows is given.
    fn verify_order(&self) -> Result<()> {
        let ascends = self
            .codings()?
            .is_sorted_by(|a, b| (&a.id, &a.label) < (&b.id, &b.label));
        if !ascends {
            return Err(self.fault(Kind::CodingIds, "each coding once, in ascending order"));
        }
        if !self.values()?.is_sorted_by(|a, b| a < b) {
            return Err(self.fault(Kind::AttributeValues, "each value once, in ascending order"));
        }
        let first = self.at.event_starts.get(&self.file, 0)?;
        let last = self.at.event_starts.get(&self.file, self.universe())?;
        if (first, last) != (0, i64::from(self.counts.events)) {
            return Err(self.fault(Kind::EventStarts, "numbers from 0 to that of the events"));
        }
        Ok(())
    }

    /// Checks that this says what another file says, in whatever bytes.
    fn verify_same(&self, wanted: &Self) -> Result<()> {
        let expected = "what the people and the terms of the dataset give";
        let other = |kind, found: String| self.file.damage_in(kind, expected, found);
        for kind in Layout::TEXTS {
            if let Some(found) = first_other_entry(&self.file, &wanted.file, kind)? {
                return Err(other(kind, found));
            }
        }
        if self.keys()? != wanted.keys()? {
            return Err(other(Kind::TermSetKeys, "other terms".to_owned()));
        }
        if self.counts != wanted.counts {
            let found = format!("{:?}, not {:?}", self.counts, wanted.counts);
            return Err(other(Kind::PeopleMeta, found));
        }
        for ((kind, column, nullable), (_, again, _)) in
            self.at.columns().into_iter().zip(wanted.at.columns())
        {
            for row in 0..column.rows() {
                let same = match kind {
                    Kind::AttributeSets | Kind::TermSets => {
                        self.checked_set(column, row)? == wanted.set_at(again, row)?
                    }
                    _ => {
                        let (page, i) = crate::format::page_of(row);
                        let mine = column.page(&self.file, page)?;
                        let theirs = again.page(&wanted.file, page)?;
                        match nullable {
                            true => mine.get_nullable(i) == theirs.get_nullable(i),
                            false => mine.get(i) == theirs.get(i),
                        }
                    }
                };
                if !same {
                    return Err(other(kind, format!("another value in row {row}")));
                }
            }
        }
        Ok(())
    }

    /// What each set of people is of.
    fn keys(&self) -> Result<Vec<(i64, u32)>> {
        let key = |row| Ok((self.at.set_keys.get(&self.file, row)?, self.set_term(row)?));
        (0..self.counts.sets).map(key).collect()
    }

    /// A set, and the rules that reading does not check.
    fn checked_set(&self, column: &Column, row: u32) -> Result<SampleSet> {
        let set = self.set_at(column, row)?;
        self.stored_at(column, row)?
            .verify(None)
            .map_err(|rule| self.fault(Kind::PeopleSets, rule.0))?;
        Ok(set)
    }
}

impl Layout {
    const TEXTS: [Kind; 7] = [
        Kind::PersonIds,
        Kind::Families,
        Kind::Fathers,
        Kind::Mothers,
        Kind::CodingIds,
        Kind::CodingLabels,
        Kind::AttributeValues,
    ];

    /// Every column, and whether it has values that are none.
    fn columns(&self) -> [(Kind, &Column, bool); 22] {
        [
            (Kind::PersonFlags, &self.flags, false),
            (Kind::AgeLow, &self.age.0, true),
            (Kind::AgeHigh, &self.age.1, true),
            (Kind::BirthFirst, &self.birth.0, true),
            (Kind::BirthLast, &self.birth.1, true),
            (Kind::Countries, &self.countries, true),
            (Kind::CodingTerms, &self.coding_terms, true),
            (Kind::AttributeKinds, &self.attribute_kinds, false),
            (Kind::AttributeSets, &self.attribute_sets, false),
            (Kind::TermSetKeys, &self.set_keys, false),
            (Kind::TermSetTerms, &self.set_terms, false),
            (Kind::TermSets, &self.sets, false),
            (Kind::EventStarts, &self.event_starts, false),
            (Kind::EventFlags, &self.event_flags, false),
            (Kind::EventTerms, &self.event_terms, false),
            (Kind::OnsetLow, &self.onset.0, true),
            (Kind::OnsetHigh, &self.onset.1, true),
            (Kind::EndLow, &self.end.0, true),
            (Kind::EndHigh, &self.end.1, true),
            (Kind::Severities, &self.severities, true),
            (Kind::EventValues, &self.values, false),
            (Kind::Units, &self.units, true),
        ]
    }
}
