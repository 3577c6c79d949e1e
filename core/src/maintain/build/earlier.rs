//! Records that an input before, with the same samples, has already: files that overlap.
//!
//! What comes again with the same genotypes is stored once. What differs cannot be: a sample
//! would have two genotypes at a place.

use super::planes::bits;
use super::row::Row;
use crate::cohort::RowCounter;
use crate::error::Result;
use crate::format::Folder;
use crate::set::{set_bit, words_for};
use crate::store::{Manifest, PageView, Segment, WantedAlleles};
use std::cell::OnceCell;

/// Segments of inputs before.
pub(super) struct Earlier {
    folder: Folder,
    segments: Vec<Source>,
    /// Where their rows lie, by contig and start.
    spans: Vec<Span>,
}

struct Source {
    /// The input that its rows came from.
    input: String,
    /// The file.
    name: String,
    opened: OnceCell<Segment>,
}

struct Span {
    contig: u32,
    start: i32,
    last: i32,
    /// The furthest last position of this and of those before on the contig.
    reach: i32,
    segment: usize,
}

/// What inputs before have of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before<'e> {
    /// Nothing.
    No,
    /// All of its rows, with the same genotypes; in this input.
    Same(&'e str),
    /// A variant of it with other genotypes, or without its other ALTs.
    Otherwise(&'e str),
}

impl Earlier {
    /// The segments so far of a batch; `inputs` are those that were read, each with the number of segments
    /// there were then.
    pub(super) fn of(
        manifest: &Manifest,
        inputs: &[(usize, String)],
        batch: u32,
        folder: &Folder,
    ) -> Self {
        let mut segments = Vec::new();
        let mut spans = Vec::new();
        for (number, entry) in manifest.segments.iter().enumerate() {
            if entry.batch != batch {
                continue;
            }
            let input = inputs.partition_point(|(end, _)| *end <= number);
            spans.extend(entry.contigs.iter().map(|of| Span {
                contig: of.contig,
                start: of.start,
                last: of.last,
                reach: of.last,
                segment: segments.len(),
            }));
            segments.push(Source {
                input: inputs
                    .get(input)
                    .map_or_else(String::new, |(_, name)| name.clone()),
                name: entry.file.file.clone(),
                opened: OnceCell::new(),
            });
        }
        spans.sort_unstable_by_key(|span| (span.contig, span.start, span.segment));
        let mut reach: Option<(u32, i32)> = None;
        for span in &mut spans {
            if let Some((contig, before)) = reach
                && contig == span.contig
            {
                span.reach = span.reach.max(before);
            }
            reach = Some((span.contig, span.reach));
        }
        Self {
            folder: folder.clone(),
            segments,
            spans,
        }
    }

    /// What inputs before have of a record, all rows of which are given.
    pub(super) fn record(&self, rows: &[Row], samples: u32) -> Result<Before<'_>> {
        let (mut same, mut absent) = (None, false);
        for row in rows {
            let beside = rows.iter().filter(|of| of.position == row.position);
            match self.row(row, beside.count(), samples)? {
                Before::Same(input) => same = Some(input),
                Before::No => absent = true,
                other => return Ok(other),
            }
        }
        Ok(match (same, absent) {
            (None, _) => Before::No,
            (Some(input), false) => Before::Same(input),
            (Some(input), true) => Before::Otherwise(input),
        })
    }

    fn row(&self, row: &Row, beside: usize, samples: u32) -> Result<Before<'_>> {
        let behind = |span: &Span| (span.contig, span.start) <= (row.contig, row.position);
        let end = self.spans.partition_point(behind);
        let mut found = Before::No;
        for span in self.spans[..end].iter().rev() {
            if span.contig != row.contig || span.reach < row.position {
                break;
            }
            if span.last < row.position {
                continue;
            }
            let of = &self.segments[span.segment];
            let segment = match of.opened.get() {
                Some(segment) => segment,
                None => {
                    let opened = Segment::open(&self.folder, &of.name)?;
                    of.opened.get_or_init(|| opened)
                }
            };
            match same_row(segment, row, beside, samples)? {
                Some(true) => return Ok(Before::Same(&of.input)),
                Some(false) => found = Before::Otherwise(&of.input),
                None => {}
            }
        }
        Ok(found)
    }
}

/// Whether the row of a segment that is of the same variant has the same genotypes, and its record no more
/// rows at the place than are `beside` this one; `None` where there is none.
fn same_row(segment: &Segment, row: &Row, beside: usize, samples: u32) -> Result<Option<bool>> {
    let wanted = WantedAlleles::new(row.reference(), row.alternate());
    let mut rows = Vec::new();
    segment.find_exact(row.contig, row.position, &wanted, &mut rows)?;
    let is_bases = row.alternate().iter().all(u8::is_ascii_alphabetic);
    let span = i64::from(row.end) - i64::from(row.position);
    let mut found = None;
    for stored in rows {
        // what is no bases, and blocks, are what they are by their extent
        let stored_span = segment.columns.span.get(segment.file(), stored)?;
        if !(is_bases && row.alt_number > 0) && stored_span != span {
            continue;
        }
        if same_genotypes(segment, stored, row, samples)? && beside_of(segment, stored)? <= beside {
            return Ok(Some(true));
        }
        found = Some(false);
    }
    Ok(found)
}

/// How many rows at its place a row's record has, itself among them.
fn beside_of(segment: &Segment, row: u32) -> Result<usize> {
    let (file, columns) = (segment.file(), &segment.columns);
    let of = |row: u32| -> Result<(i64, i64)> {
        let position = columns.position.get(file, row)?;
        Ok((position, columns.record_rank.get(file, row)?))
    };
    let (position, rank) = of(row)?;
    let rows = segment.rows_of(segment.contig_of(row));
    let mut count = 0;
    for other in segment.lower_bound(rows.clone(), position)?..rows.end {
        match of(other)? {
            (at, _) if at != position => break,
            (_, other) => count += usize::from(other == rank),
        }
    }
    Ok(count)
}

/// Whether a stored row has the genotypes of a row to come.
fn same_genotypes(segment: &Segment, stored: u32, row: &Row, samples: u32) -> Result<bool> {
    let record = row.record();
    let mut tally = RowCounter::new(segment, None);
    let mut carried = vec![0; words_for(2 * samples)];
    tally.walk_copies(stored, |copy| set_bit(&mut carried, copy))?;
    if carried != bits(&row.chunk, row.carriers(), 2 * samples) {
        return Ok(false);
    }
    let mut kept = None;
    let view = PageView::around(&mut kept, segment, stored)?;
    let i = stored % crate::format::PAGE_ROWS;
    let unphased = segment.columns.unphased.get(segment.file(), stored)?;
    for (descriptor, plane, universe) in [
        (view.missing.get(i), record.missing, 2 * samples),
        (view.haploid.get(i), record.haploid, samples),
        (unphased, record.unphased, samples),
    ] {
        let set = segment.set(descriptor, &view.sets, universe)?;
        let mut members = vec![0; words_for(universe)];
        set.or_into(None, &mut members)
            .map_err(|rule| segment.broken_set(rule))?;
        if members != bits(&row.chunk, plane, universe) {
            return Ok(false);
        }
    }
    Ok(segment.polyploid(stored)? == row.polyploid_bytes())
}
