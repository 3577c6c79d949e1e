//! From files to people: which reader reads which file, and who is the same person.

use super::individual::{self, Told};
use super::input::{self, Input, fault, wrong};
use super::json::{self, Context};
use super::mapping::{self, Mapping};
use super::merge::Merger;
use super::notes::Notes;
use super::record::Person;
use super::{PeopleInput, Relative, ped, table};
use crate::error::{Error, Place, Result};
use std::path::{Path, PathBuf};

/// Folders within folders that are looked into.
const DEPTH: usize = 8;
/// Files of a Beacon's folder that are about something else than people.
const OTHER: [&str; 10] = [
    "analyses",
    "caseleveldata",
    "cohorts",
    "datasets",
    "filteringterms",
    "filtering_terms",
    "genomicvariations",
    "genomicvariationsvcf",
    "runs",
    "targets",
];

enum Kind {
    Json,
    Ped,
    Table,
}

/// Reads files and folders of people. A record that is wrong is refused alone; a file that is not
/// what it seems to be is an error.
pub(crate) fn read_people(paths: &[PathBuf], mapping: Option<&Path>) -> Result<PeopleInput> {
    let mapping = mapping.map(mapping::read).transpose()?;
    let mut notes = Notes::default();
    let mut merger = Merger::default();
    for path in paths {
        let mut files = Vec::new();
        if path.is_dir() {
            walk(path, DEPTH, &mut files, &mut notes)?;
            if files.is_empty() {
                let expected = "a folder with files of people";
                return Err(wrong(path, Place::File, expected, "none"));
            }
        } else {
            files.push(path.clone());
        }
        for path in files {
            read_file(&path, mapping.as_ref(), &mut notes, &mut merger)?;
        }
    }
    let by_subject = mapping.and_then(|mapping| mapping.by_subject);
    let people = merger.finish(by_subject, &mut notes);
    Ok(PeopleInput {
        people,
        read: notes.read,
        merged: notes.merged,
        refused: notes.refused,
        refused_more: notes.refused_more,
        warnings: notes.warnings,
    })
}

/// Reads a PED or FAM file alone; the first line that is wrong is an error.
pub(crate) fn read_ped(path: &Path) -> Result<Vec<Relative>> {
    let mut notes = Notes::default();
    let mut relatives = Vec::new();
    let file = path.display().to_string();
    let input = input::open(path)?;
    ped::read(path, &file, input, &mut notes, |line, relative, _| {
        relatives.push(
            relative
                .map_err(|found| wrong(path, Place::Line(line), found.expected, &found.found))?,
        );
        Ok(())
    })?;
    Ok(relatives)
}

/// The text of a mapping file for a table, to be looked over by who knows it.
pub(crate) fn guess(path: &Path) -> Result<String> {
    let mut input = input::open(path)?;
    match kind(path, &mut input)? {
        Kind::Table => super::guess::guess(path, input),
        Kind::Json | Kind::Ped => {
            let found = "a file that needs no mapping";
            Err(wrong(path, Place::File, "a table", found))
        }
    }
}

/// The name without `.gz`, in small letters, and what follows its last point.
fn name(path: &Path) -> (String, String) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    let name = name
        .strip_suffix(".gz")
        .or(name.strip_suffix(".bgz"))
        .unwrap_or(&name);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    (stem.to_owned(), extension.to_owned())
}

/// The files of people in a folder, by name, so that the order is the same everywhere.
fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, notes: &mut Notes) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(|e| Error::io(folder, e))?;
    paths.sort();
    for path in paths {
        let told = || path.display().to_string();
        if path.is_dir() {
            match depth.checked_sub(1) {
                Some(depth) => walk(&path, depth, files, notes)?,
                None => notes.warn("a folder too deep within folders: not read", told),
            }
            continue;
        }
        let (stem, extension) = name(&path);
        let known = ["json", "ndjson", "jsonl", "tsv", "csv", "ped", "fam"];
        if !known.contains(&extension.as_str()) || OTHER.contains(&stem.as_str()) {
            notes.warn(
                "a file of a folder that is not about people: not read",
                told,
            );
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn kind(path: &Path, input: &mut Input) -> Result<Kind> {
    let (_, extension) = name(path);
    if matches!(extension.as_str(), "ped" | "fam") {
        return Ok(Kind::Ped);
    }
    let start = input.ahead().map_err(|e| fault(path, 1, &e))?;
    match start.trim_ascii_start().first() {
        Some(b'{' | b'[') => return Ok(Kind::Json),
        None if start.is_empty() => {
            return Err(wrong(path, Place::File, "people", "an empty file"));
        }
        _ => {}
    }
    if start.contains(&0) {
        let expected = "text of people: JSON, a table or a pedigree";
        return Err(wrong(path, Place::File, expected, "a binary file"));
    }
    if matches!(extension.as_str(), "json" | "ndjson" | "jsonl") {
        return Ok(Kind::Json);
    }
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or(start);
    if ped::is_line(String::from_utf8_lossy(line).trim()) {
        return Ok(Kind::Ped);
    }
    Ok(Kind::Table)
}

fn read_file(
    path: &Path,
    mapping: Option<&Mapping>,
    notes: &mut Notes,
    merger: &mut Merger,
) -> Result<()> {
    let mut input = input::open(path)?;
    let kind = kind(path, &mut input)?;
    read(path, kind, input, mapping, notes, merger)
}

fn read(
    path: &Path,
    kind: Kind,
    input: Input,
    mapping: Option<&Mapping>,
    notes: &mut Notes,
    merger: &mut Merger,
) -> Result<()> {
    let file = path.display().to_string();
    match kind {
        Kind::Json => json::records(path, input, |root, value| {
            let mut told = Vec::new();
            let mut context = Context::new(notes, &file, root);
            individual::read(&mut context, &value, &mut |one| told.push(one));
            told.into_iter().for_each(|told| merger.add(told, notes));
            Ok(())
        }),
        Kind::Ped => ped::read(path, &file, input, notes, |line, relative, notes| {
            match relative {
                Ok(relative) => {
                    let person = Person {
                        sex: relative.sex,
                        kin: Some(relative.kin),
                        ..Person::of(relative.id)
                    };
                    merger.add(at(&file, line, person), notes);
                }
                Err(ped::Wrong { expected, found }) => {
                    let reason = format!("expected {expected}, found {found}");
                    notes.refuse(&file, format!(":{line}"), reason);
                }
            }
            Ok(())
        }),
        Kind::Table => table::read(path, &file, input, mapping, notes, |line, person, notes| {
            merger.add(at(&file, line, person), notes);
        }),
    }
}

fn at(file: &str, line: u64, person: Person) -> Told {
    Told {
        person,
        packet: None,
        place: format!("{file}:{line}"),
    }
}
