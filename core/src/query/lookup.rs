//! Counts of many alleles, one after the other.

use super::allele::Allele;
use super::exec::counting::Counting;
use super::exec::counts::Counts;
use super::exec::place::{Place, RowOf};
use super::group::Group;
use crate::cohort::View;
use crate::error::Result;
use crate::genome::{Indel, Interval, Position, Trimmed, is_plain};
use crate::store::WantedAlleles;

/// Looks up the counts of many alleles: what neighbours share is read once, so that alleles in the
/// order of positions are found fastest.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{Dataset, Position};
/// let view = Dataset::open("cohort.vdx")?.view();
/// let mut lookup = view.lookup(None)?;
/// for n in 16_050_000..16_060_000 {
///     let position = Position::from_one_based(n).unwrap();
///     if let Some(counts) = lookup.counts("22", position, "A", "G")? {
///         println!("{n} {}", counts.ac);
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Lookup<'a> {
    pub(super) view: &'a View,
    several_batches: bool,
    pub(super) counting: Counting<'a>,
    /// Groups beside the one asked for.
    pub(super) groups: usize,
    /// The contig asked for last.
    pub(super) contig: (String, u32),
    /// The row of the allele in each batch that has it.
    pub(super) found: Vec<RowOf<'a>>,
    /// Counts the alleles asked for.
    turn: u64,
    /// By batch, the turn in which it was last found to have the allele.
    seen: Vec<u64>,
}

/// The number of the group among those that are counted.
pub(super) const ASKED: usize = 0;

impl View {
    /// Looks up many alleles in everybody or in a group.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`](crate::Error::Usage) where the group is of another dataset.
    pub fn lookup(&self, group: Option<&Group>) -> Result<Lookup<'_>> {
        self.check()?;
        let group = match group {
            Some(group) => Some(group.within(self)?.samples().clone()),
            None => None,
        };
        Ok(Lookup {
            view: self,
            several_batches: self.has_several_batches(),
            counting: Counting::new(self, group.as_ref()),
            groups: 0,
            contig: (String::new(), u32::MAX),
            found: Vec::new(),
            turn: 0,
            seen: vec![0; self.batches()?.len()],
        })
    }
}

impl<'a> Lookup<'a> {
    /// The counts of an allele; `None` where the dataset does not have it. As [`View::allele`].
    ///
    /// # Errors
    ///
    /// As [`View::allele`].
    pub fn counts(
        &mut self,
        contig: &str,
        position: Position,
        reference: &str,
        alternate: &str,
    ) -> Result<Option<Counts>> {
        self.enter(contig)?;
        if !self.finds_all(position, reference, alternate)? {
            return self.other_spelling(contig, position, reference, alternate);
        }
        self.begin(position.zero_based());
        let rows = self.found.iter().copied();
        self.counting.counts(ASKED, rows).map(Some)
    }

    /// Goes to a contig by any of its names.
    pub(crate) fn enter(&mut self, contig: &str) -> Result<()> {
        if self.contig.0 != contig || self.contig.1 == u32::MAX {
            let number = self.view.contig_named(contig)?;
            self.contig = (contig.to_owned(), number);
        }
        Ok(())
    }

    /// What is counted next is at this position.
    pub(super) fn begin(&mut self, position: i32) {
        self.counting.begin(Place {
            contig: self.contig.1,
            position,
        });
    }

    /// Looks for the rows of an allele as it is spelled; whether there are some, and no others of it.
    pub(super) fn finds_all(
        &mut self,
        position: Position,
        reference: &str,
        alternate: &str,
    ) -> Result<bool> {
        let wanted = WantedAlleles::new(reference.as_bytes(), alternate.as_bytes());
        let start = position.zero_based();
        // what is no bases may be the text of several variants, or have several texts
        if !alternate.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Ok(false);
        }
        let at = Interval {
            start,
            end: start.saturating_add(1),
        };
        let nearby = Interval {
            start,
            end: start.saturating_add(Indel::REACH_MAX as i32 + 2),
        };
        let mut respelled = false;
        self.found.clear();
        self.turn += 1;
        let batches = self.view.batches()?;
        for &(part, span) in batches.on_contig(self.contig.1) {
            let part = part as usize;
            let here = self.view.span_reaches(part, span as usize, at);
            if !here && !self.view.span_reaches(part, span as usize, nearby) {
                continue;
            }
            let Some(of) = self.view.parts().get(part) else {
                continue;
            };
            let segment = self.view.segment(of)?;
            respelled |= segment.has_respelled();
            if !here {
                continue;
            }
            let counted = self.counting.group_mut(ASKED);
            let Some(tally) = counted.and_then(|counted| counted.tally((part, segment, 0))) else {
                continue;
            };
            let Some(row) = tally.find(self.contig.1, i64::from(start), &wanted)? else {
                continue;
            };
            if self.view.is_merged(part) {
                // rows of one variant stand beside each other
                let mut next = Some(row);
                while let Some(row) = next {
                    self.found.push((part, segment, row));
                    next = tally.find_again(row, i64::from(start), &wanted)?;
                }
                continue;
            }
            // of a batch the first
            if let Some(seen) = self.seen.get_mut(batches.of_part(part) as usize)
                && std::mem::replace(seen, self.turn) != self.turn
            {
                self.found.push((part, segment, row));
            }
        }
        Ok(!self.found.is_empty()
            && self.view.whole().is_some()
            && (!(self.several_batches || respelled)
                || self.is_sole(nearby, reference, alternate)?))
    }

    /// What is not there as spelled may be there in another spelling.
    fn other_spelling(
        &self,
        contig: &str,
        position: Position,
        reference: &str,
        alternate: &str,
    ) -> Result<Option<Counts>> {
        let found: Option<Allele<'a>> = self.view.allele(contig, position, reference, alternate)?;
        let group = self.counting.group(ASKED);
        let group = group.and_then(|counted| counted.group.as_ref());
        let counts = |allele: Allele<'a>| allele.counts_of(group);
        found.map(counts).transpose()
    }

    /// Whether no row spells it otherwise, in any batch.
    fn is_sole(&self, nearby: Interval, reference: &str, alternate: &str) -> Result<bool> {
        let (reference, alternate) = (reference.as_bytes(), alternate.as_bytes());
        let position = i64::from(nearby.start);
        let trimmed = Trimmed::of(position, reference, alternate);
        let Some(of) = trimmed.filter(|of| is_plain(position, reference, of)) else {
            return Ok(false);
        };
        let reach = of
            .indel()
            .map_or(0, |of| Indel::reach(of.bases.len() as i64));
        for &(part, span) in self.view.batches()?.on_contig(self.contig.1) {
            let part = part as usize;
            if self.view.span_reaches(part, span as usize, nearby)
                && let Some(part) = self.view.parts().get(part)
            {
                let segment = self.view.segment(part)?;
                let starts = of.start..of.start + reach + 1;
                if !segment.respelled(self.contig.1, starts)?.is_empty() {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}
