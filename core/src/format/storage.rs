//! Where the directory of a dataset is: on disk, or, for tests, in memory.
//!
//! Questions never come here: a file is opened with its dataset, and is bytes from then on.

use super::container::Container;
use super::disk::Disk;
use super::kind::FileKind;
use super::map::Bytes;
use crate::error::{Error, Result};
use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::SpooledTempFile;

/// What reading and publishing datasets asks of a file system.
pub(crate) trait Storage: fmt::Debug + Send + Sync {
    /// All bytes of a file.
    fn map(&self, file: &Path) -> io::Result<Bytes>;

    /// A file from its beginning.
    fn open(&self, file: &Path) -> io::Result<Box<dyn Read + Send>>;

    /// What is at a path; `None` also where that cannot be seen.
    fn found(&self, path: &Path) -> Option<Found>;

    /// The names of what is in a directory.
    fn names(&self, directory: &Path) -> io::Result<Vec<String>>;

    /// A new directory; an error of kind `AlreadyExists` where something is there.
    fn create_directory(&self, directory: &Path) -> io::Result<()>;

    /// Removes an empty directory.
    fn remove_directory(&self, directory: &Path) -> io::Result<()>;

    fn remove(&self, file: &Path) -> io::Result<()>;

    /// Takes a lock, or says who has it.
    fn lock(&self, file: &Path) -> io::Result<Locked>;

    /// A new file with a name that begins so.
    fn create(&self, directory: &Path, prefix: &str) -> io::Result<Box<dyn NewFile>>;

    /// A file without a name, which ends with the process, however that ends. What is small is kept in
    /// memory.
    fn unnamed(&self, directory: &Path) -> SpooledTempFile;

    /// What changes with a file that is appended to or replaced; `None` where there is none.
    fn stamp(&self, file: &Path) -> io::Result<Option<Stamp>>;

    /// Writes behind the first bytes of a file, of which `keep` stay and no others, and returns once that will outlive
    /// a crash. Where it fails the file is as it was, if that can be had.
    fn extend(&self, file: &Path, keep: u64, bytes: &[u8]) -> io::Result<()>;

    /// Returns once the names in a directory will outlive a crash.
    fn sync_directory(&self, directory: &Path) -> io::Result<()>;
}

/// A file that is being written under a temporary name. It goes when it is dropped.
pub(crate) trait NewFile: Write {
    /// Returns once the bytes will outlive a crash.
    fn sync(&mut self) -> io::Result<()>;

    /// Gives the file its name, in the place of what has it.
    fn rename(self: Box<Self>, to: &Path) -> io::Result<()>;
}

/// What changes with a file that is appended to or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Bytes.
    pub(crate) len: u64,
    /// Another one where the name is of another file.
    pub(crate) file: u64,
    /// When it was written, in nanoseconds.
    pub(crate) written: i128,
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Directory,
    Other,
}

/// The outcome of taking a lock.
pub(crate) enum Locked {
    /// Held until dropped.
    Here(Lock),
    /// By another, as that one says.
    Elsewhere(String),
}

/// A lock that is held.
pub(crate) type Lock = Box<dyn fmt::Debug + Send + Sync>;

/// The directory of a dataset.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
    storage: Arc<dyn Storage>,
}

impl Folder {
    pub(crate) fn on_disk(path: impl AsRef<Path>) -> Self {
        Self::of(path, Arc::new(Disk))
    }

    pub(crate) fn of(path: impl AsRef<Path>, storage: Arc<dyn Storage>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            storage,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    /// All bytes of a file.
    pub(crate) fn map(&self, name: &str) -> Result<Bytes> {
        let path = self.path.join(name);
        self.storage.map(&path).map_err(|e| Error::io(path, e))
    }

    /// A file, its structure checked.
    pub(crate) fn container(&self, name: &str, kind: FileKind) -> Result<Container> {
        Container::parse(&self.path.join(name), self.map(name)?, kind)
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}
