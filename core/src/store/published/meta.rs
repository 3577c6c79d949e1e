//! Of whom, by which rules and until when published counts are.

use crate::model::{Date, Policy};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Strata at most: counts of each are kept for every row of a page while a file is written.
pub(crate) const STRATA_MAX: usize = 1024;
/// What everybody is called, strata or not.
pub(crate) const TOTAL: &str = "Total";
/// What those in no stratum are called.
pub(crate) const OTHERS: &str = "(others)";
/// The most standard deviations.
const SEPARATION_MAX: f64 = 1e9;
/// The most days that a file may be used: a hundred years.
pub(crate) const MAX_AGE_DAYS: u32 = 36_525;

/// What a published file says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PublishedInfo {
    /// Names the people that are counted, so that two files of the same people are known as such. Whoever publishes
    /// chooses it.
    pub population: String,
    /// The day of which decisions of people are respected.
    pub consent_date: Date,
    /// After so many days the file is not to be used any more: somebody may have withdrawn since.
    pub max_age_days: u32,
    /// The assembly, where known.
    pub assembly: Option<String>,
    /// Which variants: of others the file says nothing. `all` is all that were known.
    #[serde(rename = "where")]
    pub of: String,
    /// By which fields strata are made.
    pub fields: Vec<String>,
    /// What is shown of whom.
    pub policy: Policy,
    /// [`Policy::hash`].
    pub policy_hash: String,
    /// People that are counted; `None` where the policy hides how many there are.
    pub people: Option<u64>,
    /// The strata, no two of which have a person in common. There may be people in none of them.
    pub strata: Vec<Stratum>,
    /// Whether all groups that the fields make are strata: else some were too small.
    pub has_all_groups: bool,
    /// How far members are from others, in everybody and in each stratum.
    pub leaks: Vec<Leak>,
    /// The contigs, in the order of rows.
    pub contigs: Vec<PublishedContig>,
}

/// People of the same values of the fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Stratum {
    /// The values with `_` between them, as in `FI_F`.
    pub label: String,
    /// The value of each field; `None` where it is not known.
    pub values: Vec<Option<String>>,
    /// How many people; `None` where the policy hides it.
    pub people: Option<u64>,
}

/// How far a membership test takes the members of a stratum from others, as whoever published measured it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Leak {
    /// The label of the stratum; `Total` is everybody, and `(others)` are those in no stratum.
    pub label: String,
    /// In standard deviations, of two digits, rounded up: 0.36 is found with power 0.10 where 5 % of others are taken for members.
    pub separation: f64,
    /// Whether it is above what the policy allows, and named by who published.
    pub accepted: bool,
}

/// A contig of a published file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PublishedContig {
    /// As in the dataset.
    pub name: String,
    /// Bases, where known.
    pub length: Option<u64>,
    /// Rows of it.
    pub rows: u32,
}

impl PublishedInfo {
    /// The last day that the file may be used.
    pub fn last_day(&self) -> Date {
        let days = i64::from(self.consent_date.days()) + i64::from(self.max_age_days);
        Date::from_days(i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// Why the file is not to be used any more, on a day behind its last.
    pub fn outdated_on(&self, day: Date) -> Option<String> {
        let last = self.last_day();
        (day > last).then(|| {
            format!(
                "decisions of people are those of {}, and the file was to be used up to {last}: ask for a newer one",
                self.consent_date
            )
        })
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.contigs.iter().map(|of| u64::from(of.rows)).sum()
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads it, or says what was expected and what was found.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, (String, String)> {
        let info: Self = serde_json::from_slice(bytes)
            .map_err(|e| ("the JSON of a published file".to_owned(), e.to_string()))?;
        info.check()?;
        // one way to write it: what is not read, as a member that is there twice, is not there
        match info.to_bytes() == bytes {
            true => Ok(info),
            false => Err((
                "JSON in one line with all members in their order".to_owned(),
                "others".to_owned(),
            )),
        }
    }

    /// Leaks are of the total and of each stratum, and those above the policy's bound were accepted. A writer has none yet.
    fn check_leaks(&self) -> Result<(), (String, String)> {
        let strata = self.strata.iter().map(|of| of.label.as_str());
        let mut expected: Vec<&str> = [TOTAL].into_iter().chain(strata).collect();
        if self.leaks.len() > expected.len() {
            expected.push(OTHERS);
        }
        let found = self.leaks.iter().map(|of| of.label.as_str());
        if !self.leaks.is_empty() && !found.eq(expected.iter().copied()) {
            let expected = "leaks of the total and of each stratum".to_owned();
            return Err((expected, format!("{} others", self.leaks.len())));
        }
        let is_sound = |of: &&Leak| {
            let above = self
                .policy
                .separation
                .is_some_and(|most| of.separation > most);
            of.separation >= 0.0 && of.separation <= SEPARATION_MAX && above == of.accepted
        };
        match self.leaks.iter().find(|of| !is_sound(of)) {
            None => Ok(()),
            Some(Leak {
                label, separation, ..
            }) => Err((
                "a separation from 0 on, accepted where it is above that of the policy".to_owned(),
                format!("{separation} of {}", label.escape_debug()),
            )),
        }
    }

    /// Checks what a writer holds, too.
    pub(crate) fn check(&self) -> Result<(), (String, String)> {
        let wrong = |expected: &str, found: String| Err((expected.to_owned(), found));
        let policy: Result<Policy, _> = self.policy.to_json().parse();
        match policy {
            Ok(policy) if policy.hash() == self.policy_hash => {}
            Ok(policy) => {
                let expected = format!("a policy of hash {}", self.policy_hash);
                return Err((expected, policy.hash()));
            }
            Err(error) => return wrong("a policy", error.to_string()),
        }
        if self.strata.len() > STRATA_MAX {
            let expected = format!("at most {STRATA_MAX} strata");
            return Err((expected, self.strata.len().to_string()));
        }
        if self.max_age_days > MAX_AGE_DAYS || self.consent_date > Date::today() {
            let expected =
                format!("decisions of a day that has come, and up to {MAX_AGE_DAYS} days of use");
            let found = format!("{} and {} days", self.consent_date, self.max_age_days);
            return Err((expected, found));
        }
        let values = self.strata.iter().flat_map(|of| of.values.iter().flatten());
        let names = self.strata.iter().map(|of| &of.label).chain(values);
        let names = names.chain(self.contigs.iter().map(|of| &of.name));
        let mut names = names
            .chain([&self.population, &self.policy.name, &self.of])
            .chain(&self.fields);
        if let Some(odd) = names.find(|name| name.chars().any(char::is_control)) {
            return wrong(
                "names without control characters",
                odd.escape_debug().to_string(),
            );
        }
        let mut labels = HashSet::from([TOTAL]);
        let is_new = |of: &Stratum| of.values.len() == self.fields.len();
        for stratum in &self.strata {
            if stratum.label.is_empty() || !labels.insert(&stratum.label) || !is_new(stratum) {
                let expected = "strata with labels of their own, and a value for each field";
                return wrong(expected, stratum.label.clone());
            }
        }
        self.check_leaks()?;
        let mut names = HashSet::new();
        if let Some(twice) = self.contigs.iter().find(|of| !names.insert(&of.name)) {
            return wrong("contigs with names of their own", twice.name.clone());
        }
        match u32::try_from(self.rows()) {
            Ok(_) => Ok(()),
            Err(_) => wrong("fewer than 2^32 rows", self.rows().to_string()),
        }
    }
}
