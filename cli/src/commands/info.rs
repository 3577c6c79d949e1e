//! `varidex info`.

use super::dcat;
use crate::args::Info;
use crate::failure::Failure;
use crate::progress::{self, Messages};
use crate::table::{print, print_json};
use serde_json::{Value, json};
use std::fmt::Write;
use varidex::{AttributeCount, Error, Published, SectionSize};

pub(crate) fn run(args: &Info, messages: Messages) -> Result<(), Failure> {
    if args.dataset.is_file() {
        args.seen.refuse_any(&args.dataset)?;
        let file = Published::open_outdated(&args.dataset)?;
        return match args.dcat {
            true => dcat::published(&file, args.id.as_deref(), messages),
            false => published(&file, args.json, messages),
        };
    }
    if args.dcat {
        let id = args.id.as_deref();
        return progress::stoppable(|| {
            match super::open_shown(&args.dataset, &args.seen, messages)? {
                Some(view) => dcat::shown(&view, id, messages),
                None => dcat::dataset(
                    &super::open(&args.dataset, &args.seen, messages)?,
                    id,
                    messages,
                ),
            }
        });
    }
    let view = super::open(&args.dataset, &args.seen, messages)?;
    let dataset = view.dataset();
    let info = view.info();
    let attributes = [
        ("individual_attributes", view.individual_attributes()?),
        ("sample_attributes", view.sample_attributes()?),
    ];
    let sections = dataset.section_sizes()?;
    let cohorts = view.cohort_names()?;
    if args.json {
        let mut shown = as_json(&info, &attributes, &sections);
        shown["cohorts"] = json!(cohorts);
        return print_json(&shown);
    }
    let mut text = String::new();
    let assembly = info.assembly.map_or("unknown", |assembly| assembly.name());
    let counts = [
        ("samples", Some(info.samples)),
        ("people", Some(info.people)),
        ("terms", Some(info.terms)),
        ("genes", Some(info.genes.0)),
        ("records", info.records),
        ("rows", Some(info.rows)),
        ("segments", Some(info.segments)),
        ("bytes", Some(info.bytes)),
    ];
    // writing to a string cannot fail
    let _ = writeln!(text, "dataset   {}", info.path.display());
    let _ = writeln!(text, "snapshot  {}", info.snapshot);
    let _ = writeln!(text, "assembly  {assembly}");
    for (name, count) in counts {
        let _ = match count {
            Some(count) => writeln!(text, "{name:<9} {count}"),
            None => writeln!(text, "{name:<9} ."),
        };
    }
    if info.sex_ploidy {
        let _ = writeln!(text, "ploidy    by sex on X and Y");
    }
    if let Some(annotations) = &info.annotations {
        let _ = writeln!(text, "annotated {annotations}");
    }
    for (name, rows) in &info.contigs {
        let _ = writeln!(text, "contig    {name}\t{rows} rows");
    }
    for (key, kind) in &info.info_keys {
        let _ = writeln!(text, "info      {key}\t{kind}");
    }
    for (of, attributes) in &attributes {
        let of = of.trim_end_matches("_attributes");
        for attribute in attributes {
            let (name, kind, count) = (&attribute.name, attribute.kind.name(), attribute.count);
            let _ = writeln!(text, "attribute {name}\t{kind} of {count} {of}s");
        }
    }
    for name in &cohorts {
        let _ = writeln!(text, "cohort    {name}");
    }
    for section in &sections {
        let share = 100.0 * section.bytes as f64 / info.bytes.max(1) as f64;
        let _ = writeln!(
            text,
            "section   {:<18}{:>12} bytes {share:>5.1} %",
            section.name, section.bytes
        );
    }
    print(&text)
}

