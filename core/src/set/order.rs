//! The ordered-runs form: common sets as runs of haplotype classes.
//!
//! An *order* belongs to a stretch of common rows (an ordering block). It sorts the copies by the
//! alleles they carry over those rows; copies that carry the same alleles throughout form a
//! **class**, so that every one of these rows is a union of classes, and a short list of runs of
//! them, because haplotypes that share ancestry stand side by side. Unlike in a PBWT there is one
//! order per stretch, so each row is read alone.
//!
//! Bytes of an order over `n` copies (`w` bits hold the largest copy number):
//!
//! | what | size |
//! |---|---|
//! | number of classes, `u32`; zero, `u32` | 8 |
//! | starts: bit `i` set where position `i` begins a class | 8 ⌈n/64⌉ |
//! | ranks: classes that begin before position 4096 `i`, `u32` | 4 ⌈n/4096⌉, padded to 8 |
//! | copies by position, `w` bits each, least significant bit first | ⌈n w/8⌉ |
//! | zero bytes, so that eight bytes can be read at every copy | 8 |
//!
//! Bytes of a row: the gaps between successive run boundaries, counted in classes from class 0.
//! Outside the set before the first boundary, each boundary crosses to the other side. A gap below
//! 255 is one byte, else 255 and the rest as LEB128.

use super::bits::{for_each_run_of_bits, set_range};
use super::{Malformed, get_bit, read_varint, set_bit, words_for, write_varint};

const HEAD: usize = 8;
/// Words of `starts` from one rank to the next.
const RANK_WORDS: usize = 64;
const SLACK: usize = 8;
const ESCAPE: u8 = 255;

/// A checked view of an order's bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'a> {
    starts: &'a [u8],
    ranks: &'a [u8],
    copies: &'a [u8],
    width: u32,
    universe: u32,
    classes: u32,
}

fn width_for(universe: u32) -> u32 {
    (u32::BITS - universe.saturating_sub(1).leading_zeros()).max(1)
}

/// Lengths of starts, ranks and copies.
fn lengths(universe: u32) -> (usize, usize, usize) {
    let words = words_for(universe);
    let ranks = words.div_ceil(RANK_WORDS).next_multiple_of(2);
    let bits = u64::from(universe) * u64::from(width_for(universe));
    (words * 8, ranks * 4, bits.div_ceil(8) as usize + SLACK)
}

impl<'a> Order<'a> {
    pub(crate) fn parse(bytes: &'a [u8], universe: u32) -> Result<Self, Malformed> {
        let (starts, ranks, copies) = lengths(universe);
        if bytes.len() != HEAD + starts + ranks + copies {
            return Err(Malformed(
                "an order as long as its number of copies asks for",
            ));
        }
        let (head, rest) = bytes.split_at(HEAD);
        let classes = match *head {
            [a, b, c, d, 0, 0, 0, 0] => u32::from_le_bytes([a, b, c, d]),
            _ => return Err(Malformed("an order's head with zeros behind the classes")),
        };
        if classes > universe || (classes == 0) != (universe == 0) {
            return Err(Malformed("at most as many classes as copies"));
        }
        let (starts, rest) = rest.split_at(starts);
        let (ranks, copies) = rest.split_at(ranks);
        Ok(Self {
            starts,
            ranks,
            copies,
            width: width_for(universe),
            universe,
            classes,
        })
    }

    /// How many copies it orders.
    pub(crate) fn universe(&self) -> u32 {
        self.universe
    }

    pub(crate) fn classes(&self) -> u32 {
        self.classes
    }

    /// Calls `f` with the copies at positions `first..end`, several to each word read.
    #[inline]
    fn for_copies(&self, first: u32, end: u32, mut f: impl FnMut(u32)) -> Result<(), Malformed> {
        // of a word read at any bit of its first byte, at least 57 bits are there
        let at_once = 57 / self.width;
        let copy_bits = (1u64 << self.width) - 1;
        let mut position = first;
        while position < end {
            let bit = u64::from(position) * u64::from(self.width);
            let bytes = self.copies.get((bit / 8) as usize..);
            let bytes = bytes.and_then(|bytes| bytes.first_chunk());
            let word = bytes.ok_or(Malformed("copies for all positions"))?;
            let mut word = u64::from_le_bytes(*word) >> (bit % 8);
            let count = at_once.min(end - position);
            for _ in 0..count {
                let copy = (word & copy_bits) as u32;
                if copy >= self.universe {
                    return Err(Malformed("copies below the number of copies"));
                }
                f(copy);
                word >>= self.width;
            }
            position += count;
        }
        Ok(())
    }

