//! What people decide, and views by it.

use crate::dataset::Opened;
use crate::entry::{Answer, entry, out, path as path_at, some_text, text, texts};
use crate::error::vdx_status;
use crate::handle::{get, put, put_text, vdx_error, vdx_view};
use std::ffi::{c_char, c_int};
use std::path::Path;
use varidex::{Access, ConsentOptions, QcPolicy, Withdrawal};

/// The dataset of a view as somebody may see it, by the decisions of people as they are now. `access` is JSON: `{"purpose":
/// "secondary_use", "permit_date": "2026-03-01"}`, and whoever decided against that is not seen; with NULL it is what the view
/// is of. Views show who could be seen when they were made: make one for each question, which costs next to nothing. Close it
/// with vdx_close.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_view_for(
    view: *const vdx_view,
    access: *const c_char,
    seen: *mut *mut vdx_view,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, access) = unsafe { (out(seen, "seen")?, some_text(access, "access")?) };
        to.set(std::ptr::null_mut());
        let opened = get::<Opened>(view)?;
        let view = match access {
            None => opened.view.renew()?,
            Some(access) => opened
                .view
                .dataset()
                .view_for(&Access::from_json(access)?)?,
        };
        to.set(put(Opened::of(view)));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// The same with a policy of quality, in TOML or JSON: `proof` picks who has a sample of which it holds. With the hash of the
/// policy as `"proof"` in `access`, samples of which it does not hold are not seen at all; vdx_view_for refuses such an access.
/// With `proof` other than 0 `access`, which may be NULL, gets the hash.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_view_by(
    view: *const vdx_view,
    access: *const c_char,
    policy: *const c_char,
    proof: c_int,
    seen: *mut *mut vdx_view,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, access, policy) = unsafe {
            (
                out(seen, "seen")?,
                some_text(access, "access")?,
                text(policy, "policy")?,
            )
        };
        to.set(std::ptr::null_mut());
        let opened = get::<Opened>(view)?;
        let policy: QcPolicy = policy.parse()?;
        let access = match access {
            None => *opened.view.access(),
            Some(access) => Access::from_json(access)?,
        };
        let access = match proof {
            0 => access,
            _ => access.with_proof(policy.hash()),
        };
        let view = opened.view.dataset().view_by(&access, &policy)?;
        to.set(put(Opened::of(view)));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Withdraws people or samples: they are absent from every view that is made from now on, in every process. `what` is JSON:
/// `{"individuals": ["P1"], "samples": ["S1"], "purposes": ["af"], "from": "2026-03-01", "effect": "now", "source": "a form",
/// "dry_run": false}`, of which all but one of the first two may be left out. `report`, which may be NULL, takes what was
/// recorded as JSON; free it with vdx_text_free. An id of nobody is an error, and then nothing is recorded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_withdraw(
    dataset: *const c_char,
    what: *const c_char,
    report: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        decide((dataset, what), report, error, |dataset, what| {
            varidex::withdraw(dataset, what)
        })
    }
}

/// Takes a withdrawal back: as vdx_withdraw.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_restore(
    dataset: *const c_char,
    what: *const c_char,
    report: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        decide((dataset, what), report, error, |dataset, what| {
            varidex::restore(dataset, what)
        })
    }
}

type Decide = fn(&Path, &Withdrawal) -> varidex::Result<varidex::DecisionReport>;

/// # Safety
///
/// The arguments are as the header says.
unsafe fn decide(
    (dataset, what): (*const c_char, *const c_char),
    report: *mut *mut c_char,
    error: *mut *mut vdx_error,
    run: Decide,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (path, what) = unsafe { (path_at(dataset, "dataset")?, text(what, "what")?) };
        let found = run(path, &Withdrawal::from_json(what)?)?;
        // SAFETY: the arguments are as the header says
        unsafe { give(report, &found.to_json()) }
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// # Safety
///
/// The argument is as the header says.
unsafe fn give(report: *mut *mut c_char, json: &str) -> Answer<()> {
    if !report.is_null() {
        // SAFETY: the argument is as the header says
        unsafe { out(report, "report") }?.set(put_text(json));
    }
    Ok(())
}

/// Records lists of decisions (files, tables separated by tabs), all or none, and what holds of whoever decided nothing.
/// `options`, which may be NULL, is JSON: `{"defaults": {"all": "opt_out", "commercial": "opt_in"}, "hmb_in_strata": false,
/// "dry_run": false}`. `report`, which may be NULL, takes what was recorded as JSON; without lists and options it takes what is
/// decided today. Free it with vdx_text_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_consent(
    dataset: *const c_char,
    lists: *const *const c_char,
    list_count: usize,
    options: *const c_char,
    report: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (path, lists, options) = unsafe {
            (
                path_at(dataset, "dataset")?,
                texts(lists, list_count, "lists")?,
                some_text(options, "options")?,
            )
        };
        let json = match (lists.is_empty(), options) {
            (true, None) => varidex::consent_summary(path)?.to_json(),
            (_, options) => {
                let options = options.map(ConsentOptions::from_json).transpose()?;
                varidex::record_consent(path, &lists, &options.unwrap_or_default())?.to_json()
            }
        };
        // SAFETY: the arguments are as the header says
        unsafe { give(report, &json) }
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Defines a virtual cohort: `cohort:NAME` stands for the expression from now on, in every process, of who may be seen when it is
/// asked. With `pin` other than 0 it holds in this state of the dataset alone. `count`, which may be NULL, takes how many
/// people are in it now. vdx_cohorts lists them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_define_cohort(
    view: *const vdx_view,
    name: *const c_char,
    who: *const c_char,
    pin: c_int,
    count: *mut u64,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (name, who) = unsafe { (text(name, "name")?, text(who, "who")?) };
        let seen = get::<Opened>(view)?.view.renew()?;
        let cohort = seen.define_cohort(name, who, pin != 0)?;
        if !count.is_null() {
            // SAFETY: the argument is as the header says
            unsafe { out(count, "count") }?.set(cohort.count.unwrap_or(0));
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Forgets a virtual cohort; one that another cohort uses is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_drop_cohort(
    view: *const vdx_view,
    name: *const c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let name = unsafe { text(name, "name") }?;
        Ok(get::<Opened>(view)?.view.drop_cohort(name)?)
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}
