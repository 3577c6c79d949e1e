//! What Python passes, in its several forms.

use crate::group::Group;
use crate::interrupt::run;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::path::PathBuf;

/// An expression as text; a dictionary is its JSON form.
pub(crate) struct Expression(pub(crate) String);

impl Expression {
    pub(crate) fn all() -> Self {
        Self("all".to_owned())
    }
}

impl<'py> FromPyObject<'_, 'py> for Expression {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = given.cast::<PyString>() {
            return Ok(Self(text.to_str()?.to_owned()));
        }
        if given.cast::<PyDict>().is_err() {
            let message = format!(
                "expected an expression, as text or as a dict, found {}",
                given.get_type().name()?
            );
            return Err(PyTypeError::new_err(message));
        }
        as_json_text(given.py(), &given).map(Self)
    }
}

/// What Python has as JSON.
pub(crate) fn as_json_text(py: Python<'_>, given: &Bound<'_, PyAny>) -> PyResult<String> {
    let options = PyDict::new(py);
    options.set_item("allow_nan", false)?;
    let json = py.import("json")?;
    json.call_method("dumps", (given,), Some(&options))?
        .extract()
}

/// A group, or the expression that picks one.
pub(crate) enum GroupOrText<'py> {
    Group(Bound<'py, Group>),
    Text(Expression),
}

impl<'py> FromPyObject<'_, 'py> for GroupOrText<'py> {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match given.cast::<Group>() {
            Ok(group) => Ok(Self::Group(group.to_owned())),
            Err(_) => given.extract().map(Self::Text),
        }
    }
}

impl GroupOrText<'_> {
    pub(crate) fn find(self, py: Python<'_>, view: &varidex::View) -> PyResult<varidex::Group> {
        match self {
            Self::Group(group) => Ok(group.get().0.clone()),
            Self::Text(Expression(text)) => run(py, || view.ask(&text)),
        }
    }
}

/// The group asked for, if there is one.
pub(crate) fn group(
    py: Python<'_>,
    view: &varidex::View,
    group: Option<GroupOrText<'_>>,
) -> PyResult<Option<varidex::Group>> {
    group.map(|group| group.find(py, view)).transpose()
}

/// One or several.
#[derive(FromPyObject)]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

/// All of them, in a list; nothing where nothing was passed.
pub(crate) fn list<T>(given: Option<OneOrMany<T>>) -> Vec<T> {
    match given {
        None => Vec::new(),
        Some(OneOrMany::One(one)) => vec![one],
        Some(OneOrMany::Many(many)) => many,
    }
}

/// Bytes: a number, or text as the command line has it.
#[derive(FromPyObject)]
pub(crate) enum Size {
    Bytes(u64),
    Text(String),
}

impl Size {
    pub(crate) fn bytes(self) -> PyResult<u64> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Text(text) => varidex_cli::parse_size(&text)
                .map_err(|e| PyValueError::new_err(format!("memory {text:?}: {e}"))),
        }
    }
}

/// Keywords that several functions take, each of which is taken once.
pub(crate) struct Keywords<'py>(Option<Bound<'py, PyDict>>);

impl<'py> Keywords<'py> {
    pub(crate) fn of(given: Option<&Bound<'py, PyDict>>) -> PyResult<Self> {
        given.map(|given| given.copy()).transpose().map(Self)
    }

    /// The value of a keyword; None is as if it were not there.
    pub(crate) fn take<T>(&mut self, name: &str) -> PyResult<Option<T>>
    where
        T: for<'a> FromPyObject<'a, 'py>,
    {
        let Some(given) = &self.0 else {
            return Ok(None);
        };
        let Some(value) = given.get_item(name)? else {
            return Ok(None);
        };
        given.del_item(name)?;
        value.extract::<Option<T>>().map_err(|e| {
            let error: PyErr = e.into();
            let message = format!("argument '{name}': {}", error.value(value.py()));
            PyErr::from_type(error.get_type(value.py()), message)
        })
    }

    /// Refuses what nobody takes.
    pub(crate) fn end(self) -> PyResult<()> {
        match self.0.iter().flatten().next() {
            None => Ok(()),
            Some((name, _)) => {
                let message = format!("unexpected keyword argument {name}", name = name.repr()?);
                Err(PyTypeError::new_err(message))
            }
        }
    }
}

pub(crate) type Paths = Option<OneOrMany<PathBuf>>;
