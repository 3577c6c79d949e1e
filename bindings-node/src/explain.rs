//! What was done to answer a question.

use crate::counts::number;
use napi_derive::napi;

/// A part of a question, as it was run.
#[napi(object)]
#[derive(Debug)]
pub struct Step {
    /// The part of the expression.
    pub what: String,
    /// What was chosen for it.
    pub notes: Vec<String>,
    /// Segments read.
    pub segments_read: i64,
    /// Segments skipped.
    pub segments_skipped: i64,
    /// Rows looked at.
    pub candidate_rows: i64,
    /// Variants that fit.
    pub variants: i64,
    /// Bytes of sets of carriers that were read.
    pub set_bytes: i64,
    /// Individuals found.
    pub individuals: i64,
}

/// What was done to answer a question.
#[napi(object)]
#[derive(Debug)]
pub struct Explanation {
    /// The expression as understood.
    pub expression: String,
    /// The parts, in the order they were run.
    pub steps: Vec<Step>,
    /// What is to be known of the people found.
    pub notes: Vec<String>,
    /// The individuals found.
    pub individuals: i64,
    /// Wall time.
    pub seconds: f64,
    /// All of it as the command line prints it.
    pub text: String,
}

impl From<varidex::Explanation> for Explanation {
    fn from(explained: varidex::Explanation) -> Self {
        let text = explained.to_string();
        let steps = explained.steps.into_iter().map(|step| Step {
            what: step.what,
            notes: step.notes,
            segments_read: number(step.segments.0),
            segments_skipped: number(step.segments.1),
            candidate_rows: number(step.candidate_rows),
            variants: number(step.variants),
            set_bytes: number(step.set_bytes),
            individuals: number(step.individuals),
        });
        Self {
            expression: explained.expression,
            steps: steps.collect(),
            notes: explained.notes,
            individuals: number(explained.individuals),
            seconds: explained.seconds,
            text,
        }
    }
}
