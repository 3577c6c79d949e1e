//! The typed form of expressions.

use super::ast::{
    CarriedIn, Comparison, GroupAtom, GroupExpr, Impact, InfoTest, Node, Number, Origin,
    SampleExpr, SampleList, Threshold, Transcripts, VariantAtom, VariantExpr, VariantType,
};
use crate::genome::Interval;
#[cfg(doc)]
use crate::model::FileLoader;
use crate::model::Level;
use crate::model::Scope;
use crate::model::Zygosity;
use crate::model::{Attribute, Recorded};
use std::ops::{BitAnd, BitOr, Not};

macro_rules! set_algebra {
    ($name:ident) => {
        impl $name {
            /// What is in both.
            #[must_use]
            pub fn and(self, other: Self) -> Self {
                Self(self.0.and(other.0))
            }

            /// What is in either.
            #[must_use]
            pub fn or(self, other: Self) -> Self {
                Self(self.0.or(other.0))
            }

            /// What is in any of these: nothing where there are none.
            #[must_use]
            pub fn any_of(parts: impl IntoIterator<Item = Self>) -> Self {
                let parts = parts.into_iter().map(|part| part.0);
                Node::any_of(parts).map_or_else(|| Self::all().not(), Self)
            }

            /// All else. The same as the operator `!`.
            #[must_use]
            #[expect(
                clippy::should_implement_trait,
                reason = "implemented, but chains should not need the trait in scope"
            )]
            pub fn not(self) -> Self {
                Self(self.0.not())
            }
        }

        impl BitAnd for $name {
            type Output = Self;

            fn bitand(self, other: Self) -> Self {
                self.and(other)
            }
        }

        impl BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                self.or(other)
            }
        }

        impl Not for $name {
            type Output = Self;

            fn not(self) -> Self {
                Self(self.0.not())
            }
        }
    };
}

set_algebra!(VariantExpr);
set_algebra!(GroupExpr);
set_algebra!(SampleExpr);

impl VariantExpr {
    pub(super) fn atom(kind: VariantAtom) -> Self {
        Self(Node::built(kind))
    }

    /// Every variant.
    pub fn all() -> Self {
        Self::atom(VariantAtom::All)
    }

