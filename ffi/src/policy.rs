//! Answers under a policy.

use crate::dataset::Opened;
use crate::entry::{Answer, caught, entry, out, path, some_text, text, texts};
use crate::error::{plain_status, vdx_status};
use crate::handle::{free, get, put, put_text, vdx_error, vdx_policy_view, vdx_view};
use crate::page::{Part, vdx_table_options};
use crate::tables::table;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use std::ffi::{c_char, c_int};
use varidex::{Known, Policy, PolicyView};
use varidex_columns::Table;
use varidex_ledger::LedgerAt;

/// What a policy says of a number.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vdx_known {
    /// It is as it is given.
    VDX_KNOWN_EXACT = 0,
    /// It is rounded to a multiple of what the policy says.
    VDX_KNOWN_ROUNDED = 1,
    /// Nobody looked.
    VDX_KNOWN_NOT_COVERED = 2,
    /// It may not be shown.
    VDX_KNOWN_WITHHELD = 3,
    /// The number of those who may still be counted for this asker, under a budget of influence: others are counted as if they had the other
    /// allele. It may be any number of them away from the truth.
    VDX_KNOWN_CAPPED = 4,
}

impl vdx_known {
    pub(crate) fn of<T>(known: &Known<T>) -> c_int {
        let of = match known {
            Known::Exact(_) => Self::VDX_KNOWN_EXACT,
            Known::Rounded { .. } => Self::VDX_KNOWN_ROUNDED,
            Known::Capped(_) => Self::VDX_KNOWN_CAPPED,
            Known::NotCovered => Self::VDX_KNOWN_NOT_COVERED,
            // what is known in another way is not shown
            _ => Self::VDX_KNOWN_WITHHELD,
        };
        of as c_int
    }
}

/// How many people an expression picks, as a policy shows it. It does not grow.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_shown_people {
    /// How many; 0 where `count_known` is VDX_KNOWN_WITHHELD.
    pub count: u64,
    /// What is said of `count`: a vdx_known.
    pub count_known: c_int,
    /// What is said of `exists`: a vdx_known.
    pub exists_known: c_int,
    /// 1 where there is anybody; 0 where there is nobody, and where `exists_known` is VDX_KNOWN_WITHHELD. VDX_KNOWN_CAPPED is a 0 that may be
    /// of those who are not counted.
    pub exists: u8,
    /// Zero.
    pub reserved: [u8; 7],
}

/// By the decisions of people as they are now.
fn now(view: *const vdx_policy_view) -> Answer<PolicyView> {
    Ok(get::<PolicyView>(view)?.renew()?)
}

/// The dataset of a view under a policy: one of those that have a name ("open", "controlled", "registered", "public",
/// "rare-match", "all-of-us", "omop", "datashield", "pcornet", "gdi"), or its rules as JSON (`{"name": "ours", "granularity":
/// "count", "floor": {"people": 10}}`). It counts, and says whether there is anybody; nothing that it gives is of one person.
/// Unlike a vdx_view it follows the decisions of people: each call is answered by them as they are then. VDX_USAGE where fewer
/// people may be seen than the policy's smallest cohort. Free it with vdx_policy_view_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_under_policy(
    view: *const vdx_view,
    policy: *const c_char,
    shown: *mut *mut vdx_policy_view,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, policy) = unsafe { (out(shown, "shown")?, text(policy, "policy")) };
        to.set(std::ptr::null_mut());
        let seen = get::<Opened>(view)?.view.renew()?;
        to.set(put(seen.under_policy(&Policy::given(policy?)?)?));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// The same with what was asked before: in the file `ledger`, which is made where there is none, with the secret of 32 bytes or more in the
