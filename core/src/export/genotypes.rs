//! The genotypes of one record over all exported samples, as numbers of alleles.
//!
//! A cell is what BCF has for a copy: the number of its allele plus one, twice, and the phase in the
//! lowest bit; 0 or 1 for a missing one. Every sample has two cells; of haploid samples the second is
//! *absent*. Samples with more copies stand apart.

use super::cell::Cell;
use super::phases::{PhaseKinds, Phases};
use super::records::{BatchRows, Record, RowAt};
use crate::cohort::View;
use crate::cohort::{RowCounter, for_each_polyploid};
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::query::{Coverage, Place};
use crate::set::get_bit;
use crate::store::Segment;
use crate::store::coverage::State;
use std::ops::Range;
use varidex_sink::typed;

/// Most ALTs of a record of which the cells have 8 bits.
const NARROW_ALTS: usize = 62;

/// The cells of a record.
pub(super) enum Cells<'c> {
    Narrow(&'c [u8]),
    Wide(&'c [u32]),
}

/// A sample with three or more copies.
#[derive(Debug, Clone)]
pub(super) struct Polyploid {
    pub(super) column: u32,
    pub(super) phased: bool,
    /// In [`Genotypes::alleles`].
    range: Range<usize>,
}

/// The samples of a batch among the exported ones.
struct Batch {
    samples: u32,
    columns: Columns,
}

/// The column of each sample of a batch.
enum Columns {
    /// One after the other from here.
    From(u32),
    /// By number in the batch; `u32::MAX` for those that are not exported.
    Each(Vec<u32>),
}

impl Columns {
    #[inline]
    fn of(&self, local: u32) -> Option<usize> {
        match self {
            Self::From(first) => Some((first + local) as usize),
            Self::Each(columns) => columns
                .get(local as usize)
                .filter(|&&column| column != u32::MAX)
                .map(|&column| column as usize),
        }
    }
}

/// A row that shows missing, haploid and unphased samples of a batch, and which of the batch's rows
/// are of the record.
struct Site<'r, 'a> {
    /// Index in `batches`.
    batch: usize,
    part: usize,
    row: u32,
    rows: &'r [(u32, RowAt<'a>)],
}

/// What the base was made from: of each site its part, page, haploid and unphased sets, and those of whom it does
/// not report.
type BaseKey = Vec<(usize, u32, [i64; 4])>;

/// Loads the genotypes of record after record.
pub(super) struct Genotypes<'a> {
    pub(super) view: &'a View,
    batches: Vec<Batch>,
    /// Index in `batches` of the batch of each part, where it has samples.
    batch_of: Vec<Option<usize>>,
    /// What batches without a record know of its place, where there are several.
    pub(super) coverage: Option<Coverage<'a>>,
    tallies: Vec<Option<RowCounter<'a>>>,
    columns: usize,
    /// Cells where everybody is reference: neighbouring records mostly have the same.
    base: Vec<u8>,
    base_of: BaseKey,
    /// What batches without the record know of their samples, where they know it of each: by index in `batches`.
    elsewhere: Vec<(usize, Vec<State>)>,
    /// Samples that are exported, by column.
    samples: Vec<u32>,
    /// Columns of those who are reference at the record by what could be called.
    callable: Vec<usize>,
    /// Whether samples without the record were looked at.
    others: bool,
    any_haploid: bool,
    any_unphased: bool,
    narrow: Vec<u8>,
    wide: Vec<u32>,
    is_wide: bool,
    polyploid: Vec<Polyploid>,
    alleles: Vec<Option<u32>>,
    ac: Vec<u32>,
    an: u32,
    /// Whether the dataset has phase sets, and whether these name haplotypes.
    phased: PhaseKinds,
    phases: Phases,
    /// Columns of which the copies are written in another order than they are stored, where that matters.
    swapped: Vec<u32>,
}

