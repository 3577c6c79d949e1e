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

/// Records of an individual, with what the model wants in each.
const RECORDS: [(&str, &[&str]); 7] = [
    ("diseases", &["diseaseCode"]),
    (
        "exposures",
        &["exposureCode", "ageAtExposure", "unit", "duration"],
    ),
    ("interventionsOrProcedures", &["procedureCode"]),
    ("measures", &["assayCode", "measurementValue"]),
    ("pedigrees", &["id", "disease", "members"]),
    ("phenotypicFeatures", &["featureType"]),
    ("treatments", &["treatmentCode"]),
];

/// What the model wants within a record: where an object has the one, it must have the others. Terms have ids,
/// quantities units, and intervals of doses say how much and how often.
const TOGETHER: [(&str, &[&str]); 3] = [
    ("label", &["id"]),
    ("value", &["unit"]),
    ("interval", &["quantity", "scheduleFrequency"]),
];

/// What the model does not take, for it wants more than is known, is kept below `info`.
fn of_the_model(mut record: Value) -> Value {
    let Some(map) = record.as_object_mut() else {
        return record;
    };
    let mut beside = Map::new();
    for name in ["geographicOrigin", "ethnicity"] {
        if map.get(name).is_some_and(|term| !is_taken(term)) {
            beside.extend(map.remove(name).map(|term| (name.to_owned(), term)));
        }
    }
    for (name, wanted) in RECORDS {
        let Some(Value::Array(records)) = map.get_mut(name) else {
            continue;
        };
        let all = std::mem::take(records).into_iter();
        let (whole, others): (Vec<Value>, Vec<Value>) =
            all.partition(|of| wanted.iter().all(|key| of.get(*key).is_some_and(is_taken)));
        *records = whole.into_iter().map(|of| optional(of, wanted)).collect();
        if records.is_empty() {
            map.remove(name);
        }
        if !others.is_empty() {
            beside.insert(name.to_owned(), Value::Array(others));
        }
    }
    into_info(map, beside);
    record
}

/// A record without what the model need not have and does not take.
fn optional(mut record: Value, wanted: &[&str]) -> Value {
    if let Some(map) = record.as_object_mut() {
        let all = std::mem::take(map).into_iter();
        let (taken, others): (Map<_, _>, Map<_, _>) =
            all.partition(|(key, value)| wanted.contains(&key.as_str()) || is_taken(value));
        *map = taken;
        into_info(map, others);
    }
    record
}

fn into_info(map: &mut Map<String, Value>, beside: Map<String, Value>) {
    if !beside.is_empty()
        && let Some(info) = map
            .entry("info")
            .or_insert_with(|| json!({}))
            .as_object_mut()
    {
        info.extend(beside);
    }
}

/// Whether all within has what the model wants together.
fn is_taken(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().all(is_taken),
        Value::Object(map) => {
            let together = TOGETHER.iter().all(|(one, others)| {
                !map.contains_key(*one) || others.iter().all(|other| map.contains_key(*other))
            });
            !map.is_empty() && together && map.values().all(is_taken)
        }
        _ => true,
    }
}

/// A sample of whom nothing is known.
fn unknown(id: &str) -> Value {
    json!({ "id": id, "sex": { "id": "NCIT:C17998", "label": "unknown" } })
}
