//! Counts of a variant as a policy shows them: in tables, and where numbers in expressions are compared with them.

use super::counts::Counts;
use crate::cohort::View;
use crate::error::Error;
use crate::model::{
    Between, Cell, Granularity, Known, Policy, Rounding, Rules, suppress, suppress_two,
};
use crate::query::expr::{Comparison, Number};
use std::sync::Arc;

/// Counts of a variant as a policy shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ShownCounts {
    /// Copies that carry the ALT.
    pub ac: Known<u64>,
    /// Copies with a known allele.
    pub an: Known<u64>,
    /// Samples with fewer copies of the ALT than their ploidy, and at least one.
    pub n_het: Known<u64>,
    /// Samples with two copies or more, all of them the ALT.
    pub n_hom: Known<u64>,
    /// Samples with one copy, the ALT.
    pub n_hemi: Known<u64>,
}

impl ShownCounts {
    /// AC / AN, of what is shown of both, at most 1; `None` where one is not shown, or AN is 0.
    pub fn af(&self) -> Option<f64> {
        match (self.ac.value()?, self.an.value()?) {
            (_, 0) => None,
            (ac, an) => Some((ac as f64 / an as f64).min(1.0)),
        }
    }

    /// What is said of the row: `exact`, `rounded`, `noisy` or `capped`, as of the less exact of AC and AN, for AF is of both. Where AN is
    /// not covered, and where nothing is shown, it is what is said of AC.
    pub fn status(&self) -> &'static str {
        match self.an {
            Known::NotCovered | Known::Withheld => self.ac.status(),
            an => self.ac.and(an).status(),
        }
    }

    /// The same, where a budget decides who is counted. AN is of everybody all the same.
    pub(crate) fn capped(self) -> Self {
        Self {
            ac: self.ac.capped(),
            an: self.an,
            n_het: self.n_het.capped(),
            n_hom: self.n_hom.capped(),
            n_hemi: self.n_hemi.capped(),
        }
    }

    fn holds(&self, field: Number, comparison: Comparison, value: f64) -> bool {
        let number = match field {
            Number::Ac => self.ac.value(),
            Number::An => self.an.value(),
            Number::NHet => self.n_het.value(),
            Number::NHom => self.n_hom.value(),
            Number::NHemi => self.n_hemi.value(),
            Number::Af => return self.af().is_some_and(|af| comparison.holds(af, value)),
            _ => None,
        };
        number.is_some_and(|number| comparison.holds(number as f64, value))
    }
}

/// A group, in which a variant is counted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CountedGroup {
    pub(crate) counts: Counts,
    /// Samples of the group.
    pub(crate) samples: u64,
}

impl CountedGroup {
    /// The rest of a group without others that are parts of it and have nothing in common.
    fn without<'c>(self, parts: impl Iterator<Item = &'c Self>) -> Self {
        parts.fold(self, |rest, part| {
            let (a, b) = (rest.counts, part.counts);
            let both = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_sub(b?));
            Self {
                counts: Counts {
                    ac: a.ac.saturating_sub(b.ac),
                    an: both(a.an, b.an),
                    n_het: a.n_het.saturating_sub(b.n_het),
                    n_hom: a.n_hom.saturating_sub(b.n_hom),
                    n_hemi: a.n_hemi.saturating_sub(b.n_hemi),
                    n_missing: both(a.n_missing, b.n_missing),
                },
                samples: rest.samples.saturating_sub(part.samples),
            }
        })
    }
}

/// Shows counts by a policy. What it decides depends on counts alone that are complete before it is asked.
#[derive(Debug, Clone)]
pub(crate) struct Showing {
    policy: Arc<Policy>,
    rules: Rules,
    /// Of numbers of people, and of copies.
    people: Rounding,
    copies: Rounding,
    /// Of AN, which would say how many people are in a group, how many of them have one X, and of how many a genotype is missing.
    known: Rounding,
    /// The most samples that a person has: so many carrying samples may be of one.
    samples_each: u64,
    cells: Vec<Cell>,
    shown: Vec<bool>,
}

