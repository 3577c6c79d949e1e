//! Whom the host trusts, and for what.

use crate::visa::{By, is_url};
use serde::Deserialize;
use std::collections::HashSet;
use varidex::{Error, Result};

/// The longest that clocks may differ, in seconds.
const LEEWAY_MAX: u64 = 300;
/// The longest that access may be given without asking again, in seconds: a day.
const SESSION_MAX: u64 = 86_400;

/// Whom the host trusts, for what, and for how long: written in TOML by its operator.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Policy {
    /// The names by which the `aud` of a token means this host.
    pub audience: Vec<String>,
    /// The most days since a visa's `asserted` for which it counts.
    pub max_age_days: u32,
    /// How many seconds clocks may differ.
    #[serde(default = "minute")]
    pub leeway: u64,
    /// For how many seconds the host gives access before it asks again. A visa that ends before is expired.
    #[serde(default)]
    pub session: u64,
    /// Who signs passports and visas.
    pub issuers: Vec<Issuer>,
    /// What access is given to.
    pub datasets: Vec<DatasetPolicy>,
    /// What makes somebody a registered researcher: one of these suffices.
    #[serde(default)]
    pub registered: Vec<Registered>,
}

/// Who signs passports and visas.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Issuer {
    /// As `iss` of its tokens has it, to the letter.
    pub iss: String,
    /// Whether it is a broker: its passports are taken, and its access tokens. Else only its visas are.
    #[serde(default)]
    pub passports: bool,
    /// Whether its passports must name this host in `aud`. The specification leaves `aud` to brokers; a passport
    /// without one may have been made for anybody. Where there is `aud`, it must name this host in either case.
    #[serde(default = "yes")]
    pub audience_required: bool,
    /// The sources that its visas may speak for: `source`, to the letter.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// What access is given to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DatasetPolicy {
    /// Its identifier, as the host has it.
    pub id: String,
    /// The values of `ControlledAccessGrants` that mean this dataset and no other.
    #[serde(default)]
    pub grants: Vec<String>,
    /// The committees that may grant it: `source`, to the letter.
    #[serde(default)]
    pub sources: Vec<String>,
    /// With which authority a grant is to be made.
    #[serde(default = "committee")]
    pub by: Vec<By>,
    /// The most days since a grant was asserted, where they are fewer than those of the policy.
    #[serde(default)]
    pub max_age_days: Option<u32>,
    /// Whether registered researchers may count.
    #[serde(default)]
    pub registered: bool,
    /// Whether nobody gets more than anybody does, whatever his visas say: the veto of who is responsible for the data.
    #[serde(default)]
    pub suspended: bool,
}

/// What makes somebody a registered researcher: a status, and terms accepted with it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Registered {
    /// The value of `ResearcherStatus`.
    pub status: String,
    /// The values of `AcceptedTermsAndPolicies`, all of which are needed.
    pub terms: Vec<String>,
    /// With which authority the status is to be stated.
    #[serde(default = "official")]
    pub status_by: Vec<By>,
    /// With which authority it is to be stated that terms are accepted.
    #[serde(default = "anyone")]
    pub terms_by: Vec<By>,
}

fn minute() -> u64 {
    60
}

fn yes() -> bool {
    true
}

fn committee() -> Vec<By> {
    vec![By::Dac]
}

fn official() -> Vec<By> {
    vec![By::So, By::System]
}

fn anyone() -> Vec<By> {
    vec![By::SelfAsserted, By::Peer, By::System, By::So, By::Dac]
}

impl std::str::FromStr for Policy {
    type Err = Error;

    /// Reads TOML.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] with the place, what was expected and what was found.
    fn from_str(text: &str) -> Result<Self> {
        let policy: Self = toml::from_str(text).map_err(|e| Error::Usage(e.to_string()))?;
        policy.check()?;
        Ok(policy)
    }
}

impl Policy {
    /// Holds for a policy that was made in any way.
    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::Usage(message));
        if self.audience.is_empty() || self.audience.iter().any(String::is_empty) {
            return wrong("audience: expected at least one name of this host".to_owned());
        }
        let numbers = [
            ("leeway", self.leeway, 0, LEEWAY_MAX),
            ("session", self.session, 0, SESSION_MAX),
            ("max_age_days", u64::from(self.max_age_days), 1, 36_525),
        ];
        for (key, number, least, most) in numbers {
            if !(least..=most).contains(&number) {
                return wrong(format!("{key}: expected {least} to {most}, found {number}"));
            }
        }
        let mut seen = HashSet::new();
        for issuer in &self.issuers {
            if !is_url(&issuer.iss) || !seen.insert(&issuer.iss) {
                return wrong(format!(
                    "issuers: expected a URL for each, found {:?} a second time or as no URL",
                    issuer.iss
                ));
            }
            urls("issuers.sources", &issuer.sources)?;
        }
        if !self.issuers.iter().any(|issuer| issuer.passports) {
            return wrong("issuers: expected at least one with `passports = true`".to_owned());
        }
        for registered in &self.registered {
            urls(
                "registered.status",
                std::slice::from_ref(&registered.status),
            )?;
            urls("registered.terms", &registered.terms)?;
            if registered.terms.is_empty() {
                return wrong("registered.terms: expected at least one value".to_owned());
            }
        }
        self.check_datasets()
    }

    fn check_datasets(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::Usage(message));
        let (mut ids, mut grants) = (HashSet::new(), HashSet::new());
        for dataset in &self.datasets {
            if dataset.id.is_empty() || !ids.insert(&dataset.id) {
                return wrong(format!(
                    "datasets: expected ids that differ, found {:?}",
                    dataset.id
                ));
            }
            urls("datasets.grants", &dataset.grants)?;
            urls("datasets.sources", &dataset.sources)?;
            if let Some(value) = dataset.grants.iter().find(|value| !grants.insert(*value)) {
                return wrong(format!(
                    "datasets.grants: expected values of one dataset each, found {value:?} again in {:?}",
                    dataset.id
                ));
            }
            if !dataset.grants.is_empty() && dataset.sources.is_empty() {
                return wrong(format!(
                    "datasets: expected `sources` that may grant {:?}",
                    dataset.id
                ));
            }
            if dataset.registered && self.registered.is_empty() {
                return wrong(format!(
                    "datasets: expected `[[registered]]`, for {:?} is open to registered researchers",
                    dataset.id
                ));
            }
        }
        Ok(())
    }

    pub(crate) fn dataset(&self, id: &str) -> Option<&DatasetPolicy> {
        self.datasets.iter().find(|dataset| dataset.id == id)
    }
}

fn urls(place: &str, values: &[String]) -> Result<()> {
    match values.iter().find(|value| !is_url(value)) {
        None => Ok(()),
        Some(value) => Err(Error::Usage(format!(
            "{place}: expected a URL of at most 255 characters, found {value:?}"
        ))),
    }
}
