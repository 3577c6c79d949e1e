//! What all commands that print tables can do, and counts by many things.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{Fixture, table, varidex};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty};
use std::fs;

#[test]
fn columns_that_are_asked_for() {
    let cohort = Fixture::new();
    let names = "pos,alt,info.CADD,length,end,covered,af_low";
    let asked = cohort.answer("variants", &["21:1000-2000", "--columns", names]);
    let lines: Vec<&str> = asked.lines().collect();
    assert_eq!(lines[0], names.replace(',', "\t"));
    let cells: Vec<&str> = lines[1].split('\t').collect();
    assert_eq!(cells[..2], ["1000", "G"]);
    assert_eq!(cells[3..6], ["1", "1000", "4"]);
    // 4 of 8: (p + z²/2n − z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
    assert_eq!(cells[6], "0.215216");
    for (name, message) in [
        ("cov", "did you mean"),
        ("covred", "did you mean covered"),
        ("info.CAD", "did you mean CADD? Kept are CADD"),
    ] {
        cohort
            .run("variants", &["all", "--columns", name])
            .code(2)
            .stdout(is_empty())
            .stderr(contains(message));
    }
}

#[test]
fn offsets_counts_and_headers() {
    let cohort = Fixture::new();
    for command in ["variants", "frequencies", "carriers"] {
        let whole = cohort.answer(command, &["all"]);
        let rows: Vec<&str> = whole.lines().skip(1).collect();
        assert_eq!(
            cohort.answer(command, &["all", "--count"]),
            format!("{}\n", rows.len())
        );
        assert_eq!(
            cohort.answer(command, &["all", "--count", "--format", "json"]),
            format!("{{\"count\":{}}}\n", rows.len())
        );
        let part = ["all", "--offset", "1", "--limit", "2", "--no-header", "-q"];
        let part = cohort.answer(command, &part);
        assert_eq!(part.lines().collect::<Vec<_>>(), rows[1..3]);
        let left = cohort.answer(command, &["all", "--offset", "2", "--count"]);
        assert_eq!(left, format!("{}\n", rows.len() - 2));
        let beyond = cohort.answer(command, &["all", "--offset", "1000", "--no-header"]);
        assert_eq!(beyond, "");
    }
    for refused in [
        ["--count", "--no-header"],
        ["--count", "--columns=pos"],
        ["--count", "--format=arrow"],
    ] {
        let arguments = [&["all"][..], &refused].concat();
        cohort
            .run("variants", &arguments)
            .code(2)
            .stdout(is_empty());
    }
}

#[test]
fn a_group_is_counted_in_and_leaves_all_variants() {
    let cohort = Fixture::new();
    let asked = |extra: &[&str]| {
        let columns = ["chr21", "--columns", "pos,alt,ac,an,n_het", "--no-header"];
        cohort.answer("variants", &[&columns, extra].concat())
    };
    let of_group = cohort.answer(
        "frequencies",
        &[
            "chr21",
            "--group",
            "samples(ANNA)",
            "--columns",
            "pos,alt,ac,an,n_het",
            "--no-header",
        ],
    );
    assert_eq!(asked(&["--group", "samples(ANNA)"]), of_group);
    assert_eq!(
        asked(&["--group", "samples(ANNA)"]).lines().count(),
        asked(&[]).lines().count()
    );
    cohort
        .run("variants", &["all", "--group", "samples(nobody)"])
        .code(2)
        .stderr(contains("nobody"));
}

