//! The same places in several files of the same samples: overlapping chunks, or one file given twice.
//!
//! Every row was stored twice without a word: counts of rows doubled, and a variant was its own partner.

use crate::common::check::dump;
use crate::common::generate::{INFO_KEYS, cohort};
use crate::common::{Folder, build, keeping, options, vcf};
use proptest::prelude::*;
use varidex::{BuildOptions, Dataset, Error, Report};

fn try_build(folder: &Folder, texts: &[String], options: &BuildOptions) -> varidex::Result<Report> {
    let write = |(n, text): (usize, &String)| folder.write(&format!("{n}.vcf"), text);
    let inputs: Vec<_> = texts.iter().enumerate().map(write).collect();
    let options = BuildOptions {
        replace: true,
        ..options.clone()
    };
    build(&inputs, &folder.path("x.vdx"), &options)
}

fn of(samples: &[&str], records: &[&str]) -> String {
    vcf("1", samples, records)
}

/// The report of a build that works, and how many rows there are.
fn stored(folder: &Folder, texts: &[String], options: &BuildOptions) -> (Report, usize) {
    let report = try_build(folder, texts, options).unwrap();
    let dataset = Dataset::open(folder.path("x.vdx")).unwrap().view();
    dataset.dataset().verify().unwrap();
    let mut rows = 0;
    let mut variants = dataset.variants("all").unwrap();
    while variants.next().unwrap().is_some() {
        rows += 1;
    }
    assert_eq!(report.records, report.stored + report.refused_count());
    assert_eq!(report.rows, rows as u64);
    (report, rows)
}

const RECORDS: [&str; 5] = [
    "1 5 A G,T 0|1 1/2 ./1",
    "1 9 CT C 0/0 . 1",
    "1 20 A <DEL> 0/1 0/0 0/1/1",
    "1 30 G . 0/0 0/0 ./.",
    "1 40 G T 1|1 0|0 0/1",
];

#[test]
fn a_file_given_twice_is_stored_once() {
    let folder = Folder::new();
    let text = of(&["A", "B", "C"], &RECORDS);
    for more in [
        options(),
        BuildOptions {
            sort: true,
            ..options()
        },
        BuildOptions {
            skip_malformed: true,
            ..options()
        },
    ] {
        let (report, rows) = stored(&folder, &[text.clone(), text.clone()], &more);
        assert_eq!((rows, report.records, report.stored), (6, 10, 5));
        let refused = &report.refused[0];
        assert_eq!((refused.count, refused.places.len()), (5, 5));
        let (place, found) = &refused.places[0];
        assert!(place.ends_with("1.vcf:5"), "{place}");
        assert!(
            found.contains("1:5:A") && found.contains("0.vcf"),
            "{found}"
        );
        let warned = &report.warnings[0];
        assert_eq!(warned.count, 5);
        assert!(report.to_string().contains("warning: "), "{report}");
    }
}

#[test]
fn chunks_that_overlap_are_stored_once() {
    let folder = Folder::new();
    let first = of(&["A", "B", "C"], &RECORDS[..3]);
    // columns in another order are the same genotypes
    let second = of(
        &["C", "A", "B"],
        &[
            "1 9 CT C 1 0/0 .",
            "1 20 A <DEL> 0/1/1 0/1 0/0",
            "1 30 G . ./. 0/0 0/0",
            "1 50 G T 0/1 1|1 0|0",
        ],
    );
    let third = of(&["A", "B", "C"], &RECORDS[3..]);
    let (report, rows) = stored(&folder, &[first, second, third], &options());
    assert_eq!((rows, report.stored, report.refused_count()), (7, 6, 3));
    let places: Vec<&str> = report.refused[0]
        .places
        .iter()
        .map(|(place, _)| place.as_str())
        .collect();
    assert!(
        places[0].ends_with("1.vcf:5") && places[2].ends_with("2.vcf:5"),
        "{places:?}"
    );
}

#[test]
fn a_sample_with_another_genotype_in_another_file_is_refused() {
    let folder = Folder::new();
    let first = of(&["A", "B", "C"], &RECORDS);
    for record in [
        // another genotype, phase, missing call, ploidy; fewer ALTs, and more
        "1 40 G T 0|1 0|0 0/1",
        "1 40 G T 1/1 0|0 0/1",
        "1 40 G T 1|1 .|. 0/1",
        "1 40 G T 1 0|0 0/1",
        "1 40 G T 1|1 0|0 0/1/1",
        "1 5 A G 0|1 1/0 ./1",
        "1 40 G T,A 1|1 0|0 0/1",
        "1 20 A <DEL> 0/1 0/0 0/0/1",
        "1 30 G . 0/0 0/0 0/.",
    ] {
        let texts = [
            first.clone(),
            of(&["A", "B", "C"], &["1 3 A G 0/1 0/0 0/0", record]),
        ];
        let error = try_build(&folder, &texts, &options()).unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error}");
        let message = error.to_string();
        assert!(
            message.contains("1.vcf:6") && message.contains("0.vcf"),
            "{message}"
        );
        let skip = BuildOptions {
            skip_malformed: true,
            ..options()
        };
        let (report, rows) = stored(&folder, &texts, &skip);
        assert_eq!(
            (rows, report.stored, report.refused_count()),
            (7, 6, 1),
            "{record}"
        );
        assert_eq!(report.warnings, [], "{record}");
    }
}

#[test]
fn other_variants_of_a_place_are_stored() {
    let folder = Folder::new();
    let first = of(&["A", "B", "C"], &RECORDS);
    let block = |end: u32| format!("1\t60\t.\tA\t<NON_REF>\t.\t.\tEND={end}\tGT\t0/0\t0/0\t0/0\n");
    let deletion = |end: u32| format!("1\t70\t.\tA\t<DEL>\t.\t.\tEND={end}\tGT\t0/1\t0/0\t0/0\n");
    let second = of(
        &["A", "B", "C"],
        &["1 40 G A 0|0 1|0 0/0", "1 40 GC G 0|0 0|0 0/1"],
    );
    let texts = [
        first + &block(90) + &deletion(99),
        second + &block(80) + &deletion(80),
    ];
    let (report, rows) = stored(&folder, &texts, &options());
    assert_eq!((rows, report.refused_count()), (12, 0));
    let reported = report.warnings.iter().find(|of| of.what.contains("before"));
    assert_eq!(reported, None);
}

/// Against a reference, rows are compared as they are stored.
#[test]
fn what_is_spelled_otherwise_is_the_same_once_normalised() {
    let folder = Folder::new();
    let reference = folder.write("r.fa", ">1\nGGATTTTTTCA\n");
    let options = BuildOptions {
        reference: Some(reference),
        ..options()
    };
    let one = of(&["A"], &["1 3 AT A 0/1"]);
    let other = of(&["A"], &["1 7 TT T 0/1"]);
    let (report, rows) = stored(&folder, &[one, other], &options);
    assert_eq!((rows, report.refused_count()), (1, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn twice_is_once(cohort in cohort(1..30usize, 30), times in 2..4usize) {
        let folder = Folder::new();
        let text = cohort.vcf();
        let options = keeping(&INFO_KEYS);
        let (once, _) = stored(&folder, std::slice::from_ref(&text), &options);
        let expected = dump(&Dataset::open(folder.path("x.vdx")).unwrap().view()).unwrap();
        let (report, _) = stored(&folder, &vec![text; times], &options);
        let found = dump(&Dataset::open(folder.path("x.vdx")).unwrap().view()).unwrap();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(report.stored, once.stored);
        prop_assert_eq!(report.refused_count(), once.stored * (times as u64 - 1));
    }
}
