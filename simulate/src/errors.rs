//! What is written wrong: alleles, and which copy has them.

use super::Options;
use super::random::{Purpose, Random};
use super::row::{MISSING, Row};

/// Errors of genotyping, and of phasing with what they did to each sample so far.
pub(super) struct Errors {
    error: f64,
    switch_error: f64,
    error_random: Random,
    switch_random: Random,
    /// One bit per sample of which the copies are written the other way round.
    switched: Vec<u64>,
    /// Heterozygous genotypes with phase until the next switch.
    to_switch: usize,
}

impl Errors {
    pub(super) fn new(options: &Options) -> Self {
        let mut switch_random = Random::new(options.seed, Purpose::Switches);
        Self {
            error: options.error,
            switch_error: options.switch_error,
            error_random: Random::new(options.seed, Purpose::Errors),
            switched: vec![0; options.samples.div_ceil(64)],
            to_switch: switch_random.failures(options.switch_error),
            switch_random,
        }
    }

    /// Takes some copies for another allele of the record, which has so many ALT alleles.
    pub(super) fn misread(&mut self, row: &mut Row, alternates: usize) {
        let copies = row.samples() * 2;
        let mut at = self.error_random.failures(self.error);
        while at < copies {
            let shift = 1 + self.error_random.below(alternates);
            row.misread(at, shift, 1 + alternates);
            let next = self.error_random.failures(self.error);
            at = at.saturating_add(1).saturating_add(next);
        }
    }

    /// Writes the copies of those samples the other way round that were switched before this record, or are at it.
    pub(super) fn switch(&mut self, row: &mut Row) {
        if self.switch_error <= 0.0 || !row.phased() {
            return;
        }
        row.each_with_phase(|sample, [a, b]| {
            let Some(word) = self.switched.get_mut(sample / 64) else {
                return;
            };
            let bit = 1 << (sample % 64);
            if *a < MISSING && *b < MISSING && a != b {
                match self.to_switch {
                    0 => {
                        *word ^= bit;
                        self.to_switch = self.switch_random.failures(self.switch_error);
                    }
                    _ => self.to_switch -= 1,
                }
            }
            if *word & bit != 0 {
                std::mem::swap(a, b);
            }
        });
    }
}
