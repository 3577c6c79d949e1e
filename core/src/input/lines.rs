//! Text files, plain or gzipped, line by line.

use super::waiting::{self, read_failed};
use crate::error::{Error, InputError, Place, Result};
use flate2::bufread::MultiGzDecoder;
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

/// A longer line is none: the longest line of a real file of people has some megabytes.
const LONGEST: u64 = 1 << 28;
/// Characters of what was found that an error shows: a line that is to be mended must be seen whole.
const SHOWN: usize = 400;

/// Opens a file of text; what begins as gzip is inflated.
pub(crate) fn open_text(path: &Path) -> Result<Box<dyn BufRead>> {
    let failed = |e| read_failed(path, e);
    if path.is_dir() {
        return Err(input_error(path, Place::File, "a file", "a directory"));
    }
    let file = waiting::open(path).map_err(failed)?;
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

/// The first bytes of a file of text, which is read again once it is known what it is.
pub(crate) fn first_bytes(path: &Path, count: u64) -> Result<Vec<u8>> {
    if !waiting::is_read_twice(path).map_err(|e| Error::io(path, e))? {
        let expected = "a file: it is read twice";
        return Err(input_error(
            path,
            Place::File,
            expected,
            "a pipe or a device",
        ));
    }
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
    longest: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn open(path: &'a Path) -> Result<Self> {
        Self::bounded(path, LONGEST)
    }

    /// Lines of less than so many bytes.
    pub(crate) fn bounded(path: &'a Path, longest: u64) -> Result<Self> {
        Ok(Self {
            path,
            reader: open_text(path)?,
            number: 0,
            line: Vec::new(),
            longest,
        })
    }

    /// The next line and its number, from 1.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &str)>> {
        self.line.clear();
        let mut limited = (&mut self.reader).take(self.longest);
        let read = limited
            .read_until(b'\n', &mut self.line)
            .map_err(|e| unreadable(self.path, self.number, e))?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let place = Place::Line(self.number);
        if read as u64 == self.longest && self.line.last() != Some(&b'\n') {
            let expected = format!("a line of less than {} bytes", self.longest);
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

/// Bytes of a table. An open quote may swallow the rest of a file into one row, so that bytes are
/// counted from row to row: whoever reads rows sets the number back to 0.
pub(crate) struct Rows {
    bytes: Box<dyn BufRead>,
    used: Rc<Cell<u64>>,
}

impl Rows {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            bytes: open_text(path)?,
            used: Rc::default(),
        })
    }

    /// How many bytes were read of the row.
    pub(crate) fn used(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.used)
    }
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.bytes.read(buffer)?;
        self.used.set(self.used.get() + length as u64);
        match self.used.get() > LONGEST {
            true => Err(io::Error::other(format!(
                "a row of more than {LONGEST} bytes"
            ))),
            false => Ok(length),
        }
    }
}

/// Bytes of lines of which the reader knows no bound.
pub(crate) struct ShortLines<R> {
    bytes: R,
    used: u64,
    longest: u64,
}

impl<R: BufRead> ShortLines<R> {
    pub(crate) fn new(bytes: R) -> Self {
        Self {
            bytes,
            used: 0,
            longest: LONGEST,
        }
    }
}

impl<R: BufRead> Read for ShortLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut ready = self.fill_buf()?;
        let length = ready.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for ShortLines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.used > self.longest {
            true => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("a line of more than {} bytes", self.longest),
            )),
            false => self.bytes.fill_buf(),
        }
    }

    fn consume(&mut self, length: usize) {
        // what is at hand is no error, and reads nothing
        let ready = self.bytes.fill_buf().unwrap_or(&[]);
        let used = ready.get(..length).unwrap_or(ready);
        self.used = match memchr::memrchr(b'\n', used) {
            Some(end) => (used.len() - end) as u64,
            None => self.used + used.len() as u64,
        };
        self.bytes.consume(length);
    }
}

/// Bytes of JSON of which the texts and numbers are no longer than a bound: a parser would hold each whole.
pub(crate) struct ShortTokens<R> {
    bytes: R,
    used: u64,
    longest: u64,
    quoted: bool,
    escaped: bool,
}

impl<R: Read> ShortTokens<R> {
    pub(crate) fn new(bytes: R, longest: u64) -> Self {
        Self {
            bytes,
            used: 0,
            longest,
            quoted: false,
            escaped: false,
        }
    }
}

impl<R: Read> Read for ShortTokens<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.bytes.read(buffer)?;
        for &byte in buffer.get(..length).unwrap_or(&[]) {
            let end = match self.quoted {
                true => byte == b'"' && !self.escaped,
                false => matches!(
                    byte,
                    b'"' | b',' | b':' | b'{' | b'}' | b'[' | b']' | b' ' | b'\t' | b'\n' | b'\r'
                ),
            };
            self.escaped = self.quoted && byte == b'\\' && !self.escaped;
            self.quoted ^= end && byte == b'"';
            self.used = if end { 0 } else { self.used + 1 };
            if self.used > self.longest {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("a text of more than {} bytes", self.longest),
                ));
            }
        }
        Ok(length)
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
        _ => read_failed(path, error),
    }
}

pub(crate) fn input_error(path: &Path, place: Place, expected: &str, found: &str) -> Error {
    let mut shown = String::new();
    let mut characters = found.chars();
    for c in characters.by_ref().take(SHOWN) {
        match c.is_control() {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    Error::from(Box::new(InputError {
        file: path.display().to_string(),
        place,
        expected: expected.to_owned(),
        found: shown,
    }))
}
