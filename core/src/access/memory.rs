//! What a policy remembers between questions.

use crate::cohort::{Subjects, View};
use crate::error::{Error, Result};
use crate::set::SampleSet;
use std::fmt;

/// Where samples of which no person is known are numbered, behind all people.
const ALONE: u32 = 1 << 26;

/// What a policy remembers between the questions of an asker: budgets, and about whom was answered. A host keeps it; the crate
/// `varidex-ledger` does in SQLite. Where it fails, a question is refused.
pub trait PolicyMemory: Send + Sync + fmt::Debug {
    /// Whether an answer about these people may leave beside those that left before, to whomever: people by numbers that they
    /// keep in all states of a dataset. `by_variants` has the question, in words that are the same whenever it is asked, of them or of
    /// all others, where variants pick them: then the same people of another question are too like them, for that nobody is between two sets is a statement
    /// about genotypes.
    ///
    /// # Errors
    ///
    /// Where it cannot be known; so of every method here.
    fn may_answer_about(&self, people: &SampleSet, by_variants: Option<&str>) -> Result<bool>;

    /// At which of these sites counts may leave. Texts name them, the same whenever a site is asked for.
    fn may_count(&self, sites: &[String]) -> Result<Vec<bool>>;

    /// Whether anybody is there who may still be counted for a yes.
    fn has_any(&self, question: &YesNoAsked<'_>) -> Result<bool>;

    /// Who must be left out of the count of an allele, by the numbers of [`InfluenceAsked::shares`]: those whom it would set further
    /// apart than the budget of influence allows. They are counted as if they had the other allele. The others have paid.
    fn leave_out(&self, question: &InfluenceAsked<'_>) -> Result<SampleSet>;

    /// The view is asked by the decisions of people as they are now: who withdrew since is to be gone from what is remembered.
    fn follow(&self) -> Result<()>;

    /// Writes down that a question was answered, or was not.
    fn record(&self, decided: Decided) -> Result<()>;
}

/// A question of yes or no, and who makes it a yes.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct YesNoAsked<'a> {
    /// What is asked, in words that are the same whenever it is.
    pub question: &'a str,
    /// The people whom it is about.
    pub people: u64,
    /// Those of them whom it finds, by their ids.
    pub found: &'a [&'a str],
    /// How many make a yes.
    pub at_least: u64,
}

/// An allele that is counted, and who has it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct InfluenceAsked<'a> {
    /// What is counted, in words that are the same whenever it is.
    pub question: &'a str,
    /// In whom: all groups of an answer. What was counted in one form is not counted in another.
    pub form: &'a str,
    /// Which of the groups this is.
    pub part: &'a str,
    /// Copies of the rarer allele, the ALT or all others, in all who are counted; people whom a question finds have one of one.
    pub copies: u64,
    /// Copies that are known in all who are counted.
    pub total: u64,
    /// Who has it, by ascending numbers, each once.
    pub shares: &'a [InfluenceShare],
}

/// Somebody who has the rarer allele.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InfluenceShare {
    /// Number of the person: see [`View::lasting_people`].
    pub person: u32,
    /// Copies of the allele.
    pub copies: u32,
    /// Copies that are known.
    pub of: u32,
}

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decided {
    /// It was answered.
    Answered,
    /// All of it, or some of its numbers, were withheld.
    Withheld,
    /// It was refused.
    Refused,
}

impl View {
    /// People who may be seen, by numbers that they keep in all states of a dataset: what a memory is asked about. They say nothing
    /// of who it is.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged).
    pub fn lasting_people(&self) -> Result<SampleSet> {
        lasting(self, self.all()?.subjects())
    }
}

/// The subjects that may be seen and are none of some people, by these numbers.
pub(super) fn subjects_beside(view: &View, people: &SampleSet) -> Result<SampleSet> {
    let all = Subjects::of(view);
    let mut beside = SampleSet::new();
    for subject in view.all()?.subjects().iter() {
        if !people.contains(number(&all, subject)?) {
            beside.insert(subject);
        }
    }
    Ok(beside)
}

/// People by numbers that they keep: those of individuals, and behind all of them samples of which no person is known.
pub(super) fn lasting(view: &View, subjects: &SampleSet) -> Result<SampleSet> {
    let all = Subjects::of(view);
    let mut people = Vec::new();
    for subject in subjects.iter() {
        people.push(number(&all, subject)?);
    }
    people.sort_unstable();
    Ok(people.into_iter().collect())
}

/// The number of the person of each sample.
pub(super) fn numbers_of_samples(view: &View) -> Result<Vec<u32>> {
    let all = Subjects::of(view);
    (0..view.universe()).map(|of| number(&all, of)).collect()
}

fn number(all: &Subjects<'_>, subject: u32) -> Result<u32> {
    let (number, alone) = match all.individual(subject)? {
        Some(individual) => (individual, 0),
        None => (subject, ALONE),
    };
    match number < ALONE {
        true => Ok(number | alone),
        false => Err(Error::Usage(format!(
            "policies remember of up to {ALONE} people, and here are more"
        ))),
    }
}
