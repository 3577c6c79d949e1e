//! A page's columns at hand.

use super::segment::Segment;
use crate::error::Result;
use crate::format::{ColumnPage, PAGE_ROWS, page_of};
use std::ops::Range;

/// The columns of the page that a walk over rows stands in.
#[derive(Debug, Clone)]
pub(crate) struct PageView<'a> {
    page: u32,
    /// The set bytes of the page, which descriptors point into.
    pub(crate) sets: Range<usize>,
    pub(crate) position: ColumnPage<'a>,
    pub(crate) span: ColumnPage<'a>,
    pub(crate) allele: ColumnPage<'a>,
    pub(crate) counts: CountPages<'a>,
    pub(crate) carriers: ColumnPage<'a>,
    pub(crate) missing: ColumnPage<'a>,
    pub(crate) haploid: ColumnPage<'a>,
}

/// The columns of a page from which the counts of the whole batch follow.
#[derive(Debug, Clone)]
pub(crate) struct CountPages<'a> {
    pub(crate) ac: ColumnPage<'a>,
    pub(crate) hom: ColumnPage<'a>,
    pub(crate) hemi: ColumnPage<'a>,
    pub(crate) het_excess: ColumnPage<'a>,
    pub(crate) an_short: ColumnPage<'a>,
    pub(crate) missing_count: ColumnPage<'a>,
    /// Descriptors of sets: 0 is the empty one.
    pub(crate) uncovered: ColumnPage<'a>,
}

impl<'a> CountPages<'a> {
    pub(crate) fn load(segment: &'a Segment, page: u32) -> Result<Self> {
        let (file, c) = (segment.file(), &segment.columns);
        Ok(Self {
            ac: c.ac.page(file, page)?,
            hom: c.hom.page(file, page)?,
            hemi: c.hemi.page(file, page)?,
            het_excess: c.het_excess.page(file, page)?,
            an_short: c.an_short.page(file, page)?,
            missing_count: c.missing_count.page(file, page)?,
            uncovered: c.uncovered.page(file, page)?,
        })
    }
}

impl<'a> PageView<'a> {
    pub(crate) fn load(segment: &'a Segment, page: u32) -> Result<Self> {
        let (file, c) = (segment.file(), &segment.columns);
        Ok(Self {
            page,
            sets: segment.page_sets(page)?,
            position: c.position.page(file, page)?,
            span: c.span.page(file, page)?,
            allele: c.allele.page(file, page)?,
            counts: CountPages::load(segment, page)?,
            carriers: c.carriers.page(file, page)?,
            missing: c.missing.page(file, page)?,
            haploid: c.haploid.page(file, page)?,
        })
    }

    /// The rows of a full page: the first, and the one behind the last.
    pub(crate) fn rows(&self) -> (u32, u32) {
        let first = self.page.saturating_mul(PAGE_ROWS);
        (first, first.saturating_add(PAGE_ROWS))
    }

    /// The first of the page's rows, of which there are `count`, at or behind a position; all are of one
    /// contig.
    pub(crate) fn first_at(&self, position: i64, count: u32) -> u32 {
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low.midpoint(high);
            if self.position.get(middle) < position {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The view of the page around `row`; `kept` is the view of the page walked before.
    #[inline(always)]
    pub(crate) fn around<'k>(
        kept: &'k mut Option<Self>,
        segment: &'a Segment,
        row: u32,
    ) -> Result<&'k Self> {
        let (page, _) = page_of(row);
        if kept.as_ref().is_none_or(|view| view.page != page) {
            *kept = None;
        }
        match kept {
            Some(view) => Ok(view),
            None => Ok(kept.insert(Self::load(segment, page)?)),
        }
    }
}
