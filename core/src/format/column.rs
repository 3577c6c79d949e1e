//! Columns of whole numbers: as many bits for each value of a page, read where they lie.
//!
//! A column has a directory entry of 16 bytes for each page of 1,024 rows (`i64` base; `u64` with the
//! width in bits, 0 to 57 or 64, in its low byte and the page's offset in the rest), then the pages: for
//! each row the difference from the base, the least significant bit first, then eight zero bytes. So eight bytes can be
//! read wherever a value begins, and hold all of it. In a *nullable* column difference 0 means "no value" and the
//! base is one below the smallest value. A column of zeros alone (all null) has no section.

use super::container::Container;
use super::kind::Kind;
use super::spool::{Section, Spool};
use crate::error::Result;
use std::ops::Range;

/// Rows of a page.
pub(crate) const PAGE_ROWS: u32 = 1024;
const ENTRY_LEN: usize = 16;
/// Zero bytes behind the last page.
const SLACK: usize = 8;
/// Values of so many bits lie in the eight bytes from the one that they begin in; wider ones take 64.
const WIDEST_PACKED: u32 = 57;

/// Bytes of the values of a page.
fn page_bytes(rows: u32, width: u32) -> usize {
    (rows as usize * width as usize).div_ceil(8)
}

/// The largest difference of so many bits.
fn largest_of(width: u32) -> u64 {
    match width {
        0 => 0,
        width => u64::MAX >> (64 - width.min(64)),
    }
}

/// Page of a row, and the row's place in it.
#[inline]
pub(crate) fn page_of(row: u32) -> (u32, u32) {
    (row / PAGE_ROWS, row % PAGE_ROWS)
}

/// Where a column lies in its file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    section: Option<usize>,
    rows: u32,
}

impl Column {
    pub(crate) fn find(file: &Container, kind: Kind, rows: u32) -> Result<Self> {
        let section = file.find(kind);
        if let Some(section) = section {
            let directory = rows.div_ceil(PAGE_ROWS) as usize * ENTRY_LEN;
            if file.len(section) < directory + SLACK {
                return Err(file.damage(
                    section,
                    0,
                    format!("a page directory of {directory} bytes, and {SLACK} behind it"),
                    format!("{} bytes", file.len(section)),
                ));
            }
        }
        Ok(Self { section, rows })
    }

    /// How many rows.
    pub(crate) fn rows(&self) -> u32 {
        self.rows
    }

    /// The base of a page: its smallest value, or 0 where the column is absent.
    #[inline]
    pub(crate) fn base(&self, file: &Container, page: u32) -> Result<i64> {
        let Some(section) = self.section else {
            return Ok(0);
        };
        let at = page as usize * ENTRY_LEN;
        let entry = file.slice(section, at..at + 8)?;
        Ok(entry.first_chunk().map_or(0, |b| i64::from_le_bytes(*b)))
    }

    /// The values of a page.
    #[inline]
    pub(crate) fn page<'a>(&self, file: &'a Container, page: u32) -> Result<ColumnPage<'a>> {
        let Some(section) = self.section else {
            return Ok(ColumnPage::default());
        };
        let at = page as usize * ENTRY_LEN;
        let entry = file.slice(section, at..at + ENTRY_LEN)?;
        let word = |at: usize| {
            entry
                .get(at..)
                .and_then(|b| b.first_chunk())
                .map_or([0; 8], |b| *b)
        };
        let base = i64::from_le_bytes(word(0));
        let place = u64::from_le_bytes(word(8));
        let width = (place & 0xff) as u32;
        if width > WIDEST_PACKED && width != 64 {
            return Err(file.damage(
                section,
                at + 8,
                "a width of 0 to 57 or 64 bits",
                width.to_string(),
            ));
        }
        let directory = self.rows.div_ceil(PAGE_ROWS) as usize * ENTRY_LEN;
        let start = usize::try_from(place >> 8)
            .ok()
            .and_then(|offset| offset.checked_add(directory))
            .filter(|&start| start <= file.len(section));
        let Some(start) = start else {
            return Err(file.damage(
                section,
                at + 8,
                "a page inside its column",
                (place >> 8).to_string(),
            ));
        };
        let rows = self.rows_of(page);
        if rows == 0 {
            let expected = format!("a row below {}", self.rows);
            let row = page.saturating_mul(PAGE_ROWS);
            return Err(file.damage(section, at, expected, row.to_string()));
        }
        let values = page_bytes(rows, width);
        Ok(ColumnPage {
            base,
            largest: largest_of(width),
            width,
            bytes: file.slice(section, start..start + values + SLACK)?,
        })
    }

    fn rows_of(&self, page: u32) -> u32 {
        PAGE_ROWS.min(self.rows.saturating_sub(page.saturating_mul(PAGE_ROWS)))
    }

    /// The value of one row.
    #[inline]
    pub(crate) fn get(&self, file: &Container, row: u32) -> Result<i64> {
        let (page, i) = page_of(row);
        Ok(self.page(file, page)?.get(i))
    }
}

