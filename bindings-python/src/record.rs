//! What is recorded of one individual.

use crate::interrupt::run;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use varidex::View;

/// The record of an individual in a format, as Python's own values.
pub(crate) fn individual<'py>(
    py: Python<'py>,
    view: &View,
    id: &str,
    format: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let beacon = match format {
        "phenopacket" => false,
        "beacon" => true,
        other => {
            let message = format!("format {other:?}: one of phenopacket, beacon");
            return Err(PyValueError::new_err(message));
        }
    };
    let rebuilt = run(py, || {
        let known = view.individual(id)?;
        Ok(if beacon {
            known.beacon()
        } else {
            known.phenopacket()
        })
    })?;
    py.import("json")?.call_method1("loads", (rebuilt.json,))
}
