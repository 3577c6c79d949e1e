//! A request to a beacon, or the configuration of one.
//!
//! The first byte says which: bit 0 a configuration, bit 1 a GET, bits 2 and 3 who asks. The rest is TOML; or a line with
//! the address, and the body.

use crate::dataset::{self, BESIDE, built};
use std::sync::LazyLock;
use varidex::{Access, Beacon, BeaconConfig, BeaconMethod, BeaconRequest, Granularity, View};

const CONFIG: &str = r#"
id = "org.example.fuzz"
name = "Fuzz"
environment = "test"
alternative_url = "https://example.org"
floor = 2
page_limit = 50

[organization]
id = "example"
name = "Example"
logo_url = "https://example.org/logo.png"

[[datasets]]
id = "mixed"
name = "Mixed"
path = "dataset.vdx"

[datasets.frequencies]
source = "Example"
source_reference = "https://example.org"
"#;

static VIEW: LazyLock<View> = LazyLock::new(|| {
    let files = built(include_str!("../data/mixed.vcf"), &BESIDE);
    let dataset = files.open(dataset::DATASET);
    dataset.expect("what was built can be opened").view()
});

static BEACON: LazyLock<Beacon> = LazyLock::new(|| {
    let config = CONFIG.parse().expect("a sound configuration");
    Beacon::new(config, vec![VIEW.clone()]).expect("a sound beacon")
});

/// One that is refused says why; with one that is not, a beacon is opened and answers.
fn configuration(text: &str) {
    let config = match text.parse::<BeaconConfig>() {
        Ok(config) => config,
        Err(e) => return assert!(!e.to_string().is_empty()),
    };
    let views = vec![VIEW.clone(); config.datasets.len()];
    // populations of frequencies may be of an attribute that nobody has
    let Ok(beacon) = Beacon::new(config, views) else {
        return;
    };
    for path in [
        "/info",
        "/service-info",
        "/configuration",
        "/map",
        "/filtering_terms",
    ] {
        let answer = beacon.answer(&BeaconRequest::get(path, ""), None);
        assert_eq!(answer.status, 200, "{path}");
        let value: serde_json::Value =
            serde_json::from_slice(&answer.body).expect("an answer is JSON");
        assert!(value.is_object());
    }
    let query = "requestedGranularity=record&referenceName=1&limit=2";
    let access = Some(Access::up_to(Granularity::Record));
    let answer = beacon.answer(&BeaconRequest::get("/g_variants", query), access);
    assert!([200, 400, 422].contains(&answer.status));
}

/// See the module.
pub fn beacon(data: &[u8]) {
    let Some((&kind, rest)) = data.split_first() else {
        return;
    };
    if kind & 1 == 1 {
        return configuration(&String::from_utf8_lossy(rest));
    }
    let line = rest.iter().position(|byte| *byte == b'\n');
    let (address, body) = rest.split_at(line.unwrap_or(rest.len()));
    let address = String::from_utf8_lossy(address);
    let (path, query) = address.split_once('?').unwrap_or((&address, ""));
    let request = BeaconRequest {
        method: match kind & 2 {
            0 => BeaconMethod::Post,
            _ => BeaconMethod::Get,
        },
        path,
        query,
        body: body.get(1..).unwrap_or_default(),
    };
    let granularity = match (kind >> 2) & 3 {
        1 => Some(Granularity::Boolean),
        2 => Some(Granularity::Count),
        3 => Some(Granularity::Record),
        _ => None,
    };
    let answer = BEACON.answer(&request, granularity.map(Access::up_to));
    assert!([200, 400, 404, 413, 414, 422].contains(&answer.status));
    let value: serde_json::Value = serde_json::from_slice(&answer.body).expect("an answer is JSON");
    assert_eq!(value.get("error").is_some(), answer.status != 200);
    let found = &value["response"]["resultSets"];
    if granularity.unwrap_or_default() == Granularity::Boolean {
        assert!(
            found.is_null(),
            "who may be answered yes or no gets no more"
        );
    }
    for set in found.as_array().into_iter().flatten() {
        let records = set["results"].as_array().map_or(0, Vec::len);
        assert!(records == 0 || granularity == Some(Granularity::Record));
        assert!(records <= 50);
    }
}
