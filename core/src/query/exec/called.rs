//! Who is called at all variants, and carries none of them.
//!
//! A sample is *called* at a variant where a row of it reports of the sample and knows all of its copies, or where
//! its batch has no such row, but looked at the place and knows all copies there. A person is called where one of the
//! samples is. Where no variant is picked, nobody is known to be called: that nobody has it is not that somebody was
//! looked at.

use super::carriers::CarrierSet;
use super::place::RowOf;
use super::question::Question;
use super::step::Step;
use super::walk::Walk;
use crate::cohort::{RowCounter, Subjects, View};
use crate::error::{Error, Result};
use crate::set::{SampleSet, set_bit, words_for};
use crate::store::Segment;
use std::collections::BTreeMap;

const NO_VARIANT: &str = "no variant is picked: nobody is known to be called at it";
const NOBODY_LEFT: &str = "stopped when nobody was left";

/// The people who are called at all variants of a question; those alone who carry none where `free`; of those
/// `within`, where others do not matter.
pub(super) fn find(
    view: &View,
    subjects: &Subjects<'_>,
    (free, notes): (bool, Vec<String>),
    question: Question,
    within: Option<&SampleSet>,
    step: &mut Step,
) -> Result<SampleSet> {
    step.notes = notes;
    let mut walk = Walk::new(view, question)?;
    step.will_read(walk.size());
    let samples = match within {
        Some(within) => subjects.closed_over_people(subjects.samples_in(within))?,
        None => subjects.samples_in(&subjects.all()?),
    };
    let mut called = Called::new(view, subjects, &samples)?;
    let parts = walk.part_count();
    let mut hits = free.then(|| CarrierSet::new(view, parts, (None, None), None, None));
    while called.is_somebody && walk.step()? {
        step.variants += 1;
        called.add(&mut walk)?;
        if let Some(hits) = &mut hits {
            for &row in walk.passing() {
                if let Some(part) = walk.part(row) {
                    step.set_bytes += hits.add(row.part, part, row.row)?;
                }
            }
        }
    }
    if step.variants == 0 {
        step.notes.push(NO_VARIANT.to_owned());
        return Ok(SampleSet::new());
    }
    if !called.is_somebody {
        step.notes.push(NOBODY_LEFT.to_owned());
    }
    let mut found = SampleSet::from_bits(0, &called.left);
    if let Some(hits) = hits {
        found = found.difference(&subjects.closed_over_people(hits.finish()?)?);
    }
    subjects.closed_over_people(found)
}

/// Those who are called at all variants so far.
struct Called<'a> {
    view: &'a View,
    /// Bits over samples: all samples of a person, or none.
    left: Vec<u64>,
    is_somebody: bool,
    /// Those who are called at the variant at hand.
    here: Vec<u64>,
    /// Of a batch, those of whom a row does not know all copies.
    unknown: Vec<u64>,
    /// By part.
    rows: Vec<Option<Box<RowCounter<'a>>>>,
    /// The samples of each person of several.
    several: Vec<Vec<u32>>,
    looks_elsewhere: bool,
}

impl<'a> Called<'a> {
    fn new(view: &'a View, subjects: &Subjects<'_>, samples: &SampleSet) -> Result<Self> {
        let words = words_for(view.universe());
        let mut left = vec![0; words];
        samples.iter().for_each(|sample| set_bit(&mut left, sample));
        let mut several = BTreeMap::<u32, Vec<u32>>::new();
        if let Some(first_of) = subjects.first_samples()? {
            for (sample, first) in (0..).zip(first_of) {
                if samples.contains(sample) {
                    several.entry(first).or_default().push(sample);
                }
            }
            several.retain(|_, own| own.len() > 1);
        }
        Ok(Self {
            view,
            is_somebody: !samples.is_empty(),
            left,
            here: vec![0; words],
            unknown: Vec::new(),
            rows: view.parts().iter().map(|_| None).collect(),
            several: several.into_values().collect(),
            looks_elsewhere: view.counts_references(),
        })
    }

    /// Leaves those who are called at a variant as well.
    fn add(&mut self, walk: &mut Walk<'a>) -> Result<()> {
        self.here.fill(0);
        for row in walk.rows_of() {
            self.report(row)?;
        }
        if self.looks_elsewhere {
            self.look_elsewhere(walk)?;
        }
        for own in &self.several {
            let mut samples = own.iter();
            if samples.any(|&sample| crate::set::get_bit(&self.here, sample)) {
                own.iter()
                    .for_each(|&sample| set_bit(&mut self.here, sample));
            }
        }
        let mut any = 0;
        for (left, here) in self.left.iter_mut().zip(&self.here) {
            *left &= here;
            any |= *left;
        }
        self.is_somebody = any != 0;
        Ok(())
    }

    /// What batches know that do not have the variant.
    fn look_elsewhere(&mut self, walk: &mut Walk<'a>) -> Result<()> {
        let coverage = walk.coverage()?;
        for (part, row) in coverage.rows_elsewhere() {
            if let Some(of) = self.view.parts().get(part) {
                self.report((part, self.view.segment(of)?, row))?;
            }
        }
        let (view, here) = (self.view, &mut self.here);
        let mut failed: Option<Error> = None;
        coverage.states_elsewhere(&mut |part, states| {
            let Some(of) = view.parts().get(part) else {
                return;
            };
            match view.segment(of) {
                Ok(segment) => {
                    let called = (0..).zip(states).filter(|(_, state)| state.is_called());
                    called.for_each(|(local, _)| set_bit(here, segment.sample(local)));
                }
                Err(error) => failed = Some(error),
            }
        })?;
        failed.map_or(Ok(()), Err)?;
        for sample in coverage.callable_elsewhere()?.iter() {
            set_bit(&mut self.here, sample);
        }
        Ok(())
    }

    /// Marks the samples of which a row knows all copies.
    fn report(&mut self, (part, segment, row): RowOf<'a>) -> Result<()> {
        let Some(slot) = self.rows.get_mut(part) else {
            return Ok(());
        };
        let samples = segment.meta().samples;
        self.unknown.clear();
        self.unknown.resize(words_for(samples), 0);
        let counter = slot.get_or_insert_with(|| Box::new(RowCounter::everybody(segment)));
        counter.or_incomplete(row, &mut self.unknown)?;
        or_others(&mut self.here, segment, &self.unknown);
        Ok(())
    }
}

/// Adds the samples of a batch that are not among some to bits over all samples.
fn or_others(here: &mut [u64], segment: &Segment, some: &[u64]) {
    let samples = segment.meta().samples;
    let behind = samples % u64::BITS;
    let last = some.len().saturating_sub(1);
    let words = some.iter().enumerate().map(|(at, word)| {
        let ends = at == last && behind > 0;
        let inside = if ends { (1 << behind) - 1 } else { u64::MAX };
        (at, !word & inside)
    });
    let first = segment.meta().first_sample;
    let (skipped, shift) = ((first / u64::BITS) as usize, first % u64::BITS);
    for (at, word) in words {
        if segment.numbers().is_some() {
            let local = at as u32 * u64::BITS;
            crate::set::for_each_bit(&[word], |bit| set_bit(here, segment.sample(local + bit)));
            continue;
        }
        if let Some(to) = here.get_mut(skipped + at) {
            *to |= word << shift;
        }
        if let Some(to) = here.get_mut(skipped + at + 1).filter(|_| shift > 0) {
            *to |= word >> (u64::BITS - shift);
        }
    }
}
