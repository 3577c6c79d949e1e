//! Tables: columns, and rows that are made one after the other.

use crate::batches::Batches;
use crate::field::{Column, INFO, Kind};
use std::fmt;
use varidex::{Error, Query, Result, RowToken, View};

/// Takes the cells of a row, from the first column on.
pub(crate) trait Cells {
    /// Text; empty text is missing where the column may miss it.
    fn text(&mut self, text: &[u8]);

    fn missing(&mut self);

    fn whole(&mut self, number: u64);

    /// A whole number that may be below 0.
    fn signed(&mut self, number: i64);

    /// A number as it is.
    fn number(&mut self, number: f64);

    fn flag(&mut self, holds: bool);

    /// A number between 0 and 1.
    fn share(&mut self, share: f64) {
        self.number(share);
    }

    /// A number that was computed: of all its digits six mean something.
    fn statistic(&mut self, number: f64) {
        self.number(number);
    }

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

    fn maybe_statistic(&mut self, number: Option<f64>) {
        match number {
            Some(number) => self.statistic(number),
            None => self.missing(),
        }
    }

    fn maybe_flag(&mut self, holds: Option<bool>) {
        match holds {
            Some(holds) => self.flag(holds),
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

    /// How many rows are made of what was read with the columns of the first of them.
    fn made_together(&self) -> u64 {
        1
    }
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
    /// Columns that it has where they are asked for.
    more: Vec<Column>,
    /// Of which INFO keys can be asked for.
    info: Option<View>,
    has_header: bool,
    rows: Box<dyn Rows>,
    /// Rows to be left out next.
    skip: u64,
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
            more: Vec::new(),
            info: None,
            has_header: true,
            rows: Box::new(rows),
            skip: 0,
            left: u64::MAX,
            ended: false,
        }
    }

    /// With the rows that a question asks for.
    pub(crate) fn limited(self, query: &Query) -> Self {
        self.page(query.row_offset(), query.row_limit())
    }

    /// Without the first so many of its rows, and with at most so many.
    #[must_use]
    pub fn page(self, offset: u64, limit: Option<u64>) -> Self {
        Self {
            skip: self.skip.saturating_add(offset),
            left: self.left.min(limit.unwrap_or(u64::MAX)),
            ..self
        }
    }

    /// With columns that are there where they are asked for.
    pub(crate) fn with_more(self, more: Vec<Column>) -> Self {
        Self { more, ..self }
    }

    /// With the INFO keys that were kept as such columns.
    pub(crate) fn with_info(self, view: &View) -> Self {
        Self {
            info: Some(view.clone()),
            ..self
        }
    }

    /// Without the line of names in TSV and CSV.
    #[must_use]
    pub fn without_header(self) -> Self {
        Self {
            has_header: false,
            ..self
        }
    }

    pub(crate) fn has_header(&self) -> bool {
        self.has_header
    }

    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(Column::name)
    }

    /// Only these columns, in this order, and those that the table has where they are asked for
    /// ([`Self::more_names`]); what others need is not computed.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for a column that the table does not have, with the nearest names; for one that is named
    /// twice and where none is.
    pub fn select<N: AsRef<str>>(mut self, names: &[N]) -> Result<Self> {
        let mut columns: Vec<Column> = Vec::with_capacity(names.len());
        for name in names.iter().map(AsRef::as_ref) {
            if columns.iter().any(|column| column.name() == name) {
                return Err(Error::Usage(format!(
                    "the column `{name}` is asked for twice"
                )));
            }
            columns.push(self.column(name)?);
        }
        if columns.is_empty() {
            return Err(Error::Usage("a table has a column at least".to_owned()));
        }
        self.columns = columns;
        Ok(self)
    }

    /// Names of the columns that are there where [`Self::select`] asks for them.
    pub fn more_names(&self) -> impl Iterator<Item = String> {
        let keys = self.info.iter().flat_map(|view| view.info().info_keys);
        let keys = keys.map(|(key, _)| format!("{INFO}{key}"));
        let more = self.more.iter().map(|column| column.name().to_owned());
        more.chain(keys)
    }

    fn column(&self, name: &str) -> Result<Column> {
        let mut all = self.columns.iter().chain(&self.more);
        if let Some(known) = all.find(|column| column.name() == name) {
            return Ok(known.clone());
        }
        if let (Some(view), Some(key)) = (&self.info, name.strip_prefix(INFO)) {
            return Ok(Column::info(view.info_column(key)?));
        }
        let more: Vec<String> = self.more_names().collect();
        let names: Vec<&str> = self.names().collect();
        let known = names.iter().copied().chain(more.iter().map(String::as_str));
        let near = varidex::nearest(name, known).join(", ");
        let mut message = format!(
            "no column `{name}` here; did you mean {near}? There are {}",
            names.join(", ")
        );
        if !more.is_empty() {
            message.push_str("; and, where they are asked for, ");
            message.push_str(&more.join(", "));
        }
        Err(Error::Usage(message))
    }

    /// How many rows there are. Nothing else is computed.
    ///
    /// # Errors
    ///
    /// As the question's.
    pub fn count(mut self) -> Result<u64> {
        self.columns.clear();
        let mut rows = 0;
        while self.next(&mut Skipped)? {
            rows += 1;
        }
        Ok(rows)
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
        while self.skip > 0 {
            // but what the row behind them is made with is needed
            let columns = match self.skip < self.rows.made_together() {
                true => &self.columns[..],
                false => &[],
            };
            if !self.rows.next(columns, &mut Skipped)? {
                return Ok(false);
            }
            self.skip -= 1;
        }
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

    fn signed(&mut self, _: i64) {}

    fn number(&mut self, _: f64) {}

    fn flag(&mut self, _: bool) {}
}

/// Whether a column may miss its cells.
pub(crate) fn is_nullable(kind: Kind) -> bool {
    !matches!(kind, Kind::Text | Kind::Whole)
}
