//! Phenopackets and Beacon's individuals and biosamples.

use super::*;
use crate::model::{Age, Ages, Coding, Dates, SampleNameKind, Sex, Time, Value};

const PACKET: &str = r#"{"id": "packet-1",
 "subject": {"id": "p1", "sex": "FEMALE", "karyotypicSex": "XX", "dateOfBirth": "1950-03-01T00:00:00Z",
   "timeAtLastEncounter": {"age": {"iso8601duration": "P70Y6M"}}, "vitalStatus": {"status": "DECEASED"}},
 "phenotypicFeatures": [
   {"type": {"id": "HP:0001250", "label": "Seizure"}, "onset": {"ontologyClass": {"id": "HP:0003577", "label": "Congenital onset"}},
    "severity": {"id": "HP:0012828", "label": "Severe"}},
   {"type": {"id": "HP:0001251", "label": "Ataxia"}, "excluded": true}],
 "diseases": [{"term": {"id": "MONDO:0018940", "label": "CMS"}, "diseaseStage": [{"id": "NCIT:C27977", "label": "Stage IIIA"}],
    "onset": {"ageRange": {"start": {"iso8601duration": "P1Y"}, "end": {"iso8601duration": "P2Y"}}}}],
 "measurements": [
   {"assay": {"id": "LOINC:1", "label": "a"}, "value": {"quantity": {"unit": {"id": "UCUM:g", "label": "gram"}, "value": 6.5}}, "timeObserved": {"timestamp": "2020-03-17T00:00:00Z"}},
   {"assay": {"id": "LOINC:2", "label": "b"}, "value": {"ontologyClass": {"id": "NCIT:C38758", "label": "Positive"}}},
   {"assay": {"id": "LOINC:3", "label": "c"}, "complexValue": {"typedQuantities": [
      {"type": {"id": "LOINC:4", "label": "systolic"}, "quantity": {"unit": {"id": "UCUM:mm", "label": ""}, "value": 120}}]}}],
 "medicalActions": [
   {"treatment": {"agent": {"id": "DrugBank:DB08881", "label": "vemurafenib"}, "doseIntervals": [
      {"interval": {"start": "2020-03-01T00:00:00Z", "end": "2020-03-05T00:00:00Z"}},
      {"interval": {"start": "2020-04-01T00:00:00Z", "end": "2020-04-05T00:00:00Z"}}]}},
   {"procedure": {"code": {"id": "NCIT:C80473", "label": "x"}, "performed": {"age": {"iso8601duration": "P3Y"}}}}],
 "biosamples": [{"id": "bs1", "histologicalDiagnosis": {"id": "NCIT:C3778", "label": "y"}, "diagnosticMarkers": [{"id": "HGNC:1097", "label": "BRAF"}]}],
 "interpretations": [{"id": "i", "diagnosis": {"disease": {"id": "OMIM:1", "label": "not a record"}}}],
 "files": [{"uri": "file:x.vcf", "individualToFileIdentifiers": {"p1": "column7", "somebody": "column8"}}]}"#;

#[test]
fn a_packet() {
    let person = one("packet.json", PACKET);
    assert_eq!(person.id, "p1");
    let names: Vec<_> = person
        .sample_names
        .iter()
        .map(|(kind, name)| (*kind, name.as_str()))
        .collect();
    let expected = [
        (SampleNameKind::Biosample, "bs1"),
        (SampleNameKind::File, "column7"),
        (SampleNameKind::Individual, "p1"),
        (SampleNameKind::Packet, "packet-1"),
    ];
    assert_eq!(names, expected);
    assert_eq!(
        (person.sex, person.deceased),
        (Some(Sex::Female), Some(true))
    );
    assert_eq!(person.karyotype.as_deref(), Some("XX"));
    assert_eq!(person.age, Age::from_iso("P70Y6M").map(Ages::at));
    assert_eq!(person.birth, Dates::from_iso("1950-03-01"));
    let features = of(&person, Scope::Phenotype);
    assert_eq!(ids(&features), ["HP:0001250", "!HP:0001251"]);
    let stage = Coding {
        id: "HP:0003577".into(),
        label: "Congenital onset".into(),
    };
    assert_eq!(features[0].onset, Some(Time::Stage(stage)));
    assert_eq!(features[0].severity.as_ref().unwrap().id, "HP:0012828");
    let diseases = of(&person, Scope::Disease);
    assert_eq!(
        ids(&diseases),
        ["MONDO:0018940", "NCIT:C27977", "NCIT:C3778"]
    );
    let years = |low, high| Ages {
        low: Age(low * Age::YEAR),
        high: Age(high * Age::YEAR),
    };
    assert_eq!(diseases[0].onset, Some(Time::Age(years(1, 2))));
    let measured = of(&person, Scope::Measurement);
    assert_eq!(ids(&measured), ["LOINC:1", "LOINC:2", "LOINC:4", "LOINC:3"]);
    assert!(
        matches!(&measured[0].value, Some(Value::Number { number, unit }) if *number == 6.5 && unit.id == "UCUM:g")
    );
    assert!(matches!(&measured[1].value, Some(Value::Term(term)) if term.id == "NCIT:C38758"));
    assert!(matches!(&measured[2].value, Some(Value::Number { number, .. }) if *number == 120.0));
    let treatment = of(&person, Scope::Treatment)[0];
    assert_eq!(
        treatment.onset,
        Dates::from_iso("2020-03-01").map(Time::Date)
    );
    assert_eq!(treatment.end, Dates::from_iso("2020-04-05").map(Time::Date));
    assert_eq!(
        of(&person, Scope::Procedure)[0].onset,
        Some(Time::Age(years(3, 3)))
    );
    assert_eq!(ids(&of(&person, Scope::Biomarker)), ["HGNC:1097"]);
}

