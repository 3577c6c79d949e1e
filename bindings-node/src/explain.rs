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
    pub segments_passed_by: i64,
    /// Rows looked at.
    pub candidate_rows: i64,
    /// Variants that fit.
    pub variants: i64,
    /// Bytes of sets of carriers that were read.
    pub set_bytes: i64,
    /// People found.
    pub people: i64,
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
    /// The people found.
    pub people: i64,
    /// Wall time.
    pub seconds: f64,
    /// All of it as the command line prints it.
    pub text: String,
}

impl From<varidex::Explanation> for Explanation {
    fn from(told: varidex::Explanation) -> Self {
        let text = told.to_string();
        let steps = told.steps.into_iter().map(|step| Step {
            what: step.what,
            notes: step.notes,
            segments_read: number(step.segments.0),
            segments_passed_by: number(step.segments.1),
            candidate_rows: number(step.candidate_rows),
            variants: number(step.variants),
            set_bytes: number(step.set_bytes),
            people: number(step.people),
        });
        Self {
            expression: told.expression,
            steps: steps.collect(),
            notes: told.notes,
            people: number(told.people),
            seconds: told.seconds,
            text,
        }
    }
}
