//! People as the answer to a question.

use crate::arguments::GroupOrText;
use crate::error::plain;
use crate::interrupt::run;
use crate::table::Table;
use numpy::PyArray1;
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList};
use std::path::PathBuf;
use varidex::{Access, Dataset, Result, SampleSet};

/// The people that an expression picked: a set of their ids.
///
/// Groups of one dataset combine with `&`, `|`, `-`, `^` and `~`, with each other and with expressions, and compare
/// as sets do.
///
/// >>> group = ds.ask("carriers(22:20003080:TGATTA:T)")
/// >>> group.count
/// 3
/// >>> list(group)
/// ['SIM0000996', 'SIM0001337', 'SIM0001635']
/// >>> (group - ds.ask("samples(SIM0001337)")).ids()
/// ['SIM0000996', 'SIM0001635']
/// >>> ("samples(SIM0001337)" & group).ids()
/// ['SIM0001337']
#[pyclass(frozen, module = "varidex")]
pub(crate) struct Group(pub(crate) varidex::Group);

type Combine = fn(&varidex::Group, &varidex::Group) -> Result<varidex::Group>;

impl Group {
    /// What a method of the library makes of this group and another one.
    fn with(&self, py: Python<'_>, other: GroupOrText<'_>, make: Combine) -> PyResult<Self> {
        let other = other.find(py, self.0.view())?;
        run(py, || make(&self.0, &other)).map(Self)
    }

    /// The same with the other one in front.
    fn behind(&self, py: Python<'_>, other: GroupOrText<'_>, make: Combine) -> PyResult<Self> {
        let other = other.find(py, self.0.view())?;
        run(py, || make(&other, &self.0)).map(Self)
    }
}

#[pymethods]
impl Group {
    /// How many individuals: a person once, however many samples there are.
    #[getter]
    fn count(&self) -> u64 {
        self.0.count()
    }

    /// The expression that picked them, as it is understood.
    #[getter]
    fn expression(&self) -> &str {
        self.0.label()
    }

