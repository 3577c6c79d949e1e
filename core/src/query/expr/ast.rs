//! The syntax tree of both kinds of expression.

use crate::genome::Interval;
use crate::model::{Age, Attribute, Recorded, Scope, Zygosity};
use crate::model::{Level, Measure};
use std::ops::Range;

/// Which variants: an expression over variants, parsed from text or built.
///
/// ```
/// use varidex::VariantExpr;
/// let text: VariantExpr = "af<0.01 & (type:snv | type:del)".parse()?;
/// let built = VariantExpr::af().lt(0.01).and(
///     VariantExpr::of_type(varidex::VariantType::Snv).or(VariantExpr::of_type(varidex::VariantType::Del)),
/// );
/// assert_eq!(text, built);
/// assert_eq!(built.to_string(), "af<0.01 & (type:snv | type:del)");
/// # Ok::<(), varidex::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct VariantExpr(pub(crate) Node<VariantAtom>);

/// Which people: an expression over people, parsed from text or built.
///
/// The people that it picks are a group; this is the question, not the answer.
///
/// ```
/// use varidex::{VariantExpr, GroupExpr};
/// let text: GroupExpr = "carriers(22:16050075:A:G) & !samples(HG00096)".parse()?;
/// let built = GroupExpr::carriers(VariantExpr::allele("22:16050075:A:G")).and(GroupExpr::samples(["HG00096"]).not());
/// assert_eq!(text, built);
/// # Ok::<(), varidex::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GroupExpr(pub(crate) Node<GroupAtom>);

/// Set algebra over atoms of one kind. `And` and `Or` have at least two parts, none of their own
/// kind, and `Not` never holds a `Not`: see the constructors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<K> {
    Atom(Atom<K>),
    Not(Box<Node<K>>),
    And(Vec<Node<K>>),
    Or(Vec<Node<K>>),
}

impl<K> Node<K> {
    /// An atom that stands in no text.
    pub(in crate::query) fn built(kind: K) -> Self {
        Self::Atom(Atom { kind, at: 0..0 })
    }

    pub(super) fn and(self, other: Self) -> Self {
        let mut parts = match self {
            Self::And(parts) => parts,
            node => vec![node],
        };
        match other {
            Self::And(more) => parts.extend(more),
            node => parts.push(node),
        }
        Self::And(parts)
    }

    pub(super) fn or(self, other: Self) -> Self {
        let mut parts = match self {
            Self::Or(parts) => parts,
            node => vec![node],
        };
        match other {
            Self::Or(more) => parts.extend(more),
            node => parts.push(node),
        }
        Self::Or(parts)
    }

    /// What is in any of these; `None` where there are none.
    pub(super) fn any_of(nodes: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut parts = Vec::new();
        for node in nodes {
            match node {
                Self::Or(more) => parts.extend(more),
                node => parts.push(node),
            }
        }
        match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(Self::Or(parts)),
        }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Not(node) => *node,
            node => Self::Not(Box::new(node)),
        }
    }
}

/// An atom and where it stands in the text it was parsed from (`0..0` where it was built), for
/// errors that are found only when names are looked up. Equality is that of the meaning.
#[derive(Debug, Clone)]
pub(crate) struct Atom<K> {
    pub(crate) kind: K,
    pub(crate) at: Range<usize>,
}

impl<K: PartialEq> PartialEq for Atom<K> {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What picks variants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum VariantAtom {
    All,
    /// One allele, in any text form, as given.
    Allele(String),
    /// A contig or a variant's id: the dataset decides.
    Name(String),
    /// `end` is `i32::MAX` where the region has no end.
    Region {
        contig: String,
        interval: Interval,
    },
    /// Variants that begin in one of these regions, or lie wholly in them.
    Placed {
        how: Placing,
        of: RegionList,
    },
    /// The alleles, ids or genes that a file lists, by its name, for the dataset's loader.
    Alleles(String),
    Ids(String),
    Genes(String),
    /// The regions of a BED file, by its name, for the dataset's loader.
    Regions(String),
    Type(VariantType),
    Number {
        field: Number,
        comparison: Comparison,
        value: f64,
    },
    Info {
        key: String,
        test: InfoTest,
    },
    /// REF as it stands, ambiguous bases in the pattern; the same of ALT, where `.` is none.
    Reference(String),
    Alternate(String),
    /// A value of FILTER; `.` is no filter recorded.
    Filter(String),
    Id(String),
    /// A gene by symbol, alias or id.
    Gene(String),
    /// A consequence by its Sequence Ontology name or id; more special ones are included.
    Consequence(String),
    Impact {
        comparison: Comparison,
        impact: Impact,
    },
    /// A change of a protein: `V600E`, `p.Val600Glu`.
    Protein(String),
    /// Only what is said of these transcripts.
    Transcripts(Transcripts),
    /// A count or frequency within a group.
    NumberIn {
        field: Number,
        of: Box<GroupExpr>,
        comparison: Comparison,
        value: f64,
    },
}

/// How a variant stands to regions, where touching them is not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placing {
    /// Its position is in one of them.
    Begins,
    /// All that it spans is.
    Within,
}

