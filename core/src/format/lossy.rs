//! A file system that loses what was not synced, for tests of crashes: it writes down all that is done,
//! and gives what may be found after a crash at any moment of it.

use super::map::Bytes;
use super::memory::Memory;
use super::storage::{Found, Locked, NewFile, Stamp, Storage};
use rand::{Rng, RngExt};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::SpooledTempFile;

/// What was done, in its order. Files are numbered, for their names change.
#[derive(Debug, Clone)]
enum Step {
    Name(Change),
    Write(usize, Vec<u8>),
    /// Behind so many bytes of what is there.
    Extend(usize, usize, Vec<u8>),
    Sync(usize),
    SyncDirectory(PathBuf),
}

/// A change of a directory, which lasts once that is synced.
#[derive(Debug, Clone)]
enum Change {
    Directory(PathBuf),
    File(PathBuf, usize),
    Rename(PathBuf, PathBuf, usize),
    Remove(PathBuf),
}

/// What becomes of that which was not synced.
pub(crate) enum Fate<'a> {
    Lost,
    Kept,
    /// Some of it, the last write in part.
    Some(&'a mut dyn Rng),
}

impl Fate<'_> {
    fn keeps(&mut self) -> bool {
        match self {
            Self::Lost => false,
            Self::Kept => true,
            Self::Some(random) => random.random_bool(0.5),
        }
    }

    /// How much of a write is kept that may be torn.
    fn part(&mut self, len: usize) -> usize {
        match self {
            Self::Lost => 0,
            Self::Kept => len,
            Self::Some(random) => random.random_range(0..=len),
        }
    }
}

/// Writes to memory, and takes notes.
#[derive(Debug, Clone)]
pub(crate) struct Lossy {
    before: Memory,
    now: Memory,
    notes: Arc<Mutex<Notes>>,
}

#[derive(Debug, Default)]
struct Notes {
    steps: Vec<Step>,
    files: usize,
    /// The file that has a name.
    named: BTreeMap<PathBuf, usize>,
}

impl Lossy {
    /// With these files, which are safe.
    pub(crate) fn of(before: Memory) -> Self {
        let notes = Notes {
            named: numbered(&before)
                .map(|(path, number, _)| (path, number))
                .collect(),
            ..Notes::default()
        };
        Self {
            now: before.copy(),
            before,
            notes: Arc::new(Mutex::new(notes)),
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: Change) {
        self.notes().steps.push(Step::Name(change));
    }

    fn file(&self, path: &Path) -> usize {
        let mut notes = self.notes();
        let number = notes.files;
        notes.files += 1;
        notes.named.insert(path.to_owned(), number);
        let change = Change::File(path.to_owned(), number);
        notes.steps.push(Step::Name(change));
        number
    }

    /// How many steps there were so far.
    pub(crate) fn steps(&self) -> usize {
        self.notes().steps.len()
    }

    /// As it is where the writer is killed behind so many steps: all is there, and not synced yet.
    pub(crate) fn killed(&self, steps: usize) -> Self {
        let mut notes = Notes::default();
        let known = self.notes();
        notes.steps = known.steps.iter().take(steps).cloned().collect();
        notes.files = known.files;
        notes.named = known.named.clone();
        drop(known);
        Self {
            before: self.before.clone(),
            now: self.crashed(steps, Fate::Kept),
            notes: Arc::new(Mutex::new(notes)),
        }
    }

    /// What may be there after a crash behind so many steps.
    pub(crate) fn crashed(&self, steps: usize, mut fate: Fate<'_>) -> Memory {
        let mut disk = After::default();
        for (path, number, bytes) in numbered(&self.before) {
            disk.contents.insert(number, bytes);
            disk.names.insert(path, Some(number));
        }
        let directories = self.before.directories().into_iter();
        disk.names.extend(directories.map(|path| (path, None)));
        for step in self.notes().steps.iter().take(steps) {
            disk.take(step);
        }
        disk.settle(&mut fate);
        let found = Memory::default();
        for (path, entry) in &disk.names {
            let parent = path.parent().unwrap_or(Path::new(""));
            if parent != Path::new("") && !disk.names.contains_key(parent) {
                continue;
            }
            match entry {
                None => found.create_directory(path).unwrap(),
                Some(file) => {
                    let bytes = disk.contents.get(file).cloned();
                    found.write(path, bytes.unwrap_or_default());
                }
            }
        }
        found
    }
}

/// Files that were there before have numbers that no new one gets.
fn numbered(before: &Memory) -> impl Iterator<Item = (PathBuf, usize, Vec<u8>)> {
    let files = before.files().into_iter().enumerate();
    files.map(|(n, (path, bytes))| (path, usize::MAX - n, bytes.to_vec()))
}

/// A write that is under way: behind what is there, or behind so many bytes of it.
type Pending = (Option<usize>, Vec<u8>);

fn put(content: &mut Vec<u8>, (keep, bytes): Pending) {
    if let Some(keep) = keep {
        content.resize(keep, 0);
    }
    content.extend(bytes);
}

/// What is safe, and what is under way.
#[derive(Default)]
struct After {
    /// Files by their numbers; `None` is a directory.
    names: BTreeMap<PathBuf, Option<usize>>,
    contents: BTreeMap<usize, Vec<u8>>,
    changes: BTreeMap<PathBuf, Vec<Change>>,
    writes: BTreeMap<usize, Vec<Pending>>,
}

impl After {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Name(change) => {
                let (Change::Directory(path)
                | Change::File(path, _)
                | Change::Rename(_, path, _)
                | Change::Remove(path)) = change;
                let parent = path.parent().unwrap_or(Path::new("")).to_owned();
                self.changes.entry(parent).or_default().push(change.clone());
            }
            Step::Write(file, bytes) => {
                let writes = self.writes.entry(*file).or_default();
                writes.push((None, bytes.clone()));
            }
            Step::Extend(file, keep, bytes) => {
                let writes = self.writes.entry(*file).or_default();
                writes.push((Some(*keep), bytes.clone()));
            }
            Step::Sync(file) => {
                let written = self.writes.remove(file).unwrap_or_default();
                let content = self.contents.entry(*file).or_default();
                written.into_iter().for_each(|write| put(content, write));
            }
            Step::SyncDirectory(path) => {
                for change in self.changes.remove(path).unwrap_or_default() {
                    self.change(&change);
                }
            }
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Directory(path) => drop(self.names.insert(path.clone(), None)),
            Change::File(path, file) => drop(self.names.insert(path.clone(), Some(*file))),
            Change::Rename(from, to, file) => {
                self.names.remove(from);
                self.names.insert(to.clone(), Some(*file));
            }
            Change::Remove(path) => drop(self.names.remove(path)),
        }
    }

    /// What was not synced is lost, or not.
    fn settle(&mut self, fate: &mut Fate<'_>) {
        for change in std::mem::take(&mut self.changes).into_values().flatten() {
            if fate.keeps() {
                self.change(&change);
            }
        }
        for (file, writes) in std::mem::take(&mut self.writes) {
            let content = self.contents.entry(file).or_default();
            if let Fate::Lost = fate {
                continue;
            }
            let last = writes.len() - 1;
            for (n, (keep, mut bytes)) in writes.into_iter().enumerate() {
                match n == last {
                    true => bytes.truncate(fate.part(bytes.len())),
                    // where a write is lost and a later one is not, there are zeros
                    false if !fate.keeps() => bytes.fill(0),
                    false => {}
                }
                put(content, (keep, bytes));
            }
        }
    }
}

