//! What is known of people, as it lies on disk.

#![deny(clippy::indexing_slicing)]

pub(crate) mod store;
