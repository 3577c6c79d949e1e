//! A first mapping file for a table.

use super::input::Input;
use super::json::is_curie;
use super::mapping::{Column, Role, conventional};
use super::notes::short;
use super::table::{self, Table};
use crate::error::{Place, Result};
use crate::model::Scope;
use std::fmt::Write as _;
use std::path::Path;

/// Rows looked at.
const ROWS: usize = 1000;

/// Reads the first rows, and says of each column what it seems to be.
pub(super) fn guess(path: &Path, input: Input<'_>) -> Result<String> {
    let Table {
        mut reader,
        header,
        used,
    } = table::open(path, input, None)?;
    let mut seen: Vec<Seen> = header.iter().map(|_| Seen::default()).collect();
    let mut row = csv::StringRecord::new();
    for _ in 0..ROWS {
        used.set(0);
        match reader.read_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                let found = error.to_string();
                return Err(super::input::wrong(
                    path,
                    Place::Line(line),
                    "a table",
                    &found,
                ));
            }
        }
        for (cell, seen) in row.iter().zip(&mut seen) {
            seen.take(cell.trim());
        }
    }
    let mut text = String::from(
        "# What each column is. Look it over: names and codes are guessed from the header and the\n\
         # first rows. `ignore` is a column that is not read.\n\n[columns]\n",
    );
    for (name, seen) in header.iter().zip(&seen) {
        let line = match conventional(name) {
            Some(column) => line_of(&column),
            None => seen.line(name),
        };
        // writing to a String cannot fail
        let _ = writeln!(text, "{} = {line}", quoted(name));
    }
    Ok(text)
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn line_of(column: &Column) -> String {
    if let Some(attribute) = &column.attribute {
        return format!(
            "{{ is = \"attribute\", name = {} }}",
            quoted(&attribute.name)
        );
    }
    match &column.prefix {
        Some(prefix) => format!(
            "{{ is = {}, prefix = {} }}",
            quoted(column.role.name()),
            quoted(prefix)
        ),
        None => quoted(column.role.name()),
    }
}

/// What the cells of a column look like.
#[derive(Default)]
struct Seen {
    cells: usize,
    numbers: usize,
    codes: usize,
    prefix: String,
    values: Vec<String>,
}

impl Seen {
    fn take(&mut self, cell: &str) {
        if cell.is_empty() || cell.eq_ignore_ascii_case("na") {
            return;
        }
        self.cells += 1;
        self.numbers += usize::from(cell.parse::<f64>().is_ok());
        if cell
            .split([';', '|', ','])
            .all(|part| is_curie(part.trim()))
        {
            self.codes += 1;
            self.prefix = cell.split(':').next().unwrap_or("").to_owned();
        }
        if self.values.len() < 3 && !self.values.iter().any(|value| value == cell) {
            self.values.push(cell.to_owned());
        }
    }

    fn line(&self, name: &str) -> String {
        let of = |values: &[&str]| {
            self.values
                .iter()
                .all(|value| values.contains(&value.to_ascii_lowercase().as_str()))
        };
        if self.cells == 0 {
            return format!("{} # no values", quoted("ignore"));
        }
        if of(&["yes", "no"]) || of(&["true", "false"]) || of(&["present", "absent"]) {
            let is = |value: &&String| {
                ["yes", "true", "present"].contains(&value.to_ascii_lowercase().as_str())
            };
            let list = |values: Vec<&String>| {
                let values: Vec<String> = values.into_iter().map(|value| quoted(value)).collect();
                values.join(", ")
            };
            let (present, absent) = self.values.iter().partition::<Vec<_>, _>(is);
            return format!(
                "{{ is = \"phenotype\", label = {}, present = [{}], absent = [{}] }}",
                quoted(name),
                list(present),
                list(absent)
            );
        }
        if self.codes * 2 > self.cells {
            let scope = match self.prefix.to_ascii_uppercase().as_str() {
                "HP" => Scope::Phenotype,
                "ATC" | "RXNORM" | "DRUGBANK" | "CHEBI" => Scope::Treatment,
                "LOINC" => Scope::Measurement,
                "OPCS4" => Scope::Procedure,
                "HGNC" => Scope::Biomarker,
                _ => Scope::Disease,
            };
            return quoted(Role::Coded(scope).name());
        }
        if self.numbers == self.cells {
            return format!(
                "{{ is = \"measurement\", label = {}, unit = \"\" }}",
                quoted(name)
            );
        }
        let values: Vec<String> = self
            .values
            .iter()
            .map(|value| short(&value.replace(['\n', '\r'], " ")))
            .collect();
        format!("{} # {}", quoted("ignore"), values.join(", "))
    }
}
