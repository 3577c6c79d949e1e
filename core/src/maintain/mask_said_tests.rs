//! All that a view says of variants, carriers and people, as texts to be compared.

use super::mask_look::looked;
use super::mask_questions::{GROUPS, VARIANTS};
use super::mask_tests::ALLELES;
use crate::cohort::View;
use crate::export::{ExportFormat, ExportOptions};
use crate::genome::{
    Assembly, Chromosome, Justification, Position, StoredAllele, VrsContig, VrsVersion,
};
use crate::model::Attribute;
use crate::query::{Counts, Group, Query, Trios};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// All that a view says of variants, carriers and people; errors by their kind alone.
pub(in crate::maintain) fn said(view: &View, trios: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut say = |question: String, answer: crate::error::Result<String>| {
        all.insert(question, answer.unwrap_or_else(|_| "refused".to_owned()));
    };
    say(
        "samples".to_owned(),
        view.sample_names()
            .map(|names| names.collect::<Vec<_>>().join(" ")),
    );
    for of in VARIANTS {
        say(format!("variants {of}"), variants(view, of, None));
        for who in ["sex:female", "HP:0000118", "carriers(ac>=2)"] {
            let group = view.ask(who);
            say(
                format!("variants {of} in {who}"),
                group.and_then(|group| variants(view, of, Some(&group))),
            );
        }
    }
    for who in GROUPS {
        say(
            who.to_owned(),
            view.ask(who)
                .and_then(|group| Ok(format!("{} {:?}", group.count(), group.ranked()?))),
        );
    }
    say("by".to_owned(), by(view));
    say("people".to_owned(), people(view));
    looked(view, &mut say);
    say("matrix".to_owned(), matrix(view));
    say("haplotypes".to_owned(), haplotypes(view));
    say("listed".to_owned(), listed(view));
    say("export".to_owned(), export(view));
    say("pairs".to_owned(), pairs(view));
    say("origins".to_owned(), origins(view, trios));
    for (position, (reference, alternate)) in
        (0..40).flat_map(|position| ALLELES.map(|alleles| (position, alleles)))
    {
        let (contig, at) = (1 + position / 25, 10 + 20 * (position % 25));
        let allele = format!("{contig}:{at}:{reference}:{alternate}");
        say(
            allele.clone(),
            view.frequency(&allele, None)
                .map(|counts| format!("{counts:?}")),
        );
        if (reference, alternate) == ("A", "G") {
            for id in vrs_ids(contig, at) {
                let counts = view.frequency(&id, None);
                say(id, counts.map(|counts| format!("{counts:?}")));
            }
        }
        for group in [None, view.ask("sex:female").ok()] {
            let absence = view.absence(&allele, group.as_ref());
            say(
                format!(
                    "absence of {allele} in {:?}",
                    group.map(|group| group.label().to_owned())
                ),
                absence.map(|absence| format!("{absence:?}")),
            );
        }
        let looked_up = view.lookup(None).and_then(|mut lookup| {
            let place = Position::from_one_based(at as i64).unwrap();
            lookup.counts(&contig.to_string(), place, reference, alternate)
        });
        say(
            format!("lookup {allele}"),
            looked_up.map(|counts| format!("{counts:?}")),
        );
        // also of alleles that nobody has
        for absent in ["T", "CA", alternate] {
            let mut counts = Vec::new();
            let presence = view.lookup(None).and_then(|lookup| {
                let place = Position::from_one_based(at as i64).unwrap();
                let contig = contig.to_string();
                lookup.beside(&[view.all()?])?.counts_each(
                    &contig,
                    place,
                    reference,
                    absent,
                    &mut counts,
                )
            });
            say(
                format!("each {contig}:{at}:{reference}:{absent}"),
                presence.map(|presence| format!("{presence:?} {counts:?}")),
            );
        }
    }
    all
}

fn variants(view: &View, of: &str, group: Option<&Group>) -> crate::error::Result<String> {
    let mut text = String::new();
    let mut variants = match group {
        Some(group) => view.variants_in(of, group)?,
        None => view.variants(of)?,
    };
    while let Some(mut variant) = variants.next()? {
        let name = variant.names()?.vcf;
        let mut carriers = Vec::new();
        variant.carriers(|carrier| carriers.push(carrier))?;
        let counts: Counts = variant.counts()?;
        let (ac_an, id) = (
            variant.ac_an()?,
            String::from_utf8_lossy(variant.id()?).into_owned(),
        );
        write!(text, "{name:?} {id} {counts:?} {ac_an:?}").unwrap();
        for carrier in carriers {
            let (name, individual) = (
                view.sample_name(carrier.sample)?,
                view.individual_of(carrier.sample)?,
            );
            write!(
                text,
                " {name} {individual:?} {} {:?}",
                carrier.phase(),
                carrier.zygosity()
            )
            .unwrap();
        }
        text.push('\n');
    }
    Ok(text)
}

