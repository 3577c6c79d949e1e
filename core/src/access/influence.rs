//! Counts of which nobody is a part whom they would set too far apart: by what a memory says.

use super::memory::{InfluenceAsked, InfluenceShare, PolicyMemory, lasting, numbers_of_samples};
use super::policy_view::PolicyView;
use super::shown_scan::ShownSite;
use crate::cohort::View;
use crate::error::Result;
use crate::query::{CountedGroup, Group, GroupExpr, SampleShare, Variant};
use crate::set::SampleSet;
use std::sync::Arc;

/// Whom a variant is counted in: all, or a part of them by its number among what is counted.
#[derive(Debug)]
pub(super) struct Unit {
    /// In words that are no others of a question about the variant.
    pub(super) label: String,
    /// Its number among the groups that are counted, and its samples; `None` is everybody.
    pub(super) group: Option<(usize, SampleSet)>,
}

/// Leaves people out of the counts of one variant after the other.
pub(super) struct Influence {
    memory: Arc<dyn PolicyMemory>,
    /// Samples that may be seen.
    seen: SampleSet,
    /// By sample, the number of its person.
    numbers: Vec<u32>,
    units: Vec<Unit>,
    of_samples: Vec<SampleShare>,
    shares: Vec<InfluenceShare>,
}

impl Influence {
    pub(super) fn new(
        view: &View,
        memory: Arc<dyn PolicyMemory>,
        units: Vec<Unit>,
    ) -> Result<Self> {
        Ok(Self {
            memory,
            seen: view.all()?.samples().clone(),
            numbers: numbers_of_samples(view)?,
            units,
            of_samples: Vec::new(),
            shares: Vec::new(),
        })
    }

    /// Samples of those who are left out of the counts of a variant, whether these are shown in the end or not: that they are not
    /// is an answer as well.
    pub(super) fn left_out(
        &mut self,
        variant: &mut Variant<'_, '_>,
        all: &CountedGroup,
    ) -> Result<SampleSet> {
        let mut left = SampleSet::new();
        let mut name = None;
        let mut read = None;
        for at in 0..self.units.len() {
            let Some(unit) = self.units.get(at) else {
                break;
            };
            let counted = match &unit.group {
                None => *all,
                Some((number, samples)) => CountedGroup {
                    counts: variant.counts_of(*number)?,
                    samples: samples.len(),
                },
            };
            let (ac, known) = (counted.counts.ac, counted.counts.an);
            // where somebody was not looked at, all may have been
            let known = known.unwrap_or(2 * counted.samples).max(ac);
            if ac == 0 || ac == known {
                continue;
            }
            let of_alt = 2 * ac <= known;
            if read != Some(of_alt) {
                variant.shares(of_alt, &mut self.of_samples)?;
                read = Some(of_alt);
            }
            let name = match &mut name {
                Some(name) => name,
                none => none.insert(ShownSite(variant).name()?),
            };
            let question = format!("{name} {}", unit.label);
            gather(&self.numbers, &self.of_samples, unit, &mut self.shares);
            let sum = |of: fn(&InfluenceShare) -> u32| -> u64 {
                self.shares.iter().map(|share| u64::from(of(share))).sum()
            };
            let copies = sum(|share| share.copies);
            let total = match of_alt {
                true => known.max(sum(|share| share.of)),
                false => (ac + copies).max(sum(|share| share.of)),
            };
            left = left.union(&self.memory.leave_out(&InfluenceAsked {
                question: &question,
                copies,
                total,
                shares: &self.shares,
            })?);
        }
        Ok(match left.is_empty() {
            true => left,
            false => self.samples_of(&left),
        })
    }

    /// All samples of some people.
    fn samples_of(&self, people: &SampleSet) -> SampleSet {
        let of = (0_u32..).zip(&self.numbers);
        of.filter(|(_, number)| people.contains(**number))
            .map(|(sample, _)| sample)
            .collect()
    }

    /// The counts in a group without those who are left out.
    pub(super) fn count(
        &self,
        variant: &mut Variant<'_, '_>,
        group: Option<&Group>,
        left: &SampleSet,
    ) -> Result<CountedGroup> {
        let samples = group.map_or(&self.seen, Group::samples).difference(left);
        Ok(CountedGroup {
            samples: samples.len(),
            counts: variant.counts_among(&samples)?,
        })
    }
}

/// What each person of a unit has: of all samples of his together.
fn gather(numbers: &[u32], of_samples: &[SampleShare], unit: &Unit, to: &mut Vec<InfluenceShare>) {
    to.clear();
    let is_in = |sample| match &unit.group {
        None => true,
        Some((_, samples)) => samples.contains(sample),
    };
    for share in of_samples.iter().filter(|share| is_in(share.sample)) {
        let Some(&person) = numbers.get(share.sample as usize) else {
            continue;
        };
        to.push(InfluenceShare {
            person,
            copies: share.copies,
            of: share.of,
        });
    }
    to.sort_unstable_by_key(|share| share.person);
    to.dedup_by(|next, first| {
        let same = next.person == first.person;
        if same {
            first.copies += next.copies;
            first.of += next.of;
        }
        same
    });
}

/// How many people a question finds, of how many, and who they are to a memory.
pub(super) struct FoundPeople {
    pub(super) found: u64,
    pub(super) people: u64,
    /// Who was left out, by numbers that last.
    pub(super) left_out: SampleSet,
}

impl PolicyView {
    /// Whether budgets of influence are kept.
    pub(super) fn keeps_influence(&self) -> bool {
        let budget = self.policy.budget.and_then(|budget| budget.influence);
        self.memory.is_some() && budget.is_some() && !self.policy.shows_records()
    }

    /// Whom a question finds, without those whom the answer would set too far apart: where it is about variants.
    pub(super) fn found(&self, group: &Group, who: &GroupExpr) -> Result<FoundPeople> {
        let mut of = FoundPeople {
            found: group.count(),
            people: self.people,
            left_out: SampleSet::new(),
        };
        let Some(memory) = self.memory.as_ref().filter(|_| self.keeps_influence()) else {
            return Ok(of);
        };
        if !who.asks_variants() || of.found == 0 || of.found >= of.people {
            return Ok(of);
        }
        let found = lasting(&self.view, group.subjects())?;
        let is_few = 2 * of.found <= of.people;
        let fewer = match is_few {
            true => found,
            false => self.view.lasting_people()?.difference(&found),
        };
        let share = |person| InfluenceShare {
            person,
            copies: 1,
            of: 1,
        };
        let shares: Vec<InfluenceShare> = fewer.iter().map(share).collect();
        of.left_out = memory.leave_out(&InfluenceAsked {
            question: group.label(),
            copies: fewer.len(),
            total: of.people,
            shares: &shares,
        })?;
        let left = of.left_out.len();
        of.people = of.people.saturating_sub(left);
        if is_few {
            of.found = of.found.saturating_sub(left);
        }
        Ok(of)
    }
}
