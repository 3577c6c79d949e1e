//! The entries by which a variant passes.
//!
//! A variant counts for a gene where it passes by its entries of this gene alone: what is asked of
//! annotations and not negated must hold of one of them. All else, and what is negated, is asked of the
//! variant as a whole. So an alternative never takes a gene away: `a | b` is of the genes of `a` and of `b`.

use crate::error::Result;
use crate::query::expr::Node;
use crate::query::plan::entries::EntryTest;
use crate::query::plan::test::Test;
use std::sync::Arc;

/// A question to variants, as one to the entries of a gene.
pub(in crate::query) struct Meant {
    /// What is asked of entries.
    tests: Vec<Arc<EntryTest>>,
    /// What is asked of the whole variant, with its answer once it was needed.
    whole: Vec<(Node<Test>, Option<bool>)>,
    /// `None` where every variant that passes does so by all its entries.
    tree: Option<Tree>,
}

enum Tree {
    /// A number in `tests`.
    Entry(usize),
    /// A number in `whole`.
    Whole(usize),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

impl Meant {
    /// For variants that pass `test`.
    pub(in crate::query) fn new(test: &Node<Test>) -> Self {
        let mut meant = Self {
            tests: Vec::new(),
            whole: Vec::new(),
            tree: None,
        };
        meant.tree = meant.add(test, true);
        meant
    }

    /// `None` where a node asks nothing more: of those that are `known` to hold only entries matter.
    fn add(&mut self, node: &Node<Test>, known: bool) -> Option<Tree> {
        match node {
            node if !asks_entries(node) => {
                if known {
                    return None;
                }
                self.whole.push((node.clone(), None));
                Some(Tree::Whole(self.whole.len() - 1))
            }
            Node::Atom(atom) => match &atom.kind {
                Test::Entry(test) => {
                    self.tests.push(Arc::clone(test));
                    Some(Tree::Entry(self.tests.len() - 1))
                }
                _ => None,
            },
            Node::Not(_) => None,
            Node::And(nodes) => {
                let parts = nodes.iter().filter_map(|node| self.add(node, known));
                Some(single_or(parts.collect(), Tree::All))
            }
            Node::Or(nodes) => {
                let parts = nodes.iter().filter_map(|node| self.add(node, false));
                Some(single_or(parts.collect(), Tree::Any))
            }
        }
    }

    /// What is asked of entries, by number.
    pub(in crate::query) fn tests(&self) -> &[Arc<EntryTest>] {
        &self.tests
    }

    /// Whether nothing is asked of entries.
    pub(in crate::query) fn is_all(&self) -> bool {
        self.tree.is_none()
    }

    /// Whether one thing is asked, and of entries.
    pub(in crate::query) fn is_single(&self) -> bool {
        matches!(self.tree, Some(Tree::Entry(_)))
    }

    /// Whether it depends on more than entries.
    pub(in crate::query) fn asks_more(&self) -> bool {
        !self.whole.is_empty()
    }

    /// Forgets what was found of the variant before.
    pub(in crate::query) fn next_variant(&mut self) {
        self.whole.iter_mut().for_each(|(_, known)| *known = None);
    }

    /// Whether the variant passes by entries of which these tests hold, by their numbers; `whole` answers
    /// what is asked of the variant.
    pub(in crate::query) fn passes(
        &mut self,
        held: &[(u32, usize)],
        whole: &mut impl FnMut(&Node<Test>) -> Result<bool>,
    ) -> Result<bool> {
        match &self.tree {
            Some(tree) => tree.passes(held, &mut self.whole, whole),
            None => Ok(true),
        }
    }
}

impl Tree {
    fn passes(
        &self,
        held: &[(u32, usize)],
        known: &mut [(Node<Test>, Option<bool>)],
        whole: &mut impl FnMut(&Node<Test>) -> Result<bool>,
    ) -> Result<bool> {
        match self {
            Self::Entry(test) => Ok(held.iter().any(|(_, number)| number == test)),
            Self::Whole(number) => match known.get_mut(*number) {
                Some((_, Some(answer))) => Ok(*answer),
                Some((node, slot)) => Ok(*slot.insert(whole(node)?)),
                None => Ok(false),
            },
            Self::All(parts) => {
                for part in parts {
                    if !part.passes(held, known, whole)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.passes(held, known, whole)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

fn single_or(mut parts: Vec<Tree>, join: fn(Vec<Tree>) -> Tree) -> Tree {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

/// Whether something is asked of entries that is not negated.
fn asks_entries(node: &Node<Test>) -> bool {
    match node {
        Node::Atom(atom) => matches!(atom.kind, Test::Entry(_)),
        Node::Not(_) => false,
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(asks_entries),
    }
}
