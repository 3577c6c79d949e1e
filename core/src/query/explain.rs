//! How questions are answered.

use super::exec::run;
use super::exec::step::Step;
use super::group::Group;
use super::plan::admit::admit;
use super::plan::bound::{BoundGroup, BoundPlan};
use super::plan::explain::PlannedPart;
use crate::cohort::View;
use crate::error::Result;
use std::fmt;
use std::time::Instant;

/// What was done to answer a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The expression as understood.
    pub expression: String,
    /// The parts, in the order they were run.
    pub steps: Vec<Step>,
    /// What is to be known of the people found.
    pub notes: Vec<String>,
    /// The individuals found.
    pub individuals: u64,
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
                    "   segments read {}, skipped {}",
                    step.segments.0, step.segments.1
                )?;
                writeln!(
                    f,
                    "   candidate rows {}, variants {}, set bytes {}",
                    step.candidate_rows, step.variants, step.set_bytes
                )?;
            }
            writeln!(f, "   people {}", step.individuals)?;
        }
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        writeln!(f, "people {} in {:.6} s", self.individuals, self.seconds)
    }
}

/// How a question will be answered: see [`View::plan`]. It borrows nothing.
#[derive(Debug)]
pub struct Plan {
    view: View,
    expression: String,
    parts: Vec<PlannedPart>,
    bound: BoundPlan<BoundGroup>,
    /// Wall time of binding.
    seconds: f64,
}

impl Plan {
    pub(super) fn new(
        view: &View,
        expression: String,
        bound: BoundPlan<BoundGroup>,
        started: Instant,
    ) -> Result<Self> {
        Ok(Self {
            view: view.clone(),
            expression,
            parts: bound.of.planned(view)?,
            bound,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// The parts, in the order in which they will be run.
    pub fn parts(&self) -> &[PlannedPart] {
        &self.parts
    }

    /// What who asks should know: that something is probably meant otherwise, or that a file was not taken whole.
    pub fn notes(&self) -> &[String] {
        &self.bound.of.hints
    }

    /// Runs it, and says what was found.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) where bytes are not what was written.
    pub fn run(self) -> Result<Explanation> {
        let started = Instant::now();
        let mut found = run::group(&self.view, admit(&self.view, self.bound)?, true)?;
        let seconds = self.seconds + started.elapsed().as_secs_f64();
        let steps = std::mem::take(&mut found.steps);
        let ungenotyped = found.ungenotyped.clone();
        let group = Group::of_found(&self.view, found, self.expression)?;
        Ok(Explanation {
            expression: group.label().to_owned(),
            steps,
            notes: ungenotyped
                .into_iter()
                .chain(group.counting_note())
                .collect(),
            individuals: group.count(),
            seconds,
        })
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "plan")?;
        for (number, part) in (1..).zip(&self.parts) {
            writeln!(f, "{number}. {part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts keep plans, and run them on other threads.
    #[test]
    fn a_plan_borrows_nothing() {
        fn kept<T: Send + 'static>() {}
        kept::<Plan>();
    }
}
