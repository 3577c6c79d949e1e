//! Maps of samples: of whom each is, and what is known of it.

use super::Gathered;
use super::free::{self, Named, Said};
use super::sample_facts::{AGE, NAMED, SampleSaid, TIME};
use crate::error::{Error, InputError, Place, Result};
use crate::format::Folder;
use crate::input::{open, read_failed};
use crate::model::{Age, AttributeValue};
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// Longest map that is read.
const MAP_MAX: u64 = 1 << 30;

/// Pairs of sample and individual, which is empty where nothing is said of it.
pub(crate) type SampleMap = Vec<(String, String)>;

/// What a column holds.
enum Column {
    Sample,
    Individual,
    Attribute(Named),
}

/// Reads a map of samples: columns set apart by tabs, the sample and the individual. Where the first line names them
/// `sample` and `individual`, they may stand in any order, with attributes of samples: `type`, `origin`, `tissue`,
/// `diagnosis`, `time`, `age` and `attribute.NAME`; these go to `people`. Other lines that start with `#` are comments.
pub(crate) fn read_sample_map(
    path: &Path,
    people: &mut Gathered,
    folder: Option<&Folder>,
) -> Result<SampleMap> {
    let failed = |e| read_failed(path, e);
    let mut text = Vec::new();
    let file = open(path).map_err(failed)?;
    file.take(MAP_MAX + 1)
        .read_to_end(&mut text)
        .map_err(failed)?;
    if text.len() as u64 > MAP_MAX {
        return Err(Error::Usage(format!(
            "{}: a map of samples of more than {MAP_MAX} bytes is too long",
            path.display()
        )));
    }
    let mut pairs = Vec::new();
    let mut owners = HashMap::<String, (String, u64)>::new();
    let mut columns = None;
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let at = |expected: &str, found: String| wrong(path, number, expected, found);
        let Ok(line) = std::str::from_utf8(line) else {
            return Err(at("text in UTF-8", "other bytes".to_owned()));
        };
        let line = line.trim_end_matches('\r');
        if columns.is_none()
            && let Some(named) = header(path, number, line)?
        {
            let place = format!("{}:{number}", path.display());
            for column in &named {
                if let Column::Attribute(of) = column {
                    people.samples.declare(of, &place)?;
                }
            }
            columns = Some(named);
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns = columns.get_or_insert_with(|| vec![Column::Sample, Column::Individual]);
        let found = || line.chars().take(60).collect();
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.len() != columns.len() {
            let expected = match columns.len() {
                2 => "two columns: sample and individual".to_owned(),
                more => format!("{more} columns, as the first line has"),
            };
            return Err(at(&expected, found()));
        }
        let mut said = SampleSaid::default();
        let (mut sample, mut person) = ("", "");
        for (column, cell) in columns.iter().zip(&cells) {
            match column {
                Column::Sample => sample = cell,
                Column::Individual => person = cell,
                Column::Attribute(of) => said.said.extend(attribute(of, cell)),
            }
        }
        if sample.is_empty() || person.is_empty() && columns.len() == 2 {
            let found = "an empty column".to_owned();
            return Err(at("a sample and an individual", found));
        }
        said.names.push(sample.to_owned());
        let place = format!("{}:{number}", path.display());
        let added = people.samples.add(said, &place, true);
        added.map_err(|failed| failed.into_error(folder))?;
        if person.is_empty() {
            pairs.push((sample.to_owned(), String::new()));
            continue;
        }
        if let Some((other, line)) = owners.get(sample) {
            if other == person {
                continue;
            }
            let found = format!("{sample:?} of {person:?}, on line {line} of {other:?}");
            return Err(at("one individual of each sample", found));
        }
        owners.insert(sample.to_owned(), (person.to_owned(), number));
        pairs.push((sample.to_owned(), person.to_owned()));
    }
    Ok(pairs)
}

pub(super) fn wrong(path: &Path, line: u64, expected: &str, found: String) -> Error {
    Error::from(Box::new(InputError {
        file: path.display().to_string(),
        place: Place::Line(line),
        expected: expected.to_owned(),
        found,
    }))
}

/// The columns, where a line is one that names them.
fn header(path: &Path, number: u64, line: &str) -> Result<Option<Vec<Column>>> {
    let line = line.trim_start_matches('#').trim_start_matches(' ');
    let names: Vec<&str> = line.split('\t').map(str::trim).collect();
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if !has("sample") || !has("individual") {
        return Ok(None);
    }
    let mut columns = Vec::with_capacity(names.len());
    for name in &names {
        let lower = name.to_ascii_lowercase();
        columns.push(match lower.as_str() {
            "sample" => Column::Sample,
            "individual" => Column::Individual,
            known if NAMED.iter().any(|(name, _)| *name == known) => match Named::of(known, None) {
                Some(named) => Column::Attribute(named),
                None => continue,
            },
            _ => match free::column(path, name)? {
                Some(named) => Column::Attribute(named),
                None => {
                    let known: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
                    let expected = format!(
                        "sample, individual, {} or {}NAME as names of columns",
                        known.join(", "),
                        free::PREFIX
                    );
                    return Err(wrong(path, number, &expected, (*name).to_owned()));
                }
            },
        });
    }
    let twice = |of: &str| {
        names
            .iter()
            .filter(|name| name.eq_ignore_ascii_case(of))
            .count()
            > 1
    };
    match names.iter().find(|name| twice(name)) {
        Some(name) => Err(wrong(path, number, "each column once", (*name).to_owned())),
        None => Ok(Some(columns)),
    }
}

/// What a cell says; nothing where it is empty.
pub(super) fn attribute(of: &Named, cell: &str) -> Option<Said> {
    let cell = cell.trim();
    // programs write what they could not compute as a number that is none
    if ["", ".", "NA"].contains(&cell) || cell.eq_ignore_ascii_case("nan") {
        return None;
    }
    // a time of collection may be an age
    let is_age = &*of.name == TIME && Age::from_iso(cell).is_some();
    let of = match is_age {
        true => Named::of(AGE, None)?,
        false => of.clone(),
    };
    let value = AttributeValue::cell(cell);
    Some(Said { of, value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::people::read_people;

    #[test]
    fn a_sample_map_names_its_wrong_line() {
        let folder = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            let path = folder.path().join("map.tsv");
            std::fs::write(&path, text).unwrap();
            let people = folder.path().join("people.ped");
            std::fs::write(&people, "F\tA\t0\t0\t1\t1\n").unwrap();
            let mut people = read_people(&[people], None, None, &mut || Ok(())).unwrap();
            read_sample_map(&path, &mut people, None)
        };
        assert_eq!(
            read("# sample\tperson\ns1\tp1\r\n").unwrap(),
            [("s1".to_owned(), "p1".to_owned())]
        );
        let named = "#sample\tindividual\torigin\tattribute.depth:number\ttime\n\
            s1\tp1\tgermline\t31.5\t2020-03\ns2\t\tsomatic\t.\tP50Y\n";
        let found = read(named).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], ("s2".to_owned(), String::new()));
        for (text, line) in [
            ("s1\tp1\ns2\n", 2),
            ("s1\tp1\ns1\tp2\n", 2),
            ("s1\t\n", 1),
            ("sample\tindividual\tcolour\n", 1),
            ("sample\tindividual\tattribute.1x\n", 1),
            ("sample\tindividual\ttype\nA\tB\n", 2),
        ] {
            match read(text) {
                Err(Error::Input(error)) => assert_eq!(error.place, Place::Line(line)),
                other => panic!("{other:?}"),
            }
        }
    }
}
