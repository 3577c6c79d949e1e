//! Copies of an ALT by sample, as a row of a matrix.

use super::coverage::Coverage;
use crate::cohort::RowCounter;
use crate::cohort::View;
use crate::cohort::for_each_polyploid;
use crate::error::{Error, Result};
use crate::set::{SampleSet, for_each_bit};
use crate::store::Segment;
use crate::store::coverage::State;
use std::ops::Range;

/// A genotype of which not all copies are known.
pub(super) const MISSING: i8 = -1;
/// What stands in the matrix is kept.
const KEPT: i8 = i8::MIN;

/// Turns variants into rows of a matrix of copies that carry the ALT: see
/// [`Variant::dosages`](crate::Variant::dosages).
pub struct Dosages<'a> {
    view: &'a View,
    /// The column of each sample of the dataset; `u32::MAX` for those who are not asked about.
    columns: Vec<u32>,
    width: usize,
    parts: Vec<Option<PartDosages<'a>>>,
}

/// The samples of a part in rows of the matrix.
struct PartDosages<'a> {
    tally: RowCounter<'a>,
    columns: PartColumns,
    /// A row of all samples of the part, where that is not written to where it belongs.
    row: Vec<i8>,
}

/// The columns of the samples of a part.
enum PartColumns {
    /// All in the order of the samples.
    Stretch(Range<usize>),
    /// Of some samples: number in the part, and column.
    Of(Vec<(u32, u32)>),
}

impl PartColumns {
    fn new(segment: &Segment, columns: &[u32], is_all: bool) -> Self {
        let meta = segment.meta();
        if is_all && segment.numbers().is_none() {
            let first = meta.first_sample as usize;
            return Self::Stretch(first..first.saturating_add(meta.samples as usize));
        }
        let column = |local| {
            let column = *columns.get(segment.sample(local) as usize)?;
            (column != u32::MAX).then_some((local, column))
        };
        Self::Of((0..meta.samples).filter_map(column).collect())
    }

    /// Writes a row of the part's samples to their columns.
    fn write(&self, row: &[i8], to: &mut [i8]) {
        let put = |(to, &copies): (&mut i8, &i8)| {
            if copies != KEPT {
                *to = copies;
            }
        };
        match self {
            Self::Stretch(columns) => {
                let to = to.get_mut(columns.clone()).unwrap_or_default();
                to.iter_mut().zip(row).for_each(put);
            }
            Self::Of(columns) => {
                for (local, column) in columns {
                    let to = to.get_mut(*column as usize);
                    to.zip(row.get(*local as usize)).into_iter().for_each(put);
                }
            }
        }
    }
}

impl<'a> PartDosages<'a> {
    /// Whether its rows are of so many columns, which are all.
    fn has_all(&self, width: usize) -> bool {
        let is_all = |columns: &Range<usize>| *columns == (0..width);
        matches!(&self.columns, PartColumns::Stretch(columns) if is_all(columns))
            && !self.tally.segment.has_scopes()
    }

    /// Writes what a row says of the samples of which it reports; no copy carries where only that is asked which are
    /// known.
    fn write(&mut self, row: u32, carried: bool, to: &mut [i8]) -> Result<()> {
        let Self {
            tally,
            columns,
            row: kept,
        } = self;
        let [uncovered, outside] = tally.out_of_scope_bits(row)?;
        if let PartColumns::Stretch(columns) = columns
            && uncovered.is_empty()
            && outside.is_empty()
        {
            let cells = to.get_mut(columns.clone()).unwrap_or_default();
            return write_known(tally, row, carried, cells);
        }
        kept.clear();
        kept.resize(tally.segment.meta().samples as usize, 0);
        write_known(tally, row, carried, kept)?;
        for bits in [&uncovered, &outside] {
            for_each_bit(bits, |local| {
                if let Some(copies @ 0) = kept.get_mut(local as usize) {
                    *copies = KEPT;
                }
            });
        }
        columns.write(kept, to);
        Ok(())
    }
}

