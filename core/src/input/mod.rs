//! Readers of what others write.

#![deny(clippy::indexing_slicing)]

mod alike;
pub(crate) mod annotation;
mod bcf;
mod bcf_int8;
mod bgzf;
pub(crate) mod callable;
pub(crate) mod chunk;
pub(crate) mod decisions;
mod files;
mod flow;
pub(crate) mod genes;
mod header;
#[cfg(feature = "testing")]
mod held;
mod key_hash;
mod lines;
pub(crate) mod ontology;
mod opened;
mod peek;
pub(crate) mod people;
mod phase;
mod piece;
mod plan;
mod raw;
mod raw_site;
mod reader;
mod record;
mod row;
mod scan;
mod text;
mod typed;
mod waiting;
mod workers;

pub use files::LocalFiles;
pub(crate) use header::{ContigLine, Definition, Header};
#[cfg(feature = "testing")]
pub(crate) use held::{as_here, reading_from};
pub(crate) use key_hash::KeyHash;
pub(crate) use lines::input_error;
#[cfg(test)]
pub(crate) use lines::open_text;
pub(crate) use peek::peek_header;
pub(crate) use plan::ReadOptions;
pub(crate) use raw::{RawBlock, RawBlocks, RawReader, SiteSource};
pub(crate) use raw_site::{RawSite, SiteReader};
pub(crate) use reader::{Progress, Reader};
pub(crate) use record::is_bases;
pub(crate) use waiting::{Waiting, open, read_failed};
pub(crate) use workers::Workers;

/// Calls work in another thread, which opens inputs where this one does: on disk.
#[cfg(not(feature = "testing"))]
pub(crate) fn as_here<T>() -> impl FnOnce(&mut dyn FnMut() -> T) -> T {
    |work| work()
}

#[cfg(test)]
mod tests;