    fn start_word(&self, i: usize) -> Option<u64> {
        Some(u64::from_le_bytes(
            *self.starts.get(i * 8..)?.first_chunk()?,
        ))
    }

    /// For each class, how many members of `mask` (bits over copies) lie in the classes before it;
    /// one entry more than classes, the last being the total.
    pub(crate) fn class_prefix(&self, mask: &[u64], out: &mut Vec<u32>) -> Result<(), Malformed> {
        out.clear();
        out.reserve(self.classes as usize + 1);
        let mut total = 0u32;
        for i in 0..words_for(self.universe) {
            let first = i as u32 * 64;
            let end = self.universe.min(first.saturating_add(64));
            let (mut members, mut bit) = (0u64, 1u64);
            self.for_copies(first, end, |copy| {
                members |= bit & u64::from(get_bit(mask, copy)).wrapping_neg();
                bit = bit.rotate_left(1);
            })?;
            let mut starts = self.start_word(i).unwrap_or(0);
            if end - first < 64 {
                starts &= (1 << (end - first)) - 1;
            }
            while starts != 0 {
                let below = (starts & starts.wrapping_neg()) - 1;
                out.push(total + (members & below).count_ones());
                starts &= starts - 1;
            }
            total += members.count_ones();
        }
        out.push(total);
        if out.len() != self.classes as usize + 1 {
            return Err(Malformed("as many class starts as classes"));
        }
        Ok(())
    }

    /// Calls `f` with each copy of classes `from..to`; `cursor` must only move forward.
    fn expand(
        &self,
        cursor: &mut Cursor,
        from: u32,
        to: u32,
        f: &mut impl FnMut(u32),
    ) -> Result<(), Malformed> {
        let first = self.position_of(cursor, from)?;
        let end = self.position_of(cursor, to)?;
        self.for_copies(first, end, f)
    }

    /// Where class `class` starts; the end where it is one past the last.
    fn position_of(&self, cursor: &mut Cursor, class: u32) -> Result<u32, Malformed> {
        if class >= self.classes {
            return Ok(self.universe);
        }
        self.leap(cursor, class);
        loop {
            let word = self
                .start_word(cursor.word)
                .ok_or(Malformed("as many class starts as classes"))?;
            let here = word.count_ones();
            if cursor.before + here > class {
                let position = cursor.word as u32 * 64 + select(word, class - cursor.before);
                return Ok(position.min(self.universe));
            }
            cursor.before += here;
            cursor.word += 1;
        }
    }

    /// Jumps ahead by the ranks where `class` lies more than one rank away.
    fn leap(&self, cursor: &mut Cursor, class: u32) {
        let rank_at = |i: usize| {
            let bytes = self.ranks.get(i * 4..)?.first_chunk()?;
            Some(u32::from_le_bytes(*bytes))
        };
        let count = words_for(self.universe).div_ceil(RANK_WORDS);
        let mut low = cursor.word / RANK_WORDS + 1;
        if rank_at(low).is_none_or(|rank| low >= count || rank > class) {
            return;
        }
        let mut high = count;
        while low + 1 < high {
            let middle = low.midpoint(high);
            if rank_at(middle).is_some_and(|rank| rank <= class) {
                low = middle;
            } else {
                high = middle;
            }
        }
        if let Some(rank) = rank_at(low) {
            *cursor = Cursor {
                word: low * RANK_WORDS,
                before: rank,
            };
        }
    }

