//! Questions: sets of individuals.

use super::write::{ATTRIBUTES, attribute_number};
use super::{People, SCOPES, flag, form, scope_number};
use crate::error::Result;
use crate::format::{Column, Kind};
use crate::people::{Attribute, Recorded};
use crate::set::{SampleSet, StoredSet, set_in, words_for};
use crate::source::people::{Age, Ages, Dates, Scope};

/// A term that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TermRef {
    /// A term of ontologies, by its number there.
    Known(u32),
    /// A term that no ontology tells of, by its number among those recorded.
    Recorded(u32),
}

/// What a text that names a term may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FoundTerm {
    Nothing,
    One(TermRef),
    /// CURIE and label of each.
    Several(Vec<(String, String)>),
}

impl People {
    /// The term that a text names: by CURIE, else by label or synonym, whatever its case. Where several
    /// bear the label, those of which something is recorded in the scope go first.
    pub(crate) fn find_term(&self, text: &str, scope: Option<Scope>) -> Result<FoundTerm> {
        let codings = self.codings()?;
        let named = match &self.terms {
            Some(terms) => terms.named(text)?,
            None => Vec::new(),
        };
        let mut found: Vec<TermRef> = named.into_iter().map(TermRef::Known).collect();
        let term = |(row, coding): (u32, &super::Term)| match coding.number {
            Some(number) => TermRef::Known(number),
            None => TermRef::Recorded(row),
        };
        for by_id in [true, false] {
            if !found.is_empty() {
                break;
            }
            let named = |coding: &super::Term| {
                let name = if by_id { &coding.id } else { &coding.label };
                !name.is_empty() && name.to_lowercase() == text.to_lowercase()
            };
            let rows = (0..).zip(codings).filter(|(_, coding)| named(coding));
            for term in rows.map(term) {
                if !found.contains(&term) {
                    found.push(term);
                }
            }
        }
        if found.len() > 1 {
            let mut recorded = Vec::new();
            for term in &found {
                let present = !self.term_set(scope, term, Recorded::Present)?.is_empty();
                if present || !self.term_set(scope, term, Recorded::Excluded)?.is_empty() {
                    recorded.push(*term);
                }
            }
            if !recorded.is_empty() {
                found = recorded;
            }
        }
        match found[..] {
            [] => Ok(FoundTerm::Nothing),
            [term] => Ok(FoundTerm::One(term)),
            _ => {
                let all = found.iter().map(|term| self.describe(term));
                Ok(FoundTerm::Several(all.collect::<Result<_>>()?))
            }
        }
    }

    /// CURIE and label of a term.
    pub(crate) fn describe(&self, term: &TermRef) -> Result<(String, String)> {
        let recorded = self.codings()?;
        let named = |coding: Option<&super::Term>| {
            coding.map_or_else(Default::default, |c| (c.id.clone(), c.label.clone()))
        };
        match (term, &self.terms) {
            (TermRef::Known(number), Some(terms)) => terms.describe(*number),
            (TermRef::Known(number), None) => {
                Ok(named(recorded.iter().find(|c| c.number == Some(*number))))
            }
            (TermRef::Recorded(row), _) => Ok(named(recorded.get(*row as usize))),
        }
    }

    /// The individuals of whom a term is recorded, in one scope or in any.
    pub(crate) fn term_set(
        &self,
        scope: Option<Scope>,
        term: &TermRef,
        recorded: Recorded,
    ) -> Result<SampleSet> {
        let (form, numbers) = match (recorded, *term) {
            (Recorded::Present, TermRef::Known(number)) => (form::CLOSED, vec![number]),
            (Recorded::Present, TermRef::Recorded(row)) => (form::PRESENT, vec![row]),
            (Recorded::Exactly, _) => (form::PRESENT, self.exactly(term)?),
            (Recorded::Excluded, _) => (form::ABSENT, self.above(term)?),
        };
        let mut all = SampleSet::new();
        for scope in scopes(scope) {
            for number in &numbers {
                if let Some(set) = self.stored(form | scope_number(scope), *number)? {
                    all = all.union(&set);
                }
            }
        }
        Ok(all)
    }

