//! What writes: building, loading people, exporting.

use crate::asked::asked;
use crate::entry::{
    Answer, Failure, Growing, entry, parse, path, paths, read_options, room, some_text, texts,
    wanted,
};
use crate::error::vdx_status;
use crate::handle::{c_text, put_text, vdx_error, vdx_group, vdx_view};
use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;
use std::path::{Path, PathBuf};
use varidex::{BuildOptions, ExportOptions, ExportProgress, PeopleOptions, Progress, Report};

/// How far something is. The text is gone when the callback returns. It may grow at its end.
#[repr(C)]
pub struct vdx_progress {
    /// What is being done, or the input that is being read.
    pub what: *const c_char,
    /// Bytes of inputs read so far; of an export, 0.
    pub bytes: u64,
    /// Bytes to be read; 0 where that is not known.
    pub total: u64,
    /// Records read or written so far.
    pub records: u64,
}

/// Called now and then with how far something is; other than 0 ends it with VDX_CANCELLED, and nothing of it
/// is left.
pub type vdx_progress_fn =
    Option<unsafe extern "C" fn(progress: *const vdx_progress, user: *mut c_void) -> c_int>;

/// What is known of people, and where it is. Begin with vdx_people_options_init; all zero is what is usual.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_people_options {
    /// sizeof(vdx_people_options), set by the program.
    pub struct_size: usize,
    /// Files and folders: Phenopackets, Beacon individuals, tables, pedigrees.
    pub people: *const *const c_char,
    /// How many.
    pub n_people: usize,
    /// Says what the columns of tables mean.
    pub mapping: *const c_char,
    /// Ontologies, hierarchies, equivalences, phenotypes of diseases.
    pub ontologies: *const *const c_char,
    /// How many.
    pub n_ontologies: usize,
    /// Two columns, sample and individual: of whom the samples are.
    pub sample_map: *const c_char,
    /// Called now and then with how far it is; NULL: never.
    pub progress: vdx_progress_fn,
    /// Passed to `progress`.
    pub user: *mut c_void,
    /// Memory to load them with at most, about, in bytes; 0: 1 GiB. A build goes by its own.
    pub memory: u64,
    /// Tables of samples: a column sample, and attributes of samples, as measures of quality.
    pub sample_tables: *const *const c_char,
    /// How many.
    pub n_sample_tables: usize,
    /// So many states of the dataset can be opened after, the new one among them: vdx_open_snapshot. 0: the new one
    /// alone. A build goes by its own.
    pub keep: u64,
}

/// Options of a build. Begin with vdx_build_options_init; all zero is what is usual.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_build_options {
    /// sizeof(vdx_build_options), set by the program.
    pub struct_size: usize,
    /// What is known of people; NULL where nothing is. Its `progress` is not used.
    pub people: *const vdx_people_options,
    /// Gene models: GFF3, GTF, BED or refFlat.
    pub genes: *const *const c_char,
    /// How many.
    pub n_genes: usize,
    /// INFO keys to keep.
    pub info: *const *const c_char,
    /// How many.
    pub n_info: usize,
    /// Which annotations to store: "auto" (the first of CSQ, ANN and BCSQ that there is), "csq", "ann",
    /// "bcsq" or "none"; NULL: as "auto".
    pub annotations: *const c_char,
    /// Reference sequence: alleles are trimmed and left-aligned against it.
    pub reference: *const c_char,
    /// The assembly, where the header does not say.
    pub assembly: *const c_char,
    /// Genotypes of a lower GQ count as missing; 0: none.
    pub min_gq: f64,
    /// The same of DP.
    pub min_dp: f64,
    /// Memory to use at most, about, in bytes; 0: 1 GiB.
    pub memory: u64,
    /// 0: as many as the machine has.
    pub threads: u32,
    /// Bases on both sides of each gene that count as the gene's.
    pub gene_pad: u32,
    /// Other than 0: sort unsorted input instead of refusing it.
    pub sort: c_int,
    /// Other than 0: refuse malformed records one by one instead of stopping at the first.
    pub skip_malformed: c_int,
    /// Other than 0: replace a dataset that is there already.
    pub replace: c_int,
    /// Called now and then with how far it is; NULL: never.
    pub progress: vdx_progress_fn,
    /// Passed to `progress`.
    pub user: *mut c_void,
    /// Other than 0: genotypes on X and Y by the sexes of `people`: outside of the pseudoautosomal regions one copy in
    /// males, and none known in females on Y.
    pub sex_ploidy: c_int,
    /// So many states of the dataset can be opened after, the new one among them: vdx_open_snapshot. 0: the new one
    /// alone.
    pub keep: u64,
    /// BED file of the regions where genotypes of the inputs could be called; NULL: none is known.
    pub callable: *const c_char,
    /// Table with the columns sample and callable: the BED file of each sample, relative to the table; NULL: none.
    pub callable_table: *const c_char,
}

