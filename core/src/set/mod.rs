//! Sets of people: in memory while a question is asked ([`SampleSet`]), and as they lie in a
//! segment's bytes ([`StoredSet`]), where they are counted and walked without being decoded first.
//!
//! A stored set holds numbers below its *universe*. Genotype sets are over **copies**: copy `c` of
//! sample `s` is number `2s + c`, so a set's size is the allele count, its samples are the carriers
//! and a sample with both numbers is homozygous. Everything read here is checked: bytes that do not
//! follow the specification give [`Malformed`], never a panic or a wild read.

#![deny(clippy::indexing_slicing)]

mod bits;
mod ids;
mod list;
mod order;
mod packed;
mod pairs;
mod phase;
mod portable;
mod runs;
mod samples;
mod stored;
mod strip;
mod sums;
mod writer;

pub(crate) use bits::{
    first_copies, for_each_bit, for_each_pair, get_bit, or_samples, samples_of_first_copies,
    set_bit, spread, words_for,
};
pub(crate) use list::encode_list;
pub(crate) use order::{CLASSES_MAX, Order, encode_order};
pub(crate) use pairs::{EVEN, PairCounts, count_pairs, write_pairs};
pub(crate) use phase::{PhaseSet, PhaseSets, PhaseWriter, is_phase_number, phase_number};
pub(crate) use runs::{ClassUnion, encode_runs};
pub use samples::SampleSet;
pub(crate) use stored::StoredSet;
pub(crate) use strip::{COUNTED, RowNumbers, STRIP_ROWS, StripCounts, StripKeys};
pub(crate) use sums::{ClassSteps, ClassSums, Numbers, add_of_samples, classes_of};
pub(crate) use writer::{Members, SetWriter, moved};

/// Bytes of a stored set that break the rule named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// Reads an unsigned LEB128 number of at most 32 bits at `*at` and moves `*at` past it.
pub(crate) fn read_varint(bytes: &[u8], at: &mut usize) -> Result<u32, Malformed> {
    let mut value = 0u64;
    for shift in [0u32, 7, 14, 21, 28] {
        let byte = *bytes
            .get(*at)
            .ok_or(Malformed("a number that ends inside the set"))?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return u32::try_from(value).map_err(|_| Malformed("a number below 2^32"));
        }
    }
    Err(Malformed("a number of at most five bytes"))
}

/// Appends `value` as unsigned LEB128.
pub(crate) fn write_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// How many bytes [`write_varint`] takes.
pub(crate) fn varint_len(value: u32) -> usize {
    match value {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        0x20_0000..0x1000_0000 => 4,
        _ => 5,
    }
}

/// Numbers for tests, each below what is asked for (xorshift).
#[cfg(test)]
pub(crate) fn drawing(seed: u64) -> impl FnMut(u32) -> u32 {
    let mut state = seed | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 32) as u32) % below
    }
}
