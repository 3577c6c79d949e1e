//! Which rows tell of a place, by batch: gone through with the place.

use super::told::PartRow;
use crate::dataset::{Batches, Dataset, Segment};
use crate::error::Result;
use crate::format::{ColumnCursor, TextBlock};
use crate::genome::AlleleType;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// Up to so many rows between two places are looked at one by one; more are skipped by the indexes.
const STEPS: u32 = 64;

/// Calls with a batch and what its row is now.
pub(super) type Tell<'t> = dyn FnMut(u32, Option<PartRow>) -> Result<()> + 't;

/// The rows at a place, and those without change that lie over it.
pub(super) struct Sweep<'a> {
    dataset: &'a Dataset,
    batches: &'a Batches,
    parts: Vec<Option<Box<PartRows<'a>>>>,
    /// Counts the contigs begun, and begun anew.
    turn: u32,
    place: Option<(u32, i64)>,
    /// Where each part of the contig has its next row.
    coming: BinaryHeap<Reverse<(i64, u32)>>,
    /// Where the row that tells of a batch ends.
    ends: BinaryHeap<Reverse<(i64, u32)>>,
    /// By batch: rows without change that may still matter, by start. Each ends before those in front.
    open: Vec<Vec<Open>>,
    /// Batches of which the open rows have changed.
    touched: Vec<u32>,
    site: Site,
    alternate: Vec<u8>,
}

/// A row without change.
#[derive(Debug, Clone, Copy)]
struct Open {
    position: i64,
    row: PartRow,
    end: i64,
}

/// The rows of a part, on the way.
struct PartRows<'a> {
    segment: &'a Segment,
    position: ColumnCursor<'a>,
    span: ColumnCursor<'a>,
    allele: ColumnCursor<'a>,
    block_short: ColumnCursor<'a>,
    /// Whether alleles are without change, by their number; `None` until they were looked at.
    unchanged: Vec<Option<bool>>,
    long: TextBlock,
    /// The turn in which these are the rows to come.
    turn: u32,
    rows: Range<u32>,
}

/// The rows that start at the place.
#[derive(Default)]
struct Site {
    rows: Vec<PartRow>,
    /// The same by REF, batch, ALT and part, once they are asked for.
    sorted: Vec<SiteRow>,
    is_sorted: bool,
    /// REF and ALT of the rows, in upper case.
    text: Vec<u8>,
}

struct SiteRow {
    reference: Range<usize>,
    alternate: Range<usize>,
    batch: u32,
    row: PartRow,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(dataset: &'a Dataset, batches: &'a Batches) -> Self {
        Self {
            dataset,
            batches,
            parts: dataset.parts().iter().map(|_| None).collect(),
            turn: 0,
            place: None,
            coming: BinaryHeap::new(),
            ends: BinaryHeap::new(),
            open: vec![Vec::new(); batches.len()],
            touched: Vec::new(),
            site: Site::default(),
            alternate: Vec::new(),
        }
    }

    /// No place is known.
    pub(super) fn forget(&mut self) {
        self.place = None;
        self.coming.clear();
        self.ends.clear();
        self.open.iter_mut().for_each(Vec::clear);
        self.touched.clear();
        self.site.clear();
    }

    /// Goes to a place: `tell` is called for each batch of which another row without change tells now,
    /// or none.
    pub(super) fn move_to(&mut self, place: (u32, i64), tell: &mut Tell<'_>) -> Result<()> {
        let on = |known: (u32, i64)| known.0 == place.0 && known.1 < place.1;
        if !self.place.is_some_and(on) {
            self.begin(place, tell)?;
        }
        self.place = Some(place);
        self.site.clear();
        let position = place.1;
        while let Some(&Reverse((next, part))) = self.coming.peek()
            && next <= position
        {
            self.coming.pop();
            if let Some(next) = self.pass(part as usize, place)? {
                self.coming.push(Reverse((next, part)));
            }
        }
        while let Some(&Reverse((end, batch))) = self.ends.peek()
            && end <= position
        {
            self.ends.pop();
            self.touched.push(batch);
        }
        self.touched.sort_unstable();
        self.touched.dedup();
        while let Some(batch) = self.touched.pop() {
            let Some(open) = self.open.get_mut(batch as usize) else {
                continue;
            };
            while open.pop_if(|last| last.end <= position).is_some() {}
            if let Some(last) = open.last() {
                self.ends.push(Reverse((last.end, batch)));
            }
            tell(batch, open.last().map(|last| last.row))?;
        }
        Ok(())
    }

