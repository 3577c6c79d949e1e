//! Genotypes of the variants that are published, beside the scan that shows their counts.

use crate::cohort::View;
use crate::error::Result;
use crate::query::{Dosages, Group, Query, Variants};

/// Walks the same variants as the scan, and reads of some of them the copies of each person.
pub(super) struct Genotypes<'a> {
    variants: Variants<'a>,
    dosages: Dosages<'a>,
    /// The number of the variant that comes next.
    next: u64,
    row: Vec<i8>,
}

impl<'a> Genotypes<'a> {
    /// Columns are the samples of a group, by number.
    pub(super) fn new(view: &'a View, of: &str, all: &Group) -> Result<Self> {
        // a matrix of everybody is written without a detour
        let is_all = all.samples().len() == u64::from(view.universe());
        let dosages = view.dosages((!is_all).then_some(all))?;
        Ok(Self {
            row: vec![-1; dosages.width()],
            variants: view.variants_of(&Query::new(of)?)?,
            dosages,
            next: 0,
        })
    }

    /// The copies that each person has of a variant by its number, which ascends; -1 where one is not known. `None` behind the last.
    pub(super) fn read(&mut self, index: u64) -> Result<Option<&[i8]>> {
        while let Some(mut variant) = self.variants.next()? {
            self.next += 1;
            if self.next > index {
                variant.dosages(&mut self.dosages, &mut self.row)?;
                return Ok(Some(&self.row));
            }
        }
        Ok(None)
    }
}
