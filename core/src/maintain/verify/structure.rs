//! The fixed structures of a segment, its columns and its orders.

use super::fault;
use crate::error::Result;
use crate::format::{BLOCK_ROWS, Kind, PAGE_ROWS, PageEntry, Zone};
use crate::store::segment::Segment;

const U32: std::ops::RangeInclusive<i64> = 0..=u32::MAX as i64;
const DESCRIPTOR: std::ops::RangeInclusive<i64> = 0..=i64::MAX;

/// Pages and blocks as structures; what their zones say is checked with the rows.
pub(super) fn pages_and_blocks(segment: &Segment) -> Result<()> {
    let rows = segment.meta().rows;
    let file = segment.file();
    let sets = file.find(Kind::Sets).map_or(0, |s| file.len(s) as u64);
    let mut last = 0;
    let reserved = file
        .whole(Kind::Pages)?
        .chunks_exact(PageEntry::LEN)
        .any(|entry| entry.iter().rev().take(4).any(|&byte| byte != 0));
    for page in 0..rows.div_ceil(PAGE_ROWS) {
        let base = segment.page(page)?.sets_base;
        if reserved || base < last || base > sets || page == 0 && base != 0 {
            let expected = "bases of sets from 0, ascending, and zeros";
            return Err(fault(segment, "pages", expected));
        }
        last = base;
    }
    if file.whole(Kind::Blocks)?.len() != rows.div_ceil(BLOCK_ROWS) as usize * Zone::LEN {
        return Err(fault(segment, "blocks", "16 bytes for each 65,536 rows"));
    }
    Ok(())
}

/// Columns: their layout, and that values are in the range of their kind.
pub(super) fn columns(segment: &Segment, pairs: usize) -> Result<()> {
    let (c, file) = (&segment.columns, segment.file());
    c.allele.verify(file, false, 0..=pairs as i64 - 1)?;
    c.position
        .verify(file, false, -1..=i64::from(i32::MAX) - 1)?;
    c.alt_number.verify(file, false, 0..=65_534)?;
    c.an_short.verify(file, false, i64::MIN..=i64::MAX)?;
    for column in [&c.span, &c.ac, &c.hom, &c.hemi, &c.het_excess] {
        column.verify(file, false, U32)?;
    }
    for column in [&c.missing_count, &c.filter, &c.record_rank, &c.roll] {
        column.verify(file, false, U32)?;
    }
    for column in [&c.stated_type, &c.block_short] {
        column.verify(file, false, U32)?;
    }
    c.quality.verify(file, true, U32)?;
    c.sv_length.verify(file, true, i64::MIN + 1..=i64::MAX)?;
    for column in [&c.carriers, &c.missing, &c.haploid, &c.unphased] {
        column.verify(file, false, DESCRIPTOR)?;
    }
    for column in [&c.recorded, &c.uncovered, &c.outside] {
        column.verify(file, false, DESCRIPTOR)?;
    }
    Ok(())
}

/// Ordering blocks and orders, and where pages begin with them.
pub(super) fn orders(segment: &Segment) -> Result<()> {
    let file = segment.file();
    let rows = segment.meta().rows;
    let directory = |expected| fault(segment, "order_directory", expected);
    if file.whole(Kind::OrderDirectory)?.len() % 24 != 0 {
        return Err(directory("24 bytes for each ordering block"));
    }
    let (mut end, mut next) = (0u64, 0u32);
    let mut last_rows = Vec::new();
    for number in 0..segment.order_count() {
        let entry = segment.order_entry(number)?;
        if entry.first_row < next || entry.last_row < entry.first_row || entry.last_row >= rows {
            return Err(directory("ordering blocks in ascending rows"));
        }
        if entry.offset != end {
            return Err(directory("orders without gaps"));
        }
        next = entry.last_row + 1;
        end = end.saturating_add(entry.len);
        last_rows.push(entry.last_row);
    }
    if end != file.find(Kind::Orders).map_or(0, |s| file.len(s) as u64) {
        return Err(directory("orders up to the end of their section"));
    }
    for number in 0..segment.order_count() {
        let order = segment.order(number)?;
        order
            .verify()
            .map_err(|rule| fault(segment, "orders", rule.0))?;
    }
    for page in 0..rows.div_ceil(PAGE_ROWS) {
        let first = last_rows.partition_point(|&last| last < page * PAGE_ROWS);
        if segment.page(page)?.first_order as usize != first {
            return Err(fault(segment, "pages", "the first order that can matter"));
        }
    }
    Ok(())
}
