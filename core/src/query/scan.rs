//! A scan: variants that go with what they are read from, for hosts that keep them.

use super::exec::place::Place;
use super::exec::variants::{Variant, Variants};
use super::page::{Partition, Query, RowToken};
use crate::cohort::View;
use crate::error::{Error, Result};
use self_cell::self_cell;

self_cell!(
    struct Kept {
        owner: View,
        #[not_covariant]
        dependent: Variants,
    }
);

/// The variants that a question picks, with the dataset that they are read from: it borrows nothing, so
/// that it may be kept, and moved to another thread. [`Variants`] is the same for a loop.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// let view = varidex::Dataset::open("cohort.vdx")?.view();
/// let mut scan = view.scan(&varidex::Query::new("22:16,000,000-17,000,000 & af<0.01")?)?;
/// let all = std::thread::spawn(move || -> varidex::Result<u64> {
///     let mut all = 0;
///     while let Some(ac) = scan.next(|mut variant| Ok(variant.counts()?.ac))? {
///         all += ac;
///     }
///     Ok(all)
/// });
/// # drop(all);
/// # Ok(())
/// # }
/// ```
pub struct Scan {
    kept: Kept,
    query: Query,
    /// Where the variant given last is, and how many of the place were given up to it.
    at: Place,
    given: u32,
    /// Where it began, and how many variants of that place come before.
    from: Place,
    before: u32,
    /// Variants to be left out next.
    skip: u64,
    /// Variants left at most.
    left: u64,
}

impl Scan {
    /// Calls `f` with the next variant, and gives what it makes of it; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) where bytes are not what was written; and what `f` ends
    /// with.
    pub fn next<T>(
        &mut self,
        f: impl for<'v, 'a> FnOnce(Variant<'v, 'a>) -> Result<T>,
    ) -> Result<Option<T>> {
        if self.left == 0 {
            return Ok(None);
        }
        let (from, before) = (self.from, self.before);
        let (at, given, skip) = (&mut self.at, &mut self.given, &mut self.skip);
        let made = self.kept.with_dependent_mut(|_, variants| {
            while let Some(variant) = variants.next()? {
                let place = variant.place();
                *given = match place == *at {
                    true => given.saturating_add(1),
                    false => 1,
                };
                *at = place;
                if place > from || *given > before {
                    if *skip > 0 {
                        *skip -= 1;
                        continue;
                    }
                    return f(variant).map(Some);
                }
            }
            Ok(None)
        })?;
        self.left -= 1;
        Ok(made)
    }

    /// Where it goes on with the variant given last once more, for tables in which a variant has several rows.
    pub fn token_of_last(&self) -> RowToken {
        let first = RowToken::first(self.kept.borrow_owner(), &self.query);
        first.behind(self.at, self.given.saturating_sub(1))
    }

    /// Where it goes on behind the variant given last: at the first where none was given.
    pub fn token(&self) -> RowToken {
        let first = RowToken::first(self.kept.borrow_owner(), &self.query);
        let skipped = match self.at == self.from {
            true => self.before,
            false => 0,
        };
        first.behind(self.at, self.given.max(skipped))
    }
}

impl View {
    /// The variants that a question picks, with counts and carriers in everybody or in its group.
    ///
    /// # Errors
    ///
    /// As [`Self::variants_in`]; [`Error::Usage`](crate::Error::Usage) for a token of another state of the
    /// dataset, of another view or of another question.
    pub fn scan(&self, query: &Query) -> Result<Scan> {
        let (from, before) = match &query.after {
            Some(token) => {
                token.check(&RowToken::first(self, query))?;
                (token.place(), token.variants())
            }
            None => (Place::FIRST, 0),
        };
        self.scan_places(query, (from, None), before)
    }

    /// The variants of a piece of an answer.
    ///
    /// # Errors
    ///
    /// As [`Self::scan`]; [`Error::Usage`](crate::Error::Usage) for a piece of another state of the dataset
    /// or of another view.
    pub fn scan_partition(&self, partition: &Partition) -> Result<Scan> {
        partition.check(self)?;
        self.scan_places(partition.query(), partition.places(), 0)
    }

    fn scan_places(
        &self,
        query: &Query,
        (from, until): (Place, Option<Place>),
        before: u32,
    ) -> Result<Scan> {
        let kept = Kept::try_new(self.clone(), |view| {
            let mut variants = view.variants_of(query)?;
            variants.walk.keep_to(from, until);
            Ok::<_, Error>(variants)
        })?;
        Ok(Scan {
            kept,
            query: query.clone(),
            at: from,
            given: 0,
            from,
            before,
            skip: query.offset,
            left: query.limit.unwrap_or(u64::MAX),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Group;
    use super::*;

    /// Hosts keep scans, and read them on other threads.
    #[test]
    fn a_scan_borrows_nothing() {
        fn kept<T: Send + 'static>() {}
        kept::<Scan>();
        kept::<Group>();
        kept::<View>();
    }
}
