//! What of a table is asked for, and by what it is counted.

use crate::arguments::{Expression, GroupOrText, OneOrMany};
use crate::interrupt::run;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::{Path, PathBuf};
use varidex::{By, Group, Query, Result, RowToken, View};
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

/// What is asked of variants, counted in a group where there is one, behind the row of a token.
pub(crate) fn query(
    py: Python<'_>,
    of: &Expression,
    group: Option<&Group>,
    after: Option<&str>,
) -> PyResult<Query> {
    run(py, || {
        let after = after.map(str::parse::<RowToken>).transpose()?;
        Ok(Query::new(&of.0)?.in_group(group).after(after))
    })
}

/// Two groups that are compared.
pub(crate) struct Compared {
    pub(crate) cases: Group,
    pub(crate) controls: Group,
}

impl Compared {
    pub(crate) fn of(
        py: Python<'_>,
        view: &View,
        groups: (Option<GroupOrText<'_>>, Option<GroupOrText<'_>>),
        by: &[By],
    ) -> PyResult<Option<Self>> {
        match groups {
            (None, None) => Ok(None),
            (Some(cases), Some(controls)) if by.is_empty() => Ok(Some(Self {
                cases: cases.find(py, view)?,
                controls: controls.find(py, view)?,
            })),
            _ => {
                let message = "cases are compared with controls: both are needed, and no by";
                Err(PyValueError::new_err(message))
            }
        }
    }
}

/// A file that a table is made of each time it is read.
pub(crate) fn readable_again(file: &Path, name: &str) -> PyResult<()> {
    if file == Path::new("-") {
        let message = format!("{name}: a file is expected, for a table may be read several times");
        return Err(PyValueError::new_err(message));
    }
    Ok(())
}

/// Counts of the alleles of a file.
pub(crate) fn sites(
    py: Python<'_>,
    view: View,
    file: PathBuf,
    (group, by): (Option<Group>, Vec<By>),
    part: Part,
) -> PyResult<crate::table::Table> {
    readable_again(&file, "sites")?;
    crate::table::Table::new(py, move || {
        let (table, _) = varidex_columns::sites(&view, &file, group.as_ref(), &by)?;
        part.of(table)
    })
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
