//! Products of the matrix of genotypes with weights of variants and with vectors of samples.

use super::exec::products::{self, GREATEST, VECTORS};
use super::expr::IntoVariantExpr;
use super::page::Query;
use crate::cohort::View;
use crate::error::{Error, Result};
use std::str::FromStr;

/// What a genotype counts in a product of which not all copies are known: -1 in
/// [`Variant::dosages`](crate::Variant::dosages).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Nothing.
    Absent,
    /// The mean of the variant's other genotypes among those that may be seen; nothing where there is none.
    Mean,
}

impl FromStr for Missing {
    type Err = Error;

    /// `absent` or `mean`.
    fn from_str(name: &str) -> Result<Self> {
        match name {
            "absent" => Ok(Self::Absent),
            "mean" => Ok(Self::Mean),
            _ => Err(Error::Usage(format!(
                "missing: expected absent or mean, found {name:?}"
            ))),
        }
    }
}

/// For each variant a number for each vector: see [`View::project`].
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    values: Vec<f64>,
    vectors: usize,
}

impl Projection {
    /// How many variants, in the order of [`View::variants`].
    pub fn variants(&self) -> usize {
        self.values.len() / self.vectors.max(1)
    }

    /// How many vectors.
    pub fn vectors(&self) -> usize {
        self.vectors
    }

    /// The numbers, variant after variant: of vector `v` that of variant `i` is at `i · vectors + v`.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The same.
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }
}

/// Refuses numbers that cannot be added up.
fn check_numbers(what: &str, numbers: &[f64]) -> Result<()> {
    let is_wrong = |number: &f64| number.is_nan() || number.abs() > GREATEST;
    match numbers.iter().position(is_wrong) {
        None => Ok(()),
        Some(at) => Err(Error::Usage(format!(
            "{what}: expected numbers from -{GREATEST:e} to {GREATEST:e}, found {:?} at {at}, counted from 0",
            numbers.get(at).copied().unwrap_or_default()
        ))),
    }
}

impl View {
    /// For each sample the sum, over the variants that an expression picks, of the copies that carry the ALT times the
    /// variant's weight: `G w`, as a polygenic score.
    ///
    /// Weights are in the order of [`Self::variants`], one for each. Samples are those of
    /// [`dosages(None)`](Self::dosages), in this order; copies are counted as
    /// [`Variant::dosages`](crate::Variant::dosages) does. Sums are exact: each weight is taken as a multiple of
    /// 2^(e−80), where all are below 2^e, and a sum is rounded once, so that the error is at most
    /// `1e-12 · Σ |copies · weight|` where no weight but 0 is below 2^-40 of the greatest. So it depends neither on the
    /// order of variants nor on how many there are. With [`Missing::Mean`] the mean times the weight is rounded once a
    /// variant.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// let scores = view.score("ids(rs7412, rs429358)", &[-0.5, 1.2], varidex::Missing::Mean)?;
    /// for (name, score) in view.sample_names()?.zip(scores) {
    ///     println!("{name} {score}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::variants`], and [`Error::Usage`] where there is another number of variants than of weights, and for
    /// weights that are not finite or beyond 1e300.
    pub fn score(
        &self,
        of: impl IntoVariantExpr,
        weights: &[f64],
        missing: Missing,
    ) -> Result<Vec<f64>> {
        check_numbers("weights", weights)?;
        let variants = self.variants(of)?;
        let stored = products::is_stored_whole(self);
        products::score(variants, weights, missing == Missing::Mean, stored)
    }

    /// For each variant that an expression picks, and for each of some vectors, the sum over samples of the copies that
    /// carry the ALT times the sample's number in the vector: `Gᵀ y`, as for association and principal components.
    ///
    /// `vectors` has the numbers of one sample after those of another: that of sample `s` in vector `v` of `k` is at
    /// `s · k + v`. Samples are those of [`dosages(None)`](Self::dosages), in this order; `k` follows from how many
    /// numbers there are. Copies are counted as [`Variant::dosages`](crate::Variant::dosages) does.
    ///
    /// Sums are exact: each number is taken as a multiple of 2^(e−2b), where all of its vector are below 2^e, with
    /// b = min(40, 62 − ⌈log2 copies⌉) of all copies of all samples. A sum is rounded when it is made a number, so that
    /// the error is at most `1e-12 · Σ |copies · number|` for up to 2^22 copies, where no number but 0 is below 2^-40 of
    /// the greatest of its vector. It does not depend on the order of samples, nor on how genotypes are stored.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// // how many copies there are of each variant
    /// let ones = vec![1.0; view.sample_count() as usize];
    /// let sums = view.project("gene:TLR7", &ones, varidex::Missing::Absent)?;
    /// println!("{:?}", sums.values());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::variants`], and [`Error::Usage`] where there are no numbers or not as many for each sample, and for
    /// numbers that are not finite or beyond 1e300.
    pub fn project(
        &self,
        of: impl IntoVariantExpr,
        vectors: &[f64],
        missing: Missing,
    ) -> Result<Projection> {
        check_numbers("vectors", vectors)?;
        let samples = self.sample_count() as usize;
        let width = vectors.len().checked_div(samples).unwrap_or_default();
        if width == 0 || width * samples != vectors.len() {
            return Err(Error::Usage(format!(
                "vectors: expected as many numbers for each of {samples} samples, at least one, found {} in all",
                vectors.len()
            )));
        }
        let query = Query::new(of)?;
        let is_mean = missing == Missing::Mean;
        let how = (is_mean, products::is_stored_whole(self));
        let mut values = Vec::new();
        for first in (0..width).step_by(VECTORS) {
            let variants = self.variants_of(&query)?;
            products::project(variants, (vectors, width, first), how, &mut values)?;
        }
        Ok(Projection {
            values,
            vectors: width,
        })
    }
}
