//! Which rows report of a place, by batch: gone through with the place.

use super::reports::{PartRow, Report};
use super::rows::{PartRows, Seen, WINDOW};
use crate::cohort::{Batches, RowCounter, View};
use crate::error::Result;
use crate::query::exec::place::Place;
use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::Range;

/// Up to so many rows between two places are looked at one by one; more are skipped by the indexes.
const STEPS: u32 = WINDOW as u32;

/// Calls with a batch and what its row is now.
pub(super) type Reporter<'t> = dyn FnMut(u32, Option<Report>) -> Result<()> + 't;

/// Called with a row of a part that starts at the place, or reaches over it.
type Taker<'t, 'a> = dyn FnMut(&mut PartRows<'a>, u32, Seen) -> Result<()> + 't;

/// The rows at a place, and those without change that lie over it.
pub(super) struct Sweep<'a> {
    view: &'a View,
    batches: &'a Batches,
    parts: Vec<Option<Box<PartRows<'a>>>>,
    /// Counts the contigs begun, and begun anew.
    turn: u32,
    place: Option<Place>,
    /// Where each part of the contig has its next row.
    coming: BinaryHeap<Reverse<(i32, u32)>>,
    /// Where the row that reports for a batch ends.
    ends: BinaryHeap<Reverse<(i32, u32)>>,
    /// By batch: rows without change that may still matter, by start. Each ends before those in front.
    open: Vec<Vec<Open>>,
    /// Batches of which the open rows have changed.
    touched: Vec<u32>,
    site: Site,
}

/// A row without change.
#[derive(Debug, Clone, Copy)]
struct Open {
    position: i32,
    end: i32,
    report: Report,
}

/// The rows that start at the place.
#[derive(Default)]
struct Site {
    rows: Vec<(u32, Report)>,
    /// The same by REF, batch, ALT and part, once they are asked for.
    sorted: Vec<SiteRow>,
    is_sorted: bool,
    /// REF and ALT of the rows, in upper case.
    text: Vec<u8>,
    alternate: Vec<u8>,
}

struct SiteRow {
    reference: Range<usize>,
    alternate: Range<usize>,
    batch: u32,
    report: Report,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(view: &'a View, batches: &'a Batches) -> Self {
        Self {
            view,
            batches,
            parts: view.parts().iter().map(|_| None).collect(),
            turn: 0,
            place: None,
            coming: BinaryHeap::new(),
            ends: BinaryHeap::new(),
            open: vec![Vec::new(); batches.len()],
            touched: Vec::new(),
            site: Site::default(),
        }
    }

    /// Whether no batch is known by its rows.
    pub(super) fn is_idle(&self) -> bool {
        let mut segments = self.view.manifest().segments.iter();
        segments.all(|entry| entry.merged || entry.samples == 0)
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

    /// Goes to a place: `report` is called for each batch of which another row without change reports now,
    /// or none.
    pub(super) fn move_to(&mut self, place: Place, report: &mut Reporter<'_>) -> Result<()> {
        let on = |known: Place| known.contig == place.contig && known.position < place.position;
        if !self.place.is_some_and(on) {
            self.begin(place, report)?;
        }
        self.place = Some(place);
        self.site.clear();
        // where this fails, all is forgotten
        let mut coming = std::mem::take(&mut self.coming);
        while let Some(mut first) = coming.peek_mut()
            && first.0.0 <= place.position
        {
            match self.pass(first.0.1, place)? {
                Some(next) => first.0.0 = next,
                None => {
                    PeekMut::pop(first);
                }
            }
        }
        self.coming = coming;
        while let Some(&Reverse((end, batch))) = self.ends.peek()
            && end <= place.position
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
            while open.pop_if(|last| last.end <= place.position).is_some() {}
            if let Some(last) = open.last() {
                self.ends.push(Reverse((last.end, batch)));
            }
            report(batch, open.last().map(|last| last.report))?;
        }
        Ok(())
    }

