//! Questions: parse, plan, run.
//!
//! A folder uses only those above it, and no file is used by one that it uses; the test `structure` holds both:
//!
//! ```text
//! expr   expressions: trees, text, JSON, builders; they know no dataset
//! plan   what names mean in a view, predicates and rules as data, and who is let through to be run
//! exec   what runs plans: scans, tests, counts, carriers, pairs, origins, similarity
//! ```
//!
//! The files beside them are what users call.

#![deny(clippy::indexing_slicing)]

mod exec;
mod expr;
mod plan;

mod absence;
mod allele;
mod ask;
mod by;
#[cfg(test)]
mod by_gene_tests;
mod cohorts;
mod count_filter;
mod explain;
#[expect(
    clippy::mem_forget,
    reason = "self_cell forgets a guard when both of its halves are whole"
)]
mod genotypes;
mod group;
#[expect(
    clippy::mem_forget,
    reason = "self_cell forgets a guard when both of its halves are whole"
)]
mod haplotypes;
mod info;
#[cfg(test)]
mod law_tests;
mod list;
mod lookup;
mod named;
mod page;
#[expect(
    clippy::mem_forget,
    reason = "self_cell forgets a guard when both of its halves are whole"
)]
mod pairs;
mod presence;
mod products;
mod quality;
#[expect(
    clippy::mem_forget,
    reason = "self_cell forgets a guard when both of its halves are whole"
)]
mod scan;
#[cfg(test)]
mod union_tests;

pub use absence::{Absence, AbsenceReason};
pub use allele::Allele;
pub use by::{AgeBands, By};
pub use cohorts::Cohort;
pub(crate) use count_filter::BoundFilter;
pub use count_filter::CountFilter;
pub use exec::annotation::Annotation;
pub(crate) use exec::carried_genes::{carried_by_gene, disagreeing_batches};
pub use exec::compound::{CompoundPair, PairPhase, PairedVariant};
pub use exec::counts::Counts;
pub(crate) use exec::coverage::Coverage;
pub use exec::dosage::Dosages;
pub(crate) use exec::influence::SampleShare;
pub use exec::inheritance::Inheritance;
pub use exec::looked::LookedAt;
pub(crate) use exec::place::Place;
pub use exec::shown::ShownCounts;
pub(crate) use exec::shown::{CountedGroup, Showing};
pub use exec::step::Step;
pub use exec::variant_info::{InfoCell, InfoColumn, InfoKind};
pub use exec::variant_text::VariantNames;
pub use exec::variants::{Variant, Variants};
pub use explain::{Explanation, Plan};
pub use expr::nearest;
pub(crate) use expr::{Atom, Comparison, Node, Number, Placing, RegionList, VariantAtom};
pub use expr::{
    AttributeField, CarrierOptions, GroupExpr, Impact, InfoField, InfoValue, IntoGroupExpr,
    IntoVariantExpr, NumberField, NumberWithin, Origin, SampleExpr, Transcripts, VariantExpr,
    VariantType,
};
pub use genotypes::{BlockVariant, GenotypeBlock, GenotypeBlocks};
pub use group::Group;
pub use haplotypes::{HaplotypeBlock, HaplotypeBlocks};
pub use lookup::Lookup;
pub use page::{Partition, Query, RowToken};
pub use pairs::CompoundPairs;
pub(crate) use plan::admit::allows_field;
pub(crate) use plan::change_names::ChangeName;
pub use plan::explain::PlannedPart;
pub use plan::trios::Trios;
pub(crate) use plan::vrs::id_of as vrs_id_of;
pub use presence::Presence;
pub use products::{Missing, Projection};
pub use quality::QcPolicy;
pub use scan::Scan;