/// The argument of `begins(…)` and `within(…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RegionList {
    Regions(Vec<Stretch>),
    /// A BED file by its name, for the dataset's loader.
    File(String),
}

/// A stretch of a contig, by the contig's name; `end` is `i32::MAX` where it has no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) contig: String,
    pub(crate) interval: Interval,
}

/// How much a consequence is expected to change, as VEP and SnpEff grade it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Outside of what is translated or spliced.
    Modifier,
    /// Unlikely to change the protein's behaviour.
    Low,
    /// May change the protein's effectiveness.
    Moderate,
    /// Loss of function is likely.
    High,
}

impl Impact {
    pub(crate) const NAMES: [(&'static str, Self); 4] = [
        ("high", Self::High),
        ("low", Self::Low),
        ("moderate", Self::Moderate),
        ("modifier", Self::Modifier),
    ];

    /// The name that expressions use.
    pub fn name(self) -> &'static str {
        name_of(&Self::NAMES, &self)
    }
}

/// Transcripts that stand for their gene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transcripts {
    /// The canonical transcript of the annotation.
    Canonical,
    /// MANE Select or MANE Plus Clinical.
    Mane,
}

impl Transcripts {
    pub(crate) const NAMES: [(&'static str, Self); 2] =
        [("canonical", Self::Canonical), ("mane", Self::Mane)];
}

/// A number that every row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    Af,
    Ac,
    An,
    NHet,
    NHom,
    NHemi,
    NMissing,
    Qual,
    Length,
    /// POS, from 1.
    Pos,
    /// The first base of REF, from 1.
    Start,
    /// The last base that the variant spans, from 1.
    End,
}

impl Number {
    /// Whether it is counted in people, so that it differs between groups.
    pub(in crate::query) fn is_counted(self) -> bool {
        match self {
            Self::Af | Self::Ac | Self::An => true,
            Self::NHet | Self::NHom | Self::NHemi | Self::NMissing => true,
            Self::Qual | Self::Length | Self::Pos | Self::Start | Self::End => false,
        }
    }

    pub(super) const NAMES: [(&'static str, Self); 12] = [
        ("ac", Self::Ac),
        ("af", Self::Af),
        ("an", Self::An),
        ("end", Self::End),
        ("length", Self::Length),
        ("n_hemi", Self::NHemi),
        ("n_het", Self::NHet),
        ("n_hom", Self::NHom),
        ("n_missing", Self::NMissing),
        ("pos", Self::Pos),
        ("qual", Self::Qual),
        ("start", Self::Start),
    ];
}

/// What is asked of an INFO key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum InfoTest {
    /// The key is there: all that can be asked of a flag.
    Present,
    Number {
        comparison: Comparison,
        value: f64,
    },
    /// Text is equal or not; it has no order.
    Text {
        equal: bool,
        value: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Comparison {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "=",
            Self::NotEqual => "!=",
        }
    }

    /// Whether `left` stands in this relation to `right`; a NaN is only unequal.
    pub(crate) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
        }
    }
}

/// The type of a variant, by the shape of its alleles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VariantType {
    /// One base for another.
    Snv,
    /// Several bases for as many others.
    Mnv,
    /// Bases put in, or `<INS>`.
    Ins,
    /// Bases taken out, or `<DEL>`.
    Del,
    /// Bases replaced by another number of bases.
    Delins,
    /// `ins`, `del` or `delins`.
    Indel,
    /// `<DUP>`.
    Dup,
    /// `<INV>`.
    Inv,
    /// `<CNV>`.
    Cnv,
    /// A breakend.
    Bnd,
    /// Any other ALT.
    Other,
}

