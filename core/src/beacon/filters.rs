//! Filters, as expressions.
//!
//! A filter without a value is a term: of individuals in any scope, with those below it; a sex; a zygosity (GENO); or a
//! consequence (SO). One with a value is of a field: `sex`, `age`, `country`, a free attribute, an assay with a number, or
//! what a kind of record is called.

use super::asked::{Filter, FilterKind, FilterScope, Operator};
use super::parameters::Part;
use super::refusal::{Checked, Refusal, Shown};
use super::values::{About, Valued, value_of};
use crate::access::Release;
use crate::cohort::View;
use crate::model::{Attribute, Zygosity};
use crate::query::{GroupExpr, VariantExpr};
use crate::stop::check_stop;
use std::borrow::Cow;

/// What the filters of a request ask.
#[derive(Debug, Default)]
pub(super) struct Filters {
    pub(super) people: Vec<Part<GroupExpr>>,
    /// Names that nothing but records of people has, as far as is known: where too few have one, it is no more known
    /// here than any other word.
    pub(super) recorded: Vec<Part<GroupExpr>>,
    pub(super) variants: Vec<Part<VariantExpr>>,
    pub(super) zygosity: Option<Zygosity>,
}

/// Terms that are a sex.
const SEXES: [(&str, &str); 8] = [
    ("ncit:c16576", "female"),
    ("ncit:c46110", "female"),
    ("pato:0000383", "female"),
    ("ncit:c20197", "male"),
    ("ncit:c46109", "male"),
    ("pato:0000384", "male"),
    ("ncit:c45908", "other"),
    ("ncit:c17998", "unknown"),
];

/// Terms that are a zygosity.
const ZYGOSITIES: [(&str, Zygosity); 6] = [
    ("geno:0000135", Zygosity::Het),
    ("geno:0000458", Zygosity::Het),
    ("geno:0000136", Zygosity::Hom),
    ("geno:0000134", Zygosity::Hemi),
    ("geno:0000604", Zygosity::Hemi),
    ("geno:0000605", Zygosity::Hemi),
];

/// Reads the filters for a view.
pub(super) fn read(view: &View, filters: &[Filter], release: Release) -> Checked<Filters> {
    let mut read = Filters::default();
    let mut sexes: Option<Part<GroupExpr>> = None;
    for filter in filters {
        // one may look at all terms that are recorded
        check_stop().map_err(|e| Refusal::of_host(&e))?;
        if let Some(sex) = sex_of(filter) {
            let sex = sex?;
            if is_negated(filter) {
                read.people.push(sex);
                continue;
            }
            // of what has one value only, several would never hold: any of them does
            sexes = Some(match sexes.take() {
                None => sex,
                Some(known) => Part::new(
                    format!("{}, {}", known.of, sex.of),
                    known.expression.or(sex.expression),
                ),
            });
            continue;
        }
        match &filter.of {
            FilterKind::Term { .. } => term(view, filter, &mut read)?,
            FilterKind::Value { operator, value } => {
                let about = About {
                    view,
                    filter,
                    operator: *operator,
                    value,
                    release,
                };
                let Valued { is, recorded } = value_of(&about, filters)?;
                let is = match operator {
                    Operator::Not => is.not(),
                    _ => is,
                };
                read.people.push(Part::new(named(filter), is));
                let recorded = recorded.map(|recorded| Part::new(named(filter), recorded));
                read.recorded.extend(recorded);
            }
        }
    }
    read.people.extend(sexes);
    Ok(read)
}

pub(super) fn name_of(filter: &Filter) -> String {
    filter.id.replace('_', ":").to_ascii_lowercase()
}

fn is_negated(filter: &Filter) -> bool {
    let negated = Operator::Not;
    matches!(&filter.of, FilterKind::Value { operator, .. } if *operator == negated)
}

/// The sex that a word, a letter or a term is of.
pub(super) fn sex_named(text: &str) -> Option<&'static str> {
    let text = text.replace('_', ":").to_ascii_lowercase();
    let known = SEXES
        .iter()
        .find(|(id, _)| *id == text)
        .map(|(_, sex)| *sex);
    known.or(match text.as_str() {
        "f" | "female" => Some("female"),
        "m" | "male" => Some("male"),
        "other" => Some("other"),
        "unknown" => Some("unknown"),
        _ => None,
    })
}

