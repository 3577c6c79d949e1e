//! The container: header, section table, checksums, sections.
//!
//! ```text
//! 0         magic, versions, features, lengths, checksum of the table and of the header
//! 64        section table: 24 bytes a section; then one xxh3 for each 64 KiB chunk of each section
//! aligned   sections, each at a multiple of 64, zeros between them; the last ends the file
//! ```
//!
//! Opening reads header and table. A section's chunks are checked when they are first touched, and
//! remembered as sound. [`Container::verify`] checks everything, the zeros included.

use super::kind::{FileKind, Kind};
use super::map::Bytes;
use super::{FEATURES, READ_VERSION};
use crate::error::{Damage, Error, Result};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use xxhash_rust::xxh3::xxh3_64;

pub(super) const MAGIC_HEAD: &[u8; 9] = b"VARIDEX\x1a\x0a";
pub(super) const MAGIC_TAIL: &[u8; 2] = b"\r\n";
pub(super) const HEADER_LEN: usize = 64;
/// Where the header's own checksum stands; it covers what is before.
const HEADER_SUM_AT: usize = 56;
pub(super) const ENTRY_LEN: usize = 24;
pub(super) const ALIGN: u64 = 64;
/// Bytes behind one checksum.
pub(crate) const CHUNK: usize = 65_536;
/// More sections than any writer makes: a bound for what a header can ask for.
const SECTIONS_MAX: u32 = 65_536;

#[derive(Debug)]
struct Section {
    kind: u32,
    start: usize,
    len: usize,
    /// Number of its first chunk among the chunks of all sections.
    first_chunk: usize,
}

/// A checked view of a binary file.
#[derive(Debug)]
pub(crate) struct Container {
    /// No other of the process has it.
    id: u64,
    path: PathBuf,
    kind: FileKind,
    bytes: Bytes,
    sections: Vec<Section>,
    /// Where the chunk checksums start.
    sums_at: usize,
    /// One bit a chunk: found sound already.
    sound: Vec<AtomicU64>,
}

impl Container {
    /// [`Self::parse`] over bytes in memory.
    #[cfg(test)]
    pub(crate) fn from_bytes(path: &Path, bytes: Vec<u8>, kind: FileKind) -> Result<Self> {
        Self::parse(path, bytes.into(), kind)
    }

