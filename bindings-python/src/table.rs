//! Tables: Arrow streams that anybody reads.

use crate::interrupt::{run, run_within};
use crate::rows::{Count, Rows, cell, column, columns, html, row, text};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator, UInt64Array};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use pyo3::exceptions::{PyIndexError, PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyList, PySlice, PyString};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use varidex::Result;
use varidex_columns::{ArrowError, BATCH_ROWS, Batches, RecordBatchReader, SchemaRef, Written};

/// Rows shown of a table.
const SHOWN: usize = 10;
/// Rows that are computed alone where the first ones are asked for; of more the table is computed whole.
const HEAD_MAX: usize = 1 << 16;
/// Rows that are counted for what is shown.
const COUNTED: usize = 100_000;
/// How long they are counted.
const COUNTING: Duration = Duration::from_secs(1);

type Make = dyn Fn() -> Result<varidex_columns::Table> + Send + Sync;

type Held = Arc<[RecordBatch]>;

/// A table as the answer to a question.
///
/// It is computed when it is read. pandas, polars, pyarrow, duckdb and others take it as it is, by the
/// Arrow C stream interface, without a copy:
///
/// >>> table = ds.variants("22:20003080-20003900 & type:del")
/// >>> table
/// chrom  pos       id    ref     alt  type  filter  gene  consequence  impact  ac  an    af       n_het  n_hom  n_hemi  n_missing
/// chr22  20003080  None  TGATTA  T    del   PASS    None  None         None    3   4000  0.00075  3      0      0       0
/// chr22  20003870  None  TC      T    del   PASS    None  None         None    3   4000  0.00075  3      0      0       0
/// >>> len(table)
/// 2
/// >>> table["ac"]
/// array([3, 3])
/// >>> [row["pos"] for row in table]
/// [20003080, 20003870]
/// >>> table.to_pandas().af.sum()
/// np.float64(0.0015)
/// >>> table[0]["alt"], len(table[:1])
/// ('T', 1)
///
/// A stream computes the rows while they are read, each time anew, and keeps none. `len()`, columns, rows by
/// number and conversions compute the table once and keep it; the first rows alone (`head()`, `table[:5]`) are
/// computed alone. A pickle holds the rows.
#[pyclass(frozen, module = "varidex")]
pub(crate) struct Table {
    /// Begins to compute it; nothing where it came whole.
    make: Option<Box<Make>>,
    schema: SchemaRef,
    /// The whole of it, once somebody needed that.
    held: OnceLock<Held>,
    /// Its first rows, as many as somebody looked at.
    head: Mutex<Held>,
    /// How many rows there are, once somebody was shown that.
    count: OnceLock<Count>,
    /// Where it goes on behind its limit, once the whole of it was computed.
    token: OnceLock<Option<String>>,
}

