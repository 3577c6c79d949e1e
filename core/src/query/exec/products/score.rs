//! Sums over variants for each sample: `G w`.

use super::fixed::{Fixed, LIMB_BITS};
use super::genotypes::RowGenotypes;
use super::rows::for_each;
use super::runs::{Product, ROWS, Reader};
use crate::error::{Error, Result};
use crate::query::exec::variants::Variants;
use crate::set::{ClassSteps, Malformed, Numbers};

// a sample gets less than 2^8 times a limb of each variant, of which there are fewer than twice as many
const _: () = assert!(8 + LIMB_BITS + ROWS.ilog2() < 62);

struct Scores<'w> {
    weights: &'w [f64],
    /// Whether those who are missing count as the mean.
    mean: bool,
    fixed: Fixed,
    steps: ClassSteps,
    /// By sample the limbs of what was added since these were last taken over, from so many variants.
    sums: Vec<Numbers<2>>,
    rows: u32,
    totals: Vec<i128>,
}

/// For each sample that may be seen the sum of the copies that it carries of each variant, times the variant's weight.
pub(in crate::query) fn score(
    variants: Variants<'_>,
    weights: &[f64],
    mean: bool,
    stored: bool,
) -> Result<Vec<f64>> {
    let view = variants.view;
    let samples = view.sample_count() as usize;
    let mut reader = Reader::new(
        view,
        Scores {
            weights,
            mean,
            fixed: Fixed::of(weights.iter().copied(), LIMB_BITS),
            steps: ClassSteps::default(),
            sums: vec![[0; 2]; samples],
            rows: 0,
            totals: vec![0; samples],
        },
    );
    for_each(variants, stored, |row| {
        // of too many weights is said how many there should be
        if reader.variant < weights.len() {
            return reader.add(&row);
        }
        reader.variant += 1;
        Ok(())
    })?;
    if reader.variant != weights.len() {
        return Err(Error::Usage(format!(
            "weights: expected {}, one for each variant that the expression picks, found {}",
            reader.variant,
            weights.len()
        )));
    }
    reader.finish()?;
    let mut scores = reader.product;
    scores.take_over();
    let Scores { fixed, totals, .. } = scores;
    Ok(totals.iter().map(|&total| fixed.of_whole(total)).collect())
}

impl Scores<'_> {
    fn weight(&self, variant: usize) -> f64 {
        self.weights.get(variant).copied().unwrap_or_default()
    }

    fn take_over(&mut self) {
        for (total, sum) in self.totals.iter_mut().zip(&mut self.sums) {
            *total += self.fixed.whole(std::mem::take(sum));
        }
        self.rows = 0;
    }

    fn add_to(&mut self, sample: u32, [high, low]: Numbers<2>, times: i64) {
        if let Some([sum_high, sum_low]) = self.sums.get_mut(sample as usize) {
            *sum_high += times * high;
            *sum_low += times * low;
        }
    }

    fn add_genotypes(&mut self, weight: f64, limbs: Numbers<2>, genotypes: &RowGenotypes) {
        for &(sample, copies) in &genotypes.carried {
            self.add_to(sample, limbs, copies.into());
        }
        if self.mean && !genotypes.missing.is_empty() {
            let limbs = self.fixed.split(weight * genotypes.mean());
            for &sample in &genotypes.missing {
                self.add_to(sample, limbs, 1);
            }
        }
    }
}

impl Product for Scores<'_> {
    fn begin(&mut self, _: &[[u16; 2]], classes: u32) {
        self.steps.clear(classes);
    }

    fn runs(&mut self, variant: usize, row: &[u8], beside: &RowGenotypes) -> Result<(), Malformed> {
        let weight = self.weight(variant);
        let limbs = self.fixed.split(weight);
        self.steps.add(row, limbs)?;
        self.add_genotypes(weight, limbs, beside);
        self.rows += 1;
        Ok(())
    }

    fn row(&mut self, variant: usize, genotypes: &RowGenotypes) {
        let weight = self.weight(variant);
        self.add_genotypes(weight, self.fixed.split(weight), genotypes);
        self.rows += 1;
        if self.rows >= ROWS {
            self.take_over();
        }
    }

    fn end(&mut self, ids: &[[u16; 2]]) {
        self.steps.finish(ids, &mut self.sums);
        if self.rows >= ROWS {
            self.take_over();
        }
    }
}
