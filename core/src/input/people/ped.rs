//! PED and FAM files: a line for each person, with family, parents, sex and whether affected.
//!
//! Columns are set apart by tabs or by blanks; a line that has both is read where only one of the two
//! makes a line of it, and refused where that is not clear. A header (also that of a `.psam`) says which
//! column is which; without one they stand in the order of PED. Ids are unique within their family:
//! see [`super::families`].

use super::Relative;
use super::families::Families;
use super::input::{Input, fault};
use super::notes::{Notes, short};
use crate::error::Result;
use crate::model::{Kin, Sex};
use std::path::Path;

/// What stands for no parent, and for no family.
const NOBODY: [&str; 7] = ["", "0", "-9", ".", "-", "na", "n/a"];
/// Names of columns in headers, as letters and digits alone, in the order of a PED file.
const NAMES: [&[&str]; 6] = [
    &[
        "fid",
        "familyid",
        "family",
        "famid",
        "fam",
        "kindredid",
        "kindred",
        "pedigree",
        "pedigreeid",
    ],
    &[
        "iid",
        "individualid",
        "individual",
        "indid",
        "sampleid",
        "sample",
        "personid",
        "person",
        "id",
    ],
    &[
        "pat",
        "father",
        "fatherid",
        "paternalid",
        "paternal",
        "patid",
        "dad",
        "dadid",
    ],
    &[
        "mat",
        "mother",
        "motherid",
        "maternalid",
        "maternal",
        "matid",
        "mum",
        "mom",
        "mumid",
        "momid",
    ],
    &["sex", "gender", "sexcode"],
    &[
        "phenotype",
        "pheno",
        "pheno1",
        "affected",
        "affection",
        "affectionstatus",
        "affectedstatus",
        "status",
        "aff",
    ],
];
const FAMILY: usize = 0;
const PERSON: usize = 1;
const FATHER: usize = 2;
const MOTHER: usize = 3;
const SEX: usize = 4;
const AFFECTED: usize = 5;

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

/// Where the columns stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns([Option<usize>; 6]);

impl Columns {
    const PED: Self = Self([Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)]);

    fn get<'t>(&self, fields: &[&'t str], column: usize) -> &'t str {
        let at = self.0.get(column).copied().flatten();
        at.and_then(|at| fields.get(at)).copied().unwrap_or("")
    }

    /// Of a header: it names a column of people, and their sex or a parent. A person's line is none,
    /// whatever the names in it.
    fn of_header(text: &str) -> Option<(Self, Vec<String>)> {
        let names = fields_of(text.trim_start_matches('#'));
        let mut columns = [None; 6];
        let mut others = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let letters = name.chars().filter(char::is_ascii_alphanumeric);
            let plain = letters.collect::<String>().to_ascii_lowercase();
            let known = NAMES
                .iter()
                .position(|names| names.contains(&plain.as_str()));
            match known.and_then(|known| columns.get_mut(known)) {
                Some(place @ None) => *place = Some(at),
                _ => others.push((*name).to_owned()),
            }
        }
        let [_, person, father, _, sex, _] = columns;
        let marked = text.starts_with('#');
        let header = person.is_some() && (sex.is_some() || marked && father.is_some());
        (header && (marked || !is_line(text))).then_some((Self(columns), others))
    }
}

