//! Attributes of people and of samples in JSON.

use super::super::ast::AttributeTest;
use super::super::scan::Result;
use super::tree::Pointer;
use super::value::{Members, wrong};
use serde_json::Value;

/// What is asked of an attribute. Its values are text here; a number is the text that it is written as.
pub(super) fn attribute(value: &Value, at: &Pointer<'_>) -> Result<AttributeTest> {
    let members = Members::of(value, at, true, &["name"])?;
    let name = members.text("name")?;
    let test = match members.comparison()? {
        None => None,
        Some((comparison, Value::String(text), _)) => Some((comparison, text.clone())),
        Some((comparison, value @ Value::Number(number), at)) => match number.as_f64() {
            Some(number) => Some((comparison, number.to_string())),
            None => return Err(wrong("a number", value, &at)),
        },
        Some((_, value, at)) => return Err(wrong("a number or a string", value, &at)),
    };
    Ok(AttributeTest { name, test })
}