/// Options of an export. Begin with vdx_export_options_init; all zero is what is usual.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_export_options {
    /// sizeof(vdx_export_options), set by the program.
    pub struct_size: usize,
    /// Threads that compress; 0: as many as the machine has.
    pub threads: u32,
    /// Called now and then with how far it is; NULL: never.
    pub progress: vdx_progress_fn,
    /// Passed to `progress`.
    pub user: *mut c_void,
}

/// What was exported.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_export_summary {
    /// sizeof(vdx_export_summary), set by the program.
    pub struct_size: usize,
    /// Records written.
    pub records: u64,
    /// One for each ALT of each record.
    pub rows: u64,
    /// Samples written.
    pub samples: u64,
    /// Bytes written, as stored.
    pub bytes: u64,
    /// Names and values of which characters that cannot stand in such a file were replaced by `_`.
    pub replaced: u64,
}

// SAFETY: of all four the first field is a `usize`, and zeros are NULL, no function and numbers
unsafe impl Growing for vdx_people_options {
    const FIRST: usize = offset_of!(Self, user) + size_of::<*mut c_void>();
}
// SAFETY: see above
unsafe impl Growing for vdx_build_options {
    const FIRST: usize = offset_of!(Self, user) + size_of::<*mut c_void>();
}
// SAFETY: see above
unsafe impl Growing for vdx_export_options {
    const FIRST: usize = offset_of!(Self, user) + size_of::<*mut c_void>();
}
// SAFETY: see above
unsafe impl Growing for vdx_export_summary {
    const FIRST: usize = offset_of!(Self, bytes) + size_of::<u64>();
}

/// What to call with how far something is.
pub(crate) struct Reporter(pub(crate) vdx_progress_fn, pub(crate) *mut c_void);

impl Reporter {
    /// `false` where the program wants it to end.
    pub(crate) fn report(&self, what: &str, bytes: u64, total: u64, records: u64) -> bool {
        let Some(progress) = self.0 else { return true };
        let what = c_text(what);
        let at = vdx_progress {
            what: what.as_ptr(),
            bytes,
            total,
            records,
        };
        // SAFETY: the program gave the function together with `user`; `at` outlives the call
        unsafe { progress(&raw const at, self.1) == 0 }
    }
}

/// # Safety
///
/// What the options point to is as the header says.
unsafe fn people_options(given: &vdx_people_options) -> Answer<PeopleOptions> {
    let owned = |paths: Vec<&Path>| paths.into_iter().map(Path::to_owned).collect();
    let usual = PeopleOptions::default();
    // SAFETY: the caller's promise
    unsafe {
        Ok(PeopleOptions {
            files: owned(paths(given.people, given.n_people, "people")?),
            mapping: some_path(given.mapping, "mapping")?,
            ontologies: owned(paths(given.ontologies, given.n_ontologies, "ontologies")?),
            sample_map: some_path(given.sample_map, "sample_map")?,
            sample_tables: owned(paths(
                given.sample_tables,
                given.n_sample_tables,
                "sample_tables",
            )?),
            memory: match given.memory {
                0 => usual.memory,
                bytes => bytes,
            },
            keep: keep(given.keep),
        })
    }
}

/// So many states that none has more.
pub(crate) fn keep(states: u64) -> u32 {
    u32::try_from(states).unwrap_or(u32::MAX)
}

