//! `varidex build`.

use crate::args::Build;
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use varidex::{BuildOptions, Error, PeopleOptions, Phase, Progress, Refused, Report, Warned};

pub(crate) fn run(args: &Build, messages: Messages) -> Result<(), Failure> {
    let options = BuildOptions {
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
        sort: args.sort,
        skip_malformed: args.skip_malformed,
        threads: args.threads,
        memory: args.memory,
        replace: args.force,
        ..BuildOptions::default()
    };
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
    let built = progress::stoppable(|| {
        varidex::build(&args.inputs, &args.output, &options, &mut report_progress)
    });
    if let Some((_, bar)) = bar {
        bar.finish_and_clear();
    }
    let report = built?;
    messages.say(format_args!(
        "wrote {}\n{}",
        args.output.display(),
        report.to_string().trim_end()
    ));
    if let Some(file) = &args.report {
        let text = format!("{:#}\n", as_json(&report));
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
        "bytes": report.bytes,
        "snapshot": report.snapshot,
        "seconds": report.seconds,
        "reasons": reasons(&report.refused),
        "warnings": warnings.collect::<Vec<_>>(),
    })
}
