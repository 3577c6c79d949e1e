//! The table of atoms: for each its name, how that stands in text, and what its value is. Text, JSON, what is
//! printed and the candidates of errors follow from it; only what no row can say is read and written apart.

use super::ast::{
    Comparison, GroupAtom, Impact, Number, Placing, SampleAtom, Transcripts, VariantAtom,
    VariantType, name_of, named,
};
use crate::model::{Attribute, Recorded, Scope, attribute_named};

/// How the name of an atom stands in text; in JSON it is the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Not at all, or as a word of its own.
    Word,
    /// `name:value`.
    Field,
    /// The same, printed in quotes always.
    QuotedField,
    /// `name(…)`.
    Function,
    /// `name<value`.
    Number,
}

/// What stands behind the name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    /// Nothing; in JSON `true`.
    Nothing,
    /// A string.
    Text,
    /// One of these strings.
    Choice(fn() -> Vec<&'static str>),
    /// The name of a file.
    File,
    /// What is read and written apart.
    Own,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<K> {
    pub(super) name: &'static str,
    pub(super) written: Written,
    pub(super) content: Content,
    pub(super) kind: K,
}

impl<K> Entry<K> {
    const fn new(name: &'static str, written: Written, content: Content, kind: K) -> Self {
        Self {
            name,
            written,
            content,
            kind,
        }
    }

    pub(super) fn is_field(&self) -> bool {
        matches!(self.written, Written::Field | Written::QuotedField)
    }

    pub(super) fn is_function(&self) -> bool {
        self.written == Written::Function
    }
}

/// A kind of atom that stands in the table.
pub(super) trait Listed: Sized {
    type Kind: Copy + PartialEq;

    /// All rows.
    fn table() -> impl Iterator<Item = Entry<Self::Kind>> + Clone;

    fn kind(&self) -> Self::Kind;

    /// The atom of a kind by its text, where [`Content::Text`], a choice or a file is its value; `None` where
    /// it is none of the choices.
    fn of_text(kind: Self::Kind, text: String) -> Option<Self>;

    /// That text.
    fn text(&self) -> Option<&str>;

    /// The values of a field that takes no others.
    fn values(field: &Entry<Self::Kind>) -> Vec<&'static str> {
        match field.content {
            Content::Choice(names) => names(),
            _ => Vec::new(),
        }
    }

    /// The row of an atom.
    fn entry(&self) -> Option<Entry<Self::Kind>> {
        let kind = self.kind();
        Self::table().find(|entry| entry.kind == kind)
    }
}

/// The row of a name in text, which has any case, among those of a form.
pub(super) fn in_text<A: Listed>(
    name: &str,
    of: impl Fn(&Entry<A::Kind>) -> bool,
) -> Option<Entry<A::Kind>> {
    A::table().find(|entry| of(entry) && entry.name.eq_ignore_ascii_case(name))
}

/// The names of a form.
pub(super) fn names_of<A: Listed>(
    of: impl Fn(&Entry<A::Kind>) -> bool,
) -> impl Iterator<Item = &'static str> {
    A::table()
        .filter(move |entry| of(entry))
        .map(|entry| entry.name)
}

