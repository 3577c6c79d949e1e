//! Synthetic cohorts.

use crate::counts::number;
use crate::progress::{Progress, Reporter};
use crate::work::{Cancel, Work, queue};
use napi::bindgen_prelude::{AsyncTask, Function};
use napi_derive::napi;
use std::path::Path;
use varidex::Error;
use varidex_simulate::{Format, Options};

/// What to simulate.
#[napi(object)]
#[derive(Debug)]
pub struct SimulateSettings {
    pub samples: Option<u32>,
    pub variants: Option<u32>,
    pub seed: Option<u32>,
    pub format: Option<String>,
    pub contig: Option<String>,
    pub contig_length: Option<u32>,
    pub start: Option<u32>,
    /// What is recorded of people, too: see [`Options::people`].
    pub people: Option<bool>,
    pub annotations: Option<bool>,
    pub trios: Option<u32>,
    pub force: Option<bool>,
}

impl TryFrom<SimulateSettings> for Options {
    type Error = Error;

    fn try_from(given: SimulateSettings) -> Result<Self, Error> {
        let usual = Self::default();
        let count = |given: Option<u32>, usual: usize| given.map_or(usual, |n| n as usize);
        let people = given.people.unwrap_or(usual.people);
        Ok(Self {
            samples: count(given.samples, usual.samples),
            variants: count(given.variants, usual.variants),
            seed: given.seed.map_or(usual.seed, u64::from),
            format: match given.format.as_deref() {
                None => usual.format,
                Some("vcf") => Format::Vcf,
                Some("vcf.gz") => Format::VcfGz,
                Some("bcf") => Format::Bcf,
                Some(other) => {
                    let what = format!("the format is vcf, vcf.gz or bcf, not {other:?}");
                    return Err(Error::Usage(what));
                }
            },
            contig: given.contig.unwrap_or(usual.contig),
            contig_length: given.contig_length,
            start: given.start,
            people,
            annotations: given.annotations.unwrap_or(people),
            trios: given.trios.map(|n| n as usize),
            overwrite: given.force.unwrap_or(usual.overwrite),
            ..Self::default()
        })
    }
}

/// What was written.
#[napi(object)]
#[derive(Debug)]
pub struct Simulated {
    /// People.
    pub samples: i64,
    /// Records of the genotype file.
    pub records: i64,
    /// ALT alleles.
    pub variants: i64,
    /// The file of genotypes.
    pub genotypes: String,
    /// The file of the true counts.
    pub truth: String,
    /// The file of people: sample, sex, population.
    pub people: String,
    /// What else was written.
    pub more: Vec<SimulatedFile>,
}

/// A file that was written.
#[napi(object)]
#[derive(Debug)]
pub struct SimulatedFile {
    pub path: String,
    /// What it holds, in a few words.
    pub what: String,
}

/// Writes a synthetic cohort with the true answers.
#[napi(ts_return_type = "Promise<Simulated>")]
pub fn simulate(
    directory: String,
    settings: SimulateSettings,
    progress: Option<Function<'_, Progress, ()>>,
    cancel: Option<&Cancel>,
) -> napi::Result<AsyncTask<Work<Simulated>>> {
    let mut reporter = Reporter::new(progress)?;
    Ok(queue(cancel, move |stop| {
        let options = Options::try_from(settings)?;
        let written =
            varidex_simulate::simulate(&options, Path::new(&directory), &mut |done, total| {
                reporter.report(stop, "simulating", done, Some(total))
            })?;
        let shown = |path: &Path| path.display().to_string();
        let more = written.more.iter().map(|(path, what)| SimulatedFile {
            path: shown(path),
            what: (*what).to_owned(),
        });
        Ok(Simulated {
            samples: number(written.samples as u64),
            records: number(written.records),
            variants: number(written.variants),
            genotypes: shown(&written.genotypes),
            truth: shown(&written.truth),
            people: shown(&written.people),
            more: more.collect(),
        })
    }))
}
