//! The cases that all languages share (`format-spec/cases`), by the library.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use varidex::{
    Access, BuildOptions, CompactOptions, ConsentOptions, Counts, Dataset, Error, FileLoader,
    Group, PeopleOptions, Result, Variant, View, Withdrawal, add, build, compact, record_consent,
    restore, withdraw,
};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../format-spec/cases");

fn texts(value: &Value) -> Vec<String> {
    let values = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |text: &Value| text.as_str().unwrap().to_owned();
    values.iter().map(text).collect()
}

fn paths(value: &Value) -> Vec<PathBuf> {
    let names = texts(value).into_iter();
    names.map(|name| Path::new(CASES).join(name)).collect()
}

fn built(recipe: &Value, dir: &Path) -> View {
    let mut inputs = paths(&recipe["inputs"]);
    if let Some(wanted) = recipe["simulate"].as_object() {
        let options = varidex_simulate::Options {
            samples: wanted["samples"].as_u64().unwrap() as usize,
            variants: wanted["variants"].as_u64().unwrap() as usize,
            seed: wanted["seed"].as_u64().unwrap(),
            ..varidex_simulate::Options::default()
        };
        let cohort = dir.join("cohort");
        let written = varidex_simulate::simulate(&options, &cohort, &mut |_, _| true).unwrap();
        inputs.push(written.genotypes);
    }
    let options = BuildOptions {
        info: texts(&recipe["info"]),
        genes: paths(&recipe["genes"]),
        people: PeopleOptions {
            files: paths(&recipe["people"]),
            ontologies: paths(&recipe["ontologies"]),
            ..PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    let to = dir.join("d.vdx");
    build(&inputs, &to, &options, &mut |_| true).unwrap();
    Dataset::open(to).unwrap().with_loader(Data).view()
}

/// Reads what expressions name from the directory of the cases.
#[derive(Debug)]
struct Data;

impl FileLoader for Data {
    fn load(&self, name: &str) -> Result<Vec<u8>> {
        let path = Path::new(CASES).join(name);
        std::fs::read(&path).map_err(|e| Error::io(path, e))
    }
}

/// Whether a value is the one expected: what is not whole to one part in 100,000.
fn same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| same(a, &b[key]))
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-5 * a.abs().max(b.abs())
        }
        _ => expected == found,
    }
}

fn counts(of: &Counts) -> Value {
    json!({
        "ac": of.ac, "an": of.an, "af": of.af(), "n_het": of.n_het, "n_hom": of.n_hom,
        "n_hemi": of.n_hemi, "n_missing": of.n_missing,
    })
}

/// A row of a table: what there is of a variant, and what is said of it.
fn row(variant: &mut Variant<'_, '_>, more: &Value) -> Result<Value> {
    let text = |bytes: &[u8]| match bytes {
        [] => Value::Null,
        bytes => String::from_utf8_lossy(bytes).into_owned().into(),
    };
    let told = variant.annotation()?;
    let told = told.map_or([Value::Null, Value::Null, Value::Null], |told| {
        let words = [told.gene(), &told.consequence, told.impact.name()];
        words.map(|word| text(word.as_bytes()))
    });
    let mut row = json!({
        "gene": told[0],
        "consequence": told[1],
        "impact": told[2],
        "chrom": variant.contig(),
        "pos": variant.position()?.one_based(),
        "id": text(variant.id()?),
        "type": variant.allele_type()?.name(),
        "filter": text(variant.filter()?.as_bytes()),
    });
    let (reference, alternate) = variant.alleles()?;
    row["ref"] = text(reference);
    row["alt"] = text(alternate);
    for (key, value) in more.as_object().unwrap() {
        row[key] = value.clone();
    }
    Ok(row)
}

fn table(dataset: &View, case: &Value, group: Option<&Group>) -> Result<Vec<Value>> {
    let of = case["expression"].as_str().unwrap();
    let by = dataset.by(&texts(&case["by"]))?;
    let (mut names, mut sets) = (Vec::new(), Vec::new());
    if !by.is_empty() {
        names.push(vec![Some("all".to_owned()); by.len()]);
        sets.push(group.cloned().map_or_else(|| dataset.all(), Ok)?);
        for (values, group) in dataset.groups_by(&by, group)? {
            names.push(values);
            sets.push(group);
        }
    }
    let mut variants = match (group, by.is_empty()) {
        (_, false) => dataset.variants_by(of, &sets)?,
        (Some(group), true) => dataset.variants_in(of, group)?,
        (None, true) => dataset.variants(of)?,
    };
    let mut rows = Vec::new();
    while let Some(mut variant) = variants.next()? {
        if case["verb"] == "carriers" {
            let mut carriers = Vec::new();
            variant.carriers(|carrier| carriers.push(carrier))?;
            for carrier in carriers {
                let more = json!({
                    "sample": dataset.sample_name(carrier.sample)?,
                    "individual": dataset.individual_of(carrier.sample)?,
                    "zygosity": carrier.zygosity().name(),
                    "phase": carrier.phase(),
                });
                rows.push(row(&mut variant, &more)?);
            }
        } else if by.is_empty() {
            let mut more = counts(&variant.counts()?);
            more["group"] = group.map(Group::label).into();
            rows.push(row(&mut variant, &more)?);
        } else {
            for (number, values) in names.iter().enumerate() {
                let mut more = counts(&variant.counts_of(number)?);
                more["group"] = group.map(Group::label).into();
                for (by, value) in by.iter().zip(values) {
                    more[by.to_string()] = value.clone().into();
                }
                rows.push(row(&mut variant, &more)?);
            }
        }
    }
    Ok(rows)
}

