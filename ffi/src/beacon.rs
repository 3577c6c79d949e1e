//! A beacon: requests of Beacon 2, answered.

use crate::entry::{array, caught, entry, out, path as path_at, some_text, text};
use crate::error::{plain_status, vdx_status};
use crate::handle::{free, get, put, put_text, vdx_beacon, vdx_error};
use std::ffi::c_char;
use varidex::{Access, Beacon, BeaconMethod, BeaconRequest};

/// Opens a beacon: a configuration (TOML), and the datasets that it names, of which paths are relative to the file.
/// Close it with vdx_beacon_close.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_beacon_open(
    config: *const c_char,
    beacon: *mut *mut vdx_beacon,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, from) = unsafe { (out(beacon, "beacon")?, path_at(config, "config")) };
        to.set(std::ptr::null_mut());
        to.set(put(varidex_ledger::open_beacon(from?)?));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Answers a request of Beacon 2. `path` is what stands below the root of the beacon, and `query` what stands behind
/// `?`, or NULL, both as they came, percent-encoded. A request with a body of `body_len` bytes is a POST; one of which
/// `body` is NULL is a GET. `access` is who asks, as the host has found out, as JSON (`{"granularity": "count"}`): with
/// NULL the answer says whether there is anything, no more, and nothing in a request raises it.
///
/// `http_status` takes the status of HTTP, `response` the JSON to send, of `response_len` bytes (which may be NULL);
/// free it with vdx_text_free. What cannot be answered is a response, too: the call fails for arguments alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_beacon_answer(
    beacon: *const vdx_beacon,
    path: *const c_char,
    query: *const c_char,
    body: *const u8,
    body_len: usize,
    access: *const c_char,
    http_status: *mut u16,
    response: *mut *mut c_char,
    response_len: *mut usize,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let asker = std::ptr::null();
    // SAFETY: the arguments are as the header says
    unsafe {
        vdx_beacon_answer_to(
            beacon,
            path,
            query,
            body,
            body_len,
            access,
            asker,
            http_status,
            response,
            response_len,
            error,
        )
    }
}

/// The same for an asker whom you know, as issuer and subject of a token: a beacon with a ledger has budgets for each. NULL is
/// anybody: all of them share their budgets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_beacon_answer_to(
    beacon: *const vdx_beacon,
    path: *const c_char,
    query: *const c_char,
    body: *const u8,
    body_len: usize,
    access: *const c_char,
    asker: *const c_char,
    http_status: *mut u16,
    response: *mut *mut c_char,
    response_len: *mut usize,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, status, length, path, query, bytes, access, asker) = unsafe {
            let to = out(response, "response")?;
            to.set(std::ptr::null_mut());
            let length = match response_len.is_null() {
                true => None,
                false => Some(out(response_len, "response_len")?),
            };
            (
                to,
                out(http_status, "http_status")?,
                length,
                text(path, "path")?,
                some_text(query, "query")?,
                array(body, body_len, "body")?,
                some_text(access, "access")?,
                some_text(asker, "asker")?,
            )
        };
        let beacon = get::<Beacon>(beacon)?;
        let access = access.map(Access::from_json).transpose()?;
        let request = BeaconRequest {
            method: match body.is_null() {
                true => BeaconMethod::Get,
                false => BeaconMethod::Post,
            },
            path,
            query: query.unwrap_or_default(),
            body: bytes,
        };
        let answer = beacon.answer_to(&request, access, asker);
        status.set(answer.status);
        let shown = String::from_utf8_lossy(&answer.body);
        if let Some(length) = length {
            length.set(shown.len());
        }
        to.set(put_text(&shown));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Closes a beacon; NULL is none. Calls of other threads that have begun go on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_beacon_close(beacon: *mut vdx_beacon) -> vdx_status {
    plain_status(caught(|| free::<Beacon>(beacon)).flatten())
}
