//! What a dataset says of an allele, also where it does not have it.

use super::allele::Allele;
use super::exec::counts::Counts;
use super::exec::place::Place;
use super::group::Group;
use super::lookup::{ASKED, Lookup};
use super::plan::find::find_change;
use super::plan::row_filter::RowFilter;
use crate::cohort::{RowCounts, View};
use crate::error::{Error, Result};
use crate::genome::{Change, Extent, Position, Trimmed, is_plain};
use std::borrow::Cow;

/// Whether a dataset has an allele.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It has it.
    Present,
    /// It does not have it: nobody is known to carry it. AN is known where everybody was looked at.
    Absent,
    /// It cannot be decided, and why: nothing is known.
    Undecided(String),
}

impl Lookup<'_> {
    /// Counts in these groups as well: see [`Self::counts_each`].
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where a group is of another dataset.
    pub fn beside(mut self, groups: &[Group]) -> Result<Self> {
        for group in groups {
            let samples = group.within(self.view)?.samples();
            self.counting.add(samples);
        }
        self.groups += groups.len();
        self.counting.count_together();
        Ok(self)
    }

    /// The counts of an allele in everybody (or in the group of the lookup), and then in each group
    /// [`beside`](Self::beside), also where the dataset does not have it: then nobody carries it, and AN is the
    /// number of copies known at its place. These are known where everybody was looked at: where a record of the
    /// same REF, or one without change, is over the place. Nothing is counted where it cannot be decided.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// use varidex::{Dataset, Position, Presence};
    /// let view = Dataset::open("cohort.vdx")?.view();
    /// let mut lookup = view.lookup(None)?;
    /// let mut counts = Vec::new();
    /// let position = Position::from_one_based(16_050_075).unwrap();
    /// if lookup.counts_each("22", position, "A", "T", &mut counts)? == Presence::Absent {
    ///     println!("0 of {:?}", counts[0].an);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] for a contig that the dataset does not have; [`Error::Damaged`].
    pub fn counts_each(
        &mut self,
        contig: &str,
        position: Position,
        reference: &str,
        alternate: &str,
        counts: &mut Vec<Counts>,
    ) -> Result<Presence> {
        self.counts_of_extent(contig, position, (reference, alternate), None, counts)
    }

    /// The same of an allele that is its text and has an extent, if it is a symbolic one.
    pub(crate) fn counts_of_extent(
        &mut self,
        contig: &str,
        position: Position,
        (reference, alternate): (&str, &str),
        extent: Option<Extent>,
        counts: &mut Vec<Counts>,
    ) -> Result<Presence> {
        counts.clear();
        self.enter(contig)?;
        if self.finds_all(position, reference, alternate)? {
            self.begin(position.zero_based());
            for group in ASKED..=self.groups {
                let rows = self.found.iter().copied();
                counts.push(self.counting.counts(group, rows)?);
            }
            return Ok(Presence::Present);
        }
        let found = match extent {
            Some(extent) => of_extent(
                self.view,
                self.contig.1,
                position,
                (reference, alternate),
                extent,
            ),
            None => self.view.allele(contig, position, reference, alternate),
        };
        match found {
            Ok(Some(allele)) => {
                for group in ASKED..=self.groups {
                    let group = self.counting.group(group);
                    let group = group.and_then(|counted| counted.group.as_ref());
                    counts.push(allele.counts_of(group)?);
                }
                Ok(Presence::Present)
            }
            Ok(None) => {
                self.count_nobody(position, reference.as_bytes(), alternate.as_bytes(), counts)?;
                Ok(Presence::Absent)
            }
            // the contig is known: what is not understood is whether this is one of the variants here
            Err(Error::Expression(doubt)) => Ok(Presence::Undecided(doubt.message)),
            Err(error) => Err(error),
        }
    }

    /// What is known in the group of the lookup of an allele that the dataset does not have.
    pub(super) fn counts_of_nobody(
        &mut self,
        contig: &str,
        position: Position,
        (reference, alternate): (&str, &str),
    ) -> Result<Counts> {
        self.enter(contig)?;
        let mut counts = Vec::with_capacity(1);
        self.count_nobody(
            position,
            reference.as_bytes(),
            alternate.as_bytes(),
            &mut counts,
        )?;
        Ok(counts.into_iter().next().unwrap_or_default())
    }

    /// What is known of the place of an allele that is not there: by its REF as given, or else as it is spelled
    /// plainly, which is how others of the place are most often written.
    fn count_nobody(
        &mut self,
        position: Position,
        reference: &[u8],
        alternate: &[u8],
        counts: &mut Vec<Counts>,
    ) -> Result<()> {
        let start = position.zero_based();
        let plain = plain_reference(i64::from(start), reference, alternate);
        for group in ASKED..=self.groups {
            let mut known = self.known_at(group, start, reference)?;
            if known.is_none()
                && let Some((start, reference)) = plain
            {
                known = self.known_at(group, start, reference)?;
            }
            counts.push(Counts::of_nobody(known));
        }
        Ok(())
    }

    fn known_at(
        &mut self,
        group: usize,
        position: i32,
        reference: &[u8],
    ) -> Result<Option<RowCounts>> {
        let contig = self.contig.1;
        let place = Place { contig, position };
        self.counting.known_at(group, place, reference)
    }
}

