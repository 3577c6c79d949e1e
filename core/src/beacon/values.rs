//! Filters with a value.

use super::asked::{Filter, FilterKind, Operator};
use super::filters::{curie, in_ontology, name_of, named, refused, sex_of};
use super::refusal::{Checked, Refusal};
use crate::access::Release;
use crate::cohort::View;
use crate::model::{Attribute, AttributeType, Scope};
use crate::query::GroupExpr;
use serde_json::{Value, json};

/// Why a field that has no numbers cannot be compared.
const NO_NUMBERS: &str = "its values are = or !, for they are no numbers";

/// Names of the age at which somebody was seen last.
const AGES: [&str; 4] = ["age", "pato:0000011", "ncit:c25150", "timeatlastencounter"];

/// Names of the age at which a disease began.
const ONSETS: [&str; 5] = [
    "ageofonset",
    "diseases.ageofonset",
    "diseases.ageofonset.iso8601duration",
    "efo:0004847",
    "hp:0003674",
];

/// Names of records, in paths of the model and by themselves, with the scope that they are of.
const RECORDS: [(&str, Scope); 8] = [
    ("diseases", Scope::Disease),
    ("ethnicity", Scope::Ethnicity),
    ("exposures", Scope::Exposure),
    ("interventionsorprocedures", Scope::Procedure),
    ("measurements", Scope::Measurement),
    ("measures", Scope::Measurement),
    ("phenotypicfeatures", Scope::Phenotype),
    ("treatments", Scope::Treatment),
];

/// What a filter with a value asks, not negated.
pub(super) struct Valued {
    pub(super) is: GroupExpr,
    /// A name in it that records alone have.
    pub(super) recorded: Option<GroupExpr>,
}

impl Valued {
    /// Of names that are known whoever is recorded.
    fn known(is: GroupExpr) -> Self {
        Self { is, recorded: None }
    }

    fn recorded(is: GroupExpr) -> Self {
        Self {
            recorded: Some(is.clone()),
            is,
        }
    }
}

/// A filter with a value, and of whom it is asked.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) view: &'a View,
    pub(super) filter: &'a Filter,
    pub(super) operator: Operator,
    pub(super) value: &'a str,
    /// What may be said of how many.
    pub(super) release: Release,
}

/// A filter of a field, among all filters.
pub(super) fn value_of(about: &About<'_>, all: &[Filter]) -> Checked<Valued> {
    let &About {
        view,
        filter,
        operator,
        value,
        ..
    } = about;
    let name = name_of(filter);
    if AGES.contains(&name.as_str()) {
        let is = age(filter, operator, value, |test| json!({ "age": test }))?;
        return Ok(Valued::known(is));
    }
    if ONSETS.contains(&name.as_str()) {
        return onset(view, all, filter, operator, value);
    }
    let attribute = match name.as_str() {
        "geographicorigin" | "geographicorigin.id" | "geographicorigin.label" => {
            Some(Attribute::Country)
        }
        "karyotypicsex" => Some(Attribute::Karyotype),
        _ => filter.id.parse().ok(),
    };
    if let Some(attribute) = attribute {
        let is = GroupExpr::attribute(attribute, value);
        return match (operator, attribute.is_closed()) {
            (Operator::Equal | Operator::Not, true) => Ok(Valued::known(is)),
            (Operator::Equal | Operator::Not, false) => Ok(Valued::recorded(is)),
            _ => Err(refused(filter, NO_NUMBERS)),
        };
    }
    let mut path = name.split('.');
    let first = path.next().unwrap_or_default();
    if let Some((_, scope)) = RECORDS.iter().find(|(of, _)| *of == first) {
        let is_code =
            |part: &str| part.ends_with("code") || ["id", "label", "featuretype"].contains(&part);
        return match path.all(is_code) {
            true => labelled(view, *scope, filter, operator, value),
            false => Err(refused(filter, "not understood")),
        };
    }
    other(about)
}

/// The age at which a disease began: of the same record as the disease that is asked for, or of any where none is.
fn onset(
    view: &View,
    all: &[Filter],
    filter: &Filter,
    operator: Operator,
    value: &str,
) -> Checked<Valued> {
    let mut terms = all.iter().filter(|of| {
        let name = name_of(of);
        let is_term = matches!(
            of.of,
            FilterKind::Term {
                similarity: None,
                ..
            }
        );
        is_term
            && sex_of(of).is_none()
            && !["so:", "geno:", "hp:"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
    });
    let of = |disease: &str| {
        age(filter, operator, value, |mut test| {
            if let Some(test) = test.as_object_mut() {
                test.insert("of".to_owned(), json!(disease));
            }
            json!({ "onset": test })
        })
    };
    match (terms.next(), terms.next()) {
        (Some(disease), None) => Ok(Valued::known(of(&curie(&disease.id))?)),
        (Some(_), Some(_)) => Err(refused(
            filter,
            "an age of onset is of one disease: several terms are filters beside it",
        )),
        (None, _) => {
            // the age is looked at even where nobody has a disease
            of("any")?;
            let found = view.find_terms(None).map_err(|e| Refusal::of_host(&e))?;
            let diseases = found
                .iter()
                .filter(|term| term.scopes.contains(&Scope::Disease));
            let each = diseases.map(|term| match term.id.is_empty() {
                true => of(&term.label),
                false => of(&term.id),
            });
            let any = GroupExpr::any_of(each.collect::<Checked<Vec<_>>>()?);
            Ok(Valued::known(any))
        }
    }
}

/// A test of an age, which JSON expressions hold.
fn age(
    filter: &Filter,
    operator: Operator,
    value: &str,
    test: impl FnOnce(Value) -> Value,
) -> Checked<GroupExpr> {
    // a number alone is of years
    let value = match value.bytes().all(|b| b.is_ascii_digit()) {
        true => format!("{value}y"),
        false => value.to_owned(),
    };
    let json = test(json!({ not_negated(operator): value })).to_string();
    GroupExpr::from_json(&json).map_err(|_| refused(filter, "expected an age, as P70Y6M"))
}

/// An operator as expressions have it, where `!` is put around them.
fn not_negated(operator: Operator) -> &'static str {
    match operator {
        Operator::Not => Operator::Equal.name(),
        other => other.name(),
    }
}

