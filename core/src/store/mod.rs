//! The kinds of files that a dataset consists of: how each is written, read and verified.

#![deny(clippy::indexing_slicing)]

pub(crate) mod annotations;
pub(crate) mod callable;
pub(crate) mod cohorts;
pub(crate) mod coverage;
pub(crate) mod decisions;
mod directory;
mod find;
pub(crate) mod free;
pub(crate) mod gene_carriers;
pub(crate) mod genes;
mod history;
mod ids;
pub(crate) mod individuals;
pub(crate) mod log;
pub(crate) mod manifest;
mod page;
pub(crate) mod published;
pub(crate) mod runs;
mod sample_attributes;
mod samples;
pub(crate) mod segment;
mod sets;
pub(crate) mod terms;
mod texts;

pub(crate) use directory::{Publication, kept_snapshots, lock_file, open_kept, open_manifest};
pub(crate) use find::WantedAlleles;
pub(crate) use history::{History, Making};
pub(crate) use ids::{IdBlocks, IdForm, IdParts, MARK};
pub(crate) use manifest::{ContigEntry, ContigSpan, InfoEntry, Manifest, ReadAs, SegmentEntry};
pub(crate) use page::{CountPages, PageView};
pub(crate) use sample_attributes::SampleAttributes;
pub(crate) use samples::Samples;
pub(crate) use segment::Segment;
pub(crate) use sets::set_in;
pub(crate) use texts::Texts;
