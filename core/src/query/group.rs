//! A set of people as the answer to a question.

use super::people::{Scores, Step};
use super::subjects::Subjects;
use crate::dataset::Dataset;
use crate::error::Result;
use crate::set::SampleSet;
use std::fmt;

/// The people that an expression picked, within their dataset.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    dataset: &'a Dataset,
    /// Samples, and behind them people without samples.
    subjects: SampleSet,
    samples: SampleSet,
    count: u64,
    /// Of the members; `None` where no similarity was asked for.
    scores: Option<Scores>,
}

impl<'a> Group<'a> {
    pub(super) fn new(
        dataset: &'a Dataset,
        subjects: SampleSet,
        mut scores: Option<Scores>,
    ) -> Result<Self> {
        let all = Subjects::of(dataset);
        if let Some(scores) = &mut scores {
            scores.retain(|(subject, _)| subjects.contains(*subject));
        }
        Ok(Self {
            count: all.count(&subjects)?,
            samples: all.samples_in(&subjects),
            dataset,
            subjects,
            scores,
        })
    }

    /// How many individuals: a person once, however many samples there are; a sample of which no person
    /// is known as one of its own.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether there is anybody.
    pub fn exists(&self) -> bool {
        self.count > 0
    }

    /// Their ids, each once: those of people, and names of samples of which no person is known. In the
    /// order of samples, then of people without samples; the most similar first where a similarity was
    /// asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) where the names cannot be read.
    pub fn ids(&self) -> Result<Vec<&'a str>> {
        Ok(self.ranked()?.into_iter().map(|(id, _)| id).collect())
    }

    /// [`Self::ids`] with their scores of similarity, where one was asked for: the highest of several.
    ///
    /// # Errors
    ///
    /// As [`Self::ids`].
    pub fn ranked(&self) -> Result<Vec<(&'a str, Option<f64>)>> {
        let all = Subjects::of(self.dataset);
        let mut people = SampleSet::new();
        let mut ranked = Vec::new();
        let mut scores = self.scores.iter().flatten().copied().peekable();
        for subject in self.subjects.iter() {
            while scores.next_if(|(scored, _)| *scored < subject).is_some() {}
            let score = scores.next_if(|(scored, _)| *scored == subject);
            let id = match (all.individual(subject)?, self.dataset.people()) {
                (Some(individual), Some(people_file)) => {
                    if !people.insert(individual) {
                        continue;
                    }
                    people_file.id(individual)?
                }
                _ => self.dataset.sample_name(subject)?,
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
        self.scores.is_some()
    }

    /// The numbers of their samples.
    pub fn samples(&self) -> &SampleSet {
        &self.samples
    }

    /// Samples, and behind them people without samples.
    pub(super) fn subjects(&self) -> &SampleSet {
        &self.subjects
    }

    /// The dataset they are in.
    pub fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    fn with(&self, subjects: SampleSet) -> Result<Self> {
        Self::new(self.dataset, subjects, self.scores.clone())
    }

    /// Those of both groups.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) where it cannot be read whose the samples are.
    pub fn and(&self, other: &Self) -> Result<Self> {
        self.with(self.subjects.intersection(&other.subjects))
    }

    /// Those of either group.
    ///
    /// # Errors
    ///
    /// As [`Self::and`].
    pub fn or(&self, other: &Self) -> Result<Self> {
        self.with(self.subjects.union(&other.subjects))
    }

    /// Those of this group that are not in the other.
    ///
    /// # Errors
    ///
    /// As [`Self::and`].
    pub fn without(&self, other: &Self) -> Result<Self> {
        self.with(self.subjects.difference(&other.subjects))
    }
}

/// What was done to answer a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The expression as understood.
    pub expression: String,
    /// The parts, in the order they were run.
    pub steps: Vec<Step>,
    /// The individuals found.
    pub people: u64,
    /// Wall time.
    pub seconds: f64,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.expression)?;
        for (number, step) in (1..).zip(&self.steps) {
            writeln!(f, "{number}. {}", step.what)?;
            for note in &step.notes {
                writeln!(f, "   {note}")?;
            }
            if step.segments != (0, 0) {
                writeln!(
                    f,
                    "   segments read {}, passed by {}",
                    step.segments.0, step.segments.1
                )?;
                writeln!(
                    f,
                    "   candidate rows {}, variants {}, set bytes {}",
                    step.candidate_rows, step.variants, step.set_bytes
                )?;
            }
            writeln!(f, "   people {}", step.people)?;
        }
        writeln!(f, "people {} in {:.6} s", self.people, self.seconds)
    }
}
