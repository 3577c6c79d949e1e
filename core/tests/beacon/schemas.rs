//! Every answer to the vectors, by the official schemas of Beacon, without a network.

use crate::spec::files;
use crate::vectors::{asked, beacon};
use jsonschema::{Retrieve, Uri, Validator};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;

/// Where schemas name each other.
const ROOT: &str = "https://raw.githubusercontent.com/ga4gh-beacon/beacon-v2/main/";
/// Schemas of VRS 1.3, which are not beside them: `variation` is a `LegacyVariation` then.
const VRS: &str = "https://w3id.org/ga4gh/schema/vrs/";

struct Files(PathBuf);

impl Retrieve for Files {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let uri = uri.as_str();
        if uri.starts_with(VRS) {
            return Ok(json!({ "definitions": {
                "MolecularVariation": false, "SystemicVariation": false, "Location": { "type": "object" },
            } }));
        }
        let name = uri.strip_prefix(ROOT).ok_or("a schema of somebody else")?;
        // the model names a file of the framework as its own
        let name = match name.ends_with("common/info.json") {
            true => "framework/json/common/info.json",
            false => name,
        };
        Ok(serde_json::from_slice(&std::fs::read(self.0.join(name))?)?)
    }
}

struct Schemas {
    folder: PathBuf,
    read: HashMap<String, Validator>,
}

impl Schemas {
    fn check(&mut self, of: &str, name: &str, value: &Value) {
        let folder = &self.folder;
        let schema = self.read.entry(name.to_owned()).or_insert_with(|| {
            jsonschema::options()
                .with_retriever(Files(folder.clone()))
                .build(&json!({ "$ref": format!("{ROOT}{name}") }))
                .unwrap()
        });
        let problems: Vec<String> = schema
            .iter_errors(value)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(
            problems.is_empty(),
            "{of}: {name}\n{}\n{value}",
            problems.join("\n")
        );
    }

    fn check_answer(&mut self, of: &str, path: &str, (status, answer): (u16, &Value)) {
        let response = |name: &str| format!("framework/json/responses/{name}.json");
        if status != 200 {
            return self.check(of, &response("beaconErrorResponse"), answer);
        }
        let document = match path.trim_matches('/') {
            "" | "info" => Some("beaconInfoResponse"),
            "service-info" => Some("ga4gh-service-info-1-0-0-schema"),
            "configuration" => Some("beaconConfigurationResponse"),
            "entry_types" => Some("beaconEntryTypesResponse"),
            "map" => Some("beaconMapResponse"),
            "filtering_terms" => Some("beaconFilteringTermsResponse"),
            _ => None,
        };
        if let Some(document) = document {
            return self.check(of, &response(document), answer);
        }
        if answer["response"]["collections"].is_array() {
            self.check(of, &response("beaconCollectionsResponse"), answer);
            return self.check_records(of, "datasets", &answer["response"]["collections"]);
        }
        let granularity = answer["meta"]["returnedGranularity"].as_str().unwrap();
        self.check(of, &response("beaconBooleanResponse"), answer);
        if granularity == "boolean" {
            assert!(answer.get("response").is_none(), "{of}");
            return;
        }
        self.check(of, &response("beaconCountResponse"), answer);
        // clients read result sets of counts, too
        self.check(of, &response("beaconResultsetsResponse"), answer);
        let model = match answer["meta"]["returnedSchemas"][0]["entityType"].as_str() {
            Some("genomicVariant") => "genomicVariations",
            _ => "individuals",
        };
        for set in answer["response"]["resultSets"].as_array().unwrap() {
            self.check_records(of, model, &set["results"]);
        }
    }

    fn check_records(&mut self, of: &str, model: &str, records: &Value) {
        let name = format!("models/json/beacon-v2-default-model/{model}/defaultSchema.json");
        for record in records.as_array().unwrap() {
            self.check(of, &name, record);
        }
    }
}

#[test]
fn every_answer_is_of_the_schemas_of_beacon() {
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA").map(PathBuf::from) else {
        eprintln!("skipped: VARIDEX_TEST_DATA is not set");
        return;
    };
    let folder = data.join("beacon/schemas");
    if !folder.is_dir() {
        eprintln!("skipped: no schemas in {}", folder.display());
        return;
    }
    let mut schemas = Schemas {
        folder,
        read: HashMap::new(),
    };
    for (name, file) in files() {
        let dir = tempfile::tempdir().unwrap();
        let beacon = beacon(&file, dir.path());
        for vector in file["vectors"].as_array().unwrap() {
            let answer = asked(&beacon, vector);
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            let of = format!("{name}: {}", vector["name"]);
            let path = vector["path"].as_str().unwrap();
            schemas.check_answer(&of, path, (answer.status, &body));
        }
    }
}
