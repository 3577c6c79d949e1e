//! Finding rows of a segment: by position and by alleles.

use super::segment::Segment;
use crate::error::Result;
use crate::format::{LONG, PAGE_ROWS, allele_hash, pack_alleles, u32_of};
use crate::genome::Interval;
use std::ops::Range;

impl Segment {
    /// The first of `rows` (of one contig) at or behind `position`.
    pub(crate) fn lower_bound(&self, rows: Range<u32>, position: i64) -> Result<u32> {
        let column = &self.columns.position;
        // pages that lie wholly in the range have their smallest position as base
        let (mut low, mut high) = (
            rows.start / PAGE_ROWS,
            rows.end.saturating_sub(1) / PAGE_ROWS,
        );
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            // the last page may also hold rows of the next contig
            let first = match (middle + 1) * PAGE_ROWS > rows.end {
                true => column.get(&self.file, middle * PAGE_ROWS)?,
                false => column.base(&self.file, middle)?,
            };
            if first < position {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        let first = rows.start.max(low * PAGE_ROWS);
        let end = rows.end.min((low + 1) * PAGE_ROWS);
        let page = column.page(&self.file, low)?;
        let before = low * PAGE_ROWS;
        let within = first - before..end.max(first) - before;
        Ok(before + page.first_from(within, position))
    }

    /// The rows of a contig that overlap `interval`, as ascending ranges: those that start in it, and
    /// earlier ones that reach into it.
    pub(crate) fn overlapping(&self, contig: u32, interval: Interval) -> Result<Vec<Range<u32>>> {
        let rows = self.rows_of(contig);
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let first = self.lower_bound(rows.clone(), i64::from(interval.start))?;
        let end = self.lower_bound(rows.clone(), i64::from(interval.end))?;
        let reaching = self.reaching(rows.start..first, i64::from(interval.start))?;
        let mut found: Vec<Range<u32>> = reaching.into_iter().map(|row| row..row + 1).collect();
        if first < end {
            found.push(first..end);
        }
        Ok(found)
    }

    /// Those of the rows that end behind `position`, by the zone maps.
    pub(crate) fn reaching(&self, rows: Range<u32>, position: i64) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        if rows.is_empty() {
            return Ok(found);
        }
        for page in rows.start / PAGE_ROWS..=(rows.end - 1) / PAGE_ROWS {
            if i64::from(self.page(page)?.zone.max_end) <= position {
                continue;
            }
            let positions = self.columns.position.page(&self.file, page)?;
            let spans = self.columns.span.page(&self.file, page)?;
            let first = page * PAGE_ROWS;
            let (start, end) = (rows.start.max(first), rows.end.min(first + PAGE_ROWS));
            let within = start - first..end - first;
            // rows in front of these do not reach it, be they as long as any here
            let near = position.saturating_sub(spans.bound()).saturating_add(1);
            for i in positions.first_from(within.clone(), near)..within.end {
                if positions.get(i).saturating_add(spans.get(i)) > position {
                    found.push(first + i);
                }
            }
        }
        Ok(found)
    }

    /// Whether alleles, by the value of their column, are so few bases that they stand in their code.
    pub(crate) fn has_packed_alleles(&self, number: i64) -> Result<bool> {
        Ok(self.allele_code(number)? & LONG == 0)
    }

    /// Whether a row's alleles are these, in any case of letters.
    pub(crate) fn has_alleles(&self, number: i64, wanted: &WantedAlleles<'_>) -> Result<bool> {
        let code = self.allele_code(number)?;
        if code & LONG == 0 {
            return Ok(wanted.packed == Some(code));
        }
        let at = (code & !LONG) as usize * 4;
        let hash = self
            .file
            .slice(self.long_hashes.unwrap_or(usize::MAX), at..at + 4)?;
        if u32_of(hash) != wanted.hash {
            return Ok(false);
        }
        let same = |text: &[u8]| {
            let tab = memchr::memchr(b'\t', text).unwrap_or(text.len());
            let (reference, alternate) = text.split_at(tab);
            reference.eq_ignore_ascii_case(wanted.reference)
                && alternate
                    .get(1..)
                    .unwrap_or_default()
                    .eq_ignore_ascii_case(wanted.alternate)
        };
        self.long_alleles.with(&self.file, code & !LONG, same)
    }

    /// The rows at a position with these alleles.
    pub(crate) fn find_exact(
        &self,
        contig: u32,
        position: i32,
        wanted: &WantedAlleles<'_>,
        found: &mut Vec<u32>,
    ) -> Result<()> {
        let rows = self.rows_of(contig);
        if rows.is_empty() {
            return Ok(());
        }
        let mut row = self.lower_bound(rows.clone(), i64::from(position))?;
        while row < rows.end && self.columns.position.get(&self.file, row)? == i64::from(position) {
            if self.has_alleles(self.columns.allele.get(&self.file, row)?, wanted)? {
                found.push(row);
            }
            row += 1;
        }
        Ok(())
    }

    /// Whether it has rows that are not spelled plainly.
    pub(crate) fn has_respelled(&self) -> bool {
        self.respelled.is_some()
    }

    /// The rows of a contig that are not spelled plainly, of which the change starts in a stretch, in the
    /// order of starts.
    pub(crate) fn respelled(&self, contig: u32, starts: Range<i64>) -> Result<Vec<u32>> {
        let Some(section) = self.respelled else {
            return Ok(Vec::new());
        };
        let rows = self.rows_of(contig);
        let entry = |n: usize| -> Result<(i64, u32)> {
            let bytes = self.file.slice(section, n * 8..n * 8 + 8)?;
            let (start, row) = bytes.split_at(4);
            Ok((i64::from(u32_of(start).cast_signed()), u32_of(row)))
        };
        let count = self.file.len(section) / 8;
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low.midpoint(high);
            let (start, row) = entry(middle)?;
            match row < rows.start || row < rows.end && start < starts.start {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        let mut found = Vec::new();
        while low < count {
            let (start, row) = entry(low)?;
            if !rows.contains(&row) || start >= starts.end {
                break;
            }
            found.push(row);
            low += 1;
        }
        Ok(found)
    }
}

/// Alleles that are looked for, in the forms they are compared in.
#[derive(Debug)]
pub(crate) struct WantedAlleles<'a> {
    reference: &'a [u8],
    alternate: &'a [u8],
    packed: Option<u32>,
    hash: u32,
}

impl<'a> WantedAlleles<'a> {
    pub(crate) fn new(reference: &'a [u8], alternate: &'a [u8]) -> Self {
        let packed = pack_alleles(reference, alternate).or_else(|| {
            pack_alleles(
                &reference.to_ascii_uppercase(),
                &alternate.to_ascii_uppercase(),
            )
        });
        Self {
            reference,
            alternate,
            packed,
            hash: allele_hash(reference, alternate),
        }
    }
}
