//! Datasets in memory, and every question that a dataset can be asked.

use std::path::PathBuf;
use varidex::testing::Files;
use varidex::{BuildOptions, ExportFormat, ExportOptions, Group, Result, SampleSet, View};

/// What every dataset is called.
pub(crate) const DATASET: &str = "dataset.vdx";

/// Builds a dataset from VCF text, with these files of people, ontologies and genes beside it.
pub(crate) fn built(vcf: &str, beside: &[(&str, &str)]) -> Files {
    let files = Files::default();
    files.write("input.vcf", vcf);
    let declared = |key: &&str| vcf.contains(&format!("##INFO=<ID={key},"));
    let info = ["SCORE", "RANK", "NOTE", "DB"].into_iter().filter(declared);
    let mut options = BuildOptions {
        info: info.map(str::to_owned).collect(),
        threads: Some(1),
        ..BuildOptions::default()
    };
    for (name, text) in beside {
        files.write(name, *text);
        let path = PathBuf::from(name);
        match name.rsplit('.').next() {
            Some("obo") => options.people.ontologies.push(path),
            Some("gff3") => options.genes.push(path),
            _ => options.people.files.push(path),
        }
    }
    let built = files.build(&["input.vcf"], DATASET, &options, &mut |_| true);
    built.expect("a sound file can be built");
    files
}

/// What [`built`] takes beside `mixed.vcf`.
pub(crate) const BESIDE: [(&str, &str); 3] = [
    ("people.ndjson", include_str!("../data/people.ndjson")),
    ("terms.obo", include_str!("../data/terms.obo")),
    ("genes.gff3", include_str!("../data/genes.gff3")),
];

/// Every other sample or so.
pub(crate) fn some_samples(dataset: &View) -> Result<Option<Group>> {
    let names = dataset.sample_names()?;
    let names: Vec<String> = names
        .take(1000)
        .step_by(2)
        .map(|name| format!("{name:?}"))
        .collect();
    if names.is_empty() {
        return Ok(None);
    }
    // a lone quoted name is looked for as a file first, which no sample's name should be here
    let list = if let [one] = names.as_slice() {
        format!("{one},{one}")
    } else {
        names.join(",")
    };
    // names that Rust quotes in another way than expressions do cannot be asked for so
    Ok(dataset.ask(&format!("samples({list})")).ok())
}

/// Asks everything there is to ask of at most `limit` variants, and compares answers that must
/// agree. Returns the number of variants, or the first error; all the rest is asked nevertheless.
pub(crate) fn ask_everything(dataset: &View, limit: usize) -> Result<usize> {
    let mut seen = Seen::default();
    let rows = walk(dataset, limit, &mut seen);
    let mut first = rows.as_ref().err().map(ToString::to_string);
    let mut note = |outcome: Result<()>| {
        if let (None, Err(e)) = (&first, &outcome) {
            first = Some(e.to_string());
        }
    };
    note(dataset.dataset().section_sizes().map(drop));
    note(groups(dataset, limit));
    for format in [ExportFormat::Vcf, ExportFormat::Bcf] {
        note(export(dataset, format).map(drop));
    }
    note(told_of_people(dataset));
    for who in [
        "carriers(all)",
        "carriers(all, hom) & !carriers(ac=1, het)",
        "carriers(all, at_least: 2)",
        "carriers(length>1 | qual>10 | n_missing>0 | filter:PASS | !type:snv, hemi)",
    ] {
        note(people(dataset, who));
    }
    note(
        dataset
            .explain("carriers(af<0.5)")
            .map(|plan| drop(plan.to_string())),
    );
    for test in [
        "ac>=1 & af<=1",
        "n_hom=0 | an<5 | n_het>1",
        "filter:. | filter:q10",
        "!type:snv",
    ] {
        note(count(dataset, test, limit));
    }
    for key in dataset.info().info_keys.iter().map(|(name, _)| name) {
        for test in ["", ">1", "=2", "!=\"a\""] {
            // not every key has an order or a text
            if let Ok(mut found) = dataset.variants(&format!("info.{key:?}{test}")) {
                let mut rows = 0;
                note(loop {
                    match found.next() {
                        Ok(Some(_)) if rows < limit => rows += 1,
                        Ok(_) => break Ok(()),
                        Err(e) => break Err(e),
                    }
                });
            }
        }
    }
    for allele in &seen.alleles {
        note(find(dataset, allele));
    }
    for id in &seen.ids {
        note(count(dataset, &format!("id:{id:?}"), limit));
    }
    match (rows, first) {
        (Ok(rows), None) => Ok(rows),
        (Err(e), _) => Err(e),
        (_, Some(e)) => Err(varidex::Error::Usage(e)),
    }
}

