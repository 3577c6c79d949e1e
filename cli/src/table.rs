//! What goes to standard output: tables, and answers of a few lines.

use crate::failure::Failure;
use crate::progress::Messages;
use std::io::{self, Write};
use varidex_columns::{Table, WriteError, Written};

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Columns set apart by tabs, one header line; `.` is missing
    Tsv,
    /// Columns set apart by commas, one header line, quoted where needed; nothing is missing
    Csv,
    /// One array of objects; null is missing
    Json,
    /// One object a line; null is missing
    Ndjson,
    /// A stream of Arrow IPC
    Arrow,
}

/// How plain answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PlainFormat {
    /// Lines of text
    Tsv,
    /// One value
    Json,
    /// One value a line
    Ndjson,
}

impl From<PlainFormat> for varidex_columns::Format {
    fn from(format: PlainFormat) -> Self {
        match format {
            PlainFormat::Tsv => Self::Tsv,
            PlainFormat::Json => Self::Json,
            PlainFormat::Ndjson => Self::Ndjson,
        }
    }
}

impl From<Format> for varidex_columns::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Tsv => Self::Tsv,
            Format::Csv => Self::Csv,
            Format::Json => Self::Json,
            Format::Ndjson => Self::Ndjson,
            Format::Arrow => Self::Arrow,
        }
    }
}

/// Writes a table: these of its columns, where some are named.
pub(crate) fn write(
    table: Table,
    columns: &[String],
    format: impl Into<varidex_columns::Format>,
    messages: Messages,
) -> Result<(), Failure> {
    let table = match columns {
        [] => table,
        names => table.select(names)?,
    };
    let written = table.write(format.into(), &mut io::stdout().lock());
    let written = written.map_err(|error| match error {
        WriteError::Question(error) => Failure::Library(error),
        WriteError::Output(error) => Failure::Output(error),
    })?;
    match written {
        Written::Whole => {}
        Written::Cut(Some(token)) => messages.say(format_args!(
            "note: cut at the limit, go on with --after {token}"
        )),
        Written::Cut(None) => messages.say("note: cut at the limit, there are more rows"),
    }
    Ok(())
}

/// Writes one line, or a few, to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::Output)
}

/// Writes a JSON value in lines that people can read.
pub(crate) fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    print(&format!("{value:#}\n"))
}
