//! Questions: sets of individuals.

use super::find::{TermRef, Unit};
use super::write::{ATTRIBUTES, attribute_number};
use super::{People, SCOPES, Term, flag, form, scope_number};
use crate::error::Result;
use crate::format::{Column, Kind};
use crate::model::{Age, Ages, Dates, Scope};
use crate::model::{Attribute, Recorded};
use crate::set::{SampleSet, StoredSet, words_for};
use crate::store::set_in;

/// The ages that a recorded term spans as a stage of life. What ontologies know as another id of a stage is that stage.
fn stage_of(coding: &Term, stages: &[(u32, Ages)]) -> Option<Ages> {
    let mut known = stages.iter();
    let known = known.find(|(number, _)| Some(*number) == coding.number);
    let by_id = || Ages::stages().find(|(id, _)| id.eq_ignore_ascii_case(&coding.id));
    known
        .map(|(_, ages)| *ages)
        .or_else(|| by_id().map(|(_, ages)| ages))
}

impl People {
    /// The individuals of whom a term is recorded, in one scope or in any.
    pub(crate) fn term_set(
        &self,
        scope: Option<Scope>,
        term: &TermRef,
        recorded: Recorded,
    ) -> Result<SampleSet> {
        let (form, numbers) = match recorded {
            Recorded::Present => (form::PRESENT, term.rows.clone()),
            Recorded::Exactly => (form::PRESENT, self.exactly(term)?),
            Recorded::Excluded => (form::ABSENT, self.above(term)?),
        };
        let closed = term.known.filter(|_| recorded == Recorded::Present);
        let closed = closed.map(|number| (form::CLOSED, number));
        let mut all = SampleSet::new();
        for scope in scopes(scope) {
            let rows = numbers.iter().map(|number| (form, *number));
            for (form, number) in rows.chain(closed) {
                if let Some(set) = self.stored(form | scope_number(scope), number)? {
                    all = all.union(&set);
                }
            }
        }
        Ok(all)
    }

    /// Who has a value of an attribute, whatever its case; `None` where nobody has.
    pub(crate) fn attribute_set(
        &self,
        attribute: Attribute,
        value: &str,
    ) -> Result<Option<SampleSet>> {
        let kind = attribute_number(attribute);
        let mut found: Option<SampleSet> = None;
        for (row, (of, known)) in (0..).zip(self.values()?) {
            if *of == kind && known.to_lowercase() == value.to_lowercase() {
                let set = self.set_at(&self.at.attribute_sets, row)?;
                found = Some(found.map_or_else(|| set.clone(), |known| known.union(&set)));
            }
        }
        Ok(found)
    }

    /// The values of an attribute, and who has each.
    pub(crate) fn attribute_sets(&self, attribute: Attribute) -> Result<Vec<(String, SampleSet)>> {
        let kind = attribute_number(attribute);
        let mut all = Vec::new();
        for (row, (of, value)) in (0..).zip(self.values()?) {
            if *of == kind {
                all.push((value.clone(), self.set_at(&self.at.attribute_sets, row)?));
            }
        }
        Ok(all)
    }

    /// The values of an attribute that somebody has; of some where they are given.
    pub(crate) fn attribute_values(
        &self,
        attribute: Attribute,
        within: Option<&SampleSet>,
    ) -> Result<Vec<String>> {
        let sets = self.attribute_sets(attribute)?.into_iter();
        let sets = sets.filter(|(_, set)| within.is_none_or(|within| !set.is_disjoint(within)));
        Ok(sets.map(|(value, _)| value).collect())
    }

    pub(super) fn values(&self) -> Result<&[(i64, String)]> {
        if let Some(values) = self.values.get() {
            return Ok(values);
        }
        let mut values = Vec::new();
        self.texts(&self.at.attribute_values, Kind::AttributeValues, |value| {
            values.push((0, value.to_owned()));
        })?;
        for (row, (kind, _)) in (0..).zip(&mut values) {
            *kind = self.at.attribute_kinds.get(&self.file, row)?;
            if usize::try_from(*kind).map_or(true, |kind| kind >= ATTRIBUTES.len()) {
                return Err(self.fault(Kind::AttributeKinds, "numbers of attributes"));
            }
        }
        Ok(self.values.get_or_init(|| values))
    }

    /// Those with an age when last observed that passes a test of its span.
    pub(crate) fn age_set(&self, holds: impl Fn(Ages) -> bool) -> Result<SampleSet> {
        let mut found = SampleSet::new();
        for individual in 0..self.universe() {
            if self.age(individual)?.is_some_and(&holds) {
                found.insert(individual);
            }
        }
        Ok(found)
    }