    /// Checks what reading does not: every copy stands once, ranks and classes agree with the starts.
    pub(crate) fn verify(&self) -> Result<(), Malformed> {
        let mut seen = vec![0u64; words_for(self.universe)];
        let mut twice = false;
        self.for_copies(0, self.universe, |copy| {
            twice |= get_bit(&seen, copy);
            set_bit(&mut seen, copy);
        })?;
        if twice {
            return Err(Malformed("every copy once in an order"));
        }
        let bits = u64::from(self.universe) * u64::from(self.width);
        let whole = (bits / 8) as usize;
        let mut behind = self.copies.get(whole..).unwrap_or_default().iter();
        let part = match bits % 8 {
            0 => 0,
            used => behind.next().map_or(0, |byte| byte >> used),
        };
        let ranks = words_for(self.universe).div_ceil(RANK_WORDS) * 4;
        let padding = self.ranks.get(ranks..).unwrap_or_default();
        if part != 0 || behind.chain(padding).any(|&byte| byte != 0) {
            return Err(Malformed("zeros behind the ranks and the copies"));
        }
        let last = self.starts.len() / 8;
        if let (Some(last), used @ 1..) = (last.checked_sub(1), self.universe % 64)
            && self.start_word(last).unwrap_or(0) >> used != 0
        {
            return Err(Malformed("no class start past the copies"));
        }
        let mut before = 0u32;
        for i in 0..words_for(self.universe) {
            if i % RANK_WORDS == 0 {
                let rank = self
                    .ranks
                    .get(i / RANK_WORDS * 4..)
                    .and_then(|r| r.first_chunk());
                if rank.is_none_or(|&rank| u32::from_le_bytes(rank) != before) {
                    return Err(Malformed("ranks that count the class starts"));
                }
            }
            before += self.start_word(i).unwrap_or(0).count_ones();
        }
        let first = self.universe == 0 || self.start_word(0).unwrap_or(0) & 1 == 1;
        if before != self.classes || !first {
            return Err(Malformed("as many class starts as classes, the first at 0"));
        }
        Ok(())
    }
}

/// Where a forward walk over the class starts stands.
#[derive(Default)]
struct Cursor {
    word: usize,
    /// Classes that start before `word`.
    before: u32,
}

/// The position of the `n`th set bit (from 0); `n` is below the number of set bits.
fn select(word: u64, n: u32) -> u32 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    // byte i of `upto` counts the set bits in bytes 0..=i
    let pairs = word - (word >> 1 & 0x5555_5555_5555_5555);
    let nibbles = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333);
    let upto = ((nibbles + (nibbles >> 4)) & 0x0f0f_0f0f_0f0f_0f0f).wrapping_mul(ONES);
    // the first byte of which the count exceeds n
    let exceeds = ((upto | HIGHS) - (u64::from(n) + 1) * ONES) & HIGHS;
    let byte = exceeds.trailing_zeros() / 8;
    let before = (upto << 8 >> (8 * byte)) as u32 & 0xff;
    let mut rest = word >> (8 * byte) & 0xff;
    for _ in before..n {
        rest &= rest.wrapping_sub(1);
    }
    8 * byte + rest.trailing_zeros()
}

/// Run boundaries of a row, ascending.
struct Boundaries<'a> {
    bytes: &'a [u8],
    at: usize,
    class: u64,
}

impl Boundaries<'_> {
    #[inline]
    fn next(&mut self) -> Result<Option<u64>, Malformed> {
        let Some(&gap) = self.bytes.get(self.at) else {
            return Ok(None);
        };
        self.at += 1;
        self.class += u64::from(gap);
        if gap == ESCAPE {
            self.class += u64::from(read_varint(self.bytes, &mut self.at)?);
        }
        Ok(Some(self.class))
    }
}

/// How many members of the mask behind `prefix` (see [`Order::class_prefix`]) are in the row.
#[inline]
pub(super) fn count_runs(row: &[u8], prefix: &[u32]) -> Result<u32, Malformed> {
    let mut boundaries = Boundaries {
        bytes: row,
        at: 0,
        class: 0,
    };
    // alternating sum: after an even number of boundaries this is the sum over whole runs
    let mut sum = 0u32;
    let mut inside = false;
    while let Some(class) = boundaries.next()? {
        let before = *prefix
            .get(class as usize)
            .ok_or(Malformed("run boundaries within the classes"))?;
        sum = before.wrapping_sub(sum);
        inside = !inside;
    }
    if inside {
        sum = prefix.last().copied().unwrap_or(0).wrapping_sub(sum);
    }
    Ok(sum)
}

