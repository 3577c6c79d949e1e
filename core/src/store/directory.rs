//! Reading a dataset's manifest, and publishing a new state of it: all of it or nothing.
//!
//! Files are written under temporary names, synced, and renamed to names that hold their checksum;
//! the manifest is replaced last, by a rename, and the directory synced. Until then readers see the
//! old state. What a killed writer leaves behind are files that no manifest lists; the next writer
//! removes them.
//!
//! Earlier states may be kept: a copy of the manifest of each, under a name with its id, and the files it lists.

use super::cohorts::{self, COHORTS, COHORTS_LOCK};
use super::decisions::{self, DECISIONS, DECISIONS_LOCK, Frame};
use super::history::{HISTORY, History, Making};
use super::manifest::{FileEntry, MANIFEST, MANIFEST_MAX, Manifest};
use crate::error::{Error, Result};
use crate::format::{ContainerWriter, FileKind, Folder, Found, Lock, Locked, NewFile, Storage};
use std::collections::HashSet;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::SpooledTempFile;
use xxhash_rust::xxh3::Xxh3;

const LOCK: &str = "lock";
const TEMPORARY: &str = ".tmp";

/// Reads and checks a dataset's manifest.
pub(crate) fn open_manifest(folder: &Folder) -> Result<Manifest> {
    let path = folder.path().join(MANIFEST);
    let bytes = read(folder, MANIFEST).map_err(|e| no_dataset(folder, &path, e))?;
    Manifest::from_bytes(&path, &bytes)
}

