//! Rows gathered into batches.

use arrow_array::builder::{ArrayBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use std::fmt;
use std::sync::Arc;
use varidex::{Counts, Error, Result};

/// Rows of a batch at most.
pub const BATCH_ROWS: usize = 16_384;

/// Text of a batch at most, but for one row; in bytes.
pub const BATCH_BYTES: usize = 8 << 20;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// Text that may be missing.
    MaybeText,
    Whole,
    /// A number that may be missing.
    MaybeWhole,
    MaybeShare,
}

/// The schema of a table.
pub(crate) fn schema<'n>(columns: impl IntoIterator<Item = (&'n str, Kind)>) -> SchemaRef {
    let field = |(name, kind): (&str, Kind)| {
        let (kind, nullable) = match kind {
            Kind::Text => (DataType::Utf8, false),
            Kind::MaybeText => (DataType::Utf8, true),
            Kind::Whole => (DataType::Int64, false),
            Kind::MaybeWhole => (DataType::Int64, true),
            Kind::MaybeShare => (DataType::Float64, true),
        };
        Field::new(name, kind, nullable)
    };
    Arc::new(Schema::new(
        columns.into_iter().map(field).collect::<Vec<_>>(),
    ))
}

/// Counts as tables have them.
pub(crate) const COUNTS: [(&str, Kind); 7] = [
    ("ac", Kind::Whole),
    ("an", Kind::MaybeWhole),
    ("af", Kind::MaybeShare),
    ("n_het", Kind::Whole),
    ("n_hom", Kind::Whole),
    ("n_hemi", Kind::Whole),
    ("n_missing", Kind::Whole),
];

/// Gives the rows of a table one after the other.
pub(crate) trait Rows: Send {
    /// Adds the next row; `false` after the last.
    fn next(&mut self, to: &mut Row<'_>) -> Result<bool>;
}

impl<F: FnMut(&mut Row<'_>) -> Result<bool> + Send> Rows for F {
    fn next(&mut self, to: &mut Row<'_>) -> Result<bool> {
        self(to)
    }
}

/// The cells of a batch's column.
enum Cells {
    Text(StringBuilder),
    Whole(Int64Builder),
    Share(Float64Builder),
}

/// Where the cells of a row are put, from the first column on.
pub(crate) struct Row<'b> {
    cells: std::slice::IterMut<'b, Cells>,
    /// Bytes of text so far.
    bytes: usize,
}

impl Row<'_> {
    /// Text, missing where it is empty.
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes += text.len();
        if let Some(Cells::Text(cells)) = self.cells.next() {
            cells.append_option((!text.is_empty()).then_some(text));
        }
    }

    /// Text that is there, be it empty.
    pub(crate) fn name(&mut self, text: &str) {
        self.bytes += text.len();
        if let Some(Cells::Text(cells)) = self.cells.next() {
            cells.append_value(text);
        }
    }

    pub(crate) fn whole(&mut self, number: Option<u64>) {
        if let Some(Cells::Whole(cells)) = self.cells.next() {
            cells.append_option(number.map(|n| i64::try_from(n).unwrap_or(i64::MAX)));
        }
    }

    pub(crate) fn position(&mut self, position: varidex::Position) {
        if let Some(Cells::Whole(cells)) = self.cells.next() {
            cells.append_value(position.one_based());
        }
    }

    pub(crate) fn share(&mut self, number: Option<f64>) {
        if let Some(Cells::Share(cells)) = self.cells.next() {
            cells.append_option(number);
        }
    }

    /// The columns of [`COUNTS`].
    pub(crate) fn counts(&mut self, counts: &Counts) {
        self.whole(Some(counts.ac));
        self.whole(counts.an);
        self.share(counts.af());
        for count in [counts.n_het, counts.n_hom, counts.n_hemi, counts.n_missing] {
            self.whole(Some(count));
        }
    }
}

/// A table, computed batch by batch while it is read.
///
/// An error ends it. It is an [`ArrowError::ExternalError`] that holds a [`varidex::Error`]: see
/// [`error_of`].
pub struct Batches {
    schema: SchemaRef,
    rows: Option<Box<dyn Rows>>,
    /// Rows of the next batch at most.
    limit: usize,
    columns: Vec<Cells>,
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches")
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

impl Batches {
    pub(crate) fn new(schema: SchemaRef, rows: impl Rows + 'static) -> Self {
        let columns = schema.fields().iter();
        let columns = columns.map(|field| match field.data_type() {
            DataType::Int64 => Cells::Whole(Int64Builder::new()),
            DataType::Float64 => Cells::Share(Float64Builder::new()),
            _ => Cells::Text(StringBuilder::new()),
        });
        Self {
            columns: columns.collect(),
            schema,
            rows: Some(Box::new(rows)),
            limit: BATCH_ROWS,
        }
    }

    /// With batches of so many rows at most, for a look at the first few.
    #[must_use]
    pub fn with_batch_rows(mut self, rows: usize) -> Self {
        self.limit = rows.clamp(1, BATCH_ROWS);
        self
    }

    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The next batch, `None` after the last: as the iterator, with the library's own error.
    ///
    /// # Errors
    ///
    /// As the question's.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let Some(rows) = &mut self.rows else {
            return Ok(None);
        };
        let (mut count, mut bytes) = (0, 0);
        while count < self.limit && bytes < BATCH_BYTES {
            let mut row = Row {
                cells: self.columns.iter_mut(),
                bytes,
            };
            match rows.next(&mut row) {
                Ok(true) => {
                    bytes = row.bytes;
                    count += 1;
                }
                Ok(false) => {
                    self.rows = None;
                    break;
                }
                Err(error) => {
                    self.rows = None;
                    return Err(error);
                }
            }
        }
        if count == 0 {
            return Ok(None);
        }
        let finish = |cells: &mut Cells| -> ArrayRef {
            match cells {
                Cells::Text(cells) => ArrayBuilder::finish(cells),
                Cells::Whole(cells) => ArrayBuilder::finish(cells),
                Cells::Share(cells) => ArrayBuilder::finish(cells),
            }
        };
        let columns = self.columns.iter_mut().map(finish).collect();
        let batch = RecordBatch::try_new(self.schema(), columns);
        batch
            .map(Some)
            .map_err(|e| Error::Usage(format!("a batch that Arrow refuses: {e}")))
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.next_batch();
        batch
            .map_err(|e| ArrowError::ExternalError(Box::new(e)))
            .transpose()
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        self.schema()
    }
}

/// The library's error that a table ended with; `None` where it is one of Arrow.
pub fn error_of(error: ArrowError) -> Option<Error> {
    match error {
        ArrowError::ExternalError(inner) => inner.downcast().ok().map(|error| *error),
        _ => None,
    }
}
