//! People.

use crate::batches::{Batches, Kind, Row, schema};
use varidex::{Attribute, Group, PeopleKey, Result, Scope, View};

/// `id`, and `score` where a similarity was asked for: the ids of a group's people, or names of samples
/// of which no person is known; in the order of [`varidex::Group::ranked`].
///
/// # Errors
///
/// As [`varidex::Group::ranked`].
pub fn ids(group: &Group) -> Result<Batches> {
    let scored = group.has_scores();
    let ranked = group.ranked()?.into_iter();
    let mut ranked = ranked
        .map(|(id, score)| (id.to_owned(), score))
        .collect::<Vec<_>>()
        .into_iter();
    let score = scored.then_some(("score", Kind::MaybeShare));
    let columns = [("id", Kind::Text)].into_iter().chain(score);
    let rows = move |to: &mut Row<'_>| {
        let Some((id, score)) = ranked.next() else {
            return Ok(false);
        };
        to.name(&id);
        if scored {
            to.share(score);
        }
        Ok(true)
    };
    Ok(Batches::new(schema(columns), rows))
}

/// A column for each key, and `people`: how many people there are with these values, null where a key
/// has none. Without keys `what value label people`: sexes, ages and populations, and the terms recorded
/// most often, `top` of them.
///
/// # Errors
///
/// As [`View::people_counts`].
pub fn people(view: &View, by: &[PeopleKey], top: usize) -> Result<Batches> {
    if by.is_empty() {
        return summary(view, top);
    }
    let names: Vec<String> = by.iter().map(ToString::to_string).collect();
    let columns = names.iter().map(|name| (name.as_str(), Kind::MaybeText));
    let schema = schema(columns.chain([("people", Kind::Whole)]));
    let mut counts = view.people_counts(by)?.into_iter();
    let rows = move |to: &mut Row<'_>| {
        let Some(row) = counts.next() else {
            return Ok(false);
        };
        for value in &row.values {
            to.text(value.as_deref().unwrap_or_default());
        }
        to.whole(Some(row.people));
        Ok(true)
    };
    Ok(Batches::new(schema, rows))
}

/// `id label people`: the terms recorded of people, or more special ones, the most frequent first.
///
/// # Errors
///
/// As [`View::term_counts`].
pub fn terms(view: &View, scope: Option<Scope>) -> Result<Batches> {
    let columns = [
        ("id", Kind::Text),
        ("label", Kind::MaybeText),
        ("people", Kind::Whole),
    ];
    let mut counts = view.term_counts(scope)?.into_iter();
    let rows = move |to: &mut Row<'_>| {
        let Some(term) = counts.next() else {
            return Ok(false);
        };
        to.name(&term.id);
        to.text(&term.label);
        to.whole(Some(term.people));
        Ok(true)
    };
    Ok(Batches::new(schema(columns), rows))
}

/// One row: what is counted, its value, the value's label, how many people.
type Summary = (String, Option<String>, Option<String>, u64);

fn summary(view: &View, top: usize) -> Result<Batches> {
    let columns = [
        ("what", Kind::Text),
        ("value", Kind::MaybeText),
        ("label", Kind::MaybeText),
        ("people", Kind::Whole),
    ];
    let mut found: Vec<Summary> = Vec::new();
    for key in [
        PeopleKey::Attribute(Attribute::Sex),
        PeopleKey::Age,
        PeopleKey::Attribute(Attribute::Population),
    ] {
        for row in view.people_counts(&[key])? {
            let value = row.values.into_iter().next().flatten();
            found.push((key.to_string(), value, None, row.people));
        }
    }
    for term in view.term_counts(None)?.into_iter().take(top) {
        let label = (!term.label.is_empty()).then_some(term.label);
        found.push(("term".to_owned(), Some(term.id), label, term.people));
    }
    let mut found = found.into_iter();
    let rows = move |to: &mut Row<'_>| {
        let Some((what, value, label, people)) = found.next() else {
            return Ok(false);
        };
        to.name(&what);
        to.text(value.as_deref().unwrap_or_default());
        to.text(label.as_deref().unwrap_or_default());
        to.whole(Some(people));
        Ok(true)
    };
    Ok(Batches::new(schema(columns), rows))
}
