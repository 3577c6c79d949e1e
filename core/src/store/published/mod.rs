//! Counts of alleles by strata, published: a file by itself, in which nothing of a person is but what these counts say.
//!
//! Every section but two is listed with its SHA-256, and the SHA-256 of that list is the digest of the file. Opening checks the
//! digest, the list, and what the file says of itself: of whom it is, the policy and its floor. So none of these is
//! changed without changing the digest, which whoever publishes can sign.

mod meta;
mod row;
mod verify;
mod write;

use crate::error::{Error, Result};
use crate::format::{
    Column, Container, FileKind, Folder, Kind, LONG, PAGE_ROWS, Text, page_of, unpack_alleles,
};
use crate::genome::Interval;
pub use meta::{Leak, PublishedContig, PublishedInfo, Stratum};
pub(crate) use meta::{MAX_AGE_DAYS, OTHERS, STRATA_MAX, TOTAL};
pub(crate) use row::Row;
pub use row::{GenotypeCounts, ReleasedCounts};
use sha2::{Digest as _, Sha256};
use std::ops::Range;
use std::path::Path;
pub(crate) use write::PublishedWriter;

/// Bytes of a SHA-256.
pub(crate) const HASH_LEN: usize = 32;
/// Kind, length and SHA-256 of a section.
const ENTRY_LEN: usize = 12 + HASH_LEN;
/// Before the AN of strata in the entry of a page.
const PAGE_HEAD: usize = 8;
const BASE_LEN: usize = 8;

/// Which allele a row is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    /// By its number.
    pub(crate) contig: usize,
    /// From the position on, what it spans.
    pub(crate) interval: Interval,
    pub(crate) reference: &'a [u8],
    pub(crate) alternate: &'a [u8],
}

/// The mapped file.
#[derive(Debug)]
pub(crate) struct PublishedFile {
    file: Container,
    info: PublishedInfo,
    digest: [u8; HASH_LEN],
    rows: u32,
    /// The first row of each contig.
    firsts: Vec<u32>,
    position: Column,
    span: Column,
    allele: Column,
    ends: Column,
    long: Text,
    pages: Option<usize>,
    counts: Option<usize>,
}

impl PublishedFile {
    pub(crate) fn open(folder: &Folder, path: &Path) -> Result<Self> {
        let bytes = folder.storage().map(path);
        let bytes = bytes.map_err(|e| Error::io(path, e))?;
        Self::of(Container::parse(path, bytes, FileKind::Published)?)
    }

    fn of(file: Container) -> Result<Self> {
        let digest = digest_of(&file)?;
        let info = PublishedInfo::from_bytes(file.whole(Kind::PublishedMeta)?);
        let info =
            info.map_err(|(expected, found)| file.damage_in(Kind::PublishedMeta, expected, found))?;
        let mut rows = 0;
        let mut firsts = Vec::with_capacity(info.contigs.len());
        for contig in &info.contigs {
            firsts.push(rows);
            // checked with the whole
            rows += contig.rows;
        }
        let column = |kind| Column::find(&file, kind, rows);
        let (position, span) = (
            column(Kind::PublishedPosition)?,
            column(Kind::PublishedSpan)?,
        );
        let (allele, ends) = (column(Kind::PublishedAllele)?, column(Kind::PublishedEnds)?);
        let long = Text::find(&file, Kind::PublishedLong)?;
        let pages = file.find(Kind::PublishedPages);
        let page_len = PAGE_HEAD + BASE_LEN * info.strata.len();
        let expected = rows.div_ceil(PAGE_ROWS) as usize * page_len;
        let found = pages.map_or(0, |section| file.len(section));
        if found != expected {
            let expected = format!("{expected} bytes");
            return Err(file.damage_in(Kind::PublishedPages, expected, found.to_string()));
        }
        Ok(Self {
            rows,
            firsts,
            position,
            span,
            allele,
            ends,
            long,
            pages,
            counts: file.find(Kind::PublishedCounts),
            info,
            digest,
            file,
        })
    }

    pub(crate) fn info(&self) -> &PublishedInfo {
        &self.info
    }

    pub(crate) fn digest(&self) -> &[u8; HASH_LEN] {
        &self.digest
    }

