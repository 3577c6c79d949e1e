//! Readers of what is known of people.

#![expect(dead_code, reason = "the readers and the store of people use it")]

mod record;

pub use record::Scope;
pub(crate) use record::{
    Age, Ages, Coding, Dates, Kin, Person, Record, SampleNameKind, Sex, Time, Value,
};
