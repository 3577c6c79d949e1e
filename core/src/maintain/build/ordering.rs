//! Choosing the order of an ordering block: which copies stand side by side, and the runs of every
//! common row in that order.

use crate::set::{
    CLASSES_MAX, Members, encode_order, encode_runs, for_each_bit, set_bit, words_for,
};
use std::ops::Range;

/// A row with fewer carrying (or, on the other side, non-carrying) copies than this stays a list: it
/// has too few neighbours to find runs in.
pub(super) const COMMON_FROM: u32 = 6;

/// An ordering block: the order's bytes, and each row's runs where the row is better off in it.
pub(super) struct OrderingBlock {
    pub(super) order: Vec<u8>,
    pub(super) runs: Vec<Option<Vec<u8>>>,
    /// What order and runs take, less what the rows would take without.
    pub(super) saving: i64,
}

/// How many of a row's copies are on its smaller side.
pub(super) fn minor_count(row: &Members<'_>, universe: u32) -> u32 {
    row.len().min(universe - row.len())
}

/// Whether a row takes part in orders.
pub(super) fn is_common(row: &Members<'_>, universe: u32) -> bool {
    minor_count(row, universe) >= COMMON_FROM
}

/// Common rows per ordering block to start from; more copies make an order dearer, and longer blocks
/// worth their longer runs.
fn first_guess(universe: u32) -> usize {
    // measured: 384 at 3,202 people, about 1,000 at 100,000
    (384.0 * (f64::from(universe) / 6404.0).powf(0.3)) as usize
}

