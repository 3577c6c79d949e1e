//! The list form: pairs of numbers as gaps.
//!
//! Numbers `2p` and `2p + 1` form pair `p` (the two copies of a sample). Each entry is one LEB128
//! number `gap << 2 | which`: `gap` pairs lie between this pair and the one before (or the start),
//! `which` is 1 for the even number, 2 for the odd one, 3 for both. A homozygous carrier thus costs
//! what a heterozygous one does.

use super::{Malformed, read_varint, varint_len, write_varint};

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

/// Numbers (ascending, distinct) as pairs: which pair, and which of its two numbers (1, 2 or 3).
pub(super) fn pairs_of(mut numbers: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    std::iter::from_fn(move || {
        let (pair, rest) = match numbers {
            [a, b, rest @ ..] if a % 2 == 0 && *b == a + 1 => ((a / 2, 3), rest),
            [a, rest @ ..] => ((a / 2, 1 << (a % 2)), rest),
            [] => return None,
        };
        numbers = rest;
        Some(pair)
    })
}

/// Appends `numbers` (ascending, distinct) as a list.
pub(crate) fn encode_list(out: &mut Vec<u8>, numbers: &[u32]) {
    let mut next = 0;
    for (pair, which) in pairs_of(numbers) {
        write_varint(out, (pair - next) << 2 | which);
        next = pair + 1;
    }
}

/// How many bytes [`encode_list`] appends.
pub(crate) fn list_len(numbers: &[u32]) -> usize {
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
