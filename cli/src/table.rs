//! Tables on standard output: TSV, a JSON array, or one JSON object a line.

use std::fmt::Write as _;
use std::io::{self, StdoutLock, Write};

use crate::failure::Failure;

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Columns set apart by tabs, one header line; `.` is missing
    Tsv,
    /// One array of objects; null is missing
    Json,
    /// One object a line; null is missing
    Ndjson,
}

/// Bytes gathered before they are written.
const BUFFER: usize = 1 << 16;

/// A value of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Missing,
    Text(&'a str),
    Bytes(&'a [u8]),
    Integer(u64),
    /// In six significant digits.
    Share(f64),
}

impl<'a> Cell<'a> {
    /// Text, or missing where it is empty.
    pub(crate) fn bytes(bytes: &'a [u8]) -> Self {
        if bytes.is_empty() {
            Self::Missing
        } else {
            Self::Bytes(bytes)
        }
    }
}

/// Writes a table row by row.
pub(crate) struct Table<'c> {
    out: StdoutLock<'static>,
    format: Format,
    columns: &'c [&'c str],
    buffer: Vec<u8>,
    number: String,
    rows: u64,
}

impl<'c> Table<'c> {
    pub(crate) fn new(format: Format, columns: &'c [&'c str]) -> Self {
        let mut buffer = Vec::with_capacity(2 * BUFFER);
        match format {
            Format::Tsv => {
                buffer.extend_from_slice(columns.join("\t").as_bytes());
                buffer.push(b'\n');
            }
            Format::Json => buffer.push(b'['),
            Format::Ndjson => {}
        }
        Self {
            out: io::stdout().lock(),
            format,
            columns,
            buffer,
            number: String::new(),
            rows: 0,
        }
    }

    /// Writes a row: one cell for each column.
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), Failure> {
        if self.format == Format::Json {
            let start: &[u8] = if self.rows == 0 { b"\n" } else { b",\n" };
            self.buffer.extend_from_slice(start);
        }
        self.rows += 1;
        match self.format {
            Format::Tsv => {
                for (i, cell) in cells.iter().enumerate() {
                    if i > 0 {
                        self.buffer.push(b'\t');
                    }
                    self.plain(cell);
                }
                self.buffer.push(b'\n');
            }
            Format::Json | Format::Ndjson => {
                for (i, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
                    let start: &[u8] = if i == 0 { b"{\"" } else { b",\"" };
                    self.buffer.extend_from_slice(start);
                    self.buffer.extend_from_slice(column.as_bytes());
                    self.buffer.extend_from_slice(b"\":");
                    self.json(cell);
                }
                self.buffer.push(b'}');
                if self.format == Format::Ndjson {
                    self.buffer.push(b'\n');
                }
            }
        }
        if self.buffer.len() >= BUFFER {
            self.out.write_all(&self.buffer).map_err(Failure::Output)?;
            self.buffer.clear();
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        if self.format == Format::Json {
            let end: &[u8] = if self.rows == 0 { b"]\n" } else { b"\n]\n" };
            self.buffer.extend_from_slice(end);
        }
        let written = self.out.write_all(&self.buffer);
        written
            .and_then(|()| self.out.flush())
            .map_err(Failure::Output)
    }

    fn plain(&mut self, cell: &Cell<'_>) {
        match *cell {
            Cell::Missing => self.buffer.push(b'.'),
            Cell::Text(text) => self.buffer.extend_from_slice(text.as_bytes()),
            Cell::Bytes(bytes) => self.buffer.extend_from_slice(bytes),
            Cell::Integer(n) => {
                let mut digits = itoa::Buffer::new();
                self.buffer.extend_from_slice(digits.format(n).as_bytes());
            }
            Cell::Share(share) => {
                self.number.clear();
                write_share(&mut self.number, share);
                self.buffer.extend_from_slice(self.number.as_bytes());
            }
        }
    }

    fn json(&mut self, cell: &Cell<'_>) {
        match *cell {
            Cell::Missing => self.buffer.extend_from_slice(b"null"),
            Cell::Text(text) => write_json_string(&mut self.buffer, text),
            Cell::Bytes(bytes) => {
                write_json_string(&mut self.buffer, &String::from_utf8_lossy(bytes));
            }
            Cell::Integer(_) | Cell::Share(_) => self.plain(cell),
        }
    }
}

/// A string of JSON.
fn write_json_string(to: &mut Vec<u8>, text: &str) {
    // a string always has a JSON form, and memory takes it
    let _ = serde_json::to_writer(to, text);
}

/// A number between 0 and 1 in six significant digits, without exponent and without trailing zeros.
pub(crate) fn write_share(to: &mut String, share: f64) {
    let magnitude = if share > 0.0 {
        share.log10().floor().clamp(-300.0, 0.0)
    } else {
        0.0
    };
    let decimals = (5.0 - magnitude) as usize;
    let start = to.len();
    // writing to a string cannot fail
    let _ = write!(to, "{share:.decimals$}");
    if to.get(start..).is_some_and(|text| text.contains('.')) {
        let kept = to.trim_end_matches('0').trim_end_matches('.').len();
        to.truncate(kept.max(start + 1));
    }
    // what is not fixed must not look fixed
    if share < 1.0 && to.get(start..) == Some("1") {
        to.truncate(start);
        let _ = write!(to, "{share}");
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn share(ac: u64, an: u64) -> String {
        let mut text = String::new();
        write_share(&mut text, ac as f64 / an as f64);
        text
    }

    #[test]
    fn shares_have_six_digits() {
        assert_eq!(share(8, 6404), "0.00124922");
        assert_eq!(share(0, 10), "0");
        assert_eq!(share(10, 10), "1");
        assert_eq!(share(1, 2), "0.5");
        assert_eq!(share(2, 3), "0.666667");
        assert_eq!(share(1, 2_000_000), "0.0000005");
        assert_eq!(share(1, 3_000_000), "0.000000333333");
        assert_eq!(share(1, 1000), "0.001");
        assert_eq!(share(1_999_999, 2_000_000), "0.9999995");
        assert_eq!(share(19_999_999, 20_000_000), "0.99999995");
        assert_eq!(share(99, 100), "0.99");
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = Vec::new();
        write_json_string(&mut out, "a\"b\t");
        assert_eq!(out, br#""a\"b\t""#);
    }
}
