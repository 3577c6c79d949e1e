//! Published counts: written, and asked.

use crate::dataset::Opened;
use crate::each::{go_on, needed};
use crate::entry::{
    Answer, Failure, caught, entry, out, path as path_at, some_text, text, texts, wanted,
};
use crate::error::{plain_status, vdx_status};
use crate::handle::{
    c_text, free, get, place_of, put, put_text, vdx_error, vdx_published, vdx_view,
};
use crate::page::vdx_table_options;
use crate::policy::vdx_known;
use crate::tables::table;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use std::ffi::{c_char, c_int, c_void};
use varidex::{
    Known, Position, PublishOptions, Published, PublishedSite, ShownCounts, StrataGroup,
};

/// Counts of an allele in some people, as they were published. It does not grow.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_shown_counts {
    /// Copies that carry the ALT; 0 where `ac_known` is VDX_KNOWN_WITHHELD.
    pub ac: u64,
    /// Copies with a known allele, as `an_known` says.
    pub an: u64,
    /// ac / an; NaN where one of them is not shown, and of nobody.
    pub af: f64,
    /// Samples with fewer copies of the ALT than their ploidy, as `genotypes_known` says.
    pub n_het: u64,
    /// Samples with two copies or more, all of them the ALT.
    pub n_hom: u64,
    /// Samples with one copy, the ALT.
    pub n_hemi: u64,
    /// To multiples of what AC is rounded; of a union of strata the sum of theirs. 1 is exact.
    pub ac_rounded_to: u64,
    /// The same of AN.
    pub an_rounded_to: u64,
    /// What is said of `ac`: a vdx_known.
    pub ac_known: c_int,
    /// The same of `an`.
    pub an_known: c_int,
    /// The same of `n_het`, `n_hom` and `n_hemi`.
    pub genotypes_known: c_int,
    /// Zero.
    pub reserved: c_int,
}

impl vdx_shown_counts {
    fn of(shown: &ShownCounts) -> Self {
        let number = |known: &Known<u64>| known.value().unwrap_or(0);
        let base = |known: &Known<u64>| match known {
            Known::Rounded { to, .. } => *to,
            _ => 1,
        };
        Self {
            ac: number(&shown.ac),
            an: number(&shown.an),
            af: shown.af().unwrap_or(f64::NAN),
            n_het: number(&shown.n_het),
            n_hom: number(&shown.n_hom),
            n_hemi: number(&shown.n_hemi),
            ac_rounded_to: base(&shown.ac),
            an_rounded_to: base(&shown.an),
            ac_known: vdx_known::of(&shown.ac),
            an_known: vdx_known::of(&shown.an),
            genotypes_known: vdx_known::of(&shown.n_het),
            reserved: 0,
        }
    }
}

/// A site of published counts. Texts are gone when the callback returns. It may grow at its end.
#[repr(C)]
pub struct vdx_published_site {
    /// The contig, by its name in the dataset.
    pub chrom: *const c_char,
    /// Where REF begins, 1-based as in VCF.
    pub pos: i64,
    /// REF.
    pub r#ref: *const c_char,
    /// NULL where the record had none.
    pub alt: *const c_char,
    /// In the union of strata that was asked for, or in everybody.
    pub counts: vdx_shown_counts,
}

/// Takes a site; other than 0 ends the listing with VDX_CANCELLED.
pub type vdx_published_site_fn =
    Option<unsafe extern "C" fn(site: *const vdx_published_site, user: *mut c_void) -> c_int>;

