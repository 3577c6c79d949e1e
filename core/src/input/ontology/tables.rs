//! Ontologies as tables: hierarchies, maps between vocabularies, phenotypes of diseases.

use super::{curie_of, is_curie};
use crate::error::{Place, Result};
use crate::input::lines::{Lines, Rows, input_error};
use crate::model::{Annotation, Mapping, Match, OntologySource, SourceTerm};
use csv::StringRecord;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

const LEFT: &str = "mappings that say neither the same, nor more, nor less: not used";
/// Examples of what is left out.
const EXAMPLES: usize = 5;
/// Columns of phenotype.hpoa that are read, in the order of the file, as small letters alone; and where
/// each stands.
const ANNOTATIONS: [(&str, usize); 6] = [
    ("databaseid", 0),
    ("diseasename", 1),
    ("qualifier", 2),
    ("hpoid", 3),
    ("frequency", 7),
    ("aspect", 10),
];

/// A table with a header; lines that start with `#` are skipped.
struct Table<'a> {
    path: &'a Path,
    header: StringRecord,
    reader: csv::Reader<Rows>,
    used: Rc<Cell<u64>>,
}

impl<'a> Table<'a> {
    fn open(path: &'a Path, header: &str) -> Result<Self> {
        let delimiter = [b'\t', b';', b',']
            .into_iter()
            .find(|d| header.as_bytes().contains(d))
            .unwrap_or(b'\t');
        let rows = Rows::open(path)?;
        let used = rows.used();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .comment(Some(b'#'))
            .flexible(true)
            .from_reader(rows);
        let header = reader
            .headers()
            .map_err(|e| broken(path, &e))?
            .iter()
            .map(|name| name.trim().to_ascii_lowercase())
            .collect();
        Ok(Self {
            path,
            header,
            reader,
            used,
        })
    }

    /// The first column of one of these names.
    fn column(&self, names: &[&str]) -> Option<usize> {
        let at = |name: &&str| self.header.iter().position(|column| column == *name);
        names.iter().find_map(at)
    }

    fn needed(&self, names: &[&str]) -> Result<usize> {
        self.column(names).ok_or_else(|| {
            let expected = format!("a column {}", names.join(" or "));
            let found: Vec<&str> = self.header.iter().collect();
            input_error(self.path, Place::Line(1), &expected, &found.join(", "))
        })
    }

    /// The next record and its line.
    fn next(&mut self) -> Result<Option<(Place, StringRecord)>> {
        let mut record = StringRecord::new();
        self.used.set(0);
        let more = self
            .reader
            .read_record(&mut record)
            .map_err(|e| broken(self.path, &e))?;
        let line = record.position().map_or(0, csv::Position::line);
        Ok(more.then_some((Place::Line(line), record)))
    }
}

fn broken(path: &Path, error: &csv::Error) -> crate::error::Error {
    let line = error.position().map_or(1, csv::Position::line);
    input_error(path, Place::Line(line), "a table", &error.to_string())
}

/// The first line that is no comment.
fn header_of(path: &Path) -> Result<String> {
    let mut lines = Lines::open(path)?;
    while let Some((_, line)) = lines.next()? {
        if !line.starts_with('#') {
            return Ok(line.to_owned());
        }
    }
    Ok(String::new())
}

fn cell(record: &StringRecord, column: Option<usize>) -> &str {
    column
        .and_then(|i| record.get(i))
        .unwrap_or_default()
        .trim()
}

/// `code`, `parent` (several separated by `|`), `label`, `synonyms` (likewise).
pub(super) fn read_hierarchy(path: &Path, source: &mut OntologySource) -> Result<String> {
    let mut table = Table::open(path, &header_of(path)?)?;
    let id = table.needed(&["code", "id", "term", "curie"])?;
    let parent = table.column(&[
        "parent",
        "parents",
        "parent_code",
        "parent_id",
        "parent_ids",
    ]);
    let label = table.column(&["label", "name", "description", "title"]);
    let synonyms = table.column(&["synonyms", "synonym"]);
    let list = |text: &str| {
        let parts = text.split('|').map(str::trim).filter(|one| !one.is_empty());
        parts.map(str::to_owned).collect::<Vec<_>>()
    };
    while let Some((place, record)) = table.next()? {
        let id = cell(&record, Some(id));
        if !is_curie(id) {
            return Err(input_error(path, place, "a code such as ICD10:E78", id));
        }
        source.terms.push(SourceTerm {
            id: id.to_owned(),
            label: cell(&record, label).to_owned(),
            synonyms: list(cell(&record, synonyms)),
            parents: list(cell(&record, parent)),
            ..SourceTerm::default()
        });
    }
    Ok(String::new())
}

