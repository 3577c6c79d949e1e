//! Requests that mean harm: each is answered, soon, with an error or an answer, and says nothing of a dataset.

use crate::spec::files;
use crate::vectors::beacon;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use varidex::{
    Access, Beacon, BeaconConfig, BeaconMethod, BeaconRequest, BeaconResponse, BuildOptions,
    Dataset, Error, Granularity, build,
};

/// The longest that an answer may take, also where tests are not optimised and others run beside.
const SOON: Duration = Duration::from_secs(20);

fn plain() -> (tempfile::TempDir, Beacon) {
    let dir = tempfile::tempdir().unwrap();
    let beacon = beacon(&files()["people"], dir.path());
    (dir, beacon)
}

fn answer(beacon: &Beacon, request: &BeaconRequest<'_>) -> (u16, Value) {
    let begin = Instant::now();
    let BeaconResponse { status, body, .. } =
        beacon.answer(request, Some(Access::up_to(Granularity::Record)));
    assert!(begin.elapsed() < SOON, "{request:?}");
    let value: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(status == 200, value.get("error").is_none(), "{value}");
    assert!(status < 500, "{value}");
    (status, value)
}

fn get(beacon: &Beacon, path: &str, query: &str) -> (u16, Value) {
    answer(beacon, &BeaconRequest::get(path, query))
}

fn post(beacon: &Beacon, body: &[u8]) -> (u16, Value) {
    answer(beacon, &BeaconRequest::post("/g_variants", body))
}

#[test]
fn bodies_that_are_deep_long_or_no_text() {
    let (_dir, beacon) = plain();
    let deep = |open: &str, close: &str, times: usize| open.repeat(times) + &close.repeat(times);
    for text in [
        deep("[", "]", 100_000),
        deep("{\"query\":", "}", 100_000),
        deep("{\"g_variant\":", "}", 100),
        format!("{{\"query\":{{\"filters\":{}}}}}", deep("[", "]", 100)),
        format!(
            "{{\"query\":{{\"requestParameters\":{}}}}}",
            deep("{\"g_variant\":", "}", 50)
        ),
        "\0".to_owned(),
        "{}{}".to_owned(),
        "{\"query\":{\"requestParameters\":{\"start\":1e999}}}".to_owned(),
        "{\"query\":{\"requestParameters\":{\"start\":[1,2,3]}}}".to_owned(),
    ] {
        assert_eq!(post(&beacon, text.as_bytes()).0, 400, "{text:.80}");
    }
    assert_eq!(post(&beacon, b"{\"query\":\"\xff\"}").0, 400);
    let long = vec![b' '; (1 << 20) + 1];
    assert_eq!(post(&beacon, &long).0, 413);
    // the longest that is read, in shapes that could cost much
    let fill = |start: &str, unit: &str, end: &str| {
        let times = ((1 << 20) - start.len() - end.len()) / unit.len();
        let text = start.to_owned() + &unit.repeat(times);
        text.strip_suffix(',').unwrap_or(&text).to_owned() + end
    };
    for text in [
        fill("{\"query\":{\"filters\":[", "\"HP:0001324\",", "]}}"),
        fill("{\"query\":{\"filters\":\"", "HP:0001324,", "\"}}"),
        fill("{\"query\":{\"filters\":[{\"id\":\"", "x", "\"}]}}"),
        fill(
            "{\"query\":{\"requestParameters\":{\"start\":[",
            "1,",
            "]}}}",
        ),
        fill(
            "{\"query\":{\"requestParameters\":{\"datasetIds\":[",
            "\"a\",",
            "]}}}",
        ),
        fill(
            "{\"query\":{\"requestParameters\":{\"geneId\":\"",
            "A",
            "\"}}}",
        ),
        fill(
            "{\"query\":{\"requestParameters\":{\"aminoacidChange\":\"",
            "V",
            "\"}}}",
        ),
        fill(
            "{\"query\":{\"requestParameters\":{\"genomicAlleleShortForm\":\"",
            ":",
            "\"}}}",
        ),
        fill(
            "{\"query\":{\"requestParameters\":{\"genomicAlleleShortForm\":\"",
            "-",
            "\"}}}",
        ),
        fill(
            "{\"query\":{\"requestParameters\":{\"referenceName\":\"22\",\"start\":1,\"alternateBases\":\"",
            "N",
            "\"}}}",
        ),
        fill(
            "{\"query\":{\"requestParameters\":{\"referenceName\":\"22\",\"start\":1,\"referenceBases\":\"A\",\"alternateBases\":\"",
            "A",
            "\"}}}",
        ),
        fill(
            "{\"query\":{\"filters\":[{\"id\":\"diseases.diseaseCode.label\",\"value\":\"%",
            "a",
            "%\"}]}}",
        ),
        fill(
            "{\"query\":{\"filters\":[{\"id\":\"age\",\"value\":\"P",
            "1Y",
            "\"}]}}",
        ),
    ] {
        post(&beacon, text.as_bytes());
    }
}

