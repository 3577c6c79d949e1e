//! The leak meter: how far a membership test takes the members of a stratum from others, by what a file says of all its sites.
//!
//! The test is the likelihood ratio of Homer et al. 2008 and Sankararaman et al. 2009 (Nat. Genet. 41, 965): with p̂ the frequency in
//! the file, p that of a reference, and g the copies that a person has of an allele, a person scores
//!
//! ```text
//! LR = Σ g ln(p̂ / p) + (2 − g) ln((1 − p̂) / (1 − p))
//! ```
//!
//! and the *separation* is (mean of members − mean of others) / standard deviation of others. Of m independent sites and n people it is
//! √(m/n), for an attacker who knows the frequencies of the population. Linkage makes it less: √(m²/(n Σ r²)), over all pairs of sites.
//!
//! The attack is run on the people themselves. Those of a stratum are split in two halves, one of which is the file and the other one the
//! reference. Whoever is scored is held out: the frequencies that he is scored with are those of all others. What his own membership adds
//! to his score is the shift s, and the variance v is that of the scores of those held out. Were the frequencies of
//! the population known, and all n people in the file, the shift would be s/2, and the variance v/4: so the separation of
//! the file is s/√v, whatever n is. Numbers are means of [`SPLITS`] splits, by halves of each stratum, so that both halves have the same
//! strata in them: an attacker knows them from the file.
//!
//! Variances are summed over blocks of [`BLOCK_ROWS`] sites, and over [`PART_SITES`] of those that are independent. So correlations of sites far
//! from each other, which come from kinship and from ancestries that no stratum separates, do not hide anybody: an attacker can correct
//! for them, by comparing people with those of their own ancestry and by a reference of the same mixture.

mod choices;
mod genotypes;
mod group;
mod people;

use crate::cohort::View;
use crate::error::Result;
use crate::model::Policy;
use crate::query::Group;
use crate::set::SampleSet;
pub(super) use choices::refusal;
use genotypes::Genotypes;
pub(super) use group::Place;
use group::{GroupMeter, Measured, Numbers};
use people::{CODES, People};
use serde::Serialize;

/// Ways in which people are split in two halves.
const SPLITS: usize = 4;
/// Sites of a block.
const BLOCK_ROWS: u64 = 512;
/// Independent sites of which scores are taken together.
const PART_SITES: u32 = 16;
/// Sites that are looked at, about: of more, blocks that are evenly far from each other.
const SITES_MAX: u64 = 1 << 15;
/// Genotypes that are looked at, about, and the fewest sites nevertheless.
const GENOTYPES_MAX: u64 = 1 << 32;
const SITES_MIN: u64 = 1 << 13;
/// z of 5 % of others taken for members.
const Z_5_PERCENT: f64 = 1.644_853_626_951_472_2;

/// How far members are from others in what is published of a stratum, by AC and AN. A test that uses numbers of heterozygous and homozygous
/// people as well, where they are shown, has up to two numbers of a site in the place of one, and reaches up to √2 times as much; and
/// an allele that one or two people have, where a policy shows it, may by itself find its owner.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StratumLeak {
    /// The label of the stratum; `Total` is everybody, and `(others)` are those who are in no stratum, where there are any: what is of
    /// them follows from the total and the strata.
    pub label: String,
    /// People of it with genotypes; it may not be shown itself.
    pub people: u64,
    /// Sites of which something is shown of it.
    pub sites: u64,
    /// How many of them are not in linkage disequilibrium with one before: of r² below 0.2 (and 8/k, for what r² is by chance in the k
    /// people that are looked at, up to 256) to each of the 50 kept before within 500,000 bases. Where only some of the sites were looked at,
    /// it is extrapolated.
    pub independent_sites: u64,
    /// √(independent sites / people).
    pub expected: f64,
    /// The separation that the likelihood-ratio test reaches, over all sites or the independent ones, whichever is more; `None` of fewer
    /// than 40 people, of whom too few can be held out.
    pub attacked: Option<f64>,
    /// What to reckon with, in standard deviations: `attacked`, or else `expected`, and √(2 / people) for what differs from one draw of as many
    /// people to the next; and where only some of the sites were looked at, two standard errors of the sample.
    pub separation: f64,
    /// The share of members that a test finds where it mistakes 5 % of others for members: Φ(separation − 1.645).
    pub power_at_5_percent: f64,
    /// Whether it is above what the policy allows, and named by who publishes.
    pub accepted: bool,
}

/// Φ(separation − 1.645), to 7 digits (Abramowitz and Stegun 1964, 7.1.26).
pub(super) fn power(separation: f64) -> f64 {
    let x = (separation - Z_5_PERCENT) / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let terms = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592,
    ];
    let sum = terms.iter().fold(0.0, |sum, term| (sum + term) * t);
    let tail = sum * (-x * x).exp() / 2.0;
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// Two digits that are not less: what a file says of a separation does not say how many people there are.
pub(super) fn two_digits_up(separation: f64) -> f64 {
    let separation = separation.clamp(0.0, 1e9);
    let mut unit = 100.0;
    // tenths from 1 on, whole ones from 10 on
    while separation * unit > 100.0 {
        unit /= 10.0;
    }
    (separation * unit).ceil() / unit
}

