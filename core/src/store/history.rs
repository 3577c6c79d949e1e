//! How the states of a dataset came to be: a small file beside the manifest.
//!
//! It is of the states that can be opened, and no answer depends on it: the times of a clock stand here, so that the
//! manifest is the same for the same inputs. Where it is gone or damaged, datasets are opened as before.

use super::manifest::digest;
use crate::error::{Damage, Error, Result};
use crate::format::Folder;
use crate::model::moment;
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use xxhash_rust::xxh3::xxh3_128;

/// File name of the history in a dataset.
pub(crate) const HISTORY: &str = "history.json";
/// A history larger than this is none.
const HISTORY_MAX: u64 = 16 << 20;

/// All states, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    pub(crate) states: Vec<Made>,
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// xxh3 (128 bits) of the file with this field empty.
    checksum: String,
    states: Vec<Made>,
}

/// How a state came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Made {
    /// The id of the state.
    pub(crate) snapshot: String,
    /// In UTC, by the clock of the writer.
    pub(crate) time: String,
    /// The command that made it.
    pub(crate) command: String,
    /// Where the reference was that rows were normalised against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<PathBuf>,
}

/// What makes a state.
#[derive(Debug, Clone)]
pub(crate) struct Making {
    /// The name of the command.
    pub(crate) command: &'static str,
    /// So many states can be opened after, the new one among them; at least 1.
    pub(crate) keep: u32,
    /// Where the reference is that rows are normalised against; `None` where it is as before.
    pub(crate) reference: Option<PathBuf>,
}

impl Making {
    /// By a command that leaves genotypes alone.
    pub(crate) fn of(command: &'static str, keep: u32) -> Self {
        Self {
            command,
            keep,
            reference: None,
        }
    }
}

impl History {
    /// Reads that of a dataset; empty where there is none.
    pub(crate) fn read(folder: &Folder) -> Result<Self> {
        let path = folder.path().join(HISTORY);
        let file = match folder.storage().open(&path) {
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Self::default());
            }
            file => file.map_err(|e| Error::io(&path, e))?,
        };
        let mut bytes = Vec::new();
        let read = file.take(HISTORY_MAX).read_to_end(&mut bytes);
        read.map_err(|e| Error::io(&path, e))?;
        Self::from_bytes(&path, &bytes)
    }

    fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Self> {
        let damage = |expected: String, found: String| {
            Error::from(Box::new(Damage {
                file: path.to_owned(),
                section: "history".to_owned(),
                offset: 0,
                expected,
                found,
            }))
        };
        let is_none = |found: String| damage("a history as JSON".to_owned(), found);
        let text = std::str::from_utf8(bytes).map_err(|e| is_none(e.to_string()))?;
        let file: File = serde_json::from_str(text).map_err(|e| is_none(e.to_string()))?;
        let sum = digest(text, &file.checksum);
        match sum == file.checksum {
            true => Ok(Self {
                states: file.states,
            }),
            false => Err(damage(format!("the checksum {}", file.checksum), sum)),
        }
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let bytes = |file: &File| {
            let bytes = serde_json::to_vec_pretty(file);
            let mut bytes = bytes.map_err(|e| Error::io(HISTORY, e.into()))?;
            bytes.push(b'\n');
            Ok::<_, Error>(bytes)
        };
        let mut file = File {
            checksum: String::new(),
            states: self.states.clone(),
        };
        file.checksum = format!("{:032x}", xxh3_128(&bytes(&file)?));
        bytes(&file)
    }

    /// How a state came to be, where that is known.
    pub(crate) fn of(&self, snapshot: &str) -> Option<&Made> {
        self.states.iter().rfind(|made| made.snapshot == snapshot)
    }

    /// Adds the newest state, and keeps of those before what is kept.
    pub(crate) fn add(&mut self, snapshot: &str, making: &Making, is_kept: impl Fn(&str) -> bool) {
        let before = self.states.iter().rev();
        let reference = || before.filter_map(|made| made.reference.clone()).next();
        let reference = making.reference.clone().or_else(reference);
        self.states
            .retain(|made| made.snapshot != snapshot && is_kept(&made.snapshot));
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        self.states.push(Made {
            snapshot: snapshot.to_owned(),
            time: moment(since.map_or(0, |since| since.as_secs())),
            command: making.command.to_owned(),
            reference,
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    /// Times and commands that were altered would be shown as they stand.
    #[test]
    fn whatever_changes_is_seen() {
        let mut history = History::default();
        for (id, reference) in [("0", None), ("1", Some(PathBuf::from("/data/ref.fa")))] {
            let making = Making {
                reference,
                ..Making::of("add", 2)
            };
            history.add(&id.repeat(32), &making, |_| true);
        }
        let path = Path::new(HISTORY);
        let bytes = history.to_bytes().unwrap();
        assert_eq!(History::from_bytes(path, &bytes).unwrap(), history);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let error = History::from_bytes(path, &changed).unwrap_err();
            assert!(matches!(error, Error::Damaged(_)), "{at}: {error}");
            let cut = History::from_bytes(path, &bytes[..at]).unwrap_err();
            assert!(matches!(cut, Error::Damaged(_)), "{at}: {cut}");
        }
    }

    /// The example of the specification, which the second reader checks as well.
    #[test]
    fn the_example_of_the_specification_is_read() {
        let text = include_str!("../../../format-spec/README.md");
        let (_, behind) = text.split_once("```json\n{\n  \"checksum\"").unwrap();
        let (example, _) = behind.split_once("```").unwrap();
        let example = format!("{{\n  \"checksum\"{example}");
        let history = History::from_bytes(Path::new(HISTORY), example.as_bytes()).unwrap();
        assert_eq!(history.to_bytes().unwrap(), example.as_bytes());
        assert_eq!(history.states.len(), 2);
    }
}