    /// What who asks should know: that a part of the question is probably meant otherwise, and that counts
    /// are of samples where somebody has several.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.0.notes()
    }

    /// Names of their samples, by number.
    #[getter]
    fn samples<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let names = run(py, || {
            let numbers = self.0.samples().iter();
            let names = numbers.map(|sample| self.0.view().sample_name(sample));
            names.collect::<Result<Vec<_>>>()
        })?;
        PyList::new(py, names)
    }

    /// Their ids: of people, or names of samples of which no person is known; the most similar first
    /// where a similarity was asked for.
    fn ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, run(py, || self.0.ids())?)
    }

    /// Similarities by id, the most similar first; None where none was asked for.
    fn scores<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        if self.0.scores().is_none() {
            return Ok(None);
        }
        let ranked = run(py, || self.0.ranked())?;
        let scores = PyDict::new(py);
        for (id, score) in ranked {
            scores.set_item(id, score)?;
        }
        Ok(Some(scores))
    }

    /// Their ids as a table, with scores where a similarity was asked for.
    fn table(&self, py: Python<'_>) -> PyResult<Table> {
        let group = self.0.clone();
        Table::new(py, move || varidex_columns::ids(&group, None))
    }

    /// Numbers of their samples in the dataset, ascending.
    fn to_numpy<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        let numbers = py.detach(|| self.0.samples().iter().collect());
        PyArray1::from_vec(py, numbers)
    }

    fn __len__(&self) -> PyResult<usize> {
        Ok(usize::try_from(self.0.count())?)
    }

    fn __bool__(&self) -> bool {
        self.0.count() > 0
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.ids(py)?.try_iter()
    }

    fn __contains__(&self, py: Python<'_>, id: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(id) = id.extract::<String>() else {
            return Ok(false);
        };
        run(py, || self.0.contains(&id))
    }

    fn __and__(&self, py: Python<'_>, other: GroupOrText<'_>) -> PyResult<Self> {
        self.with(py, other, varidex::Group::intersection)
    }

    fn __rand__(&self, py: Python<'_>, other: GroupOrText<'_>) -> PyResult<Self> {
        self.behind(py, other, varidex::Group::intersection)
    }

    fn __or__(&self, py: Python<'_>, other: GroupOrText<'_>) -> PyResult<Self> {
        self.with(py, other, varidex::Group::union)
    }

    fn __ror__(&self, py: Python<'_>, other: GroupOrText<'_>) -> PyResult<Self> {
        self.behind(py, other, varidex::Group::union)
    }

    fn __sub__(&self, py: Python<'_>, other: GroupOrText<'_>) -> PyResult<Self> {
        self.with(py, other, varidex::Group::difference)
    }

    fn __rsub__(&self, py: Python<'_>, other: GroupOrText<'_>) -> PyResult<Self> {
        self.behind(py, other, varidex::Group::difference)
    }

    fn __xor__(&self, py: Python<'_>, other: GroupOrText<'_>) -> PyResult<Self> {
        self.with(py, other, varidex::Group::symmetric_difference)
    }

    fn __rxor__(&self, py: Python<'_>, other: GroupOrText<'_>) -> PyResult<Self> {
        self.behind(py, other, varidex::Group::symmetric_difference)
    }

    fn __invert__(&self, py: Python<'_>) -> PyResult<Self> {
        run(py, || self.0.complement()).map(Self)
    }

    fn __richcmp__(
        &self,
        py: Python<'_>,
        other: &Bound<'_, PyAny>,
        how: CompareOp,
    ) -> PyResult<Py<PyAny>> {
        let Ok(other) = other.cast::<Self>() else {
            return Ok(py.NotImplemented());
        };
        let (a, b) = (&self.0, &other.get().0);
        let same_state = a.snapshot() == b.snapshot();
        let (a, b) = (a.subjects(), b.subjects());
        let within = |a: &SampleSet, b: &SampleSet| a.difference(b).is_empty();
        let answer = match how {
            CompareOp::Eq => same_state && a == b,
            CompareOp::Ne => !same_state || a != b,
            _ if !same_state => {
                let message = "groups of different datasets, or of different states of one";
                return Err(PyTypeError::new_err(message));
            }
            CompareOp::Le => within(a, b),
            CompareOp::Lt => a != b && within(a, b),
            CompareOp::Ge => within(b, a),
            CompareOp::Gt => a != b && within(b, a),
        };
        Ok(answer.into_pyobject(py)?.to_owned().into_any().unbind())
    }

    fn __hash__(&self) -> u64 {
        let members = self.0.subjects();
        let first = members.iter().next().unwrap_or(u32::MAX);
        members.len().rotate_left(32) ^ u64::from(first)
    }

    fn __repr__(&self) -> String {
        let people = match self.count() {
            1 => "1 person".to_owned(),
            count => format!("{count} people"),
        };
        format!("Group({people}: {})", self.0.label())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Pickled)> {
        let regroup = py.import("varidex._varidex")?.getattr("_regroup")?;
        let state = (
            std::path::absolute(self.0.view().path())?,
            self.0.snapshot().to_owned(),
            self.0.subjects().iter().collect(),
            self.0.scores().map(<[_]>::to_vec),
            self.0.label().to_owned(),
            self.0.view().access().to_json(),
        );
        Ok((regroup, state))
    }
}

type Pickled = (
    PathBuf,
    String,
    Vec<u32>,
    Option<Vec<(u32, f64)>>,
    String,
    String,
);

/// A group from its pickle: opens the dataset, which must be in the state it was.
#[pyfunction]
pub(crate) fn _regroup(
    py: Python<'_>,
    path: PathBuf,
    snapshot: &str,
    members: Vec<u32>,
    scores: Option<Vec<(u32, f64)>>,
    expression: &str,
    access: &str,
) -> PyResult<Group> {
    let dataset = open_state(py, path, snapshot)?;
    run(py, || {
        let members = members.into_iter().collect();
        let view = dataset.view_for(&Access::from_json(access)?)?;
        view.group_of(members, scores, expression)
    })
    .map(Group)
}

/// Opens a dataset that must be in the state it was when it was pickled.
pub(crate) fn open_state(py: Python<'_>, path: PathBuf, snapshot: &str) -> PyResult<Dataset> {
    let dataset = run(py, || Dataset::open(&path))?;
    if dataset.snapshot() == snapshot {
        return Ok(dataset);
    }
    let message = format!(
        "{}: was snapshot {snapshot} when it was pickled, and is {} now",
        path.display(),
        dataset.snapshot()
    );
    Err(plain(py, "ChangedError", message))
}
