//! Walking a stretch of the variants, and where to cut them into stretches.

use super::super::part_walk::PartWalk;
use super::super::place::Place;
use super::super::stretch::Stretch;
use super::Walk;
use crate::error::Result;

/// Cuts at most: of more pieces nobody has the use, and each costs a walk of its own.
const CUTS_MAX: usize = 1 << 16;
/// Candidates looked at for each piece: pieces differ by about so small a share.
const LOOKS: u64 = 16;

impl Walk<'_> {
    /// Walks only variants from one place on and before another one.
    pub(crate) fn keep_to(&mut self, from: Place, until: Option<Place>) {
        let stretch = Stretch { from, until };
        self.stretch = stretch;
        self.contigs.retain(|&contig| stretch.has_contig(contig));
    }

    /// Where to cut the variants into at most `most` pieces of about as many candidates: ascending, each at
    /// the first place of a piece.
    pub(crate) fn cuts(&self, most: usize) -> Result<Vec<Place>> {
        let most = most.clamp(1, CUTS_MAX);
        let all: u64 = self.parts.iter().map(|part| part.candidates.len()).sum();
        let every = (all / (LOOKS * most as u64)).max(1);
        let mut places = Vec::new();
        // candidates up to the next one that is looked at
        let mut left = every / 2;
        for part in &self.parts {
            for range in &part.candidates.ranges {
                let len = u64::from(range.end - range.start);
                let mut at = left;
                while at < len {
                    places.push(part.place(range.start + at as u32)?);
                    at += every;
                }
                left = at - len;
            }
        }
        places.sort_unstable();
        let cut = |piece| places.get(piece * places.len() / most).copied();
        let mut cuts: Vec<Place> = (1..most).filter_map(cut).collect();
        cuts.dedup();
        // nothing would be before it
        cuts.retain(|cut| Some(cut) != places.first());
        Ok(cuts)
    }
}

impl PartWalk<'_> {
    fn place(&self, row: u32) -> Result<Place> {
        let position = self
            .segment
            .columns
            .position
            .get(self.segment.file(), row)?;
        Ok(Place {
            contig: self.segment.contig_of(row),
            position: i32::try_from(position).unwrap_or(i32::MAX),
        })
    }
}
