//! Cells, rows and columns of tables as Python has them.

use crate::interrupt::run;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use varidex::Result;
use varidex_columns::SchemaRef;

pub(crate) type Column<'py> = Bound<'py, PyAny>;

type Source = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

/// The rows of a table, one after the other, as dictionaries.
#[pyclass(frozen, module = "varidex")]
pub(crate) struct Rows {
    schema: SchemaRef,
    state: Mutex<State>,
}

struct State {
    batches: Source,
    batch: Option<RecordBatch>,
    row: usize,
}

impl Rows {
    pub(crate) fn new(batches: Source, schema: SchemaRef) -> Self {
        let state = State {
            batches,
            batch: None,
            row: 0,
        };
        Self {
            schema,
            state: Mutex::new(state),
        }
    }
}

#[pymethods]
impl Rows {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        // the lock is waited for and held without the GIL: who holds it may want the GIL
        let next = run(py, || {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                if let Some(batch) = &state.batch
                    && state.row < batch.num_rows()
                {
                    let found = (batch.clone(), state.row);
                    state.row += 1;
                    return Ok(Some(found));
                }
                match state.batches.next().transpose()? {
                    Some(batch) => (state.batch, state.row) = (Some(batch), 0),
                    None => return Ok(None),
                }
            }
        })?;
        let Some((batch, number)) = next else {
            return Ok(None);
        };
        row(py, &self.schema, &batch, number).map(Some)
    }
}

/// A row as a dictionary.
pub(crate) fn row<'py>(
    py: Python<'py>,
    schema: &SchemaRef,
    batch: &RecordBatch,
    number: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let values = PyDict::new(py);
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        values.set_item(field.name(), cell(py, array, number)?)?;
    }
    Ok(values)
}

/// A cell as text, a number or None.
pub(crate) fn cell<'py>(
    py: Python<'py>,
    array: &ArrayRef,
    row: usize,
) -> PyResult<Bound<'py, PyAny>> {
    if array.is_null(row) {
        return Ok(py.None().into_bound(py));
    }
    Ok(match array.data_type() {
        DataType::Int64 => {
            let number = array.as_primitive::<Int64Type>().value(row);
            number.into_pyobject(py)?.into_any()
        }
        DataType::Float64 => {
            let number = array.as_primitive::<Float64Type>().value(row);
            number.into_pyobject(py)?.into_any()
        }
        DataType::Boolean => {
            let holds = array.as_boolean().value(row);
            PyBool::new(py, holds).to_owned().into_any()
        }
        _ => array
            .as_string::<i32>()
            .value(row)
            .into_pyobject(py)?
            .into_any(),
    })
}

/// A column as a numpy array.
pub(crate) fn column<'py>(
    py: Python<'py>,
    batches: &[RecordBatch],
    schema: &SchemaRef,
    number: usize,
) -> PyResult<Column<'py>> {
    let arrays = batches.iter().map(|batch| batch.column(number));
    let kind = schema.field(number).data_type();
    Ok(match kind {
        DataType::Int64 => {
            let values = arrays.flat_map(|array| array.as_primitive::<Int64Type>().iter());
            PyArray1::from_iter(py, values.map(|value| value.unwrap_or(-1))).into_any()
        }
        DataType::Float64 => {
            let values = arrays.flat_map(|array| array.as_primitive::<Float64Type>().iter());
            PyArray1::from_iter(py, values.map(|value| value.unwrap_or(f64::NAN))).into_any()
        }
        _ => {
            let mut values: Vec<Py<PyAny>> = Vec::new();
            for array in arrays {
                for row in 0..array.len() {
                    values.push(cell(py, array, row)?.unbind());
                }
            }
            PyArray1::from_vec(py, values).into_any()
        }
    })
}

/// Names of the columns.
pub(crate) fn columns(schema: &SchemaRef) -> Vec<&str> {
    let fields = schema.fields().iter();
    fields.map(|field| field.name().as_str()).collect()
}

/// Characters shown of a cell.
const WIDE: usize = 40;

fn shown(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return "None".to_owned();
    }
    let text = match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => {
            let share = array.as_primitive::<Float64Type>().value(row);
            let digits = format!("{share:.6}");
            // six digits behind the point where they mean something, all there are else
            match share != 0.0 && share < 0.001 {
                true => format!("{share:?}"),
                false => {
                    let trimmed = digits.trim_end_matches('0').trim_end_matches('.');
                    trimmed.to_owned()
                }
            }
        }
        DataType::Boolean => match array.as_boolean().value(row) {
            true => "True".to_owned(),
            false => "False".to_owned(),
        },
        _ => array.as_string::<i32>().value(row).to_owned(),
    };
    match text.char_indices().nth(WIDE) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

fn lines(batches: &[RecordBatch], limit: usize) -> Vec<Vec<String>> {
    let rows = batches.iter().flat_map(|batch| {
        (0..batch.num_rows()).map(|row| {
            let cells = batch.columns().iter();
            cells.map(|array| shown(array, row)).collect()
        })
    });
    rows.take(limit).collect()
}

/// How many rows a table has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Count {
    Exactly(usize),
    MoreThan(usize),
    Unknown,
}

/// What to say below the rows shown: nothing where they are all.
fn rest(shown: usize, count: Count) -> Option<String> {
    match count {
        Count::Exactly(0) => Some("no rows".to_owned()),
        Count::Exactly(count) if count <= shown => None,
        Count::Exactly(count) => Some(format!("… {count} rows")),
        Count::MoreThan(count) => Some(format!("… more than {count} rows")),
        Count::Unknown => Some("… and more".to_owned()),
    }
}

/// The first rows in columns of equal width.
pub(crate) fn text(
    columns: &[&str],
    batches: &[RecordBatch],
    limit: usize,
    count: Count,
) -> String {
    let lines = lines(batches, limit);
    let mut widths: Vec<usize> = columns.iter().map(|name| name.chars().count()).collect();
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    let names = columns.iter().map(|name| (*name).to_owned()).collect();
    for line in std::iter::once(&names).chain(&lines) {
        let line: &Vec<String> = line;
        let mut text = String::new();
        for (width, cell) in widths.iter().zip(line) {
            // writing to a string cannot fail
            let _ = write!(text, "{cell:<width$}  ");
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    match rest(lines.len(), count) {
        Some(rest) => out.push_str(&rest),
        None => {
            out.pop();
        }
    }
    out
}

/// The same for notebooks.
pub(crate) fn html(
    columns: &[&str],
    batches: &[RecordBatch],
    limit: usize,
    count: Count,
) -> String {
    let lines = lines(batches, limit);
    let escaped = |text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        text.replace('>', "&gt;")
    };
    let row = |cells: &mut dyn Iterator<Item = &str>, tag: &str| {
        let cells = cells.map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)));
        format!("<tr>{}</tr>", cells.collect::<String>())
    };
    let mut out = String::from("<table><thead>");
    out += &row(&mut columns.iter().copied(), "th");
    out += "</thead><tbody>";
    for line in &lines {
        out += &row(&mut line.iter().map(String::as_str), "td");
    }
    out += "</tbody></table>";
    if let Some(rest) = rest(lines.len(), count) {
        out += &format!("<p>{rest}</p>");
    }
    out
}
