//! Genotypes of samples with three and more copies.

use super::View;
use crate::error;
use crate::set::{Malformed, read_varint};
use crate::store::Segment;

/// The genotype of a sample with three or more copies.
pub(crate) struct PolyploidGenotype<'b> {
    pub(crate) sample: u32,
    pub(crate) phased: bool,
    /// Allele numbers of the record; `None` where not known.
    pub(crate) alleles: &'b [Option<u32>],
}

impl PolyploidGenotype<'_> {
    /// Copies that carry ALT number `alt` of the record.
    pub(crate) fn carried(&self, alt: i64) -> u32 {
        let carries = |allele: &&Option<u32>| allele.is_some_and(|a| a > 0 && i64::from(a) == alt);
        self.alleles.iter().filter(carries).count() as u32
    }
}

/// Bit n where copy n passes, of the first 32 copies.
pub(crate) fn copies_where(alleles: &[Option<u32>], test: impl Fn(Option<u32>) -> bool) -> u32 {
    (0..32)
        .zip(alleles)
        .filter(|(_, allele)| test(**allele))
        .fold(0, |bits, (copy, _)| bits | 1 << copy)
}

/// Walks the polyploid genotypes of a row of `samples`.
pub(crate) fn for_each_polyploid(
    bytes: &[u8],
    samples: u32,
    mut f: impl FnMut(PolyploidGenotype<'_>),
) -> Result<(), Malformed> {
    let mut at = 0;
    let mut next = 0u32;
    let mut alleles = Vec::new();
    while at < bytes.len() {
        let sample = next
            .checked_add(read_varint(bytes, &mut at)?)
            .filter(|&sample| sample < samples)
            .ok_or(Malformed("polyploid samples of the batch"))?;
        next = sample + 1;
        let head = read_varint(bytes, &mut at)?;
        if head >> 1 < 3 {
            return Err(Malformed("polyploid genotypes of three copies or more"));
        }
        alleles.clear();
        for _ in 0..head >> 1 {
            let allele = read_varint(bytes, &mut at)?;
            alleles.push(allele.checked_sub(1));
        }
        f(PolyploidGenotype {
            sample,
            phased: head & 1 != 0,
            alleles: &alleles,
        });
    }
    Ok(())
}

/// The most copies that a sample has in a row, at least 2.
pub(crate) fn most_copies(view: &View) -> error::Result<u32> {
    let mut most = 2;
    for part in view.parts() {
        let segment = view.segment(part)?;
        for row in segment.polyploid_rows()? {
            for_each_polyploid_of(segment, row, |genotype, _| {
                most = most.max(genotype.alleles.len() as u32);
            })?;
        }
    }
    Ok(most)
}

/// Calls `f` with the polyploid genotypes of a row, and with the number of its ALT in them; returns whether
/// there are any.
pub(crate) fn for_each_polyploid_of(
    segment: &Segment,
    row: u32,
    mut f: impl FnMut(PolyploidGenotype<'_>, i64),
) -> error::Result<bool> {
    let bytes = segment.polyploid(row)?;
    if bytes.is_empty() {
        return Ok(false);
    }
    let alt = segment.columns.alt_number.get(segment.file(), row)?;
    for_each_polyploid(bytes, segment.meta().samples, |genotype| f(genotype, alt))
        .map_err(|rule| segment.broken_set(rule))?;
    Ok(true)
}
