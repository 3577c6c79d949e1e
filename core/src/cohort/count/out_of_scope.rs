//! Of whom a row reports, in a batch that is put together from inputs of one sample each.

use super::super::Mask;
use super::{RowCounter, RowCounts};
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::set::Malformed;

impl RowCounter<'_> {
    /// AN, where so many copies are not known or not there, and whether somebody was not looked at.
    pub(super) fn known_of(&mut self, row: u32, mask: &Mask, less: u32) -> Result<RowCounts> {
        let [uncovered, outside] = match self.segment.has_scopes() {
            true => self.out_of_scope(row, mask)?,
            false => [0, 0],
        };
        let samples = mask.size.checked_sub(uncovered.saturating_add(outside));
        let an = samples.and_then(|samples| (2 * samples).checked_sub(less));
        Ok(RowCounts {
            an: an.ok_or_else(|| {
                self.segment
                    .broken_set(Malformed("no more missing copies than there are"))
            })?,
            uncovered: uncovered > 0,
            ..RowCounts::default()
        })
    }

    /// Whether somebody of the group has the row's record, in a batch that is put together from inputs of one sample
    /// each; elsewhere all have it.
    pub(crate) fn has_record(&mut self, row: u32) -> Result<bool> {
        let segment = self.segment;
        let descriptor = segment.columns.recorded.get(segment.file(), row)?;
        match self.scope.mask() {
            None => Ok(true),
            Some(mask) if mask.size == 0 => Ok(false),
            // those who carry are those who have it
            Some(_) if descriptor == 0 => Ok(self.ac_an(row)?.ac > 0),
            Some(mask) => {
                let sets = segment.page_sets(row / PAGE_ROWS)?;
                let set = segment.set(descriptor, &sets, segment.meta().samples)?;
                let count = set.count_in(&mask.samples, mask.size, &[]);
                Ok(count.map_err(|rule| segment.broken_set(rule))? > 0)
            }
        }
    }

    /// How many of a group were not looked at, and of how many other rows report.
    #[cold]
    fn out_of_scope(&mut self, row: u32, mask: &Mask) -> Result<[u32; 2]> {
        let (segment, page) = (self.segment, row / PAGE_ROWS);
        let columns = [&segment.columns.uncovered, &segment.columns.outside];
        let mut counts = [0; 2];
        let each = columns.into_iter().zip(&mut self.out_of_scope);
        for ((column, kept), count) in each.zip(&mut counts) {
            let descriptor = column.get(segment.file(), row)?;
            *count = match kept.filter(|(key, _)| *key == (page, descriptor)) {
                Some((_, known)) => known,
                None => {
                    let sets = segment.page_sets(page)?;
                    let set = segment.set(descriptor, &sets, segment.meta().samples)?;
                    set.count_in(&mask.samples, mask.size, &[])
                        .map_err(|rule| segment.broken_set(rule))?
                }
            };
            *kept = Some(((page, descriptor), *count));
        }
        Ok(counts)
    }
}
