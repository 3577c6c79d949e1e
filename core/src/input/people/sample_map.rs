//! Maps of samples: of whom each is.

use crate::error::{Error, InputError, Place, Result};
use crate::input::{open, read_failed};
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// Longest map that is read.
const MAP_MAX: u64 = 1 << 30;

/// Reads a map of samples: two columns set apart by a tab, the sample and the individual. Lines that
/// start with `#` are comments.
pub(crate) fn read_sample_map(path: &Path) -> Result<Vec<(String, String)>> {
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
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let wrong = |expected: &str, found: String| {
            Err(Error::from(Box::new(InputError {
                file: path.display().to_string(),
                place: Place::Line(number),
                expected: expected.to_owned(),
                found,
            })))
        };
        let Ok(line) = std::str::from_utf8(line) else {
            return wrong("text in UTF-8", "other bytes".to_owned());
        };
        let line = line.trim_end_matches('\r');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut cells = line.split('\t');
        let (Some(sample), Some(person), None) = (cells.next(), cells.next(), cells.next()) else {
            return wrong(
                "two columns: sample and individual",
                line.chars().take(60).collect(),
            );
        };
        if sample.is_empty() || person.is_empty() {
            return wrong("a sample and an individual", "an empty column".to_owned());
        }
        if let Some((other, line)) = owners.get(sample) {
            if other == person {
                continue;
            }
            let found = format!("{sample:?} of {person:?}, on line {line} of {other:?}");
            return wrong("one individual of each sample", found);
        }
        owners.insert(sample.to_owned(), (person.to_owned(), number));
        pairs.push((sample.to_owned(), person.to_owned()));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_map_names_its_wrong_line() {
        let folder = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            let path = folder.path().join("map.tsv");
            std::fs::write(&path, text).unwrap();
            read_sample_map(&path)
        };
        assert_eq!(
            read("# sample\tperson\ns1\tp1\r\n").unwrap(),
            [("s1".to_owned(), "p1".to_owned())]
        );
        for (text, line) in [("s1\tp1\ns2\n", 2), ("s1\tp1\ns1\tp2\n", 2), ("s1\t\n", 1)] {
            match read(text) {
                Err(Error::Input(error)) => assert_eq!(error.place, Place::Line(line)),
                other => panic!("{other:?}"),
            }
        }
    }
}
