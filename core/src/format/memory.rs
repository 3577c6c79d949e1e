//! Datasets in memory, for tests and fuzz targets.

use super::map::Bytes;
use super::storage::{Found, Lock, Locked, NewFile, Stamp, Storage};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::SpooledTempFile;

/// Files by their paths. What was opened stays as it was, whatever is written later.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    files: BTreeMap<PathBuf, Arc<Vec<u8>>>,
    directories: BTreeSet<PathBuf>,
    locks: BTreeSet<PathBuf>,
}

impl Memory {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a file, in a directory that is made where there is none.
    pub(crate) fn write(&self, file: &Path, bytes: Vec<u8>) {
        let mut entries = self.entries();
        if let Some(parent) = file.parent().filter(|path| !path.as_os_str().is_empty()) {
            entries.directories.insert(parent.to_owned());
        }
        entries.files.insert(file.to_owned(), Arc::new(bytes));
    }

    /// The same files, to be changed apart.
    pub(crate) fn copy(&self) -> Self {
        let entries = self.entries();
        Self(Arc::new(Mutex::new(Entries {
            files: entries.files.clone(),
            directories: entries.directories.clone(),
            locks: BTreeSet::new(),
        })))
    }

    #[cfg(test)]
    pub(super) fn files(&self) -> Vec<(PathBuf, Arc<Vec<u8>>)> {
        let files = self.entries().files.clone();
        files.into_iter().collect()
    }

    #[cfg(test)]
    pub(super) fn directories(&self) -> BTreeSet<PathBuf> {
        self.entries().directories.clone()
    }

    fn bytes(&self, file: &Path) -> io::Result<Arc<Vec<u8>>> {
        let found = self.entries().files.get(file).map(Arc::clone);
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Storage for Memory {
    fn map(&self, file: &Path) -> io::Result<Bytes> {
        self.bytes(file).map(Bytes::Held)
    }

    fn open(&self, file: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.map(file)?)))
    }

    fn found(&self, path: &Path) -> Option<Found> {
        let entries = self.entries();
        match entries.directories.contains(path) {
            true => Some(Found::Directory),
            false => entries.files.contains_key(path).then_some(Found::Other),
        }
    }

    fn names(&self, directory: &Path) -> io::Result<Vec<String>> {
        let entries = self.entries();
        let inside = entries.files.keys().chain(&entries.directories);
        let inside = inside.filter(|path| path.parent() == Some(directory));
        Ok(inside
            .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect())
    }

    fn create_directory(&self, directory: &Path) -> io::Result<()> {
        match self.found(directory) {
            Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
            None => {
                self.entries().directories.insert(directory.to_owned());
                Ok(())
            }
        }
    }

    fn remove_directory(&self, directory: &Path) -> io::Result<()> {
        match self.names(directory)?.is_empty() {
            false => Err(io::ErrorKind::DirectoryNotEmpty.into()),
            true => match self.entries().directories.remove(directory) {
                true => Ok(()),
                false => Err(io::ErrorKind::NotFound.into()),
            },
        }
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        match self.entries().files.remove(file) {
            Some(_) => Ok(()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn lock(&self, file: &Path) -> io::Result<Locked> {
        let mut entries = self.entries();
        if !entries.locks.insert(file.to_owned()) {
            return Ok(Locked::Elsewhere(String::new()));
        }
        entries.files.entry(file.to_owned()).or_default();
        let lock: Lock = Box::new(Unlock(self.clone(), file.to_owned()));
        Ok(Locked::Here(lock))
    }

    fn create(&self, _: &Path, _: &str) -> io::Result<Box<dyn NewFile>> {
        Ok(Box::new(New {
            memory: self.clone(),
            bytes: Vec::new(),
        }))
    }

    fn unnamed(&self, _: &Path) -> SpooledTempFile {
        tempfile::spooled_tempfile(usize::MAX)
    }

    fn stamp(&self, file: &Path) -> io::Result<Option<Stamp>> {
        let entries = self.entries();
        let found = entries.files.get(file);
        Ok(found.map(|bytes| Stamp {
            len: bytes.len() as u64,
            file: xxhash_rust::xxh3::xxh3_64(bytes),
            written: 0,
        }))
    }

    fn extend(&self, file: &Path, keep: u64, bytes: &[u8]) -> io::Result<()> {
        let mut all = self.bytes(file)?.to_vec();
        all.resize(keep as usize, 0);
        all.extend_from_slice(bytes);
        self.write(file, all);
        Ok(())
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct Unlock(Memory, PathBuf);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.entries().locks.remove(&self.1);
    }
}

struct New {
    memory: Memory,
    bytes: Vec<u8>,
}

impl Write for New {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl NewFile for New {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn rename(self: Box<Self>, to: &Path) -> io::Result<()> {
        self.memory.write(to, self.bytes);
        Ok(())
    }
}
