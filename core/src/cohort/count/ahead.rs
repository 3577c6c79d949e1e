//! Rows that are asked for one after the other, and are counted ahead.
//!
//! To find a row's page, site and group takes longer than to count most sets. Of rows that are asked for in turn the next
//! ones are counted in one go, with all of that at hand, as many as were asked for before and [`MOST`] at most.

use super::super::Mask;
use super::super::scope::BatchScope;
use super::{RowCounter, RowCounts};
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::set::StoredSet;
use crate::store::PageView;
use std::ops::Range;

/// Rows in turn that are counted one by one.
const ALONE: u32 = 3;
/// Rows that are counted ahead at most.
const MOST: u32 = 64;

/// What is counted: the second has all of the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// AC and AN, and nothing else: all that is needed of common rows can be had without their copies.
    #[default]
    AcAn,
    All,
}

/// The counts of rows that follow each other.
#[derive(Default)]
pub(super) struct Ahead {
    first: u32,
    counts: Vec<RowCounts>,
    what: What,
    /// The row behind those counted last, and how many were asked for in turn up to it.
    next: u32,
    in_turn: u32,
}

impl Ahead {
    #[inline]
    fn get(&self, row: u32, what: What) -> Option<RowCounts> {
        let counts = self.counts.get(row.wrapping_sub(self.first) as usize);
        counts.copied().filter(|_| what <= self.what)
    }

    /// How many of a segment's rows are to be counted from one on that is not among those counted.
    fn extent(&mut self, row: u32, rows: u32) -> u32 {
        if row != self.next {
            self.in_turn = 0;
        }
        let extent = match self.in_turn {
            0..=ALONE => 1,
            more => more
                .min(MOST)
                .min(PAGE_ROWS - row % PAGE_ROWS)
                .min(rows.saturating_sub(row)),
        };
        let extent = extent.max(1);
        self.in_turn = self.in_turn.saturating_add(extent);
        self.next = row.saturating_add(extent);
        extent
    }
}

impl<'a> RowCounter<'a> {
    /// The counts of the group.
    #[inline]
    pub(crate) fn counts(&mut self, row: u32) -> Result<RowCounts> {
        self.counts_of(row, What::All)
    }

    /// AC and AN of the group; nothing else is counted.
    #[inline]
    pub(crate) fn ac_an(&mut self, row: u32) -> Result<RowCounts> {
        self.counts_of(row, What::AcAn)
    }

    #[inline]
    fn counts_of(&mut self, row: u32, what: What) -> Result<RowCounts> {
        if let Some(counts) = self.ahead.get(row, what) {
            return Ok(counts);
        }
        if what == What::AcAn
            && let BatchScope::AllBut(all_but) = &self.scope
            && let Some((ac, an)) = all_but.kept.as_ref().and_then(|kept| kept.get(row))
        {
            return Ok(RowCounts {
                ac,
                an,
                ..RowCounts::default()
            });
        }
        self.count(row, what)
    }

    #[inline(never)]
    fn count(&mut self, row: u32, what: What) -> Result<RowCounts> {
        let rows = self.segment.meta().rows;
        let extent = match self.scope {
            BatchScope::Whole | BatchScope::Nothing => 1,
            BatchScope::Only(_) | BatchScope::AllBut(_) => self.ahead.extent(row, rows),
        };
        if extent == 1 {
            let counted = |tally: &mut Self, row, mask: &Mask| tally.counted(row, mask, what);
            let counted = self.in_scope(row, Self::stored, counted)?;
            self.keep(row, &[counted]);
            return Ok(counted);
        }
        let mut ahead = std::mem::take(&mut self.ahead);
        (ahead.first, ahead.what) = (row, what);
        ahead.counts.clear();
        let counted = self.count_ahead(row..row + extent, what, &mut ahead.counts);
        let first = ahead.counts.first().copied();
        self.keep(row, &ahead.counts);
        self.ahead = ahead;
        // a fault is one of the row that has it
        first.map_or_else(|| counted.map(|()| RowCounts::default()), Ok)
    }

