//! Reading single values, with errors that say what was expected and what was found.

use super::super::ast::Comparison;
use super::super::error::{nearest, quoted};
use super::super::scan::Result;
use super::tree::Pointer;
use crate::error::ExpressionError;
use serde_json::{Map, Value};

const COMPARISONS: [Comparison; 6] = [
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::GreaterOrEqual,
    Comparison::Equal,
    Comparison::NotEqual,
];

/// Up to 2^53 every whole number is exact in JSON as others read it.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The error of a value that is not what is wanted here.
pub(super) fn wrong(wanted: &str, found: &Value, at: &Pointer<'_>) -> Box<ExpressionError> {
    at.error(format!("expected {wanted}, found {}", shown(found)))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "`null`".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(value) => format!("the number {value}"),
        Value::String(value) => format!("the string {}", quoted(value)),
        Value::Array(items) if items.is_empty() => "an empty array".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

pub(super) fn string(value: &Value, at: &Pointer<'_>) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(wrong("a string", other, at)),
    }
}

pub(super) fn truth(value: &Value, at: &Pointer<'_>) -> Result<()> {
    match value {
        Value::Bool(true) => Ok(()),
        other => Err(wrong("`true`", other, at)),
    }
}

pub(super) fn number(value: &Value, at: &Pointer<'_>) -> Result<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        _ => None,
    };
    number.ok_or_else(|| wrong("a number", value, at))
}

/// The items of an array with at least one.
pub(super) fn list<'a>(value: &'a Value, at: &Pointer<'_>, of: &str) -> Result<&'a [Value]> {
    match value {
        Value::Array(items) if !items.is_empty() => Ok(items),
        other => Err(wrong(&format!("an array with {of} or more"), other, at)),
    }
}

/// One of a table of names.
pub(super) fn choice<T: Copy>(
    table: &[(&'static str, T)],
    value: &Value,
    at: &Pointer<'_>,
) -> Result<T> {
    let names = table.iter().map(|&(name, _)| name);
    let found = table.iter().find(|(name, _)| value.as_str() == Some(name));
    found
        .map(|&(_, value)| value)
        .ok_or_else(|| none_of(names, value, at))
}

/// The error of what is none of these names.
pub(super) fn none_of(
    names: impl Iterator<Item = &'static str> + Clone,
    found: &Value,
    at: &Pointer<'_>,
) -> Box<ExpressionError> {
    let listed = names.clone().collect::<Vec<_>>().join(", ");
    let message = format!("expected one of {listed}, found {}", shown(found));
    let candidates = found
        .as_str()
        .map_or_else(Vec::new, |text| nearest(text, names));
    at.error_with(message, candidates)
}

/// The entries of an object, with known keys only.
pub(super) struct Members<'a> {
    entries: &'a Map<String, Value>,
    at: &'a Pointer<'a>,
}

impl<'a> Members<'a> {
    /// An object with these keys, and where something is `compared`, with the comparisons.
    pub(super) fn of(
        value: &'a Value,
        at: &'a Pointer<'a>,
        compared: bool,
        known: &[&str],
    ) -> Result<Self> {
        let comparisons: &[Comparison] = if compared { &COMPARISONS } else { &[] };
        let symbols = comparisons.iter().map(|comparison| comparison.symbol());
        let names: Vec<&str> = known.iter().copied().chain(symbols).collect();
        let Value::Object(entries) = value else {
            let wanted = format!("an object with keys of {}", names.join(", "));
            return Err(wrong(&wanted, value, at));
        };
        match entries.keys().find(|key| !names.contains(&key.as_str())) {
            Some(key) => Err(at.error(format!(
                "unknown key {}: one of {}",
                quoted(key),
                names.join(", ")
            ))),
            None => Ok(Self { entries, at }),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.entries.get(key)
    }

    pub(super) fn need(&self, key: &str) -> Result<&'a Value> {
        self.get(key)
            .ok_or_else(|| self.at.error(format!("the key `{key}` is missing")))
    }

    pub(super) fn text(&self, key: &'a str) -> Result<String> {
        string(self.need(key)?, &self.at.key(key))
    }

    pub(super) fn choice<T: Copy>(
        &self,
        key: &'a str,
        table: &[(&'static str, T)],
    ) -> Result<Option<T>> {
        let value = self.get(key);
        value
            .map(|value| choice(table, value, &self.at.key(key)))
            .transpose()
    }

    /// A whole number in these bounds, where the key is there; `5.0` is whole, too.
    pub(super) fn whole(&self, key: &'a str, least: i64, most: i64) -> Result<Option<i64>> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let whole = |float: &f64| float.fract() == 0.0 && float.abs() < EXACT;
        let number = value
            .as_i64()
            .or_else(|| value.as_f64().filter(whole).map(|float| float as i64))
            .filter(|number| (least..=most).contains(number));
        match number {
            Some(number) => Ok(Some(number)),
            None => {
                let wanted = format!("a whole number from {least} to {most}");
                Err(wrong(&wanted, value, &self.at.key(key)))
            }
        }
    }

    /// The comparison among the keys, its value, and where that stands.
    pub(super) fn comparison(&self) -> Result<Option<(Comparison, &'a Value, Pointer<'a>)>> {
        let mut found = COMPARISONS.into_iter().filter_map(|comparison| {
            let symbol = comparison.symbol();
            let value = self.get(symbol)?;
            Some((comparison, value, self.at.key(symbol)))
        });
        let first = found.next();
        match (&first, found.next()) {
            (Some((one, ..)), Some((other, ..))) => Err(self.at.error(format!(
                "expected one comparison, found `{}` and `{}`",
                one.symbol(),
                other.symbol()
            ))),
            _ => Ok(first),
        }
    }

    /// The same where there must be one.
    pub(super) fn test(&self) -> Result<(Comparison, &'a Value, Pointer<'a>)> {
        self.comparison()?.ok_or_else(|| {
            let symbols = COMPARISONS.map(Comparison::symbol).join(", ");
            self.at
                .error(format!("a comparison is missing: one of {symbols}"))
        })
    }
}