/// Cuts common rows into ordering blocks. Shorter blocks have shorter runs but more orders, so that
/// the best length is where both take about the same; it is guessed, measured, and guessed once
/// more. Blocks that save nothing are left out. `order_bits` bounds rows × copies of a block.
pub(super) fn order_common(
    rows: &[Members<'_>],
    universe: u32,
    order_bits: u64,
) -> Vec<(Range<usize>, OrderingBlock)> {
    let longest = (order_bits / u64::from(universe.max(1))).max(64) as usize;
    let saving = |cut: &Cut| -> i64 {
        cut.blocks
            .iter()
            .map(|(_, block)| block.saving.max(0))
            .sum()
    };
    let length = first_guess(universe).min(rows.len());
    let mut best = cut(rows, length.clamp(64, longest), universe);
    let blocks = || best.blocks.iter().map(|(_, block)| block);
    let orders: usize = blocks().map(|block| block.order.len()).sum();
    let runs = blocks().flat_map(|block| block.runs.iter().flatten());
    let runs: usize = runs.map(Vec::len).sum();
    let better = (length as f64 * (orders as f64 / runs.max(1) as f64).sqrt()) as usize;
    // longer blocks than have too many classes are of no use
    let longer = better > length + length / 4 && length < rows.len() && !best.is_shortened;
    if longer || better < length - length / 4 {
        let other = cut(rows, better.clamp(64, longest), universe);
        if saving(&other) > saving(&best) {
            best = other;
        }
    }
    let mut best = best.blocks;
    best.retain(|(_, block)| block.saving > 0);
    best
}

/// About what a row takes outside an order.
fn plain_cost(minor: u32, universe: u32) -> u32 {
    let pairs = universe / 2;
    let gap = pairs / minor.max(1);
    let entry = if gap < 24 {
        1
    } else if gap < 3000 {
        2
    } else {
        3
    };
    (minor * entry + 1).min(universe / 8)
}

/// Rows cut into ordering blocks.
struct Cut {
    blocks: Vec<(Range<usize>, OrderingBlock)>,
    /// Whether blocks of the length asked for had too many classes.
    is_shortened: bool,
}

/// Cuts rows into blocks of about one length; into shorter ones from where a block has more classes than can be numbered.
fn cut(rows: &[Members<'_>], length: usize, universe: u32) -> Cut {
    let parts = rows.len().div_ceil(length).max(1);
    let mut length = rows.len().div_ceil(parts).max(1);
    let mut cut = Cut {
        blocks: Vec::new(),
        is_shortened: false,
    };
    let mut from = 0;
    while from < rows.len() {
        let part = from..rows.len().min(from + length);
        if let Some(block) = order_rows(&rows[part.clone()], universe) {
            from = part.end;
            cut.blocks.push((part, block));
        } else {
            length = part.len().div_ceil(2);
            cut.is_shortened = true;
        }
    }
    cut
}

/// Looking at all of so many copies costs less than a list.
const LISTED_FROM: u32 = 40_000;
/// Carriers of a row of which the classes are listed at most: more are found by looking at all copies in about the
/// time that it takes to give them.
const LISTED_CARRIERS: u32 = 128;

/// The classes of which the copies are listed, as bits: those of rows with few carriers. The boundaries of such rows are
/// given, and the class that starts at each.
fn listed_classes<'a>(
    rows: impl Iterator<Item = &'a Vec<u32>>,
    starting: &[u32],
    classes: u32,
) -> Vec<u64> {
    let mut listed = vec![0; words_for(classes)];
    for boundaries in rows {
        for run in boundaries.chunks(2) {
            let class =
                |position: Option<&u32>| position.map(|&position| starting[position as usize]);
            let end = class(run.get(1)).unwrap_or(classes);
            (class(run.first()).unwrap_or(end)..end).for_each(|class| set_bit(&mut listed, class));
        }
    }
    listed
}

/// Sorts the copies by what they carry in `rows`, and writes the rows as runs of classes; `None` where these are more than
/// can be numbered: never of a single row.
fn order_rows(rows: &[Members<'_>], universe: u32) -> Option<OrderingBlock> {
    let mut ranked: Vec<usize> = (0..rows.len())
        .filter(|&r| is_common(&rows[r], universe))
        .collect();
    // the most frequent minor alleles decide first: they split the copies into the oldest groups
    ranked.sort_by_key(|&r| (u32::MAX - minor_count(&rows[r], universe), r));
    let width = ranked.len().div_ceil(64);
    let keys = carried_bits(rows, &ranked, width, universe);
    let sorted = sort_copies(&keys, width, universe);
    let boundaries = row_boundaries(rows, &ranked, &keys, width, &sorted);

    // rows that are cheaper as lists leave, and with them the classes that only they distinguished
    let mut saving = 0i64;
    let mut starts = vec![0u64; words_for(universe)];
    set_bit(&mut starts, 0);
    let mut kept = vec![false; ranked.len()];
    for (rank, (&r, boundaries)) in ranked.iter().zip(&boundaries).enumerate() {
        let plain = plain_cost(minor_count(&rows[r], universe), universe);
        if (boundaries.len() as u32) < plain {
            kept[rank] = true;
            saving += i64::from(plain) - boundaries.len() as i64;
            boundaries
                .iter()
                .for_each(|&position| set_bit(&mut starts, position));
        }
    }
    let (classes, starting) = class_numbers(&starts, universe);
    if classes > CLASSES_MAX {
        return None;
    }
    let mut order = Vec::new();
    let class_of = classes_of_copies(&sorted, &starts);
    let is_rare = |r: usize| universe >= LISTED_FROM && rows[r].len() <= LISTED_CARRIERS;
    let rare = (0..ranked.len()).filter(|&rank| kept[rank] && is_rare(ranked[rank]));
    let listed = listed_classes(rare.map(|rank| &boundaries[rank]), &starting, classes);
    encode_order(&mut order, &class_of, classes, &listed);
    saving -= order.len() as i64;

    let mut runs = vec![None; rows.len()];
    for (rank, &r) in ranked.iter().enumerate().filter(|&(rank, _)| kept[rank]) {
        let mut bytes = Vec::with_capacity(boundaries[rank].len() + 4);
        encode_runs(
            &mut bytes,
            boundaries[rank]
                .iter()
                .map(|&position| starting[position as usize]),
        );
        runs[r] = Some(bytes);
    }
    Some(OrderingBlock {
        order,
        runs,
        saving,
    })
}

/// Each copy's key: bit `63 - rank % 64` of word `rank / 64` says whether it carries that row's
/// minor side, so that comparing words compares the most frequent rows first.
fn carried_bits(rows: &[Members<'_>], ranked: &[usize], width: usize, universe: u32) -> Vec<u64> {
    let mut keys = vec![0u64; width * universe as usize];
    for (rank, &r) in ranked.iter().enumerate() {
        let (word, bit) = (rank / 64, 1u64 << (63 - rank % 64));
        if rows[r].len() <= universe / 2 {
            rows[r].for_each(|copy| keys[copy as usize * width + word] |= bit);
        } else if let Members::Bits(words, _) = rows[r] {
            for (i, &carried) in words.iter().enumerate() {
                let left = universe - i as u32 * 64;
                let within = if left >= 64 {
                    u64::MAX
                } else {
                    (1 << left) - 1
                };
                for_each_bit(&[!carried & within], |copy| {
                    keys[(i * 64 + copy as usize) * width + word] |= bit
                });
            }
        } else {
            // a list on the larger side does not occur: readers give bits there
            (0..universe).for_each(|copy| keys[copy as usize * width + word] |= bit);
            rows[r].for_each(|copy| keys[copy as usize * width + word] &= !bit);
        }
    }
    keys
}

/// Copies sorted by key, equal keys by number: word by word, each later word only within the copies
/// that the earlier ones leave equal.
fn sort_copies(keys: &[u64], width: usize, universe: u32) -> Vec<u32> {
    let mut entries: Vec<(u64, u32)> = (0..universe).map(|copy| (0, copy)).collect();
    let mut pending = vec![(0usize, entries.len(), 0usize)];
    while let Some((from, to, word)) = pending.pop() {
        if to - from < 2 || word == width {
            continue;
        }
        let part = &mut entries[from..to];
        for (key, copy) in part.iter_mut() {
            *key = keys[*copy as usize * width + word];
        }
        part.sort_unstable();
        let mut start = 0;
        for end in 1..=part.len() {
            if end == part.len() || part[end].0 != part[start].0 {
                pending.push((from + start, from + end, word + 1));
                start = end;
            }
        }
    }
    entries.into_iter().map(|(_, copy)| copy).collect()
}

/// For each ranked row the positions at which it changes sides, the first at 0 where the first copy
/// carries it.
fn row_boundaries(
    rows: &[Members<'_>],
    ranked: &[usize],
    keys: &[u64],
    width: usize,
    sorted: &[u32],
) -> Vec<Vec<u32>> {
    let universe = sorted.len() as u32;
    let mut boundaries: Vec<Vec<u32>> = vec![Vec::new(); ranked.len()];
    // a row with more is not kept, and noise has as many as copies
    let most: Vec<usize> = ranked
        .iter()
        .map(|&r| plain_cost(minor_count(&rows[r], universe), universe) as usize)
        .collect();
    let key = |copy: u32| &keys[copy as usize * width..][..width];
    if let Some(&first) = sorted.first() {
        for (rank, &r) in ranked.iter().enumerate() {
            let minor = key(first)[rank / 64] >> (63 - rank % 64) & 1 != 0;
            let flipped = rows[r].len() > universe / 2;
            if minor != flipped {
                boundaries[rank].push(0);
            }
        }
    }
    for (position, pair) in (1u32..).zip(sorted.windows(2)) {
        for (word, (a, b)) in key(pair[0]).iter().zip(key(pair[1])).enumerate() {
            let mut changed = a ^ b;
            while changed != 0 {
                let bit = changed.leading_zeros();
                let rank = word * 64 + bit as usize;
                if boundaries[rank].len() < most[rank] {
                    boundaries[rank].push(position);
                }
                changed &= !(1 << (63 - bit));
            }
        }
    }
    boundaries
}

/// How many classes begin, and which one at each position where one does.
fn class_numbers(starts: &[u64], universe: u32) -> (u32, Vec<u32>) {
    let mut numbers = vec![0; universe as usize + 1];
    let mut class = 0;
    for_each_bit(starts, |position| {
        numbers[position as usize] = class;
        class += 1;
    });
    (class, numbers)
}

/// The class of each copy, of which there are at most so many as can be numbered.
fn classes_of_copies(sorted: &[u32], starts: &[u64]) -> Vec<u16> {
    let mut class_of = vec![0; sorted.len()];
    let mut classes = 0u32;
    for (copies, &word) in sorted.chunks(64).zip(starts) {
        for (bit, &copy) in copies.iter().enumerate() {
            classes += (word >> bit & 1) as u32;
            class_of[copy as usize] = classes.saturating_sub(1) as u16;
        }
    }
    class_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::{Order, StoredSet, drawing};

    /// The classes and the listed copies of an order, which is sound.
    fn read(order: &[u8], universe: u32) -> (u32, u32) {
        Order::parse(order, universe).unwrap().verify().unwrap();
        let number = |at: usize| u32::from_le_bytes(order[at..at + 4].try_into().unwrap());
        (number(0), number(4))
    }

    #[test]
    fn blocks_of_too_many_classes_are_shortened() {
        let (universe, mut draw) = (140_000, drawing(5));
        // halves of all, of which each row changes one copy in fifty
        let rows: Vec<Vec<u32>> = (0..160)
            .map(|_| {
                (0..universe)
                    .filter(|copy| (copy % 2 == 0) != (draw(50) == 0))
                    .collect()
            })
            .collect();
        let members: Vec<Members<'_>> = rows.iter().map(|row| Members::List(row)).collect();
        let found = cut(&members, members.len(), universe);
        assert!(found.is_shortened && found.blocks.len() > 1);
        let mut next = 0;
        for (part, block) in &found.blocks {
            assert_eq!((part.start, part.len()), (next, block.runs.len()));
            next = part.end;
            assert!(read(&block.order, universe).0 <= CLASSES_MAX);
            let order = Order::parse(&block.order, universe).unwrap();
            for (runs, row) in block.runs.iter().zip(&rows[part.clone()]).step_by(40) {
                // the form alone: ordered runs
                let set = StoredSet::parse(4, runs.as_ref().unwrap(), universe).unwrap();
                let mut bits = vec![0; words_for(universe)];
                set.or_into(Some(&order), &mut bits).unwrap();
                let mut copies = Vec::new();
                for_each_bit(&bits, |copy| copies.push(copy));
                assert_eq!(&copies, row);
            }
        }
        assert_eq!(next, rows.len());
    }

    #[test]
    fn copies_of_rows_with_few_carriers_are_listed() {
        for (universe, listed) in [(LISTED_FROM - 2, 0), (LISTED_FROM, 100)] {
            let of = |from: u32, count: u32| -> Vec<u32> { (from..from + count).collect() };
            // a hundred of three hundred, and as many of others
            let rows = [of(50, 100), of(50, 300), of(1_000, LISTED_CARRIERS + 1)];
            let members: Vec<Members<'_>> = rows.iter().map(|row| Members::List(row)).collect();
            let block = order_rows(&members, universe).unwrap();
            assert_eq!(read(&block.order, universe), (4, listed));
        }
    }
}
