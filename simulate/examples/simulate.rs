//! Simulates a clean cohort: `simulate DIR SAMPLES VARIANTS [vcf|vcf.gz|bcf] [SEED]`.

use std::error::Error;
use std::path::Path;

use varidex_simulate::{Format, Options, simulate};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, samples, variants, rest @ ..] = args.as_slice() else {
        return Err("usage: simulate DIR SAMPLES VARIANTS [vcf|vcf.gz|bcf] [SEED]".into());
    };
    let mut options = Options {
        samples: samples.parse()?,
        variants: variants.parse()?,
        // Genotypes as after phasing and imputation: none missing, all with phase.
        missing: 0.0,
        unphased_sites: 0.0,
        unphased_genotypes: 0.0,
        ..Options::default()
    };
    options.format = match rest.first().map(String::as_str) {
        Some("vcf") => Format::Vcf,
        Some("bcf") => Format::Bcf,
        _ => Format::VcfGz,
    };
    if let Some(seed) = rest.get(1) {
        options.seed = seed.parse()?;
    }
    let summary = simulate(&options, Path::new(dir), &mut |done, total| {
        eprint!("\r{done} of {total}");
        true
    })?;
    eprintln!("\n{summary:?}");
    Ok(())
}
