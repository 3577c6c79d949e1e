//! Who carries variants, in which way.

use super::carriers::{Carrier, Union};
use super::count::{Mask, Tally};
use super::expression::{Node, Origin, Where, Zygosity};
use super::people::Step;
use super::resolve::{Resolver, Test};
use super::subjects::Subjects;
use super::walk::Walk;
use crate::dataset::{Dataset, Segment};
use crate::error::Result;
use crate::set::{SampleSet, for_each_bit, get_bit, words_for};
use std::ops::Range;

/// What is asked of carriers beside the variants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) zygosity: Option<Zygosity>,
    pub(super) at_least: u32,
    pub(super) compound: bool,
    pub(super) origin: Option<Origin>,
}

/// A question for carriers with every name looked up.
pub(super) struct Carried {
    test: Node<Test>,
    notes: Vec<String>,
    asked: Asked,
}

impl Carried {
    pub(super) fn new(
        _dataset: &Dataset,
        resolver: &Resolver<'_>,
        of: &Where,
        asked: Asked,
        _at: &Range<usize>,
    ) -> Result<Self> {
        Ok(Self {
            test: resolver.resolve(of)?,
            notes: resolver.notes(),
            asked,
        })
    }

    /// The people of whom a sample carries; of those `within`, where others do not matter.
    pub(super) fn find(
        &self,
        dataset: &Dataset,
        subjects: &Subjects<'_>,
        within: Option<&SampleSet>,
        step: &mut Step,
    ) -> Result<SampleSet> {
        let within = match within {
            Some(within) if within.len() <= FEW => {
                let samples = subjects.samples_in(within);
                Some(subjects.closed_over_people(samples)?)
            }
            _ => None,
        };
        let mut walk = Walk::new(dataset, self.test.clone())?;
        step.notes.clone_from(&self.notes);
        step.candidate_rows = walk.plan().candidates;
        step.segments = (walk.plan().segments, walk.plan().segments_passed_by);
        let Asked {
            zygosity, at_least, ..
        } = self.asked;
        let mut hits = Hits::new(dataset, walk.part_count(), within, zygosity, at_least);
        while walk.step()? {
            if hits.is_complete() {
                step.notes
                    .push("stopped when all who are left were found".to_owned());
                break;
            }
            step.variants += 1;
            for &row in walk.rows() {
                if let Some((_, segment)) = walk.part(row) {
                    step.set_bytes += hits.add(row.part, segment, row.row)?;
                }
            }
        }
        subjects.closed_over_people(hits.finish()?)
    }
}

/// Up to so many people are looked up in the sets of rows, and the walk ends when all are found.
const FEW: u64 = 64;

/// Carriers found so far, by part.
struct Hits<'a> {
    dataset: &'a Dataset,
    parts: Vec<Option<PartHits<'a>>>,
    /// Those who are asked about and not yet found, by number in the dataset, where they are few.
    left: Option<SampleSet>,
    zygosity: Option<Zygosity>,
    at_least: u32,
    /// Variants carried, by sample of the dataset; only where more than one is asked for.
    counts: Vec<u32>,
    carriers: Vec<Carrier>,
}

struct PartHits<'a> {
    segment: &'a Segment,
    tally: Tally<'a>,
    union: Union<'a>,
    /// Bits over the batch's samples.
    found: Vec<u64>,
    /// Those of the batch who are left, by number in the batch.
    left: Option<Vec<u32>>,
}

impl<'a> Hits<'a> {
    fn new(
        dataset: &'a Dataset,
        parts: usize,
        left: Option<SampleSet>,
        zygosity: Option<Zygosity>,
        at_least: u32,
    ) -> Self {
        let counted = if at_least > 1 {
            dataset.sample_count() as usize
        } else {
            0
        };
        Self {
            dataset,
            parts: (0..parts).map(|_| None).collect(),
            left,
            zygosity,
            at_least,
            counts: vec![0; counted],
            carriers: Vec::new(),
        }
    }

    /// Whether all who are asked about are found.
    fn is_complete(&self) -> bool {
        self.left.as_ref().is_some_and(SampleSet::is_empty)
    }

    /// Adds the carriers of a row; returns the bytes of its set.
    fn add(&mut self, part: usize, segment: &'a Segment, row: u32) -> Result<u64> {
        let Some(slot) = self.parts.get_mut(part) else {
            return Ok(0);
        };
        let hits = slot.get_or_insert_with(|| PartHits {
            segment,
            tally: Tally::new(segment, self.left.as_ref()),
            union: Union::default(),
            found: vec![0; words_for(segment.meta().samples)],
            left: self
                .left
                .as_ref()
                .map(|left| Mask::of(left, segment).members()),
        });
        if self.at_least <= 1 && self.zygosity.is_none() {
            let (tally, union, found) = (&mut hits.tally, &mut hits.union, &mut hits.found);
            let Some(here) = &mut hits.left else {
                return tally.or_carriers(row, union, found);
            };
            let bytes = match tally.look_up(row, here, found)? {
                Some(bytes) => bytes,
                None => tally.or_carriers(row, union, found)?,
            };
            if let Some(left) = &mut self.left {
                here.retain(|&sample| {
                    let carries = get_bit(found, sample);
                    if carries {
                        left.remove(segment.sample(sample));
                    }
                    !carries
                });
            }
            return Ok(bytes);
        }
        let bytes = hits.tally.carriers(row, &mut self.carriers)?;
        for carrier in &self.carriers {
            let zygosity = match (carrier.carried, carrier.ploidy) {
                (_, 1) => Zygosity::Hemi,
                (carried, ploidy) if carried == ploidy => Zygosity::Hom,
                _ => Zygosity::Het,
            };
            if self.zygosity.is_some_and(|wanted| wanted != zygosity) {
                continue;
            }
            if self.at_least <= 1 {
                crate::set::set_bit(&mut hits.found, carrier.sample);
            } else if let Some(count) = self
                .counts
                .get_mut(hits.segment.sample(carrier.sample) as usize)
            {
                *count += 1;
            }
        }
        Ok(bytes)
    }

    fn finish(mut self) -> Result<SampleSet> {
        if self.at_least > 1 {
            let counted = (0u32..)
                .zip(&self.counts)
                .filter(|(_, count)| **count >= self.at_least);
            return Ok(counted.map(|(sample, _)| sample).collect());
        }
        let mut all = SampleSet::new();
        for hits in self.parts.iter_mut().flatten() {
            hits.tally.flush(&mut hits.union, &mut hits.found)?;
            let found = match hits.segment.numbers() {
                None => SampleSet::from_bits(hits.segment.meta().first_sample, &hits.found),
                Some(_) => {
                    let mut found = SampleSet::new();
                    for_each_bit(&hits.found, |local| {
                        found.insert(hits.segment.sample(local));
                    });
                    found
                }
            };
            all = all.union(&found);
        }
        debug_assert!(
            all.len() <= u64::from(self.dataset.sample_count()),
            "carriers are samples"
        );
        Ok(all)
    }
}
