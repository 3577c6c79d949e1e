//! Tables, as Arrow C streams.

use crate::asked::asked;
use crate::dataset::Opened;
use crate::entry::{Answer, caught, entry, out, parse, path, some_text, texts};
use crate::error::vdx_status;
use crate::group::People;
use crate::handle::{get, vdx_error, vdx_group, vdx_view};
use crate::interrupt;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use std::ffi::c_char;
use std::sync::Arc;
use varidex::{PeopleKey, Scope, Trios};
use varidex_columns::{ArrowError, Batches, RecordBatch, RecordBatchReader, SchemaRef, Table};

/// A table that is computed while it is read: no panic leaves it, and the program may end it.
struct Guarded(Option<Batches>, SchemaRef);

impl Iterator for Guarded {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batches = self.0.as_mut()?;
        match caught(|| interrupt::while_asked(|| batches.next())) {
            Ok(batch) => batch,
            Err(failure) => {
                self.0 = None;
                let message = crate::error::message_of(&failure);
                Some(Err(ArrowError::ComputeError(message)))
            }
        }
    }
}

impl RecordBatchReader for Guarded {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.1)
    }
}

/// Puts a table where the program wants it.
///
/// # Safety
///
/// `stream` and `error` are as the header says.
unsafe fn table(
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
    make: impl FnOnce() -> Answer<Table>,
) -> vdx_status {
    let work = || {
        // SAFETY: `stream` is as the header says; what stands there now is not looked at
        let to = unsafe { out(stream, "stream") }?;
        // a stream without `release` is one that was released: nothing is to be done where this fails
        to.set(FFI_ArrowArrayStream::empty());
        let batches = make()?.batches();
        let schema = batches.schema();
        let reader = Box::new(Guarded(Some(batches), schema));
        to.set(FFI_ArrowArrayStream::new(reader));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// The variants that an expression picks, counted in `group` or, where it is NULL, in everybody:
/// chrom pos id ref alt type filter gene consequence impact ac an af n_het n_hom n_hemi n_missing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_variants(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = || {
        // SAFETY: `r#where` is as the header says
        let asked = unsafe { asked(view, r#where, group) }?;
        Ok(varidex_columns::variants(&asked.view, &asked.query)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(stream, error, make) }
}

/// Counts of the variants that an expression picks, in everybody or, with a column group before ac, in `group`:
/// chrom pos id ref alt ac an af n_het n_hom n_hemi n_missing. By `n_by` fields, such as "population", "age(18,40,65)",
/// "HP:0001250" or "cases=GROUP", with a column of its values before ac for each: "all" in all of them for
/// everybody, null where none is known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_frequencies(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    by: *const *const c_char,
    n_by: usize,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = || {
        // SAFETY: the arguments are as the header says
        let (asked, by) = unsafe { (asked(view, r#where, group)?, texts(by, n_by, "by")?) };
        let by = asked.view.by(&by)?;
        Ok(varidex_columns::frequencies(
            &asked.view,
            &asked.query,
            &by,
        )?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(stream, error, make) }
}

/// Who carries the variants that an expression picks, among `group` or everybody:
/// chrom pos ref alt sample individual zygosity phase. Where `trios`, a pedigree, is not NULL, only
/// its children whose parents are in the dataset, and origin: from whom they have it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_carriers(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    trios: *const c_char,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = || {
        // SAFETY: `r#where` is as the header says
        let asked = unsafe { asked(view, r#where, group) }?;
        let trios = match trios.is_null() {
            true => None,
            false => {
                // SAFETY: `trios` is as the header says
                let ped = unsafe { path(trios, "trios") }?;
                Some(Trios::from_ped(&asked.view, ped)?)
            }
        };
        Ok(varidex_columns::carriers(&asked.view, &asked.query, trios)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(stream, error, make) }
}

/// Pairs of variants of one sample in one gene, on different copies as far as is known:
/// chrom pos ref alt chrom_2 pos_2 ref_2 alt_2 gene sample individual phase.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_compounds(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = || {
        // SAFETY: `r#where` is as the header says
        let asked = unsafe { asked(view, r#where, group) }?;
        Ok(varidex_columns::compounds(&asked.view, &asked.query)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(stream, error, make) }
}

/// A group, as vdx_each_person lists it: id, and score where a similarity was asked for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_ids(
    group: *const vdx_group,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = || {
        let people = get::<People>(group)?;
        Ok(varidex_columns::ids(&people.0, None)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(stream, error, make) }
}

/// How many people there are by the values of `n_by` keys, such as "age" and "sex": a column for each,
/// and people. Without keys a summary: what value label people, with the `top` terms recorded most.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_people(
    view: *const vdx_view,
    by: *const *const c_char,
    n_by: usize,
    top: usize,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = || {
        // SAFETY: `by` is as the header says
        let by = unsafe { texts(by, n_by, "by") }?;
        let by: Vec<PeopleKey> = by.into_iter().map(parse).collect::<Answer<_>>()?;
        let opened = get::<Opened>(view)?;
        Ok(varidex_columns::people(&opened.view, &by, None, top)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(stream, error, make) }
}

/// The terms recorded of people, or more special ones, the most frequent first: id label people. Only
/// those recorded as `scope` ("phenotype", "disease" ...) where it is not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_terms(
    view: *const vdx_view,
    scope: *const c_char,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = || {
        // SAFETY: `scope` is as the header says
        let scope = unsafe { some_text(scope, "scope") }?;
        let scope: Option<Scope> = scope.map(parse).transpose()?;
        let opened = get::<Opened>(view)?;
        Ok(varidex_columns::terms(&opened.view, scope)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(stream, error, make) }
}
