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
use fearless_simd::{Level, dispatch, u64x4, u64x8};

/// Rows of a strip that is counted at most.
pub(crate) const STRIP_ROWS: usize = 256;
/// Words of its keys.
pub(crate) const COUNTED: usize = STRIP_ROWS / 64;

type Key<const W: usize = COUNTED> = [u64; W];
const NO_ROW: Key = [0; COUNTED];

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

/// By class, the rows of a strip that it carries, 64 in a word.
#[derive(Default)]
pub(crate) struct StripKeys<const W: usize = COUNTED> {
    keys: Vec<Key<W>>,
    rows: usize,
}

impl<const W: usize> StripKeys<W> {
    /// Rows that there is room for.
    pub(crate) const ROWS: usize = 64 * W;

    /// No rows yet, of an order with so many classes.
    pub(crate) fn clear(&mut self, classes: u32) {
        self.keys.clear();
        self.keys.resize(classes as usize, [0; W]);
        self.rows = 0;
    }

    /// Adds a row by its runs; there is room for [`Self::ROWS`].
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
        let mut carried = [0; W];
        for key in &mut self.keys {
            for (carried, word) in carried.iter_mut().zip(key) {
                *carried ^= *word;
                *word = *carried;
            }
        }
    }
}

impl StripKeys {
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

impl StripKeys<1> {
    /// The copies that carry, as bits, row after row: of `copies` copies, of which `ids` are the classes.
    pub(crate) fn lay_out(&self, ids: &[u16], copies: u32, to: &mut Vec<u64>) {
        let words = words_for(copies);
        to.clear();
        to.resize(self.rows * words, 0);
        let by_class = self.keys.as_flattened();
        dispatch!(Level::new(), simd => transpose(simd, by_class, ids, words, to));
        // of class 0 are copies that there are not, too
        for row in to.chunks_exact_mut(words.max(1)) {
            clear_behind(copies, row);
        }
    }
}

/// Clears what a row of bits has behind so many copies.
fn clear_behind(copies: u32, row: &mut [u64]) {
    if let (Some(last), used @ 1..) = (row.last_mut(), copies % 64) {
        *last &= (1 << used) - 1;
    }
}

/// So many squares are transposed side by side, each step for all of them at once.
const ABREAST: usize = 8;
/// Lines of each of these squares.
type Squares = [[u64; ABREAST]; 64];

/// The bits of each copy, one for each row, as rows of `words` words of copies.
#[inline(always)]
fn transpose<S: Simd>(simd: S, by_class: &[u64], ids: &[u16], words: usize, to: &mut [u64]) {
    let mut squares = [[0; ABREAST]; 64];
    let each = ids.chunks(64 * ABREAST);
    for (first, ids) in (0..words).step_by(ABREAST).zip(each) {
        match ids.first_chunk() {
            Some(ids) => gather(by_class, ids, &mut squares),
            None => {
                let mut ids = ids.iter().copied();
                let filled = std::array::from_fn(|_| ids.next().unwrap_or(0));
                gather(by_class, &filled, &mut squares);
            }
        }
        transpose_squares(simd, &mut squares);
        for (row, bits) in to.chunks_exact_mut(words).zip(&squares) {
            let row = row.get_mut(first..).unwrap_or_default();
            match row.first_chunk_mut() {
                Some(row) => *row = *bits,
                None => row.iter_mut().zip(bits).for_each(|(to, bits)| *to = *bits),
            }
        }
    }
}

/// Puts the bits of each copy's class into its line. It is not compiled for wide instructions: those that look several
/// numbers up at once are slower than as many plain ones.
#[inline(never)]
fn gather(by_class: &[u64], ids: &[u16; 64 * ABREAST], squares: &mut Squares) {
    let ids = ids.as_chunks::<64>().0;
    for (at, line) in squares.iter_mut().enumerate() {
        for (bits, ids) in line.iter_mut().zip(ids) {
            let class = ids.get(at).copied().unwrap_or(0);
            *bits = by_class.get(usize::from(class)).copied().unwrap_or(0);
        }
    }
}

/// Transposes squares of 64 rows of 64 bits (the same, section 7-3).
#[inline(always)]
fn transpose_squares<S: Simd>(simd: S, squares: &mut Squares) {
    transpose_steps::<16, S>(
        simd,
        squares,
        [0x0000_0000_ffff_ffff, 0x0000_ffff_0000_ffff],
    );
    transpose_steps::<4, S>(
        simd,
        squares,
        [0x00ff_00ff_00ff_00ff, 0x0f0f_0f0f_0f0f_0f0f],
    );
    transpose_steps::<1, S>(
        simd,
        squares,
        [0x3333_3333_3333_3333, 0x5555_5555_5555_5555],
    );
}

/// Swaps blocks of `2 · WIDTH` lines and columns with those across the diagonal, and then of `WIDTH`.
#[inline(always)]
fn transpose_steps<const WIDTH: usize, S: Simd>(simd: S, squares: &mut Squares, masks: [u64; 2]) {
    let [two, one] = masks.map(|mask| u64x8::splat(simd, mask));
    let width = WIDTH as u32;
    for four in squares.chunks_exact_mut(4 * WIDTH) {
        let (above, below) = four.split_at_mut(2 * WIDTH);
        let ((first, second), (third, fourth)) =
            (above.split_at_mut(WIDTH), below.split_at_mut(WIDTH));
        let lines = first.iter_mut().zip(second).zip(third).zip(fourth);
        for (((first, second), third), fourth) in lines {
            let [a, b] = [&*first, &*second].map(|line| u64x8::from_slice(simd, line));
            let [c, d] = [&*third, &*fourth].map(|line| u64x8::from_slice(simd, line));
            let (a, c) = swapped(a, c, 2 * width, two);
            let (b, d) = swapped(b, d, 2 * width, two);
            let (a, b) = swapped(a, b, width, one);
            let (c, d) = swapped(c, d, width, one);
            a.store_slice(first);
            b.store_slice(second);
            c.store_slice(third);
            d.store_slice(fourth);
        }
    }
}

/// Swaps the high bits of each block of a line with the low ones of a line below, which the mask has.
#[inline(always)]
fn swapped<S: Simd>(
    above: u64x8<S>,
    below: u64x8<S>,
    shift: u32,
    mask: u64x8<S>,
) -> (u64x8<S>, u64x8<S>) {
    let differing = ((above >> shift) ^ below) & mask;
    (above ^ (differing << shift), below ^ differing)
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

    /// The copies of rows as bits, and the same as a processor without wide instructions lays them out.
    fn laid_out(rows: &[Vec<u8>], classes: u32, ids: &[u16], copies: u32) -> (Vec<u64>, Vec<u64>) {
        let (ids, words) = (ids_and_filling(ids), words_for(copies));
        let (mut all, mut all_plain) = (Vec::new(), Vec::new());
        for rows in rows.chunks(StripKeys::<1>::ROWS) {
            let mut keys = StripKeys::<1>::default();
            keys.clear(classes);
            rows.iter().for_each(|runs| keys.add(runs).unwrap());
            keys.finish();
            let mut laid = Vec::new();
            keys.lay_out(&ids, copies, &mut laid);
            let mut plain = vec![0; laid.len()];
            dispatch!(Level::baseline(), simd => transpose(simd, keys.keys.as_flattened(), &ids, words, &mut plain));
            for row in plain.chunks_mut(words.max(1)) {
                clear_behind(copies, row);
            }
            all.extend(laid);
            all_plain.extend(plain);
        }
        (all, all_plain)
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
            let mut keys = StripKeys::<COUNTED>::default();
            keys.clear(classes);
            let (mut carried, mut rows_in_runs) = (Vec::new(), Vec::new());
            for _ in 0..rows {
                let mut boundaries: Vec<u32> = (0..draw(20)).map(|_| draw(classes)).collect();
                boundaries.sort_unstable();
                boundaries.dedup();
                let mut runs = Vec::new();
                encode_runs(&mut runs, boundaries.iter().copied());
                keys.add(&runs).unwrap();
                rows_in_runs.push(runs);
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
            let words = words_for(2 * samples);
            let (laid, plain) = laid_out(&rows_in_runs, classes, &ids, 2 * samples);
            prop_assert_eq!(&laid, &plain);
            prop_assert_eq!(laid.len(), rows * words);
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
            let mut keys = StripKeys::<COUNTED>::default();
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
