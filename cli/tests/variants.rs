//! What one variant is, as the program shows it: spellings, extents, files that overlap, and what cannot
//! be decided.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::varidex;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty};
use std::path::Path;

const META: &str = "##fileformat=VCFv4.2
##contig=<ID=chr7,length=159345973,assembly=GRCh38>
##FILTER=<ID=q10,Description=\"q\">
##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">
";

/// A file of records written with blanks.
fn file(dir: &Path, name: &str, samples: &str, records: &[&str]) -> String {
    let head = format!("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT {samples}");
    let mut text = META.to_owned();
    for line in [head.as_str()].iter().chain(records) {
        text += &line.replace(' ', "\t");
        text += "\n";
    }
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn built(dir: &Path, inputs: &[String]) -> String {
    let to = dir.join("x.vdx").display().to_string();
    let mut arguments = vec!["build", "-q", "--force", "-o", &to];
    arguments.extend(inputs.iter().map(String::as_str));
    varidex(&arguments).assert().success();
    to
}

#[test]
fn a_change_in_the_spellings_of_two_files() {
    let dir = tempfile::tempdir().unwrap();
    let one = ["chr7 10 a CT C . PASS . GT 0/1 1/1"];
    let other = ["chr7 10 b CTT CT,C . q10 . GT 1/1 0/2"];
    let inputs = [
        file(dir.path(), "a.vcf", "A1 A2", &one),
        file(dir.path(), "b.vcf", "B1 B2", &other),
    ];
    let dataset = built(dir.path(), &inputs);
    varidex(&["ask", &dataset, "carriers(chr7:10:CT:C)", "--ids"])
        .assert()
        .success()
        .stdout("A1\nA2\nB1\n");
    let row = "chr7\t10\ta;b\tCT\tC\tdel\tPASS,q10\t.\t.\t.\t5\t8\t0.625\t1\t2\t0\t0\n";
    varidex(&["variants", &dataset, "chr7:10:CTT:CT"])
        .assert()
        .success()
        .stdout(contains(row));
    let passing = "carriers(chr7:10:CT:C & filter:q10)";
    varidex(&["ask", &dataset, passing, "--ids"])
        .assert()
        .success()
        .stdout("B1\n");
    varidex(&["carriers", &dataset, "chr7:10:CT:C & filter:PASS"])
        .assert()
        .success()
        .stdout(contains("A1").and(contains("A2")).and(contains("B1").not()));
}

#[test]
fn what_cannot_be_decided_or_names_several_is_2() {
    let dir = tempfile::tempdir().unwrap();
    let records = [
        "chr7 10 . CT C . . . GT 0/1",
        "chr7 1000 small N <DEL> . . END=1300 GT 0/1",
        "chr7 1000 large N <DEL> . . END=6000 GT 1/1",
    ];
    let dataset = built(dir.path(), &[file(dir.path(), "a.vcf", "S", &records)]);
    for (question, message) in [
        (
            "NC_000007.14:g.18del",
            "chr7:10:CT:C may be the same change",
        ),
        ("chr7:1000:N:<DEL>", "chr7:1000:N:<DEL> & length=5000"),
        (
            "ga4gh:VA.0AePZIWZUNsUlQTamyLrjm2HWUw2opLt",
            "and chr7:10:CT:C is one of those of which it is not",
        ),
        (r#"{"allele": "ga4gh:nonsense"}"#, "GA4GH VRS"),
    ] {
        for command in ["variants", "frequencies", "carriers"] {
            varidex(&[command, &dataset, question])
                .assert()
                .code(2)
                .stdout(is_empty())
                .stderr(contains(message));
        }
    }
    let large = "carriers(chr7:1000:N:<DEL> & length=5000, hom)";
    varidex(&["ask", &dataset, large, "--ids"])
        .assert()
        .success()
        .stdout("S\n");
}

#[test]
fn files_that_overlap_are_stored_once_and_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let records = [
        "chr7 10 . A G . . . GT 0/1 0/0",
        "chr7 20 . A G . . . GT 0/1 0/0",
    ];
    let one = file(dir.path(), "one.vcf", "A B", &records);
    let differs = ["chr7 20 . A G . . . GT 1/1 0/0"];
    let other = file(dir.path(), "other.vcf", "A B", &differs);
    let to = dir.path().join("x.vdx").display().to_string();
    varidex(&["build", &one, &one, "-o", &to])
        .assert()
        .success()
        .stderr(contains("warning").and(contains("records refused                2")));
    varidex(&["ask", &to, "carriers(all, at_least: 2)", "--count"])
        .assert()
        .success()
        .stdout("1\n");
    varidex(&["build", &one, &other, "-o", &to, "--force"])
        .assert()
        .code(3)
        .stderr(contains("other.vcf:7").and(contains("one.vcf")));
}
