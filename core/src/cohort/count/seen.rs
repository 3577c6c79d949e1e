//! AC and AN of rows among those who may be seen, counted only where what is stored of all does not decide.

use super::{RowCounter, RowCounts, stored};
use crate::cohort::View;
use crate::error::Result;
use crate::store::{PageView, Segment};

/// Between which numbers AC and AN of a row are, both ends in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Between {
    pub(crate) ac: (u32, u32),
    pub(crate) an: (u32, u32),
}

/// Counts rows of a segment that stand for all there is of their variants.
pub(crate) struct SeenCounts<'a> {
    view: &'a View,
    part: usize,
    segment: &'a Segment,
    /// How many copies those have at most who may not be seen.
    hidden: u32,
    page: Option<PageView<'a>>,
    counter: Option<Box<RowCounter<'a>>>,
}

impl<'a> SeenCounts<'a> {
    /// Of a part of which so many copies may not be seen at most.
    pub(crate) fn new(view: &'a View, (part, segment): (usize, &'a Segment), hidden: u64) -> Self {
        Self {
            view,
            part,
            segment,
            hidden: u32::try_from(hidden).unwrap_or(u32::MAX),
            page: None,
            counter: None,
        }
    }

    /// What stored counts say: who may not be seen has no more copies than there are of them.
    pub(crate) fn between(&mut self, row: u32) -> Result<Between> {
        let page = PageView::around(&mut self.page, self.segment, row)?;
        let RowCounts { ac, an, .. } = stored(&page.counts, self.segment, row)?;
        Ok(Between {
            ac: (ac.saturating_sub(self.hidden), ac),
            an: (an.saturating_sub(self.hidden), an),
        })
    }

    /// AC and AN, counted.
    pub(crate) fn ac_an(&mut self, row: u32) -> Result<(u32, u32)> {
        let counter = self.counter.get_or_insert_with(|| {
            let scope = self.view.scope(self.part, self.segment);
            Box::new(RowCounter::of(self.segment, scope))
        });
        let counts = counter.ac_an(row)?;
        Ok((counts.ac, counts.an))
    }
}
