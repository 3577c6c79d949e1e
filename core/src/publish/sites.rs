//! Sites of a published file, one after the other.

use super::find::Test;
use super::published::{Published, PublishedSite};
use crate::error::Result;
use crate::genome::Interval;
use crate::stop::check_stop;

/// Rows between two looks at whether to stop.
const ROWS_TO_STOP: u32 = 4096;

/// The sites that a question picks, in the order of the file. It keeps the file that it reads.
#[derive(Debug, Clone)]
pub struct PublishedSites {
    of: Published,
    /// Ascending, and apart from each other.
    places: Vec<(usize, Interval)>,
    place: usize,
    /// The next row to look at, in the contig of the place.
    row: Option<u32>,
    test: Option<Test>,
}

impl PublishedSites {
    pub(super) fn of(of: &Published, places: Vec<(usize, Interval)>, test: Option<Test>) -> Self {
        Self {
            of: of.clone(),
            places: joined(places),
            place: 0,
            row: None,
            test,
        }
    }

    /// The next site; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) where bytes are not what was written.
    #[expect(
        clippy::should_implement_trait,
        reason = "reading may fail, as in the other walks of this crate"
    )]
    pub fn next(&mut self) -> Result<Option<PublishedSite>> {
        while let Some(&(contig, interval)) = self.places.get(self.place) {
            let file = &self.of.inner.file;
            let rows = file.rows_of(contig);
            let from = self.row.unwrap_or(0).max(rows.start);
            let Some(row) = file.next_in(from, &rows, interval)? else {
                self.place += 1;
                // a row that reaches into the next place as well was given already
                let next = self.places.get(self.place);
                self.row = self
                    .row
                    .filter(|_| next.is_some_and(|next| next.0 == contig));
                continue;
            };
            if row.is_multiple_of(ROWS_TO_STOP) {
                check_stop()?;
            }
            self.row = Some(row.saturating_add(1));
            let site = self.of.row(contig, row)?;
            if self
                .test
                .as_ref()
                .is_none_or(|test| test.holds(contig, &site))
            {
                return Ok(Some(site));
            }
        }
        Ok(None)
    }
}

/// Places in their order; those that overlap or touch are one.
fn joined(mut places: Vec<(usize, Interval)>) -> Vec<(usize, Interval)> {
    places.sort_by_key(|(contig, of)| (*contig, of.start, of.end));
    let mut all: Vec<(usize, Interval)> = Vec::with_capacity(places.len());
    for (contig, of) in places {
        match all.last_mut() {
            Some((last, before)) if *last == contig && of.start <= before.end => {
                before.end = before.end.max(of.end);
            }
            _ => all.push((contig, of)),
        }
    }
    all
}
