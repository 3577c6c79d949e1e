//! Files that are mapped with the dataset and read when first needed.

use crate::error::Result;
use crate::format::{Bytes, Folder};
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

/// A file of which there may be thousands.
#[derive(Debug)]
pub(super) struct Mapped<T> {
    name: String,
    /// Until it is read. The file may be removed from the directory any time, and the map is what keeps it: an
    /// open file would as well, but of these a process may have a few hundred only.
    bytes: Mutex<Option<Bytes>>,
    /// What was found when it was first needed, be it damage; apart, for opening writes all of them.
    read: OnceLock<Result<Box<T>>>,
}

impl<T> Mapped<T> {
    pub(super) fn new(folder: &Folder, name: &str) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            bytes: Mutex::new(Some(folder.map(name)?)),
            read: OnceLock::new(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What stands in the file, its structure checked on first use: where it is damaged, each use says the same.
    #[inline]
    pub(super) fn get(
        &self,
        folder: &Folder,
        read: impl FnOnce(&Path, Bytes) -> Result<T>,
    ) -> Result<&T> {
        match self.read.get_or_init(|| self.read(folder, read)) {
            Ok(read) => Ok(read),
            Err(error) => Err(error.again()),
        }
    }

    #[cold]
    fn read(
        &self,
        folder: &Folder,
        read: impl FnOnce(&Path, Bytes) -> Result<T>,
    ) -> Result<Box<T>> {
        let mut mapped = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = match mapped.take() {
            Some(bytes) => bytes,
            // only where reading it was not come to an end
            None => folder.map(&self.name)?,
        };
        read(&folder.path().join(&self.name), bytes).map(Box::new)
    }
}
