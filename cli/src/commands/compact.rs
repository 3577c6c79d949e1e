//! `varidex compact`.

use crate::args::Compact;
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use varidex::{CompactOptions, Dataset, Progress};

pub(crate) fn run(args: &Compact, messages: Messages) -> Result<(), Failure> {
    let options = CompactOptions {
        threads: args.threads,
        memory: args.memory,
        ..CompactOptions::default()
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
