//! Strips against a plain count of the genotypes, whatever is haploid, missing or of more copies.

use super::{CellCounter, RowCounter, RowCounts};
use crate::set::SampleSet;
use crate::{BuildOptions, Dataset, build};
use proptest::prelude::*;
use std::fmt::Write as _;

/// The alleles of a sample in a row: a copy that is not known is `None`.
type Genotype = Vec<Option<u8>>;

/// A cohort with common rows of a few ancestors, of whom samples are mosaics.
struct Cohort {
    rows: Vec<Vec<Genotype>>,
    seed: u64,
}

impl Cohort {
    fn draw(&mut self, below: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 20) % below
    }

    /// Males have one copy in the middle third of the rows; `errors` in a thousand genotypes are others.
    fn new(samples: u64, rows: u64, errors: u64, seed: u64) -> Self {
        let mut cohort = Self {
            rows: Vec::new(),
            seed: seed | 1,
        };
        let mut of_copy: Vec<u64> = (0..2 * samples).map(|_| cohort.draw(7)).collect();
        for row in 0..rows {
            let carried = cohort.draw(126) + 1;
            if cohort.draw(40) == 0 {
                let copy = cohort.draw(2 * samples) as usize;
                of_copy[copy] = cohort.draw(7);
            }
            let is_haploid = |sample: u64| sample.is_multiple_of(3) && row / (rows / 3).max(1) == 1;
            let genotypes = (0..samples).map(|sample| {
                let copies = if is_haploid(sample) { 1 } else { 2 };
                let mut genotype: Genotype = (0..copies)
                    .map(|copy| Some((carried >> of_copy[(2 * sample + copy) as usize] & 1) as u8))
                    .collect();
                if cohort.draw(1000) < errors {
                    match cohort.draw(4) {
                        0 => genotype[0] = None,
                        1 => genotype.fill(None),
                        2 => genotype[0] = Some(1),
                        _ if copies == 2 => genotype.push(Some(1)),
                        _ => {}
                    }
                }
                genotype
            });
            let genotypes = genotypes.collect();
            cohort.rows.push(genotypes);
        }
        cohort
    }

    fn vcf(&self) -> String {
        let mut vcf = "##fileformat=VCFv4.3\n##contig=<ID=X>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT".to_owned();
        let samples = self.rows.first().map_or(0, Vec::len);
        (0..samples).for_each(|sample| write!(vcf, "\ts{sample}").unwrap());
        for (row, genotypes) in self.rows.iter().enumerate() {
            write!(vcf, "\nX\t{}\t.\tA\tG\t.\t.\t.\tGT", 100 + row).unwrap();
            for genotype in genotypes {
                let alleles = genotype.iter().map(|allele| match allele {
                    Some(allele) => allele.to_string(),
                    None => ".".to_owned(),
                });
                write!(vcf, "\t{}", alleles.collect::<Vec<_>>().join("|")).unwrap();
            }
        }
        vcf + "\n"
    }

    fn counts(&self, row: usize, group: &[u32]) -> RowCounts {
        let mut counts = RowCounts::default();
        for &sample in group {
            let genotype = &self.rows[row][sample as usize];
            let carried = genotype.iter().filter(|allele| **allele == Some(1)).count();
            counts.ac += carried as u32;
            counts.an += genotype.iter().flatten().count() as u32;
            counts.missing += u32::from(genotype.contains(&None));
            match (carried, genotype.len()) {
                (0, _) => {}
                (_, 1) => counts.hemi += 1,
                (carried, all) if carried == all => counts.hom += 1,
                _ => counts.het += 1,
            }
        }
        counts
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn strips_count_as_a_plain_scan(
        samples in prop_oneof![Just(1u64), Just(32), Just(33), 20u64..90],
        rows in prop_oneof![Just(3u64), Just(260), 1u64..1300],
        errors in prop_oneof![Just(0u64), Just(30)],
        every in 1u32..6,
        skipped in prop_oneof![Just(1u32), 2u32..40],
        seed: u64,
    ) {
        let cohort = Cohort::new(samples, rows, errors, seed);
        let place = tempfile::tempdir().unwrap();
        let (input, to) = (place.path().join("in.vcf"), place.path().join("out.vdx"));
        std::fs::write(&input, cohort.vcf()).unwrap();
        build(&[input], &to, &BuildOptions::default(), &mut |_| true).unwrap();
        let view = Dataset::open(&to).unwrap().view();
        let segment = view.segment(&view.parts()[0]).unwrap();
        let samples = samples as u32;
        let groups: Vec<Vec<u32>> = vec![
            (0..samples).filter(|sample| sample % every == 0).collect(),
            (0..samples).filter(|sample| sample % 3 == 1).collect(),
            (0..samples).collect(),
            Vec::new(),
        ];
        let sets: Vec<SampleSet> = groups.iter().map(|group| group.iter().copied().collect()).collect();
        let some: Vec<Option<&SampleSet>> = sets.iter().map(Some).collect();
        let mut together = CellCounter::new(segment, &some).unwrap();
        let mut apart: Vec<RowCounter<'_>> = some.iter().map(|group| RowCounter::new(segment, *group)).collect();
        for row in (0..rows as u32).step_by(skipped as usize) {
            let expected: Vec<RowCounts> = groups.iter().map(|group| cohort.counts(row as usize, group)).collect();
            let mut sums = vec![RowCounts::default(); groups.len()];
            together.add_counts(row, &mut sums).unwrap();
            prop_assert_eq!(&sums, &expected, "row {} of all groups", row);
            for ((counter, expected), group) in apart.iter_mut().zip(&expected).zip(&some) {
                prop_assert_eq!(&counter.counts(row).unwrap(), expected, "row {}", row);
                prop_assert_eq!(&RowCounter::new(segment, *group).counts(row).unwrap(), expected, "row {} alone", row);
                let ac_an = counter.ac_an(row).unwrap();
                prop_assert_eq!((ac_an.ac, ac_an.an), (expected.ac, expected.an), "row {}", row);
            }
        }
    }
}