    /// Begins at a place, whatever was before.
    fn begin(&mut self, (contig, position): (u32, i64), tell: &mut Tell<'_>) -> Result<()> {
        for (batch, open) in (0..).zip(&mut self.open) {
            if !open.is_empty() {
                open.clear();
                tell(batch, None)?;
            }
        }
        self.forget();
        self.turn = self.turn.wrapping_add(1);
        let segments = &self.dataset.manifest().segments;
        for &(part, span) in self.batches.on_contig(contig) {
            let entry = segments.get(part as usize);
            let span = entry.and_then(|entry| entry.contigs.get(span as usize));
            let Some((entry, span)) = entry.zip(span) else {
                continue;
            };
            let end = i64::from(span.end).max(i64::from(span.last) + 1);
            if entry.samples > 0 && end > position {
                self.coming.push(Reverse((span.start.into(), part)));
            }
        }
        Ok(())
    }

    /// Takes the rows of a part up to a place; returns where the next one is.
    fn pass(&mut self, number: usize, (contig, position): (u32, i64)) -> Result<Option<i64>> {
        let Some(part) = part_rows(self.dataset, &mut self.parts, number)? else {
            return Ok(None);
        };
        if part.turn != self.turn {
            part.turn = self.turn;
            part.rows = part.segment.rows_of(contig);
        }
        let batch = self.batches.of_part(number);
        let Some(open) = self.open.get_mut(batch as usize) else {
            return Ok(None);
        };
        let mut take = |part: &mut PartRows<'a>, row: u32, start: i64| -> Result<()> {
            let mut end = start.saturating_add(part.span.get(row)?);
            if start == position {
                self.site.rows.push((number, row));
            }
            if end > position && part.is_unchanged(row)? {
                // behind the shortest block of a sample it is not known of all
                end -= part.block_short.get(row)?;
            }
            if end > position && part.is_unchanged(row)? {
                let row = (number, row);
                insert(
                    open,
                    Open {
                        position: start,
                        row,
                        end,
                    },
                );
                self.touched.push(batch);
            }
            Ok(())
        };
        let far = part.rows.start.saturating_add(STEPS).min(part.rows.end);
        loop {
            let row = part.rows.start;
            if row == part.rows.end {
                return Ok(None);
            }
            let start = part.position.get(row)?;
            if start > position {
                return Ok(Some(start));
            }
            if row == far && start < position {
                let behind = part.segment.lower_bound(part.rows.clone(), position)?;
                for row in part.segment.reaching(row..behind, position)? {
                    let start = part.position.get(row)?;
                    take(part, row, start)?;
                }
                part.rows.start = behind;
                continue;
            }
            take(part, row, start)?;
            part.rows.start = row + 1;
        }
    }

    /// REF of any row, added to `reference`.
    pub(super) fn reference(
        &mut self,
        part: usize,
        row: u32,
        reference: &mut Vec<u8>,
    ) -> Result<()> {
        self.alternate.clear();
        match part_rows(self.dataset, &mut self.parts, part)? {
            Some(rows) => rows.alleles(row, reference, &mut self.alternate),
            None => Ok(()),
        }
    }

    /// Calls `tell` with each batch that has rows of a REF at the place, and the first of them by ALT.
    pub(super) fn of_reference(
        &mut self,
        reference: &[u8],
        tell: &mut dyn FnMut(u32, PartRow) -> Result<()>,
    ) -> Result<()> {
        if !self.site.is_sorted {
            self.sort_site()?;
        }
        let site = &self.site;
        let of = |row: &SiteRow| site.text.get(row.reference.clone()).unwrap_or_default();
        let wanted = || reference.iter().map(u8::to_ascii_uppercase);
        let first = site
            .sorted
            .partition_point(|row| of(row).iter().copied().lt(wanted()));
        let same = site.sorted.get(first..).unwrap_or_default().iter();
        let mut before = None;
        for row in same.take_while(|row| of(row).eq_ignore_ascii_case(reference)) {
            if before.replace(row.batch) != Some(row.batch) {
                tell(row.batch, row.row)?;
            }
        }
        Ok(())
    }

    fn sort_site(&mut self) -> Result<()> {
        let site = &mut self.site;
        let alternate = &mut self.alternate;
        for &(part, row) in &site.rows {
            let Some(rows) = self.parts.get_mut(part).and_then(Option::as_mut) else {
                continue;
            };
            let start = site.text.len();
            alternate.clear();
            rows.alleles(row, &mut site.text, alternate)?;
            let middle = site.text.len();
            site.text.extend_from_slice(alternate);
            site.sorted.push(SiteRow {
                reference: start..middle,
                alternate: middle..site.text.len(),
                batch: self.batches.of_part(part),
                row: (part, row),
            });
        }
        site.text.make_ascii_uppercase();
        let text = |range: &Range<usize>| site.text.get(range.clone()).unwrap_or_default();
        site.sorted.sort_unstable_by(|a, b| {
            let key = |row: &SiteRow| (row.batch, row.row);
            let reference = text(&a.reference).cmp(text(&b.reference));
            let alternate = || text(&a.alternate).cmp(text(&b.alternate));
            let batch = a.batch.cmp(&b.batch);
            reference
                .then(batch)
                .then_with(alternate)
                .then_with(|| key(a).cmp(&key(b)))
        });
        site.is_sorted = true;
        Ok(())
    }
}

