//! Trimming and left-alignment against a reference, and finding the rows by any spelling.

use crate::common::check::compare;
use crate::common::oracle::Oracle;
use crate::common::{Folder, build, options, vcf};
use std::collections::BTreeMap;
use varidex::{BuildOptions, Dataset, Error, View};

/// 1-based:            1234567890123456789012345678901234567890
const SEQUENCE: &str = "GGCACACACATTTTTGAGTCCAAAGCTAGCTAGGATCCAT";

struct Case {
    /// As the source has it.
    source: (i64, &'static str, &'static str),
    /// As it is stored.
    stored: (i64, &'static str, &'static str),
    /// Other names of the same change.
    names: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        source: (9, "CA", "C"),
        stored: (9, "CA", "C"),
        names: &["NC_000022.11:9:A:", "NC_000022.11:g.10del"],
    },
    // one CA of four, written at the right end
    Case {
        source: (8, "ACA", "A"),
        stored: (2, "GCA", "G"),
        names: &[
            "22:2:GCA:G",
            "22:4:ACA:A",
            "22:7:CAC:C",
            "NC_000022.11:2:CA:",
            "NC_000022.11:8:CA:",
            "NC_000022.11:g.9_10del",
            "NC_000022.11:g.3_4del",
            "NC_000022.11:2:CACACACA:CACACA",
        ],
    },
    // a T more in TTTTT
    Case {
        source: (15, "T", "TT"),
        stored: (10, "A", "AT"),
        names: &[
            "22:10:A:AT",
            "22:12:T:TT",
            "NC_000022.11:15::T",
            "NC_000022.11:10::T",
            "NC_000022.11:g.15dup",
            "NC_000022.11:g.11dup",
        ],
    },
    // a base in common on both sides
    Case {
        source: (18, "GTC", "GAC"),
        stored: (19, "T", "A"),
        names: &["22:19:T:A", "NC_000022.11:18:T:A", "NC_000022.11:g.19T>A"],
    },
    Case {
        source: (22, "AAAG", "AAATG"),
        stored: (24, "A", "AT"),
        names: &[
            "22:24:A:AT",
            "NC_000022.11:24::T",
            "NC_000022.11:g.24_25insT",
        ],
    },
    Case {
        source: (34, "GATC", "CTAG"),
        stored: (34, "GATC", "CTAG"),
        names: &[
            "NC_000022.11:33:GATC:CTAG",
            "NC_000022.11:g.34_37delinsCTAG",
        ],
    },
];

fn fasta(folder: &Folder) -> std::path::PathBuf {
    let lines = format!(">22 a part\n{}\n{}\n", &SEQUENCE[..25], &SEQUENCE[25..]);
    folder.write("reference.fa", lines)
}

fn normalising(folder: &Folder) -> BuildOptions {
    BuildOptions {
        reference: Some(fasta(folder)),
        assembly: Some(varidex::Assembly::Grch38),
        ..options()
    }
}

