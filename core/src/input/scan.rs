//! The genotype columns of a text record.
//!
//! Almost every cell of a cohort is `0|0` or `0/0`, four bytes with its tab. Rows of nothing but GT
//! are compared with that background 128 bytes (64 copies, one word) at a time; where a block
//! differs, two cells at a time are turned into four bits; only cells that are neither 0 nor 1 are
//! looked at one by one. Every other shape of row takes the general way, cell by cell.

use super::phase::PhaseFields;
use super::row::{Fault, MISSING, Row};
use memchr::memchr;

/// Cells in a block, and its bytes.
const CELLS: usize = 32;
const BLOCK: usize = 4 * CELLS;
/// The lowest bits of both alleles of two cells.
const ALLELES: u64 = 0x0001_0001_0001_0001;

/// What the FORMAT column says about where things are.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// GT, or LGT where there is no GT.
    pub(super) genotype: Option<usize>,
    /// LAA where the genotype is LGT.
    pub(super) local: Option<usize>,
    /// FORMAT is GT alone.
    pub(super) alone: bool,
    /// What a genotype needs to be believed.
    pub(super) least: Vec<Least>,
    /// Warnings of each record of this layout, where a bound decides nothing.
    pub(super) undecided: Vec<&'static str>,
    /// The length of a sample's reference block.
    pub(super) block: Option<usize>,
    /// Whether samples may be inside of such blocks, in which their genotypes are left out.
    pub(super) blocks: bool,
    pub(super) phase: PhaseFields,
}

/// The least value that a genotype needs.
#[derive(Debug, Clone)]
pub(super) struct Least {
    /// The field it is of, and the one that stands in where that says nothing.
    pub(super) fields: [Option<usize>; 2],
    pub(super) least: f64,
    /// The warning where neither says anything of a genotype that is called.
    pub(super) unknown: &'static str,
}

/// Reads the sample columns `region` into `row`; the answer is [`Row::check`]'s.
pub(super) fn scan(
    region: &[u8],
    layout: &Layout,
    row: &mut Row,
    alts: usize,
    scratch: &mut Cell,
) -> Result<bool, Fault> {
    // of the record before
    scratch.undecided.clear();
    let Some(genotype) = layout.genotype else {
        return Ok(false);
    };
    let samples = row.samples();
    if layout.alone && layout.least.is_empty() {
        if scan_diploid(region, row) {
            return row.check();
        }
        row.reset(samples, alts);
    }
    let simple = genotype == 0
        && layout.local.is_none()
        && layout.least.is_empty()
        && layout.block.is_none();
    let phase = Some(layout.phase).filter(|fields| !fields.are_absent());
    let mut rest = region;
    for sample in 0..samples {
        let (cell, next) = match memchr(b'\t', rest) {
            Some(at) => (rest.get(..at), rest.get(at + 1..)),
            None => (Some(rest), None),
        };
        let cell = cell.unwrap_or_default();
        if simple && let Some((a, b, unphased)) = single_digits(cell) {
            row.put_diploid(sample, a, b, unphased);
            if let Some(fields) = phase.filter(|_| [a, b].iter().any(|&a| a != 0 && a != MISSING)) {
                row.put_cell_phase(fields, cell, sample, (&[a, b], unphased))?;
            }
        } else {
            scratch.read(cell, layout, genotype, sample)?;
            row.put(sample, &scratch.alleles, scratch.unphased);
            if let Some(length) = scratch.block {
                row.put_block(sample, length);
            }
            if let Some(fields) = phase.filter(|_| scratch.carries()) {
                let call = (&scratch.alleles[..], scratch.unphased);
                row.put_cell_phase(fields, cell, sample, call)?;
            }
        }
        match next {
            Some(next) => rest = next,
            None if sample + 1 == samples => return row.check(),
            None => return Err(columns(samples, &format!("{} sample columns", sample + 1))),
        }
    }
    Err(columns(samples, "more sample columns"))
}

pub(super) fn columns(samples: usize, found: &str) -> Fault {
    Fault {
        sample: samples,
        expected: "as many sample columns as the header has names",
        found: format!("{found}, the header having {samples}").into_bytes(),
    }
}

fn word_at(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..at + 8)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u64::from_le_bytes)
}

