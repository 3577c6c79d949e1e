//! Variants and carriers, one after the other, to a callback of the program.

use crate::asked::asked;
use crate::entry::{Answer, Failure, entry};
use crate::error::vdx_status;
use crate::frequency::vdx_counts;
use crate::handle::{c_text, place_of, vdx_error, vdx_group, vdx_view};
use std::ffi::{CString, c_char, c_int, c_void};
use varidex::{Error, Variant};

/// A variant: one ALT of one record. Texts are gone when the callback returns. It may grow at its end.
#[repr(C)]
pub struct vdx_variant {
    /// The contig, by its name in the input.
    pub chrom: *const c_char,
    /// Where REF begins, 1-based as in VCF.
    pub pos: i64,
    /// NULL where the record has none.
    pub id: *const c_char,
    /// REF.
    pub r#ref: *const c_char,
    /// NULL where the record has none.
    pub alt: *const c_char,
    /// `snv`, `ins`, `del` ...
    pub r#type: *const c_char,
    /// NULL where none is recorded.
    pub filter: *const c_char,
    /// NaN where none is recorded.
    pub qual: f64,
    /// In the group that was asked for, or in everybody.
    pub counts: vdx_counts,
    /// What annotations say of it, the most severe of what the expression picks: the gene, by its symbol
    /// or id. NULL where none is recorded.
    pub gene: *const c_char,
    /// Terms of the Sequence Ontology, joined by `&`. NULL as above.
    pub consequence: *const c_char,
    /// `high`, `moderate`, `low` or `modifier`. NULL as above.
    pub impact: *const c_char,
}

/// Takes a variant; other than 0 ends the listing with VDX_CANCELLED.
pub type vdx_variant_fn =
    Option<unsafe extern "C" fn(variant: *const vdx_variant, user: *mut c_void) -> c_int>;

/// A sample that carries a variant. Texts are gone when the callback returns. It may grow at its end.
#[repr(C)]
pub struct vdx_carrier {
    /// Of the variant, as in vdx_variant.
    pub chrom: *const c_char,
    /// The same.
    pub pos: i64,
    /// The same.
    pub r#ref: *const c_char,
    /// The same.
    pub alt: *const c_char,
    /// The sample, by its name.
    pub sample: *const c_char,
    /// The person that it is of, NULL where none is known.
    pub individual: *const c_char,
    /// The sample, by its number.
    pub number: u32,
    /// Copies that carry the ALT.
    pub carried: u32,
    /// Copies that the sample has here.
    pub ploidy: u32,
    /// 1 where the order of the copies is known.
    pub phased: c_int,
    /// `het`, `hom` or `hemi`.
    pub zygosity: *const c_char,
    /// The genotype with respect to the ALT: `0|1`, `./1`; NULL of more than 32 copies.
    pub phase: *const c_char,
}

/// Takes a carrier; other than 0 ends the listing with VDX_CANCELLED.
pub type vdx_carrier_fn =
    Option<unsafe extern "C" fn(carrier: *const vdx_carrier, user: *mut c_void) -> c_int>;

/// A callback that must be there.
pub(crate) fn needed<F>(each: Option<F>) -> Answer<F> {
    each.ok_or_else(|| Failure::Argument("the callback is NULL".to_owned()))
}

/// Where a variant stands, as texts for C.
struct Site {
    chrom: CString,
    pos: i64,
    reference: CString,
    alternate: Option<CString>,
}

impl Site {
    fn of(variant: &mut Variant<'_, '_>) -> Answer<Self> {
        let chrom = c_text(variant.contig());
        let pos = variant.position()?.one_based();
        let (reference, alternate) = variant.alleles()?;
        Ok(Self {
            chrom,
            pos,
            reference: c_text(&String::from_utf8_lossy(reference)),
            alternate: some(alternate),
        })
    }
}

/// A text for C, where there is one.
fn some(text: &[u8]) -> Option<CString> {
    (!text.is_empty()).then(|| c_text(&String::from_utf8_lossy(text)))
}

/// The end of a listing, where a callback does not want more.
pub(crate) fn go_on(answer: c_int) -> Answer {
    match answer {
        0 => Ok(()),
        _ => Err(Error::Cancelled.into()),
    }
}

