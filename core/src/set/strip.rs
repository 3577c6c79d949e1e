//! Counting many common rows at once.
//!
//! A *strip* is up to 256 rows of one order. Each class gets a *key*: one bit for each row, set where the class carries it.
//! It is made by flipping a bit at each run boundary and a prefix sum (by exclusive or) over the classes. A sample then has
//! two keys, of which `and` says in which rows it is homozygous and `or` in which it carries; carry-save adders count these
//! bits for all rows at once (the positional population count of W. Muła, N. Kurz and D. Lemire, The Computer Journal 61,
//! 2018).

use super::runs::Boundaries;
use super::{Malformed, words_for};
use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u64x4};

/// Rows of a strip at most.
pub(crate) const STRIP_ROWS: usize = 256;
const WORDS: usize = STRIP_ROWS / 64;

type Key = [u64; WORDS];
const NO_ROW: Key = [0; WORDS];

/// Sum and carry of three numbers of one bit for each row.
#[inline(always)]
fn add3<S: Simd>(a: u64x4<S>, b: u64x4<S>, c: u64x4<S>) -> (u64x4<S>, u64x4<S>) {
    let ab = a ^ b;
    (ab ^ c, a & b | ab & c)
}

/// Adds eight bits to a number of three for each row; returns what is carried.
#[inline(always)]
fn add8<S: Simd>(to: &mut [u64x4<S>; 3], keys: [u64x4<S>; 8]) -> u64x4<S> {
    let [a, b, c, d, e, f, g, h] = keys;
    let [ones, twos, fours] = *to;
    let (ones, twos_a) = add3(ones, a, b);
    let (ones, twos_b) = add3(ones, c, d);
    let (twos, fours_a) = add3(twos, twos_a, twos_b);
    let (ones, twos_a) = add3(ones, e, f);
    let (ones, twos_b) = add3(ones, g, h);
    let (twos, fours_b) = add3(twos, twos_a, twos_b);
    let (fours, carry) = add3(fours, fours_a, fours_b);
    *to = [ones, twos, fours];
    carry
}

/// By class, the rows of a strip that it carries.
#[derive(Default)]
pub(crate) struct StripKeys {
    keys: Vec<Key>,
    rows: usize,
}

impl StripKeys {
    /// No rows yet, of an order with so many classes.
    pub(crate) fn clear(&mut self, classes: u32) {
        self.keys.clear();
        self.keys.resize(classes as usize, NO_ROW);
        self.rows = 0;
    }

    /// Adds a row by its runs; there is room for [`STRIP_ROWS`].
    pub(crate) fn add(&mut self, runs: &[u8]) -> Result<(), Malformed> {
        let (word, bit) = (self.rows / 64, 1u64 << (self.rows % 64));
        let mut boundaries = Boundaries::new(runs);
        while let Some(class) = boundaries.next()? {
            let key = usize::try_from(class).ok();
            let key = key.and_then(|class| self.keys.get_mut(class)?.get_mut(word));
            *key.ok_or(Malformed("run boundaries within the classes"))? ^= bit;
        }
        self.rows += 1;
        Ok(())
    }

    /// Makes keys of the boundaries, once all rows are added.
    pub(crate) fn finish(&mut self) {
        let mut carried = NO_ROW;
        for key in &mut self.keys {
            for (carried, word) in carried.iter_mut().zip(key) {
                *carried ^= *word;
                *word = *carried;
            }
        }
    }

    /// By reference: a copy of what may not be there would be made word by word.
    #[inline(always)]
    fn of(&self, class: u16) -> &Key {
        self.keys.get(usize::from(class)).unwrap_or(&NO_ROW)
    }

    /// Counts for each row how many of some samples carry it, and how many on both copies. `ids` are the classes of all
    /// copies.
    pub(crate) fn count_pairs(&self, ids: &[u16], samples: &[u32], counts: &mut StripCounts) {
        self.count_pairs_by(Level::new(), ids, samples, counts);
    }

