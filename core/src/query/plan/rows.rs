//! Rows of a segment that may be picked.

use std::ops::Range;

/// Candidate rows of a segment, ascending and disjoint; exact where nothing is left to test.
#[derive(Debug, Clone, Default)]
pub(in crate::query) struct Rows {
    pub(in crate::query) ranges: Vec<Range<u32>>,
    pub(in crate::query) exact: bool,
}

impl Rows {
    pub(in crate::query) fn all(rows: u32, exact: bool) -> Self {
        Self {
            ranges: std::iter::once(0..rows)
                .filter(|all| !all.is_empty())
                .collect(),
            exact,
        }
    }

    pub(in crate::query) fn none() -> Self {
        Self {
            ranges: Vec::new(),
            exact: true,
        }
    }

    /// Ascending rows.
    pub(in crate::query) fn of(rows: &[u32], exact: bool) -> Self {
        Self::from_unsorted(rows.iter().map(|&row| row..row + 1).collect(), exact)
    }

    /// The same, to be tested.
    pub(in crate::query) fn inexact(self) -> Self {
        Self {
            exact: false,
            ..self
        }
    }

    /// Ranges in any order, overlapping or not.
    pub(in crate::query) fn from_unsorted(mut ranges: Vec<Range<u32>>, exact: bool) -> Self {
        ranges.retain(|range| !range.is_empty());
        ranges.sort_unstable_by_key(|range| range.start);
        let mut merged: Vec<Range<u32>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Self {
            ranges: merged,
            exact,
        }
    }

    pub(in crate::query) fn and(&self, other: &Self) -> Self {
        let mut ranges = Vec::new();
        let (mut a, mut b) = (
            self.ranges.iter().peekable(),
            other.ranges.iter().peekable(),
        );
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            let both = x.start.max(y.start)..x.end.min(y.end);
            if !both.is_empty() {
                ranges.push(both);
            }
            if x.end <= y.end {
                a.next()
            } else {
                b.next()
            };
        }
        Self {
            ranges,
            exact: self.exact && other.exact,
        }
    }

    pub(in crate::query) fn or(self, other: Self) -> Self {
        let exact = self.exact && other.exact;
        let ranges = self.ranges.into_iter().chain(other.ranges).collect();
        Self::from_unsorted(ranges, exact)
    }

    pub(in crate::query) fn not(&self, rows: u32) -> Self {
        if !self.exact {
            return Self::all(rows, false);
        }
        let mut ranges = Vec::new();
        let mut next = 0;
        for range in &self.ranges {
            ranges.push(next..range.start);
            next = range.end;
        }
        ranges.push(next..rows);
        Self::from_unsorted(ranges, true)
    }

    pub(in crate::query) fn len(&self) -> u64 {
        self.ranges
            .iter()
            .map(|range| u64::from(range.end - range.start))
            .sum()
    }
}
