//! What a dataset holds while it is open.

use super::{Core, Dataset};
use crate::arguments::{self, GroupOrText};
use crate::error::plain;
use pyo3::prelude::*;
use std::sync::{PoisonError, RwLock};
use varidex::LocalFiles;

impl Dataset {
    pub(crate) fn new(dataset: varidex::Dataset, files: bool, report: Option<Py<PyAny>>) -> Self {
        let dataset = match files {
            true => dataset.with_loader(LocalFiles::new()),
            false => dataset,
        };
        Self {
            open: RwLock::new(Some(dataset.view())),
            files,
            report,
        }
    }

    pub(crate) fn core(&self, py: Python<'_>) -> PyResult<Core> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        match &*open {
            Some(view) => Ok(view.clone()),
            None => Err(plain(py, "ClosedError", "the dataset is closed".to_owned())),
        }
    }

    /// The dataset, and the group of it that is asked for.
    pub(super) fn asked(
        &self,
        py: Python<'_>,
        group: Option<GroupOrText<'_>>,
    ) -> PyResult<(Core, Option<varidex::Group>)> {
        let view = self.core(py)?;
        let group = arguments::group(py, &view, group)?;
        Ok((view, group))
    }
}
