//! The alleles of one row after the other.

use crate::error::Result;
use crate::format::{ColumnCursor, LONG, allele_hash, packed_lengths};
use crate::genome::{Change, Indel, Position, StoredAllele, Trimmed};
use crate::store::Segment;
use std::ops::Range;

/// The alleles of a row.
pub(in crate::query) struct RowText {
    pub(in crate::query) position: Position,
    pub(in crate::query) reference: Vec<u8>,
    pub(in crate::query) alternate: Vec<u8>,
    pub(in crate::query) roll: u32,
}

/// Reads the alleles of rows of one segment that are near each other.
pub(in crate::query) struct TextCursor<'a> {
    pub(in crate::query) segment: &'a Segment,
    position: ColumnCursor<'a>,
    roll: ColumnCursor<'a>,
    allele: ColumnCursor<'a>,
}

impl<'a> TextCursor<'a> {
    pub(in crate::query) fn new(segment: &'a Segment) -> Self {
        let (file, columns) = (segment.file(), &segment.columns);
        Self {
            segment,
            position: ColumnCursor::new(file, columns.position),
            roll: ColumnCursor::new(file, columns.roll),
            allele: ColumnCursor::new(file, columns.allele),
        }
    }

    /// The code of a row's alleles.
    fn code(&mut self, row: u32) -> Result<u32> {
        self.segment.allele_code(self.allele.get(row)?)
    }

    /// Whether a row that is spelled plainly may delete, or else insert, so many bases; be it anywhere, or only if it is
    /// the indel that is asked for elsewhere: long alleles have the hash of that, or their text need not be read.
    pub(in crate::query) fn may_be_indel(
        &mut self,
        row: u32,
        (deletes, length): (bool, i64),
        asked: Option<&Indel<'_>>,
    ) -> Result<bool> {
        let code = self.code(row)?;
        if code & LONG == 0 {
            let (reference, alternate) = packed_lengths(code);
            let longer = i64::from(reference) - i64::from(alternate);
            return Ok(longer == if deletes { length } else { -length });
        }
        let Some(asked) = asked else {
            return Ok(true);
        };
        let hash = self.segment.long_hash(code)?;
        let start = self.position.get(row)?.saturating_add(1);
        Ok(asked.any_spelling_from(start, |reference, alternate| {
            allele_hash(reference, alternate) == hash
        }))
    }
}

impl Default for RowText {
    fn default() -> Self {
        Self {
            position: Position::TELOMERE,
            reference: Vec::new(),
            alternate: Vec::new(),
            roll: 0,
        }
    }
}

impl RowText {
    pub(in crate::query) fn load(&mut self, segment: &Segment, row: u32) -> Result<()> {
        self.load_by(&mut TextCursor::new(segment), row)
    }

    /// The same of one row after the other.
    pub(in crate::query) fn load_by(&mut self, of: &mut TextCursor<'_>, row: u32) -> Result<()> {
        let position = of.position.get(row)?;
        self.position = Position::from_zero_based(position).ok_or_else(|| {
            let file = of.segment.file();
            file.damage(usize::MAX, 0, "a position below 2^31", position.to_string())
        })?;
        self.roll = u32::try_from(of.roll.get(row)?).unwrap_or(0);
        self.reference.clear();
        self.alternate.clear();
        let code = of.code(row)?;
        of.segment
            .alleles_of_code(code, &mut self.reference, &mut self.alternate)
    }

    /// The change of the row, as it is spelled there.
    pub(in crate::query) fn change(&self) -> Change<'_> {
        Change::Exact {
            position: self.position,
            reference: String::from_utf8_lossy(&self.reference),
            alternate: String::from_utf8_lossy(&self.alternate),
        }
    }

    pub(in crate::query) fn start(&self) -> i64 {
        self.position.zero_based().into()
    }

    pub(in crate::query) fn trimmed(&self) -> Option<Trimmed<'_>> {
        self.has_alt()
            .then(|| Trimmed::of(self.start(), &self.reference, &self.alternate))?
    }

    /// The places of which the row shows the bases: REF, and the repeat that the row rolls through.
    pub(in crate::query) fn shown(&self) -> Range<i64> {
        let rolled = self.trimmed().filter(|_| self.roll > 0);
        let rolled = rolled.map(|of| of.start + of.reference.len() as i64 + i64::from(self.roll));
        let end = self.start() + self.reference.len() as i64;
        self.start()..rolled.map_or(end, |rolled| rolled.max(end))
    }

    /// A record without ALT changes nothing, and deletes nothing either.
    fn has_alt(&self) -> bool {
        !self.alternate.is_empty()
    }

    /// `None` where there is no ALT.
    pub(in crate::query) fn stored(&self) -> Option<StoredAllele<'_>> {
        self.has_alt().then_some(StoredAllele {
            position: self.position,
            reference: &self.reference,
            alternate: &self.alternate,
            roll: self.roll,
        })
    }
}