    /// One allele in any text form: `22:16050075:A:G`, `22-16050075-A-G`, SPDI, HGVS g., VRS id.
    pub fn allele(text: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Allele(text.into()))
    }

    /// A contig, or the variants with this id: what the dataset knows by that name.
    pub fn name(name: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Name(name.into()))
    }

    /// The variants of a stretch of a contig. An end of `i32::MAX` means the end of the contig.
    pub fn region(contig: impl Into<String>, interval: Interval) -> Self {
        Self::atom(VariantAtom::Region {
            contig: contig.into(),
            interval,
        })
    }

    /// The variants of the regions that a BED file lists; the dataset's [`FileLoader`] reads it.
    pub fn regions(file: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Regions(file.into()))
    }

    /// The variants of a type.
    pub fn of_type(kind: VariantType) -> Self {
        Self::atom(VariantAtom::Type(kind))
    }

    /// The variants with this value of FILTER: `PASS`, a filter's name, or `.` for none recorded.
    pub fn filter(name: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Filter(name.into()))
    }

    /// The variants with this id.
    pub fn id(id: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Id(id.into()))
    }

    /// The variants of a gene, by symbol, alias or id: by annotation where the dataset has some, by
    /// position else.
    pub fn gene(name: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Gene(name.into()))
    }

    /// The variants with this consequence, by the name or id of the Sequence Ontology; more special
    /// ones are included.
    pub fn consequence(term: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Consequence(term.into()))
    }

    /// The variants of this impact or a higher one.
    pub fn impact_at_least(impact: Impact) -> Self {
        Self::atom(VariantAtom::Impact {
            comparison: Comparison::GreaterOrEqual,
            impact,
        })
    }

    /// The variants of which REF is this, as the input spells it. `R`, `Y`, `N` and the other letters of IUPAC
    /// stand for any of their bases.
    pub fn reference(bases: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Reference(bases.into()))
    }

    /// The variants of which ALT is this, as the input spells it: bases, as [`Self::reference`] takes them, or the
    /// text of what is none (`<DEL>`); `.` is no ALT.
    pub fn alternate(bases: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Alternate(bases.into()))
    }

    /// The variants that change a protein so: `V600E`, `p.Val600Glu`.
    pub fn protein(change: impl Into<String>) -> Self {
        Self::atom(VariantAtom::Protein(change.into()))
    }

    /// Only what annotation says of these transcripts.
    pub fn transcripts(which: Transcripts) -> Self {
        Self::atom(VariantAtom::Transcripts(which))
    }

    /// An INFO key.
    pub fn info(key: impl Into<String>) -> InfoField {
        InfoField(key.into())
    }

    /// Allele frequency.
    pub fn af() -> NumberField {
        NumberField(Number::Af)
    }

    /// Allele count.
    pub fn ac() -> NumberField {
        NumberField(Number::Ac)
    }

    /// Allele number: called copies.
    pub fn an() -> NumberField {
        NumberField(Number::An)
    }

    /// Number of heterozygous samples.
    pub fn n_het() -> NumberField {
        NumberField(Number::NHet)
    }

    /// Number of homozygous samples.
    pub fn n_hom() -> NumberField {
        NumberField(Number::NHom)
    }

    /// Number of hemizygous samples.
    pub fn n_hemi() -> NumberField {
        NumberField(Number::NHemi)
    }

    /// Number of samples with a missing genotype.
    pub fn n_missing() -> NumberField {
        NumberField(Number::NMissing)
    }

    /// QUAL.
    pub fn qual() -> NumberField {
        NumberField(Number::Qual)
    }

    /// Length of the change in bases.
    pub fn length() -> NumberField {
        NumberField(Number::Length)
    }

    /// POS, from 1.
    pub fn pos() -> NumberField {
        NumberField(Number::Pos)
    }

    /// The first base of REF, from 1: the same as [`Self::pos`].
    pub fn start() -> NumberField {
        NumberField(Number::Start)
    }

    /// The last base that a variant spans, from 1.
    pub fn end() -> NumberField {
        NumberField(Number::End)
    }
}

/// A number of a variant, to be compared: see [`VariantExpr::af`] and its like.
#[derive(Debug, Clone, Copy)]
#[must_use = "compare it to get an expression"]
pub struct NumberField(Number);

impl NumberField {
    /// The same number within a group, as in `af(population:FIN)<0.01`.
    pub fn within(self, group: GroupExpr) -> NumberWithin {
        NumberWithin(self.0, group)
    }

    fn compare(self, comparison: Comparison, value: f64) -> VariantExpr {
        VariantExpr::atom(VariantAtom::Number {
            field: self.0,
            comparison,
            value,
        })
    }

    /// Less than `value`.
    pub fn lt(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::Less, value.into())
    }

    /// At most `value`.
    pub fn le(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::LessOrEqual, value.into())
    }

    /// Greater than `value`.
    pub fn gt(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::Greater, value.into())
    }

    /// At least `value`.
    pub fn ge(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::GreaterOrEqual, value.into())
    }

    /// Exactly `value`.
    pub fn eq(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::Equal, value.into())
    }

    /// Anything but `value`.
    pub fn ne(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::NotEqual, value.into())
    }
}

/// A number of a variant within a group, to be compared: see [`NumberField::within`].
#[derive(Debug, Clone)]
#[must_use = "compare it to get an expression"]
pub struct NumberWithin(Number, GroupExpr);

impl NumberWithin {
    fn compare(self, comparison: Comparison, value: f64) -> VariantExpr {
        VariantExpr::atom(VariantAtom::NumberIn {
            field: self.0,
            of: Box::new(self.1),
            comparison,
            value,
        })
    }

    /// Less than `value`.
    pub fn lt(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::Less, value.into())
    }

    /// At most `value`.
    pub fn le(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::LessOrEqual, value.into())
    }

    /// Greater than `value`.
    pub fn gt(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::Greater, value.into())
    }

    /// At least `value`.
    pub fn ge(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::GreaterOrEqual, value.into())
    }
}

