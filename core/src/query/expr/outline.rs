//! What an expression over people is put together from.

use super::ast::{GroupAtom, GroupExpr, Node};

impl GroupExpr {
    /// What must hold together; of anything else it is the only part.
    pub(crate) fn conjuncts(&self) -> Vec<Self> {
        match &self.0 {
            Node::And(parts) => parts.iter().cloned().map(Self).collect(),
            _ => vec![self.clone()],
        }
    }

    /// Of which any may hold; nothing where it is not put together so.
    pub(crate) fn alternatives(&self) -> Vec<Self> {
        match &self.0 {
            Node::Or(parts) => parts.iter().cloned().map(Self).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether variants are among what it asks for.
    pub(crate) fn asks_variants(&self) -> bool {
        let mut asks = false;
        each(&self.0, &mut |atom| {
            asks |= matches!(
                atom,
                GroupAtom::Carriers { .. } | GroupAtom::Called(_) | GroupAtom::Noncarriers(_)
            );
        });
        asks
    }

    /// Its atoms in the order in which they stand, and what each is asked of.
    pub(crate) fn outline(&self) -> Vec<(String, String)> {
        let mut parts = Vec::new();
        each(&self.0, &mut |atom| {
            let how = match atom {
                GroupAtom::All => "all",
                GroupAtom::Genotyped => "who has a sample",
                GroupAtom::Proof => "the policy of quality",
                GroupAtom::Carriers { .. } => "carriers of variants",
                GroupAtom::Called(_) | GroupAtom::Noncarriers(_) => "genotypes of variants",
                GroupAtom::Similar { .. } => "similarity of what is recorded",
                GroupAtom::Samples(_) | GroupAtom::Individuals(_) => "those listed",
                _ => "what is recorded of people",
            };
            parts.push((atom.to_string(), how.to_owned()));
        });
        parts
    }
}

fn each(node: &Node<GroupAtom>, f: &mut impl FnMut(&GroupAtom)) {
    match node {
        Node::Atom(atom) => f(&atom.kind),
        Node::Not(inner) => each(inner, f),
        Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| each(part, f)),
    }
}