/// # Safety
///
/// As of [`path`].
unsafe fn some_path(place: *const c_char, name: &str) -> Answer<Option<PathBuf>> {
    match place.is_null() {
        true => Ok(None),
        // SAFETY: the same promise
        false => Ok(Some(unsafe { path(place, name) }?.to_owned())),
    }
}

/// # Safety
///
/// What the options point to is as the header says.
unsafe fn build_options(given: &vdx_build_options) -> Answer<BuildOptions> {
    let usual = BuildOptions::default();
    let above = |number: f64| (number != 0.0).then_some(number);
    // SAFETY: the caller's promise
    let (people, genes, info, annotations, (reference, assembly), (callable, callable_table)) = unsafe {
        (
            people_options(&read_options(given.people, "people")?)?,
            paths(given.genes, given.n_genes, "genes")?,
            texts(given.info, given.n_info, "info")?,
            some_text(given.annotations, "annotations")?,
            (
                some_path(given.reference, "reference")?,
                some_text(given.assembly, "assembly")?,
            ),
            (
                some_path(given.callable, "callable")?,
                some_path(given.callable_table, "callable_table")?,
            ),
        )
    };
    let annotations = annotations.map(parse).transpose()?;
    Ok(BuildOptions {
        info: info.into_iter().map(str::to_owned).collect(),
        reference,
        assembly: assembly.map(parse).transpose()?,
        annotations: annotations.unwrap_or(usual.annotations),
        genes: genes.into_iter().map(Path::to_owned).collect(),
        pad: given.gene_pad,
        people,
        min_gq: above(given.min_gq),
        min_dp: above(given.min_dp),
        sex_ploidy: given.sex_ploidy != 0,
        callable,
        callable_table,
        sort: given.sort != 0,
        skip_malformed: given.skip_malformed != 0,
        threads: threads(given.threads),
        memory: match given.memory {
            0 => usual.memory,
            bytes => bytes,
        },
        replace: given.replace != 0,
        keep: keep(given.keep),
        ..usual
    })
}

pub(crate) fn threads(number: u32) -> Option<usize> {
    (number != 0).then(|| usize::try_from(number).unwrap_or(usize::MAX))
}

/// Builds a dataset from `n` VCF and BCF files ("-" is standard input) in a directory, which appears
/// whole or not at all. `options` may be NULL. Where `report` is not NULL, it takes an account of every
/// record, in lines for people to read: free it with vdx_text_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_build(
    inputs: *const *const c_char,
    n: usize,
    dataset: *const c_char,
    options: *const vdx_build_options,
    report: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        grow(
            (inputs, n),
            dataset,
            options,
            report,
            error,
            |from, to, options, at| varidex::build(from, to, options, at),
        )
    }
}

/// Adds `n` VCF and BCF files to the dataset in a directory: new samples, or records of samples that are there over
/// stretches where they have none yet. The new state appears whole or not at all, and datasets that are open stay as they
/// are. The options of the first build hold: what is given may not contradict them; `people` are added to those that
/// are there, and `replace` is not used. Otherwise as vdx_build.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_add(
    inputs: *const *const c_char,
    n: usize,
    dataset: *const c_char,
    options: *const vdx_build_options,
    report: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    // SAFETY: the arguments are as the header says
    unsafe {
        grow(
            (inputs, n),
            dataset,
            options,
            report,
            error,
            |from, to, options, at| varidex::add(from, to, options, at),
        )
    }
}

/// What reads inputs into a dataset.
type Grow = fn(
    &[&Path],
    &Path,
    &BuildOptions,
    &mut dyn FnMut(&Progress) -> bool,
) -> varidex::Result<Report>;

