//! The container: header, section table, checksums, sections.
//!
//! ```text
//! header    magic, versions, features, lengths, checksum of the table and of the header
//! table     an entry for each section; then one xxh3 for each 64 KiB chunk of each section
//! aligned   sections, each at a multiple of 64, zeros between them; the last ends the file
//! ```
//!
//! Opening reads header and table. A section's chunks are checked when they are first touched, and
//! remembered as sound. [`Container::verify`] checks everything, the zeros included.

use super::header::{CHUNK, Header, Section, Table, damage, features_of};
use super::kind::{FileKind, Kind};
use super::map::Bytes;
use crate::error::{Damage, Error, Result};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use xxhash_rust::xxh3::xxh3_64;

/// A checked view of a binary file.
#[derive(Debug)]
pub(crate) struct Container {
    /// No other of the process has it.
    id: u64,
    path: PathBuf,
    kind: FileKind,
    bytes: Bytes,
    table: Table,
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
        let header = Header::read(path, &bytes, kind)?;
        let table = Table::read(path, &bytes, &header)?;
        let features = features_of(table.sections.iter().map(|section| section.kind));
        if features != header.features {
            let expected = format!("features {features:#x}, by the sections");
            return Err(damage(path, 0, expected, format!("{:#x}", header.features)));
        }
        let sound = (0..table.chunks.div_ceil(64))
            .map(|_| AtomicU64::new(0))
            .collect();
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Ok(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            path: path.to_owned(),
            kind,
            bytes,
            table,
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
        self.table
            .sections
            .iter()
            .position(|s| s.kind == kind.number())
    }

    /// Length of a section found before.
    pub(crate) fn len(&self, section: usize) -> usize {
        self.table.sections.get(section).map_or(0, |s| s.len)
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
        let found = self.table.sections.get(section);
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
        let stored = self.table.sum(&self.bytes, number);
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
            .table
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
        let mut end = self.table.end();
        for (i, section) in self.table.sections.iter().enumerate() {
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
            let expected = match Kind::from_number(section.kind) {
                None => Some("a section kind of this version".to_owned()),
                Some(kind) if kind.is_of(self.kind) => None,
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
        self.table.sections.iter().map(|s| s.kind)
    }

    /// Name and length of every section, in file order.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (String, u64)> + '_ {
        self.table
            .sections
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
    use crate::format::{ContainerWriter, READ_VERSION};

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
            let mut corrupted = sound.clone();
            corrupted[at] ^= 0x10;
            let verdict = open(corrupted).and_then(|file| file.verify());
            assert!(matches!(verdict, Err(Error::Damaged(_))), "byte {at}");
        }
    }

    #[test]
    fn a_touched_chunk_is_checked_and_an_untouched_one_is_not() {
        let mut corrupted = small();
        let last = corrupted.len() - 1;
        corrupted[last] ^= 1;
        let file = open(corrupted).unwrap();
        let sets = file.find(Kind::Sets).unwrap();
        assert!(file.slice(sets, 0..100).is_ok());
        assert!(
            matches!(file.slice(sets, 199_000..199_001), Err(Error::Damaged(d)) if d.section == "sets")
        );
    }

    /// Sets the header's checksum right.
    fn sign(file: &mut [u8]) {
        let (header, sum) = file[..Header::LEN].split_last_chunk_mut().unwrap();
        *sum = xxh3_64(header).to_le_bytes();
    }

    #[test]
    fn a_newer_or_older_file_is_so_and_not_damaged() {
        let with = |at: usize, value: u8| {
            let mut other = small();
            other[at] = value;
            sign(&mut other);
            open(other)
        };
        let version = READ_VERSION as u8;
        for (at, value) in [(12, version + 1), (16, 2), (16, 3)] {
            assert!(matches!(with(at, value), Err(Error::TooNew { .. })));
        }
        for older in 0..version {
            assert!(matches!(with(12, older), Err(Error::TooOld { .. })));
        }
        for draft in 1..6 {
            assert!(matches!(with(44, draft), Err(Error::TooOld { .. })));
        }
    }

    #[test]
    fn the_place_of_the_table_is_checked() {
        let mut other = small();
        other[32] ^= 1;
        sign(&mut other);
        assert!(matches!(open(other), Err(Error::Damaged(_))));
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
