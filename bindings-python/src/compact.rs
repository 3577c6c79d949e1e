//! Merging segments, and erasing people.

use crate::arguments::Size;
use crate::build::Reporter;
use crate::consent::loaded;
use pyo3::prelude::*;
use std::path::PathBuf;
use varidex::CompactOptions;

/// Merges the segments of a dataset to fewer, with the same answers; variants of one position may come in another order.
/// Datasets that are open go on with the state that they opened.
///
/// With `erase` whoever withdrew from all purposes is taken out for good: genotypes, names, records, variants that nobody
/// else carries, decisions, and all earlier states. A hash of each id stays, by which `add` refuses them. `keep` says how
/// many states can be opened after, the new one among them; `memory` is what to take at most, about: bytes, or a text as
/// "512M". Gives what was done, what was before and is now as a list of two: `segments`, `batches`, `bytes`, `erased` and
/// more; `left` and `open_in` name files and processes that still hold what was erased.
///
/// >>> varidex.compact("grows.vdx")["batches"]
/// [2, 2]
#[pyfunction]
#[pyo3(signature = (dataset, *, erase = false, keep = 1, threads = None, memory = None, progress = None))]
pub(crate) fn compact<'py>(
    py: Python<'py>,
    dataset: PathBuf,
    erase: bool,
    keep: u32,
    threads: Option<usize>,
    memory: Option<Size>,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let usual = CompactOptions::default();
    let options = CompactOptions {
        threads,
        memory: memory.map_or(Ok(usual.memory), Size::bytes)?,
        erase,
        keep,
    };
    let reporter = Reporter::new(py, progress, "rows")?;
    let report = reporter.run(py, |advance| {
        varidex::compact(&dataset, &options, &mut |at| {
            advance(at.records, None, &at.input)
        })
    })?;
    loaded(py, &report.to_json())
}
