//! Counts and frequencies of single alleles.

use crate::interrupt::run;
use crate::texts::TextList;
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::OnceLock;
use varidex::{Absence, Counts, Position};

/// Counts of an allele, in everybody or in a group.
///
/// It is false where the dataset does not have the allele. Then `an` and `others` say what is known of the place,
/// which is looked up when it is asked for, and `reason` says it in words.
///
/// >>> ds.frequency("22:20003080:TGATTA:T")
/// Frequency(ac=3, an=4000, af=0.00075, n_het=3, n_hom=0, n_hemi=0, n_missing=0)
/// >>> ds.frequency("22:5:A:C")
/// Frequency(absent, ac=0, an=None, af=None: not covered: it is not known whether anybody has it)
#[pyclass(frozen, module = "varidex")]
pub(crate) struct Frequency {
    counts: Counts,
    absent: Option<Absent>,
}

/// What the dataset does not have, and what is known of its place once that was asked for.
struct Absent {
    view: varidex::View,
    allele: String,
    group: Option<varidex::Group>,
    known: OnceLock<Absence>,
}

impl Absent {
    fn known(&self, py: Python<'_>) -> PyResult<&Absence> {
        if let Some(known) = self.known.get() {
            return Ok(known);
        }
        let known = run(py, || self.view.absence(&self.allele, self.group.as_ref()))?;
        let known = known.ok_or_else(|| {
            let message = format!("{}: found when it was looked for again", self.allele);
            PyRuntimeError::new_err(message)
        })?;
        Ok(self.known.get_or_init(|| known))
    }
}

impl Frequency {
    pub(crate) fn of(counts: Counts) -> Self {
        Self {
            counts,
            absent: None,
        }
    }

    pub(crate) fn absent(view: varidex::View, allele: &str, group: Option<varidex::Group>) -> Self {
        Self {
            counts: Counts::default(),
            absent: Some(Absent {
                view,
                allele: allele.to_owned(),
                group,
                known: OnceLock::new(),
            }),
        }
    }

    /// All counts, with what is known of the place of an allele that is not there.
    fn known(&self, py: Python<'_>) -> PyResult<Counts> {
        let Some(absent) = &self.absent else {
            return Ok(self.counts);
        };
        let known = absent.known(py)?;
        Ok(Counts {
            an: known.an,
            n_missing: known.n_missing,
            ..self.counts
        })
    }
}

#[pymethods]
impl Frequency {
    /// Whether the dataset has the allele.
    #[getter]
    fn present(&self) -> bool {
        self.absent.is_none()
    }

    /// Whether all of the group were looked at here: else `an` is None.
    #[getter]
    fn covered(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.known(py)?.an.is_some())
    }

    /// Of an allele that is not there, those that are at its position, as `T>C`, of at most 100.
    #[getter]
    fn others(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        let Some(absent) = &self.absent else {
            return Ok(Vec::new());
        };
        let others = absent.known(py)?.others.iter();
        let named = others.map(|(reference, alternate)| format!("{reference}>{alternate}"));
        Ok(named.collect())
    }

    /// Why the dataset does not have the allele, in words; None where it has it.
    #[getter]
    fn reason(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let known = self.absent.as_ref().map(|absent| absent.known(py));
        Ok(known.transpose()?.map(ToString::to_string))
    }

    /// Copies that carry the ALT.
    #[getter]
    fn ac(&self) -> u64 {
        self.counts.ac
    }

    /// Copies with a known allele; None where somebody of the group was not looked at here.
    #[getter]
    fn an(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.known(py)?.an)
    }

    /// AC / AN; None where AN is 0 or not known.
    #[getter]
    fn af(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        Ok(self.known(py)?.af())
    }

    /// Samples with fewer copies of the ALT than their ploidy, and at least one.
    #[getter]
    fn n_het(&self) -> u64 {
        self.counts.n_het
    }

    /// Samples with two copies or more, all of them the ALT.
    #[getter]
    fn n_hom(&self) -> u64 {
        self.counts.n_hom
    }

    /// Samples with one copy, the ALT.
    #[getter]
    fn n_hemi(&self) -> u64 {
        self.counts.n_hemi
    }

    /// Samples of which at least one copy has an unknown allele; None where AN is not known.
    #[getter]
    fn n_missing(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.known(py)?.n_missing)
    }

    /// The counts by name, with `present`: as rows of data frames are made from them.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = self.known(py)?;
        let row = PyDict::new(py);
        row.set_item("present", self.present())?;
        row.set_item("ac", counts.ac)?;
        row.set_item("an", counts.an)?;
        row.set_item("af", counts.af())?;
        row.set_item("n_het", counts.n_het)?;
        row.set_item("n_hom", counts.n_hom)?;
        row.set_item("n_hemi", counts.n_hemi)?;
        row.set_item("n_missing", counts.n_missing)?;
        Ok(row)
    }

    /// As named tuples have it.
    fn _asdict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.to_dict(py)
    }

    fn __bool__(&self) -> bool {
        self.present()
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(other) = other.cast::<Self>() else {
            return Ok(false);
        };
        Ok(match (&self.absent, &other.get().absent) {
            (None, None) => self.counts == other.get().counts,
            (Some(absent), Some(other)) => absent.known(py)? == other.known(py)?,
            _ => false,
        })
    }

    fn __hash__(&self) -> u64 {
        let Counts {
            ac,
            n_het,
            n_missing,
            ..
        } = self.counts;
        ac ^ n_het.rotate_left(20) ^ n_missing.unwrap_or_default().rotate_left(40)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let counts = self.known(py)?;
        let Counts {
            ac,
            an,
            n_het,
            n_hom,
            n_hemi,
            n_missing,
        } = counts;
        let none = || "None".to_owned();
        let whole = |count: Option<u64>| count.map_or_else(none, |count| count.to_string());
        let (an, n_missing) = (whole(an), whole(n_missing));
        let af = counts.af().map_or_else(none, |af| format!("{af:?}"));
        Ok(match self.reason(py)? {
            Some(reason) => format!("Frequency(absent, ac={ac}, an={an}, af={af}: {reason})"),
            None => format!(
                "Frequency(ac={ac}, an={an}, af={af}, n_het={n_het}, n_hom={n_hom}, n_hemi={n_hemi}, n_missing={n_missing})"
            ),
        })
    }
}

