//! Counts of an allele. They are numbers: what a dataset can hold is far below 2^53.

use napi_derive::napi;
use varidex::{Absence, Counts};

/// A count as JavaScript has numbers.
pub(crate) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Counts of an allele, by the names that the columns of tables have. Of one that the dataset does not have they are
/// what is known of the place.
#[napi(object, use_nullable = true)]
#[derive(Debug)]
pub struct Frequency {
    /// Whether the dataset has the allele.
    pub present: bool,
    /// Whether all of the group were looked at here: else `an` is null.
    pub covered: bool,
    /// Of an allele that is not there, those that are at its position, as `T>C`, of at most 100.
    pub others: Vec<String>,
    /// Why the dataset does not have the allele, in words; null where it has it.
    pub reason: Option<String>,
    /// Copies that carry the allele.
    pub ac: i64,
    /// Copies with a known allele; null where somebody of the group was not looked at here.
    pub an: Option<i64>,
    /// ac / an; null where an is 0 or not known.
    pub af: Option<f64>,
    /// Samples with fewer copies of the allele than their ploidy, and at least one.
    #[napi(js_name = "n_het")]
    pub n_het: i64,
    /// Samples with two copies or more, all of them the allele.
    #[napi(js_name = "n_hom")]
    pub n_hom: i64,
    /// Samples with one copy, the allele.
    #[napi(js_name = "n_hemi")]
    pub n_hemi: i64,
    /// Samples with at least one copy that is not known; null where `an` is.
    #[napi(js_name = "n_missing")]
    pub n_missing: Option<i64>,
}

impl From<Counts> for Frequency {
    fn from(counts: Counts) -> Self {
        Self {
            present: true,
            covered: counts.an.is_some(),
            others: Vec::new(),
            reason: None,
            ac: number(counts.ac),
            an: counts.an.map(number),
            af: counts.af(),
            n_het: number(counts.n_het),
            n_hom: number(counts.n_hom),
            n_hemi: number(counts.n_hemi),
            n_missing: counts.n_missing.map(number),
        }
    }
}

impl From<Absence> for Frequency {
    fn from(absence: Absence) -> Self {
        let counts = Counts {
            an: absence.an,
            n_missing: absence.n_missing,
            ..Counts::default()
        };
        let others = absence.others.iter();
        let named = others.map(|(reference, alternate)| format!("{reference}>{alternate}"));
        Self {
            present: false,
            others: named.collect(),
            reason: Some(absence.to_string()),
            ..counts.into()
        }
    }
}
