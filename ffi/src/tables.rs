//! Tables, as Arrow C streams.

use crate::asked::asked;
use crate::dataset::Opened;
use crate::entry::{Answer, caught, entry, out, parse, path, some_text, texts};
use crate::error::vdx_status;
use crate::group::People;
use crate::handle::{get, get_some, vdx_error, vdx_group, vdx_view};
use crate::interrupt;
use crate::page::{Page, Part, vdx_table_options};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use std::ffi::c_char;
use std::sync::Arc;
use varidex::{Scope, Trios, View};
use varidex_columns::{
    ArrowError, Batches, RecordBatch, RecordBatchReader, SchemaRef, Table, Written,
};

/// A table that is computed while it is read: no panic leaves it, and the program may end it.
struct Guarded {
    batches: Option<Batches>,
    schema: SchemaRef,
    page: Page,
}

impl Guarded {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let Some(batches) = self.batches.as_mut() else {
            return Ok(None);
        };
        if let Some(batch) = batches.next().transpose()? {
            self.page.set(batches.table().token());
            return Ok(Some(batch));
        }
        let ended = self.batches.take().map(Batches::ended).transpose();
        let ended = ended.map_err(|e| ArrowError::ExternalError(Box::new(e)))?;
        self.page.set(match ended {
            Some(Written::Cut(token)) => token,
            _ => None,
        });
        Ok(None)
    }
}

impl Iterator for Guarded {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        match caught(|| interrupt::while_asked(|| self.next_batch())) {
            Ok(batch) => batch.transpose(),
            Err(failure) => {
                self.batches = None;
                let message = crate::error::message_of(&failure);
                Some(Err(ArrowError::ComputeError(message)))
            }
        }
    }
}

