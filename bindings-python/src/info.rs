//! What a dataset holds.

use crate::error::raise;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use varidex::View;

/// What a dataset holds, by name.
pub(crate) fn info<'py>(py: Python<'py>, view: &View) -> PyResult<Bound<'py, PyDict>> {
    let info = view.info();
    let found = PyDict::new(py);
    found.set_item("dataset", info.path)?;
    found.set_item("snapshot", info.snapshot)?;
    found.set_item("annotations", info.annotations)?;
    found.set_item("assembly", info.assembly.map(|assembly| assembly.name()))?;
    found.set_item("sex_ploidy", info.sex_ploidy)?;
    for (name, count) in [
        ("samples", info.samples),
        ("people", info.people),
        ("people_records", info.people_records),
        ("terms", info.terms),
        ("genes", info.genes.0),
        ("pad", info.genes.1.into()),
        ("rows", info.rows),
        ("segments", info.segments),
        ("bytes", info.bytes),
    ] {
        found.set_item(name, count)?;
    }
    found.set_item("records", info.records)?;
    for (key, attributes) in [
        ("individual_attributes", view.individual_attributes()),
        ("sample_attributes", view.sample_attributes()),
    ] {
        let named = PyDict::new(py);
        for attribute in attributes.map_err(|error| raise(py, error))? {
            named.set_item(attribute.name, (attribute.kind.name(), attribute.count))?;
        }
        found.set_item(key, named)?;
    }
    let contigs = PyDict::new(py);
    for (name, rows) in info.contigs {
        contigs.set_item(name, rows)?;
    }
    found.set_item("contigs", contigs)?;
    let keys = PyDict::new(py);
    for (name, kind) in info.info_keys {
        keys.set_item(name, kind)?;
    }
    found.set_item("info", keys)?;
    Ok(found)
}
