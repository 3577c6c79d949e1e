//! What is there: `varidex individual`, `terms`, `genes`, `samples`, `snapshots`.

use crate::args::Snapshots;
use crate::commands::consent::Seen;
use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::{Written, print};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use varidex::{Individual as Known, IndividualFormat};

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// Lines to read
    Text,
    /// A Phenopacket 2 as JSON; a Family where a place in one is stored
    Phenopacket,
    /// An individual of Beacon 2 as JSON
    Beacon,
}

impl From<RecordFormat> for IndividualFormat {
    fn from(format: RecordFormat) -> Self {
        match format {
            RecordFormat::Text => Self::Text,
            RecordFormat::Phenopacket => Self::Phenopacket,
            RecordFormat::Beacon => Self::Beacon,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Individual {
    /// The dataset
    dataset: PathBuf,
    /// Ids of individuals, or names of their samples
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// How the record is written: it is put together again from what the dataset stores
    #[arg(long, value_enum, default_value_t = RecordFormat::Text)]
    format: RecordFormat,
    #[command(flatten)]
    seen: Seen,
}

#[derive(Debug, Args)]
pub(crate) struct Terms {
    /// The dataset
    dataset: PathBuf,
    /// Words of labels, synonyms or ids, or parts of them; without, all that is recorded
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
    /// The ontologies that were loaded, with their versions
    #[arg(long, conflicts_with = "text")]
    ontologies: bool,
    #[command(flatten)]
    written: Written,
    #[command(flatten)]
    seen: Seen,
}

#[derive(Debug, Args)]
pub(crate) struct Genes {
    /// The dataset
    dataset: PathBuf,
    /// A part of a symbol, another name or an id; without, all genes
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    #[command(flatten)]
    written: Written,
    #[command(flatten)]
    seen: Seen,
}

#[derive(Debug, Args)]
pub(crate) struct Samples {
    /// The dataset
    dataset: PathBuf,
    #[command(flatten)]
    written: Written,
    #[command(flatten)]
    seen: Seen,
}

pub(crate) fn individual(args: &Individual, messages: Messages) -> Result<(), Failure> {
    let view = super::open(&args.dataset, &args.seen, messages)?;
    for (number, id) in args.ids.iter().enumerate() {
        let known = view.individual(id)?;
        let (record, left) = known.written(args.format.into());
        if args.format == RecordFormat::Text && number > 0 {
            print("\n")?;
        }
        print(&record)?;
        for left in &left {
            messages.say(format_args!("note: {}: no place for {left}", known.id()));
        }
    }
    for what in Known::not_stored() {
        messages.say(format_args!("note: not stored: {what}"));
    }
    Ok(())
}

pub(crate) fn terms(args: &Terms, messages: Messages) -> Result<(), Failure> {
    let text = args.text.join(" ");
    if !args.ontologies
        && let Some(view) = super::open_shown(&args.dataset, &args.seen)?
    {
        let text = Some(text.as_str()).filter(|text| !text.is_empty());
        return args
            .written
            .write(varidex_columns::shown_terms(&view, text)?, messages);
    }
    let view = super::open(&args.dataset, &args.seen, messages)?;
    let table = match (args.ontologies, text.is_empty()) {
        (true, _) => varidex_columns::ontologies(&view)?,
        (false, true) => varidex_columns::find_terms(&view, None)?,
        (false, false) => varidex_columns::find_terms(&view, Some(&text))?,
    };
    args.written.write(table, messages)
}

pub(crate) fn genes(args: &Genes, messages: Messages) -> Result<(), Failure> {
    let view = super::open(&args.dataset, &args.seen, messages)?;
    let table = varidex_columns::genes(&view, args.text.as_deref())?;
    args.written.write(table, messages)
}

pub(crate) fn samples(args: &Samples, messages: Messages) -> Result<(), Failure> {
    let view = super::open(&args.dataset, &args.seen, messages)?;
    args.written
        .write(varidex_columns::samples(&view)?, messages)
}

pub(crate) fn snapshots(args: &Snapshots, messages: Messages) -> Result<(), Failure> {
    args.written
        .write(varidex_columns::snapshots(&args.dataset)?, messages)
}
