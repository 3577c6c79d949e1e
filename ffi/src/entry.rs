//! What every function does before and after its work.

use crate::error::{Refusal, vdx_status};
use crate::handle::{put, vdx_error};
use crate::interrupt;
use std::any::Any;
use std::ffi::{CStr, c_char};
use std::mem::{MaybeUninit, size_of};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::ptr::NonNull;
use std::str::FromStr;

/// Why a function fails.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The library refused.
    Library(varidex::Error),
    /// What was passed cannot be used.
    Argument(String),
    /// A handle that is none.
    Handle(String),
    /// A fault of the library itself, which went no further.
    Panic(String),
}

impl From<varidex::Error> for Failure {
    fn from(error: varidex::Error) -> Self {
        Self::Library(error)
    }
}

pub(crate) type Answer<T = ()> = Result<T, Failure>;

/// Runs the work of a function: no panic leaves it, and the error goes where the program wants it.
///
/// # Safety
///
/// `error` is NULL or may be written to.
pub(crate) unsafe fn entry(
    error: *mut *mut vdx_error,
    work: impl FnOnce() -> Answer,
) -> vdx_status {
    // SAFETY: the caller's promise; NULL is refused by `out` and means that no error is wanted
    let place = unsafe { out(error, "error") };
    if let Ok(place) = &place {
        place.set(std::ptr::null_mut());
    } else if !error.is_null() {
        return vdx_status::VDX_ARGUMENT;
    }
    let done = caught(|| interrupt::while_asked(work)).and_then(|answer| answer);
    let Err(failure) = done else {
        return vdx_status::VDX_OK;
    };
    // dropping what panicked may panic once more
    let refusal = catch_unwind(AssertUnwindSafe(|| {
        let refusal = Refusal::new(&failure);
        let status = refusal.status;
        if let Ok(place) = &place {
            place.set(put(refusal));
        }
        status
    }));
    refusal.unwrap_or(vdx_status::VDX_PANIC)
}

/// Runs what must not unwind into C.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Answer<T> {
    // what the work leaves half done is its own: handles are in the table or not, and core's data is
    // immutable once it is open
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| Failure::Panic(message_of(&*panic)))
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "of no known kind".to_owned())
}

/// A place where an answer is put.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out<T>(NonNull<T>);

/// A place where an answer is put; it must be there.
///
/// # Safety
///
/// Where `place` is not NULL, a `T` may be written to it for as long as the function runs.
pub(crate) unsafe fn out<T>(place: *mut T, name: &str) -> Answer<Out<T>> {
    match NonNull::new(place) {
        Some(place) if place.is_aligned() => Ok(Out(place)),
        Some(_) => Err(Failure::Argument(format!("{name} is not aligned"))),
        None => Err(Failure::Argument(format!("{name} is NULL"))),
    }
}

impl<T> Out<T> {
    pub(crate) fn set(&self, value: T) {
        // SAFETY: `out` has checked that it is neither NULL nor unaligned, and its caller promises that
        // it may be written to
        unsafe { self.0.write(value) }
    }
}

/// A place for a text that may be NULL where none is wanted; it takes NULL until there is one.
///
/// # Safety
///
/// As of [`out`].
pub(crate) unsafe fn wanted(
    place: *mut *mut c_char,
    name: &str,
) -> Answer<Option<Out<*mut c_char>>> {
    if place.is_null() {
        return Ok(None);
    }
    // SAFETY: the same promise
    let place = unsafe { out(place, name) }?;
    place.set(std::ptr::null_mut());
    Ok(Some(place))
}

/// A text that the program lends for the call.
///
/// # Safety
///
/// Where `text` is not NULL, it points to bytes that end with a NUL and stay as they are for `'a`.
pub(crate) unsafe fn text<'a>(text: *const c_char, name: &str) -> Answer<&'a str> {
    if text.is_null() {
        return Err(Failure::Argument(format!("{name} is NULL")));
    }
    // SAFETY: not NULL by the check above; that it ends is the caller's promise
    let bytes = unsafe { CStr::from_ptr(text) };
    bytes
        .to_str()
        .map_err(|e| Failure::Argument(format!("{name} is not UTF-8: {e}")))
}

/// The same, and nothing where it is NULL.
///
/// # Safety
///
/// As of [`text`].
pub(crate) unsafe fn some_text<'a>(place: *const c_char, name: &str) -> Answer<Option<&'a str>> {
    match place.is_null() {
        true => Ok(None),
        // SAFETY: the same promise
        false => unsafe { text(place, name) }.map(Some),
    }
}

