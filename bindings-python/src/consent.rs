//! What people decide, and views by it.

use crate::arguments::{Keywords, as_json_text};
use crate::error::raise;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::{Path, PathBuf};
use varidex::{Access, ConsentOptions, Withdrawal};

/// JSON as Python has it.
pub(crate) fn loaded<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (json,))
}

/// What a dict of arguments says, without those that are None.
fn json_of(py: Python<'_>, arguments: &[(&str, Bound<'_, PyAny>)]) -> PyResult<String> {
    let given = PyDict::new(py);
    for (name, value) in arguments.iter().filter(|(_, value)| !value.is_none()) {
        given.set_item(name, value)?;
    }
    as_json_text(py, given.as_any())
}

/// A day as text: a date of Python writes itself as the text that is meant.
fn as_text(date: Option<Bound<'_, PyAny>>) -> PyResult<Option<String>> {
    date.map(|date| Ok(date.str()?.to_str()?.to_owned()))
        .transpose()
}

/// Who asks: a purpose, and under which permit.
pub(crate) fn access_of(
    py: Python<'_>,
    purpose: Option<&str>,
    permit_date: Option<Bound<'_, PyAny>>,
    national_override: bool,
    audit: Option<Bound<'_, PyAny>>,
) -> PyResult<Access> {
    let arguments = [
        ("granularity", "record".into_pyobject(py)?.into_any()),
        ("purpose", purpose.into_pyobject(py)?.into_any()),
        (
            "permit_date",
            as_text(permit_date)?.into_pyobject(py)?.into_any(),
        ),
        (
            "national_override",
            national_override.into_pyobject(py)?.to_owned().into_any(),
        ),
        ("known_at", as_text(audit)?.into_pyobject(py)?.into_any()),
    ];
    let json = json_of(py, &arguments)?;
    Access::from_json(&json).map_err(|e| raise(py, e))
}

/// Records that people or samples withdraw, or that they come back.
pub(crate) fn decide<'py>(
    py: Python<'py>,
    path: &Path,
    is_withdrawal: bool,
    given: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut given = Keywords::of(given)?;
    let mut ids = |name| given.take::<Vec<String>>(name)?.into_pyobject(py);
    let (individuals, samples, purposes) = (ids("individuals")?, ids("samples")?, ids("purposes")?);
    let effect = match given.take("later_permits")?.unwrap_or(false) {
        true => "later_permits",
        false => "now",
    };
    let dry_run = given.take("dry_run")?.unwrap_or(false);
    let arguments = [
        ("individuals", individuals),
        ("samples", samples),
        ("purposes", purposes),
        (
            "from",
            as_text(given.take("from_date")?)?
                .into_pyobject(py)?
                .into_any(),
        ),
        ("effect", effect.into_pyobject(py)?.into_any()),
        (
            "source",
            given
                .take::<String>("source")?
                .into_pyobject(py)?
                .into_any(),
        ),
        ("dry_run", dry_run.into_pyobject(py)?.to_owned().into_any()),
    ];
    given.end()?;
    let json = json_of(py, &arguments)?;
    let report = py.detach(|| {
        let what = Withdrawal::from_json(&json)?;
        match is_withdrawal {
            true => varidex::withdraw(path, &what),
            false => varidex::restore(path, &what),
        }
    });
    loaded(py, &report.map_err(|e| raise(py, e))?.to_json())
}

/// Records lists of decisions and settings; without any, what is decided.
pub(crate) fn consent<'py>(
    py: Python<'py>,
    path: &Path,
    lists: Vec<PathBuf>,
    (defaults, hmb_in_strata, dry_run): (Option<Bound<'py, PyDict>>, Option<bool>, bool),
) -> PyResult<Bound<'py, PyAny>> {
    if lists.is_empty() && defaults.is_none() && hmb_in_strata.is_none() {
        let summary = py.detach(|| varidex::consent_summary(path));
        return loaded(py, &summary.map_err(|e| raise(py, e))?.to_json());
    }
    let arguments = [
        ("defaults", defaults.into_pyobject(py)?.into_any()),
        ("hmb_in_strata", hmb_in_strata.into_pyobject(py)?.into_any()),
        ("dry_run", dry_run.into_pyobject(py)?.to_owned().into_any()),
    ];
    let json = json_of(py, &arguments)?;
    let report = py.detach(|| {
        let options = ConsentOptions::from_json(&json)?;
        varidex::record_consent(path, &lists, &options)
    });
    loaded(py, &report.map_err(|e| raise(py, e))?.to_json())
}
