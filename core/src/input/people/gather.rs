//! From files to people: which reader reads which file, and who is the same person.

use super::assemble::Gathered;
use super::free::Said;
use super::individual::{self, Reported};
use super::input::{self, Input, fault, wrong};
use super::json::{self, Context};
use super::mapping::{self, Mapping};
use super::merge::Merger;
use super::notes::Notes;
use super::table::NoPeople;
use super::{Relative, ped, table};
use crate::error::{Error, Place, Result};
use crate::format::Folder;
use crate::model::Person;
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

const NOT_PEOPLE: &str = "a file of a folder that is not about people: not read";

enum Kind {
    Json,
    Ped,
    Table,
}

/// A file about nobody: an error where it was named, skipped in a folder.
pub(super) enum Nobody {
    Empty,
    Binary,
    Table(NoPeople),
}

impl Nobody {
    fn into_error(self, path: &Path) -> Error {
        let (expected, found) = match self {
            Self::Empty => ("people", "an empty file"),
            Self::Binary => (
                "text of people: JSON, a table or a pedigree",
                "a binary file",
            ),
            Self::Table(table) => return table.into_error(path),
        };
        wrong(path, Place::File, expected, found)
    }
}

/// Reads files and folders of people. A record that is wrong is refused alone; a file that is not
/// what it seems to be is an error. What is recorded goes to files beside the dataset in `folder`, or
/// stays in memory where there is none. `go_on` is asked for every stretch of a file.
pub(crate) fn read_people(
    paths: &[PathBuf],
    mapping: Option<&Path>,
    folder: Option<&Folder>,
    go_on: &mut dyn FnMut() -> Result<()>,
) -> Result<Gathered> {
    let mapping = mapping.map(mapping::read).transpose()?;
    let mut notes = Notes::default();
    let mut merger = Merger::new(folder);
    for path in paths {
        let mut read = |path: &Path, notes: &mut Notes| {
            let input = input::open(path, go_on)?;
            read_file(path, input, mapping.as_ref(), notes, &mut merger)
        };
        if !path.is_dir() {
            if let Some(nobody) = read(path, &mut notes)? {
                return Err(nobody.into_error(path));
            }
            continue;
        }
        let mut files = Vec::new();
        walk(path, DEPTH, &mut files, &mut notes)?;
        let mut any = false;
        for path in files {
            match read(&path, &mut notes)? {
                None => any = true,
                Some(_) => notes.warn(NOT_PEOPLE, || path.display().to_string()),
            }
        }
        if !any {
            let expected = "a folder with files of people";
            return Err(wrong(path, Place::File, expected, "none"));
        }
    }
    if let Some(mapping) = &mapping {
        mapping.check()?;
    }
    let by_subject = mapping.and_then(|mapping| mapping.by_subject);
    let (free, samples) = merger.attributes(folder);
    let (identities, codings, logs) = merger.identify(by_subject);
    Ok(Gathered {
        free,
        samples,
        identities,
        codings,
        logs,
        notes,
    })
}

/// Reads a PED or FAM file alone; the first line that is wrong is an error.
pub(crate) fn read_ped(path: &Path) -> Result<Vec<Relative>> {
    let mut notes = Notes::default();
    let mut relatives = Vec::new();
    let file = path.display().to_string();
    let mut go_on = || Ok(());
    let input = input::open(path, &mut go_on)?;
    ped::read(path, &file, input, &mut notes, |line, relative, _| {
        relatives.push(
            relative
                .map_err(|found| wrong(path, Place::Line(line), found.expected, &found.found))?,
        );
        Ok(())
    })?;
    ped::distinguish(&mut relatives);
    Ok(relatives)
}

