//! Policies of quality against a look at each sample.

use crate::common::{Folder, build, options};
use proptest::prelude::*;
use std::fmt::Write as _;
use varidex::{BuildOptions, Dataset, PeopleOptions, QcPolicy};

const SAMPLES: usize = 9;

#[derive(Debug, Clone)]
struct Measured {
    coverage: Option<f64>,
    contamination: Option<f64>,
    check: Option<&'static str>,
    /// Of whom it is.
    owner: usize,
}

fn measured() -> impl Strategy<Value = Measured> {
    let number = |most: i32| prop::option::of((-1..most).prop_map(|n| f64::from(n) / 2.0));
    let check = prop::option::of(prop::sample::select(vec!["ok", "mismatch", "unclear"]));
    (number(8), number(6), check, 0..4usize).prop_map(|(coverage, contamination, check, owner)| {
        Measured {
            coverage,
            contamination,
            check,
            owner,
        }
    })
}

/// A policy: what it says, and whether it holds of a sample.
type Rule = (&'static str, fn(&Measured) -> bool);

fn policies() -> Vec<Rule> {
    vec![
        ("coverage>=2", |of| of.coverage.is_some_and(|c| c >= 2.0)),
        ("coverage>2 & contamination<=1", |of| {
            of.coverage.is_some_and(|c| c > 2.0) && of.contamination.is_some_and(|c| c <= 1.0)
        }),
        ("!(contamination>1)", |of| {
            !of.contamination.is_some_and(|c| c > 1.0)
        }),
        ("check:ok | coverage=3", |of| {
            of.check == Some("ok") || of.coverage.is_some_and(|c| c == 3.0)
        }),
        ("check!=mismatch & check!=never_seen", |of| {
            of.check.is_some_and(|check| check != "mismatch")
        }),
        ("contamination & !coverage", |of| {
            of.contamination.is_some() && of.coverage.is_none()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn who_passes_is_who_a_scan_finds(mut all in prop::collection::vec(measured(), SAMPLES), with_people in any::<bool>()) {
        // somebody has each attribute
        all[0].coverage.get_or_insert(1.0);
        all[0].contamination.get_or_insert(1.0);
        all[0].check.get_or_insert("ok");
        let folder = Folder::new();
        let names: Vec<String> = (0..SAMPLES).map(|sample| format!("S{sample}")).collect();
        let vcf = format!(
            "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n\
             1\t10\t.\tA\tC\t.\t.\t.\tGT{}\n",
            names.join("\t"),
            "\t0/1".repeat(SAMPLES)
        );
        let mut table = "sample\tcoverage\tcontamination\tcheck\n".to_owned();
        let mut people = "individual\tsample\n".to_owned();
        let cell = |value: Option<f64>| value.map_or(".".to_owned(), |value| value.to_string());
        for (name, of) in names.iter().zip(&all) {
            let check = of.check.unwrap_or_default();
            writeln!(table, "{name}\t{}\t{}\t{check}", cell(of.coverage), cell(of.contamination)).unwrap();
            writeln!(people, "P{}\t{name}", of.owner).unwrap();
        }
        let files = match with_people {
            true => vec![folder.write("people.tsv", people)],
            false => Vec::new(),
        };
        let options = BuildOptions {
            people: PeopleOptions {
                files,
                sample_tables: vec![folder.write("qc.tsv", table)],
                ..PeopleOptions::default()
            },
            ..options()
        };
        let path = folder.path("a.vdx");
        build(&[folder.write("a.vcf", vcf)], &path, &options).unwrap();
        let dataset = Dataset::open(path).unwrap();
        dataset.verify().unwrap();
        let view = dataset.view();
        for (expression, holds) in policies() {
            let policy = serde_json::json!({"name": "a", "version": "1", "expression": expression}).to_string();
            let policy: QcPolicy = policy.parse().unwrap();
            let expected: Vec<u32> = (0..).zip(&all).filter(|(_, of)| holds(of)).map(|(sample, _)| sample).collect();
            let passed: Vec<u32> = view.qc_passed(&policy).unwrap().iter().collect();
            prop_assert_eq!(&passed, &expected, "{}", expression);
            // a person with all samples, of whom one passes
            let proven = view.with_qc_policy(&policy).unwrap();
            let owners: Vec<usize> = expected.iter().map(|&sample| all[sample as usize].owner).collect();
            let expected = (0..SAMPLES).filter(|&sample| match with_people {
                true => owners.contains(&all[sample].owner),
                false => expected.contains(&(sample as u32)),
            });
            let group = proven.ask("proof").unwrap();
            let found: Vec<usize> = group.samples().iter().map(|sample| sample as usize).collect();
            prop_assert_eq!(found, expected.collect::<Vec<_>>(), "{}", expression);
        }
    }
}

/// The policies that stand beside the documentation are read, and say where they come from.
#[test]
fn policies_of_others_are_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/qc-policies");
    let mut hashes = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let policy: QcPolicy = text.parse().unwrap();
        assert!(
            !policy.sources().is_empty() && policy.description().is_some(),
            "{path:?}"
        );
        hashes.insert(policy.hash().to_string());
    }
    assert!(hashes.len() >= 4);
}
