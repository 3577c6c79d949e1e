//! What batches that do not have a variant know of its place.

use super::count::{RowCounts, Tally};
use crate::dataset::{Dataset, Segment};
use crate::error::Result;
use crate::format::TextBlock;
use crate::genome::{AlleleType, Interval, Position};
use crate::set::SampleSet;

/// AN and missing samples at a place over all batches but those in `here`. A batch looked at the
/// place where it has another ALT of the same REF there, or a row without change (no ALT, `<*>`,
/// `<NON_REF>`) over it. `None` where a batch with samples of the group did neither.
pub(crate) fn elsewhere(
    dataset: &Dataset,
    contig: u32,
    position: Position,
    reference: &[u8],
    here: &[u32],
    group: Option<&SampleSet>,
) -> Result<Option<RowCounts>> {
    let mut sum = RowCounts::default();
    let mut done: Vec<u32> = here.to_vec();
    for (index, entry) in dataset.manifest().segments.iter().enumerate() {
        let batch = dataset.batch(index);
        if entry.samples == 0 || done.contains(&batch) {
            continue;
        }
        done.push(batch);
        let mut covered = false;
        let mut asked = false;
        for (other, part) in dataset.parts().iter().enumerate() {
            if dataset.batch(other) != batch {
                continue;
            }
            let segment = dataset.segment(part)?;
            let mut tally = Tally::new(segment, group);
            asked |= tally.size() > 0;
            if tally.size() == 0 || shares_samples(dataset, here, segment) {
                asked = false;
                break;
            }
            let at = Interval {
                start: position.zero_based(),
                end: position.zero_based() + 1,
            };
            if !dataset.reaches(other, contig, at) {
                continue;
            }
            if let Some(row) = covering_row(segment, contig, at, reference)? {
                let counts = tally.counts(row)?;
                sum.an = sum.an.saturating_add(counts.an);
                sum.missing = sum.missing.saturating_add(counts.missing);
                covered = true;
                break;
            }
        }
        if asked && !covered {
            return Ok(None);
        }
    }
    Ok(Some(sum))
}

/// The same for a row of one of the batches in `here`.
pub(super) fn elsewhere_of(
    dataset: &Dataset,
    segment: &Segment,
    row: u32,
    here: &[u32],
    group: Option<&SampleSet>,
) -> Result<Option<RowCounts>> {
    let (file, columns) = (segment.file(), &segment.columns);
    let position = columns.position.get(file, row)?;
    let Some(position) = Position::from_zero_based(position) else {
        return Err(file.damage(usize::MAX, 0, "a position below 2^31", position.to_string()));
    };
    let (mut reference, mut alternate) = (Vec::new(), Vec::new());
    segment.alleles(
        columns.allele.get(file, row)?,
        &mut TextBlock::default(),
        &mut reference,
        &mut alternate,
    )?;
    let contig = segment.contig_of(row);
    elsewhere(dataset, contig, position, &reference, here, group)
}

/// Batches may share samples (a file of men only for chromosome Y): those who are in a batch that
/// has the variant are counted there.
pub(super) fn shares_samples(dataset: &Dataset, here: &[u32], segment: &Segment) -> bool {
    let meta = segment.meta();
    let mut samples = (0..meta.samples).map(|local| segment.sample(local));
    let owned = |sample: u32| {
        dataset.parts().iter().enumerate().any(|(index, part)| {
            here.contains(&dataset.batch(index))
                && dataset.segment(part).is_ok_and(|other| {
                    let meta = other.meta();
                    match other.numbers() {
                        None => {
                            (meta.first_sample..meta.first_sample + meta.samples).contains(&sample)
                        }
                        Some(numbers) => numbers.binary_search(&sample).is_ok(),
                    }
                })
        })
    };
    samples.any(owned)
}

/// A row that tells what the segment's samples have at a place: one of the same REF there, else one
/// without change over it.
pub(crate) fn covering_row(
    segment: &Segment,
    contig: u32,
    at: Interval,
    reference: &[u8],
) -> Result<Option<u32>> {
    let (mut r, mut a) = (Vec::new(), Vec::new());
    let mut block = TextBlock::default();
    let mut block_row = None;
    for row in segment.overlapping(contig, at)?.into_iter().flatten() {
        r.clear();
        a.clear();
        segment.alleles(
            segment.columns.allele.get(segment.file(), row)?,
            &mut block,
            &mut r,
            &mut a,
        )?;
        let position = segment.columns.position.get(segment.file(), row)?;
        if position == i64::from(at.start) && r.eq_ignore_ascii_case(reference) {
            return Ok(Some(row));
        }
        if AlleleType::of(&r, &a, None) == AlleleType::Ref {
            block_row = Some(row);
        }
    }
    Ok(block_row)
}
