//! The names of atoms.

use super::ast::named;
use crate::model::{Attribute, Scope};

/// Fields with a value after a colon.
pub(super) const VARIANT_FIELDS: [(&str, Field); 7] = [
    ("consequence", Field::Consequence),
    ("filter", Field::Filter),
    ("gene", Field::Gene),
    ("id", Field::Id),
    ("impact", Field::Impact),
    ("protein", Field::Protein),
    ("type", Field::Type),
];

#[derive(Clone, Copy)]
pub(super) enum Field {
    Consequence,
    Filter,
    Gene,
    Id,
    Impact,
    Protein,
    Type,
}

fn is_variant_field(name: &str) -> bool {
    named(&VARIANT_FIELDS, name).is_some()
}

pub(super) const VARIANT_FUNCTIONS: [(&str, VariantFunction); 3] = [
    ("allele", VariantFunction::Allele),
    ("region", VariantFunction::Region),
    ("regions", VariantFunction::Regions),
];

#[derive(Clone, Copy)]
pub(super) enum VariantFunction {
    Allele,
    Region,
    Regions,
}

pub(super) const GROUP_FUNCTIONS: [(&str, GroupFunction); 9] = [
    ("carriers", GroupFunction::Carriers),
    ("exactly", GroupFunction::Exactly),
    ("excluded", GroupFunction::Excluded),
    ("individuals", GroupFunction::Individuals),
    ("measurement", GroupFunction::Measurement),
    ("onset", GroupFunction::Onset),
    ("samples", GroupFunction::Samples),
    ("severity", GroupFunction::Severity),
    ("similar", GroupFunction::Similar),
];

#[derive(Clone, Copy)]
pub(super) enum GroupFunction {
    Carriers,
    Exactly,
    Excluded,
    Individuals,
    Measurement,
    Onset,
    Samples,
    Severity,
    Similar,
}

pub(super) fn is_group_function(name: &str) -> bool {
    named(&GROUP_FUNCTIONS, name).is_some()
}

/// Fields with a value after a colon.
pub(super) fn group_fields() -> impl Iterator<Item = &'static str> {
    let attributes = Attribute::NAMES.iter().map(|&(name, _)| name);
    attributes.chain(Scope::NAMES.iter().map(|&(name, _)| name))
}

pub(super) fn is_group_field(name: &str) -> bool {
    group_fields().any(|field| field.eq_ignore_ascii_case(name)) || name.eq_ignore_ascii_case("age")
}

/// `PREFIX:local`, where it cannot be a place on a contig.
pub(super) fn is_curie(word: &str) -> bool {
    let Some((prefix, local)) = word.split_once(':') else {
        return false;
    };
    let is_contig = prefix
        .get(..3)
        .is_some_and(|c| c.eq_ignore_ascii_case("chr"))
        || prefix.get(..3).is_some_and(|c| c.ends_with('_'))
        || ["x", "y", "m", "mt", "ga4gh"]
            .iter()
            .any(|c| prefix.eq_ignore_ascii_case(c))
        || is_variant_field(prefix)
        || is_group_field(prefix);
    let plain = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    prefix.starts_with(|c: char| c.is_ascii_alphabetic())
        && plain(prefix, b"_.-")
        && plain(local, b"_.-/")
        && !is_contig
}
