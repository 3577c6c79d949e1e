//! What holds for every tree and every text.

use super::super::ast::*;
use crate::genome::Interval;
use crate::model::Zygosity;
use crate::model::{Age, Scope};
use crate::model::{Attribute, Recorded};
use crate::model::{Level, Measure};
use proptest::prelude::*;

pub(in super::super) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9_.:*-]{0,12}",
        "[ -~]{0,12}",
        any::<String>(),
        prop::sample::select(vec![
            "all", "and", "af", "info.X", "type:snv", "22:5:A:G", "22:1-5", "x:g.5A>G", "a,", "@a",
            "1,2", "b:1,2", "\"", "\\", "-", "<DEL>",
        ])
        .prop_map(String::from),
    ]
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<i32>().prop_map(f64::from),
        any::<f64>().prop_filter("finite", |n| n.is_finite()),
    ]
}

fn any_comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::*;
    prop::sample::select(vec![
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        Equal,
        NotEqual,
    ])
}

fn table<T: Copy + std::fmt::Debug + 'static>(
    names: &'static [(&'static str, T)],
) -> impl Strategy<Value = T> {
    prop::sample::select(names.iter().map(|&(_, value)| value).collect::<Vec<_>>())
}

pub(in super::super) fn any_where_atom() -> impl Strategy<Value = VariantAtom> {
    let interval = (-1..i32::MAX, 1..i32::MAX)
        .prop_map(|(start, length)| Interval::new(start, start.saturating_add(length)).unwrap());
    let test = prop_oneof![
        Just(InfoTest::Present),
        (any_comparison(), any_number())
            .prop_map(|(comparison, value)| InfoTest::Number { comparison, value }),
        (any::<bool>(), any_text()).prop_map(|(equal, value)| InfoTest::Text { equal, value }),
    ];
    prop_oneof![
        Just(VariantAtom::All),
        any_text().prop_map(|text| VariantAtom::Allele(format!("22:5:A:{text}"))),
        // no argument of a function is empty unless quoted, so any text will do
        any_text().prop_map(VariantAtom::Allele),
        any_text().prop_map(VariantAtom::Name),
        (any_text(), interval)
            .prop_map(|(contig, interval)| VariantAtom::Region { contig, interval }),
        any_text().prop_map(VariantAtom::Regions),
        any_text().prop_map(VariantAtom::Alleles),
        any_text().prop_map(VariantAtom::Ids),
        any_text().prop_map(VariantAtom::Genes),
        (any_placing(), any_regions()).prop_map(|(how, of)| VariantAtom::Placed { how, of }),
        table(&VariantType::NAMES).prop_map(VariantAtom::Type),
        (table(&Number::NAMES), any_comparison(), any_number()).prop_map(
            |(field, comparison, value)| VariantAtom::Number {
                field,
                comparison,
                value
            }
        ),
        (any_text().prop_filter("a key", |key| !key.is_empty()), test)
            .prop_map(|(key, test)| VariantAtom::Info { key, test }),
        any_text().prop_map(VariantAtom::Filter),
        any_text().prop_map(VariantAtom::Id),
        any_text().prop_map(VariantAtom::Gene),
        any_text().prop_map(VariantAtom::Consequence),
        any_text().prop_map(VariantAtom::Protein),
        (any_comparison(), table(&Impact::NAMES))
            .prop_map(|(comparison, impact)| VariantAtom::Impact { comparison, impact }),
        table(&Transcripts::NAMES).prop_map(VariantAtom::Transcripts),
        (
            table(&Number::NAMES).prop_filter("differs between groups", |field| field.is_counted()),
            any_term_atom(),
            any_comparison(),
            any_number()
        )
            .prop_map(|(field, of, comparison, value)| VariantAtom::NumberIn {
                field,
                of: Box::new(GroupExpr(Node::built(of))),
                comparison,
                value
            }),
    ]
}

fn any_placing() -> impl Strategy<Value = Placing> {
    prop_oneof![Just(Placing::Begins), Just(Placing::Within)]
}

