//! Counts of which nobody is a part whom they would set too far apart: by what a memory says.

use super::memory::{InfluenceAsked, InfluenceShare, PolicyMemory, lasting, numbers_of_samples};
use super::policy_view::PolicyView;
use super::shown_scan::ShownSite;
use crate::cohort::View;
use crate::error::Result;
use crate::query::{CountedGroup, Counts, Group, GroupExpr, Query, SampleShare, Variant};
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
    /// What all units together are, in words.
    form: String,
    units: Vec<Unit>,
    of_samples: Vec<SampleShare>,
    shares: Vec<InfluenceShare>,
}

/// Samples of those who are left out of the counts of a variant: of the ALT, where that is rarer, and of all else.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    of_alt: SampleSet,
    of_others: SampleSet,
}

impl LeftOut {
    pub(super) fn is_empty(&self) -> bool {
        self.of_alt.is_empty() && self.of_others.is_empty()
    }
}

impl Influence {
    pub(super) fn new(
        view: &View,
        memory: Arc<dyn PolicyMemory>,
        (form, units): (String, Vec<Unit>),
    ) -> Result<Self> {
        Ok(Self {
            memory,
            seen: view.all()?.samples().clone(),
            numbers: numbers_of_samples(view)?,
            form,
            units,
            of_samples: Vec::new(),
            shares: Vec::new(),
        })
    }

    /// Who is left out of the counts of a variant, whether these are shown in the end or not: that they are not
    /// is an answer as well.
    pub(super) fn left_out(
        &mut self,
        variant: &mut Variant<'_, '_>,
        all: &CountedGroup,
    ) -> Result<LeftOut> {
        let mut left = LeftOut::default();
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
            gather(&self.numbers, &self.of_samples, unit, &mut self.shares);
            let sum = |of: fn(&InfluenceShare) -> u32| -> u64 {
                self.shares.iter().map(|share| u64::from(of(share))).sum()
            };
            let copies = sum(|share| share.copies);
            let total = match of_alt {
                true => known.max(sum(|share| share.of)),
                false => (ac + copies).max(sum(|share| share.of)),
            };
            let gone = self.memory.leave_out(&InfluenceAsked {
                question: name,
                form: &self.form,
                part: &unit.label,
                copies,
                total,
                shares: &self.shares,
            })?;
            if gone.is_empty() {
                continue;
            }
            let gone = self.samples_of(&gone);
            match of_alt {
                true => left.of_alt = left.of_alt.union(&gone),
                false => left.of_others = left.of_others.union(&gone),
            }
        }
        Ok(left)
    }

    /// All samples of some people.
    fn samples_of(&self, people: &SampleSet) -> SampleSet {
        let of = (0_u32..).zip(&self.numbers);
        of.filter(|(_, number)| people.contains(**number))
            .map(|(sample, _)| sample)
            .collect()
    }

    /// The counts in a group, in which those who are left out are as if they had the commoner allele alone: how many there are is known, so
    /// that they would be seen to be missing.
    pub(super) fn count(
        &self,
        variant: &mut Variant<'_, '_>,
        whole: &CountedGroup,
        group: Option<&Group>,
        left: &LeftOut,
    ) -> Result<CountedGroup> {
        let samples = group.map_or(&self.seen, Group::samples);
        let none = samples.intersection(&left.of_alt);
        let all = samples.intersection(&left.of_others).difference(&none);
        if none.is_empty() && all.is_empty() {
            return Ok(*whole);
        }
        let stay = variant.counts_among(&samples.difference(&none).difference(&all))?;
        let counts = Counts {
            an: whole.counts.an,
            n_missing: whole.counts.n_missing,
            ..stay
        };
        if all.is_empty() {
            return Ok(CountedGroup { counts, ..*whole });
        }
        // each copy of these is the ALT: n people with one or two have so many, and the rest of them two
        let of_gone = variant.counts_among(&all)?;
        let copies = of_gone.an.unwrap_or(of_gone.ac);
        let two = copies.saturating_sub(all.len());
        Ok(CountedGroup {
            counts: Counts {
                ac: stay.ac + copies,
                n_hom: stay.n_hom + two,
                n_hemi: stay.n_hemi + copies.saturating_sub(2 * two),
                ..counts
            },
            ..*whole
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
    /// Whether a budget decides who is counted, be it that it left nobody out.
    pub(super) is_capped: bool,
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
            is_capped: false,
            left_out: SampleSet::new(),
        };
        let Some(memory) = self.memory.as_ref().filter(|_| self.keeps_influence()) else {
            return Ok(of);
        };
        let Some((allele, is_others)) = who.one_allele() else {
            return Ok(of);
        };
        of.is_capped = true;
        if of.found == 0 || of.found >= of.people {
            return Ok(of);
        }
        // however it is spelled, and whether those who have it are asked for or all others, it is the same
        let mut scan = self.view.scan(&Query::new(allele.clone())?)?;
        let Some(name) = scan.next(|mut variant| ShownSite(&mut variant).name())? else {
            return Ok(of);
        };
        let found = lasting(&self.view, group.subjects())?;
        let others = self.view.lasting_people()?.difference(&found);
        let (have, lack) = match is_others {
            false => (found, others),
            true => (others, found),
        };
        let have_is_few = 2 * have.len() <= of.people;
        let fewer = if have_is_few { have } else { lack };
        let share = |person| InfluenceShare {
            person,
            copies: 1,
            of: 1,
        };
        let shares: Vec<InfluenceShare> = fewer.iter().map(share).collect();
        of.left_out = memory.leave_out(&InfluenceAsked {
            question: &name,
            form: "people",
            part: "",
            copies: fewer.len(),
            total: of.people,
            shares: &shares,
        })?;
        let left = of.left_out.len();
        // who is left out is counted with most
        of.found = match have_is_few == is_others {
            false => of.found.saturating_sub(left),
            true => of.found.saturating_add(left),
        };
        Ok(of)
    }
}