fn names<T>(table: &[(&'static str, T)]) -> Vec<&'static str> {
    table.iter().map(|(name, _)| *name).collect()
}

/// What picks variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VariantKind {
    All,
    Allele,
    Alleles,
    Alternate,
    Begins,
    Consequence,
    Filter,
    Gene,
    Genes,
    Id,
    Ids,
    Impact,
    Info,
    Name,
    Protein,
    Reference,
    Region,
    Regions,
    Transcripts,
    Type,
    Within,
    Number(Number),
}

static VARIANTS: [Entry<VariantKind>; 21] = {
    use Content::{Choice, File, Nothing, Own, Text};
    use Written::{Field, Function, QuotedField, Word};
    [
        Entry::new("all", Word, Nothing, VariantKind::All),
        Entry::new("allele", Function, Text, VariantKind::Allele),
        Entry::new("alleles", Function, File, VariantKind::Alleles),
        Entry::new("alt", Field, Text, VariantKind::Alternate),
        Entry::new("begins", Function, Own, VariantKind::Begins),
        Entry::new("consequence", Field, Text, VariantKind::Consequence),
        Entry::new("filter", Field, Text, VariantKind::Filter),
        Entry::new("gene", Field, Text, VariantKind::Gene),
        Entry::new("genes", Function, File, VariantKind::Genes),
        Entry::new("id", QuotedField, Text, VariantKind::Id),
        Entry::new("ids", Function, File, VariantKind::Ids),
        // compared as well: with a colon it is this one
        Entry::new("impact", Field, Own, VariantKind::Impact),
        Entry::new("info", Word, Own, VariantKind::Info),
        Entry::new("name", Word, Text, VariantKind::Name),
        Entry::new("protein", Field, Text, VariantKind::Protein),
        Entry::new("ref", Field, Text, VariantKind::Reference),
        Entry::new("region", Function, Own, VariantKind::Region),
        Entry::new("regions", Function, File, VariantKind::Regions),
        Entry::new(
            "transcripts",
            Word,
            Choice(|| names(&Transcripts::NAMES)),
            VariantKind::Transcripts,
        ),
        Entry::new(
            "type",
            Field,
            Choice(|| names(&VariantType::NAMES)),
            VariantKind::Type,
        ),
        Entry::new("within", Function, Own, VariantKind::Within),
    ]
};

impl Listed for VariantAtom {
    type Kind = VariantKind;

    fn table() -> impl Iterator<Item = Entry<VariantKind>> + Clone {
        let number = |(name, field)| {
            Entry::new(
                name,
                Written::Number,
                Content::Own,
                VariantKind::Number(field),
            )
        };
        let numbers = Number::NAMES.iter().copied().map(number);
        VARIANTS.iter().copied().chain(numbers)
    }

    fn kind(&self) -> VariantKind {
        match self {
            Self::All => VariantKind::All,
            Self::Allele(_) => VariantKind::Allele,
            Self::Alleles(_) => VariantKind::Alleles,
            Self::Alternate(_) => VariantKind::Alternate,
            Self::Genes(_) => VariantKind::Genes,
            Self::Ids(_) => VariantKind::Ids,
            Self::Consequence(_) => VariantKind::Consequence,
            Self::Filter(_) => VariantKind::Filter,
            Self::Gene(_) => VariantKind::Gene,
            Self::Id(_) => VariantKind::Id,
            Self::Impact { .. } => VariantKind::Impact,
            Self::Info { .. } => VariantKind::Info,
            Self::Name(_) => VariantKind::Name,
            Self::Placed { how, .. } => match how {
                Placing::Begins => VariantKind::Begins,
                Placing::Within => VariantKind::Within,
            },
            Self::Protein(_) => VariantKind::Protein,
            Self::Reference(_) => VariantKind::Reference,
            Self::Region { .. } => VariantKind::Region,
            Self::Regions(_) => VariantKind::Regions,
            Self::Transcripts(_) => VariantKind::Transcripts,
            Self::Type(_) => VariantKind::Type,
            Self::Number { field, .. } | Self::NumberIn { field, .. } => {
                VariantKind::Number(*field)
            }
        }
    }

    fn of_text(kind: VariantKind, text: String) -> Option<Self> {
        Some(match kind {
            VariantKind::Allele => Self::Allele(text),
            VariantKind::Alleles => Self::Alleles(text),
            VariantKind::Alternate => Self::Alternate(text),
            VariantKind::Genes => Self::Genes(text),
            VariantKind::Ids => Self::Ids(text),
            VariantKind::Consequence => Self::Consequence(text),
            VariantKind::Filter => Self::Filter(text),
            VariantKind::Gene => Self::Gene(text),
            VariantKind::Impact => Self::Impact {
                comparison: Comparison::Equal,
                impact: named(&Impact::NAMES, &text)?,
            },
            VariantKind::Id => Self::Id(text),
            VariantKind::Name => Self::Name(text),
            VariantKind::Protein => Self::Protein(text),
            VariantKind::Reference => Self::Reference(text),
            VariantKind::Regions => Self::Regions(text),
            VariantKind::Transcripts => Self::Transcripts(named(&Transcripts::NAMES, &text)?),
            VariantKind::Type => Self::Type(named(&VariantType::NAMES, &text)?),
            VariantKind::All
            | VariantKind::Begins
            | VariantKind::Info
            | VariantKind::Region
            | VariantKind::Within
            | VariantKind::Number(_) => return None,
        })
    }

    fn values(field: &Entry<VariantKind>) -> Vec<&'static str> {
        match (field.kind, field.content) {
            (VariantKind::Impact, _) => names(&Impact::NAMES),
            (_, Content::Choice(names)) => names(),
            _ => Vec::new(),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Allele(text)
            | Self::Alleles(text)
            | Self::Alternate(text)
            | Self::Consequence(text)
            | Self::Filter(text)
            | Self::Gene(text)
            | Self::Genes(text)
            | Self::Id(text)
            | Self::Ids(text)
            | Self::Name(text)
            | Self::Protein(text)
            | Self::Reference(text)
            | Self::Regions(text) => Some(text),
            Self::Transcripts(which) => Some(name_of(&Transcripts::NAMES, which)),
            Self::Type(kind) => Some(name_of(&VariantType::NAMES, kind)),
            _ => None,
        }
    }
}

/// What picks people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupKind {
    Age,
    All,
    Called,
    Carriers,
    Free,
    Genotyped,
    Noncarriers,
    Proof,
    Sample,
    /// A term that is recorded, wherever that is; or in a scope.
    Term(Option<Scope>),
    Exactly,
    Excluded,
    Individuals,
    Measurement,
    Onset,
    Samples,
    Severity,
    Similar,
    Attribute(Attribute),
}