impl Storage for Lossy {
    fn map(&self, file: &Path) -> io::Result<Bytes> {
        self.now.map(file)
    }

    fn open(&self, file: &Path) -> io::Result<Box<dyn Read + Send>> {
        self.now.open(file)
    }

    fn found(&self, path: &Path) -> Option<Found> {
        self.now.found(path)
    }

    fn names(&self, directory: &Path) -> io::Result<Vec<String>> {
        self.now.names(directory)
    }

    fn create_directory(&self, directory: &Path) -> io::Result<()> {
        self.now.create_directory(directory)?;
        self.change(Change::Directory(directory.to_owned()));
        Ok(())
    }

    fn remove_directory(&self, directory: &Path) -> io::Result<()> {
        self.now.remove_directory(directory)?;
        self.change(Change::Remove(directory.to_owned()));
        Ok(())
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        self.now.remove(file)?;
        self.change(Change::Remove(file.to_owned()));
        Ok(())
    }

    fn lock(&self, file: &Path) -> io::Result<Locked> {
        if self.now.found(file).is_none() {
            self.file(file);
        }
        self.now.lock(file)
    }

    fn create(&self, directory: &Path, prefix: &str) -> io::Result<Box<dyn NewFile>> {
        let name = directory.join(format!("{prefix}{}", self.steps()));
        self.now.write(&name, Vec::new());
        Ok(Box::new(New {
            file: self.file(&name),
            storage: self.clone(),
            name,
            bytes: Vec::new(),
            named: false,
        }))
    }

    fn unnamed(&self, directory: &Path) -> SpooledTempFile {
        self.now.unnamed(directory)
    }

    fn stamp(&self, file: &Path) -> io::Result<Option<Stamp>> {
        self.now.stamp(file)
    }

    fn extend(&self, file: &Path, keep: u64, bytes: &[u8]) -> io::Result<()> {
        self.now.extend(file, keep, bytes)?;
        let mut notes = self.notes();
        let known = notes.named.get(file).copied();
        let number = known.ok_or(io::ErrorKind::NotFound)?;
        let written = Step::Extend(number, keep as usize, bytes.to_vec());
        notes.steps.extend([written, Step::Sync(number)]);
        Ok(())
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        // the directory that relative paths begin in
        let directory = match directory == Path::new(".") {
            true => Path::new(""),
            false => directory,
        };
        let step = Step::SyncDirectory(directory.to_owned());
        self.notes().steps.push(step);
        Ok(())
    }
}

struct New {
    storage: Lossy,
    file: usize,
    name: PathBuf,
    bytes: Vec<u8>,
    named: bool,
}

impl Write for New {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let step = Step::Write(self.file, bytes.to_vec());
        self.storage.notes().steps.push(step);
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl NewFile for New {
    fn sync(&mut self) -> io::Result<()> {
        self.storage.notes().steps.push(Step::Sync(self.file));
        Ok(())
    }

    fn rename(mut self: Box<Self>, to: &Path) -> io::Result<()> {
        let change = Change::Rename(self.name.clone(), to.to_owned(), self.file);
        self.storage.change(change);
        let mut notes = self.storage.notes();
        notes.named.remove(&self.name);
        notes.named.insert(to.to_owned(), self.file);
        drop(notes);
        self.storage.now.remove(&self.name)?;
        let bytes = std::mem::take(&mut self.bytes);
        self.storage.now.write(to, bytes);
        self.named = true;
        Ok(())
    }
}

impl Drop for New {
    fn drop(&mut self) {
        if !self.named {
            // it may have been removed by name
            let _ = self.storage.remove(&self.name);
        }
    }
}
