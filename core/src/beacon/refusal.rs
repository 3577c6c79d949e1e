//! Why a request is not answered.

use crate::error::Error;
use std::fmt;

/// Characters of what somebody wrote that a message shows.
const SHOWN: usize = 80;

/// What is read of a request, or why it is refused.
pub(super) type Checked<T> = Result<T, Refusal>;

/// A status of HTTP, and a sentence for who asked. It holds nothing of a dataset but what the asker wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) message: String,
    /// Where several datasets refuse: which, and why each does.
    pub(super) of_datasets: Vec<(String, String)>,
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            of_datasets: Vec::new(),
        }
    }

    /// What cannot be understood.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// What is understood, and cannot be answered from these data.
    pub(super) fn unanswerable(message: impl Into<String>) -> Self {
        Self::new(422, message)
    }

    /// A fault of the host. What it was is for the host alone.
    pub(super) fn of_host(error: &Error) -> Self {
        match error {
            Error::Cancelled => Self::new(503, "the question took too long, and was given up"),
            // the rules of an operator are for whoever asks
            Error::NotAllowed { .. } => Self::unanswerable(error.to_string()),
            _ => Self::new(500, "the data cannot be read: ask the operator"),
        }
    }

    /// The title of its status.
    pub(super) fn title(&self) -> &'static str {
        match self.status {
            400 => "Bad Request",
            404 => "Not Found",
            413 => "Content Too Large",
            414 => "URI Too Long",
            422 => "Unprocessable Content",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        }
    }
}

/// What somebody wrote, cut to what a message shows, in quotes.
pub(super) struct Shown<'a>(pub(super) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut: String = self.0.chars().take(SHOWN).collect();
        match cut.len() < self.0.len() {
            true => write!(f, "{:?}", format!("{cut}…")),
            false => write!(f, "{cut:?}"),
        }
    }
}
