//! Merging segments, and erasing people.

use crate::entry::{Growing, entry, path, read_options, wanted};
use crate::error::vdx_status;
use crate::handle::{put_text, vdx_error};
use crate::write::{Reporter, keep, threads, vdx_progress_fn};
use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;
use varidex::CompactOptions;

/// How segments are merged. Begin with vdx_compact_options_init; all zero is what is usual.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_compact_options {
    /// sizeof(vdx_compact_options), set by the program.
    pub struct_size: usize,
    /// Other than 0: take whoever withdrew from all purposes out for good: genotypes, names, records, variants that nobody
    /// else carries, decisions, and all earlier states. A hash of each id stays, by which additions refuse them.
    pub erase: c_int,
    /// 0: as many as the machine has.
    pub threads: u32,
    /// Memory to use at most, about, in bytes; 0: 1 GiB.
    pub memory: u64,
    /// So many states of the dataset can be opened after, the new one among them; 0: the new one alone. An erasure keeps
    /// none before.
    pub keep: u64,
    /// Called now and then with how far it is; NULL: never.
    pub progress: vdx_progress_fn,
    /// Passed to `progress`.
    pub user: *mut c_void,
}

// SAFETY: the first field is a `usize`, and zeros are no function and numbers
unsafe impl Growing for vdx_compact_options {
    const FIRST: usize = offset_of!(Self, user) + size_of::<*mut c_void>();
}

/// Merges the segments of the dataset in a directory to fewer, with the same answers; variants of one position may come in
/// another order. Datasets that are open stay as they are. `options` may be NULL. Where `report` is not NULL, it takes what was
/// done as JSON, what was before and is now as a list of two: `segments`, `batches`, `bytes`, `erased`, and `left` and `open_in`,
/// which name files and processes that still hold what was erased. Free it with vdx_text_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_compact(
    dataset: *const c_char,
    options: *const vdx_compact_options,
    report: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (report, of, given) = unsafe {
            (
                wanted(report, "report")?,
                path(dataset, "dataset")?,
                read_options(options, "options")?,
            )
        };
        let usual = CompactOptions::default();
        let options = CompactOptions {
            threads: threads(given.threads),
            memory: match given.memory {
                0 => usual.memory,
                bytes => bytes,
            },
            erase: given.erase != 0,
            keep: keep(given.keep),
        };
        let reporter = Reporter(given.progress, given.user);
        let done = varidex::compact(of, &options, &mut |at| {
            reporter.report(&at.input, 0, 0, at.records)
        })?;
        if let Some(report) = report {
            report.set(put_text(&done.to_json()));
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}
