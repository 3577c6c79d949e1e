//! Trees as JSON. Defaults are left out, as in text.

use super::super::ast::{
    Comparison, GroupAtom, Impact, InfoTest, Node, Number, Origin, SampleList, Threshold,
    Transcripts, VariantAtom, VariantType, name_of,
};
use super::language::JsonLanguage;
use crate::model::Scope;
use crate::model::Zygosity;
use crate::model::{Attribute, Recorded};
use crate::model::{Level, Measure};
use serde_json::Value;

pub(super) fn node<K: JsonLanguage>(tree: &Node<K>) -> Value {
    match tree {
        Node::Atom(atom) => atom.kind.write(),
        Node::Not(inner) => object([("not", node(inner))]),
        Node::And(parts) => object([("and", parts.iter().map(node).collect())]),
        Node::Or(parts) => object([("or", parts.iter().map(node).collect())]),
    }
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// A number; whole ones without a fraction.
fn numeral(value: f64) -> Value {
    // 2^53: up to here every whole number is exact
    match value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        true => (value as i64).into(),
        false => value.into(),
    }
}

fn compared(comparison: Comparison, value: impl Into<Value>) -> Value {
    object([(comparison.symbol(), value.into())])
}

/// An object with an entry more.
fn with(mut value: Value, key: &str, more: impl Into<Value>) -> Value {
    if let Value::Object(entries) = &mut value {
        entries.insert(key.to_owned(), more.into());
    }
    value
}

pub(super) fn where_atom(atom: &VariantAtom) -> Value {
    let (kind, value) = match atom {
        VariantAtom::All => ("all", true.into()),
        VariantAtom::Allele(text) => ("allele", text.as_str().into()),
        VariantAtom::Name(name) => ("name", name.as_str().into()),
        VariantAtom::Region { contig, interval } => {
            let mut region = object([("contig", contig.as_str().into())]);
            if interval.start != -1 {
                region = with(region, "first", i64::from(interval.start) + 1);
            }
            if interval.end != i32::MAX {
                region = with(region, "last", interval.end);
            }
            ("region", region)
        }
        VariantAtom::Regions(name) => ("regions", file(name)),
        VariantAtom::Type(kind) => ("type", name_of(&VariantType::NAMES, kind).into()),
        VariantAtom::Number {
            field,
            comparison,
            value,
        } => {
            let test = compared(*comparison, numeral(*value));
            (name_of(&Number::NAMES, field), test)
        }
        VariantAtom::NumberIn {
            field,
            of,
            comparison,
            value,
        } => {
            let test = with(compared(*comparison, numeral(*value)), "in", node(&of.0));
            (name_of(&Number::NAMES, field), test)
        }
        VariantAtom::Info { key, test } => {
            let test = match test {
                InfoTest::Present => object([]),
                InfoTest::Number { comparison, value } => compared(*comparison, numeral(*value)),
                InfoTest::Text { equal: true, value } => {
                    compared(Comparison::Equal, value.as_str())
                }
                InfoTest::Text {
                    equal: false,
                    value,
                } => compared(Comparison::NotEqual, value.as_str()),
            };
            ("info", with(test, "key", key.as_str()))
        }
        VariantAtom::Filter(name) => ("filter", name.as_str().into()),
        VariantAtom::Id(id) => ("id", id.as_str().into()),
        VariantAtom::Gene(name) => ("gene", name.as_str().into()),
        VariantAtom::Consequence(term) => ("consequence", term.as_str().into()),
        VariantAtom::Impact { comparison, impact } => {
            let impact = name_of(&Impact::NAMES, impact);
            ("impact", compared(*comparison, impact))
        }
        VariantAtom::Protein(change) => ("protein", change.as_str().into()),
        VariantAtom::Transcripts(which) => {
            ("transcripts", name_of(&Transcripts::NAMES, which).into())
        }
    };
    object([(kind, value)])
}

fn term(scope: Option<Scope>, name: &str) -> Value {
    match scope {
        None => name.into(),
        Some(scope) => object([(name_of(&Scope::NAMES, &scope), name.into())]),
    }
}

fn list(ids: &SampleList) -> Value {
    match ids {
        SampleList::Names(names) => names.as_slice().into(),
        SampleList::File(name) => file(name),
    }
}

fn file(name: &str) -> Value {
    object([("file", name.into())])
}

pub(super) fn who_atom(atom: &GroupAtom) -> Value {
    let (kind, value) = match atom {
        GroupAtom::All => ("all", true.into()),
        GroupAtom::Samples(ids) => ("samples", list(ids)),
        GroupAtom::Individuals(ids) => ("individuals", list(ids)),
        GroupAtom::Carriers {
            of,
            zygosity,
            at_least,
            compound,
            origin,
        } => {
            let mut carriers = object([("of", node(&of.0))]);
            if let Some(zygosity) = zygosity {
                carriers = with(carriers, "zygosity", name_of(&Zygosity::NAMES, zygosity));
            }
            if *at_least != 1 {
                carriers = with(carriers, "at_least", *at_least);
            }
            if *compound {
                carriers = with(carriers, "compound", true);
            }
            if let Some(origin) = origin {
                carriers = with(carriers, "origin", name_of(&Origin::NAMES, origin));
            }
            ("carriers", carriers)
        }
        GroupAtom::Term {
            scope,
            term: name,
            recorded,
        } => match (recorded, scope) {
            (Recorded::Present, None) => ("term", name.as_str().into()),
            (Recorded::Present, Some(scope)) => {
                (name_of(&Scope::NAMES, scope), name.as_str().into())
            }
            (Recorded::Exactly, scope) => ("exactly", term(*scope, name)),
            (Recorded::Excluded, scope) => ("excluded", term(*scope, name)),
        },
        GroupAtom::Similar {
            profile,
            threshold,
            measure,
        } => {
            let mut similar = object([("to", profile.as_slice().into())]);
            match threshold {
                Threshold::Level(Level::Medium) => {}
                Threshold::Level(level) => {
                    similar = with(similar, "level", name_of(&Level::NAMES, level));
                }
                Threshold::Score(score) => similar = with(similar, "score", numeral(*score)),
            }
            if let Some(measure) = measure {
                similar = with(similar, "measure", name_of(&Measure::NAMES, measure));
            }
            ("similar", similar)
        }
        GroupAtom::Attribute { attribute, value } => {
            (name_of(&Attribute::NAMES, attribute), value.as_str().into())
        }
        GroupAtom::Age { comparison, age } => ("age", compared(*comparison, age.to_string())),
        GroupAtom::Onset {
            scope,
            term: name,
            comparison,
            age,
        } => {
            let test = compared(*comparison, age.to_string());
            ("onset", with(test, "of", term(*scope, name)))
        }
        GroupAtom::Severity {
            scope,
            term: name,
            severity,
        } => (
            "severity",
            object([("of", term(*scope, name)), ("is", severity.as_str().into())]),
        ),
        GroupAtom::Measurement {
            assay,
            unit,
            comparison,
            value,
        } => {
            let mut test = with(compared(*comparison, numeral(*value)), "of", assay.as_str());
            if let Some(unit) = unit {
                test = with(test, "unit", unit.as_str());
            }
            ("measurement", test)
        }
    };
    object([(kind, value)])
}