/// Whether a line is one of a list of ICD-10 codes: `A00,0,A000,"Cholera …","…","Cholera"`.
pub(super) fn is_icd_list(line: &str) -> bool {
    let mut fields = line.split(',');
    let (Some(category), Some(_), Some(code)) = (fields.next(), fields.next(), fields.next())
    else {
        return false;
    };
    let shape = |text: &str| matches!(text.as_bytes(), [a, b, ..] if a.is_ascii_uppercase() && b.is_ascii_digit());
    category.len() == 3 && shape(category) && code.starts_with(category) && fields.count() >= 2
}

/// Codes as `ICD10:E78.0`; a code's parent is the longest other code that it begins with.
pub(super) fn read_icd_list(path: &Path, source: &mut OntologySource) -> Result<String> {
    let rows = Rows::open(path)?;
    let used = rows.used();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(rows);
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    let mut record = StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|e| broken(path, &e))?
    {
        used.set(0);
        let place = Place::Line(record.position().map_or(0, csv::Position::line));
        let [category, code] = [0, 2].map(|i| cell(&record, Some(i)));
        if !code.starts_with(category) || category.len() < 3 || !code.is_ascii() {
            return Err(input_error(
                path,
                place,
                "category, digit and code of ICD-10",
                code,
            ));
        }
        let title = cell(&record, Some(5));
        labels
            .entry(category.to_owned())
            .or_insert_with(|| title.to_owned());
        labels.insert(code.to_owned(), cell(&record, Some(4)).to_owned());
    }
    let id = |code: &str| match code.split_at_checked(3) {
        Some((category, rest)) if !rest.is_empty() => format!("ICD10:{category}.{rest}"),
        _ => format!("ICD10:{code}"),
    };
    for (code, label) in &labels {
        let parent = (3..code.len())
            .rev()
            .filter_map(|length| code.get(..length))
            .find(|shorter| labels.contains_key(*shorter));
        source.terms.push(SourceTerm {
            id: id(code),
            label: label.clone(),
            parents: parent.map(id).into_iter().collect(),
            ..SourceTerm::default()
        });
    }
    Ok(String::new())
}

/// Maps between vocabularies; predicates that say neither the same, nor more, nor less are left out.
pub(super) fn read_sssom(path: &Path, source: &mut OntologySource) -> Result<String> {
    let mut table = Table::open(path, &header_of(path)?)?;
    let subject = table.needed(&["subject_id"])?;
    let object = table.needed(&["object_id"])?;
    let predicate = table.needed(&["predicate_id"])?;
    let modifier = table.column(&["predicate_modifier"]);
    let names = ["subject_label", "object_label"].map(|name| table.column(&[name]));
    let (mut left, mut examples) = (0, Vec::new());
    while let Some((place, record)) = table.next()? {
        let predicate = cell(&record, Some(predicate));
        if predicate.is_empty() {
            let expected = "a predicate such as skos:exactMatch";
            return Err(input_error(path, place, expected, predicate));
        }
        let ids = [subject, object].map(|column| curie_of(cell(&record, Some(column))));
        let [subject, object] = &ids;
        let relation = Match::of(predicate).filter(|_| cell(&record, modifier).is_empty());
        let Some(relation) = relation else {
            left += 1;
            if examples.len() < EXAMPLES {
                examples.push(format!("{subject} {predicate} {object}"));
            }
            continue;
        };
        for (id, name) in ids.iter().zip(names) {
            if !is_curie(id) {
                return Err(input_error(path, place, "a CURIE such as HP:0003473", id));
            }
            source.terms.push(SourceTerm {
                id: id.clone(),
                label: cell(&record, name).to_owned(),
                ..SourceTerm::default()
            });
        }
        let [subject, object] = ids;
        source.mappings.push(Mapping {
            subject,
            relation,
            object,
        });
    }
    if left > 0 {
        source.leave(LEFT, left, examples);
    }
    Ok(String::new())
}

