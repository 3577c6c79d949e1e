//! Products of the matrix of genotypes: sums over variants for each sample, and sums over samples for each variant.
//!
//! Numbers are added up as whole numbers (see [`fixed`]), so that a result depends neither on the order in which they
//! are added nor on the way in which genotypes are read: by class of copies, where a whole dataset of one batch is asked
//! of, or else from each variant's dosages.

mod fixed;
mod genotypes;
mod project;
mod rows;
mod runs;
mod score;
#[cfg(test)]
mod tests;

pub(in crate::query) use fixed::GREATEST;
pub(in crate::query) use project::{VECTORS, project};
pub(in crate::query) use rows::is_stored_whole;
pub(in crate::query) use score::score;