impl Column {
    /// Checks what reading does not: that pages follow each other up to the end, that what is behind the last value is
    /// zero, and that the values are in `range`. Nulls of a `nullable` column are not values.
    pub(crate) fn verify(
        &self,
        file: &Container,
        nullable: bool,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<()> {
        let Some(section) = self.section else {
            return Ok(());
        };
        let pages = self.rows.div_ceil(PAGE_ROWS);
        let directory = pages as usize * ENTRY_LEN;
        let mut end = 0u64;
        for page in 0..pages {
            let view = self.page(file, page)?;
            let at = page as usize * ENTRY_LEN;
            let place = file.slice(section, at + 8..at + ENTRY_LEN)?;
            let offset = place.first_chunk().map_or(0, |b| u64::from_le_bytes(*b)) >> 8;
            if offset != end {
                return Err(file.damage(
                    section,
                    at,
                    format!("a page at {end}"),
                    offset.to_string(),
                ));
            }
            let rows = self.rows_of(page);
            let bytes = page_bytes(rows, view.width);
            let spare = bytes * 8 - rows as usize * view.width as usize;
            let last = bytes.checked_sub(1).and_then(|at| view.bytes.get(at));
            if last.is_some_and(|last| last.leading_zeros() < spare as u32) {
                return Err(file.damage(section, at, "zero behind the last value", "others"));
            }
            end += bytes as u64;
            for i in 0..rows {
                let value = if nullable {
                    view.get_nullable(i)
                } else {
                    Some(view.get(i))
                };
                if let Some(value) = value.filter(|value| !range.contains(value)) {
                    return Err(file.damage(
                        section,
                        at,
                        format!("values in {range:?}"),
                        value.to_string(),
                    ));
                }
            }
        }
        let len = file.len(section);
        if directory as u64 + end + SLACK as u64 != len as u64 {
            let expected = format!("{SLACK} bytes behind the last page");
            return Err(file.damage(section, 0, expected, "another number"));
        }
        let slack = file.slice(section, len - SLACK..len)?;
        if slack.iter().any(|&byte| byte != 0) {
            return Err(file.damage(section, len - SLACK, "zero at the end", "others"));
        }
        Ok(())
    }
}

/// The values of up to 1,024 rows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ColumnPage<'a> {
    base: i64,
    /// The difference of which all bits are set.
    largest: u64,
    width: u32,
    /// With those behind the page.
    bytes: &'a [u8],
}

impl ColumnPage<'_> {
    #[inline]
    fn difference(&self, i: u32) -> u64 {
        // in 32 bits, so that the end of the range cannot wrap, which the compiler would check
        let bit = i.wrapping_mul(self.width);
        let at = (bit / 8) as usize;
        let bytes = self.bytes.get(at..at + 8).and_then(|b| b.first_chunk());
        bytes.map_or(0, |b| u64::from_le_bytes(*b) >> (bit % 8) & self.largest)
    }

    /// The value of the page's `i`th row.
    #[inline]
    pub(crate) fn get(&self, i: u32) -> i64 {
        self.base.wrapping_add(self.difference(i) as i64)
    }

    /// No value is above.
    pub(crate) fn bound(&self) -> i64 {
        let largest = i64::try_from(self.largest).unwrap_or(i64::MAX);
        self.base.saturating_add(largest)
    }

    /// The first of some rows, which ascend, with a value at or behind `value`; the end where none has.
    pub(crate) fn first_from(&self, rows: Range<u32>, value: i64) -> u32 {
        let (mut low, mut high) = (rows.start, rows.end);
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle) < value {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The value of a nullable column's `i`th row.
    #[inline]
    pub(crate) fn get_nullable(&self, i: u32) -> Option<i64> {
        match self.difference(i) {
            0 => None,
            difference => Some(self.base.wrapping_add(difference as i64)),
        }
    }
}

/// A column read in about the order of its rows: the page that was read last is kept.
#[derive(Debug, Clone)]
pub(crate) struct ColumnCursor<'a> {
    file: &'a Container,
    column: Column,
    page: Option<(u32, ColumnPage<'a>)>,
}

impl<'a> ColumnCursor<'a> {
    pub(crate) fn new(file: &'a Container, column: Column) -> Self {
        Self {
            file,
            column,
            page: None,
        }
    }

    /// The value of a row.
    #[inline]
    pub(crate) fn get(&mut self, row: u32) -> Result<i64> {
        let (number, i) = page_of(row);
        if let Some((known, page)) = &self.page
            && *known == number
        {
            return Ok(page.get(i));
        }
        Ok(self.load(number)?.get(i))
    }

    /// The same of a nullable column.
    pub(crate) fn get_nullable(&mut self, row: u32) -> Result<Option<i64>> {
        let (number, i) = page_of(row);
        match &self.page {
            Some((known, page)) if *known == number => Ok(page.get_nullable(i)),
            _ => Ok(self.load(number)?.get_nullable(i)),
        }
    }

