//! Products against plain sums, whatever is haploid, missing or of more copies, by both ways of reading genotypes.

use super::{project, score};
use crate::cohort::mosaic_tests::Mosaic;
use crate::query::page::Query;
use crate::set::SampleSet;
use crate::{Error, Missing, View};
use proptest::prelude::*;

/// What a genotype counts.
fn counted(cohort: &Mosaic, row: usize, samples: &[usize], missing: Missing) -> Vec<f64> {
    let dosages = samples.iter().map(|&sample| {
        let genotype = &cohort.rows[row][sample];
        let is_known = !genotype.contains(&None);
        is_known.then(|| genotype.iter().filter(|allele| **allele == Some(1)).count() as f64)
    });
    let dosages: Vec<Option<f64>> = dosages.collect();
    let known = dosages.iter().flatten().count();
    let mean = match missing {
        Missing::Mean if known > 0 => dosages.iter().flatten().sum::<f64>() / known as f64,
        _ => 0.0,
    };
    dosages
        .iter()
        .map(|copies| copies.unwrap_or(mean))
        .collect()
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

/// The same, of genotypes that are read from dosages.
fn by_dosages(
    view: &View,
    of: &str,
    weights: &[f64],
    vectors: &[f64],
    missing: Missing,
) -> [Vec<u64>; 2] {
    let mean = missing == Missing::Mean;
    let scores = score(view.variants(of).unwrap(), weights, mean, false).unwrap();
    let width = vectors.len() / view.sample_count() as usize;
    let mut values = Vec::new();
    for first in (0..width).step_by(super::VECTORS) {
        let variants = view.variants_of(&Query::new(of).unwrap()).unwrap();
        project(
            variants,
            (vectors, width, first),
            (mean, false),
            &mut values,
        )
        .unwrap();
    }
    [bits(&scores), bits(&values)]
}

/// Holds both products of some rows of a view against plain sums.
fn check(
    cohort: &Mosaic,
    view: &View,
    samples: &[usize],
    (rows, of): (&[usize], &str),
    width: usize,
) {
    let mut draw = Mosaic {
        rows: Vec::new(),
        seed: 99,
    };
    // of very different sizes
    let mut number = || (draw.draw(2001) as f64 - 1000.0) * 2f64.powi(-(draw.draw(30) as i32));
    let weights: Vec<f64> = rows.iter().map(|_| number()).collect();
    let vectors: Vec<f64> = (0..samples.len() * width).map(|_| number()).collect();
    for missing in [Missing::Absent, Missing::Mean] {
        let matrix: Vec<Vec<f64>> = rows
            .iter()
            .map(|&row| counted(cohort, row, samples, missing))
            .collect();
        let scores = view.score(of, &weights, missing).unwrap();
        let values = view.project(of, &vectors, missing).unwrap();
        let found = [bits(&scores), bits(values.values())];
        assert_eq!(
            by_dosages(view, of, &weights, &vectors, missing),
            found,
            "both ways"
        );
        assert_eq!((values.variants(), values.vectors()), (rows.len(), width));
        for (s, found) in scores.iter().enumerate() {
            let terms: Vec<f64> = matrix
                .iter()
                .zip(&weights)
                .map(|(row, weight)| row[s] * weight)
                .collect();
            let bound = terms.iter().map(|term| term.abs()).sum::<f64>() * 1e-12;
            assert!(
                (terms.iter().sum::<f64>() - found).abs() <= bound,
                "sample {s} {missing:?}"
            );
        }
        for (row, found) in matrix.iter().zip(values.values().chunks(width)) {
            for (v, found) in found.iter().enumerate() {
                let column = vectors.chunks(width).map(|of_sample| of_sample[v]);
                let terms: Vec<f64> = row
                    .iter()
                    .zip(column)
                    .map(|(copies, number)| copies * number)
                    .collect();
                let bound = terms.iter().map(|term| term.abs()).sum::<f64>() * 1e-12;
                assert!(
                    (terms.iter().sum::<f64>() - found).abs() <= bound,
                    "{missing:?}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn products_are_plain_sums(
        samples in prop_oneof![Just(1u64), Just(33), 20u64..90],
        rows in prop_oneof![Just(3u64), 1u64..700],
        errors in prop_oneof![Just(0u64), Just(30), Just(300)],
        width in prop_oneof![Just(1usize), Just(2), Just(4), Just(5), Just(16), Just(17)],
        skipped in prop_oneof![Just(1usize), 2usize..40],
        seed: u64,
    ) {
        let cohort = Mosaic::new(samples, rows, errors, seed);
        let place = tempfile::tempdir().unwrap();
        let all: Vec<usize> = (0..samples as usize).collect();
        let every: Vec<usize> = (0..rows as usize).collect();
        let some: Vec<usize> = every.iter().copied().step_by(skipped).collect();
        let positions: Vec<String> = some.iter().map(|row| format!("X:{}", 100 + row)).collect();
        let of_some = positions.join(" | ");
        for batches in 1..=2usize.min(all.len()) {
            let view = cohort.build(place.path(), batches);
            check(&cohort, &view, &all, (&every, "all"), width);
            check(&cohort, &view, &all, (&some, &of_some), width);
            // indexes do not decide it
            check(&cohort, &view, &all, (&every, "af>=0 | !af>=0"), width);
            // without some people, and so without what only they have: of rows without anybody nothing is known
            let hidden: SampleSet = (0..samples as u32).filter(|sample| sample % 5 == 4).collect();
            let left: Vec<usize> = all.iter().copied().filter(|&sample| !hidden.contains(sample as u32)).collect();
            let is_seen = |row: &usize| {
                let carries = |sample: &usize| cohort.rows[*row][*sample].contains(&Some(1));
                left.iter().any(carries) || !all.iter().any(carries)
            };
            let seen: Vec<usize> = every.iter().copied().filter(is_seen).collect();
            let view = view.without(hidden).unwrap();
            check(&cohort, &view, &left, (&seen, "all"), width);
        }
    }

    #[test]
    fn scores_do_not_depend_on_order_or_number_of_variants(errors in 0u64..60, rows in 6u64..400, cut in 1usize..5, seed: u64) {
        let cohort = Mosaic::new(40, rows, errors, seed);
        let place = tempfile::tempdir().unwrap();
        let view = cohort.build(place.path(), 1);
        let mut draw = Mosaic { rows: Vec::new(), seed };
        // each sum is exact, so that those of parts add up to the same
        let weights: Vec<f64> = (0..rows).map(|_| (draw.draw(1 << 20) as f64 - 5e5) / 64.0).collect();
        let whole = view.score("all", &weights, Missing::Absent).unwrap();
        let cut = cut * rows as usize / 5;
        let (first, last) = weights.split_at(cut);
        let border = 100 + cut;
        let first = view.score(format!("X:1-{}", border - 1).as_str(), first, Missing::Absent).unwrap();
        let last = view.score(format!("X:{border}-9999").as_str(), last, Missing::Absent).unwrap();
        let sums: Vec<f64> = first.iter().zip(last).map(|(a, b)| a + b).collect();
        prop_assert_eq!(bits(&sums), bits(&whole));
        // the same variants one after the other
        let mut sums = vec![0.0; 40];
        for (row, weight) in weights.iter().enumerate() {
            let one = view.score(format!("X:{}", 100 + row).as_str(), &[*weight], Missing::Absent).unwrap();
            sums.iter_mut().zip(one).for_each(|(sum, one)| *sum += one);
        }
        prop_assert_eq!(bits(&sums), bits(&whole));
        // a variant's sum is the same whatever is asked for beside
        let vector: Vec<f64> = (0..40).map(|_| draw.draw(1 << 50) as f64 / 3.0).collect();
        let all = view.project("all", &vector, Missing::Mean).unwrap();
        let one = view.project(format!("X:{border}").as_str(), &vector, Missing::Mean).unwrap();
        prop_assert_eq!(bits(one.values()), bits(&all.values()[cut..=cut]));
    }
}

#[test]
fn wrong_numbers_are_refused() {
    let cohort = Mosaic::new(3, 5, 0, 7);
    let place = tempfile::tempdir().unwrap();
    let view = cohort.build(place.path(), 1);
    let usage = |result: Result<(), Error>| match result {
        Err(Error::Usage(message)) => message,
        other => panic!("{other:?}"),
    };
    let score = |weights: &[f64]| usage(view.score("all", weights, Missing::Mean).map(|_| ()));
    let project = |vectors: &[f64]| usage(view.project("all", vectors, Missing::Mean).map(|_| ()));
    for weights in [&[1.0; 4][..], &[1.0; 6], &[]] {
        let found = format!(
            "weights: expected 5, one for each variant that the expression picks, found {}",
            weights.len()
        );
        assert_eq!(score(weights), found);
    }
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e301] {
        let found =
            format!("expected numbers from -1e300 to 1e300, found {wrong:?} at 2, counted from 0");
        let numbers = [1.0, -1e300, wrong, 4.0, 5.0];
        assert_eq!(score(&numbers), format!("weights: {found}"));
        assert_eq!(project(&numbers), format!("vectors: {found}"));
    }
    for numbers in [&[1.0; 4][..], &[1.0; 2], &[]] {
        let found = format!(
            "vectors: expected as many numbers for each of 3 samples, at least one, found {} in all",
            numbers.len()
        );
        assert_eq!(project(numbers), found);
    }
    let found = "missing: expected absent or mean, found \"none\"";
    assert_eq!(usage("none".parse::<Missing>().map(|_| ())), found);
    assert_eq!(
        ["absent", "mean"].map(|name| name.parse().ok()),
        [Some(Missing::Absent), Some(Missing::Mean)]
    );
    assert_eq!(view.score("X:1", &[], Missing::Mean).unwrap(), [0.0; 3]);
    assert_eq!(
        view.project("X:1", &[1.0; 6], Missing::Mean)
            .unwrap()
            .variants(),
        0
    );
}

#[test]
fn work_ends_where_somebody_wants_to_stop() {
    let cohort = Mosaic::new(3, 5, 0, 7);
    let place = tempfile::tempdir().unwrap();
    let view = cohort.build(place.path(), 1);
    let stop: crate::Stop = std::sync::Arc::new(|| true);
    crate::interruptible(stop, || {
        let scores = view.score("all", &[1.0; 5], Missing::Mean);
        assert!(matches!(scores, Err(Error::Cancelled)));
        let sums = view.project("all", &[1.0; 3], Missing::Mean);
        assert!(matches!(sums, Err(Error::Cancelled)));
    });
}
