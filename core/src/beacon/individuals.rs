//! Records of individuals, put together again from what the index stores.

use super::member::Member;
use crate::cohort::Subjects;
use crate::error::{Error, Result};
use crate::query::Group;
use crate::set::SampleSet;
use serde_json::{Map, Value, json};

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
                let record = serde_json::from_str(&record.json);
                of_the_model(record.map_err(|e| Error::Usage(e.to_string()))?)
            }
            _ => unknown(view.sample_name(subject)?),
        });
    }
    Ok(page)
}

/// Records of an individual, with what in each must be a term with an id.
const CODED: [(&str, &str); 6] = [
    ("diseases", "diseaseCode"),
    ("exposures", "exposureCode"),
    ("interventionsOrProcedures", "procedureCode"),
    ("measures", "assayCode"),
    ("phenotypicFeatures", "featureType"),
    ("treatments", "treatmentCode"),
];

/// The model wants ids of all terms: what has none is kept below `info`.
fn of_the_model(mut record: Value) -> Value {
    let Some(map) = record.as_object_mut() else {
        return record;
    };
    let mut beside = Map::new();
    for name in ["geographicOrigin", "ethnicity"] {
        if map.get(name).is_some_and(|term| !has_id(term)) {
            beside.extend(map.remove(name).map(|term| (name.to_owned(), term)));
        }
    }
    for (name, code) in CODED {
        let Some(Value::Array(records)) = map.get_mut(name) else {
            continue;
        };
        let all = std::mem::take(records).into_iter();
        let (coded, others): (Vec<Value>, Vec<Value>) =
            all.partition(|of| of.get(code).is_some_and(has_id));
        *records = coded;
        if records.is_empty() {
            map.remove(name);
        }
        if !others.is_empty() {
            beside.insert(name.to_owned(), Value::Array(others));
        }
    }
    if !beside.is_empty()
        && let Some(info) = map
            .entry("info")
            .or_insert_with(|| json!({}))
            .as_object_mut()
    {
        info.extend(beside);
    }
    record
}

fn has_id(term: &Value) -> bool {
    term.get("id").is_some_and(Value::is_string)
}

/// A sample of whom nothing is known.
fn unknown(id: &str) -> Value {
    json!({ "id": id, "sex": { "id": "NCIT:C17998", "label": "unknown" } })
}
