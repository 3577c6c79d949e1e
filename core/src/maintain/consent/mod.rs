//! Recording what people decide: who withdraws, who comes back, and lists of decisions.

#[cfg(test)]
mod cohort_tests;
mod lists;
#[cfg(test)]
mod proof_tests;
mod summary;
#[cfg(test)]
pub(super) mod tests;

use crate::cohort::Dataset;
use crate::cohort::consent::{Asked, Decisions, Outcome, holding, outcome_of};
use crate::cohort::decided::{Decider, deciders, lock_decisions, read_into};
use crate::error::{Error, Result};
use crate::format::Folder;
use crate::model::{Date, DecidedBy, Decision, Effect, Purpose, WithoutDecision, now};
use crate::query::nearest;
use crate::store::decisions::{End, Entry, Frame, append};
#[cfg(test)]
pub(super) use lists::record_in;
pub use lists::{ConsentOptions, ConsentReport, Disagreement, record_consent};
use serde::{Deserialize, Serialize};
use std::path::Path;
pub use summary::{ConsentSummary, PurposeSummary, consent_summary};

/// Ids that are compared with one that nobody has.
const COMPARED: usize = 100_000;

/// Whom a withdrawal or its reversal is of, and about what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Withdrawal {
    /// Ids of individuals: of all their samples.
    pub individuals: Vec<String>,
    /// Names of samples: of these alone.
    pub samples: Vec<String>,
    /// About these purposes; about all where there are none.
    pub purposes: Vec<Purpose>,
    /// The first day; without one it holds from now on.
    pub from: Option<Date>,
    /// On what is asked now, or on later permits only.
    pub effect: Effect,
    /// Where it comes from.
    pub source: String,
    /// Reports what would be recorded, and records nothing.
    pub dry_run: bool,
}

impl Withdrawal {
    /// Reads `{"individuals": ["P1"], "purposes": ["af"], "from": "2026-03-01"}`: the members are the fields.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for anything else, with the place.
    pub fn from_json(text: &str) -> Result<Self> {
        from_object(text, "withdrawal")
    }
}

/// What is reported, as JSON.
fn as_json(report: &impl Serialize) -> String {
    serde_json::to_string(report).unwrap_or_default()
}

impl DecisionReport {
    /// As an object of JSON: the members are the fields.
    pub fn to_json(&self) -> String {
        as_json(self)
    }
}

/// Reads an object of JSON.
fn from_object<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    // a list would be read as the members in their order
    if !text.trim_start().starts_with('{') {
        return Err(Error::Usage(format!(
            "{what}: expected an object of JSON, found none"
        )));
    }
    serde_json::from_str(text).map_err(|e| Error::Usage(format!("{what}: {e}")))
}

/// What was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DecisionReport {
    /// Decisions that were recorded.
    pub recorded: u64,
    /// Decisions that held already, and were not recorded again.
    pub unchanged: u64,
    /// The samples that they are of.
    pub samples: u64,
    /// Ids of people or samples who were erased and may be added again.
    pub readmitted: u64,
    /// Ids of whom a later decision says otherwise, so that this one changes nothing today.
    pub without_effect: Vec<String>,
}

/// Withdraws people or samples from what is asked: they are absent from every answer of the next view of every process,
/// without a rebuild.
///
/// One that holds already is not recorded again. What is recorded is appended to the dataset's file of decisions, and
/// synced, before this returns.
///
/// # Errors
///
/// [`Error::Usage`] for an id of nobody, with the nearest that there are, and then nothing is recorded;
/// [`Error::Locked`], [`Error::Io`], [`Error::Damaged`].
pub fn withdraw(dataset: impl AsRef<Path>, what: &Withdrawal) -> Result<DecisionReport> {
    decide(&Folder::on_disk(dataset), what, false)
}

