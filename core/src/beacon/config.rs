//! What the operator of a beacon says of it, in one TOML file.

use crate::error::{Error, Result};
use crate::genome::Assembly;
use crate::model::{Granularity, Policy};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// The greatest floor: more people than a dataset can have.
const FLOOR_MAX: u64 = 1 << 27;
/// Rows of the longest page that may be asked for.
const PAGE_MAX: u64 = 100_000;

/// A beacon: who runs it, over which datasets, and how much it says.
///
/// ```
/// let config: varidex::BeaconConfig = r#"
///     id = "org.example.beacon"
///     name = "Example"
///     environment = "test"
///     alternative_url = "https://beacon.example.org"
///
///     [organization]
///     id = "example"
///     name = "Example Hospital"
///     logo_url = "https://example.org/logo.png"
///
///     [[datasets]]
///     id = "GDI-XX-EXAMPLE-1"
///     name = "Example cohort"
///     path = "cohort.vdx"
/// "#.parse()?;
/// assert_eq!(config.floor, 10);
/// # Ok::<(), varidex::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BeaconConfig {
    /// Identifier, in reverse domain order by custom.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// `prod`, `test`, `dev` or `staging`.
    pub environment: Environment,
    /// What it is.
    #[serde(default)]
    pub description: Option<String>,
    /// The version of the service, as the operator counts it.
    #[serde(default)]
    pub version: Option<String>,
    /// Where the endpoints are, without a slash at the end; `map` writes addresses below it.
    #[serde(default = "local")]
    pub url: String,
    /// A page about it for people.
    #[serde(default)]
    pub welcome_url: Option<String>,
    /// Another way to it. Aggregators of beacon networks list no beacon without one.
    pub alternative_url: String,
    /// Its documentation.
    #[serde(default)]
    pub documentation_url: Option<String>,
    /// When it began, and when it was changed last (RFC 3339).
    #[serde(default)]
    pub created: Option<String>,
    /// See `created`.
    #[serde(default)]
    pub updated: Option<String>,
    /// Who runs it.
    pub organization: Organization,
    /// Fewer people than these are answered like nobody, where yes or no or a number is the answer, and terms of fewer
    /// are not listed.
    #[serde(default = "ten")]
    pub floor: u64,
    /// Policies beside the floor, by how much who asks may be answered: none where none is named, but that those who may know less
    /// are under that of numbers where they have none of their own.
    #[serde(default)]
    pub policies: BeaconPolicies,
    /// Where it is remembered what was asked, for budgets of the policies: relative to the file of the configuration. Without one nothing is.
    #[serde(default)]
    pub ledger: Option<BeaconLedger>,
    /// The longest page.
    #[serde(default = "thousand")]
    pub page_limit: u64,
    /// Whether all variants may be asked for without saying which.
    #[serde(default = "yes")]
    pub unfiltered_variants: bool,
    /// Seconds after which a question is given up.
    #[serde(default = "ten")]
    pub seconds: u64,
    /// What is asked.
    pub datasets: Vec<BeaconDataset>,
}

/// Where a beacon remembers what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BeaconLedger {
    /// The file of the ledger, which is made where there is none.
    pub file: PathBuf,
    /// A file of 32 bytes or more that nobody else knows.
    pub secret: PathBuf,
}

/// What may leave a beacon: a policy for those who may be answered yes or no, and one for those who may have numbers.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BeaconPolicies {
    /// Of those who may know whether there is anybody; where it is not given, that of numbers.
    #[serde(default, deserialize_with = "policy")]
    pub boolean: Option<Policy>,
    /// Of those who may know how many there are.
    #[serde(default, deserialize_with = "policy")]
    pub count: Option<Policy>,
}

impl BeaconPolicies {
    /// That of who may be answered so much.
    pub(super) fn of(&self, granularity: Granularity) -> Option<&Policy> {
        let policy = match granularity {
            // who may know less is not answered more, as anybody would be who does not say who he is
            Granularity::Boolean => self.boolean.as_ref().or(self.count.as_ref()),
            Granularity::Count => self.count.as_ref(),
            Granularity::Record => None,
        };
        policy.filter(|policy| !policy.shows_records())
    }

