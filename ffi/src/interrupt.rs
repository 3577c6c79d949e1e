//! Ending a question that takes too long.

use crate::error::vdx_status;
use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::sync::Arc;

/// Asked now and then while a question runs, on the thread that asked it; other than 0 ends the
/// question with VDX_CANCELLED.
pub type vdx_stop_fn = Option<unsafe extern "C" fn(user: *mut c_void) -> c_int>;

thread_local! {
    static STOP: Cell<(vdx_stop_fn, *mut c_void)> =
        const { Cell::new((None, std::ptr::null_mut())) };
}

/// From now on `stop` is asked, with `user`, whether questions of this thread are to end: by a clock, or
/// by a flag that another thread sets. Where `stop` is NULL, questions of this thread run to their end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_stop_when(stop: vdx_stop_fn, user: *mut c_void) -> vdx_status {
    STOP.set((stop, user));
    vdx_status::VDX_OK
}

/// Runs work that ends early where the program wants it to.
pub(crate) fn while_asked<T>(work: impl FnOnce() -> T) -> T {
    if STOP.get().0.is_none() {
        return work();
    }
    let stop = || match STOP.get() {
        // SAFETY: the program gave the function for this thread together with what it is called with
        (Some(stop), user) => unsafe { stop(user) != 0 },
        (None, _) => false,
    };
    varidex::interruptible(Arc::new(stop), work)
}
