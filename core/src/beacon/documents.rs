//! Documents that say what a beacon is.

use super::API_VERSION;
use super::config::{BeaconConfig, BeaconDataset};
use super::member::Standing;
use super::refusal::{Checked, Refusal};
use super::request::{Document, EntryType};
use super::strata;
use crate::access::{PolicyView, Release};
use crate::error::Error;
use crate::model::{Access, Date, Granularity};
use crate::model::{Attribute, Level, Measure};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const SCHEMAS: &str = "https://raw.githubusercontent.com/ga4gh-beacon/beacon-v2/main";

/// The answer to a document that says nothing of the datasets; of terms see [`filtering_terms`].
pub(super) fn document(of: Document, config: &BeaconConfig) -> Value {
    informational(
        config,
        match of {
            Document::ServiceInfo => return service_info(config),
            Document::Info => info(config),
            Document::Configuration => configuration(config),
            Document::EntryTypes => json!({ "entryTypes": entry_types(config) }),
            Document::Map => map(config),
        },
    )
}

fn informational(config: &BeaconConfig, response: Value) -> Value {
    json!({
        "meta": {
            "beaconId": config.id,
            "apiVersion": API_VERSION,
            "returnedSchemas": [],
        },
        "response": response,
    })
}

/// An object of the members that there are.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let members = members.into_iter();
    let there = members.filter_map(|(key, value)| value.map(|value| (key.to_owned(), value)));
    Value::Object(there.collect())
}

fn text(text: &Option<String>) -> Option<Value> {
    text.as_deref().map(Value::from)
}

fn info(config: &BeaconConfig) -> Value {
    let of = &config.organization;
    object([
        ("id", Some(json!(config.id))),
        ("name", Some(json!(config.name))),
        ("apiVersion", Some(json!(API_VERSION))),
        ("environment", Some(json!(config.environment.name()))),
        (
            "organization",
            Some(object([
                ("id", Some(json!(of.id))),
                ("name", Some(json!(of.name))),
                ("description", text(&of.description)),
                ("address", text(&of.address)),
                ("welcomeUrl", text(&of.welcome_url)),
                ("contactUrl", text(&of.contact_url)),
                ("logoUrl", Some(json!(of.logo_url))),
            ])),
        ),
        ("description", text(&config.description)),
        ("version", text(&config.version)),
        ("welcomeUrl", text(&config.welcome_url)),
        ("alternativeUrl", Some(json!(config.alternative_url))),
        ("createDateTime", text(&config.created)),
        ("updateDateTime", text(&config.updated)),
        ("info", Some(capabilities(config))),
    ])
}

/// What can be asked, for the specification has no place for it.
fn capabilities(config: &BeaconConfig) -> Value {
    json!({
        "queries": ["sequence", "range", "range with bases", "bracket", "gene", "amino acid", "identifier"],
        "filters": {
            "logic": "all must hold; of several sexes any",
            "descendants": true,
            "similarity": {
                "phenotype": levels("Lin", Measure::Lin, true),
                "disease": levels("simGIC", Measure::SimGic, false),
            },
        },
        "floor": config.floor.max(1),
        "pageLimit": config.page_limit,
    })
}

/// The least scores of the levels of similarity.
fn levels(name: &str, measure: Measure, single: bool) -> Value {
    let least = |level: Level| level.threshold(measure, single);
    json!({
        "measure": name,
        "levels": {
            "high": least(Level::High),
            "medium": least(Level::Medium),
            "low": least(Level::Low),
        },
    })
}

