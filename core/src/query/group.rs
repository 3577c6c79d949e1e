//! A set of people as the answer to a question.

use super::people::Step;
use crate::dataset::Dataset;
use crate::error::Result;
use crate::set::SampleSet;
use std::fmt;

/// The people that an expression picked, within their dataset.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    dataset: &'a Dataset,
    samples: SampleSet,
}

impl<'a> Group<'a> {
    pub(super) fn new(dataset: &'a Dataset, samples: SampleSet) -> Self {
        Self { dataset, samples }
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.samples.len()
    }

    /// Whether there is anybody.
    pub fn exists(&self) -> bool {
        !self.samples.is_empty()
    }

    /// Their names, by number.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) where the names cannot be read.
    pub fn ids(&self) -> Result<Vec<&'a str>> {
        self.samples
            .iter()
            .map(|sample| self.dataset.sample_name(sample))
            .collect()
    }

    /// Their numbers.
    pub fn samples(&self) -> &SampleSet {
        &self.samples
    }

    /// The dataset they are in.
    pub fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    fn with(&self, samples: SampleSet) -> Self {
        Self {
            dataset: self.dataset,
            samples,
        }
    }

    /// Those of both groups.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.with(self.samples.intersection(&other.samples))
    }

    /// Those of either group.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.with(self.samples.union(&other.samples))
    }

    /// Those of this group that are not in the other.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.with(self.samples.difference(&other.samples))
    }
}

/// What was done to answer a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The expression as understood.
    pub expression: String,
    /// The parts that needed genotypes, in the order they were run.
    pub steps: Vec<Step>,
    /// The people found.
    pub people: u64,
    /// Wall time.
    pub seconds: f64,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.expression)?;
        for (number, step) in (1..).zip(&self.steps) {
            writeln!(f, "{number}. {}", step.what)?;
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
            writeln!(f, "   people {}", step.people)?;
        }
        writeln!(f, "people {} in {:.6} s", self.people, self.seconds)
    }
}
