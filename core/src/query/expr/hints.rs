//! Questions that are answered as they stand, and that are probably meant otherwise.

use super::{GroupAtom, Node, VariantAtom, VariantExpr};

/// Carriers of variants that lie in several genes at once.
pub(in crate::query) fn of_several_genes(atom: &GroupAtom) -> Option<String> {
    let GroupAtom::Carriers { of, .. } = atom else {
        return None;
    };
    let Node::And(parts) = &of.0 else {
        return None;
    };
    let name = |part: &Node<VariantAtom>| match part {
        Node::Atom(atom) => match &atom.kind {
            VariantAtom::Gene(name) => Some(name.trim().to_lowercase()),
            _ => None,
        },
        _ => None,
    };
    let mut names: Vec<String> = parts.iter().filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        return None;
    }
    // the same question for each of the genes
    let each = names.iter().map(|gene| {
        let fits = |part: &&Node<VariantAtom>| name(part).is_none_or(|name| name == *gene);
        let mut left: Vec<Node<VariantAtom>> = parts.iter().filter(fits).cloned().collect();
        let mut alone = atom.clone();
        if let GroupAtom::Carriers { of, .. } = &mut alone {
            *of = VariantExpr(match left.len() {
                1 => left.remove(0),
                _ => Node::And(left),
            });
        }
        alone.to_string()
    });
    let each = each.collect::<Vec<_>>().join(" & ");
    Some(format!(
        "`{atom}` asks for one variant in all of these genes; who carries a variant of each: {each}"
    ))
}
