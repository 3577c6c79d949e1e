//! Counting a row in many groups at once.
//!
//! Samples that are in the same groups make a cell. The sets of a row are walked once for all cells, and the counts of a
//! group are the sum of those of its cells.

use super::super::Mask;
use super::super::polyploid::for_each_polyploid_of;
use super::strip::{Members, StripRows};
use super::{RowCounter, RowCounts};
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::set::{
    Malformed, STRIP_ROWS, SampleSet, StripCounts, count_pairs, for_each_bit, for_each_pair,
    get_bit, set_bit, words_for,
};
use crate::store::Segment;

/// More cells than so many a group cost more than groups do that are counted one by one.
const CELLS_A_GROUP: usize = 4;
/// As many words of a mask are counted while one sample is looked up.
const WORDS_A_SAMPLE: usize = 2;
/// The cell of those who are in no group.
const NO_GROUP: u16 = 0;

/// How the samples of a batch are divided.
struct Cells {
    /// By sample of the batch.
    of_sample: Vec<u16>,
    /// By cell, who is in it.
    masks: Vec<Mask>,
    /// By group, of which cells it is the sum.
    of_group: Vec<Vec<u16>>,
}

/// By sample of the batch a cell, and by cell the groups that it is in; of cells that were divided later nobody is left.
/// `None` where there are more than can be numbered.
fn divide(groups: &[Mask], samples: u32) -> Option<(Vec<u16>, Vec<Vec<usize>>)> {
    let mut of_sample = vec![NO_GROUP; samples as usize];
    let mut cells: Vec<Vec<usize>> = vec![Vec::new()];
    for (number, group) in groups.iter().enumerate() {
        let mut parts: Vec<Option<u16>> = vec![None; cells.len()];
        let mut divide = |sample: u32| {
            let cell = of_sample.get_mut(sample as usize)?;
            let part = parts.get_mut(usize::from(*cell))?;
            *cell = match *part {
                Some(part) => part,
                None => {
                    let mut groups = cells.get(usize::from(*cell))?.clone();
                    groups.push(number);
                    cells.push(groups);
                    *part.insert(u16::try_from(cells.len() - 1).ok()?)
                }
            };
            Some(())
        };
        let mut fits = true;
        for_each_bit(&group.samples, |sample| fits &= divide(sample).is_some());
        if !fits {
            return None;
        }
    }
    Some((of_sample, cells))
}

impl Cells {
    /// `None` where groups overlap in so many ways that cells are of no use.
    fn new(groups: &[Mask], samples: u32) -> Option<Self> {
        let (mut of_sample, cells) = divide(groups, samples)?;
        let mut is_left = vec![false; cells.len()];
        for cell in &of_sample {
            *is_left.get_mut(usize::from(*cell))? = true;
        }
        // that of no group is always there
        *is_left.first_mut()? = true;
        let mut of_group = vec![Vec::new(); groups.len()];
        let (mut numbers, mut count) = (vec![NO_GROUP; cells.len()], 0);
        for ((groups, is_left), number) in cells.iter().zip(is_left).zip(&mut numbers) {
            if is_left {
                *number = count;
                count += 1;
                for &group in groups {
                    of_group.get_mut(group)?.push(*number);
                }
            }
        }
        if usize::from(count) > CELLS_A_GROUP * groups.len() + 1 {
            return None;
        }
        let mut members = vec![vec![0; words_for(samples)]; usize::from(count)];
        for (sample, cell) in (0..).zip(&mut of_sample) {
            *cell = *numbers.get(usize::from(*cell))?;
            set_bit(members.get_mut(usize::from(*cell))?, sample);
        }
        Some(Self {
            of_sample,
            masks: members.into_iter().map(Mask::from_samples).collect(),
            of_group,
        })
    }

    fn of(&self, sample: u32) -> usize {
        let cell = self.of_sample.get(sample as usize);
        usize::from(cell.copied().unwrap_or(NO_GROUP))
    }

    fn add_one(&self, to: &mut [u32], sample: u32) {
        if let Some(count) = to.get_mut(self.of(sample)) {
            *count += 1;
        }
    }

    /// Adds a sample with these of its two copies.
    #[inline]
    fn add(&self, to: &mut [Copies], sample: u32, which: u32, haploid: &[u64]) {
        if let Some(cell) = to.get_mut(self.of(sample)) {
            cell.copies += which.count_ones();
            cell.samples += 1;
            cell.both += u32::from(which == 3);
            cell.only += u32::from(which == 1 && get_bit(haploid, sample));
        }
    }

    /// Adds all that are laid out as bits, of about so many samples.
    fn add_all(&self, to: &mut [Copies], bits: &[u64], about: u32, haploid: &[u64]) {
        if WORDS_A_SAMPLE * (about as usize) < self.masks.len() * bits.len() {
            for_each_pair(bits, |sample, which| self.add(to, sample, which, haploid));
            return;
        }
        for (cell, mask) in to.iter_mut().zip(&self.masks) {
            let counted = count_pairs(bits, &mask.copies);
            cell.copies += counted.copies;
            cell.samples += counted.samples;
            cell.both += counted.both;
        }
        for_each_bit(haploid, |sample| {
            if get_bit(bits, 2 * sample)
                && let Some(cell) = to.get_mut(self.of(sample))
            {
                cell.only += 1;
            }
        });
    }
}

