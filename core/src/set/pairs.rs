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

/// The number of set bits of each of the four pairs of a byte, the lowest first.
#[expect(
    clippy::indexing_slicing,
    reason = "a constant that is out of bounds does not compile"
)]
const OF_PAIRS: [[i8; 4]; 256] = {
    let mut all = [[0; 4]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut pair = 0;
        while pair < 4 {
            all[byte][pair] = (byte >> (2 * pair) & 3).count_ones() as i8;
            pair += 1;
        }
        byte += 1;
    }
    all
};

/// Writes how many copies of each sample are in `bits` to cells that are 0.
pub(crate) fn write_pairs(bits: &[u64], cells: &mut [i8]) {
    for (word, cells) in bits.iter().zip(cells.chunks_mut(32)) {
        if *word == 0 {
            continue;
        }
        for (byte, cells) in word.to_le_bytes().into_iter().zip(cells.chunks_mut(4)) {
            let copies = OF_PAIRS.get(usize::from(byte)).copied().unwrap_or_default();
            match cells {
                [a, b, c, d] => [*a, *b, *c, *d] = copies,
                cells => cells.iter_mut().zip(copies).for_each(|(to, of)| *to = of),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pairs_are_written_as_one_by_one(
            bits in prop::collection::vec(prop_oneof![Just(0), any::<u64>()], 0..8),
            samples in 0..256usize,
        ) {
            let mut cells = vec![0; samples];
            write_pairs(&bits, &mut cells);
            for (sample, copies) in cells.into_iter().enumerate() {
                let word = bits.get(sample / 32).copied().unwrap_or(0);
                prop_assert_eq!(copies as u32, (word >> (2 * (sample % 32)) & 3).count_ones());
            }
        }

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
