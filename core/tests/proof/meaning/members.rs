//! Who is in the group that an expression over people picks.

use super::expression::{GroupExpr, Named, Op, Options, VariantExpr};
use super::people::{Coded, Event, Person, Scope};
use super::terms::canonical;
use super::world::{Cohort, Line, Row};
use std::collections::BTreeSet;

/// What a name of a term means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A term of the ontology.
    Term(usize),
    /// An id that no ontology knows, in canonical form.
    Recorded(String),
}

impl Cohort<'_> {
    pub fn members(&self, who: &GroupExpr) -> BTreeSet<usize> {
        let everybody = 0..self.subjects.len();
        match who {
            GroupExpr::All => everybody.collect(),
            GroupExpr::And(parts) => {
                let parts: Vec<BTreeSet<usize>> =
                    parts.iter().map(|part| self.members(part)).collect();
                everybody
                    .filter(|subject| parts.iter().all(|part| part.contains(subject)))
                    .collect()
            }
            GroupExpr::Or(parts) => parts.iter().flat_map(|part| self.members(part)).collect(),
            GroupExpr::Not(part) => {
                let part = self.members(part);
                everybody
                    .filter(|subject| !part.contains(subject))
                    .collect()
            }
            GroupExpr::Samples(ids) => {
                let has = |sample: &usize| ids.contains(&self.samples[*sample].name);
                everybody
                    .filter(|&subject| self.subjects[subject].samples.iter().any(has))
                    .collect()
            }
            GroupExpr::Individuals(ids) => {
                let subjects = everybody.filter(|&subject| self.subjects[subject].person.is_some());
                subjects
                    .filter(|&subject| ids.contains(&self.subjects[subject].id))
                    .collect()
            }
            GroupExpr::Carriers(of, options) if options.compound => {
                let pairs = self.pairs(of);
                pairs.iter().map(|pair| self.owner(pair.sample)).collect()
            }
            GroupExpr::Carriers(of, options) => everybody
                .filter(|&subject| {
                    self.variants_carried(subject, of, options) >= options.at_least.unwrap_or(1)
                })
                .collect(),
            GroupExpr::Genotyped => everybody
                .filter(|&subject| !self.subjects[subject].samples.is_empty())
                .collect(),
            GroupExpr::Called(of) => self.called(of),
            GroupExpr::Noncarriers(of) => {
                let carriers = GroupExpr::Carriers(of.clone(), Options::default());
                let carriers = self.members(&carriers);
                let mut called = self.called(of);
                called.retain(|subject| !carriers.contains(subject));
                called
            }
            GroupExpr::Attribute("sex", value) if value == "unknown" => {
                let known = self.who(|person| person.sex.is_some());
                everybody
                    .filter(|subject| !known.contains(subject))
                    .collect()
            }
            GroupExpr::Attribute(name, value) => {
                self.who(|person| has_attribute(person, name, value))
            }
            GroupExpr::Age(op, age) => self.who(|person| {
                let age = age.sixteenths();
                person
                    .age
                    .is_some_and(|at| all_of_span(at.span(), *op, age))
            }),
            GroupExpr::Term(term) => self.of_whom(term, |_, event| !event.excluded),
            GroupExpr::Exactly(term) => {
                let meaning = self.meaning(term).unwrap();
                let scope = term.scope;
                self.who(|person| {
                    let mut events = person
                        .events
                        .iter()
                        .filter(|event| !event.excluded && in_scope(event, scope));
                    events.any(|event| self.recorded(&event.term) == meaning)
                })
            }
            GroupExpr::Excluded(term) => {
                let meaning = self.meaning(term).unwrap();
                let scope = term.scope;
                self.who(|person| {
                    let mut events = person
                        .events
                        .iter()
                        .filter(|event| event.excluded && in_scope(event, scope));
                    events.any(|event| self.is_or_below(&meaning, &self.recorded(&event.term)))
                })
            }
            GroupExpr::Severity(term, is) => {
                let severity = self
                    .meaning(&Named {
                        scope: None,
                        name: is.clone(),
                    })
                    .unwrap();
                self.of_whom(term, |_, event| {
                    let recorded = event
                        .severity
                        .as_ref()
                        .map(|severity| self.recorded(severity));
                    !event.excluded
                        && recorded.is_some_and(|reported| self.is_or_below(&reported, &severity))
                })
            }
            GroupExpr::Onset(term, op, age) => self.of_whom(term, |_, event| {
                let age = age.sixteenths();
                !event.excluded
                    && event
                        .onset
                        .is_some_and(|at| all_of_span(at.span(), *op, age))
            }),
            GroupExpr::Measurement(assay, unit, op, number) => {
                let assay = Named {
                    scope: Some(Scope::Measurement),
                    name: assay.clone(),
                };
                self.of_whom(&assay, |_, event| {
                    let Some((value, reported)) = &event.value else {
                        return false;
                    };
                    let fits = unit
                        .as_ref()
                        .is_none_or(|unit| is_unit(reported.as_ref(), unit));
                    !event.excluded && fits && op.holds(value, &number.number())
                })
            }
            GroupExpr::Similar(similar) => {
                let scores = self.scores(similar);
                let least = similar.score.number();
                everybody
                    .filter(|&subject| scores[subject] > 0.0 && scores[subject] >= least)
                    .collect()
            }
        }
    }

    /// Subjects who are people of whom something holds.
    fn who(&self, holds: impl Fn(&Person) -> bool) -> BTreeSet<usize> {
        let known = |subject: &usize| {
            let person = self.subjects[*subject].person;
            person.is_some_and(|person| holds(&self.world.people[person]))
        };
        (0..self.subjects.len()).filter(known).collect()
    }

    /// Subjects by the values of an attribute, ascending; who has several is with each, and those of whom
    /// none is known come last.
    pub fn by_value(
        &self,
        name: &str,
        within: &BTreeSet<usize>,
    ) -> Vec<(Option<String>, BTreeSet<usize>)> {
        let person = |subject: usize| {
            self.subjects[subject]
                .person
                .map(|person| &self.world.people[person])
        };
        let values =
            |subject: usize| person(subject).map_or(Vec::new(), |person| values(person, name));
        let all: BTreeSet<String> = within.iter().flat_map(|&subject| values(subject)).collect();
        let of = |value: &String| {
            within
                .iter()
                .copied()
                .filter(|&subject| values(subject).contains(value))
                .collect()
        };
        let mut groups: Vec<_> = all
            .iter()
            .map(|value| (Some(value.clone()), of(value)))
            .collect();
        let without: BTreeSet<usize> = within
            .iter()
            .copied()
            .filter(|&subject| values(subject).is_empty())
            .collect();
        if !without.is_empty() {
            groups.push((None, without));
        }
        groups
    }

    /// Subjects who have a record of a term or a more special one that also fulfils something else.
    fn of_whom(&self, term: &Named, holds: impl Fn(&Person, &Event) -> bool) -> BTreeSet<usize> {
        let meaning = self.meaning(term).unwrap();
        self.who(|person| {
            let mut events = person
                .events
                .iter()
                .filter(|event| in_scope(event, term.scope));
            events.any(|event| {
                self.is_or_below(&self.recorded(&event.term), &meaning) && holds(person, event)
            })
        })
    }

    /// What a name means; nothing where neither ontologies nor records have it, or several terms do.
    pub fn meaning(&self, named: &Named) -> Option<Meaning> {
        let ontology = &self.world.ontology;
        let recorded = || {
            let events = self.world.people.iter().flat_map(|person| &person.events);
            events.flat_map(|event| {
                let unit = event.value.as_ref().and_then(|(_, unit)| unit.as_ref());
                [Some(&event.term), event.severity.as_ref(), unit]
                    .into_iter()
                    .flatten()
            })
        };
        if let Some(term) = ontology.meaning(&named.name) {
            return Some(Meaning::Term(term));
        }
        let id = canonical(&named.name);
        if recorded().any(|coded| canonical(&coded.id) == id) {
            return Some(Meaning::Recorded(id));
        }
        self.labelled(&named.name.to_lowercase(), named.scope)
    }

    /// The term of a label or synonym; nothing where several have it, and none goes before the others.
    fn labelled(&self, name: &str, scope: Option<Scope>) -> Option<Meaning> {
        let ontology = &self.world.ontology;
        let is = |text: &String| text.to_lowercase() == name;
        // with whether it is a label
        let mut found: Vec<(Meaning, bool)> = Vec::new();
        for (number, term) in ontology
            .terms
            .iter()
            .enumerate()
            .filter(|(_, term)| !term.obsolete)
        {
            if is(&term.name) || term.synonyms.iter().any(is) {
                found.push((Meaning::Term(number), is(&term.name)));
            }
        }
        let events: Vec<&Event> = self
            .world
            .people
            .iter()
            .flat_map(|person| &person.events)
            .collect();
        let recorded = events.iter().filter(|event| is(&event.term.label));
        found.extend(recorded.map(|event| (self.recorded(&event.term), true)));
        let in_use = |meaning: &Meaning| {
            let mut events = events.iter().filter(|event| in_scope(event, scope));
            events.any(|event| match event.excluded {
                true => self.is_or_below(meaning, &self.recorded(&event.term)),
                false => self.is_or_below(&self.recorded(&event.term), meaning),
            })
        };
        if found.iter().any(|(meaning, _)| in_use(meaning)) {
            found.retain(|(meaning, _)| in_use(meaning));
        }
        if found.iter().any(|(_, label)| *label) {
            found.retain(|(_, label)| *label);
        }
        let all: Vec<Meaning> = found.into_iter().map(|(meaning, _)| meaning).collect();
        let mut left: Vec<Meaning> = Vec::new();
        for meaning in &all {
            let below = |other: &&Meaning| *other != meaning && self.is_or_below(meaning, other);
            let known = left.iter().any(|other| self.is_or_below(meaning, other));
            // of terms that are the same the first stays
            let more_general = all
                .iter()
                .filter(below)
                .any(|other| !self.is_or_below(other, meaning));
            if !known && !more_general {
                left.push(meaning.clone());
            }
        }
        match &left[..] {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// What a record says.
    pub fn recorded(&self, coded: &Coded) -> Meaning {
        let term = self.world.ontology.meaning(&coded.id);
        term.map_or_else(|| Meaning::Recorded(canonical(&coded.id)), Meaning::Term)
    }

    /// Whether a term is another, or a more special one.
    pub fn is_or_below(&self, term: &Meaning, other: &Meaning) -> bool {
        match (term, other) {
            (Meaning::Term(term), Meaning::Term(other)) => {
                self.world.ontology.closure(*term).contains(other)
            }
            (term, other) => term == other,
        }
    }

    /// Subjects of whom a sample is called, at each variant of these; nobody where there is none.
    fn called(&self, of: &VariantExpr) -> BTreeSet<usize> {
        let seen = self.seen_by(of);
        let mut lines = seen.lines.clone();
        lines.retain(|line| line.rows.iter().any(|&row| seen.holds(of, row)));
        let is_called = |subject: &usize| {
            let samples = &self.subjects[*subject].samples;
            let mut lines = lines.iter();
            lines.all(|line| samples.iter().any(|&own| seen.is_called(line, own)))
        };
        match lines.is_empty() {
            true => BTreeSet::new(),
            false => (0..self.subjects.len()).filter(is_called).collect(),
        }
    }

    /// Whether all copies of a sample are known at a variant: by a row of it, or by what a batch without such a row
    /// knows of the place.
    fn is_called(&self, line: &Line, sample: usize) -> bool {
        let all_known = |row: Row| {
            let call = self.call(row, sample);
            call.is_some_and(|call| call.known() == call.copies.len())
        };
        let elsewhere = |batch: &usize| {
            let has = line.rows.iter().any(|&row| self.batch(row) == *batch);
            let of_sample = self.of_batch(*batch).any(|own| own == sample);
            of_sample && !has && !self.is_counted_elsewhere(*batch, line)
        };
        let mut batches = self.batches.iter().copied().filter(elsewhere);
        line.rows.iter().copied().any(all_known)
            || batches.any(|batch| self.looked_at(batch, line.rows[0]).is_some_and(all_known))
    }

    /// How many different variants of these a subject carries in this way.
    fn variants_carried(&self, subject: usize, of: &VariantExpr, options: &Options) -> usize {
        let seen = self.seen_by(of);
        let mut different: Vec<Row> = Vec::new();
        for &row in &self.rows {
            let mut samples = self.subjects[subject].samples.iter();
            let carries = samples.any(|&sample| self.carries_so(row, sample, options));
            let reported = || {
                different
                    .iter()
                    .any(|&other| self.same(row, other) == Some(true))
            };
            if carries && seen.holds(of, row) && !reported() {
                different.push(row);
            }
        }
        different.len()
    }

    /// Whether a sample carries a row in this way.
    fn carries_so(&self, row: Row, sample: usize, options: &Options) -> bool {
        let Some(how) = self.zygosity(row, sample) else {
            return false;
        };
        let copies = self.call(row, sample).map_or(0, |call| call.copies.len());
        options.zygosity.is_none_or(|wanted| wanted == how)
            && options
                .origin
                .is_none_or(|origin| self.is_origin(row, sample, copies, origin))
    }

    fn is_origin(&self, row: Row, sample: usize, copies: usize, origin: &str) -> bool {
        let (mother, father) = self.parents_carry(row, sample, copies);
        match origin {
            "de_novo" => mother == Some(false) && father == Some(false),
            "inherited" => mother == Some(true) || father == Some(true),
            "maternal" => mother == Some(true) && father == Some(false),
            "paternal" => father == Some(true) && mother == Some(false),
            _ => unreachable!("{origin}"),
        }
    }

    /// From whom a sample has a variant that it carries, as tables say it; nothing of whom no parent is a
    /// sample.
    pub fn inheritance(&self, row: Row, sample: usize) -> Option<&'static str> {
        let copies = self.call(row, sample)?.copies.len();
        if self.carried(row, sample) == 0 || !self.has_parents(sample) {
            return None;
        }
        Some(match self.parents_carry(row, sample, copies) {
            (Some(true), Some(true)) => "both",
            (Some(true), Some(false)) => "maternal",
            (Some(false), Some(true)) => "paternal",
            (Some(true), None) | (None, Some(true)) => "inherited",
            (Some(false), Some(false)) => "de_novo",
            _ => "unknown",
        })
    }

    /// Whether mother and father carry; nothing where that is not known.
    fn parents_carry(
        &self,
        row: Row,
        sample: usize,
        copies: usize,
    ) -> (Option<bool>, Option<bool>) {
        let parent = |which: fn(&super::people::Pedigree) -> &Option<String>| {
            let person = self.subjects[self.owner(sample)].person?;
            let id = which(self.world.people[person].pedigree.as_ref()?).as_ref()?;
            self.subjects
                .iter()
                .position(|subject| subject.person.is_some() && subject.id == *id)
        };
        let carries =
            |parent: Option<usize>| parent.and_then(|parent| self.parent_carries(row, parent));
        let mother = carries(parent(|pedigree| &pedigree.mother));
        let father = carries(parent(|pedigree| &pedigree.father));
        // of one copy only one parent is asked
        match (copies, self.contig(row).as_str()) {
            (1, "X" | "MT") => (mother, Some(false)),
            (1, "Y") => (Some(false), father),
            _ => (mother, father),
        }
    }

    /// Whether a parent carries a variant; nothing where that is not known. A sample that is not called
    /// decides nothing.
    fn parent_carries(&self, row: Row, parent: usize) -> Option<bool> {
        let samples = self.subjects[parent].samples.iter();
        decided(samples.map(|&sample| self.sample_carries(row, sample)))
    }

    fn sample_carries(&self, row: Row, sample: usize) -> Option<bool> {
        let reported = |row: Row| -> Option<bool> {
            let call = self.call(row, sample)?;
            let all_known = call.known() == call.copies.len();
            match self.carried(row, sample) {
                0 => all_known.then_some(false),
                _ => Some(true),
            }
        };
        let rows = self
            .rows
            .iter()
            .copied()
            .filter(|&other| self.call(other, sample).is_some());
        let rows: Vec<Row> = rows
            .filter(|&other| self.same(row, other) == Some(true))
            .collect();
        if !rows.is_empty() {
            return decided(rows.into_iter().map(reported));
        }
        let of_sample = |batch: &usize| self.of_batch(*batch).any(|own| own == sample);
        let mut batches = self.batches.iter().copied().filter(of_sample);
        let known_by = batches.find_map(|batch| self.looked_at(batch, row))?;
        let call = self.call(known_by, sample)?;
        (call.known() == call.copies.len()).then_some(false)
    }
}

