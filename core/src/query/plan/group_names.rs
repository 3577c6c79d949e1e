//! Which people an expression picks.
//!
//! All names are looked up first, so that an error never depends on who was found; what lies in stored
//! sets is a set then. Of what must hold together the sets come first, then carriers while somebody is
//! left, then similarity of those who are left.

use super::listed::Listing;
use super::variant_names::Resolver;
use crate::cohort::Subjects;
use crate::cohort::View;
use crate::error::{Error, ExpressionError, Result};
use crate::model::Attribute;
use crate::model::{Age, Ages, Scope};
use crate::query::Group;
use crate::query::exec::carriers::{Asked, CarrierQuery};
use crate::query::exec::similar::Similar;
use crate::query::expr::hints::of_several_genes;
use crate::query::expr::{Comparison, GroupAtom, GroupExpr, Node, nearest};
use crate::set::SampleSet;
use crate::store::individuals::{FoundTerm, People as Store, TermRef, Unit};
use std::ops::Range;

/// Evaluates expressions over people.
pub(crate) struct People<'a> {
    pub(in crate::query) view: &'a View,
    pub(in crate::query) subjects: Subjects<'a>,
    text: String,
    /// What was done, for `--explain`; `None` where nobody asked.
    pub(crate) steps: Option<Vec<Step>>,
    scores: Option<Scores>,
    /// What is probably meant otherwise.
    hints: Vec<String>,
}

/// Scores of similarity by subject, ascending by subject.
pub(in crate::query) type Scores = Vec<(u32, f64)>;

/// One step of an evaluation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// The part of the expression.
    pub what: String,
    /// How it was understood, where that could be otherwise.
    pub notes: Vec<String>,
    /// Candidate rows that the indexes gave.
    pub candidate_rows: u64,
    /// Variants that passed all tests.
    pub variants: u64,
    /// Bytes of genotype sets read.
    pub set_bytes: u64,
    /// Segments opened, and segments that the manifest ruled out.
    pub segments: (u64, u64),
    /// Individuals found.
    pub people: u64,
}

/// A part of an expression with every name looked up.
enum Part {
    Set(SampleSet),
    Carriers(Box<CarrierQuery>),
    Similar(Box<Similar>),
}

/// The people that an expression picks.
pub(in crate::query) fn find(view: &View, who: &GroupExpr, text: String) -> Result<Group> {
    let mut people = People::new(view, text, false);
    let found = people.find(who)?;
    people.group(found, who.to_string())
}

impl<'a> People<'a> {
    pub(crate) fn new(view: &'a View, text: String, explain: bool) -> Self {
        Self {
            view,
            subjects: Subjects::of(view),
            text,
            steps: explain.then(Vec::new),
            scores: None,
            hints: Vec::new(),
        }
    }

    /// What was found as a group, with the scores of similarity.
    pub(crate) fn group(self, subjects: SampleSet, label: String) -> Result<Group> {
        let group = Group::new(self.view, subjects, self.scores, label)?;
        Ok(group.with_hints(self.hints))
    }

    /// The subjects that an expression picks.
    pub(crate) fn find(&mut self, who: &GroupExpr) -> Result<SampleSet> {
        let parts = self.resolve(&who.0)?;
        self.evaluate(&parts, self.view.visible_subjects())
    }

    fn resolve(&mut self, node: &Node<GroupAtom>) -> Result<Node<(String, Part)>> {
        Ok(match node {
            Node::Atom(atom) => {
                let what = match self.steps {
                    Some(_) => atom.kind.to_string(),
                    None => String::new(),
                };
                Node::built((what, self.atom(&atom.kind, &atom.at)?))
            }
            Node::Not(inner) => Node::Not(Box::new(self.resolve(inner)?)),
            Node::And(parts) => Node::And(self.resolve_all(parts)?),
            Node::Or(parts) => Node::Or(self.resolve_all(parts)?),
        })
    }

    fn resolve_all(&mut self, parts: &[Node<GroupAtom>]) -> Result<Vec<Node<(String, Part)>>> {
        parts.iter().map(|part| self.resolve(part)).collect()
    }

