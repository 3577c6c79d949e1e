//! The rows that a test may pick, from indexes and zone maps alone.

use super::rows::Rows;
use super::rules::{Rule, Rules};
use super::test::Test;
use crate::cohort::{Applies, Shortcut, View};
use crate::error::Result;
use crate::format::{PAGE_ROWS, Zone};
use crate::genome::Interval;
use crate::query::expr::{Comparison, Node, Number, Placing};
use crate::stop::check_stop;
use crate::store::Segment;
use std::collections::HashMap;

/// By part the rows that a test may pick; `None` of parts that the manifest rules out.
pub(in crate::query) fn candidates_of(
    view: &View,
    test: &Node<Test>,
    rules: Rules,
) -> Result<Vec<Option<Rows>>> {
    let counts = view.applies(Shortcut::PageCounts);
    let mut found = Vec::with_capacity(view.parts().len());
    for (index, part) in view.parts().iter().enumerate() {
        check_stop()?;
        if rules.has(Rule::Segments) && !may_have(view, index, test) {
            found.push(None);
            continue;
        }
        let segment = view.segment(part)?;
        found.push(Some(match rules.has(Rule::Indexes) {
            true => candidates(segment, index, test, counts)?,
            false => Rows::all(segment.meta().rows, false),
        }));
    }
    Ok(found)
}

/// Whether a part may have rows that the test picks, by the manifest alone.
fn may_have(view: &View, part: usize, node: &Node<Test>) -> bool {
    match node {
        Node::Atom(atom) => match &atom.kind {
            Test::Regions(regions) | Test::Placed { regions, .. } => {
                view.reaches_any(part, regions)
            }
            Test::Rows(rows) => rows.contains_key(&part),
            Test::Change(rows) => rows.contains_key(&part),
            Test::Alleles(of) => of.rows.contains_key(&part),
            _ => true,
        },
        Node::Not(_) => true,
        Node::And(parts) => parts.iter().all(|node| may_have(view, part, node)),
        Node::Or(parts) => parts.iter().any(|node| may_have(view, part, node)),
    }
}

/// The rows of a segment that a test may pick, where the counts of its pages say so much of a variant's.
fn candidates(segment: &Segment, part: usize, node: &Node<Test>, counts: Applies) -> Result<Rows> {
    let rows = segment.meta().rows;
    Ok(match node {
        Node::Atom(atom) => match &atom.kind {
            Test::All => Rows::all(rows, true),
            Test::Regions(regions) => Rows::from_unsorted(segment.touching(regions)?, true),
            Test::Placed { how, regions } => {
                let exact = *how == Placing::Begins;
                Rows::from_unsorted(segment.beginning(regions)?, exact)
            }
            Test::Rows(by_part) => rows_in(by_part, part),
            Test::Change(by_part) => rows_in(by_part, part),
            Test::Alleles(of) => rows_in(&of.rows, part),
            Test::Entry(test) => match segment.annotations() {
                Some(of) => test.local(of, segment.file())?.rows(segment)?,
                None => Rows::none(),
            },
            Test::Types(types) => pages_where(segment, |zone| zone.types & types != 0)?,
            Test::Number {
                field: Number::Ac,
                comparison,
                value,
            } if counts != Applies::No => {
                let (comparison, value) = (*comparison, *value);
                let least = |zone: &Zone| match counts {
                    Applies::Superset => 0.0,
                    _ => f64::from(zone.min_ac),
                };
                pages_where(segment, |zone| match comparison {
                    Comparison::Less | Comparison::LessOrEqual => {
                        comparison.holds(least(zone), value)
                    }
                    Comparison::Greater | Comparison::GreaterOrEqual => {
                        comparison.holds(f64::from(zone.max_ac), value)
                    }
                    Comparison::Equal => least(zone) <= value && value <= f64::from(zone.max_ac),
                    Comparison::NotEqual => true,
                })?
            }
            Test::Number {
                field: field @ (Number::Pos | Number::Start | Number::End),
                comparison,
                value,
            } => placed(segment, *field, *comparison, *value)?,
            _ => Rows::all(rows, false),
        },
        Node::Not(inner) => candidates(segment, part, inner, counts)?.not(rows),
        Node::And(parts) => {
            let mut all = Rows::all(rows, true);
            for node in parts {
                all = all.and(&candidates(segment, part, node, counts)?);
            }
            all
        }
        Node::Or(parts) => {
            let mut any = Rows::none();
            for node in parts {
                any = any.or(candidates(segment, part, node, counts)?);
            }
            any
        }
    })
}

