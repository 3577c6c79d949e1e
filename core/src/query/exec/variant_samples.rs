//! What is known of each sample at a variant.

use super::dosage::{Dosages, MISSING};
use super::looked::{Looked, LookedAt, UNCOVERED};
use super::variants::Variant;
use crate::error::Result;

impl<'a> Variant<'_, 'a> {
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
        if self.of.view.has_several_batches() {
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
    fn look(&mut self) -> Result<Box<Looked<'a>>> {
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
