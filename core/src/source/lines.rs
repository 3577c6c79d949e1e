//! Text files, plain or gzipped, line by line.

use crate::error::{Error, InputError, Place, Result};
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// A longer line is none: the longest line of a real file of people has some megabytes.
const LONGEST: u64 = 1 << 28;

/// Opens a file of text; what begins as gzip is inflated.
pub(crate) fn open_text(path: &Path) -> Result<Box<dyn BufRead>> {
    let failed = |e| Error::io(path, e);
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(input_error(path, Place::File, "a file", "a directory"));
    }
    let mut plain = BufReader::with_capacity(1 << 17, file);
    let gzipped = plain.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    Ok(match gzipped {
        true => Box::new(BufReader::with_capacity(
            1 << 17,
            MultiGzDecoder::new(plain),
        )),
        false => Box::new(plain),
    })
}

/// The first bytes of a file of text, for telling what it is.
pub(crate) fn first_bytes(path: &Path, count: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_text(path)?
        .take(count)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(path, 0, e))?;
    Ok(bytes)
}

/// Lines of UTF-8 with their numbers, without their ends.
pub(crate) struct Lines<'a> {
    path: &'a Path,
    reader: Box<dyn BufRead>,
    number: u64,
    line: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub(crate) fn open(path: &'a Path) -> Result<Self> {
        Ok(Self {
            path,
            reader: open_text(path)?,
            number: 0,
            line: Vec::new(),
        })
    }

    /// The next line and its number, from 1.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &str)>> {
        self.line.clear();
        let mut limited = (&mut self.reader).take(LONGEST);
        let read = limited
            .read_until(b'\n', &mut self.line)
            .map_err(|e| unreadable(self.path, self.number, e))?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let place = Place::Line(self.number);
        if read as u64 == LONGEST && self.line.last() != Some(&b'\n') {
            let expected = format!("a line of less than {LONGEST} bytes");
            return Err(input_error(self.path, place, &expected, "a longer one"));
        }
        while matches!(self.line.last(), Some(b'\n' | b'\r')) {
            self.line.pop();
        }
        // a byte order mark, as spreadsheets write it
        if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
            self.line.drain(..3);
        }
        match std::str::from_utf8(&self.line) {
            Ok(text) => Ok(Some((self.number, text))),
            Err(_) => Err(input_error(
                self.path,
                place,
                "text in UTF-8",
                &String::from_utf8_lossy(&self.line),
            )),
        }
    }
}

/// Truncated or damaged compression is a fault of the file, all else one of the operating system.
fn unreadable(path: &Path, line: u64, error: std::io::Error) -> Error {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.kind() {
        InvalidData | InvalidInput | UnexpectedEof => input_error(
            path,
            Place::Line(line + 1),
            "sound gzip data",
            &error.to_string(),
        ),
        _ => Error::io(path, error),
    }
}

pub(crate) fn input_error(path: &Path, place: Place, expected: &str, found: &str) -> Error {
    let mut shown: String = found
        .chars()
        .take(60)
        .flat_map(char::escape_default)
        .collect();
    if found.chars().nth(60).is_some() {
        shown.push('…');
    }
    Error::from(Box::new(InputError {
        file: path.display().to_string(),
        place,
        expected: expected.to_owned(),
        found: shown,
    }))
}
