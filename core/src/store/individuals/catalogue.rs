//! All terms that are recorded, each with its people: for who searches terms.

use super::{People, SCOPES, Term, form, scope_number};
use crate::error::Result;
use crate::model::Scope;
use crate::model::vocabulary::canonical;
use crate::set::SampleSet;
use std::collections::{BTreeMap, HashMap};

/// The terms of which something is recorded.
pub(crate) struct Catalogue<'a> {
    people: &'a People,
    codings: &'a [Term],
    /// Recorded terms by the number of the term of ontologies that they are.
    known: BTreeMap<u32, Vec<u32>>,
    /// Those that no ontology has: one id is one term, in all its spellings and with all its labels.
    others: Vec<Vec<u32>>,
    /// Rows of stored sets by their keys.
    sets: HashMap<(i64, u32), u32>,
}

/// The people of a term.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TermPeople {
    /// The scopes in which it or something more special is recorded as present.
    pub(crate) scopes: Vec<Scope>,
    /// Of whom it is recorded itself.
    pub(crate) own: u64,
    /// Of whom it or something more special is.
    pub(crate) below: u64,
    /// Of whom it is recorded as absent.
    pub(crate) excluded: u64,
}

impl TermPeople {
    pub(crate) fn is_recorded(&self) -> bool {
        self.below > 0 || self.excluded > 0
    }
}

impl People {
    pub(crate) fn catalogue(&self) -> Result<Catalogue<'_>> {
        let codings = self.codings()?;
        let mut known = BTreeMap::<u32, Vec<u32>>::new();
        let mut groups = HashMap::<String, usize>::new();
        let mut others = Vec::<Vec<u32>>::new();
        for (row, coding) in (0..).zip(codings) {
            if let Some(number) = coding.number {
                known.entry(number).or_default().push(row);
                continue;
            }
            let next = others.len();
            let group = match coding.id.is_empty() {
                true => next,
                false => *groups.entry(canonical(&coding.id)).or_insert(next),
            };
            match others.get_mut(group) {
                Some(rows) => rows.push(row),
                None => others.push(vec![row]),
            }
        }
        let mut sets = HashMap::with_capacity(self.counts.sets as usize);
        for row in 0..self.counts.sets {
            let key = self.at.set_keys.get(&self.file, row)?;
            sets.insert((key, self.set_term(row)?), row);
        }
        Ok(Catalogue {
            people: self,
            codings,
            known,
            others,
            sets,
        })
    }
}

impl Catalogue<'_> {
    /// The recorded terms that are a term of ontologies.
    pub(crate) fn rows_of(&self, number: u32) -> &[u32] {
        self.known.get(&number).map_or(&[], Vec::as_slice)
    }

    /// The terms of ontologies of which something is recorded itself.
    pub(crate) fn known(&self) -> impl Iterator<Item = u32> + '_ {
        self.known.keys().copied()
    }

    /// The terms that no ontology has, each as its recorded terms.
    pub(crate) fn others(&self) -> &[Vec<u32>] {
        &self.others
    }

    /// Id and label as they were recorded.
    pub(crate) fn recorded(&self, row: u32) -> (&str, &str) {
        let coding = self.codings.get(row as usize);
        coding.map_or(("", ""), |coding| (&coding.id, &coding.label))
    }

    /// The people of a term, by its number in ontologies and by its recorded terms; of those `within` alone.
    pub(crate) fn people(
        &self,
        number: Option<u32>,
        rows: &[u32],
        within: Option<&SampleSet>,
    ) -> Result<TermPeople> {
        let mut found = TermPeople::default();
        let (mut own, mut below, mut excluded) =
            (SampleSet::new(), SampleSet::new(), SampleSet::new());
        for scope in SCOPES {
            let of_scope = scope_number(scope);
            let mut here = SampleSet::new();
            for &row in rows {
                self.add((form::PRESENT | of_scope, row), within, &mut here)?;
                self.add((form::ABSENT | of_scope, row), within, &mut excluded)?;
            }
            own.add(&here);
            if let Some(number) = number {
                self.add((form::CLOSED | of_scope, number), within, &mut here)?;
            }
            if !here.is_empty() {
                found.scopes.push(scope);
                below.add(&here);
            }
        }
        found.own = own.len();
        found.below = below.len();
        found.excluded = excluded.len();
        Ok(found)
    }

    fn add(&self, key: (i64, u32), within: Option<&SampleSet>, to: &mut SampleSet) -> Result<()> {
        if let Some(row) = self.sets.get(&key) {
            let set = self.people.set_at(&self.people.at.sets, *row)?;
            match within {
                Some(within) => to.add(&set.intersection(within)),
                None => to.add(&set),
            }
        }
        Ok(())
    }
}
