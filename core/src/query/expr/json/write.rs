//! Trees as JSON. Defaults are left out, as in text.

use super::super::ast::{
    AttributeTest, Comparison, GroupAtom, Impact, InfoTest, Node, Origin, RegionList, SampleAtom,
    SampleList, Threshold, VariantAtom, name_of,
};
use super::super::atoms::{Content, Listed};
use super::language::JsonLanguage;
use crate::genome::Interval;
use crate::model::Recorded;
use crate::model::Scope;
use crate::model::Zygosity;
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

/// The value of an atom that the table describes, of which text is all.
fn listed<A: Listed>(atom: &A) -> Value {
    let text = atom.text().unwrap_or_default();
    match atom.entry().map(|entry| entry.content) {
        Some(Content::File) => file(text),
        _ => text.into(),
    }
}

/// The object of an atom: its name, and a value.
fn named<A: Listed>(atom: &A, value: Value) -> Value {
    object([(atom.entry().map_or("", |entry| entry.name), value)])
}

pub(super) fn where_atom(atom: &VariantAtom) -> Value {
    let value = match atom {
        VariantAtom::All => true.into(),
        VariantAtom::Region { contig, interval } => region(contig, *interval),
        VariantAtom::Placed { of, .. } => match of {
            RegionList::File(name) => file(name),
            RegionList::Regions(regions) => match regions.as_slice() {
                [one] => region(&one.contig, one.interval),
                all => all
                    .iter()
                    .map(|of| region(&of.contig, of.interval))
                    .collect(),
            },
        },
        VariantAtom::Number {
            comparison, value, ..
        } => compared(*comparison, numeral(*value)),
        VariantAtom::NumberIn {
            of,
            comparison,
            value,
            ..
        } => with(compared(*comparison, numeral(*value)), "in", node(&of.0)),
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
            with(test, "key", key.as_str())
        }
        VariantAtom::Impact { comparison, impact } => {
            let impact = name_of(&Impact::NAMES, impact);
            compared(*comparison, impact)
        }
        atom => listed(atom),
    };
    named(atom, value)
}

fn region(contig: &str, interval: Interval) -> Value {
    let mut region = object([("contig", contig.into())]);
    if interval.start != -1 {
        region = with(region, "first", i64::from(interval.start) + 1);
    }
    if interval.end != i32::MAX {
        region = with(region, "last", interval.end);
    }
    region
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

/// What is asked of an attribute: a number where the text is what a number is written as.
fn attribute(of: &AttributeTest) -> Value {
    let name = of.name.as_str().into();
    let Some((comparison, text)) = &of.test else {
        return object([("name", name)]);
    };
    let number = super::super::number::numeral(text).map(numeral);
    // what is read is the text of the number: `-0` and `1.50` are texts of their own
    let same = |value: &Value| value.as_f64().is_some_and(|read| read.to_string() == *text);
    let value = number.filter(same).unwrap_or_else(|| text.as_str().into());
    with(compared(*comparison, value), "name", name)
}

pub(super) fn sample_atom(atom: &SampleAtom) -> Value {
    let value = match atom {
        SampleAtom::All => true.into(),
        SampleAtom::Attribute(test) => attribute(test),
    };
    named(atom, value)
}

pub(super) fn who_atom(atom: &GroupAtom) -> Value {
    let value = match atom {
        GroupAtom::All | GroupAtom::Genotyped | GroupAtom::Proof => true.into(),
        GroupAtom::Called(of) | GroupAtom::Noncarriers(of) => node(&of.0),
        GroupAtom::Free(test) => attribute(test),
        GroupAtom::Sample(of) => node(&of.0),
        GroupAtom::Samples(ids) | GroupAtom::Individuals(ids) => list(ids),
        GroupAtom::Carriers {
            of,
            zygosity,
            at_least,
            compound,
            origin,
            samples,
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
            if let Some(inside) = &samples.inside {
                carriers = with(carriers, "in", node(&inside.0));
            }
            if let Some(not_in) = &samples.not_in {
                carriers = with(carriers, "not_in", node(&not_in.0));
            }
            carriers
        }
        GroupAtom::Term {
            scope,
            term: name,
            recorded: Recorded::Exactly | Recorded::Excluded,
        } => term(*scope, name),
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
            similar
        }
        GroupAtom::Age { comparison, age } => compared(*comparison, age.to_string()),
        GroupAtom::Onset {
            scope,
            term: name,
            comparison,
            age,
        } => {
            let test = compared(*comparison, age.to_string());
            with(test, "of", term(*scope, name))
        }
        GroupAtom::Severity {
            scope,
            term: name,
            severity,
        } => object([("of", term(*scope, name)), ("is", severity.as_str().into())]),
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
            test
        }
        atom => listed(atom),
    };
    named(atom, value)
}