/// An INFO key of a variant, to be tested: see [`VariantExpr::info`].
#[derive(Debug, Clone)]
#[must_use = "test it to get an expression"]
pub struct InfoField(String);

impl InfoField {
    fn test(self, test: InfoTest) -> VariantExpr {
        VariantExpr::atom(VariantAtom::Info { key: self.0, test })
    }

    fn compare(self, comparison: Comparison, value: f64) -> VariantExpr {
        self.test(InfoTest::Number { comparison, value })
    }

    /// The key is there: what can be asked of a flag.
    pub fn present(self) -> VariantExpr {
        self.test(InfoTest::Present)
    }

    /// Less than `value`.
    pub fn lt(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::Less, value.into())
    }

    /// At most `value`.
    pub fn le(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::LessOrEqual, value.into())
    }

    /// Greater than `value`.
    pub fn gt(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::Greater, value.into())
    }

    /// At least `value`.
    pub fn ge(self, value: impl Into<f64>) -> VariantExpr {
        self.compare(Comparison::GreaterOrEqual, value.into())
    }

    /// Exactly this number or text.
    pub fn eq(self, value: impl Into<InfoValue>) -> VariantExpr {
        match value.into() {
            InfoValue::Number(value) => self.compare(Comparison::Equal, value),
            InfoValue::Text(value) => self.test(InfoTest::Text { equal: true, value }),
        }
    }

    /// Anything but this number or text.
    pub fn ne(self, value: impl Into<InfoValue>) -> VariantExpr {
        match value.into() {
            InfoValue::Number(value) => self.compare(Comparison::NotEqual, value),
            InfoValue::Text(value) => self.test(InfoTest::Text {
                equal: false,
                value,
            }),
        }
    }
}

/// What an INFO key can be equal to.
#[derive(Debug, Clone, PartialEq)]
pub enum InfoValue {
    /// A number, for keys of type Integer and Float.
    Number(f64),
    /// Text, for keys of type String and Character.
    Text(String),
}

