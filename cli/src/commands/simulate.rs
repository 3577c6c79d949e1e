//! `varidex simulate`.

use crate::args::{Genotypes, Simulate};
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use std::path::Path;
use varidex_simulate::{Format, Options, Summary};

pub(crate) fn run(args: &Simulate, messages: Messages) -> Result<(), Failure> {
    let summary = write(&options(args), &args.output, messages)?;
    messages.say(format_args!(
        "{} people, {} records, {} ALT alleles",
        summary.samples, summary.records, summary.variants
    ));
    for (file, what) in [
        (&summary.genotypes, "genotypes"),
        (&summary.truth, "the true counts of every allele"),
        (&summary.people, "sex and population of every person"),
    ] {
        messages.say(format_args!("{}: {what}", file.display()));
    }
    for (file, what) in &summary.more {
        messages.say(format_args!("{}: {what}", file.display()));
    }
    Ok(())
}

/// Simulates under a progress bar.
pub(super) fn write(options: &Options, dir: &Path, messages: Messages) -> Result<Summary, Failure> {
    progress::watch_interrupts();
    let what = format!("simulating {} people", options.samples);
    let bar = messages.step(what, Some(options.variants as u64), Unit::Variants);
    let summary = varidex_simulate::simulate(options, dir, &mut |done, _| {
        bar.set_position(done);
        !progress::interrupted()
    });
    bar.finish_and_clear();
    Ok(summary?)
}

fn options(args: &Simulate) -> Options {
    let usual = Options::default();
    let rate = |given: Option<f64>, usual: f64| match given {
        Some(rate) => rate,
        None if args.clean => 0.0,
        None => usual,
    };
    Options {
        samples: args.samples,
        variants: args.variants,
        seed: args.seed,
        format: match args.format {
            Genotypes::Vcf => Format::Vcf,
            Genotypes::VcfGz => Format::VcfGz,
            Genotypes::Bcf => Format::Bcf,
        },
        contig: args.contig.clone(),
        contig_length: args.contig_length,
        start: args.start,
        spacing: args.spacing,
        recombination: args.recombination,
        missing: rate(args.missing, usual.missing),
        half_calls: rate(args.half_calls, usual.half_calls),
        unphased_sites: rate(args.unphased_sites, usual.unphased_sites),
        unphased_genotypes: rate(args.unphased_genotypes, usual.unphased_genotypes),
        haploid: args.haploid,
        switch_error: args.switch_error,
        error: args.error,
        multiallelic: args.multiallelic,
        indels: args.indels,
        structural: args.structural,
        filtered: args.filtered,
        annotations: args.people && !args.no_annotations,
        people: args.people,
        trios: args.trios,
        overwrite: args.force,
        threads: args.threads,
        populations: usual.populations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn without_flags_the_library_decides() {
        let arguments = crate::args::Arguments::parse_from(["varidex", "simulate", "-o", "x"]);
        let crate::args::Command::Simulate(args) = arguments.command else {
            panic!("another command");
        };
        assert_eq!(options(&args), Options::default());
    }

    #[test]
    fn clean_means_clean_unless_told() {
        let line = "varidex simulate -o x --clean --missing 0.5";
        let arguments = crate::args::Arguments::parse_from(line.split(' '));
        let crate::args::Command::Simulate(args) = arguments.command else {
            panic!("another command");
        };
        let options = options(&args);
        assert_eq!((options.missing, options.unphased_sites), (0.5, 0.0));
    }
}