fn service_info(config: &BeaconConfig) -> Value {
    let of = &config.organization;
    object([
        ("id", Some(json!(config.id))),
        ("name", Some(json!(config.name))),
        (
            "type",
            Some(json!({ "group": "org.ga4gh", "artifact": "beacon", "version": API_VERSION })),
        ),
        ("description", text(&config.description)),
        (
            "organization",
            Some(json!({
                "name": of.name,
                "url": of.welcome_url.as_deref().unwrap_or(&config.alternative_url),
            })),
        ),
        ("contactUrl", text(&of.contact_url)),
        ("documentationUrl", text(&config.documentation_url)),
        ("createdAt", text(&config.created)),
        ("updatedAt", text(&config.updated)),
        ("environment", Some(json!(config.environment.name()))),
        (
            "version",
            Some(json!(
                config
                    .version
                    .as_deref()
                    .unwrap_or(env!("CARGO_PKG_VERSION"))
            )),
        ),
    ])
}

fn configuration(config: &BeaconConfig) -> Value {
    let status = match config.environment.name() {
        "prod" => "PROD",
        "dev" => "DEV",
        _ => "TEST",
    };
    json!({
        "$schema": format!("{SCHEMAS}/framework/json/configuration/beaconConfigurationSchema.json"),
        "maturityAttributes": { "productionStatus": status },
        "securityAttributes": {
            "defaultGranularity": Granularity::Boolean.name(),
            "securityLevels": ["PUBLIC", "REGISTERED", "CONTROLLED"],
        },
        "entryTypes": entry_types(config),
    })
}

fn entry_types(config: &BeaconConfig) -> Value {
    let of = |entry: EntryType| {
        let (name, term, label, schema, unfiltered) = match entry {
            EntryType::Variants => (
                "Genomic Variants",
                "ENSGLOSSARY:0000092",
                "Variant",
                "genomicVariations",
                config.unfiltered_variants,
            ),
            EntryType::Individuals => ("Individual", "NCIT:C25190", "Person", "individuals", true),
            EntryType::Datasets => ("Dataset", "NCIT:C47824", "Data set", "datasets", true),
            EntryType::Cohorts => ("Cohort", "NCIT:C61512", "Cohort", "cohorts", true),
        };
        json!({
            "id": entry.id(),
            "name": name,
            "ontologyTermForThisType": { "id": term, "label": label },
            "partOfSpecification": format!("Beacon {API_VERSION}"),
            "defaultSchema": {
                "id": entry.schema(),
                "name": format!("Default schema for {name}"),
                "referenceToSchemaDefinition":
                    format!("{SCHEMAS}/models/json/beacon-v2-default-model/{schema}/defaultSchema.json"),
                "schemaVersion": "v2.0.0",
            },
            "nonFilteredQueriesAllowed": unfiltered,
        })
    };
    let all = EntryType::of(config);
    Value::Object(
        all.map(|entry| (entry.id().to_owned(), of(entry)))
            .collect(),
    )
}

fn map(config: &BeaconConfig) -> Value {
    let root = &config.url;
    let links = |entry: EntryType| -> &'static [EntryType] {
        match entry {
            EntryType::Variants => &[EntryType::Individuals],
            EntryType::Individuals => &[EntryType::Variants],
            EntryType::Datasets | EntryType::Cohorts => {
                &[EntryType::Variants, EntryType::Individuals]
            }
        }
    };
    let set = |entry: EntryType| {
        let path = entry.path();
        let links: Map<String, Value> = links(entry)
            .iter()
            .map(|to| {
                let link = json!({
                    "returnedEntryType": to.id(),
                    "url": format!("{root}/{path}/{{id}}/{}", to.path()),
                });
                (to.id().to_owned(), link)
            })
            .collect();
        json!({
            "entryType": entry.id(),
            "rootUrl": format!("{root}/{path}"),
            "singleEntryUrl": format!("{root}/{path}/{{id}}"),
            "endpoints": links,
        })
    };
    let all = EntryType::of(config);
    let sets: Map<String, Value> = all
        .map(|entry| (entry.id().to_owned(), set(entry)))
        .collect();
    json!({
        "$schema": format!("{SCHEMAS}/framework/json/configuration/beaconMapSchema.json"),
        "endpointSets": sets,
    })
}

