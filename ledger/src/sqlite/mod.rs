//! A ledger in one file of SQLite.

mod audit;
mod budgets;
mod epochs;
mod influences;
mod noises;
mod overlaps;
mod schema;

use crate::{
    Entry, Epoch, EpochQuestion, Error, Head, InfluenceQuestion, Ledger, MemberSet, Overlap,
    OverlapQuestion, Result, Secret, Sites, SitesQuestion, Verdict, YesNo, YesNoQuestion, error,
};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How a ledger is kept.
///
/// ```
/// let mut options = varidex_ledger::Options::default();
/// options.sets = 10_000;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How many answered sets of people are remembered of each population: 1,000. Each takes an eighth of a byte a person
    /// of the population, or less.
    pub sets: u64,
    /// What becomes of a set that would be one more.
    pub when_full: WhenFull,
    /// How many decisions about sets are remembered of each population, in its epoch: 1,000,000, of about 100 bytes.
    pub decisions: u64,
    /// Of how many numbers of each population noise is drawn and kept, in one state of it: 10,000,000, of about 40 bytes. Further
    /// numbers with noise are refused.
    pub noise: u64,
    /// How long is waited for other processes: 30 seconds.
    pub wait: Duration,
}

/// What becomes of a new set of people where as many are remembered as may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// The oldest is forgotten. Who may ask for that many sets can have any set forgotten.
    ForgetOldest,
    /// Its answer is withheld: no set is forgotten, and after that many only they are answered.
    Withhold,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sets: 1_000,
            when_full: WhenFull::ForgetOldest,
            decisions: 1_000_000,
            noise: 10_000_000,
            wait: Duration::from_secs(30),
        }
    }
}

/// A ledger in one file of SQLite, for any number of threads and processes of one machine.
///
/// Beside the file lie two more while it is open (`-wal`, `-shm`). The file must be on a local disk: SQLite's locks do
/// not hold on most network file systems.
#[derive(Debug)]
pub struct SqliteLedger {
    path: PathBuf,
    secret: Secret,
    options: Options,
    connection: Mutex<Connection>,
}

impl SqliteLedger {
    /// Opens a ledger; where there is no file, makes one that only its owner can read.
    pub fn open(path: impl AsRef<Path>, secret: Secret) -> Result<Self> {
        Self::open_with(path, secret, Options::default())
    }