fn rows_of(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

/// Rows of batches from one on, and behind the last.
fn sliced(batches: &[RecordBatch], mut start: usize, end: usize) -> Vec<RecordBatch> {
    let (mut left, mut found) = (end.saturating_sub(start), Vec::new());
    for batch in batches {
        let rows = batch.num_rows();
        let here = left.min(rows.saturating_sub(start));
        if here > 0 {
            found.push(batch.slice(start, here));
        }
        (start, left) = (start.saturating_sub(rows), left - here);
    }
    found
}

/// Where a table goes on behind its limit.
fn token_of(batches: Batches) -> Result<Option<String>> {
    Ok(match batches.ended()? {
        Written::Cut(token) => token.map(|token| token.to_string()),
        Written::Whole => None,
    })
}

fn refused(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

impl Table {
    /// What `make` says, which is asked once now: what is wrong with the question is raised now.
    pub(crate) fn new(
        py: Python<'_>,
        make: impl Fn() -> Result<varidex_columns::Table> + Send + Sync + 'static,
    ) -> PyResult<Self> {
        let schema = run(py, || make().map(|table| table.batches().schema()))?;
        Ok(Self {
            make: Some(Box::new(make)),
            schema,
            held: OnceLock::new(),
            head: Mutex::default(),
            count: OnceLock::new(),
            token: OnceLock::new(),
        })
    }

    /// A table that is there.
    pub(crate) fn held_of(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self {
            make: None,
            schema,
            held: OnceLock::from(Held::from(batches)),
            head: Mutex::default(),
            count: OnceLock::new(),
            token: OnceLock::from(None),
        }
    }

    /// Begins to compute it.
    fn make(&self) -> Result<varidex_columns::Table> {
        let make = self.make.as_ref();
        let none = || varidex::Error::Usage("the table holds its rows".to_owned());
        make.ok_or_else(none)?()
    }

    fn held(&self, py: Python<'_>) -> PyResult<&Held> {
        if let Some(held) = self.held.get() {
            return Ok(held);
        }
        let (made, token) = run(py, || {
            let (mut batches, mut held) = (self.make()?.batches(), Vec::new());
            while let Some(batch) = batches.next_batch()? {
                held.push(batch);
            }
            Ok((held, token_of(batches)?))
        })?;
        self.token.get_or_init(|| token);
        Ok(self.held.get_or_init(|| made.into()))
    }

    /// The first rows: as many at least, or all.
    fn first(&self, py: Python<'_>, rows: usize) -> PyResult<Held> {
        if let Some(held) = self.held.get() {
            return Ok(Arc::clone(held));
        }
        let known = {
            let head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(&head)
        };
        let count = rows_of(&known);
        if count >= rows {
            return Ok(known);
        }
        // twice as many each time: who asks for one row after the other computes few of them again
        let wanted = rows.max(2 * count).max(SHOWN + 1);
        if wanted > HEAD_MAX {
            return self.held(py).cloned();
        }
        let (found, whole) = run(py, || {
            let batches = self.make()?.batches();
            let mut batches = batches.with_batch_rows(wanted.min(BATCH_ROWS));
            let mut found = Vec::new();
            while rows_of(&found) < wanted {
                match batches.next_batch()? {
                    Some(batch) => found.push(batch),
                    None => return Ok((found, Some(token_of(batches)?))),
                }
            }
            Ok((found, None))
        })?;
        let found = Held::from(found);
        if let Some(token) = whole {
            self.token.get_or_init(|| token);
            return Ok(Arc::clone(self.held.get_or_init(|| found)));
        }
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&found).clone_into(&mut head);
        Ok(found)
    }

    /// How many rows there are, as far as that is quickly known.
    fn count(&self, py: Python<'_>) -> PyResult<Count> {
        if let Some(held) = self.held.get() {
            return Ok(Count::Exactly(rows_of(held)));
        }
        if let Some(count) = self.count.get() {
            return Ok(*count);
        }
        let counted = run_within(py, COUNTING, || {
            // of one column: what others need is not computed
            let first: Vec<String> = self.make()?.names().take(1).map(str::to_owned).collect();
            let mut batches = self.make()?.select(&first)?.batches();
            let mut count = 0;
            while let Some(batch) = batches.next_batch()? {
                count += batch.num_rows();
                if count > COUNTED {
                    return Ok(Count::MoreThan(COUNTED));
                }
            }
            Ok(Count::Exactly(count))
        })?;
        Ok(*self.count.get_or_init(|| counted.unwrap_or(Count::Unknown)))
    }

    /// What is shown of it.
    fn shown(&self, py: Python<'_>) -> PyResult<(Held, Count)> {
        let first = self.first(py, SHOWN + 1)?;
        Ok((first, self.count(py)?))
    }

    /// The row of a number; of a negative one from the end.
    fn row<'py>(&self, py: Python<'py>, number: isize) -> PyResult<Bound<'py, PyDict>> {
        let batches = match usize::try_from(number) {
            Ok(number) => self.first(py, number.saturating_add(1))?,
            Err(_) => Arc::clone(self.held(py)?),
        };
        let count = rows_of(&batches);
        let at = match usize::try_from(number) {
            Ok(number) => Some(number).filter(|number| *number < count),
            Err(_) => count.checked_sub(number.unsigned_abs()),
        };
        let found = at.and_then(|at| sliced(&batches, at, at + 1).pop());
        match found {
            Some(batch) => row(py, &self.schema, &batch, 0),
            None => Err(PyIndexError::new_err(format!(
                "no row {number}: the table has {count}"
            ))),
        }
    }

    fn slice(&self, py: Python<'_>, slice: &Bound<'_, PySlice>) -> PyResult<Self> {
        let part = |name: &str| slice.getattr(name)?.extract::<Option<isize>>();
        let (start, stop, step) = (part("start")?, part("stop")?, part("step")?);
        let from_start = start.is_none_or(|start| start >= 0) && step.is_none_or(|step| step > 0);
        let batches = match stop.map(usize::try_from) {
            Some(Ok(stop)) if from_start => self.first(py, stop)?,
            _ => Arc::clone(self.held(py)?),
        };
        let count = isize::try_from(rows_of(&batches))?;
        let rows = slice.indices(count)?;
        if rows.step == 1 {
            let (start, end) = (usize::try_from(rows.start)?, usize::try_from(rows.stop)?);
            let found = sliced(&batches, start, end.max(start));
            return Ok(Self::held_of(Arc::clone(&self.schema), found));
        }
        let numbers = (0..rows.slicelength).map(|n| {
            let n = isize::try_from(n).unwrap_or(0);
            (rows.start + n * rows.step) as u64
        });
        let numbers = UInt64Array::from_iter_values(numbers);
        let all = arrow_select::concat::concat_batches(&self.schema, batches.iter());
        let taken = all.and_then(|all| arrow_select::take::take_record_batch(&all, &numbers));
        let taken = taken.map_err(refused)?;
        Ok(Self::held_of(Arc::clone(&self.schema), vec![taken]))
    }

    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let names = self.names();
        let number = names.iter().position(|known| *known == name);
        let number = number.ok_or_else(|| {
            PyKeyError::new_err(format!("no column {name}, there are {}", names.join(", ")))
        })?;
        column(py, self.held(py)?, &self.schema, number)
    }

    fn names(&self) -> Vec<&str> {
        let fields = self.schema.fields().iter();
        fields.map(|field| field.name().as_str()).collect()
    }
}

