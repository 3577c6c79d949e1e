//! What may leave: who asks, how much an answer may say of whom, and the place where every answer is cut to that.

#![deny(clippy::indexing_slicing)]

mod asker;
pub(crate) mod consent;
pub(crate) mod duo;
mod release;

pub use asker::{Access, Granularity};
pub(crate) use release::Release;
