//! What is probably meant otherwise: by questions that are answered as they stand, and by words that are none.

use super::atoms::{Entry, Listed};
use super::{GroupAtom, Node, VariantAtom, VariantExpr};
use crate::error::ExpressionError;

/// Fields of variants of which a word is a value: `type:snv` of `snv`.
pub(in crate::query) fn variant_fields(word: &str) -> Vec<String> {
    let mut found = fields_with::<VariantAtom>(word);
    if word.eq_ignore_ascii_case("PASS") {
        found.push("filter:PASS".to_owned());
    }
    found
}

/// Fields of people of which a word is a value; and the term that it would be with a colon: `HP:0001083` of
/// `HP_0001083`.
pub(super) fn group_fields(word: &str) -> Vec<String> {
    let mut found = fields_with::<GroupAtom>(word);
    let parts = word.split_once('_');
    found.extend(parts.and_then(|(prefix, local)| {
        let letters = prefix.len() > 1 && prefix.bytes().all(|b| b.is_ascii_alphabetic());
        let digits = local.len() > 3 && local.bytes().all(|b| b.is_ascii_digit());
        (letters && digits).then(|| format!("{prefix}:{local}"))
    }));
    found
}

fn fields_with<A: Listed>(word: &str) -> Vec<String> {
    let fields = A::table().filter(Entry::is_field);
    let value = |field: Entry<A::Kind>| {
        let mut values = A::values(&field).into_iter();
        let value = values.find(|value| value.eq_ignore_ascii_case(word))?;
        Some(format!("{}:{value}", field.name))
    };
    fields.filter_map(value).collect()
}

/// What is wrong with a bare word where people are picked.
pub(super) fn no_people_by_itself(word: &str) -> String {
    format!("{} picks no people by itself", super::error::quoted(word))
}

/// The bare word that an error is about; `None` of other errors, and where it was known what it is.
pub(in crate::query) fn bare_name(error: &ExpressionError) -> Option<&str> {
    let word = error.text.get(error.at.clone())?;
    let is_it = error.message == no_people_by_itself(word) && group_fields(word).is_empty();
    is_it.then_some(word.trim_matches('"'))
}

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
