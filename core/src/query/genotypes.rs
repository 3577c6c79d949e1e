//! Genotypes as matrices of a bounded size, one after the other.

use super::exec::dosage::Dosages;
use super::exec::variants::{Variant, Variants};
use super::expr::IntoVariantExpr;
use super::group::Group;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::genome::Position;
use self_cell::self_cell;

struct Reading<'a> {
    variants: Variants<'a>,
    dosages: Dosages<'a>,
}

self_cell!(
    struct Kept {
        owner: View,
        #[not_covariant]
        dependent: Reading,
    }
);

/// Genotypes of the variants that an expression picks, as matrices of a bounded size: see
/// [`View::genotypes`]. After an error there is no more.
pub struct GenotypeBlocks {
    kept: Option<Kept>,
    samples: Vec<u32>,
    rows: usize,
}

/// Some of the variants, in their order, and the genotypes of all samples that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenotypeBlock {
    /// The variants: one for each row.
    pub variants: Vec<BlockVariant>,
    /// Row after row the copies of the ALT of each sample, of at most 127; -1 where a copy is not known.
    pub dosages: Vec<i8>,
}

/// The variant of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockVariant {
    /// The contig, by the name in the input.
    pub contig: String,
    /// Where REF starts.
    pub position: Position,
    /// REF.
    pub reference: Vec<u8>,
    /// ALT; empty where the record has none.
    pub alternate: Vec<u8>,
}

impl View {
    /// Turns variants into rows of a matrix, with a column for each sample of a group, by number; of everybody without a group.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where the group is of another dataset.
    pub fn dosages(&self, group: Option<&Group>) -> Result<Dosages<'_>> {
        let group = group.map(|group| group.within(self)).transpose()?;
        let of = group.map(Group::samples).or(self.visible_samples());
        Ok(Dosages::new(self, of))
    }

    /// Genotypes of the variants that an expression picks, of everybody or of a group, in blocks of at most
    /// `cells` genotypes, but of one variant at least. It borrows nothing, and may be sent to another thread.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// for block in view.genotypes("gene:TLR7", None, 1 << 24)? {
    ///     let block = block?;
    ///     println!("{} variants, {} genotypes", block.variants.len(), block.dosages.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::variants`], and [`Error::Usage`] for a group of another dataset.
    pub fn genotypes(
        &self,
        of: impl IntoVariantExpr,
        group: Option<&Group>,
        cells: usize,
    ) -> Result<GenotypeBlocks> {
        let kept = Kept::try_new(self.clone(), |view| {
            Ok::<_, Error>(Reading {
                variants: view.variants(of)?,
                dosages: view.dosages(group)?,
            })
        })?;
        let samples = columns_shown(self, group);
        Ok(GenotypeBlocks {
            kept: Some(kept),
            rows: (cells / samples.len().max(1)).max(1),
            samples,
        })
    }
}

/// The samples with a column, of a group or of everybody who may be seen.
pub(super) fn columns_shown(view: &View, group: Option<&Group>) -> Vec<u32> {
    match group.map(Group::samples).or(view.visible_samples()) {
        Some(samples) => samples.iter().collect(),
        None => (0..view.universe()).collect(),
    }
}

impl BlockVariant {
    pub(super) fn of(variant: &mut Variant<'_, '_>) -> Result<Self> {
        let (contig, position) = (variant.contig().to_owned(), variant.position()?);
        let (reference, alternate) = variant.alleles()?;
        Ok(Self {
            contig,
            position,
            reference: reference.to_vec(),
            alternate: alternate.to_vec(),
        })
    }
}

impl GenotypeBlocks {
    /// The columns: numbers of samples, ascending.
    pub fn samples(&self) -> &[u32] {
        &self.samples
    }

    /// The same in blocks of at most so many variants.
    #[must_use]
    pub fn with_rows(mut self, rows: usize) -> Self {
        self.rows = self.rows.min(rows.max(1));
        self
    }

    fn read(&mut self) -> Result<Option<GenotypeBlock>> {
        let (rows, width) = (self.rows, self.samples.len());
        let Some(kept) = &mut self.kept else {
            return Ok(None);
        };
        let mut block = GenotypeBlock {
            variants: Vec::new(),
            dosages: Vec::new(),
        };
        kept.with_dependent_mut(|_, Reading { variants, dosages }| -> Result<()> {
            while block.variants.len() < rows
                && let Some(mut variant) = variants.next()?
            {
                let start = block.dosages.len();
                block.dosages.resize(start + width, -1);
                if let Some(row) = block.dosages.get_mut(start..) {
                    variant.dosages(dosages, row)?;
                }
                block.variants.push(BlockVariant::of(&mut variant)?);
            }
            Ok(())
        })?;
        Ok((!block.variants.is_empty()).then_some(block))
    }
}

impl Iterator for GenotypeBlocks {
    type Item = Result<GenotypeBlock>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.read().transpose();
        if !matches!(block, Some(Ok(_))) {
            self.kept = None;
        }
        block
    }
}
