//! Genotypes of two copies in 8 bits, which is how nearly all are written.

use super::bcf::alleles;
use super::row::{Fault, Row};
use super::scan::Cell;
use super::typed::{Kind, ints};

/// Samples of which the cells fill one word of copies, and a word of cells.
const CELLS: usize = 32;
const EACH: u64 = 0x0101_0101_0101_0101;
/// The first copy's phase, which says nothing.
const FIRST_PHASE: u64 = 0x0001_0001_0001_0001;

/// The usual row: two bytes for each sample. Like the scan of text, but four cells at a time.
pub(super) fn scan_int8(bytes: &[u8], row: &mut Row, odd: &mut bool) -> Result<(), Fault> {
    let known = bytes
        .chunks_exact(2)
        .find(|c| matches!(c, [_, b] if (2..0x80).contains(b)));
    let phased = matches!(known, Some([_, b]) if b & 1 == 1);
    let background = 0x0202_0202_0202_0202 | if phased { FIRST_PHASE << 8 } else { 0 };
    let mut cell = Cell::default();
    for (word, block) in bytes.chunks(2 * CELLS).enumerate() {
        let first = word * CELLS;
        let mut bits = 0;
        let mut plain: u32 = 0;
        let (fours, rest) = block.as_chunks::<8>();
        let mut one = |row: &mut Row, sample: usize, bytes: &[u8]| {
            alleles(ints(Kind::Int8, bytes), sample, &mut cell, odd)?;
            row.put(sample, &cell.alleles, cell.unphased);
            Ok(())
        };
        for (n, four) in fours.iter().enumerate() {
            let x = (u64::from_le_bytes(*four) & !FIRST_PHASE) ^ background;
            // Alleles 0 and 1 are stored as 2 and 4 plus phase, so they differ in two bits.
            if x & !(6 * EACH) == 0 && ((x >> 1) ^ (x >> 2)) & EACH == 0 {
                let eight = ((x >> 1) & EACH).wrapping_mul(0x0102_0408_1020_4080) >> 56;
                bits |= eight << (8 * n);
                plain |= 0xf << (4 * n);
            } else {
                for (i, cell) in four.chunks(2).enumerate() {
                    one(row, first + 4 * n + i, cell)?;
                }
            }
        }
        for (i, cell) in rest.chunks(2).enumerate() {
            one(row, first + 4 * fours.len() + i, cell)?;
        }
        if phased {
            row.put_phased(word, bits, plain.count_ones() as usize);
        } else {
            row.put_unphased(word, bits, plain);
        }
    }
    Ok(())
}