/// A filter of a sex.
pub(super) fn sex_of(filter: &Filter) -> Option<Checked<Part<GroupExpr>>> {
    let is = |sex: &str| GroupExpr::attribute(Attribute::Sex, sex);
    let part = |expression| Ok(Part::new(named(filter), expression));
    match &filter.of {
        FilterKind::Term { .. } if filter.id.contains([':', '_']) => {
            sex_named(&filter.id).map(|sex| part(is(sex)))
        }
        FilterKind::Value { operator, value }
            if ["sex", "gender"].contains(&name_of(filter).as_str()) =>
        {
            Some(match (sex_named(value), operator) {
                (Some(sex), Operator::Equal) => part(is(sex)),
                (Some(sex), Operator::Not) => part(is(sex).not()),
                (Some(_), _) => Err(refused(filter, "a sex is = or !")),
                (None, _) => Err(refused(filter, "not a sex")),
            })
        }
        _ => None,
    }
}

/// A filter in messages.
pub(super) fn named(filter: &Filter) -> String {
    format!("filters: {}", Shown(&filter.shown()))
}

pub(super) fn refused(filter: &Filter, why: &str) -> Refusal {
    Refusal::bad(format!("{}: {why}", named(filter)))
}

/// An id as ontologies have it: addresses have an underscore in the place of the colon.
pub(super) fn curie(id: &str) -> Cow<'_, str> {
    match id.split_once('_') {
        Some((prefix, rest))
            if !rest.is_empty()
                && prefix.bytes().all(|b| b.is_ascii_alphabetic())
                && rest.bytes().all(|b| b.is_ascii_digit()) =>
        {
            Cow::Owned(format!("{prefix}:{rest}"))
        }
        _ => Cow::Borrowed(id),
    }
}

fn term(view: &View, filter: &Filter, read: &mut Filters) -> Checked<()> {
    let FilterKind::Term {
        descendants,
        similarity,
    } = filter.of
    else {
        return Ok(());
    };
    let name = name_of(filter);
    if let Some((_, zygosity)) = ZYGOSITIES.iter().find(|(id, _)| *id == name) {
        return match read.zygosity.replace(*zygosity) {
            Some(other) if other != *zygosity => Err(refused(filter, "a second zygosity")),
            _ => Ok(()),
        };
    }
    if name.starts_with("so:") {
        let consequence = VariantExpr::consequence(name.to_ascii_uppercase());
        read.variants.push(Part::new(named(filter), consequence));
        return Ok(());
    }
    if filter.scope == Some(FilterScope::Variants) {
        return Err(refused(filter, "not understood of variants"));
    }
    let id = curie(&filter.id);
    let attribute = custom(&id);
    let is = match (&attribute, similarity) {
        (_, Some(level)) => GroupExpr::similar([id.as_ref()], level),
        (Some(is), None) => is.clone(),
        (None, None) if descendants => GroupExpr::term(id.as_ref()),
        (None, None) => GroupExpr::exactly(id.as_ref()),
    };
    if attribute.is_some() || !in_ontology(view, &id)? {
        let recorded = attribute.unwrap_or_else(|| GroupExpr::term(id.as_ref()));
        read.recorded.push(Part::new(named(filter), recorded));
    }
    read.people.push(Part::new(named(filter), is));
    Ok(())
}

/// `population:FIN`: a value of an attribute as a filter of its own.
fn custom(id: &str) -> Option<GroupExpr> {
    let (name, value) = id.split_once(':')?;
    let attribute: Attribute = name.parse().ok()?;
    Some(GroupExpr::attribute(attribute, value))
}

/// Whether a term is one of the ontologies, which say nothing of anybody.
pub(super) fn in_ontology(view: &View, name: &str) -> Checked<bool> {
    let Some(terms) = view.terms() else {
        return Ok(false);
    };
    let named = || Ok(terms.number(name)?.is_some() || !terms.all_named(name)?.is_empty());
    named().map_err(|e| Refusal::of_host(&e))
}
