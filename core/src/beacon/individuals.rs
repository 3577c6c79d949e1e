//! Records of individuals, put together again from what the index stores.

use super::member::Member;
use crate::cohort::Subjects;
use crate::error::{Error, Result};
use crate::query::Group;
use crate::set::SampleSet;
use serde_json::{Value, json};

/// The individuals of a page, in the order of samples, then of those without any.
pub(super) fn page(member: &Member, group: &Group, offset: u64, limit: u64) -> Result<Vec<Value>> {
    let view = &member.view;
    let subjects = Subjects::of(view);
    let mut known = SampleSet::new();
    let (mut before, mut page) = (0, Vec::new());
    for subject in group.subjects().iter() {
        let individual = subjects.individual(subject)?;
        if individual.is_some_and(|individual| !known.insert(individual)) {
            continue;
        }
        if before < offset {
            before += 1;
            continue;
        }
        if page.len() as u64 >= limit {
            break;
        }
        page.push(match (individual, view.people()) {
            (Some(individual), Some(people)) => {
                let record = view.individual_numbered(people, individual)?.beacon();
                serde_json::from_str(&record.json).map_err(|e| Error::Usage(e.to_string()))?
            }
            _ => unknown(view.sample_name(subject)?),
        });
    }
    Ok(page)
}

/// A sample of whom nothing is known.
fn unknown(id: &str) -> Value {
    json!({ "id": id, "sex": { "id": "NCIT:C17998", "label": "unknown" } })
}
