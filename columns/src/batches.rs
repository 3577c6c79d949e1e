//! Rows gathered into batches.

use crate::field::Kind;
use crate::table::{Cells, Table, is_nullable};
use crate::write::Written;
use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder,
};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use std::fmt;
use std::sync::Arc;
use varidex::{Error, Result};

/// Rows of a batch at most.
pub const BATCH_ROWS: usize = 16_384;

/// Text of a batch at most, but for one row; in bytes.
pub const BATCH_BYTES: usize = 8 << 20;

/// The schema of a table.
fn schema(table: &Table) -> SchemaRef {
    let field = |column: &crate::field::Column| {
        let kind = match column.kind {
            Kind::Text | Kind::MaybeText => DataType::Utf8,
            Kind::Whole | Kind::MaybeWhole => DataType::Int64,
            Kind::MaybeShare | Kind::MaybeNumber => DataType::Float64,
            Kind::MaybeFlag => DataType::Boolean,
        };
        Field::new(column.name(), kind, is_nullable(column.kind))
    };
    let fields: Vec<Field> = table.columns().iter().map(field).collect();
    Arc::new(Schema::new(fields))
}

/// The cells of a batch's column.
enum Builder {
    Text {
        cells: StringBuilder,
        /// Whether empty text is missing.
        nullable: bool,
    },
    Whole(Int64Builder),
    Number(Float64Builder),
    Flag(BooleanBuilder),
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::MaybeText => Self::Text {
                cells: StringBuilder::new(),
                nullable: is_nullable(kind),
            },
            Kind::Whole | Kind::MaybeWhole => Self::Whole(Int64Builder::new()),
            Kind::MaybeShare | Kind::MaybeNumber => Self::Number(Float64Builder::new()),
            Kind::MaybeFlag => Self::Flag(BooleanBuilder::new()),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text { cells, .. } => ArrayBuilder::finish(cells),
            Self::Whole(cells) => ArrayBuilder::finish(cells),
            Self::Number(cells) => ArrayBuilder::finish(cells),
            Self::Flag(cells) => ArrayBuilder::finish(cells),
        }
    }
}

/// Where the cells of a row are put.
struct Row<'b> {
    builders: std::slice::IterMut<'b, Builder>,
    /// Bytes of text so far.
    bytes: usize,
}

impl Cells for Row<'_> {
    fn text(&mut self, text: &[u8]) {
        self.bytes += text.len();
        if let Some(Builder::Text { cells, nullable }) = self.builders.next() {
            match *nullable && text.is_empty() {
                true => cells.append_null(),
                false => cells.append_value(String::from_utf8_lossy(text)),
            }
        }
    }

    fn missing(&mut self) {
        match self.builders.next() {
            Some(Builder::Text { cells, .. }) => cells.append_null(),
            Some(Builder::Whole(cells)) => cells.append_null(),
            Some(Builder::Number(cells)) => cells.append_null(),
            Some(Builder::Flag(cells)) => cells.append_null(),
            None => {}
        }
    }

    fn whole(&mut self, number: u64) {
        self.signed(i64::try_from(number).unwrap_or(i64::MAX));
    }

    fn signed(&mut self, number: i64) {
        if let Some(Builder::Whole(cells)) = self.builders.next() {
            cells.append_value(number);
        }
    }

    fn number(&mut self, number: f64) {
        if let Some(Builder::Number(cells)) = self.builders.next() {
            cells.append_value(number);
        }
    }

    fn flag(&mut self, holds: bool) {
        if let Some(Builder::Flag(cells)) = self.builders.next() {
            cells.append_value(holds);
        }
    }
}

/// A table in batches, computed one after the other while they are read.
///
/// An error ends it. It is an [`ArrowError::ExternalError`] that holds a [`varidex::Error`]: see
/// [`error_of`].
pub struct Batches {
    schema: SchemaRef,
    table: Table,
    /// Rows of the next batch at most.
    limit: usize,
    builders: Vec<Builder>,
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches")
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

impl Batches {
    pub(crate) fn new(table: Table) -> Self {
        let columns = table.columns().iter();
        Self {
            schema: schema(&table),
            builders: columns.map(|column| Builder::new(column.kind)).collect(),
            table,
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

    /// The table: where it goes on, and whether it was cut.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// How many rows are left. Nothing else of them is computed.
    ///
    /// # Errors
    ///
    /// As the question's.
    pub fn count(self) -> Result<u64> {
        self.table.count()
    }

    /// Whether the table was cut, and where it goes on, once [`Self::next_batch`] has given `None`. A row behind the
    /// limit is looked at and not given.
    ///
    /// # Errors
    ///
    /// As the question's.
    pub fn ended(self) -> Result<Written> {
        self.table.ended()
    }

    /// The next batch, `None` after the last: as the iterator, with the library's own error.
    ///
    /// # Errors
    ///
    /// As the question's.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let (mut count, mut bytes) = (0, 0);
        while count < self.limit && bytes < BATCH_BYTES {
            let mut row = Row {
                builders: self.builders.iter_mut(),
                bytes,
            };
            if !self.table.next(&mut row)? {
                break;
            }
            bytes = row.bytes;
            count += 1;
        }
        if count == 0 {
            return Ok(None);
        }
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
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
