//! Keys of JSON: those of older and of other spellings are read, and what is not read is reported. A key
//! of Phenopackets 1 that says "not" was skipped in silence, and what somebody does not have became
//! what they have.

use super::*;
use crate::model::{Age, Ages, Time, Value};

fn told(input: &PeopleInput) -> Vec<String> {
    let keys = input.warnings.iter().filter(|w| w.what == "keys not read");
    keys.flat_map(|warning| warning.examples.clone()).collect()
}

#[test]
fn packets_of_the_first_version() {
    let text = r#"{"id": "k", "subject": {"id": "p", "ageRangeAtCollection": {"start": {"age": "P9Y"}, "end": {"age": "P10Y"}}},
      "phenotypicFeatures": [{"type": {"id": "HP:1"}, "negated": true},
        {"type": {"id": "HP:2"}, "negated": false, "classOfOnset": {"id": "HP:0003593", "label": "Infantile onset"}}],
      "diseases": [{"term": {"id": "OMIM:1"}, "ageRangeOfOnset": {"start": {"age": "P1Y"}, "end": {"age": "P2Y"}}, "tnmFinding": [{"id": "NCIT:T1"}]},
        {"term": {"id": "OMIM:2"}, "ageOfOnset": {"age": "P6M"}}],
      "biosamples": [{"id": "b", "htsFiles": [{"uri": "x", "individualToSampleIdentifiers": {"b": "column2"}}]}],
      "htsFiles": [{"uri": "y", "individualToSampleIdentifiers": {"p": "column1", "other_id": "column3"}}]}"#;
    let person = one("v1.json", text);
    assert_eq!(ids(&of(&person, Scope::Phenotype)), ["!HP:1", "HP:2"]);
    let onset = |scope, at: usize| of(&person, scope)[at].onset.clone();
    assert!(
        matches!(onset(Scope::Phenotype, 1), Some(Time::Stage(stage)) if stage.id == "HP:0003593")
    );
    let ages = |low: &str, high: &str| Ages {
        low: Age::parse(low).unwrap(),
        high: Age::parse(high).unwrap(),
    };
    assert_eq!(person.age, Some(ages("9y", "10y")));
    assert_eq!(
        ids(&of(&person, Scope::Disease)),
        ["OMIM:1", "NCIT:T1", "OMIM:2"]
    );
    assert_eq!(onset(Scope::Disease, 0), Some(Time::Age(ages("1y", "2y"))));
    assert_eq!(onset(Scope::Disease, 2), Some(Time::Age(ages("6m", "6m"))));
    let names: Vec<&str> = person
        .sample_names
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    assert_eq!(names, ["b", "column2", "column1", "p", "k"]);
}

/// Both spellings are JSON of the same message.
#[test]
fn snake_case_and_camel_case_are_the_same() {
    let camel = r#"{"id": "k", "subject": {"id": "p_1", "timeAtLastEncounter": {"age": {"iso8601duration": "P27Y"}}, "karyotypicSex": "XX",
        "vitalStatus": {"status": "DECEASED"}},
      "phenotypicFeatures": [{"type": {"id": "HP:1"}, "excluded": true, "onset": {"ontologyClass": {"id": "HP:0003577"}}}],
      "medicalActions": [{"treatment": {"agent": {"id": "X:1"}, "doseIntervals": [{"interval": {"start": "2020-03-01T00:00:00Z", "end": "2020-03-05T00:00:00Z"}}]}}],
      "measurements": [{"assay": {"id": "L:1"}, "timeObserved": {"age": {"iso8601duration": "P5Y"}},
         "complexValue": {"typedQuantities": [{"type": {"id": "L:2"}, "quantity": {"unit": {"id": "U:1"}, "value": 2}}]}}],
      "files": [{"individualToFileIdentifiers": {"p_1": "column_7"}}]}"#;
    // every text before a colon
    let pieces: Vec<&str> = camel.split('"').collect();
    let snake = (0..pieces.len()).map(|at| {
        let key = at % 2 == 1 && pieces[at + 1].starts_with(':');
        let letter = |c: char| match c {
            'A'..='Z' if key => format!("_{}", c.to_ascii_lowercase()),
            c => c.to_string(),
        };
        pieces[at].chars().map(letter).collect::<String>()
    });
    let snake = snake.collect::<Vec<String>>().join("\"");
    assert!(snake.contains("phenotypic_features") && snake.contains("dose_intervals"));
    let person = one("camel.json", camel);
    assert_eq!(ids(&of(&person, Scope::Phenotype)), ["!HP:1"]);
    assert_eq!(person.sample_names[0].1, "column_7");
    assert_eq!(one("snake.json", &snake), person);
}

