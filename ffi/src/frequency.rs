//! How often one allele is seen.

use crate::dataset::Opened;
use crate::entry::{Failure, array, entry, out, text, texts};
use crate::error::vdx_status;
use crate::group::People;
use crate::handle::{get, get_some, vdx_error, vdx_group, vdx_view};
use std::ffi::c_char;
use std::mem::MaybeUninit;
use varidex::{Counts, Position};

/// Counts of an allele in a group of people, or in everybody. It does not grow.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vdx_counts {
    /// Copies that carry the ALT.
    pub ac: u64,
    /// Copies with a known allele; without meaning where an_known is 0.
    pub an: u64,
    /// ac / an; NaN where an is 0 or not known.
    pub af: f64,
    /// Samples with fewer copies of the ALT than their ploidy, and at least one.
    pub n_het: u64,
    /// Samples with two copies or more, all of them the ALT.
    pub n_hom: u64,
    /// Samples with one copy, the ALT.
    pub n_hemi: u64,
    /// Samples of which at least one copy has an unknown allele; without meaning where an_known is 0.
    pub n_missing: u64,
    /// 1 where the dataset has the allele; 0 where it does not: then all else is 0, and af is NaN.
    pub found: u8,
    /// 1 where an and n_missing are known; 0 where some of the group were not looked at here.
    pub an_known: u8,
    /// Zero.
    pub reserved: [u8; 6],
}

impl vdx_counts {
    pub(crate) fn new(counts: &Counts) -> Self {
        Self {
            ac: counts.ac,
            an: counts.an.unwrap_or(0),
            af: counts.af().unwrap_or(f64::NAN),
            n_het: counts.n_het,
            n_hom: counts.n_hom,
            n_hemi: counts.n_hemi,
            n_missing: counts.n_missing.unwrap_or(0),
            found: 1,
            an_known: counts.an.is_some().into(),
            reserved: [0; 6],
        }
    }

    fn of(counts: Option<Counts>) -> Self {
        counts.as_ref().map_or(
            Self {
                found: 0,
                an_known: 0,
                ..Self::new(&Counts::default())
            },
            Self::new,
        )
    }
}

/// How often one allele is seen, in any of the spellings of expressions: `22:16050075:A:G`,
/// `NC_000022.10:g.16050075A>G`, `rs587697622`. In everybody where `group` is NULL. An allele that the
/// dataset does not have is no error: see vdx_counts.found.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_frequency(
    view: *const vdx_view,
    allele: *const c_char,
    group: *const vdx_group,
    counts: *mut vdx_counts,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let (to, allele) = unsafe { (out(counts, "counts")?, text(allele, "allele")?) };
        let opened = get::<Opened>(view)?;
        let people = get_some::<People>(group)?;
        let within = people.as_ref().map(|people| &people.0);
        let counts = opened.view.frequency(allele, within)?;
        to.set(vdx_counts::of(counts));
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// How often each of `n` alleles is seen: of the first, the first of `chrom` (by any of its names), of
/// `pos` (1-based as in VCF), of `ref` and of `alt`; the first of `counts` takes the answer; and so on. In
/// everybody where `group` is NULL. Where it fails, some of `counts` may be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_frequency_many(
    view: *const vdx_view,
    n: usize,
    chrom: *const *const c_char,
    pos: *const i64,
    r#ref: *const *const c_char,
    alt: *const *const c_char,
    group: *const vdx_group,
    counts: *mut vdx_counts,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let ((chroms, positions), (references, alternates)) = unsafe {
            (
                (texts(chrom, n, "chrom")?, array(pos, n, "pos")?),
                (texts(r#ref, n, "ref")?, texts(alt, n, "alt")?),
            )
        };
        // SAFETY: `counts` is as the header says; what stands there now is not looked at
        unsafe {
            array(
                counts.cast_const().cast::<MaybeUninit<vdx_counts>>(),
                n,
                "counts",
            )
        }?;
        let opened = get::<Opened>(view)?;
        let people = get_some::<People>(group)?;
        let within = people.as_ref().map(|people| &people.0);
        let mut lookup = opened.view.lookup(within)?;
        let alleles = chroms.iter().zip(positions);
        let alleles = alleles.zip(references.iter().zip(&alternates));
        for (i, ((chrom, pos), (reference, alternate))) in alleles.enumerate() {
            let position = Position::from_one_based(*pos).ok_or_else(|| {
                Failure::Argument(format!("pos[{i}] is {pos}: positions begin with 1"))
            })?;
            let found = lookup.counts(chrom, position, reference, alternate)?;
            // SAFETY: `array` has checked `counts`, and `i` is below `n`
            unsafe { counts.add(i).write(vdx_counts::of(found)) };
        }
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}
