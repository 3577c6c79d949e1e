//! A dataset as a cohort: its batches of samples, and how their rows are counted.

#![deny(clippy::indexing_slicing)]

mod assembly;
mod batches;
mod carriers;
pub(crate) mod consent;
mod count;
pub(crate) mod decided;
mod genes;
mod hidden;
mod kept;
mod kit;
mod known_ids;
mod mapped;
mod mask;
#[cfg(test)]
pub(crate) mod mosaic_tests;
mod open;
mod people;
mod polyploid;
mod regions;
mod sample_list;
mod scope;
mod snapshots;
mod subjects;
mod terms;
mod union;
mod view;
mod visible;
mod words;

pub(crate) use assembly::names_of_stated;
pub(crate) use batches::{Batches, Members, overlapping_batches, sharing};
pub(crate) use carriers::Carrier;
pub(crate) use count::{
    Between, CellCounter, RowCounter, RowCounts, Scattered, SeenCounts, stored_ac_an_of, stored_of,
    stored_row,
};
pub use genes::GeneFound;
pub(crate) use known_ids::IdPlace;
pub(crate) use mask::Mask;
pub(crate) use open::{CarriersOfBatch, Opened, Part};
pub use open::{Dataset, SectionSize};
pub use people::{AttributeCount, PeopleCount, TermCount};
pub(crate) use polyploid::{for_each_polyploid, for_each_polyploid_of, most_copies};
pub(crate) use regions::Regions;
pub use sample_list::SampleList;
pub(crate) use scope::{Applies, BatchScope, Shortcut, Whole};
pub use snapshots::Snapshot;
pub(crate) use subjects::Subjects;
pub use terms::TermFound;
pub(crate) use union::Union;
pub use view::{Info, View};
pub(crate) use visible::Visible;
