//! PED and FAM files: a line for each person, with family, parents, sex and whether affected.

use super::Relative;
use super::input::{Input, fault};
use super::notes::{Notes, short};
use super::record::{Kin, Sex};
use crate::error::Result;
use std::path::Path;

/// What a line should hold and does not.
pub(super) struct Wrong {
    pub(super) expected: &'static str,
    pub(super) found: String,
}

fn wrong<T>(expected: &'static str, found: &str) -> Result<T, Wrong> {
    Err(Wrong {
        expected,
        found: short(found),
    })
}

/// Calls `each` with every line that is to be a person.
pub(super) fn read(
    path: &Path,
    file: &str,
    mut input: Input,
    notes: &mut Notes,
    mut each: impl FnMut(u64, Result<Relative, Wrong>, &mut Notes) -> Result<()>,
) -> Result<()> {
    let mut first = true;
    loop {
        let number = input.line;
        let Some(bytes) = line(path, &mut input)? else {
            return Ok(());
        };
        let Ok(text) = std::str::from_utf8(&bytes) else {
            notes.read += 1;
            each(number, wrong("UTF-8", "other bytes"), notes)?;
            continue;
        };
        let text = text.trim_end_matches(['\r', '\n']);
        let header = text.starts_with('#') || (first && is_header(text));
        if header || text.trim().is_empty() {
            first &= text.trim().is_empty();
            continue;
        }
        first = false;
        notes.read += 1;
        let relative = person(text).map(|(relative, understood)| {
            if !understood {
                notes.warn(
                    "a phenotype that is neither 1 nor 2: taken for unknown",
                    || format!("{file}:{number}: {}", short(text)),
                );
            }
            relative
        });
        each(number, relative, notes)?;
    }
}

fn line(path: &Path, input: &mut Input) -> Result<Option<Vec<u8>>> {
    let number = input.line;
    let mut bytes = Vec::new();
    input.start_record();
    while let Some(byte) = input.next_byte().map_err(|e| fault(path, number, &e))? {
        bytes.push(byte);
        if byte == b'\n' {
            return Ok(Some(bytes));
        }
    }
    Ok((!bytes.is_empty()).then_some(bytes))
}

/// Fields are separated by tabs where there are tabs, else by blanks.
fn fields(text: &str) -> Vec<&str> {
    if text.contains('\t') {
        text.split('\t').map(str::trim).collect()
    } else {
        text.split_whitespace().collect()
    }
}

/// A first line that names its columns.
pub(super) fn is_header(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let parent = ["paternal", "father", "pat_id", "\tpat\t", " pat "];
    let other = ["maternal", "mother", "mat_id", "\tmat\t", " mat "];
    parent.iter().any(|name| lower.contains(name)) && other.iter().any(|name| lower.contains(name))
}

/// Whether a first line looks like one of a PED file.
pub(super) fn is_line(text: &str) -> bool {
    let fields = fields(text);
    let sex = matches!(fields.get(4), Some(&("0" | "1" | "2" | "-9")));
    sex && fields.len() >= 6 && matches!(fields.get(5), Some(&("0" | "1" | "2" | "-9")))
}

/// A person, and whether the phenotype is one of the values that PED defines.
fn person(text: &str) -> Result<(Relative, bool), Wrong> {
    let fields = fields(text);
    let field = |at: usize| fields.get(at).copied().unwrap_or("");
    if fields.len() < 5 {
        return wrong("family, person, father, mother, sex and phenotype", text);
    }
    let id = field(1);
    if id.is_empty() || id == "0" {
        return wrong("the id of a person", text);
    }
    let parent = |at| Some(field(at)).filter(|id| !matches!(*id, "" | "0" | "-9" | "."));
    let (father, mother) = (parent(2), parent(3));
    if father == Some(id) || mother == Some(id) {
        return wrong("parents other than the person", text);
    }
    if father.is_some() && father == mother {
        return wrong("two parents", text);
    }
    let sex = match field(4) {
        "1" => Some(Sex::Male),
        "2" => Some(Sex::Female),
        "0" | "-9" | "3" => None,
        other => match Sex::from_text(other) {
            Some(sex) => sex,
            None => return wrong("the sex 1, 2 or 0", other),
        },
    };
    let (affected, understood) = match field(5).to_ascii_lowercase().as_str() {
        "1" | "unaffected" => (Some(false), true),
        "2" | "affected" => (Some(true), true),
        "" | "0" | "-9" | "." | "na" | "unknown" => (None, true),
        _ => (None, false),
    };
    let relative = Relative {
        id: id.to_owned(),
        sex,
        kin: Kin {
            family: Some(field(0))
                .filter(|id| *id != "0")
                .unwrap_or("")
                .to_owned(),
            father: father.map(str::to_owned),
            mother: mother.map(str::to_owned),
            affected,
        },
    };
    Ok((relative, understood))
}
