//! The list form: pairs of numbers as gaps.
//!
//! Numbers `2p` and `2p + 1` form pair `p` (the two copies of a sample). Each entry is one LEB128
//! number `gap << 2 | which`: `gap` pairs lie between this pair and the one before (or the start),
//! `which` is 1 for the even number, 2 for the odd one, 3 for both. A homozygous carrier thus costs
//! what a heterozygous one does.
//!
//! A *skipping list* starts with `u32 entries`, and for every 256th entry but the first a skip
//! (`u32 pair`, the first pair that entry may hold; `u32 offset`, where its bytes start behind the
//! skips), so that looking for one number does not read the whole list.

use super::{Malformed, read_varint, varint_len, write_varint};

/// Entries from one skip to the next.
const SKIP: usize = 256;
/// A list of more entries than this gets skips.
const SKIP_FROM: usize = 1024;
/// Bytes of one skip.
const SKIP_LEN: usize = 8;

/// Entry by entry through the bytes of a list.
#[derive(Clone, Copy)]
pub(crate) struct Entries<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The first pair that the next entry may hold.
    next: u64,
    universe: u32,
}

impl<'a> Entries<'a> {
    pub(crate) fn new(bytes: &'a [u8], universe: u32) -> Self {
        Self {
            bytes,
            at: 0,
            next: 0,
            universe,
        }
    }

    /// The next pair and which of its numbers are in the set (1, 2 or 3).
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(u32, u32)>, Malformed> {
        if self.at >= self.bytes.len() {
            return Ok(None);
        }
        let entry = read_varint(self.bytes, &mut self.at)?;
        let which = entry & 3;
        let pair = self.next + u64::from(entry >> 2);
        let last = 2 * pair + u64::from(which >> 1);
        if which == 0 || last >= u64::from(self.universe) {
            return Err(Malformed("list entries that name numbers of the universe"));
        }
        self.next = pair + 1;
        // below the universe, which is a u32
        Ok(Some((pair as u32, which)))
    }
}

/// The skips and the entries of a skipping list.
pub(crate) struct Skipping<'a> {
    skips: &'a [u8],
    entries: &'a [u8],
}

impl<'a> Skipping<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (count, rest) = bytes
            .split_first_chunk::<4>()
            .ok_or(Malformed("a skipping list with its number of entries"))?;
        let skips = (u32::from_le_bytes(*count).saturating_sub(1) as usize / SKIP)
            .checked_mul(SKIP_LEN)
            .filter(|&len| len <= rest.len())
            .ok_or(Malformed("as many skips as the entries ask for"))?;
        let (skips, entries) = rest.split_at(skips);
        Ok(Self { skips, entries })
    }

    /// Checks what reading does not: the number of entries, and every skip.
    pub(crate) fn verify(bytes: &'a [u8], universe: u32) -> Result<(), Malformed> {
        let list = Self::parse(bytes)?;
        let count = bytes.first_chunk().map_or(0, |b| u32::from_le_bytes(*b));
        let mut entries = list.entries(universe);
        let mut skips = list.skips.chunks_exact(SKIP_LEN);
        let mut found = 0usize;
        loop {
            let (pair, offset) = (entries.next, entries.at);
            if entries.next()?.is_none() {
                break;
            }
            if found > 0 && found.is_multiple_of(SKIP) {
                let expected = (pair as u32)
                    .to_le_bytes()
                    .into_iter()
                    .chain((offset as u32).to_le_bytes());
                if !skips
                    .next()
                    .is_some_and(|skip| skip.iter().copied().eq(expected))
                {
                    return Err(Malformed("skips to the entries they stand for"));
                }
            }
            found += 1;
        }
        if found != count as usize {
            return Err(Malformed("as many entries as a skipping list says"));
        }
        Ok(())
    }

    pub(crate) fn entries(&self, universe: u32) -> Entries<'a> {
        Entries::new(self.entries, universe)
    }

    /// Entries from the last skip that does not lie behind `pair`.
    pub(crate) fn seek(&self, pair: u32, universe: u32) -> Result<Entries<'a>, Malformed> {
        let (mut low, mut high) = (0, self.skips.len() / SKIP_LEN);
        let mut entries = self.entries(universe);
        while low < high {
            let middle = low.midpoint(high);
            let (first, offset) = self
                .skips
                .get(middle * SKIP_LEN..)
                .and_then(|rest| rest.first_chunk::<SKIP_LEN>())
                .map(|&[a, b, c, d, e, f, g, h]| {
                    (
                        u32::from_le_bytes([a, b, c, d]),
                        u32::from_le_bytes([e, f, g, h]),
                    )
                })
                .ok_or(Malformed("whole skips"))?;
            if first <= pair {
                entries.next = u64::from(first);
                entries.at = offset as usize;
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if entries.at > self.entries.len() {
            return Err(Malformed("skips inside the list"));
        }
        Ok(entries)
    }
}

/// Appends `numbers` (ascending, distinct) as a list; `true` where it got skips.
pub(crate) fn encode_list(out: &mut Vec<u8>, numbers: impl Iterator<Item = u32>) -> bool {
    let start = out.len();
    let mut skips: Vec<(u32, u32)> = Vec::new();
    let mut entries = 0usize;
    let mut next = 0u32;
    let mut numbers = numbers.peekable();
    while let Some(number) = numbers.next() {
        let pair = number / 2;
        let which = if number % 2 == 1 {
            2
        } else if numbers.next_if_eq(&(number + 1)).is_some() {
            3
        } else {
            1
        };
        if entries > 0 && entries.is_multiple_of(SKIP) {
            skips.push((next, (out.len() - start) as u32));
        }
        write_varint(out, (pair - next) << 2 | which);
        next = pair + 1;
        entries += 1;
    }
    if entries <= SKIP_FROM {
        return false;
    }
    let body = out.split_off(start);
    out.extend((entries as u32).to_le_bytes());
    for (pair, offset) in skips {
        out.extend(pair.to_le_bytes());
        out.extend(offset.to_le_bytes());
    }
    out.extend(body);
    true
}

/// How many bytes [`encode_list`] appends, without skips.
pub(crate) fn list_len(numbers: impl Iterator<Item = u32>) -> usize {
    let mut next = 0;
    let mut len = 0;
    for number in numbers {
        let pair = number / 2;
        if pair >= next {
            len += varint_len((pair - next) << 2);
            next = pair + 1;
        }
    }
    len
}