#[pymethods]
impl Table {
    /// Names of the columns.
    #[getter]
    fn columns(&self) -> Vec<&str> {
        self.names()
    }

    /// Where the table goes on behind its `limit`: `after` of the same question. None where there are no more rows, and of
    /// tables that cannot be read in pages. The rows are computed for that, and kept.
    ///
    /// >>> page = ds.variants(columns="pos", limit=2)
    /// >>> next_page = ds.variants(columns="pos", limit=2, after=page.token)
    /// >>> page["pos"], next_page["pos"]
    /// (array([20000016, 20000030]), array([20000032, 20000063]))
    #[getter]
    fn token(&self, py: Python<'_>) -> PyResult<Option<String>> {
        if self.token.get().is_none() {
            self.held(py)?;
        }
        Ok(self.token.get().cloned().flatten())
    }

    /// The table as an Arrow C stream, computed while it is read.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // the protocol leaves it to the producer whether to heed it
        drop(requested_schema);
        let reader: Box<dyn RecordBatchReader + Send> = match self.held.get() {
            Some(held) => {
                let batches: Vec<_> = held.iter().cloned().map(Ok::<_, ArrowError>).collect();
                Box::new(RecordBatchIterator::new(batches, Arc::clone(&self.schema)))
            }
            None => Box::new(run(py, || Ok(self.make()?.batches()))?),
        };
        let stream = FFI_ArrowArrayStream::new(reader);
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// The columns as an Arrow C schema.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = arrow_schema::ffi::FFI_ArrowSchema::try_from(self.schema.as_ref());
        let schema = schema.map_err(|e| PyKeyError::new_err(e.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// As a `pandas.DataFrame`.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if py.import("pyarrow").is_ok() {
            return Self::to_arrow(slf)?.call_method0("to_pandas");
        }
        let frame = py.import("pandas")?.getattr("DataFrame")?;
        frame.call1((slf.get().to_dict(py)?,))
    }