/// Calls `f` with every copy of the row, in the order's order.
pub(super) fn walk_runs(
    row: &[u8],
    order: &Order<'_>,
    f: &mut impl FnMut(u32),
) -> Result<(), Malformed> {
    let mut cursor = Cursor::default();
    for_each_run(row, order.classes, |from, to| {
        order.expand(&mut cursor, from, to, f)
    })
}

/// Checks what reading does not: boundaries ascend strictly and are below the number of classes.
pub(super) fn verify_runs(row: &[u8], classes: u32) -> Result<(), Malformed> {
    let mut boundaries = Boundaries {
        bytes: row,
        at: 0,
        class: 0,
    };
    let mut last = None;
    while let Some(class) = boundaries.next()? {
        if last.is_some_and(|last| last >= class) || class >= u64::from(classes) {
            return Err(Malformed("run boundaries that ascend within the classes"));
        }
        last = Some(class);
    }
    Ok(())
}

/// Calls `f` with the bounds of each run of classes.
fn for_each_run(
    row: &[u8],
    classes: u32,
    mut f: impl FnMut(u32, u32) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let mut boundaries = Boundaries {
        bytes: row,
        at: 0,
        class: 0,
    };
    loop {
        let Some(from) = boundaries.next()? else {
            return Ok(());
        };
        let to = boundaries.next()?.unwrap_or(u64::from(classes));
        if to > u64::from(classes) || from > to {
            return Err(Malformed("run boundaries within the classes"));
        }
        f(from as u32, to as u32)?;
    }
}

/// Ors the row's classes into `acc`, bits over classes: a union of many rows of one order is
/// expanded once.
pub(super) fn or_classes(row: &[u8], classes: u32, acc: &mut [u64]) -> Result<(), Malformed> {
    for_each_run(row, classes, |from, to| {
        set_range(acc, from, to);
        Ok(())
    })
}

/// Calls `f` with every copy of the classes in `acc`.
pub(super) fn walk_classes(
    acc: &[u64],
    order: &Order<'_>,
    f: &mut impl FnMut(u32),
) -> Result<(), Malformed> {
    let mut cursor = Cursor::default();
    for_each_run_of_bits(acc, order.classes, |from, to| {
        order.expand(&mut cursor, from, to, f)
    })
}

/// Appends the order of `copies` (a permutation of all copies) of which the classes begin at the
/// positions set in `starts`.
pub(crate) fn encode_order(out: &mut Vec<u8>, copies: &[u32], starts: &[u64]) {
    let universe = copies.len() as u32;
    let (_, ranks_len, copies_len) = lengths(universe);
    let classes: u32 = starts.iter().map(|word| word.count_ones()).sum();
    out.extend(classes.to_le_bytes());
    out.extend([0; 4]);
    for word in starts {
        out.extend(word.to_le_bytes());
    }
    let ranks_start = out.len();
    let mut before = 0u32;
    for words in starts.chunks(RANK_WORDS) {
        out.extend(before.to_le_bytes());
        before += words.iter().map(|word| word.count_ones()).sum::<u32>();
    }
    out.resize(ranks_start + ranks_len, 0);
    let copies_start = out.len();
    let width = width_for(universe);
    let mut pending = 0u64;
    let mut bits = 0;
    for &copy in copies {
        pending |= u64::from(copy) << bits;
        bits += width;
        while bits >= 8 {
            out.push(pending as u8);
            pending >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        out.push(pending as u8);
    }
    out.resize(copies_start + copies_len, 0);
}

/// Appends the runs of which the boundaries (ascending class numbers) are given.
pub(crate) fn encode_runs(out: &mut Vec<u8>, boundaries: impl Iterator<Item = u32>) {
    let mut last = 0;
    for boundary in boundaries {
        let gap = boundary - last;
        last = boundary;
        if gap < u32::from(ESCAPE) {
            out.push(gap as u8);
        } else {
            out.push(ESCAPE);
            write_varint(out, gap - u32::from(ESCAPE));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn select_finds_every_set_bit(word: u64) {
            for (n, bit) in (0..).zip((0..64).filter(|bit| word >> bit & 1 != 0)) {
                prop_assert_eq!(select(word, n), bit);
            }
        }
    }
}
