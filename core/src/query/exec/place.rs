//! Rows, and where they are.

use crate::store::Segment;

/// A row: the number of its part, the part's segment, and the row in it.
pub(crate) type RowOf<'a> = (usize, &'a Segment, u32);

/// Where a variant is; in the order of the dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) contig: u32,
    pub(crate) position: i32,
}

impl Place {
    /// No variant is before.
    pub(crate) const FIRST: Self = Self {
        contig: 0,
        position: i32::MIN,
    };
}

/// A row of a part that is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowRef {
    pub(crate) part: usize,
    pub(crate) row: u32,
}