impl<'a> Genotypes<'a> {
    /// For these samples of the dataset, ascending.
    pub(super) fn new(view: &'a View, samples: &[u32], phased: PhaseKinds) -> Result<Self> {
        let mut batches: Vec<Batch> = Vec::new();
        let mut batch_of = vec![None; view.parts().len()];
        let known = view.batches()?;
        for number in 0..known.len() as u32 {
            let mut parts = known.parts(number).iter().copied();
            let first = parts.clone().next();
            let Some(part) = first.and_then(|part| view.parts().get(part)) else {
                continue;
            };
            let segment = view.segment(part)?;
            if segment.meta().samples == 0 {
                continue;
            }
            while let Some(of) = parts.next().and_then(|part| batch_of.get_mut(part)) {
                *of = Some(batches.len());
            }
            batches.push(Batch {
                samples: segment.meta().samples,
                columns: columns_of(segment, samples),
            });
        }
        let coverage = match view.counts_references() {
            false => None,
            true => Some(Coverage::new(view, [])?),
        };
        Ok(Self {
            view,
            batches,
            batch_of,
            coverage,
            tallies: view.parts().iter().map(|_| None).collect(),
            columns: samples.len(),
            base: Vec::new(),
            base_of: Vec::new(),
            elsewhere: Vec::new(),
            samples: samples.to_vec(),
            callable: Vec::new(),
            others: false,
            any_haploid: false,
            any_unphased: false,
            narrow: Vec::new(),
            wide: Vec::new(),
            is_wide: false,
            polyploid: Vec::new(),
            alleles: Vec::new(),
            ac: Vec::new(),
            an: 0,
            phased,
            phases: Phases::default(),
            swapped: Vec::new(),
        })
    }