/// The text of a mapping file for a table, to be looked over by who knows it.
pub(crate) fn guess(path: &Path) -> Result<String> {
    let mut go_on = || Ok(());
    let mut input = input::open(path, &mut go_on)?;
    let kind = kind(path, &mut input)?;
    match kind.map_err(|nobody| nobody.into_error(path))? {
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
        let shown = || path.display().to_string();
        if path.is_dir() {
            match depth.checked_sub(1) {
                Some(depth) => walk(&path, depth, files, notes)?,
                None => notes.warn("a folder too deep within folders: not read", shown),
            }
            continue;
        }
        let (stem, extension) = name(&path);
        let known = ["json", "ndjson", "jsonl", "tsv", "csv", "ped", "fam"];
        if !known.contains(&extension.as_str()) || OTHER.contains(&stem.as_str()) {
            notes.warn(NOT_PEOPLE, shown);
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn kind(path: &Path, input: &mut Input<'_>) -> Result<std::result::Result<Kind, Nobody>> {
    let (_, extension) = name(path);
    if matches!(extension.as_str(), "ped" | "fam") {
        return Ok(Ok(Kind::Ped));
    }
    let start = input.ahead().map_err(|e| fault(path, 1, &e))?;
    match start.trim_ascii_start().first() {
        Some(b'{' | b'[') => return Ok(Ok(Kind::Json)),
        None if start.is_empty() => return Ok(Err(Nobody::Empty)),
        _ => {}
    }
    if start.contains(&0) {
        return Ok(Err(Nobody::Binary));
    }
    if matches!(extension.as_str(), "json" | "ndjson" | "jsonl") {
        return Ok(Ok(Kind::Json));
    }
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or(start);
    if ped::is_line(String::from_utf8_lossy(line).trim()) {
        return Ok(Ok(Kind::Ped));
    }
    Ok(Ok(Kind::Table))
}

pub(super) fn read_file(
    path: &Path,
    mut input: Input<'_>,
    mapping: Option<&Mapping>,
    notes: &mut Notes,
    merger: &mut Merger<'_>,
) -> Result<Option<Nobody>> {
    match kind(path, &mut input)? {
        Ok(kind) => read(path, kind, input, mapping, notes, merger),
        Err(nobody) => Ok(Some(nobody)),
    }
}

fn read(
    path: &Path,
    kind: Kind,
    input: Input<'_>,
    mapping: Option<&Mapping>,
    notes: &mut Notes,
    merger: &mut Merger<'_>,
) -> Result<Option<Nobody>> {
    let file = path.display().to_string();
    match kind {
        Kind::Json => json::records(path, input, |root, value| {
            let mut people = Vec::new();
            let mut context = Context::new(notes, &file, root);
            individual::read(&mut context, &value, &mut |one| people.push(one));
            let mut people = people.into_iter();
            people.try_for_each(|person| merger.add(person, notes))
        })?,
        Kind::Ped => ped::read(path, &file, input, notes, |line, relative, notes| {
            match relative {
                Ok(relative) => {
                    let person = Person {
                        sex: relative.sex,
                        kin: Some(relative.kin),
                        ..Person::of(relative.id)
                    };
                    merger.add(at(&file, line, person, Vec::new()), notes)?;
                }
                Err(ped::Wrong { expected, found }) => {
                    let reason = format!("expected {expected}, found {found}");
                    notes.refuse(&file, format!(":{line}"), reason);
                }
            }
            Ok(())
        })?,
        Kind::Table => {
            let each = |found, notes: &mut Notes| match found {
                table::Found::Column(named) => merger.declare(&named, &format!("{file}:1")),
                table::Found::Row(line, person, free) => {
                    merger.add(at(&file, line, *person, free), notes)
                }
            };
            let no_people = table::read(path, &file, input, mapping, notes, each)?;
            return Ok(no_people.map(Nobody::Table));
        }
    }
    Ok(None)
}

/// Ids of pedigrees, and of tables that name families, hold within these.
fn at(file: &str, line: u64, person: Person, free: Vec<Said>) -> Reported {
    let family = person.kin.as_ref().map_or("", |kin| kin.family.as_str());
    Reported {
        family: match family == person.id {
            true => String::new(),
            false => family.to_owned(),
        },
        person,
        packet: None,
        free,
        samples: Vec::new(),
        place: format!("{file}:{line}"),
    }
}
