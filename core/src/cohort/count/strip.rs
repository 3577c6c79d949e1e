//! Common rows of an order that are counted at once.
//!
//! Laying a row's copies out costs as much as there are copies, whoever is asked of. Where several rows of one order are
//! asked for, they are counted as a strip: see [`StripKeys`]. A single row never pays for one.

use super::super::Mask;
use super::{RowCounter, RowCounts};
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::set::{
    COUNTED, RowNumbers, STRIP_ROWS, StoredSet, StripCounts, StripKeys, for_each_bit, words_for,
    write_pairs,
};
use crate::store::PageView;

/// Rows of an order that are counted one by one before the first strip.
const ALONE: u32 = 2;
/// Of a strip at least one in so many rows must be asked for, or the next rows are counted one by one again.
const ASKED_OF: u32 = 8;

/// The rows of a strip and what they are counted by.
#[derive(Default)]
pub(super) struct StripRows<const W: usize = COUNTED> {
    /// Ascending; all of one order, in ordered runs, and those that are counted with the same haploid samples.
    rows: Vec<u32>,
    keys: StripKeys<W>,
    /// The classes of all copies in an order, by its number.
    ids: Vec<u16>,
    ids_of: Option<u32>,
    /// Rows of the strip that were asked for, and rows that were counted alone since.
    asked: u32,
    alone: u32,
}

impl<const W: usize> StripRows<W> {
    /// The place of a row in the strip.
    pub(super) fn place_of(&mut self, row: u32) -> Option<usize> {
        let place = self.rows.binary_search(&row).ok()?;
        self.asked += 1;
        Some(place)
    }

    /// Whether a row that is not in the strip is better counted alone.
    pub(super) fn is_alone(&mut self) -> bool {
        if self.asked * ASKED_OF < self.rows.len() as u32 {
            self.alone = 0;
        }
        self.rows.clear();
        self.asked = 0;
        self.alone += 1;
        self.alone <= ALONE
    }

    /// Puts a row and those behind it into the strip, as many as it has room for: until one has other haploid samples,
    /// where these are to be the `same`.
    pub(super) fn load<'a>(
        &mut self,
        tally: &mut RowCounter<'a>,
        row: u32,
        same: bool,
    ) -> Result<()> {
        let segment = tally.segment;
        let broken = |rule| segment.broken_set(rule);
        self.rows.clear();
        let order = tally.load_order(row)?;
        let number = tally.order_number();
        if self.ids_of != number {
            self.ids_of = None;
            order.class_ids(&mut self.ids).map_err(broken)?;
            self.ids_of = number;
        }
        self.keys.clear(order.classes());
        let last = tally.order.map_or(row, |loaded| loaded.last_row);
        let samples = segment.meta().samples;
        let mut view = tally.view.clone();
        // the haploid samples, and where those of the row before stand
        let mut haploid = None;
        let mut stand = None;
        for next in row..=last {
            let view = PageView::around(&mut view, segment, next)?;
            let i = next % PAGE_ROWS;
            let stands = (next / PAGE_ROWS, view.haploid.get(i));
            if same && stand != Some(stands) {
                let here = segment.set(stands.1, &view.sets, samples)?;
                if *haploid.get_or_insert(here) != here {
                    break;
                }
                stand = Some(stands);
            }
            let carriers = view.carriers.get(i);
            if !StoredSet::is_runs(carriers) {
                continue;
            }
            if let Some(runs) = segment.set(carriers, &view.sets, 2 * samples)?.runs() {
                self.keys.add(runs).map_err(broken)?;
                self.rows.push(next);
                if self.rows.len() == StripKeys::<W>::ROWS {
                    break;
                }
            }
        }
        self.keys.finish();
        Ok(())
    }
}

impl StripRows {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn count_pairs(&self, samples: &[u32], counts: &mut StripCounts) {
        self.keys.count_pairs(&self.ids, samples, counts);
    }

    pub(super) fn count_first(&self, samples: &[u32], counts: &mut RowNumbers) {
        self.keys.count_first(&self.ids, samples, counts);
    }
}

/// Samples by whether they have two copies or one.
#[derive(Default)]
pub(super) struct Members {
    pub(super) diploid: Vec<u32>,
    pub(super) haploid: Vec<u32>,
}

impl Members {
    /// Of bits over samples; `haploid` are bits as well.
    pub(super) fn of(samples: &[u64], haploid: &[u64]) -> Self {
        let mut members = Self::default();
        let haploid = haploid.iter().chain(std::iter::repeat(&0));
        for (first, (word, haploid)) in (0u32..).step_by(64).zip(samples.iter().zip(haploid)) {
            for_each_bit(&[word & !haploid], |bit| members.diploid.push(first + bit));
            for_each_bit(&[word & haploid], |bit| members.haploid.push(first + bit));
        }
        members
    }
}