/// Of a published file.
fn published(file: &Published, json: bool, messages: Messages) -> Result<(), Failure> {
    super::say_notes(file.note().map(str::to_owned).iter(), messages);
    let (info, sections) = (file.info(), file.section_sizes());
    let shown = file.info_json()?;
    let shown: Value = serde_json::from_str(&shown).map_err(|e| Error::Usage(e.to_string()))?;
    if json {
        return print_json(&shown);
    }
    let text_of = |key: &str| shown[key].as_str().unwrap_or_default().to_owned();
    let (digest, bytes) = (text_of("digest"), &shown["bytes"]);
    let number = |number: Option<u64>| number.map_or(".".to_owned(), |n| n.to_string());
    let mut text = String::new();
    // writing to a string cannot fail
    let _ = writeln!(text, "published  {}", file.path().display());
    let _ = writeln!(text, "digest     {digest}");
    let _ = writeln!(text, "population {}", info.population);
    let _ = writeln!(text, "policy     {} {}", info.policy.name, info.policy_hash);
    let _ = writeln!(
        text,
        "floor      {} people, {} alleles",
        info.policy.floor.people, info.policy.floor.alleles
    );
    let _ = writeln!(
        text,
        "consent    of {}, to be used up to {}",
        info.consent_date,
        info.last_day()
    );
    let _ = writeln!(
        text,
        "assembly   {}",
        info.assembly.as_deref().unwrap_or("unknown")
    );
    let _ = writeln!(text, "where      {}", info.of);
    let _ = writeln!(text, "people     {}", number(info.people));
    let _ = writeln!(text, "rows       {}", info.rows());
    let _ = writeln!(text, "bytes      {bytes}");
    let _ = writeln!(text, "strata by  {}", info.fields.join(", "));
    for stratum in &info.strata {
        let _ = writeln!(
            text,
            "stratum    {}\t{} people",
            stratum.label,
            number(stratum.people)
        );
    }
    for leak in &info.leaks {
        let accepted = if leak.accepted { ", accepted" } else { "" };
        let _ = writeln!(
            text,
            "members    {}\t{} standard deviations from others{accepted}",
            leak.label, leak.separation
        );
    }
    for contig in info.contigs.iter().filter(|contig| contig.rows > 0) {
        let _ = writeln!(text, "contig     {}\t{} rows", contig.name, contig.rows);
    }
    for section in &sections {
        let _ = writeln!(
            text,
            "section    {:<20}{:>12} bytes",
            section.name, section.bytes
        );
    }
    print(&text)
}

fn as_json(
    info: &varidex::Info,
    attributes: &[(&str, Vec<AttributeCount>); 2],
    sections: &[SectionSize],
) -> Value {
    let contigs = info
        .contigs
        .iter()
        .map(|(name, rows)| json!({ "name": name, "rows": rows }));
    let keys = info
        .info_keys
        .iter()
        .map(|(key, kind)| json!({ "key": key, "type": kind }));
    let sections = sections
        .iter()
        .map(|section| json!({ "name": section.name, "bytes": section.bytes }));
    let [individuals, samples] = attributes.each_ref().map(|(_, attributes)| {
        let shown = attributes
            .iter()
            .map(|of| json!({ "name": of.name, "type": of.kind.name(), "count": of.count }));
        shown.collect::<Vec<_>>()
    });
    json!({
        "individual_attributes": individuals,
        "sample_attributes": samples,
        "dataset": info.path.display().to_string(),
        "snapshot": info.snapshot,
        "assembly": info.assembly.map(|assembly| assembly.name()),
        "sex_ploidy": info.sex_ploidy,
        "samples": info.samples,
        "people": info.people,
        "people_records": info.people_records,
        "terms": info.terms,
        "genes": info.genes.0,
        "pad": info.genes.1,
        "annotations": info.annotations,
        "records": info.records,
        "rows": info.rows,
        "segments": info.segments,
        "bytes": info.bytes,
        "contigs": contigs.collect::<Vec<_>>(),
        "info": keys.collect::<Vec<_>>(),
        "sections": sections.collect::<Vec<_>>(),
    })
}