/// Writes how often a part's samples carry a row, and of which copies are not known, to the cells of all of them.
fn write_known(
    tally: &mut RowCounter<'_>,
    row: u32,
    carried: bool,
    cells: &mut [i8],
) -> Result<()> {
    match carried {
        true => tally.write_carried(row, cells)?,
        false => cells.fill(0),
    }
    tally.walk_missing_samples(row, |sample| put(cells, sample, MISSING))?;
    let segment = tally.segment;
    let samples = segment.meta().samples;
    for_each_polyploid(segment.polyploid(row)?, samples, |genotype| {
        if genotype.alleles.iter().any(Option::is_none) {
            put(cells, genotype.sample, MISSING);
        }
    })
    .map_err(|rule| segment.broken_set(rule))
}

fn put(cells: &mut [i8], sample: u32, copies: i8) {
    if let Some(cell) = cells.get_mut(sample as usize) {
        *cell = copies;
    }
}

impl<'a> Dosages<'a> {
    /// For a column for each of some samples, by number; of all without any.
    pub(in crate::query) fn new(view: &'a View, of: Option<&SampleSet>) -> Self {
        let (columns, width) = columns_of(view, of);
        Self {
            view,
            columns,
            width,
            parts: view.parts().iter().map(|_| None).collect(),
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

    /// Writes what a row says, where it is of everybody who has a column; `false` where it is not.
    pub(super) fn write_whole(
        &mut self,
        (part, segment, row): (usize, &'a Segment, u32),
        to: &mut [i8],
    ) -> Result<bool> {
        let width = self.width;
        match self.part(part, segment) {
            Some(of) if of.has_all(width) => of.write(row, true, to).map(|()| true),
            _ => Ok(false),
        }
    }

    /// Writes what the rows of a variant say, over what stands there of those who were not looked at.
    pub(super) fn write_rows(
        &mut self,
        rows: impl Iterator<Item = (usize, &'a Segment, u32)>,
        to: &mut [i8],
    ) -> Result<()> {
        for (part, segment, row) in rows {
            if let Some(of) = self.part(part, segment) {
                of.write(row, true, to)?;
            }
        }
        Ok(())
    }

    fn part(&mut self, part: usize, segment: &'a Segment) -> Option<&mut PartDosages<'a>> {
        let Self {
            columns,
            width,
            parts,
            ..
        } = self;
        let slot = parts.get_mut(part)?;
        Some(slot.get_or_insert_with(|| PartDosages {
            tally: RowCounter::new(segment, None),
            columns: PartColumns::new(segment, columns, *width == columns.len()),
            row: Vec::new(),
        }))
    }

    /// Batches without the variant that looked at its place.
    pub(super) fn reference_counts(
        &mut self,
        coverage: &mut Coverage<'a>,
        to: &mut [i8],
    ) -> Result<()> {
        let view = self.view;
        for (part, row) in coverage.rows_elsewhere() {
            if let Some(of) = view.parts().get(part) {
                let segment = view.segment(of)?;
                if let Some(of) = self.part(part, segment) {
                    of.write(row, false, to)?;
                }
            }
        }
        let mut known = Vec::new();
        coverage.states_elsewhere(&mut |part, states| known.push((part, states.to_vec())))?;
        let copies = |state: &State| match *state {
            State::UNCOVERED => KEPT,
            state if state.is_called() => 0,
            _ => MISSING,
        };
        for (part, states) in known {
            let Some(of) = view.parts().get(part) else {
                continue;
            };
            let segment = view.segment(of)?;
            if let Some(PartDosages { columns, row, .. }) = self.part(part, segment) {
                row.clear();
                row.extend(states.iter().map(copies));
                columns.write(row, to);
            }
        }
        for sample in coverage.callable_elsewhere()?.iter() {
            let column = self.columns.get(sample as usize).copied();
            if let Some(cell) = column.and_then(|column| to.get_mut(column as usize)) {
                *cell = 0;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