    /// Those who are picked; of those `within`, where others do not matter.
    fn evaluate(
        &mut self,
        node: &Node<(String, Part)>,
        within: Option<&SampleSet>,
    ) -> Result<SampleSet> {
        Ok(match node {
            Node::Atom(atom) => {
                let (what, part) = &atom.kind;
                let mut step = Step {
                    what: what.clone(),
                    ..Step::default()
                };
                let found = match part {
                    Part::Set(set) => set.clone(),
                    Part::Carriers(carried) if within.is_none_or(|w| !w.is_empty()) => {
                        carried.find(self.view, &self.subjects, within, &mut step)?
                    }
                    Part::Similar(similar) => {
                        let scored = similar.score(self.view, &self.subjects, within)?;
                        let found = scored.iter().map(|(subject, _)| *subject).collect();
                        let known = self.scores.take().unwrap_or_default();
                        self.scores = Some(highest(known, scored));
                        found
                    }
                    Part::Carriers(_) => SampleSet::new(),
                };
                let found = self.subjects.seen(found);
                if let Some(steps) = &mut self.steps {
                    step.people = self.subjects.count(&found)?;
                    steps.push(step);
                }
                found
            }
            // who is left does not matter to those who are not: the complement is of everybody
            Node::Not(inner) => {
                let inner = self.evaluate(inner, within)?;
                within
                    .map_or_else(|| self.subjects.all(), Clone::clone)
                    .difference(&inner)
            }
            Node::And(parts) => {
                let mut ordered: Vec<&Node<(String, Part)>> = parts.iter().collect();
                ordered.sort_by_key(|part| cost(part));
                let mut left: Option<SampleSet> = within.cloned();
                for part in ordered {
                    let found = self.evaluate(part, left.as_ref())?;
                    left = Some(match left {
                        Some(left) => left.intersection(&found),
                        None => found,
                    });
                }
                left.unwrap_or_default()
            }
            Node::Or(parts) => {
                let mut any = SampleSet::new();
                for part in parts {
                    any = any.union(&self.evaluate(part, within)?);
                }
                any
            }
        })
    }

    fn atom(&mut self, atom: &GroupAtom, at: &Range<usize>) -> Result<Part> {
        let individuals = match atom {
            GroupAtom::All => return Ok(Part::Set(self.subjects.all())),
            GroupAtom::Samples(list) => {
                let samples = self.listed(list, Listing::Samples, at)?;
                return self.subjects.closed_over_people(samples).map(Part::Set);
            }
            GroupAtom::Carriers {
                of,
                zygosity,
                at_least,
                compound,
                origin,
            } => {
                let resolver = Resolver::new(self.view, self.text.clone());
                let asked = Asked {
                    zygosity: *zygosity,
                    at_least: *at_least,
                    compound: *compound,
                    origin: *origin,
                };
                let hint = of_several_genes(atom);
                self.hints.extend(hint.clone());
                let carried = CarrierQuery::new(self.view, &resolver, of, (asked, hint), at)?;
                return Ok(Part::Carriers(Box::new(carried)));
            }
            GroupAtom::Similar {
                profile,
                threshold,
                measure,
            } => {
                let error = |message, candidates| self.error(at, message, candidates);
                let similar = Similar::new(self.view, profile, *threshold, *measure, &error)?;
                return Ok(Part::Similar(Box::new(similar)));
            }
            GroupAtom::Individuals(list) => {
                self.store(at)?;
                self.listed(list, Listing::Individuals, at)?
            }
            GroupAtom::Term {
                scope,
                term,
                recorded,
            } => {
                let found = self.term(term, *scope, at)?;
                self.store(at)?.term_set(*scope, &found, *recorded)?
            }
            // everybody else, samples of which no person is known among them
            GroupAtom::Attribute {
                attribute: Attribute::Sex,
                value,
            } if value.eq_ignore_ascii_case("unknown") => {
                let mut left = self.subjects.all();
                for (_, known) in self.store(at)?.attribute_sets(Attribute::Sex)? {
                    left = left.difference(&self.subjects.of_individuals(&known)?);
                }
                return Ok(Part::Set(left));
            }
            GroupAtom::Attribute { attribute, value } => {
                let store = self.store(at)?;
                let visible = self.view.visible_individuals();
                let set = store.attribute_set(*attribute, value)?;
                // a value that only those have who may not be seen is none
                let set = set.filter(|set| visible.is_none_or(|visible| !set.is_disjoint(visible)));
                match set {
                    Some(set) => set,
                    // nobody may have a value of a closed list
                    None if attribute.is_closed() => SampleSet::new(),
                    None => {
                        let known = store.attribute_values(*attribute, visible)?;
                        let names = known.iter().map(String::as_str);
                        let message = match known.is_empty() {
                            true => format!("no {} is known of anybody here", attribute.name()),
                            false => format!("no {} `{value}` here", attribute.name()),
                        };
                        return Err(self.error(at, message, nearest(value, names)));
                    }
                }
            }
            GroupAtom::Age { comparison, age } => self
                .store(at)?
                .age_set(|ages| holds(*comparison, ages, *age))?,
            GroupAtom::Onset {
                scope,
                term,
                comparison,
                age,
            } => {
                let found = self.term(term, *scope, at)?;
                let store = self.store(at)?;
                store.onset_set(*scope, &found, |ages| holds(*comparison, ages, *age))?
            }
            GroupAtom::Severity {
                scope,
                term,
                severity,
            } => {
                let found = self.term(term, *scope, at)?;
                let severity = self.term(severity, None, at)?;
                self.store(at)?.severity_set(*scope, &found, &severity)?
            }
            GroupAtom::Measurement {
                assay,
                unit,
                comparison,
                value,
            } => {
                let assay_term = self.term(assay, Some(Scope::Measurement), at)?;
                let unit = self.unit(assay, &assay_term, unit.as_deref(), at)?;
                let store = self.store(at)?;
                store
                    .measurement_set(&assay_term, unit.as_ref(), |n| comparison.holds(n, *value))?
            }
        };
        self.subjects.of_individuals(&individuals).map(Part::Set)
    }

