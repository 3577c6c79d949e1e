//! What was done for a part of a question.

use crate::query::plan::bound::Size;

/// One step of an evaluation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// The part of the expression.
    pub what: String,
    /// How it was understood, where that could be otherwise.
    pub notes: Vec<String>,
    /// Candidate rows that the indexes gave.
    pub candidate_rows: u64,
    /// Variants that passed all tests.
    pub variants: u64,
    /// Bytes of genotype sets read.
    pub set_bytes: u64,
    /// Segments opened, and segments that the manifest ruled out.
    pub segments: (u64, u64),
    /// Individuals found.
    pub individuals: u64,
}

impl Step {
    /// Whether somebody asked how the part is answered.
    pub(in crate::query) fn is_shown(&self) -> bool {
        !self.what.is_empty()
    }

    /// Rows are walked for it.
    pub(in crate::query) fn will_read(&mut self, size: Size) {
        self.candidate_rows = size.candidates;
        self.segments = (size.segments, size.segments_skipped);
    }
}

/// Said where a walk ended early.
pub(in crate::query) const ALL_FOUND: &str = "stopped when all who are left were found";

/// Up to so many people are looked up in the sets of rows, and a walk ends when all are found.
pub(in crate::query) const FEW: u64 = 64;