    /// Name and length of every section.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (String, u64)> + '_ {
        self.file.sizes()
    }

    /// The rows of a contig.
    pub(crate) fn rows_of(&self, contig: usize) -> Range<u32> {
        let first = self.firsts.get(contig).copied().unwrap_or(self.rows);
        let rows = self.info.contigs.get(contig).map_or(0, |of| of.rows);
        first..first.saturating_add(rows)
    }

    /// The first of the rows of a contig at or behind a position.
    pub(crate) fn first_from(&self, rows: Range<u32>, position: i32) -> Result<u32> {
        let position = i64::from(position);
        // pages that begin before it, of which the last is looked through
        let (mut low, mut high) = (rows.start / PAGE_ROWS, rows.end.div_ceil(PAGE_ROWS));
        let last = high.saturating_sub(1);
        while low + 1 < high {
            let middle = low.midpoint(high);
            // rows of the contig ascend, so that the smallest of a page is its first, but where another contig begins
            let first = match middle == last {
                true => self.position.get(&self.file, middle * PAGE_ROWS)?,
                false => self.position.base(&self.file, middle)?,
            };
            if first < position {
                low = middle;
            } else {
                high = middle;
            }
        }
        let start = low * PAGE_ROWS;
        let end = rows.end.min(start.saturating_add(PAGE_ROWS));
        let inside = rows.start.max(start)..end;
        if inside.is_empty() {
            return Ok(inside.start);
        }
        let page = self.position.page(&self.file, low)?;
        Ok(start + page.first_from(inside.start - start..inside.end - start, position))
    }

    /// Where a row is.
    pub(crate) fn position(&self, row: u32) -> Result<i64> {
        self.position.get(&self.file, row)
    }

    /// Where a row is, and what it spans.
    pub(crate) fn interval(&self, row: u32) -> Result<Interval> {
        let start = self.position.get(&self.file, row)?;
        let end = start.saturating_add(self.span.get(&self.file, row)?);
        let inside = |number: i64| i32::try_from(number).ok();
        let found = inside(start).zip(inside(end));
        let found = found.and_then(|(start, end)| Interval::new(start, end));
        found.filter(|of| of.start >= -1).ok_or_else(|| {
            let found = format!("row {row} from {start} to {end}");
            self.file
                .damage_in(Kind::PublishedPosition, "rows on a contig", found)
        })
    }

    /// Whether a row of a page may reach a position, by what the page says.
    fn page_reaches(&self, page: u32, position: i32) -> Result<bool> {
        Ok(self.page_end(page)? > position)
    }

    fn page_entry(&self, page: u32) -> Result<&[u8]> {
        let len = PAGE_HEAD + BASE_LEN * self.info.strata.len();
        let at = page as usize * len;
        let section = self.pages.unwrap_or(usize::MAX);
        self.file.slice(section, at..at + len)
    }

    fn page_end(&self, page: u32) -> Result<i32> {
        let entry = self.page_entry(page)?;
        Ok(entry.first_chunk().map_or(0, |b| i32::from_le_bytes(*b)))
    }

    /// The next row of some that overlaps an interval, from `row` on.
    pub(crate) fn next_in(
        &self,
        mut row: u32,
        rows: &Range<u32>,
        interval: Interval,
    ) -> Result<Option<u32>> {
        while row < rows.end {
            let (page, first) = page_of(row);
            if !self.page_reaches(page, interval.start)? {
                row = (row - first).saturating_add(PAGE_ROWS);
                continue;
            }
            let of = self.interval(row)?;
            if of.start >= interval.end {
                return Ok(None);
            }
            if of.overlaps(interval) {
                return Ok(Some(row));
            }
            row += 1;
        }
        Ok(None)
    }

    /// Replaces `reference` and `alternate` by those of a row.
    pub(crate) fn alleles(
        &self,
        row: u32,
        reference: &mut Vec<u8>,
        alternate: &mut Vec<u8>,
    ) -> Result<()> {
        reference.clear();
        alternate.clear();
        let code = self.allele.get(&self.file, row)?;
        let damaged = |expected: &str| {
            self.file
                .damage_in(Kind::PublishedAllele, expected, code.to_string())
        };
        let code = u32::try_from(code).map_err(|_| damaged("codes of 32 bits"))?;
        if code & LONG == 0 {
            unpack_alleles(code, reference, alternate);
            return Ok(());
        }
        let number = code ^ LONG;
        if number >= self.long.len() {
            return Err(damaged("numbers of long alleles"));
        }
        self.long.with(&self.file, number, |text| {
            let tab = text.iter().position(|&byte| byte == b'\t');
            let tab = tab.unwrap_or(text.len());
            reference.extend_from_slice(text.get(..tab).unwrap_or_default());
            alternate.extend_from_slice(text.get(tab + 1..).unwrap_or_default());
        })
    }

    /// The bytes of the counts of a row.
    fn bytes(&self, row: u32) -> Result<&[u8]> {
        let end = self.ends.get(&self.file, row)?;
        let start = match row.checked_sub(1) {
            Some(before) => self.ends.get(&self.file, before)?,
            None => 0,
        };
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        match (range, self.counts) {
            (Some((start, end)), Some(section)) if start <= end => {
                self.file.slice(section, start..end)
            }
            _ => {
                let found = format!("row {row} from {start} to {end}");
                let expected = "rows one behind the other";
                Err(self.file.damage_in(Kind::PublishedEnds, expected, found))
            }
        }
    }

    /// Reads the counts of a row.
    pub(crate) fn counts(&self, row: u32, to: &mut Row) -> Result<()> {
        let entry = self.page_entry(page_of(row).0)?;
        let (bases, _) = entry.get(PAGE_HEAD..).unwrap_or_default().as_chunks();
        let base = |stratum: usize| bases.get(stratum).map_or(0, |b| u64::from_le_bytes(*b));
        let bytes = self.bytes(row)?;
        let read = to.decode(bytes, self.info.strata.len(), base);
        read.map_err(|malformed| {
            let found = format!("others in row {row}");
            self.file
                .damage_in(Kind::PublishedCounts, malformed.0, found)
        })
    }
}

