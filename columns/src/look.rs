//! What is there: terms, genes, samples.

use crate::field::{Column, Field, Kind};
use crate::people::listed;
use crate::table::{Cells, Table};
use std::path::Path;
use varidex::{Cohort, Dataset, GeneFound, Purpose, Result, Snapshot, TermFound, View};

/// Columns of these names and kinds, by their places.
fn numbered<const N: usize>(columns: [(&'static str, Kind); N]) -> Vec<Column> {
    let places = (0..).zip(columns);
    places
        .map(|(place, (name, kind))| Column::new(name, Field::Value(place), kind))
        .collect()
}

/// `id label scopes people people_below excluded`: the terms with an id, label or synonyms that have all words of a text, the
/// best first; without a text those that are recorded themselves. `people` are those of whom the term itself is recorded,
/// `people_below` those of whom it or something more special is, `excluded` those of whom it is recorded as absent;
/// `scopes` says what it or something more special is recorded as.
///
/// # Errors
///
/// As [`View::find_terms`].
pub fn find_terms(view: &View, text: Option<&str>) -> Result<Table> {
    let columns = numbered([
        ("id", Kind::MaybeText),
        ("label", Kind::MaybeText),
        ("scopes", Kind::MaybeText),
        ("people", Kind::Whole),
        ("people_below", Kind::Whole),
        ("excluded", Kind::Whole),
    ]);
    let found = view.find_terms(text)?;
    Ok(listed(
        columns,
        found,
        |term: &TermFound, field, to| match field {
            Field::Value(0) => to.text(term.id.as_bytes()),
            Field::Value(1) => to.text(term.label.as_bytes()),
            Field::Value(2) => {
                let scopes = term.scopes.iter().map(ToString::to_string);
                to.text(scopes.collect::<Vec<_>>().join(",").as_bytes());
            }
            Field::Value(3) => to.whole(term.people),
            Field::Value(4) => to.whole(term.people_below),
            Field::Value(5) => to.whole(term.excluded),
            _ => to.missing(),
        },
    ))
}

/// `file version`: the ontologies that were loaded; the version is missing where a file says none.
///
/// # Errors
///
/// As [`View::ontologies`].
pub fn ontologies(view: &View) -> Result<Table> {
    let columns = numbered([("file", Kind::Text), ("version", Kind::MaybeText)]);
    Ok(listed(
        columns,
        view.ontologies()?,
        |(file, version), field, to| match field {
            Field::Value(0) => to.text(file.as_bytes()),
            Field::Value(1) => to.text(version.as_bytes()),
            _ => to.missing(),
        },
    ))
}

/// `snapshot time command samples rows segments bytes`: the states of the dataset in a directory that can be opened, the
/// newest first. Time and command are missing where there is no note of them.
///
/// # Errors
///
/// As [`Dataset::snapshots`].
pub fn snapshots(path: impl AsRef<Path>) -> Result<Table> {
    let columns = numbered([
        ("snapshot", Kind::Text),
        ("time", Kind::MaybeText),
        ("command", Kind::MaybeText),
        ("samples", Kind::Whole),
        ("rows", Kind::Whole),
        ("segments", Kind::Whole),
        ("bytes", Kind::Whole),
    ]);
    let all = Dataset::snapshots(path)?;
    Ok(listed(
        columns,
        all,
        |of: &Snapshot, field, to| match field {
            Field::Value(0) => to.text(of.id.as_bytes()),
            Field::Value(1) => to.maybe_text(of.time.as_deref()),
            Field::Value(2) => to.maybe_text(of.command.as_deref()),
            Field::Value(3) => to.whole(of.samples),
            Field::Value(4) => to.whole(of.rows),
            Field::Value(5) => to.whole(of.segments),
            Field::Value(6) => to.whole(of.bytes),
            _ => to.missing(),
        },
    ))
}

/// `name count stale pinned expression snapshot time purpose permit_date`: the virtual cohorts, with how many people of those who
/// may be seen are in each; missing where it cannot be asked, for it is pinned to another state or names what is not there.
///
/// # Errors
///
/// As [`View::cohorts`].
pub fn cohorts(view: &View) -> Result<Table> {
    let columns = numbered([
        ("name", Kind::Text),
        ("count", Kind::MaybeWhole),
        ("stale", Kind::MaybeFlag),
        ("pinned", Kind::MaybeFlag),
        ("expression", Kind::Text),
        ("snapshot", Kind::Text),
        ("time", Kind::Text),
        ("purpose", Kind::MaybeText),
        ("permit_date", Kind::MaybeText),
    ]);
    let all = view.cohorts()?;
    Ok(listed(columns, all, |of: &Cohort, field, to| match field {
        Field::Value(0) => to.text(of.name.as_bytes()),
        Field::Value(1) => to.maybe_whole(of.count),
        Field::Value(2) => to.maybe_flag(Some(of.is_stale)),
        Field::Value(3) => to.maybe_flag(Some(of.is_pinned)),
        Field::Value(4) => to.text(of.expression.as_bytes()),
        Field::Value(5) => to.text(of.snapshot.as_bytes()),
        Field::Value(6) => to.text(of.time.as_bytes()),
        Field::Value(7) => to.maybe_text(of.purpose.map(Purpose::name)),
        Field::Value(8) => to.maybe_text(of.permit_date.map(|day| day.to_string()).as_deref()),
        _ => to.missing(),
    }))
}

/// `symbol chrom start end ids aliases`: the genes with names that have a text, or all, the first and the last base of
/// each, 1-based; a gene that lies at several places has a row for each.
///
/// # Errors
///
/// As [`View::find_genes`].
pub fn genes(view: &View, text: Option<&str>) -> Result<Table> {
    let columns = numbered([
        ("symbol", Kind::Text),
        ("chrom", Kind::MaybeText),
        ("start", Kind::MaybeWhole),
        ("end", Kind::MaybeWhole),
        ("ids", Kind::MaybeText),
        ("aliases", Kind::MaybeText),
    ]);
    let mut rows: Vec<GeneFound> = Vec::new();
    for gene in view.find_genes(text)? {
        if gene.places.len() < 2 {
            rows.push(gene);
            continue;
        }
        for place in &gene.places {
            let mut row = gene.clone();
            row.places = vec![place.clone()];
            rows.push(row);
        }
    }
    Ok(listed(columns, rows, |gene, field, to| {
        let place = gene.places.first();
        match field {
            Field::Value(0) => to.text(gene.symbol.as_bytes()),
            Field::Value(1) => to.maybe_text(place.map(|(contig, ..)| contig.as_str())),
            Field::Value(2) => to.maybe_whole(place.map(|(_, start, _)| *start)),
            Field::Value(3) => to.maybe_whole(place.map(|(.., end)| *end)),
            Field::Value(4) => to.text(gene.ids.join(",").as_bytes()),
            Field::Value(5) => to.text(gene.aliases.join(",").as_bytes()),
            _ => to.missing(),
        }
    }))
}

/// `sample individual batch`, and a column for each attribute that samples have: the samples, in the dataset's order.
/// Batches are counted from 0; a sample of several has them set apart by commas.
///
/// # Errors
///
/// As [`View::sample_list`].
pub fn samples(view: &View) -> Result<Table> {
    const BEFORE: usize = 3;
    let mut list = view.sample_list()?;
    let mut columns = numbered([
        ("sample", Kind::Text),
        ("individual", Kind::MaybeText),
        ("batch", Kind::MaybeText),
    ]);
    for (place, name) in (BEFORE..).zip(list.attributes()) {
        // a column has no name that another has
        let name = match columns.iter().any(|column| column.name() == name) {
            true => format!("attribute.{name}"),
            false => name.clone(),
        };
        columns.push(Column::new(name, Field::Value(place), Kind::MaybeText));
    }
    let view = view.clone();
    let mut text = String::new();
    let rows = move |columns: &[Column], to: &mut dyn Cells| {
        if !list.advance()? {
            return Ok(false);
        }
        for column in columns {
            match column.field {
                Field::Value(0) => to.text(view.sample_name(list.number())?.as_bytes()),
                Field::Value(1) => to.maybe_text(view.individual_of(list.number())?),
                Field::Value(2) => {
                    text.clear();
                    for batch in list.batches() {
                        if !text.is_empty() {
                            text.push(',');
                        }
                        text.push_str(&batch.to_string());
                    }
                    to.text(text.as_bytes());
                }
                Field::Value(place) => {
                    let place = place.checked_sub(BEFORE);
                    let value = place.and_then(|place| list.attribute(place));
                    to.maybe_text(value.as_deref());
                }
                _ => to.missing(),
            }
        }
        Ok(true)
    };
    Ok(Table::new(columns, rows))
}