    /// Checks the structure of a file: what it costs does not depend on its size but for the table
    /// (8 bytes for each 64 KiB).
    pub(crate) fn parse(path: &Path, bytes: Bytes, kind: FileKind) -> Result<Self> {
        let damage = |offset: usize, expected: String, found: String| {
            Error::from(Box::new(Damage {
                file: path.to_owned(),
                section: "header".to_owned(),
                offset: offset as u64,
                expected,
                found,
            }))
        };
        let Some(header) = bytes.first_chunk::<HEADER_LEN>() else {
            return Err(damage(
                0,
                format!("a header of {HEADER_LEN} bytes"),
                format!("{} bytes", bytes.len()),
            ));
        };
        let u16_at = |at: usize| {
            header
                .get(at..)
                .and_then(|b| b.first_chunk())
                .map_or(0, |b| u16::from_le_bytes(*b))
        };
        let u32_at = |at: usize| {
            header
                .get(at..)
                .and_then(|b| b.first_chunk())
                .map_or(0, |b| u32::from_le_bytes(*b))
        };
        let u64_at = |at: usize| {
            header
                .get(at..)
                .and_then(|b| b.first_chunk())
                .map_or(0, |b| u64::from_le_bytes(*b))
        };
        let magic_ok = header.starts_with(MAGIC_HEAD)
            && header.get(9) == Some(&(kind as u8))
            && header.get(10..12) == Some(MAGIC_TAIL);
        if !magic_ok {
            return Err(damage(
                0,
                format!("the magic of a {kind:?} file"),
                "other bytes".to_owned(),
            ));
        }
        let sum = xxh3_64(header.get(..HEADER_SUM_AT).unwrap_or_default());
        if sum != u64_at(HEADER_SUM_AT) {
            return Err(damage(
                HEADER_SUM_AT,
                format!("checksum {sum:016x}"),
                format!("{:016x}", u64_at(HEADER_SUM_AT)),
            ));
        }
        // version and features are only believed once the checksum has shown that nobody bent them
        let (version, features) = (u16_at(12), u64_at(16));
        if version > READ_VERSION || features & !FEATURES != 0 {
            return Err(Error::TooNew {
                path: path.to_owned(),
                found: format!("version {version} with features {features:#x}"),
                supported: format!("version {READ_VERSION} with features {FEATURES:#x}"),
            });
        }
        if version < READ_VERSION {
            return Err(Error::TooOld {
                path: path.to_owned(),
                found: format!("version {version}"),
                supported: format!("version {READ_VERSION}"),
            });
        }
        if u64_at(24) != bytes.len() as u64 {
            return Err(damage(
                24,
                format!("{} bytes", u64_at(24)),
                format!("a file of {}", bytes.len()),
            ));
        }
        // nothing reads these two, so that a later version could give them a meaning unseen
        if u64_at(32) != HEADER_LEN as u64 || u32_at(44) != 0 {
            return Err(damage(
                32,
                format!("a table at {HEADER_LEN}, and zero at 44"),
                format!("{} and {}", u64_at(32), u32_at(44)),
            ));
        }
        let count = u32_at(40);
        if count > SECTIONS_MAX {
            return Err(damage(
                40,
                format!("at most {SECTIONS_MAX} sections"),
                count.to_string(),
            ));
        }
        let sums_at = HEADER_LEN + count as usize * ENTRY_LEN;
        let entries = bytes.get(HEADER_LEN..sums_at).ok_or_else(|| {
            damage(
                40,
                "a section table inside the file".to_owned(),
                format!("{count} sections"),
            )
        })?;

        let mut sections = Vec::with_capacity(count as usize);
        let mut chunks = 0usize;
        for entry in entries.chunks_exact(ENTRY_LEN) {
            let field = |at: usize| {
                entry
                    .get(at..)
                    .and_then(|b| b.first_chunk())
                    .map_or(0, |b| u64::from_le_bytes(*b))
            };
            let (start, len) = (field(8), field(16));
            if start
                .checked_add(len)
                .is_none_or(|end| end > bytes.len() as u64)
            {
                return Err(damage(
                    HEADER_LEN,
                    "sections inside the file".to_owned(),
                    format!("one at {start} of {len} bytes"),
                ));
            }
            // within the file, which is in memory
            let (start, len) = (start as usize, len as usize);
            // the kind is the low half of the first field; the high half is checked to be zero below
            sections.push(Section {
                kind: field(0) as u32,
                start,
                len,
                first_chunk: chunks,
            });
            if field(0) >> 32 != 0 {
                return Err(damage(
                    HEADER_LEN,
                    "zero behind a section's kind".to_owned(),
                    "another number".to_owned(),
                ));
            }
            chunks += len.div_ceil(CHUNK);
        }
        let table_end = chunks
            .checked_mul(8)
            .and_then(|len| len.checked_add(sums_at));
        let table = table_end
            .and_then(|end| bytes.get(HEADER_LEN..end))
            .ok_or_else(|| {
                damage(
                    40,
                    "a table inside the file".to_owned(),
                    format!("{chunks} checksums"),
                )
            })?;
        let sum = xxh3_64(table);
        if sum != u64_at(48) {
            return Err(damage(
                48,
                format!("table checksum {sum:016x}"),
                format!("{:016x}", u64_at(48)),
            ));
        }
        let mut end = HEADER_LEN + table.len();
        for section in &sections {
            let expected = end.next_multiple_of(ALIGN as usize);
            if section.start != expected {
                return Err(damage(
                    HEADER_LEN,
                    format!("a section at {expected}"),
                    format!("one at {}", section.start),
                ));
            }
            end = section.start + section.len;
        }
        if end != bytes.len() {
            return Err(damage(
                24,
                format!("sections up to the file's end {}", bytes.len()),
                format!("an end at {end}"),
            ));
        }
        let mut kinds: Vec<u32> = sections.iter().map(|s| s.kind).collect();
        kinds.sort_unstable();
        if kinds.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(damage(
                HEADER_LEN,
                "each section once".to_owned(),
                "one twice".to_owned(),
            ));
        }
        let sound = (0..chunks.div_ceil(64))
            .map(|_| AtomicU64::new(0))
            .collect();
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Ok(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            path: path.to_owned(),
            kind,
            bytes,
            sections,
            sums_at,
            sound,
        })
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The number of the section among this file's, `None` where the file has none of this kind.
    pub(crate) fn find(&self, kind: Kind) -> Option<usize> {
        self.sections.iter().position(|s| s.kind == kind.number())
    }

    /// Length of a section found before.
    pub(crate) fn len(&self, section: usize) -> usize {
        self.sections.get(section).map_or(0, |s| s.len)
    }

    /// The whole bytes of a section, empty where the file has none of this kind.
    pub(crate) fn whole(&self, kind: Kind) -> Result<&[u8]> {
        match self.find(kind) {
            Some(section) => self.slice(section, 0..self.len(section)),
            None => Ok(&[]),
        }
    }

    /// Bytes of a section found before, checked on first touch.
    #[inline]
    pub(crate) fn slice(&self, section: usize, range: Range<usize>) -> Result<&[u8]> {
        let found = self.sections.get(section);
        let bytes = found.and_then(|s| self.bytes.get(s.start..)?.get(..s.len)?.get(range.clone()));
        let (Some(found), Some(bytes)) = (found, bytes) else {
            return Err(self.outside(section, &range));
        };
        if !bytes.is_empty() {
            for chunk in range.start / CHUNK..=(range.end - 1) / CHUNK {
                let number = found.first_chunk + chunk;
                let known = self
                    .sound
                    .get(number / 64)
                    .map_or(0, |w| w.load(Ordering::Relaxed));
                if known >> (number % 64) & 1 == 0 {
                    self.check_chunk(found, chunk)?;
                }
            }
        }
        Ok(bytes)
    }

    #[cold]
    fn outside(&self, section: usize, range: &Range<usize>) -> Error {
        self.damage(
            section,
            range.start,
            format!("at most {} bytes used", self.len(section)),
            format!("bytes {} to {} asked for", range.start, range.end),
        )
    }

    /// Compares one chunk with its checksum and remembers that it is sound.
    #[cold]
    fn check_chunk(&self, section: &Section, chunk: usize) -> Result<()> {
        let number = section.first_chunk + chunk;
        let from = chunk * CHUNK;
        let bytes = self
            .bytes
            .get(section.start + from..section.start + section.len.min(from + CHUNK))
            .unwrap_or_default();
        let stored = self
            .bytes
            .get(self.sums_at + number * 8..)
            .and_then(|b| b.first_chunk());
        let stored = stored.map_or(0, |b| u64::from_le_bytes(*b));
        let sum = xxh3_64(bytes);
        if sum != stored {
            return Err(Error::from(Box::new(Damage {
                file: self.path.clone(),
                section: section_name(section.kind),
                offset: (section.start + from) as u64,
                expected: format!("checksum {stored:016x}"),
                found: format!("{sum:016x}"),
            })));
        }
        if let Some(word) = self.sound.get(number / 64) {
            word.fetch_or(1 << (number % 64), Ordering::Relaxed);
        }
        Ok(())
    }

    /// An error for bytes of a section that break a rule although their checksum is right.
    #[cold]
    pub(crate) fn damage(
        &self,
        section: usize,
        at: usize,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Error {
        let (name, start) = self
            .sections
            .get(section)
            .map_or(("file".to_owned(), 0), |s| (section_name(s.kind), s.start));
        Error::from(Box::new(Damage {
            file: self.path.clone(),
            section: name,
            offset: start.saturating_add(at) as u64,
            expected: expected.into(),
            found: found.into(),
        }))
    }

    /// The same by the kind of a section, which may not be there.
    #[cold]
    pub(crate) fn damage_in(
        &self,
        kind: Kind,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Error {
        match self.find(kind) {
            Some(section) => self.damage(section, 0, expected, found),
            None => Error::from(Box::new(Damage {
                file: self.path.clone(),
                section: kind.name().to_owned(),
                offset: 0,
                expected: expected.into(),
                found: found.into(),
            })),
        }
    }

    /// Checks every chunk anew, whatever was found before, the zeros between sections, and that every
    /// section is of this kind of file.
    pub(crate) fn verify(&self) -> Result<()> {
        let chunks = self
            .sections
            .iter()
            .map(|s| s.len.div_ceil(CHUNK))
            .sum::<usize>();
        let mut end = self.sums_at + chunks * 8;
        for (i, section) in self.sections.iter().enumerate() {
            let gap = self.bytes.get(end..section.start).unwrap_or_default();
            if let Some(at) = gap.iter().position(|&byte| byte != 0) {
                return Err(Error::from(Box::new(Damage {
                    file: self.path.clone(),
                    section: format!("padding before {}", section_name(section.kind)),
                    offset: (end + at) as u64,
                    expected: "zero".to_owned(),
                    found: "another byte".to_owned(),
                })));
            }
            for chunk in 0..section.len.div_ceil(CHUNK) {
                self.check_chunk(section, chunk)?;
            }
            let expected = match Kind::from_number(section.kind).map(Kind::file) {
                None => Some("a section kind of this version".to_owned()),
                Some(kind) if kind == self.kind => None,
                Some(_) => Some(format!("a section of .{} files", self.kind.suffix())),
            };
            if let Some(expected) = expected {
                return Err(self.damage(i, 0, expected, section.kind.to_string()));
            }
            end = section.start + section.len;
        }
        Ok(())
    }

    /// The numbers of the sections' kinds, in file order.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = u32> + '_ {
        self.sections.iter().map(|s| s.kind)
    }

    /// Name and length of every section, in file order.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (String, u64)> + '_ {
        self.sections
            .iter()
            .map(|s| (section_name(s.kind), s.len as u64))
    }
}

