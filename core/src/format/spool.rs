//! Bytes of the length of the input, kept in files that end with the process.

use super::storage::Folder;
use crate::error::Error;
use std::io::{self, Read, Seek, SeekFrom, Write};
use tempfile::SpooledTempFile;

/// Bytes in memory before they go to the file.
const HELD: usize = 64 << 10;

/// An unnamed file beside a dataset; without a dataset one that stays in memory.
pub(crate) fn unnamed(folder: Option<&Folder>) -> SpooledTempFile {
    match folder {
        Some(folder) => folder.storage().unnamed(folder.path()),
        None => tempfile::spooled_tempfile(usize::MAX),
    }
}

/// What failed of files that [`unnamed`] gives.
pub(crate) fn unnamed_failed(folder: Option<&Folder>, error: io::Error) -> Error {
    match folder {
        Some(folder) => Error::io(folder, error),
        None => Error::io("memory", error),
    }
}

/// Bytes that are written behind each other, and read again.
#[derive(Debug)]
pub(crate) struct Spool {
    file: SpooledTempFile,
    held: Vec<u8>,
    written: u64,
}

impl Spool {
    pub(crate) fn new(file: SpooledTempFile) -> Self {
        Self {
            file,
            held: Vec::new(),
            written: 0,
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.written + self.held.len() as u64
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.held.extend_from_slice(bytes);
        match self.held.len() >= HELD {
            true => self.flush(),
            false => Ok(()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        // who read may have stopped anywhere
        self.file.seek(SeekFrom::Start(self.written))?;
        self.file.write_all(&self.held)?;
        self.written += self.held.len() as u64;
        self.held.clear();
        Ok(())
    }

    /// Everything from the first byte.
    pub(crate) fn read(&mut self) -> io::Result<impl Read + '_> {
        self.flush()?;
        self.file.seek(SeekFrom::Start(0))?;
        Ok((&mut self.file).take(self.written))
    }
}

/// A section on its way into a container: what is in memory, and what is in a file behind it.
#[derive(Debug, Default)]
pub(crate) struct Section {
    start: Vec<u8>,
    rest: Option<Spool>,
}

impl From<Vec<u8>> for Section {
    fn from(start: Vec<u8>) -> Self {
        Self { start, rest: None }
    }
}

impl From<Spool> for Section {
    fn from(rest: Spool) -> Self {
        Self::of(Vec::new(), rest)
    }
}

impl Section {
    pub(super) fn of(start: Vec<u8>, rest: Spool) -> Self {
        Self {
            start,
            rest: Some(rest),
        }
    }

    pub(crate) fn len(&self) -> usize {
        let rest = self.rest.as_ref().map_or(0, Spool::len);
        self.start.len() + usize::try_from(rest).unwrap_or(usize::MAX)
    }

    /// The bytes, where all are in memory.
    pub(super) fn held(&self) -> Option<&[u8]> {
        self.rest.is_none().then_some(self.start.as_slice())
    }

    /// Calls `each` with stretches of this length, the last of which may be shorter.
    pub(super) fn each(
        &mut self,
        stretch: usize,
        mut each: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(rest) = &mut self.rest else {
            return self.start.chunks(stretch).try_for_each(each);
        };
        let mut all = self.start.as_slice().chain(rest.read()?);
        let mut bytes = Vec::with_capacity(stretch);
        loop {
            bytes.clear();
            if (&mut all).take(stretch as u64).read_to_end(&mut bytes)? == 0 {
                return Ok(());
            }
            each(&bytes)?;
        }
    }
}
