//! A ledger of which a host knows the file.

use crate::{Epoch, Moved, Remembered, Secret, SqliteLedger, under_policy};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use varidex::{Error, Policy, PolicyView, Result, View};

/// Bytes of a file that a secret is read of, at most.
const SECRET_MAX: u64 = 4096;

/// Where a ledger is kept, and of whom and for which asker it remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerAt {
    /// The file; it is made where there is none.
    pub file: PathBuf,
    /// A file of 32 bytes or more that nobody else knows.
    pub secret: PathBuf,
    /// Whom the host takes the asker for; `None` is anybody: all of them share their budgets.
    pub asker: Option<String>,
    /// Names the people of the dataset; `None` is the directory of the dataset, in full.
    pub population: Option<String>,
}

impl LedgerAt {
    /// In a file, with the secret of another, of whoever asks.
    pub fn new(file: impl Into<PathBuf>, secret: impl Into<PathBuf>) -> Self {
        Self {
            file: file.into(),
            secret: secret.into(),
            ..Self::default()
        }
    }

    /// As it is given by whoever may give a part: none of it where nothing is.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for a file without a secret, and for anything else without both.
    pub fn given(
        file: Option<PathBuf>,
        secret: Option<PathBuf>,
        asker: Option<String>,
        population: Option<String>,
    ) -> Result<Option<Self>> {
        match (file, secret) {
            (Some(file), Some(secret)) => Ok(Some(Self {
                file,
                secret,
                asker,
                population,
            })),
            (None, None) if asker.is_none() && population.is_none() => Ok(None),
            _ => {
                let message = "ledger: expected its file and that of its secret, found one of them, or neither beside an asker or a population";
                Err(Error::Usage(message.to_owned()))
            }
        }
    }

    /// Opens it.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; [`Error::Usage`] for a short secret, and as [`SqliteLedger::open`].
    pub fn open(&self) -> Result<SqliteLedger> {
        let mut bytes = Vec::new();
        File::open(&self.secret)
            .and_then(|file| file.take(SECRET_MAX).read_to_end(&mut bytes))
            .map_err(|e| io(&self.secret, e))?;
        let secret = Secret::new(&bytes)?;
        Ok(SqliteLedger::open(&self.file, secret)?)
    }

    /// A view under a policy that remembers by it, and what there is to say of it to who asks: see [`Epoch::note`].
    ///
    /// # Errors
    ///
    /// As [`Self::open`] and [`under_policy`].
    pub fn under_policy(
        &self,
        view: &View,
        policy: &Policy,
    ) -> Result<(PolicyView, Option<String>)> {
        let population = match &self.population {
            Some(name) => name.clone(),
            None => {
                let path = std::fs::canonicalize(view.path());
                path.map_err(|e| io(view.path(), e))?.display().to_string()
            }
        };
        let of = Remembered {
            population,
            asker: self.asker.clone(),
        };
        let (shown, epoch) = under_policy(view, policy, Arc::new(self.open()?), of)?;
        Ok((shown, epoch.note()))
    }
}

impl Epoch {
    /// What is to be said with the answers: how many people withdrew at this move, where some did.
    pub fn note(&self) -> Option<String> {
        match self.moved {
            Moved::Withdrawn { people } => Some(format!(
                "{people} people withdrew since the last question: what answers differ by is of these alone"
            )),
            _ => None,
        }
    }
}

/// What is to be said of a view under a policy without a ledger: that its budgets are not kept, where it has some.
pub fn note_without(policy: &Policy) -> Option<String> {
    policy.budget.map(|_| {
        format!(
            "the budget of policy `{}` is not kept without a ledger",
            policy.name
        )
    })
}

fn io(path: &Path, source: std::io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        source,
    }
}

impl From<crate::Error> for Error {
    /// What a ledger says, as an error of the library.
    fn from(error: crate::Error) -> Self {
        match error {
            crate::Error::Io { path, source } => Self::Io { path, source },
            other => Self::Usage(format!("ledger: {other}")),
        }
    }
}
