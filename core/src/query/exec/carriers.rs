//! Who carries variants, in which way.

use super::acquired;
use super::compound;
use super::persons::Persons;
use super::question::Question;
use super::step::{ALL_FOUND, FEW, Step};
use super::variants::Variants;
use super::walk::Walk;
use crate::cohort::Subjects;
use crate::cohort::View;
use crate::cohort::{Carrier, Union};
use crate::cohort::{Mask, RowCounter};
use crate::error::Result;
use crate::model::CarrierGenotype;
use crate::model::Zygosity;
use crate::query::expr::Origin;
use crate::query::plan::bound::{Asked, BoundCarriers};
use crate::query::plan::trios::Trios;
use crate::set::{SampleSet, for_each_bit, get_bit, words_for};
use crate::store::{PageView, Segment};

/// The people that carry what is asked for, by a question that is ready where rows are read; of those `within`,
/// where others do not matter.
pub(super) fn find(
    view: &View,
    subjects: &Subjects<'_>,
    mut of: BoundCarriers,
    question: Option<Question>,
    within: Option<&SampleSet>,
    step: &mut Step,
) -> Result<SampleSet> {
    step.notes = std::mem::take(&mut of.notes);
    let mut within = within.cloned();
    // who is known to carry without a row
    let mut known = SampleSet::new();
    if let Some(stored) = of.stored.take() {
        step.set_bytes += stored.bytes;
        let mut left = subjects.closed_over_people(stored.samples.clone())?;
        if of.is_plain() {
            match &stored.known {
                Some(sure) => known = subjects.closed_over_people(sure.clone())?,
                None => std::mem::swap(&mut known, &mut left),
            }
        }
        left = left.difference(&known);
        if step.is_shown() {
            step.notes.push(stored.note(subjects, left.is_empty()));
        }
        if left.is_empty() {
            return Ok(known);
        }
        within = Some(match within {
            Some(within) => within.intersection(&left),
            None => left,
        });
    }
    let Some(question) = question else {
        return Ok(known);
    };
    let mut found = find_in_rows(view, subjects, &of, question, within, step)?;
    found.add(&known);
    Ok(found)
}

/// The same by the rows.
fn find_in_rows(
    view: &View,
    subjects: &Subjects<'_>,
    of: &BoundCarriers,
    question: Question,
    within: Option<SampleSet>,
    step: &mut Step,
) -> Result<SampleSet> {
    if within.as_ref().is_some_and(SampleSet::is_empty) {
        return Ok(SampleSet::new());
    }
    let left = match within {
        Some(within) => {
            let samples = subjects.samples_in(&within);
            Some(subjects.closed_over_people(samples)?)
        }
        None => None,
    };
    let inside = of.samples.inside.as_ref();
    let left = match (left, inside) {
        (Some(left), Some(inside)) => Some(left.intersection(inside)),
        (left, inside) => left.or_else(|| inside.cloned()),
    };
    if left.as_ref().is_some_and(SampleSet::is_empty) {
        return Ok(SampleSet::new());
    }
    let asked = of.asked;
    let found = if asked.compound {
        compound::find(view, question, left, step)?
    } else if let (Some(origin), Some(trios)) = (asked.origin, &of.trios) {
        let children = (origin, trios);
        find_children(
            view,
            subjects,
            question,
            (asked, children),
            left.as_ref(),
            step,
        )?
    } else if let Some(not_in) = &of.samples.not_in {
        acquired::find(view, subjects, question, (asked, not_in), left, step)?
    } else {
        let few = left.filter(|left| left.len() <= FEW);
        find_carriers(view, subjects, question, (asked, few, inside), step)?
    };
    subjects.closed_over_people(found)
}

