//! A dataset: a directory with a manifest and immutable files.

#![deny(clippy::indexing_slicing)]

mod batches;
#[cfg(test)]
mod damage_tests;
mod directory;
mod find;
mod manifest;
mod open;
mod page;
mod people;
#[cfg(test)]
mod people_damage_tests;
mod regions;
mod samples;
mod segment;
mod verify;

pub(crate) use batches::{Batches, Members, overlapping_batches, sharing};
pub(crate) use directory::{Publication, open_manifest};
pub(crate) use find::WantedAlleles;
pub(crate) use manifest::{ContigEntry, ContigSpan, InfoEntry, Manifest, SegmentEntry};
pub use open::{Dataset, Info, SectionSize};
pub(crate) use page::PageView;
pub use people::{PeopleCount, PeopleKey, TermCount};
pub(crate) use regions::Regions;
pub(crate) use samples::Samples;
pub(crate) use segment::Segment;
