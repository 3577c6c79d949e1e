//! A cohort for tests: what is haploid, missing or of more copies, and common variants that samples have in common.

use crate::{BuildOptions, Dataset, View, build};
use std::fmt::Write as _;
use std::path::Path;

/// The alleles of a sample in a row: a copy that is not known is `None`.
pub(crate) type Genotype = Vec<Option<u8>>;

/// A cohort with common rows of a few ancestors, of whom samples are mosaics, and rare ones.
pub(crate) struct Mosaic {
    pub(crate) rows: Vec<Vec<Genotype>>,
    pub(crate) seed: u64,
}

impl Mosaic {
    pub(crate) fn draw(&mut self, below: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 20) % below
    }

    /// Males have one copy in the middle third of the rows; `errors` in a thousand genotypes are others.
    pub(crate) fn new(samples: u64, rows: u64, errors: u64, seed: u64) -> Self {
        let mut cohort = Self {
            rows: Vec::new(),
            seed: seed | 1,
        };
        let mut of_copy: Vec<u64> = (0..2 * samples).map(|_| cohort.draw(7)).collect();
        for row in 0..rows {
            let is_rare = cohort.draw(4) == 0;
            let carried = cohort.draw(126) + 1;
            if cohort.draw(40) == 0 {
                let copy = cohort.draw(2 * samples) as usize;
                of_copy[copy] = cohort.draw(7);
            }
            let is_haploid = |sample: u64| sample.is_multiple_of(3) && row / (rows / 3).max(1) == 1;
            let genotypes = (0..samples).map(|sample| {
                let copies = if is_haploid(sample) { 1 } else { 2 };
                let mut genotype: Genotype = (0..copies)
                    .map(|copy| match is_rare {
                        true => Some(u8::from(cohort.draw(2 * samples) == 0)),
                        false => Some((carried >> of_copy[(2 * sample + copy) as usize] & 1) as u8),
                    })
                    .collect();
                if cohort.draw(1000) < errors {
                    match cohort.draw(6) {
                        0 => genotype[0] = None,
                        1 => genotype.fill(None),
                        2 => genotype[0] = Some(1),
                        3 if copies == 2 => genotype[1] = None,
                        4 if copies == 2 => genotype.push(Some(1)),
                        5 if copies == 2 => genotype = vec![Some(1), None, Some(1)],
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

    pub(crate) fn samples(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    pub(crate) fn vcf(&self, samples: std::ops::Range<usize>) -> String {
        let mut vcf = "##fileformat=VCFv4.3\n##contig=<ID=X>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT".to_owned();
        samples
            .clone()
            .for_each(|sample| write!(vcf, "\ts{sample}").unwrap());
        for (row, genotypes) in self.rows.iter().enumerate() {
            write!(vcf, "\nX\t{}\t.\tA\tG\t.\t.\t.\tGT", 100 + row).unwrap();
            for genotype in &genotypes[samples.clone()] {
                let alleles = genotype.iter().map(|allele| match allele {
                    Some(allele) => allele.to_string(),
                    None => ".".to_owned(),
                });
                write!(vcf, "\t{}", alleles.collect::<Vec<_>>().join("|")).unwrap();
            }
        }
        vcf + "\n"
    }

    /// One batch, or two.
    pub(crate) fn build(&self, place: &Path, batches: usize) -> View {
        let samples = self.samples();
        let half = samples / batches;
        let inputs: Vec<_> = (0..batches)
            .map(|batch| {
                let input = place.join(format!("{batch}.vcf"));
                let end = if batch + 1 == batches { samples } else { half };
                std::fs::write(&input, self.vcf(batch * half..end)).unwrap();
                input
            })
            .collect();
        let to = place.join(format!("{batches}.vdx"));
        build(&inputs, &to, &BuildOptions::default(), &mut |_| true).unwrap();
        Dataset::open(&to).unwrap().view()
    }
}
