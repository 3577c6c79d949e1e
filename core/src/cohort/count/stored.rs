//! What is stored of a whole batch, where all of it is asked of.

use super::super::scope::Whole;
use super::RowCounts;
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::set::Malformed;
use crate::store::{CountPages, PageView, Segment};

/// The counts of the whole batch, from the page of the row.
#[inline]
pub(crate) fn stored_of(
    _: Whole,
    view: &PageView<'_>,
    segment: &Segment,
    row: u32,
) -> Result<RowCounts> {
    stored(&view.counts, segment, row)
}

/// The same of one row alone.
pub(crate) fn stored_row(_: Whole, segment: &Segment, row: u32) -> Result<RowCounts> {
    stored(&CountPages::load(segment, row / PAGE_ROWS)?, segment, row)
}

// inlined, for to hand the counts on through memory takes as long as to read them
#[inline]
pub(super) fn stored(page: &CountPages<'_>, segment: &Segment, row: u32) -> Result<RowCounts> {
    let samples = i64::from(segment.meta().samples);
    let i = row % PAGE_ROWS;
    let (ac, hom, hemi) = (page.ac.get(i), page.hom.get(i), page.hemi.get(i));
    // what a damaged column holds may overflow: it comes out as a number that is wrong anyway
    let het = ac
        .wrapping_sub(page.het_excess.get(i))
        .wrapping_sub(hom.wrapping_mul(2))
        .wrapping_sub(hemi);
    let an = (2 * samples).wrapping_sub(page.an_short.get(i));
    let missing = page.missing_count.get(i);
    let count = |n: i64| {
        u32::try_from(n).map_err(|_| segment.broken_set(Malformed("counts that are not negative")))
    };
    Ok(RowCounts {
        ac: count(ac)?,
        an: count(an)?,
        het: count(het)?,
        hom: count(hom)?,
        hemi: count(hemi)?,
        missing: count(missing)?,
        uncovered: is_uncovered(page, segment, i),
    })
}

/// AC and AN of the whole batch, from the page of the row, and whether somebody was not looked at; no other counts.
#[inline]
pub(crate) fn stored_ac_an_of(
    _: Whole,
    view: &PageView<'_>,
    segment: &Segment,
    row: u32,
) -> Result<RowCounts> {
    let i = row % PAGE_ROWS;
    let copies = 2 * i64::from(segment.meta().samples);
    let (ac, short) = (view.counts.ac.get(i), view.counts.an_short.get(i));
    let an = copies.wrapping_sub(short);
    let (Ok(ac), Ok(an)) = (u32::try_from(ac), u32::try_from(an)) else {
        return Err(segment.broken_set(Malformed("counts that are not negative")));
    };
    Ok(RowCounts {
        ac,
        an,
        uncovered: is_uncovered(&view.counts, segment, i),
        ..RowCounts::default()
    })
}

/// Whether somebody of the batch was not looked at, by the page of the row and its place there.
#[inline]
fn is_uncovered(page: &CountPages<'_>, segment: &Segment, i: u32) -> bool {
    segment.has_scopes() && page.uncovered.get(i) != 0
}

/// AN and missing samples of a whole batch as stored.
pub(super) fn known_of_all(segment: &Segment, row: u32) -> Result<RowCounts> {
    let (file, columns) = (segment.file(), &segment.columns);
    let copies = 2 * i64::from(segment.meta().samples);
    let an = copies.wrapping_sub(columns.an_short.get(file, row)?);
    match (
        u32::try_from(an),
        u32::try_from(columns.missing_count.get(file, row)?),
    ) {
        (Ok(an), Ok(missing)) => Ok(RowCounts {
            an,
            missing,
            ..RowCounts::default()
        }),
        _ => Err(segment.broken_set(Malformed("counts that are not negative"))),
    }
}
