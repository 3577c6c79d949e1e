//! The columns of all tables.

use std::borrow::Cow;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// Text that may be missing.
    MaybeText,
    Whole,
    /// A number that may be missing.
    MaybeWhole,
    MaybeShare,
}

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Chrom,
    Pos,
    Id,
    Ref,
    Alt,
    Type,
    Filter,
    Gene,
    Consequence,
    Impact,
    Group,
    Ac,
    An,
    Af,
    NHet,
    NHom,
    NHemi,
    NMissing,
    /// Of the second variant of a pair.
    SecondChrom,
    SecondPos,
    SecondRef,
    SecondAlt,
    Sample,
    Individual,
    Zygosity,
    Phase,
    Origin,
    Score,
    Label,
    People,
    What,
    /// The value of a key, by its number.
    Value(usize),
}

/// A column: what it is called, what it says, and what kind of cells it has.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    name: Cow<'static, str>,
    pub(crate) field: Field,
    pub(crate) kind: Kind,
}

impl Column {
    pub(crate) fn new(name: impl Into<Cow<'static, str>>, field: Field, kind: Kind) -> Self {
        Self {
            name: name.into(),
            field,
            kind,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// Columns by what they say.
pub(crate) fn columns(fields: impl IntoIterator<Item = Field>) -> Vec<Column> {
    let column = |field| {
        let (name, kind) = described(field);
        Column::new(name, field, kind)
    };
    fields.into_iter().map(column).collect()
}

/// Counts as tables have them.
pub(crate) const COUNTS: [Field; 7] = [
    Field::Ac,
    Field::An,
    Field::Af,
    Field::NHet,
    Field::NHom,
    Field::NHemi,
    Field::NMissing,
];

/// What a column is called, and what it holds.
fn described(field: Field) -> (&'static str, Kind) {
    use Kind::{MaybeShare, MaybeText, MaybeWhole, Text, Whole};
    match field {
        Field::Chrom => ("chrom", Text),
        Field::Pos => ("pos", Whole),
        Field::Id => ("id", MaybeText),
        Field::Ref => ("ref", Text),
        Field::Alt => ("alt", MaybeText),
        Field::Type => ("type", Text),
        Field::Filter => ("filter", MaybeText),
        Field::Gene => ("gene", MaybeText),
        Field::Consequence => ("consequence", MaybeText),
        Field::Impact => ("impact", MaybeText),
        Field::Group => ("group", Text),
        Field::Ac => ("ac", Whole),
        Field::An => ("an", MaybeWhole),
        Field::Af => ("af", MaybeShare),
        Field::NHet => ("n_het", Whole),
        Field::NHom => ("n_hom", Whole),
        Field::NHemi => ("n_hemi", Whole),
        Field::NMissing => ("n_missing", Whole),
        Field::SecondChrom => ("chrom_2", Text),
        Field::SecondPos => ("pos_2", Whole),
        Field::SecondRef => ("ref_2", Text),
        Field::SecondAlt => ("alt_2", MaybeText),
        Field::Sample => ("sample", Text),
        Field::Individual => ("individual", MaybeText),
        Field::Zygosity => ("zygosity", Text),
        Field::Phase => ("phase", MaybeText),
        Field::Origin => ("origin", Text),
        Field::Score => ("score", MaybeShare),
        Field::Label => ("label", MaybeText),
        Field::People => ("people", Whole),
        Field::What => ("what", Text),
        Field::Value(_) => ("value", MaybeText),
    }
}
