//! Atoms that pick samples, and what is asked of attributes.

use super::ast::{AttributeTest, Comparison, SampleAtom, SampleExpr};
use super::error::quoted;
use super::number::no_comma;
use super::parse::{Language, any, inside};
use super::scan::{Result, Scanner};
use crate::model::{ATTRIBUTE_PREFIX, is_attribute_name};

/// Reads an attribute, of which the name begins here, and what is asked of it.
pub(super) fn attribute_test(scanner: &mut Scanner<'_>) -> Result<AttributeTest> {
    let start = scanner.at();
    let name = scanner.word(|c| matches!(c, ',' | ':' | '<' | '>' | '='));
    let end = scanner.at();
    if !is_attribute_name(name) {
        let message = match name {
            "" => "expected the name of an attribute".to_owned(),
            name => format!("{} cannot be the name of an attribute", quoted(name)),
        };
        return Err(scanner.error(start..end, message));
    }
    let name = name.to_owned();
    scanner.skip_space();
    let comparison = match scanner.eat(':') {
        true => Some(Comparison::Equal),
        false => scanner.comparison(),
    };
    let Some(comparison) = comparison else {
        scanner.back_to(end);
        return Ok(AttributeTest { name, test: None });
    };
    scanner.skip_space();
    let at = scanner.at();
    let value = match scanner.string()? {
        Some(value) => value,
        None => {
            let value = scanner.plain_word()?.to_owned();
            no_comma(scanner, at)?;
            value
        }
    };
    match value.trim().is_empty() {
        true => {
            let message = format!("{} needs a value", quoted(&name));
            Err(scanner.error(start..scanner.at(), message))
        }
        false => Ok(AttributeTest {
            name,
            test: Some((comparison, value)),
        }),
    }
}

/// The samples of `sample(…)`, of which the parenthesis was just read.
pub(super) fn samples_inside(scanner: &mut Scanner<'_>, open: usize) -> Result<SampleExpr> {
    let of = SampleExpr(inside(scanner, open, any)?);
    scanner.skip_space();
    match scanner.eat(')') {
        true => Ok(of),
        false => Err(scanner.unclosed(open, "`&`, `|`")),
    }
}

/// The samples behind an option of `carriers` and a colon, which are written `sample(…)`.
pub(super) fn samples_of_option(scanner: &mut Scanner<'_>, option: &str) -> Result<SampleExpr> {
    let is_given = scanner.eat(':');
    scanner.skip_space();
    let start = scanner.at();
    let is_sample = is_given && scanner.eat_prefix("sample");
    scanner.skip_space();
    let open = scanner.at();
    match is_sample && scanner.eat('(') {
        true => samples_inside(scanner, open),
        false => {
            scanner.back_to(start);
            let message =
                format!("`{option}` takes samples, as in `{option}: sample(type:tumour)`");
            Err(scanner.error(scanner.next_part(), message))
        }
    }
}

impl Language for SampleAtom {
    const PICKS: &'static str = "what picks samples";
    const EXAMPLE: &'static str = "`type:tumour`";

    fn atom(scanner: &mut Scanner<'_>) -> Result<Self> {
        let prefixed = scanner.eat_prefix(ATTRIBUTE_PREFIX);
        if !prefixed && scanner.eat_keyword("all") {
            return Ok(Self::All);
        }
        attribute_test(scanner).map(Self::Attribute)
    }
}