/// Calls `each` with every line that is to be a person.
pub(super) fn read(
    path: &Path,
    file: &str,
    mut input: Input<'_>,
    notes: &mut Notes,
    mut each: impl FnMut(u64, Result<Relative, Wrong>, &mut Notes) -> Result<()>,
) -> Result<()> {
    let mut columns = Columns::PED;
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
        if text.trim().is_empty() {
            continue;
        }
        if text.starts_with('#') || first {
            let header = Columns::of_header(text);
            if let Some((found, others)) = header.filter(|_| first) {
                first = false;
                columns = found;
                for other in others {
                    notes.warn("a column that is not read", || {
                        format!("{file}: {}", short(&other))
                    });
                }
                continue;
            }
            if text.starts_with('#') {
                continue;
            }
        }
        first = false;
        notes.read += 1;
        let relative = person(text, columns).map(|(relative, understood)| {
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

fn line(path: &Path, input: &mut Input<'_>) -> Result<Option<Vec<u8>>> {
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

fn fields_of(text: &str) -> Vec<&str> {
    match text.contains('\t') {
        true => text.split('\t').map(str::trim).collect(),
        false => text.split_whitespace().collect(),
    }
}

/// Fields are set apart by tabs where there are tabs, else by blanks. Where both are there and either
/// makes a line, or neither does, nobody knows.
fn fields(text: &str, columns: Columns) -> Result<Vec<&str>, Wrong> {
    let by_tabs = fields_of(text);
    let blank = |at: &usize| by_tabs.get(*at).is_some_and(|field| field.contains(' '));
    if !text.contains('\t') || !columns.0.iter().flatten().any(blank) {
        return Ok(by_tabs);
    }
    let by_blanks: Vec<&str> = text.split_whitespace().collect();
    match (sound(&by_tabs, columns), sound(&by_blanks, columns)) {
        (true, false) => Ok(by_tabs),
        (false, true) => Ok(by_blanks),
        _ => wrong("columns set apart by tabs alone, or by blanks alone", text),
    }
}

/// Whether fields are a line with all its columns: a sex and a phenotype where they should stand.
fn sound(fields: &[&str], columns: Columns) -> bool {
    let code = |column| matches!(columns.get(fields, column), "0" | "1" | "2" | "-9");
    code(SEX) && code(AFFECTED)
}

/// Whether a first line looks like one of a PED file.
pub(super) fn is_line(text: &str) -> bool {
    let by_blanks: Vec<&str> = text.split_whitespace().collect();
    [fields_of(text), by_blanks]
        .iter()
        .any(|fields| sound(fields, Columns::PED))
}

/// A person, and whether the phenotype is one of the values that PED defines.
fn person(text: &str, columns: Columns) -> Result<(Relative, bool), Wrong> {
    let fields = fields(text, columns)?;
    let needed = columns.0.iter().take(AFFECTED).flatten().max();
    if needed.is_some_and(|last| fields.len() <= *last) {
        return wrong("family, person, father, mother, sex and phenotype", text);
    }
    let field = |column| columns.get(&fields, column);
    let some = |column| {
        let nobody = NOBODY.contains(&field(column).to_ascii_lowercase().as_str());
        (!nobody).then(|| field(column))
    };
    let Some(id) = some(PERSON) else {
        return wrong("the id of a person", text);
    };
    let (father, mother) = (some(FATHER), some(MOTHER));
    if father == Some(id) || mother == Some(id) {
        return wrong("parents other than the person", text);
    }
    if father.is_some() && father == mother {
        return wrong("two parents", text);
    }
    let sex = match field(SEX) {
        "1" => Some(Sex::Male),
        "2" => Some(Sex::Female),
        "-9" | "3" => None,
        other if NOBODY.contains(&other.to_ascii_lowercase().as_str()) => None,
        other => match Sex::from_text(other) {
            Some(sex) => sex,
            None => return wrong("the sex 1, 2 or 0", other),
        },
    };
    let (affected, understood) = match field(AFFECTED).to_ascii_lowercase().as_str() {
        "1" | "unaffected" => (Some(false), true),
        "2" | "affected" => (Some(true), true),
        "unknown" => (None, true),
        other => (None, NOBODY.contains(&other)),
    };
    let relative = Relative {
        id: id.to_owned(),
        sex,
        kin: Kin {
            family: some(FAMILY).unwrap_or("").to_owned(),
            father: father.map(str::to_owned),
            mother: mother.map(str::to_owned),
            affected,
        },
    };
    Ok((relative, understood))
}

/// Gives everybody an id of their own, where several families have the same.
pub(super) fn distinguish(relatives: &mut [Relative]) {
    let mut families = Families::default();
    for relative in &*relatives {
        families.add(&relative.kin.family, &relative.id);
    }
    for relative in relatives {
        relative.id = families.name(&relative.kin.family, &relative.id);
        families.rename(&mut relative.kin);
    }
}