/// Checks the digest, that every section is listed, and what the file says of itself.
fn digest_of(file: &Container) -> Result<[u8; HASH_LEN]> {
    let hashes = file.whole(Kind::PublishedHashes)?;
    let found = file.whole(Kind::PublishedDigest)?;
    let digest: [u8; HASH_LEN] = Sha256::digest(hashes).into();
    if found != digest {
        let expected = format!("the digest {}", hex(&digest));
        return Err(file.damage_in(Kind::PublishedDigest, expected, hex(found)));
    }
    let (entries, rest) = hashes.as_chunks::<ENTRY_LEN>();
    let others = [Kind::PublishedHashes, Kind::PublishedDigest].map(Kind::number);
    let listed = entries.iter().map(|entry| entry.split_at(12).0.to_vec());
    let there = file.kinds().zip(file.sizes());
    let there = there.filter(|(kind, _)| !others.contains(kind));
    let there =
        there.map(|(kind, (_, len))| [&kind.to_le_bytes()[..], &len.to_le_bytes()].concat());
    if !rest.is_empty() || !listed.eq(there) {
        let expected = "the kind and the length of every section";
        return Err(file.damage_in(Kind::PublishedHashes, expected, "others"));
    }
    check_hash(file, Kind::PublishedMeta, entries)?;
    Ok(digest)
}

/// Compares a section with its SHA-256.
fn check_hash(file: &Container, kind: Kind, entries: &[[u8; ENTRY_LEN]]) -> Result<()> {
    let number = kind.number().to_le_bytes();
    let entry = entries.iter().find(|entry| entry.starts_with(&number));
    let listed = entry.map(|entry| entry.split_at(12).1).unwrap_or_default();
    let found: [u8; HASH_LEN] = Sha256::digest(file.whole(kind)?).into();
    match listed == found {
        true => Ok(()),
        false => {
            let expected = format!("SHA-256 {}, which the digest is of", hex(listed));
            Err(file.damage_in(kind, expected, hex(&found)))
        }
    }
}

/// Whether a position is past the end of a contig: the base behind the last stands for the telomere.
fn is_past(start: i32, length: u64) -> bool {
    u64::try_from(start).is_ok_and(|start| start > length)
}

/// As hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is not what was expected of a file as a whole.
pub(crate) fn refused(name: &str, expected: &str, found: &str) -> Error {
    Error::Usage(format!("{name}: expected {expected}, found {found}"))
}

#[cfg(test)]
mod tests;
