//! Opening a dataset, and what it holds.

use crate::each::{go_on, needed};
use crate::entry::{Answer, Growing, caught, entry, out, path as path_at, room, text};
use crate::error::{plain_status, vdx_status};
use crate::handle::{c_text, count, free, free_text, get, place_of, put, vdx_error, vdx_view};
use std::ffi::{CString, c_char, c_int, c_void};
use std::mem::offset_of;
use std::path::Path;
use varidex::{Dataset, LocalFiles, View};

/// The view of a dataset, as a handle keeps it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) view: View,
    path: CString,
    snapshot: CString,
    assembly: Option<CString>,
}

impl Opened {
    pub(crate) fn of(view: View) -> Self {
        Self {
            path: c_text(&view.path().to_string_lossy()),
            snapshot: c_text(view.snapshot()),
            assembly: view.assembly().map(|assembly| c_text(assembly.name())),
            view,
        }
    }
}

/// What a dataset holds. Texts are the dataset's: they are gone when it is closed.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_info {
    /// sizeof(vdx_info), set by the program.
    pub struct_size: usize,
    /// The directory.
    pub path: *const c_char,
    /// Names the state that was opened: equal ids, equal answers.
    pub snapshot: *const c_char,
    /// NULL where it is not known.
    pub assembly: *const c_char,
    /// Samples.
    pub samples: u64,
    /// People of whom something is known.
    pub people: u64,
    /// What was recorded of them.
    pub people_records: u64,
    /// Terms of ontologies.
    pub terms: u64,
    /// Genes.
    pub genes: u64,
    /// Bases on both sides of each that count as the gene's.
    pub gene_pad: u64,
    /// VCF records; `UINT64_MAX` where somebody may not be seen, for of whom a record is, only its rows say.
    pub records: u64,
    /// Rows: one for each ALT of each record.
    pub rows: u64,
    /// Contigs with rows.
    pub contigs: u64,
    /// Segments.
    pub segments: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

// SAFETY: the first field is a `usize`; zeros are NULL and numbers
unsafe impl Growing for vdx_info {
    const FIRST: usize = offset_of!(Self, bytes) + size_of::<u64>();
}

/// A sample. Texts are gone when the callback returns.
#[repr(C)]
pub struct vdx_sample {
    /// From 0, without gaps.
    pub number: u32,
    /// The column of the VCF.
    pub name: *const c_char,
    /// The person that it is of, NULL where none is known.
    pub individual: *const c_char,
}

/// Takes a sample; other than 0 ends the listing with VDX_CANCELLED.
pub type vdx_sample_fn =
    Option<unsafe extern "C" fn(sample: *const vdx_sample, user: *mut c_void) -> c_int>;

/// The version of the library that runs, such as "0.1.0".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The interface of the library that runs; a program was made for VDX_ABI_VERSION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_abi_version() -> u32 {
    VDX_ABI_VERSION
}

/// The interface. It changes where programs that were built before would break; what is only added does
/// not change it.
pub const VDX_ABI_VERSION: u32 = 2;

/// How many handles and texts the program has not freed yet, for tests of programs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_held() -> usize {
    caught(count).unwrap_or_default()
}

/// Frees a text that a function gave as `char **`; NULL is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_text_free(text: *mut c_char) -> vdx_status {
    plain_status(caught(|| free_text(text)).flatten())
}

/// Opens a dataset: cheap, whatever its size. It shows the state at this time, whatever is published
/// later. Close it with vdx_close.
///
/// Expressions may name files behind `@`, as in `samples(@ids.txt)`, which are read by the rights of the
/// process: for expressions of strangers, as a server gets them, there is vdx_open_without_files.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_open(
    path: *const c_char,
    view: *mut *mut vdx_view,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        open(path, view, error, |from| {
            Ok(Dataset::open(from)?.with_loader(LocalFiles::new()))
        })
    }
}

