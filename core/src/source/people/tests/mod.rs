//! Readers of people, on files written by hand, generated, and real.

mod bad;
mod cohorts;
mod json;
mod tables;
mod times;

use super::{PeopleInput, Person, Record, Scope, read_people};
use std::path::{Path, PathBuf};

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = files.iter().map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    let paths = paths.collect();
    (folder, paths)
}

fn read(files: &[(&str, &str)]) -> crate::Result<PeopleInput> {
    let (_folder, paths) = folder(files);
    let input = read_people(&paths, None)?;
    assert!(balanced(&input), "{input:?}");
    Ok(input)
}

/// `read = people + merged + refused`: nothing is dropped silently.
fn balanced(input: &PeopleInput) -> bool {
    let refused = input.refused.len() as u64 + input.refused_more;
    input.read == input.people.len() as u64 + input.merged + refused
}

fn mapped(table: &str, mapping: &str) -> crate::Result<PeopleInput> {
    let (_folder, paths) = folder(&[("people.csv", table), ("map.toml", mapping)]);
    let input = read_people(&paths[..1], Some(&paths[1]))?;
    assert!(balanced(&input), "{input:?}");
    Ok(input)
}

fn one(name: &str, text: &str) -> Person {
    let input = read(&[(name, text)]).unwrap();
    assert_eq!(
        (input.people.len(), input.refused.len()),
        (1, 0),
        "{input:?}"
    );
    input.people.into_iter().next().unwrap()
}

fn of(person: &Person, scope: Scope) -> Vec<&Record> {
    let records = person.records.iter();
    records.filter(|record| record.scope == scope).collect()
}

fn ids(records: &[&Record]) -> Vec<String> {
    let id = |record: &&Record| match record.excluded {
        true => format!("!{}", record.term.id),
        false => record.term.id.clone(),
    };
    records.iter().map(id).collect()
}

/// Real files, where they are.
fn data(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("VARIDEX_TEST_DATA") else {
        eprintln!("skipped: VARIDEX_TEST_DATA is not set");
        return None;
    };
    Some(Path::new(&folder).join(name))
}
