//! The head of a container: the fixed header, and the table of its sections.

use super::kind::{FileKind, Kind};
use super::{FEATURES, MERGED, READ_VERSION, WRITE_VERSION};
use crate::error::{Damage, Error, Result};
use std::cmp::Ordering;
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

pub(crate) const MAGIC_HEAD: &[u8; 9] = b"VARIDEX\x1a\x0a";
const MAGIC_TAIL: &[u8; 2] = b"\r\n";
/// Bytes behind one checksum.
pub(crate) const CHUNK: usize = 65_536;
/// Sections start at multiples of this.
pub(super) const ALIGN: usize = 64;
/// More sections than any writer makes: a bound for what a header can ask for.
const SECTIONS_MAX: u32 = 65_536;

// where the fields of the header stand, each behind the one before
const KIND_AT: usize = MAGIC_HEAD.len();
const TAIL_AT: usize = KIND_AT + size_of::<u8>();
const READ_VERSION_AT: usize = TAIL_AT + MAGIC_TAIL.len();
const WRITE_VERSION_AT: usize = READ_VERSION_AT + size_of::<u16>();
const FEATURES_AT: usize = WRITE_VERSION_AT + size_of::<u16>();
const FILE_LEN_AT: usize = FEATURES_AT + size_of::<u64>();
const TABLE_AT_AT: usize = FILE_LEN_AT + size_of::<u64>();
const SECTIONS_AT: usize = TABLE_AT_AT + size_of::<u64>();
const DRAFT_AT: usize = SECTIONS_AT + size_of::<u32>();
const TABLE_SUM_AT: usize = DRAFT_AT + size_of::<u32>();
/// The header's own checksum covers what is before.
const SUM_AT: usize = TABLE_SUM_AT + size_of::<u64>();

/// The header, but for what every file says alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) features: u64,
    pub(super) file_len: u64,
    pub(super) sections: u32,
    pub(super) table_sum: u64,
}

impl Header {
    pub(super) const LEN: usize = SUM_AT + size_of::<u64>();

    pub(super) fn to_bytes(self, kind: FileKind) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LEN);
        bytes.extend(MAGIC_HEAD);
        bytes.push(kind as u8);
        bytes.extend(MAGIC_TAIL);
        bytes.extend(READ_VERSION.to_le_bytes());
        bytes.extend(WRITE_VERSION.to_le_bytes());
        bytes.extend(self.features.to_le_bytes());
        bytes.extend(self.file_len.to_le_bytes());
        bytes.extend((Self::LEN as u64).to_le_bytes());
        bytes.extend(self.sections.to_le_bytes());
        // of a version that is frozen
        bytes.extend(0u32.to_le_bytes());
        bytes.extend(self.table_sum.to_le_bytes());
        bytes.extend(xxh3_64(&bytes).to_le_bytes());
        bytes
    }

    /// Reads the header of a whole file, and checks what it says of itself and of the file's length.
    pub(super) fn read(path: &Path, file: &[u8], kind: FileKind) -> Result<Self> {
        let Some(bytes) = file.get(..Self::LEN) else {
            let expected = format!("a header of {} bytes", Self::LEN);
            return Err(damage(path, 0, expected, format!("{} bytes", file.len())));
        };
        let magic_ok = bytes.starts_with(MAGIC_HEAD)
            && bytes.get(KIND_AT) == Some(&(kind as u8))
            && bytes.get(TAIL_AT..READ_VERSION_AT) == Some(MAGIC_TAIL);
        if !magic_ok {
            let expected = format!("the magic of a {kind:?} file");
            return Err(damage(path, 0, expected, "other bytes"));
        }
        let sum = xxh3_64(bytes.get(..SUM_AT).unwrap_or_default());
        let stored = u64_at(bytes, SUM_AT);
        if sum != stored {
            let expected = format!("checksum {sum:016x}");
            return Err(damage(path, SUM_AT, expected, format!("{stored:016x}")));
        }
        // version and features are only believed once the checksum has shown that nobody corrupted them
        check_readable(path, bytes)?;
        let header = Self {
            features: u64_at(bytes, FEATURES_AT),
            file_len: u64_at(bytes, FILE_LEN_AT),
            sections: u32_at(bytes, SECTIONS_AT),
            table_sum: u64_at(bytes, TABLE_SUM_AT),
        };
        if header.file_len != file.len() as u64 {
            let expected = format!("{} bytes", header.file_len);
            let found = format!("a file of {}", file.len());
            return Err(damage(path, FILE_LEN_AT, expected, found));
        }
        // nothing reads it, so that a later version could give it a meaning unseen
        let table_at = u64_at(bytes, TABLE_AT_AT);
        if table_at != Self::LEN as u64 {
            let expected = format!("a table at {}", Self::LEN);
            return Err(damage(path, TABLE_AT_AT, expected, table_at.to_string()));
        }
        if header.sections > SECTIONS_MAX {
            let expected = format!("at most {SECTIONS_MAX} sections");
            let found = header.sections.to_string();
            return Err(damage(path, SECTIONS_AT, expected, found));
        }
        Ok(header)
    }
}

