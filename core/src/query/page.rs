//! Parts of a table: from where on, how much, and tables cut into pieces that are read apart.

use super::exec::place::Place;
use super::exec::question::Question;
use super::exec::run;
use super::exec::variants::Variants;
use super::expr::{IntoVariantExpr, VariantExpr};
use super::group::Group;
use super::plan::admit::admit;
use super::plan::bind::Binder;
use crate::cohort::View;
use crate::error::{Error, Result};
use std::fmt::{self, Write as _};
use std::str::FromStr;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// A question for variants, as plain data: which, counted in whom, from where on and how many.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::Query;
///
/// let view = varidex::Dataset::open("cohort.vdx")?.view();
/// let women = view.ask("sex:female")?;
/// let query = Query::new("gene:TLR7")?.in_group(Some(&women));
/// let mut page = view.scan(&query.clone().limit(100))?;
/// while let Some(ac) = page.next(|mut variant| Ok(variant.counts()?.ac))? {
///     println!("{ac}");
/// }
/// // the next hundred, by a token that a client may have kept as text
/// let token = page.token().to_string();
/// let token: varidex::RowToken = token.parse()?;
/// let page = view.scan(&query.after(token).limit(100))?;
/// # drop(page);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Query {
    /// The expression, for places in errors.
    pub(super) text: String,
    pub(super) of: VariantExpr,
    pub(super) group: Option<Group>,
    pub(super) by: Vec<Group>,
    /// What the rows are of, where that is not the variants.
    table: &'static str,
    pub(super) after: Option<RowToken>,
    pub(super) offset: u64,
    pub(super) limit: Option<u64>,
}

impl Query {
    /// All variants that an expression picks, counted in everybody.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] where it cannot be understood.
    pub fn new(of: impl IntoVariantExpr) -> Result<Self> {
        let (of, text) = of.into_variant_expr()?;
        Ok(Self {
            text,
            of,
            group: None,
            by: Vec::new(),
            table: "",
            after: None,
            offset: 0,
            limit: None,
        })
    }

    /// Counts and carriers are of these people; `None` is of everybody.
    #[must_use]
    pub fn in_group(self, group: Option<&Group>) -> Self {
        Self {
            group: group.cloned(),
            ..self
        }
    }

    /// Counts are made of each of these groups as well: see [`Variant::counts_of`](crate::Variant::counts_of).
    #[must_use]
    pub fn by(self, groups: Vec<Group>) -> Self {
        Self { by: groups, ..self }
    }

    /// Tokens are of the rows of this table, and those of others are refused.
    #[must_use]
    pub fn for_table(self, table: &'static str) -> Self {
        Self { table, ..self }
    }

    /// Only what comes behind the row that a token is of; `None` is all.
    #[must_use]
    pub fn after(self, token: impl Into<Option<RowToken>>) -> Self {
        Self {
            after: token.into(),
            ..self
        }
    }

    /// Without the first so many rows (behind a token, where there is one). They are walked: a token costs less.
    #[must_use]
    pub fn offset(self, rows: u64) -> Self {
        Self {
            offset: rows,
            ..self
        }
    }

    /// At most so many rows; `None` is all.
    #[must_use]
    pub fn limit(self, rows: impl Into<Option<u64>>) -> Self {
        Self {
            limit: rows.into(),
            ..self
        }
    }

    /// Whom counts and carriers are of; `None` is everybody.
    pub fn group(&self) -> Option<&Group> {
        self.group.as_ref()
    }

    /// Where the rows begin; `None` is at the first.
    pub fn token(&self) -> Option<RowToken> {
        self.after
    }

    /// How many rows are left out at the beginning.
    pub fn row_offset(&self) -> u64 {
        self.offset
    }

    /// How many rows there are at most; `None` is all.
    pub fn row_limit(&self) -> Option<u64> {
        self.limit
    }