    pub(in crate::query) fn error(
        &self,
        at: &Range<usize>,
        message: String,
        candidates: Vec<String>,
    ) -> Error {
        Error::from(Box::new(ExpressionError {
            text: self.text.clone(),
            at: at.clone(),
            message,
            candidates,
        }))
    }

    pub(in crate::query) fn store(&self, at: &Range<usize>) -> Result<&'a Store> {
        self.view.people().ok_or_else(|| {
            let message = "nothing is known of people here: load them with `varidex people`";
            self.error(at, message.to_owned(), Vec::new())
        })
    }

    /// The term that a text names.
    fn term(&self, text: &str, scope: Option<Scope>, at: &Range<usize>) -> Result<TermRef> {
        let store = self.store(at)?;
        match store.find_term(text, scope, self.view.seen()?)? {
            FoundTerm::One(term) => Ok(term),
            FoundTerm::Several(all) => {
                let shown = all
                    .iter()
                    .take(5)
                    .map(|(id, label)| format!("{id} ({label})"));
                let message = format!("`{text}` names {} terms: ask for one by its id", all.len());
                Err(self.error(at, message, shown.collect()))
            }
            FoundTerm::Nothing => {
                let candidates = match self.view.terms() {
                    Some(terms) => terms.suggest(text)?,
                    None => Vec::new(),
                };
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

    /// The unit that values of an assay are asked in: the one told, or the only one there is. `""` is
    /// that of values without one.
    fn unit(
        &self,
        assay: &str,
        term: &TermRef,
        unit: Option<&str>,
        at: &Range<usize>,
    ) -> Result<Option<Unit>> {
        let store = self.store(at)?;
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

/// What is cheap comes first, and similarity last: it looks at those who are left, one by one.
fn cost(node: &Node<(String, Part)>) -> u32 {
    match node {
        Node::Atom(atom) => match atom.kind.1 {
            Part::Set(_) => 0,
            Part::Carriers(_) => 1,
            Part::Similar(_) => 2,
        },
        Node::Not(inner) => cost(inner),
        Node::And(parts) | Node::Or(parts) => parts.iter().map(cost).max().unwrap_or(0),
    }
}

/// Both lists of scores as one: the highest of those who are in both.
fn highest(mut known: Scores, more: Scores) -> Scores {
    if known.is_empty() {
        return more;
    }
    known.extend(more);
    known.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    known.dedup_by_key(|(subject, _)| *subject);
    known
}

/// Whether an age that is known as a span stands in a relation: all of the span must.
fn holds(comparison: Comparison, ages: Ages, age: Age) -> bool {
    match comparison {
        Comparison::Less => ages.high < age,
        Comparison::LessOrEqual => ages.high <= age,
        Comparison::Greater => ages.low > age,
        Comparison::GreaterOrEqual => ages.low >= age,
        Comparison::Equal => ages.low == age && ages.high == age,
        Comparison::NotEqual => ages.high < age || ages.low > age,
    }
}
