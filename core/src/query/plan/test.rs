//! Predicates over variants as data.

use super::entries::EntryTest;
use crate::cohort::Regions;
use crate::model::InfoType;
use crate::query::expr::{Atom, Comparison, InfoTest, Node, Number};
use std::collections::HashMap;
use std::sync::Arc;

/// A test of a variant, with every name looked up.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    All,
    /// Any of the intervals.
    Regions(Regions),
    /// These rows, by part: those with an id, or an allele that is its text.
    Rows(HashMap<usize, Vec<u32>>),
    /// The same of one change of bases, however it is spelled in each of them.
    Change(Arc<HashMap<usize, Vec<u32>>>),
    /// One bit for each type's code.
    Types(u32),
    Number {
        field: Number,
        comparison: Comparison,
        value: f64,
    },
    /// A count or frequency within a group, by its number among those of the question.
    NumberIn {
        group: usize,
        field: Number,
        comparison: Comparison,
        value: f64,
    },
    /// A key by its number.
    Info {
        key: u16,
        kind: InfoType,
        /// What stands between the values of a list.
        list: u8,
        test: InfoTest,
    },
    /// What an entry of the annotations is.
    Entry(Arc<EntryTest>),
    /// A value among those of FILTER; empty for none recorded.
    Filter(String),
}

impl Test {
    /// Whether it is asked of a record, which each batch of a variant has its own of, and not of the variant.
    pub(in crate::query) fn is_of_record(&self) -> bool {
        match self {
            Self::Filter(_) | Self::Info { .. } => true,
            Self::Number { field, .. } => *field == Number::Qual,
            _ => false,
        }
    }
}

/// Whether something in a question is asked of records.
pub(in crate::query) fn asks_records(node: &Node<Test>) -> bool {
    match node {
        Node::Atom(atom) => atom.kind.is_of_record(),
        Node::Not(inner) => asks_records(inner),
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(asks_records),
    }
}

pub(in crate::query) fn entry(test: EntryTest) -> Test {
    Test::Entry(Arc::new(test))
}

/// All of these: what is asked of annotations is asked of one entry.
pub(in crate::query) fn together(nodes: Vec<Node<Test>>) -> Node<Test> {
    let (mut tests, mut rest) = (Vec::new(), Vec::new());
    let mut place = None;
    for node in nodes {
        match node {
            Node::Atom(Atom {
                kind: Test::Entry(test),
                at,
            }) => {
                place.get_or_insert((rest.len(), at));
                tests.push(Arc::unwrap_or_clone(test));
            }
            node => rest.push(node),
        }
    }
    if let Some((before, at)) = place {
        let test = match <[EntryTest; 1]>::try_from(tests) {
            Ok([test]) => test,
            Err(tests) => EntryTest::all(tests),
        };
        let kind = entry(test);
        rest.insert(before, Node::Atom(Atom { kind, at }));
    }
    match <[Node<Test>; 1]>::try_from(rest) {
        Ok([node]) => node,
        Err(nodes) => Node::And(nodes),
    }
}

/// Any of these: one question to entries where all are.
pub(in crate::query) fn any_of(nodes: Vec<Node<Test>>) -> Node<Test> {
    let mut tests = Vec::new();
    let mut place = 0..0;
    for node in &nodes {
        let Node::Atom(Atom {
            kind: Test::Entry(test),
            at,
        }) = node
        else {
            return Node::Or(nodes);
        };
        if tests.is_empty() {
            place = at.clone();
        }
        tests.push(EntryTest::clone(test));
    }
    Node::Atom(Atom {
        kind: entry(EntryTest::Any(tests)),
        at: place,
    })
}
