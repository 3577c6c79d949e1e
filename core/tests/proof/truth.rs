//! Cohorts that were simulated elsewhere, with true counts beside them.

use crate::common::{Folder, build, data, options, run};
use std::collections::HashMap;
use std::path::Path;
use varidex::{BuildOptions, Counts, Dataset, View};

type Alleles = HashMap<(i64, String, String), Counts>;

/// The true counts of every allele between two positions.
fn truth(table: &Path, from: i64, to: i64) -> Alleles {
    let text = std::fs::read_to_string(table).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |names: &[&str]| {
        let found = header
            .iter()
            .position(|h| names.contains(&h.trim_start_matches('#')));
        found.unwrap_or_else(|| panic!("{names:?} among {header:?}"))
    };
    let [pos, reference, alternate] =
        [&["pos", "POS"], &["ref", "REF"], &["alt", "ALT"]].map(|names| column(names));
    let numbers = [
        column(&["ac", "AC"]),
        column(&["an", "AN"]),
        column(&["n_het"]),
        column(&["n_hom"]),
        column(&["n_hemi"]),
        column(&["n_missing_any"]),
    ];
    let mut all = Alleles::new();
    for line in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        let position: i64 = fields[pos].parse().unwrap();
        if !(from..=to).contains(&position) {
            continue;
        }
        let [ac, an, n_het, n_hom, n_hemi, n_missing] = numbers.map(|n| fields[n].parse().unwrap());
        let counts = Counts {
            ac,
            an: Some(an),
            n_het,
            n_hom,
            n_hemi,
            n_missing: Some(n_missing),
        };
        let key = (
            position,
            fields[reference].to_owned(),
            fields[alternate].to_owned(),
        );
        assert!(all.insert(key, counts).is_none(), "twice: {line}");
    }
    all
}

fn compare(dataset: &View, mut truth: Alleles) {
    let whole = dataset.all().unwrap();
    // two halves of everybody, counted from the sets, are everybody
    let names: Vec<&str> = dataset.sample_names().unwrap().collect();
    let half: Vec<&str> = names.iter().copied().step_by(3).collect();
    let half = dataset
        .ask(&format!("samples({})", half.join(",")))
        .unwrap();
    let rest = whole.difference(&half).unwrap();
    let mut all = dataset.variants("all").unwrap();
    let mut one = dataset.variants_in("all", &half).unwrap();
    let mut other = dataset.variants_in("all", &rest).unwrap();
    while let Some(mut variant) = all.next().unwrap() {
        let position = variant.position().unwrap().one_based();
        let (reference, alternate) = variant.alleles().unwrap();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let key = (position, text(reference), text(alternate));
        let counts = variant.counts().unwrap();
        let expected = truth.remove(&key);
        assert_eq!(expected, Some(counts), "{key:?}");
        let a = one.next().unwrap().unwrap().counts().unwrap();
        let b = other.next().unwrap().unwrap().counts().unwrap();
        let sum = Counts {
            ac: a.ac + b.ac,
            an: a.an.zip(b.an).map(|(a, b)| a + b),
            n_het: a.n_het + b.n_het,
            n_hom: a.n_hom + b.n_hom,
            n_hemi: a.n_hemi + b.n_hemi,
            n_missing: a.n_missing.zip(b.n_missing).map(|(a, b)| a + b),
        };
        assert_eq!(sum, counts, "{key:?} in two groups");
    }
    assert!(truth.is_empty(), "{} alleles were not found", truth.len());
}

/// All of a cohort where the program is optimised, a stretch of it else.
fn cohort(name: &str, stretch: i64) {
    let Some(data) = data() else { return };
    let cohorts = data.join("cohorts");
    let input = cohorts.join(format!("{name}.bcf"));
    let table = cohorts.join(format!("{name}.truth.tsv"));
    let folder = Folder::new();
    let to = folder.path("x.vdx");
    if !cfg!(debug_assertions) {
        build(&[&input], &to, &BuildOptions::default()).unwrap();
        let dataset = Dataset::open(&to).unwrap().view();
        dataset.dataset().verify().unwrap();
        return compare(&dataset, truth(&table, 0, i64::MAX));
    }
    let Some(index) = run("bcftools", &["index", "-s", input.to_str().unwrap()]) else {
        return;
    };
    let contig = index.split('\t').next().unwrap();
    let first = run(
        "bcftools",
        &["query", "-f", "%POS\n", input.to_str().unwrap()],
    )
    .unwrap();
    let positions: Vec<i64> = first.lines().map(|line| line.parse().unwrap()).collect();
    let from = positions[positions.len() / 3];
    let end = from + stretch;
    let part = folder.path("part.bcf");
    let region = format!("{contig}:{from}-{end}");
    let files = [part.to_str().unwrap(), input.to_str().unwrap()];
    // by POS: what starts before is not wanted
    let arguments = [
        "view",
        "-Ou",
        "--regions-overlap",
        "pos",
        "-r",
        &region,
        "-o",
    ];
    run("bcftools", &[&arguments[..], &files[..]].concat()).unwrap();
    build(&[&part], &to, &options()).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    assert!(dataset.info().rows > 20, "{}", dataset.info().rows);
    compare(&dataset, truth(&table, from, end));
}

#[test]
fn ten_thousand_people() {
    cohort("sim10k_1mb", 20_000);
}

#[test]
fn a_hundred_thousand_people() {
    cohort("sim100k_250kb", 600);
}
