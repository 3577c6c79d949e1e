//! Readers of what is known of people.

mod age;
mod record;

pub(crate) use age::{Age, Ages};
pub use record::Scope;
pub(crate) use record::{Coding, Dates, Kin, Person, Record, SampleNameKind, Sex, Time, Value};
