//! Rows: their order and numbers, and zone maps over them.

use super::fault;
use super::texts::Pair;
use crate::error::Result;
use crate::format::{BLOCK_ROWS, Kind, PAGE_ROWS, TextBlock, Zone, page_of};
use crate::genome::AlleleType;
use crate::store::manifest::SegmentEntry;
use crate::store::segment::Segment;

/// Order, spans and ALT numbers of the rows, and what manifest and meta say of them.
pub(super) fn rows(
    segment: &Segment,
    (entry, normalised): (&SegmentEntry, bool),
    pairs: &[Pair],
) -> Result<()> {
    let (c, file) = (&segment.columns, segment.file());
    let mut block = TextBlock::default();
    let mut records = 0u32;
    let mut counts = vec![0u32; pairs.len()];
    for (rows, told) in segment.contigs().iter().zip(&entry.contigs) {
        let mut last: Option<(i64, u32)> = None;
        let (mut start, mut furthest) = (0, i64::MIN);
        for row in rows.first_row..rows.end_row {
            let position = c.position.get(file, row)?;
            if let Some((before, other)) = last {
                let sorted = match before == position {
                    true => key(segment, other, &mut block)? <= key(segment, row, &mut block)?,
                    false => before < position,
                };
                if !sorted {
                    return Err(fault(segment, "position", "rows in ascending order"));
                }
            } else {
                start = position;
            }
            last = Some((position, row));
            let span = c.span.get(file, row)?;
            if span < 1 || position + span > i64::from(i32::MAX) {
                return Err(fault(segment, "span", "at least 1, and ends below 2^31"));
            }
            furthest = furthest.max(position + span);
            let number = c.alt_number.get(file, row)?;
            let pair = c.allele.get(file, row)? as usize;
            if let Some(count) = counts.get_mut(pair) {
                *count += 1;
            }
            let Some(pair) = pairs.get(pair).filter(|p| p.has_alt == (number > 0)) else {
                return Err(fault(
                    segment,
                    "alt_number",
                    "0 exactly where there is no ALT",
                ));
            };
            extent(segment, (row, position, span), pair, normalised)?;
            records += u32::from(number <= 1);
        }
        let ends = (start, last.map_or(0, |(position, _)| position), furthest);
        let (a, b, c) = (told.start, told.last, told.end);
        if ends != (i64::from(a), i64::from(b), i64::from(c)) {
            return Err(fault(
                segment,
                "contigs",
                "stretches as the manifest lists them",
            ));
        }
    }
    if records != segment.meta().records {
        return Err(fault(segment, "meta", "as many records as first rows"));
    }
    if counts.contains(&0) || !counts.is_sorted_by(|a, b| a >= b) {
        let expected = "pairs of rows, the more frequent first";
        return Err(fault(segment, "allele_codes", expected));
    }
    Ok(())
}

/// What else follows from a row's alleles: where it ends, and what only some kinds have.
fn extent(
    segment: &Segment,
    (row, position, span): (u32, i64, i64),
    pair: &Pair,
    normalised: bool,
) -> Result<()> {
    let (c, file) = (&segment.columns, segment.file());
    let (page, i) = page_of(row);
    let sv_length = c.sv_length.page(file, page)?.get_nullable(i);
    if sv_length.is_some() && pair.bases {
        return Err(fault(segment, "sv_length", "none where ALT is bases"));
    }
    let kind = stated_type(segment, pair.kind, c.stated_type.get(file, row)?)?;
    if !pair.may_span(kind, position, span) {
        return Err(fault(segment, "span", "that of the row's alleles"));
    }
    let short = c.block_short.get(file, row)?;
    if short < 0 || short >= span || short > 0 && kind != AlleleType::Ref {
        let expected = "less than the span, and only of reference blocks";
        return Err(fault(segment, "block_short", expected));
    }
    let rolls = normalised && pair.bases && matches!(pair.kind, AlleleType::Ins | AlleleType::Del);
    match c.roll.get(file, row)? {
        0 => Ok(()),
        _ if rolls => Ok(()),
        _ => Err(fault(segment, "roll", "0 but of normalised indels")),
    }
}

/// The type of a row, which is by SVTYPE only where its alleles decide none.
fn stated_type(segment: &Segment, by_alleles: AlleleType, stated: i64) -> Result<AlleleType> {
    use AlleleType::{Bnd, Cnv, Del, Dup, Ins, Inv, Other};
    match AlleleType::of_code(stated - 1) {
        None if stated == 0 => Ok(by_alleles),
        Some(kind @ (Ins | Del | Dup | Inv | Cnv | Bnd)) if by_alleles == Other => Ok(kind),
        _ => Err(fault(
            segment,
            "stated_type",
            "types only where REF and ALT decide none",
        )),
    }
}

/// What rows of one position are sorted by.
type Key = (Vec<u8>, Vec<u8>, i64, i64);

fn key(segment: &Segment, row: u32, block: &mut TextBlock) -> Result<Key> {
    let (c, file) = (&segment.columns, segment.file());
    let (mut reference, mut alternate) = (Vec::new(), Vec::new());
    let number = c.allele.get(file, row)?;
    segment.alleles(number, block, &mut reference, &mut alternate)?;
    reference.make_ascii_uppercase();
    alternate.make_ascii_uppercase();
    let (rank, alt) = (c.record_rank.get(file, row)?, c.alt_number.get(file, row)?);
    Ok((reference, alternate, rank, alt))
}

/// Zone maps of pages and blocks.
pub(super) fn zones(segment: &Segment, pairs: &[Pair]) -> Result<()> {
    let (c, file) = (&segment.columns, segment.file());
    let blocks = file.whole(Kind::Blocks)?;
    let mut merged = Zone::EMPTY;
    for page in 0..segment.meta().rows.div_ceil(PAGE_ROWS) {
        let mut zone = Zone::EMPTY;
        let (positions, spans) = (c.position.page(file, page)?, c.span.page(file, page)?);
        let (acs, alleles) = (c.ac.page(file, page)?, c.allele.page(file, page)?);
        let stated = c.stated_type.page(file, page)?;
        for i in 0..PAGE_ROWS.min(segment.meta().rows - page * PAGE_ROWS) {
            let end = i32::try_from(positions.get(i) + spans.get(i)).unwrap_or(i32::MAX);
            if let Some(pair) = pairs.get(alleles.get(i) as usize) {
                let kind = stated_type(segment, pair.kind, stated.get(i))?;
                zone.add(end, acs.get(i) as u32, kind);
            }
        }
        if zone != segment.page(page)?.zone {
            return Err(fault(
                segment,
                "pages",
                "zone maps of the rows they stand for",
            ));
        }
        merged.merge(zone);
        let pages = BLOCK_ROWS / PAGE_ROWS;
        if (page + 1) % pages == 0 || (page + 1) * PAGE_ROWS >= segment.meta().rows {
            let at = (page / pages) as usize * Zone::LEN;
            let stored = blocks.get(at..).and_then(Zone::from_bytes);
            if stored != Some(merged) {
                return Err(fault(
                    segment,
                    "blocks",
                    "zone maps of the rows they stand for",
                ));
            }
            merged = Zone::EMPTY;
        }
    }
    Ok(())
}
