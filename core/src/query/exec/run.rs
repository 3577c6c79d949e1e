//! Running plans that were admitted.
//!
//! Of what must hold together the parts are asked in the order of the plan, each of those who are left; carriers
//! while somebody is left.

use super::called;
use super::carriers;
use super::question::Question;
use super::step::Step;
use crate::cohort::{Subjects, View};
use crate::error::Result;
use crate::query::expr::Node;
use crate::query::plan::admit::Admitted;
use crate::query::plan::bound::{BoundGroup, BoundVariants, GroupPart, GroupTest};
use crate::query::plan::candidates::candidates_of;
use crate::query::plan::rules::{Rule, Rules};
use crate::set::SampleSet;

/// Scores of similarity by subject, ascending by subject.
pub(in crate::query) type Scores = Vec<(u32, f64)>;

/// Who was found.
#[derive(Debug, Default)]
pub(in crate::query) struct Found {
    pub(in crate::query) subjects: SampleSet,
    /// Of similarity, where that was asked for.
    pub(in crate::query) scores: Option<Scores>,
    /// What is probably meant otherwise.
    pub(in crate::query) hints: Vec<String>,
    /// Of how many of them no genotype is known, where that is easily taken for something else.
    pub(in crate::query) ungenotyped: Option<String>,
    /// What was done, where that was asked for.
    pub(in crate::query) steps: Vec<Step>,
}

/// Runs a plan for people; `explained` counts who is found by each part.
pub(in crate::query) fn group(
    view: &View,
    plan: Admitted<BoundGroup>,
    explained: bool,
) -> Result<Found> {
    find(view, plan.into_plan(), explained)
}

/// Answers the questions within a plan for variants, which is ready to be walked then.
pub(in crate::query) fn variants(view: &View, plan: Admitted<BoundVariants>) -> Result<Question> {
    question(view, plan.into_plan())
}

fn question(view: &View, of: BoundVariants) -> Result<Question> {
    let subjects = Subjects::of(view);
    let samples = |group| Ok(subjects.samples_in(&find(view, group, false)?.subjects));
    let rows = match of.rows {
        Some(rows) => rows,
        None => candidates_of(view, &of.test, of.rules)?,
    };
    Ok(Question {
        test: of.test,
        rows,
        groups: of.groups.into_iter().map(samples).collect::<Result<_>>()?,
    })
}

fn find(view: &View, of: BoundGroup, explained: bool) -> Result<Found> {
    let mut run = Run {
        view,
        subjects: Subjects::of(view),
        rules: of.rules,
        steps: explained.then(Vec::new),
        scores: None,
    };
    let takes_out = takes_out_carriers(&of.root);
    let found = run.evaluate(of.root, view.visible_subjects())?;
    // what is stored is of all: it is cut once, when all of it is put together
    let subjects = run.subjects.seen(found);
    let ungenotyped = match takes_out {
        true => ungenotyped(&run.subjects, &subjects)?,
        false => None,
    };
    Ok(Found {
        subjects,
        ungenotyped,
        scores: run.scores,
        hints: of.hints,
        steps: run.steps.unwrap_or_default(),
    })
}

/// Whether all but carriers are asked for somewhere: those of whom no genotype is known among them.
fn takes_out_carriers(node: &Node<GroupPart>) -> bool {
    match node {
        Node::Atom(_) => false,
        Node::Not(inner) => has_carriers(inner),
        Node::And(parts) | Node::Or(parts) => parts.iter().any(takes_out_carriers),
    }
}

fn has_carriers(node: &Node<GroupPart>) -> bool {
    match node {
        Node::Atom(atom) => matches!(atom.kind.test, GroupTest::Carriers(_)),
        Node::Not(inner) => has_carriers(inner),
        Node::And(parts) | Node::Or(parts) => parts.iter().any(has_carriers),
    }
}

/// Whether nothing but stored sets is asked.
fn is_stored(node: &Node<GroupPart>) -> bool {
    match node {
        Node::Atom(atom) => matches!(atom.kind.test, GroupTest::Stored(..)),
        Node::Not(inner) => is_stored(inner),
        Node::And(parts) | Node::Or(parts) => parts.iter().all(is_stored),
    }
}