    fn count_pairs_by(&self, by: Level, ids: &[u16], samples: &[u32], counts: &mut StripCounts) {
        let pairs = ids.as_chunks().0;
        dispatch!(by, simd => self.add_pairs(simd, pairs, samples, counts));
    }

    #[inline(always)]
    fn add_pairs<S: Simd>(
        &self,
        simd: S,
        pairs: &[[u16; 2]],
        samples: &[u32],
        counts: &mut StripCounts,
    ) {
        let none = u64x4::simd_from(simd, NO_ROW);
        let (mut any, mut both) = (Adder::new(simd), Adder::new(simd));
        for some in samples.chunks(ADDED) {
            let (mut of_any, mut of_both) = ([none; ADDED], [none; ADDED]);
            for ((&sample, any), both) in some.iter().zip(&mut of_any).zip(&mut of_both) {
                if let Some(&[first, second]) = pairs.get(sample as usize) {
                    let first = u64x4::simd_from(simd, *self.of(first));
                    let second = u64x4::simd_from(simd, *self.of(second));
                    *any = first | second;
                    *both = first & second;
                }
            }
            any.add(&of_any);
            both.add(&of_both);
        }
        any.read(&mut counts.any);
        both.read(&mut counts.both);
    }

    /// The copies that carry, as bits, row after row: of `copies` copies, of which `ids` are the classes.
    pub(crate) fn lay_out(&self, ids: &[u16], copies: u32, to: &mut Vec<u64>) {
        let words = words_for(copies);
        to.clear();
        to.resize(self.rows * words, 0);
        dispatch!(Level::new(), _simd => self.transpose(ids, words, to));
        // of class 0 are copies that there are not, too
        if !copies.is_multiple_of(64) {
            for row in to.chunks_exact_mut(words) {
                if let Some(last) = row.last_mut() {
                    *last &= (1 << (copies % 64)) - 1;
                }
            }
        }
    }

    #[inline(always)]
    fn transpose(&self, ids: &[u16], words: usize, to: &mut [u64]) {
        for (column, ids) in ids.as_chunks::<64>().0.iter().enumerate().take(words) {
            for first in (0..self.rows).step_by(64) {
                let mut square = [0; 64];
                for (line, &class) in square.iter_mut().zip(ids) {
                    *line = self.of(class).get(first / 64).copied().unwrap_or(0);
                }
                transpose_square(&mut square);
                let rows = to.iter_mut().skip(first * words + column).step_by(words);
                rows.zip(square).for_each(|(to, bits)| *to = bits);
            }
        }
    }

    /// Counts for each row how many of some samples carry it on their first copy.
    pub(crate) fn count_first(&self, ids: &[u16], samples: &[u32], counts: &mut RowNumbers) {
        self.count_first_by(Level::new(), ids, samples, counts);
    }

    fn count_first_by(&self, by: Level, ids: &[u16], samples: &[u32], counts: &mut RowNumbers) {
        let pairs = ids.as_chunks().0;
        dispatch!(by, simd => self.add_first(simd, pairs, samples, counts));
    }

    #[inline(always)]
    fn add_first<S: Simd>(
        &self,
        simd: S,
        pairs: &[[u16; 2]],
        samples: &[u32],
        counts: &mut RowNumbers,
    ) {
        let none = u64x4::simd_from(simd, NO_ROW);
        let mut first = Adder::new(simd);
        for some in samples.chunks(ADDED) {
            let mut keys = [none; ADDED];
            for (&sample, key) in some.iter().zip(&mut keys) {
                if let Some(&[class, _]) = pairs.get(sample as usize) {
                    *key = u64x4::simd_from(simd, *self.of(class));
                }
            }
            first.add(&keys);
        }
        first.read(counts);
    }
}

/// A number for each row of a strip.
pub(crate) type RowNumbers = [u32; STRIP_ROWS];

