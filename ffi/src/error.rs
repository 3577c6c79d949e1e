//! Why a call failed.

use crate::entry::{Failure, Growing, caught, room};
use crate::handle::{c_text, free, get, place_of, vdx_error};
use std::ffi::{CString, c_char, c_int};
use std::mem::offset_of;
use std::ptr;
use varidex::{Error, Place};

/// How a call went. All but VDX_OK come with an error that says more.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vdx_status {
    /// It is done.
    VDX_OK = 0,
    /// An expression is not understood, or names nothing here: see the marked part of it.
    VDX_EXPRESSION = 1,
    /// Options that make no sense, or a question that this dataset cannot be asked.
    VDX_USAGE = 2,
    /// An input file says something that it may not say: see file and place.
    VDX_INPUT = 3,
    /// Bytes of a dataset are not what was written: see file, section and place.
    VDX_DAMAGED = 4,
    /// A dataset was written by a newer version.
    VDX_TOO_NEW = 5,
    /// The operating system refused: see file and os_error.
    VDX_IO = 6,
    /// Another process writes the dataset.
    VDX_LOCKED = 7,
    /// A callback of the program ended the work.
    VDX_CANCELLED = 8,
    /// What was passed cannot be used: NULL where something is needed, a text that is not UTF-8, a struct
    /// without its size.
    VDX_ARGUMENT = 9,
    /// A handle that was freed, that is of another kind, or that never was one.
    VDX_HANDLE = 10,
    /// A fault of the library itself. The call had no effect, others are not touched by it. Please report.
    VDX_PANIC = 11,
    /// A dataset was written by an older version, in a format that is no longer read: build it again.
    VDX_TOO_OLD = 12,
}

use vdx_status::*;

const NAMES: [(&std::ffi::CStr, vdx_status); 13] = [
    (c"ok", VDX_OK),
    (c"expression", VDX_EXPRESSION),
    (c"usage", VDX_USAGE),
    (c"input", VDX_INPUT),
    (c"damaged", VDX_DAMAGED),
    (c"too_new", VDX_TOO_NEW),
    (c"io", VDX_IO),
    (c"locked", VDX_LOCKED),
    (c"cancelled", VDX_CANCELLED),
    (c"argument", VDX_ARGUMENT),
    (c"handle", VDX_HANDLE),
    (c"panic", VDX_PANIC),
    (c"too_old", VDX_TOO_OLD),
];

/// Of what a place in a file counts; the first line and record are 1, the first byte is 0.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vdx_place {
    /// The file as a whole.
    VDX_PLACE_FILE = 0,
    /// A line of text.
    VDX_PLACE_LINE = 1,
    /// A record of a binary file.
    VDX_PLACE_RECORD = 2,
    /// A byte of the file as stored.
    VDX_PLACE_BYTE = 3,
}

/// What is known of an error. Texts are NULL where they say nothing, and the error's: they are gone when
/// it is freed.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_error_details {
    /// sizeof(vdx_error_details), set by the program.
    pub struct_size: usize,
    /// The file or directory.
    pub file: *const c_char,
    /// The section of a damaged file.
    pub section: *const c_char,
    /// What should stand there.
    pub expected: *const c_char,
    /// What stands there.
    pub found: *const c_char,
    /// What `place` counts: a vdx_place.
    pub place_kind: c_int,
    /// The operating system's number, 0 where it has none.
    pub os_error: c_int,
    /// Where in the file.
    pub place: u64,
    /// The whole expression.
    pub expression: *const c_char,
    /// The first byte of it that is wrong.
    pub begin: usize,
    /// Behind the last.
    pub end: usize,
    /// What is wrong with the expression, in one sentence.
    pub reason: *const c_char,
    /// How many names are near to what was written: see vdx_error_candidate.
    pub candidates: usize,
}

// SAFETY: the first field is a `usize`; zeros are NULL and numbers
unsafe impl Growing for vdx_error_details {
    const FIRST: usize = offset_of!(Self, candidates) + size_of::<usize>();
}

/// An error, as a handle keeps it.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: vdx_status,
    message: CString,
    file: Option<CString>,
    section: Option<CString>,
    expected: Option<CString>,
    found: Option<CString>,
    place: (vdx_place, u64),
    os_error: c_int,
    expression: Option<CString>,
    marked: (usize, usize),
    reason: Option<CString>,
    candidates: Vec<CString>,
}

impl Refusal {
    pub(crate) fn new(failure: &Failure) -> Self {
        let mut refusal = Self {
            status: status_of(failure),
            message: c_text(&message_of(failure)),
            file: None,
            section: None,
            expected: None,
            found: None,
            place: (vdx_place::VDX_PLACE_FILE, 0),
            os_error: 0,
            expression: None,
            marked: (0, 0),
            reason: None,
            candidates: Vec::new(),
        };
        if let Failure::Library(error) = failure {
            refusal.detail(error);
        }
        refusal
    }

