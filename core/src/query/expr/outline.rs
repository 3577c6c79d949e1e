//! What an expression over people is put together from.

use super::ast::{GroupAtom, GroupExpr, Node, VariantAtom, VariantExpr};

impl GroupExpr {
    /// The alternatives of which any may hold, each as the parts that must hold together; a part is an atom, or that one does not
    /// hold. `None` where there are more alternatives, or more parts of one, than asked for.
    pub(crate) fn terms(&self, most: usize, parts: usize) -> Option<Vec<Vec<Self>>> {
        terms(&self.0, false, (most, parts))
    }

    /// Whether it is carriers by more than that they carry: by zygosity, number, or origin.
    pub(crate) fn picks_of_carriers(&self) -> bool {
        let mut picks = false;
        each(&self.0, &mut |atom| {
            picks |= match atom {
                GroupAtom::Carriers {
                    zygosity,
                    at_least,
                    compound,
                    origin,
                    samples,
                    ..
                } => {
                    zygosity.is_some()
                        || *at_least > 1
                        || *compound
                        || origin.is_some()
                        || samples.inside.is_some()
                        || samples.not_in.is_some()
                }
                _ => false,
            };
        });
        picks
    }

    /// Whether variants in it are picked by numbers in groups.
    pub(crate) fn counts_in_groups(&self) -> bool {
        let mut counts = false;
        each(&self.0, &mut |atom| {
            counts |= match atom {
                GroupAtom::Carriers { of, .. }
                | GroupAtom::Called(of)
                | GroupAtom::Noncarriers(of) => of.counts_in_groups(),
                _ => atom.as_cohort().is_some(),
            };
        });
        counts
    }

    /// Whether numbers of people or copies are compared in it, of everybody or of a group.
    pub(crate) fn compares_counts(&self) -> bool {
        let mut compares = false;
        each(&self.0, &mut |atom| {
            compares |= match atom {
                GroupAtom::Carriers { of, .. }
                | GroupAtom::Called(of)
                | GroupAtom::Noncarriers(of) => of.compares_counts(),
                // what a cohort is of stands elsewhere
                _ => atom.as_cohort().is_some(),
            };
        });
        compares
    }

    /// The allele of which it is carriers and nothing more, and whether it is everybody else.
    pub(crate) fn one_allele(&self) -> Option<(&VariantExpr, bool)> {
        let (atom, is_others) = match &self.0 {
            Node::Atom(atom) => (atom, false),
            Node::Not(inner) => match &**inner {
                Node::Atom(atom) => (atom, true),
                _ => return None,
            },
            Node::And(_) | Node::Or(_) => return None,
        };
        let GroupAtom::Carriers { of, .. } = &atom.kind else {
            return None;
        };
        let is_allele =
            matches!(&of.0, Node::Atom(of) if matches!(of.kind, VariantAtom::Allele(_)));
        (is_allele && !self.picks_of_carriers()).then_some((of, is_others))
    }

    /// Whom it does not pick.
    pub(crate) fn others(&self) -> Self {
        Self(Node::Not(Box::new(self.0.clone())))
    }

    /// What it asks of variants, `None` where it asks nothing of them: the same words of whom it picks and of whom it does not, as
    /// who has the answer to one has that to the other.
    pub(crate) fn words_of_variants(&self) -> Option<String> {
        let mut node = &self.0;
        while let Node::Not(inner) = node {
            node = inner;
        }
        self.asks_variants().then(|| Self(node.clone()).to_string())
    }

    /// Whether variants may be among what it asks for: a cohort may be of carriers.
    pub(crate) fn asks_variants(&self) -> bool {
        let mut asks = false;
        each(&self.0, &mut |atom| {
            asks |= matches!(
                atom,
                GroupAtom::Carriers { .. } | GroupAtom::Called(_) | GroupAtom::Noncarriers(_)
            ) || atom.as_cohort().is_some();
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

impl VariantExpr {
    /// Whether numbers in groups are among what it asks.
    pub(crate) fn counts_in_groups(&self) -> bool {
        let mut counts = false;
        each(&self.0, &mut |atom| {
            counts |= matches!(atom, VariantAtom::NumberIn { .. });
        });
        counts
    }

    /// As [`GroupExpr::compares_counts`].
    pub(crate) fn compares_counts(&self) -> bool {
        let mut compares = false;
        each(&self.0, &mut |atom| {
            compares |= match atom {
                VariantAtom::NumberIn { .. } => true,
                VariantAtom::Number { field, .. } => field.is_counted(),
                _ => false,
            };
        });
        compares
    }
}

/// Alternatives of parts, with `!` before atoms alone (De Morgan).
fn terms(
    node: &Node<GroupAtom>,
    negated: bool,
    (most, parts): (usize, usize),
) -> Option<Vec<Vec<GroupExpr>>> {
    let is_or = match node {
        Node::Atom(_) => {
            let part = match negated {
                true => Node::Not(Box::new(node.clone())),
                false => node.clone(),
            };
            return Some(vec![vec![GroupExpr(part)]]);
        }
        Node::Not(inner) => return terms(inner, !negated, (most, parts)),
        Node::Or(_) => !negated,
        Node::And(_) => negated,
    };
    let (Node::And(nodes) | Node::Or(nodes)) = node else {
        return None;
    };
    let mut all: Vec<Vec<GroupExpr>> = if is_or { Vec::new() } else { vec![Vec::new()] };
    for node in nodes {
        let of = terms(node, negated, (most, parts))?;
        all = match is_or {
            true => [all, of].concat(),
            false => {
                let with = |term: &Vec<GroupExpr>| {
                    let term = term.clone();
                    of.iter()
                        .map(move |other| [term.clone(), other.clone()].concat())
                };
                all.iter().flat_map(with).collect()
            }
        };
        if all.len() > most || all.iter().any(|term| term.len() > parts) {
            return None;
        }
    }
    Some(all)
}

fn each<K>(node: &Node<K>, f: &mut impl FnMut(&K)) {
    match node {
        Node::Atom(atom) => f(&atom.kind),
        Node::Not(inner) => each(inner, f),
        Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| each(part, f)),
    }
}
