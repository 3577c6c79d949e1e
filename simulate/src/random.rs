//! Random draws by algorithms that are fixed here, so that a seed gives the same bytes with every
//! version of the `rand` crates and on every platform.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream of random numbers is for. One stream each, so that changing, say, the rate of
/// missing genotypes leaves sites and haplotypes as they were.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    People = 1,
    Genealogy = 2,
    Copies = 3,
    Sites = 4,
    Faults = 5,
    Trios = 6,
    Genes = 7,
    Persons = 8,
    Errors = 9,
    Switches = 10,
}

pub(super) struct Random(ChaCha8Rng);

impl Random {
    pub(super) fn new(seed: u64, purpose: Purpose) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(bytes);
        generator.set_stream(purpose as u64);
        Self(generator)
    }

    /// Uniform in `[0, 1)`.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in `0..n`; 0 where `n` is 0. The multiply's bias is below n / 2^64.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// The system's logarithm differs between platforms in the last bit, `libm`'s does not.
    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Failures before the first success of trials with this probability.
    pub(super) fn failures(&mut self, probability: f64) -> usize {
        if probability <= 0.0 {
            return usize::MAX;
        }
        if probability >= 1.0 {
            return 0;
        }
        (libm::log(1.0 - self.unit()) / libm::log1p(-probability)) as usize
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// A well-mixed hash of a seed and a number (SplitMix64's finaliser): facts of a place, such as its
/// reference base, that must not depend on who asks first.
pub(super) fn hash(seed: u64, number: u64) -> u64 {
    let mut z = seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(number.wrapping_mul(0xd1b5_4a32_d192_ed03))
        .wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
