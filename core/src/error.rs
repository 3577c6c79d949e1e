//! What can go wrong, by what the caller can do about it.

use std::fmt;
use std::path::{Path, PathBuf};

/// The result of every fallible operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused: the path says where, the source says why.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The operating system's error, its kind untouched.
        source: std::io::Error,
    },
    /// There is no dataset at the path.
    #[error("no dataset at {}: {found}", path.display())]
    NoDataset {
        /// Where one was looked for.
        path: PathBuf,
        /// What is there.
        found: &'static str,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// An input file says something it may not say.
    #[error(transparent)]
    Input(#[from] Box<InputError>),
    /// An expression or an argument is wrong: correct it and ask again.
    #[error(transparent)]
    Expression(#[from] Box<ExpressionError>),
    /// An option or a combination of options that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// What a policy does not allow to be asked, or to be answered.
    #[error("policy `{}` {what}", policy.escape_debug())]
    NotAllowed {
        /// The name of the policy.
        policy: String,
        /// What it does not do, or does instead.
        what: String,
    },
    /// Bytes of a dataset are not what was written: restore the file from a copy, or build again.
    #[error(transparent)]
    Damaged(#[from] Box<Damage>),
    /// The dataset was written by a newer version: read it with that version or later.
    #[error("{}: written in format {found}, this program reads up to {supported}: use a newer varidex", path.display())]
    TooNew {
        /// The file that is too new.
        path: PathBuf,
        /// What the file asks of its reader.
        found: String,
        /// The highest this program can read.
        supported: String,
    },
    /// The dataset was written by an older version, in a format that is no longer read: build it again.
    #[error(
        "{}: written in format {found}, this program reads {supported}: build it anew with `varidex build INPUT... -o {} --force`",
        path.display(), dataset_of(path).display()
    )]
    TooOld {
        /// The file that is too old.
        path: PathBuf,
        /// What the file was written in.
        found: String,
        /// The lowest this program can read.
        supported: String,
    },
    /// Another process writes this dataset.
    #[error("{}: being written by {owner}", path.display())]
    Locked {
        /// The dataset.
        path: PathBuf,
        /// Process and host, as the lock file names them.
        owner: String,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    /// The same error for one more caller.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Io { path, source } => Self::io(path, io_again(source)),
            Self::NoDataset {
                path,
                found,
                source,
            } => Self::NoDataset {
                path: path.clone(),
                found,
                source: io_again(source),
            },
            Self::Input(error) => Self::Input(error.clone()),
            Self::Expression(error) => Self::Expression(error.clone()),
            Self::Usage(message) => Self::Usage(message.clone()),
            Self::NotAllowed { policy, what } => Self::NotAllowed {
                policy: policy.clone(),
                what: what.clone(),
            },
            Self::Damaged(damage) => Self::Damaged(damage.clone()),
            Self::TooNew {
                path,
                found,
                supported,
            } => Self::TooNew {
                path: path.clone(),
                found: found.clone(),
                supported: supported.clone(),
            },
            Self::TooOld {
                path,
                found,
                supported,
            } => Self::TooOld {
                path: path.clone(),
                found: found.clone(),
                supported: supported.clone(),
            },
            Self::Locked { path, owner } => Self::Locked {
                path: path.clone(),
                owner: owner.clone(),
            },
            Self::Cancelled => Self::Cancelled,
        }
    }

    /// Wraps an operating system error with the path it happened at.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::Io {
            path: path.as_ref().to_owned(),
            source,
        }
    }
}

fn io_again(error: &std::io::Error) -> std::io::Error {
    match error.raw_os_error() {
        Some(code) => std::io::Error::from_raw_os_error(code),
        None => std::io::Error::new(error.kind(), error.to_string()),
    }
}

/// The directory of a dataset that a file belongs to.
fn dataset_of(file: &Path) -> &Path {
    match file.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    }
}

/// A fault of an input file, with the place, what was expected and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// The file as the user named it; `-` is standard input.
    pub file: String,
    /// Where in the file.
    pub place: Place,
    /// What a reader needs there.
    pub expected: String,
    /// What stands there (shortened where long).
    pub found: String,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}: expected {}, found {}",
            self.file, self.place, self.expected, self.found
        )
    }
}

impl std::error::Error for InputError {}

/// A place inside an input file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A line of a text file, the first being 1.
    Line(u64),
    /// A record of a binary file, the first being 1.
    Record(u64),
    /// A byte offset in the file as stored (compressed).
    Byte(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Line(n) => write!(f, ":{n}"),
            Self::Record(n) => write!(f, ": record {n}"),
            Self::Byte(n) => write!(f, ": byte {n}"),
        }
    }
}

/// An expression that cannot be understood, with the place and what was meant perhaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// The whole expression as given.
    pub text: String,
    /// Byte range of the offending part in `text`.
    pub at: std::ops::Range<usize>,
    /// What is wrong, in one sentence without a final stop.
    pub message: String,
    /// The nearest names that would be understood, best first.
    pub candidates: Vec<String>,
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if !self.candidates.is_empty() {
            write!(f, "; did you mean {}?", self.candidates.join(", "))?;
        }
        if !self.text.is_empty() {
            let before = self.text.get(..self.at.start).unwrap_or("");
            let marked = self.text.get(self.at.clone()).unwrap_or("");
            let width = marked.chars().count().max(1);
            write!(
                f,
                "\n  {}\n  {}{}",
                self.text,
                " ".repeat(before.chars().count()),
                "^".repeat(width)
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for ExpressionError {}

/// Bytes of a dataset file that are not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub file: PathBuf,
    /// The section by the name of the specification, `header`, or `file`.
    pub section: String,
    /// Byte offset in the file where the fault was seen.
    pub offset: u64,
    /// What a sound file has there.
    pub expected: String,
    /// What this file has there.
    pub found: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: section {} at byte {}: expected {}, found {}",
            self.file.display(),
            self.section,
            self.offset,
            self.expected,
            self.found
        )
    }
}

impl std::error::Error for Damage {}
