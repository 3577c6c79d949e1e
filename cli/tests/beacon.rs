//! The vectors of a beacon that all languages share (`format-spec/beacon`), by the program.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    reason = "a test that cannot go on fails"
)]

mod common;
#[path = "../../core/tests/beacon/spec.rs"]
mod spec;

use common::{build, varidex};
use serde_json::Value;
use spec::{Outcome, VECTORS, copy_config, files, sent};
use std::path::Path;

/// What `varidex beacon` answers: the status is in its message, where it is another than 200.
fn asked(dir: &Path, vector: &Value) -> Result<(u16, Vec<u8>), &'static str> {
    let (path, query, body) = sent(vector);
    let config = dir.join("beacon.toml").display().to_string();
    let mut command = varidex(&["beacon", &config, "--entry", path]);
    match body {
        None => command.args(["--get", query]),
        Some(_) if !query.is_empty() => return Err("a body beside a query"),
        Some(body) => command.write_stdin(body),
    };
    if vector["access"].is_object() {
        let access = dir.join("access.json");
        std::fs::write(&access, vector["access"].to_string()).unwrap();
        command.arg("--access").arg(access);
    }
    let output = command.output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    let status = match output.status.success() {
        true if message.is_empty() => 200,
        _ => {
            assert_eq!(output.status.code(), Some(2), "{message}");
            let message = message.trim_end();
            let status = message.strip_prefix("varidex: the request is answered with status ");
            let status = status.unwrap_or_else(|| panic!("{}: {message}", vector["name"]));
            status.parse().unwrap()
        }
    };
    let mut answer = output.stdout;
    assert_eq!(answer.pop(), Some(b'\n'));
    Ok((status, answer))
}

#[test]
fn the_program_answers_the_shared_vectors() {
    let mut outcome = Outcome::default();
    for (name, file) in files() {
        let dir = tempfile::tempdir().unwrap();
        for (dataset, recipe) in file["datasets"].as_object().unwrap() {
            build(VECTORS, recipe, dir.path(), dataset);
        }
        copy_config(&file, dir.path());
        outcome.ask(&name, &file, |vector| asked(dir.path(), vector));
    }
    outcome.check(&[(
        "a body beside a query",
        &[
            "forms: an address and a body",
            "forms: an address and a body that both say it",
        ],
    )]);
}
