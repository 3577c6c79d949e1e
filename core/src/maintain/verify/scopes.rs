//! Rows of which several are of one variant: each sample is reported of by one of them.

use super::{each_place, fault};
use crate::error::Result;
use crate::format::{Kind, TextBlock, page_of};
use crate::genome::{AlleleType, ContigNames, Extent, with_mate_named};
use crate::set::{set_bit, words_for};
use crate::store::manifest::SegmentEntry;
use crate::store::segment::Segment;
use std::collections::BTreeMap;

/// What the rows of a variant at one position have in common: REF and ALT in upper case, a breakend's mate by its
/// name in the dataset; and the extent of a symbolic allele.
type Key = ([Vec<u8>; 2], Option<Extent>);

/// Checks the rows of each variant of a batch that is put together from inputs of one sample each.
pub(super) fn scopes(segment: &Segment, entry: &SegmentEntry, names: &ContigNames) -> Result<()> {
    if !entry.merged {
        let file = segment.file();
        let mut kinds = file.kinds().filter_map(Kind::from_number);
        let has = kinds.any(Kind::is_of_merged);
        return match has || !entry.covered.is_empty() {
            true => Err(fault(
                segment,
                "outside",
                "rows of all samples of the batch",
            )),
            false => Ok(()),
        };
    }
    covered(segment, entry)?;
    each_place(segment, |rows, whole| {
        // breakends of which the mates are named differently need not stand side by side
        let mut variants: BTreeMap<Key, Vec<u32>> = BTreeMap::new();
        for row in rows.filter(|_| whole) {
            let key = key(segment, names, row)?;
            variants.entry(key).or_default().push(row);
        }
        let mut variants = variants.into_values();
        variants.try_for_each(|rows| partition(segment, rows))
    })
}

fn key(segment: &Segment, names: &ContigNames, row: u32) -> Result<Key> {
    let (c, file) = (&segment.columns, segment.file());
    let (page, i) = page_of(row);
    let (mut reference, mut alternate) = (Vec::new(), Vec::new());
    let allele = c.allele.get(file, row)?;
    let mut block = TextBlock::default();
    segment.alleles(allele, &mut block, &mut reference, &mut alternate)?;
    // rows without change are no alleles, whatever they span
    let symbolic = alternate.starts_with(b"<")
        && AlleleType::of(&reference, &alternate, None) != AlleleType::Ref;
    let extent = match symbolic {
        true => {
            let kind = segment.type_of(row, &reference, &alternate)?;
            let length = c.sv_length.page(file, page)?.get_nullable(i);
            let span = u64::try_from(c.span.get(file, row)?).unwrap_or(0);
            Extent::of(kind, &reference, &alternate, length, span)
        }
        false => None,
    };
    let named = with_mate_named(&alternate, |name| names.known_name(name));
    let alleles = [reference, named.into_owned()].map(|text| text.to_ascii_uppercase());
    Ok((alleles, extent))
}

/// Each sample is in the scope of one of the rows.
fn partition(segment: &Segment, rows: Vec<u32>) -> Result<()> {
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
        true => {}
        false => {
            let expected = "stretches as the manifest lists them";
            return Err(fault(segment, "coverage", expected));
        }
    }
    let has_states = segment.file().find(Kind::CoverageStates).is_some();
    if has_states && segment.coverage().is_none() {
        return Err(fault(segment, "coverage", "states of stretches"));
    }
    match segment.meta().rows == 0 && entry.covered.is_empty() {
        true => Err(fault(segment, "meta", "a row, or a stretch")),
        false => Ok(()),
    }
}
