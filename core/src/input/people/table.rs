//! Tables of people, comma, tab or semicolon separated: a row for each person, or several.

use super::cells::{MISSING, ages, split, split_codes, split_commas, truth};
use super::free::{self, Named, Said};
use super::input::{Input, LONGEST_RECORD, fault, too_long, wrong};
use super::json::is_curie;
use super::mapping::{Column, Mapping, Role, conventional};
use super::minimal;
use super::notes::{Notes, short};
use crate::error::{Place, Result};
use crate::model::AttributeValue;
use crate::model::{Coding, Dates, Kin, Person, Record, SampleNameKind, Scope, Sex, Time, Value};
use std::cell::Cell;
use std::io::Read;
use std::path::Path;
use std::rc::Rc;

const OTHER: &str = "a second column of an attribute with another value: the first is kept";

/// A table of which the header is read.
pub(super) struct Table<'a> {
    pub(super) reader: csv::Reader<Box<dyn Read + 'a>>,
    pub(super) header: Vec<String>,
    /// Bytes read since this was last set to 0.
    pub(super) used: Rc<Cell<u64>>,
}

/// Opens a table: its first line that is not empty names the columns.
pub(super) fn open<'a>(path: &Path, input: Input<'a>, delimiter: Option<u8>) -> Result<Table<'a>> {
    let (start, input) = first_line(path, input)?;
    let used = Rc::clone(&input.used);
    let delimiter = delimiter.unwrap_or_else(|| {
        let count = |byte: &u8| memchr::memchr_iter(*byte, &start).count();
        // of equals the last is taken: a tab is in a header by intent alone
        let known = [b',', b';', b'\t'].into_iter();
        known.max_by_key(count).unwrap_or(b'\t')
    });
    let bytes: Box<dyn Read + 'a> = Box::new(std::io::Cursor::new(start).chain(input));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(bytes);
    let header = reader.byte_headers().map_err(|e| csv_fault(path, e))?;
    let header: Vec<String> = header
        .iter()
        .map(|name| {
            let name = String::from_utf8_lossy(name);
            name.trim().trim_start_matches('#').to_owned()
        })
        .collect();
    Ok(Table {
        reader,
        header,
        used,
    })
}

/// The header line, and what follows.
fn first_line<'a>(path: &Path, mut input: Input<'a>) -> Result<(Vec<u8>, Bounded<'a>)> {
    let mut line = Vec::new();
    while let Some(byte) = input.next_byte().map_err(|e| fault(path, 1, &e))? {
        line.push(byte);
        if byte == b'\n' && !line.trim_ascii().is_empty() {
            break;
        }
    }
    if line.trim_ascii().is_empty() {
        return Err(wrong(path, Place::File, "people", "an empty file"));
    }
    let used = Rc::default();
    Ok((line, Bounded { input, used }))
}

/// Bytes of a table. An open quote may swallow the rest of the file into one row, so that bytes are
/// counted from row to row.
struct Bounded<'a> {
    input: Input<'a>,
    used: Rc<Cell<u64>>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.input.start_record();
        let len = self.input.read(buffer)?;
        self.used.set(self.used.get() + len as u64);
        if self.used.get() > LONGEST_RECORD {
            return Err(too_long());
        }
        Ok(len)
    }
}

pub(super) fn csv_fault(path: &Path, error: csv::Error) -> crate::error::Error {
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => fault(path, line, &error),
        _ => wrong(path, Place::Line(line), "a table", "text that is none"),
    }
}

/// What is read of a table.
pub(super) enum Found {
    /// A column of a free attribute.
    Column(Named),
    /// The line of a row, and who it is about.
    Row(u64, Box<Person>, Vec<Said>),
}