impl Showing {
    pub(crate) fn new(policy: &Arc<Policy>, samples_each: u64) -> Self {
        Self {
            rules: Rules::of(policy),
            people: Rounding::of(policy, policy.floor.people),
            copies: Rounding::of(policy, policy.floor.people.max(policy.floor.alleles)),
            known: Rounding::of_known(policy),
            policy: Arc::clone(policy),
            samples_each: samples_each.max(1),
            cells: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// What the policy does not do.
    pub(crate) fn refused(&self, what: &str) -> Error {
        Error::NotAllowed {
            policy: self.policy.name.clone(),
            what: what.to_owned(),
        }
    }

    /// Samples, as people there are at least.
    #[inline]
    fn people_of(&self, samples: u64) -> u64 {
        match samples {
            _ if self.samples_each == 1 => samples,
            0 => 0,
            // one person with samples of several genotypes is in several numbers
            _ => (samples / self.samples_each).max(1),
        }
    }

    fn cell(&self, of: &CountedGroup) -> Cell {
        let counts = &of.counts;
        let others = counts.an.map(|an| an.saturating_sub(counts.ac));
        let have = counts.n_het + counts.n_hom + counts.n_hemi;
        let without = of.samples.saturating_sub(have);
        // whoever has another allele has a copy of it, and who misses none has one if he has not this one alone
        let among = |samples: u64| {
            let (others, missing) = others.zip(counts.n_missing)?;
            let most = samples.min(others);
            Some(Between {
                least: self.people_of(samples.saturating_sub(missing).min(most)),
                most,
            })
        };
        Cell {
            have: self.people_of(have),
            lack: among(without),
            have_others: among(without + counts.n_het),
            copies: Some(counts.ac),
            others,
            people: self.people_of(of.samples),
        }
    }

    /// Whether nobody has another allele: AC is AN then, and says what AN would.
    fn is_all_copies(&self, counts: &Counts) -> bool {
        self.policy.floor.people > 1 && counts.ac > 0 && counts.an == Some(counts.ac)
    }

    /// Whether the numbers of carriers by zygosity may be shown, each.
    pub(crate) fn allows_split(&self, counts: &Counts) -> bool {
        !self.is_all_copies(counts)
            && [counts.n_het, counts.n_hom, counts.n_hemi]
                .into_iter()
                .all(|samples| self.rules.allows_people(self.people_of(samples)))
    }

    /// Counts that may be shown, with those by zygosity or without.
    pub(crate) fn counts(&self, counts: &Counts, splits: bool) -> ShownCounts {
        let split = |samples| match splits {
            true => self.people.shown(samples),
            false => Known::Withheld,
        };
        let ac = match self.is_all_copies(counts) {
            true => self.known.shown(counts.ac),
            false => self.copies.shown(counts.ac),
        };
        let an = match counts.an {
            // and it is not below AC
            Some(an) => match self.known.shown(an) {
                Known::Rounded { value, to } => Known::Rounded {
                    value: value.max(self.known.up(ac.value().unwrap_or_default())),
                    to,
                },
                exact => exact,
            },
            None => Known::NotCovered,
        };
        ShownCounts {
            // of one number it is not said whether nobody has another allele, or AN was rounded to AC
            ac: match (ac.value(), an) {
                (Some(ac @ 1..), Known::Rounded { value, .. }) if ac == value => an,
                _ => ac,
            },
            an,
            n_het: split(counts.n_het),
            n_hom: split(counts.n_hom),
            n_hemi: split(counts.n_hemi),
        }
    }

    /// All who may be seen; `None` where nothing is shown of the variant, not even that it is there.
    pub(crate) fn all(&self, all: &CountedGroup) -> Option<ShownCounts> {
        let is_shown = self.rules.allows_cell(&self.cell(all));
        is_shown.then(|| self.counts(&all.counts, self.allows_split(&all.counts)))
    }

    /// A group with noise in AC, where it is so great that it may be spoken of. The floor, and the other tail, are of AC with noise:
    /// what is shown then depends on the number without it by the noise alone, so no cell is hidden for the sake of another. AC is not
    /// above AN, which has no noise: at nearly all sites it is the same, and the mean of many would be it. Numbers by zygosity are not
    /// shown, for each would take noise of its own.
    pub(crate) fn noisy(&self, of: &CountedGroup, noise: i64) -> Option<ShownCounts> {
        if !self.rules.allows_size(self.people_of(of.samples)) {
            return None;
        }
        let floor = self.policy.floor.people.max(self.policy.floor.alleles);
        let an = of.counts.an.map(|an| self.known.shown(an));
        let most = an.and_then(|an| an.value());
        let ac = self.copies.noisy(of.counts.ac, noise, floor).value()?;
        let ac = ac.min(most.unwrap_or(u64::MAX));
        let others = most.map(|most| most.saturating_sub(ac));
        let has_others = others.is_some_and(|others| self.rules.allows(others, floor));
        let is_shown = ac >= floor && (has_others || !self.policy.two_tailed);
        is_shown.then(|| ShownCounts {
            ac: Known::Noisy(ac),
            an: an.unwrap_or(Known::NotCovered),
            ..ShownCounts::default()
        })
    }

    /// Whether nobody is outside of a group, or so many that they may be spoken of.
    pub(crate) fn leaves_enough(&self, all: &CountedGroup, group: &CountedGroup) -> bool {
        let others = all.samples.saturating_sub(group.samples);
        others == 0 || self.rules.allows_size(self.people_of(others))
    }

    /// A group of all, with whom else there is as the other cell.
    pub(crate) fn group(&mut self, all: &CountedGroup, group: &CountedGroup) -> ShownCounts {
        let mut shown = Vec::with_capacity(1);
        self.parts((all, true), std::slice::from_ref(group), None, &mut shown);
        shown.first().copied().unwrap_or_default()
    }

    /// Parts of a whole that have nothing in common, by one field, or by two with so many values of the second; what is in
    /// no part is a cell, too. Returns what is shown of the whole, and appends what is of the parts; numbers by zygosity only
    /// where those of the whole `may_split`.
    pub(crate) fn parts(
        &mut self,
        (whole, may_split): (&CountedGroup, bool),
        parts: &[CountedGroup],
        width: Option<usize>,
        to: &mut Vec<ShownCounts>,
    ) -> Option<ShownCounts> {
        let mut cells = std::mem::take(&mut self.cells);
        let mut shown = std::mem::take(&mut self.shown);
        cells.clear();
        cells.extend(parts.iter().map(|part| self.cell(part)));
        let rest = whole.without(parts.iter());
        let total = self.cell(whole);
        let is_shown = match width {
            // whoever has no value of a field is in a part of its own: there is no rest
            Some(width) => suppress_two(self.rules, &total, &cells, width, &mut shown),
            None => {
                if rest.samples > 0 {
                    cells.push(self.cell(&rest));
                }
                suppress(self.rules, &total, &cells, &mut shown)
            }
        };
        let splits = is_shown && may_split && self.splits(whole, parts, &shown, width.is_some());
        for (part, shown) in parts.iter().zip(&shown) {
            to.push(match shown {
                true => self.counts(&part.counts, splits),
                false => ShownCounts::default(),
            });
        }
        (self.cells, self.shown) = (cells, shown);
        is_shown.then(|| self.counts(&whole.counts, splits))
    }

    /// Whether numbers by zygosity are shown, of all or of none: with some of them others could be computed.
    fn splits(
        &self,
        whole: &CountedGroup,
        parts: &[CountedGroup],
        shown: &[bool],
        by_two: bool,
    ) -> bool {
        let seen = || parts.iter().zip(shown).filter(|(_, shown)| **shown);
        let hidden = whole.without(seen().map(|(part, _)| part));
        let is_all = hidden.samples == 0;
        self.allows_split(&whole.counts)
            && seen().all(|(part, _)| self.allows_split(&part.counts))
            && (is_all || (!by_two && self.allows_split(&hidden.counts)))
    }

    /// Whether a number that is shown stands in the relation asked for: of what is not shown nothing holds.
    pub(in crate::query) fn holds(
        &mut self,
        all: &CountedGroup,
        group: Option<&CountedGroup>,
        (field, comparison, value): (Number, Comparison, f64),
    ) -> bool {
        // under a policy that says whether there is anybody, no number is shown
        if self.policy.granularity == Granularity::Boolean {
            return false;
        }
        let shown = match group {
            None => self.all(all),
            Some(group) => Some(self.group(all, group)),
        };
        shown.is_some_and(|shown| shown.holds(field, comparison, value))
    }
}

impl View {
    /// What shows counts, under a policy.
    pub(crate) fn showing(&self) -> Option<Showing> {
        let policy = self.policy()?;
        Some(Showing::new(policy, self.samples_each()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_as_exact_as_the_less_exact_of_ac_and_an() {
        let shown = [
            Known::Exact(7),
            Known::Rounded { value: 10, to: 10 },
            Known::Noisy(4),
            Known::Capped(3),
        ];
        let row = |ac, an| ShownCounts {
            ac,
            an,
            ..ShownCounts::default()
        };
        for (i, ac) in shown.into_iter().enumerate() {
            for (j, an) in shown.into_iter().enumerate() {
                let less = if i < j { an } else { ac };
                assert_eq!(row(ac, an).status(), less.status(), "{ac:?} {an:?}");
            }
            // that somebody was not looked at is said by AN, which is missing
            assert_eq!(row(ac, Known::NotCovered).status(), ac.status());
            assert_eq!(row(Known::Withheld, ac).status(), "withheld");
        }
        assert_eq!(ShownCounts::default().status(), "withheld");
    }

    #[test]
    fn an_is_not_capped() {
        let counts = ShownCounts {
            ac: Known::Rounded { value: 10, to: 10 },
            an: Known::Rounded { value: 40, to: 20 },
            n_het: Known::Exact(2),
            ..ShownCounts::default()
        };
        let capped = ShownCounts {
            ac: Known::Capped(10),
            n_het: Known::Capped(2),
            ..counts
        };
        assert_eq!(counts.capped(), capped);
        assert_eq!((capped.status(), capped.af()), ("capped", Some(0.25)));
        assert_eq!(ShownCounts::default().capped(), ShownCounts::default());
    }
}
