//! Readers of what is known of people.

mod age;
mod entries;
mod gather;
mod guess;
mod individual;
mod input;
mod json;
mod mapping;
mod merge;
mod notes;
mod ped;
mod record;
mod table;
mod time;

pub(crate) use gather::{guess, read_ped, read_people};

pub(crate) use age::{Age, Ages};
pub use record::Scope;
pub(crate) use record::{Coding, Dates, Kin, Person, Record, SampleNameKind, Sex, Time, Value};

/// What the files of people tell: `read = people + merged + refused + refused_more`.
#[derive(Debug, Default)]
pub(crate) struct PeopleInput {
    /// In the order of their first mention.
    pub(crate) people: Vec<Person>,
    /// Records met: individuals, packets, biosamples, rows.
    pub(crate) read: u64,
    /// Records that told more of a person who was known already.
    pub(crate) merged: u64,
    /// The first records that could not be used.
    pub(crate) refused: Vec<Refusal>,
    /// How many more were refused.
    pub(crate) refused_more: u64,
    pub(crate) warnings: Vec<Warning>,
}

/// A record that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) file: String,
    /// Goes after the file's name: `:17` is a line, `#/17/diseases/0` a JSON pointer, `:17#/id` both.
    pub(crate) place: String,
    pub(crate) reason: String,
}

/// Something odd, how often it was met, and where first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Warning {
    pub(crate) what: String,
    pub(crate) count: u64,
    /// Places of the first few, with what was found.
    pub(crate) examples: Vec<String>,
}

/// One line of a PED file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relative {
    pub(crate) id: String,
    pub(crate) sex: Option<Sex>,
    pub(crate) kin: Kin,
}

#[cfg(test)]
mod tests;
