//! Counts of datasets beside the alleles of somebody's file.

use crate::counts::number;
use crate::dataset::NativeDataset;
use crate::error::Failure;
use crate::group::NativeGroup;
use crate::progress::{Progress, Reporter};
use crate::table::{NativeTable, TablePart};
use crate::work::{Cancel, Work, queue};
use napi::bindgen_prelude::{AsyncTask, Function};
use napi_derive::napi;
use varidex::{AnnotateOptions, AnnotateProgress, AnnotateWith, CountFilter, View};

/// What was found of the alleles of a file in a dataset.
#[napi(object)]
#[derive(Debug)]
pub struct AnnotateTally {
    /// What the INFO keys begin with.
    pub name: String,
    /// Alleles that it has.
    pub present: i64,
    /// Those that it does not have, at places where everybody was looked at.
    pub absent: i64,
    /// Those that it does not have, at other places.
    pub uncovered: i64,
    /// Those of which it cannot decide.
    pub undecided: i64,
}

/// What was annotated.
#[napi(object)]
#[derive(Debug)]
pub struct AnnotateSummary {
    /// Records read.
    pub records: i64,
    /// Records written: those that the filter left.
    pub written: i64,
    /// Bytes written, as stored.
    pub bytes: i64,
    /// What was found, by dataset.
    pub tallies: Vec<AnnotateTally>,
    /// What who asks should know, a line each.
    pub warnings: Vec<String>,
}

/// How a file is annotated.
#[napi(object)]
#[derive(Debug)]
pub struct AnnotateSettings {
    /// Only records with an ALT of which this holds.
    pub filter: Option<String>,
    /// Threads that work.
    pub threads: Option<u32>,
}

/// A dataset, with what is counted in it.
#[derive(Clone)]
struct With {
    view: View,
    name: Option<String>,
    group: Option<NativeGroup>,
    by: Vec<String>,
}

/// The datasets to annotate with.
#[napi]
#[derive(Default)]
pub struct NativeAnnotation {
    with: Vec<With>,
}

fn bound(with: &[With]) -> Result<Vec<AnnotateWith>, Failure> {
    let bind = |of: &With| {
        let mut with = AnnotateWith::new(of.view.clone()).by(of.view.by(&of.by)?);
        if let Some(name) = &of.name {
            with = with.named(name);
        }
        if let Some(group) = &of.group {
            with = with.in_group(group.0.clone());
        }
        Ok(with)
    };
    with.iter().map(bind).collect()
}

#[napi]
impl NativeAnnotation {
    /// Of no dataset.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// One dataset more.
    #[napi]
    pub fn add(
        &mut self,
        dataset: &NativeDataset,
        name: Option<String>,
        group: Option<&NativeGroup>,
        by: Vec<String>,
    ) -> napi::Result<()> {
        self.with.push(With {
            view: dataset.held()?,
            name,
            group: group.cloned(),
            by,
        });
        Ok(())
    }

    /// Begins to read the alleles of a file with their counts.
    #[napi(ts_return_type = "Promise<NativeTable>")]
    pub fn table(
        &self,
        input: String,
        part: TablePart,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativeTable>> {
        let with = self.with.clone();
        queue(cancel, move |_| {
            let (table, _) = varidex_columns::annotations(&input, &bound(&with)?)?;
            part.of(table)
        })
    }

    /// Writes a file again with counts beside each allele.
    #[napi(ts_return_type = "Promise<AnnotateSummary>")]
    pub fn write(
        &self,
        input: String,
        output: String,
        settings: AnnotateSettings,
        progress: Option<Function<'_, Progress, ()>>,
        cancel: Option<&Cancel>,
    ) -> napi::Result<AsyncTask<Work<AnnotateSummary>>> {
        let with = self.with.clone();
        let mut reporter = Reporter::new(progress)?;
        Ok(queue(cancel, move |stop| {
            let filter = settings.filter.as_deref().map(CountFilter::new);
            let options = AnnotateOptions {
                format: None,
                threads: settings.threads.and_then(|n| usize::try_from(n).ok()),
                filter: filter.transpose()?,
            };
            let mut report =
                |at: &AnnotateProgress| reporter.report(stop, "annotating", at.bytes, at.total);
            let with = bound(&with)?;
            let done = varidex::annotate(&input, &with, &output, &options, &mut report)?;
            let tallies = done.tallies.into_iter().map(|of| AnnotateTally {
                name: of.name,
                present: number(of.present),
                absent: number(of.absent),
                uncovered: number(of.uncovered),
                undecided: number(of.undecided),
            });
            Ok(AnnotateSummary {
                records: number(done.records),
                written: number(done.written),
                bytes: number(done.bytes),
                tallies: tallies.collect(),
                warnings: done.warnings,
            })
        }))
    }
}