/// file `secret`. `asker` is whom you take the asker for, NULL is anybody; `population` names the people of the dataset in all its
/// states, NULL is its directory. `note` is set to what is to be said of it (people withdrew), or to NULL most often; free it with
/// vdx_text_free. VDX_USAGE and VDX_IO also where the ledger is none, or of another secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_under_policy_kept(
    view: *const vdx_view,
    policy: *const c_char,
    ledger: *const c_char,
    secret: *const c_char,
    asker: *const c_char,
    population: *const c_char,
    shown: *mut *mut vdx_policy_view,
    note: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, say, policy, file, secret, asker, population) = unsafe {
            (
                out(shown, "shown")?,
                out(note, "note")?,
                text(policy, "policy")?,
                path(ledger, "ledger")?,
                path(secret, "secret")?,
                some_text(asker, "asker")?,
                some_text(population, "population")?,
            )
        };
        to.set(std::ptr::null_mut());
        say.set(std::ptr::null_mut());
        let mut ledger = LedgerAt::new(file, secret);
        ledger.asker = asker.map(str::to_owned);
        ledger.population = population.map(str::to_owned);
        let seen = get::<Opened>(view)?.view.renew()?;
        let (kept, said) = ledger.under_policy(&seen, &Policy::given(policy)?)?;
        to.set(put(kept));
        if let Some(said) = said {
            say.set(put_text(&said));
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// The policy, with all its rules, as JSON. Free it with vdx_text_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_policy_rules(
    view: *const vdx_policy_view,
    rules: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: `rules` is as the header says
        let to = unsafe { out(rules, "rules") }?;
        to.set(std::ptr::null_mut());
        to.set(put_text(&get::<PolicyView>(view)?.policy().to_json()));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// How many people an expression picks, such as `carriers(gene:RYR1) & sex:female`. That something is withheld is no error: see
/// vdx_shown_people.count_known. What the policy does not allow to be asked is VDX_USAGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_policy_ask(
    view: *const vdx_policy_view,
    expression: *const c_char,
    people: *mut vdx_shown_people,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, who) = unsafe { (out(people, "people")?, text(expression, "expression")?) };
        let found = now(view)?.ask(who)?;
        to.set(vdx_shown_people {
            count: found.count.value().unwrap_or(0),
            count_known: vdx_known::of(&found.count),
            exists_known: vdx_known::of(&found.exists),
            exists: found.exists.value().unwrap_or(false).into(),
            reserved: [0; 7],
        });
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// How vdx_policy_ask will be answered, a line for each part: what is asked, and how it is found. No number is said. Free the
/// text with vdx_text_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_policy_explain(
    view: *const vdx_policy_view,
    expression: *const c_char,
    explanation: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, who) = unsafe {
            (
                out(explanation, "explanation")?,
                text(expression, "expression"),
            )
        };
        to.set(std::ptr::null_mut());
        let parts = now(view)?.explain(who?)?;
        let lines = parts.iter().map(|(what, how)| format!("{what}: {how}\n"));
        to.set(put_text(&lines.collect::<String>()));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Whether an expression picks a variant of which anything may be shown: `exists` takes 1 or 0, and `known` a vdx_known, which is
/// VDX_KNOWN_WITHHELD where that may not be said; `exists` is 0 then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_policy_has_variants(
    view: *const vdx_policy_view,
    r#where: *const c_char,
    exists: *mut c_int,
    known: *mut c_int,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, as_known, of) = unsafe {
            (
                out(exists, "exists")?,
                out(known, "known")?,
                text(r#where, "where")?,
            )
        };
        let found = now(view)?.has_variants(of)?;
        to.set(found.value().unwrap_or(false).into());
        as_known.set(vdx_known::of(&found));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// A table of what a policy shows.
///
/// # Safety
///
/// `options`, `stream` and `error` are as the header says.
unsafe fn shown(
    view: *const vdx_policy_view,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
    make: impl FnOnce(&PolicyView) -> Answer<Table>,
) -> vdx_status {
    let make = |_: &mut Part<'_>| make(&now(view)?);
    // SAFETY: the same promise
    unsafe { table(options, stream, error, make) }
}

/// Counts of the variants that an expression picks, as the policy shows them, in everybody or, where it is not NULL, in the
/// people that the expression `group` picks: chrom pos id ref alt ac an af n_het n_hom n_hemi status. By `n_by` fields, two at
/// most, with a column of its values before ac for each: "all" for everybody, null where none is known. `status` is "exact",
/// "rounded" or "capped", as of the less exact of ac and an (see vdx_known), or "withheld": then no number is there; where numbers by
/// zygosity alone are null, these are withheld. Variants of which nothing may be shown are not in the table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_policy_frequencies(
    view: *const vdx_policy_view,
    r#where: *const c_char,
    group: *const c_char,
    by: *const *const c_char,
    n_by: usize,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |view: &PolicyView| {
        // SAFETY: the arguments are as the header says
        let (of, group, by) = unsafe {
            (
                text(r#where, "where")?,
                some_text(group, "group")?,
                texts(by, n_by, "by")?,
            )
        };
        let table = varidex_columns::shown_frequencies(view, of, group, &owned(&by))?;
        Ok(table)
    };
    // SAFETY: the arguments are as the header says
    unsafe { shown(view, options, stream, error, make) }
}

/// How many people there are by the values of `n_by` fields, two at most, as the policy shows it: a column for each, people and
/// status. `people` is null where it is withheld.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_policy_people(
    view: *const vdx_policy_view,
    by: *const *const c_char,
    n_by: usize,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |view: &PolicyView| {
        // SAFETY: `by` is as the header says
        let by = unsafe { texts(by, n_by, "by") }?;
        Ok(varidex_columns::shown_people(view, &owned(&by))?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { shown(view, options, stream, error, make) }
}

/// The terms of which it may be shown of how many people they, or something more special, are recorded, by their ids: id label
/// people status. With a `text` those that have its words in their ids, labels or synonyms.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_policy_find_terms(
    view: *const vdx_policy_view,
    text: *const c_char,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |view: &PolicyView| {
        // SAFETY: `text` is as the header says
        let text = unsafe { some_text(text, "text") }?;
        Ok(varidex_columns::shown_terms(view, text)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { shown(view, options, stream, error, make) }
}

fn owned(by: &[&str]) -> Vec<String> {
    by.iter().map(|field| (*field).to_owned()).collect()
}

/// Frees a dataset under a policy; NULL is none. Arrow streams of it live on, and so do calls of other threads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_policy_view_free(view: *mut vdx_policy_view) -> vdx_status {
    plain_status(caught(|| free::<PolicyView>(view)).flatten())
}
