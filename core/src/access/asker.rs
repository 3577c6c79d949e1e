//! Who asks.

use crate::error::{Error, Result};
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
}

/// What JSON of it is.
const EXPECTED: &str =
    r#"access: expected {"granularity": "boolean"}, "count" or "record" in its place"#;

impl Access {
    /// Anybody: whether there is any, no more.
    pub fn public() -> Self {
        Self::default()
    }

    /// Up to this.
    pub fn up_to(granularity: Granularity) -> Self {
        Self { granularity }
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
