//! An individual as Beacon 2 has it.

use super::parts::{Dialect, Object, Writer, add_list, day, doses, number, number_of, text};
use super::{Individual, Rebuilt};
use crate::model::{AttributeValue, Coding, Kin, Record, Scope, Sex, Time, Value as Measured};
use serde_json::{Value, json};

pub(super) fn rebuild(of: &Individual) -> Rebuilt {
    let mut writer = Writer::new(Dialect::Beacon);
    let person = &of.person;
    let mut individual = Object::new();
    individual.insert("id".to_owned(), Value::from(of.id()));
    let (id, label) = sex_code(person.sex);
    individual.insert("sex".to_owned(), json!({ "id": id, "label": label }));
    if let Some(karyotype) = &person.karyotype {
        let name = writer.karyotype(karyotype);
        individual.insert("karyotypicSex".to_owned(), Value::from(name));
    }
    if let Some(country) = &person.country {
        individual.insert("geographicOrigin".to_owned(), writer.coding(country));
    }
    lists(of, &mut individual, &mut writer);
    if let Some(kin) = &person.kin {
        individual.insert("pedigrees".to_owned(), json!([pedigree(of.id(), kin)]));
    }
    let info = info(of, &mut writer);
    if !info.is_empty() {
        individual.insert("info".to_owned(), Value::Object(info));
    }
    Rebuilt {
        json: text(individual),
        left: writer.into_left(),
    }
}

fn sex_code(sex: Option<Sex>) -> (&'static str, &'static str) {
    match sex {
        Some(Sex::Female) => ("NCIT:C16576", "female"),
        Some(Sex::Male) => ("NCIT:C20197", "male"),
        Some(Sex::Other) => ("NCIT:C45908", "other"),
        None => ("NCIT:C17998", "unknown"),
    }
}

fn lists(of: &Individual, to: &mut Object, writer: &mut Writer) {
    let mut lists: [Vec<Value>; 6] = Default::default();
    let [
        features,
        diseases,
        treatments,
        procedures,
        measures,
        exposures,
    ] = &mut lists;
    for record in &of.person.records {
        let present = record.scope == Scope::Phenotype || writer.is_present(record);
        if !present {
            continue;
        }
        match record.scope {
            Scope::Phenotype => features.push(feature(record, writer)),
            Scope::Disease => diseases.push(disease(record, writer)),
            Scope::Treatment => treatments.push(treatment(record, writer)),
            Scope::Procedure => procedures.push(procedure(record, writer)),
            Scope::Measurement => measures.push(measure(record, writer)),
            Scope::Exposure => exposures.push(exposure(record, writer)),
            Scope::Ethnicity if !to.contains_key("ethnicity") => {
                to.insert("ethnicity".to_owned(), writer.coding(&record.term));
                rest(record, writer, [true, true, true]);
            }
            // it is of samples, and one ethnicity is all that there is place for
            Scope::Biomarker | Scope::Ethnicity => writer.leave(record.scope.to_string()),
        }
    }
    let keys = [
        "phenotypicFeatures",
        "diseases",
        "treatments",
        "interventionsOrProcedures",
        "measures",
        "exposures",
    ];
    for (key, list) in keys.into_iter().zip(lists) {
        add_list(to, key, list);
    }
}

/// What an entry has no place for, of time, end and severity.
fn rest(record: &Record, writer: &mut Writer, [time, end, severity]: [bool; 3]) {
    let of = record.scope;
    let parts = [
        (time && record.onset.is_some(), "time"),
        (end && record.end.is_some(), "end"),
        (severity && record.severity.is_some(), "severity"),
    ];
    for (_, what) in parts.into_iter().filter(|(is, _)| *is) {
        writer.leave(format!("{what} of a {of}"));
    }
}

fn severity(record: &Record, to: &mut Object, writer: &mut Writer) {
    if let Some(severity) = &record.severity {
        to.insert("severity".to_owned(), writer.coding(severity));
    }
}

fn feature(record: &Record, writer: &mut Writer) -> Value {
    let mut feature = Object::new();
    feature.insert("featureType".to_owned(), writer.coding(&record.term));
    if record.excluded {
        feature.insert("excluded".to_owned(), Value::Bool(true));
    }
    writer.add_time(&mut feature, "onset", record.onset.as_ref());
    writer.add_time(&mut feature, "resolution", record.end.as_ref());
    severity(record, &mut feature, writer);
    Value::Object(feature)
}

fn disease(record: &Record, writer: &mut Writer) -> Value {
    let mut disease = Object::new();
    disease.insert("diseaseCode".to_owned(), writer.coding(&record.term));
    writer.add_time(&mut disease, "ageOfOnset", record.onset.as_ref());
    severity(record, &mut disease, writer);
    rest(record, writer, [false, true, false]);
    Value::Object(disease)
}

fn treatment(record: &Record, writer: &mut Writer) -> Value {
    let mut treatment = Object::new();
    treatment.insert("treatmentCode".to_owned(), writer.coding(&record.term));
    let age = age(record.onset.as_ref(), writer);
    if let Some(doses) = doses(record) {
        treatment.insert("doseIntervals".to_owned(), doses);
    } else if let Some(age) = age {
        treatment.insert("ageAtOnset".to_owned(), age);
        rest(record, writer, [false, true, false]);
    } else {
        rest(record, writer, [true, true, false]);
    }
    rest(record, writer, [false, false, true]);
    Value::Object(treatment)
}

