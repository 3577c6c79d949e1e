//! Counting a row's alleles in a group, by the rules of the specification.
//!
//! AN of a group is two copies a sample, less haploid samples' second ones, less missing copies.
//! A sample is *hom* where it has two copies or more and all carry, *hemi* where its only one does,
//! *het* where fewer carry than it has; it is *missing* where at least one copy is not known.

use super::Mask;
use super::polyploid::{PolyploidGenotype, for_each_polyploid_of};
use super::scope::BatchScope;
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::set::{
    Malformed, Order, PairCounts, SampleSet, StoredSet, count_pairs, for_each_bit, get_bit,
    words_for,
};
use crate::store::{PageView, Segment, WantedAlleles};
use std::ops::Range;
use std::sync::Arc;

mod ahead;
mod cells;
mod out_of_scope;
mod seen;
mod site;
mod stored;
mod strip;
#[cfg(test)]
mod strip_tests;

use ahead::Ahead;
pub(crate) use cells::CellCounter;
pub(crate) use seen::{Between, SeenCounts};
use site::SiteCache;
use stored::{known_of_all, stored};
pub(crate) use stored::{stored_ac_an_of, stored_of, stored_row};
use strip::{LaidOut, Strip};

/// Groups of at most so many samples are looked up one by one.
const FEW: u32 = 2;
/// Nobody of so many samples may carry a common row.
const SMALL: u32 = 16;

/// Counts of a row over a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RowCounts {
    pub(crate) ac: u32,
    pub(crate) an: u32,
    pub(crate) het: u32,
    pub(crate) hom: u32,
    pub(crate) hemi: u32,
    pub(crate) missing: u32,
    /// Whether somebody of the group was not looked at here: then AN is not known.
    pub(crate) uncovered: bool,
}

impl RowCounts {
    /// The same without those of some samples; `None` where these have more.
    fn less(self, few: Self) -> Option<Self> {
        Some(Self {
            ac: self.ac.checked_sub(few.ac)?,
            an: self.an.checked_sub(few.an)?,
            het: self.het.checked_sub(few.het)?,
            hom: self.hom.checked_sub(few.hom)?,
            hemi: self.hemi.checked_sub(few.hemi)?,
            missing: self.missing.checked_sub(few.missing)?,
            uncovered: self.uncovered,
        })
    }

    /// Adds a sample of three copies and more, of whom AN has two; `false` where it has them not.
    fn add_polyploid(&mut self, genotype: &PolyploidGenotype<'_>, alt: i64) -> bool {
        let carried = genotype.carried(alt);
        let called = genotype.alleles.iter().flatten().count();
        self.ac += carried;
        self.missing += u32::from(called < genotype.alleles.len());
        match carried as usize == genotype.alleles.len() {
            _ if carried == 0 => {}
            true => self.hom += 1,
            false => self.het += 1,
        }
        let an = (self.an as usize + called).checked_sub(2);
        let an = an.and_then(|an| u32::try_from(an).ok());
        self.an = an.unwrap_or_default();
        an.is_some()
    }

    /// Adds a sample that carries on these of its copies, if it is one of some.
    #[inline]
    fn add_pair(&mut self, sample: u32, which: u32, mask: &Mask, haploid: &[u64]) {
        if !get_bit(&mask.samples, sample) {
            return;
        }
        self.ac += which.count_ones();
        if which == 3 {
            self.hom += 1;
        } else if which == 1 && get_bit(haploid, sample) {
            self.hemi += 1;
        } else {
            self.het += 1;
        }
    }

    /// Adds the counts of the same variant in another batch.
    pub(crate) fn add(&mut self, other: Self) {
        self.ac = self.ac.saturating_add(other.ac);
        self.an = self.an.saturating_add(other.an);
        self.het = self.het.saturating_add(other.het);
        self.hom = self.hom.saturating_add(other.hom);
        self.hemi = self.hemi.saturating_add(other.hemi);
        self.missing = self.missing.saturating_add(other.missing);
        self.uncovered |= other.uncovered;
    }
}

/// Counts rows of one segment in one group; keeps what neighbouring rows share.
pub(crate) struct RowCounter<'a> {
    pub(crate) segment: &'a Segment,
    pub(super) scope: BatchScope,
    ahead: Ahead,
    pub(crate) view: Option<PageView<'a>>,
    order: Option<LoadedOrder<'a>>,
    /// The order of which class prefixes are in `prefix`, and the size of the mask under which: of one batch
    /// those who are asked of and those who are taken from all differ in it.
    prefix_of: Option<(u32, u32)>,
    pub(crate) prefix: Vec<u32>,
    pub(crate) haploid: SiteCache,
    missing: SiteCache,
    /// Missing copies in the group, by page and descriptor.
    missing_copies: Option<((u32, i64), u32)>,
    /// Samples of the group that were not looked at, and those of which other rows report, by page and
    /// descriptor.
    out_of_scope: [Option<((u32, i64), u32)>; 2],
    pub(crate) copies: Scattered,
    /// Common rows that were counted together, once several are asked for.
    strip: Option<Box<Strip>>,
    laid_out: Option<Box<LaidOut>>,
    /// Whether a row was read, and one in runs laid out.
    pub(super) is_used: bool,
    has_laid_out: bool,
}