    /// Of whom a present record of the term, or of what is more special, began at an age that passes a
    /// test of its span. Where days are recorded, the day of birth gives the age; where a stage of life
    /// is, its definition does.
    pub(crate) fn onset_set(
        &self,
        scope: Option<Scope>,
        term: &TermRef,
        holds: impl Fn(Ages) -> bool,
    ) -> Result<SampleSet> {
        let (stages, codings) = (self.stages()?, self.codings()?);
        self.events_of(scope, term, |individual, event, flags| {
            let age = match flags >> flag::ONSET & 3 {
                1 => self.span(self.at.onset, Kind::OnsetLow, event)?,
                2 => {
                    let days = self.span(self.at.onset, Kind::OnsetLow, event)?;
                    days.zip(self.birth(individual)?)
                        .and_then(|(days, birth)| since(days, birth))
                }
                3 => {
                    let limit = self.counts.codings;
                    let row = self.nullable(&self.at.onset.0, Kind::OnsetLow, event, limit)?;
                    let coding = row.and_then(|row| codings.get(row as usize));
                    let stage = coding.and_then(|coding| stage_of(coding, &stages));
                    stage.map(|ages| (ages.low.0, ages.high.0))
                }
                _ => None,
            };
            let ages = age.map(|(low, high)| Ages {
                low: Age(low),
                high: Age(high),
            });
            Ok(ages.is_some_and(&holds))
        })
    }

    /// The ages that stages of life span, by their numbers among ontologies.
    fn stages(&self) -> Result<Vec<(u32, Ages)>> {
        let mut known = Vec::new();
        if let Some(terms) = &self.terms {
            for (id, ages) in Ages::stages() {
                known.extend(terms.number(id)?.map(|number| (number, ages)));
            }
        }
        Ok(known)
    }

    /// Of whom a present record of the term has a severity: this one or a more special one.
    pub(crate) fn severity_set(
        &self,
        scope: Option<Scope>,
        term: &TermRef,
        severity: &TermRef,
    ) -> Result<SampleSet> {
        let mut severities = self.below_term(severity);
        let limit = self.counts.codings;
        self.events_of(scope, term, |_, event, _| {
            let own = self.nullable(&self.at.severities, Kind::Severities, event, limit)?;
            own.map_or(Ok(false), |own| severities.holds(own))
        })
    }

    /// Of whom a value of the assay passes a test, where `unit` is given only values in it.
    pub(crate) fn measurement_set(
        &self,
        assay: &TermRef,
        unit: Option<&Unit>,
        holds: impl Fn(f64) -> bool,
    ) -> Result<SampleSet> {
        let units = unit.map(Unit::rows);
        self.events_of(Some(Scope::Measurement), assay, |_, event, flags| {
            if flags >> flag::VALUE & 3 != 1 {
                return Ok(false);
            }
            if let Some(units) = units {
                let own = self.nullable(&self.at.units, Kind::Units, event, self.counts.codings)?;
                if own.is_none_or(|own| units.binary_search(&own).is_err()) {
                    return Ok(false);
                }
            }
            let bits = self.at.values.get(&self.file, event)?;
            Ok(holds(f64::from_bits(bits as u64)))
        })
    }

    /// The units that values of an assay, or of a more special one, are in; of those who may be seen.
    pub(crate) fn units_of(
        &self,
        assay: &TermRef,
        visible: Option<&SampleSet>,
    ) -> Result<Vec<Unit>> {
        let mut rows = std::collections::BTreeSet::new();
        self.events_of(
            Some(Scope::Measurement),
            assay,
            |individual, event, flags| {
                let is_seen = visible.is_none_or(|visible| visible.contains(individual));
                if is_seen && flags >> flag::VALUE & 3 == 1 {
                    rows.extend(self.nullable(
                        &self.at.units,
                        Kind::Units,
                        event,
                        self.counts.codings,
                    )?);
                }
                // every record is looked at
                Ok(false)
            },
        )?;
        self.units(rows)
    }

    /// Of whom a phenotype is recorded as present.
    pub(crate) fn with_phenotypes(&self) -> Result<SampleSet> {
        let key = form::PRESENT | scope_number(Scope::Phenotype);
        let mut bits = vec![0; words_for(self.universe())];
        for row in 0..self.counts.sets {
            if self.at.set_keys.get(&self.file, row)? == key {
                self.or_set(row, &mut bits)?;
            }
        }
        Ok(SampleSet::from_bits(0, &bits))
    }

    /// The individuals who have a phenotype that is one of these terms, or more special.
    pub(crate) fn with_phenotype_among(&self, terms: &[u32]) -> Result<SampleSet> {
        let key = form::CLOSED | scope_number(Scope::Phenotype);
        let mut bits = vec![0; words_for(self.universe())];
        for &term in terms {
            if let Some(row) = self.row_of_set(key, term)? {
                self.or_set(row, &mut bits)?;
            }
        }
        Ok(SampleSet::from_bits(0, &bits))
    }

