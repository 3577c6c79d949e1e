//! Writing a container.

use super::header::{ALIGN, Header, Table, features_of};
use super::kind::{FileKind, Kind};
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
        let lengths = self.sections.iter();
        let table = Table::of(lengths.map(|(kind, bytes)| (kind.number(), bytes.len())));
        let contents = self.sections.iter().map(|(_, bytes)| bytes.as_slice());
        let bytes = table.to_bytes(contents.clone());
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
        for (section, content) in table.sections.iter().zip(contents) {
            let padding = [0; ALIGN];
            let padding = padding.get(..section.start - end).unwrap_or_default();
            out.write_all(padding)?;
            out.write_all(content)?;
            end = section.start + section.len;
        }
        Ok(())
    }
}
