//! Walking the variants that an expression picks, in the dataset's order: contig, position, REF, ALT.
//!
//! Each segment gives candidate rows from its indexes (positions, alleles, ids, zone maps); segments
//! are merged, rows of the same variant in several batches meet, and what the indexes did not decide
//! is tested on them.

use super::changes::Changes;
use super::counting::Counting;
use super::counts::Counts;
use super::coverage::Coverage;
use super::filter::{
    EVERYBODY, VariantRows, ac_an_of_only, count_everybody, counts_of_only, rows_of, test_node,
};
use super::part_walk::PartWalk;
use super::place::{Place, RowOf, RowRef};
use super::question::Question;
use super::same::VariantKey;
use super::spellings::{Numbered, Spelled, Spellings};
use crate::cohort::View;
use crate::error::Result;
use crate::query::expr::Node;
use crate::query::plan::bound::Size;
use crate::query::plan::candidates::add_rows_of_other_batches;
use crate::query::plan::row_filter::RowFilter;
use crate::query::plan::test::{Test, asks_records};
use crate::stop::check_stop;
use crate::store::Segment;
use std::collections::BTreeSet;

mod gather;
mod gathered;
mod heads;
mod pieces;
mod rows;
mod seen;

use super::stretch::Stretch;
use gathered::Gathered;
use heads::{Head, Heads};

/// Positions between two looks whether to stop.
const STOP_EVERY: u32 = 256;