/// Takes a withdrawal back: answers are as they were before it. It is of the same effect: consent that is given again
/// does not take back an objection to later permits. Whoever was erased meanwhile may be added again.
///
/// # Errors
///
/// As [`withdraw`].
pub fn restore(dataset: impl AsRef<Path>, what: &Withdrawal) -> Result<DecisionReport> {
    decide(&Folder::on_disk(dataset), what, true)
}

/// The same wherever the dataset is.
pub(crate) fn decide(folder: &Folder, what: &Withdrawal, allows: bool) -> Result<DecisionReport> {
    let individuals = what.individuals.iter().cloned().map(DecidedBy::Individual);
    let samples = what.samples.iter().cloned().map(DecidedBy::Sample);
    let mut by: Vec<DecidedBy> = individuals.chain(samples).collect();
    by.sort();
    by.dedup();
    if by.is_empty() {
        return Err(Error::Usage(
            "expected ids of individuals or samples, found none".to_owned(),
        ));
    }
    let of_these = Decisions::only_of(by.iter().cloned().collect());
    let mut writer = Writer::open(folder, of_these)?;
    let found = deciders(&writer.dataset, &by.iter().collect::<Vec<_>>())?;
    writer.refuse_unknown(&by, &found)?;
    let mut readmitted = Vec::new();
    by.retain(|by| match writer.decisions.erased(by.id()) {
        Some(hash) => {
            readmitted.push(hash);
            false
        }
        None => true,
    });
    let mut report = DecisionReport {
        samples: writer.samples_of(&found)?,
        ..DecisionReport::default()
    };
    let purposes: Vec<Option<Purpose>> = match what.purposes.is_empty() {
        true => vec![None],
        false => what.purposes.iter().copied().map(Some).collect(),
    };
    let mut new = Vec::new();
    for by in &by {
        for &purpose in &purposes {
            let decision = Decision {
                by: by.clone(),
                purpose,
                allows,
                effect: what.effect,
                from: what.from,
                until: None,
                source: what.source.clone(),
                source_date: None,
            };
            match writer.changes_nothing(&decision) {
                true => report.unchanged += 1,
                false => new.push(decision),
            }
        }
    }
    let mut entries: Vec<Entry> = new.iter().cloned().map(Entry::Decision).collect();
    match allows {
        true => {
            report.readmitted = readmitted.len() as u64;
            entries.extend(readmitted.into_iter().map(Entry::Readmitted));
        }
        false => report.unchanged += readmitted.len() as u64,
    }
    report.recorded = entries.len() as u64;
    writer.record(entries, what.dry_run)?;
    for decision in &new {
        if decision.from.is_none_or(|from| from <= writer.today) && !writer.is_so_today(decision) {
            report.without_effect.push(decision.by.id().to_owned());
        }
    }
    report.without_effect.dedup();
    Ok(report)
}

/// Who records decisions: what is there already, and the right to add to it.
struct Writer {
    dataset: Dataset,
    decisions: Decisions,
    end: End,
    today: Date,
    _lock: crate::format::Lock,
}

impl Writer {
    /// Of those of whom decisions are to be kept.
    fn open(folder: &Folder, mut decisions: Decisions) -> Result<Self> {
        let dataset = Dataset::open_in(folder)?;
        if !dataset.manifest().decisions {
            return Err(Error::Usage(format!(
                "{}: the dataset has no file of decisions: build it anew",
                folder.path().display()
            )));
        }
        let lock = lock_decisions(&dataset)?;
        let end = read_into(&dataset, None, &mut decisions)?;
        Ok(Self {
            dataset,
            decisions,
            end,
            today: Date::today(),
            _lock: lock,
        })
    }

