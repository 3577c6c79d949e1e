//! Variants by their names.

use super::variants::Variant;
use crate::error::Result;
use crate::genome::{AlleleName, Change, ContigNames, StoredAllele, VrsId, VrsVersion};
use crate::query::plan::row_text::RowText;
use crate::query::plan::vrs::id_of;

/// A variant's names; each can be asked for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantNames {
    /// `contig:position:REF:ALT`, 1-based; `None` where the record has no ALT.
    pub vcf: Option<String>,
    /// SPDI, 0-based; `None` for symbolic alleles, and where the contig's RefSeq accession is not
    /// known.
    pub spdi: Option<String>,
    /// HGVS `g.` or `m.`, 1-based. Indels are shifted to the 3' end as HGVS wants where the dataset
    /// was built against a reference. `None` as for SPDI.
    pub hgvs: Option<String>,
}

impl Variant<'_, '_> {
    /// The variant's computed identifier of GA4GH VRS.
    ///
    /// `None` for alleles that are not all bases; where the contig has no known refget accession, which needs its
    /// length and the assembly (GRCh37 or GRCh38) to be known; and for indels of which the bases beside them are not
    /// known: those are in REF, or were in the reference that the dataset was built with.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// let mut variants = view.variants("22:16,000,000-17,000,000")?;
    /// while let Some(mut variant) = variants.next()? {
    ///     if let Some(id) = variant.vrs_id(varidex::VrsVersion::V2_0)? {
    ///         println!("{id}");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn vrs_id(&mut self, version: VrsVersion) -> Result<Option<VrsId>> {
        let contig = self.segment.contig_of(self.first.row);
        let Some(contig) = self.of.view.vrs_contig(contig) else {
            return Ok(None);
        };
        let (position, roll) = (self.position()?, self.roll()?);
        let (reference, alternate) = self.alleles()?;
        let shown = StoredAllele {
            position,
            reference,
            alternate,
            roll,
        };
        if let Some(id) = id_of(&shown, &contig, version) {
            return Ok(Some(id));
        }
        // the REF of another batch may show more
        let mut text = RowText::default();
        for (_, segment, row) in self.rows_seen() {
            text.load(segment, row)?;
            let stored = text.stored();
            if let Some(id) = stored.and_then(|row| id_of(&row, &contig, version)) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// By how many bases the indel of the row that is shown can be moved to the right.
    fn roll(&self) -> Result<u32> {
        let (file, columns) = (self.segment.file(), &self.segment.columns);
        let roll = columns.roll.get(file, self.first.row)?;
        Ok(u32::try_from(roll).unwrap_or(0))
    }

    /// The variant's names in texts that stand for themselves.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn names(&mut self) -> Result<VariantNames> {
        let (position, roll) = (self.position()?, self.roll()?);
        let number = self.segment.contig_of(self.first.row);
        let names = self.of.view.contig_names();
        let (reference, alternate) = self.alleles()?;
        let row = StoredAllele {
            position,
            reference,
            alternate,
            roll,
        };
        Ok(VariantNames::of(&row, names, number as usize))
    }
}

impl VariantNames {
    /// Of an allele on a contig by its number.
    pub(crate) fn of(row: &StoredAllele<'_>, names: &ContigNames, number: usize) -> Self {
        let contig = names.name(number).unwrap_or_default();
        let accession = names.assembly().zip(names.chromosome(number));
        let accession = accession.and_then(|(assembly, chromosome)| assembly.refseq(chromosome));
        let change = Change::Exact {
            position: row.position,
            reference: String::from_utf8_lossy(row.reference),
            alternate: String::from_utf8_lossy(row.alternate),
        };
        let vcf = AlleleName {
            contig,
            change: change.clone(),
        }
        .to_vcf_text();
        let accessed = accession.map(|contig| AlleleName { contig, change });
        Self {
            vcf,
            spdi: accessed.as_ref().and_then(AlleleName::to_spdi),
            hgvs: accessed.as_ref().and_then(|name| name.to_hgvs_g(row.roll)),
        }
    }
}
