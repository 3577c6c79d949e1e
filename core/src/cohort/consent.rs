//! Who may be seen for what, by what people decided.
//!
//! Decisions of the two effects are apart: whoever withdrew consent is not brought back by taking back an objection to
//! later permits, nor the other way. Of decisions of one effect about a purpose, or about all, the one holds that is from
//! the latest day, of those the one that was recorded last, and of those of one command the one that says out.

use crate::model::{
    Access, ConsentSetting, Date, DecidedBy, Decision, Effect, Purpose, WithoutDecision,
};
use crate::store::decisions::{Entry, Erased, Frame, IdHash};
use std::collections::{BTreeMap, BTreeSet};

/// A decision, and when it was recorded.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) at: i64,
    /// The place of its command among all.
    frame: u32,
    pub(crate) decision: Decision,
}

impl Recorded {
    /// The place of its command among all.
    pub(crate) fn frame(&self) -> u32 {
        self.frame
    }

    /// The first day that it holds.
    pub(crate) fn from(&self) -> Date {
        let recorded = || Date::of_seconds(self.at);
        self.decision.from.unwrap_or_else(recorded)
    }

    fn rank(&self) -> (Date, u32, bool) {
        (self.from(), self.frame, !self.decision.allows)
    }

    fn holds_on(&self, day: Date) -> bool {
        self.from() <= day && self.decision.until.is_none_or(|until| day <= until)
    }
}

/// What a question is about: who asks for what, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) purpose: Option<Purpose>,
    /// When the permit was approved.
    pub(crate) permit: Date,
    pub(crate) today: Date,
    /// What was recorded later is not known.
    known_at: Option<i64>,
    /// Whether decisions about later permits are overridden.
    is_override: bool,
}

impl Asked {
    /// A permit of which no date is known is one of today.
    pub(crate) fn of(access: &Access, today: Date) -> Self {
        Self {
            purpose: access.purpose,
            permit: access.permit_date.unwrap_or(today),
            today,
            known_at: access.known_at.map(Date::last_second),
            is_override: access.national_override,
        }
    }

    /// What the holder sees today, for a purpose or for none.
    pub(crate) fn today(purpose: Option<Purpose>, today: Date) -> Self {
        Self {
            purpose,
            permit: today,
            today,
            known_at: None,
            is_override: false,
        }
    }
}

/// What somebody's decisions come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    In,
    Out,
    /// Nothing was decided: see [`Decisions::without`].
    Undecided,
}

/// All decisions that were read, by who decided, and what the holder has set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Decisions {
    by: BTreeMap<DecidedBy, Vec<Recorded>>,
    /// Of whom decisions are kept; `None` is of all.
    only: Option<BTreeSet<DecidedBy>>,
    frames: u32,
    /// When the last frame was written.
    pub(crate) last_recorded: i64,
    defaults: BTreeMap<Option<Purpose>, WithoutDecision>,
    pub(crate) hmb_in_strata: Option<bool>,
    /// The purposes that decisions are about.
    purposes: BTreeSet<Purpose>,
    erased: Vec<Erased>,
    /// Who was erased and may be added again.
    readmitted: BTreeSet<IdHash>,
}

impl Decisions {
    /// Those of some, and what the holder has set.
    pub(crate) fn only_of(some: BTreeSet<DecidedBy>) -> Self {
        Self {
            only: Some(some),
            ..Self::default()
        }
    }

    /// Adds what a command wrote.
    pub(crate) fn add(&mut self, frame: Frame) {
        let number = self.frames;
        self.frames += 1;
        self.last_recorded = self.last_recorded.max(frame.recorded);
        for entry in frame.entries {
            match entry {
                Entry::Decision(decision) => {
                    self.purposes.extend(decision.purpose);
                    let is_kept = |some: &BTreeSet<DecidedBy>| some.contains(&decision.by);
                    if !self.only.as_ref().is_none_or(is_kept) {
                        continue;
                    }
                    let recorded = Recorded {
                        at: frame.recorded,
                        frame: number,
                        decision,
                    };
                    let by = recorded.decision.by.clone();
                    // most decide once
                    let all = self.by.entry(by);
                    all.or_insert_with(|| Vec::with_capacity(1)).push(recorded);
                }
                Entry::Setting(ConsentSetting::Default(purpose, without)) => {
                    self.defaults.insert(purpose, without);
                }
                Entry::Setting(ConsentSetting::HmbInStrata(is_in)) => {
                    self.hmb_in_strata = Some(is_in);
                }
                Entry::Erased(erased) => self.erased.push(erased),
                Entry::Readmitted(id) => {
                    self.readmitted.insert(id);
                }
                Entry::Access(_) => {}
            }
        }
    }

