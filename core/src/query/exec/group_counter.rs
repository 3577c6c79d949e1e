//! One group of those that variants are counted in.

use super::place::RowOf;
use crate::cohort::{RowCounter, RowCounts, Scattered, View, Whole};
use crate::error::Result;
use crate::set::SampleSet;

/// A group, and its tallies by part.
pub(in crate::query) struct GroupCounter<'a> {
    view: &'a View,
    /// `None` is everybody, of whom all may be seen.
    pub(in crate::query) group: Option<SampleSet>,
    /// Whether it is all who may be seen.
    is_all: bool,
    /// That stored counts are its counts.
    whole: Option<Whole>,
    tallies: Vec<Option<Box<RowCounter<'a>>>>,
    /// The counts of the variant at hand in the batches that have it, and whether they are all of them or
    /// AC and AN alone.
    pub(super) sum: Option<(RowCounts, bool)>,
}

impl<'a> GroupCounter<'a> {
    pub(in crate::query) fn new(view: &'a View, group: Option<&SampleSet>) -> Self {
        let everybody = u64::from(view.universe());
        let is_all = group.is_none_or(|group| Some(group) == view.visible_samples());
        let group = group.or(view.visible_samples());
        let group = group.filter(|group| group.len() < everybody).cloned();
        Self {
            view,
            is_all,
            whole: view.whole().filter(|_| group.is_none()),
            group,
            tallies: view.parts().iter().map(|_| None).collect(),
            sum: None,
        }
    }

    /// Counts the rows of a part.
    #[inline]
    pub(in crate::query) fn tally(
        &mut self,
        (part, segment, _): RowOf<'a>,
    ) -> Option<&mut RowCounter<'a>> {
        let slot = self.tallies.get_mut(part)?;
        let new = || match self.is_all {
            true => RowCounter::of(segment, self.view.scope(part, segment)),
            false => RowCounter::new(segment, self.group.as_ref()),
        };
        Some(slot.get_or_insert_with(|| Box::new(new())))
    }

    /// Whether it is all who may be seen.
    pub(super) fn is_all(&self) -> bool {
        self.is_all
    }

    /// Where stored counts are its counts.
    #[inline]
    pub(super) fn whole(&self) -> Option<Whole> {
        self.whole
    }

    /// The counts of the batches that have a variant.
    pub(super) fn rows(&mut self, rows: impl Iterator<Item = RowOf<'a>>) -> Result<RowCounts> {
        let mut sum = RowCounts::default();
        for row in rows {
            if let Some(tally) = self.tally(row) {
                sum.add(tally.counts(row.2)?);
            }
        }
        self.sum = Some((sum, true));
        Ok(sum)
    }

    /// The same, lent the copies that another group laid out.
    pub(super) fn rows_lent(
        &mut self,
        rows: impl Iterator<Item = RowOf<'a>>,
        copies: &mut Scattered,
    ) -> Result<RowCounts> {
        let mut sum = RowCounts::default();
        for row in rows {
            if let Some(tally) = self.tally(row) {
                std::mem::swap(&mut tally.copies, copies);
                let counts = tally.counts(row.2);
                std::mem::swap(&mut tally.copies, copies);
                sum.add(counts?);
            }
        }
        self.sum = Some((sum, true));
        Ok(sum)
    }

    /// AC and AN of the same: common variants need not be taken apart by sample.
    pub(super) fn ac_an(&mut self, rows: impl Iterator<Item = RowOf<'a>>) -> Result<RowCounts> {
        let mut sum = RowCounts::default();
        for row in rows {
            if let Some(tally) = self.tally(row) {
                sum.add(tally.ac_an(row.2)?);
            }
        }
        self.sum = Some((sum, false));
        Ok(sum)
    }
}