    fn load(&mut self, number: u32) -> Result<&ColumnPage<'a>> {
        let page = self.column.page(self.file, number)?;
        Ok(&self.page.insert((number, page)).1)
    }
}

/// Writes a column row by row.
#[derive(Debug, Default)]
pub(crate) struct ColumnWriter {
    directory: Vec<u8>,
    data: Vec<u8>,
    page: Vec<Option<i64>>,
    nullable: bool,
    any: bool,
    /// Takes the pages, where they are too many for the memory.
    spool: Option<Spool>,
    /// Returned at the end: rows are added one by one in hot loops.
    failed: Option<std::io::Error>,
}

impl ColumnWriter {
    /// Pages go to a file.
    pub(crate) fn spooled(self, spool: Spool) -> Self {
        Self {
            spool: Some(spool),
            ..self
        }
    }

    pub(crate) fn nullable() -> Self {
        Self {
            nullable: true,
            ..Self::default()
        }
    }

    pub(crate) fn push(&mut self, value: i64) {
        self.push_nullable(Some(value));
    }

    pub(crate) fn push_nullable(&mut self, value: Option<i64>) {
        self.any |= if self.nullable {
            value.is_some()
        } else {
            value.unwrap_or(0) != 0
        };
        self.page.push(value);
        if self.page.len() == PAGE_ROWS as usize {
            self.flush();
        }
    }

    /// Bytes held so far.
    pub(crate) fn len(&self) -> usize {
        self.directory.len() + self.data.len()
    }

    /// Appends the pages of another writer behind this one's, which end at a page's end.
    pub(crate) fn append(&mut self, other: Self) {
        debug_assert!(
            self.page.is_empty(),
            "only whole pages can be followed by others"
        );
        let shift = (self.data.len() as u64) << 8;
        for entry in other.directory.chunks_exact(ENTRY_LEN) {
            let (base, place) = entry.split_at(8);
            let place = place.first_chunk().map_or(0, |b| u64::from_le_bytes(*b));
            self.directory.extend(base);
            self.directory.extend((place + shift).to_le_bytes());
        }
        self.data.extend(other.data);
        self.page = other.page;
        self.any |= other.any;
    }

    fn flush(&mut self) {
        // by themselves: an optimiser compares what stands in the place of a null, too, which no checker of memory likes
        let known: Vec<i64> = self.page.iter().flatten().copied().collect();
        let smallest = known.iter().copied().min().unwrap_or(0);
        let largest = known.iter().copied().max().unwrap_or(0);
        let base = smallest.wrapping_sub(i64::from(self.nullable));
        let nulls_only = self.nullable && self.page.iter().all(Option::is_none);
        let bits = match largest.wrapping_sub(base) as u64 {
            _ if nulls_only => 0,
            range => u64::BITS - range.leading_zeros(),
        };
        let width = if bits > WIDEST_PACKED { 64 } else { bits };
        self.directory.extend(base.to_le_bytes());
        let at = self.data.len() as u64 + self.spool.as_ref().map_or(0, Spool::len);
        self.directory
            .extend((at << 8 | u64::from(width)).to_le_bytes());
        let differences = self.page.drain(..).map(|value| match value {
            Some(value) => value.wrapping_sub(base) as u64,
            None => 0,
        });
        pack(differences, width, &mut self.data);
        if let Some(spool) = &mut self.spool {
            if let Err(e) = spool.push(&self.data) {
                self.failed = Some(e);
            }
            self.data.clear();
        }
    }

    /// The section, empty where every row is 0 (null).
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if !self.any {
            return Vec::new();
        }
        if !self.page.is_empty() {
            self.flush();
        }
        self.directory.extend(self.data);
        self.directory.extend([0; SLACK]);
        self.directory
    }

    /// The same of a column with its pages in a file.
    pub(crate) fn finish_spooled(mut self) -> std::io::Result<Section> {
        if !self.any {
            return Ok(Section::default());
        }
        if !self.page.is_empty() {
            self.flush();
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        let Some(mut spool) = self.spool else {
            self.directory.append(&mut self.data);
            self.directory.extend([0; SLACK]);
            return Ok(self.directory.into());
        };
        spool.push(&[0; SLACK])?;
        Ok(Section::of(self.directory, spool))
    }
}

/// Appends numbers below 2^`width`, the least significant bit first, in whole bytes.
fn pack(numbers: impl Iterator<Item = u64>, width: u32, to: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    // fewer than 8 bits are left of the numbers before, so that up to 57 more fit
    let (mut held, mut bits) = (0u64, 0);
    for number in numbers {
        held |= number << bits;
        bits += width;
        let whole = bits / 8;
        let bytes = held.to_le_bytes();
        to.extend(bytes.get(..whole as usize).unwrap_or_default());
        held = held.checked_shr(whole * 8).unwrap_or(0);
        bits %= 8;
    }
    if bits > 0 {
        to.push(held as u8);
    }
}

#[cfg(test)]
mod tests;