/// What is written appears whole or not at all.
#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let cohort = Fixture::new();
    let expected = cohort.answer("variants", &["all"]);
    let to = cohort.path("out.tsv");
    for _ in 0..2 {
        // one of that name is replaced
        cohort
            .run("variants", &["all", "-o", "out.tsv"])
            .success()
            .stdout(is_empty());
        assert_eq!(fs::read_to_string(&to).unwrap(), expected);
    }
    cohort
        .run("variants", &["nosuchfield>1", "-o", "out.tsv"])
        .code(2);
    cohort
        .run("variants", &["all", "-o", "out.tsv", "--columns", "nosuch"])
        .code(2);
    assert_eq!(fs::read_to_string(&to).unwrap(), expected);
    cohort
        .run("variants", &["all", "-o", "no/such/folder.tsv"])
        .code(5)
        .stderr(contains("no/such/folder.tsv"));
    assert_eq!(cohort.answer("variants", &["all", "-o", "-"]), expected);
    cohort
        .run("variants", &["all", "--count", "-o", "count"])
        .success();
    let rows = expected.lines().count() - 1;
    assert_eq!(
        fs::read_to_string(cohort.path("count")).unwrap(),
        format!("{rows}\n")
    );
    // damage that is found on the way leaves nothing
    let segment = common::file_of(&cohort.path("cohort.vdx"), ".segment");
    let mut bytes = fs::read(&segment).unwrap();
    for byte in bytes.iter_mut().skip(200) {
        *byte ^= 0x55;
    }
    fs::write(&segment, bytes).unwrap();
    cohort.run("variants", &["all", "-o", "new.tsv"]).code(4);
    let left: Vec<String> = fs::read_dir(cohort.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".vdx"))
        .collect();
    assert!(
        left.iter()
            .all(|name| ["out.tsv", "count"].contains(&name.as_str())),
        "{left:?}"
    );
}

#[test]
fn people_are_a_table_like_others() {
    let dir = tempfile::tempdir().unwrap();
    let people = dir.path().join("people.tsv").display().to_string();
    fs::write(
        &people,
        "individual_id\tsample\tsex\nP1\tANNA\tfemale\nP2\tBEN\tmale\n",
    )
    .unwrap();
    let dataset = dir.path().join("x.vdx").display().to_string();
    varidex(&[
        "build",
        common::COHORT,
        "-q",
        "-o",
        &dataset,
        "--people",
        &people,
    ])
    .assert()
    .success();
    let asked = |extra: &[&str]| {
        let output = varidex(&[&["people", &dataset, "--by", "sex"][..], extra].concat()).assert();
        String::from_utf8(output.success().get_output().stdout.clone()).unwrap()
    };
    assert_eq!(asked(&["--no-header"]), "female\t1\nmale\t1\n");
    assert_eq!(asked(&["--count"]), "2\n");
    assert_eq!(
        asked(&["--offset", "1", "--columns", "people,sex"]),
        "people\tsex\n1\tmale\n"
    );
}

#[test]
fn counted_by_groups_of_ones_own() {
    let cohort = Fixture::new();
    let groups = [
        "--by",
        "one=samples(ANNA, BEN)",
        "--by",
        "other=samples(DAN)",
    ];
    let columns = ["rs1", "--columns", "pos,group,ac,an"];
    let asked = cohort.answer("frequencies", &[&columns[..], &groups].concat());
    let both = cohort.answer(
        "frequencies",
        &[
            "rs1",
            "--group",
            "samples(ANNA, BEN)",
            "--columns",
            "ac,an",
            "--no-header",
        ],
    );
    let lines: Vec<&str> = asked.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1], "1000\tall\t4\t8");
    assert_eq!(lines[2], format!("1000\tone\t{}", both.trim_end()));
    // one list is the same, with commas within parentheses
    let list = ["--by", "one=samples(ANNA, BEN),other=samples(DAN)"];
    assert_eq!(
        cohort.answer("frequencies", &[&columns[..], &list].concat()),
        asked
    );
    cohort
        .run("frequencies", &["rs1", "--by", "one=all,one=all"])
        .code(2)
        .stderr(contains("`one` twice"));
}

#[test]
fn cases_against_controls() {
    let cohort = Fixture::new();
    let sides = ["--cases", "carriers(rs1)", "--controls", "!carriers(rs1)"];
    let asked = cohort.answer("frequencies", &[&["rs1"][..], &sides].concat());
    assert_eq!(
        asked,
        table(
            "chrom pos id ref alt ac_cases an_cases af_cases ac_controls an_controls af_controls odds_ratio p
             chr21 1000 rs1 A G 4 6 0.666667 0 2 0 inf 0.428571"
        )
    );
    let both = ["rs1", "--cases", "all", "--controls", "samples(DAN)"];
    cohort
        .run("frequencies", &both)
        .code(2)
        .stderr(contains("nobody can be both").and(contains("DAN")));
    cohort
        .run("frequencies", &["rs1", "--cases", "all"])
        .code(2)
        .stderr(contains("--controls"));
}
