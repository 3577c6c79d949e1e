//! The members of a JSON object, taken one by one: what is left over is an error that names it.

use super::refusal::{Checked, Refusal, Shown};
use serde_json::{Map, Value};

/// Names that an error lists.
const LISTED: usize = 5;

/// Members that are left to be read. `null` is like absent.
pub(super) struct Fields {
    map: Map<String, Value>,
    /// Where they stand, for messages.
    place: &'static str,
}

impl Fields {
    pub(super) fn of(value: Value, place: &'static str) -> Checked<Self> {
        match value {
            Value::Object(map) => Ok(Self::of_map(map, place)),
            other => Err(Refusal::bad(format!(
                "{place}: expected an object, found {}",
                kind(&other)
            ))),
        }
    }

    pub(super) fn of_map(mut map: Map<String, Value>, place: &'static str) -> Self {
        map.retain(|_, value| !value.is_null());
        Self { map, place }
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name)
    }

    /// The first of several names that is there.
    pub(super) fn take_any(&mut self, names: &[&str]) -> Checked<Option<Value>> {
        let mut found = None;
        for name in names {
            if let Some(value) = self.take(name)
                && found.replace(value).is_some()
            {
                return Err(self.bad(name, "stands there twice, under two names"));
            }
        }
        Ok(found)
    }

    pub(super) fn bad(&self, name: &str, what: impl std::fmt::Display) -> Refusal {
        Refusal::bad(format!("{}: {name}: {what}", self.place))
    }

    fn wrong(&self, name: &str, expected: &str, found: &Value) -> Refusal {
        self.bad(name, format!("expected {expected}, found {}", kind(found)))
    }

    /// A text; an empty one is absent.
    pub(super) fn text(&mut self, name: &str) -> Checked<Option<String>> {
        let value = self.take(name);
        self.as_text(name, value)
    }

    pub(super) fn as_text(&self, name: &str, value: Option<Value>) -> Checked<Option<String>> {
        match value {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(self.wrong(name, "a text", &other)),
        }
    }

    /// A text that may be empty, for an empty text says something of bases.
    pub(super) fn bases(&mut self, name: &str) -> Checked<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => {
                // as DNA has it
                let upper = text.to_ascii_uppercase().replace('U', "T");
                match upper.bytes().all(|b| b"ACGTUNRYSWKMBDHV-.".contains(&b)) {
                    true => Ok(Some(upper)),
                    false => Err(self.bad(
                        name,
                        format!("expected letters of bases, found {}", Shown(&text)),
                    )),
                }
            }
            Some(other) => Err(self.wrong(name, "a text", &other)),
        }
    }

    /// A whole number, also as text.
    pub(super) fn number(&mut self, name: &str) -> Checked<Option<u64>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(value) => self.as_number(name, &value).map(Some),
        }
    }

    fn as_number(&self, name: &str, value: &Value) -> Checked<u64> {
        let number = match value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| match value {
            Value::String(text) => self.bad(
                name,
                format!("expected a whole number, found {}", Shown(text)),
            ),
            Value::Number(number) => self.bad(
                name,
                format!("expected a whole number from 0, found {number}"),
            ),
            other => self.wrong(name, "a whole number", other),
        })
    }

    /// One number or two: as numbers, in a list, or as text with a comma between.
    pub(super) fn numbers(&mut self, name: &str) -> Checked<Vec<u64>> {
        let numbers = match self.take(name) {
            None => Vec::new(),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| self.as_number(name, value))
                .collect::<Checked<_>>()?,
            Some(Value::String(text)) => text
                .split(',')
                .filter(|text| !text.trim().is_empty())
                .map(|text| self.as_number(name, &Value::from(text)))
                .collect::<Checked<_>>()?,
            Some(value) => vec![self.as_number(name, &value)?],
        };
        match numbers.len() {
            0..=2 => Ok(numbers),
            more => Err(self.bad(name, format!("expected one or two positions, found {more}"))),
        }
    }

    /// `true` or `false`, also as text.
    pub(super) fn truth(&mut self, name: &str) -> Checked<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(is)) => Ok(Some(is)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(Value::String(text)) => Err(self.bad(
                name,
                format!("expected true or false, found {}", Shown(&text)),
            )),
            Some(other) => Err(self.wrong(name, "true or false", &other)),
        }
    }

    /// Texts: in a list, or as one text with commas between.
    pub(super) fn texts(&self, name: &str, value: Value) -> Checked<Vec<String>> {
        match value {
            Value::Array(values) => values
                .into_iter()
                .map(|value| match value {
                    Value::String(text) => Ok(text),
                    other => Err(self.wrong(name, "texts", &other)),
                })
                .collect(),
            Value::String(text) => Ok(text
                .split(',')
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
                .collect()),
            other => Err(self.wrong(name, "a list of texts", &other)),
        }
    }

    /// Nothing is left.
    pub(super) fn finish(self) -> Checked<()> {
        if self.map.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = self
            .map
            .keys()
            .take(LISTED)
            .map(|name| Shown(name).to_string())
            .collect();
        Err(Refusal::bad(format!(
            "{}: not understood: {}",
            self.place,
            names.join(", ")
        )))
    }
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
