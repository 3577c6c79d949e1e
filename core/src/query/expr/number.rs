//! Numbers behind comparisons.

use super::error::quoted;
use super::scan::{Result, Scanner};
use crate::error::ExpressionError;

/// The number behind a comparison.
pub(super) fn value_number(scanner: &mut Scanner<'_>) -> Result<f64> {
    scanner.skip_space();
    let start = scanner.at();
    let text = scanner.plain_word()?;
    no_comma(scanner, start)?;
    numeral(text).ok_or_else(|| not_a_number(scanner, text, start))
}

fn not_a_number(scanner: &Scanner<'_>, text: &str, start: usize) -> Box<ExpressionError> {
    let message = match text {
        "" => "expected a number after the comparison".to_owned(),
        text => format!("{} is not a number", quoted(text)),
    };
    scanner.error(start..start + text.len(), message)
}

/// Refuses `0,01`: cut at the comma it would be another number.
pub(super) fn no_comma(scanner: &mut Scanner<'_>, start: usize) -> Result<()> {
    let end = scanner.at();
    let digits_before = scanner
        .text(start..end)
        .ends_with(|c: char| c.is_ascii_digit());
    if digits_before && scanner.eat(',') {
        let more = scanner.peek().is_some_and(|c| c.is_ascii_digit());
        if more {
            scanner.word(|c| !c.is_ascii_digit() && c != ',' && c != '.');
            let at = start..scanner.at();
            return Err(scanner.error(at, "a number after a comparison takes no comma"));
        }
        scanner.back_to(end);
    }
    Ok(())
}

/// A finite decimal number; the words that Rust takes for infinity are not.
pub(super) fn numeral(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}