/// The copies that carry a row, laid out as bits. They do not depend on the group: tallies that count the
/// same row lend them to each other.
#[derive(Default)]
pub(crate) struct Scattered {
    /// Which segment, by its address, and which row.
    of: Option<(usize, u32)>,
    pub(crate) bits: Vec<u64>,
}

/// An order, and the rows it may order.
#[derive(Clone, Copy)]
struct LoadedOrder<'a> {
    number: u32,
    first_row: u32,
    last_row: u32,
    order: Order<'a>,
}

impl<'a> RowCounter<'a> {
    /// For `group`, or for the whole batch.
    pub(crate) fn new(segment: &'a Segment, group: Option<&SampleSet>) -> Self {
        Self::of(segment, BatchScope::of(group, segment))
    }

    /// For the whole batch, counting sets instead of trusting the stored counts.
    pub(crate) fn everybody(segment: &'a Segment) -> Self {
        let all = Mask::everybody(segment.meta().samples);
        Self::of(segment, BatchScope::Only(Arc::new(all)))
    }

    pub(crate) fn of(segment: &'a Segment, scope: BatchScope) -> Self {
        Self {
            segment,
            scope,
            ahead: Ahead::default(),
            view: None,
            order: None,
            prefix_of: None,
            prefix: Vec::new(),
            haploid: SiteCache::default(),
            missing: SiteCache::default(),
            missing_copies: None,
            out_of_scope: [None; 2],
            copies: Scattered::default(),
            strip: None,
            laid_out: None,
            is_used: false,
            has_laid_out: false,
        }
    }

    /// Gives what is stored of all, and counts those whom the scope names: all that is asked of, or who is to be
    /// taken from all.
    #[inline]
    fn in_scope(
        &mut self,
        row: u32,
        all: impl Fn(&mut Self, u32) -> Result<RowCounts>,
        some: impl Fn(&mut Self, u32, &Mask) -> Result<RowCounts>,
    ) -> Result<RowCounts> {
        // a counter is lent to what counts with its own mask
        let scope = std::mem::replace(&mut self.scope, BatchScope::Whole);
        let counts = match &scope {
            BatchScope::Whole => all(self, row),
            BatchScope::Only(mask) => some(self, row, mask),
            BatchScope::AllBut(all_but) => self.less_few(row, &all_but.few, &all, &some),
            BatchScope::Nothing => Ok(RowCounts::default()),
        };
        self.scope = scope;
        counts
    }

    #[inline(never)]
    fn less_few(
        &mut self,
        row: u32,
        few: &Mask,
        all: &impl Fn(&mut Self, u32) -> Result<RowCounts>,
        some: &impl Fn(&mut Self, u32, &Mask) -> Result<RowCounts>,
    ) -> Result<RowCounts> {
        let (all, few) = (all(self, row)?, some(self, row, few)?);
        self.less(all, few)
    }

    fn less(&self, all: RowCounts, few: RowCounts) -> Result<RowCounts> {
        all.less(few).ok_or_else(|| {
            let rule = "no more of some samples than of all";
            self.segment.broken_set(Malformed(rule))
        })
    }