/// Copies of a set in a cell, of diploid and haploid samples.
#[derive(Clone, Copy, Default)]
struct Copies {
    copies: u32,
    samples: u32,
    /// Samples with both of their copies.
    both: u32,
    /// Samples with the only one they have.
    only: u32,
}

/// Common rows that are counted at once.
#[derive(Default)]
struct CellStrip {
    rows: StripRows,
    /// Samples that are haploid in the strip, and by cell who is in it.
    haploid: Vec<u64>,
    members: Vec<Members>,
    /// By row and cell.
    carried: Vec<Copies>,
}

impl CellStrip {
    /// By cell, the copies that carry a row; `None` where it is better counted alone.
    fn carried<'a>(
        &mut self,
        tally: &mut RowCounter<'a>,
        cells: &Cells,
        row: u32,
    ) -> Result<Option<&[Copies]>> {
        let place = match self.rows.place_of(row) {
            Some(place) => Some(place),
            None if self.rows.is_alone() => None,
            None => {
                self.rows.load(tally, row, true)?;
                self.count(cells, &tally.haploid.bits);
                self.rows.place_of(row)
            }
        };
        let count = cells.masks.len();
        Ok(place.and_then(|place| self.carried.get(place * count..(place + 1) * count)))
    }

    fn count(&mut self, cells: &Cells, haploid: &[u64]) {
        let count = cells.masks.len();
        if self.members.len() != count || self.haploid != haploid {
            let of_cell = |mask: &Mask| Members::of(&mask.samples, haploid);
            self.members = cells.masks.iter().map(of_cell).collect();
            self.haploid = haploid.to_vec();
        }
        self.carried.clear();
        self.carried
            .resize(self.rows.len() * count, Copies::default());
        let (mut counts, mut first) = (StripCounts::default(), [0; STRIP_ROWS]);
        // nobody asks of those who are in no group
        for (cell, members) in self.members.iter().enumerate().skip(1) {
            self.rows.count_pairs(&members.diploid, &mut counts);
            if members.haploid.is_empty() {
                first.fill(0);
            } else {
                self.rows.count_first(&members.haploid, &mut first);
            }
            let rows = counts.any.iter().zip(&counts.both).zip(&first);
            let of_rows = self.carried.iter_mut().skip(cell).step_by(count);
            for (carried, ((&any, &both), &only)) in of_rows.zip(rows) {
                *carried = Copies {
                    copies: any + both + only,
                    samples: any + only,
                    both,
                    only,
                };
            }
        }
    }
}

/// Counts rows of one segment in many groups; keeps what neighbouring rows share.
pub(crate) struct CellCounter<'a> {
    /// Of everybody: what reads the sets.
    tally: RowCounter<'a>,
    cells: Cells,
    /// By cell: haploid samples, missing copies, copies that carry.
    haploid: Vec<u32>,
    missing: Vec<Copies>,
    carried: Vec<Copies>,
    strip: CellStrip,
    /// Samples that were not looked at, and those of which other rows report, by cell.
    out_of_scope: [Vec<u32>; 2],
    by_cell: Vec<RowCounts>,
}

impl<'a> CellCounter<'a> {
    /// For groups; `None` among them is the whole batch. `None` where they are better counted one by one.
    pub(crate) fn new(segment: &'a Segment, groups: &[Option<&SampleSet>]) -> Option<Self> {
        let samples = segment.meta().samples;
        let masks = groups.iter().map(|group| match group {
            Some(group) => Mask::of(group, segment),
            None => Mask::everybody(samples),
        });
        let cells = Cells::new(&masks.collect::<Vec<_>>(), samples)?;
        let count = cells.masks.len();
        Some(Self {
            tally: RowCounter::new(segment, None),
            haploid: vec![0; count],
            missing: vec![Copies::default(); count],
            carried: vec![Copies::default(); count],
            strip: CellStrip::default(),
            out_of_scope: [vec![0; count], vec![0; count]],
            by_cell: vec![RowCounts::default(); count],
            cells,
        })
    }

    /// Counts a row, and adds the counts of each group to `sums`, in the order of the groups.
    pub(crate) fn add_counts(&mut self, row: u32, sums: &mut [RowCounts]) -> Result<()> {
        self.load_site(row)?;
        if self.tally.segment.has_scopes() {
            self.load_scopes(row)?;
        }
        self.load_carriers(row)?;
        self.count_cells()?;
        self.add_polyploid(row)?;
        for (cells, sum) in self.cells.of_group.iter().zip(sums) {
            for &cell in cells {
                if let Some(counts) = self.by_cell.get(usize::from(cell)) {
                    sum.add(*counts);
                }
            }
        }
        Ok(())
    }

