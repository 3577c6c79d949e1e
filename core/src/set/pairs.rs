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

/// So many words are written at once, and so many cells.
const WORDS: usize = 8;
const CELLS: usize = 32 * WORDS;

/// Writes how many copies of each sample are in `bits` to cells, one for each sample: 0 behind the last word.
pub(crate) fn write_pairs(bits: &[u64], cells: &mut [i8]) {
    dispatch!(Level::new(), _simd => write(bits, cells));
}

#[inline(always)]
fn write(bits: &[u64], cells: &mut [i8]) {
    let bits = bits.chunks(WORDS).chain(std::iter::repeat(&[][..]));
    for (bits, cells) in bits.zip(cells.chunks_mut(CELLS)) {
        let mut words = bits.iter().copied();
        let copies = match bits.first_chunk() {
            Some(words) => copies_of(*words),
            None => copies_of(std::array::from_fn(|_| words.next().unwrap_or(0))),
        };
        match cells.first_chunk_mut() {
            Some(cells) => *cells = copies,
            None => (cells.iter_mut().zip(copies)).for_each(|(to, copies)| *to = copies),
        }
    }
}

/// How many bits of each pair are set.
#[inline(always)]
fn copies_of(words: [u64; WORDS]) -> [i8; CELLS] {
    let counts = words.map(|word| (word - (word >> 1 & EVEN)).to_le_bytes());
    let counts = counts.as_flattened().as_chunks().0;
    let mut copies = [0; CELLS];
    // eight counts of two bits become eight bytes
    for (to, counts) in copies.as_chunks_mut().0.iter_mut().zip(counts) {
        let spread = u64::from(u16::from_le_bytes(*counts));
        let spread = (spread | spread << 24) & 0x0000_00ff_0000_00ff;
        let spread = (spread | spread << 12) & 0x000f_000f_000f_000f;
        let spread = (spread | spread << 6) & 0x0303_0303_0303_0303;
        *to = spread.to_le_bytes().map(|count| count as i8);
    }
    copies
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pairs_are_written_as_one_by_one(
            bits in prop::collection::vec(prop_oneof![Just(0), any::<u64>()], 0..20),
            samples in 0..640usize,
        ) {
            // what stands there does not count
            let mut cells = vec![7; samples];
            write_pairs(&bits, &mut cells);
            // what a processor without wide instructions does
            let mut plain = vec![7; samples];
            write(&bits, &mut plain);
            prop_assert_eq!(&plain, &cells);
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
