//! Builds a dataset from VCF or BCF files:
//! `build IN... OUT.vdx [--info KEY,...] [--reference FASTA] [--assembly NAME] [--skip-malformed]`.

use std::error::Error;
use varidex::{BuildOptions, build};

const USAGE: &str = "usage: build IN... OUT.vdx [--info KEY,...] [--reference FASTA] [--assembly NAME] [--skip-malformed]";

fn main() -> Result<(), Box<dyn Error>> {
    let mut options = BuildOptions {
        replace: true,
        ..BuildOptions::default()
    };
    let mut paths = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(USAGE);
        match arg.as_str() {
            "--info" => options.info = value()?.split(',').map(str::to_owned).collect(),
            "--reference" => options.reference = Some(value()?.into()),
            "--assembly" => options.assembly = Some(value()?.parse()?),
            "--skip-malformed" => options.skip_malformed = true,
            option if option.starts_with("--") => return Err(USAGE.into()),
            _ => paths.push(arg),
        }
    }
    let [inputs @ .., output] = paths.as_slice() else {
        return Err(USAGE.into());
    };
    let report = build(inputs, output, &options, &mut |_| true)?;
    eprintln!("{report}");
    Ok(())
}