static GROUPS: [Entry<GroupKind>; 18] = {
    use Content::{Nothing, Own, Text};
    use Written::{Function, Number, Word};
    [
        Entry::new("age", Number, Own, GroupKind::Age),
        Entry::new("all", Word, Nothing, GroupKind::All),
        Entry::new("attribute", Word, Own, GroupKind::Free),
        Entry::new("called", Function, Own, GroupKind::Called),
        Entry::new("carriers", Function, Own, GroupKind::Carriers),
        Entry::new("exactly", Function, Own, GroupKind::Exactly),
        Entry::new("excluded", Function, Own, GroupKind::Excluded),
        Entry::new("genotyped", Word, Nothing, GroupKind::Genotyped),
        Entry::new("individuals", Function, Own, GroupKind::Individuals),
        Entry::new("measurement", Function, Own, GroupKind::Measurement),
        Entry::new("noncarriers", Function, Own, GroupKind::Noncarriers),
        Entry::new("onset", Function, Own, GroupKind::Onset),
        Entry::new("proof", Word, Nothing, GroupKind::Proof),
        Entry::new("sample", Function, Own, GroupKind::Sample),
        Entry::new("samples", Function, Own, GroupKind::Samples),
        Entry::new("severity", Function, Own, GroupKind::Severity),
        Entry::new("similar", Function, Own, GroupKind::Similar),
        Entry::new("term", Word, Text, GroupKind::Term(None)),
    ]
};