/// A single age, where a time is one that a duration says.
fn age(time: Option<&Time>, writer: &mut Writer) -> Option<Value> {
    match time {
        Some(Time::Age(ages)) if ages.low == ages.high && ages.low.to_iso().is_some() => {
            Some(writer.ages(*ages))
        }
        _ => None,
    }
}

fn procedure(record: &Record, writer: &mut Writer) -> Value {
    let mut procedure = Object::new();
    procedure.insert("procedureCode".to_owned(), writer.coding(&record.term));
    match day(record.onset.as_ref()) {
        Some(day) => {
            procedure.insert("dateOfProcedure".to_owned(), Value::from(day));
        }
        None => writer.add_time(&mut procedure, "ageAtProcedure", record.onset.as_ref()),
    }
    rest(record, writer, [false, true, true]);
    Value::Object(procedure)
}

fn measure(record: &Record, writer: &mut Writer) -> Value {
    let mut measure = Object::new();
    measure.insert("assayCode".to_owned(), writer.coding(&record.term));
    let value = match &record.value {
        Some(Measured::Number { number, unit }) => Some(writer.quantity(*number, unit)),
        Some(Measured::Term(term)) => Some(writer.coding(term)),
        None => None,
    };
    if let Some(value) = value {
        measure.insert("measurementValue".to_owned(), value);
    }
    match day(record.onset.as_ref()) {
        Some(day) => {
            measure.insert("date".to_owned(), Value::from(day));
        }
        None => writer.add_time(&mut measure, "observationMoment", record.onset.as_ref()),
    }
    rest(record, writer, [false, true, true]);
    Value::Object(measure)
}

fn exposure(record: &Record, writer: &mut Writer) -> Value {
    let mut exposure = Object::new();
    exposure.insert("exposureCode".to_owned(), writer.coding(&record.term));
    if let Some((number, unit)) = number(record.value.as_ref()) {
        exposure.insert("value".to_owned(), number_of(number));
        if *unit != Coding::default() {
            exposure.insert("unit".to_owned(), writer.coding(unit));
        }
    } else {
        writer.leave_some("value of an exposure", record.value.as_ref());
    }
    let onset = record.onset.as_ref();
    match (age(onset, writer), day(onset)) {
        (Some(age), _) => {
            exposure.insert("ageAtExposure".to_owned(), age);
        }
        (None, Some(day)) => {
            exposure.insert("date".to_owned(), Value::from(day));
        }
        (None, None) => rest(record, writer, [true, false, false]),
    }
    rest(record, writer, [false, true, true]);
    Value::Object(exposure)
}

/// The family of the individual, who is the proband of it: only a proband's parents are known.
fn pedigree(own: &str, kin: &Kin) -> Value {
    let member = |id: &str, code: &str, label: &str| json!({ "memberId": id, "role": { "id": code, "label": label } });
    let mut proband = member(own, "NCIT:C64435", "Proband");
    if let (Some(affected), Some(fields)) = (kin.affected, proband.as_object_mut()) {
        fields.insert("affected".to_owned(), Value::Bool(affected));
    }
    let mut members = vec![proband];
    let parents = [
        (&kin.father, "NCIT:C96572", "Biological Father"),
        (&kin.mother, "NCIT:C96580", "Biological Mother"),
    ];
    for (parent, code, label) in parents {
        members.extend(parent.as_ref().map(|id| member(id, code, label)));
    }
    let mut pedigree = Object::new();
    if !kin.family.is_empty() {
        pedigree.insert("id".to_owned(), Value::from(kin.family.as_str()));
    }
    pedigree.insert("members".to_owned(), Value::Array(members));
    Value::Object(pedigree)
}

/// What has no field of its own: Beacon asks that such stands in `info`.
fn info(of: &Individual, writer: &mut Writer) -> Object {
    let person = &of.person;
    let mut info = Object::new();
    let texts = |list: &[String]| list.iter().map(|text| Value::from(text.as_str())).collect();
    add_list(&mut info, "populations", texts(&person.populations));
    add_list(&mut info, "cohorts", texts(&person.cohorts));
    add_list(&mut info, "dataCollections", texts(&person.collections));
    let samples = of
        .samples
        .iter()
        .map(|sample| Value::from(sample.name.as_str()));
    add_list(&mut info, "samples", samples.collect());
    match person.birth.map(|birth| (birth, birth.to_iso())) {
        Some((_, Some(birth))) => {
            info.insert("dateOfBirth".to_owned(), Value::from(birth));
        }
        birth => writer.leave_some("a birth that is no day, month or year", birth),
    }
    if let Some(age) = person.age {
        info.insert("age".to_owned(), writer.ages(age));
    }
    if let Some(deceased) = person.deceased {
        let status = if deceased { "DECEASED" } else { "ALIVE" };
        info.insert("vitalStatus".to_owned(), json!({ "status": status }));
    }
    let mut attributes = Object::new();
    for (name, value) in &of.free {
        let value = match value {
            AttributeValue::Number(number) => number_of(*number),
            AttributeValue::Code(code) => writer.coding(code),
            AttributeValue::Age(ages) if ages.low == ages.high => {
                Value::from(ages.low.to_iso().unwrap_or_else(|| ages.low.to_string()))
            }
            AttributeValue::Date(dates) => {
                Value::from(dates.to_iso().unwrap_or_else(|| dates.to_string()))
            }
            other => Value::from(other.to_string()),
        };
        attributes.insert(name.clone(), value);
    }
    if !attributes.is_empty() {
        info.insert("attributes".to_owned(), Value::Object(attributes));
    }
    for sample in &of.samples {
        for (name, _) in &sample.attributes {
            writer.leave(format!("attribute {name} of a sample"));
        }
    }
    info
}
