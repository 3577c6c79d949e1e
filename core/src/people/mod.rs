//! What is known of people, and of the terms it is said in.

#![deny(clippy::indexing_slicing)]

mod terms;
mod vocabulary;

pub(crate) use terms::Terms;
pub(crate) use vocabulary::{canonical, prefix_of};
