//! What texts mean: terms of ontologies, terms that were recorded, units.

use super::{People, Term};
use crate::error::Result;
use crate::format::Kind;
use crate::model::vocabulary::canonical;
use crate::model::{Recorded, Scope};
use crate::set::SampleSet;
use crate::store::terms::Named;
use std::collections::{BTreeMap, BTreeSet};

/// A term that is asked for: one of ontologies, those that were recorded and of which no ontology
/// says (one id may be recorded with several labels, and in several spellings), or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TermRef {
    /// By its number in ontologies.
    pub(super) known: Option<u32>,
    /// By their numbers among those recorded, ascending.
    pub(super) rows: Vec<u32>,
}

/// Terms with a label and how they have it, and the codings that are nothing but the label.
type Labelled = (Vec<(TermRef, Named)>, Vec<u32>);

impl TermRef {
    pub(crate) fn known(number: u32) -> Self {
        Self {
            known: Some(number),
            rows: Vec::new(),
        }
    }

    /// The number of a term of ontologies.
    pub(crate) fn number(&self) -> Option<u32> {
        self.known
    }
}

/// Who may be seen, where that is not everybody, and which terms were recorded of them, by number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) individuals: &'a SampleSet,
    pub(crate) codings: &'a SampleSet,
}

impl Seen<'_> {
    fn has(seen: Option<Self>, row: u32) -> bool {
        seen.is_none_or(|seen| seen.codings.contains(row))
    }
}

/// What a text that names a term may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FoundTerm {
    Nothing,
    One(TermRef),
    /// CURIE and label of each.
    Several(Vec<(String, String)>),
}

/// A unit of values: the same one, in whatever spellings it was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unit {
    rows: Vec<u32>,
    numbers: Vec<u32>,
    /// Ids in canonical form.
    ids: Vec<String>,
    labels: Vec<String>,
    /// As it was recorded first.
    id: String,
}

/// Which recorded terms are a term or a more special one. Most questions meet few of all that are recorded: each is
/// looked at when it is met, and once.
pub(super) struct Below<'a> {
    of: &'a People,
    term: &'a TermRef,
    known: Vec<Option<bool>>,
}

impl Below<'_> {
    pub(super) fn holds(&mut self, row: u32) -> Result<bool> {
        if let Some(Some(known)) = self.known.get(row as usize) {
            return Ok(*known);
        }
        let holds = self.look(row)?;
        if let Some(known) = self.known.get_mut(row as usize) {
            *known = Some(holds);
        }
        Ok(holds)
    }

    fn look(&self, row: u32) -> Result<bool> {
        let coding = self.of.codings()?.get(row as usize);
        let number = coding.and_then(|coding| coding.number);
        match (self.term.known, number, &self.of.terms) {
            (Some(asked), Some(number), Some(terms)) => {
                Ok(number == asked || terms.closure(number)?.contains(&asked))
            }
            _ => Ok(self.term.rows.binary_search(&row).is_ok()),
        }
    }
}

