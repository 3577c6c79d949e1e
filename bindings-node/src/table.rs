//! Tables, batch by batch: as Arrow IPC, or as JSON of which JavaScript makes objects. Batches are
//! memory of their own, never the dataset's map: a store into that would end the process.

use crate::dataset::NativeDataset;
use crate::error::Failure;
use crate::group::NativeGroup;
use crate::work::{Cancel, Work, queue};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi_derive::napi;
use std::sync::{Arc, Mutex, PoisonError};
use varidex::{Error, Query, Trios, View};
use varidex_columns::Batches;

/// A table that is being read.
#[napi]
pub struct NativeTable {
    reading: Arc<Mutex<Option<Reading>>>,
}

struct Reading {
    batches: Batches,
    /// Has the stream's state: the schema goes before the first batch only.
    writer: Option<StreamWriter<Vec<u8>>>,
}

/// Arrow's fault, not the question's.
fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::Internal(format!("Arrow refuses a batch: {error}"))
}

impl Reading {
    /// The next part of an IPC stream; `None` after its end.
    fn next_ipc(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let batch = self.batches.next_batch()?;
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => StreamWriter::try_new(Vec::new(), &self.batches.schema()).map_err(refused)?,
        };
        match batch {
            Some(batch) => {
                writer.write(&batch).map_err(refused)?;
                let bytes = std::mem::take(writer.get_mut());
                self.writer = Some(writer);
                Ok(Some(bytes))
            }
            None => Ok(Some(writer.into_inner().map_err(refused)?)),
        }
    }
}

impl NativeTable {
    fn new(batches: Batches, rows: Option<u32>) -> Self {
        let batches = match rows {
            Some(rows) => batches.with_batch_rows(rows as usize),
            None => batches,
        };
        Self {
            reading: Arc::new(Mutex::new(Some(Reading {
                batches,
                writer: None,
            }))),
        }
    }

    /// Does something with the table; what ends with an error, or has ended, is given back.
    fn read<T>(
        reading: &Mutex<Option<Reading>>,
        next: impl FnOnce(&mut Reading) -> Result<(Option<T>, bool), Failure>,
    ) -> Result<Option<T>, Failure> {
        let mut held = reading.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(table) = held.as_mut() else {
            return Ok(None);
        };
        let found = next(table);
        if !matches!(found, Ok((_, true))) {
            *held = None;
        }
        found.map(|(found, _)| found)
    }
}

