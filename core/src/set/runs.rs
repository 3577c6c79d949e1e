//! Runs of classes: how a common row stands in an order.
//!
//! Bytes of a row: the gaps between successive run boundaries, counted in classes from class 0. Outside the set before the
//! first boundary, each boundary crosses to the other side. A gap below 255 is one byte, else 255 and the rest as LEB128.

use super::words_for;
use super::{Malformed, read_varint, write_varint};

const ESCAPE: u8 = 255;

/// Run boundaries of a row, ascending.
pub(super) struct Boundaries<'a> {
    bytes: &'a [u8],
    at: usize,
    class: u64,
}

impl<'a> Boundaries<'a> {
    pub(super) fn new(row: &'a [u8]) -> Self {
        Self {
            bytes: row,
            at: 0,
            class: 0,
        }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<u64>, Malformed> {
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

/// How many members of the mask behind `prefix` (see [`Order::class_prefix`](super::Order::class_prefix)) are in the row.
#[inline]
pub(super) fn count_runs(row: &[u8], prefix: &[u32]) -> Result<u32, Malformed> {
    let mut boundaries = Boundaries::new(row);
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

/// Checks what reading does not: boundaries ascend strictly and are below the number of classes.
pub(super) fn verify_runs(row: &[u8], classes: u32) -> Result<(), Malformed> {
    let mut boundaries = Boundaries::new(row);
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
pub(super) fn for_each_run(
    row: &[u8],
    classes: u32,
    mut f: impl FnMut(u32, u32),
) -> Result<(), Malformed> {
    let mut boundaries = Boundaries::new(row);
    loop {
        let Some(from) = boundaries.next()? else {
            return Ok(());
        };
        let to = boundaries.next()?.unwrap_or(u64::from(classes));
        if to > u64::from(classes) || from > to {
            return Err(Malformed("run boundaries within the classes"));
        }
        f(from as u32, to as u32);
    }
}

/// The union of rows of one order, by class: it is expanded to copies once for many rows.
#[derive(Default)]
pub(crate) struct ClassUnion {
    /// Behind how many more beginnings than ends of runs a class stands than the one before it; one place more than
    /// there are classes, for runs up to the last one.
    steps: Vec<i32>,
}

impl ClassUnion {
    /// No rows yet, of an order with so many classes.
    pub(crate) fn clear(&mut self, classes: u32) {
        self.steps.clear();
        self.steps.resize(classes as usize + 1, 0);
    }

    /// Adds a row by its runs.
    pub(crate) fn add(&mut self, row: &[u8]) -> Result<(), Malformed> {
        let mut boundaries = Boundaries::new(row);
        let mut step = 1i32;
        while let Some(class) = boundaries.next()? {
            let slot = usize::try_from(class).ok();
            let slot = slot.and_then(|class| self.steps.get_mut(class));
            let slot = slot.ok_or(Malformed("run boundaries within the classes"))?;
            *slot = slot.wrapping_add(step);
            step = -step;
        }
        Ok(())
    }

    /// The classes of the rows added so far, as bits.
    pub(crate) fn classes(&self) -> Vec<u64> {
        let classes = self.steps.len().saturating_sub(1);
        let mut bits = vec![0; words_for(classes as u32)];
        let mut runs = 0i32;
        let steps = self.steps.get(..classes).unwrap_or_default();
        for (word, steps) in bits.iter_mut().zip(steps.chunks(64)) {
            for (bit, step) in steps.iter().enumerate() {
                runs = runs.wrapping_add(*step);
                *word |= u64::from(runs != 0) << bit;
            }
        }
        bits
    }
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
    use crate::set::{drawing, get_bit};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_union_has_the_classes_of_its_rows(classes in 1u32..1500, rows in 0usize..20, most in 1u32..60, seed: u64) {
            let mut draw = drawing(seed);
            let mut union = ClassUnion::default();
            union.clear(classes);
            let mut expected = vec![false; classes as usize];
            for _ in 0..rows {
                let mut boundaries: Vec<u32> = (0..draw(most)).map(|_| draw(classes)).collect();
                boundaries.sort_unstable();
                boundaries.dedup();
                let mut row = Vec::new();
                encode_runs(&mut row, boundaries.into_iter());
                for_each_run(&row, classes, |from, to| expected[from as usize..to as usize].fill(true)).unwrap();
                union.add(&row).unwrap();
            }
            let bits = union.classes();
            prop_assert_eq!(bits.len(), words_for(classes));
            let found: Vec<bool> = (0..64 * bits.len() as u32).map(|class| get_bit(&bits, class)).collect();
            expected.resize(found.len(), false);
            prop_assert_eq!(found, expected);
            let mut beyond = Vec::new();
            encode_runs(&mut beyond, std::iter::once(classes + 1));
            prop_assert!(union.add(&beyond).is_err());
        }
    }
}
