//! Files that are wrong.

use super::*;
use std::io::Write;

fn error(name: &str, text: &str) -> String {
    read(&[(name, text)]).unwrap_err().to_string()
}

#[test]
fn what_is_no_json_names_its_line() {
    let text = error("a.json", "[{\"id\": \"x\"},\n {\"id\": }]");
    assert!(text.contains("a.json:2: expected JSON"), "{text}");
    assert!(error("a.json", "[{\"id\": \"x\"}").contains("expected `,` or `]`"));
    assert!(error("a.json", "[{\"id\": \"x\"},").contains("expected a JSON value"));
    assert!(error("a.json", "[] x").contains("the end of the file"));
    assert!(error("a.json", "hello").contains("expected JSON"));
    assert!(error("a.json", "").contains("an empty file"));
    assert!(error("a.bin", "id\0").contains("a binary file"));
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    for open in ["[", "{\"a\":"] {
        let text = format!("[{{\"id\": \"x\", \"sex\": {}", open.repeat(200_000));
        assert!(error("a.json", &text).contains("recursion limit"), "{open}");
    }
}

#[test]
fn a_record_without_end_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for (name, start) in [
        ("a.json", "[{\"id\": \""),
        ("a.csv", "id,sex\nx,\""),
        ("a.ped", "a b"),
    ] {
        let path = folder.path().join(format!("{name}.gz"));
        let file = std::fs::File::create(&path).unwrap();
        let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        gz.write_all(start.as_bytes()).unwrap();
        for _ in 0..2 {
            gz.write_all(&vec![b'x'; 1 << 20]).unwrap();
        }
        gz.finish().unwrap();
        let text = read_people(&[path], None).unwrap_err().to_string();
        assert!(text.contains("a record too long"), "{text}");
    }
}

#[test]
fn a_wrong_record_is_refused_alone() {
    let text = r#"[{"id": "a", "sex": "male"}, 7, null, {"sex": "male"}, {"id": ["x"], "sex": "male"},
      {"id": "b", "sex": "male", "diseases": 3}, {"id": "c", "sex": "male", "diseases": [3]}, {"id": "d", "variation": {}}, 8]"#;
    let input = read(&[("a.json", text)]).unwrap();
    assert_eq!((input.read, input.people.len()), (9, 1));
    let places: Vec<_> = input
        .refused
        .iter()
        .map(|refused| refused.place.as_str())
        .collect();
    let expected = [
        "#/1",
        "#/2",
        "#/3",
        "#/4/id",
        "#/5/diseases",
        "#/6/diseases/0",
        "#/7",
        "#/8",
    ];
    assert_eq!(places, expected);
    assert!(input.refused[4].reason.contains("expected a list, found 3"));
}

#[test]
fn many_refusals_are_counted() {
    let text = "{\"x\": 1}\n".repeat(250);
    let input = read(&[("a.ndjson", &text)]).unwrap();
    assert_eq!((input.refused.len(), input.refused_more), (100, 150));
    assert_eq!(input.refused[9].place, ":10");
}

#[test]
fn what_is_odd_is_left_out_and_told() {
    let text = r#"{"id": "a", "sex": {"id": "X:1"}, "phenotypicFeatures": [
       {"featureType": {"id": "HP:1"}, "onset": {"iso8601duration": "P900Y"}},
       {"featureType": {"id": "HP:2"}, "excluded": "unknown"}, {"featureType": {}}, {"unknown": 1}],
       "measures": [{"assayCode": {"id": "LOINC:1"}, "measurementValue": {"value": "much"}}], "anything": {"else": []}}"#;
    let input = read(&[("a.json", text)]).unwrap();
    let person = &input.people[0];
    assert_eq!(ids(&of(person, Scope::Phenotype)), ["HP:1"]);
    assert_eq!(of(person, Scope::Phenotype)[0].onset, None);
    assert_eq!(of(person, Scope::Measurement)[0].value, None);
    let told: Vec<_> = input.warnings.iter().map(|warning| warning.count).collect();
    // a sex, a time, a status, two without a code, a value; and two keys that are not read
    assert_eq!(told, [1, 1, 1, 2, 1, 2], "{:?}", input.warnings);
    let keys = input.warnings.last().unwrap();
    assert_eq!(keys.what, "keys not read");
    assert_eq!(
        keys.examples,
        ["anything (1)", "phenotypicFeatures.unknown (1)"]
    );
    assert!(input.warnings[1].examples[0].contains("a.json:1#/phenotypicFeatures/0/onset"));
}

#[test]
fn a_gzip_file_cut_short_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json.gz");
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(b"[{\"id\": \"x\", \"sex\": \"male\"}]")
        .unwrap();
    let bytes = gz.finish().unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 12]).unwrap();
    let text = read_people(&[path], None).unwrap_err().to_string();
    assert!(text.contains("a whole gzip file"), "{text}");
}
