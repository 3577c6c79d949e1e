//! Who asks.

use crate::error::{Error, Result};
use crate::model::{Date, PolicyHash, Purpose};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How much an answer says, ascending.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// Whether there is any.
    #[default]
    Boolean,
    /// How many there are.
    Count,
    /// What they are.
    Record,
}

impl Granularity {
    const ALL: [Self; 3] = [Self::Boolean, Self::Count, Self::Record];

    /// `boolean`, `count` or `record`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Count => "count",
            Self::Record => "record",
        }
    }

    /// By its name; `None` for any other text.
    pub(crate) fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.name() == text)
    }
}

impl fmt::Display for Granularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What somebody may be answered. The host decides it, from whom it has authenticated; nothing in a request raises it.
///
/// ```
/// use varidex::{Access, Granularity};
/// assert_eq!(Access::default(), Access::public());
/// assert_eq!(Access::public().granularity, Granularity::Boolean);
/// assert_eq!(Access::from_json(r#"{"granularity": "record"}"#)?, Access::up_to(Granularity::Record));
/// # Ok::<(), varidex::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Access {
    /// The most that an answer may say.
    #[serde(default)]
    pub granularity: Granularity,
    /// What it is asked for: whoever decided against that is not seen. Without one all are seen but those who withdrew
    /// wholly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The day that the permit was approved: decisions about later permits count that held then. Without one, today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permit_date: Option<Date>,
    /// Whether national law sets aside decisions about later permits (EHDS, article 71(4)). It never sets aside the
    /// withdrawal of consent, and it is written into the dataset that it was asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub national_override: bool,
    /// For an audit: as it was known at the end of this day, whatever was decided since. It is written into the dataset
    /// that it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_at: Option<Date>,
    /// The hash of a policy of quality ([`QcPolicy::hash`]): samples of which it does not hold are not seen. The policy itself is
    /// given with the view ([`Dataset::view_by`]); without it, there is no view.
    ///
    /// [`QcPolicy::hash`]: crate::QcPolicy::hash
    /// [`Dataset::view_by`]: crate::Dataset::view_by
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<PolicyHash>,
}

/// What JSON of it is.
const EXPECTED: &str = r#"access: expected {"granularity": "boolean"}, "count" or "record" in its place, with "purpose", "permit_date", "national_override", "known_at" or "proof" beside it"#;

impl Access {
    /// Anybody: whether there is any, no more.
    pub fn public() -> Self {
        Self::default()
    }

    /// Up to this.
    pub fn up_to(granularity: Granularity) -> Self {
        Self {
            granularity,
            ..Self::default()
        }
    }

    /// Of who holds the dataset: all but those who withdrew.
    pub fn holder() -> Self {
        Self::up_to(Granularity::Record)
    }

    /// The same for a purpose.
    #[must_use]
    pub fn for_purpose(self, purpose: Purpose) -> Self {
        Self {
            purpose: Some(purpose),
            ..self
        }
    }

    /// The same under a permit of a day.
    #[must_use]
    pub fn under_permit_of(self, date: Date) -> Self {
        Self {
            permit_date: Some(date),
            ..self
        }
    }

    /// The same of samples alone of which a policy of quality holds.
    #[must_use]
    pub fn with_proof(self, policy: PolicyHash) -> Self {
        Self {
            proof: Some(policy),
            ..self
        }
    }

    /// Whether it shows what others may not see, and so is written down.
    pub(crate) fn is_noted(&self) -> bool {
        self.national_override || self.known_at.is_some()
    }

    /// As JSON: what [`Self::from_json`] reads.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads `{"granularity": "count"}`.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for anything else, with the place.
    pub fn from_json(text: &str) -> Result<Self> {
        // a list would be read as the members in their order
        if !text.trim_start().starts_with('{') {
            return Err(Error::Usage(format!("{EXPECTED}, found no object")));
        }
        serde_json::from_str(text).map_err(|e| Error::Usage(format!("{EXPECTED}: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_access_raises_nothing() {
        for bad in [
            "",
            "[]",
            r#"["record"]"#,
            r#"{"granularity":"count","granularity":"record"}"#,
            r#"{"granularity":"all"}"#,
            r#"{"granularty":"record"}"#,
            "\"record\"",
        ] {
            assert!(Access::from_json(bad).is_err(), "{bad}");
        }
        assert_eq!(Access::from_json("{}").unwrap(), Access::public());
        assert!(
            Granularity::Boolean < Granularity::Count && Granularity::Count < Granularity::Record
        );
    }
}
