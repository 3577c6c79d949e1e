//! Opening datasets.

use crate::dataset::Dataset;
use crate::group::open_state;
use crate::interrupt::run;
use pyo3::prelude::*;
use std::path::PathBuf;
use varidex::Access;

/// Opens the dataset in a directory: cheap, for nothing is read before it is asked for.
///
/// Expressions name files behind `@`, as in `samples(@ids.txt)`: they are read by the rights of this
/// process. With `files=False` no expression reads a file, and `@` is an error: open a dataset so before
/// you ask it what strangers wrote, as a server does.
///
/// `snapshot` opens an earlier state that is kept, by its id or the first digits of it: `ds.snapshots()` lists them. What
/// people decided holds for it as well.
///
/// The files of a dataset must not be changed in place: where another program cuts one that is open, the
/// process ends (SIGBUS). Builds, and what loads people, write new files.
///
/// >>> varidex.open("cohort.vdx", files=False).ask("samples(@/etc/hosts)")
/// Traceback (most recent call last):
/// varidex.errors.ExpressionError: `@` marks a file, and no files are read here: write what it lists instead
///   samples(@/etc/hosts)
///   ^^^^^^^^^^^^^^^^^^^^
#[pyfunction]
#[pyo3(signature = (path, *, files = true, snapshot = None))]
pub(crate) fn open(
    py: Python<'_>,
    path: PathBuf,
    files: bool,
    snapshot: Option<&str>,
) -> PyResult<Dataset> {
    let dataset = run(py, || match snapshot {
        Some(id) => varidex::Dataset::open_snapshot(&path, id),
        None => varidex::Dataset::open(&path),
    })?;
    Ok(Dataset::new(dataset, files, None))
}

/// Opens a dataset that must be in the state it was when it was pickled.
#[pyfunction]
pub(crate) fn _reopen(
    py: Python<'_>,
    path: PathBuf,
    snapshot: &str,
    files: bool,
    access: &str,
) -> PyResult<Dataset> {
    let dataset = Dataset::loading(open_state(py, path, snapshot)?, files);
    let view = run(py, || dataset.view_for(&Access::from_json(access)?))?;
    Ok(Dataset::of(view, files, None))
}
