//! Reading a dataset's manifest, and publishing a new state of it: all of it or nothing.
//!
//! Files are written under temporary names, synced, and renamed to names that hold their checksum;
//! the manifest is replaced last, by a rename, and the directory synced. Until then readers see the
//! old state. What a killed writer leaves behind are files that no manifest lists; the next writer
//! removes them.

use super::manifest::{FileEntry, MANIFEST, MANIFEST_MAX, Manifest};
use crate::error::{Error, Result};
use crate::format::{ContainerWriter, FileKind};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

const LOCK: &str = "lock";
const TEMPORARY: &str = ".tmp";

/// Reads and checks a dataset's manifest.
pub(crate) fn open_manifest(directory: &Path) -> Result<Manifest> {
    let path = directory.join(MANIFEST);
    let file = File::open(&path).map_err(|e| no_dataset(directory, &path, e))?;
    let mut bytes = Vec::new();
    file.take(MANIFEST_MAX)
        .read_to_end(&mut bytes)
        .map_err(|e| Error::io(&path, e))?;
    Manifest::from_bytes(&path, &bytes)
}

/// Why a manifest cannot be opened: most often it is not there.
fn no_dataset(directory: &Path, path: &Path, error: io::Error) -> Error {
    use io::ErrorKind::{NotADirectory, NotFound};
    if !matches!(error.kind(), NotFound | NotADirectory) {
        return Error::io(path, error);
    }
    let found = match fs::metadata(directory) {
        Ok(found) if found.is_dir() => "the directory has no manifest.json",
        Ok(_) => "a file, where a dataset is a directory",
        Err(_) => "nothing is there",
    };
    Error::NoDataset {
        path: directory.to_owned(),
        found,
        source: error,
    }
}

/// The right to write a dataset, and the files of its next state.
#[derive(Debug)]
pub(crate) struct Publication {
    directory: PathBuf,
    /// Held until dropped; the operating system lets go of it when the process ends.
    _lock: File,
    created: bool,
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
    pub(crate) fn begin(directory: &Path, replace: bool) -> Result<Self> {
        let created = match fs::create_dir(directory) {
            Ok(()) => true,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => false,
            Err(e) => return Err(Error::io(directory, e)),
        };
        let exists = || directory.join(MANIFEST).exists();
        if !created && !exists() {
            // before anything is written: locking already leaves a file
            refuse_foreign_files(directory)?;
        }
        // a lock without a dataset is what a killed writer leaves
        let ours = created || !exists() && directory.join(LOCK).exists();
        let lock = lock(directory).inspect_err(|error| {
            // where not even the lock could be written, nothing else was
            if created && !matches!(error, Error::Locked { .. }) {
                let _ = fs::remove_file(directory.join(LOCK));
                let _ = fs::remove_dir(directory);
            }
        })?;
        let publication = Self {
            directory: directory.to_owned(),
            _lock: lock,
            created,
            ours,
            published: false,
        };
        // only now nobody else can publish
        if exists() && !replace {
            return Err(Error::Usage(format!(
                "{}: a dataset is there already (--force replaces it)",
                directory.display()
            )));
        }
        publication.remove_unlisted(&HashSet::new());
        Ok(publication)
    }

    /// Removes our files that neither the manifest on disk nor `keep` lists; gives those that stay.
    /// They are harmless: readers ignore them, and the next writer tries again.
    fn remove_unlisted(&self, keep: &HashSet<&str>) -> Vec<LeftOver> {
        let path = self.directory.join(MANIFEST);
        let listed: HashSet<String> = match path.exists().then(|| open_manifest(&self.directory)) {
            None => HashSet::new(),
            Some(Ok(manifest)) => listed(&manifest).map(str::to_owned).collect(),
            // what a manifest lists that is damaged or of another version is not known: nothing is removed
            Some(Err(_)) => return Vec::new(),
        };
        let unlisted = |name: &String| {
            is_ours(name) && !listed.contains(name) && !keep.contains(name.as_str())
        };
        let names = names(&self.directory).unwrap_or_default().into_iter();
        let remove = |name: String| {
            let path = self.directory.join(name);
            fs::remove_file(&path).err().map(|error| (path, error))
        };
        names.filter(unlisted).filter_map(remove).collect()
    }

