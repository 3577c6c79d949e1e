//! An individual as a Phenopacket 2.

use super::parts::{Dialect, Object, Writer, add_list, doses, number, sex_name, text, timestamp};
use super::resources::resources;
use super::{Individual, Rebuilt, Sample};
use crate::model::{AttributeValue, Coding, Kin, Record, Scope, Time, Value as Measured};
use serde_json::{Value, json};

const VERSION: &str = "2.0";
/// Attributes of samples that a biosample has a place for.
const CODES: [(&str, &str); 3] = [
    ("type", "sampleType"),
    ("origin", "materialSample"),
    ("tissue", "sampledTissue"),
];

pub(super) fn rebuild(of: &Individual) -> Rebuilt {
    let mut writer = Writer::new(Dialect::Phenopacket);
    let mut packet = packet(of, &mut writer);
    let about = json!({
        "createdBy": concat!("varidex ", env!("CARGO_PKG_VERSION")),
        "phenopacketSchemaVersion": VERSION,
        "resources": resources(&writer.prefixes, &of.versions),
    });
    packet.insert("metaData".to_owned(), about.clone());
    let whole = match &of.person.kin {
        Some(kin) => family(of, kin, packet, about),
        None => packet,
    };
    Rebuilt {
        json: text(whole),
        left: writer.into_left(),
    }
}

fn packet(of: &Individual, writer: &mut Writer) -> Object {
    let person = &of.person;
    let mut packet = Object::new();
    packet.insert("id".to_owned(), Value::from(of.id()));
    packet.insert("subject".to_owned(), Value::Object(subject(of, writer)));
    let mut records: Vec<&Record> = person.records.iter().collect();
    let mut samples = Vec::new();
    for sample in &of.samples {
        samples.push(biosample(of.id(), sample, &mut records, writer));
    }
    let mut lists: [Vec<Value>; 4] = Default::default();
    let [features, diseases, measurements, actions] = &mut lists;
    let mut markers = Vec::new();
    for record in records {
        match record.scope {
            Scope::Phenotype => features.push(feature(record, writer)),
            Scope::Disease => diseases.push(disease(record, writer)),
            Scope::Measurement => measurements.extend(measurement(record, writer)),
            Scope::Treatment => actions.extend(treatment(record, writer)),
            Scope::Procedure => actions.extend(procedure(record, writer)),
            Scope::Biomarker => markers.extend(marker(record, samples.is_empty(), writer)),
            Scope::Ethnicity | Scope::Exposure => writer.leave(record.scope.to_string()),
        }
    }
    if let Some(first) = samples.first_mut() {
        add_list(first, "diagnosticMarkers", markers);
    }
    let keys = [
        "phenotypicFeatures",
        "diseases",
        "measurements",
        "medicalActions",
    ];
    for (key, list) in keys.into_iter().zip(lists) {
        add_list(&mut packet, key, list);
    }
    let samples = samples.into_iter().map(Value::Object).collect();
    add_list(&mut packet, "biosamples", samples);
    packet
}

fn subject(of: &Individual, writer: &mut Writer) -> Object {
    let person = &of.person;
    let mut subject = Object::new();
    subject.insert("id".to_owned(), Value::from(of.id()));
    if let Some(sex) = person.sex {
        subject.insert("sex".to_owned(), Value::from(sex_name(sex)));
    }
    if let Some(karyotype) = &person.karyotype {
        let name = writer.karyotype(karyotype);
        subject.insert("karyotypicSex".to_owned(), Value::from(name));
    }
    match person.birth {
        Some(birth) if birth.first == birth.last => {
            let day = Value::from(timestamp(birth.first));
            subject.insert("dateOfBirth".to_owned(), day);
        }
        birth => writer.leave_some("a birth that is no day", birth),
    }
    if let Some(age) = person.age {
        subject.insert("timeAtLastEncounter".to_owned(), writer.ages(age));
    }
    if let Some(deceased) = person.deceased {
        let status = if deceased { "DECEASED" } else { "ALIVE" };
        subject.insert("vitalStatus".to_owned(), json!({ "status": status }));
    }
    writer.leave_some("country of origin", person.country.as_ref());
    let lists = [
        ("population", &person.populations),
        ("cohort", &person.cohorts),
        ("collection of data", &person.collections),
    ];
    for (what, list) in lists {
        list.iter().for_each(|_| writer.leave(what));
    }
    for (name, _) in &of.free {
        writer.leave(format!("attribute {name}"));
    }
    subject
}

