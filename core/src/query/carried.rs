//! Who carries variants, in which way.

use super::by_gene::Stored;
use super::carriers::{Carrier, Union};
use super::compound;
use super::count::{Mask, Tally};
use super::expression::{Node, Origin, Where, Zygosity};
use super::genotype::CarrierGenotype;
use super::origin::Trios;
use super::people::Step;
use super::reached;
use super::resolve::{Resolver, Test};
use super::subjects::Subjects;
use super::variants::Variants;
use super::walk::Walk;
use crate::dataset::{Dataset, Segment};
use crate::error::Result;
use crate::set::{SampleSet, for_each_bit, get_bit, words_for};
use std::collections::HashMap;
use std::ops::Range;

/// What is asked of carriers beside the variants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) zygosity: Option<Zygosity>,
    pub(super) at_least: u32,
    pub(super) compound: bool,
    pub(super) origin: Option<Origin>,
}

impl Asked {
    /// Whether whoever carries a variant is meant.
    fn is_plain(&self) -> bool {
        self.zygosity.is_none() && self.at_least <= 1 && !self.compound && self.origin.is_none()
    }
}

/// A question for carriers with every name looked up.
pub(super) struct Carried {
    test: Node<Test>,
    notes: Vec<String>,
    asked: Asked,
    /// What is stored of such carriers.
    stored: Option<Stored>,
    /// Where an origin is asked for.
    trios: Option<Trios>,
}

impl Carried {
    pub(super) fn new(
        dataset: &Dataset,
        resolver: &Resolver<'_>,
        of: &Where,
        asked: Asked,
        at: &Range<usize>,
    ) -> Result<Self> {
        let test = resolver.resolve(of)?;
        let mut notes = resolver.notes();
        let refused = |message: &str| Err(resolver.error(at, message.to_owned(), Vec::new()));
        if asked.compound {
            match reached::note(dataset) {
                Some(note) => notes.push(note),
                None => return refused(compound::NO_GENES),
            }
        }
        let mut trios = None;
        if asked.origin.is_some() {
            let known = Trios::of_people(dataset)?;
            if known.is_empty() {
                return refused(
                    "no sample here has a parent among the samples: load a pedigree with \
                     `varidex people`",
                );
            }
            notes.push(format!("parents: known of {} samples", known.len()));
            trios = Some(known);
        }
        Ok(Self {
            test,
            notes,
            asked,
            stored: Stored::find(dataset, of)?,
            trios,
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
        step.notes.clone_from(&self.notes);
        let mut within = within.cloned();
        if let Some(stored) = &self.stored {
            let answered = stored.exact && self.asked.is_plain();
            step.set_bytes += stored.bytes;
            step.notes.push(stored.note(answered));
            let closed = subjects.closed_over_people(stored.samples.clone())?;
            if answered {
                return Ok(closed);
            }
            within = Some(match within {
                Some(within) => within.intersection(&closed),
                None => closed,
            });
        }
        if within.as_ref().is_some_and(SampleSet::is_empty) {
            return Ok(SampleSet::new());
        }
        if self.asked.compound {
            let found = compound::find(dataset, self.test.clone(), step)?;
            return subjects.closed_over_people(found);
        }
        if let (Some(origin), Some(trios)) = (self.asked.origin, &self.trios) {
            let found = self.find_children(dataset, origin, trios, step)?;
            return subjects.closed_over_people(found);
        }
        let few = match within {
            Some(within) if within.len() <= FEW => {
                let samples = subjects.samples_in(&within);
                Some(subjects.closed_over_people(samples)?)
            }
            _ => None,
        };
        let mut walk = Walk::new(dataset, self.test.clone())?;
        step.candidate_rows = walk.plan().candidates;
        step.segments = (walk.plan().segments, walk.plan().segments_passed_by);
        let Asked {
            zygosity, at_least, ..
        } = self.asked;
        let mut hits = Hits::new(dataset, walk.part_count(), few, zygosity, at_least);
        while walk.step()? {
            if hits.is_complete() {
                step.notes
                    .push("stopped when all who are left were found".to_owned());
                break;
            }
            step.variants += 1;
            for &row in walk.passing() {
                if let Some((_, segment)) = walk.part(row) {
                    step.set_bytes += hits.add(row.part, segment, row.row)?;
                }
            }
        }
        subjects.closed_over_people(hits.finish()?)
    }

    /// The children that carry enough variants of this origin, each in the zygosity asked for.
    fn find_children(
        &self,
        dataset: &Dataset,
        origin: Origin,
        trios: &Trios,
        step: &mut Step,
    ) -> Result<SampleSet> {
        let mut variants = Variants::new(dataset, self.test.clone(), None)?;
        let plan = variants.walk.plan();
        step.candidate_rows = plan.candidates;
        step.segments = (plan.segments, plan.segments_passed_by);
        let mut carried: HashMap<u32, u32> = HashMap::new();
        while let Some(mut variant) = variants.next()? {
            step.variants += 1;
            step.set_bytes += variant.origins_counted(trios, |child, inheritance| {
                let wanted = self.asked.zygosity;
                let same = |child: &CarrierGenotype| wanted.is_none_or(|z| z == child.zygosity());
                if inheritance.is(origin) && same(&child) {
                    *carried.entry(child.sample).or_insert(0) += 1;
                }
            })?;
        }
        let enough = |count: u32| count >= self.asked.at_least.max(1);
        let found = carried.into_iter().filter(|(_, count)| enough(*count));
        Ok(found.map(|(sample, _)| sample).collect())
    }
}

/// Up to so many people are looked up in the sets of rows, and the walk ends when all are found.
const FEW: u64 = 64;

/// Carriers found so far, by part.
pub(super) struct Hits<'a> {
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
    pub(super) fn new(
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
    pub(super) fn add(&mut self, part: usize, segment: &'a Segment, row: u32) -> Result<u64> {
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

    pub(super) fn finish(mut self) -> Result<SampleSet> {
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
