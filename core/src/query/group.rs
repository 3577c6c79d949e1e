//! A set of people as the answer to a question.

use super::exec::run::{Found, Scores};
use crate::cohort::Subjects;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::set::SampleSet;
use std::sync::Arc;

/// The people that an expression picked. It keeps what it was asked of; a copy costs nothing.
#[derive(Debug, Clone)]
pub struct Group {
    view: View,
    held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    /// Samples, and behind them people without samples.
    subjects: SampleSet,
    samples: SampleSet,
    count: u64,
    /// Of the members; `None` where no similarity was asked for.
    scores: Option<Scores>,
    label: String,
    /// How many people have several samples.
    several: u64,
    /// What is probably meant otherwise.
    hints: Vec<String>,
}

impl Held {
    fn notes(&self) -> Vec<String> {
        self.hints
            .iter()
            .cloned()
            .chain(self.counting_note())
            .collect()
    }

    fn counting_note(&self) -> Option<String> {
        let owners = match self.several {
            0 => return None,
            1 => "1 of these people has".to_owned(),
            several => format!("{several} of these people have"),
        };
        let samples = self.samples.len();
        Some(format!(
            "{owners} several samples: counts and frequencies are of their {samples} samples"
        ))
    }
}

impl PartialEq for Group {
    /// Whether they are the same people of the same state of a dataset.
    fn eq(&self, other: &Self) -> bool {
        self.view.id() == other.view.id() && self.held.subjects == other.held.subjects
    }
}

impl View {
    /// A group of subjects by their numbers: samples, and behind them people without samples.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where there are not so many; [`Error::Damaged`].
    pub fn group_of(
        &self,
        subjects: SampleSet,
        scores: Option<Vec<(u32, f64)>>,
        label: impl Into<String>,
    ) -> Result<Group> {
        let all = Subjects::of(self).all()?;
        if !subjects.difference(&all).is_empty() {
            return Err(Error::Usage(format!(
                "{}: there are {} samples and people",
                self.path().display(),
                all.len()
            )));
        }
        let scores = scores.map(|mut scores| {
            scores.sort_by_key(|(subject, _)| *subject);
            scores
        });
        Group::new(self, subjects, scores, label.into())
    }
}

impl Group {
    pub(super) fn new(
        view: &View,
        subjects: SampleSet,
        mut scores: Option<Scores>,
        label: String,
    ) -> Result<Self> {
        let all = Subjects::of(view);
        if let Some(scores) = &mut scores {
            scores.retain(|(subject, _)| subjects.contains(*subject));
        }
        Ok(Self {
            view: view.clone(),
            held: Arc::new(Held {
                count: all.count(&subjects)?,
                samples: all.samples_in(&subjects),
                several: all.with_several_samples(&subjects)?,
                subjects,
                scores,
                label,
                hints: Vec::new(),
            }),
        })
    }

    /// Those who were found.
    pub(super) fn of_found(view: &View, found: Found, label: String) -> Result<Self> {
        let group = Self::new(view, found.subjects, found.scores, label)?;
        let hints = found.hints.into_iter().chain(found.ungenotyped);
        Ok(group.with_hints(hints.collect()))
    }

    /// With what of the question is probably meant otherwise.
    fn with_hints(mut self, hints: Vec<String>) -> Self {
        if let Some(held) = Arc::get_mut(&mut self.held) {
            held.hints = hints;
        }
        self
    }

    /// The group, where it is one of this dataset.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where it is of another dataset, or of another state of this one.
    pub(crate) fn within(&self, view: &View) -> Result<&Self> {
        view.refuse_foreign("a group", self.view.id())?;
        Ok(self)
    }

    /// What tables call them: the expression that picked them.
    pub fn label(&self) -> &str {
        &self.held.label
    }

    /// Whether all were asked for, by the words: not by who was found.
    pub(crate) fn is_of_all(&self) -> bool {
        self.label() == "all"
    }

    /// What who asks should know: that a part of the question is probably meant otherwise, and
    /// [`Self::counting_note`].
    pub fn notes(&self) -> Vec<String> {
        self.held.notes()
    }

    /// The notes on the question alone.
    pub fn hints(&self) -> &[String] {
        &self.held.hints
    }

    /// That counts of variants in the group are of samples, of which some of the people have several.
    pub fn counting_note(&self) -> Option<String> {
        self.held.counting_note()
    }

    /// Whether somebody with this id is among them: a person, or a sample by its name.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] where the names cannot be read.
    pub fn contains(&self, id: &str) -> Result<bool> {
        let all = Subjects::of(&self.view);
        if let Some(people) = self.view.people()
            && let Some(individual) = people.number(id)?
        {
            let subjects = all.of_individuals(&[individual].into_iter().collect())?;
            return Ok(!subjects.is_disjoint(&self.held.subjects));
        }
        let sample = self.view.sample_number(id)?;
        Ok(sample.is_some_and(|sample| self.held.subjects.contains(sample)))
    }

