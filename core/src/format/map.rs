//! The one place where a file becomes memory.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

/// Bytes of a file: mapped, or held in memory (an empty file cannot be mapped).
#[derive(Debug)]
pub(crate) enum Bytes {
    Mapped(memmap2::Mmap),
    Held(Arc<Vec<u8>>),
}

impl Bytes {
    /// Maps the file read-only; an empty file gives no bytes.
    pub(super) fn map(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let Ok(len) = usize::try_from(metadata.len()) else {
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        if len == 0 {
            return Ok(Vec::new().into());
        }
        // with a length memmap2 does not ask for it again
        let mut options = memmap2::MmapOptions::new();
        options.len(len);
        #[expect(unsafe_code, reason = "mapping a file is unsafe whatever its content")]
        // SAFETY: the map is read-only, and we never change a file of a dataset after the rename that
        // publishes it: a new version is a new file, and removing a file leaves its map whole. That
        // no other program changes the file in place while it is open is the caller's condition,
        // which `Dataset::open` states, for nothing here can check it. Where it is broken: bytes that
        // are overwritten change under us, of which the compiler knows nothing; no `str` or other
        // checked value is kept that points into the map, and every read is bounded by the map's own
        // length, so that in practice they give errors or other numbers. A file that is cut takes its
        // pages away: the next touch of one ends the process with SIGBUS.
        let map = unsafe { options.map(&file) };
        map.map(Self::Mapped)
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Held(Arc::new(bytes))
    }
}

impl AsRef<[u8]> for Bytes {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Held(bytes) => bytes,
        }
    }
}