/// What is counted of each row of a strip.
pub(crate) struct StripCounts {
    /// Samples that carry.
    pub(crate) any: RowNumbers,
    /// Samples that carry on both copies.
    pub(crate) both: RowNumbers,
}

impl Default for StripCounts {
    fn default() -> Self {
        Self {
            any: [0; STRIP_ROWS],
            both: [0; STRIP_ROWS],
        }
    }
}

/// Bits of the numbers of [`Adder`]: there are at most 2^27 samples.
const PLANES: usize = 32;

/// Keys that are added at once.
const ADDED: usize = 16;
/// Planes that are at hand: a sum of [`ADDED`] bits carries into the next.
const LOW: usize = ADDED.ilog2() as usize;

/// Counts set bits by row: plane `i` has bit `i` of the number of each row.
struct Adder<S: Simd> {
    low: [u64x4<S>; LOW],
    high: [Key; PLANES - LOW],
}

impl<S: Simd> Adder<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        Self {
            low: [u64x4::simd_from(simd, NO_ROW); LOW],
            high: [NO_ROW; PLANES - LOW],
        }
    }

    #[inline(always)]
    fn add(&mut self, keys: &[u64x4<S>; ADDED]) {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *keys;
        let [low @ .., eights] = &mut self.low;
        let first = add8(low, [a, b, c, d, e, f, g, h]);
        let second = add8(low, [i, j, k, l, m, n, o, p]);
        let (sum, carry) = add3(*eights, first, second);
        *eights = sum;
        let mut carry = Key::from(carry);
        for plane in &mut self.high {
            if carry == NO_ROW {
                break;
            }
            for (plane, carry) in plane.iter_mut().zip(&mut carry) {
                (*plane, *carry) = (*plane ^ *carry, *plane & *carry);
            }
        }
    }

    /// The numbers, in the place of what `counts` held.
    #[inline(always)]
    fn read(&self, counts: &mut RowNumbers) {
        counts.fill(0);
        let mut all = [NO_ROW; PLANES];
        let low = self.low.into_iter().map(Key::from);
        for (plane, bits) in all.iter_mut().zip(low.chain(self.high)) {
            *plane = bits;
        }
        for (shift, planes) in (0..).step_by(8).zip(all.as_chunks::<8>().0) {
            if planes.iter().all(|plane| *plane == NO_ROW) {
                continue;
            }
            for (word, counts) in counts.as_chunks_mut::<64>().0.iter_mut().enumerate() {
                let bits = planes.map(|plane| plane.get(word).copied().unwrap_or(0).to_le_bytes());
                for (byte, counts) in counts.as_chunks_mut::<8>().0.iter_mut().enumerate() {
                    let column = bits.map(|plane| plane.get(byte).copied().unwrap_or(0));
                    let numbers = transposed(u64::from_le_bytes(column)).to_le_bytes();
                    for (count, number) in counts.iter_mut().zip(numbers) {
                        *count |= u32::from(number) << shift;
                    }
                }
            }
        }
    }
}

/// Transposes 64 rows of 64 bits (the same, section 7-3).
#[inline(always)]
fn transpose_square(rows: &mut [u64; 64]) {
    let (mut width, mut mask) = (32, 0x0000_0000_ffff_ffffu64);
    while width > 0 {
        for pair in rows.chunks_exact_mut(2 * width) {
            let (above, below) = pair.split_at_mut(width);
            for (above, below) in above.iter_mut().zip(below) {
                let differing = (*above >> width ^ *below) & mask;
                *above ^= differing << width;
                *below ^= differing;
            }
        }
        width /= 2;
        mask ^= mask << width;
    }
}

