//! The genotypes of a variant, as products count them.

use crate::cohort::{RowCounter, for_each_polyploid_of};
use crate::error::Result;
use crate::query::exec::dosage::MISSING;
use crate::set::{StoredSet, classes_of, get_bit};

/// Who carries a variant, and of whom that is not known.
#[derive(Default)]
pub(super) struct RowGenotypes {
    /// Samples and how often they count; of a row in runs beside these: copies that its runs have of a sample that is
    /// missing count -1.
    pub(super) carried: Vec<(u32, i32)>,
    /// Samples of which a copy is not known, ascending but for those of three copies and more.
    pub(super) missing: Vec<u32>,
    /// Copies that those who are known carry, where somebody is missing.
    copies: i64,
    /// How many are known.
    known: i64,
    /// The copy that is known of those who have one and miss the other, ascending.
    half: Vec<u32>,
    /// The classes of a row in runs as bits, where somebody is in `half`.
    classes: Vec<u64>,
}

impl RowGenotypes {
    /// What those who are missing count on average: the mean of the others, 0 where there are none.
    pub(super) fn mean(&self) -> f64 {
        match self.known {
            0 => 0.0,
            known => self.copies as f64 / known as f64,
        }
    }

    /// From the copies of each sample.
    pub(super) fn read_dosages(&mut self, dosages: &[i8]) {
        self.clear();
        for (sample, &copies) in (0..).zip(dosages) {
            match copies {
                0 => {}
                MISSING => self.missing.push(sample),
                copies => {
                    self.carried.push((sample, copies.into()));
                    self.copies += i64::from(copies);
                }
            }
        }
        self.known = dosages.len() as i64 - self.missing.len() as i64;
    }

    /// From what is stored of a row, each copy that carries.
    pub(super) fn read_copies<'a>(
        &mut self,
        counter: &mut RowCounter<'a>,
        (row, set): (u32, &StoredSet<'a>),
    ) -> Result<()> {
        self.clear();
        self.read_missing(counter, row)?;
        let mut left = self.missing.as_slice();
        let mut push = |sample: u32, copies: i32| {
            while let [missing, rest @ ..] = left
                && *missing < sample
            {
                left = rest;
            }
            if left.first() != Some(&sample) {
                self.carried.push((sample, copies));
            }
        };
        let by_pairs = set.walk_pairs(|sample, which| push(sample, which.count_ones() as i32));
        if !by_pairs.map_err(|rule| counter.segment.broken_set(rule))? {
            counter.walk_copies(row, |copy| push(copy / 2, 1))?;
        }
        self.read_polyploid(counter, row)?;
        if !self.missing.is_empty() {
            self.copies = self.carried.iter().map(|of| i64::from(of.1)).sum();
            self.count_known(counter);
        }
        Ok(())
    }

    /// From what is stored of a row in runs, whoever is not in these. `ids` are the classes of each sample's copies, of so
    /// many classes.
    pub(super) fn read_beside_runs(
        &mut self,
        counter: &mut RowCounter<'_>,
        (row, runs): (u32, &[u8]),
        (ids, classes): (&[[u16; 2]], u32),
    ) -> Result<()> {
        self.clear();
        self.read_missing(counter, row)?;
        if !self.half.is_empty() {
            classes_of(runs, classes, &mut self.classes)
                .map_err(|rule| counter.segment.broken_set(rule))?;
        }
        for copy in &self.half {
            let classes = ids.get(*copy as usize / 2).copied().unwrap_or_default();
            let [first, second] = classes;
            let class = if copy % 2 == 0 { first } else { second };
            if get_bit(&self.classes, class.into()) {
                self.carried.push((copy / 2, -1));
            }
        }
        let polyploid = self.read_polyploid(counter, row)?;
        if !self.missing.is_empty() {
            let all = i64::from(counter.counts(row)?.ac) - polyploid;
            self.copies = all + self.carried.iter().map(|of| i64::from(of.1)).sum::<i64>();
            self.count_known(counter);
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.carried.clear();
        self.missing.clear();
        self.half.clear();
        (self.copies, self.known) = (0, 0);
    }

    fn count_known(&mut self, counter: &RowCounter<'_>) {
        let samples = i64::from(counter.segment.meta().samples);
        self.known = samples - self.missing.len() as i64;
    }

    fn read_missing(&mut self, counter: &mut RowCounter<'_>, row: u32) -> Result<()> {
        counter.walk_missing(row, |copy| {
            let sample = copy / 2;
            if self.missing.last() == Some(&sample) {
                self.half.pop();
            } else {
                self.missing.push(sample);
                self.half.push(copy ^ 1);
            }
        })
    }

    /// Those of three copies and more, who are in no set; returns how many copies they carry.
    fn read_polyploid(&mut self, counter: &RowCounter<'_>, row: u32) -> Result<i64> {
        let mut copies = 0;
        for_each_polyploid_of(counter.segment, row, |genotype, alt| {
            let carried = genotype.carried(alt);
            copies += i64::from(carried);
            if genotype.alleles.contains(&None) {
                self.missing.push(genotype.sample);
            } else if carried > 0 {
                let counted = i8::try_from(carried).unwrap_or(i8::MAX);
                self.carried.push((genotype.sample, counted.into()));
            }
        })?;
        Ok(copies)
    }
}