    fn view(&mut self, row: u32) -> Result<&PageView<'a>> {
        PageView::around(&mut self.view, self.segment, row)
    }

    /// The first row at a position with these alleles.
    pub(crate) fn find(
        &mut self,
        contig: u32,
        position: i64,
        wanted: &WantedAlleles<'_>,
    ) -> Result<Option<u32>> {
        let segment = self.segment;
        let rows = segment.rows_of(contig);
        // the page at hand has the row where it reaches over the position, and is of this contig alone
        let near = self.view.as_ref().and_then(|view| {
            let (first, end) = view.rows();
            let end = end.min(segment.meta().rows);
            let inside = rows.start <= first && end <= rows.end;
            let last = view.position.get(end.checked_sub(first)?.checked_sub(1)?);
            let reaches = view.position.get(0) < position && position <= last;
            (inside && reaches).then(|| first + view.first_at(position, end - first))
        });
        let mut row = match near {
            Some(row) => row,
            None if rows.is_empty() => return Ok(None),
            None => segment.lower_bound(rows.clone(), position)?,
        };
        while row < rows.end {
            let view = self.view(row)?;
            let i = row % PAGE_ROWS;
            if view.position.get(i) != position {
                break;
            }
            if segment.has_alleles(view.allele.get(i), wanted)? {
                return Ok(Some(row));
            }
            row += 1;
        }
        Ok(None)
    }

    /// The row behind another one, if it is at the same position and has these alleles, too.
    pub(crate) fn find_again(
        &mut self,
        row: u32,
        position: i64,
        wanted: &WantedAlleles<'_>,
    ) -> Result<Option<u32>> {
        let segment = self.segment;
        let next = row.saturating_add(1);
        if next >= segment.rows_of(segment.contig_of(row)).end {
            return Ok(None);
        }
        let view = self.view(next)?;
        let i = next % PAGE_ROWS;
        let same =
            view.position.get(i) == position && segment.has_alleles(view.allele.get(i), wanted)?;
        Ok(same.then_some(next))
    }

    /// A row's descriptors of haploid and missing, and the set bytes of its page.
    pub(crate) fn site_sets(&mut self, row: u32) -> Result<(i64, i64, Range<usize>)> {
        let i = row % PAGE_ROWS;
        let view = self.view(row)?;
        Ok((view.haploid.get(i), view.missing.get(i), view.sets.clone()))
    }

    /// The counts of the whole batch as stored.
    pub(crate) fn stored(&mut self, row: u32) -> Result<RowCounts> {
        let segment = self.segment;
        stored(&self.view(row)?.counts, segment, row)
    }

    /// Whether anybody of the batch carries a row, whoever may be seen.
    pub(crate) fn is_carried(&mut self, row: u32) -> Result<bool> {
        Ok(self.stored(row)?.ac > 0)
    }

    /// AN and missing samples of the group: what a row reports of its site.
    pub(crate) fn known(&mut self, row: u32) -> Result<(u32, u32)> {
        let counts = self.in_scope(
            row,
            |tally, row| known_of_all(tally.segment, row),
            |tally, row, mask| {
                let mut counts = tally.site(row, mask)?;
                tally.add_polyploid(row, mask, &mut counts)?;
                Ok(RowCounts {
                    an: counts.an,
                    missing: counts.missing,
                    ..RowCounts::default()
                })
            },
        )?;
        Ok((counts.an, counts.missing))
    }

    /// AC of some.
    fn carried_by(&mut self, row: u32, set: &StoredSet<'a>, mask: &Mask) -> Result<u32> {
        if mask.size <= FEW && !set.needs_order() {
            return self.count_few(set, mask);
        }
        if set.needs_order() {
            self.load_prefix(row, mask)?;
        }
        set.count_in(&mask.copies, mask.size * 2, &self.prefix)
            .map_err(|rule| self.segment.broken_set(rule))
    }

    /// Looks a few samples up in a set, which for a long list is quicker than walking it.
    fn count_few(&self, set: &StoredSet<'_>, mask: &Mask) -> Result<u32> {
        let mut count = 0;
        let mut fault = None;
        for_each_bit(&mask.samples, |sample| {
            for copy in [2 * sample, 2 * sample + 1] {
                match set.contains(None, copy) {
                    Ok(found) => count += u32::from(found),
                    Err(rule) => fault = Some(rule),
                }
            }
        });
        match fault {
            None => Ok(count),
            Some(rule) => Err(self.segment.broken_set(rule)),
        }
    }

    /// Adds what some carry of a row, from its set; the haploid set of its site is loaded.
    fn add_carried(
        &mut self,
        row: u32,
        set: &StoredSet<'a>,
        mask: &Mask,
        counts: &mut RowCounts,
    ) -> Result<()> {
        if set.runs().is_some()
            && let Some(carried) = self.counted_in_strip(row, mask)?
        {
            counts.add(carried);
            return Ok(());
        }
        let haploid = self.haploid_bits();
        let by_pairs =
            set.walk_pairs(|sample, which| counts.add_pair(sample, which, mask, haploid));
        // of a larger group somebody carries most common rows
        let is_done = by_pairs.map_err(|rule| self.segment.broken_set(rule))?
            || mask.size <= SMALL && self.carries_nothing(row, set, mask)?;
        match is_done {
            true => Ok(()),
            false => self.count_copies(row, set, mask, counts),
        }
    }

    /// Who of some is haploid at the site that is loaded.
    #[inline]
    fn haploid_bits(&self) -> &[u64] {
        match self.haploid.count {
            0 => &[],
            _ => &self.haploid.bits,
        }
    }

    /// Whether nobody of some carries a common row: then its copies need not be laid out.
    pub(super) fn carries_nothing(
        &mut self,
        row: u32,
        set: &StoredSet<'a>,
        mask: &Mask,
    ) -> Result<bool> {
        if !set.needs_order() {
            return Ok(false);
        }
        self.load_prefix(row, mask)?;
        let carried = set.count_in(&mask.copies, mask.size * 2, &self.prefix);
        Ok(carried.map_err(|rule| self.segment.broken_set(rule))? == 0)
    }

    /// Counts a set by laying its copies out as bits.
    fn count_copies(
        &mut self,
        row: u32,
        set: &StoredSet<'a>,
        mask: &Mask,
        counts: &mut RowCounts,
    ) -> Result<()> {
        self.scatter(row, set)?;
        let PairCounts {
            copies,
            samples,
            both,
        } = count_pairs(&self.copies.bits, &mask.copies);
        counts.ac += copies;
        counts.hom += both;
        if self.haploid.count > 0 {
            for_each_bit(&self.haploid.bits, |sample| {
                counts.hemi += u32::from(
                    get_bit(&self.copies.bits, 2 * sample) && get_bit(&mask.samples, sample),
                );
            });
        }
        counts.het = samples
            .checked_sub(counts.hom + counts.hemi)
            .ok_or_else(|| {
                self.segment
                    .broken_set(Malformed("haploid samples that carry on one copy"))
            })?;
        Ok(())
    }

    /// Lays the copies of a row's set out as bits, unless they are.
    pub(crate) fn scatter(&mut self, row: u32, set: &StoredSet<'a>) -> Result<()> {
        let of = Some((std::ptr::from_ref(self.segment).addr(), row));
        if self.copies.of == of {
            return Ok(());
        }
        if set.runs().is_some() && std::mem::replace(&mut self.has_laid_out, true) {
            let mut copies = std::mem::take(&mut self.copies);
            let is_laid_out = self.with_laid_out(row, |bits| {
                copies.bits.clear();
                copies.bits.extend_from_slice(bits);
                copies.of = of;
            });
            self.copies = copies;
            if is_laid_out? {
                return Ok(());
            }
        }
        self.scatter_alone(row, set)
    }

    /// The same of a row that is not laid out with others.
    fn scatter_alone(&mut self, row: u32, set: &StoredSet<'a>) -> Result<()> {
        let words = words_for(2 * self.segment.meta().samples);
        self.copies.of = None;
        self.copies.bits.clear();
        self.copies.bits.resize(words, 0);
        let order = match set.needs_order() {
            true => Some(self.load_order(row)?),
            false => None,
        };
        set.or_into(order.as_ref(), &mut self.copies.bits)
            .map_err(|rule| self.segment.broken_set(rule))?;
        self.copies.of = Some((std::ptr::from_ref(self.segment).addr(), row));
        Ok(())
    }

    /// The set of copies that carry.
    pub(crate) fn carrier_set(&mut self, row: u32) -> Result<StoredSet<'a>> {
        let samples = self.segment.meta().samples;
        let view = PageView::around(&mut self.view, self.segment, row)?;
        self.segment
            .set(view.carriers.get(row % PAGE_ROWS), &view.sets, 2 * samples)
    }

    pub(crate) fn load_order(&mut self, row: u32) -> Result<Order<'a>> {
        if let Some(loaded) = self.order
            && (loaded.first_row..=loaded.last_row).contains(&row)
        {
            return Ok(loaded.order);
        }
        let number = self.segment.order_of(row)?;
        let entry = self.segment.order_entry(number)?;
        let order = self.segment.order(number)?;
        self.order = Some(LoadedOrder {
            number,
            first_row: entry.first_row,
            last_row: entry.last_row,
            order,
        });
        Ok(order)
    }

    /// The number of the order loaded last.
    pub(crate) fn order_number(&self) -> Option<u32> {
        self.order.map(|loaded| loaded.number)
    }

    pub(crate) fn load_prefix(&mut self, row: u32, mask: &Mask) -> Result<()> {
        let order = self.load_order(row)?;
        let of = self.order_number().map(|number| (number, mask.size));
        if self.prefix_of != of {
            self.prefix_of = None;
            order
                .class_prefix(&mask.copies, &mut self.prefix)
                .map_err(|rule| self.segment.broken_set(rule))?;
            self.prefix_of = of;
        }
        Ok(())
    }

    fn add_polyploid(&mut self, row: u32, mask: &Mask, counts: &mut RowCounts) -> Result<()> {
        let mut fits = true;
        for_each_polyploid_of(self.segment, row, |genotype, alt| {
            if get_bit(&mask.samples, genotype.sample) {
                fits &= counts.add_polyploid(&genotype, alt);
            }
        })?;
        self.check_known(fits)
    }

    /// Refuses more missing copies than there are.
    fn check_known(&self, fits: bool) -> Result<()> {
        match fits {
            true => Ok(()),
            false => Err(self
                .segment
                .broken_set(Malformed("no more missing copies than there are"))),
        }
    }
}