#[test]
fn what_is_not_read_is_counted() {
    let text = r#"{"id": "k", "subject": {"id": "p", "alternateIds": ["x"], "taxonomy": {"id": "NCBITaxon:9606"}},
      "phenotypicFeatures": [{"type": {"id": "HP:1", "iri": "x"}, "evidence": [{}], "modifiers": [], "description": ""},
         {"type": {"id": "HP:2"}, "evidence": [{}], "my_own": false}],
      "interpretations": [{"id": "i", "progressStatus": "SOLVED"}], "metaData": {"created": "x"}, "info": null}
      {"id": "k2", "subject": {"id": "q"}, "metaData": {"created": "x"}}"#;
    let input = read(&[("packets.json", text)]).unwrap();
    let expected = [
        "phenotypicFeatures.evidence (2)",
        "interpretations (1)",
        "phenotypicFeatures.my_own (1)",
        "phenotypicFeatures.type.iri (1)",
        "subject.alternateIds (1)",
        "subject.taxonomy (1)",
    ];
    assert_eq!(told(&input), expected);
    assert_eq!(input.warnings.last().unwrap().count, 7);

    let beacon = r#"[{"id": "a", "sex": "male", "measures": [{"assayCode": {"id": "L:1"}, "notes": "x"}], "info": {"population": "FIN", "smoker": true}},
      {"id": "b", "sex": "male", "diseases": 5, "anything": 1}]"#;
    let input = read(&[("individuals.json", beacon)]).unwrap();
    assert_eq!(input.refused.len(), 1);
    // of what is refused no key is counted
    assert_eq!(told(&input), ["info.smoker (1)", "measures.notes (1)"]);

    let many: Vec<String> = (0..3000).map(|n| format!("\"key{n}\": 1")).collect();
    let input = read(&[(
        "a.json",
        &format!("{{\"id\": \"a\", \"sex\": \"male\", {}}}", many.join(", ")),
    )])
    .unwrap();
    let keys = input.warnings.last().unwrap();
    assert_eq!((keys.count, keys.examples.len()), (3000, 21));
}