impl From<f64> for InfoValue {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<i32> for InfoValue {
    fn from(value: i32) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for InfoValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for InfoValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl GroupExpr {
    fn atom(kind: GroupAtom) -> Self {
        Self(Node::built(kind))
    }

    /// Everybody.
    pub fn all() -> Self {
        Self::atom(GroupAtom::All)
    }

    /// The samples of these ids.
    pub fn samples<I>(ids: I) -> Self
    where
        I: IntoIterator<Item: Into<String>>,
    {
        let ids = ids.into_iter().map(Into::into).collect();
        Self::atom(GroupAtom::Samples(SampleList::Names(ids)))
    }

    /// The samples of the ids that a file lists, one on each line; the dataset's [`FileLoader`] reads it.
    pub fn samples_file(file: impl Into<String>) -> Self {
        Self::atom(GroupAtom::Samples(SampleList::File(file.into())))
    }

    /// The individuals of these ids.
    pub fn individuals<I>(ids: I) -> Self
    where
        I: IntoIterator<Item: Into<String>>,
    {
        let ids = ids.into_iter().map(Into::into).collect();
        Self::atom(GroupAtom::Individuals(SampleList::Names(ids)))
    }

    /// The individuals of the ids that a file lists, one on each line; the dataset's [`FileLoader`]
    /// reads it.
    pub fn individuals_file(file: impl Into<String>) -> Self {
        Self::atom(GroupAtom::Individuals(SampleList::File(file.into())))
    }

    /// Of whom a term (a CURIE, a label or a synonym), or a more special one, is recorded.
    pub fn term(term: impl Into<String>) -> Self {
        Self::recorded(None, term.into(), Recorded::Present)
    }

    /// Of whom a term, or a more special one, is recorded as this.
    pub fn term_as(scope: Scope, term: impl Into<String>) -> Self {
        Self::recorded(Some(scope), term.into(), Recorded::Present)
    }

    /// Of whom the term itself is recorded.
    pub fn exactly(term: impl Into<String>) -> Self {
        Self::recorded(None, term.into(), Recorded::Exactly)
    }

    /// Of whom a term, or a more general one, is recorded as absent.
    pub fn excluded(term: impl Into<String>) -> Self {
        Self::recorded(None, term.into(), Recorded::Excluded)
    }

    fn recorded(scope: Option<Scope>, term: String, recorded: Recorded) -> Self {
        Self::atom(GroupAtom::Term {
            scope,
            term,
            recorded,
        })
    }

    /// People with phenotypes similar to a profile: phenotypes, or diseases and what is known of them.
    pub fn similar<I>(profile: I, level: Level) -> Self
    where
        I: IntoIterator<Item: Into<String>>,
    {
        Self::atom(GroupAtom::Similar {
            profile: profile.into_iter().map(Into::into).collect(),
            threshold: Threshold::Level(level),
            measure: None,
        })
    }

    /// Of whom an attribute has this value.
    pub fn attribute(attribute: Attribute, value: impl Into<String>) -> Self {
        Self::atom(GroupAtom::Attribute {
            attribute,
            value: value.into(),
        })
    }

    /// Who carries any of these variants.
    pub fn carriers(variants: VariantExpr) -> Self {
        Self::carriers_with(variants, CarrierOptions::default())
    }

    /// Who carries these variants in a certain way.
    ///
    /// ```
    /// use varidex::{CarrierOptions, VariantExpr, GroupExpr, Zygosity};
    /// let hom_twice = CarrierOptions::default().zygosity(Zygosity::Hom).at_least(2);
    /// let who = GroupExpr::carriers_with(VariantExpr::name("22"), hom_twice);
    /// assert_eq!(who.to_string(), "carriers(22, hom, at_least: 2)");
    /// ```
    pub fn carriers_with(variants: VariantExpr, options: CarrierOptions) -> Self {
        Self::atom(GroupAtom::Carriers {
            of: variants,
            zygosity: options.zygosity,
            at_least: options.at_least,
            compound: options.compound,
            origin: options.origin,
            samples: options.samples,
        })
    }

    /// Who has a sample here.
    pub fn genotyped() -> Self {
        Self::atom(GroupAtom::Genotyped)
    }

    /// Of whom the genotype at each of these variants is fully known.
    pub fn called(variants: VariantExpr) -> Self {
        Self::atom(GroupAtom::Called(variants))
    }

    /// The same, who carry none of these variants.
    pub fn noncarriers(variants: VariantExpr) -> Self {
        Self::atom(GroupAtom::Noncarriers(variants))
    }
}

/// In what way people carry variants: see [`GroupExpr::carriers_with`].
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct CarrierOptions {
    zygosity: Option<Zygosity>,
    at_least: u32,
    compound: bool,
    origin: Option<Origin>,
    samples: CarriedIn,
}

impl Default for CarrierOptions {
    fn default() -> Self {
        Self {
            zygosity: None,
            at_least: 1,
            compound: false,
            origin: None,
            samples: CarriedIn::default(),
        }
    }
}

impl CarrierOptions {
    /// Count only variants carried in this zygosity.
    pub fn zygosity(mut self, zygosity: Zygosity) -> Self {
        self.zygosity = Some(zygosity);
        self
    }

    /// Ask for this many variants or more, not for one.
    pub fn at_least(mut self, variants: u32) -> Self {
        self.at_least = variants;
        self
    }

    /// Ask for two variants in one gene, one on each copy as far as is known. Takes no other option.
    pub fn compound(mut self) -> Self {
        self.compound = true;
        self
    }

    /// Ask for variants that came from there, by the genotypes of both parents.
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Ask for variants that one of these samples of the person carries. Takes neither compound nor origin.
    pub fn in_samples(mut self, of: SampleExpr) -> Self {
        self.samples.inside = Some(of);
        self
    }

    /// Ask for variants that none of these samples of the person carries, and at which one of them is called. Takes
    /// neither compound nor origin.
    pub fn not_in_samples(mut self, of: SampleExpr) -> Self {
        self.samples.not_in = Some(of);
        self
    }
}