    /// As a `polars.DataFrame`.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let frame = slf.py().import("polars")?.getattr("DataFrame")?;
        slf.get().held(slf.py())?;
        frame.call1((slf,))
    }

    /// As a `pyarrow.Table`.
    fn to_arrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let pyarrow = slf.py().import("pyarrow")?;
        slf.get().held(slf.py())?;
        pyarrow.call_method1("table", (slf,))
    }

    /// Columns by name, as lists; None where nothing is known.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let held = self.held(py)?;
        let lists = PyDict::new(py);
        for (number, name) in self.names().into_iter().enumerate() {
            let values = PyList::empty(py);
            for batch in held.iter() {
                for row in 0..batch.num_rows() {
                    values.append(cell(py, batch.column(number), row)?)?;
                }
            }
            lists.set_item(name, values)?;
        }
        Ok(lists)
    }

    /// Columns by name, as numpy arrays: text as objects with None, counts with -1 and shares with NaN
    /// where nothing is known.
    fn to_numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let held = self.held(py)?;
        let arrays = PyDict::new(py);
        for (number, name) in self.names().into_iter().enumerate() {
            arrays.set_item(name, column(py, held, &self.schema, number)?)?;
        }
        Ok(arrays)
    }

    /// The first rows, computed alone.
    #[pyo3(signature = (n = 5))]
    fn head(&self, py: Python<'_>, n: usize) -> PyResult<Self> {
        let first = sliced(&self.first(py, n)?, 0, n);
        Ok(Self::held_of(Arc::clone(&self.schema), first))
    }

    /// A column by its name as a numpy array, a row by its number as a dict, or a slice of rows as a table.
    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(name) = key.cast::<PyString>() {
            return self.column(py, name.to_str()?);
        }
        if let Ok(slice) = key.cast::<PySlice>() {
            return Ok(Bound::new(py, self.slice(py, slice)?)?.into_any());
        }
        let number: isize = key.extract().map_err(|_| {
            let kind = key.get_type().name().map(|name| name.to_string());
            PyTypeError::new_err(format!(
                "expected the name of a column, the number of a row or a slice of rows, found {}",
                kind.unwrap_or_default()
            ))
        })?;
        Ok(self.row(py, number)?.into_any())
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(rows_of(self.held(py)?))
    }

    // without it, truth would be asked of the length, which computes the table
    fn __bool__(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(rows_of(&self.first(py, 1)?) > 0)
    }

    fn __iter__(&self, py: Python<'_>) -> PyResult<Rows> {
        let batches: Box<dyn Iterator<Item = Result<RecordBatch>> + Send> = match self.held.get() {
            Some(held) => {
                let held = Arc::clone(held);
                let batches = (0..held.len()).filter_map(move |i| held.get(i).cloned());
                Box::new(batches.map(Ok))
            }
            None => {
                let mut batches = run(py, || Ok(self.make()?.batches()))?;
                Box::new(std::iter::from_fn(move || batches.next_batch().transpose()))
            }
        };
        Ok(Rows::new(batches, Arc::clone(&self.schema)))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (first, count) = self.shown(py)?;
        Ok(text(&columns(&self.schema), &first, SHOWN, count))
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let (first, count) = self.shown(py)?;
        Ok(html(&columns(&self.schema), &first, SHOWN, count))
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let held = self.held(py)?;
        let written = py.detach(|| {
            let mut writer = StreamWriter::try_new(Vec::new(), &self.schema)?;
            for batch in held.iter() {
                writer.write(batch)?;
            }
            writer.into_inner()
        });
        let unpickled = py.import("varidex._varidex")?.getattr("_table")?;
        Ok((unpickled, (PyBytes::new(py, &written.map_err(refused)?),)))
    }
}

/// A table from its pickle: a stream of Arrow IPC.
#[pyfunction]
pub(crate) fn _table(py: Python<'_>, stream: &[u8]) -> PyResult<Table> {
    let read = py.detach(|| {
        let reader = StreamReader::try_new(stream, None)?;
        let schema = reader.schema();
        let batches = reader.collect::<std::result::Result<Vec<RecordBatch>, ArrowError>>();
        batches.map(|batches| Table::held_of(schema, batches))
    });
    read.map_err(refused)
}
