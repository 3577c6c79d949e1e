//! `varidex frequencies`.

use crate::args::Frequencies;
use crate::failure::Failure;
use crate::progress::{self, Messages};
use crate::table::write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use varidex::{AnnotateWith, Group, SiteCounts, View};

pub(crate) fn run(args: &Frequencies, messages: Messages) -> Result<(), Failure> {
    let asked = &args.grouped.variants;
    let view = super::open(&asked.dataset)?;
    let group = super::group(&view, args.grouped.group.as_deref(), messages)?;
    let counting = match &group {
        Some(group) => group.counting_note(),
        None => view.all()?.counting_note(),
    };
    super::say_notes(&counting, messages);
    if let Some(file) = &args.sites {
        return progress::stoppable(|| sites(args, view, group, file, messages));
    }
    let query = super::query(asked, group.as_ref())?;
    super::say_notes_on(&query, &view, messages)?;
    let table = varidex_columns::frequencies(&view, &query, &args.by)?;
    write(table, &asked.columns, asked.format, messages)
}

/// The alleles of a file.
fn sites(
    args: &Frequencies,
    view: View,
    group: Option<Group>,
    file: &Path,
    messages: Messages,
) -> Result<(), Failure> {
    let asked = &args.grouped.variants;
    let mut with = AnnotateWith::new(view).by(args.by.iter().copied());
    let label = group.as_ref().map(|group| group.label().to_owned());
    if let Some(group) = group {
        with = with.in_group(group);
    }
    let counts = Arc::new(Mutex::new(SiteCounts::open(file, &with)?));
    let table = varidex_columns::sites(Arc::clone(&counts), label.as_deref());
    let table = match asked.limit {
        Some(limit) => table.first(limit),
        None => table,
    };
    write(table, &asked.columns, asked.format, messages)?;
    let counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    for warning in counts.warnings() {
        messages.say(format_args!("warning: {warning}"));
    }
    Ok(())
}