/// Opens an earlier state of a dataset that is kept, by its id or the first digits of it, at least four; otherwise as
/// vdx_open. The data are those of then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_open_snapshot(
    path: *const c_char,
    snapshot: *const c_char,
    view: *mut *mut vdx_view,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let id = || {
        // SAFETY: the arguments are as the header says
        unsafe { text(snapshot, "snapshot") }
    };
    // SAFETY: so are they
    unsafe {
        open(path, view, error, |from| {
            let opened = Dataset::open_snapshot(from, id()?)?;
            Ok(opened.with_loader(LocalFiles::new()))
        })
    }
}

/// Opens a dataset as vdx_open does; no expression reads a file there, and `@` is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_open_without_files(
    path: *const c_char,
    view: *mut *mut vdx_view,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe { open(path, view, error, |from| Ok(Dataset::open(from)?)) }
}

/// # Safety
///
/// The arguments are as the header says.
unsafe fn open(
    path: *const c_char,
    view: *mut *mut vdx_view,
    error: *mut *mut vdx_error,
    opened: impl Fn(&Path) -> Answer<Dataset>,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, from) = unsafe { (out(view, "view")?, path_at(path, "path")) };
        to.set(std::ptr::null_mut());
        to.set(put(Opened::of(opened(from?)?.view())));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Closes a dataset; NULL is none. Groups and Arrow streams of it live on, and so do calls of other
/// threads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_close(view: *mut vdx_view) -> vdx_status {
    plain_status(caught(|| free::<Opened>(view)).flatten())
}

/// What a dataset holds. Set info->struct_size first, or begin with vdx_info_init.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_describe(
    view: *const vdx_view,
    info: *mut vdx_info,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: `info` is as the header says
        let room = unsafe { room(info, "info") }?;
        let opened = get::<Opened>(view)?;
        let known = opened.view.info();
        room.fill(vdx_info {
            struct_size: room.size,
            path: opened.path.as_ptr(),
            snapshot: opened.snapshot.as_ptr(),
            assembly: place_of(opened.assembly.as_ref()),
            samples: known.samples,
            people: known.people,
            people_records: known.people_records,
            terms: known.terms,
            genes: known.genes.0,
            gene_pad: known.genes.1.into(),
            records: known.records.unwrap_or(u64::MAX),
            rows: known.rows,
            contigs: known.contigs.len() as u64,
            segments: known.segments,
            bytes: known.bytes,
        });
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Lists the samples, by number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_each_sample(
    view: *const vdx_view,
    each: vdx_sample_fn,
    user: *mut c_void,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        let opened = get::<Opened>(view)?;
        let each = needed(each)?;
        for (number, name) in (0..).zip(opened.view.sample_names()?) {
            let name = c_text(name);
            let individual = opened.view.individual_of(number)?.map(c_text);
            let sample = vdx_sample {
                number,
                name: name.as_ptr(),
                individual: place_of(individual.as_ref()),
            };
            // SAFETY: the program gave the function together with `user`; `sample` outlives the call
            go_on(unsafe { each(&raw const sample, user) })?;
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Reads everything and checks it: every checksum and every relation that answers rely on. VDX_DAMAGED
/// with file and section for the first fault.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_verify(
    view: *const vdx_view,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || Ok(get::<Opened>(view)?.view.dataset().verify()?);
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// A contig. The text is gone when the callback returns.
#[repr(C)]
pub struct vdx_contig {
    /// By its name in the input.
    pub name: *const c_char,
    /// Rows on it: one for each ALT of each record.
    pub rows: u64,
}

/// Takes a contig; other than 0 ends the listing with VDX_CANCELLED.
pub type vdx_contig_fn =
    Option<unsafe extern "C" fn(contig: *const vdx_contig, user: *mut c_void) -> c_int>;

/// Lists the contigs with rows, in the order of the dataset.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_each_contig(
    view: *const vdx_view,
    each: vdx_contig_fn,
    user: *mut c_void,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        let opened = get::<Opened>(view)?;
        let each = needed(each)?;
        for (name, rows) in opened.view.info().contigs {
            let name = c_text(&name);
            let contig = vdx_contig {
                name: name.as_ptr(),
                rows,
            };
            // SAFETY: the program gave the function together with `user`; `contig` outlives the call
            go_on(unsafe { each(&raw const contig, user) })?;
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}
