//! Cells of tables of people: ages, yes and no, several values.

use super::json::is_curie;
use super::mapping::{Column, Role};
use crate::model::{Age, Ages};

/// What stands for nothing where a mapping does not say otherwise.
pub(super) const MISSING: [&str; 10] = [
    "",
    "na",
    "n/a",
    "nan",
    ".",
    "null",
    "none",
    "-",
    "unknown",
    "not available",
];
const YES: [&str; 5] = ["1", "true", "yes", "y", "deceased"];
const NO: [&str; 5] = ["0", "false", "no", "n", "alive"];

/// An ISO 8601 duration, or a number of years, or of the unit that the mapping says.
pub(super) fn ages(cell: &str, unit: Option<&str>) -> Option<Ages> {
    if let Some(age) = Age::from_iso(cell) {
        return Some(Ages::at(age));
    }
    let one = |text: &str| {
        let number = text.trim().parse::<f64>().ok()?;
        match unit.unwrap_or("years") {
            "months" | "month" | "m" => Age::from_months(number),
            "weeks" | "week" | "w" => Age::from_days(number * 7.0),
            "days" | "day" | "d" => Age::from_days(number),
            "years" | "year" | "y" | "a" => Age::from_years(number),
            _ => None,
        }
    };
    match cell.split_once('-') {
        Some((low, high)) if !low.is_empty() => {
            let (low, high) = (one(low)?, one(high)?);
            (low <= high).then_some(Ages { low, high })
        }
        _ => one(cell).map(Ages::at),
    }
}

/// Yes or no, or the numbers of a pedigree.
pub(super) fn truth(column: &Column, cell: &str) -> Option<bool> {
    let lower = cell.to_ascii_lowercase();
    let lower = lower.as_str();
    if column.role == Role::Affected && matches!(lower, "1" | "2") {
        return Some(lower == "2");
    }
    match (YES.contains(&lower), NO.contains(&lower)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => match lower {
            "affected" => Some(true),
            "unaffected" => Some(false),
            _ => None,
        },
    }
}

fn pieces<'c>(parts: impl Iterator<Item = &'c str>) -> Vec<String> {
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Without a separator of their own, the values of a cell are separated by `;` or `|`.
pub(super) fn split(column: &Column, cell: &str) -> Vec<String> {
    match &column.separator {
        Some(separator) => pieces(cell.split(separator.as_str())),
        None => pieces(cell.split([';', '|'])),
    }
}

/// The same, where commas separate, too.
pub(super) fn split_commas(column: &Column, cell: &str) -> Vec<String> {
    match &column.separator {
        Some(_) => split(column, cell),
        None => pieces(cell.split([';', '|', ','])),
    }
}

/// Codes may be separated by commas, too; labels may hold commas.
pub(super) fn split_codes(column: &Column, cell: &str) -> Vec<String> {
    let code =
        |part: &str| is_curie(part.trim()) || column.prefix.is_some() && !part.trim().contains(' ');
    if cell.split([';', '|', ',']).all(code) {
        split_commas(column, cell)
    } else {
        split(column, cell)
    }
}
