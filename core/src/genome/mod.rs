//! Positions, contigs, alleles and their names.

mod allele;
mod assembly;
mod fasta;
mod hgvs;
mod identifier;
mod names;
mod normalise;
mod position;

pub use allele::{AlleleType, UnknownAlleleType};
pub(crate) use allele::{is_sequence, variant_length};
pub use assembly::{Assembly, MixedAssemblies, UnknownAssembly};
pub(crate) use assembly::{Chromosome, HeaderContig};
pub(crate) use fasta::{FastaSequence, ReferenceFasta};
pub(crate) use identifier::{AlleleName, Change, Identifier, parse as parse_identifier};
pub(crate) use names::ContigNames;
pub use names::NameError;
pub(crate) use normalise::{NormaliseError, Normalised, StoredAllele, normalise};
pub use position::{Interval, Position};
