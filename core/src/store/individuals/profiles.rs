//! The phenotypes of one individual after the other.

use super::{People, flag, scope_number};
use crate::error::Result;
use crate::format::{ColumnCursor, Kind};
use crate::model::Scope;

/// Reads the phenotypes of individuals: it keeps what all need, so that reading one allocates nothing.
pub(crate) struct Profiles<'a> {
    people: &'a People,
    starts: ColumnCursor<'a>,
    flags: ColumnCursor<'a>,
    terms: ColumnCursor<'a>,
    /// By coding: the number of its term, where an ontology describes it.
    numbers: Vec<Option<u32>>,
    present: Vec<u32>,
    excluded: Vec<u32>,
}

impl People {
    pub(crate) fn profiles(&self) -> Result<Profiles<'_>> {
        let numbers = self.codings()?.iter().map(|coding| coding.number);
        let cursor = |column| ColumnCursor::new(&self.file, column);
        Ok(Profiles {
            people: self,
            starts: cursor(self.at.event_starts),
            flags: cursor(self.at.event_flags),
            terms: cursor(self.at.event_terms),
            numbers: numbers.collect(),
            present: Vec::new(),
            excluded: Vec::new(),
        })
    }
}

impl Profiles<'_> {
    /// The terms recorded of an individual as phenotypes, by their numbers in the terms of ontologies:
    /// present and excluded, both ascending.
    pub(crate) fn read(&mut self, individual: u32) -> Result<(&[u32], &[u32])> {
        self.present.clear();
        self.excluded.clear();
        let starts = &mut self.starts;
        for event in self
            .people
            .events_between(individual, |row| starts.get(row))?
        {
            let flags = self.people.checked_flags(self.flags.get(event)?)?;
            if flags & 15 != scope_number(Scope::Phenotype) {
                continue;
            }
            let term = self.terms.get(event)?.wrapping_sub(1);
            let coding = self
                .people
                .below(Kind::EventTerms, term, self.people.counts.codings)?;
            let list = match flags & flag::EXCLUDED {
                0 => &mut self.present,
                _ => &mut self.excluded,
            };
            list.extend(self.numbers.get(coding as usize).copied().flatten());
        }
        for list in [&mut self.present, &mut self.excluded] {
            list.sort_unstable();
            list.dedup();
        }
        Ok((&self.present, &self.excluded))
    }
}
