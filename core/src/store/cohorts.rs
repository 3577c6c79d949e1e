//! The virtual cohorts of a dataset: names for expressions, in a small file beside the manifest.
//!
//! The file is replaced whole, under a lock of its own. It is the host's and not of a state: like the decisions of people it
//! outlives additions and builds that replace.

use super::directory::lock_file;
use super::manifest::digest;
use crate::error::{Damage, Error, Result};
use crate::format::{Folder, Lock};
use crate::model::{Date, Purpose};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{ErrorKind, Read};
use xxhash_rust::xxh3::xxh3_128;

/// File name of the cohorts in a dataset.
pub(crate) const COHORTS: &str = "cohorts.json";
/// What writers of it lock.
pub(crate) const COHORTS_LOCK: &str = "cohorts.lock";
/// How names of temporary files begin: others than those of a publication, which removes its own.
pub(super) const COHORTS_TEMPORARY: &str = ".cohorts-";
const FORMAT: &str = "varidex-cohorts";
const VERSION: u32 = 1;
/// A larger file is none.
const COHORTS_MAX: u64 = 64 << 20;
/// The longest name, in bytes.
const NAME_MAX: usize = 100;

/// A definition as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    pub(crate) name: String,
    /// Whom it picks, as text; it names no file.
    pub(crate) expression: String,
    /// The state that it was defined in.
    pub(crate) snapshot: String,
    /// Whether it holds in that state alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) pinned: bool,
    /// When it was defined, in UTC.
    pub(crate) time: String,
    /// The purpose of the view that it was defined in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) purpose: Option<Purpose>,
    /// The day of the permit of that view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) permit_date: Option<Date>,
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    /// xxh3 (128 bits) of the file with this field empty.
    checksum: String,
    cohorts: Vec<Definition>,
}

/// Refuses what is no name: what was expected of it.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let is_name = !name.is_empty()
        && name.len() <= NAME_MAX
        && name.trim() == name
        && !name.starts_with('@')
        && !name.chars().any(char::is_control);
    match is_name {
        true => Ok(()),
        false => Err(format!(
            "the name of a cohort, of 1 to {NAME_MAX} bytes, without space at its ends, control characters and a leading @"
        )),
    }
}

/// What is wrong with the file.
pub(crate) fn damage(folder: &Folder, offset: usize, expected: &str, found: String) -> Error {
    Error::from(Box::new(Damage {
        file: folder.path().join(COHORTS),
        section: "cohorts".to_owned(),
        offset: offset as u64,
        expected: expected.to_owned(),
        found,
    }))
}

/// Reads and checks the definitions of a dataset; none where there is no file.
pub(crate) fn read(folder: &Folder) -> Result<Vec<Definition>> {
    let path = folder.path().join(COHORTS);
    let file = match folder.storage().open(&path) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        file => file.map_err(|e| Error::io(&path, e))?,
    };
    let mut bytes = Vec::new();
    let read = file.take(COHORTS_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|e| Error::io(&path, e))?;
    if bytes.len() as u64 > COHORTS_MAX {
        let expected = format!("at most {COHORTS_MAX} bytes");
        return Err(damage(folder, 0, &expected, "more".to_owned()));
    }
    from_bytes(folder, &bytes)
}

fn from_bytes(folder: &Folder, bytes: &[u8]) -> Result<Vec<Definition>> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let found = "other bytes".to_owned();
        damage(folder, e.valid_up_to(), "text in UTF-8", found)
    })?;
    let file: File = serde_json::from_str(text)
        .map_err(|e| damage(folder, 0, "cohorts as JSON", e.to_string()))?;
    if (file.format.as_str(), file.version) != (FORMAT, VERSION) {
        let found = format!("{} of version {}", file.format, file.version);
        let expected = format!("{FORMAT} of version {VERSION}");
        return Err(damage(folder, 0, &expected, found));
    }
    let sum = digest(text, &file.checksum);
    if sum != file.checksum {
        let expected = format!("the checksum {}", file.checksum);
        return Err(damage(folder, 0, &expected, sum));
    }
    let mut names = BTreeSet::new();
    for of in &file.cohorts {
        let at = format!("{:?}", of.name);
        check_name(&of.name).map_err(|expected| damage(folder, 0, &expected, at.clone()))?;
        if !names.insert(of.name.to_ascii_lowercase()) {
            let found = format!("{at} twice");
            return Err(damage(folder, 0, "names that differ", found));
        }
    }
    Ok(file.cohorts)
}

/// The right to change the definitions.
pub(crate) fn lock(folder: &Folder) -> Result<Lock> {
    lock_file(folder, COHORTS_LOCK)
}

/// Replaces the definitions, of which the caller holds the lock; returns once that will outlive a crash.
pub(crate) fn write(folder: &Folder, cohorts: Vec<Definition>) -> Result<()> {
    let path = folder.path().join(COHORTS);
    let failed = |e| Error::io(&path, e);
    let names = folder.storage().names(folder.path()).map_err(failed)?;
    // what a writer that was killed has left: nobody else holds the lock
    for name in names.iter().filter(|name| is_left_over(name)) {
        let _ = folder.storage().remove(&folder.path().join(name));
    }
    let created = folder.storage().create(folder.path(), COHORTS_TEMPORARY);
    let mut temporary = created.map_err(failed)?;
    temporary.write_all(&to_bytes(cohorts)?).map_err(failed)?;
    temporary.sync().map_err(failed)?;
    temporary.rename(&path).map_err(failed)?;
    let synced = folder.storage().sync_directory(folder.path());
    synced.map_err(|e| Error::io(folder, e))
}

/// Whether a file is one of a writer of cohorts that did not end as it should.
pub(super) fn is_left_over(name: &str) -> bool {
    name.starts_with(COHORTS_TEMPORARY)
}

fn to_bytes(cohorts: Vec<Definition>) -> Result<Vec<u8>> {
    let bytes = |file: &File| {
        let bytes = serde_json::to_vec_pretty(file);
        let mut bytes = bytes.map_err(|e| Error::io(COHORTS, e.into()))?;
        bytes.push(b'\n');
        Ok::<_, Error>(bytes)
    };
    let mut file = File {
        format: FORMAT.to_owned(),
        version: VERSION,
        checksum: String::new(),
        cohorts,
    };
    file.checksum = format!("{:032x}", xxh3_128(&bytes(&file)?));
    let bytes = bytes(&file)?;
    match bytes.len() as u64 > COHORTS_MAX {
        true => Err(Error::Usage(format!(
            "cohorts: expected at most {COHORTS_MAX} bytes of definitions, found {}: drop some",
            bytes.len()
        ))),
        false => Ok(bytes),
    }
}
