//! An embedded index of a cohort's variants and its people: built from VCF or BCF and from what is known of the
//! people, memory-mapped, asked in-process.
//!
//! ```
//! use varidex::{BuildOptions, Dataset, Position, build};
//! # let dir = tempfile::tempdir()?;
//! # let (vcf, dataset) = (dir.path().join("cohort.vcf"), dir.path().join("cohort.vdx"));
//! # std::fs::write(&vcf, "##fileformat=VCFv4.2\n##contig=<ID=22>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\
//! #     \tFORMAT\tANNA\tBO\n22\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0|1\t0|0\n")?;
//!
//! build(&[&vcf], &dataset, &BuildOptions::default(), &mut |_| true)?;
//! let view = Dataset::open(&dataset)?.view();
//!
//! // who
//! let group = view.ask("carriers(22:1-1,000 & af<0.5)")?;
//! assert_eq!(group.ids()?, ["ANNA"]);
//!
//! // which variants, and how often
//! let mut variants = view.variants("22:1-1,000")?;
//! while let Some(mut variant) = variants.next()? {
//!     let counts = variant.counts()?;
//!     assert_eq!((counts.ac, counts.an), (1, Some(4)));
//! }
//!
//! // one allele
//! let position = Position::from_one_based(100).ok_or("no position")?;
//! let allele = view.allele("22", position, "A", "G")?.ok_or("not there")?;
//! assert_eq!(allele.counts()?.n_het, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to | there is |
//! |---|---|
//! | build, add to it, load people, merge, check | [`build()`], [`add`], [`load_people`], [`compact()`], [`Dataset::verify`] |
//! | open | [`Dataset::open`], and its [`View`], of which everything is asked; [`Dataset::open_snapshot`] |
//! | say what is meant | an expression as text ([`expressions`] is the reference), as JSON, or built: [`VariantExpr`], [`GroupExpr`] |
//! | find people | [`View::ask`] gives a [`Group`]: a set with its algebra, ids, scores |
//! | count variants | [`View::variants`], [`View::variants_in`] a group, [`View::allele`] |
//! | read tables in parts | [`Query`], [`RowToken`], [`View::scan`], [`View::partitions`]; as Arrow with the crate `varidex-columns` |
//! | read genotypes | [`View::genotypes`], in blocks |
//! | know how it was answered | [`View::plan`], [`Group::hints`] |
//! | write VCF and BCF | [`View::export`] |
//!
//! The book, in `docs/` of the sources (`make docs`), has a tutorial that builds a program on this crate, how it counts,
//! and the reference of tables.
//!
//! Positions are 1-based in text and in tables; a [`Position`] says which it is made from. An error
//! ([`enum@Error`]) names the file, the place, what was expected and what was found.

mod access;
mod annotate;
mod beacon;
mod cohort;
mod error;
mod export;
mod format;
mod genome;
mod input;
mod maintain;
mod model;
mod pedigree;
mod publish;
mod query;
mod set;
mod stop;
mod store;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod testing;

#[doc = include_str!("../expressions.md")]
pub mod expressions {
    /// This reference, as Markdown.
    pub const REFERENCE: &str = include_str!("../expressions.md");
}

pub use access::{
    Decided, InfluenceAsked, InfluenceShare, NoiseAsked, NoiseSource, PolicyMemory, PolicyView,
    ShownPeople, ShownPeopleCount, ShownScan, ShownSite, ShownTerm, ShownVariant, YesNoAsked,
};
pub use annotate::{
    AnnotateOptions, AnnotateProgress, AnnotateSummary, AnnotateTally, AnnotateWith, SiteCounts,
    SiteRow, annotate, annotate_to,
};
pub use beacon::{
    Beacon, BeaconConfig, BeaconDataset, BeaconLedger, BeaconMemory, BeaconMethod, BeaconPolicies,
    BeaconRequest, BeaconResponse, BeaconSource, Environment, Frequencies, Organization,
};
pub use cohort::{
    AttributeCount, Dataset, GeneFound, Info, PeopleCount, SampleList, SectionSize, Snapshot,
    TermCount, TermFound, View,
};
pub use error::{Damage, Error, ExpressionError, InputError, Place, Result};
pub use export::{
    ExportFormat, ExportOptions, ExportProgress, ExportSummary, Individual, IndividualFormat,
    Rebuilt,
};
pub use genome::{
    AlleleType, Assembly, Chromosome, Interval, MixedAssemblies, NameError, NoVrsId, Position,
    UnknownAlleleType, UnknownAssembly, VrsId, VrsVersion,
};
pub use input::LocalFiles;
pub use maintain::{
    AnnotationReport, Annotations, BuildOptions, CompactOptions, CompactReport, ConsentOptions,
    ConsentReport, ConsentSummary, DecisionReport, Disagreement, PeopleOptions, PeopleReport,
    Phase, Progress, PurposeSummary, Refused, Report, SexPloidyReport, UnknownAnnotation, Warned,
    Withdrawal, add, build, compact, consent_summary, guess_mapping, load_people, record_consent,
    restore, withdraw,
};
pub use model::{
    Access, Annotator, Attribute, AttributeType, Budget, CarrierGenotype, ConsentSetting, Date,
    DecidedBy, Decision, Effect, FileLoader, Floor, Granularity, Known, Level, Measure, NoDate,
    Noise, Policy, PolicyHash, Purpose, Scope, TwoByTwo, UnknownPurpose, WithoutDecision, Zero,
    Zygosity,
};
pub use publish::{
    LeftOut, PublishOptions, PublishReport, PublishSitesOptions, PublishSitesReport, Published,
    PublishedSite, PublishedSiteCounts, PublishedSiteRow, PublishedSites, StrataGroup, StratumLeak,
    publish, publish_sites,
};
pub use query::{
    Absence, AbsenceReason, AgeBands, Allele, Annotation, AttributeField, BlockVariant, By,
    CarrierOptions, Cohort, CompoundPair, CompoundPairs, CountFilter, Counts, Dosages, Explanation,
    GenotypeBlock, GenotypeBlocks, Group, GroupExpr, HaplotypeBlock, HaplotypeBlocks, Impact,
    InfoCell, InfoColumn, InfoField, InfoKind, InfoValue, Inheritance, IntoGroupExpr,
    IntoVariantExpr, LookedAt, Lookup, Missing, NumberField, NumberWithin, Origin, PairPhase,
    PairedVariant, Partition, Plan, PlannedPart, Presence, Projection, QcPolicy, Query, RowToken,
    SampleExpr, Scan, ShownCounts, Step, Transcripts, Trios, Variant, VariantExpr, VariantNames,
    VariantType, Variants, nearest,
};
pub use set::SampleSet;
pub use stop::{Stop, interruptible};
pub use store::published::{
    GenotypeCounts, Leak, PublishedContig, PublishedInfo, ReleasedCounts, Stratum,
};

/// The README's example is one of the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
