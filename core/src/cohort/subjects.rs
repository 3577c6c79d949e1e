//! Who is asked about: samples, and people.
//!
//! Groups are sets of **subjects**: samples by their numbers, and behind them the people without
//! samples. A person with several samples is in a group with all of them: `samples(…)` as well picks the
//! people that the named samples are of.

use super::{Opened, View};
use crate::error::Result;
use crate::set::SampleSet;
use crate::store::individuals::People;

/// Samples and people of a dataset as one row of numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subjects<'a> {
    samples: u32,
    people: Option<&'a People>,
    /// Those that may be seen; `None` is all.
    visible: Option<&'a SampleSet>,
}

impl<'a> Subjects<'a> {
    pub(crate) fn of(view: &'a View) -> Self {
        Self {
            visible: view.visible_subjects(),
            ..Self::numbered(view)
        }
    }

    /// The numbers alone.
    pub(super) fn numbered(opened: &'a Opened) -> Self {
        Self {
            samples: opened.universe(),
            people: opened.people(),
            visible: None,
        }
    }

    /// All that may be seen.
    pub(crate) fn all(&self) -> SampleSet {
        self.visible.cloned().unwrap_or_else(|| self.everyone())
    }

    /// What may be seen of some.
    pub(crate) fn seen(&self, subjects: SampleSet) -> SampleSet {
        match self.visible {
            Some(visible) => subjects.intersection(visible),
            None => subjects,
        }
    }

    /// All, whoever may be seen.
    pub(super) fn everyone(&self) -> SampleSet {
        SampleSet::full(self.end())
    }

    fn end(&self) -> u32 {
        let without = self
            .people
            .map_or(0, |people| people.len().saturating_sub(people.sampled()));
        self.samples.saturating_add(without)
    }

    /// The samples among subjects.
    pub(crate) fn samples_in(&self, subjects: &SampleSet) -> SampleSet {
        subjects.intersection(&SampleSet::full(self.samples))
    }

    /// Whether subjects are individuals number by number.
    fn is_identity(&self) -> bool {
        self.people.is_some_and(People::is_identity)
    }

    /// The subjects that individuals are.
    pub(crate) fn of_individuals(&self, individuals: &SampleSet) -> Result<SampleSet> {
        let Some(people) = self.people else {
            return Ok(SampleSet::new());
        };
        if self.is_identity() {
            return Ok(individuals.clone());
        }
        let samples = people.samples_of_all(individuals)?.into_iter();
        let without = individuals.range(people.sampled()..people.len());
        let without = without.map(|n| self.samples.saturating_add(n - people.sampled()));
        Ok(SampleSet::gathered(self.end(), samples.chain(without)))
    }

    /// The individual that a subject is; `None` for samples of which nothing is known.
    pub(crate) fn individual(&self, subject: u32) -> Result<Option<u32>> {
        let Some(people) = self.people else {
            return Ok(None);
        };
        match subject.checked_sub(self.samples) {
            Some(without) => Ok(people.sampled().checked_add(without)),
            None => people.individual_of(subject),
        }
    }

    /// Samples with all other samples of the same people.
    pub(crate) fn closed_over_people(&self, samples: SampleSet) -> Result<SampleSet> {
        let Some(people) = self.people else {
            return Ok(samples);
        };
        if self.is_identity() || !people.has_several_samples()? {
            return Ok(samples);
        }
        let mut individuals = Vec::new();
        for sample in samples.iter() {
            individuals.extend(people.individual_of(sample)?);
        }
        let individuals = SampleSet::gathered(people.len(), individuals.into_iter());
        let all = people.samples_of_all(&individuals)?;
        Ok(samples.union(&SampleSet::gathered(self.samples, all.into_iter())))
    }

    /// For each sample the first sample of the same person; `None` where each stands for itself.
    pub(crate) fn first_samples(&self) -> Result<Option<Vec<u32>>> {
        let Some(people) = self.people else {
            return Ok(None);
        };
        if self.is_identity() || !people.has_several_samples()? {
            return Ok(None);
        }
        let mut first_of = vec![None; people.sampled() as usize];
        let mut firsts = Vec::with_capacity(self.samples as usize);
        for sample in 0..self.samples {
            let owner = people.individual_of(sample)?;
            let slot = owner.and_then(|owner| first_of.get_mut(owner as usize));
            firsts.push(slot.map_or(sample, |slot| *slot.get_or_insert(sample)));
        }
        Ok(Some(firsts))
    }

    /// How many people of a group have several samples in it.
    pub(crate) fn with_several_samples(&self, subjects: &SampleSet) -> Result<u64> {
        let Some(people) = self.people else {
            return Ok(0);
        };
        if self.is_identity() || !people.has_several_samples()? {
            return Ok(0);
        }
        let (mut once, mut several) = (SampleSet::new(), SampleSet::new());
        for sample in self.samples_in(subjects).iter() {
            if let Some(owner) = people.individual_of(sample)?
                && !once.insert(owner)
            {
                several.insert(owner);
            }
        }
        Ok(several.len())
    }

    /// How many individuals: a person once, a sample without a person as one of its own.
    pub(crate) fn count(&self, subjects: &SampleSet) -> Result<u64> {
        let several = match self.people {
            Some(people) if !self.is_identity() => people.has_several_samples()?,
            _ => false,
        };
        if !several {
            return Ok(subjects.len());
        }
        let (mut people, mut alone) = (SampleSet::new(), 0);
        for subject in subjects.iter() {
            match self.individual(subject)? {
                Some(individual) => {
                    people.insert(individual);
                }
                None => alone += 1,
            }
        }
        Ok(people.len() + alone)
    }
}
