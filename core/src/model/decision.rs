//! What people decided about the use of their data.

use super::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What data are used for. A decision is about one of these or about all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Purpose {
    /// Allele frequencies of all.
    Af,
    /// Allele frequencies by ancestry or population.
    AfByAncestry,
    /// Whether somebody is found.
    DiscoverBoolean,
    /// How many are found.
    DiscoverCount,
    /// To be found alone, for a match of a rare disease.
    RareMatch,
    /// Secondary use under a permit.
    SecondaryUse,
    /// Analysis of records by somebody who was granted access.
    ControlledAnalysis,
    /// To be contacted again.
    Recontact,
    /// Use by or for a company.
    Commercial,
    /// Care of patients.
    ClinicalCare,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Af,
        Self::AfByAncestry,
        Self::DiscoverBoolean,
        Self::DiscoverCount,
        Self::RareMatch,
        Self::SecondaryUse,
        Self::ControlledAnalysis,
        Self::Recontact,
        Self::Commercial,
        Self::ClinicalCare,
    ];

    /// As it is written: `af`, `af_by_ancestry`, `discover_boolean` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Self::Af => "af",
            Self::AfByAncestry => "af_by_ancestry",
            Self::DiscoverBoolean => "discover_boolean",
            Self::DiscoverCount => "discover_count",
            Self::RareMatch => "rare_match",
            Self::SecondaryUse => "secondary_use",
            Self::ControlledAnalysis => "controlled_analysis",
            Self::Recontact => "recontact",
            Self::Commercial => "commercial",
            Self::ClinicalCare => "clinical_care",
        }
    }

    /// The number it is stored as: places in [`Self::ALL`] never change.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    pub(crate) fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is no purpose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a purpose ({names}), found {found:?}", names = Purpose::ALL.map(Purpose::name).join(", "))]
pub struct UnknownPurpose {
    found: String,
}

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        let found = Self::ALL.into_iter().find(|of| of.name() == text);
        found.ok_or_else(|| UnknownPurpose {
            found: text.chars().take(40).collect(),
        })
    }
}

/// When a decision has its effect.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// On all that is asked from then on: the withdrawal of consent and the objection (GDPR, articles 7(3) and 21).
    #[default]
    Now,
    /// On permits that are approved later (EHDS, article 71): who had one before still sees the data.
    LaterPermits,
}

impl Effect {
    /// `now` or `later_permits`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::LaterPermits => "later_permits",
        }
    }

    pub(crate) fn named(text: &str) -> Option<Self> {
        [Self::Now, Self::LaterPermits]
            .into_iter()
            .find(|of| of.name() == text)
    }
}

/// Of whom a decision is, by id: ids outlive numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DecidedBy {
    /// An individual, and so all its samples.
    Individual(String),
    /// A sample alone.
    Sample(String),
}

impl DecidedBy {
    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Self::Individual(id) | Self::Sample(id) => id,
        }
    }
}

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// Of whom it is.
    pub by: DecidedBy,
    /// About which purpose; `None` is about all.
    pub purpose: Option<Purpose>,
    /// In, or out.
    pub allows: bool,
    /// When it has its effect.
    pub effect: Effect,
    /// The first day that it holds; `None` is the day that it was recorded.
    pub from: Option<Date>,
    /// The last day that it holds; `None` is until another decision.
    pub until: Option<Date>,
    /// Where it comes from: a file, a form.
    pub source: String,
    /// The day of the source.
    pub source_date: Option<Date>,
}

/// What holds of whoever decided nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutDecision {
    /// Out: who is in has said so.
    OptIn,
    /// In: who is out has said so.
    OptOut,
}

impl WithoutDecision {
    /// `opt_in` or `opt_out`.
    pub fn name(self) -> &'static str {
        match self {
            Self::OptIn => "opt_in",
            Self::OptOut => "opt_out",
        }
    }

    /// By its name; `None` for any other text.
    pub fn named(text: &str) -> Option<Self> {
        [Self::OptIn, Self::OptOut]
            .into_iter()
            .find(|of| of.name() == text)
    }
}

/// What a dataset's holder sets about decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsentSetting {
    /// What holds without a decision, of one purpose or of those of which nothing is set.
    Default(Option<Purpose>, WithoutDecision),
    /// Whether health, medical and biomedical research (`DUO:0000006`) includes frequencies by ancestry.
    HmbInStrata(bool),
}