fn section_name(kind: u32) -> String {
    Kind::from_number(kind).map_or_else(|| format!("unknown {kind}"), |kind| kind.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::ContainerWriter;

    fn small() -> Vec<u8> {
        let mut writer = ContainerWriter::default();
        writer.add(Kind::Meta, vec![1, 2, 3]);
        writer.add(
            Kind::Sets,
            (0..200_000u32)
                .map(|i| (i.wrapping_mul(2_654_435_761) >> 3) as u8)
                .collect(),
        );
        let mut out = Vec::new();
        writer.finish(FileKind::Segment, &mut out).unwrap();
        out
    }

    fn open(bytes: Vec<u8>) -> Result<Container> {
        Container::from_bytes(Path::new("test"), bytes, FileKind::Segment)
    }

    #[test]
    fn sections_come_back() {
        let file = open(small()).unwrap();
        assert_eq!(file.whole(Kind::Meta).unwrap(), [1, 2, 3]);
        assert_eq!(file.whole(Kind::Sets).unwrap().len(), 200_000);
        assert!(file.whole(Kind::Orders).unwrap().is_empty());
        file.verify().unwrap();
    }

    #[test]
    fn every_flipped_byte_is_found_by_verify() {
        let sound = small();
        for at in (0..2_000).chain((2_000..sound.len()).step_by(997)) {
            let mut bent = sound.clone();
            bent[at] ^= 0x10;
            let verdict = open(bent).and_then(|file| file.verify());
            assert!(matches!(verdict, Err(Error::Damaged(_))), "byte {at}");
        }
    }

    #[test]
    fn a_touched_chunk_is_checked_and_an_untouched_one_is_not() {
        let mut bent = small();
        let last = bent.len() - 1;
        bent[last] ^= 1;
        let file = open(bent).unwrap();
        let sets = file.find(Kind::Sets).unwrap();
        assert!(file.slice(sets, 0..100).is_ok());
        assert!(
            matches!(file.slice(sets, 199_000..199_001), Err(Error::Damaged(d)) if d.section == "sets")
        );
    }

    #[test]
    fn a_newer_or_older_file_is_so_and_not_damaged() {
        let with = |at: usize, value: u8| {
            let mut other = small();
            other[at] = value;
            let sum = xxh3_64(&other[..HEADER_SUM_AT]);
            other[HEADER_SUM_AT..HEADER_LEN].copy_from_slice(&sum.to_le_bytes());
            open(other)
        };
        let version = READ_VERSION as u8;
        for (at, value) in [(12, version + 1), (16, 1)] {
            assert!(matches!(with(at, value), Err(Error::TooNew { .. })));
        }
        for older in 0..version {
            assert!(matches!(with(12, older), Err(Error::TooOld { .. })));
        }
    }

    #[test]
    fn reserved_numbers_of_the_header_are_checked() {
        for at in [32, 44] {
            let mut bent = small();
            bent[at] ^= 1;
            let sum = xxh3_64(&bent[..HEADER_SUM_AT]);
            bent[HEADER_SUM_AT..HEADER_LEN].copy_from_slice(&sum.to_le_bytes());
            assert!(matches!(open(bent), Err(Error::Damaged(_))));
        }
    }

    #[test]
    fn every_truncation_is_refused() {
        let sound = small();
        for len in (0..1_000).chain((1_000..sound.len()).step_by(1_009)) {
            assert!(
                matches!(open(sound[..len].to_vec()), Err(Error::Damaged(_))),
                "length {len}"
            );
        }
    }
}