/// Calls `each` with the columns of free attributes, then with every row, and refuses rows that are wrong. A table
/// that is not about people is returned as such.
pub(super) fn read(
    path: &Path,
    file: &str,
    input: Input<'_>,
    mapping: Option<&Mapping>,
    notes: &mut Notes,
    mut each: impl FnMut(Found, &mut Notes) -> Result<()>,
) -> Result<Option<NoPeople>> {
    let delimiter = mapping.and_then(|mapping| mapping.delimiter);
    let Table {
        mut reader,
        header,
        used,
    } = open(path, input, delimiter)?;
    let columns = match columns(path, file, &header, mapping, notes)? {
        Ok(columns) => columns,
        Err(no_people) => return Ok(Some(no_people)),
    };
    for named in columns
        .iter()
        .flatten()
        .filter_map(|of| of.attribute.as_ref())
    {
        each(Found::Column(named.clone()), notes)?;
    }
    let mut row = csv::ByteRecord::new();
    while reader
        .read_byte_record(&mut row)
        .map_err(|e| csv_fault(path, e))?
    {
        let line = row.position().map_or(0, csv::Position::line);
        used.set(0);
        notes.read += 1;
        if row.len() != header.len() {
            let reason = format!("expected {} fields, found {}", header.len(), row.len());
            notes.refuse(file, format!(":{line}"), reason);
            continue;
        }
        let cells: Option<Vec<&str>> = row
            .iter()
            .map(|cell| std::str::from_utf8(cell).ok())
            .collect();
        let Some(cells) = cells else {
            notes.refuse(file, format!(":{line}"), "expected UTF-8".to_owned());
            continue;
        };
        let mut reading = Row {
            columns: &columns,
            header: &header,
            missing: mapping.and_then(|mapping| mapping.missing.as_deref()),
            cells: &cells,
            file,
            line,
            notes,
        };
        match reading.person() {
            Ok((person, free)) => each(Found::Row(line, Box::new(person), free), notes)?,
            Err(reason) => notes.refuse(file, format!(":{line}"), reason),
        }
    }
    Ok(None)
}

/// A table without a column that names people: its header.
pub(super) struct NoPeople(String);

impl NoPeople {
    pub(super) fn into_error(self, path: &Path) -> crate::error::Error {
        let expected = "a column of individuals or of samples (a mapping file can name it)";
        wrong(path, Place::Line(1), expected, &self.0)
    }
}

/// What each column is; `None` is not read, which is reported.
fn columns(
    path: &Path,
    file: &str,
    header: &[String],
    mapping: Option<&Mapping>,
    notes: &mut Notes,
) -> Result<std::result::Result<Vec<Option<Column>>, NoPeople>> {
    let column = |name: &String| match mapping.filter(|mapping| mapping.is_of_columns()) {
        Some(mapping) => Ok(mapping.column(name)),
        None => match free::column(path, name)? {
            None => Ok(conventional(name)),
            attribute => Ok(Some(Column {
                attribute,
                ..Column::of(Role::Attribute)
            })),
        },
    };
    let mut columns: Vec<Option<Column>> = header.iter().map(column).collect::<Result<_>>()?;
    if mapping.is_some_and(|mapping| mapping.model) {
        for missed in minimal::join(header, &mut columns) {
            notes.warn(minimal::MISSED, || format!("{file}: {missed}"));
        }
    }
    let named = |role| columns.iter().flatten().any(|column| column.role == role);
    if ![Role::Individual, Role::Sample, Role::Biosample]
        .into_iter()
        .any(named)
    {
        return Ok(Err(NoPeople(short(&header.join(", ")))));
    }
    for (name, column) in header.iter().zip(&columns) {
        if column.is_none() {
            notes.warn("a column that is not read", || {
                format!("{file}: {}", short(name))
            });
        }
    }
    shared(file, header, &columns, notes);
    for column in columns.iter().flatten() {
        if let Some(onset) = column
            .onset
            .as_ref()
            .filter(|onset| !header.contains(onset))
        {
            let expected = format!("the column {} of ages of onset", short(onset));
            return Err(wrong(
                path,
                Place::Line(1),
                &expected,
                &short(&header.join(", ")),
            ));
        }
    }
    Ok(Ok(columns))
}

/// Reports columns that are read as one attribute.
fn shared(file: &str, header: &[String], columns: &[Option<Column>], notes: &mut Notes) {
    let roles = columns.iter().flatten().map(|column| column.role);
    let mut told: Vec<Role> = Vec::new();
    for role in roles.filter(|role| role.is_attribute()) {
        // of items of the model it is known which goes first
        let of = |c: &Column| c.role == role && c.item.is_none();
        let is = |column: &&Option<Column>| column.as_ref().is_some_and(of);
        if told.contains(&role) || columns.iter().filter(is).count() < 2 {
            continue;
        }
        told.push(role);
        notes.warn("several columns that are read as one attribute", || {
            let of = header.iter().zip(columns);
            let names = of.filter(|(_, column)| is(column));
            let names: Vec<String> = names.map(|(name, _)| short(name)).collect();
            format!("{file}: {}: {}", role.name(), names.join(", "))
        });
    }
}