/// The rows of which a position may stand so to a number: rows are in the order of positions.
fn placed(segment: &Segment, field: Number, comparison: Comparison, value: f64) -> Result<Rows> {
    let ends = field == Number::End;
    let (least, most) = match comparison {
        Comparison::Less | Comparison::LessOrEqual => (f64::NEG_INFINITY, value),
        Comparison::Greater | Comparison::GreaterOrEqual => (value, f64::INFINITY),
        Comparison::Equal => (value, value),
        Comparison::NotEqual => return Ok(Rows::all(segment.meta().rows, false)),
    };
    // of `as`, which saturates: numbers from 1 become positions from 0, those of the bounds are taken in
    let (first, last) = (least.floor() as i64, most.ceil() as i64);
    // a row that spans nothing ends before its position
    let (first, behind) = (
        first.saturating_sub(1),
        last.saturating_add(i64::from(ends)),
    );
    let mut ranges = Vec::new();
    for of in segment.contigs() {
        let rows = of.first_row..of.end_row;
        let from = segment.lower_bound(rows.clone(), first)?;
        let end = segment.lower_bound(rows.clone(), behind)?;
        if ends {
            // who ends there may start before
            let reaching = segment.reaching(rows.start..from, first)?;
            ranges.extend(reaching.into_iter().map(|row| row..row + 1));
        }
        ranges.push(from..end.max(from));
    }
    Ok(Rows::from_unsorted(ranges, false))
}

fn rows_in(by_part: &HashMap<usize, Vec<u32>>, part: usize) -> Rows {
    let found = by_part.get(&part).map_or(&[][..], Vec::as_slice);
    Rows::of(found, true)
}

/// Rows of the pages with a zone map that passes.
fn pages_where(segment: &Segment, passes: impl Fn(&Zone) -> bool) -> Result<Rows> {
    let rows = segment.meta().rows;
    let mut ranges = Vec::new();
    for page in 0..rows.div_ceil(PAGE_ROWS) {
        if passes(&segment.page(page)?.zone) {
            ranges.push(page * PAGE_ROWS..rows.min((page + 1) * PAGE_ROWS));
        }
    }
    Ok(Rows::from_unsorted(ranges, false))
}

/// What one batch says of a variant (an id, an END) counts for all: rows of other batches at the
/// places of candidates become candidates, and the tests decide on the variants as a whole.
pub(in crate::query) fn add_rows_of_other_batches(
    view: &View,
    found: &mut [Option<Rows>],
) -> Result<()> {
    let places = places_of(view, found)?;
    for ((part, entry), slot) in view
        .parts()
        .iter()
        .zip(&view.manifest().segments)
        .zip(found)
    {
        let mut ranges = Vec::new();
        for span in &entry.contigs {
            let on = |place: &Place| (place.0, place.1.end) <= (span.contig, span.start);
            let first = places.partition_point(on);
            let reaches = |place: &&Place| place.0 == span.contig && place.1.start <= span.last;
            let mut places = places.get(first..).unwrap_or_default();
            if places.first().filter(reaches).is_none() {
                continue;
            }
            let segment = view.segment(part)?;
            let mut rows = segment.rows_of(span.contig);
            while let Some((_, interval)) = places.first().filter(reaches)
                && !rows.is_empty()
            {
                let first = segment.lower_bound(rows.clone(), i64::from(interval.start))?;
                rows.start = segment.lower_bound(first..rows.end, i64::from(interval.end))?;
                if first < rows.start {
                    ranges.push(first..rows.start);
                }
                if rows.is_empty() {
                    break;
                }
                // both are skipped to where the other goes on
                let next = segment.columns.position.get(segment.file(), rows.start)?;
                let behind = places.partition_point(|(contig, interval)| {
                    *contig == span.contig && i64::from(interval.end) <= next
                });
                places = places.get(behind..).unwrap_or_default();
            }
        }
        if let Some(known) = slot.take() {
            ranges.extend(known.ranges);
        } else if ranges.is_empty() {
            continue;
        }
        *slot = Some(Rows::from_unsorted(ranges, false));
    }
    Ok(())
}

/// Where rows start, by contig.
type Place = (u32, Interval);

/// The places of candidates, ascending and disjoint.
fn places_of(view: &View, found: &[Option<Rows>]) -> Result<Vec<Place>> {
    let mut places: Vec<Place> = Vec::new();
    for (part, candidates) in view.parts().iter().zip(found) {
        let Some(candidates) = candidates else {
            continue;
        };
        let segment = view.segment(part)?;
        let clamp = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
        let position = |row: u32| {
            let position = segment.columns.position.get(segment.file(), row);
            position.map(clamp)
        };
        for range in &candidates.ranges {
            let contigs = segment.contigs();
            let from = contigs.partition_point(|rows| rows.end_row <= range.start);
            let contigs = contigs.get(from..).unwrap_or_default().iter();
            for rows in contigs.take_while(|rows| rows.first_row < range.end) {
                let (first, end) = (range.start.max(rows.first_row), range.end.min(rows.end_row));
                let (start, last) = (position(first)?, position(end.saturating_sub(1))?);
                let end = last.saturating_add(1);
                places.push((rows.contig, Interval { start, end }));
            }
        }
    }
    places.sort_unstable_by_key(|(contig, interval)| (*contig, interval.start));
    places.dedup_by(|next, kept| {
        let meets = next.0 == kept.0 && next.1.start <= kept.1.end;
        if meets {
            kept.1.end = kept.1.end.max(next.1.end);
        }
        meets
    });
    Ok(places)
}
