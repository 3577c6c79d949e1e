//! Running plans: walks, tests, counts and what is made of them.

pub(super) mod annotation;
pub(super) mod by_gene;
pub(super) mod carriers;
pub(super) mod changes;
pub(super) mod compound;
pub(super) mod counts;
pub(super) mod coverage;
pub(super) mod dosage;
pub(super) mod entries;
pub(super) mod filter;
pub(super) mod haplotype;
pub(super) mod inheritance;
pub(super) mod meant;
pub(super) mod same;
pub(super) mod shown_bases;
pub(super) mod similar;
pub(super) mod similarity;
pub(super) mod spellings;
pub(super) mod variant_genes;
pub(super) mod variants;
pub(super) mod walk;
