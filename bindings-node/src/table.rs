//! Tables, batch by batch: as Arrow IPC, or as JSON of which JavaScript makes objects. Batches are
//! memory of their own, never the dataset's map: a store into that would end the process.

use crate::counts::number;
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
use varidex::{Error, Query, RowToken, Trios, View};
use varidex_columns::{Batches, Table, Written};

/// A table that is being read.
#[napi]
pub struct NativeTable {
    state: Arc<Mutex<State>>,
}

enum State {
    Reading(Box<Reading>),
    /// There is nothing more to read, and the token of the rows behind the limit.
    Ended(Option<String>),
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
    pub(crate) fn new(batches: Batches, rows: Option<u32>) -> Self {
        let batches = match rows {
            Some(rows) => batches.with_batch_rows(rows as usize),
            None => batches,
        };
        let reading = Reading {
            batches,
            writer: None,
        };
        Self {
            state: Arc::new(Mutex::new(State::Reading(Box::new(reading)))),
        }
    }

    /// Does something with the table; what ends with an error, or has ended, is given back.
    fn read<T>(
        state: &Mutex<State>,
        next: impl FnOnce(&mut Reading) -> Result<(Option<T>, bool), Failure>,
    ) -> Result<Option<T>, Failure> {
        let mut held = state.lock().unwrap_or_else(PoisonError::into_inner);
        let State::Reading(reading) = &mut *held else {
            return Ok(None);
        };
        let found = next(reading);
        if matches!(found, Ok((_, true))) {
            return found.map(|(found, _)| found);
        }
        let ended = std::mem::replace(&mut *held, State::Ended(None));
        let (found, _) = found?;
        if let State::Reading(reading) = ended
            && let Written::Cut(Some(token)) = reading.batches.ended()?
        {
            *held = State::Ended(Some(token.to_string()));
        }
        Ok(found)
    }
}

#[napi]
impl NativeTable {
    /// The next part of an Arrow IPC stream; null after its end.
    #[napi(ts_return_type = "Promise<Uint8Array | null>")]
    pub fn next_ipc(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Option<Uint8Array>>> {
        let state = Arc::clone(&self.state);
        queue(cancel, move |_| {
            let bytes = Self::read(&state, |table| {
                let bytes = table.next_ipc()?;
                Ok((bytes, table.writer.is_some()))
            })?;
            Ok(bytes.map(Uint8Array::new))
        })
    }

    /// The rows of the next batch as a JSON array of objects; null after the last.
    #[napi(ts_return_type = "Promise<string | null>")]
    pub fn next_rows(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Option<String>>> {
        let state = Arc::clone(&self.state);
        queue(cancel, move |_| {
            Self::read(&state, |table| {
                let batch = table.batches.next_batch()?;
                let more = batch.is_some();
                let rows = batch.map(|batch| rows(&batch)).transpose()?;
                Ok((rows, more))
            })
        })
    }

    /// How many rows are left, in place of the rows.
    #[napi(ts_return_type = "Promise<number>")]
    pub fn count(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<i64>> {
        let state = Arc::clone(&self.state);
        queue(cancel, move |_| {
            let mut held = state.lock().unwrap_or_else(PoisonError::into_inner);
            match std::mem::replace(&mut *held, State::Ended(None)) {
                State::Reading(reading) => Ok(number(reading.batches.count()?)),
                State::Ended(_) => Ok(0),
            }
        })
    }

    /// Where the table goes on, once it was read to its end; null where there are no more rows.
    #[napi(getter, ts_return_type = "string | null")]
    pub fn token(&self) -> Option<String> {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Ended(token) => token.clone(),
            State::Reading(_) => None,
        }
    }

    /// Gives the table back before its end. Waits for a batch that is being computed.
    #[napi]
    pub fn close(&self) {
        let mut held = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*held, State::Reading(_)) {
            *held = State::Ended(None);
        }
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

/// Which of its rows and columns a table has.
#[napi(object)]
#[derive(Debug)]
pub struct TablePart {
    /// Only these columns.
    pub columns: Option<Vec<String>>,
    /// Rows to be left out at the beginning.
    pub offset: Option<u32>,
    /// Rows at most.
    pub limit: Option<u32>,
    /// Rows of a batch at most.
    pub batch_rows: Option<u32>,
}

impl TablePart {
    /// Begins to read these of a table.
    pub(crate) fn of(&self, table: Table) -> Result<NativeTable, Failure> {
        let table = table.page(self.offset.unwrap_or(0).into(), self.limit.map(u64::from));
        let table = match &self.columns {
            None => table,
            Some(names) => table.select(names)?,
        };
        Ok(NativeTable::new(table.batches(), self.batch_rows))
    }
}

/// Which table, and of which variants.
#[napi(object)]
#[derive(Debug)]
pub struct TableSettings {
    /// `variants`, `frequencies`, `sites`, `carriers`, `compounds`, `terms`, `ontologies`, `genes`, `samples`, `cohorts` or `snapshots`.
    pub table: String,
    /// The expression; of sites a file, of terms and genes a text or nothing.
    pub of: String,
    /// By what frequencies are counted.
    pub by: Vec<String>,
    /// Only what comes behind the row that this token is of.
    pub after: Option<String>,
    /// A pedigree, for carriers with origins.
    pub trio: Option<String>,
    /// Rows and columns.
    pub part: TablePart,
}

/// Whom a question is about.
struct Groups {
    group: Option<NativeGroup>,
    /// Cases and controls.
    compared: Option<(NativeGroup, NativeGroup)>,
}

/// A table of variants.
fn of_variants(
    view: &View,
    settings: &TableSettings,
    groups: &Groups,
) -> Result<Option<Table>, Failure> {
    let names = ["variants", "frequencies", "carriers", "compounds"];
    if !names.contains(&settings.table.as_str()) {
        return Ok(None);
    }
    let after = settings.after.as_deref().map(str::parse::<RowToken>);
    let query = Query::new(&settings.of)?.in_group(groups.group.as_ref().map(|group| &group.0));
    let query = query.after(after.transpose()?);
    Ok(Some(match (settings.table.as_str(), &groups.compared) {
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
        _ => varidex_columns::compounds(view, &query)?,
    }))
}

fn begin(view: &View, settings: &TableSettings, groups: &Groups) -> Result<NativeTable, Failure> {
    if let Some(table) = of_variants(view, settings, groups)? {
        return settings.part.of(table);
    }
    let group = groups.group.as_ref().map(|group| &group.0);
    let text = Some(settings.of.as_str()).filter(|text| !text.is_empty());
    let table = match settings.table.as_str() {
        "sites" => varidex_columns::sites(view, &settings.of, group, &view.by(&settings.by)?)?.0,
        "terms" => varidex_columns::find_terms(view, text)?,
        "ontologies" => varidex_columns::ontologies(view)?,
        "genes" => varidex_columns::genes(view, text)?,
        "samples" => varidex_columns::samples(view)?,
        "cohorts" => varidex_columns::cohorts(view)?,
        "snapshots" => varidex_columns::snapshots(view.path())?,
        other => return Err(Error::Usage(format!("no table {other:?}")).into()),
    };
    settings.part.of(table)
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
        self.queue(cancel, move |view, _| begin(view, &settings, &groups))
    }
}
