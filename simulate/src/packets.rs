//! People as Phenopackets v2, one a line. Phenopackets have no place for populations: those stand in a
//! table of their own.

use serde_json::{Value as Json, json};
use std::io::{self, Write};

use super::Sex;
use super::people::name;
use super::persons::{Named, Onset, Person, Recorded, Value};

/// Writes one packet.
pub(super) fn write(out: &mut impl Write, person: &Person, genotypes: &str) -> io::Result<()> {
    let id = person.id();
    let sample = name(person.number);
    let mut packet = json!({
        "id": format!("packet-{:07}", person.number + 1),
        "subject": subject(person, &id),
        "metaData": {
            "created": "2025-01-01T00:00:00Z",
            "createdBy": "varidex simulate: an invented person",
            "phenopacketSchemaVersion": "2.0",
        },
    });
    let mut add = |key: &str, entries: Vec<Json>| {
        if let Some(packet) = packet.as_object_mut()
            && !entries.is_empty()
        {
            packet.insert(key.to_owned(), Json::Array(entries));
        }
    };
    let records = |records: &[Recorded], key| records.iter().map(|r| entry(r, key)).collect();
    add("phenotypicFeatures", records(&person.phenotypes, "type"));
    add("diseases", records(&person.diseases, "term"));
    let treatments = person.treatments.iter().map(|treated| {
        let (start, end) = (treated.year, treated.year + 1);
        json!({"treatment": {
            "agent": term(&treated.drug),
            "doseIntervals": [{"interval": {
                "start": format!("{start}-03-01T00:00:00Z"),
                "end": format!("{end}-02-01T00:00:00Z"),
            }}],
        }})
    });
    add("medicalActions", treatments.collect());
    let measured = person.measured.iter().map(|measured| {
        let assay = json!({"id": measured.assay.id, "label": measured.assay.label});
        json!({"assay": assay, "value": value(measured.value)})
    });
    add("measurements", measured.collect());
    let mut biosamples = Vec::new();
    if person.named == Some(Named::Biosample) {
        biosamples.push(json!({"id": sample, "individualId": id}));
    }
    if !person.markers.is_empty() {
        biosamples.push(json!({
            "id": format!("{id}-tumour"),
            "individualId": id,
            "diagnosticMarkers": person.markers.iter().map(term).collect::<Vec<_>>(),
        }));
    }
    add("biosamples", biosamples);
    if person.named == Some(Named::File) {
        let file = json!({
            "uri": genotypes,
            "individualToFileIdentifiers": {id: sample},
        });
        add("files", vec![file]);
    }
    serde_json::to_writer(&mut *out, &packet)?;
    out.write_all(b"\n")
}

fn subject(person: &Person, id: &str) -> Json {
    let sex = match person.sex {
        Some(Sex::Female) => "FEMALE",
        Some(Sex::Male) => "MALE",
        None => "UNKNOWN_SEX",
    };
    let mut subject = json!({"id": id, "sex": sex});
    if let (Some(months), Some(subject)) = (person.age, subject.as_object_mut()) {
        let age = json!({"age": {"iso8601duration": duration(months)}});
        subject.insert("timeAtLastEncounter".to_owned(), age);
    }
    subject
}

fn duration(months: u32) -> String {
    format!("P{}Y{}M", months / 12, months % 12)
}

fn term(record: &Recorded) -> Json {
    json!({"id": record.code, "label": record.label})
}

/// A phenotype or disease; its term stands under `key`.
fn entry(record: &Recorded, key: &str) -> Json {
    let mut entry = json!({ key: term(record) });
    let Some(fields) = entry.as_object_mut() else {
        return entry;
    };
    if record.excluded {
        fields.insert("excluded".to_owned(), json!(true));
    }
    let onset = record.onset.map(|onset| match onset {
        Onset::Age(months) => json!({"age": {"iso8601duration": duration(months)}}),
        Onset::Between(low, high) => json!({"ageRange": {
            "start": {"iso8601duration": format!("P{low}Y")},
            "end": {"iso8601duration": format!("P{high}Y")},
        }}),
        Onset::Stage(id, label) => json!({"ontologyClass": {"id": id, "label": label}}),
    });
    if let Some(onset) = onset {
        fields.insert("onset".to_owned(), onset);
    }
    if let Some((id, label)) = record.severity {
        fields.insert("severity".to_owned(), json!({"id": id, "label": label}));
    }
    entry
}

fn value(value: Value) -> Json {
    let (id, label) = match value {
        Value::Number(tenths, unit) => {
            let mut quantity = json!({"value": f64::from(tenths) / 10.0});
            if let (Some(unit), Some(quantity)) = (unit, quantity.as_object_mut()) {
                let unit = json!({"id": format!("UCUM:{unit}"), "label": unit});
                quantity.insert("unit".to_owned(), unit);
            }
            return json!({ "quantity": quantity });
        }
        Value::Found(true) => ("SNOMED:260373001", "Detected"),
        Value::Found(false) => ("SNOMED:260415000", "Not detected"),
    };
    json!({"ontologyClass": {"id": id, "label": label}})
}