#[test]
fn addresses_that_are_strange() {
    let (_dir, beacon) = plain();
    let long = "a".repeat((1 << 16) + 1);
    assert_eq!(get(&beacon, "/g_variants", &long).0, 414);
    assert_eq!(get(&beacon, &long, "").0, 414);
    for path in [
        "",
        "//",
        "/%",
        "/%zz",
        "/%ff",
        "/g_variants/%00",
        "/g_variants/%ff",
        "/individuals/%0a%1b[2J",
        "/g_variants//",
        "/../../etc/passwd",
        "/g_variants/..%2f..",
        "/individuals/@file",
        "/g_variants/@/etc/passwd",
        "/individuals/%22",
        "/individuals/P1%2C P2",
        "/datasets/%00",
        "/individuals/\u{202e}",
        "/g_variants/22-1-A-%3CDEL%3E",
        "/g_variants/22-99999999999999999999-A-G",
        "/g_variants/22-0-A-G",
        "/g_variants/NC_000022.11:g.1_99999999999del",
        "/g_variants/NC_000022.11:g.5_3del",
        "/g_variants/22:16050075:A:N[22:1[",
    ] {
        get(&beacon, path, "requestedGranularity=record");
    }
    for query in [
        "=",
        "&",
        "&&&=&",
        "%",
        "%00=%00",
        "start=%ff",
        "start=",
        "start=&start=",
        "limit=99999999999999999999",
        "skip=18446744073709551615",
        "skip=18446744073709551615&limit=1",
        "skip=1&limit=18446744073709551615",
        "skip=9223372036854775807&limit=2",
        "referenceName=22&start=2147483647&end=2147483648",
        "referenceName=22&start=2147483646&alternateBases=G",
        "referenceName=22&start=2147483647&alternateBases=G",
        "referenceName=22&start=2147483647&referenceBases=A&alternateBases=G",
        "referenceName=22&start=0&end=2147483647",
        "referenceName=22&start=18446744073709551615&alternateBases=G",
        "referenceName=22&start=0,1&end=2147483646,2147483647",
        "referenceName=22&start=0&referenceBases=&alternateBases=A",
        "referenceName=22&start=5,5&end=9,9",
        "referenceName=%00&start=1&alternateBases=G",
        "filters=",
        "filters=,,,",
        "filters=:",
        "filters=:=",
        "filters=a:=",
        "filters=:%3E1",
        "filters=age:%3E",
        "filters=age:%3EP99999999999999999999Y",
        "filters=age:!P1Y",
        "filters=%00",
        "filters=bmi:%3ENaN",
        "filters=bmi:%3Einf",
        "filters=bmi:%3E1e308",
        "filters=bmi:=1e309",
        "filters=@file",
        "filters=sex:%3Efemale",
        "filters=GENO:0000135,GENO:0000135",
        "geneId=@file",
        "geneId=%20",
        "datasets=,",
        "variantMinLength=18446744073709551615",
        "variantMaxLength=0&variantMinLength=1",
        "aminoacidChange=%20",
        "genomicAlleleShortForm=@/etc/passwd",
        "testMode=maybe",
        "requestedGranularity=RECORD",
    ] {
        get(&beacon, "/g_variants", query);
        get(&beacon, "/individuals", query);
        get(&beacon, "/datasets", query);
        get(&beacon, "/filtering_terms", query);
    }
}