    fn or_set(&self, row: u32, bits: &mut [u64]) -> Result<()> {
        self.stored_at(&self.at.sets, row)?
            .or_into(None, bits)
            .map_err(|rule| self.fault(Kind::PeopleSets, rule.0))
    }

    /// Individuals of whom a present record of the term in the scope passes a test of the event.
    fn events_of(
        &self,
        scope: Option<Scope>,
        term: &TermRef,
        mut test: impl FnMut(u32, u32, i64) -> Result<bool>,
    ) -> Result<SampleSet> {
        let mut terms = self.below_term(term);
        let candidates = self.term_set(scope, term, Recorded::Present)?;
        let scope = scope.map(scope_number);
        let mut found = SampleSet::new();
        for individual in candidates.iter() {
            for event in self.events_at(individual)? {
                let flags = self.flags_of(event)?;
                let asked =
                    flags & flag::EXCLUDED == 0 && scope.is_none_or(|scope| flags & 15 == scope);
                if asked && terms.holds(self.term_of(event)?)? && test(individual, event, flags)? {
                    found.insert(individual);
                    break;
                }
            }
        }
        Ok(found)
    }

    /// The numbers of an individual's events.
    pub(super) fn events_at(&self, individual: u32) -> Result<std::ops::Range<u32>> {
        self.events_between(individual, |row| self.at.event_starts.get(&self.file, row))
    }

    /// The same, by who reads the column where the events begin.
    pub(super) fn events_between(
        &self,
        individual: u32,
        mut start: impl FnMut(u32) -> Result<i64>,
    ) -> Result<std::ops::Range<u32>> {
        let limit = self.counts.events.saturating_add(1);
        let mut at = |row| self.below(Kind::EventStarts, start(row)?, limit);
        let range = at(individual)?..at(individual.saturating_add(1))?;
        match range.start <= range.end {
            true => Ok(range),
            false => Err(self.fault(Kind::EventStarts, "ascending numbers of events")),
        }
    }

    pub(super) fn flags_of(&self, event: u32) -> Result<i64> {
        self.checked_flags(self.at.event_flags.get(&self.file, event)?)
    }

    pub(super) fn checked_flags(&self, flags: i64) -> Result<i64> {
        let scope = usize::try_from(flags & 15).unwrap_or(usize::MAX);
        match (0..1 << 11).contains(&flags) && scope < SCOPES.len() {
            true => Ok(flags),
            false => Err(self.fault(Kind::EventFlags, "bits of events")),
        }
    }

    pub(super) fn term_of(&self, event: u32) -> Result<u32> {
        let value = self.at.event_terms.get(&self.file, event)?;
        self.below(Kind::EventTerms, value.wrapping_sub(1), self.counts.codings)
    }

    pub(super) fn set_term(&self, row: u32) -> Result<u32> {
        let value = self.at.set_terms.get(&self.file, row)?;
        self.below(Kind::TermSetTerms, value.wrapping_sub(1), u32::MAX)
    }

    /// The stored set with a key.
    fn stored(&self, key: i64, number: u32) -> Result<Option<SampleSet>> {
        let row = self.row_of_set(key, number)?;
        row.map(|row| self.set_at(&self.at.sets, row)).transpose()
    }

    fn row_of_set(&self, key: i64, number: u32) -> Result<Option<u32>> {
        let (mut low, mut high) = (0, self.counts.sets);
        while low < high {
            let middle = low.midpoint(high);
            let found = (
                self.at.set_keys.get(&self.file, middle)?,
                self.set_term(middle)?,
            );
            match found.cmp(&(key, number)) {
                std::cmp::Ordering::Equal => return Ok(Some(middle)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// The set that a row of a column of descriptors describes.
    pub(super) fn set_at(&self, column: &Column, row: u32) -> Result<SampleSet> {
        self.stored_at(column, row)?
            .to_set()
            .map_err(|rule| self.fault(Kind::PeopleSets, rule.0))
    }

    /// The same, where it lies.
    pub(super) fn stored_at(&self, column: &Column, row: u32) -> Result<StoredSet<'_>> {
        let descriptor = column.get(&self.file, row)?;
        set_in(&self.file, Kind::PeopleSets, descriptor, self.universe())
    }
}

pub(super) fn scopes(scope: Option<Scope>) -> impl Iterator<Item = Scope> {
    SCOPES
        .into_iter()
        .filter(move |known| scope.is_none_or(|scope| scope == *known))
}

/// The ages at which days of a span were lived.
fn since(days: (i32, i32), birth: Dates) -> Option<(i32, i32)> {
    let low = days.0.checked_sub(birth.last)?.checked_mul(Age::DAY)?;
    let high = days.1.checked_sub(birth.first)?.checked_mul(Age::DAY)?;
    (low <= high).then_some((low, high))
}
