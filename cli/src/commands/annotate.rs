//! `varidex annotate`.

use crate::args::Annotate;
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use std::io;
use std::path::Path;
use varidex::{
    AnnotateOptions, AnnotateProgress, AnnotateWith, CountFilter, annotate, annotate_to,
};

pub(crate) fn run(args: &Annotate, messages: Messages) -> Result<(), Failure> {
    // also while the input comes from a pipe
    progress::stoppable(|| write(args, messages))
}

fn write(args: &Annotate, messages: Messages) -> Result<(), Failure> {
    let filter = args.filter.as_deref().map(CountFilter::new).transpose()?;
    let mut with = Vec::new();
    for text in &args.with {
        with.push(dataset(text, args, messages)?);
    }
    let to_stdout = args.output == Path::new("-");
    let options = AnnotateOptions {
        format: None,
        threads: args.threads,
        filter,
    };
    let total = std::fs::metadata(&args.input).ok();
    let total = total.filter(|of| of.is_file()).map(|of| of.len());
    let what = format!("writing {}", args.output.display());
    let bar = messages.step(what, total, Unit::Bytes);
    let mut report = |at: &AnnotateProgress| {
        bar.set_position(at.bytes);
        !progress::interrupted()
    };
    let written = if to_stdout {
        let mut out = io::stdout().lock();
        annotate_to(&args.input, &with, &mut out, &options, &mut report)
            .and_then(|summary| super::flushed(&mut out, summary))
    } else {
        annotate(&args.input, &with, &args.output, &options, &mut report)
    };
    bar.finish_and_clear();
    let summary = super::written(written, to_stdout)?;
    for warning in &summary.warnings {
        messages.say(format_args!("warning: {warning}"));
    }
    for of in &summary.tallies {
        messages.say(format_args!(
            "{}: {} alleles found, {} that nobody carries, {} not covered, {} undecided",
            of.name, of.present, of.absent, of.uncovered, of.undecided
        ));
    }
    messages.say(format_args!(
        "{} of {} records, {} bytes",
        summary.written, summary.records, summary.bytes
    ));
    Ok(())
}

/// A dataset with its name, where one is given: a path that is there is no name and a path.
fn dataset(text: &str, args: &Annotate, messages: Messages) -> Result<AnnotateWith, Failure> {
    let (name, path) = match text.split_once('=') {
        Some((name, path)) if !Path::new(text).exists() => (Some(name), path),
        _ => (None, text),
    };
    let view = super::open(Path::new(path), &args.seen, messages)?;
    let group = super::group(&view, args.group.as_deref(), messages)?;
    let counting = match &group {
        Some(group) => group.counting_note(),
        None => view.all()?.counting_note(),
    };
    super::say_notes(&counting, messages);
    let by = view.by(&args.by)?;
    let mut with = AnnotateWith::new(view).by(by);
    if let Some(name) = name {
        with = with.named(name);
    }
    if let Some(group) = group {
        with = with.in_group(group);
    }
    Ok(with)
}
