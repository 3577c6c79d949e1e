//! In which order parts that must hold together are asked.

use super::bound::{BoundCarriers, GroupPart, GroupTest};
use super::rules::{Rule, Rules};
use crate::query::expr::Node;

/// What a part costs, by its plan: what is stored comes first, the fewest people before others; then what reads
/// rows, by how many; and similarity last, which looks at those who are left one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::query) enum Cost {
    /// So many subjects.
    Stored(u64),
    /// So many candidate rows.
    Rows(u64),
    OneByOne,
}

/// The parts of a conjunction in the order in which they are asked.
pub(in crate::query) fn ordered(
    mut parts: Vec<Node<GroupPart>>,
    rules: Rules,
) -> Vec<Node<GroupPart>> {
    if rules.has(Rule::Order) {
        parts.sort_by_cached_key(cost);
    }
    parts
}

fn cost(node: &Node<GroupPart>) -> Cost {
    match node {
        Node::Atom(atom) => match &atom.kind.test {
            GroupTest::Stored(_, subjects) => Cost::Stored(subjects.len()),
            GroupTest::Carriers(carriers) => carriers.cost(),
            GroupTest::Called(called) => Cost::Rows(called.of.size.candidates),
            GroupTest::Similar(_) => Cost::OneByOne,
        },
        // nearly all, where few are meant
        Node::Not(inner) => match cost(inner) {
            Cost::Stored(_) => Cost::Stored(u64::MAX),
            cost => cost,
        },
        Node::And(parts) | Node::Or(parts) => {
            let all = parts.iter().map(cost);
            all.reduce(together).unwrap_or(Cost::Stored(0))
        }
    }
}

fn together(a: Cost, b: Cost) -> Cost {
    match (a, b) {
        (Cost::Stored(a), Cost::Stored(b)) => Cost::Stored(a.saturating_add(b)),
        (Cost::Rows(a), Cost::Rows(b)) => Cost::Rows(a.saturating_add(b)),
        (a, b) => a.max(b),
    }
}

impl BoundCarriers {
    fn cost(&self) -> Cost {
        match (&self.of, &self.stored) {
            (Some(of), _) => Cost::Rows(of.size.candidates),
            (None, Some(stored)) => Cost::Stored(stored.samples.len()),
            (None, None) => Cost::Stored(0),
        }
    }
}