    /// Whoever decided something.
    pub(crate) fn by(&self) -> impl Iterator<Item = (&DecidedBy, &[Recorded])> {
        self.by.iter().map(|(by, all)| (by, all.as_slice()))
    }

    /// The decisions of somebody, in the order of recording.
    pub(crate) fn of(&self, by: &DecidedBy) -> &[Recorded] {
        self.by.get(by).map_or(&[], Vec::as_slice)
    }

    /// How many decided something.
    pub(crate) fn len(&self) -> usize {
        self.by.len()
    }

    /// The purposes that decisions are about.
    pub(crate) fn purposes(&self) -> impl Iterator<Item = Purpose> + '_ {
        self.purposes.iter().copied()
    }

    /// What holds of whoever decided nothing, for a purpose. Without one whoever did not withdraw is seen: the holder asks.
    pub(crate) fn without(&self, purpose: Option<Purpose>) -> WithoutDecision {
        let of = |purpose| self.defaults.get(&purpose).copied();
        let set = purpose.and_then(|purpose| of(Some(purpose)).or_else(|| of(None)));
        set.unwrap_or(WithoutDecision::OptOut)
    }

    /// Whether there is a purpose for which whoever decided nothing is out.
    pub(crate) fn is_opt_in_for_any(&self) -> bool {
        self.defaults
            .values()
            .any(|set| *set == WithoutDecision::OptIn)
    }

    /// What an id is recognised by, if it is that of somebody who was erased and may not be added again.
    pub(crate) fn erased(&self, id: &str) -> Option<IdHash> {
        let mut found = self.erased.iter().filter_map(|of| of.find(id));
        found.find(|hash| !self.readmitted.contains(hash))
    }

    /// How many ids were erased so far, those who may be added again among them.
    pub(crate) fn erased_ids(&self) -> u64 {
        self.erased.iter().map(|of| of.len() as u64).sum()
    }

    /// What is set of purposes.
    pub(crate) fn defaults(&self) -> &BTreeMap<Option<Purpose>, WithoutDecision> {
        &self.defaults
    }
}

/// The decision that holds among those of one effect.
pub(crate) fn holding<'a>(
    all: &'a [Recorded],
    effect: Effect,
    asked: &Asked,
) -> Option<&'a Recorded> {
    let day = match effect {
        Effect::Now => asked.today,
        Effect::LaterPermits => asked.permit,
    };
    let about = |of: Option<Purpose>| of.is_none() || of == asked.purpose;
    let candidates = all.iter().filter(|recorded| {
        recorded.decision.effect == effect
            && about(recorded.decision.purpose)
            && asked.known_at.is_none_or(|known| recorded.at <= known)
            && recorded.holds_on(day)
    });
    candidates.max_by_key(|recorded| recorded.rank())
}

/// What somebody's decisions come to, for who asks.
pub(crate) fn outcome(all: &[Recorded], asked: &Asked) -> Outcome {
    let now = holding(all, Effect::Now, asked);
    let later = match asked.is_override {
        true => None,
        false => holding(all, Effect::LaterPermits, asked),
    };
    let holding = [now, later];
    let mut holding = holding.into_iter().flatten().map(|of| of.decision.allows);
    match holding.next() {
        None => Outcome::Undecided,
        Some(first) if first && holding.all(|allows| allows) => Outcome::In,
        Some(_) => Outcome::Out,
    }
}

/// The same of one effect alone.
pub(crate) fn outcome_of(all: &[Recorded], effect: Effect, asked: &Asked) -> Outcome {
    match holding(all, effect, asked) {
        None => Outcome::Undecided,
        Some(holding) if holding.decision.allows => Outcome::In,
        Some(_) => Outcome::Out,
    }
}

/// Whether the decision about everything that holds of those with effect at once is against, without an end.
pub(crate) fn is_out_for_good(all: &[Recorded], asked: &Asked) -> bool {
    let holding = holding(all, Effect::Now, asked).map(|of| &of.decision);
    holding.is_some_and(|of| !of.allows && of.until.is_none())
}

/// Whether a decision, or one like it of the same source, is the last of that source for its days already: loading a list
/// again changes nothing.
pub(crate) fn is_known(all: &[Recorded], decision: &Decision) -> bool {
    let alike = all.iter().rev().find(|known| {
        let known = &known.decision;
        (known.purpose, known.effect, known.from, &known.source)
            == (
                decision.purpose,
                decision.effect,
                decision.from,
                &decision.source,
            )
    });
    alike.is_some_and(|known| known.decision == *decision)
}