/// The answer, in the words of the case.
fn answer(dataset: &View, case: &Value) -> Result<Value> {
    let expression = case["expression"].as_str().unwrap();
    let group = case["group"].as_str();
    let group = group.map(|group| dataset.ask(group)).transpose()?;
    match case["verb"].as_str().unwrap() {
        "ask" => {
            let group = dataset.ask(expression)?;
            assert_eq!(group.exists(), group.count() > 0);
            let mut answer = json!({ "count": group.count(), "ids": group.ids()? });
            if group.has_scores() {
                let ranked = group.ranked()?.into_iter();
                answer["scores"] = ranked.map(|(_, score)| score).collect();
            }
            Ok(answer)
        }
        "frequency" => {
            let allele = dataset.allele_named(expression)?;
            let found = match (&allele, &group) {
                (None, _) => return Ok(Value::Null),
                (Some(allele), None) => allele.counts()?,
                (Some(allele), Some(group)) => allele.counts_in(group)?,
            };
            Ok(counts(&found))
        }
        _ => {
            let columns = texts(&case["answer"]["columns"]);
            let table = table(dataset, case, group.as_ref())?;
            let cells = |row: &Value| -> Value {
                let columns = columns.iter();
                columns.map(|column| row[column].clone()).collect()
            };
            let rows: Vec<Value> = table.iter().map(cells).collect();
            Ok(json!({ "columns": columns, "rows": rows }))
        }
    }
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Expression(_) => "expression",
        Error::Usage(_) => "usage",
        _ => "another",
    }
}

/// A step of a history.
fn happen(dataset: &Path, step: &Value) {
    let text = step[1].as_str().unwrap();
    match step[0].as_str().unwrap() {
        "consent" => {
            let list = Path::new(CASES).join(text);
            record_consent(dataset, &[list], &ConsentOptions::default()).unwrap();
        }
        "withdraw" => drop(withdraw(dataset, &Withdrawal::from_json(text).unwrap()).unwrap()),
        "define" => {
            let what: Value = serde_json::from_str(text).unwrap();
            let (name, group) = (what["name"].as_str(), what["group"].as_str());
            let view = Dataset::open(dataset).unwrap().view();
            view.define_cohort(name.unwrap(), group.unwrap(), false)
                .unwrap();
        }
        "add" => {
            let what: Value = serde_json::from_str(text).unwrap();
            let options = BuildOptions {
                people: PeopleOptions {
                    files: paths(&what["people"]),
                    ..PeopleOptions::default()
                },
                keep: what["keep"].as_u64().unwrap() as u32,
                ..BuildOptions::default()
            };
            add(&paths(&what["inputs"]), dataset, &options, &mut |_| true).unwrap();
        }
        "compact" => {
            let what: Value = serde_json::from_str(text).unwrap();
            let options = CompactOptions {
                erase: what["erase"] == true,
                ..CompactOptions::default()
            };
            compact(dataset, &options, &mut |_| true).unwrap();
        }
        "restore" => drop(restore(dataset, &Withdrawal::from_json(text).unwrap()).unwrap()),
        other => panic!("{other}"),
    }
}

/// The dataset so many states before the newest.
fn state(path: &Path, before: &Value) -> Dataset {
    let opened = match before.as_u64() {
        None => Dataset::open(path),
        Some(before) => {
            let states = Dataset::snapshots(path).unwrap();
            Dataset::open_snapshot(path, &states[before as usize].id)
        }
    };
    opened.unwrap().with_loader(Data)
}

#[test]
fn the_library_answers_the_shared_cases() {
    let mut files = 0;
    for entry in std::fs::read_dir(CASES).unwrap() {
        let path = entry.unwrap().path();
        let is_cases = path.extension().is_some_and(|end| end == "json");
        if !is_cases || path.ends_with("schema.json") {
            continue;
        }
        files += 1;
        let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let opened = built(&file["dataset"], dir.path());
        let (path, snapshot) = (opened.path().to_owned(), opened.snapshot().to_owned());
        for step in file["history"].as_array().into_iter().flatten() {
            happen(&path, step);
        }
        // what is open stays in its state, and follows decisions
        let opened = opened.renew().unwrap();
        assert_eq!(opened.snapshot(), snapshot);
        // an erasure keeps no state
        let states = Dataset::snapshots(&path).unwrap();
        if states.iter().any(|state| state.id == snapshot) {
            let before = Dataset::open_snapshot(&path, &snapshot).unwrap().view();
            assert_eq!(opened.id(), before.id());
        }
        for case in file["cases"].as_array().unwrap() {
            let name = &case["name"];
            let opened = state(&path, &case["state"]);
            let dataset = match case["access"].as_str() {
                None => Ok(opened.view()),
                Some(access) => {
                    Access::from_json(access).and_then(|access| opened.view_for(&access))
                }
            };
            match dataset.and_then(|dataset| answer(&dataset, case)) {
                Ok(found) => {
                    let expected = &case["answer"];
                    assert!(
                        same(expected, &found),
                        "{name}\nexpected {expected}\nfound    {found}"
                    );
                }
                Err(error) => {
                    let expected = &case["error"];
                    assert_eq!(expected["kind"], kind(&error), "{name}: {error}");
                    let contains = expected["contains"].as_str().unwrap();
                    assert!(error.to_string().contains(contains), "{name}: {error}");
                }
            }
        }
    }
    assert!(files >= 2);
}
