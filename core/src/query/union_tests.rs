//! Who carries some of many variants, against a plain scan of the genotypes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::cohort::View;
use crate::cohort::mosaic_tests::{Genotype, Mosaic};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What a row has, plainly counted.
struct Counted {
    ac: usize,
    an: usize,
    hom: usize,
}

fn counted(row: &[Genotype]) -> Counted {
    let carried = |genotype: &Genotype| genotype.iter().filter(|a| **a == Some(1)).count();
    Counted {
        ac: row.iter().map(carried).sum(),
        an: row.iter().map(|of| of.iter().flatten().count()).sum(),
        hom: row
            .iter()
            .filter(|of| of.len() > 1 && carried(of) == of.len())
            .count(),
    }
}

/// What is asked of the rows of a stretch, and what that means.
type Asked = (&'static str, fn(&Counted) -> bool);
const ASKED: [Asked; 9] = [
    ("", |_| true),
    (" & af<0.05", |of| {
        of.an > 0 && (of.ac as f64 / of.an as f64) < 0.05
    }),
    (" & af<0.4 & ac>1", |of| {
        of.an > 0 && (of.ac as f64 / of.an as f64) < 0.4 && of.ac > 1
    }),
    (" & ac=1", |of| of.ac == 1),
    (" & an>=40", |of| of.an >= 40),
    (" & n_hom=0", |of| of.hom == 0),
    // what columns alone do not decide
    (" & type:snv", |_| true),
    (" & !(ac>3)", |of| of.ac <= 3),
    (" & (ac=1 | ac=2)", |of| of.ac == 1 || of.ac == 2),
];

fn found(view: &View, who: &str) -> BTreeSet<u32> {
    let group = view.ask(who).unwrap();
    group.samples().iter().collect()
}

fn carriers_of<'r>(rows: impl Iterator<Item = &'r Vec<Genotype>>) -> BTreeSet<u32> {
    rows.flat_map(|row| {
        (0u32..)
            .zip(row)
            .filter(|(_, of)| of.contains(&Some(1)))
            .map(|(sample, _)| sample)
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn unions_are_those_of_a_plain_scan(
        samples in prop_oneof![Just(1u64), Just(32), Just(33), 20u64..150],
        rows in prop_oneof![Just(3u64), 1u64..2600],
        errors in prop_oneof![Just(0u64), Just(30)],
        batches in 1usize..3,
        stretches in proptest::collection::vec((0usize..2600, 1usize..900), 4),
        seed: u64,
    ) {
        let cohort = Mosaic::new(samples, rows, errors, seed);
        let place = tempfile::tempdir().unwrap();
        let view = cohort.build(place.path(), batches.min(samples as usize));
        for (from, len) in stretches {
            let from = from % rows as usize;
            let end = (from + len).min(rows as usize);
            for (text, passes) in ASKED {
                let text = format!("carriers(X:{}-{}{text})", 100 + from, 99 + end);
                let picked = cohort.rows[from..end].iter().filter(|row| passes(&counted(row)));
                prop_assert_eq!(found(&view, &text), carriers_of(picked), "{}", text);
            }
        }
    }
}

/// Rows are read until everybody is found, be these in runs or in lists, and then no longer.
#[test]
fn a_walk_ends_when_everybody_is_found() {
    let cohort = Mosaic::new(60, 2500, 0, 7);
    let place = tempfile::tempdir().unwrap();
    let view = cohort.build(place.path(), 1);
    for asked in ["", " & af>=0.1", " & af<0.1"] {
        let explained = view.explain(&*format!("carriers(X{asked})")).unwrap();
        let step = &explained.steps[0];
        let ended = step.notes.iter().any(|note| note.starts_with("stopped"));
        assert_eq!(explained.individuals, 60, "{asked}");
        assert!(ended && step.variants < 1500, "{asked}: {step:?}");
    }
    // somebody carries none of these
    let explained = view.explain("carriers(X:100-400 & ac=1)").unwrap();
    assert!(explained.individuals < 60);
    assert!(explained.steps[0].notes.is_empty());
    let rows = cohort.rows[..301].iter().filter(|row| counted(row).ac == 1);
    assert_eq!(explained.steps[0].variants, rows.count() as u64);
}