impl VariantType {
    pub(super) const NAMES: [(&'static str, Self); 11] = [
        ("bnd", Self::Bnd),
        ("cnv", Self::Cnv),
        ("del", Self::Del),
        ("delins", Self::Delins),
        ("dup", Self::Dup),
        ("indel", Self::Indel),
        ("ins", Self::Ins),
        ("inv", Self::Inv),
        ("mnv", Self::Mnv),
        ("other", Self::Other),
        ("snv", Self::Snv),
    ];
}

/// What picks people.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum GroupAtom {
    All,
    Samples(SampleList),
    Individuals(SampleList),
    /// Those who carry at least `at_least` of the variants, each in this zygosity.
    Carriers {
        of: VariantExpr,
        zygosity: Option<Zygosity>,
        at_least: u32,
        /// Two of the variants in one gene, one on each copy as far as is known.
        compound: bool,
        /// From whom the variants come, by the parents' genotypes.
        origin: Option<Origin>,
        /// In which samples of a person.
        samples: CarriedIn,
    },
    /// Who has a sample.
    Genotyped,
    /// Who has a sample of which the policy of quality holds.
    Proof,
    /// Of whom the genotype at each of the variants is fully known.
    Called(VariantExpr),
    /// The same, where none of the variants is carried.
    Noncarriers(VariantExpr),
    /// By a free attribute.
    Free(AttributeTest),
    /// Who has such a sample.
    Sample(SampleExpr),
    /// Of whom a term is recorded.
    Term {
        /// Where it is recorded; anywhere if `None`.
        scope: Option<Scope>,
        /// A CURIE, a label or a synonym.
        term: String,
        recorded: Recorded,
    },
    /// People with recorded phenotypes like a profile: terms, or a disease and what is known of it.
    Similar {
        profile: Vec<String>,
        threshold: Threshold,
        /// simGIC if `None`.
        measure: Option<Measure>,
    },
    Attribute {
        attribute: Attribute,
        value: String,
    },
    /// Age when last observed.
    Age {
        comparison: Comparison,
        age: Age,
    },
    /// Age at which a record of the term began.
    Onset {
        scope: Option<Scope>,
        term: String,
        comparison: Comparison,
        age: Age,
    },
    /// A record of the term with this severity.
    Severity {
        scope: Option<Scope>,
        term: String,
        severity: String,
    },
    /// A value of a measurement.
    Measurement {
        assay: String,
        /// Only values in this unit, by its CURIE, label or UCUM code.
        unit: Option<String>,
        comparison: Comparison,
        value: f64,
    },
}

/// Which samples: an expression over what is known of samples, for
/// [`GroupExpr::sample`](crate::GroupExpr::sample) and
/// [`CarrierOptions::in_samples`](crate::CarrierOptions::in_samples).
///
/// ```
/// use varidex::{AttributeField, GroupExpr, SampleExpr};
/// let late = SampleExpr::attribute("time").ge("2024-01-01");
/// let built = GroupExpr::sample(SampleExpr::attribute("origin").eq("somatic").and(late));
/// assert_eq!(built, "sample(origin:somatic & time>=2024-01-01)".parse::<GroupExpr>()?);
/// # let _: AttributeField<SampleExpr> = SampleExpr::attribute("time");
/// # Ok::<(), varidex::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SampleExpr(pub(crate) Node<SampleAtom>);

/// What picks samples.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SampleAtom {
    All,
    Attribute(AttributeTest),
}

/// What is asked of an attribute. What its values are is known to the dataset alone: so the text that they are
/// compared with is kept as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttributeTest {
    pub(crate) name: String,
    /// `None` asks whether there is a value.
    pub(crate) test: Option<(Comparison, String)>,
}

/// In which samples variants are carried.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct CarriedIn {
    /// In these alone; in any where `None`.
    pub(crate) inside: Option<SampleExpr>,
    /// And in none of these of the same person, one of which is called.
    pub(crate) not_in: Option<SampleExpr>,
}

/// How similar is similar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Threshold {
    /// One of three published levels, each within the next: high, medium, low.
    Level(Level),
    /// A score of the measure, this or more.
    Score(f64),
}

/// From whom a child has a variant, by the genotypes of both parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Both parents are called and carry none.
    DeNovo,
    /// A parent carries it.
    Inherited,
    /// The mother carries it, the father is called and does not.
    Maternal,
    /// The father carries it, the mother is called and does not.
    Paternal,
}

impl Origin {
    pub(crate) const NAMES: [(&'static str, Self); 4] = [
        ("de_novo", Self::DeNovo),
        ("inherited", Self::Inherited),
        ("maternal", Self::Maternal),
        ("paternal", Self::Paternal),
    ];
}

impl GroupAtom {
    /// `cohort:NAME`.
    pub(in crate::query) fn of_cohort(name: &str) -> Self {
        Self::Attribute {
            attribute: Attribute::Cohort,
            value: name.to_owned(),
        }
    }

    /// The name behind `cohort:`; `None` of everything else.
    pub(in crate::query) fn as_cohort(&self) -> Option<&str> {
        match self {
            Self::Attribute {
                attribute: Attribute::Cohort,
                value,
            } => Some(value),
            _ => None,
        }
    }
}

/// The argument of `samples(…)` and `individuals(…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SampleList {
    Names(Vec<String>),
    /// A file by its name, for the dataset's loader: one id per line.
    File(String),
}

/// The value of a name in a table of names, whatever its case.
pub(super) fn named<T: Copy>(table: &[(&'static str, T)], name: &str) -> Option<T> {
    table
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|&(_, value)| value)
}

/// The name of a value in a table of names.
pub(super) fn name_of<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> &'static str {
    table
        .iter()
        .find(|(_, known)| known == value)
        .map_or("", |&(name, _)| name)
}
