//! What can go wrong, by what the caller can do about it.

use std::path::PathBuf;
use std::time::Duration;

/// The result of every fallible operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong. None of it holds an asker's name, a person's id or a question.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's error, its kind untouched.
        source: std::io::Error,
    },
    /// A secret that is too short to key anything by.
    #[error(
        "the secret of a ledger: expected at least {} bytes, found {found}",
        crate::Secret::BYTES_MIN
    )]
    ShortSecret {
        /// Its bytes.
        found: usize,
    },
    /// The file was made with another secret: with this one it would remember nothing of what it knows.
    #[error("{}: made with another secret: give the one that it was made with", path.display())]
    WrongSecret {
        /// The file.
        path: PathBuf,
    },
    /// The file is of another program. It was not touched.
    #[error("{}: not a ledger of Varidex: {found}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        found: String,
    },
    /// The file was written by a newer version: use that version or a later one.
    #[error("{}: a ledger of version {found}, this program reads up to {supported}: use a newer varidex", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The highest that this program reads.
        supported: i64,
    },
    /// The file is not what was written: restore it from a copy. A ledger that is made anew grants every budget again.
    #[error("{}: {place}: expected {expected}, found {found}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The table, or the page where SQLite knows no table.
        place: String,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// Other processes wrote to the file for so long that this one gave up. Nothing was charged.
    #[error("{}: in use by other processes for more than {} seconds", path.display(), waited.as_secs())]
    Busy {
        /// The file.
        path: PathBuf,
        /// How long was waited.
        waited: Duration,
    },
    /// There is no room to write. Nothing was charged, and the question must not be answered.
    #[error("{}: no room to write", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The store failed in another way; the source says how.
    #[error("{}: {source}", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What the store said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An argument that makes no sense.
    #[error("{what}: expected {expected}, found {found}")]
    Usage {
        /// Which argument.
        what: &'static str,
        /// What it may be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// Sets of people were asked of, and no epoch of the population has begun: ask for the epoch first.
    #[error("population {population}: no epoch has begun")]
    NoEpoch {
        /// The population.
        population: String,
    },
    /// A set has people whom the epoch does not have: cut it to the epoch's members first.
    #[error("population {population}: a set has {people} people who are not in epoch {epoch}")]
    NotInEpoch {
        /// The population.
        population: String,
        /// The epoch's number.
        epoch: u64,
        /// How many people.
        people: u64,
    },
    /// An allele was counted before in other groups: the difference would be of those who could pay for one of both alone.
    #[error("it was counted before in another group, or by other fields")]
    OtherForm,
    /// An epoch was asked for by a snapshot older than the one that it is of: open the newest.
    #[error(
        "population {population}: epoch {epoch} is of snapshot {newer}, which is newer than {snapshot}: open the newest snapshot"
    )]
    OldSnapshot {
        /// The population.
        population: String,
        /// The epoch's number.
        epoch: u64,
        /// The snapshot of the epoch.
        newer: String,
        /// The snapshot that was given.
        snapshot: String,
    },
}

/// An argument is out of its range.
pub(crate) fn usage(
    what: &'static str,
    expected: impl Into<String>,
    found: impl std::fmt::Display,
) -> Error {
    Error::Usage {
        what,
        expected: expected.into(),
        found: found.to_string(),
    }
}

/// Members have numbers that may be given.
pub(crate) fn check_members(members: &crate::MemberSet) -> Result<()> {
    if members.is_in_range() {
        return Ok(());
    }
    Err(usage("members", "numbers below 2^27", "a greater one"))
}

/// The longest id of a population, in bytes.
const POPULATION_MAX: usize = 256;

/// A population has an id.
pub(crate) fn check_population(population: &str) -> Result<()> {
    if population.is_empty() || population.len() > POPULATION_MAX {
        let found = format!("{} bytes", population.len());
        return Err(usage(
            "population",
            format!("1 to {POPULATION_MAX} bytes"),
            found,
        ));
    }
    Ok(())
}
