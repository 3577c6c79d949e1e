//! What loading people reports.

use crate::input::people::PeopleInput;
use crate::set::SampleSet;
use std::fmt;

/// Examples reported of each oddity.
const EXAMPLES: usize = 5;

/// What loading people reports at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleReport {
    /// Records met.
    pub read: u64,
    /// People loaded.
    pub people: u64,
    /// Records that say more of a person known already.
    pub merged: u64,
    /// Records that could not be used.
    pub refused: u64,
    /// The first of them: place and reason.
    pub refusals: Vec<(String, String)>,
    /// Oddities: what, how often, the first few.
    pub warnings: Vec<(String, u64, Vec<String>)>,
    /// Samples of which nothing is known.
    pub samples_without_person: u64,
    /// People without a sample.
    pub people_without_sample: u64,
    /// Terms that no ontology of the dataset describes.
    pub unknown_terms: u64,
    /// The dataset's new snapshot id; empty where the build reports it.
    pub snapshot: String,
}

impl PeopleReport {
    /// Takes over what reading reported.
    pub(super) fn take(&mut self, input: PeopleInput) {
        self.read = input.read;
        self.merged = input.merged;
        self.refused = input.refused.len() as u64 + input.refused_more;
        let refused = input.refused.into_iter();
        self.refusals = refused
            .map(|refusal| (format!("{}{}", refusal.file, refusal.place), refusal.reason))
            .collect();
        let warnings = input.warnings.into_iter();
        self.warnings = warnings
            .map(|warning| (warning.what, warning.count, warning.examples))
            .collect();
    }

    pub(super) fn account(&mut self, people: usize, owners: &[Option<u32>]) {
        self.people = people as u64;
        let sampled: SampleSet = owners.iter().flatten().copied().collect();
        self.people_without_sample = self.people.saturating_sub(sampled.len());
        let unknown = owners.iter().filter(|owner| owner.is_none());
        self.samples_without_person = unknown.count() as u64;
    }

    pub(super) fn warn(&mut self, what: &str, all: impl ExactSizeIterator<Item = String>) {
        self.warn_some(what, all.len() as u64, all);
    }

    pub(super) fn warn_some(
        &mut self,
        what: &str,
        count: u64,
        first: impl Iterator<Item = String>,
    ) {
        if count > 0 {
            self.warnings
                .push((what.to_owned(), count, first.take(EXAMPLES).collect()));
        }
    }
}

impl fmt::Display for PeopleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            ("records read", self.read),
            ("records merged", self.merged),
            ("records refused", self.refused),
            ("people", self.people),
            ("people without a sample", self.people_without_sample),
            ("samples without a person", self.samples_without_person),
            ("terms not in an ontology", self.unknown_terms),
        ];
        for (name, count) in counts {
            writeln!(f, "{name:<26}{count:>12}")?;
        }
        for (place, reason) in &self.refusals {
            writeln!(f, "refused  {place}: {reason}")?;
        }
        for (what, count, examples) in &self.warnings {
            writeln!(f, "warning  {what} ({count}): {}", examples.join("; "))?;
        }
        match self.snapshot.is_empty() {
            true => Ok(()),
            false => writeln!(f, "snapshot  {}", self.snapshot),
        }
    }
}
