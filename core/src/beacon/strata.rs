//! Filters of a published file: those that pick people who are a union of its strata.

use super::asked::{Filter, FilterKind, FilterScope, Operator};
use super::filters::{name_of, named, refused, sex_named};
use super::refusal::{Checked, Refusal};
use crate::model::{ATTRIBUTE_PREFIX, Attribute};
use crate::publish::{StrataGroup, expected_strata};
use crate::store::published::PublishedInfo;
use serde_json::{Value, json};

/// Terms of the sexes that files have.
const SEX_TERMS: [(&str, &str); 2] = [("female", "NCIT:C16576"), ("male", "NCIT:C20197")];

/// A value of a field that people have, or do not have.
struct Picked<'f> {
    /// The number of the field.
    field: usize,
    value: &'f str,
    negated: bool,
}

/// The people whom filters pick; `None` without filters.
///
/// All must hold; of several sexes any does, for nobody has two.
pub(super) fn group(info: &PublishedInfo, filters: &[Filter]) -> Checked<Option<StrataGroup>> {
    if filters.is_empty() {
        return Ok(None);
    }
    let mut picked = Vec::with_capacity(filters.len());
    for filter in filters {
        picked.push(read(info, filter)?);
    }
    let refused = || {
        let all: Vec<String> = filters.iter().map(named).collect();
        Refusal::unanswerable(format!(
            "{}: expected {}",
            all.join(", "),
            expected_strata(info)
        ))
    };
    // groups that are too small to be strata may be of what is asked for, unless that is one stratum
    let is_one = (0..info.fields.len())
        .all(|field| picked.iter().any(|of| of.field == field && !of.negated));
    if !info.has_all_groups && !is_one {
        return Err(refused());
    }
    let strata = info.strata.iter().enumerate().filter(|(_, stratum)| {
        let has = |of: &Picked<'_>| {
            let value = stratum.values.get(of.field).and_then(Option::as_deref);
            match value {
                Some(value) => value.eq_ignore_ascii_case(of.value),
                None => of.value.eq_ignore_ascii_case(UNKNOWN),
            }
        };
        picked.iter().all(|of| match of.negated {
            true => !has(of),
            false => has(of) || (is_sex(info, of.field) && same_field(&picked, of).any(has)),
        })
    });
    let strata: Vec<usize> = strata.map(|(number, _)| number).collect();
    match strata.is_empty() {
        true => Err(refused()),
        false => Ok(Some(StrataGroup::of_strata(info, &strata))),
    }
}

/// What people are called of whom a field is not known.
const UNKNOWN: &str = "unknown";

fn is_sex(info: &PublishedInfo, field: usize) -> bool {
    let name = info.fields.get(field);
    name.is_some_and(|name| name == Attribute::Sex.name())
}

/// What is picked of the field of one of them, and is not negated.
fn same_field<'p, 'f>(
    picked: &'p [Picked<'f>],
    of: &Picked<'_>,
) -> impl Iterator<Item = &'p Picked<'f>> {
    let field = of.field;
    let all = picked.iter();
    all.filter(move |other| other.field == field && !other.negated)
}

/// A filter as a value of a field.
fn read<'f>(info: &PublishedInfo, filter: &'f Filter) -> Checked<Picked<'f>> {
    let unanswerable = || {
        Refusal::unanswerable(format!(
            "{}: expected {}",
            named(filter),
            expected_strata(info)
        ))
    };
    let field_of = |name: &str| {
        let bare = |name: &str| {
            let name = name.strip_prefix(ATTRIBUTE_PREFIX).unwrap_or(name);
            name.to_ascii_lowercase()
        };
        let mut fields = info.fields.iter();
        fields.position(|field| bare(field) == bare(name))
    };
    if filter.scope == Some(FilterScope::Variants) {
        return Err(unanswerable());
    }
    let sex = Attribute::Sex.name();
    let (name, value, negated) = match &filter.of {
        FilterKind::Term {
            similarity: Some(_),
            ..
        } => return Err(unanswerable()),
        FilterKind::Term { .. } => match (sex_named(&filter.id), filter.id.split_once(':')) {
            (Some(value), _) if filter.id.contains([':', '_']) => (sex, value, false),
            (_, Some((name, value))) => (name, value, false),
            _ => return Err(unanswerable()),
        },
        FilterKind::Value { operator, value } => {
            let id = filter.id.strip_prefix("info.").unwrap_or(&filter.id);
            let name = name_of(filter);
            let name = match name.as_str() {
                "sex" | "gender" => sex,
                _ if name.starts_with("geographicorigin") => Attribute::Country.name(),
                _ => id,
            };
            if field_of(name).is_none() {
                return Err(unanswerable());
            }
            let negated = match operator {
                Operator::Equal => false,
                Operator::Not => true,
                _ => return Err(refused(filter, "the values of strata are = or !")),
            };
            (name, value.as_str(), negated)
        }
    };
    let field = field_of(name).ok_or_else(unanswerable)?;
    let value = match name == sex {
        true => sex_named(value).ok_or_else(|| refused(filter, "not a sex"))?,
        false => value,
    };
    Ok(Picked {
        field,
        value,
        negated,
    })
}

/// The filters that a file takes, as the list of terms has them.
pub(super) fn terms(info: &PublishedInfo) -> Vec<Value> {
    let mut all = Vec::new();
    let scopes = ["individual"];
    for (number, field) in info.fields.iter().enumerate() {
        all.push(json!({ "type": "alphanumeric", "id": field, "scopes": scopes }));
        let mut values: Vec<&str> = info
            .strata
            .iter()
            .filter_map(|stratum| stratum.values.get(number)?.as_deref())
            .collect();
        values.sort_unstable();
        values.dedup();
        for value in values {
            let sex = SEX_TERMS.iter().find(|(sex, _)| *sex == value);
            let sex = sex.filter(|_| is_sex(info, number));
            all.push(match sex {
                Some((sex, term)) => {
                    json!({ "type": "ontology", "id": term, "label": sex, "scopes": scopes })
                }
                None => json!({
                    "type": "custom",
                    "id": format!("{field}:{value}"),
                    "label": value,
                    "scopes": scopes,
                }),
            });
        }
    }
    all
}
