//! The alleles of one row after the other.

use crate::error::Result;
use crate::format::TextBlock;
use crate::genome::{Change, Position, StoredAllele, Trimmed};
use crate::store::Segment;
use std::ops::Range;

/// The alleles of a row.
pub(in crate::query) struct RowText {
    pub(in crate::query) position: Position,
    pub(in crate::query) reference: Vec<u8>,
    pub(in crate::query) alternate: Vec<u8>,
    pub(in crate::query) roll: u32,
    block: TextBlock,
    /// The segment that `block` is of, by its address.
    of: usize,
}

impl Default for RowText {
    fn default() -> Self {
        Self {
            position: Position::TELOMERE,
            reference: Vec::new(),
            alternate: Vec::new(),
            roll: 0,
            block: TextBlock::default(),
            of: 0,
        }
    }
}

impl RowText {
    pub(in crate::query) fn load(&mut self, segment: &Segment, row: u32) -> Result<()> {
        let (file, columns) = (segment.file(), &segment.columns);
        let address = std::ptr::from_ref(segment).addr();
        if self.of != address {
            self.block = TextBlock::default();
            self.of = address;
        }
        let position = columns.position.get(file, row)?;
        self.position = Position::from_zero_based(position).ok_or_else(|| {
            file.damage(usize::MAX, 0, "a position below 2^31", position.to_string())
        })?;
        self.roll = u32::try_from(columns.roll.get(file, row)?).unwrap_or(0);
        self.reference.clear();
        self.alternate.clear();
        segment.alleles(
            columns.allele.get(file, row)?,
            &mut self.block,
            &mut self.reference,
            &mut self.alternate,
        )
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
