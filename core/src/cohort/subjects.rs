//! Who is asked about: samples, and people.
//!
//! Groups are sets of **subjects**: samples by their numbers, and behind them the people without
//! samples by theirs. A person with several samples is in a group with all of them that may be seen: `samples(…)` as
//! well picks the people that the named samples are of.

use super::{Opened, View};
use crate::error::Result;
use crate::set::{SampleSet, set_bit, words_for};
use crate::store::SampleAttributes;
use crate::store::individuals::People;
use std::sync::OnceLock;

/// Samples and people of a dataset as one row of numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subjects<'a> {
    samples: u32,
    people: Option<&'a People>,
    attributes: &'a SampleAttributes,
    everyone: &'a OnceLock<SampleSet>,
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
    pub(crate) fn numbered(opened: &'a Opened) -> Self {
        Self {
            samples: opened.universe(),
            people: opened.people(),
            attributes: opened.sample_table(),
            everyone: opened.everyone(),
            visible: None,
        }
    }

    /// All that may be seen.
    pub(crate) fn all(&self) -> Result<SampleSet> {
        match self.visible {
            Some(visible) => Ok(visible.clone()),
            None => self.everyone(),
        }
    }

    /// What may be seen of some.
    pub(crate) fn seen(&self, subjects: SampleSet) -> SampleSet {
        match self.visible {
            Some(visible) => subjects.intersection(visible),
            None => subjects,
        }
    }

    /// All, whoever may be seen.
    pub(super) fn everyone(&self) -> Result<SampleSet> {
        let Some(people) = self.people else {
            return Ok(SampleSet::full(self.samples));
        };
        let retired = people.retired()?;
        if self.is_identity() {
            return people.all();
        }
        if let Some(everyone) = self.everyone.get() {
            return Ok(everyone.clone());
        }
        let alone = self.attributes.without_sample()?;
        let alone = alone.filter(|individual| !retired.contains(*individual));
        let alone = alone.map(|individual| self.alone(individual));
        let all = SampleSet::full(self.samples).union(&alone.collect());
        Ok(self.everyone.get_or_init(|| all).clone())
    }

    fn end(&self) -> u32 {
        let people = self.people.map_or(0, People::universe);
        match self.is_identity() {
            true => people,
            false => self.samples.saturating_add(people),
        }
    }

    /// The subject that an individual without samples is.
    fn alone(&self, individual: u32) -> u32 {
        match self.is_identity() {
            true => individual,
            false => self.samples.saturating_add(individual),
        }
    }

    /// The samples among subjects.
    pub(crate) fn samples_in(&self, subjects: &SampleSet) -> SampleSet {
        subjects.intersection(&SampleSet::full(self.samples))
    }

    /// Whether subjects are individuals number by number.
    fn is_identity(&self) -> bool {
        self.people.is_some() && self.attributes.is_identity()
    }

    /// The subjects that individuals are, of those that may be seen.
    pub(crate) fn of_individuals(&self, individuals: &SampleSet) -> Result<SampleSet> {
        if self.people.is_none() {
            return Ok(SampleSet::new());
        }
        if self.is_identity() {
            return Ok(self.seen(individuals.clone()));
        }
        let (mut subjects, mut alone) = (vec![0; words_for(self.end())], Vec::new());
        self.attributes.samples_of_all(
            individuals,
            |sample| set_bit(&mut subjects, sample),
            |individual| alone.push(self.alone(individual)),
        )?;
        alone.iter().for_each(|&one| set_bit(&mut subjects, one));
        Ok(self.seen(SampleSet::from_bits(0, &subjects)))
    }

    /// The subjects that an individual is, whoever may be seen.
    pub(super) fn of_individual(&self, individual: u32) -> Result<SampleSet> {
        let samples = match self.is_identity() {
            true => Vec::new(),
            false => self.attributes.samples_of(individual)?,
        };
        Ok(match samples.is_empty() {
            true => [self.alone(individual)].into_iter().collect(),
            false => samples.into_iter().collect(),
        })
    }

    /// The individual that a subject is; `None` for samples of which nothing is known.
    pub(crate) fn individual(&self, subject: u32) -> Result<Option<u32>> {
        if self.people.is_none() {
            return Ok(None);
        }
        if self.is_identity() {
            return Ok(Some(subject));
        }
        match subject.checked_sub(self.samples) {
            Some(individual) => Ok(Some(individual)),
            None => self.attributes.individual_of(subject),
        }
    }

    /// The individuals that subjects are of.
    pub(super) fn individuals_of(&self, subjects: &SampleSet) -> Result<SampleSet> {
        let mut individuals = Vec::new();
        for subject in subjects.iter() {
            individuals.extend(self.individual(subject)?);
        }
        let end = self.people.map_or(0, People::universe);
        Ok(SampleSet::gathered(end, individuals.into_iter()))
    }

    /// Whether somebody has several samples.
    fn has_several_samples(&self) -> Result<bool> {
        Ok(self.people.is_some() && self.attributes.has_several()?)
    }

    /// Samples with all other samples of the same people, of those that may be seen: a sample that may not does not
    /// bring the others of its person.
    pub(crate) fn closed_over_people(&self, samples: SampleSet) -> Result<SampleSet> {
        let samples = self.seen(samples);
        if !self.has_several_samples()? {
            return Ok(samples);
        }
        let individuals = self.individuals_of(&samples)?;
        let mut all = vec![0; words_for(self.samples)];
        let add = |sample| set_bit(&mut all, sample);
        self.attributes.samples_of_all(&individuals, add, |_| ())?;
        let all = SampleSet::from_bits(0, &all);
        Ok(self.seen(samples.union(&all)))
    }

    /// For each sample the first sample of the same person that may be seen; `None` where each stands for itself.
    pub(crate) fn first_samples(&self) -> Result<Option<Vec<u32>>> {
        let Some(people) = self.people else {
            return Ok(None);
        };
        if !self.has_several_samples()? {
            return Ok(None);
        }
        let is_seen = |sample| self.visible.is_none_or(|visible| visible.contains(sample));
        let mut first_of = vec![None; people.universe() as usize];
        let mut firsts = Vec::with_capacity(self.samples as usize);
        for sample in 0..self.samples {
            let owner = self.attributes.individual_of(sample)?;
            let slot = owner.and_then(|owner| first_of.get_mut(owner as usize));
            let slot = slot.filter(|_| is_seen(sample));
            firsts.push(slot.map_or(sample, |slot| *slot.get_or_insert(sample)));
        }
        Ok(Some(firsts))
    }

    /// The most samples that somebody has who may be seen; 1 at least.
    pub(crate) fn most_samples(&self) -> Result<u64> {
        let Some(firsts) = self.first_samples()? else {
            return Ok(1);
        };
        let mut numbers = vec![0u64; firsts.len()];
        for first in firsts {
            if let Some(number) = numbers.get_mut(first as usize) {
                *number += 1;
            }
        }
        Ok(numbers.into_iter().max().unwrap_or(1).max(1))
    }

    /// How many people of a group have several samples in it.
    pub(crate) fn with_several_samples(&self, subjects: &SampleSet) -> Result<u64> {
        if !self.has_several_samples()? {
            return Ok(0);
        }
        let (mut once, mut several) = (SampleSet::new(), SampleSet::new());
        for sample in self.samples_in(subjects).iter() {
            if let Some(owner) = self.attributes.individual_of(sample)?
                && !once.insert(owner)
            {
                several.insert(owner);
            }
        }
        Ok(several.len())
    }

    /// How many individuals: a person once, a sample without a person as one of its own.
    pub(crate) fn count(&self, subjects: &SampleSet) -> Result<u64> {
        if !self.has_several_samples()? {
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
