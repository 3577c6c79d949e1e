//! From an expression to a plan: what its names mean in a view, and which rows may be picked. No genotype is
//! read, and nothing is run.

mod absent;
pub(super) mod admit;
mod allele_rows;
pub(super) mod annotation_names;
pub(super) mod attribute_names;
pub(super) mod bind;
pub(super) mod bound;
pub(super) mod candidates;
pub(super) mod carriers;
pub(super) mod change_names;
pub(super) mod cohorts;
pub(super) mod covering;
pub(super) mod entries;
pub(super) mod explain;
pub(super) mod find;
pub(super) mod group_names;
mod lines;
pub(super) mod listed;
mod listed_variants;
pub(super) mod names;
pub(super) mod order;
mod passing;
pub(super) mod proposals;
pub(super) mod row_filter;
pub(super) mod row_text;
pub(super) mod rows;
pub(super) mod rules;
pub(super) mod several;
pub(super) mod similar;
pub(super) mod test;
pub(super) mod trios;
pub(super) mod variant_names;
pub(super) mod vrs;
