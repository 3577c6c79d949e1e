//! The commands, one module each.

mod annotate;
mod ask;
pub(crate) mod audit;
pub(crate) mod beacon;
mod build;
mod carriers;
pub(crate) mod cohort;
pub(crate) mod compact;
mod completions;
pub(crate) mod consent;
pub(crate) mod dcat;
pub(crate) mod demo;
mod export;
mod frequencies;
mod info;
pub(crate) mod look;
mod people;
pub(crate) mod publish;
pub(crate) mod simulate;
mod variants;
mod verify;

use crate::args::{Arguments, Command, State, Variants};
use crate::failure::Failure;
use crate::progress::Messages;
use consent::Seen;
use std::io;
use std::path::Path;
use varidex::{Dataset, Error, Group, LocalFiles, PolicyView, Published, Query, View};

pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let messages = Messages::new(arguments.quiet);
    match arguments.command {
        Command::Build(args) => build::run(&args, messages),
        Command::Add(args) => build::add(&args, messages),
        Command::People(args) => people::run(&args, messages),
        Command::Withdraw(args) => consent::withdraw(&args, messages),
        Command::Restore(args) => consent::restore(&args, messages),
        Command::Consent(args) => consent::run(&args, messages),
        Command::Audit(args) => audit::run(&args),
        Command::Cohort(args) => cohort::run(&args, messages),
        Command::Info(args) => info::run(&args, messages),
        Command::Verify(args) => verify::run(&args),
        Command::Compact(args) => compact::run(&args, messages),
        Command::Variants(args) => variants::run(&args, messages),
        Command::Frequencies(args) => frequencies::run(&args, messages),
        Command::Carriers(args) => carriers::run(&args, messages),
        Command::Ask(args) => ask::run(&args, messages),
        Command::Individual(args) => look::individual(&args, messages),
        Command::Terms(args) => look::terms(&args, messages),
        Command::Genes(args) => look::genes(&args, messages),
        Command::Samples(args) => look::samples(&args, messages),
        Command::Snapshots(args) => look::snapshots(&args, messages),
        Command::Export(args) => export::run(&args, messages),
        Command::Annotate(args) => annotate::run(&args, messages),
        Command::Publish(args) => publish::run(&args, messages),
        Command::Beacon(args) => beacon::run(&args),
        Command::Simulate(args) => simulate::run(&args, messages),
        Command::Demo(args) => demo::run(&args, messages),
        Command::Completions(args) => completions::run(&args),
    }
}

/// Opens the dataset that is asked, in the state that is.
fn opened(path: &Path, state: &State) -> varidex::Result<Dataset> {
    match &state.snapshot {
        Some(id) => Dataset::open_snapshot(path, id),
        None => Dataset::open(path),
    }
}

/// Opens a dataset to be asked: its user wrote the expressions, so that files behind `@` are read. Under a policy that does not
/// show records it is refused.
fn open(path: &Path, seen: &Seen, messages: Messages) -> Result<View, Failure> {
    let dataset = opened(path, &seen.state)?.with_loader(LocalFiles::of_terminal());
    let view = seen.view(&dataset)?;
    say_notes(view.note().map(str::to_owned).iter(), messages);
    Ok(view)
}

/// The same under a policy, where one is asked for that does not show records.
fn open_shown(path: &Path, seen: &Seen, messages: Messages) -> Result<Option<PolicyView>, Failure> {
    let dataset = opened(path, &seen.state)?.with_loader(LocalFiles::of_terminal());
    seen.shown(&dataset, messages)
}

/// The published file that is asked; nothing where a dataset is.
fn published(path: &Path, seen: &Seen) -> Result<Option<Published>, Failure> {
    if !path.is_file() {
        return Ok(None);
    }
    seen.refuse_any(path)?;
    Ok(Some(Published::open(path)?))
}

/// The group an option names; nothing without the option.
fn group(view: &View, text: Option<&str>, messages: Messages) -> Result<Option<Group>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let group = view.ask(text)?;
    say_notes(group.hints(), messages);
    Ok(Some(group))
}

/// Says what who asks should know of an answer.
fn say_notes<'n>(notes: impl IntoIterator<Item = &'n String>, messages: Messages) {
    for note in notes {
        messages.say(format_args!("note: {note}"));
    }
}

/// Says what who asks for variants should know.
fn say_notes_on(query: &Query, view: &View, messages: Messages) -> Result<(), Failure> {
    say_notes(&view.notes_on(query)?, messages);
    Ok(())
}

/// What is asked of variants, counted in a group where there is one.
fn query(asked: &Variants, group: Option<&Group>) -> Result<Query, Failure> {
    let of = asked.of.as_deref().unwrap_or_default();
    Ok(Query::new(of)?.in_group(group).after(asked.after))
}

/// Writes out what is left of an output that a summary is of.
fn flushed<T>(out: &mut dyn io::Write, summary: T) -> varidex::Result<T> {
    out.flush().map_err(|e| Error::io("output", e))?;
    Ok(summary)
}

/// What was written: what cannot be written to standard output is reported as every other command does.
fn written<T>(written: varidex::Result<T>, to_stdout: bool) -> Result<T, Failure> {
    match written {
        Err(Error::Io { path, source }) if to_stdout && path == Path::new("output") => {
            Err(Failure::Output(source))
        }
        other => Ok(other?),
    }
}
