//! Counts of datasets beside the alleles of somebody's file.

use crate::dataset::Opened;
use crate::entry::{
    Answer, Growing, array, entry, path, read_options, room, some_text, texts, wanted,
};
use crate::error::vdx_status;
use crate::group::People;
use crate::handle::{get, get_some, put_text, vdx_error, vdx_group, vdx_view};
use crate::page::{Part, vdx_table_options};
use crate::tables::table;
use crate::write::{Reporter, threads, vdx_progress_fn};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use std::ffi::{c_char, c_void};
use std::fmt::Write as _;
use std::mem::offset_of;
use varidex::{AnnotateOptions, AnnotateProgress, AnnotateSummary, AnnotateWith, CountFilter};

/// A dataset to annotate with, and what is counted in it. It does not grow.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_annotate_with {
    /// The dataset.
    pub view: *const vdx_view,
    /// What INFO keys and columns begin with; NULL: `VDX`, and nothing in columns.
    pub name: *const c_char,
    /// Only these people; NULL: everybody.
    pub group: *const vdx_group,
    /// Also by these fields, as of vdx_frequencies.
    pub by: *const *const c_char,
    /// How many.
    pub n_by: usize,
}

/// Options of annotating. Begin with vdx_annotate_options_init; all zero is what is usual.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_annotate_options {
    /// sizeof(vdx_annotate_options), set by the program.
    pub struct_size: usize,
    /// Only records with an ALT of which this holds in each of the datasets, such as `af<0.01 | ac=0`; NULL: all.
    pub filter: *const c_char,
    /// Threads that work; 0: as many as the machine has.
    pub threads: u32,
    /// Called now and then with how far it is; NULL: never.
    pub progress: vdx_progress_fn,
    /// Passed to `progress`.
    pub user: *mut c_void,
}

/// What was annotated.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_annotate_summary {
    /// sizeof(vdx_annotate_summary), set by the program.
    pub struct_size: usize,
    /// Records read.
    pub records: u64,
    /// Records written: those that the filter left.
    pub written: u64,
    /// Bytes written, as stored.
    pub bytes: u64,
    /// Alleles that a dataset has, of all datasets together, as the numbers below.
    pub present: u64,
    /// Alleles that a dataset does not have, where everybody was looked at.
    pub absent: u64,
    /// Those that it does not have where somebody was not.
    pub uncovered: u64,
    /// Those of which it cannot decide.
    pub undecided: u64,
}

// SAFETY: of both the first field is a `usize`, and zeros are NULL, no function and numbers
unsafe impl Growing for vdx_annotate_options {
    const FIRST: usize = offset_of!(Self, user) + size_of::<*mut c_void>();
}
// SAFETY: see above
unsafe impl Growing for vdx_annotate_summary {
    const FIRST: usize = offset_of!(Self, undecided) + size_of::<u64>();
}

/// # Safety
///
/// `with` has `n` elements that are as the header says.
unsafe fn datasets(with: *const vdx_annotate_with, n: usize) -> Answer<Vec<AnnotateWith>> {
    // SAFETY: the same promise
    let given = unsafe { array(with, n, "with") }?;
    let mut all = Vec::new();
    for of in given {
        // SAFETY: the same promise
        let (name, by) = unsafe { (some_text(of.name, "name")?, texts(of.by, of.n_by, "by")?) };
        let view = get::<Opened>(of.view)?.view.clone();
        let by = view.by(&by)?;
        let mut with = AnnotateWith::new(view).by(by);
        if let Some(name) = name {
            with = with.named(name);
        }
        if let Some(people) = get_some::<People>(of.group)? {
            with = with.in_group(people.0.clone());
        }
        all.push(with);
    }
    Ok(all)
}

/// What who asks should know, a line each.
fn notes_of(summary: &AnnotateSummary) -> String {
    let mut text = String::new();
    for warning in &summary.warnings {
        // writing to a string cannot fail
        let _ = writeln!(text, "{warning}");
    }
    for of in &summary.tallies {
        let _ = writeln!(
            text,
            "{}: {} alleles found, {} that nobody carries, {} not covered, {} undecided",
            of.name, of.present, of.absent, of.uncovered, of.undecided
        );
    }
    text
}

/// Writes a VCF or BCF file again ("-" is standard input), with counts of `n` datasets beside each allele, as INFO
/// fields NAME_AC, NAME_AN, NAME_AF, NAME_HOM and NAME_HEMI, and with a value of the fields behind them, NAME_AC_FIN.
/// VCF is written of VCF, BCF of BCF, to a file with a name that ends in .vcf, .vcf.gz or .bcf, which appears whole or not at
/// all. AC is 0 of an allele that a dataset does not have, and AN is missing where somebody was not looked at. `options`
/// and `summary` may be NULL. Where `notes` is not NULL, it takes warnings and what was found, in lines for people to
/// read: free it with vdx_text_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_annotate(
    input: *const c_char,
    with: *const vdx_annotate_with,
    n: usize,
    file: *const c_char,
    options: *const vdx_annotate_options,
    summary: *mut vdx_annotate_summary,
    notes: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (input, with, to, given, filter, summary, notes) = unsafe {
            let notes = wanted(notes, "notes")?;
            let given = read_options(options, "options")?;
            let summary = match summary.is_null() {
                true => None,
                false => Some(room(summary, "summary")?),
            };
            (
                path(input, "input")?,
                datasets(with, n)?,
                path(file, "file")?,
                given,
                some_text(given.filter, "filter")?,
                summary,
                notes,
            )
        };
        let options = AnnotateOptions {
            format: None,
            threads: threads(given.threads),
            filter: filter.map(CountFilter::new).transpose()?,
        };
        let reporter = Reporter(given.progress, given.user);
        let mut report = |at: &AnnotateProgress| {
            reporter.report("annotating", at.bytes, at.total.unwrap_or(0), at.records)
        };
        let done = varidex::annotate(input, &with, to, &options, &mut report)?;
        if let Some(summary) = summary {
            let sum = |of: fn(&varidex::AnnotateTally) -> u64| done.tallies.iter().map(of).sum();
            summary.fill(vdx_annotate_summary {
                struct_size: summary.size,
                records: done.records,
                written: done.written,
                bytes: done.bytes,
                present: sum(|of| of.present),
                absent: sum(|of| of.absent),
                uncovered: sum(|of| of.uncovered),
                undecided: sum(|of| of.undecided),
            });
        }
        if let Some(notes) = notes {
            notes.set(put_text(&notes_of(&done)));
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// The same as a table, a row for each allele of the file in its order: chrom pos id ref alt, and of each dataset
/// ac an af n_het n_hom n_hemi n_missing, with its name before (NAME_ac) and a value of the fields behind (NAME_ac_FIN).
/// Counts are null of what is no allele, and where it cannot be decided which one it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_annotations(
    input: *const c_char,
    with: *const vdx_annotate_with,
    n: usize,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |_: &mut Part<'_>| {
        // SAFETY: the arguments are as the header says
        let (input, with) = unsafe { (path(input, "input")?, datasets(with, n)?) };
        Ok(varidex_columns::annotations(input, &with)?.0)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(options, stream, error, make) }
}