/// A member of every name that is understood, of every kind of JSON.
#[test]
fn every_member_of_every_kind() {
    let (_dir, beacon) = plain();
    let kinds = [
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("x"),
        json!("\u{0}\u{1b}\u{ffff}"),
        json!([]),
        json!([[]]),
        json!([null]),
        json!({}),
        json!({ "": "" }),
        json!([{ "id": {} }]),
        json!([{ "id": "a", "value": [] }]),
    ];
    let parameters = [
        "assemblyId",
        "referenceName",
        "start",
        "end",
        "referenceBases",
        "alternateBases",
        "variantType",
        "geneId",
        "aminoacidChange",
        "genomicAlleleShortForm",
        "variantMinLength",
        "variantMaxLength",
        "mateName",
        "datasets",
        "datasetIds",
        "g_variant",
        "allele",
        "geneid",
        "",
    ];
    let query = [
        "requestParameters",
        "filters",
        "includeResultsetResponses",
        "pagination",
        "requestedGranularity",
        "testMode",
        "datasets",
        "",
    ];
    for kind in &kinds {
        for name in parameters {
            let mut of = json!({ "referenceName": "22", "start": 1, "alternateBases": "G" });
            of[name] = kind.clone();
            for body in [
                json!({ "query": { "requestParameters": of } }),
                json!({ "query": { "requestParameters": { "g_variant": of } } }),
            ] {
                post(&beacon, body.to_string().as_bytes());
            }
        }
        for name in query {
            post(
                &beacon,
                json!({ "query": { name: kind } }).to_string().as_bytes(),
            );
            post(&beacon, json!({ name: kind }).to_string().as_bytes());
        }
        for name in [
            "id",
            "scope",
            "operator",
            "value",
            "includeDescendantTerms",
            "similarity",
            "",
        ] {
            let mut of = json!({ "id": "HP:0001324" });
            of[name] = kind.clone();
            post(
                &beacon,
                json!({ "query": { "filters": [of] } })
                    .to_string()
                    .as_bytes(),
            );
        }
        for body in [
            json!({ "meta": kind }),
            json!({ "query": kind }),
            kind.clone(),
        ] {
            post(&beacon, body.to_string().as_bytes());
        }
    }
}

/// What an error shows is what the asker wrote: nothing that a dataset has instead.
#[test]
fn errors_show_nothing_of_a_dataset() {
    let (_dir, beacon) = plain();
    let secret = [
        "AAA1",
        "HP:0001324",
        "Muscle",
        "P1",
        "LOINC",
        "melanoma",
        "bmi",
        "one.vdx",
        "country",
    ];
    for (path, query) in [
        ("/g_variants", "geneId=AAA2"),
        ("/g_variants", "geneId=aaa"),
        ("/individuals", "filters=Muscle%20weaknes"),
        ("/individuals", "filters=HP:000132"),
        ("/individuals", "filters=bmj:=1"),
        ("/individuals", "filters=countri:=FI"),
        (
            "/individuals",
            "filters=diseases.diseaseCode.label:=melanom",
        ),
        ("/individuals", "filters=LOINK:4548-4:%3E1"),
        ("/g_variants", "referenceName=2X&start=1&alternateBases=G"),
        (
            "/g_variants",
            "genomicAlleleShortForm=NC_000022.11:g.16050074_1605007delinsGG",
        ),
        ("/g_variants", "genomicAlleleShortForm=22:x:y:z"),
        ("/g_variants", "aminoacidChange=600"),
        ("/datasets/tw", ""),
    ] {
        let request = BeaconRequest::get(path, query);
        let response = beacon.answer(&request, None);
        let text = String::from_utf8(response.body).unwrap();
        assert!(
            [400, 404, 422].contains(&response.status),
            "{query}: {text}"
        );
        for secret in secret.iter().filter(|secret| !query.contains(*secret)) {
            assert!(!text.contains(secret), "{query} shows {secret}: {text}");
        }
    }
}

