//! Opening files of people, and bytes that are counted as they are read.

use crate::error::{Error, InputError, Place, Result};
use crate::input::waiting::{self, is_stopped, read_failed, stopped};
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Bytes of one record, be it a row or a JSON text: beyond, it is no record of a person. Tests have
/// no time for so many.
pub(super) const LONGEST_RECORD: u64 = if cfg!(test) { 1 << 20 } else { 64 << 20 };
const TOO_LONG: &str = "a record too long to be one of a person";

/// Bytes with their line, none of them more than a bound after the last `start_record`.
pub(super) struct Input<'a> {
    bytes: Box<dyn BufRead + 'a>,
    /// Lines begun before the next byte, the first being 1.
    pub(super) line: u64,
    used: u64,
    last: Option<u8>,
    again: Option<u8>,
}

impl Input<'_> {
    /// The next bytes, which stay to be read: as many as are at hand.
    pub(super) fn ahead(&mut self) -> io::Result<&[u8]> {
        self.bytes.fill_buf()
    }
}

/// Opens a file, gzip or not. Reading it ends with [`Error::Cancelled`] where `go_on`, which is asked for every
/// stretch of the file, gives an error.
pub(super) fn open<'a>(path: &Path, go_on: &'a mut dyn FnMut() -> Result<()>) -> Result<Input<'a>> {
    let file = waiting::open(path).map_err(|e| Error::io(path, e))?;
    Input::of(path, file, go_on)
}

/// Bytes that are read until `go_on` gives an error.
struct Asking<'a, R> {
    bytes: R,
    go_on: &'a mut dyn FnMut() -> Result<()>,
}

impl<R: Read> Read for Asking<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (self.go_on)().map_err(|_| stopped())?;
        self.bytes.read(buffer)
    }
}

impl<'a> Input<'a> {
    /// The content of a file.
    pub(super) fn of(
        path: &Path,
        bytes: impl Read + 'a,
        go_on: &'a mut dyn FnMut() -> Result<()>,
    ) -> Result<Self> {
        let mut plain = BufReader::with_capacity(1 << 16, Asking { bytes, go_on });
        let start = plain.fill_buf().map_err(|e| read_failed(path, e))?;
        let bytes: Box<dyn BufRead + 'a> = if start.starts_with(&[0x1f, 0x8b]) {
            Box::new(BufReader::with_capacity(
                1 << 16,
                MultiGzDecoder::new(plain),
            ))
        } else {
            Box::new(plain)
        };
        let mut input = Self {
            bytes,
            line: 1,
            used: 0,
            last: None,
            again: None,
        };
        input.skip_mark().map_err(|e| fault(path, 1, &e))?;
        Ok(input)
    }

    /// Skips a byte order mark of UTF-8.
    fn skip_mark(&mut self) -> io::Result<()> {
        if self.bytes.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            self.bytes.consume(3);
        }
        Ok(())
    }

    pub(super) fn start_record(&mut self) {
        self.used = 0;
    }

    /// The next byte is the last one once more.
    pub(super) fn unread(&mut self) {
        self.again = self.last.take();
        if self.again == Some(b'\n') {
            self.line -= 1;
        }
    }

    pub(super) fn next_byte(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        Ok((self.read(&mut byte)? == 1).then_some(byte[0]))
    }

    /// The next byte that is no space, which stays to be read.
    pub(super) fn peek_solid(&mut self) -> io::Result<Option<u8>> {
        loop {
            self.start_record();
            match self.next_byte()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => {}
                Some(byte) => {
                    self.unread();
                    return Ok(Some(byte));
                }
                None => return Ok(None),
            }
        }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(first) = buffer.first_mut() else {
            return Ok(0);
        };
        let len = match self.again.take() {
            Some(byte) => {
                *first = byte;
                1
            }
            None => {
                let ready = self.bytes.fill_buf()?;
                let len = ready.len().min(buffer.len());
                for (to, from) in buffer.iter_mut().zip(ready) {
                    *to = *from;
                }
                self.bytes.consume(len);
                len
            }
        };
        let read = buffer.get(..len).unwrap_or(&[]);
        self.line += memchr::memchr_iter(b'\n', read).count() as u64;
        self.last = read.last().copied();
        self.used += len as u64;
        if self.used > LONGEST_RECORD {
            return Err(too_long());
        }
        Ok(len)
    }
}

pub(super) fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, TOO_LONG)
}

/// An error of reading: the operating system's, or a fault of the file.
pub(super) fn fault(path: &Path, line: u64, error: &io::Error) -> Error {
    let expected = match error.kind() {
        _ if is_stopped(error) => return Error::Cancelled,
        _ if error.to_string() == TOO_LONG => "records of people",
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            "a whole gzip file"
        }
        kind => return Error::io(path, io::Error::new(kind, error.to_string())),
    };
    wrong(path, Place::Line(line), expected, &error.to_string())
}

pub(super) fn wrong(path: &Path, place: Place, expected: &str, found: &str) -> Error {
    Error::from(Box::new(InputError {
        file: path.display().to_string(),
        place,
        expected: expected.to_owned(),
        found: found.to_owned(),
    }))
}
