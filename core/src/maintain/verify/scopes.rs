//! Rows of which several are of one variant: each sample is reported of by one of them.

use super::fault;
use super::texts::Pair;
use crate::error::Result;
use crate::format::{TextBlock, page_of};
use crate::set::{set_bit, words_for};
use crate::store::manifest::SegmentEntry;
use crate::store::segment::Segment;

/// What the rows of a variant have in common: position, REF and ALT in upper case, span and length.
type Key = (i64, [Vec<u8>; 2], i64, Option<i64>);

/// Checks the rows of each variant of a batch that is put together from inputs of one sample each.
pub(super) fn scopes(segment: &Segment, entry: &SegmentEntry, pairs: &[Pair]) -> Result<()> {
    if !entry.merged {
        return match segment.has_scopes() || segment.coverage().is_some() {
            true => Err(fault(
                segment,
                "outside",
                "rows of all samples of the batch",
            )),
            false => Ok(()),
        };
    }
    covered(segment, entry)?;
    for contig in segment.contigs() {
        let mut first = contig.first_row;
        while first < contig.end_row {
            let key = key(segment, pairs, first)?;
            let mut end = first + 1;
            while end < contig.end_row && self::key(segment, pairs, end)? == key {
                end += 1;
            }
            // a segment may begin or end between the rows of a variant
            if first > 0 && end < segment.meta().rows {
                partition(segment, first..end)?;
            }
            first = end;
        }
    }
    Ok(())
}

fn key(segment: &Segment, pairs: &[Pair], row: u32) -> Result<Key> {
    let (c, file) = (&segment.columns, segment.file());
    let (page, i) = page_of(row);
    let allele = c.allele.get(file, row)?;
    let (mut reference, mut alternate) = (Vec::new(), Vec::new());
    let mut block = TextBlock::default();
    segment.alleles(allele, &mut block, &mut reference, &mut alternate)?;
    reference.make_ascii_uppercase();
    alternate.make_ascii_uppercase();
    let position = c.position.get(file, row)?;
    let bases = usize::try_from(allele).ok().and_then(|n| pairs.get(n));
    let alleles = [reference, alternate];
    // how far an allele of bases reaches is up to its bases
    if bases.is_some_and(|pair| pair.bases) {
        return Ok((position, alleles, 0, None));
    }
    let length = c.sv_length.page(file, page)?.get_nullable(i);
    let span = c.span.get(file, row)?;
    Ok((position, alleles, span, length.map(i64::abs)))
}

/// Each sample is in the scope of one of the rows.
fn partition(segment: &Segment, rows: std::ops::Range<u32>) -> Result<()> {
    let samples = segment.meta().samples;
    // those of whom no row has reported yet
    let mut left: Option<Vec<u64>> = None;
    let mut once = true;
    let mut valid = vec![0; words_for(samples)];
    (0..samples).for_each(|sample| set_bit(&mut valid, sample));
    for row in rows {
        let (page, i) = page_of(row);
        let column = segment.columns.outside.page(segment.file(), page)?;
        let set = segment.set(column.get(i), &segment.page_sets(page)?, samples)?;
        let mut outside = vec![0u64; words_for(samples)];
        set.or_into(None, &mut outside)
            .map_err(|rule| fault(segment, "sets", rule.0))?;
        left = Some(match left {
            None => outside,
            Some(mut left) => {
                let words = left.iter_mut().zip(outside).zip(&valid);
                for ((left, outside), valid) in words {
                    // who is reported of now was not before
                    once &= !outside & valid & !*left == 0;
                    *left &= outside;
                }
                left
            }
        });
    }
    match once && left.is_none_or(|left| left.iter().all(|word| *word == 0)) {
        true => Ok(()),
        false => Err(fault(
            segment,
            "outside",
            "one row of a variant for each sample",
        )),
    }
}

/// The manifest says where samples may be covered.
fn covered(segment: &Segment, entry: &SegmentEntry) -> Result<()> {
    let mut spans = Vec::new();
    if let Some(coverage) = segment.coverage() {
        for number in 0..coverage.len() {
            let stretch = coverage.stretch(segment.file(), number)?;
            match spans.last_mut() {
                Some((contig, _, end)) if *contig == stretch.contig => *end = stretch.end,
                _ => spans.push((stretch.contig, stretch.start, stretch.end)),
            }
        }
    }
    let listed = entry.covered.iter();
    match listed
        .map(|span| (span.contig, span.start, span.end))
        .eq(spans)
    {
        true => Ok(()),
        false => Err(fault(
            segment,
            "coverage",
            "stretches as the manifest lists them",
        )),
    }
}
