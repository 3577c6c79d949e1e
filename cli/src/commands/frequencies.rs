//! `varidex frequencies`.

use crate::args::Frequencies;
use crate::failure::Failure;
use crate::progress::{self, Messages};
use std::path::Path;
use std::sync::PoisonError;
use varidex::{Error, Group, PolicyView, Published, View};

pub(crate) fn run(args: &Frequencies, messages: Messages) -> Result<(), Failure> {
    let asked = &args.variants;
    if let Some(file) = super::published(&asked.dataset, &asked.seen)? {
        return published(args, &file, messages);
    }
    if let Some(view) = super::open_shown(&asked.dataset, &asked.seen, messages)? {
        return shown(args, &view, messages);
    }
    let view = super::open(&asked.dataset, &asked.seen, messages)?;
    let group = super::group(&view, asked.group.as_deref(), messages)?;
    if let Some(file) = &args.sites {
        let counting = match &group {
            Some(group) => group.counting_note(),
            None => view.all()?.counting_note(),
        };
        super::say_notes(&counting, messages);
        return progress::stoppable(|| sites(args, &view, group.as_ref(), file, messages));
    }
    let query = super::query(asked, group.as_ref())?;
    super::say_notes_on(&query, &view, messages)?;
    let cases = super::group(&view, args.cases.as_deref(), messages)?;
    let controls = super::group(&view, args.controls.as_deref(), messages)?;
    if let (Some(cases), Some(controls)) = (cases, controls) {
        for group in [&cases, &controls] {
            super::say_notes(&group.counting_note(), messages);
        }
        let table = varidex_columns::cases_and_controls(&view, &query, &cases, &controls)?;
        return asked.written.write(table, messages);
    }
    let counting = match &group {
        Some(group) => group.counting_note(),
        None => view.all()?.counting_note(),
    };
    super::say_notes(&counting, messages);
    let by = view.by(&args.by)?;
    let table = varidex_columns::frequencies(&view, &query, &by)?;
    asked.written.write(table, messages)
}

/// Of a published file.
fn published(args: &Frequencies, file: &Published, messages: Messages) -> Result<(), Failure> {
    let asked = &args.variants;
    if args.cases.is_some() || asked.after.is_some() {
        let message = "--cases and --after are not answered of a published file";
        return Err(Error::Usage(message.to_owned()).into());
    }
    let of = asked.of.as_deref().unwrap_or_default();
    let by = args.by.iter().flat_map(|by| by.split(','));
    let by: Vec<String> = by.map(|field| field.trim().to_owned()).collect();
    let group = asked.group.as_deref();
    if let Some(sites) = &args.sites {
        return progress::stoppable(|| {
            let (table, counts) = varidex_columns::published_sites(file, sites, group, &by)?;
            asked.written.write(table, messages)?;
            let counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            for warning in counts.warnings() {
                messages.say(format_args!("warning: {warning}"));
            }
            Ok(())
        });
    }
    let table = varidex_columns::published_frequencies(file, of, group, &by)?;
    asked.written.write(table, messages)
}

/// Under a policy.
fn shown(args: &Frequencies, view: &PolicyView, messages: Messages) -> Result<(), Failure> {
    let asked = &args.variants;
    if args.sites.is_some() || args.cases.is_some() || asked.after.is_some() {
        let message = "--sites, --cases and --after are not answered under this policy";
        return Err(Error::Usage(message.to_owned()).into());
    }
    let of = asked.of.as_deref().unwrap_or_default();
    let table = varidex_columns::shown_frequencies(view, of, asked.group.as_deref(), &args.by)?;
    asked.written.write(table, messages)
}

/// The alleles of a file.
fn sites(
    args: &Frequencies,
    view: &View,
    group: Option<&Group>,
    file: &Path,
    messages: Messages,
) -> Result<(), Failure> {
    let by = view.by(&args.by)?;
    let (table, counts) = varidex_columns::sites(view, file, group, &by)?;
    args.variants.written.write(table, messages)?;
    let counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    for warning in counts.warnings() {
        messages.say(format_args!("warning: {warning}"));
    }
    Ok(())
}