/// The samples that carry, each variant in the zygosity asked for; of the `few` who are left, where
/// these are few, and of those `inside` a set of samples, where others do not matter.
fn find_carriers(
    view: &View,
    subjects: &Subjects<'_>,
    question: Question,
    (asked, few, inside): (Asked, Option<SampleSet>, Option<&SampleSet>),
    step: &mut Step,
) -> Result<SampleSet> {
    let mut walk = Walk::new(view, question)?;
    step.will_read(walk.size());
    let mut counted = None;
    if asked.at_least > 1 {
        walk.number_variants()?;
        counted = Some(Persons::new(view, subjects, asked.at_least)?);
    }
    let whom = (few, inside.cloned());
    let mut hits = CarrierSet::new(view, walk.part_count(), whom, asked.zygosity, counted);
    if hits.is_union() {
        let mut complete = false;
        let walked = walk.for_each_row(|part, page, row| {
            step.variants += 1;
            let (bytes, all) = hits.add_of(part, page, row)?;
            step.set_bytes += bytes;
            complete = all;
            Ok(!all)
        })?;
        if walked {
            step.notes.extend(complete.then(|| ALL_FOUND.to_owned()));
            return hits.finish();
        }
    }
    while walk.step()? {
        if hits.is_complete() {
            step.notes.push(ALL_FOUND.to_owned());
            break;
        }
        step.variants += 1;
        if let Some(counted) = &mut hits.counted {
            counted.begin(walk.numbered()?);
        }
        for &row in walk.passing() {
            if let Some(part) = walk.part(row) {
                step.set_bytes += hits.add(row.part, part, row.row)?;
            }
        }
    }
    hits.finish()
}

/// The children that carry enough variants of this origin, each in the zygosity asked for; of those
/// who are `left`, where others do not matter.
fn find_children(
    view: &View,
    subjects: &Subjects<'_>,
    question: Question,
    (asked, (origin, trios)): (Asked, (Origin, &Trios)),
    left: Option<&SampleSet>,
    step: &mut Step,
) -> Result<SampleSet> {
    let mut variants = Variants::new(view, question, None)?;
    variants.walk.number_variants()?;
    let few = left.is_some_and(|left| left.len() <= FEW);
    if let Some(left) = left {
        variants.look_only_at(left, &trios.families_of(left));
    }
    step.will_read(variants.walk.size());
    let mut carried = Persons::new(view, subjects, asked.at_least.max(1))?;
    while let Some(mut variant) = variants.next()? {
        step.variants += 1;
        carried.begin(variant.numbered()?);
        let wanted = asked.zygosity;
        let same = |child: &CarrierGenotype| wanted.is_none_or(|z| z == child.zygosity());
        // parents matter only where a child carries, which of few children is seldom
        if few && !variant.has_carrier(&mut step.set_bytes, same)? {
            continue;
        }
        step.set_bytes += variant.origins_counted(trios, |child, inheritance| {
            if inheritance.is(origin) && same(&child) {
                carried.add(child.sample);
            }
        })?;
    }
    Ok(carried.finish())
}

/// Carriers found so far, by part.
pub(in crate::query) struct CarrierSet<'a> {
    view: &'a View,
    parts: Vec<Option<PartHits<'a>>>,
    /// Those who are asked about and not yet found, by number in the dataset, where they are few.
    left: Option<SampleSet>,
    /// The samples that are asked about, where others do not matter.
    inside: Option<SampleSet>,
    zygosity: Option<Zygosity>,
    /// Where more than one variant is asked for.
    counted: Option<Persons>,
    carriers: Vec<Carrier>,
}

struct PartHits<'a> {
    segment: &'a Segment,
    tally: RowCounter<'a>,
    union: Union<'a>,
    /// Bits over the batch's samples.
    found: Vec<u64>,
    /// Those of the batch who are left, by number in the batch.
    left: Option<Vec<u32>>,
    /// Bits of those who are asked about, and how many words of them are known to be found.
    wanted: Vec<u64>,
    whole_words: usize,
}

