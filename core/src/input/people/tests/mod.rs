//! Readers of people, on files written by hand, generated, and real.

mod bad;
mod cohorts;
mod endless;
mod json;
mod keys;
mod pedigrees;
mod tables;
mod times;

use super::{Part, Refusal, Warning, assemble};
use crate::model::{Coding, Person, Record, Scope};
use crate::store::runs::Runs;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What is read of files of people.
#[derive(Debug)]
struct PeopleInput {
    /// In the order of their first mention.
    people: Vec<Person>,
    read: u64,
    merged: u64,
    refused: Vec<Refusal>,
    refused_more: u64,
    warnings: Vec<Warning>,
}

fn read_people(paths: &[PathBuf], mapping: Option<&Path>) -> crate::Result<PeopleInput> {
    let mut gathered = super::read_people(paths, mapping, None, &mut || Ok(()))?;
    let mut names = vec![Vec::new(); gathered.identities.len() as usize];
    let mut each = |kind, name: &str, person| {
        let names: &mut Vec<_> = &mut names[person as usize];
        names.push((kind, name.to_owned()));
    };
    gathered.names(&mut || Ok(()), &mut each).unwrap();
    for names in &mut names {
        // the id, which goes last
        names.pop();
        names.sort_by_key(|(kind, _)| *kind);
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
    }
    let numbers: Vec<u32> = (0..gathered.identities.len()).collect();
    let runs = Runs::of(None, None, 1 << 20);
    let merge = gathered.sort(&numbers, runs, &mut || Ok(())).unwrap();
    let (identities, codings, mut notes) = gathered.into_parts();
    let mut people = Vec::new();
    let mut records: Vec<Record> = Vec::new();
    assemble(
        merge,
        &identities,
        &mut notes,
        &mut || Ok(()),
        &mut |part| {
            match part {
                Part::Start(_) => assert!(records.is_empty()),
                Part::Event(event) => records.push(event.record(|number| {
                    let (id, label) = codings.get(number);
                    Ok(Coding {
                        id: id.to_owned(),
                        label: label.to_owned(),
                    })
                })?),
                Part::Person(person) => people.push(Person {
                    records: std::mem::take(&mut records),
                    sample_names: std::mem::take(&mut names[people.len()]),
                    ..person.clone()
                }),
            }
            Ok(())
        },
    )
    .unwrap();
    let input = notes.into_input();
    Ok(PeopleInput {
        people,
        read: input.read,
        merged: input.merged,
        refused: input.refused,
        refused_more: input.refused_more,
        warnings: input.warnings,
    })
}

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
