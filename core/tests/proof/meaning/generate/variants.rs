//! Batches of samples with records.

use super::super::alleles::is_bases;
use super::super::choices::Choices;
use super::super::genes::Gene;
use super::super::notes::{self, Entry};
use super::super::vcf::{Call, File, Record};
use super::super::world::World;
use super::Kinds;

/// The bases of every contig: few kinds of them side by side, so that changes have several spellings.
const BASES: &str = "ACTTTTGAGAGACCCAGTACACACTGGATTTACGGGCAATATATCCGTTTAGCAGCAGCTTGGACCATTTGCA";

pub const KEYS: [(&str, &str, &str); 6] = [
    ("DB", "0", "Flag"),
    ("CADD", "1", "Float"),
    ("FA", "A", "Float"),
    ("FR", "R", "Integer"),
    ("L", ".", "Integer"),
    ("CLNSIG", ".", "String"),
];

pub const CONTIGS: [&str; 2] = ["chr22", "chrX"];

pub fn base(position: i64) -> &'static str {
    let at = usize::try_from(position - 1).unwrap() % BASES.len();
    &BASES[at..=at]
}

fn bases(first: i64, count: i64) -> String {
    (first..first + count).map(base).collect()
}

pub fn world(shape: &mut Choices<'_>, sites: &[Vec<u16>], kinds: Kinds) -> World {
    let mut batches = Vec::new();
    for batch in 0..1 + shape.below(4) {
        let samples = (0..1 + shape.below(3)).map(|sample| format!("s{batch}{sample}"));
        batches.push(File {
            header: header(),
            samples: samples.collect(),
            records: Vec::new(),
        });
    }
    for site in sites {
        let mut choices = Choices::new(site);
        put_site(&mut batches, &mut choices, kinds);
    }
    if !kinds.unseen {
        let first = batches[0].clone();
        batches.retain(|file| !file.records.is_empty());
        if batches.is_empty() {
            batches.push(first);
        }
    }
    for (number, file) in batches.iter_mut().enumerate() {
        let place = |record: &Record| {
            CONTIGS
                .iter()
                .position(|contig| contig.ends_with(bare(&record.contig)))
        };
        file.records
            .sort_by_key(|record| (place(record), record.position));
        if kinds.aliases && number % 2 == 1 {
            for line in &mut file.header {
                *line = line.replace("##contig=<ID=chr", "##contig=<ID=");
            }
            for record in &mut file.records {
                record.contig = bare(&record.contig).to_owned();
            }
        }
    }
    World {
        files: batches,
        genes: if kinds.annotated && shape.once_in(2) {
            Vec::new()
        } else {
            genes(shape)
        },
        pad: shape.between(0, 1) * 3,
        keys: KEYS
            .map(|(key, number, kind)| (key.to_owned(), number.to_owned(), kind.to_owned()))
            .to_vec(),
        ..World::default()
    }
}

fn bare(contig: &str) -> &str {
    contig.strip_prefix("chr").unwrap_or(contig)
}

fn header() -> Vec<String> {
    let mut lines = vec![
        "##contig=<ID=chr22,length=50818468,assembly=GRCh38>".to_owned(),
        "##contig=<ID=chrX,length=156040895,assembly=GRCh38>".to_owned(),
        "##INFO=<ID=END,Number=1,Type=Integer,Description=\"end\">".to_owned(),
        "##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"length\">".to_owned(),
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">".to_owned(),
        "##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"phase set\">".to_owned(),
        "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"depth\">".to_owned(),
        "##FILTER=<ID=q10,Description=\"q\">".to_owned(),
        "##FILTER=<ID=s5,Description=\"s\">".to_owned(),
        notes::HEADER.to_owned(),
    ];
    lines.extend(KEYS.iter().map(|(key, number, kind)| {
        format!("##INFO=<ID={key},Number={number},Type={kind},Description=\"test\">")
    }));
    lines
}

/// Puts a record into the batches that have it, each with its own genotypes.
fn put_site(batches: &mut [File], choices: &mut Choices<'_>, kinds: Kinds) {
    let template = record(choices);
    for file in batches {
        let samples = file.samples.len();
        let mut copies = vec![template.clone()];
        match choices.below(10) {
            0..=2 => {}
            3 | 4 => copies.clear(),
            5 => describe(&mut copies[0], choices),
            6 if kinds.repeated => {
                let mut again = template.clone();
                describe(&mut again, choices);
                copies.push(again);
            }
            7 if kinds.spelled => copies[0] = padded(&template, choices),
            6 => copies[0].alternates.reverse(),
            _ => {}
        }
        for record in &mut copies {
            if kinds.annotated {
                annotate(record, choices);
            }
            if !choices.once_in(24) {
                record.calls = (0..samples)
                    .map(|_| call(choices, record.alternates.len()))
                    .collect();
            }
        }
        file.records.extend(copies);
    }
}

