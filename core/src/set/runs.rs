//! Runs of classes: how a common row stands in an order.
//!
//! Bytes of a row: the gaps between successive run boundaries, counted in classes from class 0. Outside the set before the
//! first boundary, each boundary crosses to the other side. A gap below 255 is one byte, else 255 and the rest as LEB128.

use super::bits::set_range;
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

/// Ors the row's classes into `acc`, bits over classes: a union of many rows of one order is
/// expanded once.
pub(super) fn or_classes(row: &[u8], classes: u32, acc: &mut [u64]) -> Result<(), Malformed> {
    for_each_run(row, classes, |from, to| set_range(acc, from, to))
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
