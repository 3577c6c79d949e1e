//! What batches that do not have a variant know of its place.
//!
//! A batch *looked at* a place where it has another ALT of the same REF there, or a row without change
//! (no ALT, `<*>`, `<NON_REF>`) over it: that row reports AN and who is missing. Of several rows of the
//! same REF it is the first by ALT, of several without change the one that starts last. Samples may be in
//! several batches (a file of men only for chromosome Y). They are counted once: a batch that has a
//! sample in common with one that has the variant, or with one of a lower number that looked at the
//! place, is not counted, nor missed where it did not look. Samples of an input without a record are in no
//! batch, and were looked at nowhere. Who was not looked at in one batch may be known all the same, by a batch of which
//! others share nothing, or by the regions where genotypes could be called: see [`otherwise`].
//!
//! Places are gone through in ascending order, and what is known of one follows from what was known of
//! the place before: a question over many batches takes time for their rows, not for each batch at each
//! variant.

mod merged;
mod otherwise;
mod reports;
mod rows;
mod sweep;

use super::place::{Place, RowOf};
use crate::cohort::RowCounts;
use crate::cohort::{Batches, View};
use crate::error::Result;
use crate::set::SampleSet;
use crate::store::coverage::State;
use merged::MergedBatches;
use otherwise::{Asked, Otherwise};
use reports::Reports;
use sweep::Sweep;

/// What batches know, at one place after the other.
pub(crate) struct Coverage<'a> {
    view: &'a View,
    batches: &'a Batches,
    /// `None` is everybody.
    groups: Vec<Option<SampleSet>>,
    sweep: Sweep<'a>,
    /// Whether batches are known by rows at the place or over it.
    sweeps: bool,
    reports: Reports<'a>,
    merged: MergedBatches<'a>,
    /// The rows of the variant that is looked at, by part.
    rows: Vec<(usize, u32)>,
    /// Bases from the place on that the variant spans.
    span: i32,
    /// Who is known otherwise at the place, once that was asked for.
    otherwise: Option<Otherwise>,
    /// Whether anybody may be.
    asks_otherwise: bool,
    /// Whether the last place was reached.
    is_sound: bool,
    place: Option<Place>,
    /// Whether rows at the place, and over it, are those that report.
    is_swept: bool,
    /// The REF of which rows at the place report for their batches.
    reference: Option<Vec<u8>>,
    /// Batches that have the variant.
    here: Vec<u32>,
    /// That of the variant looked at next.
    next_reference: Vec<u8>,
}

