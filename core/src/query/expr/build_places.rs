//! The typed form of what picks variants by many places, and by files.

use super::ast::{Placing, RegionList, Stretch, VariantAtom, VariantExpr};
use crate::genome::Interval;
#[cfg(doc)]
use crate::model::FileLoader;

impl VariantExpr {
    /// The alleles that a file lists: one spelling a line, or the records of a VCF; the dataset's [`FileLoader`]
    /// reads it.
    pub fn alleles_file(file: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Alleles(file.into()))
    }

    /// The variants with one of the ids that a file lists, one a line; the dataset's [`FileLoader`] reads it.
    pub fn ids_file(file: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Ids(file.into()))
    }

    /// The variants of the genes that a file lists, one a line; the dataset's [`FileLoader`] reads it.
    pub fn genes_file(file: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Genes(file.into()))
    }

    /// The variants of which the position is in one of these stretches of contigs.
    pub fn begins<C: Into<String>>(regions: impl IntoIterator<Item = (C, Interval)>) -> Self {
        Self::placed(Placing::Begins, regions)
    }

    /// The variants that lie wholly in these stretches of contigs; stretches that meet are one.
    pub fn within<C: Into<String>>(regions: impl IntoIterator<Item = (C, Interval)>) -> Self {
        Self::placed(Placing::Within, regions)
    }

    fn placed<C: Into<String>>(
        how: Placing,
        regions: impl IntoIterator<Item = (C, Interval)>,
    ) -> Self {
        let stretch = |(contig, interval): (C, Interval)| Stretch {
            contig: contig.into(),
            interval,
        };
        let of = RegionList::Regions(regions.into_iter().map(stretch).collect());
        Self::atom(VariantAtom::Placed { how, of })
    }

    /// [`Self::begins`] of the regions that a BED file lists; the dataset's [`FileLoader`] reads it.
    pub fn begins_file(file: impl Into<String>) -> Self {
        let (how, of) = (Placing::Begins, RegionList::File(file.into()));
        Self::atom(VariantAtom::Placed { how, of })
    }

    /// [`Self::within`] of the regions that a BED file lists; the dataset's [`FileLoader`] reads it.
    pub fn within_file(file: impl Into<String>) -> Self {
        let (how, of) = (Placing::Within, RegionList::File(file.into()));
        Self::atom(VariantAtom::Placed { how, of })
    }
}
