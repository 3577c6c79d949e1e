//! Bytes on disk: the container every binary file of a dataset uses, its sections, columns and text.
//!
//! The specification with all rules is `format-spec/README.md`; names of sections here and there are
//! the same.

#![deny(clippy::indexing_slicing)]

mod column;
mod container;
mod container_writer;
mod disk;
#[cfg(test)]
mod faulty;
mod hash_index;
mod header;
mod kept;
mod kind;
mod layout;
mod lists;
#[cfg(test)]
mod lossy;
mod map;
#[cfg(any(test, feature = "testing"))]
mod memory;
mod plain;
mod same;
mod spool;
mod storage;
mod text;

pub(crate) use column::{Column, ColumnCursor, ColumnPage, ColumnWriter, PAGE_ROWS, page_of};
pub(crate) use container::Container;
pub(crate) use container_writer::ContainerWriter;
#[cfg(test)]
pub(crate) use faulty::{Fault, Faulty};
pub(crate) use hash_index::{find_hash, hash_index, verify_hashes};
pub(crate) use header::{MAGIC_HEAD, check_version};
pub(crate) use kind::{FileKind, Kind};
pub(crate) use layout::{
    ContigRows, LONG, Meta, OrderEntry, PageEntry, Zone, allele_hash, contig_hash, pack_alleles,
    packed_lengths, packed_order, split_alleles, u32_of, unpack_alleles,
};
pub(crate) use lists::{Lists, encode_lists};
#[cfg(test)]
pub(crate) use lossy::{Fate, Lossy};
pub(crate) use map::Bytes;
#[cfg(any(test, feature = "testing"))]
pub(crate) use memory::Memory;
pub(crate) use plain::{is_plain, plain};
pub(crate) use same::first_other_entry;
pub(crate) use spool::{Spool, unnamed, unnamed_failed};
pub(crate) use storage::{Folder, Found, Lock, Locked, NewFile, Stamp, Storage};
pub(crate) use text::{Text, TextBlock, TextWriter};

/// The only format version this code reads, and the lowest that a reader of what it writes must know.
pub(crate) const READ_VERSION: u16 = 2;
/// The version of the specification that this code follows when it writes.
pub(crate) const WRITE_VERSION: u16 = 2;
/// Every batch, and every dataset, has fewer samples: copies are numbered with 28 bits.
pub(crate) const SAMPLES_MAX: u32 = 1 << 27;
/// Feature bits this code knows. A file that sets another one is too new.
pub(crate) const FEATURES: u64 = MERGED;
/// Rows report of some samples of their batch only: who does not know that counts wrongly.
pub(crate) const MERGED: u64 = 1;
/// Rows of a zone-map block: 64 pages.
pub(crate) const BLOCK_ROWS: u32 = 65_536;
