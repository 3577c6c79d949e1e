//! The vectors that all languages share (`format-spec/beacon`), by the library.

use crate::spec::{Outcome, VECTORS, access, build_datasets, copy_config, files, sent};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use varidex::{Beacon, BeaconRequest, BeaconResponse};

/// Builds the datasets of a file of vectors, and opens its beacon over them.
pub fn beacon(file: &Value, dir: &Path) -> Beacon {
    build_datasets(file, dir);
    Beacon::open(copy_config(file, dir)).unwrap()
}

/// Asks what a vector asks.
pub fn asked(beacon: &Beacon, vector: &Value) -> BeaconResponse {
    let (path, query, body) = sent(vector);
    let request = match &body {
        None => BeaconRequest::get(path, query),
        Some(body) => BeaconRequest {
            query,
            ..BeaconRequest::post(path, body)
        },
    };
    beacon.answer(&request, access(vector))
}

#[test]
fn the_library_answers_the_shared_vectors() {
    let mut outcome = Outcome::default();
    for (name, file) in files() {
        let dir = tempfile::tempdir().unwrap();
        let beacon = beacon(&file, dir.path());
        outcome.ask(&name, &file, |vector| {
            let answer = asked(&beacon, vector);
            Ok((answer.status, answer.body))
        });
    }
    outcome.check(&[]);
}

#[test]
fn the_vectors_are_of_their_schema() {
    let text = std::fs::read(Path::new(VECTORS).join("schema.json")).unwrap();
    let schema: Value = serde_json::from_slice(&text).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    for (name, file) in files() {
        let problems: Vec<String> = schema
            .iter_errors(&file)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{name}: {}", problems.join("\n"));
    }
}

/// Every vector that the tables of the README name is there, and they name some of every file.
#[test]
fn the_tables_name_vectors_that_are_there() {
    let files = files();
    let mut all = BTreeSet::new();
    for (file, of) in &files {
        for vector in of["vectors"].as_array().unwrap() {
            all.insert(format!("{file}: {}", vector["name"].as_str().unwrap()));
        }
    }
    let readme = std::fs::read_to_string(Path::new(VECTORS).join("README.md")).unwrap();
    let (_, tables) = readme.split_once("\n## What the vectors test\n").unwrap();
    let mut not_named: BTreeSet<&str> = files.keys().map(String::as_str).collect();
    let mut rows = 0;
    for row in tables.lines().filter(|line| line.starts_with("| ")) {
        let (_, cell) = row.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        if ["vectors", "none"].contains(&cell) {
            continue;
        }
        for name in cell.split("; ") {
            let pattern = name.strip_prefix('`').and_then(|n| n.strip_suffix('`'));
            let pattern = pattern.unwrap_or_else(|| panic!("{name} in {row}"));
            let is_there = match pattern.strip_suffix('*') {
                Some(start) => all.iter().any(|name| name.starts_with(start)),
                None => all.contains(pattern),
            };
            assert!(is_there, "no vector is called {name}: {row}");
            not_named.remove(pattern.split_once(": ").unwrap().0);
        }
        rows += 1;
    }
    assert!(not_named.is_empty() && rows > 50, "{rows}: {not_named:?}");
}