    /// Stands for what is asked, but not for how much of it: of equal questions it is equal.
    fn stamp(&self) -> u64 {
        let mut hash = Xxh3::new();
        let expression = self.of.to_string();
        hash.update(&(expression.len() as u64).to_le_bytes());
        hash.update(expression.as_bytes());
        for group in self.group.iter().chain(&self.by) {
            hash.update(&group.subjects().len().to_le_bytes());
            for subject in group.subjects().iter() {
                hash.update(&subject.to_le_bytes());
            }
        }
        hash.update(&[u8::from(self.group.is_some())]);
        hash.update(self.table.as_bytes());
        hash.digest()
    }
}

impl IntoVariantExpr for &Query {
    /// The expression of the question alone.
    fn into_variant_expr(self) -> Result<(VariantExpr, String)> {
        Ok((self.of.clone(), self.text.clone()))
    }
}

/// Where a table goes on: behind one of its rows.
///
/// It is of one state of a dataset, of who may see it, and of one question: for others it is refused. As
/// text it is 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RowToken {
    /// Of the view's id.
    view: u64,
    query: u64,
    place: Place,
    /// How many variants of the place come before.
    variants: u32,
    /// How many rows of the next variant come before, where a variant has several.
    rows: u32,
}

impl RowToken {
    /// At the first row of a question's answer.
    pub(super) fn first(view: &View, query: &Query) -> Self {
        Self {
            view: xxh3_64(view.id().as_bytes()),
            query: query.stamp(),
            place: Place::FIRST,
            variants: 0,
            rows: 0,
        }
    }

    /// Behind so many variants of a place.
    pub(super) fn behind(self, place: Place, variants: u32) -> Self {
        Self {
            place,
            variants,
            rows: 0,
            ..self
        }
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    pub(super) fn variants(&self) -> u32 {
        self.variants
    }

    /// How many rows of the variant at which it goes on come before, for tables in which a variant has
    /// several rows. A [`Scan`](crate::Scan) gives the variant whole.
    pub fn rows_of_variant(&self) -> u32 {
        self.rows
    }

    /// The same, so many rows of the variant later.
    #[must_use]
    pub fn plus_rows(self, rows: u32) -> Self {
        Self {
            rows: self.rows.saturating_add(rows),
            ..self
        }
    }

    /// Refuses a token of another state, view or question than `here` is of.
    pub(super) fn check(&self, here: &Self) -> Result<()> {
        let of = match (self.view == here.view, self.query == here.query) {
            (true, true) => return Ok(()),
            (false, _) => "another state of the dataset, or of another view of it",
            (true, false) => "another question",
        };
        Err(Error::Usage(format!(
            "the token is of {of}: ask again without one"
        )))
    }
}

/// Digits of the text of a token.
const TOKEN_DIGITS: usize = 64;

impl fmt::Display for RowToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.view, self.query)?;
        let Place { contig, position } = self.place;
        write!(f, "{contig:08x}{position:08x}")?;
        write!(f, "{:08x}{:08x}", self.variants, self.rows)
    }
}

impl FromStr for RowToken {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = || {
            let mut shown = String::new();
            // a stranger's text: little of it, and no control characters
            for c in text.chars().take(80).flat_map(char::escape_debug) {
                // writing to a string cannot fail
                let _ = shown.write_char(c);
            }
            Error::Usage(format!(
                "a token of a row is {TOKEN_DIGITS} hexadecimal digits, found `{shown}`"
            ))
        };
        if text.len() != TOKEN_DIGITS || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(refused());
        }
        let digits = |from: usize, to: usize| {
            let digits = text.get(from..to);
            let number = digits.map(|digits| u64::from_str_radix(digits, 16));
            number.and_then(std::result::Result::ok).ok_or_else(refused)
        };
        Ok(Self {
            view: digits(0, 16)?,
            query: digits(16, 32)?,
            place: Place {
                contig: digits(32, 40)? as u32,
                position: (digits(40, 48)? as u32).cast_signed(),
            },
            variants: digits(48, 56)? as u32,
            rows: digits(56, 64)? as u32,
        })
    }
}

/// A piece of the answer to a question, to be read apart from the others: see [`View::partitions`].
#[derive(Debug, Clone)]
pub struct Partition {
    /// The id of the view that it is of.
    view: String,
    query: Query,
    /// The first place, and the first that is not of it; `None` is the end.
    from: Place,
    until: Option<Place>,
}

