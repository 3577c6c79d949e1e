//! `varidex people`.

use crate::args::People;
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use crate::table::{Cell, Table, print};
use varidex::{Dataset, PeopleKey, PeopleOptions, View};

pub(crate) fn run(args: &People, messages: Messages) -> Result<(), Failure> {
    if let Some(table) = &args.guess {
        return print(&varidex::guess_mapping(table)?);
    }
    let Some(dataset) = &args.dataset else {
        return Ok(());
    };
    if args.files.is_empty() && args.known.ontology.is_empty() {
        return count(args, &Dataset::open(dataset)?.view());
    }
    let options = PeopleOptions {
        files: args.files.clone(),
        mapping: args.map.clone(),
        ontologies: args.known.ontology.clone(),
        sample_map: args.known.sample_map.clone(),
    };
    progress::watch_interrupts();
    let bar = messages.step("people", None, Unit::Bytes);
    let loaded = varidex::load_people(dataset, &options, &mut |what| {
        bar.set_message(what.to_owned());
        !progress::interrupted()
    });
    bar.finish_and_clear();
    messages.say(loaded?.to_string().trim_end());
    Ok(())
}

/// Without keys: how many people have each sex, age, population and term.
fn count(args: &People, view: &View) -> Result<(), Failure> {
    if !args.by.is_empty() {
        let names: Vec<String> = args.by.iter().map(ToString::to_string).collect();
        let columns: Vec<&str> = names.iter().map(String::as_str).chain(["people"]).collect();
        let mut table = Table::new(args.format, &columns);
        for row in view.people_counts(&args.by)? {
            let values = row.values.iter();
            let mut cells: Vec<Cell<'_>> = values
                .map(|value| value.as_deref().map_or(Cell::Missing, Cell::Text))
                .collect();
            cells.push(Cell::Integer(row.people));
            table.row(&cells)?;
        }
        return table.finish();
    }
    let terms = view.term_counts(args.scope)?;
    let mut table = Table::new(args.format, &["what", "value", "label", "people"]);
    if args.scope.is_none() {
        let keys = [
            PeopleKey::Attribute(varidex::Attribute::Sex),
            PeopleKey::Age,
            PeopleKey::Attribute(varidex::Attribute::Population),
        ];
        for key in keys {
            for row in view.people_counts(&[key])? {
                let value = row.values.first().and_then(|value| value.as_deref());
                table.row(&[
                    Cell::Text(&key.to_string()),
                    value.map_or(Cell::Missing, Cell::Text),
                    Cell::Missing,
                    Cell::Integer(row.people),
                ])?;
            }
        }
    }
    for term in terms.iter().take(args.top) {
        table.row(&[
            Cell::Text("term"),
            Cell::bytes(term.id.as_bytes()),
            Cell::bytes(term.label.as_bytes()),
            Cell::Integer(term.people),
        ])?;
    }
    table.finish()
}
