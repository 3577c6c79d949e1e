//! Readers of people, on files written by hand, generated, and real.

mod bad;
mod cohorts;
mod json;
mod keys;
mod pedigrees;
mod tables;
mod times;

use super::{PeopleInput, read_people};
use crate::model::{Person, Record, Scope};
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

/// What lies in a folder beside people is skipped and reported; a file that was named must be about people.
#[test]
fn folders_hold_other_files_too() {
    let (folder, paths) = folder(&[
        ("README.md", "# People\n"),
        ("cohort.vcf.gz", "not looked at"),
        ("empty.tsv", ""),
        ("people.csv", "id,sex\na,male\n"),
        ("truth.tsv", "chrom\tpos\tac\n1\t5\t2\n"),
        ("binary.csv", "\0\u{1}"),
    ]);
    let input = read_people(&[folder.path().to_owned()], None).unwrap();
    assert_eq!((input.people.len(), input.read), (1, 1));
    assert_eq!(input.warnings.len(), 1, "{:?}", input.warnings);
    assert_eq!(input.warnings[0].count, 5);
    let mut told = input.warnings[0].examples.clone();
    told.sort();
    let others: Vec<String> = paths
        .iter()
        .filter(|path| !path.ends_with("people.csv"))
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(told.len(), others.len());
    assert!(others.iter().all(|other| told.contains(other)), "{told:?}");
    for path in paths.iter().filter(|path| !path.ends_with("people.csv")) {
        assert!(
            read_people(std::slice::from_ref(path), None).is_err(),
            "{path:?}"
        );
    }
    std::fs::remove_file(&paths[3]).unwrap();
    let error = read_people(&[folder.path().to_owned()], None).unwrap_err();
    assert!(error.to_string().contains("a folder with files of people"));
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
