//! The order of modules that CONTRIBUTING.md shows, held against the sources.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reports what is wrong by failing"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// The names of modules in the picture, from the one that all may use.
fn pictured() -> Vec<String> {
    let text = fs::read_to_string(Path::new(ROOT).join("../../CONTRIBUTING.md")).unwrap();
    let (_, picture) = text.split_once("```text\nerror ").unwrap();
    let (picture, _) = picture.split_once("```").unwrap();
    let first = |line: &str| line.split_whitespace().next().unwrap().to_owned();
    std::iter::once("error".to_owned())
        .chain(picture.lines().skip(1).map(first))
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_test = name == "tests" || name.ends_with("tests.rs");
        if path.is_dir() && !is_test {
            sources(&path, found);
        } else if name.ends_with(".rs") && !is_test {
            found.push(path);
        }
    }
}

/// A source without comments and without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules of the crate that some code names.
fn used(code: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        rest.split_at(end.unwrap_or(rest.len())).0.to_owned()
    };
    code.split("crate::").skip(1).map(name).collect()
}

#[test]
fn modules_use_only_those_above_them() {
    let order = pictured();
    let place = |module: &str| order.iter().position(|name| name == module);
    let mut files = Vec::new();
    sources(Path::new(ROOT), &mut files);
    assert!(files.len() > 150, "{}", files.len());
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in files {
        let inside = file.strip_prefix(ROOT).unwrap().to_str().unwrap();
        let module = inside.split('/').next().unwrap().trim_end_matches(".rs");
        // what joins the modules, and is none of them
        if module == "lib" || module == "testing" {
            continue;
        }
        let Some(own) = place(module) else {
            panic!("{inside} is in no module of CONTRIBUTING.md");
        };
        seen.insert(own);
        for other in used(&code(&file)) {
            match place(&other) {
                Some(above) if above <= own => {}
                _ => wrong.push(format!("{inside} uses {other}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(
        seen.len(),
        order.len(),
        "every module of the picture is there"
    );
}

/// What is stored of samples and of all who are in a dataset, whoever may be seen.
const OF_ALL: [&str; 14] = [
    "Opened",
    "page_sets(",
    "columns.ac.",
    "columns.an_short",
    "columns.carriers",
    "columns.haploid",
    "columns.hemi",
    "columns.het_excess",
    "columns.hom",
    "columns.missing",
    "columns.outside",
    "columns.polyploid",
    "columns.recorded",
    "columns.unphased",
];

/// Who asks goes through what a view shows: its counters, sets and records.
#[test]
fn genotypes_are_reached_through_a_view() {
    let mut files = Vec::new();
    sources(Path::new(ROOT), &mut files);
    let (mut wrong, mut inside) = (Vec::new(), 0);
    for file in files {
        let name = file.strip_prefix(ROOT).unwrap().to_str().unwrap();
        let code = code(&file);
        let found = OF_ALL.iter().filter(|word| code.contains(**word));
        match name.split('/').next().unwrap() {
            "format" | "store" | "cohort" | "maintain" => inside += found.count(),
            _ => wrong.extend(found.map(|word| format!("{name}: {word}"))),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(inside > 20, "{inside}");
}

/// Questions read datasets, through what has opened them, and lists that a host's loader gives: no text of a
/// stranger names a file that is opened for it.
#[test]
fn no_question_opens_a_file() {
    let mut files = Vec::new();
    for module in ["model", "set", "cohort", "query"] {
        sources(&Path::new(ROOT).join(module), &mut files);
    }
    assert!(files.len() > 60, "{}", files.len());
    let opens = |code: &str| {
        let words = ["fs::", "File::open", "OpenOptions", "on_disk("];
        words.iter().any(|word| code.contains(word))
    };
    files.retain(|file| opens(&code(file)));
    assert_eq!(files, [Path::new(ROOT).join("cohort/open.rs")]);
}

#[test]
fn a_module_below_is_noticed() {
    let order = pictured();
    assert_eq!(order.first().unwrap(), "error");
    assert_eq!(order.last().unwrap(), "export");
    let found = used("use crate::query::Group;\nlet x = crate::error::Place::File;");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["error", "query"]);
}
