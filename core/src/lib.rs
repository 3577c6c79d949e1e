//! An embedded index of a cohort's variants and its people.

mod cohort;
mod error;
mod export;
mod format;
mod genome;
mod input;
mod maintain;
mod model;
mod pedigree;
mod query;
mod set;
mod stop;
mod store;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod testing;

pub use cohort::{
    AttributeCount, Dataset, Info, PeopleCount, PeopleKey, SectionSize, TermCount, View,
};
pub use error::{Damage, Error, ExpressionError, InputError, Place, Result};
pub use export::{ExportFormat, ExportOptions, ExportProgress, ExportSummary};
pub use genome::{
    AlleleType, Assembly, Chromosome, Interval, MixedAssemblies, NameError, Position,
    UnknownAlleleType, UnknownAssembly,
};
pub use input::LocalFiles;
pub use maintain::{
    AnnotationReport, Annotations, BuildOptions, PeopleOptions, PeopleReport, Phase, Progress,
    Refused, Report, UnknownAnnotation, Warned, build, guess_mapping, load_people,
};
pub use model::{
    Annotator, Attribute, AttributeType, CarrierGenotype, FileLoader, Level, Measure, Scope,
    Zygosity,
};
pub use query::{
    Allele, Annotation, BlockVariant, CarrierOptions, CompoundPair, CompoundPairs, Counts, Dosages,
    Explanation, GenotypeBlock, GenotypeBlocks, Group, GroupExpr, Impact, InfoField, InfoValue,
    Inheritance, IntoGroupExpr, IntoVariantExpr, Lookup, NumberField, NumberWithin, Origin,
    PairPhase, PairedVariant, Partition, Plan, PlannedPart, Query, RowToken, Scan, Step,
    Transcripts, Trios, Variant, VariantExpr, VariantNames, VariantType, Variants,
};
pub use set::SampleSet;
pub use stop::{Stop, interruptible};

/// The README's example is one of the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
