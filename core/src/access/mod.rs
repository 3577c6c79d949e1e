//! What may leave: how much an answer may say of whom, and the place where every answer is cut to that.

#![deny(clippy::indexing_slicing)]

mod release;
mod suppress;

pub(crate) use release::Release;