impl<'a> PartHits<'a> {
    /// Of those who are left, where these are few, and of those inside a set of samples.
    fn new(
        view: &View,
        (part, segment): (usize, &'a Segment),
        (left, inside): (Option<&SampleSet>, Option<&SampleSet>),
    ) -> Self {
        let samples = segment.meta().samples;
        let wanted = match inside {
            Some(inside) => Mask::of(inside, segment),
            None => Mask::everybody(samples),
        };
        Self {
            segment,
            tally: match left.or(inside) {
                Some(some) => RowCounter::new(segment, Some(some)),
                None => RowCounter::of(segment, view.scope(part, segment)),
            },
            union: Union::default(),
            found: vec![0; words_for(samples)],
            left: left.map(|left| Mask::of(left, segment).members()),
            wanted: wanted.samples,
            whole_words: 0,
        }
    }

    /// Whether all of the batch who are asked about are found, as far as that is known.
    fn has_all(&mut self) -> Result<bool> {
        self.tally
            .flush_in_passing(&mut self.union, &mut self.found)?;
        let left = |at: usize| Some(self.wanted.get(at)? & !self.found.get(at)?);
        while left(self.whole_words) == Some(0) {
            self.whole_words += 1;
        }
        Ok(self.whole_words == self.found.len())
    }
}

impl<'a> CarrierSet<'a> {
    pub(in crate::query) fn new(
        view: &'a View,
        parts: usize,
        (left, inside): (Option<SampleSet>, Option<SampleSet>),
        zygosity: Option<Zygosity>,
        counted: Option<Persons>,
    ) -> Self {
        Self {
            view,
            parts: (0..parts).map(|_| None).collect(),
            left,
            inside,
            zygosity,
            counted,
            carriers: Vec::new(),
        }
    }

    /// Whether nothing but who carries some row is asked.
    fn is_union(&self) -> bool {
        self.counted.is_none() && self.zygosity.is_none() && self.left.is_none()
    }

    /// Whether all who are asked about are found.
    fn is_complete(&self) -> bool {
        self.left.as_ref().is_some_and(SampleSet::is_empty)
    }

    /// Adds the carriers of a row of a part that is walked, by its number there, its number in the dataset and its
    /// segment; returns the bytes of its set.
    pub(in crate::query) fn add(
        &mut self,
        walked: usize,
        (part, segment): (usize, &'a Segment),
        row: u32,
    ) -> Result<u64> {
        let Some(slot) = self.parts.get_mut(walked) else {
            return Ok(0);
        };
        let whom = (self.left.as_ref(), self.inside.as_ref());
        let hits = slot.get_or_insert_with(|| PartHits::new(self.view, (part, segment), whom));
        if self.counted.is_none() && self.zygosity.is_none() {
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
            match &mut self.counted {
                None => crate::set::set_bit(&mut hits.found, carrier.sample),
                Some(counted) => counted.add(hits.segment.sample(carrier.sample)),
            }
        }
        Ok(bytes)
    }

    /// Adds the carriers of a row of the only part that is walked; returns the bytes of its set, and whether all who
    /// are asked about are found.
    fn add_of(
        &mut self,
        (part, segment): (usize, &'a Segment),
        page: &PageView<'a>,
        row: u32,
    ) -> Result<(u64, bool)> {
        let Some(slot) = self.parts.first_mut() else {
            return Ok((0, false));
        };
        let hits = match slot {
            Some(hits) => hits,
            None => slot.insert(PartHits::new(
                self.view,
                (part, segment),
                (None, self.inside.as_ref()),
            )),
        };
        let (union, found) = (&mut hits.union, &mut hits.found);
        let bytes = hits.tally.or_carriers_of(page, row, union, found)?;
        Ok((bytes, hits.has_all()?))
    }

    pub(in crate::query) fn finish(mut self) -> Result<SampleSet> {
        if let Some(counted) = self.counted {
            return Ok(counted.finish());
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
        // whole sets are joined, whoever is asked about
        if let Some(inside) = &self.inside {
            all = all.intersection(inside);
        }
        debug_assert!(
            all.len() <= u64::from(self.view.universe()),
            "carriers are samples"
        );
        Ok(all)
    }
}