/// A path that the program lends: on Unix the bytes as they are, elsewhere UTF-8.
///
/// # Safety
///
/// As of [`text`].
pub(crate) unsafe fn path<'a>(place: *const c_char, name: &str) -> Answer<&'a Path> {
    #[cfg(unix)]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        if place.is_null() {
            return Err(Failure::Argument(format!("{name} is NULL")));
        }
        // SAFETY: not NULL by the check above; that it ends is the caller's promise
        let bytes = unsafe { CStr::from_ptr(place) };
        Ok(Path::new(OsStr::from_bytes(bytes.to_bytes())))
    }
    #[cfg(not(unix))]
    // SAFETY: the same promise
    unsafe {
        text(place, name).map(Path::new)
    }
}

/// An array that the program lends; of no elements it may be NULL.
///
/// # Safety
///
/// Where `n` is not 0 and `array` not NULL, `n` elements stand there and stay as they are for `'a`.
pub(crate) unsafe fn array<'a, T>(array: *const T, n: usize, name: &str) -> Answer<&'a [T]> {
    if n == 0 {
        return Ok(&[]);
    }
    if array.is_null() || !array.is_aligned() {
        return Err(Failure::Argument(format!("{name} is NULL or not aligned")));
    }
    if n > isize::MAX as usize / size_of::<T>().max(1) {
        return Err(Failure::Argument(format!("{name} has {n} elements")));
    }
    // SAFETY: not NULL, aligned and no longer than memory can be, by the checks above; that so many
    // elements stand there is the caller's promise
    Ok(unsafe { std::slice::from_raw_parts(array, n) })
}

/// An array of texts that the program lends.
///
/// # Safety
///
/// As of [`array`], and of [`text`] for each.
pub(crate) unsafe fn texts<'a>(
    place: *const *const c_char,
    n: usize,
    name: &str,
) -> Answer<Vec<&'a str>> {
    // SAFETY: the same promise
    let places = unsafe { array(place, n, name) }?;
    // SAFETY: the same promise
    let each = |place: &*const c_char| unsafe { text(*place, name) };
    places.iter().map(each).collect()
}

/// An array of paths that the program lends.
///
/// # Safety
///
/// As of [`texts`].
pub(crate) unsafe fn paths<'a>(
    place: *const *const c_char,
    n: usize,
    name: &str,
) -> Answer<Vec<&'a Path>> {
    // SAFETY: the same promise
    let places = unsafe { array(place, n, name) }?;
    // SAFETY: the same promise
    let each = |place: &*const c_char| unsafe { path(*place, name) };
    places.iter().map(each).collect()
}

/// What a text is the name of.
pub(crate) fn parse<T: FromStr>(text: &str) -> Answer<T>
where
    T::Err: ToString,
{
    let wrong = |e: T::Err| Failure::Library(varidex::Error::Usage(e.to_string()));
    text.parse().map_err(wrong)
}

/// A struct that begins with its size in bytes (a `size_t`), and may grow at its end.
///
/// # Safety
///
/// Its first field is a `usize`, and a value of zero bytes is one of the type.
pub(crate) unsafe trait Growing: Copy {
    /// Bytes of the first version.
    const FIRST: usize;
}

/// Options that the program lends; all zero where `options` is NULL. What a newer program knows and
/// this library does not must be zero.
///
/// # Safety
///
/// Where `options` is not NULL, as many bytes stand there as its first field says.
pub(crate) unsafe fn read_options<T: Growing>(options: *const T, name: &str) -> Answer<T> {
    let mut value = MaybeUninit::<T>::zeroed();
    if !options.is_null() {
        // SAFETY: the caller's promise
        let size = unsafe { size_of_growing(options, name) }?;
        // SAFETY: as many bytes stand there by the caller's promise, and any byte is a `u8`
        let bytes = unsafe { std::slice::from_raw_parts(options.cast::<u8>(), size) };
        let (known, unknown) = bytes.split_at(size.min(size_of::<T>()));
        if unknown.iter().any(|byte| *byte != 0) {
            return Err(Failure::Argument(format!(
                "{name} has options of a newer version than {}",
                env!("CARGO_PKG_VERSION")
            )));
        }
        // SAFETY: `known` is no longer than `T`, and the two do not overlap
        unsafe {
            std::ptr::copy_nonoverlapping(
                known.as_ptr(),
                value.as_mut_ptr().cast::<u8>(),
                known.len(),
            );
        }
    }
    // SAFETY: a value of zero bytes is a `T`, and its first bytes were taken from one
    Ok(unsafe { value.assume_init() })
}

