//! Columns of whole numbers: fixed-width within a page, read where they lie.
//!
//! A column has a directory entry of 16 bytes for each page of 1,024 rows (`i64` base; `u64` with the
//! width in bytes, 0, 1, 2, 4 or 8, in its low byte and the page's offset in the rest), then the
//! pages: for each row the little-endian difference from the base. In a *nullable* column difference
//! 0 means "no value" and the base is one below the smallest value. A column of zeros alone
//! (all null) has no section.

use super::container::Container;
use super::kind::Kind;
use super::spool::{Section, Spool};
use crate::error::Result;
use std::ops::Range;

/// Rows of a page.
pub(crate) const PAGE_ROWS: u32 = 1024;
const ENTRY_LEN: usize = 16;

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
            if file.len(section) < directory {
                return Err(file.damage(
                    section,
                    0,
                    format!("a page directory of {directory} bytes"),
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
            return Ok(ColumnPage {
                base: 0,
                width: 0,
                bytes: &[],
            });
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
        let width = (place & 0xff) as u8;
        if !matches!(width, 0 | 1 | 2 | 4 | 8) {
            return Err(file.damage(
                section,
                at + 8,
                "a width of 0, 1, 2, 4 or 8 bytes",
                width.to_string(),
            ));
        }
        let directory = self.rows.div_ceil(PAGE_ROWS) as usize * ENTRY_LEN;
        let rows = PAGE_ROWS.min(self.rows.saturating_sub(page.saturating_mul(PAGE_ROWS)));
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
        let bytes = file.slice(section, start..start + rows as usize * usize::from(width))?;
        Ok(ColumnPage { base, width, bytes })
    }

    /// The value of one row.
    #[inline]
    pub(crate) fn get(&self, file: &Container, row: u32) -> Result<i64> {
        let (page, i) = page_of(row);
        Ok(self.page(file, page)?.get(i))
    }
}

/// The values of up to 1,024 rows.
impl Column {
    /// Checks what reading does not: that pages follow each other up to the end, and that the values
    /// are in `range`. Nulls of a `nullable` column are not values.
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
            end += view.bytes.len() as u64;
            for i in 0..PAGE_ROWS.min(self.rows - page * PAGE_ROWS) {
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
        if directory as u64 + end != file.len(section) as u64 {
            return Err(file.damage(section, 0, "an end with the last page", "bytes behind it"));
        }
        Ok(())
    }
}

/// A page of a column.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ColumnPage<'a> {
    base: i64,
    width: u8,
    bytes: &'a [u8],
}

impl ColumnPage<'_> {
    #[inline]
    fn difference(&self, i: u32) -> u64 {
        let i = i as usize;
        match self.width {
            0 => 0,
            1 => self.bytes.get(i).map_or(0, |&b| u64::from(b)),
            2 => self
                .bytes
                .get(i * 2..)
                .and_then(|b| b.first_chunk())
                .map_or(0, |b| u64::from(u16::from_le_bytes(*b))),
            4 => self
                .bytes
                .get(i * 4..)
                .and_then(|b| b.first_chunk())
                .map_or(0, |b| u64::from(u32::from_le_bytes(*b))),
            _ => self
                .bytes
                .get(i * 8..)
                .and_then(|b| b.first_chunk())
                .map_or(0, |b| u64::from_le_bytes(*b)),
        }
    }

    /// The value of the page's `i`th row.
    #[inline]
    pub(crate) fn get(&self, i: u32) -> i64 {
        self.base.wrapping_add(self.difference(i) as i64)
    }

    /// No value is above.
    pub(crate) fn bound(&self) -> i64 {
        let differences = match self.width {
            0 => 0,
            1 => u8::MAX.into(),
            2 => u16::MAX.into(),
            4 => u32::MAX.into(),
            _ => i64::MAX,
        };
        self.base.saturating_add(differences)
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
        let smallest = self.page.iter().flatten().copied().min().unwrap_or(0);
        let largest = self
            .page
            .iter()
            .flatten()
            .copied()
            .max()
            .unwrap_or(smallest);
        let base = smallest.wrapping_sub(i64::from(self.nullable));
        let nulls_only = self.nullable && self.page.iter().all(Option::is_none);
        let width = match largest.wrapping_sub(base) as u64 {
            _ if nulls_only => 0u8,
            0 => 0,
            1..=0xff => 1,
            0x100..=0xffff => 2,
            0x1_0000..=0xffff_ffff => 4,
            _ => 8,
        };
        self.directory.extend(base.to_le_bytes());
        let at = self.data.len() as u64 + self.spool.as_ref().map_or(0, Spool::len);
        self.directory
            .extend((at << 8 | u64::from(width)).to_le_bytes());
        for value in self.page.drain(..) {
            let difference = value.map_or(0, |value| value.wrapping_sub(base)) as u64;
            let bytes = difference.to_le_bytes();
            self.data
                .extend(bytes.get(..usize::from(width)).unwrap_or_default());
        }
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
        self.directory.append(&mut self.data);
        Ok(match self.spool {
            Some(spool) => Section::of(self.directory, spool),
            None => self.directory.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{ContainerWriter, FileKind};
    use proptest::prelude::*;
    use std::path::Path;

    fn stored(writer: ColumnWriter, rows: u32) -> (Container, Column) {
        let mut file = ContainerWriter::default();
        file.add(Kind::Ac, writer.finish());
        let mut bytes = Vec::new();
        file.finish(FileKind::Segment, &mut bytes).unwrap();
        let file = Container::from_bytes(Path::new("test"), bytes, FileKind::Segment).unwrap();
        let column = Column::find(&file, Kind::Ac, rows).unwrap();
        (file, column)
    }

    proptest! {
        #[test]
        fn values_come_back(
            (low, high) in prop_oneof![Just((0i64, 1)), Just((0, 200)), Just((-5, 70_000)), Just((i64::MIN, i64::MAX))],
            seeds in proptest::collection::vec(any::<Option<u64>>(), 0..2500),
        ) {
            let span = high.wrapping_sub(low) as u64;
            let values: Vec<Option<i64>> = seeds.iter().map(|s| s.map(|s| low.wrapping_add((s % span.max(1)) as i64).max(i64::MIN + 1))).collect();
            let mut plain = ColumnWriter::default();
            let mut nullable = ColumnWriter::nullable();
            for value in &values {
                plain.push(value.unwrap_or(0));
                nullable.push_nullable(value.filter(|v| (-1 << 40..1 << 40).contains(v)));
            }
            let rows = values.len() as u32;
            let (file, column) = stored(plain, rows);
            let (file2, column2) = stored(nullable, rows);
            for (row, value) in (0..).zip(&values) {
                prop_assert_eq!(column.get(&file, row).unwrap(), value.unwrap_or(0));
                let (page, i) = page_of(row);
                let expected = value.filter(|v| (-1 << 40..1 << 40).contains(v));
                prop_assert_eq!(column2.page(&file2, page).unwrap().get_nullable(i), expected);
            }
        }
    }
}
