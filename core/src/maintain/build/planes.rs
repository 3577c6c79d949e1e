//! The sets of a chunk's records as bits, and back.

use crate::input::chunk::{Chunk, Plane, Span};
use crate::set::{for_each_bit, get_bit, set_bit, words_for};

/// A plane as bits.
pub(super) fn bits(chunk: &Chunk, plane: Plane, universe: u32) -> Vec<u64> {
    let mut words = vec![0; words_for(universe)];
    match plane {
        Plane::Empty => {}
        Plane::Full => (0..universe).for_each(|n| set_bit(&mut words, n)),
        Plane::List(span) => {
            let list = chunk.list.get(span.range()).unwrap_or_default();
            list.iter().for_each(|&n| set_bit(&mut words, n));
        }
        Plane::Bits(span) => {
            let from = chunk.words.get(span.range()).unwrap_or_default();
            for_each_bit(from, |n| set_bit(&mut words, n));
        }
        Plane::AllBut(span) => {
            let list = chunk.list.get(span.range()).unwrap_or_default();
            (0..universe)
                .filter(|n| list.binary_search(n).is_err())
                .for_each(|n| set_bit(&mut words, n));
        }
    }
    words
}

/// Whether a plane has a number.
pub(super) fn contains(chunk: &Chunk, plane: Plane, n: u32) -> bool {
    match plane {
        Plane::Empty => false,
        Plane::Full => true,
        Plane::List(span) => {
            let list = chunk.list.get(span.range()).unwrap_or_default();
            list.binary_search(&n).is_ok()
        }
        Plane::Bits(span) => get_bit(chunk.words.get(span.range()).unwrap_or_default(), n),
        Plane::AllBut(span) => {
            let list = chunk.list.get(span.range()).unwrap_or_default();
            list.binary_search(&n).is_err()
        }
    }
}

/// Bits as a plane, in the form that a reader gives it.
pub(super) fn plane(words: &[u64], universe: u32, chunk: &mut Chunk) -> Plane {
    let count: u32 = words.iter().map(|word| word.count_ones()).sum();
    match count {
        0 => Plane::Empty,
        _ if count == universe => Plane::Full,
        _ if u64::from(count) * 32 < u64::from(universe) => {
            let start = chunk.list.len() as u32;
            for_each_bit(words, |n| chunk.list.push(n));
            let end = chunk.list.len() as u32;
            Plane::List(Span { start, end })
        }
        _ => {
            let start = chunk.words.len() as u32;
            chunk.words.extend_from_slice(words);
            let end = chunk.words.len() as u32;
            Plane::Bits(Span { start, end })
        }
    }
}
