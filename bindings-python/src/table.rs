//! Tables: Arrow streams that anybody reads.

use crate::interrupt::run;
use crate::rows::{Column, Rows, cell, column, columns, html, text};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};
use std::sync::{Arc, OnceLock};
use varidex::Result;
use varidex_columns::{ArrowError, Batches, RecordBatchReader, SchemaRef};

/// Rows shown of a table.
const SHOWN: usize = 10;

type Make = dyn Fn() -> Result<Batches> + Send + Sync;

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
#[pyclass(frozen, module = "varidex")]
pub(crate) struct Table {
    make: Box<Make>,
    schema: SchemaRef,
    /// The whole of it, once somebody needed that.
    held: OnceLock<Arc<[RecordBatch]>>,
}

impl Table {
    /// What `make` says, which is asked once now: what is wrong with the question is told now.
    pub(crate) fn new(
        py: Python<'_>,
        make: impl Fn() -> Result<varidex_columns::Table> + Send + Sync + 'static,
    ) -> PyResult<Self> {
        let make = move || make().map(varidex_columns::Table::batches);
        let schema = run(py, || make().map(|batches| batches.schema()))?;
        Ok(Self {
            make: Box::new(make),
            schema,
            held: OnceLock::new(),
        })
    }

    fn held(&self, py: Python<'_>) -> PyResult<&Arc<[RecordBatch]>> {
        if let Some(held) = self.held.get() {
            return Ok(held);
        }
        let made = run(py, || {
            let (mut batches, mut held) = ((self.make)()?, Vec::new());
            while let Some(batch) = batches.next_batch()? {
                held.push(batch);
            }
            Ok(held)
        })?;
        Ok(self.held.get_or_init(|| made.into()))
    }

    /// The first rows, and how many there are if that is known.
    fn first(&self, py: Python<'_>) -> PyResult<(Vec<RecordBatch>, Option<usize>)> {
        if let Some(held) = self.held.get() {
            let count: usize = held.iter().map(RecordBatch::num_rows).sum();
            return Ok((held.iter().take(1).cloned().collect(), Some(count)));
        }
        let first = run(py, || {
            let mut batches = (self.make)()?.with_batch_rows(SHOWN + 1);
            batches.next_batch()
        })?;
        let count = first.as_ref().map_or(0, RecordBatch::num_rows);
        Ok((
            first.into_iter().collect(),
            (count <= SHOWN).then_some(count),
        ))
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
            None => Box::new(run(py, || (self.make)())?),
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

    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Column<'py>> {
        let names = self.names();
        let number = names.iter().position(|known| *known == name);
        let number = number.ok_or_else(|| {
            PyKeyError::new_err(format!("no column {name}, there are {}", names.join(", ")))
        })?;
        column(py, self.held(py)?, &self.schema, number)
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        let held = self.held(py)?;
        Ok(held.iter().map(RecordBatch::num_rows).sum())
    }

    // without it, truth would be asked of the length, which computes the table
    fn __bool__(&self, py: Python<'_>) -> PyResult<bool> {
        let (first, _) = self.first(py)?;
        Ok(!first.is_empty())
    }

    fn __iter__(&self, py: Python<'_>) -> PyResult<Rows> {
        let batches: Box<dyn Iterator<Item = Result<RecordBatch>> + Send> = match self.held.get() {
            Some(held) => {
                let held = Arc::clone(held);
                let batches = (0..held.len()).filter_map(move |i| held.get(i).cloned());
                Box::new(batches.map(Ok))
            }
            None => {
                let mut batches = run(py, || (self.make)())?;
                Box::new(std::iter::from_fn(move || batches.next_batch().transpose()))
            }
        };
        Ok(Rows::new(batches, Arc::clone(&self.schema)))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (first, count) = self.first(py)?;
        Ok(text(&columns(&self.schema), &first, SHOWN, count))
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let (first, count) = self.first(py)?;
        Ok(html(&columns(&self.schema), &first, SHOWN, count))
    }
}