#[test]
fn subjects_ids_that_packets_share_are_not_one_person() {
    let packet = |id: &str, sex: &str| {
        format!(r#"{{"id":"{id}","subject":{{"id":"Patient 1","sex":"{sex}"}}}}"#)
    };
    let text = format!(
        "{}\n{}\n{}\n",
        packet("a", "MALE"),
        packet("b", "FEMALE"),
        packet("a", "MALE")
    );
    let input = read(&[("packets.ndjson", &text)]).unwrap();
    let told: Vec<_> = input
        .people
        .iter()
        .map(|person| person.id.as_str())
        .collect();
    assert_eq!(told, ["a", "b"]);
    assert_eq!((input.read, input.merged), (3, 1));
    assert!(input.warnings[0].what.contains("shared by several packets"));
    let names = input.people.iter().flat_map(|person| &person.sample_names);
    assert!(
        names
            .clone()
            .all(|(kind, _)| *kind == SampleNameKind::Packet)
    );
}

#[test]
fn a_family_gives_kin_to_its_packets() {
    let text = r#"{"id": "fam", "proband": {"id": "k1", "subject": {"id": "kid", "sex": "MALE"}},
      "relatives": [{"id": "k2", "subject": {"id": "mum"}}],
      "pedigree": {"persons": [
        {"familyId": "F", "individualId": "kid", "paternalId": "dad", "maternalId": "mum", "sex": "MALE", "affectedStatus": "AFFECTED"},
        {"familyId": "F", "individualId": "dad", "paternalId": "0", "maternalId": "0", "sex": "MALE", "affectedStatus": "UNAFFECTED"},
        {"familyId": "F", "individualId": "mum", "sex": "FEMALE", "affectedStatus": "MISSING"}]}}"#;
    let input = read(&[("family.json", text)]).unwrap();
    assert_eq!((input.read, input.people.len(), input.merged), (5, 3, 2));
    let kid = input
        .people
        .iter()
        .find(|person| person.id == "kid")
        .unwrap();
    let kin = kid.kin.as_ref().unwrap();
    assert_eq!(
        (kin.father.as_deref(), kin.mother.as_deref()),
        (Some("dad"), Some("mum"))
    );
    assert_eq!((kin.family.as_str(), kin.affected), ("F", Some(true)));
}

#[test]
fn individuals_and_biosamples_of_a_beacon_are_one_person() {
    let individuals = r#"[{"id": "I1", "sex": {"id": "NCIT:C16576", "label": "female"},
      "geographicOrigin": {"id": "GAZ:00002937", "label": "Finland"}, "ethnicity": {"id": "NCIT:C43851", "label": "European"},
      "info": {"population": "FIN", "age": 42}, "datasetId": "D",
      "diseases": [{"diseaseCode": {"id": "ICD10:I10", "label": "h"}, "familyHistory": true, "stage": {"id": "OGMS:0000104", "label": "s"},
         "ageOfOnset": {"iso8601duration": "P18Y"}}],
      "exposures": [{"exposureCode": {"id": "CHEBI:46661", "label": "asbestos"}, "ageAtExposure": {"iso8601duration": "P32Y"}, "unit": {"id": "mg", "label": "mg"}, "value": 3}],
      "measures": [{"assayCode": {"id": "LOINC:1", "label": ""}, "measurementValue": [{"unit": {"id": "u", "label": "U"}, "value": "7.5"}, {"value": 8}]}]}]"#;
    let biosamples = r#"[{"id": "B1", "individualId": "I1", "sampleOriginType": {"id": "UBERON:1", "label": "x"},
      "phenotypicFeatures": [{"featureType": {"id": "HP:2", "label": ""}, "excluded": "TRUE"}], "tumorGrade": {"id": "NCIT:C28080", "label": "g"}},
      {"id": "B2", "biosampleStatus": {"id": "EFO:1", "label": "reference sample"}}]"#;
    let files = [
        ("biosamples.json", biosamples),
        ("individuals.json", individuals),
    ];
    let input = read(&files).unwrap();
    assert_eq!((input.read, input.people.len(), input.merged), (3, 2, 1));
    let person = &input.people[0];
    assert_eq!(person.id, "I1");
    assert_eq!(
        person.sample_names[0],
        (SampleNameKind::Biosample, "B1".to_owned())
    );
    assert_eq!(
        (person.populations.clone(), person.collections.clone()),
        (vec!["FIN".to_owned()], vec!["D".to_owned()])
    );
    assert_eq!(person.age, Age::from_iso("P42Y").map(Ages::at));
    assert_eq!(
        ids(&of(person, Scope::Disease)),
        ["NCIT:C28080", "ICD10:I10", "OGMS:0000104"]
    );
    assert_eq!(ids(&of(person, Scope::Phenotype)), ["!HP:2"]);
    assert_eq!(of(person, Scope::Measurement).len(), 2);
    assert!(
        matches!(of(person, Scope::Exposure)[0].value, Some(Value::Number { number, .. }) if number == 3.0)
    );
    assert_eq!(input.people[1].id, "B2");
}

#[test]
fn two_sexes_are_told_with_both_places() {
    let files = [
        ("one.json", r#"[{"id": "I1", "sex": "female"}]"#),
        ("two.csv", "id,sex\nI1,male\n"),
    ];
    let input = read(&files).unwrap();
    assert_eq!(input.people[0].sex, Some(Sex::Female));
    let example = &input.warnings[0].examples[0];
    assert!(
        example.contains("one.json#/0 and ") && example.contains("two.csv:2: I1: sex"),
        "{example}"
    );
}
