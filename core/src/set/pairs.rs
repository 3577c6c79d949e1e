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

/// Writes how many copies of each sample are in `bits` to cells that are 0.
pub(crate) fn write_pairs(bits: &[u64], cells: &mut [i8]) {
    dispatch!(Level::new(), _simd => write(bits, cells));
}

#[inline(always)]
fn write(bits: &[u64], cells: &mut [i8]) {
    let (whole, rest) = cells.as_chunks_mut::<32>();
    for (word, cells) in bits.iter().zip(&mut *whole) {
        if *word != 0 {
            *cells = copies_of(*word);
        }
    }
    let last = bits.get(whole.len()).copied().unwrap_or(0);
    let copies = copies_of(last);
    rest.iter_mut().zip(copies).for_each(|(to, of)| *to = of);
}

/// The copies of each of the 32 samples of a word.
#[inline(always)]
fn copies_of(word: u64) -> [i8; 32] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut cells = [0; 32];
    let quarters = [word, word >> 16, word >> 32, word >> 48];
    for (quarter, cells) in quarters.into_iter().zip(cells.chunks_exact_mut(8)) {
        // each pair of bits to a byte of its own
        let mut pairs = quarter & 0xffff;
        pairs = (pairs | pairs << 24) & 0x0000_00ff_0000_00ff;
        pairs = (pairs | pairs << 12) & 0x000f_000f_000f_000f;
        pairs = (pairs | pairs << 6) & (3 * ONES);
        let copies = (pairs & ONES) + (pairs >> 1 & ONES);
        cells.copy_from_slice(&copies.to_le_bytes().map(u8::cast_signed));
    }
    cells
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
            // what a processor without wide instructions does
            let mut narrow = vec![0; samples];
            write(&bits, &mut narrow);
            prop_assert_eq!(&narrow, &cells);
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
