//! The cases that all languages share (`format-spec/cases`), by the program.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{build, texts, varidex};
use serde_json::Value;
use std::path::Path;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../format-spec/cases");

/// Whether a value is the one expected: what is not whole to one part in 100,000.
fn same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-5 * a.abs().max(b.abs())
        }
        _ => expected == found,
    }
}

/// The columns of a table, as rows of values.
fn columns(table: &Value, columns: &[&str]) -> Value {
    let rows = table.as_array().unwrap().iter();
    let row = |row: &Value| -> Value { columns.iter().map(|column| row[column].clone()).collect() };
    rows.map(row).collect()
}

fn run(dataset: &str, case: &Value) {
    let name = &case["name"];
    let verb = case["verb"].as_str().unwrap();
    let expression = case["expression"].as_str().unwrap();
    let command = if verb == "frequency" {
        "frequencies"
    } else {
        verb
    };
    let ask = |extra: &[&str]| {
        let mut program = varidex(&[command, dataset, expression, "--format", "json"]);
        program.args(extra).current_dir(CASES);
        if let Some(group) = case["group"].as_str() {
            program.args(["--group", group]);
        }
        for field in texts(&case["by"]) {
            program.args(["--by", field]);
        }
        if let Some(before) = case["state"].as_u64() {
            let states = ["snapshots", dataset, "--no-header", "--columns", "snapshot"];
            let states = varidex(&states).assert().success();
            let states = String::from_utf8(states.get_output().stdout.clone()).unwrap();
            let state = states.lines().nth(before as usize).unwrap();
            program.args(["--snapshot", state]);
        }
        if let Some(access) = case["access"].as_str() {
            let file = Path::new(dataset).with_file_name("access.json");
            std::fs::write(&file, access).unwrap();
            program.arg("--access").arg(file);
        }
        program.assert()
    };
    if case["error"].is_object() {
        let refused = ask(&[]).code(2).stdout("");
        let message = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        let contains = case["error"]["contains"].as_str().unwrap();
        assert!(message.contains(contains), "{name}: {message}");
        return;
    }
    let answer = |extra: &[&str]| -> Value {
        let answered = ask(extra).success();
        let output = answered.get_output();
        let messages = String::from_utf8_lossy(&output.stderr);
        let notes = messages.lines().all(|line| line.starts_with("note: "));
        assert!(notes, "{name}: {messages}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let expected = &case["answer"];
    let check = |expected: &Value, found: &Value| {
        assert!(
            same(expected, found),
            "{name}\nexpected {expected}\nfound    {found}"
        );
    };
    match verb {
        "ask" => {
            check(&expected["count"], &answer(&["--count"])["count"]);
            let exists = expected["count"].as_u64() > Some(0);
            assert_eq!(answer(&["--exists"])["exists"], exists, "{name}");
            let mut ids = answer(&["--ids"]);
            if expected["scores"].is_array() {
                let rows = ids.as_array().unwrap().iter();
                let scores: Value = rows.map(|row| row["score"].clone()).collect();
                check(&expected["scores"], &scores);
                let rows = ids.as_array().unwrap().iter();
                ids = rows.map(|row| row["id"].clone()).collect();
            }
            check(&expected["ids"], &ids);
        }
        "frequency" => {
            let table = answer(&[]);
            let rows = table.as_array().unwrap();
            match expected.as_object() {
                None => assert!(rows.is_empty(), "{name}: {table}"),
                Some(counts) => {
                    assert_eq!(rows.len(), 1, "{name}");
                    for (key, value) in counts {
                        check(value, &rows[0][key]);
                    }
                }
            }
        }
        _ => check(
            &expected["rows"],
            &columns(&answer(&[]), &texts(&expected["columns"])),
        ),
    }
}

/// A step of a history.
fn happen(dataset: &str, step: &Value) {
    let (verb, text) = (step[0].as_str().unwrap(), step[1].as_str().unwrap());
    let mut arguments = vec![verb.to_owned(), dataset.to_owned()];
    if verb == "consent" {
        arguments.push(text.to_owned());
    } else if verb == "compact" {
        let what: Value = serde_json::from_str(text).unwrap();
        arguments.extend((what["erase"] == true).then(|| "--erase".to_owned()));
    } else if verb == "define" {
        let what: Value = serde_json::from_str(text).unwrap();
        arguments.splice(..1, ["cohort".to_owned()]);
        let words = [
            "define",
            what["name"].as_str().unwrap(),
            what["group"].as_str().unwrap(),
        ];
        arguments.extend(words.map(str::to_owned));
    } else if verb == "add" {
        let what: Value = serde_json::from_str(text).unwrap();
        arguments.extend(texts(&what["inputs"]).into_iter().map(str::to_owned));
        arguments.extend(["--keep".to_owned(), what["keep"].to_string()]);
        for people in texts(&what["people"]) {
            arguments.extend(["--people".to_owned(), people.to_owned()]);
        }
    } else {
        let what: Value = serde_json::from_str(text).unwrap();
        let flags = [
            ("individuals", "--individuals"),
            ("samples", "--samples"),
            ("purposes", "--purpose"),
        ];
        for (key, flag) in flags {
            let values = texts(&what[key]);
            if !values.is_empty() {
                arguments.extend([flag.to_owned(), values.join(",")]);
            }
        }
        if let Some(from) = what["from"].as_str() {
            arguments.extend(["--from".to_owned(), from.to_owned()]);
        }
        if what["effect"] == "later_permits" {
            arguments.push("--later-permits".to_owned());
        }
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    varidex(&arguments).current_dir(CASES).assert().success();
}

#[test]
fn the_program_answers_the_shared_cases() {
    let mut files = 0;
    for entry in std::fs::read_dir(CASES).unwrap() {
        let path = entry.unwrap().path();
        let is_cases = path.extension().is_some_and(|end| end == "json");
        if !is_cases || path.ends_with("schema.json") {
            continue;
        }
        files += 1;
        let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let dataset = build(CASES, &file["dataset"], dir.path(), "d.vdx");
        for step in file["history"].as_array().into_iter().flatten() {
            happen(&dataset, step);
        }
        for case in file["cases"].as_array().unwrap() {
            run(&dataset, case);
        }
    }
    assert!(files >= 2);
}
