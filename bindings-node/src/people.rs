//! Loading people into a dataset.

use crate::counts::number;
use crate::progress::{Progress, Reporter};
use crate::work::{Cancel, Work, queue};
use napi::bindgen_prelude::{AsyncTask, Function};
use napi_derive::napi;
use std::path::PathBuf;

/// People, and what is needed to understand what is recorded of them.
#[napi(object)]
#[derive(Debug, Default)]
pub struct PeopleFiles {
    /// Files and folders of people.
    pub files: Option<Vec<String>>,
    /// What the columns of tables mean.
    pub mapping: Option<String>,
    /// Ontologies.
    pub ontologies: Option<Vec<String>>,
    /// Two columns, sample and individual.
    pub sample_map: Option<String>,
    /// Tables of samples: a column `sample`, and attributes of samples, as measures of quality.
    pub sample_tables: Option<Vec<String>>,
    /// Bytes to load them with; a build goes by its own.
    pub memory: Option<f64>,
    /// So many states can be opened after; a build goes by its own.
    pub keep: Option<u32>,
}

pub(crate) fn paths(names: Option<Vec<String>>) -> Vec<PathBuf> {
    let names = names.unwrap_or_default().into_iter();
    names.map(PathBuf::from).collect()
}

impl From<PeopleFiles> for varidex::PeopleOptions {
    fn from(files: PeopleFiles) -> Self {
        let usual = Self::default();
        Self {
            files: paths(files.files),
            mapping: files.mapping.map(PathBuf::from),
            ontologies: paths(files.ontologies),
            sample_map: files.sample_map.map(PathBuf::from),
            sample_tables: paths(files.sample_tables),
            memory: files.memory.map_or(usual.memory, |bytes| bytes as u64),
            keep: files.keep.unwrap_or(usual.keep),
        }
    }
}

/// A record of people that could not be used.
#[napi(object)]
#[derive(Debug)]
pub struct PeopleRefusal {
    /// The place: file, line or record.
    pub place: String,
    /// Why.
    pub reason: String,
}

/// Oddities of one kind.
#[napi(object)]
#[derive(Debug)]
pub struct PeopleWarning {
    /// What is odd.
    pub what: String,
    /// How often.
    pub count: i64,
    /// The first few.
    pub examples: Vec<String>,
}

/// What loading people reports at its end.
#[napi(object)]
#[derive(Debug)]
pub struct PeopleReport {
    /// Records met.
    pub read: i64,
    /// People loaded.
    pub people: i64,
    /// Records that say more of a person known already.
    pub merged: i64,
    /// Records that could not be used.
    pub refused: i64,
    /// The first of them.
    pub refusals: Vec<PeopleRefusal>,
    /// What was odd.
    pub warnings: Vec<PeopleWarning>,
    /// Samples of which nothing is known.
    pub samples_without_person: i64,
    /// People without a sample.
    pub people_without_sample: i64,
    /// Terms that no ontology of the dataset has.
    pub unknown_terms: i64,
    /// The dataset's new snapshot id; empty where the report of a build has it.
    pub snapshot: String,
}

impl From<varidex::PeopleReport> for PeopleReport {
    fn from(report: varidex::PeopleReport) -> Self {
        let refusals = report.refusals.into_iter();
        let warnings = report.warnings.into_iter();
        Self {
            read: number(report.read),
            people: number(report.people),
            merged: number(report.merged),
            refused: number(report.refused),
            refusals: refusals
                .map(|(place, reason)| PeopleRefusal { place, reason })
                .collect(),
            warnings: warnings
                .map(|(what, count, examples)| PeopleWarning {
                    what,
                    count: number(count),
                    examples,
                })
                .collect(),
            samples_without_person: number(report.samples_without_person),
            people_without_sample: number(report.people_without_sample),
            unknown_terms: number(report.unknown_terms),
            snapshot: report.snapshot,
        }
    }
}

/// Loads people in the place of those that are there.
#[napi(ts_return_type = "Promise<PeopleReport>")]
pub fn load_people(
    dataset: String,
    files: PeopleFiles,
    progress: Option<Function<'_, Progress, ()>>,
    cancel: Option<&Cancel>,
) -> napi::Result<AsyncTask<Work<PeopleReport>>> {
    let mut reporter = Reporter::new(progress)?;
    Ok(queue(cancel, move |stop| {
        let report = varidex::load_people(dataset, &files.into(), &mut |what| {
            reporter.report(stop, what, 0, None)
        })?;
        Ok(report.into())
    }))
}

/// A mapping for a table of people, to be looked over.
#[napi(ts_return_type = "Promise<string>")]
pub fn guess_mapping(table: String, cancel: Option<&Cancel>) -> AsyncTask<Work<String>> {
    queue(cancel, move |_| {
        Ok(varidex::guess_mapping(PathBuf::from(table))?)
    })
}
