//! Strips against a plain count of the genotypes, whatever is haploid, missing or of more copies.

use super::{CellCounter, RowCounter, RowCounts};
use crate::cohort::mosaic_tests::Mosaic;
use crate::model::CarrierGenotype;
use crate::set::SampleSet;
use proptest::prelude::*;

/// What a plain count of the genotypes finds.
fn counts(cohort: &Mosaic, row: usize, group: &[u32]) -> RowCounts {
    let mut counts = RowCounts::default();
    for &sample in group {
        let genotype = &cohort.rows[row][sample as usize];
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

/// Sample, copies that carry and copies of each carrier.
fn carriers(cohort: &Mosaic, row: usize, group: &[u32]) -> Vec<(u32, u32, u32)> {
    let of = |&sample: &u32| {
        let genotype = &cohort.rows[row][sample as usize];
        let carried = genotype.iter().filter(|allele| **allele == Some(1)).count();
        (carried > 0).then_some((sample, carried as u32, genotype.len() as u32))
    };
    group.iter().filter_map(of).collect()
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
        let cohort = Mosaic::new(samples, rows, errors, seed);
        let place = tempfile::tempdir().unwrap();
        let view = cohort.build(place.path(), 1);
        let segment = view.segment(&view.parts()[0]).unwrap();
        let samples = samples as u32;
        let groups: Vec<Vec<u32>> = vec![
            (0..samples).filter(|sample| sample % every == 0).collect(),
            (0..samples).filter(|sample| sample % 3 == 1).collect(),
            (0..samples).collect(),
            // counted as all without those few
            (0..samples).filter(|sample| sample % 50 != 7).collect(),
            Vec::new(),
        ];
        let sets: Vec<SampleSet> = groups.iter().map(|group| group.iter().copied().collect()).collect();
        let some: Vec<Option<&SampleSet>> = sets.iter().map(Some).collect();
        let mut together = CellCounter::new(segment, &some).unwrap();
        let counters = || -> Vec<RowCounter<'_>> { some.iter().map(|group| RowCounter::new(segment, *group)).collect() };
        // of one everything is counted, of the other AC and AN alone: rows in turn are counted ahead
        let (mut apart, mut of_copies) = (counters(), counters());
        for row in (0..rows as u32).step_by(skipped as usize) {
            let expected: Vec<RowCounts> = groups.iter().map(|group| counts(&cohort, row as usize, group)).collect();
            let mut sums = vec![RowCounts::default(); groups.len()];
            together.add_counts(row, &mut sums).unwrap();
            prop_assert_eq!(&sums, &expected, "row {} of all groups", row);
            for (counter, expected) in of_copies.iter_mut().zip(&expected) {
                let ac_an = counter.ac_an(row).unwrap();
                prop_assert_eq!((ac_an.ac, ac_an.an), (expected.ac, expected.an), "row {}", row);
            }
            for (((counter, expected), group), members) in apart.iter_mut().zip(&expected).zip(&some).zip(&groups) {
                prop_assert_eq!(&counter.counts(row).unwrap(), expected, "row {}", row);
                prop_assert_eq!(&RowCounter::new(segment, *group).counts(row).unwrap(), expected, "row {} alone", row);
                let (mut found, mut buffer) = (Vec::new(), Vec::new());
                let mut add = |of: CarrierGenotype, _| found.push((of.sample, of.carried, of.ploidy));
                counter.for_each_carrier(row, &mut buffer, &mut add).unwrap();
                prop_assert_eq!(&found, &carriers(&cohort, row as usize, members), "row {}", row);
                let ac_an = counter.ac_an(row).unwrap();
                prop_assert_eq!((ac_an.ac, ac_an.an), (expected.ac, expected.an), "row {}", row);
            }
        }
    }
}

#[test]
fn cohorts_of_these_tests_have_orders() {
    let place = tempfile::tempdir().unwrap();
    let view = Mosaic::new(60, 700, 30, 7).build(place.path(), 1);
    let segment = view.segment(&view.parts()[0]).unwrap();
    let mut counter = RowCounter::new(segment, None);
    let in_runs = (0..700).filter(|&row| counter.carrier_set(row).unwrap().runs().is_some());
    assert!(in_runs.count() > 300 && segment.order_count() > 1);
}
