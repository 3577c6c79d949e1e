//! What can end a command early, and the exit code it then has.

use crate::progress::signal;
use std::io::{self, ErrorKind};
use varidex::Error;

/// `verify` found damage, or `demo` a wrong answer.
const DAMAGED_ANSWER: u8 = 1;
/// Wrong usage or expression.
pub(crate) const USAGE: u8 = 2;
/// Input refused.
const INPUT: u8 = 3;
/// Dataset damaged, too new or too old.
const DATASET: u8 = 4;
/// The operating system refused, or another process writes the dataset.
const SYSTEM: u8 = 5;
/// What shells give a program that a signal ended: this and the signal, an interrupt where none is known.
const SIGNALLED: u8 = 128;
const INTERRUPT: u8 = 2;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The library refused.
    Library(Error),
    /// The answer could not be written.
    Output(io::Error),
    /// The answer is written, and it is that something is wrong.
    BadAnswer,
}

impl Failure {
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::BadAnswer => DAMAGED_ANSWER,
            // who closes a pipe has read enough
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => 0,
            Self::Output(_) => SYSTEM,
            Self::Library(error) => match error {
                Error::Expression(_) | Error::Usage(_) | Error::NotAllowed { .. } => USAGE,
                Error::Input(_) => INPUT,
                Error::Damaged(_) | Error::TooNew { .. } | Error::TooOld { .. } => DATASET,
                Error::Cancelled => match u8::try_from(signal()) {
                    Ok(number @ 1..) => SIGNALLED.saturating_add(number),
                    _ => SIGNALLED + INTERRUPT,
                },
                _ => SYSTEM,
            },
        }
    }

    /// What to show the user; nothing where all is said.
    pub(crate) fn message(&self) -> Option<String> {
        match self {
            Self::BadAnswer => None,
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => None,
            Self::Output(error) => Some(format!("standard output: {error}")),
            Self::Library(error) => Some(error.to_string()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use varidex::{Damage, ExpressionError, InputError, Place};

    #[test]
    fn every_error_has_its_code() {
        let input = InputError {
            file: "a.vcf".to_owned(),
            place: Place::Line(3),
            expected: "a position".to_owned(),
            found: "x".to_owned(),
        };
        let expression = ExpressionError {
            text: String::new(),
            at: 0..0,
            message: String::new(),
            candidates: Vec::new(),
        };
        let damage = Damage {
            file: "s".into(),
            section: "ac".to_owned(),
            offset: 0,
            expected: String::new(),
            found: String::new(),
        };
        let path = || "d".into();
        let codes: [(Error, u8); 9] = [
            (Box::new(expression).into(), 2),
            (Error::Usage(String::new()), 2),
            (Box::new(input).into(), 3),
            (Box::new(damage).into(), 4),
            (
                Error::TooNew {
                    path: path(),
                    found: "3".to_owned(),
                    supported: "2".to_owned(),
                },
                4,
            ),
            (
                Error::TooOld {
                    path: path(),
                    found: "1".to_owned(),
                    supported: "2".to_owned(),
                },
                4,
            ),
            (Error::io("d", ErrorKind::NotFound.into()), 5),
            (
                Error::Locked {
                    path: path(),
                    owner: String::new(),
                },
                5,
            ),
            (Error::Cancelled, 130),
        ];
        for (error, code) in codes {
            assert_eq!(Failure::from(error).code(), code);
        }
        assert_eq!(Failure::Output(ErrorKind::StorageFull.into()).code(), 5);
    }
}
