//! The states of a dataset that can be opened.

use super::Dataset;
use crate::error::{Error, Result};
use crate::format::Folder;
use crate::store::{History, Manifest, kept_snapshots, open_kept, open_manifest};
use std::path::Path;

/// The fewest digits of an id that stand for it, where they stand for one alone.
const DIGITS_MIN: usize = 4;

/// A state of a dataset that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its id, which answers have.
    pub id: String,
    /// Whether it is the newest, which [`Dataset::open`] opens.
    pub is_newest: bool,
    /// When it was made, by the clock of the machine that did: in UTC, as RFC 3339 writes it. `None` where there is no
    /// note of it.
    pub time: Option<String>,
    /// The command that made it: `build`, `add`, `people` and the like.
    pub command: Option<String>,
    /// Samples.
    pub samples: u64,
    /// Rows.
    pub rows: u64,
    /// Segments, among which the rows are spread.
    pub segments: u64,
    /// Bytes of its files, many of which other states have as well.
    pub bytes: u64,
}

impl Snapshot {
    fn of(manifest: &Manifest, history: &History, is_newest: bool) -> Self {
        let made = history.of(&manifest.snapshot);
        let rows = manifest.segments.iter().map(|of| u64::from(of.rows));
        Self {
            id: manifest.snapshot.clone(),
            is_newest,
            time: made.map(|made| made.time.clone()),
            command: made.map(|made| made.command.clone()),
            samples: manifest.sample_count.into(),
            rows: rows.sum(),
            segments: manifest.segments.len() as u64,
            bytes: manifest.files().map(|file| file.size).sum(),
        }
    }
}

impl Dataset {
    /// The states of the dataset in a directory that can be opened, the newest first: the newest, and those before that
    /// [`keep`](crate::BuildOptions::keep) has kept.
    ///
    /// ```no_run
    /// for snapshot in varidex::Dataset::snapshots("cohort.vdx")? {
    ///     println!("{} {:?} {} samples", snapshot.id, snapshot.time, snapshot.samples);
    /// }
    /// # Ok::<(), varidex::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`], [`Error::Io`], [`Error::Damaged`], [`Error::TooNew`], [`Error::TooOld`].
    pub fn snapshots(path: impl AsRef<Path>) -> Result<Vec<Snapshot>> {
        Self::snapshots_in(&Folder::on_disk(path))
    }

    /// The same wherever the directory is.
    pub(crate) fn snapshots_in(folder: &Folder) -> Result<Vec<Snapshot>> {
        let newest = open_manifest(folder)?;
        let history = History::read(folder)?;
        let mut all = Vec::new();
        for id in kept_ids(folder, &newest.snapshot, &history)? {
            let manifest = match open_kept(folder, &id) {
                // another process keeps fewer now
                Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                    continue;
                }
                manifest => manifest?,
            };
            all.push(Snapshot::of(&manifest, &history, false));
        }
        all.push(Snapshot::of(&newest, &history, true));
        all.reverse();
        Ok(all)
    }

    /// Opens an earlier state of the dataset in a directory, by its id or by digits that the id begins with, at least
    /// four. The data are those of then.
    ///
    /// ```no_run
    /// let then = varidex::Dataset::open_snapshot("cohort.vdx", "b9eb9f32")?;
    /// println!("{} samples", then.view().sample_count());
    /// # Ok::<(), varidex::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Dataset::open`]; [`Error::Usage`] where no such state is kept, or several have the digits.
    pub fn open_snapshot(path: impl AsRef<Path>, id: &str) -> Result<Self> {
        Self::open_snapshot_in(&Folder::on_disk(path), id)
    }

    /// The same wherever the directory is.
    pub(crate) fn open_snapshot_in(folder: &Folder, id: &str) -> Result<Self> {
        let newest = open_manifest(folder)?;
        let mut ids = kept_snapshots(folder)?;
        ids.retain(|kept| *kept != newest.snapshot);
        ids.push(newest.snapshot.clone());
        let wanted = id.to_ascii_lowercase();
        let fits = |known: &&String| **known == wanted || known.starts_with(&wanted);
        let found: Vec<&String> = ids.iter().filter(fits).collect();
        match found[..] {
            [one] if wanted.len() >= DIGITS_MIN && *one == newest.snapshot => {
                Self::open_state(folder, newest)
            }
            [one] if wanted.len() >= DIGITS_MIN => {
                Self::open_state(folder, open_kept(folder, one)?)
            }
            _ => Err(Error::Usage(format!(
                "snapshot {id}: expected the id of a state that is kept, or {DIGITS_MIN} and more of its first digits; \
                 kept are {}",
                ids.join(", ")
            ))),
        }
    }
}

/// The ids of the earlier states, the oldest first.
fn kept_ids(folder: &Folder, newest: &str, history: &History) -> Result<Vec<String>> {
    let mut ids = kept_snapshots(folder)?;
    ids.retain(|id| id != newest);
    ids.sort_by_key(|id| history.states.iter().position(|made| made.snapshot == *id));
    Ok(ids)
}