impl RecordBatchReader for Guarded {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// Puts a table where the program wants it.
///
/// # Safety
///
/// `options`, `stream` and `error` are as the header says.
pub(crate) unsafe fn table(
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
    make: impl FnOnce(&mut Part<'_>) -> Answer<Table>,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says; what stands in `stream` now is not looked at
        let (mut part, to) = unsafe {
            let to = match stream.is_null() {
                true => None,
                false => Some(out(stream, "stream")?),
            };
            // a stream without `release` is one that was released: nothing is to be done where this fails
            if let Some(to) = &to {
                to.set(FFI_ArrowArrayStream::empty());
            }
            (Part::of(options)?, to)
        };
        if let Some(count) = part.count {
            let table = make(&mut part)?;
            count.set(part.of_table(table)?.count()?);
            return Ok(());
        }
        // SAFETY: NULL is refused where the rows are wanted
        let to = to.map_or_else(|| unsafe { out(stream, "stream") }, Ok)?;
        let table = make(&mut part)?;
        let batches = part.of_table(table)?.batches();
        let schema = batches.schema();
        let reader = Box::new(Guarded {
            batches: Some(batches),
            schema,
            page: part.page(),
        });
        to.set(FFI_ArrowArrayStream::new(reader));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// A table of all that is asked of a view.
///
/// # Safety
///
/// `options`, `stream` and `error` are as the header says.
unsafe fn of_view(
    view: *const vdx_view,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
    make: impl FnOnce(&View) -> Answer<Table>,
) -> vdx_status {
    let make = |_: &mut Part<'_>| make(&get::<Opened>(view)?.view);
    // SAFETY: the same promise
    unsafe { table(options, stream, error, make) }
}

/// The same, of what a text picks: NULL is all.
///
/// # Safety
///
/// The text, `options`, `stream` and `error` are as the header says.
unsafe fn of_text(
    (view, (text, name)): (*const vdx_view, (*const c_char, &str)),
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
    make: impl FnOnce(&View, Option<&str>) -> Answer<Table>,
) -> vdx_status {
    let make = |view: &View| {
        // SAFETY: the same promise
        make(view, unsafe { some_text(text, name) }?)
    };
    // SAFETY: the same promise
    unsafe { of_view(view, options, stream, error, make) }
}

/// The variants that an expression picks, counted in `group` or, where it is NULL, in everybody:
/// chrom pos id ref alt type filter gene consequence impact ac an af n_het n_hom n_hemi n_missing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_variants(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |part: &mut Part<'_>| {
        // SAFETY: `r#where` is as the header says
        let asked = unsafe { asked(view, r#where, group) }?.after(part.after());
        Ok(varidex_columns::variants(&asked.view, &asked.query)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(options, stream, error, make) }
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
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |part: &mut Part<'_>| {
        // SAFETY: the arguments are as the header says
        let (asked, by) = unsafe {
            (
                asked(view, r#where, group)?.after(part.after()),
                texts(by, n_by, "by")?,
            )
        };
        let by = asked.view.by(&by)?;
        Ok(varidex_columns::frequencies(
            &asked.view,
            &asked.query,
            &by,
        )?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(options, stream, error, make) }
}

/// Alleles in cases beside controls, two groups of which nobody is of both:
/// chrom pos id ref alt ac_cases an_cases af_cases ac_controls an_controls af_controls odds_ratio p.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_cases_and_controls(
    view: *const vdx_view,
    r#where: *const c_char,
    cases: *const vdx_group,
    controls: *const vdx_group,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |part: &mut Part<'_>| {
        // SAFETY: `r#where` is as the header says
        let asked = unsafe { asked(view, r#where, std::ptr::null()) }?.after(part.after());
        let (cases, controls) = (get::<People>(cases)?, get::<People>(controls)?);
        Ok(varidex_columns::cases_and_controls(
            &asked.view,
            &asked.query,
            &cases.0,
            &controls.0,
        )?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(options, stream, error, make) }
}

/// Counts of the alleles of a VCF or BCF file in its order ("-" is standard input), also of those that nobody has, with
/// the columns and rows of vdx_frequencies in `group` and by fields. Of an allele that the dataset does not have ac is 0,
/// and an is null where somebody was not looked at; all are null of what is no allele.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_sites(
    view: *const vdx_view,
    file: *const c_char,
    group: *const vdx_group,
    by: *const *const c_char,
    n_by: usize,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |_: &mut Part<'_>| {
        // SAFETY: the arguments are as the header says
        let (file, by) = unsafe { (path(file, "file")?, texts(by, n_by, "by")?) };
        let (opened, people) = (get::<Opened>(view)?, get_some::<People>(group)?);
        let by = opened.view.by(&by)?;
        let group = people.as_ref().map(|people| &people.0);
        Ok(varidex_columns::sites(&opened.view, file, group, &by)?.0)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(options, stream, error, make) }
}

/// Who carries the variants that an expression picks, among `group` or everybody:
/// chrom pos ref alt sample individual zygosity phase. Where `trios`, a pedigree, is not NULL, only
/// its children with parents in the dataset, and origin: from whom they have it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_carriers(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    trios: *const c_char,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |part: &mut Part<'_>| {
        // SAFETY: `r#where` is as the header says
        let asked = unsafe { asked(view, r#where, group) }?.after(part.after());
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
    unsafe { table(options, stream, error, make) }
}

/// Pairs of variants of one sample in one gene, on different copies as far as is known:
/// chrom pos ref alt chrom_2 pos_2 ref_2 alt_2 gene sample individual phase.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_compounds(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |_: &mut Part<'_>| {
        // SAFETY: `r#where` is as the header says
        let asked = unsafe { asked(view, r#where, group) }?;
        Ok(varidex_columns::compounds(&asked.view, &asked.query)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(options, stream, error, make) }
}

/// A group, as vdx_each_person lists it: id, and score where a similarity was asked for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_ids(
    group: *const vdx_group,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |_: &mut Part<'_>| {
        let people = get::<People>(group)?;
        Ok(varidex_columns::ids(&people.0, None)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(options, stream, error, make) }
}

/// How many people there are by the values of `n_by` fields, as of vdx_frequencies: a column for each,
/// and people. Without fields a summary: what value label people, with the `top` terms recorded most.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_people(
    view: *const vdx_view,
    by: *const *const c_char,
    n_by: usize,
    top: usize,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |_: &mut Part<'_>| {
        // SAFETY: `by` is as the header says
        let by = unsafe { texts(by, n_by, "by") }?;
        let opened = get::<Opened>(view)?;
        let by = opened.view.by(&by)?;
        Ok(varidex_columns::people(&opened.view, &by, None, top)?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(options, stream, error, make) }
}

/// The terms recorded of people, or more special ones, the most frequent first: id label people. Only
/// those recorded as `scope` ("phenotype", "disease" ...) where it is not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_terms(
    view: *const vdx_view,
    scope: *const c_char,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        of_text(
            (view, (scope, "scope")),
            options,
            stream,
            error,
            |view, scope| {
                let scope: Option<Scope> = scope.map(parse).transpose()?;
                Ok(varidex_columns::terms(view, scope)?)
            },
        )
    }
}

/// The terms with ids, labels or synonyms that have all words of `text`, or parts of them, the best first; the terms that
/// are recorded where it is NULL: id label scopes people people_below excluded. Of `people` the term itself is recorded,
/// of `people_below` it or a more special one, of `excluded` it is recorded as absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_find_terms(
    view: *const vdx_view,
    text: *const c_char,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        of_text(
            (view, (text, "text")),
            options,
            stream,
            error,
            |view, text| Ok(varidex_columns::find_terms(view, text)?),
        )
    }
}

/// The ontologies that were loaded: file version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_ontologies(
    view: *const vdx_view,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        of_view(view, options, stream, error, |view| {
            Ok(varidex_columns::ontologies(view)?)
        })
    }
}

/// The genes with a symbol, other names or ids that have `text` as a part, or all where it is NULL:
/// symbol chrom start end ids aliases. The first and the last base are 1-based; a gene that lies at several places has a
/// row for each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_genes(
    view: *const vdx_view,
    text: *const c_char,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        of_text(
            (view, (text, "text")),
            options,
            stream,
            error,
            |view, text| Ok(varidex_columns::genes(view, text)?),
        )
    }
}

/// The samples, by number: sample individual batch, and a column for each attribute that samples have.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_samples(
    view: *const vdx_view,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        of_view(view, options, stream, error, |view| {
            Ok(varidex_columns::samples(view)?)
        })
    }
}

/// The states of the dataset that can be opened with vdx_open_snapshot, the newest first: snapshot time command samples rows
/// segments bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_snapshots(
    view: *const vdx_view,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        of_view(view, options, stream, error, |view| {
            Ok(varidex_columns::snapshots(view.path())?)
        })
    }
}

/// The virtual cohorts, with how many people of those who may be seen are in each: name count stale pinned expression snapshot
/// time purpose permit_date.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_cohorts(
    view: *const vdx_view,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        of_view(view, options, stream, error, |view| {
            Ok(varidex_columns::cohorts(view)?)
        })
    }
}
