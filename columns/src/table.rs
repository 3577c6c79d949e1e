//! Tables: columns, and rows that are made one after the other.

use crate::batches::Batches;
use crate::field::{Column, Kind};
use std::fmt;
use varidex::{Error, Query, Result, RowToken};

/// Takes the cells of a row, from the first column on.
pub(crate) trait Cells {
    /// Text; empty text is missing where the column may miss it.
    fn text(&mut self, text: &[u8]);

    fn missing(&mut self);

    fn whole(&mut self, number: u64);

    fn share(&mut self, share: f64);

    fn maybe_whole(&mut self, number: Option<u64>) {
        match number {
            Some(number) => self.whole(number),
            None => self.missing(),
        }
    }

    fn maybe_share(&mut self, share: Option<f64>) {
        match share {
            Some(share) => self.share(share),
            None => self.missing(),
        }
    }

    fn maybe_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text.as_bytes()),
            None => self.missing(),
        }
    }
}

/// Makes the rows of a table.
pub(crate) trait Rows: Send {
    /// Gives the cells of the next row, one for each of the columns; `false` after the last.
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool>;

    /// Where the table goes on behind the row given last; `None` where it cannot.
    fn token(&self) -> Option<RowToken>;
}

/// Rows without a place to go on from.
impl<F: FnMut(&[Column], &mut dyn Cells) -> Result<bool> + Send> Rows for F {
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        self(columns, to)
    }

    fn token(&self) -> Option<RowToken> {
        None
    }
}

/// The answer to a question as a table. It is computed while it is read: as [`Batches`], or written as
/// text ([`Table::write`]).
pub struct Table {
    columns: Vec<Column>,
    rows: Box<dyn Rows>,
    /// Rows left at most.
    left: u64,
    /// Whether there are no more.
    ended: bool,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.columns.iter().map(Column::name).collect();
        f.debug_struct("Table")
            .field("columns", &names)
            .finish_non_exhaustive()
    }
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>, rows: impl Rows + 'static) -> Self {
        Self {
            columns,
            rows: Box::new(rows),
            left: u64::MAX,
            ended: false,
        }
    }

    /// With as many rows as a question asks for.
    pub(crate) fn limited(self, query: &Query) -> Self {
        self.first(query.row_limit().unwrap_or(u64::MAX))
    }

    /// Only so many rows.
    #[must_use]
    pub fn first(self, rows: u64) -> Self {
        Self { left: rows, ..self }
    }

    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(Column::name)
    }

    /// Only these columns, in this order; what others need is not computed.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for a column that the table does not have, for one that is named twice and where none
    /// is.
    pub fn select<N: AsRef<str>>(mut self, names: &[N]) -> Result<Self> {
        let mut columns: Vec<Column> = Vec::with_capacity(names.len());
        for name in names.iter().map(AsRef::as_ref) {
            let known = self.columns.iter().find(|column| column.name() == name);
            let Some(known) = known else {
                let all: Vec<&str> = self.names().collect();
                return Err(Error::Usage(format!(
                    "no column `{name}` here: there are {}",
                    all.join(", ")
                )));
            };
            if columns.iter().any(|column| column.name() == name) {
                return Err(Error::Usage(format!(
                    "the column `{name}` is asked for twice"
                )));
            }
            columns.push(known.clone());
        }
        if columns.is_empty() {
            return Err(Error::Usage("a table has a column at least".to_owned()));
        }
        self.columns = columns;
        Ok(self)
    }

    /// Where the table goes on behind the row read last, for [`Query::after`]; `None` of tables that cannot
    /// be read in pages.
    pub fn token(&self) -> Option<RowToken> {
        self.rows.token()
    }

    /// Whether reading ended at the limit of the question: there may be more rows.
    pub fn is_cut(&self) -> bool {
        self.left == 0 && !self.ended
    }

    /// Whether there is a row behind the limit, where reading ended there. It is skipped.
    pub(crate) fn has_more(&mut self) -> Result<bool> {
        Ok(self.is_cut() && self.rows.next(&[], &mut Skipped)?)
    }

    /// The table as Arrow record batches.
    pub fn batches(self) -> Batches {
        Batches::new(self)
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Gives the cells of the next row; `false` after the last.
    pub(crate) fn next(&mut self, to: &mut dyn Cells) -> Result<bool> {
        if self.ended || self.left == 0 {
            return Ok(false);
        }
        // what fails does not go on
        self.ended = true;
        if self.rows.next(&self.columns, to)? {
            self.left -= 1;
            self.ended = false;
        }
        Ok(!self.ended)
    }
}

/// Cells that nobody needs.
struct Skipped;

impl Cells for Skipped {
    fn text(&mut self, _: &[u8]) {}

    fn missing(&mut self) {}

    fn whole(&mut self, _: u64) {}

    fn share(&mut self, _: f64) {}
}

/// Whether a column may miss its cells.
pub(crate) fn is_nullable(kind: Kind) -> bool {
    matches!(kind, Kind::MaybeText | Kind::MaybeWhole | Kind::MaybeShare)
}