/// An object with the term of a record, where it may be excluded.
fn feature(record: &Record, writer: &mut Writer) -> Value {
    let mut feature = Object::new();
    feature.insert("type".to_owned(), writer.coding(&record.term));
    if record.excluded {
        feature.insert("excluded".to_owned(), Value::Bool(true));
    }
    writer.add_time(&mut feature, "onset", record.onset.as_ref());
    writer.add_time(&mut feature, "resolution", record.end.as_ref());
    if let Some(severity) = &record.severity {
        feature.insert("severity".to_owned(), writer.coding(severity));
    }
    Value::Object(feature)
}

fn disease(record: &Record, writer: &mut Writer) -> Value {
    let mut disease = Object::new();
    disease.insert("term".to_owned(), writer.coding(&record.term));
    if record.excluded {
        disease.insert("excluded".to_owned(), Value::Bool(true));
    }
    writer.add_time(&mut disease, "onset", record.onset.as_ref());
    writer.add_time(&mut disease, "resolution", record.end.as_ref());
    writer.leave_some("severity of a disease", record.severity.as_ref());
    Value::Object(disease)
}

fn measurement(record: &Record, writer: &mut Writer) -> Option<Value> {
    if !writer.is_present(record) {
        return None;
    }
    let mut measurement = Object::new();
    measurement.insert("assay".to_owned(), writer.coding(&record.term));
    let value = match &record.value {
        Some(Measured::Number { number, unit }) => {
            Some(json!({ "quantity": writer.quantity(*number, unit) }))
        }
        Some(Measured::Term(term)) => Some(json!({ "ontologyClass": writer.coding(term) })),
        None => None,
    };
    if let Some(value) = value {
        measurement.insert("value".to_owned(), value);
    }
    writer.add_time(&mut measurement, "timeObserved", record.onset.as_ref());
    rest(record, writer, false);
    Some(Value::Object(measurement))
}

/// An agent, with doses where their days are known; with other times a regimen, which has a place for them.
fn treatment(record: &Record, writer: &mut Writer) -> Option<Value> {
    if !writer.is_present(record) {
        return None;
    }
    writer.leave_some("severity of a treatment", record.severity.as_ref());
    let mut treatment = Object::new();
    let doses = doses(record);
    if doses.is_none() && (record.onset.is_some() || record.end.is_some()) {
        treatment.insert("ontologyClass".to_owned(), writer.coding(&record.term));
        writer.add_time(&mut treatment, "startTime", record.onset.as_ref());
        writer.add_time(&mut treatment, "endTime", record.end.as_ref());
        return Some(json!({ "therapeuticRegimen": treatment }));
    }
    treatment.insert("agent".to_owned(), writer.coding(&record.term));
    if let Some(doses) = doses {
        treatment.insert("doseIntervals".to_owned(), doses);
    }
    Some(json!({ "treatment": treatment }))
}

fn procedure(record: &Record, writer: &mut Writer) -> Option<Value> {
    if !writer.is_present(record) {
        return None;
    }
    let mut procedure = Object::new();
    procedure.insert("code".to_owned(), writer.coding(&record.term));
    writer.add_time(&mut procedure, "performed", record.onset.as_ref());
    rest(record, writer, false);
    Some(json!({ "procedure": procedure }))
}

