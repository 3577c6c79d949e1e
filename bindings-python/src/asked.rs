//! What of a table is asked for, and by what it is counted.

use crate::arguments::{GroupOrText, OneOrMany};
use crate::interrupt::run;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use varidex::{By, Result, View};
use varidex_columns::Table;

/// Some of the rows and columns of a table.
#[derive(Clone)]
pub(crate) struct Part {
    columns: Option<Vec<String>>,
    offset: u64,
    limit: Option<u64>,
}

impl Part {
    pub(crate) fn new(columns: Option<OneOrMany<String>>, offset: u64, limit: Option<u64>) -> Self {
        Self {
            columns: columns.map(|columns| crate::arguments::list(Some(columns))),
            offset,
            limit,
        }
    }

    pub(crate) fn of(&self, table: Table) -> Result<Table> {
        let table = table.page(self.offset, self.limit);
        match &self.columns {
            None => Ok(table),
            Some(names) => table.select(names),
        }
    }
}

/// A field to count by: its text, or groups by their names.
#[derive(FromPyObject)]
pub(crate) enum Field<'py> {
    Text(String),
    Groups(Bound<'py, PyDict>),
}

impl Field<'_> {
    fn read(self, py: Python<'_>, view: &View) -> PyResult<Vec<By>> {
        let groups = match self {
            Self::Text(text) => return run(py, || view.by(&[text])),
            Self::Groups(groups) => groups,
        };
        let mut named = Vec::new();
        for (name, group) in groups {
            let group: GroupOrText<'_> = group.extract().map_err(|_| {
                PyTypeError::new_err("by: expected groups or expressions by their names")
            })?;
            named.push((name.extract()?, group.find(py, view)?));
        }
        Ok(vec![By::Groups(named)])
    }
}

/// By what is counted.
pub(crate) fn by(
    py: Python<'_>,
    view: &View,
    given: Option<OneOrMany<Field<'_>>>,
) -> PyResult<Vec<By>> {
    let given = crate::arguments::list(given).into_iter();
    let read: PyResult<Vec<_>> = given.map(|field| field.read(py, view)).collect();
    // several groups in one list of texts are one field
    let (mut all, mut named) = (Vec::new(), None);
    for by in read?.into_iter().flatten() {
        match (by, named) {
            (By::Groups(more), Some(at)) => {
                if let Some(By::Groups(groups)) = all.get_mut(at) {
                    groups.extend(more);
                }
            }
            (by, _) => {
                if matches!(by, By::Groups(_)) {
                    named = Some(all.len());
                }
                all.push(by);
            }
        }
    }
    Ok(all)
}