/// What to look for again, one by one.
#[derive(Default)]
struct Seen {
    alleles: Vec<Allele>,
    ids: Vec<String>,
}

struct Allele {
    contig: String,
    position: varidex::Position,
    reference: String,
    alternate: String,
}

/// How many alleles and ids are looked for again.
const AGAIN: usize = 8;

/// Reads everything of every variant.
fn walk(dataset: &View, limit: usize, seen: &mut Seen) -> Result<usize> {
    let mut rows = 0;
    let mut variants = dataset.variants("all")?;
    while let Some(mut variant) = variants.next()? {
        if rows >= limit {
            break;
        }
        rows += 1;
        let position = variant.position()?;
        variant.interval()?;
        variant.allele_type()?;
        variant.filter()?;
        variant.quality()?;
        let counts = variant.counts()?;
        counts.af();
        let (ac, an) = variant.ac_an()?;
        assert_eq!((ac, an), (counts.ac, counts.an));
        let mut carriers = 0;
        variant.carriers(|carrier| {
            carrier.zygosity();
            carriers += 1;
        })?;
        let id = String::from_utf8_lossy(variant.id()?).into_owned();
        if !id.is_empty() && seen.ids.len() < AGAIN {
            seen.ids.push(id);
        }
        let contig = variant.contig().to_owned();
        let (reference, alternate) = variant.alleles()?;
        if seen.alleles.len() < AGAIN {
            seen.alleles.push(Allele {
                contig,
                position,
                reference: String::from_utf8_lossy(reference).into_owned(),
                alternate: String::from_utf8_lossy(alternate).into_owned(),
            });
        }
    }
    Ok(rows)
}

/// Everything in a format, in memory; `None` where the format cannot hold it.
pub(crate) fn export(dataset: &View, format: ExportFormat) -> Result<Option<Vec<u8>>> {
    let options = ExportOptions {
        format: Some(format),
        threads: Some(1),
    };
    let mut out = Vec::new();
    match dataset.export_to("all", None, &mut out, &options, &mut |_| true) {
        Ok(_) => Ok(Some(out)),
        Err(varidex::Error::Usage(_)) => Ok(None),
        Err(e) => Err(e),
    }
}

/// A group and those who are not in it add up to everybody.
fn groups(dataset: &View, limit: usize) -> Result<()> {
    let Some(group) = some_samples(dataset)? else {
        return Ok(());
    };
    let everybody = dataset.all()?;
    let others = everybody.difference(&group)?;
    // a person with samples on both sides counts on both
    assert!(group.count() + others.count() >= everybody.count());
    let samples = |group: &Group| group.samples().len();
    assert_eq!(samples(&group) + samples(&others), samples(&everybody));
    let mut all = dataset.variants("all")?;
    let mut inside = dataset.variants_in("all", &group)?;
    let mut outside = dataset.variants_in("all", &others)?;
    let mut rows = 0;
    while let (Some(mut a), Some(mut b), Some(mut c)) =
        (all.next()?, inside.next()?, outside.next()?)
    {
        if rows >= limit {
            break;
        }
        rows += 1;
        let (a, b, c) = (
            a.counts()?,
            (b.counts()?, b.ac_an()?),
            (c.counts()?, c.ac_an()?),
        );
        // in a damaged segment stored counts and sets may disagree: verify says so, and is asked too
        if limit == usize::MAX {
            assert_eq!((b.0.ac, b.0.an), b.1);
            assert_eq!((c.0.ac, c.0.an), c.1);
            assert_eq!(a.ac, b.0.ac + c.0.ac);
            assert_eq!(a.n_het, b.0.n_het + c.0.n_het);
            assert_eq!(a.n_hom, b.0.n_hom + c.0.n_hom);
            assert_eq!(a.n_hemi, b.0.n_hemi + c.0.n_hemi);
            assert_eq!(
                a.n_missing,
                b.0.n_missing.zip(c.0.n_missing).map(|(b, c)| b + c)
            );
            assert_eq!(a.an, b.0.an.zip(c.0.an).map(|(b, c)| b + c));
        }
    }
    Ok(())
}

