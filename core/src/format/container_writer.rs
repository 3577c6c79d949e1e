//! Writing a container.

use super::container::{ALIGN, CHUNK, ENTRY_LEN, HEADER_LEN, MAGIC_HEAD, MAGIC_TAIL};
use super::kind::{FileKind, Kind};
use super::{FEATURES, READ_VERSION, WRITE_VERSION};
use std::io::Write;
use xxhash_rust::xxh3::xxh3_64;

/// Collects sections and writes them as one container.
#[derive(Debug, Default)]
pub(crate) struct ContainerWriter {
    sections: Vec<(Kind, Vec<u8>)>,
}

impl ContainerWriter {
    /// Adds a section; an empty one is left out, which reads the same.
    pub(crate) fn add(&mut self, kind: Kind, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.sections.push((kind, bytes));
        }
    }

    /// The sections added so far.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (Kind, &[u8])> {
        self.sections
            .iter()
            .map(|(kind, bytes)| (*kind, bytes.as_slice()))
    }

    /// Writes the container.
    pub(crate) fn finish(self, kind: FileKind, out: &mut impl Write) -> std::io::Result<()> {
        let chunks: usize = self
            .sections
            .iter()
            .map(|(_, b)| b.len().div_ceil(CHUNK))
            .sum();
        let table_len = self.sections.len() * ENTRY_LEN + chunks * 8;
        let mut table = Vec::with_capacity(table_len);
        let mut at = (HEADER_LEN + table_len) as u64;
        let mut end = at;
        for (kind, bytes) in &self.sections {
            at = end.next_multiple_of(ALIGN);
            end = at + bytes.len() as u64;
            table.extend(u64::from(kind.number()).to_le_bytes());
            table.extend(at.to_le_bytes());
            table.extend((bytes.len() as u64).to_le_bytes());
        }
        for (_, bytes) in &self.sections {
            for chunk in bytes.chunks(CHUNK) {
                table.extend(xxh3_64(chunk).to_le_bytes());
            }
        }
        let mut header = Vec::with_capacity(HEADER_LEN);
        header.extend(MAGIC_HEAD);
        header.push(kind as u8);
        header.extend(MAGIC_TAIL);
        header.extend(READ_VERSION.to_le_bytes());
        header.extend(WRITE_VERSION.to_le_bytes());
        header.extend(FEATURES.to_le_bytes());
        header.extend(end.to_le_bytes());
        header.extend((HEADER_LEN as u64).to_le_bytes());
        header.extend((self.sections.len() as u32).to_le_bytes());
        header.extend([0; 4]);
        header.extend(xxh3_64(&table).to_le_bytes());
        header.extend(xxh3_64(&header).to_le_bytes());
        out.write_all(&header)?;
        out.write_all(&table)?;
        let mut at = (HEADER_LEN + table_len) as u64;
        for (_, bytes) in &self.sections {
            let padding = at.next_multiple_of(ALIGN) - at;
            out.write_all(
                [0; ALIGN as usize]
                    .get(..padding as usize)
                    .unwrap_or_default(),
            )?;
            out.write_all(bytes)?;
            at += padding + bytes.len() as u64;
        }
        Ok(())
    }
}