    /// Keeps what was counted of rows in turn, where it is of a view.
    fn keep(&self, first: u32, counts: &[RowCounts]) {
        if let BatchScope::AllBut(all_but) = &self.scope
            && let Some(kept) = &all_but.kept
        {
            for (row, counts) in (first..).zip(counts) {
                kept.put(row, counts.ac, counts.an);
            }
        }
    }

    fn count_ahead(
        &mut self,
        rows: Range<u32>,
        what: What,
        counts: &mut Vec<RowCounts>,
    ) -> Result<()> {
        match self.scope.clone() {
            BatchScope::Whole | BatchScope::Nothing => Ok(()),
            BatchScope::Only(mask) => self.count_rows(rows, &mask, what, counts),
            BatchScope::AllBut(all_but) => {
                let counted = self.count_rows(rows.clone(), &all_but.few, what, counts);
                for (i, row) in rows.take(counts.len()).enumerate() {
                    let Some(few) = counts.get_mut(i) else {
                        break;
                    };
                    match self.stored(row).and_then(|all| self.less(all, *few)) {
                        Ok(others) => *few = others,
                        Err(error) => {
                            counts.truncate(i);
                            return Err(error);
                        }
                    }
                }
                counted
            }
        }
    }

    /// Counts rows of one page; up to the first with a fault.
    fn count_rows(
        &mut self,
        rows: Range<u32>,
        mask: &Mask,
        what: What,
        counts: &mut Vec<RowCounts>,
    ) -> Result<()> {
        let segment = self.segment;
        let view = self.view(rows.start)?.clone();
        let mut site = None;
        let mut known = RowCounts::default();
        for row in rows {
            let i = row % PAGE_ROWS;
            let here = Some((view.haploid.get(i), view.missing.get(i)));
            if here != site || segment.has_scopes() {
                known = self.known_at(row, mask, what)?;
                site = here;
            }
            // changed where it stays: to copy what was just written field by field takes longer than the rest
            counts.push(known);
            let added = match counts.last_mut() {
                Some(counts) => self.add_row(row, &view, mask, (what, counts)),
                None => Ok(()),
            };
            if let Err(error) = added {
                counts.pop();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Adds what some carry of a row of the page; who is haploid at its site is loaded.
    #[inline(always)]
    fn add_row(
        &mut self,
        row: u32,
        view: &PageView<'a>,
        mask: &Mask,
        (what, counts): (What, &mut RowCounts),
    ) -> Result<()> {
        let segment = self.segment;
        let copies = 2 * segment.meta().samples;
        let carriers = view.carriers.get(row % PAGE_ROWS);
        if let Some(pairs) = StoredSet::inline_pairs(carriers, copies) {
            let haploid = self.haploid_bits();
            for (sample, which) in pairs.into_iter().filter(|(_, which)| *which > 0) {
                counts.add_pair(sample, which, mask, haploid);
            }
        } else {
            let set = segment.set(carriers, &view.sets, copies)?;
            self.add_set(row, &set, mask, (what, counts))?;
        }
        match segment.has_polyploid() {
            true => self.add_polyploid(row, mask, counts),
            false => Ok(()),
        }
    }

    /// The counts of some in one row, from its sets.
    fn counted(&mut self, row: u32, mask: &Mask, what: What) -> Result<RowCounts> {
        let mut counts = self.known_at(row, mask, what)?;
        let set = self.carrier_set(row)?;
        self.add_set(row, &set, mask, (what, &mut counts))?;
        self.add_polyploid(row, mask, &mut counts)?;
        Ok(counts)
    }

    /// What is known of some at a row's site; loads who is haploid there.
    fn known_at(&mut self, row: u32, mask: &Mask, what: What) -> Result<RowCounts> {
        match what {
            What::AcAn => self.known_copies(row, mask),
            What::All => self.site(row, mask),
        }
    }

    /// Adds what some carry of a row, from its set.
    #[inline]
    fn add_set(
        &mut self,
        row: u32,
        set: &StoredSet<'a>,
        mask: &Mask,
        (what, counts): (What, &mut RowCounts),
    ) -> Result<()> {
        match what {
            What::AcAn => counts.ac += self.carried_by(row, set, mask)?,
            What::All => self.add_carried(row, set, mask, counts)?,
        }
        Ok(())
    }
}
