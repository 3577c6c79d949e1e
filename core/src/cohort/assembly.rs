//! Of which assembly a dataset is, and what its contigs are called for that.

use super::View;
use crate::error::{Error, Result};
use crate::genome::{Assembly, Chromosome, ContigNames, HeaderContig, Interval, VrsContig};
use std::sync::Arc;

impl View {
    /// The contigs by all their names.
    pub(crate) fn contig_names(&self) -> &ContigNames {
        match self.stated() {
            Some(names) => names,
            None => self.stored_contig_names(),
        }
    }

    /// The same view of a dataset of which the build knew no assembly, where its holder states one: accessions and
    /// computed identifiers are of it. Nothing changes where the build knew the same.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where the build knew another, or the name or the length of a contig is of another.
    pub(crate) fn with_assembly(self, assembly: Assembly) -> Result<Self> {
        let known = self.stored_contig_names().assembly();
        if known == Some(assembly) {
            return Ok(self);
        }
        let contigs = self.manifest().contigs.iter();
        let contigs = contigs.map(|of| (of.name.clone(), of.length));
        let names = names_of_stated(known, contigs, assembly)?;
        Ok(self.with_names(Arc::new(names)))
    }

    /// What identifiers of VRS are made of on a contig; `None` where its refget accession is not known.
    pub(crate) fn vrs_contig(&self, contig: u32) -> Option<VrsContig> {
        let (accession, length) = self.contig_names().refget(contig as usize)?;
        let entry = self.manifest().contigs.get(contig as usize);
        let reference = entry.and_then(|entry| entry.reference);
        Some(VrsContig {
            accession,
            length: i64::try_from(length).ok()?,
            reference: reference.map(|(start, end)| Interval { start, end }),
        })
    }
}

/// The names of contigs, with lengths where known, of an assembly that somebody states.
///
/// # Errors
///
/// [`Error::Usage`] where another is `known`, or the name or the length of a contig is of another.
pub(crate) fn names_of_stated(
    known: Option<Assembly>,
    contigs: impl Iterator<Item = (String, Option<u64>)> + Clone,
    assembly: Assembly,
) -> Result<ContigNames> {
    if let Some(known) = known.filter(|known| *known != assembly) {
        return Err(Error::Usage(format!(
            "expected {known}, of which the dataset was built, found {assembly}"
        )));
    }
    for (name, length) in contigs.clone() {
        let named = HeaderContig {
            name: &name,
            length,
            tag: None,
        };
        let other = Assembly::guess([named]).ok().flatten();
        if let Some(other) = other.filter(|other| *other != assembly) {
            return Err(Error::Usage(format!(
                "expected {other}, of which contig {name:?} is, found {assembly}"
            )));
        }
        // the mitochondrion is of several assemblies, and UCSC's hg19 has another
        let chromosome = Chromosome::from_name(&name);
        let chromosome = chromosome.filter(|chromosome| *chromosome != Chromosome::MT);
        if let Some((chromosome, length)) = chromosome.zip(length)
            && length != assembly.length(chromosome)
        {
            return Err(Error::Usage(format!(
                "contig {name:?}: expected {} bases, as in {assembly}, found {length}",
                assembly.length(chromosome)
            )));
        }
    }
    Ok(ContigNames::new(contigs, Some(assembly)))
}