    /// As [`open`](Self::open), with options.
    pub fn open_with(path: impl AsRef<Path>, secret: Secret, options: Options) -> Result<Self> {
        let path = path.as_ref();
        if options.sets == 0 || options.decisions == 0 {
            return Err(error::usage("options", "1 or more sets and decisions", 0));
        }
        // in full, so that no name is one that SQLite takes for something else
        let path = std::path::absolute(path).map_err(|source| Error::Io {
            path: path.into(),
            source,
        })?;
        let opened = schema::open(&path, &secret, &options);
        let connection = opened.map_err(|failure| failure.of(&path, &options))?;
        Ok(Self {
            path,
            secret,
            options,
            connection: Mutex::new(connection),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // a panic elsewhere left no transaction open: its drop ended it
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// One transaction; rolled back where it fails.
    fn transaction<T>(
        &self,
        behavior: TransactionBehavior,
        run: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        let mut connection = self.connection();
        let done = || -> Result<T, Failure> {
            let transaction = connection.transaction_with_behavior(behavior)?;
            let value = run(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        done().map_err(|failure| failure.of(&self.path, &self.options))
    }

    /// A transaction that sees one state, and writes nothing.
    fn read<T>(&self, run: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>) -> Result<T> {
        self.transaction(TransactionBehavior::Deferred, run)
    }

    /// A transaction of which there is one at a time, in all processes.
    fn write<T>(&self, run: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>) -> Result<T> {
        self.transaction(TransactionBehavior::Immediate, run)
    }
}

impl Ledger for SqliteLedger {
    fn yes_no(&self, question: &YesNoQuestion<'_>) -> Result<YesNo> {
        error::check_population(question.population)?;
        question.check()?;
        if crate::cost(question.frequency, question.people, question.at_least) == Some(0) {
            return Ok(budgets::free(question));
        }
        self.write(|of| budgets::yes_no(of, &self.secret, question))
    }

    fn sites(&self, question: &SitesQuestion<'_>) -> Result<Sites> {
        error::check_population(question.population)?;
        self.write(|of| budgets::sites(of, &self.secret, question))
    }

    fn influence(&self, question: &InfluenceQuestion<'_>) -> Result<MemberSet> {
        error::check_population(question.population)?;
        question.check()?;
        // of what nobody could pay with a budget that is full nothing is read
        let settled = crate::influence::settle(question, |_| 0);
        if settled.paying.is_empty() {
            return Ok(settled.left_out.into_iter().collect());
        }
        let asked = influences::Asked::new(&self.secret, question);
        match self.read(|of| influences::known(of, &self.secret, &asked))? {
            Some(left_out) => Ok(left_out),
            None => self.write(|of| influences::charge(of, &self.secret, &asked, question)),
        }
    }

    fn overlap(&self, question: &OverlapQuestion<'_>) -> Result<Overlap> {
        error::check_population(question.population)?;
        error::check_members(question.members)?;
        let asked = overlaps::Asked::new(&self.secret, question);
        match self.read(|of| overlaps::known(of, &self.secret, &asked))? {
            Some(decided) => Ok(decided),
            None => self.write(|of| overlaps::decide(of, &self.secret, &self.options, &asked)),
        }
    }

    fn snapshot(&self, population: &str) -> Result<Option<String>> {
        error::check_population(population)?;
        self.read(|of| epochs::snapshot(of, &self.secret, population))
    }

    fn epoch(&self, question: &EpochQuestion<'_>) -> Result<Epoch> {
        error::check_population(question.population)?;
        question.check()?;
        if let Some(epoch) = self.read(|of| epochs::settled(of, &self.secret, question))? {
            return Ok(epoch);
        }
        let (epoch, trimmed) = self.write(|of| epochs::advance(of, &self.secret, question))?;
        if trimmed {
            // the numbers of people who withdrew leave the log of SQLite, too, unless another process reads it just now
            let _ = self
                .connection()
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        Ok(epoch)
    }

    #[cfg(feature = "noise")]
    fn noise(&self, question: &crate::NoiseQuestion<'_>) -> Result<Vec<i64>> {
        error::check_population(question.population)?;
        question.distribution.check()?;
        match self.read(|of| noises::known(of, &self.secret, question))? {
            Some(known) => Ok(known),
            None => self.write(|of| noises::draw(of, &self.secret, self.options.noise, question)),
        }
    }

    fn record(&self, entry: &Entry<'_>) -> Result<Head> {
        let columns = entry.columns(&self.secret)?;
        self.write(|of| audit::append(of, &self.secret, &columns))
    }

    fn head(&self) -> Result<Head> {
        self.read(|of| audit::head(of, &self.secret))
    }

    fn verify(&self, kept: Option<&Head>) -> Result<Verdict> {
        self.read(|of| audit::verify(of, &self.secret, kept))
    }
}

/// What went wrong in a transaction, before the file is named.
enum Failure {
    Sqlite(rusqlite::Error),
    Damaged {
        place: &'static str,
        expected: &'static str,
        found: String,
    },
    Error(Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Failure {
    fn of(self, path: &Path, options: &Options) -> Error {
        let path = path.to_owned();
        let error = match self {
            Self::Error(error) => return error,
            Self::Damaged {
                place,
                expected,
                found,
            } => {
                return Error::Damaged {
                    path,
                    place: place.into(),
                    expected: expected.into(),
                    found,
                };
            }
            Self::Sqlite(error) => error,
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy {
                path,
                waited: options.wait,
            },
            Some(ErrorCode::DiskFull) => Error::Full { path },
            Some(ErrorCode::NotADatabase) => Error::Foreign {
                path,
                found: "no database of SQLite".into(),
            },
            Some(ErrorCode::DatabaseCorrupt) => Error::Damaged {
                path,
                place: "database".into(),
                expected: "pages as SQLite writes them".into(),
                found: error.to_string(),
            },
            Some(_) => Error::Store {
                path,
                source: Box::new(error),
            },
            // what was read is of another type or length than what was written
            None => Error::Damaged {
                path,
                place: "a column".into(),
                expected: "a value as it was written".into(),
                found: error.to_string(),
            },
        }
    }
}

/// A number that was never written below zero.
fn natural(place: &'static str, value: i64) -> Result<u64, Failure> {
    u64::try_from(value).map_err(|_| Failure::Damaged {
        place,
        expected: "a number of 0 or more",
        found: value.to_string(),
    })
}

/// A number as SQLite stores it; what is beyond is more than anybody has.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The digest of members of a population.
fn digest_of(secret: &Secret, population: &crate::secret::Key, bytes: &[u8]) -> [u8; 32] {
    secret.digest(crate::secret::Of::Members, &[population, bytes])
}

/// Members as they were stored: those that the digest is of.
fn members_of(
    secret: &Secret,
    place: &'static str,
    population: &crate::secret::Key,
    bytes: &[u8],
    digest: &[u8; 32],
) -> Result<MemberSet, Failure> {
    if digest_of(secret, population, bytes) != *digest {
        return Err(Failure::Damaged {
            place,
            expected: "the members that its digest is of",
            found: "others".into(),
        });
    }
    MemberSet::from_bytes(bytes).map_err(|error| Failure::Damaged {
        place,
        expected: "a set of people",
        found: error.to_string(),
    })
}

#[cfg(test)]
mod tests;
