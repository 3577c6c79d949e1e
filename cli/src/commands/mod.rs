//! The commands, one module each.

mod ask;
mod build;
mod carriers;
mod demo;
mod export;
mod frequencies;
mod info;
mod people;
mod simulate;
mod variants;
mod verify;

use crate::args::{Arguments, Command};
use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::Cell;
use std::path::Path;
use varidex::{Counts, Dataset, Group, GroupExpr, LocalFiles, Variants, View};

pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let messages = Messages::new(arguments.quiet);
    match arguments.command {
        Command::Build(args) => build::run(&args, messages),
        Command::People(args) => people::run(&args, messages),
        Command::Info(args) => info::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Variants(args) => variants::run(&args),
        Command::Frequencies(args) => frequencies::run(&args, messages),
        Command::Carriers(args) => carriers::run(&args, messages),
        Command::Ask(args) => ask::run(&args, messages),
        Command::Export(args) => export::run(&args, messages),
        Command::Simulate(args) => simulate::run(&args, messages),
        Command::Demo(args) => demo::run(&args, messages),
    }
}

/// Opens a dataset to be asked: its user wrote the expressions, so that files behind `@` are read.
fn open(path: &Path) -> Result<View, Failure> {
    let dataset = Dataset::open(path)?.with_loader(LocalFiles::of_terminal());
    Ok(dataset.view())
}

/// The group an option names, and its text as the library writes it; nothing without the option.
fn group(
    view: &View,
    text: Option<&str>,
    messages: Messages,
) -> Result<Option<(Group, String)>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let who: GroupExpr = text.parse()?;
    let group = view.ask(text)?;
    say_notes(group.hints(), messages);
    Ok(Some((group, who.to_string())))
}

/// Says what who asks should know of an answer.
fn say_notes<'n>(notes: impl IntoIterator<Item = &'n String>, messages: Messages) {
    for note in notes {
        messages.say(format_args!("note: {note}"));
    }
}

/// The variants of an expression, counted in a group where there is one.
fn find<'a>(view: &'a View, of: &str, group: Option<&Group>) -> Result<Variants<'a>, Failure> {
    Ok(match group {
        Some(group) => view.variants_in(of, group)?,
        None => view.variants(of)?,
    })
}

/// `ac an af n_het n_hom n_hemi n_missing`.
fn count_cells(counts: &Counts) -> [Cell<'static>; 7] {
    [
        Cell::Integer(counts.ac),
        counts.an.map_or(Cell::Missing, Cell::Integer),
        counts.af().map_or(Cell::Missing, Cell::Share),
        Cell::Integer(counts.n_het),
        Cell::Integer(counts.n_hom),
        Cell::Integer(counts.n_hemi),
        Cell::Integer(counts.n_missing),
    ]
}

/// A 0-based position as VCF has it.
fn position_cell(position: varidex::Position) -> Cell<'static> {
    Cell::Integer(u64::try_from(position.one_based()).unwrap_or_default())
}
