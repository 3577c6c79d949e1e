//! JSON texts one record at a time, and the place of each value in them.

use super::input::{Input, fault, wrong};
use super::notes::{Notes, short};
use super::tree::Json;
use crate::error::{Place, Result};
use crate::model::Coding;
use serde::Deserialize;
use std::fmt::{self, Write as _};
use std::path::Path;

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// An element of the array that the file is, the first being 0.
    Element(u64),
    /// A text of its own that starts on this line.
    Line(u64),
}

/// A step of a JSON pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Key(&'static str),
    Index(usize),
}

/// Notes together with the place of the value at hand.
pub(super) struct Context<'n> {
    pub(super) notes: &'n mut Notes,
    pub(super) file: &'n str,
    pub(super) root: Root,
    path: Vec<Step>,
}

/// Why a record is refused.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: String,
    pub(super) reason: String,
}

/// Calls `each` with every record: of an array its elements, else the texts that follow each other.
/// At most one record is in memory; serde_json bounds how deep it nests.
pub(super) fn records(
    path: &Path,
    mut input: Input<'_>,
    mut each: impl FnMut(Root, Json) -> Result<()>,
) -> Result<()> {
    let mut number = 0;
    let array = peek(path, &mut input)? == Some(b'[');
    if array {
        next(path, &mut input)?;
        if peek(path, &mut input)? == Some(b']') {
            next(path, &mut input)?;
            return end(path, &mut input);
        }
    }
    while let Some(_first) = peek(path, &mut input)? {
        let line = input.line;
        let value = text(path, &mut input)?;
        each(
            if array {
                Root::Element(number)
            } else {
                Root::Line(line)
            },
            value,
        )?;
        number += 1;
        if array {
            peek(path, &mut input)?;
            match next(path, &mut input)? {
                Some(b',') => {}
                Some(b']') => return end(path, &mut input),
                other => return Err(unlike(path, &input, "`,` or `]`", other)),
            }
        }
    }
    if array {
        return Err(unlike(path, &input, "a JSON value", None));
    }
    Ok(())
}

/// One JSON text. A parser looks one byte beyond a number, and that byte is given back.
fn text(path: &Path, input: &mut Input<'_>) -> Result<Json> {
    input.start_record();
    let line = input.line;
    let read = Json::deserialize(&mut serde_json::Deserializer::from_reader(&mut *input));
    let value = read.map_err(|error| {
        let at = line + (error.line() as u64).saturating_sub(1);
        if error.is_io() {
            return fault(path, at, &std::io::Error::from(error));
        }
        wrong(path, Place::Line(at), "JSON", &error.to_string())
    })?;
    if matches!(value, Json::Number(_)) {
        input.unread();
    }
    Ok(value)
}

fn end(path: &Path, input: &mut Input<'_>) -> Result<()> {
    match peek(path, input)? {
        None => Ok(()),
        other => Err(unlike(path, input, "the end of the file", other)),
    }
}

fn peek(path: &Path, input: &mut Input<'_>) -> Result<Option<u8>> {
    let line = input.line;
    input.peek_solid().map_err(|e| fault(path, line, &e))
}

fn next(path: &Path, input: &mut Input<'_>) -> Result<Option<u8>> {
    let line = input.line;
    input.next_byte().map_err(|e| fault(path, line, &e))
}

fn unlike(
    path: &Path,
    input: &Input<'_>,
    expected: &str,
    found: Option<u8>,
) -> crate::error::Error {
    let found = match found {
        Some(byte) => format!("`{}`", char::from(byte).escape_default()),
        None => "the end of the file".to_owned(),
    };
    wrong(path, Place::Line(input.line), expected, &found)
}

impl fmt::Display for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.root {
            Root::Element(number) => write!(f, "#/{number}")?,
            Root::Line(line) => write!(f, ":{line}")?,
        }
        if matches!(self.root, Root::Line(_)) && !self.path.is_empty() {
            f.write_char('#')?;
        }
        for step in &self.path {
            match step {
                Step::Key(key) => write!(f, "/{key}")?,
                Step::Index(index) => write!(f, "/{index}")?,
            }
        }
        Ok(())
    }
}

