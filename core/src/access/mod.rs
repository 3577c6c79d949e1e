//! What may leave: how much an answer may say of whom, and the place where every answer is cut to that.

#![deny(clippy::indexing_slicing)]

mod policy_view;
mod release;
mod shown_scan;

pub use policy_view::{PolicyView, ShownPeople, ShownPeopleCount, ShownTerm};
pub(crate) use release::Release;
pub use shown_scan::{ShownScan, ShownSite, ShownVariant};
