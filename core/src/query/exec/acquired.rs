//! Variants that some samples of a person carry, and others do not: those that a tumour acquired.
//!
//! The others must be known not to: none of them carries the variant in any record, and one of them is called, by
//! the rule that parents follow (see [`super::inheritance`]).

use super::persons::Persons;
use super::question::Question;
use super::step::{FEW, Step};
use super::variants::Variants;
use crate::cohort::{Subjects, View};
use crate::error::Result;
use crate::model::CarrierGenotype;
use crate::query::plan::bound::Asked;
use crate::set::SampleSet;
use std::ops::Range;

/// Samples, and those that each is compared with.
struct Compared {
    /// Ascending by sample: where its others stand.
    samples: Vec<(u32, Range<usize>)>,
    others: Vec<u32>,
}

impl Compared {
    /// Each of some samples with those of its person that are among `others`; samples without any are left out.
    fn of(view: &View, samples: &SampleSet, others: &SampleSet) -> Result<Self> {
        let mut compared = Self {
            samples: Vec::new(),
            others: Vec::new(),
        };
        for sample in samples.iter() {
            let own = match Subjects::of(view).individual(sample)? {
                Some(individual) => view.sample_table().samples_of(individual)?,
                None => vec![sample],
            };
            let start = compared.others.len();
            let own = own.into_iter().filter(|own| others.contains(*own));
            compared.others.extend(own);
            let end = compared.others.len();
            if start < end {
                compared.samples.push((sample, start..end));
            }
        }
        Ok(compared)
    }

    fn others_of(&self, sample: u32) -> Option<&[u32]> {
        let found = self.samples.binary_search_by_key(&sample, |(of, _)| *of);
        let (_, range) = self.samples.get(found.ok()?)?;
        self.others.get(range.clone())
    }
}

/// The samples that carry enough variants which `others` of their person do not, each in the zygosity asked for; of
/// those who are `left`, where others do not matter.
pub(super) fn find(
    view: &View,
    subjects: &Subjects<'_>,
    question: Question,
    (asked, others): (Asked, &SampleSet),
    left: Option<SampleSet>,
    step: &mut Step,
) -> Result<SampleSet> {
    let left = match left {
        Some(left) => subjects.seen(left),
        None => subjects.samples_in(&subjects.all()?),
    };
    let compared = Compared::of(view, &left, others)?;
    let asked_of: SampleSet = compared.samples.iter().map(|(sample, _)| *sample).collect();
    if asked_of.is_empty() {
        return Ok(SampleSet::new());
    }
    let both = asked_of.union(&compared.others.iter().copied().collect());
    let mut variants = Variants::new(view, question, None)?;
    variants.walk.number_variants()?;
    variants.look_only_at(&asked_of, &both);
    step.will_read(variants.walk.size());
    let few = asked_of.len() <= FEW;
    let mut carried = Persons::new(view, subjects, asked.at_least.max(1))?;
    let same = |own: &CarrierGenotype| asked.zygosity.is_none_or(|z| z == own.zygosity());
    while let Some(mut variant) = variants.next()? {
        step.variants += 1;
        carried.begin(variant.numbered()?);
        if few && !variant.has_carrier(&mut step.set_bytes, same)? {
            continue;
        }
        step.set_bytes += variant.with_relatives(|variant, family, carrier| {
            let Some(others) = compared
                .others_of(carrier.sample)
                .filter(|_| same(&carrier))
            else {
                return Ok(());
            };
            if family.are_free(variant, others)? {
                carried.add(carrier.sample);
            }
            Ok(())
        })?;
    }
    Ok(carried.finish())
}