/// A struct of the program that takes an answer.
pub(crate) struct Room<T> {
    place: *mut T,
    /// What the program says that it has.
    pub(crate) size: usize,
}

/// A struct of the program that takes an answer; it must be there.
///
/// # Safety
///
/// Where `place` is not NULL, as many bytes may be read and written there as its first field says, for
/// as long as the function runs.
pub(crate) unsafe fn room<T: Growing>(place: *mut T, name: &str) -> Answer<Room<T>> {
    // SAFETY: the caller's promise
    let size = unsafe { size_of_growing(place, name) }?;
    Ok(Room { place, size })
}

impl<T: Growing> Room<T> {
    /// Writes as much as the program has room for.
    pub(crate) fn fill(&self, value: T) {
        // SAFETY: `room` has checked the place, and its caller promises that `size` bytes are there; no
        // more are written than that, and no more read than there are
        unsafe {
            std::ptr::copy_nonoverlapping(
                (&raw const value).cast::<u8>(),
                self.place.cast::<u8>(),
                self.size.min(size_of::<T>()),
            );
        }
    }
}

/// The size that a struct of the program says it has.
///
/// # Safety
///
/// Where `place` is not NULL, a `usize` stands there.
unsafe fn size_of_growing<T: Growing>(place: *const T, name: &str) -> Answer<usize> {
    if place.is_null() || !place.is_aligned() {
        return Err(Failure::Argument(format!("{name} is NULL or not aligned")));
    }
    // SAFETY: not NULL and aligned by the checks above; the first field of a `Growing` is a `usize`
    let size = unsafe { place.cast::<usize>().read() };
    if size < T::FIRST || size > 1 << 16 {
        return Err(Failure::Argument(format!(
            "{name} says that it has {size} bytes: set struct_size to its sizeof"
        )));
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{vdx_error_free, vdx_error_message, vdx_error_status};

    fn fails(work: impl FnOnce() -> Answer) -> (vdx_status, String) {
        let mut error = std::ptr::null_mut();
        // SAFETY: `error` is a place, and what is put there is an error
        unsafe {
            let status = entry(&raw mut error, work);
            assert_eq!(vdx_error_status(error), status);
            let message = CStr::from_ptr(vdx_error_message(error));
            let message = message.to_string_lossy().into_owned();
            assert_eq!(vdx_error_free(error), vdx_status::VDX_OK);
            (status, message)
        }
    }

    #[test]
    fn no_panic_leaves_a_function() {
        let (status, message) = fails(|| panic!("of the test"));
        assert_eq!(status, vdx_status::VDX_PANIC);
        assert_eq!(message, "a fault of varidex: of the test");
        let number = 7;
        let (_, message) = fails(|| panic!("of the test {number}"));
        assert_eq!(message, "a fault of varidex: of the test 7");
        let (_, message) = fails(|| std::panic::panic_any(number));
        assert_eq!(message, "a fault of varidex: of no known kind");
        // SAFETY: NULL is no place, and nothing is put there
        let status = unsafe { entry(std::ptr::null_mut(), || panic!("of the test")) };
        assert_eq!(status, vdx_status::VDX_PANIC);
    }

    #[test]
    fn a_panic_while_a_question_may_be_stopped_leaves_the_next_one_alone() {
        unsafe extern "C" fn never(_: *mut std::ffi::c_void) -> std::ffi::c_int {
            0
        }
        // SAFETY: the function does nothing
        unsafe { crate::interrupt::vdx_stop_when(Some(never), std::ptr::null_mut()) };
        let (status, _) = fails(|| panic!("of the test"));
        assert_eq!(status, vdx_status::VDX_PANIC);
        // SAFETY: NULL is no function
        unsafe { crate::interrupt::vdx_stop_when(None, std::ptr::null_mut()) };
        // SAFETY: NULL is no place
        let status = unsafe { entry(std::ptr::null_mut(), || Ok(())) };
        assert_eq!(status, vdx_status::VDX_OK);
    }

    #[test]
    fn texts_must_be_utf_8() {
        // SAFETY: the texts end with NUL
        unsafe {
            assert_eq!(text(c"f\u{e9}".as_ptr(), "x").unwrap(), "f\u{e9}");
            assert!(text(c"\xff".as_ptr(), "x").is_err());
            assert!(text(std::ptr::null(), "x").is_err());
        }
    }
}
