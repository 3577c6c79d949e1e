//! Counts of variants in groups: one rule for what tables show and for what numbers in expressions are
//! compared with.

use super::coverage::Coverage;
use super::group_counter::GroupCounter;
use super::place::{Place, RowOf};
use super::shown::{CountedGroup, Showing};
use super::together::Together;
use crate::cohort::View;
use crate::cohort::{RowCounts, Scattered, Whole};
use crate::error::Result;
use crate::model::wilson;
use crate::query::expr::{Comparison, Number};
use crate::set::SampleSet;

/// Counts of a variant in a group of samples.
///
/// `ac = n_het + 2 n_hom + n_hemi` where no sample has three or more copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Copies that carry the ALT.
    pub ac: u64,
    /// Copies with a known allele; `None` where somebody of the group was not looked at here.
    pub an: Option<u64>,
    /// Samples with fewer copies of the ALT than their ploidy, and at least one.
    pub n_het: u64,
    /// Samples with two copies or more, all of them the ALT.
    pub n_hom: u64,
    /// Samples with one copy, the ALT.
    pub n_hemi: u64,
    /// Samples of which at least one copy has an unknown allele (as `N_MISSING` of bcftools); `None` where AN is
    /// not known, for then it would depend on how the samples are spread over files.
    pub n_missing: Option<u64>,
}

impl Counts {
    /// From the batches that have the variant, and what is known of the others; `None` where somebody was not looked
    /// at.
    #[inline]
    pub(in crate::query) fn from_rows(sum: RowCounts, reference_counts: Option<RowCounts>) -> Self {
        Self {
            ac: u64::from(sum.ac),
            an: reference_counts.map(|other| u64::from(sum.an) + u64::from(other.an)),
            n_het: u64::from(sum.het),
            n_hom: u64::from(sum.hom),
            n_hemi: u64::from(sum.hemi),
            n_missing: reference_counts
                .map(|other| u64::from(sum.missing) + u64::from(other.missing)),
        }
    }

    /// Where the rows say all that there is to say.
    #[inline]
    pub(in crate::query) fn of_rows(sum: RowCounts) -> Self {
        Self::from_rows(sum, (!sum.uncovered).then(RowCounts::default))
    }

    /// Of an allele that nobody has, from what is known of its place.
    pub(in crate::query) fn of_nobody(known: Option<RowCounts>) -> Self {
        Self::from_rows(RowCounts::default(), known)
    }

    /// Of a group of nobody, of which AN is known where that of all is.
    pub(crate) fn of_nobody_beside(&self) -> Self {
        Self {
            an: self.an.map(|_| 0),
            n_missing: self.n_missing.map(|_| 0),
            ..Self::default()
        }
    }

    /// The same with other counts for one of the rows.
    pub(in crate::query) fn replace(&mut self, row: RowCounts, by: RowCounts) {
        let put = |sum: &mut u64, row: u32, by: u32| {
            *sum = sum.saturating_sub(row.into()).saturating_add(by.into());
        };
        put(&mut self.ac, row.ac, by.ac);
        match (&mut self.an, &mut self.n_missing) {
            (Some(an), Some(n_missing)) if !by.uncovered && !row.uncovered => {
                put(an, row.an, by.an);
                put(n_missing, row.missing, by.missing);
            }
            (an, n_missing) => (*an, *n_missing) = (None, None),
        }
        put(&mut self.n_het, row.het, by.het);
        put(&mut self.n_hom, row.hom, by.hom);
        put(&mut self.n_hemi, row.hemi, by.hemi);
    }

    /// AC / AN; `None` where AN is 0 or not known.
    pub fn af(&self) -> Option<f64> {
        match self.an {
            None | Some(0) => None,
            Some(an) => Some(self.ac as f64 / an as f64),
        }
    }

    /// Wilson's score interval of AF, 95 %; `None` as for [`Self::af`]:
    ///
    /// (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), with p = AC / AN, n = AN and z = 1.959964 (E. B. Wilson,
    /// Journal of the American Statistical Association 22, 1927).
    ///
    /// ```
    /// let counts = varidex::Counts { ac: 0, an: Some(10), ..Default::default() };
    /// let (low, high) = counts.af_interval().unwrap_or_default();
    /// assert_eq!((low, (high * 1e4).round()), (0.0, 2775.0));
    /// ```
    pub fn af_interval(&self) -> Option<(f64, f64)> {
        wilson(self.ac, self.an?)
    }

    /// Whether a count stands in the relation asked for. AF is compared as the exact quotient; of what
    /// is not known nothing holds.
    pub(in crate::query) fn holds(
        &self,
        field: Number,
        comparison: Comparison,
        value: f64,
    ) -> bool {
        let left = match field {
            Number::Ac => Some(self.ac as f64),
            Number::An => self.an.map(|an| an as f64),
            Number::NHet => Some(self.n_het as f64),
            Number::NHom => Some(self.n_hom as f64),
            Number::NHemi => Some(self.n_hemi as f64),
            Number::NMissing => self.n_missing.map(|missing| missing as f64),
            Number::Af => self.af(),
            Number::Qual | Number::Length | Number::Pos | Number::Start | Number::End => None,
        };
        left.is_some_and(|left| comparison.holds(left, value))
    }
}

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

    /// Where the first group is everybody, and its counts are compared as they are: stored counts are its counts.
    #[inline]
    pub(in crate::query) fn whole(&self) -> Option<Whole> {
        if self.showing.is_some() {
            return None;
        }
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
