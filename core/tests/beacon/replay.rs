//! The requests that the tests of Beacon's production implementation make, over its test data: each is answered as
//! they expect, or stands in the table with the reason why not.

use serde_json::Value;
use std::path::{Path, PathBuf};
use varidex::{
    Access, Beacon, BeaconConfig, BeaconMethod, BeaconRequest, BuildOptions, Dataset, Granularity,
    PeopleOptions, build,
};

const CONFIG: &str = r#"
id = "org.example.replay"
name = "Replay"
environment = "test"
alternative_url = "https://beacon.example.org"
floor = 1

[organization]
id = "example"
name = "Example"
logo_url = "https://example.org/logo.png"

[[datasets]]
id = "test"
name = "Test"
path = "d.vdx"
test = true
"#;

/// What is not answered as their tests expect: a part of the address, a part of the body, and why.
const DIFFERENCES: [(&str, &str, &str); 32] = [
    ("/analyses", "", "no such entry type"),
    ("/runs", "", "no such entry type"),
    ("/biosamples", "", "no such entry type"),
    ("/cohorts", "", "no such entry type"),
    (
        "/{",
        "",
        "no such entry type: their test is of a template that is not filled",
    ),
    ("/health", "", "of their service, not of Beacon"),
    ("", "\"scope\":\"run\"", "no such entry type"),
    ("", "\"scope\":\"analysis\"", "no such entry type"),
    ("", "\"scope\":\"biosample\"", "no such entry type"),
    ("", "\"scope\":\"cohort\"", "no such entry type"),
    (
        "",
        "ENSGLOSSARY:0000150",
        "a term of variants that is neither a zygosity nor a consequence",
    ),
    (
        "",
        "exposures.ageAtExposure",
        "the age of an exposure is not kept: not understood, no empty answer",
    ),
    (
        "",
        "anatomical entity",
        "no field that is known: an error, no empty answer",
    ),
    (
        "",
        "\"similarity\":\"",
        "of profiles, and no ontology is loaded: theirs is of neighbours of a term",
    ),
    (
        "",
        "DOID:1485",
        "a synonym that their database maps: no ontology is loaded here that does",
    ),
    (
        "filters=NCIT:C16576,NCIT:C16731",
        "",
        "NCIT:C16731 is recorded as an onset only: no term that anybody has",
    ),
    (
        "datasets=no_dataset",
        "",
        "a dataset that is not here is an error, no empty answer",
    ),
    (
        "/g_variants/c4143367",
        "",
        "their database's keys of variants: those here are the alleles",
    ),
    (
        "/g_variants/f640486e",
        "",
        "their database's keys of variants: those here are the alleles",
    ),
    (
        "/g_variants/b215f7a0",
        "",
        "their database's keys of variants: those here are the alleles",
    ),
    (
        "/individuals/SAMPLE2/g_variants",
        "",
        "the sample carries 24, by a scan of the file",
    ),
    (
        "/datasets/test/g_variants",
        "",
        "42 variants are carried, by a scan of the file",
    ),
    (
        "/g_variants?datasets=test",
        "",
        "42 variants are carried, by a scan of the file",
    ),
    (
        "/g_variants",
        "NCIT:C16576",
        "42 variants are carried, by a scan of the file",
    ),
    (
        "includeResultsetResponses=MISS",
        "",
        "whether there is any is of all datasets, before the cut",
    ),
    (
        "delinsA",
        "",
        "not to be decided without a reference sequence: an error, for it may be another variant",
    ),
    (
        "assemblyId=NCBI36",
        "",
        "the data are of another assembly: an error, no empty answer",
    ),
    (
        "start=43045703&referenceName=17",
        "",
        "no assembly is needed: there is one",
    ),
    (
        "start=345675&referenceName=2",
        "",
        "no assembly is needed: there is one",
    ),
    (
        "start=43045703,43045704",
        "",
        "no assembly is needed: there is one",
    ),
    ("referenceName=Y", "", "the file has nothing on Y"),
    (
        "/individuals",
        "\"requestParameters\":{}",
        "parameters that are empty are none: no error",
    ),
];

