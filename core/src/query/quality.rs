//! Policies of quality: which samples are good enough to be counted.

use super::expr::SampleExpr;
use super::plan::names::Names;
use crate::cohort::{Dataset, View};
use crate::error::{Error, Result};
use crate::model::{Access, PolicyHash};
use crate::set::SampleSet;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::str::FromStr;

/// Which samples are good enough: a name, a version, and an expression over attributes of samples, as inside of `sample(…)`.
/// Thresholds are data, and change: an answer names the policy by its hash.
///
/// ```
/// let policy: varidex::QcPolicy = r#"
///     name = "example"
///     version = "1"
///     expression = "mean_autosome_coverage>=30 & cross_contamination_rate<=0.03"
/// "#.parse()?;
/// assert_eq!(policy.name(), "example");
/// assert_eq!(policy.expression().to_string(), "mean_autosome_coverage>=30 & cross_contamination_rate<=0.03");
/// assert_eq!(policy.hash().to_string().len(), 64);
/// # Ok::<(), varidex::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct QcPolicy {
    file: File,
    expression: SampleExpr,
    /// The expression as it is printed, to which the places of its atoms refer.
    text: String,
    hash: PolicyHash,
}

/// A policy as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    version: String,
    expression: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    sources: Vec<String>,
}

impl FromStr for QcPolicy {
    type Err = Error;

    /// Reads TOML, or JSON, which begins with `{`.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] with the place, what was expected and what was found; [`Error::Expression`] where the expression is
    /// none over samples.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = |found: String| Error::Usage(format!("policy of quality: {found}"));
        let file: File = match text.trim_start().starts_with('{') {
            true => serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?,
            false => toml::from_str(text).map_err(|e| wrong(e.to_string()))?,
        };
        for (key, value) in [("name", &file.name), ("version", &file.version)] {
            if value.trim().is_empty() {
                return Err(wrong(format!("{key}: expected a text, found an empty one")));
            }
        }
        let text = SampleExpr::parse(&file.expression)?.to_string();
        Ok(Self {
            expression: SampleExpr::parse(&text)?,
            hash: hash(&file, &text)?,
            text,
            file,
        })
    }
}

/// SHA-256, in hexadecimal digits, of the JSON of expression, name and version, in this order and without spaces: two files
/// that mean the same have the same.
fn hash(file: &File, expression: &str) -> Result<PolicyHash> {
    let mut digits = String::new();
    for byte in Sha256::digest(said(file, expression)) {
        // writing to a text does not fail
        let _ = write!(digits, "{byte:02x}");
    }
    digits.parse().map_err(Error::Usage)
}

fn said(file: &File, expression: &str) -> String {
    let json = |text: &str| serde_json::Value::from(text).to_string();
    format!(
        r#"{{"expression":{},"name":{},"version":{}}}"#,
        json(expression),
        json(&file.name),
        json(&file.version)
    )
}

impl QcPolicy {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// Its version, as whoever wrote it counts.
    pub fn version(&self) -> &str {
        &self.file.version
    }

    /// What it is, where it says so.
    pub fn description(&self) -> Option<&str> {
        self.file.description.as_deref()
    }

    /// Where its thresholds come from.
    pub fn sources(&self) -> &[String] {
        &self.file.sources
    }

    /// What must hold of a sample. No comparison holds of a sample without a value, and so `!` of any does.
    pub fn expression(&self) -> &SampleExpr {
        &self.expression
    }

    /// Names what it says, in 64 hexadecimal digits: the SHA-256 of `{"expression":…,"name":…,"version":…}`, the expression
    /// as it is printed.
    pub fn hash(&self) -> PolicyHash {
        self.hash
    }

    /// As JSON without spaces, in which nothing is left out that its hash is of.
    pub fn to_json(&self) -> String {
        said(&self.file, &self.text)
    }
}

