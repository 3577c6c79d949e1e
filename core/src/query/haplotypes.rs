//! Alleles of each copy as matrices of a bounded size, one after the other.

use super::exec::calls::Calls;
use super::exec::variants::Variants;
use super::expr::IntoVariantExpr;
use super::genotypes::{BlockVariant, columns_shown};
use super::group::Group;
use crate::cohort::View;
use crate::error::{Error, Result};
use self_cell::self_cell;

struct Reading<'a> {
    variants: Variants<'a>,
    calls: Calls<'a>,
}

self_cell!(
    struct Kept {
        owner: View,
        #[not_covariant]
        dependent: Reading,
    }
);

/// Alleles of each copy of the variants that an expression picks, as matrices of a bounded size: see
/// [`View::haplotypes`]. After an error there is no more.
pub struct HaplotypeBlocks {
    kept: Option<Kept>,
    samples: Vec<u32>,
    ploidy: usize,
    rows: usize,
}

/// Some of the variants, in their order, and the alleles of all samples that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HaplotypeBlock {
    /// The variants: one for each row.
    pub variants: Vec<BlockVariant>,
    /// Row after row, sample after sample, the allele of each copy: 1 is the ALT, 0 another one, -1 is not known;
    /// -2 stands behind the copies of those who have fewer than others. Where their order is not known they come in
    /// the order -1, 0, 1.
    pub alleles: Vec<i8>,
    /// Row after row of each sample, whether the order of the copies is known: then it can be compared with that of
    /// other variants, within a phase set. One copy alone is in order, and where none is known, none is.
    pub phased: Vec<bool>,
}

impl View {
    /// Alleles of each copy of the variants that an expression picks, of everybody or of a group, in blocks of at
    /// most `cells` copies, but of one variant at least. Samples that were not looked at have two copies that are
    /// not known. It borrows nothing, and may be sent to another thread.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// let blocks = view.haplotypes("gene:TLR7", None, 1 << 24)?;
    /// let (samples, ploidy) = (blocks.samples().len(), blocks.ploidy());
    /// for block in blocks {
    ///     let block = block?;
    ///     assert_eq!(block.alleles.len(), block.variants.len() * samples * ploidy);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::variants`], and [`Error::Usage`] for a group of another dataset.
    pub fn haplotypes(
        &self,
        of: impl IntoVariantExpr,
        group: Option<&Group>,
        cells: usize,
    ) -> Result<HaplotypeBlocks> {
        let group = group.map(|group| group.within(self)).transpose()?;
        let columns = group.map(Group::samples).or(self.visible_samples());
        let kept = Kept::try_new(self.clone(), |view| {
            Ok::<_, Error>(Reading {
                variants: view.variants(of)?,
                calls: Calls::new(view, columns)?,
            })
        })?;
        let samples = columns_shown(self, group);
        let ploidy = kept.with_dependent(|_, reading| reading.calls.ploidy());
        Ok(HaplotypeBlocks {
            kept: Some(kept),
            rows: (cells / samples.len().saturating_mul(ploidy).max(1)).max(1),
            ploidy,
            samples,
        })
    }
}

impl HaplotypeBlocks {
    /// The columns: numbers of samples, ascending.
    pub fn samples(&self) -> &[u32] {
        &self.samples
    }

    /// The copies of each sample in the matrix: the most that one of them has anywhere in the dataset, at least 2.
    pub fn ploidy(&self) -> usize {
        self.ploidy
    }

    /// The same in blocks of at most so many variants.
    #[must_use]
    pub fn with_rows(mut self, rows: usize) -> Self {
        self.rows = self.rows.min(rows.max(1));
        self
    }

    fn read(&mut self) -> Result<Option<HaplotypeBlock>> {
        let rows = self.rows;
        let Some(kept) = &mut self.kept else {
            return Ok(None);
        };
        let mut block = HaplotypeBlock {
            variants: Vec::new(),
            alleles: Vec::new(),
            phased: Vec::new(),
        };
        kept.with_dependent_mut(|_, Reading { variants, calls }| -> Result<()> {
            while block.variants.len() < rows
                && let Some(mut variant) = variants.next()?
            {
                calls.add(&mut variant, &mut block.alleles, &mut block.phased)?;
                block.variants.push(BlockVariant::of(&mut variant)?);
            }
            Ok(())
        })?;
        Ok((!block.variants.is_empty()).then_some(block))
    }
}

impl Iterator for HaplotypeBlocks {
    type Item = Result<HaplotypeBlock>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.read().transpose();
        if !matches!(block, Some(Ok(_))) {
            self.kept = None;
        }
        block
    }
}