/// Transposes eight rows of eight bits (H. S. Warren, Hacker's Delight, section 7-3).
#[inline(always)]
fn transposed(mut x: u64) -> u64 {
    let mut swap = |mask: u64, shift: u32| {
        let differing = (x ^ x >> shift) & mask;
        x ^= differing ^ differing << shift;
    };
    swap(0x00aa_00aa_00aa_00aa, 7);
    swap(0x0000_cccc_0000_cccc, 14);
    swap(0x0000_0000_f0f0_f0f0, 28);
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::drawing;
    use crate::set::encode_runs;
    use proptest::prelude::*;

    /// Class ids are unpacked up to the end of a block.
    fn ids_and_filling(ids: &[u16]) -> Vec<u16> {
        let mut filled = ids.to_vec();
        filled.resize(ids.len().next_multiple_of(256), 0);
        filled
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn strips_count_as_rows_do(
            classes in prop_oneof![Just(1u32), Just(2), 3u32..400, Just(65_536)],
            rows in prop_oneof![Just(1usize), Just(63), Just(64), Just(65), Just(255), Just(256), 2usize..256],
            samples in prop_oneof![Just(0u32), Just(1), 2u32..3000],
            every in 1u32..9,
            seed: u64,
        ) {
            let mut draw = drawing(seed);
            let ids: Vec<u16> = (0..2 * samples).map(|_| draw(classes) as u16).collect();
            let mut keys = StripKeys::default();
            keys.clear(classes);
            let mut carried = Vec::new();
            for _ in 0..rows {
                let mut boundaries: Vec<u32> = (0..draw(20)).map(|_| draw(classes)).collect();
                boundaries.sort_unstable();
                boundaries.dedup();
                let mut runs = Vec::new();
                encode_runs(&mut runs, boundaries.iter().copied());
                keys.add(&runs).unwrap();
                carried.push(move |class: u16| boundaries.partition_point(|&b| b <= class.into()) % 2 == 1);
            }
            keys.finish();
            let members: Vec<u32> = (0..samples).filter(|sample| sample % every == 0).collect();
            let (mut counts, mut first) = (StripCounts::default(), [9; STRIP_ROWS]);
            keys.count_pairs(&ids, &members, &mut counts);
            keys.count_first(&ids, &members, &mut first);
            // what a processor without wide instructions does
            let (mut plain, mut plain_first) = (StripCounts::default(), [9; STRIP_ROWS]);
            keys.count_pairs_by(Level::baseline(), &ids, &members, &mut plain);
            keys.count_first_by(Level::baseline(), &ids, &members, &mut plain_first);
            prop_assert_eq!((plain.any, plain.both, plain_first), (counts.any, counts.both, first));
            let (mut laid, words) = (Vec::new(), words_for(2 * samples));
            keys.lay_out(&ids_and_filling(&ids), 2 * samples, &mut laid);
            for (row, carried) in carried.iter().enumerate() {
                let bits: Vec<u64> = ids.chunks(64).map(|ids| (0u32..).zip(ids).map(|(bit, &id)| u64::from(carried(id)) << bit).sum()).collect();
                prop_assert_eq!(&laid[row * words..][..words], &bits[..]);
                let (mut any, mut both, mut on_first) = (0, 0, 0);
                for &sample in &members {
                    let [a, b] = [0, 1].map(|copy| carried(ids[2 * sample as usize + copy]));
                    any += u32::from(a || b);
                    both += u32::from(a && b);
                    on_first += u32::from(a);
                }
                prop_assert_eq!((counts.any[row], counts.both[row], first[row]), (any, both, on_first));
            }
        }

        #[test]
        fn boundaries_beyond_the_classes_are_refused(runs in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut keys = StripKeys::default();
            keys.clear(300);
            let beyond = {
                let (mut boundaries, mut beyond) = (Boundaries::new(&runs), false);
                loop {
                    match boundaries.next() {
                        Ok(Some(class)) => beyond |= class >= 300,
                        Ok(None) => break beyond,
                        Err(_) => break true,
                    }
                }
            };
            prop_assert_eq!(keys.add(&runs).is_err(), beyond);
        }
    }
}
