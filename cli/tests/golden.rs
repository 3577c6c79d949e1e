//! Answers about real cohorts and real people, beside those that a script of its own finds by
//! scanning the source files: see `golden/oracle.py`. Needs `VARIDEX_TEST_DATA`, Python 3 and bcftools.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::varidex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

fn output(arguments: &[&str]) -> String {
    let assert = varidex(arguments).assert().success();
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// What the script finds; `None` where something that it needs is missing.
fn expected(work: &Path) -> Option<Value> {
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA") else {
        eprintln!("skipped: VARIDEX_TEST_DATA is not set");
        return None;
    };
    if Command::new("bcftools").arg("--version").output().is_err() {
        eprintln!("skipped: bcftools is not installed");
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/oracle.py");
    let run = Command::new("python3")
        .arg(script)
        .arg(data)
        .arg(work)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    Some(serde_json::from_slice(&run.stdout).unwrap())
}

/// AC and AN by allele and group, as `frequencies` prints them; groups without a value are left out.
fn frequencies(dataset: &str, question: &Value) -> BTreeMap<Vec<String>, (String, String)> {
    let (of, by) = (text(&question["where"]), text(&question["by"]));
    let table = output(&["frequencies", dataset, of, "--by", by]);
    let ac = 5 + by.split(',').count();
    let mut found = BTreeMap::new();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let values = &fields[5..ac];
        if !values.iter().any(|value| [".", "all"].contains(value)) {
            let mut key = [0, 1, 3, 4].map(|i| fields[i].to_owned()).to_vec();
            key.push(values.join("|"));
            found.insert(key, (fields[ac].to_owned(), fields[ac + 1].to_owned()));
        }
    }
    found
}

#[test]
fn real_cohorts_answer_as_a_scan_of_their_files() {
    let work = tempfile::tempdir().unwrap();
    let Some(datasets) = expected(work.path()) else {
        return;
    };
    let mut wrong = Vec::new();
    let mut asked = 0;
    for recipe in datasets.as_array().unwrap() {
        let name = text(&recipe["name"]);
        let dataset = work.path().join(format!("{name}.vdx"));
        let dataset = dataset.to_str().unwrap();
        let mut build = vec!["build", "-q", "-o", dataset];
        build.extend(recipe["build"].as_array().unwrap().iter().map(text));
        output(&build);
        for question in recipe["questions"].as_array().unwrap() {
            let ask = text(&question["ask"]);
            let ids = output(&["ask", dataset, ask, "--ids"]);
            let found: BTreeSet<&str> = ids.lines().collect();
            let wanted: BTreeSet<&str> = question["ids"]
                .as_array()
                .unwrap()
                .iter()
                .map(text)
                .collect();
            asked += 1;
            if found != wanted {
                let missing: Vec<_> = wanted.difference(&found).take(3).collect();
                let more: Vec<_> = found.difference(&wanted).take(3).collect();
                let (n, of) = (found.len(), wanted.len());
                wrong.push(format!(
                    "{name}: {ask}: {n}, not {of}; missing {missing:?}, too many {more:?}"
                ));
            }
        }
        for question in recipe["frequencies"].as_array().unwrap() {
            let found = frequencies(dataset, question);
            let rows = question["rows"].as_array().unwrap();
            assert_eq!(found.len(), rows.len(), "{name}: {question}");
            for row in rows {
                let cell = |i: usize| match &row[i] {
                    Value::String(text) => text.clone(),
                    number => number.to_string(),
                };
                let key = [0, 1, 2, 3, 4].map(cell).to_vec();
                asked += 1;
                if found.get(&key) != Some(&(cell(5), cell(6))) {
                    wrong.push(format!("{name}: {row}: {:?}", found.get(&key)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 3_000, "{asked}");
}
