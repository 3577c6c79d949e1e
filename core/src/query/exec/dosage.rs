//! Copies of an ALT by sample, as a row of a matrix.

use super::coverage::Coverage;
use crate::cohort::Carrier;
use crate::cohort::RowCounter;
use crate::cohort::View;
use crate::cohort::for_each_polyploid;
use crate::error::{Error, Result};
use crate::set::{SampleSet, for_each_bit, get_bit};
use crate::store::Segment;
use crate::store::coverage::State;

/// A genotype of which not all copies are known.
pub(super) const MISSING: i8 = -1;

/// Turns variants into rows of a matrix of copies that carry the ALT: see
/// [`Variant::dosages`](crate::Variant::dosages).
pub struct Dosages<'a> {
    view: &'a View,
    /// The column of each sample of the dataset; `u32::MAX` for those who are not asked about.
    columns: Vec<u32>,
    width: usize,
    tallies: Vec<Option<RowCounter<'a>>>,
    carriers: Vec<Carrier>,
}

impl<'a> Dosages<'a> {
    /// For a column for each of some samples, by number; of all without any.
    pub(in crate::query) fn new(view: &'a View, of: Option<&SampleSet>) -> Self {
        let (columns, width) = columns_of(view, of);
        Self {
            view,
            columns,
            width,
            tallies: view.parts().iter().map(|_| None).collect(),
            carriers: Vec::new(),
        }
    }
}

/// The column of each sample of the dataset, `u32::MAX` for those without one, and how many columns there are: one
/// for each of some samples, by number; of all without any.
pub(super) fn columns_of(view: &View, of: Option<&SampleSet>) -> (Vec<u32>, usize) {
    let all = view.universe();
    let Some(of) = of else {
        return ((0..all).collect(), all as usize);
    };
    let mut columns = vec![u32::MAX; all as usize];
    let mut width = 0;
    for sample in of.iter() {
        if let Some(column) = columns.get_mut(sample as usize) {
            *column = width;
            width += 1;
        }
    }
    (columns, width as usize)
}

impl Dosages<'_> {
    /// The length of a row.
    pub fn width(&self) -> usize {
        self.width
    }
}

impl<'a> Dosages<'a> {
    fn cell<'t>(&self, segment: &Segment, local: u32, to: &'t mut [i8]) -> Option<&'t mut i8> {
        let column = self.columns.get(segment.sample(local) as usize)?;
        to.get_mut(*column as usize)
    }

    /// Refuses a variant of another dataset, and a row that is not as long as they are.
    pub(super) fn refuse(&self, view: &View, to: &[i8]) -> Result<()> {
        if !std::ptr::eq(self.view, view) {
            view.refuse_foreign("a matrix", self.view.id())?;
        }
        if to.len() != self.width {
            return Err(Error::Usage(format!(
                "a row of {} samples does not fit {}",
                self.width,
                to.len()
            )));
        }
        Ok(())
    }

    /// Writes what the rows of a variant say, over what stands there of those who were not looked at.
    pub(super) fn write_rows(
        &mut self,
        rows: impl Iterator<Item = (usize, &'a Segment, u32)>,
        to: &mut [i8],
    ) -> Result<()> {
        for (part, segment, row) in rows {
            self.reference(part, segment, row, to)?;
            self.carried(part, segment, row, to)?;
            self.missing(part, segment, row, to)?;
        }
        Ok(())
    }

    fn tally(&mut self, part: usize, segment: &'a Segment) -> Option<&mut RowCounter<'a>> {
        let slot = self.tallies.get_mut(part)?;
        Some(slot.get_or_insert_with(|| RowCounter::new(segment, None)))
    }

    /// Batches without the variant that looked at its place.
    pub(super) fn reference_counts(
        &mut self,
        coverage: &Coverage<'a>,
        to: &mut [i8],
    ) -> Result<()> {
        let view = self.view;
        for (part, row) in coverage.rows_elsewhere() {
            if let Some(of) = view.parts().get(part) {
                let segment = view.segment(of)?;
                self.reference(part, segment, row, to)?;
                self.missing(part, segment, row, to)?;
            }
        }
        let mut known = Vec::new();
        coverage.states_elsewhere(&mut |part, states| known.push((part, states.to_vec())))?;
        for (part, states) in known {
            let Some(of) = view.parts().get(part) else {
                continue;
            };
            let segment = view.segment(of)?;
            for (local, state) in (0..).zip(states) {
                if state != State::UNCOVERED
                    && let Some(cell) = self.cell(segment, local, to)
                {
                    *cell = if state.is_called() { 0 } else { MISSING };
                }
            }
        }
        Ok(())
    }

    /// No copy carries of those of whom a row reports, until more is known.
    fn reference(
        &mut self,
        part: usize,
        segment: &'a Segment,
        row: u32,
        to: &mut [i8],
    ) -> Result<()> {
        let Some(tally) = self.tally(part, segment) else {
            return Ok(());
        };
        let [uncovered, outside] = tally.out_of_scope_bits(row)?;
        for local in 0..segment.meta().samples {
            if !get_bit(&uncovered, local)
                && !get_bit(&outside, local)
                && let Some(cell) = self.cell(segment, local, to)
            {
                *cell = 0;
            }
        }
        Ok(())
    }

    fn carried(
        &mut self,
        part: usize,
        segment: &'a Segment,
        row: u32,
        to: &mut [i8],
    ) -> Result<()> {
        let mut carriers = std::mem::take(&mut self.carriers);
        if let Some(tally) = self.tally(part, segment) {
            tally.carriers(row, &mut carriers)?;
        }
        for carrier in &carriers {
            if let Some(cell) = self.cell(segment, carrier.sample, to) {
                *cell = i8::try_from(carrier.carried).unwrap_or(i8::MAX);
            }
        }
        self.carriers = carriers;
        Ok(())
    }

    fn missing(
        &mut self,
        part: usize,
        segment: &'a Segment,
        row: u32,
        to: &mut [i8],
    ) -> Result<()> {
        let samples = segment.meta().samples;
        let Some(tally) = self.tally(part, segment) else {
            return Ok(());
        };
        let bits = tally.missing_bits(row)?;
        for_each_bit(&bits, |copy| {
            if let Some(cell) = self.cell(segment, copy / 2, to) {
                *cell = MISSING;
            }
        });
        for_each_polyploid(segment.polyploid(row)?, samples, |genotype| {
            if genotype.alleles.iter().any(Option::is_none)
                && let Some(cell) = self.cell(segment, genotype.sample, to)
            {
                *cell = MISSING;
            }
        })
        .map_err(|rule| segment.broken_set(rule))
    }
}