impl<'a> Coverage<'a> {
    /// To be counted in these groups; `None` is everybody.
    pub(crate) fn new<'g>(
        view: &'a View,
        groups: impl IntoIterator<Item = Option<&'g SampleSet>>,
    ) -> Result<Self> {
        let batches = view.batches()?;
        let groups: Vec<Option<&SampleSet>> = groups.into_iter().collect();
        let all: Vec<Option<SampleSet>> = groups.iter().map(|group| group.cloned()).collect();
        let sweep = Sweep::new(view, batches);
        Ok(Self {
            view,
            batches,
            groups: all.clone(),
            sweeps: !sweep.is_idle(),
            sweep,
            reports: Reports::new(view, batches, groups)?,
            merged: MergedBatches::new(view, batches, all)?,
            rows: Vec::new(),
            span: 1,
            otherwise: None,
            asks_otherwise: otherwise::is_possible(view, batches),
            is_sound: true,
            place: None,
            is_swept: false,
            reference: None,
            here: Vec::new(),
            next_reference: Vec::new(),
        })
    }

    /// AN and missing samples of a group, by its number among those given, in the batches that do not
    /// have the variant of these rows, and of those of whom the rows say nothing, where there are some (`uncovered`);
    /// `None` where somebody of the group was not looked at.
    pub(crate) fn reference_counts(
        &mut self,
        place: Place,
        rows: impl Iterator<Item = RowOf<'a>> + Clone,
        group: usize,
        uncovered: bool,
    ) -> Result<Option<RowCounts>> {
        if uncovered && !self.asks_otherwise {
            return Ok(None);
        }
        self.look_at(place, rows)?;
        self.sum(place, group, uncovered)
    }

    /// The same at a place, of a REF, where no batch has the variant.
    pub(crate) fn known_at(
        &mut self,
        place: Place,
        reference: &[u8],
        group: usize,
    ) -> Result<Option<RowCounts>> {
        self.go_to(place, std::iter::empty(), reference)?;
        self.sum(place, group, false)
    }

    fn sum(&mut self, place: Place, group: usize, uncovered: bool) -> Result<Option<RowCounts>> {
        let mut sum = self.reports.sum(group);
        let reports = &self.reports;
        let is_here = |batch| reports.is_here(batch);
        let stops = !self.asks_otherwise;
        if !(stops && sum.uncovered) {
            self.merged.add((place, group), is_here, stops, &mut sum)?;
        }
        if !uncovered && !sum.uncovered {
            return Ok(Some(sum));
        }
        if stops {
            return Ok(None);
        }
        sum.uncovered = false;
        self.learn_otherwise()?;
        let group = self.groups.get(group).and_then(Option::as_ref);
        let known = self.otherwise.as_ref();
        let callable = known.and_then(|known| known.callable_in(group));
        Ok(callable.map(|samples| RowCounts {
            an: sum.an.saturating_add(2 * samples),
            ..sum
        }))
    }

    /// Those who are reference at the place by what could be called, of whom no batch knows anything: each with two
    /// copies.
    pub(crate) fn callable_elsewhere(&mut self) -> Result<SampleSet> {
        if self.view.kits().is_empty() {
            return Ok(SampleSet::new());
        }
        self.learn_otherwise()?;
        let known = self.otherwise.as_ref();
        Ok(known.map_or_else(SampleSet::new, |known| known.callable().clone()))
    }

    /// Finds out who is known otherwise at the place.
    fn learn_otherwise(&mut self) -> Result<()> {
        if self.otherwise.is_none() {
            let asked = Asked {
                view: self.view,
                batches: self.batches,
                reports: &self.reports,
                merged: &self.merged,
                rows: &self.rows,
                place: self.place,
                span: self.span,
            };
            self.otherwise = Some(asked.find()?);
        }
        Ok(())
    }

    /// Goes to the place of a variant, of which these are all rows.
    pub(crate) fn look_at(
        &mut self,
        place: Place,
        rows: impl Iterator<Item = RowOf<'a>> + Clone,
    ) -> Result<()> {
        let same = rows.clone().map(|(part, _, row)| (part, row));
        if !self.rows.is_empty() && same.eq(self.rows.iter().copied()) {
            return Ok(());
        }
        self.go_to(place, rows, b"")
    }

    /// Goes to a place; rows of the variant's REF report, of `reference` where no batch has it.
    fn go_to(
        &mut self,
        place: Place,
        rows: impl Iterator<Item = RowOf<'a>> + Clone,
        reference: &[u8],
    ) -> Result<()> {
        if self.otherwise.is_some() {
            self.otherwise = None;
        }
        self.span = i32::try_from(reference.len()).unwrap_or(i32::MAX);
        if self.asks_otherwise
            && let Some((_, segment, row)) = rows.clone().next()
        {
            let span = segment.columns.span.get(segment.file(), row)?;
            self.span = i32::try_from(span).unwrap_or(i32::MAX);
        }
        // what follows may fail half-way
        let sound = std::mem::replace(&mut self.is_sound, false);
        self.rows.clear();
        if !sound {
            self.forget();
        }
        for &batch in &self.here {
            self.reports.set_here(batch, false);
        }
        self.here.clear();
        if self.place != Some(place) {
            self.reports.clear_sites();
            self.reference = None;
            self.place = Some(place);
            self.is_swept = false;
        }
        for (part, ..) in rows.clone() {
            let batch = self.batches.of_part(part);
            if self.reports.set_here(batch, true) {
                self.here.push(batch);
            }
        }
        // where all batches have the variant, what others know is not asked for
        if self.sweeps && self.here.len() < self.batches.len() {
            self.sweep_to(place, rows.clone(), reference)?;
        }
        self.rows.extend(rows.map(|(part, _, row)| (part, row)));
        self.is_sound = true;
        Ok(())
    }

    /// Learns what batches know that do not have the variant of these rows.
    fn sweep_to(
        &mut self,
        place: Place,
        rows: impl Iterator<Item = RowOf<'a>> + Clone,
        reference: &[u8],
    ) -> Result<()> {
        if !self.is_swept {
            let reports = &mut self.reports;
            self.sweep
                .move_to(place, &mut |batch, report| reports.set_block(batch, report))?;
            self.is_swept = true;
        }
        // most often only batches that have the variant have rows at its place
        if !self.sweep.all_at_place(|batch| self.reports.is_here(batch)) {
            self.report_sites(rows, reference)?;
        }
        Ok(())
    }

    /// Lets rows of the variant's REF at its place report for their batches.
    fn report_sites(
        &mut self,
        mut rows: impl Iterator<Item = RowOf<'a>>,
        reference: &[u8],
    ) -> Result<()> {
        self.next_reference.clear();
        match rows.next() {
            Some((part, _, row)) => self
                .sweep
                .reference((part as u32, row), &mut self.next_reference)?,
            None => self.next_reference.extend_from_slice(reference),
        }
        let known = self.reference.as_ref();
        if known.is_some_and(|known| known.eq_ignore_ascii_case(&self.next_reference)) {
            return Ok(());
        }
        self.reports.clear_sites();
        let reports = &mut self.reports;
        self.sweep
            .of_reference(&self.next_reference, &mut |batch, report| {
                reports.set_site(batch, report)
            })?;
        let reference = self.reference.get_or_insert_default();
        std::mem::swap(reference, &mut self.next_reference);
        Ok(())
    }

    /// Part and row that report for each batch that does not have the variant looked at, where it is counted.
    pub(crate) fn rows_elsewhere(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        let batches = 0..self.batches.len() as u32;
        batches.filter_map(|batch| self.reports.row_of(batch))
    }

    /// Calls `f` with a part of each batch that is put together from inputs of one sample each and does not have the
    /// variant looked at, and with what it knows of each sample.
    pub(crate) fn states_elsewhere(&self, f: &mut dyn FnMut(usize, &[State])) -> Result<()> {
        match self.place {
            Some(place) => self
                .merged
                .states(place, |batch| self.reports.is_here(batch), f),
            None => Ok(()),
        }
    }

    /// What such a batch knows of a sample, which is in it; `None` where it is no such batch, or has the variant.
    pub(crate) fn state_elsewhere(&self, batch: u32, sample: u32) -> Result<Option<State>> {
        match self.place.filter(|_| !self.reports.is_here(batch)) {
            Some(place) => self.merged.state(place, batch, sample),
            None => Ok(None),
        }
    }

    /// The same of one batch.
    pub(crate) fn row_of(&self, batch: u32) -> Option<(usize, u32)> {
        self.reports.row_of(batch)
    }

    /// Begins anew.
    fn forget(&mut self) {
        self.sweep.forget();
        self.reports.forget();
        self.place = None;
        self.is_swept = false;
        self.reference = None;
        self.here.clear();
    }
}
