//! Class ids, packed so that many are unpacked at once.
//!
//! Ids stand in blocks of 256: 16 lanes of 16 ids. Id `i` of a block of `l` lanes is number `i / l` of lane `i % l`; the
//! last block has as few lanes as its ids need. A lane's ids of `w` bits each, least significant bit first, fill `w` words
//! of 16 bits; word `k` of all lanes stands before word `k + 1` of any. So one shift unpacks an id of every lane.

use super::Malformed;
use fearless_simd::{
    Level, Simd, SimdBase, SimdCombine, SimdFrom, SimdInt, SimdMask, dispatch, u16x16, u16x32,
};

/// Lanes of a whole block, and ids of a lane.
const LANES: usize = 16;
/// Ids of a whole block.
pub(super) const BLOCK: usize = LANES * LANES;

/// How many bits ids below `classes` take.
pub(super) fn width_for(classes: u32) -> u32 {
    u32::BITS - classes.saturating_sub(1).leading_zeros()
}

/// How many bytes so many ids of so many bits take.
pub(super) fn packed_len(count: u32, width: u32) -> usize {
    2 * width as usize * count.div_ceil(LANES as u32) as usize
}

/// Packed ids of a known number; `bytes` are as many as [`packed_len`] says.
#[derive(Clone, Copy, Debug)]
pub(super) struct PackedIds<'a> {
    pub(super) bytes: &'a [u8],
    /// At most 16.
    pub(super) width: u32,
    pub(super) count: u32,
}

/// The lanes of a block of so many ids.
fn lanes_of(count: usize) -> usize {
    count.div_ceil(LANES).min(LANES)
}

impl PackedIds<'_> {
    /// How many blocks there are.
    #[inline(always)]
    pub(super) fn blocks(&self) -> usize {
        (self.count as usize).div_ceil(BLOCK)
    }

    /// Unpacks a block, filled up with zeros; returns the greatest id.
    #[inline(always)]
    pub(super) fn block(&self, block: usize, ids: &mut [u16; BLOCK]) -> u16 {
        let width = self.width as usize;
        let lanes = lanes_of((self.count as usize).saturating_sub(block * BLOCK));
        let from = block * BLOCK / 8 * width;
        let bytes = self.bytes.get(from..from + 2 * width * lanes);
        unpack(bytes.unwrap_or_default(), lanes, width, ids);
        ids.iter().copied().fold(0, u16::max)
    }

    /// The id of one number.
    #[inline]
    pub(super) fn get(&self, i: u32) -> u16 {
        let (block, within) = (i as usize / BLOCK, i as usize % BLOCK);
        let width = self.width as usize;
        let lanes = lanes_of((self.count as usize).saturating_sub(block * BLOCK)).max(1);
        let (row, lane) = (within / lanes, within % lanes);
        let (word, shift) = (row * width / 16, row * width % 16);
        let from = block * BLOCK / 8 * width + 2 * lane;
        let word_at = |word: usize| {
            let bytes = self.bytes.get(from + 2 * word * lanes..);
            let bytes = bytes.and_then(|bytes| bytes.first_chunk());
            bytes.map_or(0, |bytes| u32::from(u16::from_le_bytes(*bytes)))
        };
        let high = match shift + width > 16 {
            true => word_at(word + 1),
            false => 0,
        };
        let mask = (1u32 << self.width) - 1;
        ((word_at(word) | high << 16) >> shift & mask) as u16
    }

    /// Whether what fills the last block up is zero.
    pub(super) fn is_filled_with_zeros(&self) -> bool {
        let left = self.count as usize % BLOCK;
        let from = (self.count as usize - left) / 8 * self.width as usize;
        let mut ids = [0; BLOCK];
        let bytes = self.bytes.get(from..).unwrap_or_default();
        unpack(bytes, lanes_of(left), self.width as usize, &mut ids);
        let filling = ids.iter().skip(left);
        filling
            .take(lanes_of(left) * LANES - left)
            .all(|&id| id == 0)
    }
}

/// Unpacks a block; ids behind its lanes are zero.
#[inline(always)]
fn unpack(bytes: &[u8], lanes: usize, width: usize, ids: &mut [u16; BLOCK]) {
    if lanes == LANES {
        unpack_whole(bytes.as_chunks().0, width, ids);
        return;
    }
    let mut words = [[0; 2 * LANES]; LANES];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(2 * lanes.max(1))) {
        word.iter_mut()
            .zip(bytes)
            .for_each(|(to, byte)| *to = *byte);
    }
    let mut rows = [0; BLOCK];
    unpack_whole(&words, width, &mut rows);
    ids.fill(0);
    let of_rows = ids.chunks_exact_mut(lanes.max(1));
    for (ids, row) in of_rows.zip(rows.as_chunks::<LANES>().0) {
        ids.iter_mut()
            .zip(row)
            .for_each(|(id, of_row)| *id = *of_row);
    }
}

