//! Many intervals of many contigs, and the rows that reach them.

use super::Opened;
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::genome::Interval;
use crate::store::segment::Segment;
use std::ops::Range;

/// Intervals by contig: ascending, and apart from each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Regions(Vec<(u32, Interval)>);

impl Regions {
    /// Of intervals in any order, which may overlap.
    pub(crate) fn new(mut regions: Vec<(u32, Interval)>) -> Self {
        regions.sort_unstable_by_key(|(contig, interval)| (*contig, interval.start, interval.end));
        // a row reaches the join of two that touch exactly where it reaches one of them
        regions.dedup_by(|(contig, next), (last_contig, last)| {
            let joined = contig == last_contig && next.start <= last.end;
            if joined {
                last.end = last.end.max(next.end);
            }
            joined
        });
        Self(regions)
    }

    /// What any of several reach.
    pub(crate) fn union(all: Vec<Self>) -> Self {
        Self::new(all.into_iter().flat_map(|of| of.0).collect())
    }

    /// Those of a contig that a row at `start` may reach: the ones that end behind it.
    pub(crate) fn behind(&self, contig: u32, start: i64) -> &[(u32, Interval)] {
        let rest = self.0.get(self.first_behind(contig, start)..);
        let rest = rest.unwrap_or_default();
        let count = rest.partition_point(|(of, _)| *of == contig);
        rest.get(..count).unwrap_or_default()
    }

    fn first_behind(&self, contig: u32, start: i64) -> usize {
        self.0
            .partition_point(|region| !ends_behind(region, contig, start))
    }

    /// Whether a row from `start` up to `end` reaches one of them. `hint` makes it quick for rows in
    /// their order, whatever it was.
    pub(crate) fn touch(&self, hint: &mut usize, contig: u32, start: i64, end: i64) -> bool {
        let next = self.next(hint, contig, start);
        next.is_some_and(|interval| reaches(interval, start, end))
    }

    /// The one in which a row at `start` begins.
    pub(crate) fn holding(&self, hint: &mut usize, contig: u32, start: i64) -> Option<Interval> {
        let next = self.next(hint, contig, start);
        next.filter(|interval| i64::from(interval.start) <= start)
    }

    /// The first on a contig that ends behind `start`.
    fn next(&self, hint: &mut usize, contig: u32, start: i64) -> Option<Interval> {
        let known = |at: usize| {
            let behind = |at: usize| {
                let region = self.0.get(at);
                region.is_none_or(|region| ends_behind(region, contig, start))
            };
            at <= self.0.len() && behind(at) && (at == 0 || !behind(at - 1))
        };
        let next = hint.saturating_add(1);
        *hint = match (known(*hint), known(next)) {
            (true, _) => *hint,
            (false, true) => next,
            (false, false) => self.first_behind(contig, start),
        };
        let region = self.0.get(*hint).filter(|(of, _)| *of == contig);
        region.map(|(_, interval)| *interval)
    }
}

fn ends_behind((of, interval): &(u32, Interval), contig: u32, start: i64) -> bool {
    (*of, i64::from(interval.end)) > (contig, start)
}

/// Whether a row from `start` up to `end` reaches an interval that ends behind `start`: it starts in it,
/// or goes on into it.
fn reaches(interval: Interval, start: i64, end: i64) -> bool {
    let first = i64::from(interval.start);
    first <= start || first < end
}

impl Opened {
    /// Whether a part has rows that may reach one of the regions, by the manifest alone.
    pub(crate) fn reaches_any(&self, part: usize, regions: &Regions) -> bool {
        let entry = self.manifest().segments.get(part);
        let spans = entry.map_or(&[][..], |entry| &entry.contigs);
        spans.iter().any(|span| {
            let end = span.end.max(span.last.saturating_add(1));
            let behind = regions.behind(span.contig, span.start.into());
            behind.first().is_some_and(|(_, first)| first.start < end)
        })
    }
}

impl Segment {
    /// The rows that reach one of the regions, as ranges in any order.
    pub(crate) fn touching(&self, regions: &Regions) -> Result<Vec<Range<u32>>> {
        let mut found = Vec::new();
        for rows in self.contigs() {
            match regions.behind(rows.contig, i64::MIN) {
                [] => {}
                [(contig, one)] => found.extend(self.overlapping(*contig, *one)?),
                several => self.sweep(rows.first_row..rows.end_row, several, &mut found)?,
            }
        }
        Ok(found)
    }