/// Features of a file with sections of these kinds.
pub(super) fn features_of(kinds: impl Iterator<Item = u32>) -> u64 {
    let mut kinds = kinds.filter_map(Kind::from_number);
    if kinds.any(Kind::is_of_merged) {
        MERGED
    } else {
        0
    }
}

fn check_readable(path: &Path, header: &[u8]) -> Result<()> {
    let version = u16_at(header, READ_VERSION_AT);
    let features = u64_at(header, FEATURES_AT);
    if version > READ_VERSION || features & !FEATURES != 0 {
        return Err(Error::TooNew {
            path: path.to_owned(),
            found: format!("version {version} with features {features:#x}"),
            supported: format!("version {READ_VERSION} with features {FEATURES:#x}"),
        });
    }
    check_version(path, version.into(), u32_at(header, DRAFT_AT))
}

/// Checks the version of a file or a manifest; what was written before a version was frozen is older than it.
pub(crate) fn check_version(path: &Path, version: u32, draft: u32) -> Result<()> {
    let path = path.to_owned();
    let supported = format!("version {READ_VERSION}");
    let found = match draft {
        0 => format!("version {version}"),
        _ => format!("version {version}, draft {draft}"),
    };
    match version.cmp(&READ_VERSION.into()) {
        Ordering::Equal if draft == 0 => Ok(()),
        Ordering::Greater => Err(Error::TooNew {
            path,
            found,
            supported,
        }),
        Ordering::Equal | Ordering::Less => Err(Error::TooOld {
            path,
            found,
            supported,
        }),
    }
}

/// Where a section is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section {
    pub(super) kind: u32,
    pub(super) start: usize,
    pub(super) len: usize,
    /// Number of its first chunk among the chunks of all sections.
    pub(super) first_chunk: usize,
}

// where the fields of an entry of the table stand; a kind has 32 bits, and zeros behind it
const START_AT: usize = size_of::<u64>();
const LEN_AT: usize = START_AT + size_of::<u64>();
const ENTRY_LEN: usize = LEN_AT + size_of::<u64>();
const SUM_LEN: usize = size_of::<u64>();

/// The table: an entry for each section, then a checksum for each of their chunks.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) sections: Vec<Section>,
    pub(super) chunks: usize,
}

impl Table {
    /// The table for sections of these kinds and lengths, in the order of the file.
    pub(super) fn of(sections: impl ExactSizeIterator<Item = (u32, usize)>) -> Self {
        let mut table = Self {
            sections: Vec::with_capacity(sections.len()),
            chunks: 0,
        };
        for (kind, len) in sections {
            table.sections.push(Section {
                kind,
                start: 0,
                len,
                first_chunk: table.chunks,
            });
            table.chunks += len.div_ceil(CHUNK);
        }
        let mut end = table.end();
        for section in &mut table.sections {
            section.start = end.next_multiple_of(ALIGN);
            end = section.start + section.len;
        }
        table
    }

    /// Where the checksums of chunks start.
    pub(super) fn sums_at(&self) -> usize {
        Header::LEN + self.sections.len() * ENTRY_LEN
    }

    /// Where the table ends.
    pub(super) fn end(&self) -> usize {
        self.sums_at() + self.chunks * SUM_LEN
    }

    /// Where the last section ends, and the file.
    pub(super) fn file_len(&self) -> usize {
        self.sections.last().map_or(self.end(), |s| s.start + s.len)
    }

    /// The checksum that the table of a file has for a chunk.
    pub(super) fn sum(&self, file: &[u8], chunk: usize) -> u64 {
        u64_at(file, self.sums_at() + chunk * SUM_LEN)
    }

