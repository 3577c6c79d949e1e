//! Tables in parts: some rows, and some columns.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{Fixture, table};

/// Carriers in pages of three rows, each by the token that the one before ended with.
#[test]
fn tables_are_read_in_pages() {
    let cohort = Fixture::new();
    let whole = cohort.answer("carriers", &["all"]);
    assert_eq!(whole.lines().count(), 14);
    let mut found: Vec<String> = whole.lines().take(1).map(str::to_owned).collect();
    let mut token: Option<String> = None;
    loop {
        let mut asked = vec!["all", "--limit", "3"];
        if let Some(token) = &token {
            asked.extend(["--after", token]);
        }
        let run = cohort.run("carriers", &asked).success();
        let output = run.get_output();
        let (out, messages) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
        found.extend(
            String::from_utf8_lossy(out)
                .lines()
                .skip(1)
                .map(str::to_owned),
        );
        match messages.trim().rsplit_once("--after ") {
            Some((_, next)) => token = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(found, whole.lines().collect::<Vec<_>>());
    let token = token.unwrap();
    cohort
        .run("carriers", &["type:snv", "--after", &token])
        .code(2)
        .stderr(predicates::str::contains("another question"));
    cohort
        .run("carriers", &["all", "--after", "0123"])
        .code(2)
        .stderr(predicates::str::contains("64 hexadecimal digits"));
}

#[test]
fn tables_have_the_columns_that_are_asked_for() {
    let cohort = Fixture::new();
    let asked = |more: &[&str]| {
        let some = ["chr21:1000-2000", "--columns", "alt,pos,af"];
        cohort.answer("variants", &[&some[..], more].concat())
    };
    assert_eq!(
        asked(&[]),
        table("alt pos af\nG 1000 0.5\nCA 2000 0.4\nT 2000 0.4")
    );
    let csv = "alt,pos,af\nG,1000,0.5\nCA,2000,0.4\nT,2000,0.4\n";
    assert_eq!(asked(&["--format", "csv"]), csv);
    cohort
        .run("variants", &["all", "--columns", "pos,nothing"])
        .code(2)
        .stderr(predicates::str::contains("no column `nothing`"));
}