fn any_regions() -> impl Strategy<Value = RegionList> {
    let interval = prop_oneof![
        Just(Interval::new(-1, i32::MAX).unwrap()),
        (-1..i32::MAX, 1..i32::MAX).prop_map(|(start, length)| Interval::new(
            start,
            start.saturating_add(length)
        )
        .unwrap()),
    ];
    let stretch =
        (any_text(), interval).prop_map(|(contig, interval)| Stretch { contig, interval });
    prop_oneof![
        prop::collection::vec(stretch, 1..4).prop_map(RegionList::Regions),
        any_text().prop_map(RegionList::File),
    ]
}

/// Text with a letter in it.
fn any_name() -> impl Strategy<Value = String> {
    any_text().prop_filter("not blank", |text| !text.trim().is_empty())
}

fn any_age() -> impl Strategy<Value = Age> {
    (0..120i32, 0..12i32, 0..40i32).prop_map(|(y, m, d)| Age(y * 12 * 487 + m * 487 + d * 16))
}

/// Atoms of people that hold no other expression.
fn any_term_atom() -> impl Strategy<Value = GroupAtom> {
    let scope = || prop::option::of(table(&Scope::NAMES));
    let how = prop::sample::select(vec![
        Recorded::Present,
        Recorded::Exactly,
        Recorded::Excluded,
    ]);
    let threshold = prop_oneof![
        table(&Level::NAMES).prop_map(Threshold::Level),
        any_number().prop_map(Threshold::Score),
    ];
    let attribute = table(&Attribute::NAMES).prop_flat_map(|attribute| {
        let value = match attribute {
            Attribute::Sex => prop::sample::select(vec!["female", "male", "other", "unknown"])
                .prop_map(String::from)
                .boxed(),
            Attribute::Affected => prop::sample::select(vec!["yes", "no"])
                .prop_map(String::from)
                .boxed(),
            _ => any_name().boxed(),
        };
        value.prop_map(move |value| GroupAtom::Attribute { attribute, value })
    });
    prop_oneof![
        (scope(), any_name(), how).prop_map(|(scope, term, recorded)| GroupAtom::Term {
            scope,
            term,
            recorded
        }),
        (
            prop::collection::vec(any_name(), 1..4),
            threshold,
            prop::option::of(table(&Measure::NAMES))
        )
            .prop_map(|(profile, threshold, measure)| GroupAtom::Similar {
                profile,
                threshold,
                measure
            }),
        attribute,
        (any_comparison(), any_age())
            .prop_map(|(comparison, age)| GroupAtom::Age { comparison, age }),
        (scope(), any_name(), any_comparison(), any_age()).prop_map(
            |(scope, term, comparison, age)| GroupAtom::Onset {
                scope,
                term,
                comparison,
                age
            }
        ),
        (scope(), any_name(), any_name()).prop_map(|(scope, term, severity)| GroupAtom::Severity {
            scope,
            term,
            severity
        }),
        (
            any_name(),
            prop::option::of(any_text()),
            any_comparison(),
            any_number()
        )
            .prop_map(|(assay, unit, comparison, value)| GroupAtom::Measurement {
                assay,
                unit,
                comparison,
                value
            }),
    ]
}

pub(in super::super) fn any_node<K: std::fmt::Debug + Clone + 'static>(
    atom: impl Strategy<Value = K> + 'static,
) -> impl Strategy<Value = Node<K>> {
    atom.prop_map(Node::built)
        .prop_recursive(5, 24, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(Node::not),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
                (inner.clone(), inner).prop_map(|(a, b)| a.or(b)),
            ]
        })
}

fn any_attribute() -> impl Strategy<Value = AttributeTest> {
    let value = prop_oneof![
        any_name(),
        any_number().prop_map(|number| number.to_string()),
        any_age().prop_map(|age| age.to_string()),
        Just("2024-01-31".to_owned()),
    ];
    let name = prop_oneof![
        4 => "[a-zA-Z][a-zA-Z0-9_.-]{0,8}",
        1 => prop::sample::select(vec!["all", "not", "and", "or", "attribute.x", "in"])
            .prop_map(String::from),
    ];
    let test = prop::option::of((any_comparison(), value));
    (name, test).prop_map(|(name, test)| AttributeTest { name, test })
}