struct Row<'r> {
    columns: &'r [Option<Column>],
    header: &'r [String],
    missing: Option<&'r [String]>,
    cells: &'r [&'r str],
    file: &'r str,
    line: u64,
    notes: &'r mut Notes,
}

impl Row<'_> {
    fn odd(&mut self, what: &'static str, name: &str, cell: &str) {
        let (file, line) = (self.file, self.line);
        self.notes.warn(what, || {
            format!("{file}:{line}: {}: {}", short(name), short(cell))
        });
    }

    fn is_missing(&self, cell: &str) -> bool {
        match self.missing {
            Some(missing) => cell.is_empty() || missing.iter().any(|text| text == cell),
            None => MISSING.contains(&cell.to_ascii_lowercase().as_str()),
        }
    }

    fn person(&mut self) -> Result<(Person, Vec<Said>), String> {
        let mut free = Vec::new();
        let mut person = Person::default();
        let mut kin = Kin::default();
        let mut single: Vec<(Role, &str)> = Vec::new();
        let (header, columns, cells) = (self.header, self.columns, self.cells);
        for ((name, column), cell) in header.iter().zip(columns).zip(cells) {
            let (Some(column), cell) = (column, cell.trim()) else {
                continue;
            };
            if column.mandatory && cell.is_empty() {
                self.odd(minimal::EMPTY, name, cell);
            }
            if let Some((said, is_all)) = minimal::kept(column, cell) {
                free.push(said);
                if is_all {
                    continue;
                }
            }
            if let Role::Coded(scope) = column.role {
                self.coded(scope, name, column, cell, &mut person.records);
            } else if let Some(of) = column.attribute.as_ref().filter(|_| !self.is_missing(cell)) {
                let (of, value) = (of.clone(), AttributeValue::cell(cell));
                free.push(Said { of, value });
            } else if !self.is_missing(cell) {
                if column.role.is_single() {
                    let known = single.iter().find(|(role, _)| *role == column.role);
                    if let Some((_, first)) = known.filter(|_| !minimal::goes_first(column)) {
                        if *first != cell {
                            self.odd(OTHER, name, cell);
                        }
                        continue;
                    }
                    single.push((column.role, cell));
                }
                self.attribute(name, column, cell, &mut person, &mut kin);
            }
        }
        if kin != Kin::default() {
            person.kin = Some(kin);
        }
        // somebody named by a sample alone bears its name
        if person.id.is_empty() {
            let name = person
                .sample_names
                .iter()
                .min()
                .map(|(_, name)| name.clone());
            let file = person
                .sample_names
                .iter()
                .find(|(kind, _)| *kind == SampleNameKind::File);
            person.id = file
                .map(|(_, name)| name.clone())
                .or(name)
                .ok_or("expected the id of an individual or of a sample, found none")?;
        }
        person.name(SampleNameKind::Individual, person.id.clone());
        Ok((person, free))
    }

    fn attribute(
        &mut self,
        name: &str,
        column: &Column,
        cell: &str,
        person: &mut Person,
        kin: &mut Kin,
    ) {
        let text = || cell.to_owned();
        match column.role {
            Role::Individual => person.id = text(),
            Role::Sample => person.name(SampleNameKind::File, text()),
            Role::Biosample => split(column, cell)
                .into_iter()
                .for_each(|name| person.name(SampleNameKind::Biosample, name)),
            Role::Sex => match self.sex(cell) {
                Some(sex) => person.sex = sex,
                None => self.odd(
                    "a sex that is not understood: taken for unknown",
                    name,
                    cell,
                ),
            },
            Role::Karyotype => person.karyotype = Some(text()),
            Role::Population => person.populations.extend(split(column, cell)),
            Role::Country => person.country = Coding::from_text(cell),
            Role::Cohort => person.cohorts.extend(split(column, cell)),
            Role::Collection => person.collections.extend(split_commas(column, cell)),
            Role::Birth => {
                person.birth = Dates::from_iso(cell);
                if person.birth.is_none() {
                    self.odd(
                        "a date of birth that is not understood: left out",
                        name,
                        cell,
                    );
                }
            }
            Role::Age => {
                person.age = ages(cell, column.unit.as_deref());
                if person.age.is_none() {
                    self.odd("an age that is not understood: left out", name, cell);
                }
            }
            Role::Deceased | Role::Affected => match truth(column, cell) {
                Some(value) if column.role == Role::Deceased => person.deceased = Some(value),
                Some(value) => kin.affected = Some(value),
                None => self.odd("a cell that is neither yes nor no: left out", name, cell),
            },
            Role::Family => kin.family = text(),
            Role::Father => kin.father = Some(text()).filter(|id| id != "0" && id != "-9"),
            Role::Mother => kin.mother = Some(text()).filter(|id| id != "0" && id != "-9"),
            Role::Attribute | Role::Coded(_) | Role::Ignore => {}
        }
    }

    /// `1` and `2` are what PED files mean by them.
    #[expect(
        clippy::option_option,
        reason = "not understood differs from not known"
    )]
    fn sex(&self, cell: &str) -> Option<Option<Sex>> {
        match cell {
            "1" => Some(Some(Sex::Male)),
            "2" => Some(Some(Sex::Female)),
            _ if self.is_missing(cell) => Some(None),
            _ => Sex::from_text(cell),
        }
    }

    fn coded(
        &mut self,
        scope: Scope,
        name: &str,
        column: &Column,
        cell: &str,
        records: &mut Vec<Record>,
    ) {
        let onset = self.onset(column);
        let about = |excluded, value| Record {
            excluded,
            onset: onset.clone(),
            value,
            ..Record::of(
                scope,
                column.term.clone().unwrap_or_else(|| Coding {
                    id: String::new(),
                    label: name.to_owned(),
                }),
            )
        };
        let is = |list: &[String]| list.iter().any(|text| text == cell);
        if is(&column.present) {
            return records.push(about(false, None));
        }
        if is(&column.absent) {
            return records.push(about(true, None));
        }
        if self.is_missing(cell) {
            return;
        }
        if !column.present.is_empty() || !column.absent.is_empty() {
            return self.odd(
                "a cell that is neither present nor absent: left out",
                name,
                cell,
            );
        }
        if scope == Scope::Measurement || column.unit.is_some() {
            match cell.parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    let unit = column.unit.as_deref().and_then(Coding::from_text);
                    let unit = unit.unwrap_or_default();
                    records.push(about(false, Some(Value::Number { number, unit })));
                }
                _ => self.odd("a cell that is no number: left out", name, cell),
            }
            return;
        }
        if column.term.is_some() {
            return match Coding::from_text(cell) {
                Some(value) => records.push(about(false, Some(Value::Term(value)))),
                None => self.odd("a cell that is not understood: left out", name, cell),
            };
        }
        for code in split_codes(column, cell) {
            let term = match &column.prefix {
                Some(prefix) if !is_curie(&code) && !code.contains(char::is_whitespace) => {
                    Coding::from_text(&format!("{prefix}:{code}"))
                }
                _ => Coding::from_text(&code),
            };
            records.extend(term.map(|term| Record {
                onset: onset.clone(),
                ..Record::of(scope, term)
            }));
        }
    }

    /// The age in the column of onsets that belongs to this one.
    fn onset(&mut self, column: &Column) -> Option<Time> {
        let wanted = column.onset.as_ref()?;
        let at = self.header.iter().position(|name| name == wanted)?;
        let cell = self.cells.get(at)?.trim();
        if self.is_missing(cell) {
            return None;
        }
        let stage = || {
            let curie = is_curie(cell);
            curie
                .then(|| Coding::from_text(cell).map(Time::Stage))
                .flatten()
        };
        let date = || {
            let day = cell.contains('-');
            day.then(|| Dates::from_iso(cell).map(Time::Date)).flatten()
        };
        let found = date()
            .or_else(|| ages(cell, None).map(Time::Age))
            .or_else(stage);
        if found.is_none() {
            self.odd(
                "an age of onset that is not understood: left out",
                wanted,
                cell,
            );
        }
        found
    }
}
