//! `varidex export`.

use crate::args::Export;
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use std::io;
use std::path::Path;
use varidex::{ExportFormat, ExportOptions, ExportProgress, Query};

pub(crate) fn run(args: &Export, messages: Messages) -> Result<(), Failure> {
    // also while a list comes from a pipe
    progress::stoppable(|| export(args, messages))
}

fn export(args: &Export, messages: Messages) -> Result<(), Failure> {
    let view = super::open(&args.dataset, &args.seen, messages)?;
    let group = super::group(&view, args.group.as_deref(), messages)?;
    super::say_notes_on(&Query::new(&args.of)?, &view, messages)?;
    let to_stdout = args.output == Path::new("-");
    let options = ExportOptions {
        format: to_stdout.then_some(ExportFormat::Vcf),
        threads: args.threads,
    };
    let what = format!("writing {}", args.output.display());
    let bar = messages.step(what, None, Unit::Variants);
    let mut report = |at: &ExportProgress| {
        bar.set_position(at.rows);
        !progress::interrupted()
    };
    let written = if to_stdout {
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        view.export_to(&args.of, group.as_ref(), &mut out, &options, &mut report)
            .and_then(|summary| super::flushed(&mut out, summary))
    } else {
        view.export(
            &args.of,
            group.as_ref(),
            &args.output,
            &options,
            &mut report,
        )
    };
    bar.finish_and_clear();
    let summary = super::written(written, to_stdout)?;
    for warning in &summary.warnings {
        messages.say(format_args!("warning: {warning}"));
    }
    messages.say(format_args!(
        "{} records with {} rows, {} samples, {} bytes",
        summary.records, summary.rows, summary.samples, summary.bytes
    ));
    Ok(())
}
