//! The rows at one position, and the variants that they are of.

use crate::query::exec::place::RowRef;

/// A row at a position where several parts have rows.
pub(super) struct RowHere {
    /// Rows of one variant have the same; in the order of REF and ALT.
    pub(super) key: u64,
    /// Which of its batch's rows of this variant.
    pub(super) nth: u32,
    pub(super) batch: u32,
    /// Whether the batch reports a variant in several rows, each of other samples.
    pub(super) is_merged: bool,
    pub(super) row: RowRef,
}

/// The variants of a position that are still to come.
#[derive(Default)]
pub(super) struct Gathered {
    /// Their rows, those of each variant together.
    rows: Vec<RowRef>,
    /// Where the rows of each end.
    ends: Vec<usize>,
    /// The next variant, and where its rows begin.
    next: usize,
    start: usize,
    /// All rows of the position; kept for their memory.
    pub(super) here: Vec<RowHere>,
}

impl Gathered {
    /// The rows of the next variant; `false` where there is none.
    pub(super) fn next_variant(&mut self, rows: &mut Vec<RowRef>) -> bool {
        let Some(&end) = self.ends.get(self.next) else {
            return false;
        };
        rows.clear();
        rows.extend_from_slice(self.rows.get(self.start..end).unwrap_or_default());
        (self.next, self.start) = (self.next + 1, end);
        true
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.ends.clear();
        (self.next, self.start) = (0, 0);
    }

    pub(super) fn push(&mut self, variant: &[RowHere]) {
        self.rows.extend(variant.iter().map(|here| here.row));
        self.ends.push(self.rows.len());
    }
}

/// Puts the rows of a variant together: the nth of a batch joins the nth of the others.
pub(super) fn number_again(here: &mut [RowHere]) {
    here.sort_unstable_by_key(|here| (here.key, here.batch, here.row.part, here.row.row));
    let mut again = false;
    for same in here.chunk_by_mut(|a, b| a.key == b.key && a.batch == b.batch) {
        let rows = same.iter_mut().filter(|here| !here.is_merged);
        for (nth, here) in (0..).zip(rows) {
            here.nth = nth;
            again |= nth > 0;
        }
    }
    if again {
        here.sort_by_key(|here| (here.key, here.nth, here.batch));
    }
}
