//! What is asked, however a client has written it.

use crate::model::Granularity;
use crate::model::Level;
use crate::query::VariantType;

/// A question to the entries of a beacon.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Asked {
    /// As the client wrote it.
    pub(super) api_version: Option<String>,
    /// As the client wrote them.
    pub(super) schemas: Vec<serde_json::Value>,
    pub(super) parameters: Parameters,
    pub(super) filters: Vec<Filter>,
    pub(super) include: Include,
    pub(super) skip: u64,
    /// 0 is the longest page there is.
    pub(super) limit: Option<u64>,
    pub(super) granularity: Granularity,
    pub(super) test_mode: bool,
    /// Which datasets; `None` is all of them.
    pub(super) datasets: Option<Vec<String>>,
}

/// Which datasets a response shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Include {
    #[default]
    Hit,
    Miss,
    All,
    None,
}

impl Include {
    const ALL: [Self; 4] = [Self::Hit, Self::Miss, Self::All, Self::None];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hit => "HIT",
            Self::Miss => "MISS",
            Self::All => "ALL",
            Self::None => "NONE",
        }
    }

    pub(super) fn named(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|of| of.name().eq_ignore_ascii_case(text))
    }

    /// Whether a dataset is shown that has something, or nothing.
    pub(super) fn shows(self, exists: bool) -> bool {
        match self {
            Self::Hit => exists,
            Self::Miss => !exists,
            Self::All => true,
            Self::None => false,
        }
    }
}

/// What is asked of variants. Positions count from 0; `end` is behind the last base.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) assembly: Option<String>,
    pub(super) reference_name: Option<String>,
    /// One, or two: the bounds of a bracket.
    pub(super) start: Vec<u64>,
    pub(super) end: Vec<u64>,
    pub(super) reference_bases: Option<String>,
    pub(super) alternate_bases: Option<String>,
    pub(super) variant_type: Option<VariantType>,
    pub(super) gene: Option<String>,
    pub(super) amino_acid_change: Option<String>,
    pub(super) short_form: Option<String>,
    pub(super) least_length: Option<u64>,
    pub(super) greatest_length: Option<u64>,
}

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filter {
    pub(super) id: String,
    pub(super) scope: Option<FilterScope>,
    pub(super) of: FilterKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum FilterKind {
    /// A term: with those below it, or of a profile that is like its own.
    Term {
        descendants: bool,
        similarity: Option<Level>,
    },
    /// A value of a field.
    Value { operator: Operator, value: String },
}

/// What a filter is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilterScope {
    Individuals,
    Variants,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Not,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// The longer ones first, so that a text can be matched against one after the other.
    pub(super) const NAMES: [(&'static str, Self); 6] = [
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("=", Self::Equal),
        ("!", Self::Not),
        ("<", Self::Less),
        (">", Self::Greater),
    ];

    pub(super) fn named(text: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(name, _)| *name == text);
        found.map(|(_, of)| *of)
    }

    pub(super) fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, of)| *of == self);
        found.map_or("=", |(name, _)| name)
    }
}

impl Filter {
    /// As an answer repeats it.
    pub(super) fn shown(&self) -> String {
        match &self.of {
            FilterKind::Term { .. } => self.id.clone(),
            FilterKind::Value { operator, value } => {
                format!("{}:{}{value}", self.id, operator.name())
            }
        }
    }
}
