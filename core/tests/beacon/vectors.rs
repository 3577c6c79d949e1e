//! The vectors that all languages share (`format-spec/beacon`), by the library.

use crate::spec::{Outcome, VECTORS, access, build_datasets, copy_config, files, sent};
use serde_json::Value;
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
