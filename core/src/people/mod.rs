//! What is known of people, and of the terms it is said in.

#![deny(clippy::indexing_slicing)]

mod asked;
mod similarity;
pub(crate) mod store;
mod terms;

pub use asked::Attribute;
pub(crate) use asked::Recorded;
pub use similarity::{Level, Measure};
pub(crate) use similarity::{Profile, Scorer};
pub(crate) use terms::{Named, Terms};
