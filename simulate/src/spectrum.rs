//! How many variants there are per base, and how many copies carry them.

/// Share of the variants that stand on one copy only, as in call sets of thousands and of hundreds
/// of thousands of genomes alike.
const SINGLETONS: f64 = 0.5;

/// Variants per base for each of the terms of 1/k: what a population of constant size would show.
const NEUTRAL_PER_BASE: f64 = 1.4e-3;

/// Variants per base seen in 5,008 copies, and how that grows with the number of copies: between a
/// call set of 2,504 genomes and one of 490,000 the density rose with this power.
const SEEN_PER_BASE: f64 = 29e-3;
const SEEN_COPIES: f64 = 5008.0;
const SEEN_POWER: f64 = 0.53;

/// A steeper tail would leave a hole between singletons and the neutral part.
const STEEPEST: f64 = 2.5;

/// Variants per base to expect among so many copies.
pub(super) fn density(copies: usize) -> f64 {
    let neutral = NEUTRAL_PER_BASE * harmonic(copies.saturating_sub(1).max(1));
    let seen = SEEN_PER_BASE * libm::pow(copies as f64 / SEEN_COPIES, SEEN_POWER);
    neutral.max(seen).min(0.9)
}

/// `1 + 1/2 + … + 1/n`.
fn harmonic(n: usize) -> f64 {
    if n < 1000 {
        return (1..=n).map(|k| 1.0 / k as f64).sum();
    }
    libm::log(n as f64) + 0.577_215_664_901_532_9 + 0.5 / n as f64
}

/// The mixture `P(k) = A/k + B/k^c` of allele counts: an old, neutral part and the excess of rare
/// variants that recent growth leaves. Counts above a founder's share of the copies come from the
/// founders' genealogy, which gives `A/k` by itself; the others are drawn here.
pub(super) struct Spectrum {
    founder_share: f64,
    cumulative: Vec<f64>,
}

impl Spectrum {
    pub(super) fn new(copies: usize, founders: usize) -> Self {
        let limit = (copies / founders.max(1)).max(1);
        let a = NEUTRAL_PER_BASE / density(copies.max(2));
        let neutral = (a * harmonic(copies.max(1))).min(1.0);
        let recent_mass = 1.0 - neutral;
        // The exponent for which the mixture sums to one and has the wanted singletons.
        let wanted = recent_mass / (SINGLETONS - a).max(f64::MIN_POSITIVE);
        let zeta = |c: f64| -> f64 { (1..=limit).map(|k| libm::pow(k as f64, -c)).sum() };
        let (mut low, mut high) = (1.0, STEEPEST);
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if zeta(middle) > wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        let c = (low + high) / 2.0;
        let b = recent_mass / zeta(c);
        let mut sum = 0.0;
        let cumulative: Vec<f64> = (1..=limit)
            .map(|k| {
                sum += a / k as f64 + b * libm::pow(k as f64, -c);
                sum
            })
            .collect();
        let old = (neutral - a * harmonic(limit)).max(0.0);
        Self {
            founder_share: old / (old + sum),
            cumulative,
        }
    }

    /// Share of the variants that are older than the founders.
    pub(super) fn founder_share(&self) -> f64 {
        self.founder_share
    }

    /// Carriers of a recent variant, given a uniform draw.
    pub(super) fn recent(&self, unit: f64) -> usize {
        let total = self.cumulative.last().copied().unwrap_or(0.0);
        self.cumulative
            .partition_point(|&c| c <= unit * total)
            .min(self.cumulative.len() - 1)
            + 1
    }
}
