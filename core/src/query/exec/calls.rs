//! Alleles of each copy by sample, with their phase, as rows of matrices.

use super::dosage::columns_of;
use super::variants::Variant;
use crate::cohort::{Carrier, RowCounter, View, for_each_polyploid};
use crate::error::Result;
use crate::set::{SampleSet, get_bit};
use crate::stop::check_stop;
use crate::store::Segment;
use crate::store::coverage::State;

/// The ALT, another known allele, one that is not known, and no copy.
const CARRIED: i8 = 1;
const OTHER: i8 = 0;
const UNKNOWN: i8 = -1;
const ABSENT: i8 = -2;

/// Turns variants into rows of alleles, one for each copy.
pub(in crate::query) struct Calls<'a> {
    view: &'a View,
    /// The column of each sample of the dataset; `u32::MAX` for those who are not asked about.
    columns: Vec<u32>,
    width: usize,
    ploidy: usize,
    tallies: Vec<Option<RowCounter<'a>>>,
    carriers: Vec<Carrier>,
    states: Vec<(usize, Vec<State>)>,
}

/// The row in the making.
struct CallRow<'t> {
    alleles: &'t mut [i8],
    phased: &'t mut [bool],
    ploidy: usize,
}

impl CallRow<'_> {
    fn cell(&mut self, column: usize) -> Option<(&mut [i8], &mut bool)> {
        let start = column.checked_mul(self.ploidy)?;
        let copies = self.alleles.get_mut(start..start + self.ploidy)?;
        Some((copies, self.phased.get_mut(column)?))
    }

    /// What is not ordered comes in the order of the alleles, and where no copy is known, nothing is.
    fn finish(&mut self) {
        let cells = self.alleles.chunks_exact_mut(self.ploidy.max(1));
        for (copies, phased) in cells.zip(self.phased.iter_mut()) {
            let end = copies.iter().position(|&allele| allele == ABSENT);
            let copies = copies.get_mut(..end.unwrap_or(usize::MAX).min(self.ploidy));
            let Some(copies) = copies else { continue };
            *phased &= copies.iter().any(|&allele| allele != UNKNOWN);
            if !*phased {
                copies.sort_unstable();
            }
        }
    }
}

/// Writes the alleles of somebody with so many copies, and none behind them.
fn put(copies: &mut [i8], alleles: impl Iterator<Item = i8>) {
    let rest = std::iter::repeat(ABSENT);
    let values = alleles.chain(rest);
    copies.iter_mut().zip(values).for_each(|(to, of)| *to = of);
}

impl<'a> Calls<'a> {
    /// For a column for each of some samples, by number; of all without any.
    pub(in crate::query) fn new(view: &'a View, of: Option<&SampleSet>) -> Result<Self> {
        let (columns, width) = columns_of(view, of);
        Ok(Self {
            view,
            ploidy: most_copies(view, &columns)?,
            columns,
            width,
            tallies: view.parts().iter().map(|_| None).collect(),
            carriers: Vec::new(),
            states: Vec::new(),
        })
    }

    /// The copies of each sample in a row.
    pub(in crate::query) fn ploidy(&self) -> usize {
        self.ploidy
    }

    /// Adds a row to matrices of alleles and of phases.
    pub(in crate::query) fn add(
        &mut self,
        variant: &mut Variant<'_, 'a>,
        alleles: &mut Vec<i8>,
        phased: &mut Vec<bool>,
    ) -> Result<()> {
        let (first, at) = (alleles.len(), phased.len());
        alleles.resize(first + self.width * self.ploidy, ABSENT);
        phased.resize(at + self.width, false);
        let mut row = CallRow {
            alleles: alleles.get_mut(first..).unwrap_or_default(),
            phased: phased.get_mut(at..).unwrap_or_default(),
            ploidy: self.ploidy,
        };
        // two copies that are not known, until more is
        for copies in row.alleles.chunks_exact_mut(self.ploidy.max(1)) {
            copies.iter_mut().take(2).for_each(|copy| *copy = UNKNOWN);
        }
        if self.view.counts_references() {
            self.put_elsewhere(variant, &mut row)?;
        }
        for (part, segment, number) in variant.rows() {
            self.put_reported(part, segment, number, true, &mut row)?;
        }
        row.finish();
        Ok(())
    }

    /// Batches without the variant that looked at its place.
    fn put_elsewhere(
        &mut self,
        variant: &mut Variant<'_, 'a>,
        row: &mut CallRow<'_>,
    ) -> Result<()> {
        let view = self.view;
        let coverage = variant.of.walk.coverage()?;
        let mut states = std::mem::take(&mut self.states);
        states.clear();
        coverage.states_elsewhere(&mut |part, of| states.push((part, of.to_vec())))?;
        let callable = coverage.callable_elsewhere()?;
        for (part, number) in coverage.rows_elsewhere() {
            if let Some(of) = view.parts().get(part) {
                self.put_reported(part, view.segment(of)?, number, false, row)?;
            }
        }
        for (part, states) in &states {
            if let Some(of) = view.parts().get(*part) {
                self.put_states(view.segment(of)?, states, row);
            }
        }
        for sample in callable.iter() {
            let column = self.columns.get(sample as usize).copied();
            let column = column.filter(|column| *column != u32::MAX);
            if let Some((copies, _)) = column.and_then(|column| row.cell(column as usize)) {
                put(copies, [OTHER, OTHER].into_iter());
            }
        }
        self.states = states;
        Ok(())
    }

