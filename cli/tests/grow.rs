//! A dataset that grows, as a user of the program sees it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Fixture, varidex};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

/// A file of one sample.
fn vcf(cohort: &Fixture, name: &str, sample: &str) -> String {
    let text = format!(
        "##fileformat=VCFv4.3\n##contig=<ID=chr21>\n\
         ##INFO=<ID=CADD,Number=A,Type=Float,Description=\"\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{sample}\n\
         chr21\t1000\t.\tA\tG\t.\tPASS\tCADD=3\tGT\t0/1\n"
    );
    let path = cohort.path(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn states_are_kept_listed_and_asked() {
    let cohort = Fixture::new();
    let before = cohort.answer("samples", &["--columns", "sample", "--no-header"]);
    let (one, two) = (
        vcf(&cohort, "one.vcf", "ONE"),
        vcf(&cohort, "two.vcf", "TWO"),
    );
    let list = cohort.path("list.txt");
    std::fs::write(&list, format!("{two}\n\n")).unwrap();
    cohort
        .run(
            "add",
            &[&one, "@list.txt", "--keep", "2", "--report", "report.json"],
        )
        .success()
        .stdout("")
        .stderr(contains("added to "));
    let report = std::fs::read_to_string(cohort.path("report.json")).unwrap();
    assert!(report.contains("\"samples\": 2"), "{report}");
    let all = cohort.answer("samples", &["--columns", "sample", "--no-header"]);
    assert_eq!(all, format!("{before}ONE\nTWO\n"));
    let commands = cohort.answer("snapshots", &["--columns", "command", "--no-header"]);
    assert_eq!(commands, "add\nbuild\n");
    let ids = cohort.answer("snapshots", &["--columns", "snapshot", "--no-header"]);
    let then = &ids.lines().last().unwrap()[..6];
    let asked = ["--columns", "sample", "--no-header", "--snapshot", then];
    assert_eq!(cohort.answer("samples", &asked), before);
    for command in ["info", "verify"] {
        cohort.run(command, &["--snapshot", then]).success();
    }
    let count = |state: &[&str]| {
        let asked = [&["carriers(chr21:1000:A:G)", "--count"], state].concat();
        cohort.answer("ask", &asked).trim().parse::<u64>().unwrap()
    };
    assert_eq!(count(&[]), count(&["--snapshot", then]) + 2);
    cohort
        .run("ask", &["all", "--snapshot", "0000"])
        .code(2)
        .stderr(contains("expected the id of a state that is kept"));
    // what was there is refused, and changes nothing
    cohort.run("add", &[&two]).code(3).stderr(contains(
        "sample TWO, which the dataset has over chr21:1000-1000",
    ));
    assert_eq!(
        cohort.answer("snapshots", &["--columns", "snapshot", "--no-header"]),
        ids
    );
    cohort
        .run("add", &[&one, "--min-gq", "3"])
        .code(2)
        .stderr(contains(
            "min-gq: expected none, as the dataset was built with, found 3",
        ));
    cohort.run("add", &["@nothing.txt"]).code(5);
}

#[test]
fn a_second_writer_is_refused_with_the_name_of_the_first() {
    let cohort = Fixture::new();
    let one = vcf(&cohort, "one.vcf", "ONE");
    let to = cohort.dataset();
    let write = |name: &str, text: &str| {
        std::fs::write(cohort.path(name), text).unwrap();
        cohort.path(name).display().to_string()
    };
    let people = write("people.tsv", "id\tsex\nANNA\tF\n");
    let list = write("list.tsv", "ANNA\tall\tout\n");
    let publishers = [
        vec!["add", &to, &one],
        vec!["people", &to, &people],
        vec!["build", &one, "-o", &to, "--force"],
    ];
    let deciders = [
        vec!["withdraw", &to, "--samples", "ANNA"],
        vec!["restore", &to, "--samples", "ANNA"],
        vec!["consent", &to, &list],
        // they are written down
        vec!["ask", &to, "all", "--national-override"],
        vec!["ask", &to, "all", "--audit", "2026-01-01"],
    ];
    for (lock, refused, goes_on) in [
        ("lock", &publishers[..], &deciders[..]),
        ("decisions.lock", &deciders, &publishers),
    ] {
        let lock = cohort.path("cohort.vdx").join(lock);
        std::fs::write(&lock, "process 7 on elsewhere").unwrap();
        let held = std::fs::File::options().write(true).open(&lock).unwrap();
        held.lock().unwrap();
        for command in refused {
            let refused = varidex(command).assert().code(5);
            refused.stderr(contains("being written by process 7 on elsewhere"));
        }
        // whoever withdraws does not wait for an addition, nor the other way
        for command in goes_on {
            varidex(command).assert().success();
        }
        drop(held);
    }
    varidex(&["add", &cohort.path("none.vdx").display().to_string(), &one])
        .assert()
        .failure()
        .stderr(contains("no dataset at"));
}

#[test]
fn who_was_erased_is_refused_as_input() {
    let cohort = Fixture::new();
    let one = vcf(&cohort, "one.vcf", "ONE");
    let people = cohort.path("people.tsv");
    std::fs::write(&people, "id\tsex\nONE\tF\n").unwrap();
    cohort.run("add", &[&one]).success();
    cohort.run("withdraw", &["--samples", "ONE"]).success();
    cohort.run("compact", &["--erase"]).success();
    let before = cohort.answer("info", &["--json"]);
    let refused = |input: &str, what: &str| {
        contains(format!(
            "{input}: expected nobody who was erased from the dataset"
        ))
        .and(contains(format!(", found {what} ONE\n")))
    };
    let add = cohort.run("add", &[&one]);
    add.code(3).stderr(refused("one.vcf", "samples"));
    let load = cohort.run("people", &["people.tsv"]);
    load.code(3).stderr(refused("people.tsv", "individuals"));
    let dataset = cohort.path("cohort.vdx").display().to_string();
    let mut build = varidex(&["build", "-q", &one, "-o", &dataset, "--force"]);
    build.assert().code(3).stderr(refused("one.vcf", "samples"));
    assert_eq!(cohort.answer("info", &["--json"]), before);
}
