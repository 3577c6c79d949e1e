//! A request as a server has it, and which endpoint it is for.

use super::config::BeaconConfig;
use super::refusal::{Checked, Refusal};
use percent_encoding::percent_decode_str;

/// The longest body that is read, in bytes.
const BODY_MAX: usize = 1 << 20;
/// The longest path and the longest query.
const TARGET_MAX: usize = 1 << 16;

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BeaconMethod {
    /// What is asked stands in the query of the address.
    Get,
    /// What is asked stands in a JSON body.
    Post,
}

/// A request to a beacon, as a server gets it.
#[derive(Debug, Clone, Copy)]
pub struct BeaconRequest<'a> {
    /// GET or POST.
    pub method: BeaconMethod,
    /// The path below the root of the beacon, percent-encoded: `/g_variants`.
    pub path: &'a str,
    /// What stands behind `?`, percent-encoded; empty where there is none.
    pub query: &'a str,
    /// The body of a POST; empty where there is none.
    pub body: &'a [u8],
}

impl<'a> BeaconRequest<'a> {
    /// A POST of a JSON body.
    pub fn post(path: &'a str, body: &'a [u8]) -> Self {
        Self {
            method: BeaconMethod::Post,
            path,
            query: "",
            body,
        }
    }

    /// A GET of a path with a query.
    pub fn get(path: &'a str, query: &'a str) -> Self {
        Self {
            method: BeaconMethod::Get,
            path,
            query,
            body: b"",
        }
    }

    pub(super) fn check_size(&self) -> Checked<()> {
        if self.body.len() > BODY_MAX {
            let found = self.body.len();
            return Err(Refusal::new(
                413,
                format!("the body: expected at most {BODY_MAX} bytes, found {found}"),
            ));
        }
        if self.query.len() > TARGET_MAX || self.path.len() > TARGET_MAX {
            return Err(Refusal::new(
                414,
                format!("the address: expected at most {TARGET_MAX} bytes"),
            ));
        }
        Ok(())
    }
}

/// What a beacon has records of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum EntryType {
    Variants,
    Individuals,
    Datasets,
    Cohorts,
}

impl EntryType {
    pub(super) const ALL: [Self; 4] = [
        Self::Variants,
        Self::Individuals,
        Self::Datasets,
        Self::Cohorts,
    ];

    /// Those that a beacon has: cohorts where some are published.
    pub(super) fn of(config: &BeaconConfig) -> impl Iterator<Item = Self> {
        let has_cohorts = config.datasets.iter().any(|of| !of.cohorts.is_empty());
        let all = Self::ALL.into_iter();
        all.filter(move |of| *of != Self::Cohorts || has_cohorts)
    }

    /// The segment of a path.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Variants => "g_variants",
            Self::Individuals => "individuals",
            Self::Datasets => "datasets",
            Self::Cohorts => "cohorts",
        }
    }

    /// The id that the model has for it.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Variants => "genomicVariant",
            Self::Individuals => "individual",
            Self::Datasets => "dataset",
            Self::Cohorts => "cohort",
        }
    }

    /// The schema of its records.
    pub(super) fn schema(self) -> &'static str {
        match self {
            Self::Variants => "beacon-g_variant-v2.0.0",
            Self::Individuals => "beacon-individual-v2.0.0",
            Self::Datasets => "beacon-dataset-v2.0.0",
            Self::Cohorts => "beacon-cohort-v2.0.0",
        }
    }
}

/// A document that says what a beacon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Document {
    Info,
    ServiceInfo,
    Configuration,
    EntryTypes,
    Map,
}

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    Document(Document),
    /// The terms that filters may name.
    Terms,
    Entries {
        of: EntryType,
        /// Those of one entry, by its id.
        one: Option<(EntryType, String)>,
    },
}

/// Finds the endpoint of a path.
pub(super) fn endpoint(path: &str, config: &BeaconConfig) -> Checked<Endpoint> {
    let not_found = || {
        let shown: String = path.chars().take(80).collect();
        let entries: Vec<&str> = EntryType::of(config).map(EntryType::path).collect();
        let entries = entries.join(", ");
        Refusal::new(
            404,
            format!(
                "nothing is at {shown:?}: there are {entries}, filtering_terms, info, service-info, configuration, \
                 entry_types and map"
            ),
        )
    };
    // an id may hold a slash, which is then encoded
    let parts = path.trim_matches('/').split('/');
    let parts = parts.map(|part| percent_decode_str(part).decode_utf8());
    let parts: Vec<_> = parts.collect::<Result<_, _>>().map_err(|_| not_found())?;
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let entry = |name: &str| EntryType::of(config).find(|of| of.path() == name);
    let document = |document| Ok(Endpoint::Document(document));
    match parts[..] {
        ["" | "info"] => document(Document::Info),
        ["service-info"] => document(Document::ServiceInfo),
        ["configuration"] => document(Document::Configuration),
        ["entry_types"] => document(Document::EntryTypes),
        ["map"] => document(Document::Map),
        ["filtering_terms"] => Ok(Endpoint::Terms),
        [name] => match entry(name) {
            Some(of) => Ok(Endpoint::Entries { of, one: None }),
            None => Err(not_found()),
        },
        [name, id] | [name, id, _] if !id.is_empty() => {
            let parent = entry(name).ok_or_else(not_found)?;
            let of = match parts.get(2) {
                Some(of) => entry(of).ok_or_else(not_found)?,
                None => parent,
            };
            Ok(Endpoint::Entries {
                of,
                one: Some((parent, id.to_owned())),
            })
        }
        _ => Err(not_found()),
    }
}
