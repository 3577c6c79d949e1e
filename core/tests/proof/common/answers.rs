//! What a dataset answers, by what the answer is about.

use std::collections::BTreeMap;
use varidex::{Error, ExportFormat, ExportOptions, Group, Result, Scope, Trios, Variant, View};

/// What is answered, by a name of what was asked.
pub type Answers = BTreeMap<String, String>;

/// Everything that can be asked, and `questions` about people. Where a question is not understood, the
/// answer is what is said of it.
pub fn answers(dataset: &View, questions: &[String]) -> Result<Answers> {
    let mut all = Answers::new();
    let info = dataset.info();
    all.insert("assembly".to_owned(), format!("{:?}", info.assembly));
    all.insert("info keys".to_owned(), format!("{:?}", info.info_keys));
    let sizes = (
        info.samples,
        info.records,
        info.rows,
        info.people,
        info.people_records,
        info.terms,
        info.genes,
    );
    all.insert(
        "sizes".to_owned(),
        format!("{sizes:?} {:?}", info.annotations),
    );
    all.insert(
        "contigs".to_owned(),
        format!(
            "{:?} {:?}",
            dataset.contigs().collect::<Vec<_>>(),
            info.contigs
        ),
    );
    let names: Vec<&str> = dataset.sample_names()?.collect();
    all.insert("samples".to_owned(), format!("{names:?}"));
    for (number, name) in (0..).zip(&names) {
        assert_eq!(dataset.sample_number(name)?, Some(number));
        let owner = dataset.individual_of(number)?;
        *all.entry("owners".to_owned()).or_default() += &format!("{owner:?} ");
    }
    variants(dataset, &mut all)?;
    export(dataset, &mut all)?;
    if info.people > 0 {
        people(dataset, &mut all)?;
    }
    for question in questions {
        let ids = |group: Group| {
            Ok(format!(
                "{:?} {:?}",
                group.ranked()?,
                group.samples().iter().collect::<Vec<_>>()
            ))
        };
        let answer = understood(dataset.ask(question.as_str()).and_then(ids))?;
        all.insert(format!("ask {question}"), answer);
    }
    Ok(all)
}

fn understood(answer: Result<String>) -> Result<String> {
    match answer {
        Err(error @ (Error::Expression(_) | Error::Usage(_))) => Ok(error.to_string()),
        answer => answer,
    }
}

fn variants(dataset: &View, all: &mut Answers) -> Result<()> {
    let mut variants = dataset.variants("all")?;
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut genes: BTreeMap<String, String> = BTreeMap::new();
    let mut filters: BTreeMap<String, String> = BTreeMap::new();
    while let Some(mut variant) = variants.next()? {
        let site = (variant.contig(), variant.position()?);
        let site = format!("{site:?} {} ", variant.counts()?.ac);
        variant_fields(&mut variant, all)?;
        let id = String::from_utf8_lossy(variant.id()?).into_owned();
        for id in id.split(';').filter(|id| !id.is_empty()) {
            *ids.entry(id.to_owned()).or_default() += &site;
        }
        *filters.entry(variant.filter()?.into_owned()).or_default() += &site;
        for annotation in variant.annotations()? {
            let gene = annotation.gene().to_owned();
            let known = genes.entry(gene).or_default();
            if !known.ends_with(&site) {
                *known += &site;
            }
        }
    }
    // each name finds the rows that show it
    for (key, shown) in [("id", ids), ("gene", genes)] {
        for (name, sites) in shown {
            let Ok(mut found) = dataset.variants(&format!("{key}:{name:?}")) else {
                continue;
            };
            let mut again = String::new();
            while let Some(mut variant) = found.next()? {
                let site = (variant.contig(), variant.position()?);
                again += &format!("{site:?} {} ", variant.counts()?.ac);
            }
            let differs = if again == sites { "" } else { " DIFFERS" };
            all.insert(
                format!("{key} finds{differs} {name}"),
                format!("{again} / {sites}"),
            );
        }
    }
    Ok(())
}

fn variant_fields(variant: &mut Variant<'_, '_>, all: &mut Answers) -> Result<()> {
    let mut add = |name: &str, value: String| {
        *all.entry(name.to_owned()).or_default() += &(value + "\n");
    };
    add("contig", variant.contig().to_owned());
    add("position", format!("{:?}", variant.position()?));
    add("interval", format!("{:?}", variant.interval()?));
    add("id", format!("{:?}", variant.id()?));
    add("alleles", format!("{:?}", variant.alleles()?));
    add("type", format!("{:?}", variant.allele_type()?));
    add("names", format!("{:?}", variant.names()?));
    add("filter", variant.filter()?.into_owned());
    add("quality", format!("{:?}", variant.quality()?));
    add(
        "counts",
        format!("{:?} {:?}", variant.counts()?, variant.ac_an()?),
    );
    add(
        "annotations",
        format!("{:?} {:?}", variant.annotation()?, variant.annotations()?),
    );
    let mut carriers = String::new();
    variant.carriers(|carrier| carriers += &format!("{carrier:?} "))?;
    add("carriers", carriers);
    Ok(())
}

/// Columns of a VCF, each for itself.
fn export(dataset: &View, all: &mut Answers) -> Result<()> {
    let options = ExportOptions {
        format: Some(ExportFormat::Vcf),
        threads: Some(1),
    };
    let mut out = Vec::new();
    match dataset.export_to("all", None, &mut out, &options, &mut |_| true) {
        Err(Error::Usage(what)) => {
            all.insert("export".to_owned(), what);
        }
        written => drop(written?),
    }
    for line in String::from_utf8_lossy(&out).lines() {
        for (number, field) in line.split('\t').enumerate() {
            let column = match line.starts_with("##") {
                true => "export head".to_owned(),
                false => format!("export {}", number.min(9)),
            };
            *all.entry(column).or_default() += &format!("{field}\n");
        }
    }
    Ok(())
}

fn people(dataset: &View, all: &mut Answers) -> Result<()> {
    for key in [
        "age",
        "sex",
        "karyotype",
        "population",
        "cohort",
        "dataset",
        "country",
        "family",
        "affected",
    ] {
        let Ok(by) = dataset.by(&[key]) else {
            continue;
        };
        all.insert(
            format!("people by {key}"),
            format!("{:?}", dataset.people_counts(&by)?),
        );
    }
    let scopes = [
        Scope::Phenotype,
        Scope::Disease,
        Scope::Treatment,
        Scope::Procedure,
        Scope::Biomarker,
        Scope::Measurement,
        Scope::Ethnicity,
        Scope::Exposure,
    ];
    for scope in [None].into_iter().chain(scopes.map(Some)) {
        all.insert(
            format!("terms of {scope:?}"),
            format!("{:?}", dataset.term_counts(scope)?),
        );
    }
    let everybody = dataset.all()?;
    all.insert("people".to_owned(), format!("{:?}", everybody.ids()?));
    let trios = Trios::of_people(dataset)?;
    let mut reported = format!("{} ", trios.len());
    let mut variants = dataset.variants("all")?;
    while let Some(mut variant) = variants.next()? {
        variant.origins(&trios, |child, from| {
            reported += &format!("{}:{from:?} ", child.sample)
        })?;
    }
    all.insert("trios".to_owned(), reported);
    Ok(())
}
