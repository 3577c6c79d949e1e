//! A disk on which one step fails, or all from then on: a full disk, a sync that fails, a name that cannot be given.

use super::disk::Disk;
use super::map::Bytes;
use super::storage::{Found, Locked, NewFile, Stamp, Storage};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::SpooledTempFile;

/// Which steps fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Only that one.
    Once,
    /// It and all behind it, but for removals: a disk that is full stays full.
    FromThen,
    /// It, if it appends to a file, which then has half of the bytes; and nothing takes them away.
    Torn,
}

/// The step that fails, and how many there were.
#[derive(Debug)]
struct Steps {
    fails: usize,
    fault: Fault,
    done: AtomicUsize,
}

/// A disk on which a step fails. Nothing is synced: no test of it loses what was not.
#[derive(Debug, Clone)]
pub(crate) struct Faulty(Arc<Steps>);

impl Faulty {
    /// The step of this number fails, from 0.
    pub(crate) fn at(fails: usize, fault: Fault) -> Self {
        Self(Arc::new(Steps {
            fails,
            fault,
            done: AtomicUsize::new(0),
        }))
    }

    /// On which nothing fails, to count steps.
    pub(crate) fn sound() -> Self {
        Self::at(usize::MAX, Fault::Once)
    }

    /// How many steps there were.
    pub(crate) fn steps(&self) -> usize {
        self.0.done.load(Ordering::Relaxed)
    }

    fn fails(&self, is_removal: bool) -> bool {
        let number = self.0.done.fetch_add(1, Ordering::Relaxed);
        match self.0.fault {
            Fault::FromThen if !is_removal => number >= self.0.fails,
            _ => number == self.0.fails,
        }
    }

    /// Counts a step that needs space.
    fn take_space(&self) -> io::Result<()> {
        match self.fails(false) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }

    /// Counts another one.
    fn step(&self) -> io::Result<()> {
        match self.fails(false) {
            true => Err(io::Error::other("the device has failed")),
            false => Ok(()),
        }
    }

    fn removal(&self) -> io::Result<()> {
        match self.fails(true) {
            true => Err(io::Error::other("the device has failed")),
            false => Ok(()),
        }
    }
}

impl Storage for Faulty {
    fn map(&self, file: &Path) -> io::Result<Bytes> {
        Disk.map(file)
    }

    fn open(&self, file: &Path) -> io::Result<Box<dyn Read + Send>> {
        Disk.open(file)
    }

    fn found(&self, path: &Path) -> Option<Found> {
        Disk.found(path)
    }

    fn names(&self, directory: &Path) -> io::Result<Vec<String>> {
        Disk.names(directory)
    }

    fn create_directory(&self, directory: &Path) -> io::Result<()> {
        if Disk.found(directory).is_none() {
            self.take_space()?;
        }
        Disk.create_directory(directory)
    }

    fn remove_directory(&self, directory: &Path) -> io::Result<()> {
        self.removal()?;
        Disk.remove_directory(directory)
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        self.removal()?;
        Disk.remove(file)
    }

    fn lock(&self, file: &Path) -> io::Result<Locked> {
        self.take_space()?;
        Disk.lock(file)
    }

    fn create(&self, directory: &Path, prefix: &str) -> io::Result<Box<dyn NewFile>> {
        self.take_space()?;
        let file = Disk.create(directory, prefix)?;
        Ok(Box::new(New(self.clone(), file)))
    }

    fn unnamed(&self, directory: &Path) -> SpooledTempFile {
        Disk.unnamed(directory)
    }

    fn stamp(&self, file: &Path) -> io::Result<Option<Stamp>> {
        Disk.stamp(file)
    }

    fn extend(&self, file: &Path, keep: u64, bytes: &[u8]) -> io::Result<()> {
        let failed = self.take_space();
        match (failed, self.0.fault) {
            (Ok(()), _) => Disk.extend(file, keep, bytes),
            (failed, Fault::Torn) => {
                let half = bytes.get(..bytes.len() / 2).unwrap_or_default();
                Disk.extend(file, keep, half)?;
                failed
            }
            (failed, _) => failed,
        }
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        self.step()
    }
}

struct New(Faulty, Box<dyn NewFile>);

impl Write for New {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.take_space().inspect_err(|_| {
            // what still fits is there
            let half = bytes.get(..bytes.len() / 2).unwrap_or_default();
            let _ = self.1.write_all(half);
        })?;
        self.1.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.1.flush()
    }
}

impl NewFile for New {
    fn sync(&mut self) -> io::Result<()> {
        self.0.step()
    }

    fn rename(self: Box<Self>, to: &Path) -> io::Result<()> {
        self.0.step()?;
        self.1.rename(to)
    }
}
