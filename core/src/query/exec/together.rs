//! Groups that are all counted of every variant: in one pass over its sets.

use super::group_counter::GroupCounter;
use super::place::RowOf;
use crate::cohort::{CellCounter, RowCounts};
use crate::error::Result;
use crate::set::SampleSet;

/// Counters of several groups by part.
#[derive(Default)]
pub(super) struct Together<'a> {
    parts: Vec<Option<OfPart<'a>>>,
    sums: Vec<RowCounts>,
}

enum OfPart<'a> {
    Cells(Box<CellCounter<'a>>),
    /// The groups overlap too much in it.
    OneByOne,
}

impl<'a> Together<'a> {
    /// Counts a variant in all of the groups.
    pub(super) fn count(
        &mut self,
        groups: &mut [GroupCounter<'a>],
        rows: impl Iterator<Item = RowOf<'a>>,
    ) -> Result<()> {
        self.sums.clear();
        self.sums.resize(groups.len(), RowCounts::default());
        for row in rows {
            let (part, segment, number) = row;
            if self.parts.len() <= part {
                self.parts.resize_with(part + 1, || None);
            }
            let Some(slot) = self.parts.get_mut(part) else {
                continue;
            };
            let of_part = slot.get_or_insert_with(|| {
                let groups: Vec<Option<&SampleSet>> = groups
                    .iter()
                    .map(|counted| counted.group.as_ref())
                    .collect();
                match CellCounter::new(segment, &groups) {
                    Some(cells) => OfPart::Cells(Box::new(cells)),
                    None => OfPart::OneByOne,
                }
            });
            match of_part {
                OfPart::Cells(cells) => cells.add_counts(number, &mut self.sums)?,
                OfPart::OneByOne => {
                    for (counted, sum) in groups.iter_mut().zip(&mut self.sums) {
                        if let Some(tally) = counted.tally(row) {
                            sum.add(tally.counts(number)?);
                        }
                    }
                }
            }
        }
        for (counted, sum) in groups.iter_mut().zip(&self.sums) {
            counted.sum = Some((*sum, true));
        }
        Ok(())
    }
}