    /// Writes one frame, and takes it in.
    fn record(&mut self, entries: Vec<Entry>, dry_run: bool) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let frame = Frame {
            // clocks go back; decisions do not
            recorded: now().max(self.decisions.last_recorded),
            entries,
        };
        if !dry_run {
            self.end = append(self.dataset.folder(), self.end, &frame)?;
        }
        self.decisions.add(frame);
        Ok(())
    }

    /// Whether a decision would change nothing, on whatever day: what holds on its first day says the same, does not end,
    /// and, where the day is given, is from that day. So whatever is decided of another day later is over both or neither.
    fn changes_nothing(&self, decision: &Decision) -> bool {
        let first = decision.from.unwrap_or(self.today);
        let all = self.decisions.of(&decision.by);
        self.about(decision).all(|purpose| {
            let asked = Asked::today(purpose, first);
            match holding(all, decision.effect, &asked) {
                Some(holds) => {
                    let of = &holds.decision;
                    let same_day = decision.from.is_none_or(|from| from == holds.from());
                    of.allows == decision.allows && of.until.is_none() && same_day
                }
                // who is in without a decision needs none
                None => decision.allows && !self.is_opt_in(purpose),
            }
        })
    }

    /// Whether what a decision says is so today, of all purposes that it is about.
    fn is_so_today(&self, decision: &Decision) -> bool {
        let says = match decision.allows {
            true => Outcome::In,
            false => Outcome::Out,
        };
        let all = self.decisions.of(&decision.by);
        self.about(decision).all(|purpose| {
            let asked = Asked::today(purpose, self.today);
            outcome_of(all, decision.effect, &asked) == says
        })
    }

    /// The purposes that a decision is about, as far as they differ: one about all is about those as well of which something
    /// else was decided.
    fn about<'a>(&'a self, decision: &'a Decision) -> impl Iterator<Item = Option<Purpose>> + 'a {
        let all = self.decisions.of(&decision.by);
        let others = all.iter().filter_map(|of| of.decision.purpose);
        let others = others.filter(|_| decision.purpose.is_none()).map(Some);
        others.chain([decision.purpose])
    }

    /// Whether whoever decided nothing is out; without a purpose, of any.
    fn is_opt_in(&self, purpose: Option<Purpose>) -> bool {
        match purpose {
            Some(_) => self.decisions.without(purpose) == WithoutDecision::OptIn,
            None => self.decisions.is_opt_in_for_any(),
        }
    }

    fn refuse_unknown(&self, by: &[DecidedBy], found: &[Decider]) -> Result<()> {
        let unknown: Vec<&str> = by
            .iter()
            .zip(found)
            .filter(|(_, decider)| **decider == Decider::Unknown)
            .filter(|(by, _)| self.decisions.erased(by.id()).is_none())
            .map(|(by, _)| by.id())
            .collect();
        let Some(first) = unknown.first() else {
            return Ok(());
        };
        let mut known: Vec<&str> = self.dataset.samples().all()?.take(COMPARED).collect();
        if let Some(people) = self.dataset.people() {
            for individual in (0..people.universe()).take(COMPARED) {
                known.push(people.id(individual)?);
            }
        }
        let near = nearest(first, known.into_iter().filter(|id| !id.is_empty()));
        let others = match unknown.len() {
            1 => String::new(),
            count => format!(", nor {} others", count - 1),
        };
        let near = match near.is_empty() {
            true => String::new(),
            false => format!("; did you mean {}?", near.join(", ")),
        };
        Err(Error::Usage(format!(
            "expected ids of individuals or samples of {}, found {first:?}{others}{near}",
            self.dataset.path().display()
        )))
    }

    /// How many samples deciders have.
    fn samples_of(&self, deciders: &[Decider]) -> Result<u64> {
        let mut samples = Vec::new();
        for decider in deciders {
            match *decider {
                Decider::Individual(of) => {
                    samples.extend(self.dataset.sample_table().samples_of(of)?)
                }
                Decider::Sample(sample) => samples.push(sample),
                Decider::Unknown => {}
            }
        }
        samples.sort_unstable();
        samples.dedup();
        Ok(samples.len() as u64)
    }
}