/// An attribute, and its values where it takes no others.
fn attribute((name, attribute): (&'static str, Attribute)) -> Entry<GroupKind> {
    let content = match attribute {
        Attribute::Sex => Content::Choice(|| vec!["female", "male", "other", "unknown"]),
        Attribute::Affected => Content::Choice(|| vec!["no", "yes"]),
        _ => Content::Text,
    };
    Entry::new(
        name,
        Written::Field,
        content,
        GroupKind::Attribute(attribute),
    )
}

fn scope((name, scope): (&'static str, Scope)) -> Entry<GroupKind> {
    let kind = GroupKind::Term(Some(scope));
    Entry::new(name, Written::Field, Content::Text, kind)
}

impl Listed for GroupAtom {
    type Kind = GroupKind;

    fn table() -> impl Iterator<Item = Entry<GroupKind>> + Clone {
        let attributes = Attribute::NAMES.iter().copied().map(attribute);
        let scopes = Scope::NAMES.iter().copied().map(scope);
        GROUPS.iter().copied().chain(attributes).chain(scopes)
    }

    fn kind(&self) -> GroupKind {
        match self {
            Self::Age { .. } => GroupKind::Age,
            Self::All => GroupKind::All,
            Self::Called(_) => GroupKind::Called,
            Self::Carriers { .. } => GroupKind::Carriers,
            Self::Free(_) => GroupKind::Free,
            Self::Genotyped => GroupKind::Genotyped,
            Self::Noncarriers(_) => GroupKind::Noncarriers,
            Self::Proof => GroupKind::Proof,
            Self::Sample(_) => GroupKind::Sample,
            Self::Term {
                scope, recorded, ..
            } => match recorded {
                Recorded::Present => GroupKind::Term(*scope),
                Recorded::Exactly => GroupKind::Exactly,
                Recorded::Excluded => GroupKind::Excluded,
            },
            Self::Individuals(_) => GroupKind::Individuals,
            Self::Measurement { .. } => GroupKind::Measurement,
            Self::Onset { .. } => GroupKind::Onset,
            Self::Samples(_) => GroupKind::Samples,
            Self::Severity { .. } => GroupKind::Severity,
            Self::Similar { .. } => GroupKind::Similar,
            Self::Attribute { attribute, .. } => GroupKind::Attribute(*attribute),
        }
    }

    fn of_text(kind: GroupKind, text: String) -> Option<Self> {
        match kind {
            GroupKind::Term(scope) => Some(Self::Term {
                scope,
                term: text,
                recorded: Recorded::Present,
            }),
            GroupKind::Attribute(attribute) => {
                let value = match closed_values(attribute) {
                    None => text,
                    Some(known) => {
                        let mut known = known.into_iter();
                        known
                            .find(|known| known.eq_ignore_ascii_case(&text))?
                            .to_owned()
                    }
                };
                Some(Self::Attribute { attribute, value })
            }
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Term {
                term,
                recorded: Recorded::Present,
                ..
            } => Some(term),
            Self::Attribute { value, .. } => Some(value),
            _ => None,
        }
    }
}

/// What picks samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SampleKind {
    All,
    Attribute,
}

impl Listed for SampleAtom {
    type Kind = SampleKind;

    fn table() -> impl Iterator<Item = Entry<SampleKind>> + Clone {
        [
            Entry::new("all", Written::Word, Content::Nothing, SampleKind::All),
            Entry::new(
                "attribute",
                Written::Word,
                Content::Own,
                SampleKind::Attribute,
            ),
        ]
        .into_iter()
    }

    fn kind(&self) -> SampleKind {
        match self {
            Self::All => SampleKind::All,
            Self::Attribute(_) => SampleKind::Attribute,
        }
    }

    fn of_text(_: SampleKind, _: String) -> Option<Self> {
        None
    }

    fn text(&self) -> Option<&str> {
        None
    }
}

/// The values of an attribute that takes no others.
fn closed_values(of: Attribute) -> Option<Vec<&'static str>> {
    match attribute((of.name(), of)).content {
        Content::Choice(values) => Some(values()),
        _ => None,
    }
}

/// Whether a name is one of people that stands before a colon or a comparison.
pub(super) fn is_group_field(name: &str) -> bool {
    let compared = |entry: &Entry<GroupKind>| entry.is_field() || entry.written == Written::Number;
    attribute_named(name).is_some() || in_text::<GroupAtom>(name, compared).is_some()
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
        || in_text::<VariantAtom>(prefix, Entry::is_field).is_some()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;
    use std::fmt::Display;

    /// An atom of each row of which text is all, made, described, and found again by its name.
    fn rows_describe_atoms<A: Listed + Display>() -> usize
    where
        A::Kind: std::fmt::Debug,
    {
        let mut made = 0;
        for entry in A::table() {
            let texts = match entry.content {
                Content::Text | Content::File => vec!["V600E"],
                Content::Choice(names) => names(),
                Content::Nothing | Content::Own => continue,
            };
            for text in texts {
                let atom = A::of_text(entry.kind, text.to_owned()).unwrap();
                assert_eq!(atom.kind(), entry.kind);
                assert_eq!(atom.text(), Some(text));
                assert_eq!(atom.entry().unwrap().name, entry.name);
                let printed = atom.to_string();
                let shown = match entry.written {
                    Written::Field => printed == format!("{}:{text}", entry.name),
                    Written::QuotedField => printed == format!("{}:\"{text}\"", entry.name),
                    Written::Function | Written::Word => printed.contains(text),
                    Written::Number => false,
                };
                assert!(shown, "{printed}");
                made += 1;
            }
            if let Content::Choice(_) = entry.content {
                assert!(A::of_text(entry.kind, "another".to_owned()).is_none());
            }
        }
        made
    }

    #[test]
    fn rows_of_the_table_describe_atoms() {
        assert!(rows_describe_atoms::<VariantAtom>() > 15);
        assert!(rows_describe_atoms::<GroupAtom>() > 15);
        let named = |name: &str| in_text::<GroupAtom>(name, |_| true);
        assert_eq!(named("CARRIERS").unwrap().kind, GroupKind::Carriers);
        assert!(named("gene").is_none());
        assert!(is_group_field("Age") && is_group_field("sex") && !is_group_field("all"));
    }
}
