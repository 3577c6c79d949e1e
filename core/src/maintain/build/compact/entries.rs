//! What annotators say of a row on its way from one segment into another: bytes beside its INFO values.

use super::super::info::{InfoColumn, Unfit, encode_own_info, value_of};
use super::super::row::Row;
use crate::error::Result;
use crate::format::TextBlock;
use crate::model::{Entry, InfoKey};
use crate::set::{read_varint, write_varint};
use crate::store::Segment;
use crate::store::annotations::{Annotations, EncodedAnnotations};

/// The number that entries have among INFO values: no key has it.
pub(super) const ENTRIES: u16 = u16::MAX;

/// How what is said of rows of segments is encoded: INFO values are those of the row, not of its record, and entries of
/// annotators are read already.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct ReadBack {
    /// Whether the dataset has annotations.
    pub(super) annotated: bool,
}

impl ReadBack {
    pub(in super::super) fn info(
        self,
        rows: &[Row],
        keys: &[InfoKey],
    ) -> (Vec<InfoColumn>, Vec<Unfit>) {
        // values that were stored are of their types
        (encode_own_info(rows, keys), vec![None; keys.len()])
    }

    pub(in super::super) fn annotations(self, rows: &[Row]) -> Option<EncodedAnnotations> {
        if !self.annotated {
            return None;
        }
        let mut encoded = EncodedAnnotations::default();
        for row in rows {
            let bytes = value_of(&row.chunk, row, ENTRIES.into()).unwrap_or_default();
            let mut at = 0;
            // the bytes are our own
            while let Some(entry) = read_entry(bytes, &mut at) {
                encoded.push_entry(&entry);
            }
            encoded.push_row(std::iter::empty());
        }
        Some(encoded)
    }
}

/// Reads the entries of a segment's rows.
#[derive(Default)]
pub(super) struct EntryReader {
    texts: TextBlock,
    genes: TextBlock,
    transcripts: TextBlock,
}

impl EntryReader {
    /// Adds the entries of a row to `out`.
    pub(super) fn read(
        &mut self,
        segment: &Segment,
        annotations: &Annotations,
        row: u32,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let file = segment.file();
        let consequences = annotations.consequences(file)?;
        for item in annotations.items(file, row)? {
            let entry = annotations.entry(file, item)?;
            let class = annotations.class_of(file, entry)?;
            let gene = match annotations.gene_of(file, class)? {
                Some(gene) => annotations.gene(file, gene, &mut self.genes)?,
                None => Default::default(),
            };
            let transcript = match annotations.transcript_of(file, class)? {
                Some(number) => annotations.transcript(file, number, &mut self.transcripts)?,
                None => Default::default(),
            };
            let consequence = consequences.get(annotations.consequence_of(file, class)? as usize);
            let grade = annotations.grade_of(file, class)?;
            let changes = annotations.changes(file, entry, &mut self.texts)?;
            let texts: [&str; 8] = [
                &gene.symbol,
                &gene.id,
                &gene.hgnc,
                &transcript,
                consequence.map_or("", String::as_str),
                changes.hgvs_c,
                changes.hgvs_p,
                changes.protein,
            ];
            for text in texts {
                write_varint(out, text.len() as u32);
                out.extend_from_slice(text.as_bytes());
            }
            out.extend([grade.impact(), grade.flags()]);
        }
        Ok(())
    }
}

/// Reads what [`EntryReader`] wrote; `None` at the end.
fn read_entry(bytes: &[u8], at: &mut usize) -> Option<Entry> {
    let mut text = || {
        let len = read_varint(bytes, at).ok()? as usize;
        let text = bytes.get(*at..)?.get(..len)?;
        *at += len;
        Some(String::from_utf8_lossy(text).into_owned())
    };
    let mut entry = Entry {
        symbol: text()?,
        gene_id: text()?,
        hgnc: text()?,
        transcript: text()?,
        consequence: text()?,
        hgvs_c: text()?,
        hgvs_p: text()?,
        protein: text()?,
        ..Entry::default()
    };
    let &[impact, flags] = bytes.get(*at..)?.first_chunk()?;
    *at += 2;
    (entry.impact, entry.flags) = (impact, flags);
    Some(entry)
}
