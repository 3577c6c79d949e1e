//! An embedded index of a cohort's variants and its people.

mod annotations;
mod build;
mod dataset;
mod error;
mod export;
mod format;
mod gene_carriers;
mod genes;
mod genome;
mod pedigree;
mod people;
mod query;
mod set;
mod source;
mod stop;
mod threads;

pub use build::{
    AnnotationReport, Annotations, BuildOptions, PeopleOptions, PeopleReport, Phase, Progress,
    Refused, Report, UnknownAnnotation, Warned, build, guess_mapping, load_people,
};
pub use dataset::{Dataset, Info, PeopleCount, PeopleKey, SectionSize, TermCount};
pub use error::{Damage, Error, ExpressionError, InputError, Place, Result};
pub use export::{ExportFormat, ExportOptions, ExportProgress, ExportSummary};
pub use genome::{
    AlleleType, Assembly, Chromosome, Interval, MixedAssemblies, NameError, Position,
    UnknownAlleleType, UnknownAssembly,
};
pub use people::{Attribute, Level, Measure};
pub use query::{
    Allele, Annotation, CarrierGenotype, CarrierOptions, CompoundPair, Counts, Dosages,
    Explanation, Group, Impact, InfoField, InfoValue, Inheritance, IntoWhere, IntoWho, KeptGroup,
    Lookup, NumberField, NumberWithin, Origin, PairPhase, PairedVariant, Step, Transcripts, Trios,
    Variant, VariantNames, VariantType, Variants, Where, Who, Zygosity,
};
pub use set::SampleSet;
pub use source::annotation::Annotator;
pub use source::people::Scope;
pub use source::{FileLoader, LocalFiles};
pub use stop::{Stop, interruptible};

/// The README's example is one of the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
