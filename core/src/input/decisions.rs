//! Lists of decisions: tables separated by tabs, of one decision a line.

use super::lines::{Lines, input_error};
use crate::error::{Error, Place, Result};
use crate::model::{Date, DecidedBy, Effect};
use std::path::Path;

/// Longer lines are no decisions.
const LONGEST: u64 = 1 << 16;

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedDecision {
    pub(crate) line: u64,
    pub(crate) by: DecidedBy,
    /// `all`, a purpose, or a code of the Data Use Ontology.
    pub(crate) about: String,
    /// `None` where a code says it.
    pub(crate) allows: Option<bool>,
    pub(crate) effect: Effect,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) source: Option<String>,
    pub(crate) source_date: Option<Date>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Individual,
    Sample,
    Purpose,
    Decision,
    Effect,
    From,
    Until,
    Source,
    SourceDate,
}

/// The columns by their names. Without a line of names they are the first, in the order of [`UNNAMED`].
const NAMED: [(&str, Column); 12] = [
    ("individual", Column::Individual),
    ("id", Column::Individual),
    ("sample", Column::Sample),
    ("purpose", Column::Purpose),
    ("duo", Column::Purpose),
    ("decision", Column::Decision),
    ("effect", Column::Effect),
    ("from", Column::From),
    ("until", Column::Until),
    ("to", Column::Until),
    ("source", Column::Source),
    ("source_date", Column::SourceDate),
];
const UNNAMED: [Column; 6] = [
    Column::Individual,
    Column::Purpose,
    Column::Decision,
    Column::From,
    Column::Until,
    Column::Source,
];

/// Reads a list, and calls `each` with every decision.
pub(crate) fn read_decisions(
    path: &Path,
    mut each: impl FnMut(ListedDecision) -> Result<()>,
) -> Result<()> {
    let mut lines = Lines::bounded(path, LONGEST)?;
    let mut columns: Option<Vec<Column>> = None;
    while let Some((number, text)) = lines.next()? {
        let text = text.trim_end_matches('\r');
        if text.trim().is_empty() || columns.is_none() && text.starts_with("##") {
            continue;
        }
        let fault = |expected: &str, found: &str| {
            let found: String = found.chars().take(60).collect();
            input_error(path, Place::Line(number), expected, &format!("{found:?}"))
        };
        let fields: Vec<&str> = text.split('\t').map(str::trim).collect();
        let known = match &columns {
            Some(columns) => columns,
            None => match header(&fields, &fault)? {
                Some(named) => {
                    columns = Some(named);
                    continue;
                }
                None => columns.insert(UNNAMED.to_vec()),
            },
        };
        each(decision(number, &fields, known, &fault)?)?;
    }
    Ok(())
}

/// The columns that a first line names; `None` where it is a decision already.
fn header(fields: &[&str], fault: &dyn Fn(&str, &str) -> Error) -> Result<Option<Vec<Column>>> {
    let name = |field: &str| field.trim_start_matches('#').to_ascii_lowercase();
    let column = |field: &&str| {
        let name = name(field);
        NAMED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, of)| *of)
    };
    let is_header =
        fields.first().and_then(column).is_some() || fields.get(1).and_then(column).is_some();
    if !is_header {
        return Ok(None);
    }
    let mut columns = Vec::new();
    for field in fields {
        let known = || NAMED.map(|(name, _)| name).join(", ");
        let found =
            column(field).ok_or_else(|| fault(&format!("a column among {}", known()), field))?;
        if columns.contains(&found) {
            return Err(fault("each column once", field));
        }
        columns.push(found);
    }
    let has = |of| columns.contains(&of);
    if has(Column::Individual) == has(Column::Sample) {
        return Err(fault(
            "a column `individual`, or one `sample`",
            &fields.join(" "),
        ));
    }
    Ok(Some(columns))
}