/// True where any says so, else false where any says so.
fn decided(reported: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    reported.flatten().reduce(|a, b| a || b)
}

fn in_scope(event: &Event, scope: Option<Scope>) -> bool {
    scope.is_none_or(|scope| event.scope == scope)
}

/// Whether all ages of a span compare so.
fn all_of_span((first, last): (i64, i64), op: Op, age: i64) -> bool {
    match op {
        Op::Eq => first == age && last == age,
        Op::Ne => last < age || first > age,
        op => op.holds(&first, &age) && op.holds(&last, &age),
    }
}

/// Whether a value is in this unit: by its id, its code of UCUM, or its label.
pub fn is_unit(reported: Option<&Coded>, unit: &str) -> bool {
    let Some(reported) = reported else {
        return unit.is_empty();
    };
    canonical(&reported.id) == canonical(unit)
        || reported.id == format!("UCUM:{unit}")
        || reported.label == unit
}

pub fn has_attribute(person: &Person, name: &str, value: &str) -> bool {
    values(person, name)
        .iter()
        .any(|reported| reported == value)
}

/// The values that a person has of an attribute.
fn values(person: &Person, name: &str) -> Vec<String> {
    let pedigree = person.pedigree.as_ref();
    let one = |reported: Option<&str>| reported.map(str::to_owned).into_iter().collect();
    match name {
        "sex" => one(person.sex),
        "karyotype" => one(person.karyotype),
        "population" => person.populations.clone(),
        "cohort" => person.cohorts.clone(),
        "dataset" => person.datasets.clone(),
        "country" => one(person.country.as_deref()),
        "family" => one(pedigree.map(|pedigree| pedigree.family.as_str())),
        "affected" => {
            let affected = pedigree.and_then(|pedigree| pedigree.affected);
            one(affected.map(|affected| if affected { "yes" } else { "no" }))
        }
        _ => unreachable!("{name}"),
    }
}
