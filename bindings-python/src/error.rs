//! Errors as exceptions: the classes are those of `varidex.errors`.

use pyo3::exceptions::PyDeprecationWarning;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::ffi::CStr;
use std::io::ErrorKind;
use varidex::{Error, Place};

/// An exception of a class of `varidex.errors`, with attributes.
fn of<'py>(
    py: Python<'py>,
    class: &str,
    arguments: impl pyo3::call::PyCallArgs<'py>,
    attributes: &Bound<'py, PyDict>,
) -> PyResult<PyErr> {
    let class = py.import("varidex.errors")?.getattr(class)?;
    let error = class.call1(arguments)?;
    for (name, value) in attributes {
        error.setattr(name.cast::<pyo3::types::PyString>()?, value)?;
    }
    Ok(PyErr::from_value(error))
}

/// The library's error as an exception.
pub(crate) fn raise(py: Python<'_>, error: Error) -> PyErr {
    // what prevents an exception from being made is an exception too
    make(py, error).unwrap_or_else(|prevented| prevented)
}

/// An exception of a class of `varidex.errors` without more than a message.
pub(crate) fn plain(py: Python<'_>, class: &str, message: String) -> PyErr {
    of(py, class, (message,), &PyDict::new(py)).unwrap_or_else(|prevented| prevented)
}

fn make(py: Python<'_>, error: Error) -> PyResult<PyErr> {
    let attributes = PyDict::new(py);
    let text = error.to_string();
    match error {
        Error::Io { path, source } => {
            let class = match source.kind() {
                ErrorKind::NotFound => "MissingFileError",
                ErrorKind::PermissionDenied => "DeniedError",
                _ => "FileError",
            };
            // who reads `errno` finds it, or 5 (EIO) where the system gave none
            let number = source.raw_os_error().unwrap_or(5);
            let what = match source.raw_os_error() {
                Some(_) => {
                    let os = py.import("os")?;
                    os.call_method1("strerror", (number,))?.extract()?
                }
                None => source.to_string(),
            };
            of(
                py,
                class,
                (number, what, path.into_os_string()),
                &attributes,
            )
        }
        Error::NoDataset { path, source, .. } => {
            // without the path as an argument, for the message has it
            attributes.set_item("filename", path.into_os_string())?;
            let number = source.raw_os_error().unwrap_or(2);
            let class = match source.kind() {
                ErrorKind::NotFound => "MissingFileError",
                _ => "FileError",
            };
            of(py, class, (number, text), &attributes)
        }
        Error::Input(input) => {
            let (place, number) = match input.place {
                Place::Line(n) => ("line", n),
                Place::Record(n) => ("record", n),
                Place::Byte(n) => ("byte", n),
                _ => ("", 0),
            };
            for name in ["line", "record", "byte"] {
                attributes.set_item(name, (name == place).then_some(number))?;
            }
            attributes.set_item("file", &input.file)?;
            attributes.set_item("expected", &input.expected)?;
            attributes.set_item("found", &input.found)?;
            of(py, "InputError", (text,), &attributes)
        }
        Error::Expression(expression) => {
            let count = |bytes: usize| {
                let before = expression.text.get(..bytes);
                before.map_or(bytes, |text| text.chars().count())
            };
            attributes.set_item("expression", &expression.text)?;
            attributes.set_item("start", count(expression.at.start))?;
            attributes.set_item("end", count(expression.at.end))?;
            attributes.set_item("message", &expression.message)?;
            attributes.set_item("candidates", &expression.candidates)?;
            of(py, "ExpressionError", (text,), &attributes)
        }
        Error::Damaged(damage) => {
            attributes.set_item("file", damage.file.as_os_str())?;
            attributes.set_item("section", &damage.section)?;
            attributes.set_item("offset", damage.offset)?;
            attributes.set_item("expected", &damage.expected)?;
            attributes.set_item("found", &damage.found)?;
            of(py, "DamagedError", (text,), &attributes)
        }
        Error::Usage(_) | Error::NotAllowed { .. } => of(py, "UsageError", (text,), &attributes),
        Error::TooNew { .. } => of(py, "TooNewError", (text,), &attributes),
        Error::TooOld { .. } => of(py, "TooOldError", (text,), &attributes),
        Error::Locked { .. } => of(py, "LockedError", (text,), &attributes),
        Error::Cancelled => of(py, "Cancelled", (text,), &attributes),
        _ => of(py, "Error", (text,), &attributes),
    }
}

/// Warns of a name that goes with the next release.
pub(crate) fn renamed(py: Python<'_>, message: &CStr) -> PyResult<()> {
    PyErr::warn(py, &py.get_type::<PyDeprecationWarning>(), message, 1)
}
