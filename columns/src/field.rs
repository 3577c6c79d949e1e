//! The columns of all tables.

use std::borrow::Cow;
use varidex::{InfoColumn, InfoKind};

/// What names of columns of INFO keys begin with.
pub(crate) const INFO: &str = "info.";

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
    /// Any number that may be missing.
    MaybeNumber,
    /// Whether something holds; it may be missing.
    MaybeFlag,
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
    Qual,
    Hgvs,
    /// The computed identifier of GA4GH VRS 2.0.
    Vrs,
    /// The same of VRS 1.3.
    Vrs13,
    End,
    Length,
    Covered,
    Transcript,
    HgvsC,
    HgvsP,
    Canonical,
    Mane,
    /// An INFO key, which the column has.
    Info,
    Group,
    Ac,
    An,
    Af,
    NHet,
    NHom,
    NHemi,
    NMissing,
    AfLow,
    AfHigh,
    Carriers,
    Noncarriers,
    /// Of alleles, or of samples that carry one.
    OddsRatio,
    P,
    CarrierOddsRatio,
    CarrierP,
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
    /// Of which of the groups that stand beside each other in a row.
    pub(crate) of: usize,
    /// The INFO key that it shows.
    pub(crate) info: Option<InfoColumn>,
}

impl Column {
    pub(crate) fn new(name: impl Into<Cow<'static, str>>, field: Field, kind: Kind) -> Self {
        Self {
            name: name.into(),
            field,
            kind,
            of: 0,
            info: None,
        }
    }

    /// The value of an INFO key.
    pub(crate) fn info(info: InfoColumn) -> Self {
        let kind = match info.kind() {
            InfoKind::Flag => Kind::MaybeFlag,
            InfoKind::Integer => Kind::MaybeWhole,
            InfoKind::Float => Kind::MaybeNumber,
            InfoKind::Text => Kind::MaybeText,
        };
        Self {
            info: Some(info.clone()),
            ..Self::new(format!("{INFO}{}", info.name()), Field::Info, kind)
        }
    }

    /// The same of one of several groups, its name ends the name of the column.
    pub(crate) fn of_group(self, number: usize, group: &str) -> Self {
        Self {
            name: format!("{}_{group}", self.name).into(),
            of: number,
            ..self
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
    use Kind::{MaybeFlag, MaybeNumber, MaybeShare, MaybeText, MaybeWhole, Text, Whole};
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
        Field::Qual => ("qual", MaybeNumber),
        Field::Hgvs => ("hgvs", MaybeText),
        Field::Vrs => ("vrs", MaybeText),
        Field::Vrs13 => ("vrs_1_3", MaybeText),
        Field::End => ("end", Whole),
        Field::Length => ("length", MaybeWhole),
        Field::Covered => ("covered", Whole),
        Field::Transcript => ("transcript", MaybeText),
        Field::HgvsC => ("hgvs_c", MaybeText),
        Field::HgvsP => ("hgvs_p", MaybeText),
        Field::Canonical => ("canonical", MaybeFlag),
        Field::Mane => ("mane", MaybeFlag),
        Field::Info => ("info", MaybeText),
        Field::Group => ("group", Text),
        Field::Ac => ("ac", Whole),
        Field::An => ("an", MaybeWhole),
        Field::Af => ("af", MaybeShare),
        Field::NHet => ("n_het", Whole),
        Field::NHom => ("n_hom", Whole),
        Field::NHemi => ("n_hemi", Whole),
        Field::NMissing => ("n_missing", MaybeWhole),
        Field::AfLow => ("af_low", MaybeShare),
        Field::AfHigh => ("af_high", MaybeShare),
        Field::Carriers => ("carriers", Whole),
        Field::Noncarriers => ("noncarriers", Whole),
        Field::OddsRatio => ("odds_ratio", MaybeNumber),
        Field::P => ("p", MaybeNumber),
        Field::CarrierOddsRatio => ("carrier_odds_ratio", MaybeNumber),
        Field::CarrierP => ("carrier_p", MaybeNumber),
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
