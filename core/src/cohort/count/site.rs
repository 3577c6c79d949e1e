//! What rows of one site share: of whom copies are missing, and who has one alone.

use super::super::Mask;
use super::{RowCounter, RowCounts};
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::set::{Malformed, StoredSet, count_pairs, get_bit, words_for};
use std::ops::Range;

/// A set that many rows share, by page and descriptor.
#[derive(Default)]
pub(crate) struct SiteCache {
    pub(crate) key: Option<(u32, i64)>,
    /// Members in the group.
    pub(super) count: u32,
    /// Samples in the group with a member.
    pub(super) samples: u32,
    pub(crate) bits: Vec<u64>,
}

impl<'a> RowCounter<'a> {
    /// Calls `f` with every copy of the batch of which the allele is not known, ascending, but those of samples
    /// of three copies or more.
    pub(crate) fn walk_missing(&mut self, row: u32, f: impl FnMut(u32)) -> Result<()> {
        let Some(set) = self.missing_set(row)? else {
            return Ok(());
        };
        set.walk(None, f)
            .map_err(|rule| self.segment.broken_set(rule))
    }

    /// Calls `f` with every sample of the batch that has such a copy, ascending; with some of them twice, once for each
    /// copy.
    pub(crate) fn walk_missing_samples(&mut self, row: u32, mut f: impl FnMut(u32)) -> Result<()> {
        let Some(set) = self.missing_set(row)? else {
            return Ok(());
        };
        let broken = |rule| self.segment.broken_set(rule);
        if !set.walk_pairs(|sample, _| f(sample)).map_err(broken)? {
            set.walk(None, |copy| f(copy / 2)).map_err(broken)?;
        }
        Ok(())
    }

    /// The copies of which the allele is not known, but where there are none.
    fn missing_set(&mut self, row: u32) -> Result<Option<StoredSet<'a>>> {
        let (_, missing, sets) = self.site_sets(row)?;
        // most rows have none: a descriptor of 0 is the empty set
        if missing == 0 {
            return Ok(None);
        }
        let samples = self.segment.meta().samples;
        self.segment.set(missing, &sets, 2 * samples).map(Some)
    }

    /// AN of the diploid and haploid samples, without looking of whom copies are missing.
    pub(super) fn known_copies(&mut self, row: u32, mask: &Mask) -> Result<RowCounts> {
        let (missing, sets) = self.load_site(row, mask)?;
        let known = self.missing_copies.filter(|(key, _)| *key == missing);
        let count = match known {
            Some((_, count)) => count,
            None => {
                let universe = 2 * self.segment.meta().samples;
                let set = self.segment.set(missing.1, &sets, universe)?;
                set.count_in(&mask.copies, mask.size * 2, &[])
                    .map_err(|rule| self.segment.broken_set(rule))?
            }
        };
        self.missing_copies = Some((missing, count));
        self.known_of(row, mask, self.haploid.count.saturating_add(count))
    }

    /// Loads who is haploid at a row's site; gives page and descriptor of its missing copies, and the set bytes of the
    /// page.
    fn load_site(&mut self, row: u32, mask: &Mask) -> Result<((u32, i64), Range<usize>)> {
        let (haploid, missing, sets) = self.site_sets(row)?;
        let page = row / PAGE_ROWS;
        if self.haploid.key != Some((page, haploid)) {
            self.load_haploid(page, haploid, &sets, mask)?;
        }
        Ok(((page, missing), sets))
    }

    fn load_haploid(
        &mut self,
        page: u32,
        haploid: i64,
        sets: &Range<usize>,
        mask: &Mask,
    ) -> Result<()> {
        let samples = self.segment.meta().samples;
        let set = self.segment.set(haploid, sets, samples)?;
        self.haploid
            .load(&set, samples)
            .map_err(|rule| self.segment.broken_set(rule))?;
        let bits = self.haploid.bits.iter().zip(&mask.samples);
        self.haploid.count = bits.map(|(word, mask)| (word & mask).count_ones()).sum();
        self.haploid.key = Some((page, haploid));
        Ok(())
    }

    /// AN of the diploid and haploid samples, and who is missing; loads the haploid and missing sets of the row's
    /// site.
    pub(super) fn site(&mut self, row: u32, mask: &Mask) -> Result<RowCounts> {
        let (missing, sets) = self.load_site(row, mask)?;
        if self.missing.key != Some(missing) {
            let universe = 2 * self.segment.meta().samples;
            let set = self.segment.set(missing.1, &sets, universe)?;
            self.missing
                .count_missing(&set, mask)
                .map_err(|rule| self.segment.broken_set(rule))?;
            self.missing.key = Some(missing);
        }
        let less = self.haploid.count.saturating_add(self.missing.count);
        Ok(RowCounts {
            missing: self.missing.samples,
            ..self.known_of(row, mask, less)?
        })
    }
}

impl SiteCache {
    pub(crate) fn load(&mut self, set: &StoredSet<'_>, universe: u32) -> Result<(), Malformed> {
        self.key = None;
        self.count = 0;
        self.samples = 0;
        self.bits.clear();
        if set.is_plainly_empty() {
            return Ok(());
        }
        self.bits.resize(words_for(universe), 0);
        set.or_into(None, &mut self.bits)
    }

    /// Counts the copies of a set in the group, and their samples; the bits are of no use after.
    fn count_missing(&mut self, set: &StoredSet<'_>, mask: &Mask) -> Result<(), Malformed> {
        let (mut count, mut samples) = (0, 0);
        // a list is walked in no time, bits are as many as there are copies; who of it is in a group nobody can
        // guess, so that there is nothing to branch on
        let walked = set.walk_pairs(|sample, which| {
            let seen = u32::from(get_bit(&mask.samples, sample));
            count += seen * (which - (which >> 1));
            samples += seen;
        })?;
        if !walked {
            self.load(set, set.universe())?;
            let counted = count_pairs(&self.bits, &mask.copies);
            (count, samples) = (counted.copies, counted.samples);
        }
        (self.key, self.count, self.samples) = (None, count, samples);
        Ok(())
    }
}
