//! The ledger beside a plain model, in several processes, killed, full, altered, and attacked.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reports what is wrong by failing"
)]

mod crash;
mod hostile;
mod laws;
mod model;
#[cfg(feature = "noise")]
mod noise;
mod power;
mod processes;
mod withdrawals;

use std::path::{Path, PathBuf};
use varidex_ledger::{Options, Secret, SqliteLedger};

fn secret() -> Secret {
    Secret::new(b"a secret for tests, of 32 bytes.").unwrap()
}

/// A ledger in a folder that goes with it.
struct Kept {
    folder: tempfile::TempDir,
    ledger: SqliteLedger,
}

impl Kept {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), options)
    }

    fn in_folder(folder: tempfile::TempDir, options: Options) -> Self {
        let ledger = SqliteLedger::open_with(file_in(folder.path()), secret(), options).unwrap();
        Self { folder, ledger }
    }

    /// In memory where there is a file system for that: thousands of commits, none of which has to last.
    fn passing(options: Options) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self::in_folder(folder.unwrap(), options)
    }

    fn path(&self) -> PathBuf {
        file_in(self.folder.path())
    }
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join("ledger.sqlite")
}

fn open(path: &Path) -> SqliteLedger {
    SqliteLedger::open(path, secret()).unwrap()
}

/// The file as SQLite sees it, for whoever looks at it or changes it behind the ledger's back.
fn behind(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}
