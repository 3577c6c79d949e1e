//! Who may be seen decides which rows of a walk are shown.

use super::Walk;
use crate::error::Result;
use crate::query::exec::filter::EVERYBODY;
use crate::query::exec::place::RowRef;

impl Walk<'_> {
    /// Leaves the rows of batches of which somebody may be seen. `false` where there is none, or where only
    /// those carry the variant who may not be seen: then there is no such variant.
    pub(super) fn cut_to_seen(&mut self) -> Result<bool> {
        self.ac_an_seen = None;
        if self.is_carried_by_seen()? {
            self.seen = 1;
            return Ok(true);
        }
        let (mut carried, mut by_seen) = (false, false);
        for &row in &self.current {
            let tally = self.parts.get(row.part).and_then(|of| {
                let everybody = self.counting.group_mut(EVERYBODY)?;
                everybody.tally((of.part, of.segment, row.row))
            });
            let Some(tally) = tally else { continue };
            if tally.is_carried(row.row)? {
                carried = true;
                by_seen = by_seen || tally.ac_an(row.row)?.ac > 0;
            }
        }
        if carried && !by_seen {
            return Ok(false);
        }
        let (view, parts) = (self.view, &self.parts);
        let seen = |row: &RowRef| {
            parts
                .get(row.part)
                .is_some_and(|of| view.sees_part(of.part))
        };
        self.current.retain(seen);
        self.counting.begin(self.place);
        self.sort_seen()?;
        Ok(self.seen > 0)
    }

    /// Whether the variant is one row, which somebody carries who may be seen: then the record is one that may be.
    #[inline]
    fn is_carried_by_seen(&mut self) -> Result<bool> {
        let &[row] = self.current.as_slice() else {
            return Ok(false);
        };
        let Some(of) = self.parts.get(row.part).filter(|of| !of.is_merged) else {
            return Ok(false);
        };
        let everybody = self.counting.group_mut(EVERYBODY);
        let Some(tally) = everybody.and_then(|all| all.tally((of.part, of.segment, row.row)))
        else {
            return Ok(false);
        };
        let counts = tally.ac_an(row.row)?;
        self.ac_an_seen = Some((
            counts.ac.into(),
            (!counts.uncovered).then_some(counts.an.into()),
        ));
        Ok(counts.ac > 0)
    }

    /// AC and AN of the variant's only row among those who may be seen, where that was counted to know that it may be.
    #[inline]
    pub(in crate::query) fn ac_an_seen(&self) -> Option<(u64, Option<u64>)> {
        self.ac_an_seen
    }

    /// Puts the rows first of which somebody who may be seen has the record.
    fn sort_seen(&mut self) -> Result<()> {
        let mut at = 0;
        for i in 0..self.current.len() {
            let Some(&row) = self.current.get(i) else {
                break;
            };
            let part = self.parts.get(row.part);
            let Some(part) = part.map(|of| (of.part, of.segment, of.is_merged)) else {
                continue;
            };
            let everybody = self.counting.group_mut(EVERYBODY);
            let tally = everybody.and_then(|of| of.tally((part.0, part.1, row.row)));
            let is_seen = match tally.filter(|_| part.2) {
                Some(tally) => tally.has_record(row.row)?,
                None => true,
            };
            if is_seen {
                // the order of the others is kept
                self.current
                    .get_mut(at..=i)
                    .unwrap_or_default()
                    .rotate_right(1);
                at += 1;
            }
        }
        self.seen = at;
        Ok(())
    }
}
