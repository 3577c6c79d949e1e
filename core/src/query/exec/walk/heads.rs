//! The next rows of the parts that are walked, the first one at hand.

use crate::error::Result;
use crate::query::exec::part_walk::PartWalk;
use crate::query::exec::place::RowRef;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

/// Parts with rows on the current contig, each at its next row.
pub(super) struct Heads {
    /// The part that is walked: as long as no other has rows before its next one, its rows are taken as they
    /// stand.
    at_hand: Option<Head>,
    /// The others, the first on top.
    others: BinaryHeap<Head>,
    /// Where the first of them stands; the greatest number where there is none.
    others_at: i64,
}

/// The next candidate of a part on the current contig; the greatest is the one that comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Index among the parts.
    pub(super) index: usize,
    /// Index of the candidate range, and where that ends on the contig.
    range: usize,
    range_end: u32,
    pub(super) row: u32,
    /// Where the rows of the contig end that are walked.
    end: u32,
    pub(super) position: i64,
}

impl Heads {
    pub(super) fn new() -> Self {
        Self {
            at_hand: None,
            others: BinaryHeap::new(),
            others_at: i64::MAX,
        }
    }

    pub(super) fn add(&mut self, head: Head) {
        self.others.push(head);
        self.others_at = self.others_at.min(head.position);
    }

    /// The first one, to be moved, and whether another part has rows at its position; `None` where there are no more.
    #[inline]
    pub(super) fn first(&mut self) -> Option<(&mut Head, bool)> {
        if self
            .at_hand
            .as_ref()
            .is_none_or(|head| head.position > self.others_at)
        {
            self.change();
        }
        let head = self.at_hand.as_mut()?;
        let meets = head.position == self.others_at;
        Some((head, meets))
    }

    /// Takes the one that comes first at hand.
    #[inline(never)]
    fn change(&mut self) {
        self.others.extend(self.at_hand.take());
        self.at_hand = self.others.pop();
        self.look_at_others();
    }

    fn look_at_others(&mut self) {
        let first = self.others.peek();
        self.others_at = first.map_or(i64::MAX, |head| head.position);
    }

    /// The part of the first one has no more rows.
    pub(super) fn end_first(&mut self) {
        self.at_hand = None;
    }

    /// Takes one that stands at a position.
    pub(super) fn take_at(&mut self, position: i64) -> Option<Head> {
        match self.at_hand.filter(|head| head.position == position) {
            Some(head) => {
                self.at_hand = None;
                Some(head)
            }
            None => {
                let head = self.others.peek().copied();
                let head = head.filter(|head| head.position == position)?;
                self.others.pop();
                self.look_at_others();
                Some(head)
            }
        }
    }
}

impl Head {
    /// At the first candidate of a part among rows of a contig, if there is one.
    pub(super) fn new(
        index: usize,
        part: &mut PartWalk<'_>,
        rows: Range<u32>,
    ) -> Result<Option<Self>> {
        let ranges = &part.candidates.ranges;
        let range = ranges.partition_point(|range| range.end <= rows.start);
        let mut head = Self {
            index,
            range,
            range_end: rows.start,
            row: rows.start,
            end: rows.end,
            position: 0,
        };
        Ok(head.enter(part)?.then_some(head))
    }

    /// The row.
    #[inline]
    pub(super) fn at(&self) -> RowRef {
        RowRef {
            part: self.index,
            row: self.row,
        }
    }

    /// Moves to the next candidate on the contig; `false` where there is none.
    #[inline]
    pub(super) fn step(&mut self, part: &mut PartWalk<'_>) -> Result<bool> {
        self.row += 1;
        self.enter(part)
    }

    /// Reads the position of the first candidate from here on.
    #[inline]
    fn enter(&mut self, part: &mut PartWalk<'_>) -> Result<bool> {
        if self.row >= self.range_end && !self.enter_range(part) {
            return Ok(false);
        }
        self.position = part.filter.position(self.row)?;
        Ok(true)
    }

    fn enter_range(&mut self, part: &PartWalk<'_>) -> bool {
        let ranges = part.candidates.ranges.get(self.range..);
        let mut ranges = ranges.unwrap_or_default().iter();
        let Some(skipped) = ranges.position(|range| self.row < range.end) else {
            return false;
        };
        self.range += skipped;
        if let Some(range) = part.candidates.ranges.get(self.range) {
            self.row = self.row.max(range.start);
            self.range_end = range.end.min(self.end);
        }
        self.row < self.end
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |head: &Self| (head.position, head.index);
        key(other).cmp(&key(self))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
