//! What is known of each sample at a variant.

use super::dosage::{Dosages, MISSING};
use super::looked::{Looked, LookedAt, UNCOVERED};
use super::place::RowRef;
use super::variants::Variant;
use crate::error::Result;
use crate::model::CarrierGenotype;
use crate::set::PhaseSet;

impl<'a> Variant<'_, 'a> {
    /// Calls `f` with every carrier in the group that was asked for, by batch, then by sample. Of a variant
    /// that several batches have, those are left out of which the record does not pass the question.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn carriers(&mut self, mut f: impl FnMut(CarrierGenotype)) -> Result<()> {
        if !self.of.walk.reports_in_rows() {
            self.carriers_by_row(false, |_, carrier, _| f(carrier))?;
            return Ok(());
        }
        let mut all = std::mem::take(&mut self.of.scratch.of_rows);
        all.clear();
        self.carriers_by_row(false, |row, carrier, _| all.push((row, carrier)))?;
        let view = self.of.view;
        let walk = &self.of.walk;
        let batch = |row: RowRef| walk.part(row).map(|(part, _)| view.batch(part));
        all.sort_by_key(|(row, carrier)| (batch(*row), carrier.sample));
        all.iter().for_each(|(_, carrier)| f(*carrier));
        self.of.scratch.of_rows = all;
        Ok(())
    }

    /// Calls `f` with the row of each carrier and its phase set as well; of everybody where `whole`. Returns
    /// the bytes of sets read.
    pub(in crate::query) fn carriers_by_row(
        &mut self,
        whole: bool,
        mut f: impl FnMut(RowRef, CarrierGenotype, Option<PhaseSet>),
    ) -> Result<u64> {
        let mut bytes = 0;
        let mut carriers = std::mem::take(&mut self.of.scratch.carriers);
        for i in 0..self.of.walk.rows().len() {
            let Some(&row) = self.of.walk.rows().get(i) else {
                break;
            };
            if !whole && !self.of.walk.passing().contains(&row) {
                continue;
            }
            let tally = match whole {
                true => self.of.whole_tally(row),
                false => self.of.tally(row),
            };
            let Some(tally) = tally else {
                continue;
            };
            bytes += tally.for_each_carrier(row.row, &mut carriers, &mut |carrier, set| {
                f(row, carrier, set)
            })?;
        }
        self.of.scratch.carriers = carriers;
        Ok(bytes)
    }

    /// Whether somebody of the group that was asked for carries it in such a way; adds the bytes of sets read.
    pub(super) fn has_carrier(
        &mut self,
        bytes: &mut u64,
        is_one: impl Fn(&CarrierGenotype) -> bool,
    ) -> Result<bool> {
        let mut found = false;
        *bytes += self.carriers_by_row(false, |_, carrier, _| found |= is_one(&carrier))?;
        Ok(found)
    }

    /// Writes the copies of the ALT of each sample, of at most 127; -1 where a copy is not known. Samples
    /// of batches that do not have the variant have no copy of it where the batch looked at the place, as
    /// AN has it.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged); [`Error::Usage`](crate::Error::Usage) where `to` is not as long as
    /// a row, or `of` is of another dataset.
    pub fn dosages(&mut self, of: &mut Dosages<'a>, to: &mut [i8]) -> Result<()> {
        of.refuse(self.of.view, to)?;
        self.write_dosages(of, to, MISSING)
    }

    /// The same, with a number for those who were not looked at.
    fn write_dosages(&mut self, of: &mut Dosages<'a>, to: &mut [i8], uncovered: i8) -> Result<()> {
        let mut rows = self.rows();
        if let (Some(row), None) = (rows.next(), rows.next())
            && of.write_whole(row, to)?
        {
            return Ok(());
        }
        drop(rows);
        to.fill(uncovered);
        if self.of.view.counts_references() {
            of.reference_counts(self.of.walk.coverage()?, to)?;
        }
        of.write_rows(self.rows(), to)
    }

    /// How many samples were looked at in the group that was asked for. Each sample is looked up, which costs more
    /// than counts.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn looked_at(&mut self) -> Result<LookedAt> {
        let looked = self.look()?;
        let group = self.of.group().or(self.of.view.visible_samples());
        let found = looked.within(group);
        self.of.looked = Some(looked);
        Ok(found)
    }

    /// The same in one of the groups that were asked for together: see [`Self::counts_of`].
    ///
    /// # Errors
    ///
    /// As [`Self::counts_of`].
    pub fn looked_at_of(&mut self, group: usize) -> Result<LookedAt> {
        let looked = self.look()?;
        let group = self.of.group_beside(group)?;
        let found = looked.within(group.or(self.of.view.visible_samples()));
        self.of.looked = Some(looked);
        Ok(found)
    }

    /// What is known of each sample, read once for a variant.
    pub(super) fn look(&mut self) -> Result<Box<Looked<'a>>> {
        let view = self.of.view;
        let kept = self.of.looked.take();
        let mut looked = kept.unwrap_or_else(|| Box::new(Looked::new(view)));
        if !looked.is_current {
            self.write_dosages(&mut looked.dosages, &mut looked.row, UNCOVERED)?;
            looked.is_current = true;
        }
        Ok(looked)
    }
}