/// # Safety
///
/// The arguments are as the header says.
unsafe fn grow(
    (inputs, n): (*const *const c_char, usize),
    dataset: *const c_char,
    options: *const vdx_build_options,
    report: *mut *mut c_char,
    error: *mut *mut vdx_error,
    run: Grow,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (report, inputs, to, given) = unsafe {
            let report = wanted(report, "report")?;
            (
                report,
                paths(inputs, n, "inputs")?,
                path(dataset, "dataset")?,
                read_options(options, "options")?,
            )
        };
        if inputs.is_empty() {
            return Err(Failure::Argument("inputs has no elements".to_owned()));
        }
        // SAFETY: so is what the options point to
        let options = unsafe { build_options(&given) }?;
        let reporter = Reporter(given.progress, given.user);
        let built = run(&inputs, to, &options, &mut |at| {
            reporter.report(&at.input, at.bytes, at.total.unwrap_or(0), at.records)
        })?;
        if let Some(report) = report {
            report.set(put_text(&built.to_string()));
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Loads people, ontologies or both into a dataset, in the place of those that are there. Datasets that
/// are open stay as they are. `report` as of vdx_build.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_load_people(
    dataset: *const c_char,
    options: *const vdx_people_options,
    report: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (report, to, given) = unsafe {
            (
                wanted(report, "report")?,
                path(dataset, "dataset")?,
                read_options(options, "options")?,
            )
        };
        // SAFETY: so is what the options point to
        let options = unsafe { people_options(&given) }?;
        let reporter = Reporter(given.progress, given.user);
        let loaded =
            varidex::load_people(to, &options, &mut |what| reporter.report(what, 0, 0, 0))?;
        if let Some(report) = report {
            report.set(put_text(&loaded.to_string()));
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Writes the variants that an expression picks, with the genotypes of `group` or everybody, to a file
/// with a name that ends in .vcf, .vcf.gz or .bcf. It appears whole or not at all. `options` and `summary`
/// may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_export(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    file: *const c_char,
    options: *const vdx_export_options,
    summary: *mut vdx_export_summary,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (asked, to, given, summary) = unsafe {
            let summary = match summary.is_null() {
                true => None,
                false => Some(room(summary, "summary")?),
            };
            (
                asked(view, r#where, group)?,
                path(file, "file")?,
                read_options(options, "options")?,
                summary,
            )
        };
        let options = ExportOptions {
            format: None,
            threads: threads(given.threads),
        };
        let reporter = Reporter(given.progress, given.user);
        let mut report = |at: &ExportProgress| reporter.report("writing", 0, 0, at.records);
        let (view, query) = (&asked.view, &asked.query);
        let written = view.export(query, query.group(), to, &options, &mut report)?;
        if let Some(summary) = summary {
            summary.fill(vdx_export_summary {
                struct_size: summary.size,
                records: written.records,
                rows: written.rows,
                samples: written.samples,
                bytes: written.bytes,
                replaced: written.replaced,
            });
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Options of a simulation. Begin with vdx_simulate_options_init; all zero is what is usual.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_simulate_options {
    /// sizeof(vdx_simulate_options), set by the program.
    pub struct_size: usize,
    /// People, each with one sample; 0: 1,000.
    pub samples: u64,
    /// ALT alleles; 0: 10,000.
    pub variants: u64,
    /// Same seed, same cohort; 0: as 1.
    pub seed: u64,
    /// Other than 0: replace files of an earlier run.
    pub replace: c_int,
    /// Called now and then with how far it is; NULL: never.
    pub progress: vdx_progress_fn,
    /// Passed to `progress`.
    pub user: *mut c_void,
}

// SAFETY: the first field is a `usize`, and zeros are no function and numbers
unsafe impl Growing for vdx_simulate_options {
    const FIRST: usize = offset_of!(Self, user) + size_of::<*mut c_void>();
}

/// Writes an invented cohort to a directory, the same on every machine: cohort.vcf.gz, and what a correct
/// reader must count in it. `options` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_simulate(
    directory: *const c_char,
    options: *const vdx_simulate_options,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, given) = unsafe {
            (
                path(directory, "directory")?,
                read_options(options, "options")?,
            )
        };
        let usual = varidex_simulate::Options::default();
        let or = |given: u64, usual: usize| match given {
            0 => usual,
            given => usize::try_from(given).unwrap_or(usize::MAX),
        };
        let options = varidex_simulate::Options {
            samples: or(given.samples, usual.samples),
            variants: or(given.variants, usual.variants),
            seed: if given.seed == 0 {
                usual.seed
            } else {
                given.seed
            },
            overwrite: given.replace != 0,
            ..usual
        };
        let reporter = Reporter(given.progress, given.user);
        varidex_simulate::simulate(&options, to, &mut |done, total| {
            reporter.report("simulating", 0, 0, done.min(total))
        })?;
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}
