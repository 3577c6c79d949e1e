//! Building a dataset.

use crate::counts::number;
use crate::people::{PeopleFiles, PeopleReport, paths};
use crate::progress::{Progress, Reporter};
use crate::work::{Cancel, Work, queue};
use napi::bindgen_prelude::{AsyncTask, Function};
use napi_derive::napi;
use std::path::PathBuf;
use varidex::{Annotations, Assembly, Error, Phase, Warned};

/// Options of a build.
#[napi(object)]
#[derive(Debug)]
pub struct BuildSettings {
    pub info: Option<Vec<String>>,
    pub reference: Option<String>,
    pub assembly: Option<String>,
    pub genes: Option<Vec<String>>,
    pub pad: Option<u32>,
    /// `auto`, `csq`, `ann`, `bcsq` or `none`.
    pub annotations: Option<String>,
    pub people: PeopleFiles,
    pub min_gq: Option<f64>,
    pub min_dp: Option<f64>,
    pub sex_ploidy: Option<bool>,
    pub callable: Option<String>,
    pub callable_table: Option<String>,
    pub sort: Option<bool>,
    pub skip_malformed: Option<bool>,
    pub threads: Option<u32>,
    /// Bytes.
    pub memory: Option<f64>,
    pub force: Option<bool>,
    /// So many states can be opened after.
    pub keep: Option<u32>,
}

impl TryFrom<BuildSettings> for varidex::BuildOptions {
    type Error = Error;

    fn try_from(given: BuildSettings) -> Result<Self, Error> {
        let usual = Self::default();
        let assembly = given.assembly.map(|name| name.parse::<Assembly>());
        let assembly = assembly
            .transpose()
            .map_err(|unknown| Error::Usage(unknown.to_string()))?;
        let annotations = given.annotations.map(|name| name.parse::<Annotations>());
        let annotations = annotations
            .transpose()
            .map_err(|unknown| Error::Usage(unknown.to_string()))?;
        Ok(Self {
            info: given.info.unwrap_or_default(),
            reference: given.reference.map(PathBuf::from),
            assembly,
            genes: paths(given.genes),
            pad: given.pad.unwrap_or(usual.pad),
            annotations: annotations.unwrap_or(usual.annotations),
            people: given.people.into(),
            min_gq: given.min_gq,
            min_dp: given.min_dp,
            sex_ploidy: given.sex_ploidy.unwrap_or(usual.sex_ploidy),
            callable: given.callable.map(PathBuf::from),
            callable_table: given.callable_table.map(PathBuf::from),
            sort: given.sort.unwrap_or(usual.sort),
            skip_malformed: given.skip_malformed.unwrap_or(usual.skip_malformed),
            threads: given.threads.and_then(|n| usize::try_from(n).ok()),
            memory: given.memory.map_or(usual.memory, |bytes| bytes as u64),
            replace: given.force.unwrap_or(usual.replace),
            keep: given.keep.unwrap_or(usual.keep),
            ..usual
        })
    }
}

/// A record that was refused.
#[napi(object)]
#[derive(Debug)]
pub struct RefusedPlace {
    /// `file:line`.
    pub place: String,
    /// What was found there.
    pub found: String,
}

/// Records refused for one reason.
#[napi(object)]
#[derive(Debug)]
pub struct RefusedRecords {
    /// What was expected.
    pub expected: String,
    /// How many records.
    pub count: i64,
    /// The first few.
    pub places: Vec<RefusedPlace>,
}

impl From<varidex::Refused> for RefusedRecords {
    fn from(reason: varidex::Refused) -> Self {
        let places = reason.places.into_iter();
        Self {
            expected: reason.expected,
            count: number(reason.count),
            places: places
                .map(|(place, found)| RefusedPlace { place, found })
                .collect(),
        }
    }
}

/// What was changed of genotypes on X and Y outside of the pseudoautosomal regions.
#[napi(object)]
#[derive(Debug)]
pub struct SexPloidyReport {
    /// Samples of males.
    pub males: i64,
    /// Samples of females.
    pub females: i64,
    /// Samples of other and of unknown sex: their genotypes are as they were written.
    pub others: i64,
    /// Genotypes of males that were written with several copies of one allele, and have one.
    pub haploid: i64,
    /// Genotypes that are missing now.
    pub missing: i64,
    /// Of these, by reason: each place with the sample and its genotype.
    pub reasons: Vec<RefusedRecords>,
}

impl From<varidex::SexPloidyReport> for SexPloidyReport {
    fn from(report: varidex::SexPloidyReport) -> Self {
        Self {
            males: number(report.males),
            females: number(report.females),
            others: number(report.others),
            haploid: number(report.haploid),
            missing: number(report.missing_count()),
            reasons: report
                .missing
                .into_iter()
                .map(RefusedRecords::from)
                .collect(),
        }
    }
}

/// Oddities of one kind.
#[napi(object)]
#[derive(Debug)]
pub struct BuildWarning {
    /// What is odd.
    pub what: String,
    /// How many times.
    pub count: i64,
    /// The first place.
    pub first: String,
}

impl From<Warned> for BuildWarning {
    fn from(given: Warned) -> Self {
        Self {
            what: given.what,
            count: number(given.count),
            first: given.first,
        }
    }
}