fn folder() -> Option<PathBuf> {
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA").map(PathBuf::from) else {
        eprintln!("skipped: VARIDEX_TEST_DATA is not set");
        return None;
    };
    let folder = data.join("beacon/pi20");
    if !folder.is_dir() {
        eprintln!("skipped: nothing in {}", folder.display());
        return None;
    }
    Some(folder)
}

fn beacon(from: &Path, dir: &Path) -> Beacon {
    let options = BuildOptions {
        people: PeopleOptions {
            files: vec![
                from.join("json/individuals.json"),
                from.join("json/biosamples.json"),
            ],
            ..PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    let input = from.join("synthetic_usecases_4beacon_testingV4.vcf.gz");
    let to = dir.join("d.vdx");
    build(&[input], &to, &options, &mut |_| true).unwrap();
    let config: BeaconConfig = CONFIG.parse().unwrap();
    Beacon::new(config, vec![Dataset::open(to).unwrap().view()]).unwrap()
}

/// What of the request is other here: the data are of GRCh38, and for tests; a number is asked for.
fn adapted(request: &Value) -> Option<(String, String)> {
    let address = request["url"].as_str().unwrap();
    let mut address = address.strip_prefix("/api")?.replace("GRCh37", "GRCh38");
    let mut body = request["body"].clone();
    if body.is_null() {
        let mut add = |name: &str, value: &str| {
            if !address.contains(name) {
                address.push(if address.contains('?') { '&' } else { '?' });
                address.push_str(&format!("{name}={value}"));
            }
        };
        add("testMode", "true");
        add("requestedGranularity", "record");
        return Some((address, String::new()));
    }
    if let Some(query) = body.get_mut("query").and_then(Value::as_object_mut)
        && !address.contains("testMode")
    {
        query.entry("testMode").or_insert(true.into());
    }
    Some((address, body.to_string().replace("GRCh37", "GRCh38")))
}

fn found(beacon: &Beacon, method: &str, address: &str, body: &str) -> (u16, Value) {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let request = BeaconRequest {
        method: match method {
            "GET" => BeaconMethod::Get,
            _ => BeaconMethod::Post,
        },
        path,
        query,
        body: body.as_bytes(),
    };
    let response = beacon.answer(&request, Some(Access::up_to(Granularity::Record)));
    let value = serde_json::from_slice(&response.body).unwrap();
    (response.status, value)
}

#[test]
fn requests_of_the_production_implementation() {
    let Some(folder) = folder() else { return };
    let dir = tempfile::tempdir().unwrap();
    let beacon = beacon(&folder, dir.path());
    let (mut as_expected, mut problems) = (0, Vec::new());
    let mut used = [0; DIFFERENCES.len()];
    let text = std::fs::read_to_string(folder.join("requests_expected.jsonl")).unwrap();
    for line in text.lines() {
        let request: Value = serde_json::from_str(line).unwrap();
        let Some((address, body)) = adapted(&request) else {
            continue;
        };
        let method = request["method"].as_str().unwrap();
        let (status, answer) = found(&beacon, method, &address, &body);
        let differs = request["expect"]
            .as_object()
            .unwrap()
            .iter()
            .any(|(name, expected)| match name.as_str() {
                "status" => *expected != status,
                name => *expected != answer["responseSummary"][name],
            });
        if !differs {
            as_expected += 1;
            continue;
        }
        let of = DIFFERENCES
            .iter()
            .position(|(a, b, _)| address.contains(a) && body.contains(b));
        match of {
            Some(number) => used[number] += 1,
            None => {
                let summary = &answer["responseSummary"];
                let error = &answer["error"]["errorMessage"];
                let expect = &request["expect"];
                problems.push(format!(
                    "{method} {address} {body:.400}\n  expected {expect}, found {status} {summary} {error}"
                ));
            }
        }
    }
    println!(
        "{as_expected} answered as expected, {} not",
        used.iter().sum::<i32>()
    );
    for ((address, body, why), times) in DIFFERENCES.iter().zip(used) {
        println!("{times:>4}  {address} {body}: {why}");
        if times == 0 {
            problems.push(format!("no difference is of {address} {body}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(as_expected >= 65, "{as_expected}");
}
