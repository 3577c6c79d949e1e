//! The one place where a file becomes memory.

use crate::error::{Error, Result};
use std::fs::File;
use std::ops::Deref;
use std::path::Path;

/// Bytes of a file: mapped, or held in memory (an empty file cannot be mapped).
#[derive(Debug)]
pub(crate) enum Bytes {
    Mapped(memmap2::Mmap),
    Held(Vec<u8>),
}

impl Bytes {
    /// Maps the file read-only; an empty file gives no bytes.
    pub(crate) fn map(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|e| Error::io(path, e))?;
        let metadata = file.metadata().map_err(|e| Error::io(path, e))?;
        if metadata.is_dir() {
            return Err(Error::io(path, std::io::ErrorKind::IsADirectory.into()));
        }
        if metadata.len() == 0 {
            return Ok(Self::Held(Vec::new()));
        }
        #[expect(unsafe_code, reason = "mapping a file is unsafe whatever its content")]
        // SAFETY: the map is read-only, and we never change a file of a dataset after the rename that
        // publishes it: a new version is a new file, and removing a file leaves its map whole. That
        // no other program changes the file in place while it is open is the caller's condition,
        // which `Dataset::open` states, for nothing here can check it. Where it is broken: bytes that
        // are overwritten change under us, of which the compiler knows nothing; no `str` or other
        // checked value is kept that points into the map, and every read is bounded by the map's own
        // length, so that in practice they give errors or other numbers. A file that is cut takes its
        // pages away: the next touch of one ends the process with SIGBUS.
        let map = unsafe { memmap2::Mmap::map(&file) };
        map.map(Self::Mapped).map_err(|e| Error::io(path, e))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Held(bytes) => bytes,
        }
    }
}