    /// Loads who is haploid at a row's site, and of whom copies are missing.
    fn load_site(&mut self, row: u32) -> Result<()> {
        let Self { tally, cells, .. } = self;
        let segment = tally.segment;
        let (haploid, missing, sets) = tally.site_sets(row)?;
        let page = row / PAGE_ROWS;
        let broken = |rule| segment.broken_set(rule);
        if tally.haploid.key != Some((page, haploid)) {
            let set = segment.set(haploid, &sets, segment.meta().samples)?;
            let loaded = tally.haploid.load(&set, segment.meta().samples);
            loaded.map_err(broken)?;
            self.haploid.fill(0);
            for_each_bit(&tally.haploid.bits, |sample| {
                cells.add_one(&mut self.haploid, sample)
            });
            tally.haploid.key = Some((page, haploid));
        }
        if tally.missing.key != Some((page, missing)) {
            tally.missing.key = None;
            self.missing.fill(Copies::default());
            let set = segment.set(missing, &sets, 2 * segment.meta().samples)?;
            let add = |sample, which| cells.add(&mut self.missing, sample, which, &[]);
            if !set.walk_pairs(add).map_err(broken)? {
                let about = tally.stored(row)?.missing;
                tally.missing.load(&set, set.universe()).map_err(broken)?;
                cells.add_all(&mut self.missing, &tally.missing.bits, about, &[]);
            }
            tally.missing.key = Some((page, missing));
        }
        Ok(())
    }

    /// Loads who was not looked at, and of whom other rows report.
    #[cold]
    fn load_scopes(&mut self, row: u32) -> Result<()> {
        let (segment, page) = (self.tally.segment, row / PAGE_ROWS);
        let columns = [&segment.columns.uncovered, &segment.columns.outside];
        for (column, counts) in columns.into_iter().zip(&mut self.out_of_scope) {
            let descriptor = column.get(segment.file(), row)?;
            let sets = segment.page_sets(page)?;
            let set = segment.set(descriptor, &sets, segment.meta().samples)?;
            counts.fill(0);
            let walked = set.walk(None, |sample| self.cells.add_one(counts, sample));
            walked.map_err(|rule| segment.broken_set(rule))?;
        }
        Ok(())
    }

    /// Loads who carries a row.
    fn load_carriers(&mut self, row: u32) -> Result<()> {
        let Self {
            tally,
            cells,
            carried,
            strip,
            ..
        } = self;
        let set = tally.carrier_set(row)?;
        if set.runs().is_some()
            && let Some(counted) = strip.carried(tally, cells, row)?
        {
            carried.copy_from_slice(counted);
            return Ok(());
        }
        carried.fill(Copies::default());
        let haploid = tally.haploid.bits.as_slice();
        let walked = set.walk_pairs(|sample, which| cells.add(carried, sample, which, haploid));
        if !walked.map_err(|rule| tally.segment.broken_set(rule))? {
            let about = tally.stored(row)?.ac;
            tally.scatter(row, &set)?;
            let (bits, haploid) = (&tally.copies.bits, &tally.haploid.bits);
            cells.add_all(carried, bits, about, haploid);
        }
        Ok(())
    }

    /// The counts of each cell from what was loaded; those of three copies and more are not among them.
    fn count_cells(&mut self) -> Result<()> {
        let broken = |rule| self.tally.segment.broken_set(Malformed(rule));
        let [uncovered, outside] = &self.out_of_scope;
        let not_counted = uncovered.iter().zip(outside).zip(&self.haploid);
        let copies = self.missing.iter().zip(&self.carried);
        let cells = self.cells.masks.iter().zip(not_counted).zip(copies);
        for (counts, ((mask, ((&uncovered, &outside), &haploid)), (missing, carried))) in
            self.by_cell.iter_mut().zip(cells)
        {
            let looked_at = mask.size.checked_sub(uncovered.saturating_add(outside));
            let less = haploid.saturating_add(missing.copies);
            let an = looked_at.and_then(|samples| (2 * samples).checked_sub(less));
            let het = carried.samples.checked_sub(carried.both + carried.only);
            *counts = RowCounts {
                ac: carried.copies,
                an: an.ok_or_else(|| broken("no more missing copies than there are"))?,
                het: het.ok_or_else(|| broken("haploid samples that carry on one copy"))?,
                hom: carried.both,
                hemi: carried.only,
                missing: missing.samples,
                uncovered: uncovered > 0,
            };
        }
        Ok(())
    }

    fn add_polyploid(&mut self, row: u32) -> Result<()> {
        let Self {
            tally,
            cells,
            by_cell,
            ..
        } = self;
        let mut fits = true;
        for_each_polyploid_of(tally.segment, row, |genotype, alt| {
            if let Some(counts) = by_cell.get_mut(cells.of(genotype.sample)) {
                fits &= counts.add_polyploid(&genotype, alt);
            }
        })?;
        tally.check_known(fits)
    }
}