impl<'n> Context<'n> {
    pub(super) fn new(notes: &'n mut Notes, file: &'n str, root: Root) -> Self {
        Self {
            notes,
            file,
            root,
            path: Vec::new(),
        }
    }

    /// Does `work` one step further down.
    pub(super) fn within<T>(&mut self, step: Step, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = work(self);
        self.path.pop();
        result
    }

    pub(super) fn fault(&self, expected: &str, found: &Json) -> Fault {
        Fault {
            place: self.to_string(),
            reason: format!("expected {expected}, found {}", describe(found)),
        }
    }

    /// Warns of a value that is left out.
    pub(super) fn odd(&mut self, what: &'static str, found: &Json) {
        let place = format!("{}{self}", self.file);
        self.notes
            .warn(what, || format!("{place}: {}", describe(found)));
    }

    /// Refuses the record as a whole.
    pub(super) fn refuse(&mut self, fault: Fault) {
        self.notes.refuse(self.file, fault.place, fault.reason);
    }

    /// Counts the keys of a record that nothing was read of.
    pub(super) fn unread(&mut self, value: &Json) {
        let notes = &mut *self.notes;
        value.unread(&mut String::new(), &mut |path| notes.unread(path));
    }

    /// Does `work` for every element of the list under the first of these keys that is there, an
    /// object standing for a list of one.
    pub(super) fn each(
        &mut self,
        value: &Json,
        keys: &[&'static str],
        mut work: impl FnMut(&mut Self, &Json) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        for key in keys {
            let Some(list) = field(value, key) else {
                continue;
            };
            self.within(Step::Key(key), |context| match list {
                Json::Array(items) => {
                    for (index, item) in items.iter().enumerate() {
                        if !item.is_null() {
                            context.within(Step::Index(index), |context| work(context, item))?;
                        }
                    }
                    Ok(())
                }
                Json::Object(_) => work(context, list),
                other => Err(context.fault("a list", other)),
            })?;
        }
        Ok(())
    }
}

/// A field that is there and not null.
pub(super) fn field<'v>(value: &'v Json, key: &str) -> Option<&'v Json> {
    value.field(key)
}

/// The first of these fields.
pub(super) fn first<'v>(
    value: &'v Json,
    keys: &[&'static str],
) -> Option<(&'static str, &'v Json)> {
    keys.iter()
        .find_map(|key| field(value, key).map(|found| (*key, found)))
}

/// An id: a text, or a whole number, as some write.
pub(super) fn id(value: &Json) -> Option<String> {
    match value {
        Json::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Json::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// A term: `{id, label}`, or its id or its label alone.
pub(super) fn coding(value: &Json) -> Option<Coding> {
    match value {
        Json::String(text) => Coding::from_text(text),
        Json::Object(_) => {
            let text = |key: &str| {
                field(value, key)
                    .and_then(Json::as_str)
                    .map_or("", str::trim)
                    .to_owned()
            };
            let coding = Coding {
                id: text("id"),
                label: text("label"),
            };
            (coding != Coding::default()).then_some(coding)
        }
        _ => None,
    }
}

impl Coding {
    /// `HP:0001250` is an id, what is no CURIE is a label.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut coding = Self::default();
        if is_curie(text) {
            coding.id = text.to_owned();
        } else {
            coding.label = text.to_owned();
        }
        (!text.is_empty()).then_some(coding)
    }
}

pub(super) fn is_curie(text: &str) -> bool {
    text.split_once(':').is_some_and(|(prefix, code)| {
        prefix.starts_with(|c: char| c.is_ascii_alphabetic())
            && prefix
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
            && !code.is_empty()
            && !code.contains(char::is_whitespace)
    })
}

pub(super) fn describe(value: &Json) -> String {
    short(&value.to_string())
}
