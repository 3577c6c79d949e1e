//! A segment that is walked.

use crate::error::Result;
use crate::format::{LONG, packed_order};
use crate::query::plan::row_filter::RowFilter;
use crate::query::plan::rows::Rows;
use crate::store::Segment;

/// A segment being walked.
pub(in crate::query) struct PartWalk<'a> {
    pub(in crate::query) part: usize,
    /// Whether a variant may have several of its rows.
    pub(in crate::query) is_merged: bool,
    pub(in crate::query) segment: &'a Segment,
    pub(in crate::query) candidates: Rows,
    pub(in crate::query) filter: RowFilter<'a>,
}

impl PartWalk<'_> {
    /// Whether a row is among the candidates.
    pub(in crate::query) fn is_candidate(&self, row: u32) -> bool {
        let ranges = &self.candidates.ranges;
        let at = ranges.partition_point(|range| range.end <= row);
        ranges.get(at).is_some_and(|range| range.start <= row)
    }

    /// The number of a row's alleles in the segment, where they are a few bases: then no other number is
    /// of the same ones.
    pub(in crate::query) fn short(&mut self, row: u32) -> Result<Option<i64>> {
        let number = self.filter.alleles_number(row)?;
        let is_packed = self.segment.has_packed_alleles(number)?;
        Ok(is_packed.then_some(number))
    }

    /// A number for the alleles of a row, where they are a few bases: the same in all segments, in the order of REF and
    /// ALT.
    pub(in crate::query) fn short_order(&mut self, row: u32) -> Result<Option<u64>> {
        let number = self.filter.alleles_number(row)?;
        let code = self.segment.allele_code(number)?;
        Ok((code & LONG == 0).then(|| packed_order(code)))
    }
}