    /// How many samples are exported.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn cells(&self) -> Cells<'_> {
        match self.is_wide {
            true => Cells::Wide(&self.wide),
            false => Cells::Narrow(&self.narrow),
        }
    }

    /// Whether every sample has two copies.
    pub(super) fn all_diploid(&self) -> bool {
        !self.any_haploid && self.polyploid.is_empty()
    }

    /// Samples with three or more copies, by column, with their alleles in the record.
    pub(super) fn polyploid(&self) -> impl Iterator<Item = (&Polyploid, &[Option<u32>])> {
        self.polyploid.iter().map(|of| {
            let alleles = self.alleles.get(of.range.clone());
            (of, alleles.unwrap_or_default())
        })
    }

    /// The largest number of copies of a sample.
    pub(super) fn ploidy(&self) -> usize {
        let most = self.polyploid.iter().map(|of| of.range.len()).max();
        most.unwrap_or(0).max(2)
    }

    /// What the samples are phased to.
    pub(super) fn phases(&self) -> &Phases {
        &self.phases
    }

    /// Copies that carry each ALT.
    pub(super) fn ac(&self) -> &[u32] {
        &self.ac
    }

    /// Whether genotypes are written of samples of which the record says nothing.
    pub(super) fn has_others(&self) -> bool {
        self.others
    }

    /// Copies with a known allele.
    pub(super) fn an(&self) -> u32 {
        self.an
    }

    /// Loads the genotypes of a record.
    pub(super) fn load(&mut self, record: &Record<'_, 'a>) -> Result<()> {
        self.ac.clear();
        self.ac.resize(record.alternates().count(), 0);
        (self.an, self.others) = (0, false);
        self.polyploid.clear();
        self.alleles.clear();
        if self.columns == 0 {
            return Ok(());
        }
        let sites = self.sites(record)?;
        self.others = !self.elsewhere.is_empty()
            || !self.callable.is_empty()
            || sites.iter().any(|site| site.rows.is_empty());
        self.load_base(&sites)?;
        self.is_wide = record.alts.len() > NARROW_ALTS;
        if self.is_wide {
            let mut cells = std::mem::take(&mut self.wide);
            cells.clear();
            cells.extend(self.base.iter().map(|&cell| match cell {
                <u8 as Cell>::ABSENT => u32::ABSENT,
                cell => cell.code(),
            }));
            let filled = self.fill(&sites, &mut cells);
            self.wide = cells;
            filled
        } else {
            let mut cells = std::mem::take(&mut self.narrow);
            cells.clear();
            cells.extend_from_slice(&self.base);
            let filled = self.fill(&sites, &mut cells);
            self.narrow = cells;
            filled
        }
    }

    /// What each batch knows of the record's place.
    fn sites<'r>(&mut self, record: &'r Record<'_, 'a>) -> Result<Vec<Site<'r, 'a>>> {
        let mut sites = Vec::with_capacity(self.batches.len());
        self.elsewhere.clear();
        self.callable.clear();
        for BatchRows { rows, .. } in &record.batches {
            let Some((_, first)) = rows.first() else {
                continue;
            };
            if let Some(&Some(batch)) = self.batch_of.get(first.part) {
                sites.push(Site {
                    batch,
                    part: first.part,
                    row: first.row,
                    rows,
                });
            }
        }
        let mut here: Vec<usize> = sites.iter().map(|site| site.batch).collect();
        here.dedup();
        if here.len() == self.batches.len() && self.view.kits().is_empty() {
            return Ok(sites);
        }
        let Some(coverage) = &mut self.coverage else {
            return Ok(sites);
        };
        let rows = record.batches.iter().flat_map(|of| &of.rows);
        let place = Place {
            contig: record.place.0,
            position: record.place.1.zero_based(),
        };
        let rows = rows.map(|(_, row)| (row.part, row.segment, row.row));
        coverage.look_at(place, rows)?;
        for (part, row) in coverage.rows_elsewhere() {
            if let Some(&Some(batch)) = self.batch_of.get(part) {
                sites.push(Site {
                    batch,
                    part,
                    row,
                    rows: &[],
                });
            }
        }
        let samples = &self.samples;
        let callable = coverage.callable_elsewhere()?;
        let columns = callable
            .iter()
            .filter_map(|of| samples.binary_search(&of).ok());
        self.callable.extend(columns);
        let (batch_of, elsewhere) = (&self.batch_of, &mut self.elsewhere);
        coverage.states_elsewhere(&mut |part, states| {
            if let Some(&Some(batch)) = batch_of.get(part) {
                elsewhere.push((batch, states.to_vec()));
            }
        })?;
        Ok(sites)
    }

    /// The cells without missing copies and without carriers.
    fn load_base(&mut self, sites: &[Site<'_, 'a>]) -> Result<()> {
        let mut key = BaseKey::with_capacity(sites.len());
        for site in sites {
            let segment = self.segment(site.part)?;
            let (page, i) = (site.row / PAGE_ROWS, site.row % PAGE_ROWS);
            let column = |column: &crate::format::Column| {
                Ok::<_, crate::error::Error>(column.page(segment.file(), page)?.get(i))
            };
            let c = &segment.columns;
            let sets = [
                column(&c.haploid)?,
                column(&c.unphased)?,
                column(&c.uncovered)?,
                column(&c.outside)?,
            ];
            key.push((site.part, page, sets));
        }
        let no_others = self.elsewhere.is_empty() && self.callable.is_empty();
        if key == self.base_of && !self.base.is_empty() && no_others {
            return Ok(());
        }
        self.base_of.clear();
        self.base.clear();
        // missing, until a batch says more
        self.base.resize(2 * self.columns, 0);
        (self.any_haploid, self.any_unphased) = (false, false);
        for site in sites {
            let segment = self.segment(site.part)?;
            let Some(batch) = self.batches.get(site.batch) else {
                continue;
            };
            let Some(slot) = self.tallies.get_mut(site.part) else {
                continue;
            };
            let tally = slot.get_or_insert_with(|| RowCounter::new(segment, None));
            let [uncovered, outside] = tally.out_of_scope_bits(site.row)?;
            let base = &mut self.base;
            let mut put = |local: u32, cells: [u8; 2]| {
                if get_bit(&uncovered, local) || get_bit(&outside, local) {
                    return;
                }
                let place = batch.columns.of(local);
                let place = place.and_then(|column| base.get_mut(2 * column..));
                if let Some(place) = place.and_then(|place| place.first_chunk_mut()) {
                    *place = cells;
                }
            };
            (0..batch.samples).for_each(|local| put(local, [2, 3]));
            self.any_unphased |= tally.walk_unphased(site.row, |local| put(local, [2, 2]))?;
            let one = [2, typed::ABSENT];
            self.any_haploid |= tally.walk_haploid(site.row, |local| put(local, one))?;
        }
        self.load_elsewhere();
        if no_others {
            self.base_of = key;
        }
        Ok(())
    }

    /// The cells of samples that are known to be reference without a row.
    fn load_elsewhere(&mut self) {
        for &column in &self.callable {
            self.any_unphased = true;
            let place = self.base.get_mut(2 * column..);
            if let Some(place) = place.and_then(|place| place.first_chunk_mut()) {
                *place = [2, 2];
            }
        }
        for (batch, states) in &self.elsewhere {
            let Some(batch) = self.batches.get(*batch) else {
                continue;
            };
            for (local, state) in (0..).zip(states) {
                let cells = match *state {
                    State::CALLED => [2, 2],
                    State::HALF => [2, 0],
                    State::HAPLOID => [2, typed::ABSENT],
                    State::HAPLOID_MISSING => [0, typed::ABSENT],
                    _ => continue,
                };
                self.any_haploid |= state.is_haploid();
                self.any_unphased |= !state.is_haploid();
                let place = batch.columns.of(local);
                let place = place.and_then(|column| self.base.get_mut(2 * column..));
                if let Some(place) = place.and_then(|place| place.first_chunk_mut()) {
                    *place = cells;
                }
            }
        }
    }

    fn segment(&self, part: usize) -> Result<&'a Segment> {
        match self.view.parts().get(part) {
            Some(part) => self.view.segment(part),
            None => Err(crate::error::Error::Usage(format!("no part {part}"))),
        }
    }

    fn fill<C: Cell>(&mut self, sites: &[Site<'_, 'a>], cells: &mut [C]) -> Result<()> {
        for site in sites {
            self.put_missing(site, cells)?;
            self.put_carriers(site, cells)?;
            self.put_polyploid(site, cells)?;
        }
        self.swapped.clear();
        if self.any_unphased {
            // the order of unphased copies means nothing: lowest first
            for (column, pair) in (0u32..).zip(cells.as_chunks_mut::<2>().0) {
                let [a, b] = *pair;
                if b.code() & 1 == 0 && a > b {
                    *pair = [b, a];
                    if self.phased.haplotypes {
                        self.swapped.push(column);
                    }
                }
            }
        }
        if self.phased.any() {
            self.load_phases(sites)?;
        }
        self.polyploid.sort_by_key(|of| of.column);
        self.count(cells);
        Ok(())
    }

    fn put_missing<C: Cell>(&mut self, site: &Site<'_, 'a>, cells: &mut [C]) -> Result<()> {
        let segment = self.segment(site.part)?;
        let slot = self.tallies.get_mut(site.part);
        let (Some(batch), Some(slot)) = (self.batches.get(site.batch), slot) else {
            return Ok(());
        };
        let tally = slot.get_or_insert_with(|| RowCounter::new(segment, None));
        tally.walk_missing(site.row, |copy| {
            let place = batch.columns.of(copy / 2);
            let pair = place
                .and_then(|column| cells.get_mut(2 * column..))
                .and_then(|cells| cells.first_chunk_mut());
            let Some([first, second]) = pair else { return };
            if copy % 2 == 0 {
                *first = C::new(0);
            } else if *second != C::ABSENT {
                // copies come in ascending order, so that the first one is known
                let wholly = first.code() <= 1;
                *second = C::new(if wholly { 0 } else { second.code() & 1 });
            }
        })
    }

    fn put_carriers<C: Cell>(&mut self, site: &Site<'_, 'a>, cells: &mut [C]) -> Result<()> {
        let Some(batch) = self.batches.get(site.batch) else {
            return Ok(());
        };
        for (alt, row) in site.rows {
            let Some(slot) = self.tallies.get_mut(row.part) else {
                continue;
            };
            let tally = slot.get_or_insert_with(|| RowCounter::new(row.segment, None));
            let code = (alt + 2) << 1;
            let put = |cell: Option<&mut C>| {
                if let Some(cell) = cell
                    && *cell != C::ABSENT
                {
                    *cell = C::new(code | cell.code() & 1);
                }
            };
            match &batch.columns {
                Columns::From(first) => {
                    let from = 2 * *first as usize;
                    tally.walk_copies(row.row, |copy| put(cells.get_mut(from + copy as usize)))
                }
                each => tally.walk_copies(row.row, |copy| {
                    if let Some(column) = each.of(copy / 2) {
                        put(cells.get_mut(2 * column + (copy % 2) as usize));
                    }
                }),
            }?;
        }
        Ok(())
    }

    fn put_polyploid<C: Cell>(&mut self, site: &Site<'_, 'a>, cells: &mut [C]) -> Result<()> {
        let segment = self.segment(site.part)?;
        let bytes = segment.polyploid(site.row)?;
        let Some(batch) = self.batches.get(site.batch) else {
            return Ok(());
        };
        for_each_polyploid(bytes, segment.meta().samples, |genotype| {
            let Some(column) = batch.columns.of(genotype.sample) else {
                return;
            };
            if let Some(place) = cells.get_mut(2 * column..2 * column + 2) {
                // counted apart
                place.fill(C::new(0));
                let start = self.alleles.len();
                // ALTs that were not picked are written as REF
                let number = |allele: u32| {
                    let mut rows = site.rows.iter();
                    let found = rows.find(|(_, row)| row.alt == i64::from(allele));
                    found.map_or(0, |(alt, _)| alt + 1)
                };
                let alleles = genotype.alleles.iter();
                self.alleles.extend(alleles.map(|a| match a {
                    Some(0) => Some(0),
                    a => a.map(number),
                }));
                self.polyploid.push(Polyploid {
                    column: column as u32,
                    phased: genotype.phased,
                    range: start..self.alleles.len(),
                });
            }
        })
        .map_err(|rule| segment.broken_set(rule))
    }

    fn load_phases(&mut self, sites: &[Site<'_, 'a>]) -> Result<()> {
        self.phases.clear();
        for site in sites {
            let Some(batch) = self.batches.get(site.batch) else {
                continue;
            };
            for (_, row) in site.rows {
                let column = |local| batch.columns.of(local);
                self.phases.add(row.segment, row.row, column)?;
            }
        }
        self.phases.finish(&self.swapped);
        Ok(())
    }

    /// Counts what will be written.
    fn count<C: Cell>(&mut self, cells: &[C]) {
        let known = |cell: &C| u32::from(cell.code() > 1 && *cell != C::ABSENT);
        self.an = cells.iter().map(known).sum();
        if let [ac] = &mut self.ac[..] {
            *ac = cells.iter().map(|c| u32::from(c.code() >> 1 == 2)).sum();
        } else if !self.ac.is_empty() {
            for cell in cells {
                let alt = (cell.code() >> 1).wrapping_sub(2) as usize;
                if *cell != C::ABSENT
                    && let Some(ac) = self.ac.get_mut(alt)
                {
                    *ac += 1;
                }
            }
        }
        for allele in self.alleles.iter().flatten() {
            self.an += 1;
            if let Some(ac) = self.ac.get_mut((*allele as usize).wrapping_sub(1)) {
                *ac += 1;
            }
        }
    }
}

fn columns_of(segment: &Segment, samples: &[u32]) -> Columns {
    let count = segment.meta().samples;
    let columns: Vec<u32> = (0..count)
        .map(|local| {
            let found = samples.binary_search(&segment.sample(local));
            found.map_or(u32::MAX, |column| column as u32)
        })
        .collect();
    match columns.first() {
        Some(&first) if first != u32::MAX && columns.iter().copied().eq(first..first + count) => {
            Columns::From(first)
        }
        _ => Columns::Each(columns),
    }
}
