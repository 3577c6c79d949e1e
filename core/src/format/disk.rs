//! Datasets on disk.

use super::map::Bytes;
use super::storage::{Found, Locked, NewFile, Stamp, Storage};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};
use tempfile::{NamedTempFile, SpooledTempFile};

/// What is larger than this goes to a file, and what is not never touches the disk.
const SPOOLED_MAX: usize = 1 << 20;

/// How often a lock is tried, and how long between: a fifth of a second together.
const LOCK_TRIES: u32 = 20;
const LOCK_WAIT: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(super) struct Disk;

impl Storage for Disk {
    fn map(&self, file: &Path) -> io::Result<Bytes> {
        Bytes::map(file)
    }

    fn open(&self, file: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(file)?))
    }

    fn found(&self, path: &Path) -> Option<Found> {
        let found = fs::metadata(path).ok()?;
        Some(match found.is_dir() {
            true => Found::Directory,
            false => Found::Other,
        })
    }

    fn names(&self, directory: &Path) -> io::Result<Vec<String>> {
        let entries = fs::read_dir(directory)?;
        let name = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            Ok(entry.file_name().to_string_lossy().into_owned())
        };
        entries.map(name).collect()
    }

    fn create_directory(&self, directory: &Path) -> io::Result<()> {
        fs::create_dir(directory)
    }

    fn remove_directory(&self, directory: &Path) -> io::Result<()> {
        fs::remove_dir(directory)
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        fs::remove_file(file)
    }

    /// The operating system lets go of the lock when the process ends.
    fn lock(&self, path: &Path) -> io::Result<Locked> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)?;
        let mut tries = 0;
        while let Err(held) = file.try_lock() {
            tries += 1;
            match held {
                // a process that was started while a writer was at work holds what that one held until it runs
                // its own program
                fs::TryLockError::WouldBlock if tries < LOCK_TRIES => {
                    std::thread::sleep(LOCK_WAIT);
                }
                fs::TryLockError::WouldBlock => {
                    let mut owner = String::new();
                    // an unreadable owner is still an owner
                    let _ = file.take(200).read_to_string(&mut owner);
                    return Ok(Locked::Elsewhere(owner));
                }
                fs::TryLockError::Error(e) => return Err(e),
            }
        }
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let owner = format!("process {} on {}\n", std::process::id(), host.trim());
        file.set_len(0)?;
        file.write_all(owner.as_bytes())?;
        Ok(Locked::Here(Box::new(file)))
    }

    fn create(&self, directory: &Path, prefix: &str) -> io::Result<Box<dyn NewFile>> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix);
        // temporary files are private by default; a dataset is read by whom the umask allows
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        Ok(Box::new(Named(builder.tempfile_in(directory)?)))
    }

    fn unnamed(&self, directory: &Path) -> SpooledTempFile {
        tempfile::spooled_tempfile_in(SPOOLED_MAX, directory)
    }

    fn stamp(&self, file: &Path) -> io::Result<Option<Stamp>> {
        let found = match fs::metadata(file) {
            Ok(found) => found,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        let written = found.modified().ok();
        let written = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        Ok(Some(Stamp {
            len: found.len(),
            #[cfg(unix)]
            file: std::os::unix::fs::MetadataExt::ino(&found),
            #[cfg(not(unix))]
            file: 0,
            written: written.map_or(0, |since| since.as_nanos() as i128),
        }))
    }

    fn extend(&self, path: &Path, keep: u64, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(path)?;
        let mut write = || {
            if file.metadata()?.len() != keep {
                file.set_len(keep)?;
            }
            file.seek(SeekFrom::Start(keep))?;
            file.write_all(bytes)?;
            file.sync_data()
        };
        write().inspect_err(|_| {
            // whoever reads before the next writer must not take it for written
            let _ = OpenOptions::new()
                .write(true)
                .open(path)
                .and_then(|file| file.set_len(keep));
        })
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        // directories cannot be opened, and need no sync, on Windows
        match cfg!(unix) {
            true => File::open(directory)?.sync_all(),
            false => Ok(()),
        }
    }
}

struct Named(NamedTempFile);

impl Write for Named {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_file_mut().flush()
    }
}

impl NewFile for Named {
    fn sync(&mut self) -> io::Result<()> {
        self.0.as_file().sync_all()
    }

    fn rename(self: Box<Self>, to: &Path) -> io::Result<()> {
        self.0.persist(to).map(drop).map_err(|e| e.error)
    }
}