impl Dataset {
    /// What somebody may see, where a policy of quality is known: `proof` picks who has a sample of which it holds, and an
    /// access that asks for it as [`proof`](Access::proof) shows no other samples, and nobody without one, whatever is asked.
    ///
    /// ```no_run
    /// use varidex::{Access, Dataset, QcPolicy};
    /// # fn asked(text: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let policy: QcPolicy = text.parse()?;
    /// let access = Access::holder().with_proof(policy.hash());
    /// let view = Dataset::open("cohort.vdx")?.view_by(&access, &policy)?;
    /// println!("{} samples are good enough", view.sample_count());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Dataset::view_for`] and [`View::with_qc_policy`]; [`Error::Usage`] where another policy is asked for as proof.
    pub fn view_by(&self, access: &Access, policy: &QcPolicy) -> Result<View> {
        let all = Access {
            proof: None,
            ..*access
        };
        self.view_for(&all)?
            .with_qc_policy(policy)?
            .again_for(access)
    }

    /// What a view of another state shows, of this one.
    ///
    /// # Errors
    ///
    /// As [`Self::view_by`].
    pub fn view_like(&self, view: &View) -> Result<View> {
        match view.qc_policy_text() {
            None => self.view_for(view.access()),
            Some(policy) => self.view_by(view.access(), &policy.parse()?),
        }
    }
}

impl View {
    /// The samples, by number, of which a policy of quality holds, of those that may be seen.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`], in the policy's expression, where no sample has an attribute of a name in it, or a value is
    /// compared with what it is not; [`Error::Damaged`].
    pub fn qc_passed(&self, policy: &QcPolicy) -> Result<SampleSet> {
        let names = Names::new(self, &policy.text).any_value();
        names.samples_where(&policy.expression, &(0..policy.text.len()))
    }

    /// The same, where `proof` picks who has a sample of which a policy of quality holds. Who may be seen is as before.
    ///
    /// # Errors
    ///
    /// As [`Self::qc_passed`].
    pub fn with_qc_policy(&self, policy: &QcPolicy) -> Result<Self> {
        // of all: who comes back is judged as everybody is, and what is asked is cut to who may be seen
        let passed = View::uncut(self.dataset()).qc_passed(policy)?;
        Ok(self.with_policy(passed, policy.hash(), policy.to_json()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str =
        "name = \"a\"\nversion = \"1\"\nexpression = \"coverage >= 30 and sex_check:ok\"\n";

    #[test]
    fn what_means_the_same_has_one_hash() {
        let policy: QcPolicy = POLICY.parse().unwrap();
        assert_eq!(
            policy.expression().to_string(),
            "coverage>=30 & sex_check:ok"
        );
        // printf '%s' '{"expression":"coverage>=30 & sex_check:ok","name":"a","version":"1"}' | sha256sum
        assert_eq!(
            policy.hash().to_string(),
            "baaaee3e83ffb004f19dcdbb1e272c0d86435f9c14257a82bc3eb56816205052"
        );
        let json = r#"{"version": "1", "name": "a", "sources": ["x"], "expression": "(coverage>=30) & sex_check=ok"}"#;
        assert_eq!(json.parse::<QcPolicy>().unwrap().hash(), policy.hash());
        for (from, to) in [("30", "31"), ("\"1\"", "\"2\""), ("\"a\"", "\"b\"")] {
            let other: QcPolicy = POLICY.replacen(from, to, 1).parse().unwrap();
            assert_ne!(other.hash(), policy.hash());
        }
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for (from, to) in [
            ("name = \"a\"\n", ""),
            ("\"a\"", "\" \""),
            ("version", "versions"),
            ("coverage >= 30 and sex_check:ok", ""),
            ("coverage >= 30 and sex_check:ok", "coverage >="),
            ("coverage >= 30 and sex_check:ok", "carriers(all)"),
            ("name = \"a\"", "[]"),
        ] {
            let bad = POLICY.replacen(from, to, 1);
            assert!(bad.parse::<QcPolicy>().is_err(), "{bad}");
        }
        for bad in ["", "{", "{}", "[1]", "null"] {
            assert!(bad.parse::<QcPolicy>().is_err(), "{bad}");
        }
    }
}