    /// The rows that begin in one of the regions, as ranges.
    pub(crate) fn beginning(&self, regions: &Regions) -> Result<Vec<Range<u32>>> {
        let mut found = Vec::new();
        for rows in self.contigs() {
            let mut left = rows.first_row..rows.end_row;
            let mut next = regions.behind(rows.contig, i64::MIN);
            while let [(_, region), ..] = next
                && !left.is_empty()
            {
                let first = self.lower_bound(left.clone(), region.start.into())?;
                left.start = self.lower_bound(first..left.end, region.end.into())?;
                found.push(first..left.start);
                if left.is_empty() {
                    break;
                }
                // regions in front of the next row hold none
                let position = self.columns.position.get(self.file(), left.start)?;
                let passed = next.partition_point(|(_, of)| i64::from(of.end) <= position);
                next = next.get(passed..).unwrap_or_default();
            }
        }
        Ok(found)
    }

    /// Adds the rows of a contig that reach one of its regions. Pages that none reaches are skipped,
    /// and of pages within one no row is read.
    fn sweep(
        &self,
        rows: Range<u32>,
        mut regions: &[(u32, Interval)],
        found: &mut Vec<Range<u32>>,
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        for page in rows.start / PAGE_ROWS..=(rows.end - 1) / PAGE_ROWS {
            let first = rows.start.max(page * PAGE_ROWS);
            let end = rows.end.min((page + 1) * PAGE_ROWS);
            let positions = self.columns.position.page(self.file(), page)?;
            let from = positions.get(first % PAGE_ROWS);
            let last = positions.get((end - 1) % PAGE_ROWS);
            let passed = regions.partition_point(|(_, region)| i64::from(region.end) <= from);
            regions = regions.get(passed..).unwrap_or_default();
            let Some((_, next)) = regions.first() else {
                return Ok(());
            };
            let reached = i64::from(self.page(page)?.zone.max_end).max(last.saturating_add(1));
            if i64::from(next.start) >= reached {
                continue;
            }
            if i64::from(next.start) <= from && last < i64::from(next.end) {
                found.push(first..end);
                continue;
            }
            let spans = self.columns.span.page(self.file(), page)?;
            let mut rest = regions.iter();
            let mut next = rest.next();
            for row in first..end {
                let start = positions.get(row % PAGE_ROWS);
                while next.is_some_and(|(_, region)| i64::from(region.end) <= start) {
                    next = rest.next();
                }
                let Some((_, region)) = next else {
                    break;
                };
                let behind = start.saturating_add(spans.get(row % PAGE_ROWS));
                if reaches(*region, start, behind) {
                    match found.last_mut() {
                        Some(run) if run.end == row => run.end = row + 1,
                        _ => found.push(row..row + 1),
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the reference of expressions has it: the row starts in the interval, or goes on into it.
    fn touches(interval: Interval, start: i64, end: i64) -> bool {
        let (first, behind) = (i64::from(interval.start), i64::from(interval.end));
        (first..behind).contains(&start) || start < first && end > first
    }

    proptest! {
        #[test]
        fn as_every_interval_alone(
            intervals in proptest::collection::vec((0u32..3, 0i32..40, 0i32..8), 0..12),
            contig in 0u32..4,
            start in -1i64..50,
            span in 0i64..10,
        ) {
            let intervals: Vec<(u32, Interval)> = intervals
                .into_iter()
                .map(|(contig, start, len)| (contig, Interval { start, end: start + len }))
                .collect();
            let expected = intervals
                .iter()
                .any(|(of, interval)| *of == contig && touches(*interval, start, start + span));
            let regions = Regions::new(intervals);
            // a hint may be anything: several questions share it
            for mut hint in (0..15).chain([usize::MAX]) {
                prop_assert_eq!(regions.touch(&mut hint, contig, start, start + span), expected);
            }
            let behind = regions.behind(contig, start);
            let next = behind.first().map(|(_, interval)| *interval);
            prop_assert_eq!(next.is_some_and(|next| reaches(next, start, start + span)), expected);
            let apart = regions.0.windows(2).all(|two| {
                (two[0].0, two[0].1.end) < (two[1].0, two[1].1.start)
            });
            prop_assert!(apart);
        }
    }
}