/// Gives a callback a variant.
fn give(variant: &mut Variant<'_, '_>, each: impl FnOnce(&vdx_variant) -> c_int) -> Answer {
    let site = Site::of(variant)?;
    let counts = vdx_counts::new(&variant.counts()?);
    let id = some(variant.id()?);
    let filter = some(variant.filter()?.as_bytes());
    let kind = c_text(variant.allele_type()?.name());
    let shown = variant.annotation()?;
    let [gene, consequence, impact] = match &shown {
        Some(shown) => [shown.gene(), &shown.consequence, shown.impact.name()],
        None => [""; 3],
    }
    .map(|text| some(text.as_bytes()));
    go_on(each(&vdx_variant {
        chrom: site.chrom.as_ptr(),
        pos: site.pos,
        id: place_of(id.as_ref()),
        r#ref: site.reference.as_ptr(),
        alt: place_of(site.alternate.as_ref()),
        r#type: kind.as_ptr(),
        filter: place_of(filter.as_ref()),
        qual: variant.quality()?.map_or(f64::NAN, f64::from),
        counts,
        gene: place_of(gene.as_ref()),
        consequence: place_of(consequence.as_ref()),
        impact: place_of(impact.as_ref()),
    }))
}

/// The variants that an expression picks, in the order of contig, position, REF and ALT, counted in
/// `group` or, where it is NULL, in everybody.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_each_variant(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    each: vdx_variant_fn,
    user: *mut c_void,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: `where` is as the header says
        let asked = unsafe { asked(view, r#where, group) }?;
        let each = needed(each)?;
        asked.walk(|variant| {
            // SAFETY: the program gave the function together with `user`; what it gets outlives
            // the call
            give(variant, |shown| unsafe { each(shown, user) })
        })
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Who carries the variants that an expression picks: among `group` or, where it is NULL, everybody. By
/// variant, then by sample.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_each_carrier(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    each: vdx_carrier_fn,
    user: *mut c_void,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: `where` is as the header says
        let asked = unsafe { asked(view, r#where, group) }?;
        let each = needed(each)?;
        let view = &asked.view;
        let mut carriers = Vec::new();
        asked.walk(|variant| {
            carriers.clear();
            variant.carriers(|carrier| carriers.push(carrier))?;
            if carriers.is_empty() {
                return Ok(());
            }
            let site = Site::of(variant)?;
            for carrier in &carriers {
                let sample = c_text(view.sample_name(carrier.sample)?);
                let individual = view.individual_of(carrier.sample)?.map(c_text);
                let zygosity = c_text(carrier.zygosity().name());
                let phase = some(carrier.phase().as_bytes());
                let shown = vdx_carrier {
                    chrom: site.chrom.as_ptr(),
                    pos: site.pos,
                    r#ref: site.reference.as_ptr(),
                    alt: place_of(site.alternate.as_ref()),
                    sample: sample.as_ptr(),
                    individual: place_of(individual.as_ref()),
                    number: carrier.sample,
                    carried: carrier.carried,
                    ploidy: carrier.ploidy,
                    phased: carrier.phased.into(),
                    zygosity: zygosity.as_ptr(),
                    phase: place_of(phase.as_ref()),
                };
                // SAFETY: the program gave the function together with `user`; `shown` outlives the call
                go_on(unsafe { each(&raw const shown, user) })?;
            }
            Ok(())
        })
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// Takes a variant and, of `n` samples, how many copies of its ALT each has: of at most 127, and -1 where
/// a copy is not known. Other than 0 ends the listing with VDX_CANCELLED.
pub type vdx_genotypes_fn = Option<
    unsafe extern "C" fn(
        variant: *const vdx_variant,
        copies: *const i8,
        n: usize,
        user: *mut c_void,
    ) -> c_int,
>;

/// Genotypes of the variants that an expression picks, as rows of a matrix: a column for each sample of
/// `group` or, where it is NULL, of everybody, in the order of vdx_group_samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_each_genotypes(
    view: *const vdx_view,
    r#where: *const c_char,
    group: *const vdx_group,
    each: vdx_genotypes_fn,
    user: *mut c_void,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: `where` is as the header says
        let asked = unsafe { asked(view, r#where, group) }?;
        let each = needed(each)?;
        let mut dosages = asked.view.dosages(asked.query.group())?;
        let mut copies = vec![0; dosages.width()];
        asked.walk(|variant| {
            variant.dosages(&mut dosages, &mut copies)?;
            // SAFETY: the program gave the function together with `user`; what it gets outlives
            // the call
            give(variant, |shown| unsafe {
                each(shown, copies.as_ptr(), copies.len(), user)
            })
        })
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}