impl Partition {
    /// The id of the view that it is of.
    pub fn view_id(&self) -> &str {
        &self.view
    }

    /// The question.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Where it begins and ends.
    pub(super) fn places(&self) -> (Place, Option<Place>) {
        (self.from, self.until)
    }

    /// Refuses a view that it is not of.
    pub(super) fn check(&self, view: &View) -> Result<()> {
        view.refuse_foreign("a partition", &self.view)
    }
}

impl View {
    /// What a question picks, from the first row to the last.
    pub(crate) fn variants_of(&self, query: &Query) -> Result<Variants<'_>> {
        self.check()?;
        let group = query.group.as_ref().map(|group| group.within(self));
        let samples = group.transpose()?.map(Group::samples);
        let by = query.by.iter().map(|group| group.within(self));
        let by = by.collect::<Result<Vec<_>>>()?;
        let variants = Variants::new(self, self.bound(query)?, samples)?;
        Ok(variants.count_beside(by.into_iter().map(Group::samples)))
    }

    /// What who asks for variants should know, as [`Plan::notes`](crate::Plan::notes) of people: names are looked up,
    /// and nothing is run.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub fn notes_on(&self, query: &Query) -> Result<Vec<String>> {
        Binder::new(self, &query.text).hints(&query.of)
    }

    /// Binds a question and answers the questions within it.
    pub(super) fn bound(&self, query: &Query) -> Result<Question> {
        let plan = Binder::new(self, &query.text).variants(&query.of)?;
        run::variants(self, admit(self, plan)?)
    }

    /// Cuts the answer to a question into at most `most` pieces of about as many rows to look at. Each
    /// is read by [`Self::scan_partition`], in any order and on any thread; one after the other they are
    /// what [`Self::scan`] gives.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// let query = varidex::Query::new("af<0.01")?;
    /// let pieces = view.partitions(&query, 8)?.into_iter().map(|piece| {
    ///     let view = view.clone();
    ///     std::thread::spawn(move || -> varidex::Result<u64> {
    ///         let (mut scan, mut all) = (view.scan_partition(&piece)?, 0);
    ///         while let Some(ac) = scan.next(|mut variant| Ok(variant.counts()?.ac))? {
    ///             all += ac;
    ///         }
    ///         Ok(all)
    ///     })
    /// });
    /// let counts: Vec<_> = pieces.collect();
    /// # drop(counts);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::scan`]; [`Error::Usage`] for a question that begins behind a row or has an offset or a limit.
    pub fn partitions(&self, query: &Query, most: usize) -> Result<Vec<Partition>> {
        if query.after.is_some() || query.offset > 0 || query.limit.is_some() {
            let message = "a question with a token, an offset or a limit is read in one piece";
            return Err(Error::Usage(message.to_owned()));
        }
        let cuts = self.variants_of(query)?.walk.cuts(most)?;
        let ends = cuts.iter().copied().map(Some).chain([None]);
        let starts = std::iter::once(Place::FIRST).chain(cuts.iter().copied());
        let piece = |(from, until)| Partition {
            view: self.id().to_owned(),
            query: query.clone(),
            from,
            until,
        };
        Ok(starts.zip(ends).map(piece).collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    #[test]
    fn tokens_are_read_as_they_are_written() {
        let token = RowToken {
            view: u64::MAX - 1,
            query: 7,
            place: Place {
                contig: 3,
                position: -1,
            },
            variants: 2,
            rows: 0x0100_0000,
        };
        let text = token.to_string();
        assert_eq!(text.len(), TOKEN_DIGITS);
        assert_eq!(text.parse::<RowToken>().unwrap(), token);
        for bad in ["", "0", &text[1..], &format!("+{}", &text[1..]), "\u{7}é"] {
            let error = bad.parse::<RowToken>().unwrap_err().to_string();
            assert!(error.contains("64 hexadecimal digits"), "{error}");
            assert!(!error.contains('\u{7}'), "{error}");
        }
    }
}
