//! What a plan will do, before it is run.

use super::bound::{BoundCarriers, BoundGroup, GroupPart, GroupTest, Whom};
use crate::cohort::{Subjects, View};
use crate::error::Result;
use crate::query::expr::Node;
use std::fmt;

/// How a part of a question will be answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedPart {
    /// The part of the expression.
    pub what: String,
    /// From what it will be answered.
    pub how: String,
    /// The most individuals that it can pick, where that is known.
    pub individuals: Option<u64>,
    /// Rows that will be looked at, where any are.
    pub candidate_rows: Option<u64>,
    /// Segments that will be read, and segments that the manifest rules out.
    pub segments: (u64, u64),
}

impl fmt::Display for PlannedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.how)?;
        if let Some(most) = self.individuals {
            write!(f, "; people at most {most}")?;
        }
        if let Some(rows) = self.candidate_rows {
            let (read, skipped) = self.segments;
            write!(
                f,
                "; candidate rows {rows}, segments read {read}, skipped {skipped}"
            )?;
        }
        Ok(())
    }
}

impl BoundGroup {
    /// The parts of a plan that keeps how they are written, in the order in which they will be run.
    pub(in crate::query) fn planned(&self, view: &View) -> Result<Vec<PlannedPart>> {
        let mut all = Vec::new();
        add(&self.root, &Subjects::of(view), &mut all)?;
        Ok(all)
    }
}

fn add(node: &Node<GroupPart>, subjects: &Subjects<'_>, all: &mut Vec<PlannedPart>) -> Result<()> {
    match node {
        Node::Atom(atom) => all.push(planned(&atom.kind, subjects)?),
        Node::Not(inner) => add(inner, subjects, all)?,
        Node::And(parts) | Node::Or(parts) => {
            for part in parts {
                add(part, subjects, all)?;
            }
        }
    }
    Ok(())
}

fn planned(part: &GroupPart, subjects: &Subjects<'_>) -> Result<PlannedPart> {
    let planned = PlannedPart {
        what: part.what.clone(),
        ..PlannedPart::default()
    };
    Ok(match &part.test {
        GroupTest::Stored(whom, found) => PlannedPart {
            how: match whom {
                Whom::All => "all",
                Whom::Listed => "those listed",
                Whom::Recorded | Whom::Described(_) => "what is recorded of people",
                Whom::Genotyped => "who has a sample",
                Whom::Sampled => "what is recorded of samples",
                Whom::Proven => "the policy of quality",
            }
            .to_owned(),
            individuals: Some(subjects.count(found)?),
            ..planned
        },
        GroupTest::Carriers(carriers) => of_carriers(carriers, subjects, planned)?,
        GroupTest::Called(called) => {
            let size = called.of.size;
            PlannedPart {
                how: "rows, of all until nobody is left".to_owned(),
                candidate_rows: Some(size.candidates),
                segments: (size.segments, size.segments_skipped),
                ..planned
            }
        }
        GroupTest::Similar(similar) => {
            let profiles = similar.profiles.len();
            PlannedPart {
                how: format!(
                    "scores of those who are left, profiles {profiles}, {}",
                    similar.asked()
                ),
                ..planned
            }
        }
    })
}

fn of_carriers(
    carriers: &BoundCarriers,
    subjects: &Subjects<'_>,
    planned: PlannedPart,
) -> Result<PlannedPart> {
    let individuals = match &carriers.stored {
        Some(stored) => {
            let samples = subjects.closed_over_people(stored.samples.clone())?;
            Some(subjects.count(&subjects.seen(samples))?)
        }
        None => None,
    };
    let Some(of) = &carriers.of else {
        return Ok(PlannedPart {
            how: "carriers stored by gene, no row is read".to_owned(),
            individuals,
            ..planned
        });
    };
    let size = of.size;
    Ok(PlannedPart {
        how: match (individuals.is_some(), of.groups.len()) {
            (true, _) => "rows, of those among the carriers stored by gene".to_owned(),
            (false, 0) => "rows, of those who are left".to_owned(),
            (false, groups) => format!("rows, of those who are left; groups counted in {groups}"),
        },
        individuals,
        candidate_rows: Some(size.candidates),
        segments: (size.segments, size.segments_skipped),
        ..planned
    })
}
