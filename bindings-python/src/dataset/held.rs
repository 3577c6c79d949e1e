//! What a dataset holds while it is open.

use super::{Core, Dataset};
use crate::arguments::{self, GroupOrText};
use crate::error::{plain, raise};
use pyo3::prelude::*;
use std::sync::{PoisonError, RwLock};
use varidex::LocalFiles;

impl Dataset {
    pub(crate) fn new(dataset: varidex::Dataset, files: bool, report: Option<Py<PyAny>>) -> Self {
        Self::of(Self::loading(dataset, files).view(), files, report)
    }

    /// A dataset of which expressions may name files, or may not.
    pub(crate) fn loading(dataset: varidex::Dataset, files: bool) -> varidex::Dataset {
        match files {
            true => dataset.with_loader(LocalFiles::new()),
            false => dataset,
        }
    }

    /// A dataset as somebody may see it.
    pub(crate) fn of(view: Core, files: bool, report: Option<Py<PyAny>>) -> Self {
        Self {
            open: RwLock::new(Some(view)),
            files,
            report,
        }
    }

    /// What may be seen now: each question is asked of who has not withdrawn when it is asked.
    pub(crate) fn core(&self, py: Python<'_>) -> PyResult<Core> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        match &*open {
            Some(view) => view.renew().map_err(|e| raise(py, e)),
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