/// What became of annotations, by their entries: what is said of one transcript.
#[napi(object)]
#[derive(Debug)]
pub struct AnnotationReport {
    /// The INFO key they come from: `CSQ`, `ANN` or `BCSQ`.
    pub from: String,
    /// Entries read.
    pub read: i64,
    /// Entries stored.
    pub stored: i64,
    /// Entries that could not be understood.
    pub refused: i64,
    /// Of these, by reason.
    pub reasons: Vec<BuildWarning>,
}

impl From<varidex::AnnotationReport> for AnnotationReport {
    fn from(given: varidex::AnnotationReport) -> Self {
        Self {
            from: given.annotator.key().to_owned(),
            read: number(given.read),
            stored: number(given.stored),
            refused: number(given.refused_count()),
            reasons: given.refused.into_iter().map(BuildWarning::from).collect(),
        }
    }
}

/// What was read, stored and refused: `records = stored + refused`.
#[napi(object, use_nullable = true)]
#[derive(Debug)]
pub struct BuildReport {
    /// VCF records read.
    pub records: i64,
    /// Records stored.
    pub stored: i64,
    /// Records refused.
    pub refused: i64,
    /// Rows stored: one for each ALT.
    pub rows: i64,
    /// Genotypes stored.
    pub genotypes: i64,
    /// Samples.
    pub samples: i64,
    /// Contigs with rows.
    pub contigs: i64,
    /// What became of annotations, where some are stored.
    pub annotations: Option<AnnotationReport>,
    /// What was changed on X and Y by sex, where that was asked for.
    pub sex_ploidy: Option<SexPloidyReport>,
    /// What became of people, where some were given.
    pub people: Option<PeopleReport>,
    /// Bytes of the dataset.
    pub bytes: i64,
    /// The dataset's snapshot id.
    pub snapshot: String,
    /// Wall time.
    pub seconds: f64,
    /// Refused records, by reason.
    pub reasons: Vec<RefusedRecords>,
    /// What was odd but legal, by kind.
    pub warnings: Vec<BuildWarning>,
}

impl From<varidex::Report> for BuildReport {
    fn from(report: varidex::Report) -> Self {
        let refused = report.refused_count();
        let reasons = report.refused.into_iter().map(RefusedRecords::from);
        let warnings = report.warnings.into_iter().map(BuildWarning::from);
        Self {
            records: number(report.records),
            stored: number(report.stored),
            refused: number(refused),
            rows: number(report.rows),
            genotypes: number(report.genotypes),
            samples: number(report.samples),
            contigs: number(report.contigs),
            annotations: report.annotations.map(AnnotationReport::from),
            sex_ploidy: report.sex_ploidy.map(SexPloidyReport::from),
            people: report.people.map(PeopleReport::from),
            bytes: number(report.bytes),
            snapshot: report.snapshot,
            seconds: report.seconds,
            reasons: reasons.collect(),
            warnings: warnings.collect(),
        }
    }
}

/// What reads inputs into a dataset.
type Store = fn(
    &[String],
    &str,
    &varidex::BuildOptions,
    &mut dyn FnMut(&varidex::Progress) -> bool,
) -> varidex::Result<varidex::Report>;

fn stored(
    (inputs, dataset, settings): (Vec<String>, String, BuildSettings),
    progress: Option<Function<'_, Progress, ()>>,
    cancel: Option<&Cancel>,
    store: Store,
) -> napi::Result<AsyncTask<Work<BuildReport>>> {
    let mut reporter = Reporter::new(progress)?;
    Ok(queue(cancel, move |stop| {
        let options = varidex::BuildOptions::try_from(settings)?;
        let report = store(&inputs, &dataset, &options, &mut |at| {
            let what = match at.phase {
                Phase::People | Phase::Genes => at.input.clone(),
                Phase::Copying => format!("copying {}", at.input),
                Phase::Sorting => format!("sorting {}", at.input),
                _ => format!("reading {}", at.input),
            };
            reporter.report(stop, &what, at.bytes, at.total)
        })?;
        Ok(report.into())
    }))
}

/// Builds a dataset.
#[napi(ts_return_type = "Promise<BuildReport>")]
pub fn build(
    inputs: Vec<String>,
    output: String,
    settings: BuildSettings,
    progress: Option<Function<'_, Progress, ()>>,
    cancel: Option<&Cancel>,
) -> napi::Result<AsyncTask<Work<BuildReport>>> {
    let given = (inputs, output, settings);
    stored(given, progress, cancel, |inputs, to, options, at| {
        varidex::build(inputs, to, options, at)
    })
}

/// Adds to a dataset that is there.
#[napi(ts_return_type = "Promise<BuildReport>")]
pub fn add(
    dataset: String,
    inputs: Vec<String>,
    settings: BuildSettings,
    progress: Option<Function<'_, Progress, ()>>,
    cancel: Option<&Cancel>,
) -> napi::Result<AsyncTask<Work<BuildReport>>> {
    let given = (inputs, dataset, settings);
    stored(given, progress, cancel, |inputs, to, options, at| {
        varidex::add(inputs, to, options, at)
    })
}
