//! Counts and frequencies of single alleles.

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use varidex::Counts;

/// Counts of an allele, in everybody or in a group.
///
/// >>> ds.frequency("22:20003080:TGATTA:T")
/// Frequency(ac=3, an=4000, af=0.00075, n_het=3, n_hom=0, n_hemi=0, n_missing=0)
#[pyclass(frozen, module = "varidex")]
pub(crate) struct Frequency(pub(crate) Counts);

#[pymethods]
impl Frequency {
    /// Copies that carry the ALT.
    #[getter]
    fn ac(&self) -> u64 {
        self.0.ac
    }

    /// Copies whose allele is known; None where a batch of the group was not looked at here.
    #[getter]
    fn an(&self) -> Option<u64> {
        self.0.an
    }

    /// AC / AN; None where AN is 0 or not known.
    #[getter]
    fn af(&self) -> Option<f64> {
        self.0.af()
    }

    /// Samples with fewer copies of the ALT than their ploidy, and at least one.
    #[getter]
    fn n_het(&self) -> u64 {
        self.0.n_het
    }

    /// Samples with two copies or more, all of them the ALT.
    #[getter]
    fn n_hom(&self) -> u64 {
        self.0.n_hom
    }

    /// Samples with one copy, the ALT.
    #[getter]
    fn n_hemi(&self) -> u64 {
        self.0.n_hemi
    }

    /// Samples with at least one copy whose allele is not known.
    #[getter]
    fn n_missing(&self) -> u64 {
        self.0.n_missing
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        let other = other.cast::<Self>();
        other.is_ok_and(|other| other.get().0 == self.0)
    }

    fn __hash__(&self) -> u64 {
        self.0.ac ^ self.0.n_het.rotate_left(20) ^ self.0.n_missing.rotate_left(40)
    }

    fn __repr__(&self) -> String {
        let Counts {
            ac,
            an,
            n_het,
            n_hom,
            n_hemi,
            n_missing,
        } = self.0;
        let none = || "None".to_owned();
        let an = an.map_or_else(none, |an| an.to_string());
        let af = self.0.af().map_or_else(none, |af| format!("{af:?}"));
        format!(
            "Frequency(ac={ac}, an={an}, af={af}, n_het={n_het}, n_hom={n_hom}, n_hemi={n_hemi}, n_missing={n_missing})"
        )
    }
}

/// Counts of many alleles: arrays of equal length, in the order asked.
///
/// Where `found` is false the dataset does not have the allele, and counts are 0; `an` is -1 where it is
/// not known, `af` is NaN where there is none.
#[pyclass(frozen, get_all, module = "varidex")]
pub(crate) struct Frequencies {
    /// Whether the dataset has the allele.
    found: Py<PyArray1<bool>>,
    /// Copies that carry the ALT.
    ac: Py<PyArray1<i64>>,
    /// Copies whose allele is known; -1 where not known.
    an: Py<PyArray1<i64>>,
    /// AC / AN; NaN where there is none.
    af: Py<PyArray1<f64>>,
    /// Samples with fewer copies of the ALT than their ploidy, and at least one.
    n_het: Py<PyArray1<i64>>,
    /// Samples with two copies or more, all of them the ALT.
    n_hom: Py<PyArray1<i64>>,
    /// Samples with one copy, the ALT.
    n_hemi: Py<PyArray1<i64>>,
    /// Samples with at least one copy whose allele is not known.
    n_missing: Py<PyArray1<i64>>,
}

/// The columns of [`Frequencies`] while they are filled.
#[derive(Default)]
pub(crate) struct Filled {
    found: Vec<bool>,
    af: Vec<f64>,
    counts: [Vec<i64>; 6],
}

impl Filled {
    pub(crate) fn with_capacity(length: usize) -> Self {
        Self {
            found: Vec::with_capacity(length),
            af: Vec::with_capacity(length),
            counts: std::array::from_fn(|_| Vec::with_capacity(length)),
        }
    }

    pub(crate) fn push(&mut self, counts: Option<Counts>) {
        self.found.push(counts.is_some());
        self.af
            .push(counts.and_then(|counts| counts.af()).unwrap_or(f64::NAN));
        let known = counts.unwrap_or_default();
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let values = [
            whole(known.ac),
            known.an.map_or(-1, whole),
            whole(known.n_het),
            whole(known.n_hom),
            whole(known.n_hemi),
            whole(known.n_missing),
        ];
        for (column, value) in self.counts.iter_mut().zip(values) {
            column.push(value);
        }
    }

    pub(crate) fn into_arrays(self, py: Python<'_>) -> Frequencies {
        let whole = |numbers| PyArray1::from_vec(py, numbers).unbind();
        let [ac, an, n_het, n_hom, n_hemi, n_missing] = self.counts;
        Frequencies {
            found: PyArray1::from_vec(py, self.found).unbind(),
            ac: whole(ac),
            an: whole(an),
            af: PyArray1::from_vec(py, self.af).unbind(),
            n_het: whole(n_het),
            n_hom: whole(n_hom),
            n_hemi: whole(n_hemi),
            n_missing: whole(n_missing),
        }
    }
}

#[pymethods]
impl Frequencies {
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.found.bind(py).as_any().len()
    }

    /// The arrays by name, as data frames are made from them.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        columns.set_item("found", &self.found)?;
        columns.set_item("ac", &self.ac)?;
        columns.set_item("an", &self.an)?;
        columns.set_item("af", &self.af)?;
        columns.set_item("n_het", &self.n_het)?;
        columns.set_item("n_hom", &self.n_hom)?;
        columns.set_item("n_hemi", &self.n_hemi)?;
        columns.set_item("n_missing", &self.n_missing)?;
        Ok(columns)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let found = self.found.bind(py).as_any();
        let sum: usize = found.call_method0("sum")?.extract()?;
        Ok(format!(
            "Frequencies({} alleles, {sum} found)",
            found.len()?
        ))
    }
}