/// Where a change starts that is spelled plainly, and its REF; `None` where it is spelled so already.
fn plain_reference<'r>(
    position: i64,
    reference: &'r [u8],
    alternate: &'r [u8],
) -> Option<(i32, &'r [u8])> {
    let of = Trimmed::of(position, reference, alternate)?;
    if of.is_no_change() || is_plain(position, reference, &of) {
        return None;
    }
    // behind the base in front of it, or with the first
    let anchors = usize::from(of.indel().is_some());
    let first = (of.start - anchors as i64).max(position);
    let skipped = usize::try_from(first - position).ok()?;
    let end = skipped + anchors + of.reference.len();
    let plain = (i32::try_from(first).ok()?, reference.get(skipped..end)?);
    (skipped > 0 || end < reference.len()).then_some(plain)
}

/// The symbolic allele of this text that has this extent.
fn of_extent<'a>(
    view: &'a View,
    contig: u32,
    position: Position,
    (reference, alternate): (&str, &str),
    extent: Extent,
) -> Result<Option<Allele<'a>>> {
    let change = Change::Exact {
        position,
        reference: Cow::Borrowed(reference),
        alternate: Cow::Borrowed(alternate),
    };
    let mut same = Vec::new();
    for (part, rows) in find_change(view, contig, &change)?.rows {
        let Some(of) = view.parts().get(part) else {
            continue;
        };
        let mut filter = RowFilter::new(view.segment(of)?);
        for row in rows {
            if filter.extent(row)? == Some(extent) {
                same.push((part, row));
            }
        }
    }
    Allele::of_spellings(view, same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_cut_to_the_change() {
        let plain = |reference: &'static str, alternate: &'static str| {
            plain_reference(10, reference.as_bytes(), alternate.as_bytes())
        };
        assert_eq!(plain("A", "G"), None);
        assert_eq!(plain("AT", "A"), None);
        assert_eq!(plain("AT", "GT"), Some((10, &b"A"[..])));
        assert_eq!(plain("AT", "AC"), Some((11, &b"T"[..])));
        assert_eq!(plain("GAT", "GA"), Some((11, &b"AT"[..])));
        assert_eq!(plain("ATC", "AC"), Some((10, &b"AT"[..])));
        assert_eq!(plain("CCC", "CC"), Some((10, &b"CC"[..])));
        assert_eq!(plain("C", "CC"), None);
        assert_eq!(plain("A", "<DEL>"), None);
        assert_eq!(plain("A", "a"), None);
    }
}
