//! The Node binding: converts arguments, calls the library, converts answers. Everything that may
//! take long, or read a file, can run on Node's thread pool. What users see is in `js/`.

#![deny(clippy::indexing_slicing)]
#![expect(
    unreachable_pub,
    reason = "what JavaScript calls is public, though no crate can name it"
)]

mod annotate;
mod beacon;
mod build;
mod compact;
mod consent;
mod counts;
mod dataset;
mod error;
mod explain;
mod export;
mod frequency;
mod genotypes;
mod group;
mod individual;
mod people;
mod progress;
mod published;
mod shown;
mod simulate;
mod table;
mod version;
mod work;
