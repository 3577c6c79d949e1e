//! How many different variants each person carries.

use super::spellings::{Numbered, Spelled};
use crate::cohort::{Subjects, View};
use crate::error::Result;
use crate::set::SampleSet;
use std::collections::HashMap;

/// How many different variants each person carries.
pub(in crate::query) struct Persons {
    /// By sample the first sample of its person; `None` where each stands for itself.
    first_samples: Option<Vec<u32>>,
    /// By a person's first sample: how many variants, and the number of the last one.
    counts: Vec<(u32, u32)>,
    /// The variant at hand, and who was counted of those that come again.
    variant: Numbered,
    counted: HashMap<u32, SampleSet>,
    at_least: u32,
}

impl Persons {
    pub(super) fn new(view: &View, subjects: &Subjects<'_>, at_least: u32) -> Result<Self> {
        Ok(Self {
            first_samples: subjects.first_samples()?,
            counts: vec![(0, 0); view.universe() as usize],
            variant: Numbered {
                number: 0,
                spelled: Spelled::Alike,
            },
            counted: HashMap::new(),
            at_least,
        })
    }

    /// What is added from now on is of this variant.
    pub(super) fn begin(&mut self, variant: Numbered) {
        if self.variant.spelled == Spelled::OtherwiseLast {
            self.counted.remove(&self.variant.number);
        }
        self.variant = variant;
    }

    /// A sample carries the variant: its person, however many of the samples do, and however often the
    /// variant is reported, carries it once.
    pub(super) fn add(&mut self, sample: u32) {
        let first = match &self.first_samples {
            Some(first_samples) => first_samples.get(sample as usize).copied(),
            None => Some(sample),
        };
        let Some(first) = first else {
            return;
        };
        let Some((count, last)) = self.counts.get_mut(first as usize) else {
            return;
        };
        let Numbered { number, spelled } = self.variant;
        let is_new = match spelled {
            Spelled::Alike => *count == 0 || *last != number,
            _ => self.counted.entry(number).or_default().insert(first),
        };
        if is_new {
            (*count, *last) = (*count + 1, number);
        }
    }

    /// The first samples of those who carry enough.
    pub(super) fn finish(self) -> SampleSet {
        let enough = (0u32..).zip(&self.counts);
        let enough = enough.filter(|(_, (count, _))| *count >= self.at_least);
        enough.map(|(sample, _)| sample).collect()
    }
}
