//! Tables as text: TSV, CSV, JSON, one JSON object a line; and as a stream of Arrow IPC.

use crate::table::{Cells, Table};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::ArrowError;
use std::fmt::Write as _;
use std::io::{self, Write};
use varidex::{Error, RowToken};

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns set apart by tabs, one header line; `.` is missing.
    Tsv,
    /// Columns set apart by commas, one header line, quoted where RFC 4180 asks for it; nothing is missing.
    Csv,
    /// One array of objects; `null` is missing.
    Json,
    /// One object a line; `null` is missing.
    Ndjson,
    /// A stream of Arrow IPC.
    Arrow,
}

/// Why a table was not written to its end.
#[derive(Debug)]
pub enum WriteError {
    /// The question failed.
    Question(Error),
    /// The output takes no more.
    Output(io::Error),
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Question(error) => error.fmt(f),
            Self::Output(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<Error> for WriteError {
    fn from(error: Error) -> Self {
        Self::Question(error)
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// What of a table was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// All rows that were left.
    Whole,
    /// As many rows as the question's limit; it goes on there, where it can be read in pages.
    Cut(Option<RowToken>),
}

/// Bytes gathered before they are written.
const BUFFER: usize = 1 << 16;

impl Table {
    /// Writes the table; says whether the question's limit cut it, and where it goes on then. Shares and statistics
    /// have six significant digits in text, and what is infinite is `inf` (a string in JSON); texts are as in the
    /// source, but in JSON, CSV and Arrow bytes that are no UTF-8 are replaced.
    ///
    /// # Errors
    ///
    /// [`WriteError::Question`] as the question's; [`WriteError::Output`] as `out` fails.
    pub fn write(mut self, format: Format, out: &mut dyn Write) -> Result<Written, WriteError> {
        if format == Format::Arrow {
            return self.write_arrow(out);
        }
        let mut row = TextRow::new(&self, format);
        loop {
            let whole = row.buffer.len();
            row.begin();
            match self.next(&mut row) {
                Ok(true) => row.end(),
                Ok(false) => break,
                // what was read before is right, and may have been paid for
                Err(error) => {
                    // an array that does not end is no JSON
                    if format != Format::Json {
                        row.buffer.truncate(whole);
                        out.write_all(&row.buffer)?;
                        out.flush()?;
                    }
                    return Err(error.into());
                }
            }
            if row.buffer.len() >= BUFFER {
                out.write_all(&row.buffer)?;
                row.buffer.clear();
            }
        }
        row.finish();
        out.write_all(&row.buffer)?;
        out.flush()?;
        Ok(self.ended()?)
    }

    /// Whether it was cut: there is another row, which is looked at and not given.
    pub(crate) fn ended(mut self) -> Result<Written, Error> {
        let token = self.token();
        Ok(match self.has_more()? {
            true => Written::Cut(token),
            false => Written::Whole,
        })
    }

    fn write_arrow(self, out: &mut dyn Write) -> Result<Written, WriteError> {
        let mut batches = self.batches();
        let failed = |error: ArrowError| match error {
            ArrowError::IoError(_, error) => WriteError::Output(error),
            other => WriteError::Output(io::Error::other(other)),
        };
        let mut writer = StreamWriter::try_new(out, &batches.schema()).map_err(failed)?;
        while let Some(batch) = batches.next_batch()? {
            writer.write(&batch).map_err(failed)?;
        }
        writer.finish().map_err(failed)?;
        Ok(batches.ended()?)
    }
}

/// Rows as text.
struct TextRow {
    format: Format,
    /// What stands before each cell of JSON.
    before: Vec<Vec<u8>>,
    /// What stands before each other cell but the first.
    separator: u8,
    /// The cell that comes next.
    at: usize,
    rows: u64,
    /// Where the row begins.
    start: usize,
    buffer: Vec<u8>,
    number: String,
}

impl TextRow {
    fn new(table: &Table, format: Format) -> Self {
        let before = table.names().enumerate().map(|(at, name)| {
            let mut before = vec![if at == 0 { b'{' } else { b',' }];
            write_json_string(&mut before, name);
            before.push(b':');
            before
        });
        let mut row = Self {
            format,
            before: before.collect(),
            separator: if format == Format::Csv { b',' } else { b'\t' },
            at: 0,
            rows: 0,
            start: 0,
            buffer: Vec::with_capacity(2 * BUFFER),
            number: String::new(),
        };
        match format {
            Format::Tsv | Format::Csv if table.has_header() => {
                for name in table.names() {
                    row.separate();
                    row.plain(name.as_bytes());
                }
                row.buffer.push(b'\n');
            }
            Format::Json => row.buffer.push(b'['),
            _ => {}
        }
        row
    }

    /// Begins a row, which may turn out to be none.
    fn begin(&mut self) {
        self.at = 0;
        self.start = self.buffer.len();
        if self.format == Format::Json {
            let start: &[u8] = if self.rows == 0 { b"\n" } else { b",\n" };
            self.buffer.extend_from_slice(start);
        }
    }

    fn end(&mut self) {
        self.rows += 1;
        match self.format {
            Format::Json => self.buffer.push(b'}'),
            Format::Ndjson => self.buffer.extend_from_slice(b"}\n"),
            _ => self.buffer.push(b'\n'),
        }
    }

    /// Takes back the row that was none.
    fn finish(&mut self) {
        self.buffer.truncate(self.start);
        if self.format == Format::Json {
            let end: &[u8] = if self.rows == 0 { b"]\n" } else { b"\n]\n" };
            self.buffer.extend_from_slice(end);
        }
    }

    fn separate(&mut self) {
        match self.format {
            Format::Tsv | Format::Csv if self.at > 0 => self.buffer.push(self.separator),
            Format::Tsv | Format::Csv => {}
            _ => {
                let before = self.before.get(self.at);
                self.buffer
                    .extend_from_slice(before.map_or(&[], Vec::as_slice));
            }
        }
        self.at += 1;
    }

    /// Text in a line of TSV or CSV.
    fn plain(&mut self, text: &[u8]) {
        let quoted = self.format == Format::Csv
            && text
                .iter()
                .any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
        if !quoted {
            self.buffer.extend_from_slice(text);
            return;
        }
        self.buffer.push(b'"');
        for &byte in text {
            if byte == b'"' {
                self.buffer.push(b'"');
            }
            self.buffer.push(byte);
        }
        self.buffer.push(b'"');
    }
}

impl Cells for TextRow {
    fn text(&mut self, text: &[u8]) {
        if text.is_empty() {
            return self.missing();
        }
        self.separate();
        match self.format {
            Format::Tsv => self.buffer.extend_from_slice(text),
            Format::Csv => self.plain(String::from_utf8_lossy(text).as_bytes()),
            _ => write_json_string(&mut self.buffer, &String::from_utf8_lossy(text)),
        }
    }

    fn missing(&mut self) {
        self.separate();
        match self.format {
            Format::Tsv => self.buffer.push(b'.'),
            Format::Csv => {}
            _ => self.buffer.extend_from_slice(b"null"),
        }
    }

    fn whole(&mut self, number: u64) {
        self.separate();
        let mut digits = itoa::Buffer::new();
        self.buffer
            .extend_from_slice(digits.format(number).as_bytes());
    }

    fn signed(&mut self, number: i64) {
        self.separate();
        let mut digits = itoa::Buffer::new();
        self.buffer
            .extend_from_slice(digits.format(number).as_bytes());
    }

    fn number(&mut self, number: f64) {
        self.separate();
        self.number.clear();
        write_number(&mut self.number, number);
        // JSON has no such number
        let is_text = !number.is_finite() && !matches!(self.format, Format::Tsv | Format::Csv);
        let quote: &[u8] = if is_text { b"\"" } else { b"" };
        for part in [quote, self.number.as_bytes(), quote] {
            self.buffer.extend_from_slice(part);
        }
    }

    fn statistic(&mut self, number: f64) {
        self.number.clear();
        // writing to a string cannot fail
        let _ = write!(self.number, "{number:.5e}");
        let six = self.number.parse().unwrap_or(number);
        self.number(six);
    }

    fn flag(&mut self, holds: bool) {
        self.separate();
        let text: &[u8] = if holds { b"true" } else { b"false" };
        self.buffer.extend_from_slice(text);
    }

    fn share(&mut self, share: f64) {
        self.separate();
        varidex_sink::text::share(&mut self.buffer, share);
    }
}

/// A string of JSON.
fn write_json_string(to: &mut Vec<u8>, text: &str) {
    // a string always has a JSON form, and memory takes it
    let _ = serde_json::to_writer(to, text);
}

/// A number in as few digits as give it back; with an exponent where it is very small or large.
fn write_number(to: &mut String, number: f64) {
    let magnitude = number.abs();
    let is_plain = magnitude == 0.0 || (1e-4..1e15).contains(&magnitude) || !number.is_finite();
    // writing to a string cannot fail
    let _ = match is_plain {
        true => write!(to, "{number}"),
        false => write!(to, "{number:e}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_quoted_where_it_must_be() {
        let columns = crate::field::columns([crate::field::Field::Id, crate::field::Field::Filter]);
        let texts = ["plain", "a,b", "say \"x\"", "two\nlines", ""];
        let mut all = texts.into_iter();
        let rows = move |columns: &[crate::field::Column], to: &mut dyn Cells| {
            let Some(text) = all.next() else {
                return Ok(false);
            };
            columns.iter().for_each(|_| to.text(text.as_bytes()));
            Ok(true)
        };
        let mut out = Vec::new();
        let table = Table::new(columns, rows);
        assert!(table.write(Format::Csv, &mut out).is_ok());
        let expected = "id,filter\nplain,plain\n\"a,b\",\"a,b\"\n\"say \"\"x\"\"\",\"say \"\"x\"\"\"\n\
            \"two\nlines\",\"two\nlines\"\n,\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn numbers_are_read_back() {
        for (number, text) in [
            (0.0, "0"),
            (-1.5, "-1.5"),
            (30.1, "30.1"),
            (1e-4, "0.0001"),
            (1.25e-175, "1.25e-175"),
            (1e15, "1e15"),
            (123_456_789.0, "123456789"),
            (f64::INFINITY, "inf"),
        ] {
            let mut to = String::new();
            write_number(&mut to, number);
            assert_eq!(to, text);
            assert_eq!(to.parse(), Ok(number));
        }
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = Vec::new();
        write_json_string(&mut out, "a\"b\t");
        assert_eq!(out, br#""a\"b\t""#);
    }
}