    /// A temporary file in the dataset, removed when dropped.
    pub(crate) fn scratch(&self) -> Result<tempfile::NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY);
        // temporary files are private by default; a dataset is read by whom the umask allows
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder
            .tempfile_in(&self.directory)
            .map_err(|e| Error::io(&self.directory, e))
    }

    /// A temporary file in the dataset without a name: it ends with the process, however that ends.
    pub(crate) fn unnamed(&self) -> Result<File> {
        tempfile::tempfile_in(&self.directory).map_err(|e| Error::io(&self.directory, e))
    }

    /// The dataset's directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Removes the files added so far that neither the dataset's state nor `next` lists.
    pub(crate) fn forget(&mut self, next: &Manifest) {
        let keep: HashSet<&str> = listed(next).collect();
        self.remove_unlisted(&keep);
    }

    /// Writes a file of the next state.
    pub(crate) fn add(&mut self, kind: FileKind, content: ContainerWriter) -> Result<FileEntry> {
        let mut temporary = self.scratch()?;
        let failed = |e| Error::io(&self.directory, e);
        let mut out = BufWriter::with_capacity(1 << 20, temporary.as_file_mut());
        content.finish(kind, &mut out).map_err(failed)?;
        out.into_inner().map_err(|e| failed(e.into_error()))?;
        let file = temporary.as_file_mut();
        let (size, sum) = digest(file).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        let checksum = format!("{sum:032x}");
        let name = format!(
            "{}.{}",
            checksum.get(..16).unwrap_or_default(),
            kind.suffix()
        );
        let path = self.directory.join(&name);
        temporary
            .persist(&path)
            .map_err(|e| Error::io(&path, e.error))?;
        Ok(FileEntry {
            file: name,
            size,
            checksum,
        })
    }

    /// Makes the files added so far the dataset's state, and removes those of the old one; gives those
    /// that stay.
    pub(crate) fn publish(mut self, manifest: &mut Manifest) -> Result<Vec<LeftOver>> {
        let path = self.directory.join(MANIFEST);
        let failed = |e| Error::io(&path, e);
        let bytes = manifest.seal()?;
        let mut temporary = self.scratch()?;
        temporary.write_all(&bytes).map_err(failed)?;
        temporary.as_file().sync_all().map_err(failed)?;
        // the files must be found under their names before the manifest names them
        sync_directory(&self.directory)?;
        temporary.persist(&path).map_err(|e| failed(e.error))?;
        sync_directory(&self.directory)?;
        if self.created
            && let Some(parent) = self
                .directory
                .parent()
                .filter(|p| !p.as_os_str().is_empty())
        {
            sync_directory(parent)?;
        }
        self.published = true;
        Ok(self.remove_unlisted(&HashSet::new()))
    }
}

impl Drop for Publication {
    /// Leaves no trace of a state that was not published.
    fn drop(&mut self) {
        if self.published {
            return;
        }
        self.remove_unlisted(&HashSet::new());
        if !self.directory.join(MANIFEST).exists() {
            let _ = fs::remove_file(self.directory.join(LOCK));
            if self.ours {
                let _ = fs::remove_dir(&self.directory);
            }
        }
    }
}

/// The names of the files that a manifest lists.
fn listed(manifest: &Manifest) -> impl Iterator<Item = &str> {
    manifest.files().map(|entry| entry.file.as_str())
}

/// A directory that holds anything but our own left-overs is not ours to fill.
fn refuse_foreign_files(directory: &Path) -> Result<()> {
    for name in names(directory)? {
        if name != LOCK && !is_ours(&name) {
            return Err(Error::Usage(format!(
                "{}: the directory is no dataset and not empty ({name})",
                directory.display()
            )));
        }
    }
    Ok(())
}

fn names(directory: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(directory).map_err(|e| Error::io(directory, e))?;
    entries
        .map(|entry| {
            let entry = entry.map_err(|e| Error::io(directory, e))?;
            Ok(entry.file_name().to_string_lossy().into_owned())
        })
        .collect()
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

fn lock(directory: &Path) -> Result<File> {
    let path = directory.join(LOCK);
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(|e| Error::io(&path, e))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            let mut owner = String::new();
            // an unreadable owner is still an owner
            let _ = file.take(200).read_to_string(&mut owner);
            let owner = if owner.trim().is_empty() {
                "another process"
            } else {
                owner.trim()
            };
            return Err(Error::Locked {
                path: directory.to_owned(),
                owner: owner.to_owned(),
            });
        }
        Err(fs::TryLockError::Error(e)) => return Err(Error::io(&path, e)),
    }
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let owner = format!("process {} on {}\n", std::process::id(), host.trim());
    file.set_len(0)
        .and_then(|()| file.write_all(owner.as_bytes()))
        .map_err(|e| Error::io(&path, e))?;
    Ok(file)
}

fn sync_directory(directory: &Path) -> Result<()> {
    // directories cannot be opened, and need no sync, on Windows
    if cfg!(unix) {
        File::open(directory)
            .and_then(|d| d.sync_all())
            .map_err(|e| Error::io(directory, e))?;
    }
    Ok(())
}

/// Length and xxh3 of a file from its beginning.
fn digest(file: &mut File) -> io::Result<(u64, u128)> {
    file.rewind()?;
    let mut hash = Xxh3::new();
    let mut buffer = vec![0; 1 << 20];
    let mut len = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((len, hash.digest128())),
            n => {
                hash.update(buffer.get(..n).unwrap_or_default());
                len += n as u64;
            }
        }
    }
}
