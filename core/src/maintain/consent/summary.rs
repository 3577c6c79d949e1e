//! What is decided, in numbers.

use super::lists::{Disagreement, disagreements};
use super::{Writer, as_json};
use crate::cohort::consent::{Asked, Decisions, Outcome, outcome};
use crate::cohort::decided::{Decider, deciders};
use crate::error::Result;
use crate::format::Folder;
use crate::model::{DecidedBy, Purpose, WithoutDecision};
use serde::Serialize;
use std::path::Path;

/// What is decided about a purpose today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PurposeSummary {
    /// The purpose; `None` is what holds where no purpose is named.
    pub purpose: Option<Purpose>,
    /// Who is in by a decision.
    #[serde(rename = "in")]
    pub is_in: u64,
    /// Who is out by a decision.
    #[serde(rename = "out")]
    pub is_out: u64,
    /// What holds of the others.
    pub without: WithoutDecision,
    /// The samples that a view for the purpose shows.
    pub samples: u64,
}

/// What a dataset's decisions come to today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConsentSummary {
    /// Without a purpose, and for each that something is decided or set about.
    pub purposes: Vec<PurposeSummary>,
    /// How many individuals and samples decided something.
    pub decided: u64,
    /// Ids among them that nobody has here.
    pub unknown: Vec<String>,
    /// Where sources disagree.
    pub disagreements: Vec<Disagreement>,
    /// Whether health and medical research includes frequencies by ancestry, where that is set.
    pub hmb_in_strata: Option<bool>,
}

impl ConsentSummary {
    /// As an object of JSON: the members are the fields, `in` and `out` of a purpose without `is_`.
    pub fn to_json(&self) -> String {
        as_json(self)
    }
}

/// What people decided, as it stands today.
///
/// # Errors
///
/// As [`withdraw`](super::withdraw).
pub fn consent_summary(dataset: impl AsRef<Path>) -> Result<ConsentSummary> {
    let writer = Writer::open(&Folder::on_disk(dataset), Decisions::default())?;
    let decisions = &writer.decisions;
    let mut about: Vec<Option<Purpose>> = vec![None];
    let set = decisions.defaults().keys().copied();
    about.extend(decisions.purposes().map(Some).chain(set));
    about.sort_unstable();
    about.dedup();
    let mut purposes = Vec::new();
    for purpose in about {
        let asked = Asked::today(purpose, writer.today);
        let (mut is_in, mut is_out) = (0, 0);
        for (_, all) in decisions.by() {
            match outcome(all, &asked) {
                Outcome::In => is_in += 1,
                Outcome::Out => is_out += 1,
                Outcome::Undecided => {}
            }
        }
        purposes.push(PurposeSummary {
            purpose,
            is_in,
            is_out,
            without: decisions.without(purpose),
            samples: writer.dataset.samples_for(purpose)?,
        });
    }
    let by: Vec<&DecidedBy> = decisions.by().map(|(by, _)| by).collect();
    let found = deciders(&writer.dataset, &by)?;
    let unknown = by.iter().zip(found);
    let unknown = unknown.filter(|(_, decider)| *decider == Decider::Unknown);
    Ok(ConsentSummary {
        purposes,
        decided: decisions.len() as u64,
        unknown: unknown.map(|(by, _)| by.id().to_owned()).collect(),
        disagreements: disagreements(&writer),
        hmb_in_strata: decisions.hmb_in_strata,
    })
}
