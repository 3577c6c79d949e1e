//! Who is hidden from somebody by decisions, kept from one decision to the next: a new one changes few subjects of many.

use super::decided::{Decider, Known};
use super::{Opened, Subjects, Visible};
use crate::cohort::consent::{Asked, Outcome, outcome};
use crate::error::Result;
use crate::model::{DecidedBy, WithoutDecision};
use crate::set::SampleSet;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Of more people who decided something all decisions are looked at.
const FEW: usize = 256;

/// Individuals and samples, by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    individuals: SampleSet,
    samples: SampleSet,
}

impl Found {
    pub(super) fn of(opened: &Opened, deciders: impl Iterator<Item = Decider>) -> Self {
        let (mut individuals, mut samples) = (Vec::new(), Vec::new());
        for decider in deciders {
            match decider {
                Decider::Individual(number) => individuals.push(number),
                Decider::Sample(number) => samples.push(number),
                Decider::Unknown => {}
            }
        }
        let end = opened.people().map_or(0, |people| people.universe());
        Self {
            individuals: SampleSet::gathered(end, individuals.into_iter()),
            samples: SampleSet::gathered(opened.universe(), samples.into_iter()),
        }
    }

    /// The subjects that they are.
    pub(super) fn subjects(&self, opened: &Opened) -> Result<SampleSet> {
        let found = Subjects::numbered(opened).of_individuals(&self.individuals)?;
        Ok(found.union(&self.samples))
    }

    fn set(&mut self, decider: Decider, is_among: bool) {
        let (numbers, number) = match decider {
            Decider::Individual(number) => (&mut self.individuals, number),
            Decider::Sample(number) => (&mut self.samples, number),
            Decider::Unknown => return,
        };
        match is_among {
            true => numbers.insert(number),
            false => numbers.remove(number),
        };
    }

    /// Whether a subject is one of them, or its individual is.
    fn has(&self, subjects: &Subjects<'_>, subject: u32) -> Result<bool> {
        if self.samples.contains(subject) {
            return Ok(true);
        }
        let individual = subjects.individual(subject)?;
        Ok(individual.is_some_and(|individual| self.individuals.contains(individual)))
    }
}

/// Who may be seen by somebody who asks, as of the decisions that were looked at.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) asked: Asked,
    /// Those whose decisions come to in, and to out; of whom was erased the latter.
    ins: Found,
    outs: Found,
    hidden: SampleSet,
    pub(super) visible: Arc<Visible>,
    /// Who decided something since.
    changed: BTreeSet<DecidedBy>,
}

impl Kept {
    /// By all decisions.
    pub(super) fn of(opened: &Opened, known: &Known, asked: Asked) -> Result<Self> {
        let (mut ins, mut outs) = (Vec::new(), known.erased.clone());
        for ((_, all), decider) in known.decisions.by().zip(known.deciders.values()) {
            match outcome(all, &asked) {
                Outcome::In => ins.push(*decider),
                Outcome::Out => outs.push(*decider),
                Outcome::Undecided => {}
            }
        }
        let ins = Found::of(opened, ins.into_iter());
        let outs = Found::of(opened, outs.into_iter());
        let mut hidden = outs.subjects(opened)?;
        if is_opt_in(known, &asked) {
            let all = Subjects::numbered(opened).everyone()?;
            hidden = all.difference(&ins.subjects(opened)?).union(&hidden);
        }
        Ok(Self {
            visible: Arc::new(match hidden.is_empty() {
                true => Visible::whole(opened),
                false => Visible::without(opened, hidden.clone())?,
            }),
            asked,
            ins,
            outs,
            hidden,
            changed: BTreeSet::new(),
        })
    }

    /// Notes who decided something since; `false` where so many did that it is made anew in less time.
    pub(super) fn note<'d>(&mut self, by: impl Iterator<Item = &'d DecidedBy>) -> bool {
        self.changed.extend(by.cloned());
        self.changed.len() <= FEW
    }

    /// By the decisions since as well.
    pub(super) fn with_changes(mut self, opened: &Opened, known: &Known) -> Result<Self> {
        let subjects = Subjects::numbered(opened);
        let mut concerned = SampleSet::new();
        for by in std::mem::take(&mut self.changed) {
            let Some(decider) = known.deciders.get(&by).copied() else {
                continue;
            };
            let (is_in, is_out) = self.comes_to(known, by, decider);
            self.ins.set(decider, is_in);
            self.outs.set(decider, is_out);
            match decider {
                Decider::Individual(individual) => {
                    concerned.add(&subjects.of_individual(individual)?);
                }
                Decider::Sample(sample) => {
                    concerned.insert(sample);
                }
                Decider::Unknown => {}
            }
        }
        let everyone = match is_opt_in(known, &self.asked) {
            true => Some(subjects.everyone()?),
            false => None,
        };
        let mut turned = Vec::new();
        for subject in concerned.iter() {
            let is_left_out = match &everyone {
                Some(all) => all.contains(subject) && !self.ins.has(&subjects, subject)?,
                None => false,
            };
            let is_hidden = is_left_out || self.outs.has(&subjects, subject)?;
            let is_turned = match is_hidden {
                true => self.hidden.insert(subject),
                false => self.hidden.remove(subject),
            };
            if is_turned {
                turned.push(subject);
            }
        }
        if !turned.is_empty() {
            self.visible = Arc::new(match self.hidden.is_empty() {
                true => Visible::whole(opened),
                false => self.visible.turned(opened, &self.hidden, &turned)?,
            });
        }
        Ok(self)
    }

    /// Whether somebody is in, and whether out, by all that was decided under any name of theirs.
    fn comes_to(&self, known: &Known, by: DecidedBy, decider: Decider) -> (bool, bool) {
        // the id of an individual may be the name of a sample
        let names = match by {
            DecidedBy::Individual(id) | DecidedBy::Sample(id) => {
                [DecidedBy::Individual(id.clone()), DecidedBy::Sample(id)]
            }
        };
        let (mut is_in, mut is_out) = (false, known.erased.contains(&decider));
        for name in names {
            if known.deciders.get(&name) == Some(&decider) {
                let outcome = outcome(known.decisions.of(&name), &self.asked);
                is_in |= outcome == Outcome::In;
                is_out |= outcome == Outcome::Out;
            }
        }
        (is_in, is_out)
    }
}

/// Whether whoever decided nothing is out.
fn is_opt_in(known: &Known, asked: &Asked) -> bool {
    known.decisions.without(asked.purpose) == WithoutDecision::OptIn
}