/// Looks at sites as they are published.
pub(super) struct Meter<'a> {
    view: &'a View,
    /// Which variants are published.
    of: &'a str,
    all: &'a Group,
    /// Once a site is looked at.
    genotypes: Option<Genotypes<'a>>,
    people: People,
    /// Strata, those of none, and all.
    groups: Vec<GroupMeter>,
    /// Of the people of each bin and code: not called, and of 0, 1 and 2 copies.
    counts: Vec<[u32; 4]>,
    /// Sites so far, and those that are looked at now at most.
    sites: u64,
    most: u64,
    /// Every so many blocks one is looked at.
    stride: u64,
    /// Blocks that were looked at.
    blocks: u64,
}

/// What is measured of each stratum.
pub(super) struct Leaks {
    pub(super) leaks: Vec<StratumLeak>,
    measured: Vec<Measured>,
}

impl<'a> Meter<'a> {
    /// For strata by label, with their samples, among all who are counted. The view is the one that is published.
    pub(super) fn new(
        view: &'a View,
        of: &'a str,
        strata: &[(&str, &SampleSet)],
        all: &'a Group,
    ) -> Self {
        let people = People::new(strata, all.samples());
        let each = GENOTYPES_MAX / all.samples().len().max(1);
        Self {
            view,
            of,
            all,
            genotypes: None,
            groups: people.groups.iter().map(GroupMeter::new).collect(),
            counts: vec![[0; 4]; people.bins * CODES],
            people,
            sites: 0,
            most: each.clamp(SITES_MIN, SITES_MAX),
            stride: 1,
            blocks: 0,
        }
    }

    /// Looks at a site that is published: `index` is its number among all variants that were picked, and `shown` of which strata
    /// something is shown, and of the total behind them.
    pub(super) fn site(&mut self, index: u64, place: Place, shown: &[bool]) -> Result<()> {
        let block = self.sites / BLOCK_ROWS;
        if self.sites > 0 && self.sites.is_multiple_of(BLOCK_ROWS) {
            self.end_block(block - 1);
        }
        self.sites += 1;
        let is_looked_at = block.is_multiple_of(self.stride);
        let all_shown = shown.iter().all(|&shown| shown);
        for (group, members) in self.groups.iter_mut().zip(&self.people.groups) {
            let is_shown = match members.shown_by {
                Some(cell) => shown.get(cell).copied().unwrap_or_default(),
                None => all_shown,
            };
            group.next(is_shown);
        }
        if !is_looked_at {
            return Ok(());
        }
        if self.genotypes.is_none() {
            self.genotypes = Some(Genotypes::new(self.view, self.of, self.all)?);
        }
        let row = match &mut self.genotypes {
            Some(genotypes) => genotypes.read(index)?,
            None => None,
        };
        let Some(row) = row else { return Ok(()) };
        self.counts.fill([0; 4]);
        for (&copies, &bin) in row.iter().zip(&self.people.bin_of) {
            let copies = usize::from(copies.clamp(-1, 2).wrapping_add(1).unsigned_abs());
            let cell = self.counts.get_mut(bin as usize);
            if let Some(cell) = cell.and_then(|of| of.get_mut(copies)) {
                *cell += 1;
            }
        }
        let members = &self.people.groups;
        let mut groups = self.groups.iter_mut().zip(members).rev();
        let mut of_total = (false, None);
        if let Some((total, members)) = groups.next() {
            let numbers = Numbers::of(&self.counts, members.bins.clone());
            of_total.0 = total.look((members, row), &numbers, place, None);
            of_total.1 = numbers.frequency();
        }
        for (group, members) in groups {
            let numbers = Numbers::of(&self.counts, members.bins.clone());
            group.look((members, row), &numbers, place, Some(of_total));
        }
        Ok(())
    }

    /// Ends a block; of too many every second one is forgotten.
    fn end_block(&mut self, block: u64) {
        if !block.is_multiple_of(self.stride) {
            return;
        }
        self.blocks += 1;
        for (group, members) in self.groups.iter_mut().zip(&self.people.groups) {
            group.end_block(block, members);
        }
        if self.blocks * BLOCK_ROWS > self.most {
            self.stride *= 2;
            self.blocks = self.blocks.div_ceil(2);
            for group in &mut self.groups {
                group.keep_every(self.stride);
            }
        }
    }

    /// What was measured, total first. `accepted` are named by who publishes.
    pub(super) fn finish(mut self, policy: &Policy, accepted: &[String]) -> Leaks {
        if let Some(last) = self.sites.checked_sub(1) {
            self.end_block(last / BLOCK_ROWS);
        }
        let groups = self.groups.iter().zip(&self.people.groups).rev();
        // the strata in their order behind the total
        let mut measured: Vec<Measured> = groups
            .map(|(group, members)| group.measure(members, policy.rounding))
            .collect();
        if let Some((_, strata)) = measured.split_first_mut() {
            strata.reverse();
        }
        let leak = |of: &Measured| {
            let separation = of.separation();
            let above = policy.separation;
            let above = above.is_some_and(|bound| two_digits_up(separation) > bound);
            StratumLeak {
                label: of.label.clone(),
                people: of.people,
                sites: of.sites,
                independent_sites: of.independent(),
                expected: of.expected(),
                attacked: of.attacked(),
                separation,
                power_at_5_percent: power(separation),
                accepted: above && accepted.contains(&of.label),
            }
        };
        Leaks {
            leaks: measured.iter().map(leak).collect(),
            measured,
        }
    }
}

#[cfg(test)]
mod tests;