/// Counts of many alleles: arrays of equal length, in the order asked.
///
/// Where `found` is false the dataset does not have the allele, and counts are 0; `an` and `n_missing` are -1 where
/// they are not known, `af` is NaN where there is none.
#[pyclass(frozen, get_all, module = "varidex")]
pub(crate) struct Frequencies {
    /// Whether the dataset has the allele.
    found: Py<PyArray1<bool>>,
    /// Copies that carry the ALT.
    ac: Py<PyArray1<i64>>,
    /// Copies with a known allele; -1 where not known.
    an: Py<PyArray1<i64>>,
    /// AC / AN; NaN where there is none.
    af: Py<PyArray1<f64>>,
    /// Samples with fewer copies of the ALT than their ploidy, and at least one.
    n_het: Py<PyArray1<i64>>,
    /// Samples with two copies or more, all of them the ALT.
    n_hom: Py<PyArray1<i64>>,
    /// Samples with one copy, the ALT.
    n_hemi: Py<PyArray1<i64>>,
    /// Samples of which at least one copy has an unknown allele; -1 where AN is not known.
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
            known.n_missing.map_or(-1, whole),
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

/// Counts of many alleles: see `Dataset.frequency_many`.
pub(crate) fn many(
    py: Python<'_>,
    view: &varidex::View,
    (chrom, pos, reference, alternate): ManyAlleles<'_, '_>,
    group: Option<&varidex::Group>,
) -> PyResult<Frequencies> {
    let positions = positions(py, pos)?;
    let length = positions.len();
    let chrom = Texts::of(chrom, "chrom", length)?;
    let reference = Texts::of(reference, "ref", length)?;
    let alternate = Texts::of(alternate, "alt", length)?;
    let filled = run(py, || {
        let mut lookup = view.lookup(group)?;
        let mut filled = Filled::with_capacity(length);
        for (at, &position) in positions.iter().enumerate() {
            let place = Position::from_one_based(position)
                .ok_or_else(|| varidex::Error::Usage(format!("{position} is not a position")))?;
            filled.push(lookup.counts(
                chrom.get(at),
                place,
                reference.get(at),
                alternate.get(at),
            )?);
        }
        Ok(filled)
    })?;
    Ok(filled.into_arrays(py))
}

/// CHROM, POS, REF and ALT as Python passes them.
type ManyAlleles<'a, 'py> = (
    &'a Bound<'py, PyAny>,
    &'a Bound<'py, PyAny>,
    &'a Bound<'py, PyAny>,
    &'a Bound<'py, PyAny>,
);

/// Positions as numpy or any sequence has them.
fn positions(py: Python<'_>, pos: &Bound<'_, PyAny>) -> PyResult<Vec<i64>> {
    let numpy = py.import("numpy")?;
    let flat = numpy.call_method1("atleast_1d", (pos,))?;
    let options = PyDict::new(py);
    options.set_item("casting", "same_kind")?;
    let whole = match flat.len()? {
        // an empty list has no type of its own
        0 => flat.call_method1("astype", ("int64",))?,
        _ => flat.call_method("astype", ("int64",), Some(&options))?,
    };
    let array: PyReadonlyArray1<'_, i64> = whole.extract()?;
    Ok(array.as_array().to_vec())
}

/// A text for each, or one for all.
enum Texts {
    One(String),
    Each(TextList),
}

impl Texts {
    fn of(given: &Bound<'_, PyAny>, name: &str, length: usize) -> PyResult<Self> {
        if let Ok(text) = given.extract::<String>() {
            return Ok(Self::One(text));
        }
        let texts = TextList::of(given, name)?;
        if texts.len() != length {
            let found = texts.len();
            let message = format!("{found} of {name}, but {length} of pos");
            return Err(PyValueError::new_err(message));
        }
        Ok(Self::Each(texts))
    }

    fn get(&self, at: usize) -> &str {
        match self {
            Self::One(text) => text,
            Self::Each(texts) => texts.get(at),
        }
    }
}
