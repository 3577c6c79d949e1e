//! Finding numbers by the hash of a text.
//!
//! Fingerprints in buckets by hash: `u32 entries`, `u32 bits`, `u32 width`, `u32` zero; 2^bits + 1
//! bucket starts (`u32`); for each entry a fingerprint byte; for each entry its number in `width`
//! bytes. What is found must be compared with the text itself: hashes meet by chance.

use super::{Container, Kind, u32_of};
use crate::error::Result;

const HEAD: usize = 16;

/// The section for these hashes, each with a number below `most`.
pub(crate) fn hash_index(mut hashes: Vec<(u64, u32)>, most: u32) -> Vec<u8> {
    if hashes.is_empty() {
        return Vec::new();
    }
    // about eight entries a bucket
    let bits = (hashes.len() as u32 / 8).max(1).ilog2();
    let bucket = |hash: u64| bucket_of(hash, bits);
    hashes.sort_unstable_by_key(|&(hash, number)| (bucket(hash), number, hash));
    hashes.dedup();
    let width = most.max(1).ilog2() / 8 + 1;
    let mut out = Vec::new();
    for n in [hashes.len() as u32, bits, width, 0] {
        out.extend(n.to_le_bytes());
    }
    let mut next = 0;
    for b in 0..=1usize << bits {
        while hashes.get(next).is_some_and(|&(hash, _)| bucket(hash) < b) {
            next += 1;
        }
        out.extend((next as u32).to_le_bytes());
    }
    out.extend(hashes.iter().map(|&(hash, _)| hash as u8));
    for (_, number) in &hashes {
        out.extend(number.to_le_bytes().iter().take(width as usize));
    }
    out
}

fn bucket_of(hash: u64, bits: u32) -> usize {
    match bits {
        0 => 0,
        bits => (hash >> (64 - bits)) as usize,
    }
}

/// Checks that a section is the index of these hashes, each with a number below `most`, in however many
/// buckets.
pub(crate) fn verify_hashes(
    file: &Container,
    kind: Kind,
    most: u32,
    mut hashes: Vec<(u64, u32)>,
) -> Result<()> {
    let wrong = |expected: &str| file.damage_in(kind, expected, "others");
    let index = file.whole(kind)?;
    let number = |at: usize| index.get(at..).map_or(0, u32_of);
    let (count, bits, width) = (number(0) as usize, number(4), number(8) as usize);
    let mut found = Vec::new();
    if !index.is_empty() {
        let right = index.len() >= HEAD
            && bits <= 31
            && width == most.max(1).ilog2() as usize / 8 + 1
            && number(12) == 0;
        let prints = HEAD + ((1usize << bits.min(31)) + 1) * 4;
        if !right || index.len() as u64 != prints as u64 + count as u64 * (1 + width as u64) {
            return Err(wrong("an index of the size that its numbers ask for"));
        }
        let mut from = number(HEAD) as usize;
        if from != 0 || number(prints - 4) as usize != count {
            return Err(wrong("buckets from 0 to the number of entries"));
        }
        for bucket in 0..1usize << bits {
            let to = number(HEAD + 4 + bucket * 4) as usize;
            if from > to || to > count {
                return Err(wrong("buckets in ascending order"));
            }
            let mut last = 0;
            for entry in from..to {
                let at = prints + count + entry * width;
                let value = uint(index.get(at..at + width).unwrap_or_default());
                if value < last || value >= most {
                    return Err(wrong("ascending numbers in a bucket"));
                }
                last = value;
                let print = index.get(prints + entry).copied().unwrap_or(0);
                found.push((bucket, print, value));
            }
            from = to;
        }
    }
    hashes.sort_unstable();
    hashes.dedup();
    let mut expected: Vec<(usize, u8, u32)> = hashes
        .iter()
        .map(|&(hash, number)| (bucket_of(hash, bits), hash as u8, number))
        .collect();
    found.sort_unstable();
    expected.sort_unstable();
    match found == expected {
        true => Ok(()),
        false => Err(wrong("exactly the texts that it is made from")),
    }
}

fn uint(bytes: &[u8]) -> u32 {
    let bytes = bytes.iter().rev();
    bytes.fold(0u32, |number, &byte| number << 8 | u32::from(byte))
}

/// The numbers that may have this hash, ascending.
pub(crate) fn find_hash(file: &Container, section: usize, hash: u64) -> Result<Vec<u32>> {
    let number = |at: usize| file.slice(section, at..at + 4).map(u32_of);
    let (entries, bits, width) = (number(0)? as usize, number(4)?, number(8)? as usize);
    let broken = || file.damage(section, 0, "a hash index of consistent numbers", "others");
    if bits >= 32 || !(1..=4).contains(&width) {
        return Err(broken());
    }
    let bucket = bucket_of(hash, bits);
    let prints = HEAD + ((1usize << bits) + 1) * 4;
    let numbers = prints + entries;
    let (from, to) = (
        number(HEAD + bucket * 4)? as usize,
        number(HEAD + bucket * 4 + 4)? as usize,
    );
    if from > to || to > entries {
        return Err(broken());
    }
    let mut found = Vec::new();
    for (entry, &print) in (from..).zip(file.slice(section, prints + from..prints + to)?) {
        if print != hash as u8 {
            continue;
        }
        let bytes = file.slice(
            section,
            numbers + entry * width..numbers + (entry + 1) * width,
        )?;
        found.push(uint(bytes));
    }
    Ok(found)
}
