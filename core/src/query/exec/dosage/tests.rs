//! Rows of the matrix against the genotypes, whatever is haploid, missing or of more copies.

use super::MISSING;
use crate::cohort::mosaic_tests::Mosaic;
use crate::{Group, View};
use proptest::prelude::*;

fn group_of(view: &View, samples: &[u32]) -> Group {
    let of = samples.iter().map(|sample| format!("s{sample}"));
    let names: Vec<String> = of.collect();
    view.ask(format!("samples({})", names.join(", ")).as_str())
        .unwrap()
}

fn copies(cohort: &Mosaic, row: usize, sample: u32) -> i8 {
    let genotype = &cohort.rows[row][sample as usize];
    match genotype.contains(&None) {
        true => MISSING,
        false => genotype.iter().filter(|allele| **allele == Some(1)).count() as i8,
    }
}

/// Holds every row that is asked for against the genotypes of the samples with a column, and who was looked at.
fn check(cohort: &Mosaic, view: &View, columns: Option<&[u32]>, skipped: usize) {
    let group = columns.map(|columns| group_of(view, columns));
    let mut dosages = view.dosages(group.as_ref()).unwrap();
    let all: Vec<u32> = (0..cohort.samples() as u32).collect();
    let columns = columns.unwrap_or(&all);
    assert_eq!(dosages.width(), columns.len());
    let mut variants = view.variants("all").unwrap();
    for row in 0..cohort.rows.len() {
        let mut variant = variants.next().unwrap().unwrap();
        if row % skipped != 0 {
            continue;
        }
        // what stands there does not count
        let mut found = vec![99; columns.len()];
        variant.dosages(&mut dosages, &mut found).unwrap();
        let of = |samples: &[u32]| -> Vec<i8> {
            let of = samples.iter().map(|&sample| copies(cohort, row, sample));
            of.collect()
        };
        assert_eq!(found, of(columns), "row {row}");
        let looked = variant.looked_at().unwrap();
        let without = of(&all).iter().filter(|copies| **copies == 0).count();
        assert_eq!(
            (looked.covered, looked.noncarriers),
            (all.len() as u64, without as u64),
            "row {row}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rows_are_the_genotypes(
        samples in prop_oneof![2u64..4, Just(32), Just(33), Just(256), 250u64..300, 20u64..90],
        rows in prop_oneof![1u64..400, 400u64..1300],
        errors in prop_oneof![Just(0u64), Just(5), Just(60)],
        every in 2usize..6,
        skipped in prop_oneof![Just(1usize), 2usize..40],
        seed: u64,
    ) {
        let cohort = Mosaic::new(samples, rows, errors, seed);
        let place = tempfile::tempdir().unwrap();
        let all: Vec<u32> = (0..samples as u32).collect();
        let some: Vec<u32> = all.iter().step_by(every).copied().collect();
        for batches in [1, 2] {
            let view = cohort.build(place.path(), batches);
            for columns in [None, Some(&all[..]), Some(&some), Some(&all[..1])] {
                check(&cohort, &view, columns, skipped);
            }
        }
    }
}
