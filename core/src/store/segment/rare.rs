//! What few rows have: phase sets of carriers, and genotypes of three or more copies.

use super::Segment;
use crate::error::{Error, Result};
use crate::format::{Kind, u32_of};
use crate::set::{Malformed, PhaseSets};

impl Segment {
    /// Whether some carriers are of phase sets.
    pub(crate) fn has_phase_sets(&self) -> bool {
        self.phase_sets.is_some()
    }

    /// The phase sets of a row's carriers.
    pub(crate) fn phase_sets(&self, row: u32) -> Result<PhaseSets<'_>> {
        let samples = self.meta.samples;
        let Some(section) = self.phase_sets else {
            return Ok(PhaseSets::new(&[], 0, samples, 0));
        };
        let ends = &self.columns.phase_ends;
        let end = ends.get(&self.file, row)?;
        let start = match row.checked_sub(1) {
            Some(before) => ends.get(&self.file, before)?,
            None => 0,
        };
        let inside = |n: i64| {
            usize::try_from(n)
                .ok()
                .filter(|n| *n <= self.file.len(section))
        };
        let (Some(start), Some(end)) = (inside(start), inside(end).filter(|_| start <= end)) else {
            let found = format!("{start} and {end}");
            let section = self.file.find(Kind::PhaseEnds).unwrap_or(usize::MAX);
            return Err(self
                .file
                .damage(section, 0, "ascending ends of phase sets", found));
        };
        let position = self.columns.position.get(&self.file, row)?;
        let position = i32::try_from(position).unwrap_or(-1);
        let bytes = self.file.slice(section, start..end)?;
        Ok(PhaseSets::new(
            bytes,
            position,
            samples,
            self.phase_names.len(),
        ))
    }

    /// An error for phase sets that broke a rule while they were read.
    #[cold]
    pub(crate) fn broken_phase_sets(&self, rule: Malformed) -> Error {
        self.malformed(self.phase_sets.unwrap_or(usize::MAX), 0, rule)
    }

    /// Whether samples have three or more copies somewhere.
    pub(crate) fn has_polyploid(&self) -> bool {
        self.polyploid_rows.is_some()
    }

    /// The rows with samples of three and more copies.
    pub(crate) fn polyploid_rows(&self) -> Result<impl Iterator<Item = u32>> {
        let rows = self.file.whole(Kind::PolyploidRows)?;
        Ok(rows.chunks_exact(8).map(u32_of))
    }

    /// The genotypes of samples with three and more copies in a row; empty where there are none.
    pub(crate) fn polyploid(&self, row: u32) -> Result<&[u8]> {
        let Some(rows) = self.polyploid_rows else {
            return Ok(&[]);
        };
        let entry = |i: usize| {
            self.file
                .slice(rows, i * 8..i * 8 + 8)
                .map(|b| (u32_of(b), u32_of(b.get(4..).unwrap_or_default())))
        };
        let (mut low, mut high) = (0, self.file.len(rows) / 8);
        while low < high {
            let middle = low.midpoint(high);
            if entry(middle)?.0 < row {
                low = middle + 1
            } else {
                high = middle
            }
        }
        if low == self.file.len(rows) / 8 || entry(low)?.0 != row {
            return Ok(&[]);
        }
        let start = match low.checked_sub(1) {
            Some(before) => entry(before)?.1,
            None => 0,
        };
        let section = self.file.find(Kind::Polyploid).unwrap_or(usize::MAX);
        let end = entry(low)?.1;
        if start > end {
            return Err(self.malformed(
                section,
                0,
                Malformed("polyploid genotypes in ascending order"),
            ));
        }
        self.file.slice(section, start as usize..end as usize)
    }
}
