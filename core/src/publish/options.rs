//! What is published of whom, as data, and what was published.

use super::leak::StratumLeak;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::{Date, Policy};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is published of whom.
#[derive(Debug, Clone)]
pub struct PublishOptions {
    /// By which fields strata are made, as [`View::by`] reads them; without any there is the total alone.
    pub by: Vec<String>,
    /// What is shown of whom.
    pub policy: Policy,
    /// Which variants: WHERE. Numbers in it are compared as the policy shows them.
    pub of: String,
    /// Names the people that are counted. Files of the same people have the same, those of others another.
    pub population: String,
    /// The day of which decisions of people are respected; `None` is the day that the view is of, or else today.
    pub consent_date: Option<Date>,
    /// After so many days the file is refused.
    pub max_age_days: u32,
    /// Labels of strata that are published although their members are further from others than [`Policy::separation`] allows; `Total` is
    /// everybody.
    pub accepted: Vec<String>,
    /// Whether a file that is there is replaced.
    pub replace: bool,
}

impl PublishOptions {
    /// All variants, without strata, for a year.
    pub fn new(policy: Policy, population: impl Into<String>) -> Self {
        Self {
            by: Vec::new(),
            policy,
            of: "all".to_owned(),
            population: population.into(),
            consent_date: None,
            max_age_days: 365,
            accepted: Vec::new(),
            replace: false,
        }
    }

    /// The same of the people of a view, who are called as its dataset is.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] where the dataset is not there any more.
    pub fn of_view(policy: Policy, view: &View) -> Result<Self> {
        let path = view.path();
        let path = std::fs::canonicalize(path).map_err(|e| Error::io(path, e))?;
        let name = path.file_stem().unwrap_or(path.as_os_str());
        Ok(Self::new(policy, name.to_string_lossy()))
    }

    /// From JSON: `policy`, a name or rules, must be there; `by` (a list), `where`, `population`, `consent_date`, `max_age_days`, `accepted` (a list)
    /// and `replace` are
    /// as [`Self::of_view`] has them where they are left out.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] with what was expected and found.
    pub fn from_json(json: &str, view: &View) -> Result<Self> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Given {
            policy: Rules,
            by: Option<Vec<String>>,
            r#where: Option<String>,
            population: Option<String>,
            consent_date: Option<Date>,
            max_age_days: Option<u32>,
            accepted: Option<Vec<String>>,
            replace: Option<bool>,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Rules {
            Name(String),
            Rules(serde_json::Map<String, serde_json::Value>),
        }
        let given: Given = serde_json::from_str(json)
            .map_err(|e| Error::Usage(format!("options of publishing: {e}")))?;
        let policy = match given.policy {
            Rules::Name(name) => Policy::given(&name)?,
            Rules::Rules(rules) => Policy::given(&serde_json::Value::from(rules).to_string())?,
        };
        let usual = Self::of_view(policy, view)?;
        Ok(Self {
            by: given.by.unwrap_or_default(),
            of: given.r#where.unwrap_or(usual.of),
            population: given.population.unwrap_or(usual.population),
            consent_date: given.consent_date,
            max_age_days: given.max_age_days.unwrap_or(usual.max_age_days),
            accepted: given.accepted.unwrap_or_default(),
            replace: given.replace.unwrap_or_default(),
            policy: usual.policy,
        })
    }
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct PublishReport {
    /// Sites in the file.
    pub sites: u64,
    /// Sites of which nothing may be shown: they are not in the file.
    pub refused: u64,
    /// Cells of sites in the file that are withheld: of strata, and of the total.
    pub withheld: u64,
    /// Cells of sites in the file.
    pub cells: u64,
    /// Labels of the strata.
    pub strata: Vec<String>,
    /// How many groups are too small to be strata; their people are counted in the total.
    pub left_out: usize,
    /// How far members are from others, in everybody and in each stratum.
    pub leaks: Vec<StratumLeak>,
    /// SHA-256 of the content, in hexadecimal digits.
    pub digest: String,
    /// Bytes of the file.
    pub bytes: u64,
}

impl PublishReport {
    /// As JSON, with the members that are above.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl fmt::Display for PublishReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} sites, {} more withheld whole",
            self.sites, self.refused
        )?;
        writeln!(f, "{} of {} cells withheld", self.withheld, self.cells)?;
        writeln!(f, "strata: {}", self.strata.join(", "))?;
        if self.left_out > 0 {
            writeln!(f, "{} groups too small to be strata", self.left_out)?;
        }
        for leak in &self.leaks {
            let accepted = if leak.accepted { ", accepted" } else { "" };
            writeln!(
                f,
                "members of {}: {:.2} standard deviations from others, power {:.2}{accepted}",
                leak.label, leak.separation, leak.power_at_5_percent
            )?;
        }
        writeln!(f, "digest {}", self.digest)
    }
}
