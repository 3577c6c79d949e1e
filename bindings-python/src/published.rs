//! Published counts: written, and asked.

use crate::arguments::{OneOrMany, as_json_text, list};
use crate::asked::{Part, readable_again};
use crate::consent::loaded;
use crate::error::raise;
use crate::interrupt::run;
use crate::table::Table;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use varidex::{Position, PublishOptions, ShownCounts, StrataGroup};

/// Opens counts that were published: a file that `ds.publish` or `varidex publish` wrote.
///
/// A file that is older than it may be is refused: somebody may have withdrawn since.
///
/// >>> file = varidex.open_published("counts.vdx")
/// >>> file.info["about"]["policy"]["name"]
/// 'omop'
#[pyfunction]
pub(crate) fn open_published(py: Python<'_>, path: PathBuf) -> PyResult<Published> {
    run(py, || varidex::Published::open(&path)).map(Published)
}

/// Writes what a policy shows of a view.
pub(crate) fn publish<'py>(
    py: Python<'py>,
    view: &varidex::View,
    file: PathBuf,
    options: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    let options = as_json_text(py, options.as_any())?;
    let report = run(py, || {
        let options = PublishOptions::from_json(&options, view)?;
        varidex::publish(view, &options, &file)
    })?;
    loaded(py, &report.to_json())
}

/// Counts of alleles by strata that were published: no sample is in them, and no id.
///
/// A `group` is a union of strata by their labels with `|` between them, as `FI|SE_F`: the label of a stratum has a value for each field,
/// `FI` is all strata of that country, `F` all of that sex, and `Total` everybody. Any other group is an error that lists the strata.
///
/// >>> file = varidex.open_published("counts.vdx")
/// >>> file.site("22", 20003080, "TGATTA", "T") is None
/// True
/// >>> file.frequencies("22:20003080", group="Total").columns[-1]
/// 'status'
#[pyclass(frozen, module = "varidex")]
pub(crate) struct Published(varidex::Published);

impl Published {
    fn group(&self, py: Python<'_>, labels: Option<&str>) -> PyResult<StrataGroup> {
        match labels {
            None => Ok(StrataGroup::total()),
            Some(labels) => self.0.group(labels).map_err(|e| raise(py, e)),
        }
    }
}

#[pymethods]
impl Published {
    /// What the file says of itself: `digest`, `rows`, `bytes`, `last_day`, and `about`, with population, consent date, policy, fields, strata
    /// and contigs.
    #[getter]
    fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        loaded(py, &run(py, || self.0.info_json())?)
    }

    /// The labels of the strata.
    #[getter]
    fn strata(&self) -> Vec<&str> {
        let strata = self.0.strata().iter();
        strata.map(|of| of.label.as_str()).collect()
    }

    /// The counts of an allele, by its REF and ALT in any case of letters, in a union of strata or in everybody: a dict of `ac`, `an`, `af`,
    /// `n_het`, `n_hom`, `n_hemi` and `status`, with None for what is withheld. None where the file does not have the allele: nobody has it, or
    /// what is of it may not be shown. Positions are 1-based.
    #[pyo3(signature = (chrom, pos, r#ref, alt, *, group = None),
        text_signature = "($self, chrom, pos, ref, alt, *, group=None)")]
    fn site<'py>(
        &self,
        py: Python<'py>,
        chrom: &str,
        pos: i64,
        r#ref: &str,
        alt: &str,
        group: Option<&str>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let group = self.group(py, group)?;
        let position = Position::from_one_based(pos).ok_or_else(|| {
            PyValueError::new_err(format!("pos: expected a position, found {pos}"))
        })?;
        let site = run(py, || self.0.site(chrom, position, r#ref, alt))?;
        site.map(|site| as_dict(py, &site.shown(&group)))
            .transpose()
    }

    /// Counts of the sites that an expression picks, as `22:16,000,000-17,000,000`, in a union of strata or in everybody, and by some of the
    /// fields that strata are made by. `status` is exact or rounded, as of the less exact of `ac` and `an`, or withheld.
    #[pyo3(signature = (r#where, *, group = None, by = None, columns = None, offset = 0, limit = None),
        text_signature = "($self, where, *, group=None, by=None, columns=None, offset=0, limit=None)")]
    #[expect(
        clippy::too_many_arguments,
        reason = "options of Python are arguments by name"
    )]
    fn frequencies(
        &self,
        py: Python<'_>,
        r#where: String,
        group: Option<String>,
        by: Option<OneOrMany<String>>,
        columns: Option<OneOrMany<String>>,
        offset: u64,
        limit: Option<u64>,
    ) -> PyResult<Table> {
        let (file, by) = (self.0.clone(), list(by));
        let part = Part::new(columns, offset, limit);
        Table::new(py, move || {
            let group = group.as_deref();
            part.of(varidex_columns::published_frequencies(
                &file, &r#where, group, &by,
            )?)
        })
    }

    /// Counts of the alleles of a file of variants in its order, however they are spelled. All is withheld of an allele that is not there.
    #[pyo3(signature = (file, *, group = None, by = None, columns = None, offset = 0, limit = None))]
    #[expect(
        clippy::too_many_arguments,
        reason = "options of Python are arguments by name"
    )]
    fn sites(
        &self,
        py: Python<'_>,
        file: PathBuf,
        group: Option<String>,
        by: Option<OneOrMany<String>>,
        columns: Option<OneOrMany<String>>,
        offset: u64,
        limit: Option<u64>,
    ) -> PyResult<Table> {
        readable_again(&file, "file")?;
        let (of, by) = (self.0.clone(), list(by));
        let part = Part::new(columns, offset, limit);
        Table::new(py, move || {
            let (table, _) = varidex_columns::published_sites(&of, &file, group.as_deref(), &by)?;
            part.of(table)
        })
    }

    /// Reads all of the file, and checks every checksum, the digest and every rule; raises where something is not as it was written.
    fn verify(&self, py: Python<'_>) -> PyResult<()> {
        run(py, || self.0.verify())
    }

    fn __repr__(&self) -> String {
        format!("<varidex.Published {:?}>", self.0.path())
    }
}

fn as_dict<'py>(py: Python<'py>, shown: &ShownCounts) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("ac", shown.ac.value())?;
    dict.set_item("an", shown.an.value())?;
    dict.set_item("af", shown.af())?;
    dict.set_item("n_het", shown.n_het.value())?;
    dict.set_item("n_hom", shown.n_hom.value())?;
    dict.set_item("n_hemi", shown.n_hemi.value())?;
    dict.set_item("status", shown.status())?;
    Ok(dict)
}