    /// Begins at a place, whatever was before.
    fn begin(&mut self, place: Place, report: &mut Reporter<'_>) -> Result<()> {
        for (batch, open) in (0..).zip(&mut self.open) {
            if !open.is_empty() {
                open.clear();
                report(batch, None)?;
            }
        }
        self.forget();
        self.turn = self.turn.wrapping_add(1);
        let segments = &self.view.manifest().segments;
        for &(part, span) in self.batches.on_contig(place.contig) {
            let entry = segments.get(part as usize);
            let span = entry.and_then(|entry| entry.contigs.get(span as usize));
            let Some((entry, span)) = entry.zip(span) else {
                continue;
            };
            let end = span.end.max(span.last.saturating_add(1));
            // what is put together from inputs of one sample each is known from its stretches
            if entry.samples > 0 && !entry.merged && end > place.position {
                self.coming.push(Reverse((span.start, part)));
            }
        }
        Ok(())
    }

    /// Takes the rows of a part up to a place; returns where the next one is.
    fn pass(&mut self, number: u32, place: Place) -> Result<Option<i32>> {
        let Some(part) = PartRows::of(self.view, &mut self.parts, number)? else {
            return Ok(None);
        };
        let begins = part.turn != self.turn;
        if begins {
            part.turn = self.turn;
            part.rows = part.segment.rows_of(place.contig);
        }
        let batch = self.batches.of_part(number as usize);
        let Some(open) = self.open.get_mut(batch as usize) else {
            return Ok(None);
        };
        let mut take = |part: &mut PartRows<'a>, row: u32, seen: Seen| -> Result<()> {
            if seen.end > place.position && part.is_unchanged(row, seen)? {
                let new = Open {
                    position: seen.position,
                    end: seen.end,
                    report: part.report(row, seen),
                };
                insert(open, new);
                self.touched.push(batch);
            }
            if seen.position == place.position {
                self.site.rows.push((batch, part.report(row, seen)));
            }
            Ok(())
        };
        // rows of the whole contig may be in front of the place
        if begins && !part.rows.is_empty() {
            skip(part, place.position, &mut take)?;
        }
        let far = part.rows.start.saturating_add(STEPS).min(part.rows.end);
        loop {
            let row = part.rows.start;
            if row == part.rows.end {
                return Ok(None);
            }
            let seen = part.see(row)?;
            if seen.position > place.position {
                return Ok(Some(seen.position));
            }
            if row == far && seen.position < place.position {
                skip(part, place.position, &mut take)?;
                continue;
            }
            take(part, row, seen)?;
            part.rows.start = row + 1;
        }
    }

    /// Whether all batches with rows at the place are such.
    pub(super) fn all_at_place(&self, are: impl Fn(u32) -> bool) -> bool {
        self.site.rows.iter().all(|(batch, _)| are(*batch))
    }

    /// REF of any row, added to `reference`.
    pub(super) fn reference(
        &mut self,
        (part, row): PartRow,
        reference: &mut Vec<u8>,
    ) -> Result<()> {
        self.site.alternate.clear();
        match PartRows::of(self.view, &mut self.parts, part)? {
            Some(rows) => rows.alleles(row, reference, &mut self.site.alternate),
            None => Ok(()),
        }
    }

    /// Calls `report` with each batch that has rows of a REF at the place, and the first of them by ALT.
    pub(super) fn of_reference(
        &mut self,
        reference: &[u8],
        report: &mut dyn FnMut(u32, Report) -> Result<()>,
    ) -> Result<()> {
        if !self.site.is_sorted {
            self.sort_site()?;
        }
        let hidden = self.hidden(reference)?;
        let mut before = None;
        for row in self.site.of_reference(reference) {
            if hidden.contains(self.site.alternate(row)) {
                continue;
            }
            if before.replace(row.batch) != Some(row.batch) {
                report(row.batch, row.report)?;
            }
        }
        Ok(())
    }

    /// ALTs that only those carry who may not be seen: there are no such variants, and their rows report nothing.
    fn hidden(&self, reference: &[u8]) -> Result<BTreeSet<Vec<u8>>> {
        let mut carried: BTreeMap<&[u8], (bool, bool)> = BTreeMap::new();
        if self.view.whole().is_none() {
            for row in self.site.of_reference(reference) {
                let (part, number) = row.report.row;
                let part = part as usize;
                let Some(of) = self.view.parts().get(part) else {
                    continue;
                };
                let segment = self.view.segment(of)?;
                let mut tally = RowCounter::of(segment, self.view.scope(part, segment));
                let by = carried.entry(self.site.alternate(row)).or_default();
                by.0 |= tally.is_carried(number)?;
                by.1 |= tally.ac_an(number)?.ac > 0;
            }
        }
        let hidden = carried.into_iter().filter(|(_, by)| *by == (true, false));
        Ok(hidden.map(|(alternate, _)| alternate.to_vec()).collect())
    }

    fn sort_site(&mut self) -> Result<()> {
        let Site {
            rows,
            sorted,
            is_sorted,
            text,
            alternate,
        } = &mut self.site;
        for &(batch, report) in &*rows {
            let (part, row) = report.row;
            let Some(of) = PartRows::of(self.view, &mut self.parts, part)? else {
                continue;
            };
            let start = text.len();
            alternate.clear();
            of.alleles(row, text, alternate)?;
            let middle = text.len();
            text.extend_from_slice(alternate);
            sorted.push(SiteRow {
                reference: start..middle,
                alternate: middle..text.len(),
                batch,
                report,
            });
        }
        text.make_ascii_uppercase();
        let of = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        sorted.sort_unstable_by(|a, b| {
            let reference = of(&a.reference).cmp(of(&b.reference));
            let alternate = || of(&a.alternate).cmp(of(&b.alternate));
            let batch = a.batch.cmp(&b.batch);
            let row = || a.report.row.cmp(&b.report.row);
            reference.then(batch).then_with(alternate).then_with(row)
        });
        *is_sorted = true;
        Ok(())
    }
}

