//! Counts of datasets beside the alleles of somebody's file.

use crate::arguments::{GroupOrText, OneOrMany, group};
use crate::asked::{self, Field, Part, readable_again};
use crate::build::Reporter;
use crate::dataset::Dataset;
use crate::interrupt::run;
use crate::table::Table;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use varidex::{AnnotateOptions, AnnotateWith, CountFilter};

/// A dataset, or a dataset with the group that is counted in it.
#[derive(FromPyObject)]
enum Cohort<'py> {
    All(Bound<'py, Dataset>),
    Group(Bound<'py, Dataset>, GroupOrText<'py>),
}

/// The datasets to annotate with, by the names that INFO keys and columns begin with.
fn cohorts(
    py: Python<'_>,
    given: &Bound<'_, PyAny>,
    by: Option<&Bound<'_, PyAny>>,
) -> PyResult<Vec<AnnotateWith>> {
    let bind = |name: Option<String>, cohort: &Bound<'_, PyAny>| {
        let (dataset, within) = match cohort.extract() {
            Ok(Cohort::All(dataset)) => (dataset, None),
            Ok(Cohort::Group(dataset, within)) => (dataset, Some(within)),
            Err(_) => {
                let message = format!(
                    "cohorts: expected a Dataset, or one with a group as (dataset, group), found {}",
                    cohort.get_type().name()?
                );
                return Err(PyTypeError::new_err(message));
            }
        };
        let view = dataset.get().core(py)?;
        let within = group(py, &view, within)?;
        // named groups are asked for in each of the datasets
        let fields: Option<OneOrMany<Field<'_>>> = by.map(|by| by.extract()).transpose()?;
        let by = asked::by(py, &view, fields)?;
        let mut with = AnnotateWith::new(view).by(by);
        if let Some(name) = name {
            with = with.named(name);
        }
        if let Some(within) = within {
            with = with.in_group(within);
        }
        Ok(with)
    };
    match given.cast::<PyDict>() {
        Ok(named) => named
            .iter()
            .map(|(name, cohort)| bind(Some(name.extract()?), &cohort))
            .collect(),
        Err(_) => Ok(vec![bind(None, given)?]),
    }
}

/// The alleles of a VCF or BCF file in its order, a row each, with their counts in one dataset or in several: a table that
/// is computed while it is read. Its rows are gone through one by one in bounded memory, and by whatever reads Arrow
/// streams in record batches. The file is read anew each time.
///
/// `cohorts` is a dataset, or datasets by names; each may be a pair of a dataset and a group of it. Columns are ac, an, af,
/// n_het, n_hom, n_hemi and n_missing of each, NAME_ac and so on where they are named; with `by`, as `frequencies` takes
/// it, there are behind them those of the groups that the values make: ac_FIN, NAME_ac_FIN. ac is 0 of an allele that a
/// dataset does not have, and an is None where somebody was not looked at; counts are None of what is no allele.
///
/// >>> rows = varidex.annotate("case.vcf", {"all": ds, "few": (ds, "samples(SIM0000996)")})
/// >>> for row in rows:
/// ...     print(row["pos"], row["alt"], row["all_ac"], row["all_an"], row["few_ac"])
/// 20003080 T 3 4000 1
/// 20003080 TG 0 4000 0
#[pyfunction]
#[pyo3(signature = (path, cohorts, *, by = None, columns = None, offset = 0, limit = None))]
pub(crate) fn annotate(
    py: Python<'_>,
    path: PathBuf,
    cohorts: &Bound<'_, PyAny>,
    by: Option<&Bound<'_, PyAny>>,
    columns: Option<OneOrMany<String>>,
    offset: u64,
    limit: Option<u64>,
) -> PyResult<Table> {
    readable_again(&path, "path")?;
    let with = self::cohorts(py, cohorts, by)?;
    let part = Part::new(columns, offset, limit);
    Table::new(py, move || {
        let (table, _) = varidex_columns::annotations(&path, &with)?;
        part.of(table)
    })
}

/// Writes a VCF or BCF file again ("-" is standard input), with counts of datasets beside each allele as INFO fields: AC,
/// AN, AF, HOM and HEMI, with the name of the dataset before them (VDX_AC where it has none) and values of `by` behind.
/// VCF is written of VCF, BCF of BCF; the file appears whole or not at all. `filter` leaves only records with an ALT of
/// which it holds in each of the datasets, such as "af<0.01 | ac=0". `cohorts` and `by` as of `annotate`.
///
/// >>> varidex.annotate_file("case.vcf", ds, "annotated.vcf")["tallies"]
/// [{'name': 'VDX', 'present': 1, 'absent': 1, 'uncovered': 0, 'undecided': 0}]
#[pyfunction]
#[pyo3(signature = (path, cohorts, to, *, by = None, filter = None, threads = None, progress = None))]
#[expect(
    clippy::too_many_arguments,
    reason = "options of Python are arguments by name"
)]
pub(crate) fn annotate_file<'py>(
    py: Python<'py>,
    path: PathBuf,
    cohorts: &Bound<'py, PyAny>,
    to: PathBuf,
    by: Option<&Bound<'py, PyAny>>,
    filter: Option<String>,
    threads: Option<usize>,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let with = self::cohorts(py, cohorts, by)?;
    let filter = filter.map(|filter| run(py, || CountFilter::new(&filter)));
    let options = AnnotateOptions {
        format: None,
        threads,
        filter: filter.transpose()?,
    };
    let reporter = Reporter::new(py, progress, "B")?;
    let what = format!("writing {}", to.display());
    let done = reporter.run(py, |advance| {
        varidex::annotate(&path, &with, &to, &options, &mut |at| {
            advance(at.bytes, at.total, &what)
        })
    })?;
    let written = PyDict::new(py);
    written.set_item("records", done.records)?;
    written.set_item("written", done.written)?;
    written.set_item("bytes", done.bytes)?;
    let tally = |of: varidex::AnnotateTally| {
        let shown = PyDict::new(py);
        shown.set_item("name", of.name)?;
        shown.set_item("present", of.present)?;
        shown.set_item("absent", of.absent)?;
        shown.set_item("uncovered", of.uncovered)?;
        shown.set_item("undecided", of.undecided)?;
        Ok(shown)
    };
    let tallies: PyResult<Vec<_>> = done.tallies.into_iter().map(tally).collect();
    written.set_item("tallies", tallies?)?;
    written.set_item("warnings", done.warnings)?;
    Ok(written)
}