/// Writes counts of alleles by strata to a file: no sample, no id, and nothing of a person but what the counts that a policy shows
/// say. A floor does not hide who is a member: whoever holds a genome can compute that of many sites together.
///
/// `options` is JSON: `policy`, a name or rules, must be there; `by`, a list of fields of strata, `where`, `population`, which names the
/// people, `consent_date`, `max_age_days` (365) and `replace` (false) may be. Where `report` is not NULL, it takes what was published as
/// JSON: `sites`, `refused`, `withheld`, `cells`, `strata`, `left_out`, `digest`, `bytes`. Free it with vdx_text_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_publish(
    view: *const vdx_view,
    file: *const c_char,
    options: *const c_char,
    report: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (report, to, options) = unsafe {
            (
                wanted(report, "report")?,
                path_at(file, "file")?,
                text(options, "options")?,
            )
        };
        let view = get::<Opened>(view)?.view.renew()?;
        let options = PublishOptions::from_json(options, &view)?;
        let done = varidex::publish(&view, &options, to)?;
        if let Some(report) = report {
            report.set(put_text(&done.to_json()));
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Opens published counts. A file that is older than it may be is VDX_USAGE. Close it with vdx_published_close.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_published_open(
    path: *const c_char,
    file: *mut *mut vdx_published,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, from) = unsafe { (out(file, "file")?, path_at(path, "path")) };
        to.set(std::ptr::null_mut());
        to.set(put(Published::open(from?)?));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// What a file says of itself, as JSON: `published` (the path), `digest`, `rows`, `bytes`, `last_day`, `about` (population, consent date,
/// policy, fields, strata, contigs), `sections`. Free it with vdx_text_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_published_info(
    file: *const vdx_published,
    info: *mut *mut c_char,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: `info` is as the header says
        let to = unsafe { out(info, "info") }?;
        to.set(std::ptr::null_mut());
        to.set(put_text(&get::<Published>(file)?.info_json()?));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Reads all of a file, and checks every checksum, the digest and every rule: VDX_DAMAGED where something is not as it was written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_published_verify(
    file: *const vdx_published,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || Ok(get::<Published>(file)?.verify()?);
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// A union of strata by its labels, or everybody.
fn group_of(file: &Published, labels: Option<&str>) -> Answer<StrataGroup> {
    match labels {
        None => Ok(StrataGroup::total()),
        Some(labels) => Ok(file.group(labels)?),
    }
}

/// The counts of an allele, by its REF and ALT in any case of letters, in a union of strata (labels with `|` between them, as "FI|SE_F") or,
/// where `group` is NULL, in everybody. `found` takes 1, or 0 where the file does not have the allele: nobody has it, or what is of it may
/// not be shown; `counts` is withheld then. Another group is VDX_USAGE with the labels that there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_published_lookup(
    file: *const vdx_published,
    chrom: *const c_char,
    pos: i64,
    r#ref: *const c_char,
    alt: *const c_char,
    group: *const c_char,
    counts: *mut vdx_shown_counts,
    found: *mut c_int,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, found, chrom, reference, alternate, group) = unsafe {
            (
                out(counts, "counts")?,
                out(found, "found")?,
                text(chrom, "chrom")?,
                text(r#ref, "ref")?,
                text(alt, "alt")?,
                some_text(group, "group")?,
            )
        };
        let file = get::<Published>(file)?;
        let group = group_of(&file, group)?;
        let position = Position::from_one_based(pos).ok_or_else(|| {
            Failure::Argument(format!("pos: expected 0 to 2147483647, found {pos}"))
        })?;
        let site = file.site(chrom, position, reference, alternate)?;
        found.set(site.is_some().into());
        let shown = site.map(|site| site.shown(&group)).unwrap_or_default();
        to.set(vdx_shown_counts::of(&shown));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Gives a callback a site.
fn give(
    site: &PublishedSite,
    group: &StrataGroup,
    each: impl FnOnce(&vdx_published_site) -> c_int,
) -> Answer {
    let chrom = c_text(site.contig());
    let (reference, alternate) = site.alleles();
    let reference = c_text(&String::from_utf8_lossy(reference));
    let alternate = (!alternate.is_empty()).then(|| c_text(&String::from_utf8_lossy(alternate)));
    go_on(each(&vdx_published_site {
        chrom: chrom.as_ptr(),
        pos: site.position().one_based(),
        r#ref: reference.as_ptr(),
        alt: place_of(alternate.as_ref()),
        counts: vdx_shown_counts::of(&site.shown(group)),
    }))
}

/// The sites that an expression picks, as "22:16,000,000-17,000,000", in their order, counted in a union of strata as
/// vdx_published_lookup takes it or, where `group` is NULL, in everybody. What counts cannot answer, such as a gene, is VDX_EXPRESSION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_published_each(
    file: *const vdx_published,
    r#where: *const c_char,
    group: *const c_char,
    each: vdx_published_site_fn,
    user: *mut c_void,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (of, group) = unsafe { (text(r#where, "where")?, some_text(group, "group")?) };
        let file = get::<Published>(file)?;
        let (group, each) = (group_of(&file, group)?, needed(each)?);
        let mut sites = file.sites(of)?;
        while let Some(site) = sites.next()? {
            // SAFETY: the program gave the function together with `user`; what it gets outlives
            // the call
            give(&site, &group, |shown| unsafe { each(shown, user) })?;
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Counts of the sites that an expression picks, in everybody or, where it is not NULL, in the union of strata `group`: chrom pos ref alt ac an
/// af n_het n_hom n_hemi status. By `n_by` of the fields that strata are made by, with a column of its values before ac for each: "all" for
/// everybody, null where none is known. `status` is as in vdx_policy_frequencies.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_published_frequencies(
    file: *const vdx_published,
    r#where: *const c_char,
    group: *const c_char,
    by: *const *const c_char,
    n_by: usize,
    options: *const vdx_table_options,
    stream: *mut FFI_ArrowArrayStream,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let make = |_: &mut crate::page::Part<'_>| {
        // SAFETY: the arguments are as the header says
        let (of, group, by) = unsafe {
            (
                text(r#where, "where")?,
                some_text(group, "group")?,
                texts(by, n_by, "by")?,
            )
        };
        let by: Vec<String> = by.iter().map(|field| (*field).to_owned()).collect();
        let file = get::<Published>(file)?;
        Ok(varidex_columns::published_frequencies(
            &file, of, group, &by,
        )?)
    };
    // SAFETY: the arguments are as the header says
    unsafe { table(options, stream, error, make) }
}

/// Closes published counts; NULL is none. Arrow streams of it live on, and so do calls of other threads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_published_close(file: *mut vdx_published) -> vdx_status {
    plain_status(caught(|| free::<Published>(file)).flatten())
}
