//! Counting variants in groups.

use super::counts::Counts;
use super::coverage::Coverage;
use super::group_counter::GroupCounter;
use super::place::{Place, RowOf};
use super::shown::{CountedGroup, Showing};
use super::together::Together;
use crate::cohort::View;
use crate::cohort::{RowCounts, Scattered, Whole};
use crate::error::Result;
use crate::query::expr::{Comparison, Number};
use crate::set::SampleSet;

/// Counts one variant after the other in several groups, given by their numbers.
pub(in crate::query) struct Counting<'a> {
    view: &'a View,
    groups: Vec<GroupCounter<'a>>,
    /// What batches without the variant know, once that is asked for.
    coverage: Option<Coverage<'a>>,
    counts_references: bool,
    /// Where the variant at hand is.
    place: Place,
    /// The copies of the row that was counted last in one of the groups behind the first.
    copies: Scattered,
    /// Where all groups behind the first are counted of every variant.
    together: Option<Together<'a>>,
    /// Where numbers are compared as a policy shows them.
    showing: Option<Box<Showing>>,
}

impl<'a> Counting<'a> {
    /// The first group; `None` is everybody.
    pub(in crate::query) fn new(view: &'a View, group: Option<&SampleSet>) -> Self {
        Self {
            view,
            groups: vec![GroupCounter::new(view, group)],
            coverage: None,
            counts_references: view.counts_references(),
            place: Place {
                contig: 0,
                position: 0,
            },
            copies: Scattered::default(),
            together: None,
            showing: None,
        }
    }

    /// Everybody, and behind them the groups that tests of variants count in.
    pub(in crate::query) fn for_tests(view: &'a View, groups: &[SampleSet]) -> Self {
        let mut counting = Self::new(view, None);
        for group in groups {
            counting.add(group);
        }
        counting.showing = view.showing().map(Box::new);
        counting
    }

    /// One group more; returns its number.
    pub(in crate::query) fn add(&mut self, group: &SampleSet) -> usize {
        self.groups.push(GroupCounter::new(self.view, Some(group)));
        self.coverage = None;
        self.groups.len() - 1
    }

    /// Counts all groups behind the first of a variant where one of them is asked for.
    pub(in crate::query) fn count_together(&mut self) {
        self.together = (self.groups.len() > 2).then(Together::default);
    }

