//! Counts of variants in groups: one rule for what tables show and for what numbers in expressions are
//! compared with.

use crate::cohort::RowCounts;
use crate::model::wilson;
use crate::query::expr::{Comparison, Number};

/// Counts of a variant in a group of samples.
///
/// `ac = n_het + 2 n_hom + n_hemi` where no sample has three or more copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Copies that carry the ALT.
    pub ac: u64,
    /// Copies with a known allele; `None` where somebody of the group was not looked at here.
    pub an: Option<u64>,
    /// Samples with fewer copies of the ALT than their ploidy, and at least one.
    pub n_het: u64,
    /// Samples with two copies or more, all of them the ALT.
    pub n_hom: u64,
    /// Samples with one copy, the ALT.
    pub n_hemi: u64,
    /// Samples of which at least one copy has an unknown allele (as `N_MISSING` of bcftools); `None` where AN is
    /// not known, for then it would depend on how the samples are spread over files.
    pub n_missing: Option<u64>,
}

impl Counts {
    /// From the batches that have the variant, and what is known of the others; `None` where somebody was not looked
    /// at.
    #[inline]
    pub(in crate::query) fn from_rows(sum: RowCounts, reference_counts: Option<RowCounts>) -> Self {
        Self {
            ac: u64::from(sum.ac),
            an: reference_counts.map(|other| u64::from(sum.an) + u64::from(other.an)),
            n_het: u64::from(sum.het),
            n_hom: u64::from(sum.hom),
            n_hemi: u64::from(sum.hemi),
            n_missing: reference_counts
                .map(|other| u64::from(sum.missing) + u64::from(other.missing)),
        }
    }

    /// Where the rows say all that there is to say.
    #[inline]
    pub(in crate::query) fn of_rows(sum: RowCounts) -> Self {
        Self::from_rows(sum, (!sum.uncovered).then(RowCounts::default))
    }

    /// Of an allele that nobody has, from what is known of its place.
    pub(in crate::query) fn of_nobody(known: Option<RowCounts>) -> Self {
        Self::from_rows(RowCounts::default(), known)
    }

    /// Of a group of nobody, of which AN is known where that of all is.
    pub(crate) fn of_nobody_beside(&self) -> Self {
        Self {
            an: self.an.map(|_| 0),
            n_missing: self.n_missing.map(|_| 0),
            ..Self::default()
        }
    }

    /// The same with other counts for one of the rows.
    pub(in crate::query) fn replace(&mut self, row: RowCounts, by: RowCounts) {
        let put = |sum: &mut u64, row: u32, by: u32| {
            *sum = sum.saturating_sub(row.into()).saturating_add(by.into());
        };
        put(&mut self.ac, row.ac, by.ac);
        match (&mut self.an, &mut self.n_missing) {
            (Some(an), Some(n_missing)) if !by.uncovered && !row.uncovered => {
                put(an, row.an, by.an);
                put(n_missing, row.missing, by.missing);
            }
            (an, n_missing) => (*an, *n_missing) = (None, None),
        }
        put(&mut self.n_het, row.het, by.het);
        put(&mut self.n_hom, row.hom, by.hom);
        put(&mut self.n_hemi, row.hemi, by.hemi);
    }

    /// AC / AN; `None` where AN is 0 or not known.
    pub fn af(&self) -> Option<f64> {
        match self.an {
            None | Some(0) => None,
            Some(an) => Some(self.ac as f64 / an as f64),
        }
    }

    /// Wilson's score interval of AF, 95 %; `None` as for [`Self::af`]:
    ///
    /// (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), with p = AC / AN, n = AN and z = 1.959964 (E. B. Wilson,
    /// Journal of the American Statistical Association 22, 1927).
    ///
    /// ```
    /// let counts = varidex::Counts { ac: 0, an: Some(10), ..Default::default() };
    /// let (low, high) = counts.af_interval().unwrap_or_default();
    /// assert_eq!((low, (high * 1e4).round()), (0.0, 2775.0));
    /// ```
    pub fn af_interval(&self) -> Option<(f64, f64)> {
        wilson(self.ac, self.an?)
    }

    /// Whether a count stands in the relation asked for. AF is compared as the exact quotient; of what
    /// is not known nothing holds.
    pub(in crate::query) fn holds(
        &self,
        field: Number,
        comparison: Comparison,
        value: f64,
    ) -> bool {
        let left = match field {
            Number::Ac => Some(self.ac as f64),
            Number::An => self.an.map(|an| an as f64),
            Number::NHet => Some(self.n_het as f64),
            Number::NHom => Some(self.n_hom as f64),
            Number::NHemi => Some(self.n_hemi as f64),
            Number::NMissing => self.n_missing.map(|missing| missing as f64),
            Number::Af => self.af(),
            Number::Qual | Number::Length | Number::Pos | Number::Start | Number::End => None,
        };
        left.is_some_and(|left| comparison.holds(left, value))
    }
}