    /// How many individuals: a person once, however many samples there are; a sample of which no person
    /// is known as one of its own.
    pub fn count(&self) -> u64 {
        self.held.count
    }

    /// Whether there is anybody.
    pub fn exists(&self) -> bool {
        self.held.count > 0
    }

    /// Their ids, each once: those of people, and names of samples of which no person is known. In the
    /// order of samples, then of people without samples; the most similar first where a similarity was
    /// asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] where the names cannot be read.
    pub fn ids(&self) -> Result<Vec<&str>> {
        Ok(self.ranked()?.into_iter().map(|(id, _)| id).collect())
    }

    /// [`Self::ids`] with their scores of similarity, where one was asked for: the highest of several.
    ///
    /// # Errors
    ///
    /// As [`Self::ids`].
    pub fn ranked(&self) -> Result<Vec<(&str, Option<f64>)>> {
        let all = Subjects::of(&self.view);
        let mut people = SampleSet::new();
        let mut ranked = Vec::new();
        let mut scores = self.held.scores.iter().flatten().copied().peekable();
        for subject in self.held.subjects.iter() {
            while scores.next_if(|(scored, _)| *scored < subject).is_some() {}
            let score = scores.next_if(|(scored, _)| *scored == subject);
            let id = match (all.individual(subject)?, self.view.people()) {
                (Some(individual), Some(people_file)) => {
                    if !people.insert(individual) {
                        continue;
                    }
                    people_file.id(individual)?
                }
                _ => self.view.sample_name(subject)?,
            };
            ranked.push((id, score.map(|(_, score)| score)));
        }
        if self.has_scores() {
            let score = |score: Option<f64>| score.unwrap_or(f64::NEG_INFINITY);
            ranked.sort_by(|a, b| score(b.1).total_cmp(&score(a.1)));
        }
        Ok(ranked)
    }

    /// Whether a similarity was asked for.
    pub fn has_scores(&self) -> bool {
        self.held.scores.is_some()
    }

    /// The numbers of their samples.
    pub fn samples(&self) -> &SampleSet {
        &self.held.samples
    }

    /// Samples, and behind them people without samples.
    pub fn subjects(&self) -> &SampleSet {
        &self.held.subjects
    }

    /// Scores of similarity by subject, ascending by subject; `None` where none was asked for.
    pub fn scores(&self) -> Option<&[(u32, f64)]> {
        self.held.scores.as_deref()
    }

    /// What they were asked of.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The state of the dataset that they are of.
    pub fn snapshot(&self) -> &str {
        self.view.snapshot()
    }

    /// The subjects, to be combined with those of a group of the same dataset.
    fn subjects_in(&self, other: &Self) -> Result<&SampleSet> {
        Ok(&self.within(&other.view)?.held.subjects)
    }

    fn with(&self, subjects: SampleSet, label: String) -> Result<Self> {
        Self::new(&self.view, subjects, self.held.scores.clone(), label)
    }

    /// Those of both groups.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where the other is of another dataset, or of another state of this one;
    /// [`Error::Damaged`] where the owners of samples cannot be read.
    pub fn intersection(&self, other: &Self) -> Result<Self> {
        let both = self.held.subjects.intersection(other.subjects_in(self)?);
        self.with(both, format!("({}) & ({})", self.label(), other.label()))
    }

    /// Those of either group.
    ///
    /// # Errors
    ///
    /// As [`Self::intersection`].
    pub fn union(&self, other: &Self) -> Result<Self> {
        let either = self.held.subjects.union(other.subjects_in(self)?);
        self.with(either, format!("({}) | ({})", self.label(), other.label()))
    }

    /// Those of this group that are not in the other.
    ///
    /// # Errors
    ///
    /// As [`Self::intersection`].
    pub fn difference(&self, other: &Self) -> Result<Self> {
        let rest = self.held.subjects.difference(other.subjects_in(self)?);
        self.with(rest, format!("({}) & !({})", self.label(), other.label()))
    }

    /// All others.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] where the owners of samples cannot be read.
    pub fn complement(&self) -> Result<Self> {
        let rest = Subjects::of(&self.view).all()?;
        let rest = rest.difference(&self.held.subjects);
        Self::new(&self.view, rest, None, format!("!({})", self.label()))
    }

    /// Those who are in one of the groups, but not in both.
    ///
    /// # Errors
    ///
    /// As [`Self::intersection`].
    pub fn symmetric_difference(&self, other: &Self) -> Result<Self> {
        let theirs = other.subjects_in(self)?;
        let one = self.held.subjects.symmetric_difference(theirs);
        let (a, b) = (self.label(), other.label());
        self.with(one, format!("({a}) & !({b}) | ({b}) & !({a})"))
    }
}
