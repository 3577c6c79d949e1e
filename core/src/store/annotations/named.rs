//! Which kinds of names the changes of transcripts and proteins have in a segment: annotators differ in them.

use super::{Annotations, split_change};
use crate::error::Result;
use crate::format::{Container, TextBlock};
use crate::stop::check_stop;

/// Entries that are read one after the other.
const RUN: u32 = 1 << 10;
/// So many runs are read at most, spread over all entries.
const RUNS_MAX: u32 = 1 << 10;

/// Who gives accessions of transcripts and proteins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accession {
    RefSeq,
    Ensembl,
    Other,
}

impl Accession {
    /// By how an accession begins: `NM_004333`, `NP_004324`; `ENST00000646891`, `ENSMUSP00000002487`.
    pub(crate) fn of(name: &str) -> Self {
        let mut letters = name.bytes();
        let start = [letters.next(), letters.next(), letters.next()];
        match start.map(|letter| letter.unwrap_or(0).to_ascii_uppercase()) {
            [b'N' | b'X' | b'Y' | b'W' | b'A', b'M' | b'R' | b'P', b'_'] => Self::RefSeq,
            [b'E', b'N', b'S'] => Self::Ensembl,
            _ => Self::Other,
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Kinds of names of changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct NamedChanges {
    /// Bits of the accessions of transcripts.
    transcripts: u8,
    /// Bits of the accessions of proteins.
    proteins: u8,
    /// Whether changes of proteins are named, with an accession or without.
    any_protein: bool,
}

impl NamedChanges {
    /// Whether changes are named by transcripts with such accessions.
    pub(crate) fn has_transcripts(self, of: Accession) -> bool {
        self.transcripts & of.bit() != 0
    }

    /// Whether changes are named by proteins with such accessions; `None` is by any, or without one.
    pub(crate) fn has_proteins(self, of: Option<Accession>) -> bool {
        of.map_or(self.any_protein, |of| self.proteins & of.bit() != 0)
    }
}

impl Annotations {
    /// Which kinds of names changes have here. Of more than a million entries, a million that are spread over all are
    /// read: one annotator writes names of the same kinds everywhere.
    pub(crate) fn named_changes(&self, file: &Container) -> Result<NamedChanges> {
        if let Some(known) = self.named.get() {
            return Ok(*known);
        }
        let mut named = NamedChanges::default();
        let entries = self.texts.len();
        let step = entries.div_ceil(RUN).div_ceil(RUNS_MAX).max(1);
        let mut block = TextBlock::default();
        for first in (0..entries).step_by(step.saturating_mul(RUN) as usize) {
            check_stop()?;
            for entry in first..first.saturating_add(RUN).min(entries) {
                let texts = self.changes(file, entry, &mut block)?;
                if let Some((transcript, ..)) = split_change(texts.hgvs_c) {
                    named.transcripts |= Accession::of(transcript).bit();
                }
                if let Some((protein, ..)) = split_change(texts.hgvs_p) {
                    named.proteins |= Accession::of(protein).bit();
                }
                named.any_protein |= !texts.protein.is_empty();
            }
        }
        Ok(*self.named.get_or_init(|| named))
    }
}