    pub(in crate::query) fn group(&self, number: usize) -> Option<&GroupCounter<'a>> {
        self.groups.get(number)
    }

    pub(in crate::query) fn group_mut(&mut self, number: usize) -> Option<&mut GroupCounter<'a>> {
        self.groups.get_mut(number)
    }

    /// Whether AN of a variant depends on more than its rows.
    #[inline]
    pub(in crate::query) fn looks_elsewhere(&self) -> bool {
        self.counts_references
    }

    /// Whether numbers are compared as a policy shows them, and not as they are stored.
    #[inline]
    pub(in crate::query) fn compares_shown(&self) -> bool {
        self.showing.is_some()
    }

    /// Where the first group is everybody: stored counts are its counts.
    #[inline]
    pub(in crate::query) fn whole(&self) -> Option<Whole> {
        self.groups.first().and_then(GroupCounter::whole)
    }

    /// Another variant comes, at this place: what was kept of the one before is of no use.
    #[inline]
    pub(in crate::query) fn begin(&mut self, place: Place) {
        // elsewhere is where it matters
        if self.counts_references {
            self.place = place;
        }
        for counted in &mut self.groups {
            counted.sum = None;
        }
    }

    /// Whether the variant at hand is counted in the batches that have it, or AC and AN of it are.
    pub(in crate::query) fn is_counted(&self, number: usize, only_ac_an: bool) -> bool {
        let counted = self.group(number).and_then(|counted| counted.sum);
        counted.is_some_and(|(_, is_whole)| is_whole || only_ac_an)
    }

    /// Where the caller has counted it there; with whether these are all counts, or AC and AN alone.
    pub(in crate::query) fn set_counted(&mut self, number: usize, sum: (RowCounts, bool)) {
        if let Some(counted) = self.groups.get_mut(number) {
            counted.sum = Some(sum);
        }
    }

    /// The counts of a variant in a group, from all of its rows.
    pub(in crate::query) fn counts(
        &mut self,
        number: usize,
        rows: impl Iterator<Item = RowOf<'a>> + Clone,
    ) -> Result<Counts> {
        let sum = self.sum(number, rows.clone())?;
        let known = self.reference_counts(number, rows, sum.uncovered)?;
        Ok(Counts::from_rows(sum, known))
    }

    /// The same, where only AC and AN are needed.
    pub(in crate::query) fn ac_an(
        &mut self,
        number: usize,
        rows: impl Iterator<Item = RowOf<'a>> + Clone,
    ) -> Result<Counts> {
        let sum = self.sum_ac_an(number, rows.clone())?;
        let known = self.reference_counts(number, rows, sum.uncovered)?;
        Ok(Counts::from_rows(sum, known))
    }

    /// Whether a count of a variant stands in the relation asked for.
    pub(in crate::query) fn holds(
        &mut self,
        number: usize,
        rows: impl Iterator<Item = RowOf<'a>> + Clone,
        (field, comparison, value): (Number, Comparison, f64),
    ) -> Result<bool> {
        if let Some(mut showing) = self.showing.take() {
            let holds = self.shown_holds(&mut showing, number, rows, (field, comparison, value));
            self.showing = Some(showing);
            return holds;
        }
        let counts = match field {
            Number::An | Number::Af => self.ac_an(number, rows)?,
            Number::NMissing => self.counts(number, rows)?,
            // batches that do not have the variant add nothing
            Number::Ac => Counts::from_rows(self.sum_ac_an(number, rows)?, None),
            _ => Counts::from_rows(self.sum(number, rows)?, None),
        };
        Ok(counts.holds(field, comparison, value))
    }

    /// The same of the number that is shown.
    fn shown_holds(
        &mut self,
        showing: &mut Showing,
        number: usize,
        rows: impl Iterator<Item = RowOf<'a>> + Clone,
        test: (Number, Comparison, f64),
    ) -> Result<bool> {
        let all = self.counted(0, rows.clone())?;
        let group = match number {
            0 => None,
            _ => Some(self.counted(number, rows)?),
        };
        Ok(showing.holds(&all, group.as_ref(), test))
    }

    /// The counts of a variant in a group, and how many are in it.
    pub(in crate::query) fn counted(
        &mut self,
        number: usize,
        rows: impl Iterator<Item = RowOf<'a>> + Clone,
    ) -> Result<CountedGroup> {
        let group = self.group(number).and_then(|of| of.group.as_ref());
        Ok(CountedGroup {
            samples: group.map_or(u64::from(self.view.universe()), SampleSet::len),
            counts: self.counts(number, rows)?,
        })
    }

    /// The counts of the batches that have a variant.
    fn sum(&mut self, number: usize, rows: impl Iterator<Item = RowOf<'a>>) -> Result<RowCounts> {
        let Some(counted) = self.groups.get_mut(number) else {
            return Ok(RowCounts::default());
        };
        match (counted.sum, &mut self.together) {
            (Some((sum, true)), _) => Ok(sum),
            _ if number == 0 => counted.rows(rows),
            (_, None) => counted.rows_lent(rows, &mut self.copies),
            (_, Some(together)) => {
                together.count(self.groups.get_mut(1..).unwrap_or_default(), rows)?;
                let counted = self.groups.get(number).and_then(|counted| counted.sum);
                Ok(counted.map(|(sum, _)| sum).unwrap_or_default())
            }
        }
    }

    /// The same, where only AC and AN are needed.
    fn sum_ac_an(
        &mut self,
        number: usize,
        rows: impl Iterator<Item = RowOf<'a>>,
    ) -> Result<RowCounts> {
        match self.groups.get_mut(number) {
            Some(GroupCounter {
                sum: Some((sum, _)),
                ..
            }) => Ok(*sum),
            // stored counts are read as one
            Some(counted) if counted.group.is_none() => self.sum(number, rows),
            Some(counted) => counted.ac_an(rows),
            None => Ok(RowCounts::default()),
        }
    }

    /// AN and missing samples of those of whom the rows of a variant say nothing (in batches that have it where
    /// `uncovered`); `None` where one was not looked at.
    fn reference_counts(
        &mut self,
        number: usize,
        rows: impl Iterator<Item = RowOf<'a>> + Clone,
        uncovered: bool,
    ) -> Result<Option<RowCounts>> {
        if !self.counts_references {
            return Ok((!uncovered).then(RowCounts::default));
        }
        let place = self.place;
        self.coverage()?
            .reference_counts(place, rows, number, uncovered)
    }

    /// AN and missing samples of a group at a place, of those who have a record there of a REF, or of no change
    /// over it: what is known of an allele that nobody has. `None` where somebody was not looked at.
    pub(in crate::query) fn known_at(
        &mut self,
        number: usize,
        place: Place,
        reference: &[u8],
    ) -> Result<Option<RowCounts>> {
        self.coverage()?.known_at(place, reference, number)
    }

    /// What batches without the variant know.
    pub(in crate::query) fn coverage(&mut self) -> Result<&mut Coverage<'a>> {
        match &mut self.coverage {
            Some(coverage) => Ok(coverage),
            slot => {
                let groups = self.groups.iter().map(|counted| counted.group.as_ref());
                Ok(slot.insert(Coverage::new(self.view, groups)?))
            }
        }
    }
}