/// Records of a scope by id or label, in which `%` stands for any text at the ends.
fn labelled(
    view: &View,
    scope: Scope,
    filter: &Filter,
    operator: Operator,
    value: &str,
) -> Checked<Valued> {
    if !matches!(operator, Operator::Equal | Operator::Not) {
        return Err(refused(filter, NO_NUMBERS));
    }
    let (open_start, open_end) = (value.starts_with('%'), value.ends_with('%'));
    if !open_start && !open_end {
        let is = GroupExpr::term_as(scope, value);
        return Ok(match in_ontology(view, value)? {
            true => Valued::known(is),
            false => Valued::recorded(is),
        });
    }
    let wanted = value.trim_matches('%').to_lowercase();
    let fits = |text: &str| {
        let text = text.to_lowercase();
        match (open_start, open_end) {
            (true, true) => text.contains(&wanted),
            (true, false) => text.ends_with(&wanted),
            (false, _) => text.starts_with(&wanted),
        }
    };
    // where none fits that is nobody, as it is of words that few have
    let found = view.find_terms(None).map_err(|e| Refusal::of_host(&e))?;
    let terms = found
        .iter()
        .filter(|term| term.scopes.contains(&scope) && (fits(&term.label) || fits(&term.id)))
        .map(|term| match term.id.is_empty() {
            true => GroupExpr::term_as(scope, &term.label),
            false => GroupExpr::term_as(scope, &term.id),
        });
    Ok(Valued::known(GroupExpr::any_of(terms)))
}

/// A free attribute, or an assay with a number. What is neither, and an attribute that too few have, is answered as one
/// of which too few have the value: which it is may not be seen.
fn other(about: &About<'_>) -> Checked<Valued> {
    let (filter, value) = (about.filter, about.value);
    let name = filter.id.strip_prefix("info.").unwrap_or(&filter.id);
    let symbol = not_negated(about.operator);
    if let Some(kind) = about.attribute(name)? {
        let is = read(&json!({ "attribute": { "name": name, symbol: value } }));
        return Ok(match (is, kind) {
            (Some(is), AttributeType::Text | AttributeType::Code) => Valued::recorded(is),
            // of a number, a day or an age nobody may have it, and it is known all the same
            (Some(is), _) => Valued::known(is),
            (None, _) => Valued::recorded(GroupExpr::all().not()),
        });
    }
    let number = value.parse::<f64>().ok();
    let Some(number) = number.filter(|number| number.is_finite()) else {
        return Ok(Valued::recorded(GroupExpr::all().not()));
    };
    let recorded = match in_ontology(about.view, &filter.id)? {
        true => None,
        false => Some(GroupExpr::term_as(Scope::Measurement, &filter.id)),
    };
    let is = match about.unit()? {
        Some(unit) => {
            let of = json!({ "of": filter.id, "unit": unit, symbol: number });
            read(&json!({ "measurement": of }))
        }
        None => None,
    };
    Ok(Valued {
        is: is.unwrap_or_else(|| GroupExpr::all().not()),
        recorded,
    })
}

fn read(json: &Value) -> Option<GroupExpr> {
    GroupExpr::from_json(&json.to_string()).ok()
}

impl About<'_> {
    /// The type of a free attribute that enough people have.
    fn attribute(&self, name: &str) -> Checked<Option<AttributeType>> {
        let known = self.view.individual_attributes();
        let known = known.map_err(|e| Refusal::of_host(&e))?;
        let named = known.iter().find(|of| of.name.eq_ignore_ascii_case(name));
        let named = named.filter(|of| self.release.is_shown(of.count));
        Ok(named.map(|of| of.kind))
    }

    /// The unit of an assay's values: the one that enough people have values in, `None` where there is none.
    fn unit(&self) -> Checked<Option<String>> {
        let assay = &self.filter.id;
        let units = self.view.units_of(assay);
        let units = units.map_err(|e| Refusal::of_host(&e))?.into_iter();
        let shown = units.filter(|(_, people)| self.release.is_shown(*people));
        let mut shown = shown.map(|(unit, _)| unit);
        match (shown.next(), shown.next()) {
            (unit, None) => Ok(unit),
            (_, Some(_)) => Err(Refusal::unanswerable(format!(
                "{}: its values are in several units, and a filter names none",
                named(self.filter)
            ))),
        }
    }
}
