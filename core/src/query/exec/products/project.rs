//! Sums over samples for each variant: `Gᵀ y`.

use super::fixed::Fixed;
use super::genotypes::RowGenotypes;
use super::rows::for_each;
use super::runs::{Product, Reader};
use crate::cohort::most_copies;
use crate::error::Result;
use crate::query::exec::variants::Variants;
use crate::set::{ClassSums, Numbers, SampleNumbers};

/// So many vectors at most are multiplied at once: sums by class are of a bounded size.
pub(in crate::query) const VECTORS: usize = 16;
/// Dosages are at most that.
const MOST_COPIES: u32 = 127;

/// Vectors in sets of `W / 2`, two limbs of each.
struct Sums<'o, const W: usize> {
    /// Whether those who are missing count as the mean.
    mean: bool,
    fixed: Vec<Fixed>,
    of_samples: SampleNumbers<W>,
    of_classes: ClassSums<W>,
    /// The sums of a variant, by set; and those over the samples that are missing.
    sums: Vec<Numbers<W>>,
    missing: Vec<Numbers<W>>,
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
        _ => project_in::<8>(variants, vectors, (mean, stored), out),
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
    let sets = fixed.len().div_ceil(W / 2);
    let samples = view.sample_count() as usize;
    let mut of_samples = SampleNumbers {
        numbers: vec![[0; W]; sets * samples],
        samples,
    };
    for (number, fixed) in fixed.iter().enumerate() {
        let (set, at) = (number / (W / 2), number % (W / 2) * 2);
        let numbers = of_samples.numbers.iter_mut().skip(set * samples);
        for (numbers, number) in numbers.zip(column(out.first + number)) {
            if let Some(limbs) = numbers.get_mut(at..at + 2) {
                limbs.copy_from_slice(&fixed.split(number));
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
            sums: vec![[0; W]; sets],
            missing: vec![[0; W]; sets],
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
    fn write(&mut self, variant: usize, genotypes: &RowGenotypes) {
        self.of_samples.add_of(&genotypes.carried, &mut self.sums);
        let start = variant * self.out.width;
        let values = &mut *self.out.values;
        if values.len() < start + self.out.width {
            values.resize(start + self.out.width, 0.0);
        }
        let row = values.get_mut(start + self.out.first..);
        let row = row.unwrap_or_default();
        let limbs = self.sums.as_flattened().as_chunks::<2>().0;
        for ((to, limbs), fixed) in row.iter_mut().zip(limbs).zip(&self.fixed) {
            *to = fixed.join(*limbs);
        }
        if self.mean && !genotypes.missing.is_empty() {
            self.ones.clear();
            self.ones
                .extend(genotypes.missing.iter().map(|&sample| (sample, 1)));
            self.missing.fill([0; W]);
            self.of_samples.add_of(&self.ones, &mut self.missing);
            let mean = genotypes.mean();
            let limbs = self.missing.as_flattened().as_chunks::<2>().0;
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

    fn runs(&mut self, variant: usize, boundaries: &[u32], beside: &RowGenotypes) {
        self.sums.fill([0; W]);
        self.of_classes.add_of(boundaries, &mut self.sums);
        self.write(variant, beside);
    }

    fn row(&mut self, variant: usize, genotypes: &RowGenotypes) {
        self.sums.fill([0; W]);
        self.write(variant, genotypes);
    }

    fn end(&mut self, _: &[[u16; 2]]) {}
}