fn record(choices: &mut Choices<'_>) -> Record {
    let mut record = Record {
        contig: CONTIGS[usize::from(choices.once_in(5))].to_owned(),
        position: choices.between(2, 40),
        ..Record::default()
    };
    let position = record.position;
    record.reference = base(position).to_owned();
    let stretch = choices.between(1, 20);
    match choices.below(16) {
        0 => {
            let name = choices.text(&["<DEL>", "<DUP>", "<INV>", "<CNV>", "<DEL:ME>", "<FOO>"]);
            record
                .info
                .push(("END".to_owned(), Some((position + stretch).to_string())));
            if choices.once_in(2) {
                let length = if name.starts_with("<DEL") {
                    -stretch
                } else {
                    stretch
                };
                record
                    .info
                    .push(("SVLEN".to_owned(), Some(length.to_string())));
            }
            record.alternates.push(name);
        }
        1 => {
            record.alternates.push("<INS>".to_owned());
            if choices.once_in(2) {
                record
                    .info
                    .push(("SVLEN".to_owned(), Some(stretch.to_string())));
            }
        }
        2 => {
            let text = format!("{}]chrX:{stretch}]", record.reference);
            record.alternates.push(text);
        }
        3 => {
            // a stretch that is as the reference
            if choices.once_in(2) {
                record.alternates.push("<NON_REF>".to_owned());
            }
            record
                .info
                .push(("END".to_owned(), Some((position + stretch).to_string())));
        }
        4 => record.alternates.push("*".to_owned()),
        _ => {
            record.reference = bases(position, choices.between(1, 3));
            for _ in 0..1 + choices.below(3) {
                let alternate = changed(&record.reference, position, choices);
                if alternate != record.reference && !record.alternates.contains(&alternate) {
                    record.alternates.push(alternate);
                }
            }
            if choices.once_in(10) {
                record.alternates.push("*".to_owned());
            }
        }
    }
    describe(&mut record, choices);
    record
}

/// An ALT of bases.
fn changed(reference: &str, position: i64, choices: &mut Choices<'_>) -> String {
    let (first, rest) = reference.split_at(1);
    match choices.below(6) {
        0 => first.to_owned(),
        1 => format!("{reference}{}", base(position + reference.len() as i64)),
        2 => format!("{first}{}{rest}", choices.text(&["T", "GA", "A", "ACAC"])),
        3 => format!(
            "{}{}",
            choices.text(&["C", "GT"]),
            choices.text(&["", "G", rest])
        ),
        _ => format!("{}{rest}", choices.text(&["A", "C", "G", "T"])),
    }
}

/// ID, QUAL, FILTER and INFO.
fn describe(record: &mut Record, choices: &mut Choices<'_>) {
    record.ids = match choices.below(6) {
        0 => vec![choices.text(&["rs1", "rs2", "rs3"])],
        1 => vec!["rs4".to_owned(), choices.text(&["v1", "v2"])],
        _ => Vec::new(),
    };
    record.quality =
        [None, Some("10"), Some("30.5"), Some("99")][choices.below(4)].map(str::to_owned);
    record.filters = match choices.below(5) {
        0 => Vec::new(),
        1 => vec!["q10".to_owned()],
        2 => vec!["q10".to_owned(), "s5".to_owned()],
        _ => vec!["PASS".to_owned()],
    };
    record
        .info
        .retain(|(key, _)| key == "END" || key == "SVLEN");
    let alleles = record.alternates.len();
    for (key, number, kind) in KEYS {
        if choices.below(3) != 2 {
            continue;
        }
        let count = match number {
            "0" => 0,
            "A" => alleles,
            "R" => alleles + 1,
            "1" => 1,
            _ => 1 + choices.below(3),
        };
        if count == 0 && number != "0" {
            continue;
        }
        let values: Vec<String> = (0..count)
            .map(|_| match kind {
                _ if choices.once_in(5) => ".".to_owned(),
                "Integer" => choices.between(-2, 4).to_string(),
                "Float" => choices.text(&["0.5", "1", "2.25", "20", "-1"]),
                _ => choices.text(&["Benign", "Pathogenic", "20"]),
            })
            .collect();
        let value = (number != "0").then(|| values.join(","));
        record.info.push((key.to_owned(), value));
    }
}

