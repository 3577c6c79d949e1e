//! One allele, found without an expression: the quickest question there is.

use super::Group;
use super::count::Tally;
use super::counts::{Counting, Counts};
use super::coverage::RowOf;
use super::expression::Where;
use super::genotype::CarrierGenotype;
use super::resolve::find_allele;
use crate::dataset::Dataset;
use crate::error::{Error, ExpressionError, Result};
use crate::genome::{AlleleName, Change, Identifier, Position, not_computed, parse_identifier};
use crate::set::SampleSet;
use std::borrow::Cow;

/// Alleles of one id that an error tells.
const NAMES_TOLD: usize = 8;

/// An allele of a dataset, with its row in each batch that has it.
///
/// Where an allele stands more than once in a batch (duplicate records), this is the first.
#[derive(Debug, Clone)]
pub struct Allele<'a> {
    dataset: &'a Dataset,
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
        let change = Change::Exact {
            position,
            reference: Cow::Borrowed(reference),
            alternate: Cow::Borrowed(alternate),
        };
        self.find_named(&AlleleName { contig, change })
    }

    /// Finds an allele by any of its spellings: `22:16050075:A:G`, `22-16050075-A-G`, SPDI, HGVS g., or
    /// an id, if it is that of one allele only; `None` where the dataset does not have it.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] for what is no such text, for a contig that the dataset does not have, for
    /// an id of several alleles, and for a computed identifier of VRS; [`Error::Damaged`].
    pub fn allele_named(&self, text: &str) -> Result<Option<Allele<'_>>> {
        match parse_identifier(text)? {
            Identifier::Allele(name) => self.find_named(&name),
            Identifier::Id(id) => match not_computed(id) {
                Some(message) => Err(Error::from(Box::new(ExpressionError {
                    text: id.to_owned(),
                    at: 0..id.len(),
                    message,
                    candidates: Vec::new(),
                }))),
                None => only_one(self, id),
            },
        }
    }

    fn find_named(&self, name: &AlleleName<'_>) -> Result<Option<Allele<'_>>> {
        let number = self.contig_named(name.contig)?;
        let mut batches = Vec::new();
        let mut rows = Vec::new();
        for (part, found) in find_allele(self, number, name)? {
            let batch = self.batch(part);
            if let Some(&row) = found.first()
                && !batches.contains(&batch)
            {
                batches.push(batch);
                rows.push((part, row));
            }
        }
        Ok(Allele::of_rows(self, rows))
    }

    /// The number of a contig by any of its names.
    pub(super) fn contig_named(&self, contig: &str) -> Result<u32> {
        let number = self.contig_names().resolve(contig).map_err(|e| {
            Error::from(Box::new(ExpressionError {
                text: contig.to_owned(),
                at: 0..contig.len(),
                message: e.to_string(),
                candidates: Vec::new(),
            }))
        })?;
        Ok(number as u32)
    }
}

/// The allele with an id, if there is one only.
fn only_one<'a>(dataset: &'a Dataset, id: &str) -> Result<Option<Allele<'a>>> {
    let mut variants = dataset.variants(Where::id(id))?;
    let (mut rows, mut names) = (Vec::new(), Vec::new());
    while let Some(mut variant) = variants.next()? {
        let name = variant.names()?.vcf;
        if names.is_empty() {
            rows = variant.rows().map(|(part, _, row)| (part, row)).collect();
        }
        names.push(name.unwrap_or_default());
        if names.len() > NAMES_TOLD {
            break;
        }
    }
    if names.len() > 1 {
        return Err(Error::from(Box::new(ExpressionError {
            text: id.to_owned(),
            at: 0..id.len(),
            message: format!("`{id}` is the id of several alleles"),
            candidates: names,
        })));
    }
    Ok(Allele::of_rows(dataset, rows))
}

impl<'a> Allele<'a> {
    pub(super) fn of_rows(dataset: &'a Dataset, rows: Vec<(usize, u32)>) -> Option<Self> {
        (!rows.is_empty()).then_some(Self { dataset, rows })
    }

    /// Counts over everybody.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn counts(&self) -> Result<Counts> {
        self.counts_of(None)
    }

    /// Counts in a group.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where the group is of another dataset, [`Error::Damaged`].
    pub fn counts_in(&self, group: &Group<'_>) -> Result<Counts> {
        self.counts_of(Some(group.within(self.dataset)?.samples()))
    }

    pub(super) fn counts_of(&self, group: Option<&SampleSet>) -> Result<Counts> {
        let rows = self.rows()?;
        Counting::new(self.dataset, group).counts(0, rows.iter().copied())
    }

    /// The rows with their parts.
    fn rows(&self) -> Result<Vec<RowOf<'a>>> {
        let parts = self.dataset.parts();
        let rows = self.rows.iter().filter_map(|&(number, row)| {
            let segment = self.dataset.segment(parts.get(number)?);
            Some(segment.map(|segment| (number, segment, row)))
        });
        rows.collect()
    }

    /// Calls `f` with every carrier, by batch, then by sample.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn carriers(&self, mut f: impl FnMut(CarrierGenotype)) -> Result<()> {
        let mut found = Vec::new();
        for (_, segment, row) in self.rows()? {
            let mut tally = Tally::new(segment, None);
            tally.carriers(row, &mut found)?;
            tally.with_phases(row, &found, &mut f)?;
        }
        Ok(())
    }
}
