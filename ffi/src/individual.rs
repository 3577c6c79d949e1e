//! What is recorded of one individual.

use crate::dataset::Opened;
use crate::entry::{entry, out, parse, some_text, text, wanted};
use crate::error::vdx_status;
use crate::handle::{get, put_text, vdx_error, vdx_view};
use std::ffi::c_char;
use varidex::Individual;

/// All that is recorded of an individual, by the id or by that of a sample, put together again from what is stored.
/// `format` is "text", lines to read; "phenopacket", a Phenopacket 2 as JSON, a Family where a place in one is stored;
/// or "beacon", an individual of Beacon 2 as JSON; NULL: as "phenopacket". Where `left_out` is not NULL it takes, a line
/// each, what the format has no place for, and what datasets do not store. Free both with vdx_text_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_individual(
    view: *const vdx_view,
    id: *const c_char,
    format: *const c_char,
    record: *mut *mut c_char,
    left_out: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, left_out, id, format) = unsafe {
            let to = out(record, "record")?;
            to.set(std::ptr::null_mut());
            (
                to,
                wanted(left_out, "left_out")?,
                text(id, "id")?,
                some_text(format, "format")?,
            )
        };
        let format = parse(format.unwrap_or("phenopacket"))?;
        let known = get::<Opened>(view)?.view.individual(id)?;
        let (shown, left) = known.written(format);
        if let Some(left_out) = left_out {
            let left = left.iter().map(|left| format!("no place for {left}\n"));
            let never = Individual::not_stored().iter();
            let never = never.map(|what| format!("not stored: {what}\n"));
            left_out.set(put_text(&left.chain(never).collect::<String>()));
        }
        to.set(put_text(&shown));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}
