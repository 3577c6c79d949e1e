//! What is thrown: the message, a code, and all that the library says of the place.

use napi::bindgen_prelude::Status;
use serde_json::{Map, Value, json};
use std::any::Any;
use std::io::ErrorKind;
use varidex::{Error, ExpressionError, Place};

/// Why a call ended without an answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The library refused.
    Library(Error),
    /// What was asked has been closed.
    Closed(&'static str),
    /// A fault of this program.
    Internal(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl Failure {
    /// A panic as a failure.
    pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned());
        Self::Internal(text.unwrap_or_else(|| "panic".to_owned()))
    }

    fn described(&self) -> Value {
        match self {
            Self::Library(error) => library(error),
            Self::Closed(what) => json!({
                "code": "ERR_VARIDEX_CLOSED",
                "message": format!("the {what} is closed"),
            }),
            Self::Internal(what) => json!({
                "code": "ERR_VARIDEX_INTERNAL",
                "message": format!("a fault of varidex itself, please report it: {what}"),
            }),
        }
    }
}

impl From<Failure> for napi::Error {
    /// As JSON, of which the part in TypeScript makes an error with properties.
    fn from(failure: Failure) -> Self {
        Self::new(Status::GenericFailure, failure.described().to_string())
    }
}

fn library(error: &Error) -> Value {
    let mut details = Map::new();
    let mut put = |key: &str, value: Value| {
        details.insert(key.to_owned(), value);
    };
    let code = match error {
        Error::Io { path, source } => {
            put("path", json!(path.display().to_string()));
            if let Some(number) = source.raw_os_error() {
                put("errno", json!(number));
            }
            system_code(source.kind())
        }
        Error::NoDataset { path, source, .. } => {
            put("path", json!(path.display().to_string()));
            if let Some(number) = source.raw_os_error() {
                put("errno", json!(number));
            }
            system_code(source.kind())
        }
        Error::Input(input) => {
            put("file", json!(input.file));
            put("expected", json!(input.expected));
            put("found", json!(input.found));
            match input.place {
                Place::Line(line) => put("line", json!(line)),
                Place::Record(record) => put("record", json!(record)),
                Place::Byte(byte) => put("offset", json!(byte)),
                _ => {}
            }
            "ERR_VARIDEX_INPUT"
        }
        Error::Expression(expression) => {
            put("expression", json!(expression.text));
            put("at", json!(at(expression)));
            put("candidates", json!(expression.candidates));
            "ERR_VARIDEX_EXPRESSION"
        }
        Error::Usage(_) | Error::NotAllowed { .. } => "ERR_VARIDEX_USAGE",
        Error::Damaged(damage) => {
            put("file", json!(damage.file.display().to_string()));
            put("section", json!(damage.section));
            put("offset", json!(damage.offset));
            put("expected", json!(damage.expected));
            put("found", json!(damage.found));
            "ERR_VARIDEX_DAMAGED"
        }
        Error::TooNew {
            path,
            found,
            supported,
        } => {
            put("path", json!(path.display().to_string()));
            put("found", json!(found));
            put("expected", json!(supported));
            "ERR_VARIDEX_TOO_NEW"
        }
        Error::TooOld {
            path,
            found,
            supported,
        } => {
            put("path", json!(path.display().to_string()));
            put("found", json!(found));
            put("expected", json!(supported));
            "ERR_VARIDEX_TOO_OLD"
        }
        Error::Locked { path, .. } => {
            put("path", json!(path.display().to_string()));
            "ERR_VARIDEX_LOCKED"
        }
        Error::Cancelled => "ABORT_ERR",
        _ => "ERR_VARIDEX",
    };
    put("code", json!(code));
    put("message", json!(error.to_string()));
    Value::Object(details)
}

/// Where an expression is wrong, in units of JavaScript's strings.
fn at(error: &ExpressionError) -> [usize; 2] {
    [error.at.start, error.at.end].map(|byte| {
        let before = error.text.get(..byte).unwrap_or(&error.text);
        before.encode_utf16().count()
    })
}

/// The codes that Node's own file system functions have.
fn system_code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "ENOENT",
        ErrorKind::PermissionDenied => "EACCES",
        ErrorKind::AlreadyExists => "EEXIST",
        ErrorKind::NotADirectory => "ENOTDIR",
        ErrorKind::IsADirectory => "EISDIR",
        ErrorKind::DirectoryNotEmpty => "ENOTEMPTY",
        ErrorKind::ReadOnlyFilesystem => "EROFS",
        ErrorKind::StorageFull => "ENOSPC",
        ErrorKind::QuotaExceeded => "EDQUOT",
        ErrorKind::FileTooLarge => "EFBIG",
        ErrorKind::ResourceBusy => "EBUSY",
        ErrorKind::BrokenPipe => "EPIPE",
        ErrorKind::OutOfMemory => "ENOMEM",
        _ => "EIO",
    }
}
