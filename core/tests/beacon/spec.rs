//! The vectors of a beacon (`format-spec/beacon`): read, asked one by one, and compared. The tests of the program and of
//! the server include this file, too.

#![allow(dead_code, reason = "each test uses its part")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use varidex::{Access, BuildOptions, PeopleOptions, build};

pub const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../format-spec/beacon");

pub fn texts(value: &Value) -> Vec<String> {
    let values = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |text: &Value| text.as_str().unwrap().to_owned();
    values.iter().map(text).collect()
}

fn paths(value: &Value) -> Vec<PathBuf> {
    let names = texts(value).into_iter();
    names.map(|name| Path::new(VECTORS).join(name)).collect()
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

/// Builds the datasets of a file of vectors.
pub fn build_datasets(file: &Value, dir: &Path) {
    for (name, recipe) in file["datasets"].as_object().unwrap() {
        let reference = recipe["reference"].as_str();
        let options = BuildOptions {
            info: texts(&recipe["info"]),
            genes: paths(&recipe["genes"]),
            reference: reference.map(|name| Path::new(VECTORS).join(name)),
            people: PeopleOptions {
                files: paths(&recipe["people"]),
                ontologies: paths(&recipe["ontologies"]),
                ..PeopleOptions::default()
            },
            ..BuildOptions::default()
        };
        let inputs = paths(&recipe["inputs"]);
        build(&inputs, dir.join(name), &options, &mut |_| true).unwrap();
    }
}

/// Copies the configuration of a file of vectors to where its datasets are.
pub fn copy_config(file: &Value, dir: &Path) -> PathBuf {
    let config = Path::new(VECTORS).join(file["config"].as_str().unwrap());
    let to = dir.join("beacon.toml");
    std::fs::copy(config, &to).unwrap();
    to
}

/// The body of a request.
pub fn body(vector: &Value) -> Vec<u8> {
    match (&vector["text"], &vector["body"]) {
        (Value::String(text), _) => text.clone().into_bytes(),
        (_, Value::Null) => Vec::new(),
        (_, body) => serde_json::to_vec(body).unwrap(),
    }
}

/// What is sent: the path, the query and the body; none of GET.
pub fn sent(vector: &Value) -> (&str, &str, Option<Vec<u8>>) {
    let path = vector["path"].as_str().unwrap();
    let query = vector["query"].as_str().unwrap_or_default();
    let is_get = vector["method"] == "GET";
    (path, query, (!is_get).then(|| body(vector)))
}

/// Who asks.
pub fn access(vector: &Value) -> Option<Access> {
    let access = vector.get("access").filter(|access| !access.is_null());
    access.map(|access| Access::from_json(&access.to_string()).unwrap())
}

/// Where what was found is not what is expected: members that are not named may be anything.
fn differs(expected: &Value, found: &Value, at: &str) -> Option<String> {
    let is_same = match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            return expected.iter().find_map(|(name, expected)| {
                let found = found.get(name).unwrap_or(&Value::Null);
                differs(expected, found, &format!("{at}/{name}"))
            });
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            return pairs.find_map(|(n, (a, b))| differs(a, b, &format!("{at}/{n}")));
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            // positions are compared to the base
            match a.fract() == 0.0 {
                true => a == b,
                false => (a - b).abs() <= 1e-5 * a.abs(),
            }
        }
        _ => expected == found,
    };
    (!is_same).then(|| format!("{at}: expected {expected}, found {found}"))
}

type Answers = BTreeMap<String, Vec<u8>>;

fn problem(vector: &Value, (status, body): (u16, &[u8]), all: &Answers) -> Option<String> {
    if vector["status"] != status {
        let expected = &vector["status"];
        return Some(format!("expected status {expected}, found {status}"));
    }
    let text = String::from_utf8_lossy(body);
    let Ok(found) = serde_json::from_slice::<Value>(body) else {
        return Some("expected JSON".to_owned());
    };
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
        Some(other) if other != body => Some(format!(
            "expected the answer of {same:?}: {}",
            String::from_utf8_lossy(other)
        )),
        Some(_) => None,
    }
}

/// What came of asking vectors.
#[derive(Default)]
pub struct Outcome {
    pub asked: usize,
    /// Vectors that could not be asked, by the reason.
    pub not_asked: BTreeMap<&'static str, Vec<String>>,
    pub problems: Vec<String>,
}

impl Outcome {
    /// Asks the vectors of a file in their order. `ask` gives the status and the body, or why it cannot ask so.
    pub fn ask(
        &mut self,
        name: &str,
        file: &Value,
        mut ask: impl FnMut(&Value) -> Result<(u16, Vec<u8>), &'static str>,
    ) {
        let mut answers = Answers::new();
        for vector in file["vectors"].as_array().unwrap() {
            let of = vector["name"].as_str().unwrap();
            let (status, body) = match ask(vector) {
                Ok(answer) => answer,
                Err(reason) => {
                    let not_asked = self.not_asked.entry(reason).or_default();
                    not_asked.push(format!("{name}: {of}"));
                    continue;
                }
            };
            if let Some(problem) = problem(vector, (status, &body), &answers) {
                let text = String::from_utf8_lossy(&body);
                let text: String = text.chars().take(1500).collect();
                let problem = format!("{name}: {of}\n  {problem}\n  {text}");
                self.problems.push(problem);
            }
            let again = answers.insert(of.to_owned(), body);
            assert!(again.is_none(), "{name}: two are called {of:?}");
            self.asked += 1;
        }
    }

    /// That all vectors were asked but those that are known not to be, and answered as expected.
    pub fn check(&self, not_asked: &[(&str, &[&str])]) {
        assert!(self.problems.is_empty(), "{}", self.problems.join("\n\n"));
        let expected = not_asked.iter().map(|(reason, of)| {
            let of = of.iter().map(|of| (*of).to_owned()).collect();
            (*reason, of)
        });
        assert_eq!(self.not_asked, expected.collect());
        assert!(self.asked > 300, "{}", self.asked);
    }
}
