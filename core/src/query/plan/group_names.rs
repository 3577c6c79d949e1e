//! What the names of people and of what is recorded of them mean: terms, attributes, units, lists.

use super::attribute_names::holds;
use super::bound::{Asked, BoundCalled, BoundCarriers, BoundSamples, GroupTest, Whom};
use super::listed::Listing;
use super::names::Names;
use super::similar::Similar;
use crate::cohort::Subjects;
use crate::error::Result;
use crate::model::Attribute;
use crate::model::Scope;
use crate::query::expr::{GroupAtom, VariantExpr, nearest};
use crate::set::SampleSet;
use crate::stop::check_stop;
use crate::store::individuals::{FoundTerm, TermRef, Unit};
use std::ops::Range;

impl Names<'_> {
    /// Who an atom picks. The variants of carriers are a question of their own, which `carriers` binds.
    pub(in crate::query) fn group_atom(
        &self,
        atom: &GroupAtom,
        at: &Range<usize>,
        carriers: impl FnOnce(&VariantExpr, Asked, BoundSamples) -> Result<BoundCarriers>,
        called: impl FnOnce(&VariantExpr) -> Result<BoundCalled>,
    ) -> Result<GroupTest> {
        // a question may have many, of which each reads records of everybody
        check_stop()?;
        let subjects = Subjects::of(self.view);
        let mut whom = Whom::Recorded;
        let individuals = match atom {
            GroupAtom::All => {
                return Ok(GroupTest::Stored(Whom::All, subjects.all()?));
            }
            GroupAtom::Samples(_) | GroupAtom::Individuals(_) if self.refuses_lists => {
                let message =
                    "no samples and individuals are asked for by their ids under this policy";
                return Err(self.error(at, message.to_owned(), Vec::new()));
            }
            GroupAtom::Samples(list) => {
                let samples = self.listed(list, Listing::Samples, at)?;
                let samples = subjects.closed_over_people(samples)?;
                return Ok(GroupTest::Stored(Whom::Listed, samples));
            }
            GroupAtom::Carriers {
                of,
                zygosity,
                at_least,
                compound,
                origin,
                samples,
            } => {
                let asked = Asked {
                    zygosity: *zygosity,
                    at_least: *at_least,
                    compound: *compound,
                    origin: *origin,
                };
                let within = |of: &Option<_>| match of {
                    Some(of) => self.samples_where(of, at).map(Some),
                    None => Ok(None),
                };
                let samples = BoundSamples {
                    inside: within(&samples.inside)?,
                    not_in: within(&samples.not_in)?,
                };
                return Ok(GroupTest::Carriers(Box::new(carriers(of, asked, samples)?)));
            }
            GroupAtom::Called(of) => return Ok(GroupTest::Called(Box::new(called(of)?))),
            GroupAtom::Noncarriers(of) => {
                let of = BoundCalled {
                    free: true,
                    ..called(of)?
                };
                return Ok(GroupTest::Called(Box::new(of)));
            }
            GroupAtom::Genotyped => {
                let samples = subjects.samples_in(&subjects.all()?);
                return Ok(GroupTest::Stored(Whom::Genotyped, samples));
            }
            GroupAtom::Proof => {
                let Some(passed) = self.view.qc_passed_samples() else {
                    let message = "`proof` needs a policy of quality, and this view has none";
                    return Err(self.error(at, message.to_owned(), Vec::new()));
                };
                let samples = subjects.closed_over_people(passed)?;
                return Ok(GroupTest::Stored(Whom::Proven, samples));
            }
            GroupAtom::Sample(of) => {
                let samples = subjects.closed_over_people(self.samples_where(of, at)?)?;
                return Ok(GroupTest::Stored(Whom::Sampled, samples));
            }
            GroupAtom::Free(test) => self.with_attribute(test, at)?,
            GroupAtom::Similar {
                profile,
                threshold,
                measure,
            } => {
                let error = |message, candidates| self.error(at, message, candidates);
                let similar = Similar::new(self.view, profile, *threshold, *measure, &error)?;
                return Ok(GroupTest::Similar(Box::new(similar)));
            }
            GroupAtom::Individuals(list) => {
                self.people(at)?;
                whom = Whom::Listed;
                self.listed(list, Listing::Individuals, at)?
            }
            GroupAtom::Term {
                scope,
                term,
                recorded,
            } => {
                let store = self.people(at)?;
                self.any_term(term, *scope, at, |of| store.term_set(*scope, of, *recorded))?
            }
            // everybody else, samples of which no person is known among them
            GroupAtom::Attribute {
                attribute: Attribute::Sex,
                value,
            } if value.eq_ignore_ascii_case("unknown") => {
                let mut left = subjects.all()?;
                for (_, known) in self.people(at)?.attribute_sets(Attribute::Sex)? {
                    left = left.difference(&subjects.of_individuals(&known)?);
                }
                return Ok(GroupTest::Stored(Whom::Described(Attribute::Sex), left));
            }
            GroupAtom::Attribute {
                attribute: Attribute::Cohort,
                value,
            } if self.view.people().is_none() => {
                let defined = super::cohorts::names(self.view)?;
                let near = nearest(value, defined.iter().map(String::as_str));
                return Err(self.error(at, format!("no cohort `{value}` here"), near));
            }
            GroupAtom::Attribute { attribute, value } => {
                whom = Whom::Described(*attribute);
                let store = self.people(at)?;
                let visible = self.view.visible_individuals();
                let set = store.attribute_set(*attribute, value)?;
                // a value that only those have who may not be seen is none
                let set = set.filter(|set| visible.is_none_or(|visible| !set.is_disjoint(visible)));
                match set {
                    Some(set) => set,
                    None if self.leaves_out => SampleSet::new(),
                    // nobody may have a value of a closed list
                    None if attribute.is_closed() => SampleSet::new(),
                    None => {
                        let known = store.attribute_values(*attribute, visible)?;
                        let is_cohort = *attribute == Attribute::Cohort;
                        let defined = match is_cohort {
                            true => super::cohorts::names(self.view)?,
                            false => Vec::new(),
                        };
                        let names = known.iter().chain(&defined).map(String::as_str);
                        // cohorts are defined as well as recorded
                        let message = match known.is_empty() && !is_cohort {
                            true => format!("no {} is known of anybody here", attribute.name()),
                            false => format!("no {} `{value}` here", attribute.name()),
                        };
                        return Err(self.error(at, message, nearest(value, names)));
                    }
                }
            }
            GroupAtom::Age { comparison, age } => self
                .people(at)?
                .age_set(|ages| holds(*comparison, ages, *age))?,
            GroupAtom::Onset {
                scope,
                term,
                comparison,
                age,
            } => {
                let store = self.people(at)?;
                self.any_term(term, *scope, at, |of| {
                    store.onset_set(*scope, of, |ages| holds(*comparison, ages, *age))
                })?
            }
            GroupAtom::Severity {
                scope,
                term,
                severity,
            } => {
                let store = self.people(at)?;
                self.any_term(term, *scope, at, |of| {
                    self.any_term(severity, None, at, |severity| {
                        store.severity_set(*scope, of, severity)
                    })
                })?
            }
            GroupAtom::Measurement {
                assay,
                unit,
                comparison,
                value,
            } => {
                let store = self.people(at)?;
                let holds = |n| comparison.holds(n, *value);
                self.any_term(assay, Some(Scope::Measurement), at, |of| {
                    let unit = self.unit(assay, of, unit.as_deref(), at)?;
                    store.measurement_set(of, unit.as_ref(), holds)
                })?
            }
        };
        let found = Subjects::numbered(self.view).of_individuals(&individuals)?;
        Ok(GroupTest::Stored(whom, found))
    }

    /// Those who have what a text names, as `who` says of a term: of all that have the name, where the view means all.
    fn any_term(
        &self,
        text: &str,
        scope: Option<Scope>,
        at: &Range<usize>,
        who: impl Fn(&TermRef) -> Result<SampleSet>,
    ) -> Result<SampleSet> {
        let mut found = SampleSet::new();
        for term in self.terms_named(text, scope, at)? {
            found.add(&who(&term)?);
        }
        Ok(found)
    }

    /// The term that a text names, or all of them where the view means all.
    fn terms_named(
        &self,
        text: &str,
        scope: Option<Scope>,
        at: &Range<usize>,
    ) -> Result<Vec<TermRef>> {
        let store = self.people(at)?;
        let seen = self.view.seen()?;
        let found = match self.view.is_all_meant() {
            true => match store.all_meant(text, seen)? {
                all if all.is_empty() => FoundTerm::Nothing,
                all => return Ok(all),
            },
            false => store.find_term(text, scope, seen)?,
        };
        match found {
            FoundTerm::One(term) => Ok(vec![term]),
            FoundTerm::Several(all) => {
                let shown = all
                    .iter()
                    .take(5)
                    .map(|(id, label)| format!("{id} ({label})"));
                let message = format!("`{text}` names {} terms: ask for one by its id", all.len());
                Err(self.error(at, message, shown.collect()))
            }
            FoundTerm::Nothing if self.leaves_out => Ok(Vec::new()),
            FoundTerm::Nothing => {
                let candidates = self.view.terms_like(text)?;
                let message = match self.view.terms() {
                    Some(_) => format!("no term `{text}` in the ontologies or the records here"),
                    None => {
                        format!("no term `{text}` in the records here, and no ontology is loaded")
                    }
                };
                Err(self.error(at, message, candidates))
            }
        }
    }

    /// The unit that values of an assay are asked in: the one named, or the only one there is. `""` is
    /// that of values without one.
    fn unit(
        &self,
        assay: &str,
        term: &TermRef,
        unit: Option<&str>,
        at: &Range<usize>,
    ) -> Result<Option<Unit>> {
        let store = self.people(at)?;
        let units = store.units_of(term, self.view.visible_individuals())?;
        let Some(wanted) = unit else {
            if units.len() < 2 {
                return Ok(None);
            }
            let names = unit_names(&units);
            let message = format!(
                "values of `{assay}` are in several units: say which, as in `measurement({assay}, \"{}\")`",
                names.first().map_or("", String::as_str)
            );
            return Err(self.error(at, message, names));
        };
        match store.find_unit(&units, wanted)? {
            Some(unit) => Ok(Some(unit)),
            // nobody has a value of it
            None if units.is_empty() => Ok(None),
            // another of the same name may have it
            None if self.view.is_all_meant() || self.leaves_out => Ok(Some(Unit::default())),
            None => {
                let message = match wanted.trim() {
                    "" => format!("every value of `{assay}` has a unit"),
                    _ => format!("no value of `{assay}` is in `{wanted}`"),
                };
                Err(self.error(at, message, unit_names(&units)))
            }
        }
    }
}

/// What the first units can be asked by: each by its label where no other has it, else by its id; `""`
/// of values without a unit comes last.
fn unit_names(units: &[Unit]) -> Vec<String> {
    const SHOWN: usize = 20;
    let mut ordered: Vec<&Unit> = units.iter().collect();
    ordered.sort_by_key(|unit| unit.name().is_empty());
    ordered.truncate(SHOWN);
    let mut names: Vec<String> = ordered
        .iter()
        .map(|unit| match unit.name() {
            "" => "\"\"".to_owned(),
            name => {
                let others = ordered.iter().filter(|other| other.name() == name);
                let shared = others.count() > 1 && !unit.id().is_empty();
                if shared { unit.id() } else { name }.to_owned()
            }
        })
        .collect();
    names.dedup();
    names
}