/// Rows where each cell is a diploid genotype of single digits; `false` where one is not, and `row`
/// then holds something to be thrown away.
fn scan_diploid(region: &[u8], row: &mut Row) -> bool {
    let samples = row.samples();
    let Some(&separator) = region.get(1) else {
        return false;
    };
    let unphased = match separator {
        b'/' => true,
        b'|' => false,
        _ => return false,
    };
    if region.len() + 1 != 4 * samples {
        return false;
    }
    let cell = u64::from(u32::from_le_bytes([b'0', separator, b'0', b'\t']));
    let background = cell << 32 | cell;
    // The last cell has no tab, so it never lies in a whole block.
    let (blocks, rest) = region.as_chunks::<BLOCK>();
    for (word, block) in blocks.iter().enumerate() {
        let mut differs = 0;
        for at in (0..BLOCK).step_by(8) {
            differs |= word_at(block, at) ^ background;
        }
        if differs == 0 {
            put_block(row, word, 0, u32::MAX, unphased);
            continue;
        }
        let mut bits = 0;
        let mut plain = 0;
        for pair in 0..CELLS / 2 {
            let x = word_at(block, 8 * pair) ^ background;
            if x & !ALLELES == 0 {
                // Moves bits 0, 16, 32 and 48 side by side into the topmost places.
                let four = (x.wrapping_mul(0x0001_0002_0004_0008) >> 48) & 0xf;
                bits |= four << (4 * pair);
                plain |= 3 << (2 * pair);
            } else {
                let first = word * CELLS + 2 * pair;
                for (i, cell) in block
                    .get(8 * pair..)
                    .unwrap_or_default()
                    .chunks(4)
                    .take(2)
                    .enumerate()
                {
                    if !put_cell(row, first + i, cell) {
                        return false;
                    }
                }
            }
        }
        put_block(row, word, bits, plain, unphased);
    }
    let done = blocks.len() * CELLS;
    for (i, cell) in rest.chunks(4).enumerate() {
        let last = done + i + 1 == samples;
        let whole = match cell {
            [a, s, b] if last => put_cell(row, done + i, &[*a, *s, *b, b'\t']),
            cell => put_cell(row, done + i, cell),
        };
        if !whole {
            return false;
        }
    }
    true
}

fn put_block(row: &mut Row, word: usize, bits: u64, samples: u32, unphased: bool) {
    if unphased {
        row.put_unphased(word, bits, samples);
    } else {
        row.put_phased(word, bits, samples.count_ones() as usize);
    }
}

/// One cell of four bytes, its tab included.
fn put_cell(row: &mut Row, sample: usize, cell: &[u8]) -> bool {
    let Some((genotype, b"\t")) = cell.split_at_checked(3) else {
        return false;
    };
    match single_digits(genotype) {
        Some((a, b, unphased)) => row.put_diploid(sample, a, b, unphased),
        None => return false,
    }
    true
}

/// A diploid genotype of single digits at the start of a cell.
fn single_digits(cell: &[u8]) -> Option<(u32, u32, bool)> {
    let (&[a, separator, b], rest) = cell.split_first_chunk()?;
    let ends = matches!(rest, [] | [b':', ..]);
    let unphased = match separator {
        b'/' => true,
        b'|' => false,
        _ => return None,
    };
    let allele = |c: u8| match c {
        b'0'..=b'9' => Some(u32::from(c - b'0')),
        b'.' => Some(MISSING),
        _ => None,
    };
    ends.then_some((allele(a)?, allele(b)?, unphased))
}

/// Scratch for one cell of any shape.
#[derive(Default)]
pub(super) struct Cell {
    pub(super) alleles: Vec<u32>,
    pub(super) unphased: bool,
    /// How long the reference block is that it begins; 0 where a bound made the genotype unknown, which must not
    /// be taken for one that a block leaves out.
    pub(super) block: Option<i32>,
    /// Whether a bound made it unknown.
    pub(super) failed: bool,
    /// Warnings of the record, where a bound decided nothing: each once.
    pub(super) undecided: Vec<&'static str>,
    /// LAA, as numbers where they are.
    local: Vec<Option<u32>>,
}

