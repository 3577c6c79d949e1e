//! Which rows are one variant.
//!
//! Rows at one position are of the same variant where their REF and ALT are the same, whatever the case of
//! letters. A symbolic allele is its text and its extent: the stretch of the reference that it spans, and
//! its length. Rows without change (no ALT, `<*>`, `<NON_REF>`) are no alleles, whatever they span. A
//! breakend is its text, its mate under any name of the contig.

use crate::error::Result;
use crate::genome::{AlleleType, ContigNames, Extent, with_mate_named};
use crate::query::plan::row_filter::RowFilter;
use std::cmp::Ordering;

/// What the rows of a variant at one position have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::query) struct VariantKey {
    /// In upper case.
    pub(in crate::query) reference: Vec<u8>,
    /// In upper case, the mate of a breakend by its name in the dataset.
    pub(in crate::query) alternate: Vec<u8>,
    /// Of a symbolic allele.
    pub(in crate::query) extent: Option<Extent>,
}

impl VariantKey {
    pub(in crate::query) fn of(
        filter: &mut RowFilter<'_>,
        row: u32,
        names: &ContigNames,
    ) -> Result<Self> {
        let (mut reference, mut alternate) = (Vec::new(), Vec::new());
        filter.alleles(row, &mut reference, &mut alternate)?;
        let extent = match alternate.first() {
            Some(b'<') if AlleleType::of(&reference, &alternate, None) != AlleleType::Ref => {
                filter.extent(row)?
            }
            _ => None,
        };
        reference.make_ascii_uppercase();
        let mut alternate = with_mate_named(&alternate, |name| names.known_name(name)).into_owned();
        alternate.make_ascii_uppercase();
        Ok(Self {
            reference,
            alternate,
            extent,
        })
    }

    /// The order of REF and ALT, which is that of rows.
    pub(in crate::query) fn by_text(&self, other: &Self) -> Ordering {
        (&self.reference, &self.alternate).cmp(&(&other.reference, &other.alternate))
    }
}