/// The rows of a part, made when it is first needed; `None` where there is no such part.
fn part_rows<'p, 'a>(
    dataset: &'a Dataset,
    parts: &'p mut [Option<Box<PartRows<'a>>>],
    number: usize,
) -> Result<Option<&'p mut PartRows<'a>>> {
    let (Some(slot), Some(part)) = (parts.get_mut(number), dataset.parts().get(number)) else {
        return Ok(None);
    };
    Ok(Some(match slot {
        Some(rows) => rows,
        None => slot.insert(Box::new(PartRows::new(dataset.segment(part)?))),
    }))
}

/// Adds a row to the open ones. What starts earlier and ends no later will never tell again.
fn insert(open: &mut Vec<Open>, new: Open) {
    let key = |of: &Open| (of.position, of.row);
    let at = open.partition_point(|of| key(of) < key(&new));
    if open.get(at).is_some_and(|later| later.end >= new.end) {
        return;
    }
    let before = open.get(..at).unwrap_or_default();
    let from = before.partition_point(|of| of.end > new.end);
    open.splice(from..at, [new]);
}

impl<'a> PartRows<'a> {
    fn new(segment: &'a Segment) -> Self {
        let (file, columns) = (segment.file(), &segment.columns);
        Self {
            segment,
            position: ColumnCursor::new(file, columns.position),
            span: ColumnCursor::new(file, columns.span),
            allele: ColumnCursor::new(file, columns.allele),
            block_short: ColumnCursor::new(file, columns.block_short),
            unchanged: Vec::new(),
            long: TextBlock::default(),
            turn: 0,
            rows: 0..0,
        }
    }

    fn alleles(
        &mut self,
        row: u32,
        reference: &mut Vec<u8>,
        alternate: &mut Vec<u8>,
    ) -> Result<()> {
        let number = self.allele.get(row)?;
        self.segment
            .alleles(number, &mut self.long, reference, alternate)
    }

    /// Whether a row is without change.
    fn is_unchanged(&mut self, row: u32) -> Result<bool> {
        let number = self.allele.get(row)?;
        let at = usize::try_from(number).unwrap_or(usize::MAX);
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

impl Site {
    fn clear(&mut self) {
        self.rows.clear();
        self.sorted.clear();
        self.is_sorted = false;
        self.text.clear();
    }
}