impl Unit {
    /// Its numbers among the terms recorded, ascending.
    pub(super) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The text that it can be asked by; empty where values have no unit.
    pub(crate) fn name(&self) -> &str {
        match self.labels.first() {
            Some(label) => label,
            None => &self.id,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    fn join(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.rows.sort_unstable();
        self.numbers.extend(other.numbers);
        self.ids.extend(other.ids);
        self.labels.extend(other.labels);
    }
}

impl People {
    /// How many records some have.
    pub(crate) fn events_of_some(&self, individuals: &SampleSet) -> Result<u32> {
        let mut count = 0;
        for individual in individuals.iter() {
            count += self.events_at(individual)?.len() as u32;
        }
        Ok(count)
    }

    /// The terms recorded of all but some, by their numbers among those recorded: what is said to be so, severities and
    /// units. By how often each is recorded of these, as [`Self::count_codings`] has it.
    pub(crate) fn codings_but(&self, hidden: &[u64]) -> Result<SampleSet> {
        let all = match self.recorded.get() {
            Some(all) => all,
            None => {
                let mut all = vec![0; self.counts.codings as usize];
                let everybody = self.all()?;
                self.count_codings(everybody.iter(), |row| row.wrapping_add(1), &mut all)?;
                self.recorded.get_or_init(|| all)
            }
        };
        let others = (0..).zip(all.iter().zip(hidden));
        let left = others.filter(|(_, (all, hidden))| all > hidden);
        Ok(left.map(|(row, _)| row).collect())
    }

    /// Changes how often each recorded term is recorded, by its number, by each time that it is of some.
    pub(crate) fn count_codings(
        &self,
        individuals: impl Iterator<Item = u32>,
        change: impl Fn(u64) -> u64,
        counts: &mut Vec<u64>,
    ) -> Result<()> {
        counts.resize(self.counts.codings as usize, 0);
        let mut put = |row: u32| {
            if let Some(count) = counts.get_mut(row as usize) {
                *count = change(*count);
            }
        };
        let beside = [
            (&self.at.severities, Kind::Severities),
            (&self.at.units, Kind::Units),
        ];
        for individual in individuals {
            for event in self.events_at(individual)? {
                put(self.term_of(event)?);
                for (column, kind) in beside {
                    if let Some(row) = self.nullable(column, kind, event, self.counts.codings)? {
                        put(row);
                    }
                }
            }
        }
        Ok(())
    }

    /// The term that a text names: by CURIE, else by label or synonym, whatever its case. Where several
    /// have the name, those of which something is recorded in the scope go first, then labels go before
    /// synonyms; what is more special than another of them, or the same, is meant by that one, too.
    /// What was recorded of those alone who are not `seen` names nothing.
    pub(crate) fn find_term(
        &self,
        text: &str,
        scope: Option<Scope>,
        seen: Option<Seen<'_>>,
    ) -> Result<FoundTerm> {
        if let Some(terms) = &self.terms
            && let Some(number) = terms.number(text)?
        {
            return Ok(FoundTerm::One(TermRef::known(number)));
        }
        let rows = self.same_id(&canonical(text), seen)?;
        if !rows.is_empty() {
            return Ok(FoundTerm::One(TermRef { known: None, rows }));
        }
        let (mut found, unnamed) = self.by_label(text, seen)?;
        let mut recorded = Vec::new();
        for (term, how) in &found {
            if self.is_recorded(term, scope, seen)? {
                recorded.push((term.clone(), *how));
            }
        }
        let unnamed = TermRef {
            known: None,
            rows: unnamed,
        };
        if !recorded.is_empty() {
            found = recorded;
        } else if self.is_recorded(&unnamed, scope, seen)? {
            return Ok(FoundTerm::One(unnamed));
        }
        let best = found.iter().map(|(_, how)| *how).min();
        found.retain(|(_, how)| Some(*how) == best);
        let found = self.widest(found.into_iter().map(|(term, _)| term).collect())?;
        match &found[..] {
            [] if unnamed.rows.is_empty() => Ok(FoundTerm::Nothing),
            [] => Ok(FoundTerm::One(unnamed)),
            // who was recorded with the label alone is meant by whoever asks by it
            [term] => {
                let mut term = term.clone();
                term.rows.extend(unnamed.rows);
                term.rows.sort_unstable();
                Ok(FoundTerm::One(term))
            }
            _ => {
                let all = found.iter().map(|term| self.describe(term));
                Ok(FoundTerm::Several(all.collect::<Result<_>>()?))
            }
        }
    }

    /// All that a text names: the term with this CURIE, or else those of ontologies that have the name, as a label where
    /// one has it so, and what was recorded with this label. What is recorded adds itself, and alters nothing else.
    pub(crate) fn all_meant(&self, text: &str, seen: Option<Seen<'_>>) -> Result<Vec<TermRef>> {
        let mut found = Vec::new();
        if let Some(terms) = &self.terms {
            if let Some(number) = terms.number(text)? {
                return Ok(vec![TermRef::known(number)]);
            }
            let named = terms.named(text)?;
            let best = named.iter().map(|(_, how)| *how).min();
            let named = named.iter().filter(|(_, how)| Some(*how) == best);
            found.extend(named.map(|(number, _)| TermRef::known(*number)));
        }
        let mut rows = self.same_id(&canonical(text), seen)?;
        let wanted = text.trim().to_lowercase();
        rows.extend(self.rows(|row, coding| {
            let is_it = !wanted.is_empty() && coding.label.to_lowercase() == wanted;
            Ok(is_it && Seen::has(seen, row))
        })?);
        rows.sort_unstable();
        rows.dedup();
        if !rows.is_empty() {
            found.push(TermRef { known: None, rows });
        }
        Ok(found)
    }

    /// Terms that have a label or synonym, and recorded ones that are nothing but this label.
    fn by_label(&self, text: &str, seen: Option<Seen<'_>>) -> Result<Labelled> {
        let mut found: BTreeMap<TermRef, Named> = BTreeMap::new();
        let mut add = |term: TermRef, how: Named| {
            let known = found.entry(term).or_insert(how);
            *known = how.min(*known);
        };
        if let Some(terms) = &self.terms {
            for (number, how) in terms.named(text)? {
                add(TermRef::known(number), how);
            }
        }
        let wanted = text.trim().to_lowercase();
        let mut unnamed = Vec::new();
        let mut ids = BTreeSet::new();
        for (row, coding) in (0..).zip(self.codings()?) {
            let same = coding.label.len() == wanted.len() || !coding.label.is_ascii();
            if !same
                || coding.label.is_empty()
                || coding.label.to_lowercase() != wanted
                || !Seen::has(seen, row)
            {
                continue;
            }
            match coding.number {
                Some(number) => add(TermRef::known(number), Named::Label),
                None if coding.id.is_empty() => unnamed.push(row),
                None => {
                    ids.insert(canonical(&coding.id));
                }
            }
        }
        for id in ids {
            let rows = self.same_id(&id, seen)?;
            add(TermRef { known: None, rows }, Named::Label);
        }
        Ok((found.into_iter().collect(), unnamed))
    }

    /// Recorded terms that no ontology describes, with an id of this canonical form.
    fn same_id(&self, wanted: &str, seen: Option<Seen<'_>>) -> Result<Vec<u32>> {
        self.rows(|row, coding| {
            let may = coding.number.is_none() && may_be(&coding.id, wanted);
            Ok(may && Seen::has(seen, row) && canonical(&coding.id) == wanted)
        })
    }

    fn is_recorded(
        &self,
        term: &TermRef,
        scope: Option<Scope>,
        seen: Option<Seen<'_>>,
    ) -> Result<bool> {
        for recorded in [Recorded::Present, Recorded::Excluded] {
            let of = self.term_set(scope, term, recorded)?;
            let some = match seen {
                Some(seen) => !of.is_disjoint(seen.individuals),
                None => !of.is_empty(),
            };
            if some {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Terms without those that another of them answers.
    fn widest(&self, mut terms: Vec<TermRef>) -> Result<Vec<TermRef>> {
        let Some(ontologies) = &self.terms else {
            return Ok(terms);
        };
        let mut at = 0;
        while let Some(number) = terms.get(at).map(|term| term.known) {
            let closure = number
                .map(|number| ontologies.closure(number))
                .transpose()?;
            let closure = closure.unwrap_or_default();
            let covered = |other: &TermRef| {
                let other = other.known.filter(|other| Some(*other) != number);
                other.is_some_and(|other| closure.binary_search(&other).is_ok())
            };
            match terms.iter().any(covered) {
                true => {
                    terms.remove(at);
                }
                false => at += 1,
            }
        }
        Ok(terms)
    }

    /// CURIE and label of a term.
    pub(crate) fn describe(&self, term: &TermRef) -> Result<(String, String)> {
        let recorded = self.codings()?;
        let named = |coding: Option<&Term>| {
            coding.map_or_else(Default::default, |c| (c.id.clone(), c.label.clone()))
        };
        match (term.known, &self.terms) {
            (Some(number), Some(terms)) => terms.describe(number),
            (Some(number), None) => Ok(named(recorded.iter().find(|c| c.number == Some(number)))),
            (None, _) => {
                let mut rows = term
                    .rows
                    .iter()
                    .filter_map(|row| recorded.get(*row as usize));
                let first = rows.next();
                match first.filter(|first| first.label.is_empty()) {
                    None => Ok(named(first)),
                    // another record of the id may have the label
                    Some(first) => Ok((
                        first.id.clone(),
                        rows.map(|c| c.label.clone())
                            .find(|label| !label.is_empty())
                            .unwrap_or_default(),
                    )),
                }
            }
        }
    }

    /// Recorded terms of which a test holds, ascending.
    fn rows(&self, mut test: impl FnMut(u32, &Term) -> Result<bool>) -> Result<Vec<u32>> {
        let mut rows = Vec::new();
        for (row, coding) in (0..).zip(self.codings()?) {
            if test(row, coding)? {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Recorded terms that a test of their numbers among ontologies holds of, and those of the term
    /// that have none.
    fn rows_of(
        &self,
        term: &TermRef,
        mut test: impl FnMut(u32) -> Result<bool>,
    ) -> Result<Vec<u32>> {
        if term.known.is_none() {
            return Ok(term.rows.clone());
        }
        self.rows(|row, coding| match coding.number {
            Some(number) => test(number),
            None => Ok(term.rows.binary_search(&row).is_ok()),
        })
    }

    /// Recorded terms that are the term itself, however they were labelled.
    pub(super) fn exactly(&self, term: &TermRef) -> Result<Vec<u32>> {
        self.rows_of(term, |number| Ok(Some(number) == term.known))
    }

    /// Which recorded terms are the term or a more special one.
    pub(super) fn below_term<'a>(&'a self, term: &'a TermRef) -> Below<'a> {
        Below {
            of: self,
            term,
            known: vec![None; self.counts.codings as usize],
        }
    }

    /// Recorded terms that are the term or a more general one.
    pub(super) fn above(&self, term: &TermRef) -> Result<Vec<u32>> {
        match (term.known, &self.terms) {
            (Some(asked), Some(terms)) => {
                let above = terms.closure(asked)?;
                self.rows_of(
                    term,
                    |number| Ok(number == asked || above.contains(&number)),
                )
            }
            _ => self.exactly(term),
        }
    }

    /// Units by their numbers among the terms recorded, each once: an id is the same one in all its
    /// spellings, and so are terms of ontologies that mean the same. A label alone is its unit as it is
    /// written, in this case: `mg` is not `Mg`.
    pub(super) fn units(&self, rows: BTreeSet<u32>) -> Result<Vec<Unit>> {
        let codings = self.codings()?;
        let mut units: BTreeMap<(u8, String), Unit> = BTreeMap::new();
        for row in rows {
            let Some(coding) = codings.get(row as usize) else {
                continue;
            };
            let id = canonical(&coding.id);
            let number = match coding.number {
                Some(number) => Some(self.same_term(number)?),
                None => None,
            };
            let key = match number {
                Some(number) => (2, number.to_string()),
                None if !id.is_empty() => (1, id.clone()),
                None => (0, coding.label.clone()),
            };
            let unit = units.entry(key).or_insert_with(|| Unit {
                id: coding.id.clone(),
                ..Unit::default()
            });
            unit.join(Unit {
                rows: vec![row],
                numbers: coding.number.into_iter().collect(),
                ids: Some(id).filter(|id| !id.is_empty()).into_iter().collect(),
                labels: Some(coding.label.clone())
                    .filter(|l| !l.is_empty())
                    .into_iter()
                    .collect(),
                id: String::new(),
            });
        }
        Ok(units.into_values().collect())
    }

    /// The first of the terms of ontologies that are the same as a term.
    fn same_term(&self, number: u32) -> Result<u32> {
        if let Some(terms) = &self.terms {
            for other in terms.closure(number)? {
                if other < number && terms.closure(other)?.contains(&number) {
                    return Ok(other);
                }
            }
        }
        Ok(number)
    }

    /// The unit of these that a text names; `None` where none does, or where several do in other cases.
    pub(crate) fn find_unit(&self, units: &[Unit], text: &str) -> Result<Option<Unit>> {
        let text = text.trim();
        let joined = |test: &dyn Fn(&Unit) -> bool| {
            let mut all = units.iter().filter(|unit| test(unit)).cloned();
            let mut first = all.next()?;
            all.for_each(|unit| first.join(unit));
            Some(first)
        };
        if text.is_empty() {
            return Ok(joined(&|unit| {
                unit.ids.is_empty() && unit.labels.is_empty()
            }));
        }
        let id = canonical(text);
        let own = joined(&|unit| unit.ids.contains(&id));
        // units of one label are one, whatever their ids
        let own = own.or_else(|| joined(&|unit| unit.labels.iter().any(|label| label == text)));
        if own.is_some() {
            return Ok(own);
        }
        let mut numbers = Vec::new();
        if let Some(terms) = &self.terms {
            numbers.extend(terms.number(text)?);
            numbers.extend(terms.named(text)?.into_iter().map(|(number, _)| number));
        }
        let lower = text.to_lowercase();
        let mut like = units.iter().filter(|unit| {
            unit.labels
                .iter()
                .any(|label| label.to_lowercase() == lower)
                || unit.numbers.iter().any(|number| numbers.contains(number))
        });
        Ok(like.next().filter(|_| like.next().is_none()).cloned())
    }
}

/// Whether an id may have this canonical form: such forms differ in prefixes, and in case.
fn may_be(id: &str, wanted: &str) -> bool {
    let local = |id: &str| id.rsplit(':').next().map_or(0, str::len);
    let ends = local(wanted).abs_diff(local(id));
    // `OMIMPS:1` is `omim:ps1`; other letters may have other lengths in lower case
    !id.is_empty() && (ends == 0 || ends == 2 || !id.is_ascii())
}