/// The words of a block with all lanes, each of two bytes a lane, as ids.
#[expect(
    clippy::indexing_slicing,
    reason = "arrays as long as there are lanes: only so the compiler makes one instruction of all lanes"
)]
#[inline(always)]
fn unpack_whole(words: &[[u8; 2 * LANES]], width: usize, ids: &mut [u16; BLOCK]) {
    let mask = ((1u32 << width) - 1) as u16;
    let mut bit = 0;
    for row in ids.as_chunks_mut::<LANES>().0 {
        let (at, shift) = (bit / 16, bit % 16);
        // the last ids of the lanes end with their last words: of what stands in for the next ones the mask leaves nothing
        let (Some(low), Some(high)) = (words.get(at), words.get(at + 1).or(words.get(at))) else {
            row.fill(0);
            continue;
        };
        for lane in 0..LANES {
            let low = u16::from_le_bytes([low[2 * lane], low[2 * lane + 1]]);
            let high = u16::from_le_bytes([high[2 * lane], high[2 * lane + 1]]);
            row[lane] = (low >> shift | high << 1 << (15 - shift)) & mask;
        }
        bit += width;
    }
}

/// Stretches of ids, each by its first and by how many more it has.
#[derive(Debug, Default)]
pub(super) struct Stretches {
    stretches: [(u16, u16); STRETCHES],
    len: usize,
}

/// Up to so many stretches ids are compared with each in less time than they are looked up.
const STRETCHES: usize = 20;

impl Stretches {
    /// Adds one of at least one id; `false` where there is no room.
    pub(super) fn push(&mut self, first: u16, more: u16) -> bool {
        let slot = self.stretches.get_mut(self.len);
        self.len += 1;
        slot.map(|slot| *slot = (first, more)).is_some()
    }

    /// Whether an id is in one of them.
    #[inline]
    pub(super) fn has(&self, id: u16) -> bool {
        let mut stretches = self.stretches.iter().take(self.len);
        stretches.any(|&(first, more)| id.wrapping_sub(first) <= more)
    }

    /// Which ids are in one of them.
    #[inline(always)]
    pub(super) fn bits(&self, ids: &[u16; BLOCK]) -> [u64; BLOCK / 64] {
        let mut within = [0u8; BLOCK];
        for &(first, more) in self.stretches.iter().take(self.len) {
            for (within, id) in within.iter_mut().zip(ids) {
                *within |= u8::from(id.wrapping_sub(first) <= more);
            }
        }
        bits_of(&within)
    }
}

/// The lowest bits of bytes.
#[inline(always)]
fn bits_of(bytes: &[u8; BLOCK]) -> [u64; BLOCK / 64] {
    let mut words = [0; BLOCK / 64];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<64>().0) {
        for (byte, ones) in bytes.as_chunks().0.iter().enumerate() {
            // the product has the lowest bits of all bytes side by side at its top
            let bits = u64::from_le_bytes(*ones).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            *word |= bits << (8 * byte);
        }
    }
    words
}

/// The ids of two rows of a block.
#[inline(always)]
fn two_rows<S: Simd, const W: usize>(
    simd: S,
    words: &[[u8; 2 * LANES]; W],
    pair: usize,
) -> u16x32<S> {
    let mask = u16x32::splat(simd, ((1u32 << W) - 1) as u16);
    row(simd, words, 2 * pair * W).combine(row(simd, words, (2 * pair + 1) * W)) & mask
}

/// Of each lane as many bits as a word has, from one on; those behind the last word are of no use.
#[inline(always)]
fn row<S: Simd, const W: usize>(simd: S, words: &[[u8; 2 * LANES]; W], bit: usize) -> u16x16<S> {
    let (at, shift) = (bit / 16, bit % 16);
    let low = lanes(simd, words.get(at)) >> shift as u32;
    match shift + W > 16 {
        true => low | lanes(simd, words.get(at + 1)) << (16 - shift) as u32,
        false => low,
    }
}

