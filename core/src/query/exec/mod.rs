//! Running plans: walks, tests, counts and what is made of them. It begins in [`run`], with a plan that was
//! admitted.

pub(super) mod acquired;
pub(super) mod annotation;
pub(super) mod called;
pub(super) mod calls;
pub(super) mod carried_genes;
pub(super) mod carriers;
pub(super) mod changes;
pub(super) mod compound;
pub(super) mod counts;
pub(super) mod coverage;
pub(super) mod dosage;
pub(super) mod filter;
mod group_counter;
pub(super) mod haplotype;
pub(super) mod inheritance;
pub(super) mod looked;
pub(super) mod meant;
pub(super) mod part_walk;
pub(super) mod persons;
pub(super) mod place;
pub(super) mod question;
pub(super) mod run;
pub(super) mod same;
pub(super) mod shown_bases;
pub(super) mod similar;
pub(super) mod similarity;
pub(super) mod spellings;
pub(super) mod step;
pub(super) mod stretch;
mod together;
pub(super) mod variant_genes;
pub(super) mod variant_info;
pub(super) mod variant_samples;
pub(super) mod variant_text;
pub(super) mod variants;
pub(super) mod walk;
