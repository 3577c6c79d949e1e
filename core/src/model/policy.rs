//! What may leave: how much an answer may say, as data.

use super::{Granularity, Noise, Purpose};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::str::FromStr;

/// More people than a dataset can have: the greatest floor and the greatest base of rounding.
const PEOPLE_MAX: u64 = 1 << 27;
/// Characters of an error that are shown.
const SHOWN: usize = 500;
/// The greatest budget of influence: two standard deviations.
const INFLUENCE_MAX: f64 = 4.0;
/// Fields of strata that a policy may name.
const STRATA_MAX: usize = 32;

/// How much answers may say: a floor, what of zero is said, rounding, which groups may be counted. It is data, as TOML or
/// JSON, or one of [`Policy::NAMES`].
///
/// A floor hides what is of few people. It does not hide who is a member of a cohort: of many counts together that can be
/// computed by who holds a genome, whatever the floor is.
///
/// ```
/// use varidex::{Policy, Zero};
/// let policy: Policy = r#"
///     name = "example"
///     granularity = "count"
///     floor.people = 10
///     zero = "hidden"
///     rounding = 10
/// "#.parse()?;
/// assert_eq!(policy.floor.people, 10);
/// assert!(!policy.shows_records());
/// let omop = Policy::named("omop")?;
/// assert_eq!((omop.floor.people, omop.zero), (5, Zero::Shown));
/// # Ok::<(), varidex::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// What it is meant for, and where its numbers are from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where its numbers are published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// The most that an answer says: whether there is anybody, how many, or who. Records are only shown by policies without
    /// any other rule.
    #[serde(default)]
    pub granularity: Granularity,
    /// Fewer are not shown.
    #[serde(default)]
    pub floor: Floor,
    /// Whether the floor is for those who do not have it, too: then neither few carriers nor all but few are shown.
    #[serde(default = "yes")]
    pub two_tailed: bool,
    /// What is said of nobody.
    #[serde(default)]
    pub zero: Zero,
    /// Numbers are shown rounded to a multiple of this, halves up, and never below the floor; 1 is exact.
    #[serde(default = "one")]
    pub rounding: u64,
    /// A dataset with fewer people is not answered of at all, and no variant is counted in a group of fewer.
    #[serde(default)]
    pub smallest_cohort: u64,
    /// What the view must be for: those who decided against it are then not among those who are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Whether variants may be asked for together with what is recorded of people: terms, similarity, ages, attributes other
    /// than [`Policy::strata`].
    #[serde(default)]
    pub combine: bool,
    /// Fields that groups may be made by where variants are counted, two of them at most at a time. Without the list all may,
    /// with an empty one none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strata: Option<Vec<String>>,
    /// Answers are of a state of the people that moves when this many changed, and at once where somebody withdrew: never fewer than
    /// the floor, and 0 is five times the floor. Kept by a ledger; without one answers are of the newest.
    #[serde(default)]
    pub epoch: u64,
    /// The most standard deviations that members of a stratum of a published file may be from others, by the test that
    /// [`StratumLeak`](crate::StratumLeak) describes; strata above it are published where they are named. At s, a test that mistakes 5 % of
    /// others for members finds a share of Φ(s − 1.645) of them: 0.36 is 10 %. Without it there is no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separation: Option<f64>,
    /// What an asker may ask for in all, of a host that keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// What is added to numbers, by a host that keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<Noise>,
}

/// How few are not shown. Where both are given, both hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Floor {
    /// People.
    #[serde(default)]
    pub people: u64,
    /// Copies of an allele: of AC, and of AN − AC where the policy is two-tailed.
    #[serde(default)]
    pub alleles: u64,
}

/// What is said where there is nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Zero {
    /// The same as of fewer than the floor: that there is nobody cannot be distinguished from it.
    #[default]
    Hidden,
    /// Zero.
    Shown,
}

/// What may be asked for in all.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Budget {
    /// The probability p of the budget −ln p that every person has for yes/no answers about the rare alleles that he
    /// carries, by asker (Raisaro et al. 2017).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rare_p: Option<f64>,
    /// Independent sites that may be counted, for each person of the dataset, by asker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sites_per_person: Option<f64>,
    /// How far apart all that an asker is answered may set a person who is counted from the same person as none of them, in squared
    /// standard deviations. A count costs each who has the rarer allele what it says of him, and who cannot pay is counted as if
    /// he had the other allele. Whatever alleles an asker chooses, a test of false-positive rate α then has a power of
    /// 1 − Φ(z₁₋ₐ − √influence), as far as alleles are independent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub influence: Option<f64>,
}

fn yes() -> bool {
    true
}

fn one() -> u64 {
    1
}

