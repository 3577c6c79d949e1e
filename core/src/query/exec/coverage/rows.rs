//! The rows of a part on the way of a sweep.

use super::reports::Report;
use crate::cohort::View;
use crate::error::Result;
use crate::format::{PAGE_ROWS, TextBlock};
use crate::genome::AlleleType;
use crate::store::Segment;
use std::ops::Range;

/// So many rows are read at once: of many parts in turn, each would be read from memory that was not
/// touched for long.
pub(super) const WINDOW: usize = 16;

/// The rows of a part.
pub(super) struct PartRows<'a> {
    pub(super) segment: &'a Segment,
    number: u32,
    /// The turn in which `rows` are those to come.
    pub(super) turn: u32,
    pub(super) rows: Range<u32>,
    /// Rows from `first` on, `seen` of them.
    window: [Seen; WINDOW],
    first: u32,
    seen: u32,
    /// Whether alleles are without change, by their number; `None` until they were looked at.
    unchanged: Vec<Option<bool>>,
    long: TextBlock,
}

/// What matters of a row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) position: i32,
    /// Behind the last base it spans; behind the shortest block of a sample, where samples have their own,
    /// for what is behind is not known of all.
    pub(super) end: i32,
    allele: u32,
    /// AN and missing samples, where they are numbers that a row can have.
    known: Option<(u32, u32)>,
}

impl<'a> PartRows<'a> {
    /// The rows of a part, made when it is first needed; `None` where there is no such part.
    pub(super) fn of<'p>(
        view: &'a View,
        parts: &'p mut [Option<Box<Self>>],
        number: u32,
    ) -> Result<Option<&'p mut Self>> {
        let at = number as usize;
        let (Some(slot), Some(part)) = (parts.get_mut(at), view.parts().get(at)) else {
            return Ok(None);
        };
        Ok(Some(match slot {
            Some(rows) => rows,
            None => slot.insert(Box::new(Self {
                segment: view.segment(part)?,
                number,
                turn: 0,
                rows: 0..0,
                window: [Seen::default(); WINDOW],
                first: 0,
                seen: 0,
                unchanged: Vec::new(),
                long: TextBlock::default(),
            })),
        }))
    }

    /// What matters of a row.
    pub(super) fn see(&mut self, row: u32) -> Result<Seen> {
        let at = row.wrapping_sub(self.first);
        if at < self.seen
            && let Some(seen) = self.window.get(at as usize)
        {
            return Ok(*seen);
        }
        self.fill(row)
    }

    /// Reads a row and some behind it; returns the first.
    fn fill(&mut self, row: u32) -> Result<Seen> {
        self.seen = 0;
        let (file, c) = (self.segment.file(), &self.segment.columns);
        let (page, from) = (row / PAGE_ROWS, row % PAGE_ROWS);
        let (position, span) = (c.position.page(file, page)?, c.span.page(file, page)?);
        let (allele, short) = (c.allele.page(file, page)?, c.an_short.page(file, page)?);
        let missing = c.missing_count.page(file, page)?;
        let block_short = c.block_short.page(file, page)?;
        let rows = self.segment.meta().rows.saturating_sub(row);
        let rows = rows.min(PAGE_ROWS - from).min(WINDOW as u32);
        let copies = 2 * i64::from(self.segment.meta().samples);
        let clamp = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
        for (seen, i) in self.window.iter_mut().zip(from..from + rows) {
            let start = position.get(i);
            let an = u32::try_from(copies.wrapping_sub(short.get(i))).ok();
            *seen = Seen {
                position: clamp(start),
                end: clamp(
                    start
                        .saturating_add(span.get(i))
                        .saturating_sub(block_short.get(i)),
                ),
                allele: u32::try_from(allele.get(i)).unwrap_or(u32::MAX),
                known: an.zip(u32::try_from(missing.get(i)).ok()),
            };
        }
        (self.first, self.seen) = (row, rows);
        Ok(self.window.first().copied().unwrap_or_default())
    }

    /// The row as one that reports for its batch.
    pub(super) fn report(&self, row: u32, seen: Seen) -> Report {
        Report {
            row: (self.number, row),
            known: seen.known,
        }
    }

    /// Adds REF and ALT of a row to the buffers.
    pub(super) fn alleles(
        &mut self,
        row: u32,
        reference: &mut Vec<u8>,
        alternate: &mut Vec<u8>,
    ) -> Result<()> {
        let number = self.see(row)?.allele;
        let long = &mut self.long;
        self.segment
            .alleles(number.into(), long, reference, alternate)
    }

    /// Whether a row is without change.
    pub(super) fn is_unchanged(&mut self, row: u32, seen: Seen) -> Result<bool> {
        let at = seen.allele as usize;
        if let Some(&Some(known)) = self.unchanged.get(at) {
            return Ok(known);
        }
        let (mut reference, mut alternate) = (Vec::new(), Vec::new());
        // a number that no pair has is an error here
        self.alleles(row, &mut reference, &mut alternate)?;
        let unchanged = AlleleType::of(&reference, &alternate, None) == AlleleType::Ref;
        if self.unchanged.len() <= at {
            self.unchanged.resize(at + 1, None);
        }
        if let Some(known) = self.unchanged.get_mut(at) {
            *known = Some(unchanged);
        }
        Ok(unchanged)
    }
}
