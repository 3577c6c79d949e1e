//! What was done to answer a question.

use crate::error::renamed;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What was done to answer a question.
#[pyclass(frozen, module = "varidex")]
pub(crate) struct Explanation(pub(crate) varidex::Explanation);

#[pymethods]
impl Explanation {
    /// The expression as understood.
    #[getter]
    fn expression(&self) -> &str {
        &self.0.expression
    }

    /// What is to be known of the people found.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.0.notes.clone()
    }

    /// The individuals found.
    #[getter]
    fn individuals(&self) -> u64 {
        self.0.individuals
    }

    /// The name of `individuals` before: it goes with the next release.
    #[getter]
    fn people(&self, py: Python<'_>) -> PyResult<u64> {
        renamed(py, c"Explanation.people is Explanation.individuals now")?;
        Ok(self.0.individuals)
    }

    /// Wall time.
    #[getter]
    fn seconds(&self) -> f64 {
        self.0.seconds
    }

    /// The parts, in the order they were run. `segments_passed_by` and `people` are the names of
    /// `segments_skipped` and `individuals` before, and go with the next release.
    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let steps = self.0.steps.iter().map(|step| {
            let shown = PyDict::new(py);
            shown.set_item("what", &step.what)?;
            shown.set_item("notes", &step.notes)?;
            for (name, count) in [
                ("segments_read", step.segments.0),
                ("segments_skipped", step.segments.1),
                ("segments_passed_by", step.segments.1),
                ("candidate_rows", step.candidate_rows),
                ("variants", step.variants),
                ("set_bytes", step.set_bytes),
                ("individuals", step.individuals),
                ("people", step.individuals),
            ] {
                shown.set_item(name, count)?;
            }
            Ok(shown)
        });
        steps.collect()
    }

    fn __repr__(&self) -> String {
        self.0.to_string().trim_end().to_owned()
    }
}
