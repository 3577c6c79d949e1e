//! People.

use crate::field::{Column, Field, Kind, columns};
use crate::table::{Cells, Table};
use varidex::{AgeBands, Attribute, By, Group, Result, Scope, TermCount, View};

/// A table of what is known before it is read: one cell for each row and column.
pub(crate) fn listed<T: Send + 'static>(
    columns: Vec<Column>,
    all: Vec<T>,
    cell: impl Fn(&T, Field, &mut dyn Cells) + Send + 'static,
) -> Table {
    let mut all = all.into_iter();
    let rows = move |columns: &[Column], to: &mut dyn Cells| {
        let Some(row) = all.next() else {
            return Ok(false);
        };
        for column in columns {
            cell(&row, column.field, to);
        }
        Ok(true)
    };
    Table::new(columns, rows)
}

/// `id`, and `score` where a similarity was asked for: the ids of a group's people, or names of samples
/// of which no person is known; in the order of [`varidex::Group::ranked`], the first `top` of them.
///
/// # Errors
///
/// As [`varidex::Group::ranked`].
pub fn ids(group: &Group, top: Option<usize>) -> Result<Table> {
    let ranked = group.ranked()?.into_iter();
    let ranked = ranked.take(top.unwrap_or(usize::MAX));
    let ranked: Vec<_> = ranked.map(|(id, score)| (id.to_owned(), score)).collect();
    let mut columns = vec![Column::new("id", Field::Id, Kind::Text)];
    if group.has_scores() {
        columns.extend(crate::field::columns([Field::Score]));
    }
    Ok(listed(
        columns,
        ranked,
        |(id, score), field, to| match field {
            Field::Id => to.text(id.as_bytes()),
            Field::Score => to.maybe_share(*score),
            _ => to.missing(),
        },
    ))
}

/// A column for each field ([`View::by`]), and `people`: how many people there are with these values, null where none
/// is known. Without fields `what value label people`: sexes, ages and populations, free attributes of individuals
/// and of samples with their types, and the terms recorded most often, `top` of them; only the terms recorded as
/// `scope`, where there is one.
///
/// # Errors
///
/// As [`View::people_counts`].
pub fn people(view: &View, by: &[By], scope: Option<Scope>, top: usize) -> Result<Table> {
    if by.is_empty() {
        return summary(view, scope, top);
    }
    let fields = by.iter().enumerate();
    let mut all: Vec<Column> = fields
        .map(|(number, by)| Column::new(by.to_string(), Field::Value(number), Kind::MaybeText))
        .collect();
    all.extend(columns([Field::People]));
    let counts = view.people_counts(by)?;
    Ok(listed(all, counts, |row, field, to| match field {
        Field::Value(number) => to.maybe_text(row.values.get(number).and_then(Option::as_deref)),
        Field::People => to.whole(row.people),
        _ => to.missing(),
    }))
}

/// `id label people`: the terms recorded of people, or more special ones, the most frequent first.
///
/// # Errors
///
/// As [`View::term_counts`].
pub fn terms(view: &View, scope: Option<Scope>) -> Result<Table> {
    let mut all = vec![Column::new("id", Field::Id, Kind::Text)];
    all.extend(columns([Field::Label, Field::People]));
    let counts = view.term_counts(scope)?;
    Ok(listed(all, counts, |term, field, to| match field {
        Field::Id => to.text(term.id.as_bytes()),
        Field::Label => to.text(term.label.as_bytes()),
        Field::People => to.whole(term.people),
        _ => to.missing(),
    }))
}

/// One row: what is counted, its value, the value's label, how many people.
struct Summary {
    what: String,
    value: Option<String>,
    label: String,
    people: u64,
}

impl Summary {
    fn cell(&self, field: Field, to: &mut dyn Cells) {
        match field {
            Field::What => to.text(self.what.as_bytes()),
            Field::Value(_) => to.maybe_text(self.value.as_deref()),
            Field::Label => to.text(self.label.as_bytes()),
            Field::People => to.whole(self.people),
            _ => to.missing(),
        }
    }
}

fn summary(view: &View, scope: Option<Scope>, top: usize) -> Result<Table> {
    let mut found: Vec<Summary> = Vec::new();
    let fields = [
        By::Attribute(Attribute::Sex),
        By::Age(AgeBands::default()),
        By::Attribute(Attribute::Population),
    ];
    for by in fields.into_iter().filter(|_| scope.is_none()) {
        let counts = view.people_counts(std::slice::from_ref(&by))?.into_iter();
        found.extend(counts.map(|row| Summary {
            what: by.to_string(),
            value: row.values.into_iter().next().flatten(),
            label: String::new(),
            people: row.people,
        }));
    }
    if scope.is_none() {
        let attributes = [
            ("attribute", view.individual_attributes()?),
            ("sample attribute", view.sample_attributes()?),
        ];
        for (what, attributes) in attributes {
            found.extend(attributes.into_iter().map(|attribute| Summary {
                what: what.to_owned(),
                label: attribute.kind.name().to_owned(),
                value: Some(attribute.name),
                people: attribute.count,
            }));
        }
    }
    let terms = view.term_counts(scope)?.into_iter().take(top);
    found.extend(terms.map(|term: TermCount| Summary {
        what: "term".to_owned(),
        value: Some(term.id),
        label: term.label,
        people: term.people,
    }));
    let fields = [Field::What, Field::Value(0), Field::Label, Field::People];
    Ok(listed(columns(fields), found, Summary::cell))
}
