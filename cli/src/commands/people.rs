//! `varidex people`.

use crate::args::People;
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use crate::table::print;
use varidex::{Error, PeopleOptions};

pub(crate) fn run(args: &People, messages: Messages) -> Result<(), Failure> {
    if let Some(table) = &args.guess {
        return print(&varidex::guess_mapping(table)?);
    }
    let Some(dataset) = &args.dataset else {
        return Ok(());
    };
    let known = &args.known;
    if args.files.is_empty() && known.ontology.is_empty() && known.sample_table.is_empty() {
        if args.map.is_some() || args.known.sample_map.is_some() {
            let message = "--map and --sample-map are about files of people: name these, too";
            return Err(Error::Usage(message.to_owned()).into());
        }
        if let Some(view) = super::open_shown(dataset, &args.seen)? {
            if args.by.is_empty() || args.scope.is_some() {
                let message =
                    "under this policy people are counted by fields: --by FIELD,... names them";
                return Err(Error::Usage(message.to_owned()).into());
            }
            let table = varidex_columns::shown_people(&view, &args.by)?;
            return args.written.write(table, messages);
        }
        let view = super::open(dataset, &args.seen, messages)?;
        let by = view.by(&args.by)?;
        let table = varidex_columns::people(&view, &by, args.scope, args.top)?;
        return args.written.write(table, messages);
    }
    if args.seen.state.snapshot.is_some() {
        let message = "--snapshot asks an earlier state: people are loaded into the newest";
        return Err(Error::Usage(message.to_owned()).into());
    }
    let options = PeopleOptions {
        files: args.files.clone(),
        mapping: args.map.clone(),
        ontologies: args.known.ontology.clone(),
        sample_map: args.known.sample_map.clone(),
        sample_tables: args.known.sample_table.clone(),
        memory: args.memory,
        keep: args.keeping.keep,
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
