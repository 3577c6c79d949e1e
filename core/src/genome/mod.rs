//! Positions, contigs, alleles and their names.

#![deny(clippy::indexing_slicing)]

mod allele;
mod arrow;
mod assembly;
mod breakend;
mod chromosome;
mod fasta;
mod hgvs;
mod identifier;
mod landmarks;
mod names;
mod normalise;
mod position;
mod refget;
mod spelling;
mod vrs;

pub use allele::{AlleleType, UnknownAlleleType};
pub(crate) use allele::{Extent, is_inserted_contig, is_sequence, variant_length};
pub(crate) use arrow::split_arrow;
pub(crate) use assembly::HeaderContig;
pub use assembly::{Assembly, MixedAssemblies, UnknownAssembly};
pub(crate) use breakend::{mate_contig, with_mate_named};
pub use chromosome::Chromosome;
pub(crate) use fasta::ReferenceFasta;
pub(crate) use identifier::{AlleleName, Change, Identifier, parse as parse_identifier};
pub(crate) use landmarks::assembly_of_gene;
pub use names::NameError;
pub(crate) use names::{ContigNames, chromosome_of, is_same_contig};
pub(crate) use normalise::{
    NormaliseError, Normalised, StoredAllele, fits, normalise, reverse_complement,
};
pub use position::{Interval, Position};
pub(crate) use spelling::{
    BaseAt, Indel, KnownBases, Same, Trimmed, bases_differ, is_plain, respelled_start,
};
pub(crate) use vrs::{Justification, VrsContig};
pub use vrs::{NoVrsId, VrsId, VrsVersion};
