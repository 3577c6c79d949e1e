//! Who was not looked at in a batch, and is known all the same.
//!
//! A sample may be in several batches, of which another one looked. And where genotypes of a sample could be called, as
//! the regions of its kit say, it is reference at a variant of which its batches have no row: where one region holds all
//! bases that the variant spans.

use super::merged::MergedBatches;
use super::reports::Reports;
use crate::cohort::{Batches, Members, RowCounter, View};
use crate::error::Result;
use crate::query::exec::place::Place;
use crate::set::{SampleSet, for_each_bit};
use crate::store::Segment;
use crate::store::coverage::State;

/// Those of whom batches know nothing, at one place.
pub(super) struct Otherwise {
    /// They were looked at nowhere.
    unknown: SampleSet,
    /// They could be called, and are reference on two copies.
    callable: SampleSet,
}

impl Otherwise {
    /// Those who could be called.
    pub(super) fn callable(&self) -> &SampleSet {
        &self.callable
    }

    /// How many of a group could be called; `None` where somebody of it was looked at nowhere.
    pub(super) fn callable_in(&self, group: Option<&SampleSet>) -> Option<u32> {
        let count = match group {
            None if self.unknown.is_empty() => self.callable.len(),
            Some(group) if self.unknown.is_disjoint(group) => {
                self.callable.intersection(group).len()
            }
            _ => return None,
        };
        Some(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

/// Whether anybody of whom a batch knows nothing may be known otherwise.
pub(super) fn is_possible(view: &View, batches: &Batches) -> bool {
    let shares = |batch: u32| {
        let merged = batches
            .parts(batch)
            .first()
            .is_some_and(|part| view.is_merged(*part));
        merged && !view.sharing(batches, batch).is_empty()
    };
    !view.kits().is_empty() || (0..batches.len() as u32).any(shares)
}

/// What batches know at a place.
pub(super) struct Asked<'c, 'a> {
    pub(super) view: &'a View,
    pub(super) batches: &'a Batches,
    pub(super) reports: &'c Reports<'a>,
    pub(super) merged: &'c MergedBatches<'a>,
    /// The rows of the variant, by part.
    pub(super) rows: &'c [(usize, u32)],
    pub(super) place: Option<Place>,
    /// Bases from the place on that the variant spans.
    pub(super) span: i32,
}

impl Asked<'_, '_> {
    /// Finds out who is known otherwise.
    pub(super) fn find(&self) -> Result<Otherwise> {
        let (known, mut unknown) = match self.place {
            Some(place) => self.by_batches(place)?,
            None => (SampleSet::new(), self.batches.outside().clone()),
        };
        if !known.is_empty() {
            unknown = unknown.difference(&known);
        }
        let mut callable = SampleSet::new();
        if let Some(Place { contig, position }) = self.place {
            let end = position.saturating_add(self.span.max(1));
            for kit in self.view.kits() {
                if kit.holds(contig, position, end)? {
                    callable = callable.union(&unknown.intersection(&kit.samples));
                }
            }
        }
        Ok(Otherwise {
            unknown: unknown.difference(&callable),
            callable,
        })
    }

    /// Those of whom a batch knows something at a place, as far as they are in several, and those of whom one does not.
    fn by_batches(&self, place: Place) -> Result<(SampleSet, SampleSet)> {
        let (mut known, mut unknown) = (SampleSet::new(), self.batches.outside().clone());
        for batch in 0..self.batches.len() as u32 {
            let Some(&part) = self.batches.parts(batch).first() else {
                continue;
            };
            let Some(of) = self.view.parts().get(part) else {
                continue;
            };
            let segment = self.view.segment(of)?;
            let shares = !self.view.sharing(self.batches, batch).is_empty();
            let is_here = self.reports.is_here(batch);
            if self.view.is_merged(part) {
                let without = match is_here {
                    true => self.uncovered_in_rows(batch)?,
                    false => self.uncovered_between(place, batch, segment)?,
                };
                if shares {
                    known = known.union(&Members::of(segment).to_set().difference(&without));
                }
                unknown = unknown.union(&without);
            } else if !is_here && self.reports.is_unknown(batch) {
                unknown = unknown.union(&Members::of(segment).to_set());
            } else if shares && (is_here || self.reports.row_of(batch).is_some()) {
                known = known.union(&Members::of(segment).to_set());
            }
        }
        Ok((known, unknown))
    }

    /// Those of a merged batch of whom the rows of the variant say nothing.
    fn uncovered_in_rows(&self, batch: u32) -> Result<SampleSet> {
        let mut all = SampleSet::new();
        let own = self.rows.iter();
        for &(part, row) in own.filter(|(part, _)| self.batches.of_part(*part) == batch) {
            let Some(of) = self.view.parts().get(part) else {
                continue;
            };
            let segment = self.view.segment(of)?;
            let mut samples = Vec::new();
            let [uncovered, _] = RowCounter::everybody(segment).out_of_scope_bits(row)?;
            for_each_bit(&uncovered, |local| {
                samples.push(segment.sample(local));
            });
            all = all.union(&samples.into_iter().collect());
        }
        Ok(all)
    }

    /// Those of a merged batch without the variant who are not covered at a place.
    fn uncovered_between(&self, place: Place, batch: u32, segment: &Segment) -> Result<SampleSet> {
        let states = self.merged.states_of(place, batch)?;
        let samples = (0..).zip(&states);
        let without = samples.filter(|(_, state)| **state == State::UNCOVERED);
        Ok(without.map(|(local, _)| segment.sample(local)).collect())
    }
}
