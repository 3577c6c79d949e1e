//! Flat bit sets as slices of words, least significant bit first.

use super::EVEN;

/// How many words hold `n` bits.
pub(crate) fn words_for(n: u32) -> usize {
    n.div_ceil(64) as usize
}

/// Whether bit `i` is set; bits past the end are not.
pub(crate) fn get_bit(words: &[u64], i: u32) -> bool {
    words
        .get((i / 64) as usize)
        .is_some_and(|word| word >> (i % 64) & 1 != 0)
}

/// Sets bit `i`; a bit past the end is ignored.
pub(crate) fn set_bit(words: &mut [u64], i: u32) {
    if let Some(word) = words.get_mut((i / 64) as usize) {
        *word |= 1 << (i % 64);
    }
}

/// The eight bytes from `at` on as a word, with zeros for those past the end.
#[inline]
pub(super) fn word_at(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or(&[]);
    if let Some(word) = rest.first_chunk() {
        return u64::from_le_bytes(*word);
    }
    match bytes.last_chunk() {
        _ if rest.is_empty() => 0,
        Some(word) => u64::from_le_bytes(*word) >> (64 - 8 * rest.len()),
        None => rest
            .iter()
            .rev()
            .fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// Calls `f` with the bounds of each run of set bits below `n`, ascending.
pub(crate) fn for_each_run_of_bits<E>(
    words: &[u64],
    n: u32,
    mut f: impl FnMut(u32, u32) -> Result<(), E>,
) -> Result<(), E> {
    let word_at = |i: u32| words.get(i as usize).copied().unwrap_or(0);
    // the first position from `at` on where the bit, flipped by `flip`, is set
    let next = |at: u32, flip: u64| {
        let mut i = at / 64;
        let mut word = (word_at(i) ^ flip) & u64::MAX << (at % 64);
        while word == 0 && (i + 1) * 64 < n {
            i += 1;
            word = word_at(i) ^ flip;
        }
        (i * 64 + word.trailing_zeros()).min(n)
    };
    let mut at = 0;
    while at < n {
        let from = next(at, 0);
        if from >= n {
            break;
        }
        at = next(from, u64::MAX);
        f(from, at)?;
    }
    Ok(())
}

/// Calls `f` with the number of each set bit, ascending.
pub(crate) fn for_each_bit(words: &[u64], mut f: impl FnMut(u32)) {
    for (base, &word) in (0u32..).step_by(64).zip(words) {
        let mut rest = word;
        while rest != 0 {
            f(base + rest.trailing_zeros());
            rest &= rest - 1;
        }
    }
}

/// Calls `f` with each sample that has a copy, two bits each, ascending, and which of its two copies these are (1, 2 or 3).
#[inline]
pub(crate) fn for_each_pair(copies: &[u64], mut f: impl FnMut(u32, u32)) {
    for (first, &word) in (0u32..).step_by(32).zip(copies) {
        let mut pairs = (word | word >> 1) & EVEN;
        while pairs != 0 {
            let at = pairs.trailing_zeros();
            f(first + at / 2, (word >> at & 3) as u32);
            pairs &= pairs - 1;
        }
    }
}

/// Doubles every bit: bit `s` of the samples becomes bits `2s` and `2s + 1` of their copies.
pub(crate) fn spread(samples: &[u64]) -> Vec<u64> {
    let mut copies = first_copies(samples);
    copies.iter_mut().for_each(|word| *word |= *word << 1);
    copies
}

/// The first copies of samples: bit `s` becomes bit `2s`.
pub(crate) fn first_copies(samples: &[u64]) -> Vec<u64> {
    let halves = samples
        .iter()
        .flat_map(|&word| [word as u32, (word >> 32) as u32]);
    halves.map(interleave_zeros).collect()
}

/// The samples that first copies are of, as many words of them as `samples` has: the other way round.
pub(crate) fn samples_of_first_copies(copies: &[u64], samples: &mut [u64]) {
    for (word, pair) in samples.iter_mut().zip(copies.chunks(2)) {
        let half = |at: usize| {
            pair.get(at)
                .map_or(0, |&copies| u64::from(even_bits(copies)))
        };
        *word = half(0) | half(1) << 32;
    }
}

/// Ors the samples that have one of the `copies`, two bits each, into `samples`.
pub(crate) fn or_samples(copies: &[u64], samples: &mut [u64]) {
    for (word, pair) in samples.iter_mut().zip(copies.chunks(2)) {
        for (copies, shift) in pair.iter().zip([0, 32]) {
            *word |= u64::from(even_bits(copies | copies >> 1)) << shift;
        }
    }
}

/// Moves bit `i` to bit `2i`.
fn interleave_zeros(half: u32) -> u64 {
    let mut x = u64::from(half);
    x = (x | x << 16) & 0x0000_ffff_0000_ffff;
    x = (x | x << 8) & 0x00ff_00ff_00ff_00ff;
    x = (x | x << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    x = (x | x << 2) & 0x3333_3333_3333_3333;
    (x | x << 1) & 0x5555_5555_5555_5555
}

/// Moves bit `2i` to bit `i`; odd bits are left out.
fn even_bits(word: u64) -> u32 {
    let mut x = word & 0x5555_5555_5555_5555;
    x = (x | x >> 1) & 0x3333_3333_3333_3333;
    x = (x | x >> 2) & 0x0f0f_0f0f_0f0f_0f0f;
    x = (x | x >> 4) & 0x00ff_00ff_00ff_00ff;
    x = (x | x >> 8) & 0x0000_ffff_0000_ffff;
    (x | x >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranges_of_bits_come_back(mut ends in proptest::collection::vec(0u32..300, 0..12)) {
            ends.sort_unstable();
            ends.dedup();
            let mut words = vec![0; 5];
            let mut expected = Vec::new();
            for pair in ends.chunks_exact(2) {
                (pair[0]..pair[1]).for_each(|bit| set_bit(&mut words, bit));
                expected.push((pair[0], pair[1]));
            }
            for (i, &(from, to)) in expected.iter().enumerate() {
                prop_assert!((from..to).all(|bit| get_bit(&words, bit)), "range {i}");
            }
            let set: u32 = words.iter().map(|w| w.count_ones()).sum();
            prop_assert_eq!(set, expected.iter().map(|(from, to)| to - from).sum::<u32>());
            let mut runs = Vec::new();
            for_each_run_of_bits(&words, 300, |from, to| { runs.push((from, to)); Ok::<(), ()>(()) }).unwrap();
            prop_assert_eq!(runs, expected);
        }

        #[test]
        fn samples_have_first_copies(words in proptest::collection::vec(any::<u64>(), 0..5)) {
            let mut first = Vec::new();
            for_each_bit(&first_copies(&words), |copy| first.push(copy));
            let mut expected = Vec::new();
            for_each_bit(&words, |sample| expected.push(2 * sample));
            prop_assert_eq!(first, expected);
            let mut back = vec![u64::MAX; words.len()];
            samples_of_first_copies(&spread(&words), &mut back);
            prop_assert_eq!(back, words);
        }

        #[test]
        fn samples_have_copies(words in prop::collection::vec(any::<u64>(), 0..6)) {
            let mut expected = vec![1; words.len().div_ceil(2)];
            for_each_bit(&words, |copy| set_bit(&mut expected, copy / 2));
            let mut samples = vec![1; words.len().div_ceil(2)];
            or_samples(&words, &mut samples);
            prop_assert_eq!(samples, expected);
        }

        #[test]
        fn spreading_doubles_every_member(words in proptest::collection::vec(any::<u64>(), 0..5)) {
            let mut doubled = Vec::new();
            for_each_bit(&words, |s| doubled.extend([2 * s, 2 * s + 1]));
            let mut seen = Vec::new();
            for_each_bit(&spread(&words), |c| seen.push(c));
            prop_assert_eq!(seen, doubled);
        }
    }
}