    /// The same with a floor of people, where that is the greater one.
    pub(super) fn with_floor(&self, floor: u64) -> Self {
        let raised = |policy: &Option<Policy>| {
            let mut policy = policy.clone();
            if let Some(policy) = policy.as_mut().filter(|policy| !policy.shows_records()) {
                policy.floor.people = policy.floor.people.max(floor);
            }
            policy
        };
        Self {
            boolean: raised(&self.boolean),
            count: raised(&self.count),
        }
    }
}

/// Where a beacon runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// In use.
    Prod,
    /// For tests.
    Test,
    /// In development.
    Dev,
    /// Before it is in use.
    Staging,
}

impl Environment {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Prod => "prod",
            Self::Test => "test",
            Self::Dev => "dev",
            Self::Staging => "staging",
        }
    }
}

/// Who runs a beacon.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Organization {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Its sign. Aggregators of beacon networks list no beacon without one.
    pub logo_url: String,
    /// Its page.
    #[serde(default)]
    pub welcome_url: Option<String>,
    /// How it is reached.
    #[serde(default)]
    pub contact_url: Option<String>,
    /// Where it is.
    #[serde(default)]
    pub address: Option<String>,
    /// What it is.
    #[serde(default)]
    pub description: Option<String>,
}

/// A dataset of a beacon.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BeaconDataset {
    /// Identifier, as askers name it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The directory of the dataset, or a published file; relative to the file of the configuration.
    pub path: PathBuf,
    /// What it is.
    #[serde(default)]
    pub description: Option<String>,
    /// Its version, as the operator counts it.
    #[serde(default)]
    pub version: Option<String>,
    /// A page about it.
    #[serde(default)]
    pub external_url: Option<String>,
    /// The assembly of a dataset that was built without one: `GRCh37`, `GRCh38` or `T2T-CHM13`, by any of their names. One
    /// that the dataset contradicts is an error.
    #[serde(default, deserialize_with = "assembly")]
    pub assembly: Option<Assembly>,
    /// The most that it says, whoever asks.
    #[serde(default = "record")]
    pub granularity: Granularity,
    /// Whether it answers requests in test mode, and no others.
    #[serde(default)]
    pub test: bool,
    /// Virtual cohorts of it that are published, by name: the entry type `cohorts`, and `cohort` of filters. Others are not
    /// known to who asks.
    #[serde(default)]
    pub cohorts: Vec<String>,
    /// Whether records of variants say who carries them.
    #[serde(default = "yes")]
    pub case_level: bool,
    /// Whether records of variants have frequencies, and in which populations.
    #[serde(default)]
    pub frequencies: Option<Frequencies>,
}

/// The populations in which the frequencies of a variant are shown: everybody (`Total`), each sex (`F`, `M`), and
/// with `country` each country (`FI`) and sex in it (`FI_F`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Frequencies {
    /// The source that records name.
    pub source: String,
    /// Where it is described.
    pub source_reference: String,
    /// What says of which country somebody is: `country`, `population` or `attribute.NAME`.
    #[serde(default)]
    pub country: Option<String>,
    /// The label of each value, where that is not the value itself. With labels, values that have none are left out.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// An assembly by any of its names.
fn assembly<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Assembly>, D::Error> {
    let name = String::deserialize(from)?;
    name.parse().map(Some).map_err(D::Error::custom)
}

/// The name of a policy, or its rules.
fn policy<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Policy>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        Name(String),
        Rules(toml::Table),
    }
    let policy = match Given::deserialize(from)? {
        Given::Name(name) => Policy::named(&name),
        Given::Rules(rules) => rules.to_string().parse(),
    };
    policy.map(Some).map_err(D::Error::custom)
}

fn local() -> String {
    "http://localhost:5050/api".to_owned()
}

fn ten() -> u64 {
    10
}

fn thousand() -> u64 {
    1000
}

fn yes() -> bool {
    true
}

fn record() -> Granularity {
    Granularity::Record
}

impl std::str::FromStr for BeaconConfig {
    type Err = Error;