#[test]
fn whether_something_is_there_is_said_in_many_words() {
    let entry = |said: &str| {
        let text = format!(
            r#"{{"id": "a", "sex": "male", "phenotypicFeatures": [{{"featureType": {{"id": "HP:1"}}, {said}}}]}}"#
        );
        read(&[("a.json", &text)]).unwrap()
    };
    for (said, expected) in [
        (r#""excluded": false"#, "HP:1"),
        (r#""excluded": null"#, "HP:1"),
        (r#""excluded": "True""#, "!HP:1"),
        (r#""negated": true"#, "!HP:1"),
        (r#""is_excluded": true"#, "!HP:1"),
        (r#""observed": "no""#, "!HP:1"),
        (r#""present": false"#, "!HP:1"),
        (r#""status": "absent""#, "!HP:1"),
        (r#""status": "present""#, "HP:1"),
        (r#""verificationStatus": {"id": "refuted"}"#, "!HP:1"),
        (r#""excluded": true, "negated": true"#, "!HP:1"),
    ] {
        let input = entry(said);
        assert_eq!(input.refused, [], "{said}");
        assert_eq!(
            ids(&of(&input.people[0], Scope::Phenotype)),
            [expected],
            "{said}"
        );
    }
    // not known: neither present nor absent
    let input = entry(r#""status": "provisional""#);
    assert_eq!(input.people[0].records, []);
    for said in [
        r#""excluded": "perhaps""#,
        r#""excluded": 1"#,
        r#""negated": []"#,
        r#""status": "planned""#,
        r#""excluded": true, "negated": false"#,
        r#""excluded": true, "excluded": false"#,
        r#""wasDenied": true"#,
        r#""absenceOf": "x""#,
    ] {
        let input = entry(said);
        assert_eq!((input.people.len(), input.refused.len()), (0, 1), "{said}");
    }
}

#[test]
fn a_status_that_is_not_understood_refuses_the_record() {
    for text in [
        r#"{"id": "k", "subject": {"id": "a", "vitalStatus": {"status": "GONE"}}}"#,
        r#"{"id": "k", "subject": {"id": "a"}, "diseases": [{"term": {"id": "X:1"}, "excluded": "maybe"}]}"#,
        r#"{"id": "k", "subject": {"id": "a"}, "medicalActions": [{"procedure": {"code": {"id": "X:1"}, "status": "planned"}}]}"#,
        r#"{"id": "a", "sex": "male", "pedigrees": [{"id": "F", "members": [{"memberId": "a", "affected": "perhaps"}]}]}"#,
    ] {
        let input = read(&[("a.json", text)]).unwrap();
        assert_eq!((input.people.len(), input.refused.len()), (0, 1), "{text}");
    }
    let text = r#"{"id": "F", "proband": {"id": "k", "subject": {"id": "a", "vitalStatus": {"status": 2}, "karyotypicSex": 4}},
      "pedigree": {"persons": [{"individualId": "a", "affectedStatus": 2}, {"individualId": "b", "affectedStatus": "SOMEWHAT"}]}}"#;
    let input = read(&[("a.json", text)]).unwrap();
    assert_eq!(
        input.refused[0].place,
        ":1#/pedigree/persons/1/affectedStatus"
    );
    let person = &input.people[0];
    assert_eq!(
        (person.deceased, person.karyotype.as_deref()),
        (Some(true), Some("XXY"))
    );
    assert_eq!(person.kin.as_ref().unwrap().affected, Some(true));
}

#[test]
fn versions_that_are_not_known_are_refused() {
    let of = |version: &str| {
        let text = format!(
            r#"{{"id": "k", "subject": {{"id": "a"}}, "metaData": {{"phenopacketSchemaVersion": {version}}}}}"#
        );
        read(&[("a.json", &text)]).unwrap().people.len()
    };
    for version in [r#""1.0.0-RC3""#, r#""2.0""#, r#""2""#, r#""""#, "null"] {
        assert_eq!(of(version), 1, "{version}");
    }
    for version in [r#""3.0""#, r#""20""#, "2"] {
        assert_eq!(of(version), 0, "{version}");
    }
}

#[test]
fn a_biosample_of_somebody_else_is_left() {
    let text = r#"{"id": "k", "subject": {"id": "a"}, "biosamples": [
      {"id": "b1", "individualId": "a"}, {"id": "b2", "individualId": "z", "histologicalDiagnosis": {"id": "NCIT:C1"}}]}"#;
    let person = one("a.json", text);
    assert_eq!(person.records, []);
    assert!(person.sample_names.iter().all(|(_, name)| name != "b2"));
}

/// GA4GH's own examples of Beacon spell `units`.
#[test]
fn units_in_both_spellings_and_wherever_they_stand() {
    let value = |measure: &str| {
        let text = format!(
            r#"[{{"id": "a", "measures": [{{"assayCode": {{"id": "L:1"}}, {measure}}}]}}]"#
        );
        let person = one("a.json", &text);
        of(&person, Scope::Measurement)[0].value.clone()
    };
    let unit = |measure: &str| match value(measure) {
        Some(Value::Number { number: 80.0, unit }) => unit.id + &unit.label,
        other => format!("{other:?}"),
    };
    assert_eq!(
        unit(r#""measurementValue": {"units": {"id": "U:kg"}, "value": 80}"#),
        "U:kg"
    );
    assert_eq!(
        unit(r#""measurementValue": {"unit": {"id": "U:kg"}, "value": 80}"#),
        "U:kg"
    );
    assert_eq!(
        unit(r#""measurementValue": {"unit": "kg", "units": "kg", "value": "80"}"#),
        "kg"
    );
    assert_eq!(unit(r#""measurementValue": 80, "unit": "kg""#), "kg");
    assert_eq!(
        unit(r#""measurementValue": {"value": 80}, "units": {"id": "U:kg"}"#),
        "U:kg"
    );
    assert_eq!(
        unit(r#""measurementValue": [{"units": {"id": "U:kg"}, "value": 80}]"#),
        "U:kg"
    );
    assert_eq!(unit(r#""measurementValue": {"value": 80}"#), "");
    // a number is not to be compared in a unit that is not understood
    for measure in [
        r#""measurementValue": {"unit": 7, "value": 80}"#,
        r#""measurementValue": {"unit": "kg", "units": "lb", "value": 80}"#,
        r#""measurementValue": {"unit": {}, "value": 80}"#,
    ] {
        assert_eq!(value(measure), None, "{measure}");
    }
}
