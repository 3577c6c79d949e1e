//! The words of the field as plain data: nothing here opens a file or knows a dataset.

#![deny(clippy::indexing_slicing)]

mod access;
mod age;
mod annotation;
mod attribute;
pub(crate) mod consequence;
mod date;
mod decision;
mod duo;
mod gene;
mod genotype;
mod individual;
mod info;
mod known;
mod loader;
mod noise;
mod ontology;
mod policy;
mod proof;
mod protein;
mod similarity;
mod statistics;
mod suppress;
mod time;
pub(crate) mod vocabulary;

pub use access::{Access, Granularity};
pub(crate) use age::{Age, Ages};
pub use annotation::Annotator;
pub(crate) use annotation::{BEHIND_STOP, CANONICAL, Entry, MANE};
pub(crate) use attribute::{
    ATTRIBUTE_NAME_MAX, ATTRIBUTE_PREFIX, AttributeValue, Recorded, attribute_named,
    is_attribute_name,
};
pub use attribute::{Attribute, AttributeType};
pub(crate) use date::now;
pub use date::{Date, NoDate};
pub use decision::{
    ConsentSetting, DecidedBy, Decision, Effect, Purpose, UnknownPurpose, WithoutDecision,
};
pub(crate) use duo::duo_code;
pub(crate) use gene::Gene;
pub use genotype::{CarrierGenotype, Zygosity};
pub use individual::Scope;
pub(crate) use individual::{Coding, Dates, Kin, Person, Record, SampleNameKind, Sex, Time, Value};
pub(crate) use info::{InfoKey, InfoNumber, InfoType};
pub use known::Known;
pub(crate) use known::Rounding;
pub use loader::FileLoader;
pub use noise::Noise;
pub(crate) use ontology::{Annotation, Mapping, Match, OntologySource, SourceTerm};
pub use policy::{Budget, Floor, Policy, Zero};
pub use proof::PolicyHash;
pub(crate) use protein::{
    decoded, from_bcftools, is_protein_change, normal_protein, short_protein,
};
pub use similarity::{Level, Measure};
pub use statistics::TwoByTwo;
pub(crate) use statistics::wilson;
pub(crate) use suppress::{Between, Cell, Rules, suppress, suppress_two};
pub(crate) use time::moment;