fn read(folder: &Folder, name: &str) -> io::Result<Vec<u8>> {
    let file = folder.storage().open(&folder.path().join(name))?;
    let mut bytes = Vec::new();
    file.take(MANIFEST_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The name of the copy of the manifest of an earlier state.
fn kept_name(snapshot: &str) -> String {
    format!("manifest-{snapshot}.json")
}

/// The ids of the earlier states that are kept, in the order of their names.
pub(crate) fn kept_snapshots(folder: &Folder) -> Result<Vec<String>> {
    let id = |name: &String| {
        let id = name.strip_prefix("manifest-")?.strip_suffix(".json")?;
        let is_id = id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
        is_id.then(|| id.to_owned())
    };
    let mut ids: Vec<String> = names(folder)?.iter().filter_map(id).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// Reads and checks the manifest of an earlier state.
pub(crate) fn open_kept(folder: &Folder, snapshot: &str) -> Result<Manifest> {
    let name = kept_name(snapshot);
    let path = folder.path().join(&name);
    let bytes = read(folder, &name).map_err(|e| Error::io(&path, e))?;
    Manifest::from_bytes(&path, &bytes)
}

/// Why a manifest cannot be opened: most often it is not there.
fn no_dataset(folder: &Folder, path: &Path, error: io::Error) -> Error {
    use io::ErrorKind::{NotADirectory, NotFound};
    if !matches!(error.kind(), NotFound | NotADirectory) {
        return Error::io(path, error);
    }
    let found = match folder.storage().found(folder.path()) {
        Some(Found::Directory) => "the directory has no manifest.json",
        Some(Found::Other) => "a file, where a dataset is a directory",
        None => "nothing is there",
    };
    Error::NoDataset {
        path: folder.path().to_owned(),
        found,
        source: error,
    }
}

/// The right to write a dataset, and the files of its next state.
#[derive(Debug)]
pub(crate) struct Publication {
    folder: Folder,
    /// Held until dropped.
    _lock: Lock,
    created: bool,
    /// Whether there is no state yet.
    is_first: bool,
    /// Whether the directory is to go with a state that is not published: we made it, or a writer that
    /// was killed did.
    ours: bool,
    published: bool,
}

/// A file that is not needed any more and could not be removed, and why not.
pub(crate) type LeftOver = (PathBuf, io::Error);

impl Publication {
    /// Locks the dataset, creating its directory where there is none. Only an empty directory or a
    /// dataset is taken; a dataset only with `replace`.
    pub(crate) fn begin(folder: &Folder, replace: bool) -> Result<Self> {
        let (directory, storage) = (folder.path(), folder.storage());
        let created = match storage.create_directory(directory) {
            Ok(()) => true,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => false,
            Err(e) => return Err(Error::io(directory, e)),
        };
        let exists = || has(folder, MANIFEST);
        if !created && !exists() {
            // before anything is written: locking already leaves a file
            refuse_foreign_files(folder)?;
        }
        // a lock without a dataset is what a killed writer leaves
        let ours = created || !exists() && has(folder, LOCK);
        let lock = lock_file(folder, LOCK).inspect_err(|error| {
            // where not even the lock could be written, nothing else was
            if created && !matches!(error, Error::Locked { .. }) {
                let _ = storage.remove(&directory.join(LOCK));
                let _ = storage.remove_directory(directory);
            }
        })?;
        let publication = Self {
            folder: folder.clone(),
            _lock: lock,
            created,
            is_first: !exists(),
            ours,
            published: false,
        };
        // only now nobody else can publish
        if !publication.is_first && !replace {
            return Err(Error::Usage(format!(
                "{}: a dataset is there already (--force replaces it)",
                directory.display()
            )));
        }
        // what a writer that was killed has published must last before files of the state before go, and before an
        // addition of the same is refused, for it is there
        sync(folder, directory)?;
        publication.remove_unlisted(&HashSet::new());
        Ok(publication)
    }

    fn storage(&self) -> &dyn Storage {
        self.folder.storage()
    }

    /// Removes our files that neither the manifest on disk nor `keep` lists; gives those that stay.
    /// They are harmless: readers ignore them, and the next writer tries again.
    fn remove_unlisted(&self, keep: &HashSet<&str>) -> Vec<LeftOver> {
        // what a manifest lists that is damaged or of another version is not known: nothing is removed
        let Ok(manifests) = self.manifests() else {
            return Vec::new();
        };
        let listed = manifests.iter().flat_map(listed);
        self.remove_all_but(listed.chain(keep.iter().copied()).collect())
    }

    /// The manifests of all states.
    fn manifests(&self) -> Result<Vec<Manifest>> {
        let folder = &self.folder;
        let newest = has(folder, MANIFEST).then(|| open_manifest(folder));
        let kept = kept_snapshots(folder)?;
        let kept = kept.iter().map(|snapshot| open_kept(folder, snapshot));
        kept.chain(newest).collect()
    }

    /// Removes our files that have none of these names.
    fn remove_all_but(&self, keep: HashSet<&str>) -> Vec<LeftOver> {
        let unlisted = |name: &String| is_ours(name) && !keep.contains(name.as_str());
        let names = names(&self.folder).unwrap_or_default().into_iter();
        let remove = |name: String| {
            let path = self.folder.path().join(name);
            let removed = self.storage().remove(&path);
            removed.err().map(|error| (path, error))
        };
        names.filter(unlisted).filter_map(remove).collect()
    }

    /// A temporary file in the dataset, removed when dropped.
    fn scratch(&self) -> Result<Box<dyn NewFile>> {
        let created = self.storage().create(self.folder.path(), TEMPORARY);
        created.map_err(|e| Error::io(&self.folder, e))
    }

    /// A temporary file in the dataset without a name: it ends with the process, however that ends.
    pub(crate) fn unnamed(&self) -> SpooledTempFile {
        self.storage().unnamed(self.folder.path())
    }

    /// The dataset's directory.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Removes the files added so far that neither the dataset's state nor `next` lists.
    pub(crate) fn forget(&mut self, next: &Manifest) {
        let keep: HashSet<&str> = listed(next).collect();
        self.remove_unlisted(&keep);
    }

    /// Writes a file of the next state.
    pub(crate) fn add(&mut self, kind: FileKind, content: ContainerWriter) -> Result<FileEntry> {
        let mut temporary = self.scratch()?;
        let failed = |e| Error::io(&self.folder, e);
        let mut out = BufWriter::new(Hashed::new(&mut *temporary));
        content.finish(kind, &mut out).map_err(failed)?;
        let hashed = out.into_inner().map_err(|e| failed(e.into_error()))?;
        let (size, sum) = (hashed.len, hashed.hash.digest128());
        temporary.sync().map_err(failed)?;
        let checksum = format!("{sum:032x}");
        let name = format!(
            "{}.{}",
            checksum.get(..16).unwrap_or_default(),
            kind.suffix()
        );
        let path = self.folder.path().join(&name);
        temporary.rename(&path).map_err(|e| Error::io(&path, e))?;
        Ok(FileEntry {
            file: name,
            size,
            checksum,
        })
    }

    /// Makes the file of decisions, where there is none. One that is there is never touched: decisions outlive the state
    /// that they were recorded in.
    fn begin_decisions(&self) -> Result<()> {
        if has(&self.folder, DECISIONS) {
            return Ok(());
        }
        if has(&self.folder, MANIFEST) && open_manifest(&self.folder).is_ok_and(|of| of.decisions) {
            return Err(decisions::missing(&self.folder));
        }
        let path = self.folder.path().join(DECISIONS);
        let failed = |e| Error::io(&path, e);
        let mut temporary = self.scratch()?;
        temporary.write_all(&decisions::head()).map_err(failed)?;
        temporary.sync().map_err(failed)?;
        temporary.rename(&path).map_err(failed)
    }

    /// Puts other decisions in the place of those that are there; for who holds the right to write them.
    pub(crate) fn replace_decisions(&self, frames: &[Frame]) -> Result<()> {
        let bytes = decisions::to_bytes(frames)?;
        let path = self.folder.path().join(DECISIONS);
        let temporary = self.write(&bytes)?;
        temporary.rename(&path).map_err(|e| Error::io(&path, e))?;
        sync(&self.folder, self.folder.path())
    }

    /// Makes the files added so far the dataset's state, and removes those of the states that are not kept; gives those
    /// that stay.
    pub(crate) fn publish(
        mut self,
        manifest: &mut Manifest,
        making: &Making,
    ) -> Result<Vec<LeftOver>> {
        self.begin_decisions()?;
        manifest.decisions = true;
        let bytes = manifest.seal()?;
        // one that could not be read would take the state before with it
        Manifest::from_bytes(&self.folder.path().join(MANIFEST), &bytes)?;
        let kept = self.keep(manifest, making)?;
        let temporary = self.write(&bytes)?;
        // the files must be found under their names before the manifest names them
        sync(&self.folder, self.folder.path())?;
        // a directory with a state has a name that lasts
        if self.is_first {
            self.sync_parent()?;
        }
        let path = self.folder.path().join(MANIFEST);
        temporary.rename(&path).map_err(|e| Error::io(&path, e))?;
        // from here on readers see it: where a sync fails, the files of the old state stay, for a crash
        // may bring it back
        self.published = true;
        sync(&self.folder, self.folder.path())?;
        let mut left = self.remove_kept_but(&kept)?;
        let listed_by_kept = kept.iter().flat_map(listed);
        left.extend(self.remove_all_but(listed(manifest).chain(listed_by_kept).collect()));
        Ok(left)
    }

    /// A temporary file of these bytes, which will outlive a crash once it has a name.
    fn write(&self, bytes: &[u8]) -> Result<Box<dyn NewFile>> {
        let failed = |e| Error::io(&self.folder, e);
        let mut temporary = self.scratch()?;
        temporary.write_all(bytes).map_err(failed)?;
        temporary.sync().map_err(failed)?;
        Ok(temporary)
    }

    /// Keeps the manifests of as many states before as are asked for, and notes how the next one comes to be. Gives
    /// those that are kept; others stay until the next one is there.
    fn keep(&self, next: &Manifest, making: &Making) -> Result<Vec<Manifest>> {
        let folder = &self.folder;
        let rename = |file: Box<dyn NewFile>, name: &str| {
            let path = folder.path().join(name);
            file.rename(&path).map_err(|e| Error::io(&path, e))
        };
        // no answer depends on it: what is damaged begins anew
        let mut history = History::read(folder).unwrap_or_default();
        let newest = has(folder, MANIFEST).then(|| open_manifest(folder));
        let newest = newest.and_then(Result::ok);
        let mut kept = kept_snapshots(folder)?;
        let place = |id: &String| history.states.iter().position(|made| made.snapshot == *id);
        kept.sort_by_key(place);
        kept.retain(|id| newest.as_ref().is_none_or(|newest| newest.snapshot != *id));
        kept.extend(newest.as_ref().map(|newest| newest.snapshot.clone()));
        history.add(&next.snapshot, making, |id| {
            kept.iter().any(|kept| kept.as_str() == id)
        });
        kept.retain(|id| *id != next.snapshot);
        let first = kept.len().saturating_sub(making.keep.max(1) as usize - 1);
        let kept = kept.split_off(first);
        let is_kept = |of: &&Manifest| kept.contains(&of.snapshot);
        if let Some(newest) = newest.as_ref().filter(is_kept) {
            let name = kept_name(&newest.snapshot);
            let bytes = read(folder, MANIFEST).map_err(|e| Error::io(folder, e))?;
            rename(self.write(&bytes)?, &name)?;
        }
        rename(self.write(&history.to_bytes()?)?, HISTORY)?;
        let kept = kept.iter().map(|snapshot| open_kept(folder, snapshot));
        // what cannot be read cannot be opened either
        Ok(kept.filter_map(Result::ok).collect())
    }

    /// Removes the manifests of states that are not kept; gives those that stay. Once it returns no crash brings one
    /// back of which files are gone.
    fn remove_kept_but(&self, kept: &[Manifest]) -> Result<Vec<LeftOver>> {
        let mut left = Vec::new();
        let mut any = false;
        for snapshot in kept_snapshots(&self.folder)? {
            if kept.iter().any(|of| of.snapshot == snapshot) {
                continue;
            }
            any = true;
            let path = self.folder.path().join(kept_name(&snapshot));
            let removed = self.storage().remove(&path);
            left.extend(removed.err().map(|error| (path, error)));
        }
        if any {
            sync(&self.folder, self.folder.path())?;
        }
        Ok(left)
    }

    /// The name of the directory itself must last. Also where it was there already: a writer that was
    /// killed may have made it, or its user a moment ago.
    fn sync_parent(&self) -> Result<()> {
        let parent = match self.folder.path().parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => return Ok(()),
        };
        match sync(&self.folder, parent) {
            // what others made we may not be allowed to look into
            Err(_) if !self.created => Ok(()),
            synced => synced,
        }
    }
}

impl Drop for Publication {
    /// Leaves no trace of a state that was not published.
    fn drop(&mut self) {
        if self.published {
            return;
        }
        self.remove_unlisted(&HashSet::new());
        if !has(&self.folder, MANIFEST) {
            let decisions = self.folder.path().join(DECISIONS);
            let found = self.storage().stamp(&decisions);
            // those of people stay, whatever becomes of the rest
            if matches!(found, Ok(Some(found)) if found.len <= decisions::HEAD as u64) {
                let _ = self.storage().remove(&decisions);
            }
            for name in [HISTORY, LOCK] {
                let _ = self.storage().remove(&self.folder.path().join(name));
            }
            if self.ours {
                let _ = self.storage().remove_directory(self.folder.path());
            }
        }
    }
}

/// The names of the files that a manifest lists.
fn listed(manifest: &Manifest) -> impl Iterator<Item = &str> {
    manifest.files().map(|entry| entry.file.as_str())
}

/// Whether the directory holds something of this name.
fn has(folder: &Folder, name: &str) -> bool {
    let path = folder.path().join(name);
    folder.storage().found(&path).is_some()
}

/// A directory that holds anything but our own left-overs is not ours to fill.
fn refuse_foreign_files(folder: &Folder) -> Result<()> {
    for name in names(folder)? {
        let beside = [
            LOCK,
            HISTORY,
            DECISIONS,
            DECISIONS_LOCK,
            COHORTS,
            COHORTS_LOCK,
        ];
        let is_beside = beside.contains(&name.as_str()) || cohorts::is_left_over(&name);
        if !is_beside && !is_ours(&name) {
            return Err(Error::Usage(format!(
                "{}: the directory is no dataset and not empty ({name})",
                folder.path().display()
            )));
        }
    }
    Ok(())
}

fn sync(folder: &Folder, directory: &Path) -> Result<()> {
    let synced = folder.storage().sync_directory(directory);
    synced.map_err(|e| Error::io(directory, e))
}

fn names(folder: &Folder) -> Result<Vec<String>> {
    let names = folder.storage().names(folder.path());
    names.map_err(|e| Error::io(folder, e))
}

/// Whether a file name is one that [`Publication`] gives.
fn is_ours(name: &str) -> bool {
    let ours = |kind: FileKind| {
        name.strip_suffix(kind.suffix())
            .and_then(|stem| stem.strip_suffix('.'))
            .is_some_and(|stem| stem.len() == 16 && stem.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    name.starts_with(TEMPORARY) || FileKind::ALL.into_iter().any(ours)
}

/// Takes a lock of a dataset by the name of its file, or says who has it.
pub(crate) fn lock_file(folder: &Folder, name: &str) -> Result<Lock> {
    let path = folder.path().join(name);
    let locked = folder.storage().lock(&path);
    match locked.map_err(|e| Error::io(&path, e))? {
        Locked::Here(lock) => Ok(lock),
        Locked::Elsewhere(owner) => Err(Error::Locked {
            path: folder.path().to_owned(),
            owner: match owner.trim() {
                "" => "another process".to_owned(),
                owner => owner.to_owned(),
            },
        }),
    }
}

/// Writes on, and takes the checksum of what it writes: a file need not be read again for it.
struct Hashed<W> {
    out: W,
    len: u64,
    hash: Xxh3,
}

/// Bytes that are still in the cache when they are written after they were hashed.
const STRETCH: usize = 1 << 17;

impl<W: Write> Hashed<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            len: 0,
            hash: Xxh3::new(),
        }
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let stretch = bytes.get(..STRETCH).unwrap_or(bytes);
        let len = self.out.write(stretch)?;
        self.hash.update(stretch.get(..len).unwrap_or_default());
        self.len += len as u64;
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
