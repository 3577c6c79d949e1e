//! Writing a container.

use super::header::{ALIGN, CHUNK, Header, Table, features_of};
use super::kind::{FileKind, Kind};
use super::spool::Section;
use sha2::{Digest as _, Sha256};
use std::io::Write;
use xxhash_rust::xxh3::xxh3_64;

/// Bytes written at once.
const WRITTEN: usize = 1 << 20;

/// Collects sections and writes them as one container.
#[derive(Debug, Default)]
pub(crate) struct ContainerWriter {
    sections: Vec<(Kind, Section)>,
}

impl ContainerWriter {
    /// Adds a section; an empty one is left out, which reads the same.
    pub(crate) fn add(&mut self, kind: Kind, bytes: Vec<u8>) {
        self.add_section(kind, bytes);
    }

    /// The same of one with bytes that may be in a file.
    pub(crate) fn add_section(&mut self, kind: Kind, section: impl Into<Section>) {
        let section = section.into();
        if section.len() > 0 {
            self.sections.push((kind, section));
        }
    }

    /// The sections added so far, but for those with bytes in a file.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (Kind, &[u8])> {
        let sections = self.sections.iter();
        sections.filter_map(|(kind, section)| Some((*kind, section.held()?)))
    }

    /// Kind, length and SHA-256 of every section added so far, in their order.
    pub(crate) fn hashes(&mut self) -> std::io::Result<Vec<(Kind, u64, [u8; 32])>> {
        let mut hashes = Vec::with_capacity(self.sections.len());
        for (kind, section) in &mut self.sections {
            let mut hash = Sha256::new();
            section.each(WRITTEN, |bytes| {
                hash.update(bytes);
                Ok(())
            })?;
            hashes.push((*kind, section.len() as u64, hash.finalize().into()));
        }
        Ok(hashes)
    }

    /// Writes the container.
    pub(crate) fn finish(mut self, kind: FileKind, out: &mut impl Write) -> std::io::Result<()> {
        let lengths = self.sections.iter();
        let table = Table::of(lengths.map(|(kind, bytes)| (kind.number(), bytes.len())));
        let mut sums = Vec::with_capacity(table.chunks);
        for (_, section) in &mut self.sections {
            section.each(CHUNK, |chunk| {
                sums.push(xxh3_64(chunk));
                Ok(())
            })?;
        }
        let bytes = table.to_bytes(&sums);
        let kinds = self.sections.iter().map(|(kind, _)| kind.number());
        let header = Header {
            features: features_of(kinds),
            file_len: table.file_len() as u64,
            sections: table.sections.len() as u32,
            table_sum: xxh3_64(&bytes),
        };
        out.write_all(&header.to_bytes(kind))?;
        out.write_all(&bytes)?;
        let mut end = table.end();
        for (section, (_, content)) in table.sections.iter().zip(&mut self.sections) {
            let padding = [0; ALIGN];
            let padding = padding.get(..section.start - end).unwrap_or_default();
            out.write_all(padding)?;
            content.each(WRITTEN, |bytes| out.write_all(bytes))?;
            end = section.start + section.len;
        }
        Ok(())
    }
}
