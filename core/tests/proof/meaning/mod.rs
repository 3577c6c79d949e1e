//! What expressions mean, said in the plainest way: every record, every genotype and every person is
//! looked at, by the words of `format-spec/expressions.md`. Nothing here is quick, and nothing is shared
//! with what it judges.

mod alleles;
mod check;
pub mod choices;
mod compare;
mod counts;
pub mod expression;
pub mod generate;
mod genes;
mod holds;
mod members;
mod notes;
mod pairs;
mod people;
mod similarity;
mod terms;
mod vcf;
mod world;

pub use compare::{
    compare_by, compare_origins, compare_pairs, compare_scores, compare_where, compare_who,
};
pub use world::{Cohort, World};
