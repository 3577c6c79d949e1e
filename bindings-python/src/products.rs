//! Products of the matrix of genotypes.

use crate::interrupt::run;
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArrayDyn};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use varidex::{Missing, View};

/// What a missing genotype counts, as Python names it.
fn missing(name: &str) -> PyResult<Missing> {
    let missing = name.parse::<Missing>();
    missing.map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Numbers, row after row, and the shape that they have.
fn numbers(given: &Bound<'_, PyAny>, name: &str) -> PyResult<(Vec<f64>, Vec<usize>)> {
    let py = given.py();
    let numpy = py.import("numpy")?;
    let array = numpy.call_method1("asarray", (given,))?;
    let options = PyDict::new(py);
    options.set_item("casting", "same_kind")?;
    options.set_item("order", "C")?;
    let array = match array.getattr("size")?.extract::<usize>()? {
        // an empty list has no type of its own
        0 => array.call_method1("astype", ("float64",))?,
        _ => array.call_method("astype", ("float64",), Some(&options))?,
    };
    let array: PyReadonlyArrayDyn<'_, f64> = array
        .extract()
        .map_err(|_| PyTypeError::new_err(format!("{name}: expected an array of numbers")))?;
    let view = array.as_array();
    Ok((view.iter().copied().collect(), view.shape().to_vec()))
}

/// A number for each sample.
pub(crate) fn score<'py>(
    py: Python<'py>,
    view: &View,
    of: &str,
    weights: &Bound<'py, PyAny>,
    missing: &str,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let missing = self::missing(missing)?;
    let (weights, shape) = numbers(weights, "weights")?;
    if shape.len() != 1 {
        return Err(PyValueError::new_err(format!(
            "weights: expected one dimension, found {}",
            shape.len()
        )));
    }
    let scores = run(py, || view.score(of, &weights, missing))?;
    Ok(PyArray1::from_vec(py, scores))
}

/// For each variant a number, or one for each vector.
pub(crate) fn project<'py>(
    py: Python<'py>,
    view: &View,
    of: &str,
    vectors: &Bound<'py, PyAny>,
    missing: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let missing = self::missing(missing)?;
    let (vectors, shape) = numbers(vectors, "vectors")?;
    let samples = view.sample_count() as usize;
    let is_right = match *shape {
        [of_samples] => of_samples == samples,
        [of_samples, count] => of_samples == samples && count > 0,
        _ => false,
    };
    if !is_right {
        return Err(PyValueError::new_err(format!(
            "vectors: expected the shape ({samples},) or ({samples}, k) for k vectors, found {shape:?}"
        )));
    }
    let found = run(py, || view.project(of, &vectors, missing))?;
    let mut to = vec![found.variants()];
    to.extend(shape.get(1));
    let values = PyArray1::from_vec(py, found.into_values());
    Ok(values.reshape(to)?.into_any())
}