    fn detail(&mut self, error: &Error) {
        let some = |text: &str| Some(c_text(text));
        match error {
            Error::Io { path, source } => {
                self.file = some(&path.to_string_lossy());
                self.os_error = source.raw_os_error().unwrap_or(0);
            }
            Error::NoDataset { path, source, .. } => {
                self.file = some(&path.to_string_lossy());
                self.os_error = source.raw_os_error().unwrap_or(0);
            }
            Error::Input(input) => {
                self.file = some(&input.file);
                self.expected = some(&input.expected);
                self.found = some(&input.found);
                self.place = match input.place {
                    Place::File => (vdx_place::VDX_PLACE_FILE, 0),
                    Place::Line(n) => (vdx_place::VDX_PLACE_LINE, n),
                    Place::Record(n) => (vdx_place::VDX_PLACE_RECORD, n),
                    Place::Byte(n) => (vdx_place::VDX_PLACE_BYTE, n),
                };
            }
            Error::Expression(wrong) => {
                self.expression = some(&wrong.text);
                self.marked = (wrong.at.start, wrong.at.end);
                self.reason = some(&wrong.message);
                self.candidates = wrong.candidates.iter().map(|name| c_text(name)).collect();
            }
            Error::Damaged(damage) => {
                self.file = some(&damage.file.to_string_lossy());
                self.section = some(&damage.section);
                self.expected = some(&damage.expected);
                self.found = some(&damage.found);
                self.place = (vdx_place::VDX_PLACE_BYTE, damage.offset);
            }
            Error::TooNew {
                path,
                found,
                supported,
            }
            | Error::TooOld {
                path,
                found,
                supported,
            } => {
                self.file = some(&path.to_string_lossy());
                self.expected = some(supported);
                self.found = some(found);
            }
            Error::Locked { path, owner } => {
                self.file = some(&path.to_string_lossy());
                self.found = some(owner);
            }
            _ => {}
        }
    }
}

/// What to show the user.
pub(crate) fn message_of(failure: &Failure) -> String {
    match failure {
        Failure::Library(error) => error.to_string(),
        Failure::Argument(what) | Failure::Handle(what) => what.clone(),
        Failure::Panic(what) => format!("a fault of varidex: {what}"),
    }
}

fn status_of(failure: &Failure) -> vdx_status {
    let error = match failure {
        Failure::Library(error) => error,
        Failure::Argument(_) => return VDX_ARGUMENT,
        Failure::Handle(_) => return VDX_HANDLE,
        Failure::Panic(_) => return VDX_PANIC,
    };
    match error {
        Error::Expression(_) => VDX_EXPRESSION,
        Error::Usage(_) | Error::NotAllowed { .. } => VDX_USAGE,
        Error::Input(_) => VDX_INPUT,
        Error::Damaged(_) => VDX_DAMAGED,
        Error::TooNew { .. } => VDX_TOO_NEW,
        Error::TooOld { .. } => VDX_TOO_OLD,
        Error::Locked { .. } => VDX_LOCKED,
        Error::Cancelled => VDX_CANCELLED,
        _ => VDX_IO,
    }
}

/// A word for a status, such as "expression"; "unknown" for a number that is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_status_name(status: c_int) -> *const c_char {
    let mut names = NAMES.iter();
    let found = names.find(|(_, known)| *known as c_int == status);
    found.map_or(c"unknown".as_ptr(), |(name, _)| name.as_ptr())
}

/// The status that an error came with; VDX_HANDLE where it is not an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_error_status(error: *const vdx_error) -> vdx_status {
    let status = caught(|| get::<Refusal>(error).map(|refusal| refusal.status));
    status.flatten().unwrap_or(VDX_HANDLE)
}

/// What to show the user: what is wrong, where, and what was meant perhaps. Of an expression it has
/// three lines, the last of which marks the part that is wrong. The text is the error's; "" where it is
/// not an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_error_message(error: *const vdx_error) -> *const c_char {
    // the text stays where it is, for the table holds what it belongs to until the error is freed
    let place = caught(|| get::<Refusal>(error).map(|refusal| refusal.message.as_ptr()));
    place.flatten().unwrap_or(c"".as_ptr())
}

/// The parts of an error. Set details->struct_size first, or begin with vdx_error_details_init.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_error_describe(
    error: *const vdx_error,
    details: *mut vdx_error_details,
) -> vdx_status {
    let done = caught(|| {
        // SAFETY: `details` is as the header says
        let room = unsafe { room(details, "details") }?;
        let refusal = get::<Refusal>(error)?;
        room.fill(vdx_error_details {
            struct_size: room.size,
            file: place_of(refusal.file.as_ref()),
            section: place_of(refusal.section.as_ref()),
            expected: place_of(refusal.expected.as_ref()),
            found: place_of(refusal.found.as_ref()),
            place_kind: refusal.place.0 as c_int,
            os_error: refusal.os_error,
            place: refusal.place.1,
            expression: place_of(refusal.expression.as_ref()),
            begin: refusal.marked.0,
            end: refusal.marked.1,
            reason: place_of(refusal.reason.as_ref()),
            candidates: refusal.candidates.len(),
        });
        Ok(())
    });
    plain_status(done.flatten())
}

/// One of the names that are near to what was written, the nearest first; NULL where there is none. The
/// text is the error's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_error_candidate(
    error: *const vdx_error,
    number: usize,
) -> *const c_char {
    let place =
        caught(|| get::<Refusal>(error).map(|refusal| place_of(refusal.candidates.get(number))));
    place.flatten().unwrap_or(ptr::null())
}

/// Frees an error and its texts; NULL is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_error_free(error: *mut vdx_error) -> vdx_status {
    plain_status(caught(|| free::<Refusal>(error)).flatten())
}

/// The status of a function that gives no error.
pub(crate) fn plain_status(done: Result<(), Failure>) -> vdx_status {
    done.map_or_else(|failure| status_of(&failure), |()| VDX_OK)
}