fn decision(
    line: u64,
    fields: &[&str],
    columns: &[Column],
    fault: &dyn Fn(&str, &str) -> Error,
) -> Result<ListedDecision> {
    if fields.len() > columns.len() {
        let expected = format!("at most {} columns, separated by tabs", columns.len());
        return Err(fault(&expected, &fields.join(" ")));
    }
    let field = |of: Column| {
        let at = columns.iter().position(|column| *column == of);
        let text = at.and_then(|at| fields.get(at)).copied();
        text.filter(|text| !text.is_empty() && *text != ".")
    };
    let date = |of: Column| -> Result<Option<Date>> {
        let day = |text: &str| {
            text.parse()
                .map_err(|_| fault("a day such as 2026-03-01", text))
        };
        field(of).map(day).transpose()
    };
    let by = match (field(Column::Individual), field(Column::Sample)) {
        (Some(id), _) => DecidedBy::Individual(id.to_owned()),
        (None, Some(id)) => DecidedBy::Sample(id.to_owned()),
        (None, None) => return Err(fault("an id of whoever decided", &fields.join(" "))),
    };
    let allows = match field(Column::Decision) {
        None => None,
        Some(text) => Some(match text.to_ascii_lowercase().as_str() {
            "in" => true,
            "out" => false,
            _ => return Err(fault("`in` or `out`", text)),
        }),
    };
    let effect = match field(Column::Effect) {
        None => Effect::Now,
        Some(text) => Effect::named(text).ok_or_else(|| fault("`now` or `later_permits`", text))?,
    };
    let (from, until) = (date(Column::From)?, date(Column::Until)?);
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        return Err(fault(
            "an end that is not before the beginning",
            &fields.join(" "),
        ));
    }
    Ok(ListedDecision {
        line,
        by,
        about: field(Column::Purpose).unwrap_or("all").to_owned(),
        allows,
        effect,
        from,
        until,
        source: field(Column::Source).map(str::to_owned),
        source_date: date(Column::SourceDate)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<ListedDecision>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.tsv");
        std::fs::write(&path, text).unwrap();
        let mut all = Vec::new();
        read_decisions(&path, |decision| {
            all.push(decision);
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn lists_with_and_without_names_of_columns_say_the_same() {
        let unnamed =
            read("P1\tall\tout\t2026-03-01\n\nP2\taf\tin\t.\t2027-01-01\tform 7\r\n").unwrap();
        let named = read(
            "#until\tindividual\tpurpose\tsource\tdecision\tfrom\n\tP1\tall\t\tOUT\t2026-03-01\n\
             \t\t\t\t\t\n2027-01-01\tP2\taf\tform 7\tin\t\n",
        );
        // lines of nothing but tabs are empty
        let named = named.unwrap();
        let without_lines = |all: Vec<ListedDecision>| {
            let all = all.into_iter();
            all.map(|of| ListedDecision { line: 0, ..of })
                .collect::<Vec<_>>()
        };
        assert_eq!(without_lines(unnamed.clone()), without_lines(named));
        assert_eq!(unnamed[0].allows, Some(false));
        assert_eq!(unnamed[1].source.as_deref(), Some("form 7"));
        assert_eq!(unnamed[1].line, 3);
        let of_samples = read("sample\tduo\nS1\tNPOA\n").unwrap();
        assert_eq!(of_samples[0].by, DecidedBy::Sample("S1".to_owned()));
        assert_eq!(
            (of_samples[0].allows, of_samples[0].about.as_str()),
            (None, "NPOA")
        );
    }

    #[test]
    fn what_is_no_decision_is_refused_with_its_line() {
        for (text, found) in [
            ("P1\tall\tmaybe\n", "maybe"),
            ("P1\tall\tout\t2026-13-01\n", "2026-13-01"),
            ("P1\tall\tout\t2026-03\n", "2026-03"),
            ("P1\tall\tout\t2026-03-02\t2026-03-01\n", "2026-03-02"),
            ("individual\tsample\n", "individual"),
            ("individual\tcolour\n", "colour"),
            ("individual\tid\n", "id"),
            ("individual\tpurpose\n\taf\n", "af"),
            ("P1\tall\tout\t\t\tform\tmore\n", "more"),
            ("individual\tdecision\teffect\nP1\tout\tsoon\n", "soon"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(
                error.contains(found) && error.contains("list.tsv:"),
                "{text:?}: {error}"
            );
        }
    }
}
