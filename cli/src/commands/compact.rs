//! `varidex compact`.

use crate::args::{Keeping, positive, size};
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use clap::Args;
use std::path::PathBuf;
use varidex::{CompactOptions, Dataset, Progress};

/// Every answer stays the same. Merged are segments of one batch, and batches that came in files of one sample each; programs that
/// have the dataset open go on with the state that they opened.
#[derive(Debug, Args)]
pub(crate) struct Compact {
    /// The dataset
    dataset: PathBuf,
    /// Take whoever withdrew from all purposes out for good: genotypes, names, records, variants that nobody else carries,
    /// decisions, and all earlier states; a hash of each id stays, by which `add` refuses them
    #[arg(long)]
    erase: bool,
    /// Worker threads [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = positive)]
    threads: Option<usize>,
    /// Memory to use at most, about: bytes, or with K, M, G; at least 1M
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = size)]
    memory: u64,
    #[command(flatten)]
    keeping: Keeping,
}

pub(crate) fn run(args: &Compact, messages: Messages) -> Result<(), Failure> {
    let options = CompactOptions {
        threads: args.threads,
        memory: args.memory,
        erase: args.erase,
        keep: args.keeping.keep,
    };
    let rows = Dataset::open(&args.dataset)?.view().info().rows;
    let bar = messages.step("compact", Some(rows), Unit::Variants);
    let compacted = progress::stoppable(|| {
        varidex::compact(&args.dataset, &options, &mut |at: &Progress| {
            bar.set_message(at.input.clone());
            bar.set_position(at.records);
            !progress::interrupted()
        })
    });
    bar.finish_and_clear();
    messages.say(compacted?.to_string().trim_end());
    Ok(())
}
