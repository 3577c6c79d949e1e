//! `varidex export`.

use crate::aggregates;
use crate::args::Export;
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use std::io;
use std::path::Path;
use varidex::{
    Error, ExportFormat, ExportOptions, ExportProgress, ExportSummary, Published, Query,
};

pub(crate) fn run(args: &Export, messages: Messages) -> Result<(), Failure> {
    // also while a list comes from a pipe
    progress::stoppable(|| match super::published(&args.dataset, &args.seen)? {
        Some(file) => published(&file, args, messages),
        None => export(args, messages),
    })
}

fn options(args: &Export) -> ExportOptions {
    ExportOptions {
        format: is_stdout(args).then_some(ExportFormat::Vcf),
        threads: args.threads,
    }
}

fn is_stdout(args: &Export) -> bool {
    args.output == Path::new("-")
}

type OnProgress<'p> = dyn FnMut(&ExportProgress) -> bool + 'p;

/// Shows how far an export is, and says what of it there is to say.
fn shown(
    args: &Export,
    messages: Messages,
    export: impl FnOnce(&mut OnProgress<'_>) -> varidex::Result<ExportSummary>,
) -> Result<ExportSummary, Failure> {
    let what = format!("writing {}", args.output.display());
    let bar = messages.step(what, None, Unit::Variants);
    let written = export(&mut |at| {
        bar.set_position(at.rows);
        !progress::interrupted()
    });
    bar.finish_and_clear();
    let summary = super::written(written, is_stdout(args))?;
    for warning in &summary.warnings {
        messages.say(format_args!("warning: {warning}"));
    }
    Ok(summary)
}

fn export(args: &Export, messages: Messages) -> Result<(), Failure> {
    let view = super::open(&args.dataset, &args.seen, messages)?;
    let group = super::group(&view, args.group.as_deref(), messages)?;
    super::say_notes_on(&Query::new(&args.of)?, &view, messages)?;
    let options = options(args);
    let summary = shown(args, messages, |report| {
        if !is_stdout(args) {
            return view.export(&args.of, group.as_ref(), &args.output, &options, report);
        }
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        view.export_to(&args.of, group.as_ref(), &mut out, &options, report)
            .and_then(|summary| super::flushed(&mut out, summary))
    })?;
    messages.say(format_args!(
        "{} records with {} rows, {} samples, {} bytes",
        summary.records, summary.rows, summary.samples, summary.bytes
    ));
    Ok(())
}

/// Counts of a published file.
fn published(file: &Published, args: &Export, messages: Messages) -> Result<(), Failure> {
    if args.group.is_some() {
        let message = "a published file has counts of all its strata, and is written with all of them: expected no --group";
        return Err(Error::Usage(message.to_owned()).into());
    }
    let is_parquet = |ending: &std::ffi::OsStr| ending.eq_ignore_ascii_case("parquet");
    if args.output.extension().is_some_and(is_parquet) {
        let what = format!("writing {}", args.output.display());
        let bar = messages.step(what, None, Unit::Variants);
        let written = aggregates::write(file, &args.of, &args.output, &mut |sites| {
            bar.set_position(sites);
        });
        bar.finish_and_clear();
        let summary = written?;
        messages.say(format_args!(
            "{} sites with {} rows, {} counts withheld or without AF, {} bytes",
            summary.sites, summary.rows, summary.left_out, summary.bytes
        ));
        return Ok(());
    }
    let options = options(args);
    let summary = shown(args, messages, |report| {
        if !is_stdout(args) {
            return file.export(&args.of, &args.output, &options, report);
        }
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        file.export_to(&args.of, &mut out, &options, report)
            .and_then(|summary| super::flushed(&mut out, summary))
    })?;
    messages.say(format_args!(
        "{} records with {} populations, {} bytes",
        summary.records,
        file.strata().len() + 1,
        summary.bytes
    ));
    Ok(())
}