/// A word of each lane; zeros where there is none.
#[inline(always)]
fn lanes<S: Simd>(simd: S, word: Option<&[u8; 2 * LANES]>) -> u16x16<S> {
    let mut lanes = [0; LANES];
    if let Some(word) = word {
        for (lane, bytes) in lanes.iter_mut().zip(word.as_chunks().0) {
            *lane = u16::from_le_bytes(*bytes);
        }
    }
    u16x16::simd_from(simd, lanes)
}

impl PackedIds<'_> {
    /// Ors which ids of whole blocks are in one of some stretches into `acc`, a bit for each; returns the greatest id.
    #[inline(always)]
    pub(super) fn or_within<S: Simd>(&self, simd: S, of: &Stretches, acc: &mut [u64]) -> u16 {
        // where words begin and how far they are shifted is constant then
        match self.width {
            1 => self.or_within_of::<S, 1>(simd, of, acc),
            2 => self.or_within_of::<S, 2>(simd, of, acc),
            3 => self.or_within_of::<S, 3>(simd, of, acc),
            4 => self.or_within_of::<S, 4>(simd, of, acc),
            5 => self.or_within_of::<S, 5>(simd, of, acc),
            6 => self.or_within_of::<S, 6>(simd, of, acc),
            7 => self.or_within_of::<S, 7>(simd, of, acc),
            8 => self.or_within_of::<S, 8>(simd, of, acc),
            9 => self.or_within_of::<S, 9>(simd, of, acc),
            10 => self.or_within_of::<S, 10>(simd, of, acc),
            11 => self.or_within_of::<S, 11>(simd, of, acc),
            12 => self.or_within_of::<S, 12>(simd, of, acc),
            13 => self.or_within_of::<S, 13>(simd, of, acc),
            14 => self.or_within_of::<S, 14>(simd, of, acc),
            15 => self.or_within_of::<S, 15>(simd, of, acc),
            16 => self.or_within_of::<S, 16>(simd, of, acc),
            // no bits: all ids are 0
            _ => {
                let words = of.bits(&[0; BLOCK]);
                acc.iter_mut().for_each(|acc| *acc |= words[0]);
                0
            }
        }
    }

    #[inline(always)]
    fn or_within_of<S: Simd, const W: usize>(
        &self,
        simd: S,
        of: &Stretches,
        acc: &mut [u64],
    ) -> u16 {
        let none = u16x32::splat(simd, 0);
        let mut greatest = none;
        let (blocks, _) = self.bytes.as_chunks::<{ 2 * LANES }>();
        let blocks = blocks.as_chunks::<W>().0;
        for (acc, words) in acc.as_chunks_mut().0.iter_mut().zip(blocks) {
            let acc: &mut [u64; BLOCK / 64] = acc;
            let ids = [
                two_rows(simd, words, 0),
                two_rows(simd, words, 1),
                two_rows(simd, words, 2),
                two_rows(simd, words, 3),
                two_rows(simd, words, 4),
                two_rows(simd, words, 5),
                two_rows(simd, words, 6),
                two_rows(simd, words, 7),
            ];
            // how far the nearest of the stretches that begin before an id ends before it
            let mut behind = [u16x32::splat(simd, u16::MAX); BLOCK / LANES / 2];
            for &(first, more) in of.stretches.iter().take(of.len) {
                let (first, more) = (u16x32::splat(simd, first), u16x32::splat(simd, more));
                for (behind, ids) in behind.iter_mut().zip(ids) {
                    *behind = behind.min((ids - first).saturating_sub(more));
                }
            }
            for (acc, behind) in acc.iter_mut().zip(behind.as_chunks::<2>().0) {
                let [low, high] = behind.map(|behind| behind.simd_eq(none).to_bitmask());
                *acc |= low | high << 32;
            }
            for ids in ids {
                greatest = greatest.max(ids);
            }
        }
        greatest.reduce_max()
    }
}

/// Appends ids of `width` bits, packed.
pub(super) fn pack(out: &mut Vec<u8>, ids: &[u16], width: u32) {
    let width = width as usize;
    for block in ids.chunks(BLOCK) {
        let lanes = lanes_of(block.len());
        let mut words = vec![0u16; width * lanes];
        for (i, &id) in block.iter().enumerate() {
            let (row, lane) = (i / lanes, i % lanes);
            let (word, shift) = (row * width / 16, row * width % 16);
            let bits = u32::from(id) << shift;
            for (word, bits) in [(word, bits), (word + 1, bits >> 16)] {
                if let Some(word) = words.get_mut(word * lanes + lane) {
                    *word |= bits as u16;
                }
            }
        }
        out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }
}