/// The same record with one base more at the end, or before.
fn padded(record: &Record, choices: &mut Choices<'_>) -> Record {
    let mut other = record.clone();
    let all_bases = other.alternates.iter().all(|alternate| is_bases(alternate));
    if other.alternates.is_empty() || !all_bases {
        return other;
    }
    if choices.once_in(2) && other.position > 1 {
        let before = base(other.position - 1);
        other.position -= 1;
        other.reference.insert_str(0, before);
        other
            .alternates
            .iter_mut()
            .for_each(|alternate| alternate.insert_str(0, before));
    } else {
        let behind = base(other.position + other.reference.len() as i64);
        other.reference.push_str(behind);
        other
            .alternates
            .iter_mut()
            .for_each(|alternate| alternate.push_str(behind));
    }
    other
}

fn call(choices: &mut Choices<'_>, alleles: usize) -> Call {
    let any = |choices: &mut Choices<'_>| match choices.below(6) {
        0 => None,
        1 | 2 => Some(0),
        _ => Some(choices.below(alleles + 1)),
    };
    let mut call = Call {
        copies: vec![Some(0), Some(0)],
        phased: choices.once_in(2),
        set: None,
    };
    call.copies = match choices.below(12) {
        0..=2 => vec![Some(0), Some(0)],
        3 => vec![any(choices)],
        4 => vec![any(choices), any(choices), any(choices)],
        5 => vec![None, None],
        6 | 7 => vec![Some(1.min(alleles)), Some(0)],
        8 | 9 => vec![Some(0), Some(1.min(alleles))],
        _ => vec![any(choices), any(choices)],
    };
    if call.copies.len() == 1 {
        call.phased = false;
    }
    if call.phased && choices.once_in(3) {
        call.set = Some(choices.text(&["1", "2"]));
    }
    call
}

fn annotate(record: &mut Record, choices: &mut Choices<'_>) {
    const CONSEQUENCES: [(&str, usize); 6] = [
        ("synonymous_variant", 1),
        ("missense_variant", 2),
        ("stop_gained", 3),
        ("frameshift_variant", 3),
        ("splice_region_variant&intron_variant", 1),
        ("downstream_gene_variant", 0),
    ];
    let mut entries: Vec<String> = Vec::new();
    for alternate in &record.alternates {
        if !is_bases(alternate) {
            continue;
        }
        for _ in 0..choices.below(4) {
            let (consequence, impact) = *choices.of(&CONSEQUENCES);
            let number = choices.below(4);
            let (place, change) = (
                choices.between(1, 2),
                choices.text(&["Glu", "Ter", "ProfsTer9"]),
            );
            let entry = Entry {
                allele: notes::vep_allele(&record.reference, &record.alternates, alternate),
                consequences: consequence.split('&').map(str::to_owned).collect(),
                impact,
                symbol: ["AAA", "BBB", "CCC", ""][number].to_owned(),
                gene: format!("ENSG{number}"),
                transcript: format!("ENST{number}"),
                coding: [String::new(), format!("ENST{number}.2:c.{place}A>G")][choices.below(2)]
                    .clone(),
                protein: [
                    String::new(),
                    format!("ENSP{number}.1:p.Val{place}{change}"),
                ][choices.below(2)]
                .clone(),
                canonical: choices.once_in(2),
                mane: choices.once_in(3),
            };
            entries.push(entry.text());
        }
    }
    if !entries.is_empty() {
        record
            .info
            .push(("CSQ".to_owned(), Some(entries.join(","))));
    }
}

fn genes(shape: &mut Choices<'_>) -> Vec<Gene> {
    let names = ["AAA", "BBB", "CCC"];
    let genes = names.iter().enumerate().map(|(number, name)| {
        let mut places = Vec::new();
        for _ in 0..1 + shape.below(2) {
            let first = shape.between(1, 30);
            let contig = CONTIGS[usize::from(shape.once_in(4))];
            places.push((contig.to_owned(), first, first + shape.between(3, 12)));
        }
        // places of one gene that meet would be one place
        places.truncate(1);
        Gene {
            symbol: (*name).to_owned(),
            aliases: vec![format!("{name}-old")],
            ids: vec![format!("ENSG{number}")],
            places,
        }
    });
    genes.collect()
}