/// A marker is of a sample: without one it has no place.
fn marker(record: &Record, alone: bool, writer: &mut Writer) -> Option<Value> {
    if alone {
        writer.leave(record.scope.to_string());
        return None;
    }
    if !writer.is_present(record) {
        return None;
    }
    writer.leave_some("value of a biomarker", record.value.as_ref());
    rest(record, writer, true);
    Some(writer.coding(&record.term))
}

/// What entries other than phenotypes and diseases have no place for; `with_onset` where that is none, too.
fn rest(record: &Record, writer: &mut Writer, with_onset: bool) {
    let of = record.scope;
    if with_onset {
        writer.leave_some(&format!("time of a {of}"), record.onset.as_ref());
    }
    writer.leave_some(&format!("end of a {of}"), record.end.as_ref());
    writer.leave_some(&format!("severity of a {of}"), record.severity.as_ref());
}

/// A sample. Its diagnosis was recorded as a disease, too, which is read of the sample again.
fn biosample(
    owner: &str,
    sample: &Sample,
    records: &mut Vec<&Record>,
    writer: &mut Writer,
) -> Object {
    let mut found = Object::new();
    found.insert("id".to_owned(), Value::from(sample.name.as_str()));
    found.insert("individualId".to_owned(), Value::from(owner));
    let mut times = Vec::new();
    for (name, value) in &sample.attributes {
        let lower = name.to_ascii_lowercase();
        let key = CODES.iter().find(|(code, _)| *code == lower);
        match (lower.as_str(), value, key) {
            (_, AttributeValue::Code(code), Some((_, key))) => {
                found.insert((*key).to_owned(), writer.coding(code));
            }
            ("diagnosis", AttributeValue::Code(code), _) => {
                found.insert("histologicalDiagnosis".to_owned(), writer.coding(code));
                take_diagnosis(code, records);
            }
            ("time", AttributeValue::Date(dates), _) => times.insert(0, Time::Date(*dates)),
            ("age", AttributeValue::Age(ages), _) => times.push(Time::Age(*ages)),
            _ => writer.leave(format!("attribute {name} of a sample")),
        }
    }
    let mut times = times.into_iter();
    if let Some(time) = times.next() {
        found.insert("timeOfCollection".to_owned(), writer.time(&time));
    }
    writer.leave_some("age at the collection of a sample", times.next());
    found
}

fn take_diagnosis(code: &Coding, records: &mut Vec<&Record>) {
    let is = |record: &&Record| {
        record.scope == Scope::Disease
            && record.term == *code
            && !record.excluded
            && record.onset.is_none()
            && record.end.is_none()
            && record.severity.is_none()
            && number(record.value.as_ref()).is_none()
    };
    if let Some(at) = records.iter().rposition(is) {
        records.remove(at);
    }
}

/// The packet as the proband of a family.
fn family(of: &Individual, kin: &Kin, packet: Object, about: Value) -> Object {
    let mut line = Object::new();
    let texts = [
        ("familyId", Some(&kin.family)),
        ("paternalId", kin.father.as_ref()),
        ("maternalId", kin.mother.as_ref()),
    ];
    for (key, text) in texts {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            line.insert(key.to_owned(), Value::from(text.as_str()));
        }
    }
    line.insert("individualId".to_owned(), Value::from(of.id()));
    if let Some(sex) = of.person.sex {
        line.insert("sex".to_owned(), Value::from(sex_name(sex)));
    }
    let affected = match kin.affected {
        Some(true) => "AFFECTED",
        Some(false) => "UNAFFECTED",
        None => "MISSING",
    };
    line.insert("affectedStatus".to_owned(), Value::from(affected));
    let mut family = Object::new();
    if !kin.family.is_empty() {
        family.insert("id".to_owned(), Value::from(kin.family.as_str()));
    }
    family.insert("proband".to_owned(), Value::Object(packet));
    family.insert("pedigree".to_owned(), json!({ "persons": [line] }));
    family.insert("metaData".to_owned(), about);
    family
}