/// Goes to a position by the indexes; of the rows in front of it, those are taken that may reach it.
fn skip<'a>(part: &mut PartRows<'a>, position: i32, take: &mut Taker<'_, 'a>) -> Result<()> {
    let (rows, position) = (part.rows.clone(), i64::from(position));
    let behind = part.segment.lower_bound(rows.clone(), position)?;
    for row in part.segment.reaching(rows.start..behind, position)? {
        let seen = part.see(row)?;
        take(part, row, seen)?;
    }
    part.rows.start = behind;
    Ok(())
}

/// Adds a row to the open ones. What starts earlier and ends no later will never report again.
fn insert(open: &mut Vec<Open>, new: Open) {
    let key = |of: &Open| (of.position, of.report.row);
    let at = open.partition_point(|of| key(of) < key(&new));
    if open.get(at).is_some_and(|later| later.end >= new.end) {
        return;
    }
    let before = open.get(..at).unwrap_or_default();
    let from = before.partition_point(|of| of.end > new.end);
    open.splice(from..at, [new]);
}

impl Site {
    /// The rows of a REF, once all are sorted.
    fn of_reference<'s>(&'s self, reference: &'s [u8]) -> impl Iterator<Item = &'s SiteRow> {
        let of = |row: &SiteRow| self.text.get(row.reference.clone()).unwrap_or_default();
        let wanted = || reference.iter().map(u8::to_ascii_uppercase);
        let first = self
            .sorted
            .partition_point(|row| of(row).iter().copied().lt(wanted()));
        let same = self.sorted.get(first..).unwrap_or_default().iter();
        same.take_while(move |row| of(row).eq_ignore_ascii_case(reference))
    }

    /// ALT of a row, in upper case.
    fn alternate(&self, row: &SiteRow) -> &[u8] {
        self.text.get(row.alternate.clone()).unwrap_or_default()
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.sorted.clear();
        self.is_sorted = false;
        self.text.clear();
    }
}