    fn column(&self, segment: &Segment, local: u32) -> Option<usize> {
        let column = *self.columns.get(segment.sample(local) as usize)?;
        (column != u32::MAX).then_some(column as usize)
    }

    fn put_states(&self, segment: &Segment, states: &[State], row: &mut CallRow<'_>) {
        for (local, state) in (0..).zip(states) {
            let known: &[i8] = match *state {
                State::CALLED => &[OTHER, OTHER],
                State::HALF => &[OTHER, UNKNOWN],
                State::HAPLOID => &[OTHER],
                State::HAPLOID_MISSING => &[UNKNOWN],
                _ => continue,
            };
            let column = self.column(segment, local);
            if let Some((copies, phased)) = column.and_then(|column| row.cell(column)) {
                put(copies, known.iter().copied());
                *phased = state.is_haploid();
            }
        }
    }

    /// What a row says of its samples: of the variant itself, or of another one at its place, of which only matters
    /// which copies are known.
    fn put_reported(
        &mut self,
        part: usize,
        segment: &'a Segment,
        number: u32,
        is_variant: bool,
        row: &mut CallRow<'_>,
    ) -> Result<()> {
        let mut carriers = std::mem::take(&mut self.carriers);
        carriers.clear();
        let columns = &self.columns;
        let Some(slot) = self.tallies.get_mut(part) else {
            return Ok(());
        };
        let tally = slot.get_or_insert_with(|| RowCounter::new(segment, None));
        let [uncovered, outside] = tally.out_of_scope_bits(number)?;
        let column = |local: u32| {
            let column = columns.get(segment.sample(local) as usize).copied();
            let column = column.filter(|&column| column != u32::MAX);
            let is_reported = !get_bit(&uncovered, local) && !get_bit(&outside, local);
            column.filter(|_| is_reported).map(|column| column as usize)
        };
        for local in 0..segment.meta().samples {
            if let Some((copies, phased)) = column(local).and_then(|column| row.cell(column)) {
                put(copies, [OTHER, OTHER].into_iter());
                *phased = true;
            }
        }
        tally.walk_unphased(number, |local| {
            if let Some((_, phased)) = column(local).and_then(|column| row.cell(column)) {
                *phased = false;
            }
        })?;
        // a row without phase marks those of one copy as well
        tally.walk_haploid(number, |local| {
            if let Some((copies, phased)) = column(local).and_then(|column| row.cell(column)) {
                put(copies, std::iter::once(OTHER));
                *phased = true;
            }
        })?;
        let set = |row: &mut CallRow<'_>, local: u32, copy: usize, allele: i8| {
            let cell = column(local).and_then(|column| row.cell(column));
            if let Some(to) = cell.and_then(|(copies, _)| copies.get_mut(copy))
                && *to != ABSENT
            {
                *to = allele;
            }
        };
        tally.walk_missing(number, |copy| {
            set(row, copy / 2, (copy % 2) as usize, UNKNOWN);
        })?;
        if is_variant {
            tally.carriers(number, &mut carriers)?;
        }
        for carrier in carriers.iter().filter(|carrier| carrier.ploidy <= 2) {
            for copy in (0..2usize).filter(|copy| carrier.which >> copy & 1 != 0) {
                set(row, carrier.sample, copy, CARRIED);
            }
        }
        let alt = segment.columns.alt_number.get(segment.file(), number)?;
        let samples = segment.meta().samples;
        for_each_polyploid(segment.polyploid(number)?, samples, |genotype| {
            let cell = column(genotype.sample).and_then(|column| row.cell(column));
            if let Some((copies, phased)) = cell {
                let allele = |allele: &Option<u32>| match *allele {
                    None => UNKNOWN,
                    Some(a) if is_variant && a > 0 && i64::from(a) == alt => CARRIED,
                    Some(_) => OTHER,
                };
                put(copies, genotype.alleles.iter().map(allele));
                *phased = genotype.phased;
            }
        })
        .map_err(|rule| segment.broken_set(rule))?;
        self.carriers = carriers;
        Ok(())
    }
}

/// The most copies that one of the samples with a column has in a row, at least 2.
fn most_copies(view: &View, columns: &[u32]) -> Result<usize> {
    let mut most = 2;
    for part in view.parts() {
        check_stop()?;
        let segment = view.segment(part)?;
        for row in segment.polyploid_rows()? {
            let samples = segment.meta().samples;
            for_each_polyploid(segment.polyploid(row)?, samples, |genotype| {
                let column = columns.get(segment.sample(genotype.sample) as usize);
                if column.is_some_and(|&column| column != u32::MAX) {
                    most = most.max(genotype.alleles.len());
                }
            })
            .map_err(|rule| segment.broken_set(rule))?;
        }
    }
    Ok(most)
}