#[napi]
impl NativeTable {
    /// The next part of an Arrow IPC stream; null after its end.
    #[napi(ts_return_type = "Promise<Uint8Array | null>")]
    pub fn next_ipc(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Option<Uint8Array>>> {
        let reading = Arc::clone(&self.reading);
        queue(cancel, move |_| {
            let bytes = Self::read(&reading, |table| {
                let bytes = table.next_ipc()?;
                Ok((bytes, table.writer.is_some()))
            })?;
            Ok(bytes.map(Uint8Array::new))
        })
    }

    /// The rows of the next batch as a JSON array of objects; null after the last.
    #[napi(ts_return_type = "Promise<string | null>")]
    pub fn next_rows(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Option<String>>> {
        let reading = Arc::clone(&self.reading);
        queue(cancel, move |_| {
            Self::read(&reading, |table| {
                let batch = table.batches.next_batch()?;
                let more = batch.is_some();
                let rows = batch.map(|batch| rows(&batch)).transpose()?;
                Ok((rows, more))
            })
        })
    }

    /// Gives the table back before its end. Waits for a batch that is being computed.
    #[napi]
    pub fn close(&self) {
        let mut held = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        *held = None;
    }
}

/// A batch as a JSON array of objects.
fn rows(batch: &RecordBatch) -> Result<String, Failure> {
    let mut columns = Vec::new();
    for (number, (field, column)) in batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .enumerate()
    {
        let before = if number == 0 { "{" } else { "," };
        let name = serde_json::to_string(field.name()).map_err(refused)?;
        let cells = Cells::of(column)
            .ok_or_else(|| refused(format!("a column of {}", column.data_type())))?;
        columns.push((format!("{before}{name}:"), cells));
    }
    let mut text = Vec::with_capacity(batch.num_rows() * 32 * columns.len());
    for row in 0..batch.num_rows() {
        text.push(if row == 0 { b'[' } else { b',' });
        for (before, cells) in &columns {
            text.extend_from_slice(before.as_bytes());
            cells.write(row, &mut text).map_err(refused)?;
        }
        text.push(b'}');
    }
    text.extend_from_slice(if batch.num_rows() == 0 { b"[]" } else { b"]" });
    String::from_utf8(text).map_err(refused)
}

/// A column of one of the types that tables have.
enum Cells<'b> {
    Text(&'b arrow_array::StringArray),
    Whole(&'b arrow_array::Int64Array),
    Number(&'b arrow_array::Float64Array),
    Flag(&'b arrow_array::BooleanArray),
}

impl<'b> Cells<'b> {
    fn of(column: &'b dyn Array) -> Option<Self> {
        let text = column.as_string_opt::<i32>().map(Self::Text);
        let whole = || column.as_primitive_opt::<Int64Type>().map(Self::Whole);
        let number = || column.as_primitive_opt::<Float64Type>().map(Self::Number);
        let flag = || column.as_boolean_opt().map(Self::Flag);
        text.or_else(whole).or_else(number).or_else(flag)
    }

    fn write(&self, row: usize, to: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            Self::Text(cells) => {
                serde_json::to_writer(to, &cells.is_valid(row).then(|| cells.value(row)))
            }
            Self::Whole(cells) => {
                serde_json::to_writer(to, &cells.is_valid(row).then(|| cells.value(row)))
            }
            // which JavaScript reads as what it is: there is no word for it
            Self::Number(cells) if cells.is_valid(row) && cells.value(row) == f64::INFINITY => {
                to.extend_from_slice(b"1e999");
                Ok(())
            }
            Self::Number(cells) => {
                serde_json::to_writer(to, &cells.is_valid(row).then(|| cells.value(row)))
            }
            Self::Flag(cells) => {
                serde_json::to_writer(to, &cells.is_valid(row).then(|| cells.value(row)))
            }
        }
    }
}

/// Which table, and of which variants.
#[napi(object)]
#[derive(Debug)]
pub struct TableSettings {
    /// `variants`, `frequencies`, `carriers` or `compounds`.
    pub table: String,
    /// The expression.
    pub of: String,
    /// By what frequencies are counted.
    pub by: Vec<String>,
    /// Only these columns.
    pub columns: Option<Vec<String>>,
    /// Rows to be left out at the beginning.
    pub offset: Option<u32>,
    /// Rows at most.
    pub limit: Option<u32>,
    /// A pedigree, for carriers with origins.
    pub trio: Option<String>,
    /// Rows of a batch at most.
    pub batch_rows: Option<u32>,
}

/// Whom a question is about.
struct Groups {
    group: Option<NativeGroup>,
    /// Cases and controls.
    compared: Option<(NativeGroup, NativeGroup)>,
}

fn begin(view: &View, settings: &TableSettings, groups: &Groups) -> Result<Batches, Failure> {
    let query = Query::new(&settings.of)?.in_group(groups.group.as_ref().map(|group| &group.0));
    let table = match (settings.table.as_str(), &groups.compared) {
        ("variants", _) => varidex_columns::variants(view, &query)?,
        ("frequencies", Some((cases, controls))) => {
            varidex_columns::cases_and_controls(view, &query, &cases.0, &controls.0)?
        }
        ("frequencies", None) => {
            varidex_columns::frequencies(view, &query, &view.by(&settings.by)?)?
        }
        ("carriers", _) => {
            let trios = settings.trio.as_ref();
            let trios = trios.map(|file| Trios::from_ped(view, file)).transpose()?;
            varidex_columns::carriers(view, &query, trios)?
        }
        ("compounds", _) => varidex_columns::compounds(view, &query)?,
        (other, _) => return Err(Error::Usage(format!("no table {other:?}")).into()),
    };
    let (offset, limit) = (settings.offset.unwrap_or(0), settings.limit);
    let table = table.page(offset.into(), limit.map(u64::from));
    let table = match &settings.columns {
        None => table,
        Some(names) => table.select(names)?,
    };
    Ok(table.batches())
}

#[napi]
impl NativeDataset {
    /// Begins to read a table; of cases and controls where they are given.
    #[napi(ts_return_type = "Promise<NativeTable>")]
    pub fn table(
        &self,
        settings: TableSettings,
        group: Option<&NativeGroup>,
        cases: Option<&NativeGroup>,
        controls: Option<&NativeGroup>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativeTable>> {
        let groups = Groups {
            group: group.cloned(),
            compared: cases.cloned().zip(controls.cloned()),
        };
        self.queue(cancel, move |view, _| {
            let batches = begin(view, &settings, &groups)?;
            Ok(NativeTable::new(batches, settings.batch_rows))
        })
    }
}