/// Rows of a strip, their copies laid out as bits.
#[derive(Default)]
pub(super) struct LaidOut {
    rows: StripRows<1>,
    bits: Vec<u64>,
}

impl LaidOut {
    /// The copies of a row as bits; `None` where it is better laid out alone.
    fn bits<'a>(&mut self, tally: &mut RowCounter<'a>, row: u32) -> Result<Option<&[u64]>> {
        let copies = 2 * tally.segment.meta().samples;
        let place = match self.rows.place_of(row) {
            Some(place) => Some(place),
            None if self.rows.is_alone() => None,
            None => {
                self.rows.load(tally, row, false)?;
                let StripRows { keys, ids, .. } = &self.rows;
                keys.lay_out(ids, copies, &mut self.bits);
                self.rows.place_of(row)
            }
        };
        let words = words_for(copies);
        Ok(place.and_then(|place| self.bits.get(place * words..(place + 1) * words)))
    }
}

/// The strip of a counter of one group.
#[derive(Default)]
pub(super) struct Strip {
    rows: StripRows,
    /// The group by its size, the samples that are haploid in the strip, and the members.
    members_of: Option<(u32, Vec<u64>)>,
    members: Members,
    counts: StripCounts,
    hemi: Vec<u32>,
}

impl<'a> RowCounter<'a> {
    /// Calls `f` with the copies of a row in runs as bits, laid out with others; `false` where it is better laid out alone.
    pub(super) fn with_laid_out(&mut self, row: u32, f: impl FnOnce(&[u64])) -> Result<bool> {
        let mut laid_out = self.laid_out.take().unwrap_or_default();
        let is_laid_out = laid_out.bits(self, row).map(|bits| bits.map(f).is_some());
        self.laid_out = Some(laid_out);
        is_laid_out
    }

    /// Writes how many copies of each sample carry a row that no walk of pairs gives, to the cells of all samples.
    pub(crate) fn write_pairs(
        &mut self,
        row: u32,
        set: &StoredSet<'a>,
        cells: &mut [i8],
    ) -> Result<()> {
        if set.runs().is_some() && self.with_laid_out(row, |bits| write_pairs(bits, cells))? {
            return Ok(());
        }
        self.scatter_alone(row, set)?;
        write_pairs(&self.copies.bits, cells);
        Ok(())
    }

    /// What a group carries of a common row, counted with others; `None` where it is better counted alone. The
    /// haploid set of the row's site is loaded.
    pub(super) fn counted_in_strip(&mut self, row: u32, mask: &Mask) -> Result<Option<RowCounts>> {
        let mut strip = std::mem::take(&mut self.strip);
        let counts = self.of_strip(&mut strip, row, mask);
        self.strip = strip;
        counts
    }

    fn of_strip(
        &mut self,
        slot: &mut Option<Box<Strip>>,
        row: u32,
        mask: &Mask,
    ) -> Result<Option<RowCounts>> {
        let strip = slot.get_or_insert_default();
        let is_same = |of: &(u32, Vec<u64>)| of.0 == mask.size;
        if !strip.members_of.as_ref().is_some_and(is_same) {
            strip.rows.rows.clear();
        }
        let place = match strip.rows.place_of(row) {
            Some(place) => place,
            None if strip.rows.is_alone() => return Ok(None),
            None => {
                strip.rows.load(self, row, true)?;
                strip.count(mask, &self.haploid.bits);
                match strip.rows.place_of(row) {
                    Some(place) => place,
                    None => return Ok(None),
                }
            }
        };
        let of = |numbers: &[u32]| numbers.get(place).copied().unwrap_or_default();
        let (any, both, hemi) = (
            of(&strip.counts.any),
            of(&strip.counts.both),
            of(&strip.hemi),
        );
        Ok(Some(RowCounts {
            ac: any + both + hemi,
            het: any - both,
            hom: both,
            hemi,
            ..RowCounts::default()
        }))
    }
}

impl Strip {
    fn count(&mut self, mask: &Mask, haploid: &[u64]) {
        let is_same = |of: &(u32, Vec<u64>)| of.0 == mask.size && of.1 == haploid;
        if !self.members_of.as_ref().is_some_and(is_same) {
            self.members = Members::of(&mask.samples, haploid);
            self.members_of = Some((mask.size, haploid.to_vec()));
        }
        self.rows
            .count_pairs(&self.members.diploid, &mut self.counts);
        self.hemi.clear();
        if !self.members.haploid.is_empty() {
            let mut hemi = [0; STRIP_ROWS];
            self.rows.count_first(&self.members.haploid, &mut hemi);
            self.hemi.extend(hemi);
        }
    }
}
