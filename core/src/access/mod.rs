//! What may leave: how much an answer may say of whom, and the place where every answer is cut to that.

#![deny(clippy::indexing_slicing)]

mod influence;
mod memory;
mod noise;
#[cfg(test)]
mod noise_tests;
mod pace;
mod people_table;
mod policy_view;
mod reading;
mod release;
mod shown_scan;
mod terms;

pub use memory::{Decided, InfluenceAsked, InfluenceShare, PolicyMemory, YesNoAsked};
pub use noise::{NoiseAsked, NoiseSource};
pub use people_table::ShownPeopleCount;
pub use policy_view::{PolicyView, ShownPeople};
pub(crate) use release::Release;
pub use shown_scan::{ShownScan, ShownSite, ShownVariant};
pub use terms::ShownTerm;
