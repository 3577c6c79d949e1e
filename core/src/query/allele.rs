//! One allele, found without an expression: the quickest question there is.

use super::Group;
use super::count::{RowCounts, Tally};
use super::coverage;
use super::resolve::find_allele;
use super::variants::{CarrierGenotype, Counts};
use crate::dataset::Dataset;
use crate::error::{Error, ExpressionError, Result};
use crate::genome::{AlleleName, Change, Position};
use std::borrow::Cow;

/// An allele of a dataset, with its row in each batch that has it.
///
/// Where an allele stands more than once in a batch (duplicate records), this is the first.
#[derive(Debug, Clone)]
pub struct Allele<'a> {
    dataset: &'a Dataset,
    contig: u32,
    position: Position,
    reference: Vec<u8>,
    /// Number of the part, and the row.
    rows: Vec<(usize, u32)>,
}

impl Dataset {
    /// Finds an allele; `None` where the dataset does not have it. `contig` by any of its names,
    /// alleles as VCF writes them or in another spelling of the same change.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// use varidex::{Dataset, Position};
    /// let dataset = Dataset::open("cohort.vdx")?;
    /// let position = Position::from_one_based(16_050_075).unwrap();
    /// if let Some(allele) = dataset.allele("22", position, "A", "G")? {
    ///     println!("{:?}", allele.counts()?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] for a contig that the dataset does not have; [`Error::Damaged`].
    pub fn allele(
        &self,
        contig: &str,
        position: Position,
        reference: &str,
        alternate: &str,
    ) -> Result<Option<Allele<'_>>> {
        let number = self.contig_names().resolve(contig).map_err(|e| {
            Error::from(Box::new(ExpressionError {
                text: contig.to_owned(),
                at: 0..contig.len(),
                message: e.to_string(),
                candidates: Vec::new(),
            }))
        })?;
        let change = Change::Exact {
            position,
            reference: Cow::Borrowed(reference),
            alternate: Cow::Borrowed(alternate),
        };
        let found = find_allele(self, number as u32, &AlleleName { contig, change })?;
        let mut batches = Vec::new();
        let mut rows = Vec::with_capacity(found.len());
        for (part, found) in found {
            let batch = self.batch(part);
            if let Some(&row) = found.first()
                && !batches.contains(&batch)
            {
                batches.push(batch);
                rows.push((part, row));
            }
        }
        let reference = reference.as_bytes().to_vec();
        Ok((!rows.is_empty()).then_some(Allele {
            dataset: self,
            contig: number as u32,
            position,
            reference,
            rows,
        }))
    }
}

impl<'a> Allele<'a> {
    /// Counts over everybody.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn counts(&self) -> Result<Counts> {
        self.count(None)
    }

    /// Counts in a group.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn counts_in(&self, group: &Group<'_>) -> Result<Counts> {
        self.count(Some(group))
    }

    fn count(&self, group: Option<&Group<'_>>) -> Result<Counts> {
        let group = group.map(Group::samples);
        let mut sum = RowCounts::default();
        for (tally, row) in self.tallies(group) {
            sum.add(tally?.counts(row)?);
        }
        let elsewhere = if self.dataset.has_several_batches() {
            let here: Vec<u32> = self
                .rows
                .iter()
                .map(|(part, _)| self.dataset.batch(*part))
                .collect();
            coverage::elsewhere(
                self.dataset,
                self.contig,
                self.position,
                &self.reference,
                &here,
                group,
            )?
        } else {
            Some(RowCounts::default())
        };
        Ok(Counts::from_rows(sum, elsewhere))
    }

    /// Calls `f` with every carrier, by batch, then by sample.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn carriers(&self, mut f: impl FnMut(CarrierGenotype)) -> Result<()> {
        let mut found = Vec::new();
        for (tally, row) in self.tallies(None) {
            let mut tally = tally?;
            tally.carriers(row, &mut found)?;
            tally.with_phases(row, &found, &mut f)?;
        }
        Ok(())
    }

    fn tallies<'s>(
        &'s self,
        group: Option<&'s crate::set::SampleSet>,
    ) -> impl Iterator<Item = (Result<Tally<'a>>, u32)> + 's {
        self.rows.iter().filter_map(move |(part, row)| {
            let segment = self.dataset.segment(self.dataset.parts().get(*part)?);
            Some((segment.map(|segment| Tally::new(segment, group)), *row))
        })
    }
}
