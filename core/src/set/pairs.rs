//! Counting copies that stand as bits, two a sample, with the widest instructions of the processor.

use fearless_simd::{Level, dispatch};

/// The first copies of samples.
pub(crate) const EVEN: u64 = 0x5555_5555_5555_5555;

/// Copies of samples, and the samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PairCounts {
    pub(crate) copies: u32,
    /// Samples with one of their two copies, or both.
    pub(crate) samples: u32,
    pub(crate) both: u32,
}

/// Counts the copies in `bits` that are in `mask`; one may be longer than the other.
pub(crate) fn count_pairs(bits: &[u64], mask: &[u64]) -> PairCounts {
    dispatch!(Level::new(), _simd => count(bits, mask))
}

#[inline(always)]
fn count(bits: &[u64], mask: &[u64]) -> PairCounts {
    let (mut copies, mut samples, mut both) = (0u64, 0u64, 0u64);
    for (word, mask) in bits.iter().zip(mask) {
        let word = word & mask;
        copies += u64::from(word.count_ones());
        samples += u64::from(((word | word >> 1) & EVEN).count_ones());
        both += u64::from((word & word >> 1 & EVEN).count_ones());
    }
    let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    PairCounts {
        copies: number(copies),
        samples: number(samples),
        both: number(both),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pairs_are_counted_as_one_by_one(
            words in prop::collection::vec((any::<u64>(), any::<u64>()), 0..40),
            longer in 0..3usize,
        ) {
            let bits: Vec<u64> = words.iter().map(|(bits, _)| *bits).collect();
            let mut mask: Vec<u64> = words.iter().map(|(_, mask)| *mask).collect();
            mask.extend(vec![u64::MAX; longer]);
            let mut expected = PairCounts::default();
            for (bits, mask) in words {
                for sample in 0..32 {
                    let which = (bits & mask) >> (2 * sample) & 3;
                    expected.copies += which.count_ones();
                    expected.samples += u32::from(which != 0);
                    expected.both += u32::from(which == 3);
                }
            }
            prop_assert_eq!(count_pairs(&bits, &mask), expected);
            // what a processor without wide instructions does
            prop_assert_eq!(count(&bits, &mask), expected);
        }
    }
}
