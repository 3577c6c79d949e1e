//! Varidex's answers as Arrow record batches.
//!
//! One function for each table of the command line, with the same columns. A [`Table`] is computed while
//! it is read; of [`Table::select`]ed columns alone, among which there may be some that are computed only where they
//! are asked for. [`Table::write`] writes it as text or as Arrow IPC;
//! [`Batches`] hold one batch of bounded size at a time, and go to other libraries as an
//! Arrow C stream (`arrow_array::ffi_stream::FFI_ArrowArrayStream::new(Box::new(batches))`) or as
//! Arrow IPC.
//!
//! What each column means is in the book (`docs/` of the sources, "Tables"), and what `varidex help tables` prints.
//!
//! Positions are 1-based, as in VCF. `af` is null where AN is 0 or not known, `an` where it is not
//! known; texts are null where nothing is recorded.

mod batches;
mod carriers;
mod cases;
mod counts;
mod field;
mod frequencies;
mod look;
mod people;
mod published;
mod shown;
mod sites;
mod table;
mod variants;
mod write;

pub use batches::{BATCH_BYTES, BATCH_ROWS, Batches, error_of};
pub use carriers::{carriers, compounds};
pub use cases::cases_and_controls;
pub use frequencies::frequencies;
pub use look::{cohorts, find_terms, genes, ontologies, samples, snapshots};
pub use people::{ids, people, terms};
pub use published::{published_frequencies, published_sites};
pub use shown::{shown_frequencies, shown_people, shown_terms};
pub use sites::{annotations, sites};
pub use table::Table;
pub use variants::variants;
pub use write::{Format, WriteError, Written};

#[doc(no_inline)]
pub use arrow_array::{RecordBatch, RecordBatchReader};
#[doc(no_inline)]
pub use arrow_schema::{ArrowError, Schema, SchemaRef};