/// Refuses ids that are not below `classes`.
#[inline(always)]
pub(super) fn check_greatest(greatest: u16, classes: u32) -> Result<(), Malformed> {
    match u32::from(greatest) < classes.max(1) {
        true => Ok(()),
        false => Err(Malformed("class ids below the number of classes")),
    }
}

impl PackedIds<'_> {
    /// All of them, in the place of what `to` held, up to the end of the last block.
    pub(super) fn unpack_into(&self, classes: u32, to: &mut Vec<u16>) -> Result<(), Malformed> {
        to.clear();
        to.resize(self.blocks() * BLOCK, 0);
        let blocks = to.as_chunks_mut().0;
        let greatest = dispatch!(Level::new(), _simd => self.fill(blocks));
        check_greatest(greatest, classes)
    }

    #[inline(always)]
    fn fill(&self, blocks: &mut [[u16; BLOCK]]) -> u16 {
        let mut greatest = 0;
        for (number, block) in blocks.iter_mut().enumerate() {
            greatest = greatest.max(self.block(number, block));
        }
        greatest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_come_back(classes in 1u32..=65_536, seeds in proptest::collection::vec(any::<u32>(), 0..1200)) {
            let ids: Vec<u16> = seeds.iter().map(|seed| (seed % classes) as u16).collect();
            let width = width_for(classes);
            let mut bytes = Vec::new();
            pack(&mut bytes, &ids, width);
            prop_assert_eq!(bytes.len(), packed_len(ids.len() as u32, width));
            let packed = PackedIds { bytes: &bytes, width, count: ids.len() as u32 };
            prop_assert!(packed.is_filled_with_zeros());
            let mut unpacked = vec![7];
            packed.unpack_into(classes, &mut unpacked).unwrap();
            prop_assert!(unpacked.len() >= ids.len() && unpacked[ids.len()..].iter().all(|&id| id == 0));
            prop_assert_eq!(&unpacked[..ids.len()], &ids[..]);
            // what a processor without wide instructions does
            let mut plain = vec![0; unpacked.len()];
            prop_assert_eq!(packed.fill(plain.as_chunks_mut().0), ids.iter().copied().max().unwrap_or(0));
            prop_assert_eq!(plain, unpacked);
            for (i, id) in (0..).zip(&ids) {
                prop_assert_eq!(packed.get(i), *id);
            }
            if let Some(&greatest @ 1..) = ids.iter().max() {
                prop_assert!(packed.unpack_into(greatest.into(), &mut Vec::new()).is_err());
            }
        }

        #[test]
        fn ids_are_compared_as_one_by_one(
            width in 0u32..=16,
            count in prop_oneof![0usize..40, 250usize..260, 0usize..1200],
            stretches in 0usize..STRETCHES,
            seed: u64,
        ) {
            let classes = 1 << width;
            let mut draw = crate::set::drawing(seed);
            let ids: Vec<u16> = (0..count).map(|_| draw(classes) as u16).collect();
            let mut bytes = Vec::new();
            pack(&mut bytes, &ids, width);
            let packed = PackedIds { bytes: &bytes, width, count: count as u32 };
            let mut of = Stretches::default();
            for _ in 0..stretches {
                let first = draw(classes);
                prop_assert!(of.push(first as u16, draw(classes - first).min(draw(classes)) as u16));
            }
            let is_within = |id: u16| {
                let mut stretches = of.stretches.iter().take(of.len);
                stretches.any(|&(first, more)| (u32::from(first)..=u32::from(first) + u32::from(more)).contains(&id.into()))
            };
            let whole = count / BLOCK * BLOCK;
            let expected: Vec<bool> = ids[..whole].iter().map(|id| is_within(*id)).collect();
            let greatest = ids[..whole].iter().copied().max().unwrap_or(0);
            for level in [Level::new(), Level::baseline()] {
                let mut found = vec![0; whole / 64];
                let most = dispatch!(level, simd => packed.or_within(simd, &of, &mut found));
                let found: Vec<bool> = (0..whole as u32).map(|bit| crate::set::get_bit(&found, bit)).collect();
                prop_assert_eq!(&found, &expected);
                prop_assert_eq!(most, greatest);
            }
            let mut block = [0; BLOCK];
            let rest = &ids[whole..];
            block.iter_mut().zip(rest).for_each(|(to, id)| *to = *id);
            let found = of.bits(&block);
            for (bit, id) in (0..).zip(rest) {
                prop_assert_eq!(crate::set::get_bit(&found, bit), is_within(*id));
            }
        }
    }
}