/// Says of how many people who were found no genotype is known; `None` where there are none.
fn ungenotyped(subjects: &Subjects<'_>, found: &SampleSet) -> Result<Option<String>> {
    let without = found.difference(&subjects.samples_in(found));
    if without.is_empty() {
        return Ok(None);
    }
    let (all, without) = (subjects.count(found)?, without.len());
    let have = if without == 1 { "has" } else { "have" };
    Ok(Some(format!(
        "{without} of these {all} people {have} no sample: that they do not carry is not known; `noncarriers(…)` \
         picks who is called and carries none, `genotyped` who has a sample"
    )))
}

struct Run<'a> {
    view: &'a View,
    subjects: Subjects<'a>,
    rules: Rules,
    steps: Option<Vec<Step>>,
    scores: Option<Scores>,
}

impl Run<'_> {
    /// Those who are picked; of those `within`, where others do not matter: they may be among them.
    fn evaluate(&mut self, node: Node<GroupPart>, within: Option<&SampleSet>) -> Result<SampleSet> {
        Ok(match node {
            Node::Atom(atom) => self.part(atom.kind, within)?,
            // who is left does not matter to those who are not: the complement is of everybody
            Node::Not(inner) => {
                let inner = self.evaluate(*inner, within)?;
                let of = match within {
                    Some(within) => within.clone(),
                    None => self.subjects.all()?,
                };
                of.difference(&inner)
            }
            Node::And(parts) => {
                let narrows = self.rules.has(Rule::Left);
                let before = self.scores.take();
                let (mut left, mut is_cut): (Option<SampleSet>, bool) = (None, false);
                for part in parts {
                    if !is_cut && !is_stored(&part) {
                        left = left.map(|left| self.subjects.seen(left));
                        is_cut = left.is_some();
                    }
                    let asked = left.as_ref().filter(|_| narrows).or(within);
                    let found = self.evaluate(part, asked)?;
                    left = Some(match left {
                        Some(left) => left.intersection(&found),
                        None => found,
                    });
                }
                let left = left.unwrap_or_default();
                // whoever was scored before others were ruled out: a score is of those who pass with it
                let scored = self.scores.take().map(|mut scored| {
                    scored.retain(|(subject, _)| left.contains(*subject));
                    scored
                });
                self.scores = match (before, scored) {
                    (Some(before), Some(scored)) => Some(highest(before, scored)),
                    (before, scored) => before.or(scored),
                };
                left
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

    fn part(&mut self, part: GroupPart, within: Option<&SampleSet>) -> Result<SampleSet> {
        let mut step = Step {
            what: part.what,
            ..Step::default()
        };
        let found = match part.test {
            GroupTest::Stored(_, subjects) => subjects,
            GroupTest::Carriers(_) if within.is_some_and(SampleSet::is_empty) => SampleSet::new(),
            GroupTest::Carriers(mut of) => {
                let ready = of.of.take().map(|of| question(self.view, of)).transpose()?;
                carriers::find(self.view, &self.subjects, *of, ready, within, &mut step)?
            }
            GroupTest::Called(_) if within.is_some_and(SampleSet::is_empty) => SampleSet::new(),
            GroupTest::Called(of) => {
                let ready = question(self.view, of.of)?;
                let asked = (of.free, of.notes);
                called::find(self.view, &self.subjects, asked, ready, within, &mut step)?
            }
            GroupTest::Similar(similar) => {
                let scored = similar.score(self.view, &self.subjects, within)?;
                if self.steps.is_some() {
                    let notes = similar.explain(self.view, &self.subjects, within, &scored);
                    step.notes.extend(notes?);
                }
                let found = scored.iter().map(|(subject, _)| *subject).collect();
                let known = self.scores.take().unwrap_or_default();
                self.scores = Some(highest(known, scored));
                found
            }
        };
        if let Some(steps) = &mut self.steps {
            let found = self.subjects.seen(found.clone());
            step.individuals = self.subjects.count(&found)?;
            steps.push(step);
        }
        Ok(found)
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
