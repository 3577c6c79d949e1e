//! What is known of a person, whatever file it came from: the common model of all readers.

use super::{Ages, AttributeValue};

/// A person as one source file describes them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Person {
    pub(crate) id: String,
    /// Names by which a sample column may be theirs, in the order in which they are tried.
    pub(crate) sample_names: Vec<(SampleNameKind, String)>,
    pub(crate) sex: Option<Sex>,
    /// Karyotypic sex as written: `XX`, `XY`, `XXY`.
    pub(crate) karyotype: Option<String>,
    /// `FIN`, `EUR`: several may hold of one person.
    pub(crate) populations: Vec<String>,
    /// Country or region of origin: `FI`, or a term.
    pub(crate) country: Option<Coding>,
    pub(crate) cohorts: Vec<String>,
    /// Collections of data the person is part of.
    pub(crate) collections: Vec<String>,
    pub(crate) birth: Option<Dates>,
    /// Age when last observed.
    pub(crate) age: Option<Ages>,
    pub(crate) deceased: Option<bool>,
    pub(crate) kin: Option<Kin>,
    /// Free attributes, by their numbers, ascending.
    pub(crate) free: Vec<(u32, AttributeValue)>,
    /// Everything coded that was recorded of them, in the order of the source.
    pub(crate) records: Vec<Record>,
}

/// Which of a person's names a sample column bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SampleNameKind {
    /// A biosample.
    Biosample,
    /// Said by the source: `individualToFileIdentifiers` of a Phenopacket, a sample column of a table.
    File,
    /// The person's own id.
    Individual,
    /// The id of the packet that describes them.
    Packet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Sex {
    Female,
    Male,
    /// Recorded, and neither.
    Other,
}

/// A person's place in a family, by the ids of people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kin {
    pub(crate) family: String,
    pub(crate) father: Option<String>,
    pub(crate) mother: Option<String>,
    /// `None` where not known.
    pub(crate) affected: Option<bool>,
}

/// What kind of thing was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// A sign or symptom.
    Phenotype,
    /// A diagnosis.
    Disease,
    /// A drug or another treatment.
    Treatment,
    /// Something done, by medicine.
    Procedure,
    /// A marker of a disease, as a gene of a tumour.
    Biomarker,
    /// An assay with a value.
    Measurement,
    /// Ethnicity.
    Ethnicity,
    /// What a person was exposed to.
    Exposure,
}

impl Scope {
    /// The names that expressions use.
    pub(crate) const NAMES: [(&'static str, Self); 8] = [
        ("biomarker", Self::Biomarker),
        ("disease", Self::Disease),
        ("ethnicity", Self::Ethnicity),
        ("exposure", Self::Exposure),
        ("measurement", Self::Measurement),
        ("phenotype", Self::Phenotype),
        ("procedure", Self::Procedure),
        ("treatment", Self::Treatment),
    ];
}

impl std::fmt::Display for Scope {
    /// The name that expressions use.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut names = Self::NAMES.iter();
        let found = names.find(|(_, scope)| scope == self);
        f.write_str(found.map_or("", |(name, _)| name))
    }
}

impl std::str::FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|(_, scope)| *scope).ok_or_else(|| {
            let names: Vec<&str> = Self::NAMES.iter().map(|(name, _)| *name).collect();
            format!("one of {}", names.join(", "))
        })
    }
}

/// One coded thing that was recorded: `disease X, onset P18Y, severe` is one record, so that a question
/// for X with an onset below 18 years tests the same record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) scope: Scope,
    pub(crate) term: Coding,
    /// Recorded as absent: neither present nor unknown.
    pub(crate) excluded: bool,
    pub(crate) onset: Option<Time>,
    pub(crate) end: Option<Time>,
    pub(crate) severity: Option<Coding>,
    /// What was measured, of a measurement or a biomarker.
    pub(crate) value: Option<Value>,
}

/// A term as the source writes it; one of the two may be empty, not both.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Coding {
    /// A CURIE: `HP:0003473`.
    pub(crate) id: String,
    pub(crate) label: String,
}

/// When something was so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Time {
    /// At these ages.
    Age(Ages),
    /// On these days.
    Date(Dates),
    /// A stage of life, as a term: `HP:0003577` (congenital onset).
    Stage(Coding),
}

/// A value of a measurement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Number { number: f64, unit: Coding },
    Term(Coding),
}

/// A day, or a span of days that a partial date (`1950`, `1950-03`) stands for: days since 1970-01-01,
/// both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dates {
    pub(crate) first: i32,
    pub(crate) last: i32,
}