fn any_samples() -> impl Strategy<Value = SampleExpr> {
    let atom = prop_oneof![
        1 => Just(SampleAtom::All),
        4 => any_attribute().prop_map(SampleAtom::Attribute),
    ];
    any_node(atom).prop_map(SampleExpr)
}

pub(in super::super) fn any_who_atom() -> impl Strategy<Value = GroupAtom> {
    let list = prop_oneof![
        prop::collection::vec(any_text(), 1..4).prop_map(SampleList::Names),
        any_text().prop_map(SampleList::File),
    ]
    .boxed();
    prop_oneof![
        Just(GroupAtom::All),
        list.clone().prop_map(GroupAtom::Samples),
        list.prop_map(GroupAtom::Individuals),
        any_term_atom(),
        any_node(any_where_atom()).prop_map(|of| GroupAtom::Carriers {
            of: VariantExpr(of),
            zygosity: None,
            at_least: 1,
            compound: true,
            origin: None,
            samples: CarriedIn::default(),
        }),
        (
            any_node(any_where_atom()),
            prop::option::of(table(&Zygosity::NAMES)),
            1..u32::MAX,
            prop::option::of(table(&Origin::NAMES))
        )
            .prop_map(|(of, zygosity, at_least, origin)| GroupAtom::Carriers {
                of: VariantExpr(of),
                zygosity,
                at_least,
                compound: false,
                origin,
                samples: CarriedIn::default(),
            }),
        (
            any_node(any_where_atom()),
            prop::option::of(any_samples()),
            prop::option::of(any_samples()),
        )
            .prop_map(|(of, inside, not_in)| GroupAtom::Carriers {
                of: VariantExpr(of),
                zygosity: None,
                at_least: 1,
                compound: false,
                origin: None,
                samples: CarriedIn { inside, not_in },
            }),
        Just(GroupAtom::Genotyped),
        Just(GroupAtom::Proof),
        any_node(any_where_atom()).prop_map(|of| GroupAtom::Called(VariantExpr(of))),
        any_node(any_where_atom()).prop_map(|of| GroupAtom::Noncarriers(VariantExpr(of))),
        any_attribute().prop_map(GroupAtom::Free),
        any_samples().prop_map(GroupAtom::Sample),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn printed_and_parsed_is_the_same_over_variants(node in any_node(any_where_atom())) {
        let built = VariantExpr(node);
        let text = built.to_string();
        prop_assert_eq!(VariantExpr::parse(&text), Ok(built), "{}", text);
    }

    #[test]
    fn printed_and_parsed_is_the_same_over_people(node in any_node(any_who_atom())) {
        let built = GroupExpr(node);
        let text = built.to_string();
        prop_assert_eq!(GroupExpr::parse(&text), Ok(built), "{}", text);
    }

    #[test]
    fn any_string_is_read_or_refused_with_a_place_in_it(text in prop_oneof![
        any::<String>(),
        "[ -~]{0,40}",
        r#"((all|22|rs1|af|ac|info\.|type|filter|id|samples|carriers|region|hom|at_least|and|not|g\.|é|0|5|1,000)?[ ()&|!,:;"\\<>=@*-]?){0,12}"#,
    ]) {
        for result in [VariantExpr::parse(&text).map(|read| read.to_string()), GroupExpr::parse(&text).map(|read| read.to_string())] {
            match result {
                Ok(_) => {}
                Err(error) => {
                    prop_assert!(text.get(error.at.clone()).is_some(), "{:?}", error);
                    prop_assert!(error.candidates.len() <= 3);
                    let _ = error.to_string();
                }
            }
        }
        if let Ok(read) = VariantExpr::parse(&text) {
            prop_assert_eq!(VariantExpr::parse(&read.to_string()), Ok(read));
        }
        if let Ok(read) = GroupExpr::parse(&text) {
            prop_assert_eq!(GroupExpr::parse(&read.to_string()), Ok(read));
        }
    }
}