fn people(dataset: &View, who: &str) -> Result<()> {
    let group = dataset.ask(who)?;
    assert!(group.count() <= dataset.all()?.count());
    group.ids()?;
    let members: SampleSet = group.samples().iter().collect();
    assert_eq!(members, *group.samples());
    Ok(())
}

/// Everything that is asked of people alone, of their terms and of genes; nothing where there are none.
pub(crate) fn told_of_people(dataset: &View) -> Result<()> {
    for sample in 0..dataset.sample_count().min(100) {
        dataset.individual_of(sample)?;
    }
    if dataset.info().people > 0 {
        for keys in ["age", "sex", "population", "family", "karyotype"] {
            dataset.people_counts(&dataset.by(&[keys])?)?;
        }
        let ids: Vec<String> = dataset
            .term_counts(None)?
            .into_iter()
            .map(|term| term.id)
            .collect();
        for id in ids.iter().take(50) {
            // what is quoted in another way than expressions do cannot be asked for so
            for who in [
                format!("{id:?}"),
                format!("excluded({id:?})"),
                format!("onset({id:?})<18y"),
                format!("similar({id:?}) & carriers(all)"),
                format!("similar({id:?}, method: resnik, at_least: low)"),
                format!("measurement({id:?})>1"),
            ] {
                unless_not_understood(people(dataset, &who))?;
            }
        }
        for who in [
            "age<18y",
            "sex:female & !age>=1w",
            "carriers(all, de_novo)",
            "severity:severe",
        ] {
            unless_not_understood(people(dataset, who))?;
        }
    }
    for who in [
        "carriers(gene:ABC1)",
        "carriers(gene:DEF2, compound)",
        "carriers(gene:ENSG01 | gene:NONE)",
    ] {
        unless_not_understood(people(dataset, who))?;
    }
    Ok(())
}

/// Not every dataset has what an expression asks for.
fn unless_not_understood(asked: Result<()>) -> Result<()> {
    match asked {
        Err(varidex::Error::Expression(_)) => Ok(()),
        asked => asked,
    }
}

fn count(dataset: &View, test: &str, limit: usize) -> Result<()> {
    let mut found = match dataset.variants(test) {
        // ids and names of any bytes cannot always be asked for
        Err(varidex::Error::Expression(_)) => return Ok(()),
        found => found?,
    };
    let mut rows = 0;
    while let Some(mut variant) = found.next()? {
        rows += 1;
        if rows >= limit {
            break;
        }
        variant.counts()?;
    }
    Ok(())
}

fn find(dataset: &View, allele: &Allele) -> Result<()> {
    let Allele {
        contig,
        position,
        reference,
        alternate,
    } = allele;
    match dataset.allele(contig, *position, reference, alternate) {
        // contigs of one name in other spellings
        Err(varidex::Error::Expression(_)) | Ok(None) => {}
        Err(e) => return Err(e),
        Ok(Some(found)) => {
            found.counts()?;
            found.counts_in(&dataset.all()?)?;
            found.carriers(|carrier| {
                carrier.zygosity();
            })?;
        }
    }
    if !alternate.is_empty() {
        let text = format!("{contig}:{}:{reference}:{alternate}", position.one_based());
        count(dataset, &format!("allele({text:?})"), usize::MAX)?;
        count(
            dataset,
            &format!("region({contig:?}, {0}, {0})", position.one_based()),
            usize::MAX,
        )?;
    }
    Ok(())
}
