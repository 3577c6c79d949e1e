//! Texts of sequences, arrays and series, as one block: what is done with them is done without the GIL.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// Texts one behind the other, and where each ends.
pub(crate) struct TextList {
    text: String,
    ends: Vec<usize>,
}

impl TextList {
    /// The texts of anything that can be gone through; `name` says in errors what they are.
    pub(crate) fn of(given: &Bound<'_, PyAny>, name: &str) -> PyResult<Self> {
        // arrays and series give their texts faster all at once
        let convert = ["tolist", "to_list", "to_pylist"];
        let convert = convert
            .iter()
            .find(|name| given.hasattr(**name).unwrap_or(false));
        let given = match convert {
            Some(name) => given.call_method0(*name)?,
            None => given.clone(),
        };
        let (mut text, mut ends) = (String::new(), Vec::new());
        for item in given.try_iter()? {
            let item = item?;
            let item = item.cast::<PyString>().map_err(|_| {
                PyValueError::new_err(format!("{name}: expected texts, found {item}"))
            })?;
            text.push_str(item.to_str()?);
            ends.push(text.len());
        }
        Ok(Self { text, ends })
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let end = self.ends.get(at).copied().unwrap_or_default();
        let text = self.text.get(start.copied().unwrap_or_default()..end);
        text.unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }
}
