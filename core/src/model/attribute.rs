//! What can be asked of people.

use super::{Ages, Coding, Dates};
use std::fmt;

/// How a term is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Recorded {
    /// The term or a more special one, as present.
    Present,
    /// The term itself, as present.
    Exactly,
    /// The term or a more general one, as absent.
    Excluded,
}

/// What is known of a person beside coded records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Attribute {
    /// Sex: `female`, `male`, `other`, `unknown`.
    Sex,
    /// Karyotypic sex: `XX`, `XY`, `XXY`.
    Karyotype,
    /// A population: `FIN`, `EUR`.
    Population,
    /// A cohort.
    Cohort,
    /// A collection of data.
    Dataset,
    /// Country or region of origin.
    Country,
    /// A family.
    Family,
    /// Whether the pedigree says affected: `yes`, `no`.
    Affected,
}

impl Attribute {
    pub(crate) const NAMES: [(&'static str, Self); 8] = [
        ("affected", Self::Affected),
        ("cohort", Self::Cohort),
        ("country", Self::Country),
        ("dataset", Self::Dataset),
        ("family", Self::Family),
        ("karyotype", Self::Karyotype),
        ("population", Self::Population),
        ("sex", Self::Sex),
    ];

    /// The name that expressions use.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, attribute)| *attribute == self)
            .map_or("", |&(name, _)| name)
    }

    /// Whether its values are a closed list, of which nobody may have some.
    pub(crate) fn is_closed(self) -> bool {
        matches!(self, Self::Sex | Self::Affected)
    }
}

impl std::str::FromStr for Attribute {
    type Err = crate::error::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|&(_, attribute)| attribute).ok_or_else(|| {
            let known: Vec<&str> = Self::NAMES.iter().map(|&(name, _)| name).collect();
            crate::error::Error::Usage(format!(
                "unknown field `{text}`: one of {}",
                known.join(", ")
            ))
        })
    }
}

/// What stands before the name of a free attribute where others could stand.
pub(crate) const ATTRIBUTE_PREFIX: &str = "attribute.";

/// The name behind `attribute.`, which may be in any case; `None` where it is not there.
pub(crate) fn attribute_named(text: &str) -> Option<&str> {
    let (start, name) = text.split_at_checked(ATTRIBUTE_PREFIX.len())?;
    start.eq_ignore_ascii_case(ATTRIBUTE_PREFIX).then_some(name)
}

/// Longest name of a free attribute, in bytes.
pub(crate) const ATTRIBUTE_NAME_MAX: usize = 64;

/// Whether a text can name a free attribute: a letter, and letters, digits, `_`, `.` and `-`.
pub(crate) fn is_attribute_name(name: &str) -> bool {
    let other = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    name.len() <= ATTRIBUTE_NAME_MAX
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(other)
}

/// What the values of a free attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AttributeType {
    /// Any text.
    Text,
    /// A finite number.
    Number,
    /// A day, or the month or year of it.
    Date,
    /// An age, as `P18Y6M`.
    Age,
    /// A term: an id, a label, or both.
    Code,
}

impl AttributeType {
    pub(crate) const ALL: [Self; 5] = [Self::Text, Self::Number, Self::Date, Self::Age, Self::Code];

    /// Its name: `text`, `number`, `date`, `age` or `code`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Age => "age",
            Self::Code => "code",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A value of a free attribute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AttributeValue {
    Text(String),
    Number(f64),
    Date(Dates),
    Age(Ages),
    Code(Coding),
}

impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Date(dates) => dates.fmt(f),
            Self::Age(ages) if ages.low == ages.high => ages.low.fmt(f),
            Self::Age(ages) => write!(f, "{} to {}", ages.low, ages.high),
            Self::Code(code) if code.id.is_empty() => f.write_str(&code.label),
            Self::Code(code) => f.write_str(&code.id),
        }
    }
}