    /// Whose attribute has a value, whatever its case; `None` where nobody's has. `unknown` is the sex of
    /// those of whom none is recorded.
    pub(crate) fn attribute_set(
        &self,
        attribute: Attribute,
        value: &str,
    ) -> Result<Option<SampleSet>> {
        let kind = attribute_number(attribute);
        if attribute == Attribute::Sex && value.eq_ignore_ascii_case("unknown") {
            let mut unknown = SampleSet::full(self.len());
            for (value, _) in self.attribute_values(attribute)? {
                if let Some(set) = self.attribute_set(attribute, &value)? {
                    unknown = unknown.difference(&set);
                }
            }
            return Ok(Some(unknown));
        }
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

    /// The values of an attribute, and how many people have each.
    pub(crate) fn attribute_values(&self, attribute: Attribute) -> Result<Vec<(String, u64)>> {
        let sets = self.attribute_sets(attribute)?.into_iter();
        Ok(sets.map(|(value, set)| (value, set.len())).collect())
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

    /// Whose age when last observed passes a test of its span.
    pub(crate) fn age_set(&self, holds: impl Fn(Ages) -> bool) -> Result<SampleSet> {
        let mut found = SampleSet::new();
        for individual in 0..self.len() {
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
        let stages = self.stages()?;
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
                    let stage = row.and_then(|row| stages.get(row as usize).copied().flatten());
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

    /// The ages that recorded terms span as stages of life, by number. What ontologies know as another
    /// id of a stage is that stage.
    fn stages(&self) -> Result<Vec<Option<Ages>>> {
        let mut known = Vec::new();
        if let Some(terms) = &self.terms {
            for (id, ages) in Ages::stages() {
                known.extend(terms.number(id)?.map(|number| (number, ages)));
            }
        }
        let of = |coding: &super::Term| {
            let mut stages = known.iter();
            let same = |&&(number, _): &&(u32, Ages)| Some(number) == coding.number;
            let told = || Ages::stages().find(|(id, _)| id.eq_ignore_ascii_case(&coding.id));
            let known = stages.find(same).map(|&(_, ages)| ages);
            known.or_else(|| told().map(|(_, ages)| ages))
        };
        Ok(self.codings()?.iter().map(of).collect())
    }

    /// Of whom a present record of the term has a severity: this one or a more special one.
    pub(crate) fn severity_set(
        &self,
        scope: Option<Scope>,
        term: &TermRef,
        severity: &TermRef,
    ) -> Result<SampleSet> {
        let severities = self.below_term(severity)?;
        let limit = self.counts.codings;
        self.events_of(scope, term, |_, event, _| {
            let own = self.nullable(&self.at.severities, Kind::Severities, event, limit)?;
            Ok(own.is_some_and(|own| severities.binary_search(&own).is_ok()))
        })
    }

    /// Of whom a value of the assay passes a test, where `unit` is given only values in it.
    pub(crate) fn measurement_set(
        &self,
        assay: &TermRef,
        unit: Option<&TermRef>,
        holds: impl Fn(f64) -> bool,
    ) -> Result<SampleSet> {
        let units = unit.map(|unit| self.below_term(unit)).transpose()?;
        self.events_of(Some(Scope::Measurement), assay, |_, event, flags| {
            if flags >> flag::VALUE & 3 != 1 {
                return Ok(false);
            }
            if let Some(units) = &units {
                let own = self.nullable(&self.at.units, Kind::Units, event, self.counts.codings)?;
                if own.is_none_or(|own| units.binary_search(&own).is_err()) {
                    return Ok(false);
                }
            }
            let bits = self.at.values.get(&self.file, event)?;
            Ok(holds(f64::from_bits(bits as u64)))
        })
    }

    /// The units that values of an assay, or of a more special one, are in.
    pub(crate) fn units_of(&self, assay: &TermRef) -> Result<Vec<TermRef>> {
        let mut rows = std::collections::BTreeSet::new();
        let codings = self.codings()?;
        self.events_of(Some(Scope::Measurement), assay, |_, event, flags| {
            if flags >> flag::VALUE & 3 == 1 {
                rows.extend(self.nullable(
                    &self.at.units,
                    Kind::Units,
                    event,
                    self.counts.codings,
                )?);
            }
            // every record is looked at
            Ok(false)
        })?;
        let unit = |row: u32| match codings.get(row as usize).and_then(|unit| unit.number) {
            Some(number) => TermRef::Known(number),
            None => TermRef::Recorded(row),
        };
        Ok(rows.into_iter().map(unit).collect())
    }

    /// Of whom a phenotype is recorded as present.
    pub(crate) fn with_phenotypes(&self) -> Result<SampleSet> {
        let key = form::PRESENT | scope_number(Scope::Phenotype);
        let mut bits = vec![0; words_for(self.len())];
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
        let mut bits = vec![0; words_for(self.len())];
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

    /// Every term recorded as present in a scope, what is above it included, with its people.
    pub(crate) fn term_counts(&self, scope: Option<Scope>) -> Result<Vec<(TermRef, u64)>> {
        let codings = self.codings()?;
        let mut sets = std::collections::BTreeMap::new();
        for row in 0..self.counts.sets {
            let key = self.at.set_keys.get(&self.file, row)?;
            if !scopes(scope).any(|scope| scope_number(scope) == key & 15) {
                continue;
            }
            let number = self.set_term(row)?;
            let known = match key & !15 {
                form::CLOSED => true,
                form::PRESENT
                    if codings
                        .get(number as usize)
                        .is_some_and(|c| c.number.is_none()) =>
                {
                    false
                }
                _ => continue,
            };
            let set = self.set_at(&self.at.sets, row)?;
            let all: &mut SampleSet = sets.entry((known, number)).or_default();
            *all = all.union(&set);
        }
        // terms that are only the same in another vocabulary have no label and would hide the others
        if let Some(terms) = &self.terms {
            let unlabelled =
                |number| Ok::<_, crate::error::Error>(terms.describe(number)?.1.is_empty());
            let recorded: std::collections::BTreeSet<u32> =
                codings.iter().filter_map(|coding| coding.number).collect();
            let mut hidden = Vec::new();
            for (known, number) in sets.keys() {
                if *known && !recorded.contains(number) && unlabelled(*number)? {
                    hidden.push((*known, *number));
                }
            }
            hidden.iter().for_each(|key| {
                sets.remove(key);
            });
        }
        let of = |((known, number), set): ((bool, u32), SampleSet)| {
            let term = if known {
                TermRef::Known(number)
            } else {
                TermRef::Recorded(number)
            };
            (term, set.len())
        };
        Ok(sets.into_iter().map(of).collect())
    }

    /// Individuals of whom a present record of the term in the scope passes a test of the event.
    fn events_of(
        &self,
        scope: Option<Scope>,
        term: &TermRef,
        mut test: impl FnMut(u32, u32, i64) -> Result<bool>,
    ) -> Result<SampleSet> {
        let terms = self.below_term(term)?;
        let candidates = self.term_set(scope, term, Recorded::Present)?;
        let scope = scope.map(scope_number);
        let mut found = SampleSet::new();
        for individual in candidates.iter() {
            for event in self.events_at(individual)? {
                let flags = self.flags_of(event)?;
                let asked =
                    flags & flag::EXCLUDED == 0 && scope.is_none_or(|scope| flags & 15 == scope);
                if asked
                    && terms.binary_search(&self.term_of(event)?).is_ok()
                    && test(individual, event, flags)?
                {
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

    /// Recorded terms of which a test holds, ascending.
    fn rows(&self, mut test: impl FnMut(u32, &super::Term) -> Result<bool>) -> Result<Vec<u32>> {
        let mut rows = Vec::new();
        for (row, coding) in (0..).zip(self.codings()?) {
            if test(row, coding)? {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Recorded terms that are the term itself, however they were labelled.
    fn exactly(&self, term: &TermRef) -> Result<Vec<u32>> {
        match *term {
            TermRef::Known(number) => self.rows(|_, coding| Ok(coding.number == Some(number))),
            TermRef::Recorded(row) => Ok(vec![row]),
        }
    }

    /// Recorded terms that are the term or a more special one.
    fn below_term(&self, term: &TermRef) -> Result<Vec<u32>> {
        match (*term, &self.terms) {
            (TermRef::Known(asked), Some(terms)) => self.rows(|_, coding| match coding.number {
                Some(number) => Ok(number == asked || terms.closure(number)?.contains(&asked)),
                None => Ok(false),
            }),
            _ => self.exactly(term),
        }
    }

    /// Recorded terms that are the term or a more general one.
    fn above(&self, term: &TermRef) -> Result<Vec<u32>> {
        match (*term, &self.terms) {
            (TermRef::Known(asked), Some(terms)) => {
                let above = terms.closure(asked)?;
                self.rows(|_, coding| {
                    Ok(coding
                        .number
                        .is_some_and(|n| n == asked || above.contains(&n)))
                })
            }
            _ => self.exactly(term),
        }
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

    /// The set that a row of a column of descriptors tells of.
    pub(super) fn set_at(&self, column: &Column, row: u32) -> Result<SampleSet> {
        self.stored_at(column, row)?
            .to_set()
            .map_err(|rule| self.fault(Kind::PeopleSets, rule.0))
    }

    /// The same, where it lies.
    pub(super) fn stored_at(&self, column: &Column, row: u32) -> Result<StoredSet<'_>> {
        let descriptor = column.get(&self.file, row)?;
        set_in(&self.file, Kind::PeopleSets, descriptor, self.len())
    }
}

fn scopes(scope: Option<Scope>) -> impl Iterator<Item = Scope> {
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