    /// Reads TOML.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] with the line, what was expected and what was found.
    fn from_str(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text).map_err(|e| Error::Usage(e.to_string()))?;
        config.check()?;
        Ok(config)
    }
}

impl BeaconConfig {
    /// Of one dataset, for trying: a beacon that nobody runs, with the name of the directory.
    pub fn of_dataset(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let id = match path.file_stem() {
            Some(name) => name.to_string_lossy().replace([',', '/'], "_"),
            None => "dataset".to_owned(),
        };
        Self {
            ledger: None,
            id: "local.beacon".to_owned(),
            name: "Local beacon".to_owned(),
            environment: Environment::Dev,
            description: None,
            version: None,
            url: local(),
            welcome_url: None,
            alternative_url: local(),
            documentation_url: None,
            created: None,
            updated: None,
            organization: Organization {
                id: "local".to_owned(),
                name: "Local".to_owned(),
                logo_url: format!("{}/logo.png", local()),
                welcome_url: None,
                contact_url: None,
                address: None,
                description: None,
            },
            floor: ten(),
            policies: BeaconPolicies::default(),
            page_limit: thousand(),
            unfiltered_variants: yes(),
            seconds: ten(),
            datasets: vec![BeaconDataset {
                name: id.clone(),
                id,
                path: path.to_owned(),
                description: None,
                version: None,
                external_url: None,
                assembly: None,
                granularity: record(),
                test: false,
                cohorts: Vec::new(),
                case_level: yes(),
                frequencies: None,
            }],
        }
    }

    fn check(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::Usage(message));
        let texts = [
            ("id", &self.id),
            ("name", &self.name),
            ("alternative_url", &self.alternative_url),
            ("organization.id", &self.organization.id),
            ("organization.name", &self.organization.name),
            ("organization.logo_url", &self.organization.logo_url),
        ];
        if let Some((key, _)) = texts.iter().find(|(_, text)| text.trim().is_empty()) {
            return wrong(format!("{key}: expected a text, found an empty one"));
        }
        for (key, url) in self.addresses() {
            if !url.starts_with("https://") && !url.starts_with("http://") {
                return wrong(format!(
                    "{key}: expected an address that begins with https://, found {url:?}"
                ));
            }
        }
        if self.url.ends_with('/') {
            return wrong(format!(
                "url: expected no slash at the end, found {:?}",
                self.url
            ));
        }
        let numbers = [
            ("floor", self.floor, 0, FLOOR_MAX),
            ("page_limit", self.page_limit, 1, PAGE_MAX),
            ("seconds", self.seconds, 1, 3600),
        ];
        for (key, number, least, most) in numbers {
            if !(least..=most).contains(&number) {
                return wrong(format!("{key}: expected {least} to {most}, found {number}"));
            }
        }
        if self.datasets.is_empty() {
            return wrong("datasets: expected at least one `[[datasets]]`".to_owned());
        }
        let mut ids = HashSet::new();
        for dataset in &self.datasets {
            if dataset.id.trim().is_empty() || dataset.id.contains([',', '/']) {
                return wrong(format!(
                    "datasets: expected an id without `,` and `/`, found {:?}",
                    dataset.id
                ));
            }
            if !ids.insert(&dataset.id) {
                return wrong(format!("datasets: two have the id {:?}", dataset.id));
            }
        }
        Ok(())
    }

    /// All addresses, with their keys.
    fn addresses(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let of = &self.organization;
        let all = [
            ("url", Some(&self.url)),
            ("alternative_url", Some(&self.alternative_url)),
            ("welcome_url", self.welcome_url.as_ref()),
            ("documentation_url", self.documentation_url.as_ref()),
            ("organization.logo_url", Some(&of.logo_url)),
            ("organization.welcome_url", of.welcome_url.as_ref()),
            (
                "organization.contact_url",
                of.contact_url
                    .as_ref()
                    .filter(|of| !of.starts_with("mailto:")),
            ),
        ];
        all.into_iter()
            .filter_map(|(key, url)| url.map(|url| (key, url.as_str())))
    }
}
