//! Sums over samples for each variant: `Gᵀ y`.

use super::fixed::Fixed;
use super::genotypes::RowGenotypes;
use super::rows::for_each;
use super::runs::{Product, Reader};
use crate::cohort::most_copies;
use crate::error::Result;
use crate::query::exec::variants::Variants;
use crate::set::{ClassSums, Malformed, Numbers, add_of_samples};

/// So many vectors at most are multiplied at once: sums by class are of a bounded size.
pub(in crate::query) const VECTORS: usize = 16;
/// Dosages are at most that.
const MOST_COPIES: u32 = 127;

/// At most `W / 2` vectors, two limbs of each.
struct Sums<'o, const W: usize> {
    /// Whether those who are missing count as the mean.
    mean: bool,
    fixed: Vec<Fixed>,
    of_samples: Vec<Numbers<W>>,
    of_classes: ClassSums<W>,
    ones: Vec<(u32, i32)>,
    out: Columns<'o>,
}

/// Some columns of a matrix of which a row is `width` numbers long.
struct Columns<'o> {
    values: &'o mut Vec<f64>,
    width: usize,
    first: usize,
}

/// Vectors of which sample `s` has the numbers from `s · width` on, of which those from `first` on are multiplied, at
/// most [`VECTORS`]: for each variant a row of `width` numbers, of which these are written.
pub(in crate::query) fn project(
    variants: Variants<'_>,
    (vectors, width, first): (&[f64], usize, usize),
    (mean, stored): (bool, bool),
    values: &mut Vec<f64>,
) -> Result<()> {
    let out = Columns {
        values,
        width,
        first,
    };
    match (width - first).min(VECTORS) {
        1 => project_in::<2>(variants, vectors, (mean, stored), out),
        2..=4 => project_in::<8>(variants, vectors, (mean, stored), out),
        5..=8 => project_in::<16>(variants, vectors, (mean, stored), out),
        9..=12 => project_in::<24>(variants, vectors, (mean, stored), out),
        _ => project_in::<{ 2 * VECTORS }>(variants, vectors, (mean, stored), out),
    }
}

fn project_in<const W: usize>(
    variants: Variants<'_>,
    vectors: &[f64],
    (mean, stored): (bool, bool),
    out: Columns<'_>,
) -> Result<()> {
    let view = variants.view;
    let copies = most_copies(view)?.min(MOST_COPIES);
    let bits = Fixed::bits_for(u64::from(view.sample_count()) * u64::from(copies));
    let last = out.width.min(out.first + VECTORS);
    let column = |vector: usize| {
        let numbers = vectors.iter().skip(vector);
        numbers.step_by(out.width).copied()
    };
    let fixed: Vec<Fixed> = (out.first..last)
        .map(|vector| Fixed::of(column(vector), bits))
        .collect();
    let samples = view.sample_count() as usize;
    let mut of_samples = vec![[0; W]; samples];
    for (number, fixed) in fixed.iter().enumerate() {
        for (limbs, value) in of_samples.iter_mut().zip(column(out.first + number)) {
            if let Some(limbs) = limbs.as_chunks_mut().0.get_mut(number) {
                *limbs = fixed.split(value);
            }
        }
    }
    let mut reader = Reader::new(
        view,
        Sums {
            mean,
            fixed,
            of_samples,
            of_classes: ClassSums::default(),
            ones: Vec::new(),
            out,
        },
    );
    for_each(variants, stored, |row| reader.add(&row))?;
    reader.finish()?;
    let Sums { out, .. } = reader.product;
    out.values.resize(reader.variant * out.width, 0.0);
    Ok(())
}

impl<const W: usize> Sums<'_, W> {
    /// Writes the numbers of a variant, of which the sums over copies in runs are given.
    fn write(&mut self, variant: usize, mut sums: Numbers<W>, genotypes: &RowGenotypes) {
        if !genotypes.carried.is_empty() {
            add_of_samples(&self.of_samples, &genotypes.carried, &mut sums);
        }
        let start = variant * self.out.width;
        let values = &mut *self.out.values;
        if values.len() < start + self.out.width {
            values.resize(start + self.out.width, 0.0);
        }
        let row = values.get_mut(start + self.out.first..);
        let row = row.unwrap_or_default();
        let limbs = sums.as_chunks().0;
        for ((to, limbs), fixed) in row.iter_mut().zip(limbs).zip(&self.fixed) {
            *to = fixed.join(*limbs);
        }
        if self.mean && !genotypes.missing.is_empty() {
            self.ones.clear();
            self.ones
                .extend(genotypes.missing.iter().map(|&sample| (sample, 1)));
            let mut missing = [0; W];
            add_of_samples(&self.of_samples, &self.ones, &mut missing);
            let mean = genotypes.mean();
            let limbs = missing.as_chunks().0;
            for ((to, limbs), fixed) in row.iter_mut().zip(limbs).zip(&self.fixed) {
                *to += mean * fixed.join(*limbs);
            }
        }
    }
}

impl<const W: usize> Product for Sums<'_, W> {
    fn begin(&mut self, ids: &[[u16; 2]], classes: u32) {
        self.of_classes.load(ids, classes, &self.of_samples);
    }

    fn runs(&mut self, variant: usize, row: &[u8], beside: &RowGenotypes) -> Result<(), Malformed> {
        let mut sums = [0; W];
        self.of_classes.add_of(row, &mut sums)?;
        self.write(variant, sums, beside);
        Ok(())
    }

    fn row(&mut self, variant: usize, genotypes: &RowGenotypes) {
        self.write(variant, [0; W], genotypes);
    }

    fn end(&mut self, _: &[[u16; 2]]) {}
}