/// Small letters of a column's name: `DatabaseID` and `database_id` are the same.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.collect::<String>().to_ascii_lowercase()
}

/// The columns that a header of phenotype.hpoa names. Until 2022 it was a comment, and its names were
/// written otherwise.
fn annotation_columns(line: &str) -> Option<[usize; 6]> {
    let names: Vec<String> = line
        .trim_start_matches('#')
        .split('\t')
        .map(letters)
        .collect();
    let mut columns = ANNOTATIONS.map(|(_, at)| at);
    for (column, (name, _)) in columns.iter_mut().zip(ANNOTATIONS) {
        *column = names.iter().position(|known| known == name)?;
    }
    Some(columns)
}

/// Whether a file begins as phenotype.hpoa does: with its header, or with a line of one.
pub(super) fn is_annotations(text: &str) -> bool {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let at = |at: usize| fields.get(at).copied().unwrap_or_default();
        fields.len() >= 12
            && is_curie(at(0))
            && at(3).starts_with("HP:")
            && matches!(at(10), "P" | "I" | "C" | "M" | "H")
    };
    let mut lines = text.lines();
    let first = lines.find(|line| !line.starts_with('#') || annotation_columns(line).is_some());
    first.is_some_and(|line| {
        letters(line).starts_with("databaseid") && line.contains('\t') || row(line)
    })
}

/// HPO's annotations of diseases, in the format of 2018 and later.
pub(super) fn read_annotations(path: &Path, source: &mut OntologySource) -> Result<String> {
    let mut lines = Lines::open(path)?;
    let mut version = String::new();
    let mut columns = ANNOTATIONS.map(|(_, at)| at);
    while let Some((number, line)) = lines.next()? {
        for name in ["#version:", "#date:"] {
            if let Some(text) = line.strip_prefix(name) {
                version = text.trim().to_owned();
            }
        }
        let first = line.trim_start_matches('#').split('\t').next();
        if letters(first.unwrap_or_default()) == "databaseid" {
            columns = annotation_columns(line).unwrap_or(columns);
            continue;
        }
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let wrong = |expected: &str, found: &str| {
            Err(input_error(path, Place::Line(number), expected, found))
        };
        let fields: Vec<&str> = line.split('\t').collect();
        let mut values = [""; 6];
        for (value, column) in values.iter_mut().zip(columns) {
            match fields.get(column) {
                Some(field) => *value = field.trim(),
                None => {
                    let found = format!("{} columns", fields.len());
                    return wrong("12 columns of phenotype.hpoa", &found);
                }
            }
        }
        let [disease, name, qualifier, phenotype, frequency, aspect] = values;
        if !is_curie(disease) || !is_curie(phenotype) {
            let found = format!("{disease} and {phenotype}");
            return wrong("ids of a disease and a phenotype", &found);
        }
        let excluded = match qualifier.to_ascii_uppercase().as_str() {
            "" => false,
            "NOT" => true,
            _ => return wrong("no qualifier, or NOT", qualifier),
        };
        let Some(share) = share(frequency) else {
            let expected = "a frequency: n/m, a percentage, or a term of HP:0040279";
            return wrong(expected, frequency);
        };
        source.annotations.push(Annotation {
            disease: disease.to_owned(),
            name: name.to_owned(),
            phenotype: phenotype.to_owned(),
            frequency: share,
            excluded,
            abnormality: aspect == "P",
        });
    }
    Ok(version)
}

/// Of `n/m`, `12%` and the classes of HPO (obligate to excluded) the middle; 1 where nothing is said.
fn share(text: &str) -> Option<f32> {
    let number = |text: &str| text.trim().parse::<f32>().ok().filter(|n| *n >= 0.0);
    let share = match text.trim() {
        "" | "HP:0040280" => 1.0,
        "HP:0040281" => 0.9,
        "HP:0040282" => 0.55,
        "HP:0040283" => 0.17,
        "HP:0040284" => 0.025,
        "HP:0040285" => 0.0,
        text => match (text.split_once('/'), text.strip_suffix('%')) {
            (Some((n, of)), _) => match (number(n)?, number(of)?) {
                (_, 0.0) => 1.0,
                (n, of) => n / of,
            },
            (_, Some(percent)) => number(percent)? / 100.0,
            _ => return None,
        },
    };
    (share <= 1.0).then_some(share)
}
