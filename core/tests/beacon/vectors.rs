//! The vectors that all languages share (`format-spec/beacon`), by the library.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use varidex::{
    Access, Beacon, BeaconMethod, BeaconRequest, BeaconResponse, BuildOptions, PeopleOptions, build,
};

pub const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../format-spec/beacon");

fn texts(value: &Value) -> Vec<String> {
    let values = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |text: &Value| text.as_str().unwrap().to_owned();
    values.iter().map(text).collect()
}

fn paths(value: &Value) -> Vec<PathBuf> {
    let names = texts(value).into_iter();
    names.map(|name| Path::new(VECTORS).join(name)).collect()
}

/// Builds the datasets of a file of vectors, and opens its beacon over them.
pub fn beacon(file: &Value, dir: &Path) -> Beacon {
    for (name, recipe) in file["datasets"].as_object().unwrap() {
        let options = BuildOptions {
            info: texts(&recipe["info"]),
            genes: paths(&recipe["genes"]),
            reference: recipe["reference"]
                .as_str()
                .map(|name| Path::new(VECTORS).join(name)),
            people: PeopleOptions {
                files: paths(&recipe["people"]),
                ontologies: paths(&recipe["ontologies"]),
                ..PeopleOptions::default()
            },
            ..BuildOptions::default()
        };
        build(
            &paths(&recipe["inputs"]),
            dir.join(name),
            &options,
            &mut |_| true,
        )
        .unwrap();
    }
    let config = Path::new(VECTORS).join(file["config"].as_str().unwrap());
    let to = dir.join("beacon.toml");
    std::fs::copy(config, &to).unwrap();
    Beacon::open(to).unwrap()
}

/// All files of vectors, by their names.
pub fn files() -> BTreeMap<String, Value> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(VECTORS).unwrap() {
        let path = entry.unwrap().path();
        let is_vectors = path.extension().is_some_and(|end| end == "json");
        if is_vectors && !path.ends_with("schema.json") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read(&path).unwrap();
            let file = serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
            files.insert(name, file);
        }
    }
    files
}

/// The body of a request.
pub fn body(vector: &Value) -> Vec<u8> {
    match (&vector["text"], &vector["body"]) {
        (Value::String(text), _) => text.clone().into_bytes(),
        (_, Value::Null) => Vec::new(),
        (_, body) => serde_json::to_vec(body).unwrap(),
    }
}

/// Asks what a vector asks.
pub fn asked(beacon: &Beacon, vector: &Value) -> BeaconResponse {
    let body = body(vector);
    let (path, query) = (
        vector["path"].as_str().unwrap(),
        vector["query"].as_str().unwrap_or_default(),
    );
    let request = BeaconRequest {
        method: match vector["method"].as_str().unwrap() {
            "GET" => BeaconMethod::Get,
            _ => BeaconMethod::Post,
        },
        path,
        query,
        body: &body,
    };
    let access = vector.get("access").filter(|access| !access.is_null());
    let access = access.map(|access| Access::from_json(&access.to_string()).unwrap());
    beacon.answer(&request, access)
}

/// Where what was found is not what is expected: members that are not named may be anything.
fn differs(expected: &Value, found: &Value, at: &str) -> Option<String> {
    let differs_here = || Some(format!("{at}: expected {expected}, found {found}"));
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().find_map(|(name, expected)| {
                let at = format!("{at}/{name}");
                differs(expected, found.get(name).unwrap_or(&Value::Null), &at)
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(number, (a, b))| differs(a, b, &format!("{at}/{number}")))
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            match (a - b).abs() <= 1e-5 * a.abs().max(b.abs()) {
                true => None,
                false => differs_here(),
            }
        }
        _ if expected == found => None,
        _ => differs_here(),
    }
}

fn problem(
    vector: &Value,
    answer: &BeaconResponse,
    all: &BTreeMap<String, Vec<u8>>,
) -> Option<String> {
    if vector["status"] != answer.status {
        return Some(format!(
            "expected status {}, found {}",
            vector["status"], answer.status
        ));
    }
    let text = String::from_utf8_lossy(&answer.body);
    let found: Value = serde_json::from_slice(&answer.body).unwrap();
    if let Some(expected) = vector.get("expect")
        && let Some(difference) = differs(expected, &found, "")
    {
        return Some(difference);
    }
    let mut there = texts(&vector["contains"]).into_iter();
    if let Some(missing) = there.find(|part| !text.contains(part.as_str())) {
        return Some(format!("expected {missing:?}"));
    }
    let mut absent = texts(&vector["lacks"]).into_iter();
    if let Some(there) = absent.find(|part| text.contains(part.as_str())) {
        return Some(format!("unexpected {there:?}"));
    }
    let same = vector["same_as"].as_str()?;
    match all.get(same) {
        None => Some(format!("no vector {same:?} stands before it")),
        Some(other) if *other != answer.body => Some(format!(
            "expected the answer of {same:?}: {}",
            String::from_utf8_lossy(other)
        )),
        Some(_) => None,
    }
}

#[test]
fn the_library_answers_the_shared_vectors() {
    let (mut asked_for, mut problems) = (0, Vec::new());
    for (name, file) in files() {
        let dir = tempfile::tempdir().unwrap();
        let beacon = beacon(&file, dir.path());
        let mut answers = BTreeMap::new();
        for vector in file["vectors"].as_array().unwrap() {
            let of = vector["name"].as_str().unwrap();
            let answer = asked(&beacon, vector);
            if let Some(problem) = problem(vector, &answer, &answers) {
                let body = String::from_utf8_lossy(&answer.body);
                let body: String = body.chars().take(1500).collect();
                problems.push(format!("{name}: {of}\n  {problem}\n  {body}"));
            }
            let again = answers.insert(of.to_owned(), answer.body);
            assert!(again.is_none(), "{name}: two are called {of:?}");
            asked_for += 1;
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    assert!(asked_for > 100, "{asked_for}");
}

#[test]
fn the_vectors_are_of_their_schema() {
    let text = std::fs::read(Path::new(VECTORS).join("schema.json")).unwrap();
    let schema: Value = serde_json::from_slice(&text).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    for (name, file) in files() {
        let problems: Vec<String> = schema
            .iter_errors(&file)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{name}: {}", problems.join("\n"));
    }
}
