//! Back to VCF and BCF.

use crate::build::Reporter;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::Path;
use varidex::{ExportOptions, Group, View};

/// Writes variants and genotypes to a file: see `Dataset.export`.
pub(crate) fn export<'py>(
    py: Python<'py>,
    view: &View,
    of: &str,
    group: Option<&Group>,
    path: &Path,
    (threads, progress): (Option<usize>, Option<Bound<'py, PyAny>>),
) -> PyResult<Bound<'py, PyDict>> {
    let options = ExportOptions {
        threads,
        ..ExportOptions::default()
    };
    let reporter = Reporter::new(py, progress, "variants")?;
    let what = format!("writing {}", path.display());
    let summary = reporter.run(py, |advance| {
        view.export(of, group, path, &options, &mut |at| {
            advance(at.rows, None, &what)
        })
    })?;
    let written = PyDict::new(py);
    written.set_item("records", summary.records)?;
    written.set_item("rows", summary.rows)?;
    written.set_item("samples", summary.samples)?;
    written.set_item("bytes", summary.bytes)?;
    written.set_item("replaced", summary.replaced)?;
    Ok(written)
}
