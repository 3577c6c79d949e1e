//! `varidex build` and `varidex add`.

use crate::args::{Add, Build, Reading};
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use varidex::{BuildOptions, Error, PeopleOptions, Phase, Progress, Refused, Report, Warned};

/// What a list of inputs may have at most, in bytes.
const LIST_MAX: u64 = 1 << 28;

pub(crate) fn run(args: &Build, messages: Messages) -> Result<(), Failure> {
    let options = BuildOptions {
        replace: args.force,
        ..options_of(&args.options)
    };
    let inputs = inputs_of(&args.inputs)?;
    let report = stored(messages, &mut |progress| {
        varidex::build(&inputs, &args.output, &options, progress)
    })?;
    let wrote = format!("wrote {}", args.output.display());
    say(&wrote, &report, &args.options, messages)
}

/// `varidex add`.
pub(crate) fn add(args: &Add, messages: Messages) -> Result<(), Failure> {
    let options = BuildOptions {
        compact: !args.no_compact,
        ..options_of(&args.options)
    };
    let inputs = inputs_of(&args.inputs)?;
    let report = stored(messages, &mut |progress| {
        varidex::add(&inputs, &args.dataset, &options, progress)
    })?;
    let added = format!("added to {}", args.dataset.display());
    say(&added, &report, &args.options, messages)
}

fn options_of(args: &Reading) -> BuildOptions {
    BuildOptions {
        info: args.info.clone(),
        reference: args.reference.clone(),
        genes: args.genes.clone(),
        pad: args.pad,
        annotations: args.annotations,
        people: PeopleOptions {
            files: args.people.clone(),
            mapping: args.people_map.clone(),
            ontologies: args.known.ontology.clone(),
            sample_map: args.known.sample_map.clone(),
            sample_tables: args.known.sample_table.clone(),
            ..PeopleOptions::default()
        },
        assembly: args.assembly,
        min_gq: args.min_gq,
        min_dp: args.min_dp,
        sex_ploidy: args.sex_ploidy,
        callable: args.callable.clone(),
        callable_table: args.callable_table.clone(),
        sort: args.sort,
        skip_malformed: args.skip_malformed,
        threads: args.threads,
        memory: args.memory,
        keep: args.keeping.keep,
        ..BuildOptions::default()
    }
}

/// The inputs, those of lists in the place of each list.
fn inputs_of(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut inputs = Vec::new();
    for input in named {
        let list = input.to_str().and_then(|name| name.strip_prefix('@'));
        let Some(list) = list else {
            inputs.push(input.clone());
            continue;
        };
        let failed = |e| Error::io(list, e);
        let mut text = String::new();
        let read = match list {
            "-" => std::io::stdin()
                .lock()
                .take(LIST_MAX)
                .read_to_string(&mut text),
            _ => {
                let file = File::open(list).map_err(failed)?;
                file.take(LIST_MAX).read_to_string(&mut text)
            }
        };
        read.map_err(failed)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let before = inputs.len();
        inputs.extend(lines.map(PathBuf::from));
        if inputs.len() == before {
            let message = format!("@{list}: expected names of files, one a line, found none");
            return Err(Error::Usage(message).into());
        }
    }
    Ok(inputs)
}

type OnProgress<'p> = dyn FnMut(&Progress) -> bool + 'p;

/// Runs what reads and stores inputs, and shows how far it is.
fn stored(
    messages: Messages,
    run: &mut dyn FnMut(&mut OnProgress<'_>) -> varidex::Result<Report>,
) -> Result<Report, Failure> {
    let mut bar: Option<(String, ProgressBar)> = None;
    let mut report_progress = |at: &Progress| {
        if bar.as_ref().is_none_or(|(input, _)| *input != at.input) {
            if let Some((_, done)) = bar.take() {
                done.finish_and_clear();
            }
            let what = match at.phase {
                Phase::People | Phase::Genes => at.input.clone(),
                _ => format!("reading {}", at.input),
            };
            bar = Some((at.input.clone(), messages.step(what, at.total, Unit::Bytes)));
        }
        if let Some((_, bar)) = &bar {
            bar.set_position(at.bytes);
        }
        !progress::interrupted()
    };
    let built = progress::stoppable(|| run(&mut report_progress));
    if let Some((_, bar)) = bar {
        bar.finish_and_clear();
    }
    Ok(built?)
}

/// Says what was done.
fn say(done: &str, report: &Report, options: &Reading, messages: Messages) -> Result<(), Failure> {
    messages.say(format_args!("{done}\n{}", report.to_string().trim_end()));
    if let Some(file) = &options.report {
        let text = format!("{:#}\n", as_json(report));
        std::fs::write(file, text).map_err(|e| Error::io(file, e))?;
    }
    Ok(())
}

fn warned(of: &Warned) -> Value {
    json!({ "what": of.what, "count": of.count, "first": of.first })
}

fn reason(reason: &Refused) -> Value {
    let places = reason
        .places
        .iter()
        .map(|(place, found)| json!({ "place": place, "found": found }));
    json!({
        "expected": reason.expected,
        "count": reason.count,
        "places": places.collect::<Vec<_>>(),
    })
}

fn as_json(report: &Report) -> Value {
    let reasons = |all: &[Refused]| all.iter().map(reason).collect::<Vec<_>>();
    let warnings = report.warnings.iter().map(warned);
    json!({
        "records": report.records,
        "stored": report.stored,
        "refused": report.refused_count(),
        "rows": report.rows,
        "genotypes": report.genotypes,
        "samples": report.samples,
        "contigs": report.contigs,
        "annotations": report.annotations.as_ref().map(|of| json!({
            "from": of.annotator.key(),
            "read": of.read,
            "stored": of.stored,
            "refused": of.refused_count(),
            "reasons": of.refused.iter().map(warned).collect::<Vec<_>>(),
        })),
        "sex_ploidy": report.sex_ploidy.as_ref().map(|changed| json!({
            "males": changed.males,
            "females": changed.females,
            "others": changed.others,
            "haploid": changed.haploid,
            "missing": changed.missing_count(),
            "reasons": reasons(&changed.missing),
        })),
        "people": report.people.as_ref().map(|people| json!({
            "read": people.read,
            "people": people.people,
            "merged": people.merged,
            "refused": people.refused,
            "samples_without_person": people.samples_without_person,
            "people_without_sample": people.people_without_sample,
            "unknown_terms": people.unknown_terms,
        })),
        "rows_merged": report.rows_merged,
        "bytes": report.bytes,
        "snapshot": report.snapshot,
        "seconds": report.seconds,
        "reasons": reasons(&report.refused),
        "warnings": warnings.collect::<Vec<_>>(),
    })
}
