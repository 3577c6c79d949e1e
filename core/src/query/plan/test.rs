//! Predicates over variants as data.

use super::allele_rows::ListedAlleles;
use super::entries::EntryTest;
use crate::cohort::Regions;
use crate::model::InfoType;
use crate::query::expr::{Atom, Comparison, InfoTest, Node, Number, Placing};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A test of a variant, with every name looked up.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    All,
    /// Any of the intervals.
    Regions(Regions),
    /// Rows that begin in one of the intervals, or lie wholly in it.
    Placed {
        how: Placing,
        regions: Regions,
    },
    /// These rows, by part: those with an id, or an allele that is its text.
    Rows(HashMap<usize, Vec<u32>>),
    /// The same of one change of bases, however it is spelled in each of them.
    Change(Arc<HashMap<usize, Vec<u32>>>),
    /// The same of all alleles that a file lists.
    Alleles(Arc<ListedAlleles>),
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
    /// REF or ALT as it stands; of bases it is a pattern, and empty where there is none.
    Bases {
        of: Side,
        pattern: Vec<u8>,
    },
    /// A value among those of FILTER; empty for none recorded.
    Filter(String),
}

/// Which of a row's two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Reference,
    Alternate,
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

impl Test {
    /// Whether it is asked of the row that is shown: batches may have a variant at several places.
    pub(in crate::query) fn is_of_shown(&self) -> bool {
        match self {
            Self::Number { field, .. } => {
                matches!(field, Number::Pos | Number::Start | Number::End)
            }
            Self::Placed { .. } | Self::Bases { .. } => true,
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

/// Any of these: one question to entries where all are, and one to places, rows or types.
pub(in crate::query) fn any_of(nodes: Vec<Node<Test>>) -> Node<Test> {
    if let Some(entries) = entries_of(&nodes) {
        return entries;
    }
    let mut left = Vec::new();
    let mut joined = Joined::default();
    for node in nodes {
        match node {
            Node::Atom(atom) => {
                if let Some(atom) = joined.take(atom, left.len()) {
                    left.push(Node::Atom(atom));
                }
            }
            node => left.push(node),
        }
    }
    joined.put(&mut left);
    match <[Node<Test>; 1]>::try_from(left) {
        Ok([node]) => node,
        Err(nodes) => Node::Or(nodes),
    }
}

/// Nothing but questions to entries, as one.
fn entries_of(nodes: &[Node<Test>]) -> Option<Node<Test>> {
    let mut tests = Vec::new();
    let mut place = 0..0;
    for node in nodes {
        let Node::Atom(Atom {
            kind: Test::Entry(test),
            at,
        }) = node
        else {
            return None;
        };
        if tests.is_empty() {
            place = at.clone();
        }
        tests.push(EntryTest::clone(test));
    }
    Some(Node::Atom(Atom {
        kind: entry(EntryTest::any(tests)),
        at: place,
    }))
}

/// Alternatives of one kind, of which the answer is that of one test, with the place among the others where the
/// first of them stood.
#[derive(Default)]
struct Joined {
    regions: Vec<Regions>,
    rows: HashMap<usize, Vec<u32>>,
    types: u32,
    /// Of regions, rows and types: where the first stood, and the places in the text.
    places: [Option<(usize, Range<usize>)>; 3],
}

impl Joined {
    /// Takes an alternative; gives it back where it is of another kind.
    fn take(&mut self, atom: Atom<Test>, before: usize) -> Option<Atom<Test>> {
        let kind = match atom.kind {
            Test::Regions(regions) => {
                self.regions.push(regions);
                0
            }
            Test::Rows(rows) => {
                for (part, rows) in rows {
                    self.rows.entry(part).or_default().extend(rows);
                }
                1
            }
            Test::Types(types) => {
                self.types |= types;
                2
            }
            kind => return Some(Atom { kind, at: atom.at }),
        };
        let place = self.places.get_mut(kind)?;
        match place {
            Some((_, at)) => at.end = at.end.max(atom.at.end),
            None => *place = Some((before, atom.at)),
        }
        None
    }

    /// Puts the joined ones where they stood.
    fn put(mut self, left: &mut Vec<Node<Test>>) {
        for rows in self.rows.values_mut() {
            rows.sort_unstable();
            rows.dedup();
        }
        let tests = [
            Test::Regions(Regions::union(self.regions)),
            Test::Rows(self.rows),
            Test::Types(self.types),
        ];
        let mut joined: Vec<_> = self.places.into_iter().zip(tests).collect();
        joined.retain(|(place, _)| place.is_some());
        // from behind, so that places in front stay
        joined
            .sort_by_key(|(place, _)| place.as_ref().map(|(before, _)| std::cmp::Reverse(*before)));
        for (place, kind) in joined {
            if let Some((before, at)) = place {
                left.insert(before.min(left.len()), Node::Atom(Atom { kind, at }));
            }
        }
    }
}