/// The policies that have a name, as they are written.
const NAMED: [(&str, &str); 10] = [
    ("open", include_str!("../../policies/open.toml")),
    ("controlled", include_str!("../../policies/controlled.toml")),
    ("registered", include_str!("../../policies/registered.toml")),
    ("public", include_str!("../../policies/public.toml")),
    ("rare-match", include_str!("../../policies/rare-match.toml")),
    ("all-of-us", include_str!("../../policies/all-of-us.toml")),
    ("omop", include_str!("../../policies/omop.toml")),
    ("datashield", include_str!("../../policies/datashield.toml")),
    ("pcornet", include_str!("../../policies/pcornet.toml")),
    ("gdi", include_str!("../../policies/gdi.toml")),
];

impl Policy {
    /// Names of the policies that come with this library.
    pub const NAMES: [&'static str; NAMED.len()] = {
        let mut names = [""; NAMED.len()];
        let mut at = 0;
        while at < NAMED.len() {
            #[expect(clippy::indexing_slicing, reason = "no iterator in a constant")]
            {
                names[at] = NAMED[at].0;
            }
            at += 1;
        }
        names
    };

    /// One of [`Policy::NAMES`].
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] with the names, for any other.
    pub fn named(name: &str) -> Result<Self> {
        match NAMED.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => text.parse(),
            None => Err(Error::Usage(format!(
                "policy: expected one of {}, found `{}`",
                Self::NAMES.join(", "),
                name.escape_debug()
            ))),
        }
    }

    /// By its name, or by its rules as JSON, which begin with `{`.
    ///
    /// # Errors
    ///
    /// As [`Self::named`] and [`str::parse`].
    pub fn given(name_or_rules: &str) -> Result<Self> {
        match name_or_rules.trim_start().starts_with('{') {
            true => name_or_rules.parse(),
            false => Self::named(name_or_rules),
        }
    }

    /// Whether it shows who: then it has no rule of counts.
    pub fn shows_records(&self) -> bool {
        self.granularity == Granularity::Record
    }

    /// SHA-256 of its rules, in hexadecimal digits: two that rule the same have the same, whatever their names and
    /// descriptions are.
    pub fn hash(&self) -> String {
        let rules = Self {
            name: String::new(),
            description: String::new(),
            sources: Vec::new(),
            ..self.clone()
        };
        let mut digits = String::new();
        for byte in Sha256::digest(rules.to_json()) {
            // writing to a text does not fail
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }

    /// As JSON, in one line, which [`str::parse`] reads.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Refuses numbers that no cohort has, and rules that exclude each other.
    fn check(&self) -> std::result::Result<(), String> {
        if self.name.trim().is_empty() {
            return Err("name: expected a text, found an empty one".to_owned());
        }
        for (key, value) in [
            ("floor.people", self.floor.people),
            ("floor.alleles", self.floor.alleles),
            ("rounding", self.rounding),
            ("smallest_cohort", self.smallest_cohort),
            ("epoch", self.epoch),
        ] {
            if value > PEOPLE_MAX {
                return Err(format!("{key}: expected up to {PEOPLE_MAX}, found {value}"));
            }
        }
        if self.rounding == 0 {
            return Err("rounding: expected 1 or more, found 0".to_owned());
        }
        let strata = self.strata.as_ref().map_or(0, Vec::len);
        if strata > STRATA_MAX {
            return Err(format!(
                "strata: expected up to {STRATA_MAX}, found {strata}"
            ));
        }
        if let Some(budget) = &self.budget {
            budget.check()?;
        }
        if let Some(most) = self.separation
            && !(most.is_finite() && most > 0.0)
        {
            return Err(format!(
                "separation: expected a number of standard deviations above 0, found {most}"
            ));
        }
        if let Some(noise) = &self.noise {
            noise.check(self)?;
            if self.budget.is_some_and(|budget| budget.influence.is_some()) {
                return Err(
                    "noise: expected no budget.influence beside it: noise is of who is counted, whoever asks".to_owned(),
                );
            }
        }
        let is_bare = (self.floor, self.rounding, self.smallest_cohort, self.epoch)
            == (Floor::default(), 1, 0, 0)
            && self.budget.is_none()
            && self.separation.is_none()
            && self.strata.is_none()
            && (self.combine, self.zero, self.two_tailed) == (true, Zero::Shown, false);
        match self.shows_records() && !is_bare {
            true => Err(
                "granularity: `record` shows all, and goes with combine = true, zero = \"shown\", two_tailed = false and no \
                 other rule: who is in an answer can be counted"
                    .to_owned(),
            ),
            false => Ok(()),
        }
    }
}

