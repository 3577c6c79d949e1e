//! What makes datasets and changes them, and what checks them by reading everything again.

pub(crate) mod build;
pub(crate) mod consent;
#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod mask_look;
#[cfg(test)]
pub(crate) mod mask_questions;
#[cfg(test)]
pub(crate) mod mask_said_tests;
#[cfg(test)]
pub(crate) mod mask_tests;
mod verify;

pub use build::{
    AnnotationReport, Annotations, BuildOptions, CompactOptions, CompactReport, PeopleOptions,
    PeopleReport, Phase, Progress, Refused, Report, SexPloidyReport, UnknownAnnotation, Warned,
    add, build, compact, guess_mapping, load_people,
};
#[cfg(feature = "testing")]
pub(crate) use build::{add_in, build_in, load_people_in};
pub use consent::{
    ConsentOptions, ConsentReport, ConsentSummary, DecisionReport, Disagreement, PurposeSummary,
    Withdrawal, consent_summary, record_consent, restore, withdraw,
};
