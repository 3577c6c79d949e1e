//! Products of the matrix of genotypes.

use crate::dataset::Opened;
use crate::entry::{Answer, array, entry, out, parse, text};
use crate::error::vdx_status;
use crate::handle::{get, vdx_error, vdx_view};
use std::ffi::c_char;
use std::mem::MaybeUninit;
use varidex::Missing;

/// Writes numbers where the program has room for them.
///
/// # Safety
///
/// Where `room` is not 0 and `to` not NULL, so many numbers may be written there.
unsafe fn write(to: *mut f64, room: usize, name: &str, numbers: &[f64]) -> Answer {
    // SAFETY: the same promise; the slice is only checked, and written to by its pointer
    unsafe { array(to.cast_const().cast::<MaybeUninit<f64>>(), room, name) }?;
    for (i, number) in numbers.iter().enumerate().take(room) {
        // SAFETY: `array` has checked `to`, and `i` is below the room there
        unsafe { to.add(i).write(*number) };
    }
    Ok(())
}

/// For each sample, by number, the sum of the copies of each variant's ALT times the variant's weight: a polygenic score.
/// Of the `n` weights there is one for each variant that the expression picks, in the order of vdx_each_variant. A genotype of
/// which a copy is not known counts nothing where `missing` is "absent", and the mean of the variant's other genotypes
/// where it is "mean". `samples` takes how many samples there are; the scores of the first `room` of them are written to
/// `scores`, which may be NULL where `room` is 0. Sums are exact, and rounded once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_score(
    view: *const vdx_view,
    r#where: *const c_char,
    weights: *const f64,
    n: usize,
    missing: *const c_char,
    scores: *mut f64,
    room: usize,
    samples: *mut usize,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let ((to, of), (weights, missing)) = unsafe {
            (
                (out(samples, "samples")?, text(r#where, "where")?),
                (array(weights, n, "weights")?, text(missing, "missing")?),
            )
        };
        // SAFETY: so is `scores`; nothing is written yet
        unsafe { write(scores, room, "scores", &[]) }?;
        let opened = get::<Opened>(view)?;
        let found = opened.view.score(of, weights, parse::<Missing>(missing)?)?;
        // SAFETY: the same
        unsafe { write(scores, room, "scores", &found) }?;
        to.set(found.len());
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}

/// For each variant that an expression picks, in the order of vdx_each_variant, and for each of k vectors, the sum over
/// samples of the copies of the ALT times the sample's number: for association and principal components. `vectors` has `n`
/// numbers, k for each sample: that of sample s in vector v is at s * k + v. `missing` is as for vdx_score. `variants`
/// takes how many variants there are; of their numbers, variant after variant k of them, the first `room` are written to
/// `values`, which may be NULL where `room` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vdx_project(
    view: *const vdx_view,
    r#where: *const c_char,
    vectors: *const f64,
    n: usize,
    missing: *const c_char,
    values: *mut f64,
    room: usize,
    variants: *mut usize,
    error: *mut *mut vdx_error,
) -> vdx_status {
    let work = || {
        // SAFETY: the arguments are as the header says
        let ((to, of), (vectors, missing)) = unsafe {
            (
                (out(variants, "variants")?, text(r#where, "where")?),
                (array(vectors, n, "vectors")?, text(missing, "missing")?),
            )
        };
        // SAFETY: so is `values`; nothing is written yet
        unsafe { write(values, room, "values", &[]) }?;
        let opened = get::<Opened>(view)?;
        let missing = parse::<Missing>(missing)?;
        let found = opened.view.project(of, vectors, missing)?;
        // SAFETY: the same
        unsafe { write(values, room, "values", found.values()) }?;
        to.set(found.variants());
        Ok(())
    };
    // SAFETY: `error` is as the header says
    unsafe { entry(error, work) }
}
