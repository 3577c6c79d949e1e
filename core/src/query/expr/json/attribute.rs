//! Attributes of people and of samples as JSON.

use super::super::ast::{GroupAtom, VariantAtom};
use super::super::error::quoted;
use super::super::number::numeral;
use super::super::sample_expr::{AttributeTest, SampleAtom};
use super::super::scan::Result;
use super::language::{JsonLanguage, Read};
use super::read::{checked, entry_of};
use super::tree::Pointer;
use super::value::{Members, truth, wrong};
use super::write;
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

/// The same as JSON: a number where the text is what a number is written as.
pub(super) fn write(of: &AttributeTest) -> Value {
    let name = of.name.as_str().into();
    let Some((comparison, text)) = &of.test else {
        return write::object([("name", name)]);
    };
    let number = numeral(text).filter(|number| number.to_string() == *text);
    let value = match number {
        Some(number) => write::numeral(number),
        None => text.as_str().into(),
    };
    write::with(write::compared(*comparison, value), "name", name)
}

impl JsonLanguage for SampleAtom {
    fn of_the_other(kind: &str) -> Option<String> {
        let is_known =
            entry_of::<GroupAtom>(kind).is_some() || entry_of::<VariantAtom>(kind).is_some();
        is_known.then(|| {
            format!(
                "{} picks no samples: `attribute` does, and `all`",
                quoted(kind)
            )
        })
    }

    fn read(kind: &str, value: &Value, at: &Pointer<'_>) -> Result<Option<Read<Self>>> {
        let atom = match kind {
            "attribute" => Self::Attribute(attribute(value, at)?),
            "all" => {
                truth(value, at)?;
                Self::All
            }
            _ => return Ok(None),
        };
        checked(atom, at).map(Some)
    }

    fn write(&self) -> Value {
        let value = match self {
            Self::All => true.into(),
            Self::Attribute(test) => write(test),
        };
        write::named(self, value)
    }
}