impl Cell {
    fn read(
        &mut self,
        cell: &[u8],
        layout: &Layout,
        genotype: usize,
        sample: usize,
    ) -> Result<(), Fault> {
        let fault = |expected, found: &[u8]| Fault {
            sample,
            expected,
            found: found.to_vec(),
        };
        self.failed = false;
        // Trailing fields may be left out; the first one is always there.
        match field(cell, genotype) {
            Some(text) => {
                if !self.genotype(text) {
                    return Err(fault("a genotype", text));
                }
            }
            None => {
                self.alleles.clear();
                self.unphased = false;
            }
        }
        if let Some(local) = layout.local {
            let list = field(cell, local).unwrap_or_default();
            if !self.globalise(list) {
                return Err(fault("LAA with the alleles that LGT names", cell));
            }
        }
        for bound in &layout.least {
            let mut known = None;
            for at in bound.fields.into_iter().flatten() {
                let first = field(cell, at).unwrap_or_default();
                let first = first.split(|&b| b == b',').next().unwrap_or_default();
                if matches!(first, b"" | b".") {
                    continue;
                }
                let value = std::str::from_utf8(first).ok().and_then(|t| t.parse().ok());
                let Some(value) = value else {
                    return Err(fault("a number", first));
                };
                known = Some(value);
                break;
            }
            self.hold_against(bound, known);
        }
        self.block = Some(0).filter(|_| layout.blocks && self.failed);
        if let Some(text) = layout.block.and_then(|at| field(cell, at))
            && self.is_reference()
        {
            let length = std::str::from_utf8(text).ok().and_then(|t| t.parse().ok());
            self.block = length.filter(|&length| length > 0);
        }
        Ok(())
    }

    /// Makes the genotype unknown where the value is below the bound.
    pub(super) fn hold_against(&mut self, bound: &Least, value: Option<f64>) {
        match value {
            Some(value) if value < bound.least => {
                self.failed |= self.alleles.iter().any(|&allele| allele != MISSING);
                self.fail();
            }
            Some(value) if !value.is_nan() => {}
            _ => {
                let called = self.alleles.iter().any(|&allele| allele != MISSING);
                if called && !self.undecided.contains(&bound.unknown) {
                    self.undecided.push(bound.unknown);
                }
            }
        }
    }

    /// Whether all copies are known and REF.
    pub(super) fn is_reference(&self) -> bool {
        !self.alleles.is_empty() && self.alleles.iter().all(|&allele| allele == 0)
    }

    /// Makes the whole genotype unknown, of the ploidy it has.
    pub(super) fn fail(&mut self) {
        self.alleles.fill(MISSING);
    }

    /// Whether a copy has an ALT.
    pub(super) fn carries(&self) -> bool {
        self.alleles.iter().any(|&a| a != 0 && a != MISSING)
    }

    /// Reads a genotype of any ploidy, with or without a leading phase.
    pub(super) fn genotype(&mut self, text: &[u8]) -> bool {
        self.alleles.clear();
        self.unphased = false;
        let mut rest = text;
        if let Some((&separator @ (b'/' | b'|'), tail)) = rest.split_first() {
            self.unphased = separator == b'/';
            rest = tail;
        }
        loop {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let allele = match rest.first() {
                Some(b'.') => MISSING,
                _ if digits == 0 => return false,
                // More than any record has: refused as too high, whatever its size.
                _ if digits > 9 => MISSING - 1,
                _ => (rest.iter().take(digits)).fold(0, |n, b| 10 * n + u32::from(b - b'0')),
            };
            self.alleles.push(allele);
            rest = rest.get(digits.max(1)..).unwrap_or_default();
            match rest.split_first() {
                None => return true,
                Some((b'/', tail)) => {
                    self.unphased = true;
                    rest = tail;
                }
                Some((b'|', tail)) => rest = tail,
                Some(_) => return false,
            }
        }
    }

    /// Turns positions in LAA into allele numbers.
    pub(super) fn globalise(&mut self, list: &[u8]) -> bool {
        let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u32>().ok();
        self.local.clear();
        self.local.extend(list.split(|&b| b == b',').map(number));
        for allele in &mut self.alleles {
            if matches!(*allele, 0 | MISSING) {
                continue;
            }
            let global = self.local.get(*allele as usize - 1).copied().flatten();
            match global.filter(|&n| n > 0 && n != MISSING) {
                Some(n) => *allele = n,
                None => return false,
            }
        }
        true
    }
}

/// The `n`th of the fields that `:` separates.
pub(super) fn field(cell: &[u8], n: usize) -> Option<&[u8]> {
    let mut rest = cell;
    for _ in 0..n {
        rest = rest.get(memchr(b':', rest)? + 1..)?;
    }
    let end = memchr(b':', rest).unwrap_or(rest.len());
    rest.get(..end)
}
