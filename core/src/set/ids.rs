//! Class ids, packed so that many are unpacked at once.
//!
//! Ids stand in blocks of 256: 16 lanes of 16 ids. Id `i` of a block of `l` lanes is number `i / l` of lane `i % l`; the
//! last block has as few lanes as its ids need. A lane's ids of `w` bits each, least significant bit first, fill `w` words
//! of 16 bits; word `k` of all lanes stands before word `k + 1` of any. So one shift unpacks an id of every lane.

use super::Malformed;
use fearless_simd::{Level, dispatch};

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
    }
}
