//! Rows that are not spelled plainly.

use super::fault;
use crate::error::Result;
use crate::format::{Kind, TextBlock, u32_of};
use crate::genome::respelled_start;
use crate::store::segment::Segment;

/// The list of rows that are not spelled plainly, by where their changes start.
pub(super) fn respelled(segment: &Segment) -> Result<()> {
    let (c, file) = (&segment.columns, segment.file());
    let mut block = TextBlock::default();
    let (mut reference, mut alternate) = (Vec::new(), Vec::new());
    let mut expected = Vec::new();
    for (contig, rows) in segment.contigs().iter().enumerate() {
        for row in rows.first_row..rows.end_row {
            reference.clear();
            alternate.clear();
            let number = c.allele.get(file, row)?;
            segment.alleles(number, &mut block, &mut reference, &mut alternate)?;
            let position = c.position.get(file, row)?;
            if let Some(start) = respelled_start(position, &reference, &alternate) {
                expected.push((contig, start, row));
            }
        }
    }
    expected.sort_unstable();
    let bytes = file.whole(Kind::Respelled)?;
    let mut entries = expected.iter().zip(bytes.chunks_exact(8));
    let same = entries.all(|((_, start, row), entry)| {
        let (of_start, of_row) = entry.split_at(4);
        u32_of(of_start).cast_signed() == *start && u32_of(of_row) == *row
    });
    match same && bytes.len() == expected.len() * 8 {
        true => Ok(()),
        false => Err(fault(
            segment,
            "respelled",
            "the rows that are not spelled plainly, by where their changes start",
        )),
    }
}
