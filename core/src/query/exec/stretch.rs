//! A stretch of the variants.

use super::part_walk::PartWalk;
use super::place::Place;
use crate::error::Result;
use std::ops::Range;

/// The stretch that is walked.
#[derive(Debug, Clone, Copy)]
pub(in crate::query) struct Stretch {
    pub(in crate::query) from: Place,
    pub(in crate::query) until: Option<Place>,
}

impl Stretch {
    pub(in crate::query) const ALL: Self = Self {
        from: Place::FIRST,
        until: None,
    };

    pub(in crate::query) fn is_all(&self) -> bool {
        self.from == Place::FIRST && self.until.is_none()
    }

    /// The rows of a part on a contig that are walked.
    pub(in crate::query) fn rows_of(&self, part: &PartWalk<'_>, contig: u32) -> Result<Range<u32>> {
        let mut rows = part.segment.rows_of(contig);
        let lower = |rows: &Range<u32>, place: Place| {
            let position = i64::from(place.position);
            part.segment.lower_bound(rows.clone(), position)
        };
        if let Some(until) = self.until.filter(|until| until.contig == contig) {
            rows.end = lower(&rows, until)?;
        }
        if self.from.contig == contig && self.from != Place::FIRST && !rows.is_empty() {
            rows.start = lower(&rows, self.from)?;
        }
        Ok(rows)
    }

    pub(in crate::query) fn has_contig(&self, contig: u32) -> bool {
        self.from.contig <= contig && self.until.is_none_or(|until| contig <= until.contig)
    }
}