fn by(view: &View) -> crate::error::Result<String> {
    let groups = view.groups_by(&[Attribute::Population, Attribute::Sex], None)?;
    let ages = view.by(&["age(20,40)", "men=sex:male,all=all"])?;
    let groups = groups.into_iter().chain(view.groups_by(&ages, None)?);
    let groups: Vec<Group> = groups.map(|(_, group)| group).collect();
    let mut variants = view.variants_by("all", &groups)?;
    let mut text = String::new();
    while let Some(mut variant) = variants.next()? {
        writeln!(text, "{:?} {:?}", variant.looked_at()?, variant.length()?).unwrap();
        for (number, group) in groups.iter().enumerate() {
            writeln!(text, "{} {:?}", group.label(), variant.counts_of(number)?).unwrap();
            writeln!(text, "{:?}", variant.looked_at_of(number)?).unwrap();
        }
    }
    Ok(text)
}

fn people(view: &View) -> crate::error::Result<String> {
    let counts = view.people_counts(&[Attribute::Population, Attribute::Sex])?;
    let info = view.info();
    let mut rows = info.contigs;
    rows.sort();
    Ok(format!(
        "{} {} {} {rows:?} {counts:?} {:?} {:?} {:?}",
        info.people,
        info.people_records,
        info.rows,
        view.term_counts(None)?,
        view.individual_attributes()?,
        view.sample_attributes()?
    ))
}

fn matrix(view: &View) -> crate::error::Result<String> {
    let blocks: crate::error::Result<Vec<_>> = view.genotypes("all", None, 20)?.collect();
    let rows = blocks?
        .into_iter()
        .map(|block| (block.variants, block.dosages));
    let (variants, dosages): (Vec<_>, Vec<_>) = rows.unzip();
    Ok(format!("{:?} {:?}", variants.concat(), dosages.concat()))
}

fn haplotypes(view: &View) -> crate::error::Result<String> {
    let blocks = view.haplotypes("all", None, 20)?;
    let ploidy = blocks.ploidy();
    let blocks: crate::error::Result<Vec<_>> = blocks.collect();
    let rows = blocks?.into_iter();
    let rows = rows.map(|block| (block.variants, (block.alleles, block.phased)));
    let (variants, cells): (Vec<_>, (Vec<_>, Vec<_>)) = rows.unzip();
    let variants = variants.concat();
    Ok(format!(
        "{ploidy} {variants:?} {:?} {:?}",
        cells.0.concat(),
        cells.1.concat()
    ))
}

/// Who has which of these ids, as a list.
fn listed(view: &View) -> crate::error::Result<String> {
    let mut text = String::new();
    for number in 0..24 {
        for id in [format!("S{number}"), format!("P{number}")] {
            match view.group([&id]) {
                Ok(group) => writeln!(text, "{} {:?}", group.label(), group.ids()?).unwrap(),
                Err(error) => writeln!(text, "{error}").unwrap(),
            }
        }
    }
    Ok(text)
}

/// Without the INFO of the source, which counts all.
fn export(view: &View) -> crate::error::Result<String> {
    let mut out = Vec::new();
    let options = ExportOptions {
        format: Some(ExportFormat::Vcf),
        threads: Some(1),
    };
    view.export_to("all", None, &mut out, &options, &mut |_| true)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn pairs(view: &View) -> crate::error::Result<String> {
    let mut text = String::new();
    for pair in view.compound_pairs(&Query::new("all")?)? {
        let pair = pair?;
        let sample = view.sample_name(pair.sample)?;
        writeln!(
            text,
            "{} {sample} {:?} {:?} {:?}",
            pair.gene, pair.first, pair.second, pair.phase
        )
        .unwrap();
    }
    Ok(text)
}

fn origins(view: &View, pedigree: &Path) -> crate::error::Result<String> {
    let trios = Trios::from_ped(view, pedigree)?;
    let mut variants = view.variants("all")?;
    let mut text = String::new();
    while let Some(mut variant) = variants.next()? {
        let mut found = Vec::new();
        variant.origins(&trios, |child, origin| found.push((child.sample, origin)))?;
        for (sample, origin) in found {
            writeln!(text, "{} {origin}", view.sample_name(sample)?).unwrap();
        }
    }
    Ok(text)
}

/// The computed identifiers of an A that becomes a G.
fn vrs_ids(contig: usize, at: usize) -> [String; 2] {
    let chromosome = Chromosome::from_name(&contig.to_string()).unwrap();
    let of = VrsContig {
        accession: Assembly::Grch38.refget(chromosome).unwrap(),
        length: 198_295_559,
        reference: None,
    };
    let row = StoredAllele {
        position: Position::from_one_based(at as i64).unwrap(),
        reference: b"A",
        alternate: b"G",
        roll: 0,
    };
    let Justification::Known(allele) = Justification::of(&row, &of) else {
        panic!("a substitution needs no bases beside it");
    };
    [VrsVersion::V2_0, VrsVersion::V1_3].map(|version| allele.id(of.accession, version).to_string())
}
