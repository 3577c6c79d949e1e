//! What a biosample says of its sample: the same things under the names of Phenopackets and of Beacon.

use super::entries;
use super::free::{Named, Said};
use super::json::{Context, Step, coding, field, first};
use super::sample_facts::{AGE, DIAGNOSIS, ORIGIN, TIME, TISSUE, TYPE};
use super::tree::Json;
use crate::model::{AttributeValue, Time};

/// Keys of codes, and the attributes that they are.
const CODES: [(&str, &[&str]); 4] = [
    (TYPE, &["sampleType", "sampleOriginType"]),
    // whether it is of a tumour or a reference
    (ORIGIN, &["materialSample", "biosampleStatus"]),
    (TISSUE, &["sampledTissue", "sampleOriginDetail"]),
    (DIAGNOSIS, &["histologicalDiagnosis"]),
];
const TIMES: [&str; 3] = ["timeOfCollection", "collectionDate", "collectionMoment"];

fn named(name: &str, value: AttributeValue) -> Option<Said> {
    let of = Named::of(name, None)?;
    Some(Said { of, value })
}

/// What is said of the sample.
pub(super) fn said(context: &mut Context<'_>, value: &Json) -> Vec<Said> {
    let mut all = Vec::new();
    for (name, keys) in CODES {
        if let Some((key, found)) = first(value, keys) {
            match coding(found) {
                Some(code) => all.extend(named(name, AttributeValue::Code(code))),
                None => context.within(Step::Key(key), |context| {
                    context.odd(
                        "an attribute of a sample without code and label: left out",
                        found,
                    );
                }),
            }
        }
    }
    for key in TIMES {
        let (name, time) = match entries::at(context, value, &[key]) {
            None => continue,
            Some(Time::Date(dates)) => (TIME, AttributeValue::Date(dates)),
            Some(Time::Age(ages)) => (AGE, AttributeValue::Age(ages)),
            Some(Time::Stage(_)) => {
                context.within(Step::Key(key), |context| {
                    context.odd("a stage of life as time of collection: left out", value);
                });
                continue;
            }
        };
        all.extend(named(name, time));
    }
    all
}

/// Free attributes, under `attributes` of `info`: texts, numbers, truths and codes by their names.
pub(super) fn free(context: &mut Context<'_>, value: &Json) -> Vec<Said> {
    const KEY: &str = "attributes";
    let info = field(value, "info");
    let Some(attributes) = info.and_then(|info| field(info, KEY)) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    context.within(Step::Key("info"), |context| {
        context.within(Step::Key(KEY), |context| {
            for (name, found) in attributes.pairs() {
                let value = match found {
                    Json::Null => continue,
                    Json::String(text) if text.trim().is_empty() => continue,
                    Json::String(text) => Some(AttributeValue::cell(text.trim())),
                    Json::Bool(truth) => Some(AttributeValue::cell(&truth.to_string())),
                    Json::Number(number) => number.as_f64().map(AttributeValue::Number),
                    other => coding(other).map(AttributeValue::Code),
                };
                match (value, Named::of(name, None)) {
                    (Some(value), Some(of)) => all.push(Said { of, value }),
                    _ => context.odd("an attribute that is not understood: left out", found),
                }
                found.pass();
            }
        });
    });
    all
}