/// A dataset in the list of datasets.
pub(super) fn dataset(of: &BeaconDataset) -> Value {
    object([
        ("id", Some(json!(of.id))),
        ("name", Some(json!(of.name))),
        ("description", text(&of.description)),
        ("version", text(&of.version)),
        ("externalUrl", text(&of.external_url)),
    ])
}

/// The terms that filters may name: those of which enough people have it or a more special one, whichever it is, for a
/// list of those that are recorded themselves would say so of one person. A page is of so many of them, where a limit is
/// given.
pub(super) fn filtering_terms<'m>(
    config: &BeaconConfig,
    members: impl Iterator<Item = &'m Standing>,
    access: Access,
    (skip, limit): (u64, Option<u64>),
) -> Checked<Value> {
    let mut terms: BTreeMap<String, String> = BTreeMap::new();
    let mut resources = BTreeMap::new();
    let (mut has_people, mut has_others) = (false, false);
    let (mut of_files, mut outdated) = (Vec::new(), None);
    for standing in members {
        let live = match standing {
            Standing::Live(live) => live,
            Standing::Published(file) => {
                match file.check_day(Date::today()) {
                    Ok(()) => of_files.extend(strata::terms(file.file.info())),
                    Err(refusal) => outdated = Some(refusal),
                }
                continue;
            }
        };
        has_others = true;
        let granularity = access.granularity.min(live.config.granularity);
        let (member, shown) = match live.seen_by(&access, granularity, None) {
            // a policy says nothing of so few people
            Err(Error::NotAllowed { .. }) => continue,
            other => other.map_err(|e| Refusal::of_host(&e))?,
        };
        if member.view.people().is_none() {
            continue;
        }
        has_people = true;
        // a list of terms says that somebody has each
        let granularity = granularity.min(Granularity::Count);
        let policy = shown.as_ref().map(PolicyView::policy);
        let release = Release::new(granularity, config.floor, policy);
        let counts = member.view.term_counts(None);
        for found in counts.map_err(|e| Refusal::of_host(&e))? {
            if found.id.is_empty() || !release.is_shown(found.people) {
                continue;
            }
            let label = terms.entry(found.id).or_default();
            if label.is_empty() {
                *label = found.label;
            }
        }
        let ontologies = member.view.ontologies();
        for (file, version) in ontologies.map_err(|e| Refusal::of_host(&e))? {
            resources.insert(file, version);
        }
    }
    let mut all: Vec<Value> = terms.into_iter().map(ontology_term).collect();
    if has_people {
        all.extend(fields());
    }
    match outdated {
        Some(refusal) if !has_others && of_files.is_empty() => return Err(refusal),
        _ => {}
    }
    for term in of_files {
        if !all.iter().any(|known| known.get("id") == term.get("id")) {
            all.push(term);
        }
    }
    if let Some(limit) = limit {
        let first = usize::try_from(skip.saturating_mul(limit)).unwrap_or(usize::MAX);
        all.drain(..first.min(all.len()));
        all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let resources = resources.into_iter().map(|(file, version)| {
        let id = file
            .split('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        object([
            ("id", Some(json!(id))),
            ("name", Some(json!(file))),
            ("version", (!version.is_empty()).then(|| json!(version))),
        ])
    });
    let response = json!({ "filteringTerms": all, "resources": resources.collect::<Vec<_>>() });
    Ok(informational(config, response))
}

fn ontology_term((id, label): (String, String)) -> Value {
    object([
        ("type", Some(json!("ontology"))),
        ("id", Some(json!(id))),
        ("label", (!label.is_empty()).then(|| json!(label))),
        ("scopes", Some(json!(["individual"]))),
    ])
}

/// Fields that take values.
fn fields() -> impl Iterator<Item = Value> {
    let attributes = [
        Attribute::Sex,
        Attribute::Country,
        Attribute::Population,
        Attribute::Cohort,
    ];
    let names = attributes
        .into_iter()
        .map(Attribute::name)
        .chain(["age", "ageOfOnset"]);
    names.map(|name| json!({ "type": "alphanumeric", "id": name, "scopes": ["individual"] }))
}