/// Cases one by one: sample `S<n>` carries case `n`.
fn dataset(folder: &Folder) -> View {
    let names: Vec<String> = (0..CASES.len()).map(|n| format!("S{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut records: Vec<(i64, String)> = Vec::new();
    for (n, case) in CASES.iter().enumerate() {
        let (position, reference, alternate) = case.source;
        let cells: Vec<&str> = (0..CASES.len())
            .map(|s| if s == n { "0|1" } else { "0|0" })
            .collect();
        let cells = cells.join(" ");
        records.push((
            position,
            format!("22 {position} {reference} {alternate} {cells}"),
        ));
    }
    records.sort();
    let records: Vec<&str> = records.iter().map(|(_, record)| record.as_str()).collect();
    folder.dataset(&vcf("22", &names, &records), &normalising(folder))
}

#[test]
fn rows_are_stored_in_normal_form_and_in_order() {
    let folder = Folder::new();
    let dataset = dataset(&folder);
    dataset.dataset().verify().unwrap();
    let mut expected: Vec<String> = CASES
        .iter()
        .map(|case| {
            let (position, reference, alternate) = case.stored;
            format!("{position:03} {reference}>{alternate}")
        })
        .collect();
    expected.sort();
    let mut found = Vec::new();
    let mut variants = dataset.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let position = variant.position().unwrap().one_based();
        let (reference, alternate) = variant.alleles().unwrap();
        let reference = String::from_utf8_lossy(reference);
        found.push(format!(
            "{position:03} {reference}>{}",
            String::from_utf8_lossy(alternate)
        ));
        assert_eq!(variant.counts().unwrap().ac, 1);
    }
    assert_eq!(found, expected);
}

#[test]
fn every_spelling_finds_the_row() {
    let folder = Folder::new();
    let dataset = dataset(&folder);
    let mut wrong = Vec::new();
    for (n, case) in CASES.iter().enumerate() {
        let spelled = |(position, reference, alternate): (i64, &str, &str)| {
            format!("22:{position}:{reference}:{alternate}")
        };
        let mut names = vec![spelled(case.source), spelled(case.stored)];
        names.extend(case.names.iter().map(|name| (*name).to_owned()));
        for name in names {
            let group = dataset.ask(&format!("carriers({name})")).unwrap();
            if group.ids().unwrap() != [format!("S{n}")] {
                wrong.push(format!("{name}: {:?}, not S{n}", group.ids().unwrap()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for absent in [
        "22:11:T:TTT",
        "22:2:GCACA:G",
        "NC_000022.11:g.11_12dup",
        "22:19:T:G",
    ] {
        assert_eq!(
            dataset.ask(&format!("carriers({absent})")).unwrap().count(),
            0,
            "{absent}"
        );
    }
}

/// Without a reference the rows stay as they are written, and other spellings of indels are found
/// as far as trimming alone shows.
#[test]
fn without_a_reference_rows_stay_as_written() {
    let folder = Folder::new();
    let text = vcf("22", &["S"], &["22 8 ACA A 0|1", "22 18 GTC GAC 0|1"]);
    let dataset = folder.dataset(&text, &options());
    let oracle = Oracle::parse(&[&text]);
    let rows: Vec<_> = oracle.rows.iter().collect();
    compare(&mut dataset.variants("all").unwrap(), &rows, &[0].into());
    for name in ["22:8:ACA:A", "22:18:GTC:GAC", "22:19:T:A", "22:8:ACAT:AT"] {
        assert_eq!(
            dataset.ask(&format!("carriers({name})")).unwrap().count(),
            1,
            "{name}"
        );
    }
}

/// Counts and carriers do not change: only where rows stand and how they are spelled.
#[test]
fn genotypes_are_kept() {
    let folder = Folder::new();
    let records = [
        "22 4 A G,T 0|1 1|2 ./2 .",
        "22 8 ACA A,ACACA 1|2 0/1 2|2 1",
        "22 15 T TT,<DEL> 0|1 2|1 0|0 2",
        "22 15 T TT 1|1 0|0 0|0 0",
    ];
    let text = vcf("22", &["A", "B", "C", "D"], &records);
    let dataset = folder.dataset(&text, &normalising(&folder));
    dataset.dataset().verify().unwrap();
    let oracle = Oracle::parse(&[&text]);
    let mut plain = BTreeMap::new();
    for row in &oracle.rows {
        let key = format!(
            "{:?} {:?}",
            row.counts(&|_| true),
            row.carriers().iter().map(|c| c.sample).collect::<Vec<_>>()
        );
        *plain.entry(key).or_insert(0) += 1;
    }
    let mut found = BTreeMap::new();
    let mut variants = dataset.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let mut carriers = Vec::new();
        variant
            .carriers(|carrier| carriers.push(carrier.sample))
            .unwrap();
        *found
            .entry(format!("{:?} {carriers:?}", variant.counts().unwrap()))
            .or_insert(0) += 1;
    }
    assert_eq!(found, plain);
}

#[test]
fn another_reference_is_refused_at_the_line() {
    let folder = Folder::new();
    let input = folder.write(
        "a.vcf",
        vcf("22", &["S"], &["22 4 A G 0|1", "22 9 T G 0|1"]),
    );
    let to = folder.path("x.vdx");
    let error = build(&[input], &to, &normalising(&folder)).unwrap_err();
    match &error {
        Error::Input(error) => assert_eq!(error.place, varidex::Place::Line(6), "{error}"),
        other => panic!("{other:?}"),
    }
    assert!(!to.exists());
}

#[test]
fn a_contig_that_the_reference_does_not_have_is_warned_of() {
    let folder = Folder::new();
    let input = folder.write(
        "a.vcf",
        vcf("22,7", &["S"], &["22 4 A G 0|1", "7 9 TA TG 0|1"]),
    );
    let to = folder.path("x.vdx");
    let report = build(&[input], &to, &normalising(&folder)).unwrap();
    assert_eq!(report.warnings.len(), 1, "{report}");
    assert!(report.warnings[0].what.contains('7'), "{report}");
    let dataset = Dataset::open(&to).unwrap().view();
    assert_eq!(dataset.ask("carriers(7:9:TA:TG)").unwrap().count(), 1);
}

#[test]
fn the_reference_may_be_missing_or_no_fasta() {
    let folder = Folder::new();
    let input = folder.write("a.vcf", vcf("22", &["S"], &["22 4 A G 0|1"]));
    for (reference, content) in [("absent.fa", None), ("text.fa", Some("no sequence"))] {
        if let Some(content) = content {
            folder.write(reference, content);
        }
        let options = BuildOptions {
            reference: Some(folder.path(reference)),
            ..options()
        };
        let to = folder.path("x.vdx");
        let error = build(&[&input], &to, &options).unwrap_err();
        assert!(error.to_string().contains(reference), "{error}");
        assert!(!to.exists());
    }
}