impl Budget {
    fn check(&self) -> std::result::Result<(), String> {
        if let Some(p) = self.rare_p
            && !(p > 0.0 && p < 1.0)
        {
            return Err(format!(
                "budget.rare_p: expected a number between 0 and 1, found {p}"
            ));
        }
        if let Some(influence) = self.influence
            && !(influence > 0.0 && influence <= INFLUENCE_MAX)
        {
            return Err(format!(
                "budget.influence: expected a number above 0, at most {INFLUENCE_MAX}, found {influence}"
            ));
        }
        if self.influence.is_some() && self.rare_p.is_some() {
            return Err("budget: expected rare_p or influence, found both".to_owned());
        }
        match self.sites_per_person {
            Some(sites) if !(sites.is_finite() && sites > 0.0) => Err(format!(
                "budget.sites_per_person: expected a number above 0, found {sites}"
            )),
            _ => Ok(()),
        }
    }
}

impl FromStr for Policy {
    type Err = Error;

    /// Reads TOML, or JSON, which begins with `{`.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] with the place, what was expected and what was found.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = |mut found: String| {
            // the text of a file may be long
            if let Some((end, _)) = found.char_indices().nth(SHOWN) {
                found.truncate(end);
                found.push('…');
            }
            Error::Usage(format!("policy: {found}"))
        };
        let policy: Self = match text.trim_start().starts_with('{') {
            true => serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?,
            false => toml::from_str(text).map_err(|e| wrong(e.to_string()))?,
        };
        policy.check().map_err(wrong)?;
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    #[test]
    fn named_policies_are_read_and_written() {
        for name in Policy::NAMES {
            let policy = Policy::named(name).unwrap();
            assert_eq!(policy.name, name);
            assert!(!policy.description.is_empty(), "{name}");
            let again: Policy = policy.to_json().parse().unwrap();
            assert_eq!(again, policy);
            assert_eq!(again.hash(), policy.hash());
        }
        assert!(Policy::named("Open").is_err());
        let floors = |name| Policy::named(name).unwrap().floor;
        assert_eq!(floors("all-of-us").people, 21);
        assert_eq!(floors("pcornet").people, 11);
        assert_eq!(floors("gdi").alleles, 10);
    }

    #[test]
    fn names_do_not_change_the_hash_and_rules_do() {
        let of = |text: &str| text.parse::<Policy>().unwrap().hash();
        let a = of("name = 'a'\nfloor.people = 5");
        assert_eq!(a, of("name = 'b'\ndescription = 'x'\nfloor.people = 5"));
        assert_ne!(a, of("name = 'a'\nfloor.people = 6"));
        assert_ne!(a, of("name = 'a'\nfloor.people = 5\nzero = 'shown'"));
        assert_eq!(a.len(), 64);
    }

    #[test]
    fn what_is_no_policy_is_refused_with_its_place() {
        for (bad, expected) in [
            ("", "missing field `name`"),
            ("name = ''", "name: expected a text"),
            ("name = 'a'\nfloor = 5", "invalid type"),
            ("name = 'a'\nflor.people = 5", "unknown field `flor`"),
            ("name = 'a'\nnoise.epsilon = 1.0", "unknown field `epsilon`"),
            ("name = 'a'\nfloor.people = -1", "floor"),
            (
                "name = 'a'\nfloor.people = 999999999999",
                "floor.people: expected up to",
            ),
            ("name = 'a'\nrounding = 0", "rounding: expected 1 or more"),
            ("name = 'a'\nzero = 'maybe'", "unknown variant `maybe`"),
            (
                "name = 'a'\ngranularity = 'record'\nfloor.people = 5",
                "who is in an answer",
            ),
            ("name = 'a'\nbudget.rare_p = 1.0", "budget.rare_p"),
            ("name = 'a'\nbudget.rare_p = nan", "budget.rare_p"),
            (
                "name = 'a'\nbudget.sites_per_person = 0.0",
                "budget.sites_per_person",
            ),
            ("name = 'a'\nbudget.influence = 0.0", "budget.influence"),
            ("name = 'a'\nbudget.influence = 4.1", "budget.influence"),
            (
                "name = 'a'\nbudget.influence = 0.1\nbudget.rare_p = 0.5",
                "expected rare_p or influence",
            ),
            (
                "name = 'a'\ngranularity = 'count'\nfloor.people = 16\nnoise.scale = 1.0\nbudget.influence = 0.1",
                "expected no budget.influence",
            ),
            (
                "name = 'a'\nseparation = 0.0",
                "separation: expected a number",
            ),
            (
                "name = 'a'\nseparation = inf",
                "separation: expected a number",
            ),
            ("{\"name\": 1}", "invalid type"),
        ] {
            let found = bad.parse::<Policy>().unwrap_err().to_string();
            assert!(found.starts_with("policy: "), "{found}");
            assert!(found.contains(expected), "{bad}: {found}");
        }
    }
}
