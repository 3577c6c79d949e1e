//! `varidex simulate`.

use crate::args::positive;
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use varidex_simulate::{Format, Options, Summary};

/// Formats of simulated genotypes.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Genotypes {
    /// Plain text
    #[value(name = "vcf")]
    Vcf,
    /// Text in BGZF blocks
    #[value(name = "vcf.gz")]
    VcfGz,
    /// Binary, in BGZF blocks
    #[value(name = "bcf")]
    Bcf,
}

fn usual() -> varidex_simulate::Options {
    varidex_simulate::Options::default()
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// The directory to write to
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// People
    #[arg(long, value_name = "N", default_value_t = usual().samples)]
    pub(crate) samples: usize,
    /// ALT alleles; a record with two of them counts as two
    #[arg(long, value_name = "N", default_value_t = usual().variants)]
    pub(crate) variants: usize,
    /// Same seed and options, same bytes
    #[arg(long, value_name = "N", default_value_t = usual().seed)]
    pub(crate) seed: u64,
    /// Format of the genotypes
    #[arg(long, value_enum, default_value_t = Genotypes::VcfGz)]
    pub(crate) format: Genotypes,
    /// The contig; on X males are haploid outside of the pseudoautosomal regions
    #[arg(long, value_name = "NAME", default_value_t = usual().contig)]
    pub(crate) contig: String,
    /// The contig's length [default: of GRCh38's chromosome of that name]
    #[arg(long, value_name = "N")]
    pub(crate) contig_length: Option<u32>,
    /// First base that can vary, 1-based
    #[arg(long, value_name = "POS")]
    pub(crate) start: Option<u32>,
    /// Mean bases between records [default: what is usual for so many people]
    #[arg(long, value_name = "BASES")]
    pub(crate) spacing: Option<f64>,
    /// Recombinations per base and generation
    #[arg(long, value_name = "RATE", default_value_t = usual().recombination)]
    pub(crate) recombination: f64,
    /// Nothing missing and everything phased, unless the options below say otherwise
    #[arg(long)]
    pub(crate) clean: bool,
    /// Share of missing genotypes [default: 0.001]
    #[arg(long, value_name = "RATE")]
    pub(crate) missing: Option<f64>,
    /// Share of the missing genotypes of which one copy is known (`./1`) [default: 0.02]
    #[arg(long, value_name = "RATE")]
    pub(crate) half_calls: Option<f64>,
    /// Share of records without phase [default: 0.05]
    #[arg(long, value_name = "RATE")]
    pub(crate) unphased_sites: Option<f64>,
    /// Share of genotypes without phase in records with phase [default: 0.0005]
    #[arg(long, value_name = "RATE")]
    pub(crate) unphased_genotypes: Option<f64>,
    /// Share of genotypes with one copy where two are expected
    #[arg(long, value_name = "RATE", default_value_t = usual().haploid)]
    pub(crate) haploid: f64,
    /// Chance, at each heterozygous genotype with phase, that from it on the copies of the sample are
    /// written the other way round
    #[arg(long, value_name = "RATE", default_value_t = usual().switch_error)]
    pub(crate) switch_error: f64,
    /// Chance of each allele of a genotype to be written as another allele of its record
    #[arg(long, value_name = "RATE", default_value_t = usual().error)]
    pub(crate) error: f64,
    /// Share of records with several ALT alleles
    #[arg(long, value_name = "RATE", default_value_t = usual().multiallelic)]
    pub(crate) multiallelic: f64,
    /// Share of records that are insertions or deletions
    #[arg(long, value_name = "RATE", default_value_t = usual().indels)]
    pub(crate) indels: f64,
    /// Share of records with a symbolic allele such as `<DEL>`
    #[arg(long, value_name = "RATE", default_value_t = usual().structural)]
    pub(crate) structural: f64,
    /// Share of records with a FILTER other than PASS
    #[arg(long, value_name = "RATE", default_value_t = usual().filtered)]
    pub(crate) filtered: f64,
    /// Also people: what is recorded of them, an ontology to ask for it, genes, consequences in the
    /// genotype file, families, and the true answers of questions about genes and people
    #[arg(long)]
    pub(crate) people: bool,
    /// With --people: no consequences in the genotype file
    #[arg(long, requires = "people")]
    pub(crate) no_annotations: bool,
    /// Children with both parents in the cohort [default: with --people two in a hundred, else none]
    #[arg(long, value_name = "N")]
    pub(crate) trios: Option<usize>,
    /// Threads that compress; without influence on what is written
    #[arg(long, value_name = "N", default_value_t = usual().threads, value_parser = positive)]
    pub(crate) threads: usize,
    /// Replace files of an earlier run
    #[arg(long)]
    pub(crate) force: bool,
}

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