/// A walk over the variants that an expression picks.
pub(crate) struct Walk<'a> {
    view: &'a View,
    test: Node<Test>,
    parts: Vec<PartWalk<'a>>,
    /// Contigs still to come, last first.
    contigs: Vec<u32>,
    /// Nothing outside of it is walked.
    stretch: Stretch,
    /// The next rows on the current contig.
    heads: Heads,
    /// Variants of the current position, when several parts have rows there.
    gathered: Gathered,
    /// Rows of changes that the question names, which batches may spell otherwise.
    changes: Changes,
    current: Vec<RowRef>,
    /// How many of them are of records that may be seen: these come first, the others only count.
    seen: usize,
    /// Whether records of one variant in several batches may differ in what is asked, and those that pass.
    by_record: bool,
    passing: Vec<RowRef>,
    /// How variants are spelled, where they are numbered: then rows of one variant that a batch has
    /// twice come one after the other.
    spellings: Option<Spellings>,
    /// The number of the variant last numbered.
    number: u32,
    /// A row of the variant before, and where that is.
    previous: Option<(RowRef, Place)>,
    counting: Counting<'a>,
    /// Where the current variant is.
    place: Place,
    /// Positions walked.
    walked: u32,
    /// What there is to read.
    size: Size,
    /// Whether the indexes decided all.
    exact: bool,
    /// Whether somebody may not be seen.
    is_cut: bool,
    /// See [`Self::ac_an_seen`].
    ac_an_seen: Option<(u64, Option<u64>)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(view: &'a View, question: Question) -> Result<Self> {
        let joins_rows = view.joins_rows();
        let Question {
            test,
            mut rows,
            groups,
        } = question;
        let mut changes = Changes::default();
        if joins_rows {
            add_rows_of_other_batches(view, &mut rows)?;
            changes = Changes::of(view, &test, &mut rows)?;
        }
        let mut parts = Vec::new();
        let (size, mut exact) = (Size::of(&rows), true);
        for ((index, part), candidates) in view.parts().iter().enumerate().zip(rows) {
            let Some(candidates) = candidates else {
                continue;
            };
            exact &= candidates.exact;
            if !candidates.ranges.is_empty() {
                let segment = view.segment(part)?;
                parts.push(PartWalk {
                    part: index,
                    is_merged: view.is_merged(index),
                    segment,
                    candidates,
                    filter: RowFilter::new(segment),
                });
            }
        }
        let changes = changes.of_parts(&parts);
        let spans = parts.iter().flat_map(|part| part.segment.contigs());
        let contigs: BTreeSet<u32> = spans.map(|rows| rows.contig).collect();
        Ok(Self {
            view,
            by_record: joins_rows && asks_records(&test),
            passing: Vec::new(),
            spellings: None,
            number: 0,
            previous: None,
            test,
            parts,
            contigs: contigs.into_iter().rev().collect(),
            stretch: Stretch::ALL,
            heads: Heads::default(),
            gathered: Gathered::default(),
            changes,
            current: Vec::new(),
            seen: 0,
            counting: Counting::for_tests(view, &groups),
            place: Place {
                contig: 0,
                position: 0,
            },
            walked: 0,
            size,
            exact,
            is_cut: view.whole().is_none(),
            ac_an_seen: None,
        })
    }

    /// How much there is to read.
    pub(in crate::query) fn size(&self) -> Size {
        self.size
    }

    /// Moves to the next variant; `false` after the last.
    pub(crate) fn step(&mut self) -> Result<bool> {
        if self.spellings.is_some() {
            self.previous = self.current.first().map(|row| (*row, self.place));
        }
        loop {
            if let Some(rows) = self.changes.next_variant() {
                self.current = rows;
            } else {
                if !self.gathered.next_variant(&mut self.current) && !self.advance()? {
                    return Ok(false);
                }
                if self.changes.join(&mut self.current) {
                    continue;
                }
            }
            self.counting.begin(self.place);
            self.seen = self.current.len();
            if self.is_cut && !self.cut_to_seen()? {
                continue;
            }
            if self.exact || self.matches()? {
                return Ok(true);
            }
        }
    }

    /// The variant's rows of which the record may be seen.
    pub(in crate::query) fn seen(&self) -> &[RowRef] {
        self.current.get(..self.seen).unwrap_or_default()
    }

    /// The only part that is walked, where each of its candidates is a variant, in their order.
    pub(in crate::query) fn decided_part(&self) -> Option<&PartWalk<'a>> {
        self.only_part().filter(|_| self.exact)
    }

    /// The only part that is walked, where each of its candidates that passes is a variant, in their order.
    fn only_part(&self) -> Option<&PartWalk<'a>> {
        let is_whole = self.stretch.is_all() && self.view.whole().is_some();
        match self.parts.as_slice() {
            [part] if is_whole && !self.view.joins_rows() => {
                let contigs = part.segment.contigs();
                let is_sorted = contigs.is_sorted_by_key(|rows| rows.contig);
                is_sorted.then_some(part)
            }
            _ => None,
        }
    }

    /// Whether several rows of the variant are of one batch.
    pub(in crate::query) fn reports_in_rows(&self) -> bool {
        let merged = self.current.iter().filter(|row| {
            let part = self.parts.get(row.part);
            part.is_some_and(|part| part.is_merged)
        });
        merged.count() > 1
    }

    /// The variant's row in each batch that has it.
    #[inline]
    pub(crate) fn rows(&self) -> &[RowRef] {
        &self.current
    }

    /// Its rows in the batches of which the record passes: who carries it there carries what is asked for.
    pub(crate) fn passing(&self) -> &[RowRef] {
        match self.by_record {
            true => &self.passing,
            false => self.seen(),
        }
    }

    /// Whether records of one variant in several batches may differ in what is asked.
    pub(in crate::query) fn is_by_record(&self) -> bool {
        self.by_record
    }

    /// Numbers variants from here on: see [`Self::numbered`].
    pub(crate) fn number_variants(&mut self) -> Result<()> {
        self.spellings = Some(Spellings::of(self.view, &self.parts)?);
        Ok(())
    }

    /// The number of the variant, for all that are numbered: a batch may report one in several records, and each
    /// of these is a variant of its own here, but of one number.
    pub(crate) fn numbered(&mut self) -> Result<Numbered> {
        let next = self.number + 1;
        let spellings = self.spellings.as_mut();
        if let Some(known) = spellings.and_then(|of| of.number_of(&self.current, next)) {
            self.number = self.number.max(known.number);
            return Ok(known);
        }
        if !self.is_reported_again()? {
            self.number = next;
        }
        Ok(Numbered {
            number: self.number,
            spelled: Spelled::Alike,
        })
    }

    /// Whether the variant is the same as the one before, as it is spelled.
    fn is_reported_again(&mut self) -> Result<bool> {
        let (Some((before, place)), Some(&now)) = (self.previous, self.current.first()) else {
            return Ok(false);
        };
        if place != self.place {
            return Ok(false);
        }
        if before.part == now.part
            && let Some(part) = self.parts.get_mut(now.part)
            && let (Some(a), Some(b)) = (part.short(before.row)?, part.short(now.row)?)
        {
            return Ok(a == b);
        }
        Ok(self.key(before)? == self.key(now)?)
    }

    /// Other rows of the variant in the segments that have it: records that report it once more. They stand
    /// beside each other.
    pub(in crate::query) fn rows_again(&mut self, again: &mut Vec<RowRef>) -> Result<()> {
        again.clear();
        for i in 0..self.current.len() {
            let Some(&row) = self.current.get(i) else {
                break;
            };
            for step in [-1, 1] {
                let mut at = row.row;
                while let Some(next) = self.beside(RowRef { row: at, ..row }, step)? {
                    if self.key(next)? == self.key(row)? && !self.current.contains(&next) {
                        again.push(next);
                    }
                    at = next.row;
                }
            }
        }
        Ok(())
    }

    /// The row before or behind another one, if it is of the same place and text.
    fn beside(&mut self, row: RowRef, step: i32) -> Result<Option<RowRef>> {
        let Some(part) = self.parts.get_mut(row.part) else {
            return Ok(None);
        };
        let rows = part.segment.rows_of(part.segment.contig_of(row.row));
        let next = row.row.checked_add_signed(step);
        let Some(next) = next.filter(|next| rows.contains(next)) else {
            return Ok(None);
        };
        let filter = &mut part.filter;
        let same = filter.alleles_number(next)? == filter.alleles_number(row.row)?
            && filter.position(next)? == filter.position(row.row)?;
        Ok(same.then_some(RowRef { row: next, ..row }))
    }

    fn key(&mut self, row: RowRef) -> Result<Option<VariantKey>> {
        let names = self.view.contig_names();
        let part = self.parts.get_mut(row.part);
        part.map(|part| VariantKey::of(&mut part.filter, row.row, names))
            .transpose()
    }

    /// Moves to the next position; `false` at the end.
    fn advance(&mut self) -> Result<bool> {
        self.walked = self.walked.wrapping_add(1);
        if self.walked.is_multiple_of(STOP_EVERY) {
            check_stop()?;
        }
        let Self { heads, parts, .. } = self;
        let Some((head, meets)) = heads.first() else {
            return Ok(self.enter_contig()? && self.advance()?);
        };
        let position = head.position;
        self.place.position = i32::try_from(position).unwrap_or(i32::MAX);
        let Some(part) = parts.get_mut(head.index).filter(|_| !meets) else {
            self.gather(position)?;
            return Ok(true);
        };
        // most rows are the only ones of their variant, or need not be asked whether they are
        if !part.is_merged && self.spellings.is_none() {
            let row = head.at();
            if !head.step(part)? {
                heads.end_first();
            }
            self.current.clear();
            self.current.push(row);
            return Ok(true);
        }
        self.take_alike()?;
        Ok(true)
    }

    /// Goes to the next contig with rows, if there is one.
    #[inline(never)]
    fn enter_contig(&mut self) -> Result<bool> {
        while self.heads.first().is_none() {
            let Some(contig) = self.contigs.pop() else {
                return Ok(false);
            };
            self.start_contig(contig)?;
        }
        Ok(true)
    }

    /// Takes the rows of the next variant of a part that may have several of it, or of which is asked whether it has:
    /// no other part has rows there.
    #[inline(never)]
    fn take_alike(&mut self) -> Result<()> {
        self.current.clear();
        let Self { heads, parts, .. } = self;
        let Some((at_hand, _)) = heads.first() else {
            return Ok(());
        };
        let Some(part) = parts.get_mut(at_hand.index) else {
            return Ok(());
        };
        let head = *at_hand;
        let mut next = head;
        let mut more = next.step(part)?;
        let is_here = |next: &Head, more: bool| more && next.position == head.position;
        // short alleles are bases, of which the order of rows puts those of a variant together
        let mut all_short = !is_here(&next, more)
            || part.short(head.row)?.is_some() && part.short(next.row)?.is_some();
        if all_short {
            self.current.push(head.at());
            while part.is_merged
                && is_here(&next, more)
                && part.short(next.row)? == part.short(head.row)?
            {
                self.current.push(next.at());
                more = next.step(part)?;
            }
            // what is not short may be the same in other letters
            all_short =
                !(part.is_merged && is_here(&next, more) && part.short(next.row)?.is_none());
        }
        if !all_short {
            self.current.clear();
            return self.gather(head.position);
        }
        match more {
            true => *at_hand = next,
            false => heads.end_first(),
        }
        Ok(())
    }

    fn start_contig(&mut self, contig: u32) -> Result<()> {
        self.place.contig = contig;
        self.heads.clear();
        for (index, part) in self.parts.iter_mut().enumerate() {
            let rows = self.stretch.rows_of(part, contig)?;
            if let Some(head) = Head::new(index, part, rows)? {
                self.heads.add(head);
            }
        }
        Ok(())
    }

    fn matches(&mut self) -> Result<bool> {
        let seen = self.current.get(..self.seen).unwrap_or_default();
        let rows = VariantRows {
            all: &self.current,
            seen,
        };
        let (test, parts, counting) = (&self.test, &mut self.parts, &mut self.counting);
        if !self.by_record {
            return test_node(test, parts, rows, seen, counting);
        }
        self.passing.clear();
        for row in seen {
            if test_node(test, parts, rows, std::slice::from_ref(row), counting)? {
                self.passing.push(*row);
            }
        }
        Ok(!self.passing.is_empty())
    }

    /// Whether another test holds of the variant; what is asked of a record must hold of this one, or else
    /// of any.
    pub(in crate::query) fn passes(
        &mut self,
        test: &Node<Test>,
        record: Option<RowRef>,
    ) -> Result<bool> {
        let seen = self.current.get(..self.seen).unwrap_or_default();
        let rows = VariantRows {
            all: &self.current,
            seen,
        };
        let parts = &mut self.parts;
        let records = record.as_ref().map_or(seen, std::slice::from_ref);
        test_node(test, parts, rows, records, &mut self.counting)
    }

    /// The variant's counts over everybody, as the tests of the expression have them.
    pub(in crate::query) fn counts(&mut self) -> Result<Counts> {
        if let Some(counts) = counts_of_only(&mut self.parts, &self.current, &self.counting)? {
            return Ok(counts);
        }
        count_everybody(&mut self.parts, &self.current, &mut self.counting, false)?;
        let rows = rows_of(&self.parts, &self.current);
        self.counting.counts(EVERYBODY, rows)
    }

    /// AC and AN of the same.
    #[inline]
    pub(in crate::query) fn ac_an(&mut self) -> Result<(u64, Option<u64>)> {
        if let Some(ac_an) = ac_an_of_only(&mut self.parts, &self.current, &self.counting)? {
            return Ok(ac_an);
        }
        count_everybody(&mut self.parts, &self.current, &mut self.counting, true)?;
        let rows = rows_of(&self.parts, &self.current);
        let counts = self.counting.ac_an(EVERYBODY, rows)?;
        Ok((counts.ac, counts.an))
    }

    /// Where the variant is.
    pub(in crate::query) fn place(&self) -> Place {
        self.place
    }

    /// The variant's rows with their parts.
    pub(in crate::query) fn rows_of(&self) -> impl Iterator<Item = RowOf<'a>> + Clone {
        rows_of(&self.parts, &self.current)
    }

    /// What batches that do not have the variant know of its place.
    pub(in crate::query) fn coverage(&mut self) -> Result<&mut Coverage<'a>> {
        let coverage = self.counting.coverage()?;
        coverage.look_at(self.place, rows_of(&self.parts, &self.current))?;
        Ok(coverage)
    }

    /// REF and ALT of a row, added to the buffers.
    pub(in crate::query) fn alleles(
        &mut self,
        row: RowRef,
        reference: &mut Vec<u8>,
        alternate: &mut Vec<u8>,
    ) -> Result<()> {
        match self.parts.get_mut(row.part) {
            Some(part) => part.filter.alleles(row.row, reference, alternate),
            None => Ok(()),
        }
    }

    /// What tests the rows of the part that a row is of.
    pub(in crate::query) fn filter_of(&mut self, row: RowRef) -> Option<&mut RowFilter<'a>> {
        self.parts.get_mut(row.part).map(|part| &mut part.filter)
    }

    /// The segment of a row, and the number of its part in the dataset.
    #[inline]
    pub(crate) fn part(&self, row: RowRef) -> Option<(usize, &'a Segment)> {
        self.parts
            .get(row.part)
            .map(|part| (part.part, part.segment))
    }

    /// How many parts are walked: rows refer to them by number.
    pub(crate) fn part_count(&self) -> usize {
        self.parts.len()
    }
}