    /// The bytes of the table; `sums` are the checksums of the sections' chunks.
    pub(super) fn to_bytes(&self, sums: &[u64]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.end() - Header::LEN);
        for section in &self.sections {
            bytes.extend(u64::from(section.kind).to_le_bytes());
            bytes.extend((section.start as u64).to_le_bytes());
            bytes.extend((section.len as u64).to_le_bytes());
        }
        bytes.extend(sums.iter().flat_map(|sum| sum.to_le_bytes()));
        bytes
    }

    /// Reads the table of a whole file, and checks that its sections are in the file one after the other.
    pub(super) fn read(path: &Path, file: &[u8], header: &Header) -> Result<Self> {
        let count = header.sections as usize;
        let entries = file.get(Header::LEN..Header::LEN + count * ENTRY_LEN);
        let entries = entries.ok_or_else(|| {
            let expected = "a section table inside the file";
            damage(path, SECTIONS_AT, expected, format!("{count} sections"))
        })?;
        let mut table = Self {
            sections: Vec::with_capacity(count),
            chunks: 0,
        };
        for entry in entries.chunks_exact(ENTRY_LEN) {
            table.push(path, entry, file.len())?;
        }
        let bytes = table
            .chunks
            .checked_mul(SUM_LEN)
            .and_then(|len| len.checked_add(table.sums_at()))
            .and_then(|end| file.get(Header::LEN..end))
            .ok_or_else(|| {
                let found = format!("{} checksums", table.chunks);
                damage(path, SECTIONS_AT, "a table inside the file", found)
            })?;
        let sum = xxh3_64(bytes);
        if sum != header.table_sum {
            let expected = format!("table checksum {sum:016x}");
            let found = format!("{:016x}", header.table_sum);
            return Err(damage(path, TABLE_SUM_AT, expected, found));
        }
        table.check(path, file.len())?;
        Ok(table)
    }

    /// Adds the section of an entry, which is inside the file.
    fn push(&mut self, path: &Path, entry: &[u8], file_len: usize) -> Result<()> {
        let (start, len) = (u64_at(entry, START_AT), u64_at(entry, LEN_AT));
        let end = start.checked_add(len);
        if end.is_none_or(|end| end > file_len as u64) {
            let found = format!("one at {start} of {len} bytes");
            return Err(damage(path, Header::LEN, "sections inside the file", found));
        }
        let kind = u64_at(entry, 0);
        let Ok(kind) = u32::try_from(kind) else {
            let expected = "zero behind a section's kind";
            return Err(damage(path, Header::LEN, expected, "another number"));
        };
        // within the file, which is in memory
        let (start, len) = (start as usize, len as usize);
        self.sections.push(Section {
            kind,
            start,
            len,
            first_chunk: self.chunks,
        });
        self.chunks += len.div_ceil(CHUNK);
        Ok(())
    }

    /// The sections lie one behind the other up to the end of the file, each once.
    fn check(&self, path: &Path, file_len: usize) -> Result<()> {
        let mut end = self.end();
        for section in &self.sections {
            let expected = end.next_multiple_of(ALIGN);
            if section.start != expected {
                let expected = format!("a section at {expected}");
                let found = format!("one at {}", section.start);
                return Err(damage(path, Header::LEN, expected, found));
            }
            end = section.start + section.len;
        }
        if end != file_len {
            let expected = format!("sections up to the file's end {file_len}");
            let found = format!("an end at {end}");
            return Err(damage(path, FILE_LEN_AT, expected, found));
        }
        let mut kinds: Vec<u32> = self.sections.iter().map(|s| s.kind).collect();
        kinds.sort_unstable();
        if kinds.windows(2).any(|pair| pair.first() == pair.last()) {
            let expected = "each section once";
            return Err(damage(path, Header::LEN, expected, "one twice"));
        }
        Ok(())
    }
}

pub(super) fn damage(
    path: &Path,
    offset: usize,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> Error {
    Error::from(Box::new(Damage {
        file: path.to_owned(),
        section: "header".to_owned(),
        offset: offset as u64,
        expected: expected.into(),
        found: found.into(),
    }))
}

/// The bytes of a field; zeros where there are none.
fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let found = bytes.get(at..).and_then(|rest| rest.first_chunk());
    found.copied().unwrap_or([0; N])
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(field(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(field(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(field(bytes, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_where_the_specification_says() {
        assert_eq!((READ_VERSION_AT, FEATURES_AT, FILE_LEN_AT), (12, 16, 24));
        assert_eq!((TABLE_AT_AT, SECTIONS_AT, DRAFT_AT), (32, 40, 44));
        assert_eq!((TABLE_SUM_AT, SUM_AT, Header::LEN), (48, 56, 64));
        assert_eq!((START_AT, LEN_AT, ENTRY_LEN), (8, 16, 24));
    }
}
