//! Tables of samples: what laboratories and programs say of each, such as measures of quality.

use super::free::{self, Named};
use super::input;
use super::mapping::{Role, conventional};
use super::minimal;
use super::notes::short;
use super::sample_facts::{NAMED, SampleFacts, SampleSaid};
use super::sample_map::{attribute, wrong};
use super::table::{self, Table};
use crate::error::Result;
use crate::format::Folder;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What tables of samples have.
#[derive(Debug, Default)]
pub(crate) struct SampleColumns {
    /// The attributes that they name, in lower case.
    pub(crate) attributes: HashSet<String>,
    /// The samples that they name, each once.
    pub(crate) samples: HashSet<String>,
}

/// Reads tables, separated by commas, tabs or semicolons: a row for each sample. The column of samples has one of the
/// names that it has in tables of people, `sample` among them; every other one is an attribute of samples of its own name.
pub(crate) fn read_sample_tables(
    paths: &[PathBuf],
    facts: &mut SampleFacts,
    folder: Option<&Folder>,
    go_on: &mut dyn FnMut() -> Result<()>,
) -> Result<SampleColumns> {
    let mut found = SampleColumns::default();
    for path in paths {
        let input = input::open(path, go_on)?;
        read(
            path,
            table::open(path, input, None)?,
            facts,
            folder,
            &mut found,
        )?;
    }
    Ok(found)
}

fn read(
    path: &Path,
    table: Table<'_>,
    facts: &mut SampleFacts,
    folder: Option<&Folder>,
    found: &mut SampleColumns,
) -> Result<()> {
    let columns = columns(path, &table.header)?;
    let place = format!("{}:1", path.display());
    for (named, is_item) in columns.iter().flatten() {
        facts.declare(named, &place)?;
        found.attributes.insert(named.name.to_ascii_lowercase());
        if *is_item {
            let null = minimal::null_name(named);
            found.attributes.insert(null.to_ascii_lowercase());
        }
    }
    let Table {
        mut reader,
        header,
        used,
    } = table;
    let mut row = csv::ByteRecord::new();
    while reader
        .read_byte_record(&mut row)
        .map_err(|e| table::csv_fault(path, e))?
    {
        used.set(0);
        let line = row.position().map_or(0, csv::Position::line);
        let at = |expected: &str, found: String| Err(wrong(path, line, expected, found));
        if row.len() != header.len() {
            let expected = format!("{} columns, as the first line has", header.len());
            return at(&expected, row.len().to_string());
        }
        let cells: Option<Vec<&str>> = row
            .iter()
            .map(|cell| std::str::from_utf8(cell).ok().map(str::trim))
            .collect();
        let Some(cells) = cells else {
            return at("text in UTF-8", "other bytes".to_owned());
        };
        let mut said = SampleSaid::default();
        for (column, cell) in columns.iter().zip(cells) {
            match column {
                None if cell.is_empty() => {
                    return at("the name of a sample", "an empty column".to_owned());
                }
                None => said.names.push(cell.to_owned()),
                Some((of, true)) if let Some(null) = minimal::null_of_samples(of, cell) => {
                    said.said.push(null);
                }
                Some((of, _)) => said.said.extend(attribute(of, cell)),
            }
        }
        found.samples.extend(said.names.iter().cloned());
        let added = facts.add(said, &format!("{}:{line}", path.display()), true);
        added.map_err(|failed| failed.into_error(folder))?;
    }
    Ok(())
}

/// The attribute of each column, and whether it is an item of the minimal metadata model, of which cells may hold null
/// flavours; `None` is the sample.
fn columns(path: &Path, header: &[String]) -> Result<Vec<Option<(Named, bool)>>> {
    let fault = |expected: &str, found: &str| Err(wrong(path, 1, expected, short(found)));
    let is_sample = |name: &String| conventional(name).is_some_and(|of| of.role == Role::Sample);
    if header.iter().filter(|name| is_sample(name)).count() != 1 {
        return fault("one column named `sample`", &header.join(", "));
    }
    let mut columns = Vec::with_capacity(header.len());
    let mut known = HashSet::new();
    for name in header {
        if is_sample(name) {
            columns.push(None);
            continue;
        }
        if name.eq_ignore_ascii_case("individual") {
            let expected = "attributes of samples: of which individual each is says a sample map";
            return fault(expected, name);
        }
        let lower = name.to_ascii_lowercase();
        let item = minimal::of_samples(name);
        let is_item = item.is_some();
        let named = match NAMED.iter().find(|(own, _)| *own == lower) {
            Some((own, _)) => Named::of(own, None),
            None if is_item => item,
            None => match free::column(path, name)? {
                Some(named) => Some(named),
                None => Named::parse(name),
            },
        };
        let Some(named) = named else {
            return fault(&Named::expected(), name);
        };
        if !known.insert(named.name.to_ascii_lowercase()) {
            return fault("each column once", name);
        }
        columns.push(Some((named, is_item)));
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Place};

    fn read(text: &str) -> Result<SampleColumns> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("qc.tsv");
        std::fs::write(&path, text).unwrap();
        let mut facts = SampleFacts::new(None);
        read_sample_tables(&[path], &mut facts, None, &mut || Ok(()))
    }

    #[test]
    fn a_table_of_samples_names_its_wrong_line() {
        for good in [
            "sample\tcoverage\tsex_check\nA\t31.5\tok\nB\t.\t\n",
            "#sample_id,attribute.coverage:number,Type\nA,NaN,DNA\n",
            "IID;FREEMIX\r\nA;0.001\r\n",
        ] {
            let found = read(good).unwrap();
            assert!(found.samples.contains("A"), "{good}");
        }
        for (bad, line) in [
            ("coverage\tdepth\n1\t2\n", 1),
            ("sample\tsample_id\nA\tA\n", 1),
            ("sample\tindividual\nA\tP\n", 1),
            ("sample\t% duplicates\nA\t2\n", 1),
            ("sample\tcoverage\tCoverage\nA\t2\t2\n", 1),
            ("sample\tcoverage:colour\nA\t2\n", 1),
            ("sample\tcoverage\nA\t2\t3\n", 2),
            ("sample\tcoverage\nA\t2\n\t3\n", 3),
        ] {
            match read(bad) {
                Err(Error::Input(error)) => assert_eq!(error.place, Place::Line(line), "{bad}"),
                other => panic!("{bad}: {other:?}"),
            }
        }
        // a declared type holds
        assert!(read("sample\tcoverage:number\nA\tmuch\n").is_err());
    }
}
