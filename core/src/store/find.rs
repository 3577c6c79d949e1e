//! Finding rows of a segment: by position and by alleles.

use super::segment::Segment;
use crate::error::Result;
use crate::format::{
    LONG, PAGE_ROWS, allele_hash, pack_alleles, page_of, split_alleles, u32_of, unpack_alleles,
};
use crate::genome::Interval;
use std::cell::OnceCell;
use std::ops::Range;

impl Segment {
    /// The first of `rows` (of one contig) at or behind `position`.
    pub(crate) fn lower_bound(&self, rows: Range<u32>, position: i64) -> Result<u32> {
        // behind the last row of a full page there is no page
        if rows.is_empty() {
            return Ok(rows.start);
        }
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

    /// The rows of a contig that start in a stretch.
    pub(crate) fn starting(&self, contig: u32, positions: Range<i64>) -> Result<Range<u32>> {
        let rows = self.rows_of(contig);
        if rows.is_empty() {
            return Ok(rows);
        }
        let first = self.lower_bound(rows.clone(), positions.start)?;
        if first == rows.end || positions.end <= positions.start {
            return Ok(first..first);
        }
        // most stretches end in the page in which they start
        let (page, i) = page_of(first);
        let before = first - i;
        let last = rows.end.min(before.saturating_add(PAGE_ROWS)) - 1;
        let column = self.columns.position.page(&self.file, page)?;
        let end = match column.get(last - before) < positions.end && last + 1 < rows.end {
            true => self.lower_bound(last..rows.end, positions.end)?,
            false => before + column.first_from(i..last + 1 - before, positions.end),
        };
        Ok(first..end.max(first))
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
        if self.long_hash(code)? != wanted.hash() {
            return Ok(false);
        }
        let same = |text: &[u8]| {
            let (reference, alternate) = split_alleles(text);
            reference.eq_ignore_ascii_case(wanted.reference)
                && alternate.eq_ignore_ascii_case(wanted.alternate)
        };
        self.long_alleles.with(&self.file, code & !LONG, same)
    }

    /// REF and ALT of a code, appended to the buffers; for rows in no order: blocks of texts are those that the thread
    /// keeps.
    pub(crate) fn alleles_of_code(
        &self,
        code: u32,
        reference: &mut Vec<u8>,
        alternate: &mut Vec<u8>,
    ) -> Result<()> {
        if code & LONG == 0 {
            unpack_alleles(code, reference, alternate);
            return Ok(());
        }
        self.long_alleles.with(&self.file, code & !LONG, |text| {
            let (of_reference, of_alternate) = split_alleles(text);
            reference.extend(of_reference);
            alternate.extend(of_alternate);
        })
    }

    /// By what long alleles of this code are compared before their text is read: see [`allele_hash`].
    pub(crate) fn long_hash(&self, code: u32) -> Result<u32> {
        let at = (code & !LONG) as usize * 4;
        let section = self.long_hashes.unwrap_or(usize::MAX);
        Ok(u32_of(self.file.slice(section, at..at + 4)?))
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
        let position = i64::from(position);
        let mut row = self.lower_bound(rows.clone(), position)?;
        while row < rows.end {
            let (page, mut i) = page_of(row);
            let positions = self.columns.position.page(&self.file, page)?;
            let alleles = self.columns.allele.page(&self.file, page)?;
            while row < rows.end && i < PAGE_ROWS {
                if positions.get(i) != position {
                    return Ok(());
                }
                if self.has_alleles(alleles.get(i), wanted)? {
                    found.push(row);
                }
                (row, i) = (row + 1, i + 1);
            }
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
    /// Once one of the rows looked at is of long alleles.
    hash: OnceCell<u32>,
}

impl<'a> WantedAlleles<'a> {
    pub(crate) fn new(reference: &'a [u8], alternate: &'a [u8]) -> Self {
        let packed = pack_alleles(reference, alternate).or_else(|| {
            let mut letters = reference.iter().chain(alternate);
            let upper = |text: &[u8]| text.to_ascii_uppercase();
            letters
                .any(u8::is_ascii_lowercase)
                .then(|| pack_alleles(&upper(reference), &upper(alternate)))?
        });
        Self {
            reference,
            alternate,
            packed,
            hash: OnceCell::new(),
        }
    }

    fn hash(&self) -> u32 {
        let hash = || allele_hash(self.reference, self.alternate);
        *self.hash.get_or_init(hash)
    }
}