#[test]
fn a_configuration_that_is_wrong_says_where() {
    let good =
        std::fs::read_to_string(format!("{}/config/plain.toml", crate::spec::VECTORS)).unwrap();
    let read = |text: &str| text.parse::<BeaconConfig>();
    assert!(read(&good).is_ok());
    for (from, to, says) in [
        ("floor = 1", "floor = -1", "line"),
        ("floor = 1", "flor = 1", "flor"),
        ("floor = 1", "floor = 999999999999", "floor"),
        ("environment = \"test\"", "environment = \"tests\"", "tests"),
        ("id = \"org.example.plain\"", "", "id"),
        ("id = \"one\"", "id = \"a,b\"", "a,b"),
        ("id = \"one\"", "id = \"\"", "id"),
        ("page_limit = 1000", "page_limit = 0", "page_limit"),
        (
            "alternative_url = \"https",
            "alternative_url = \"ftp",
            "alternative_url",
        ),
        (
            "logo_url = \"https://example.org/logo.png\"",
            "",
            "logo_url",
        ),
        ("[[datasets]]", "[datasets]", "line"),
        ("country = \"country\"", "country = 5", "line"),
        ("name = \"Vectors\"", "name = \"Vectors", "line"),
        (
            "path = \"one.vdx\"",
            "path = \"one.vdx\"\nassembly = \"GRCh99\"",
            "GRCh99",
        ),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from}");
        match read(&text) {
            Err(Error::Usage(message)) => assert!(message.contains(says), "{to}: {message}"),
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn an_assembly_that_the_dataset_contradicts_is_an_error() {
    for (contig, stated, says) in [
        ("<ID=22,assembly=GRCh38>", "GRCh37", "GRCh38"),
        ("<ID=22,length=50818468>", "GRCh37", "GRCh38"),
        ("<ID=22,length=1000>", "GRCh38", "50818468"),
        // two assemblies: none is known, and either is contradicted
        (
            "<ID=22,length=50818468>\n##contig=<ID=21,length=48129895>",
            "GRCh38",
            "GRCh37",
        ),
        ("<ID=22>", "GRCh38", ""),
        ("<ID=scaffold,length=1000>", "GRCh38", ""),
        ("<ID=22,assembly=GRCh38>", "GRCh38", ""),
        ("<ID=MT,length=16571>\n##contig=<ID=22>", "GRCh37", ""),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (input, to) = (dir.path().join("x.vcf"), dir.path().join("x.vdx"));
        let text = format!(
            "##fileformat=VCFv4.3\n##contig={contig}\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        );
        std::fs::write(&input, text).unwrap();
        let built = build(&[&input], &to, &BuildOptions::default(), &mut |_| true);
        built.unwrap_or_else(|e| panic!("{contig}: {e}"));
        let mut config = BeaconConfig::of_dataset(&to);
        config.datasets[0].assembly = Some(stated.parse().unwrap());
        let view = Dataset::open(&to).unwrap().view();
        match (Beacon::new(config, vec![view]), says) {
            (Ok(_), "") => {}
            (Err(Error::Usage(message)), says) if !says.is_empty() => {
                assert!(
                    message.contains(says) && message.contains("assembly"),
                    "{message}"
                );
            }
            (other, _) => panic!("{contig}, {stated}: {other:?}"),
        }
    }
}

/// A host may pass on anything as a method and a path.
#[test]
fn a_get_reads_no_body() {
    let (_dir, beacon) = plain();
    let request = BeaconRequest {
        method: BeaconMethod::Get,
        path: "/g_variants",
        query: "",
        body: b"no JSON",
    };
    assert_eq!(answer(&beacon, &request).0, 200);
}

/// A request of the vectors with bytes altered, put in, taken out or said again.
fn mutated(mut bytes: Vec<u8>, changes: &[(u8, Index, u8)]) -> Vec<u8> {
    for (kind, at, byte) in changes {
        if bytes.is_empty() {
            bytes.push(*byte);
            continue;
        }
        let at = at.index(bytes.len());
        let signs = b"\0\"\\{}[]:,%&=-<>!/+ 0123456789\xff";
        match kind {
            0 => bytes[at] = *byte,
            1 => bytes[at] = signs[*byte as usize % signs.len()],
            2 => bytes.insert(at, signs[*byte as usize % signs.len()]),
            3 => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            _ => {
                let end = (at + *byte as usize).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    bytes
}

#[test]
fn altered_requests_are_answered() {
    let (_dir, beacon) = plain();
    let mut vectors = Vec::new();
    for file in files().into_values() {
        vectors.extend(file["vectors"].as_array().unwrap().iter().cloned());
    }
    let changes = vec((0..6u8, any::<Index>(), any::<u8>()), 1..6);
    let config = ProptestConfig::with_cases(3_000);
    let mut runner = TestRunner::new(config);
    let strategy = (select(vectors), changes);
    let done = runner.run(&strategy, |(vector, changes)| {
        let path = vector["path"].as_str().unwrap();
        let query = vector["query"]
            .as_str()
            .unwrap_or_default()
            .as_bytes()
            .to_vec();
        match vector["method"] == "GET" {
            true => {
                let query = mutated(query, &changes);
                get(&beacon, path, &String::from_utf8_lossy(&query));
            }
            false => {
                let body = mutated(crate::spec::body(&vector), &changes);
                answer(&beacon, &BeaconRequest::post(path, &body));
            }
        }
        Ok(())
    });
    done.unwrap();
}
