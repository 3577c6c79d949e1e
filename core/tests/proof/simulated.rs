//! Simulated people, genes and families: what is said to be true of them is what the files say, and
//! what the index finds.

use crate::common::{Folder, build, files, options};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use varidex::{BuildOptions, Dataset, Error, Group, PeopleOptions, Trios, View};
use varidex_simulate::{Format, Options, Summary, simulate};

/// A cohort in which much is unsure.
fn cohort(seed: u64) -> Options {
    Options {
        samples: 1_200,
        variants: 1_500,
        seed,
        format: Format::Vcf,
        missing: 0.01,
        half_calls: 0.3,
        unphased_sites: 0.2,
        multiallelic: 0.1,
        indels: 0.2,
        structural: 0.02,
        annotations: true,
        people: true,
        ..Options::default()
    }
}

fn made(folder: &Folder, options: &Options) -> (PathBuf, Summary) {
    let dir = folder.path("cohort");
    let summary = simulate(options, &dir, &mut |_, _| true).unwrap();
    (dir, summary)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn json(path: &Path) -> Json {
    serde_json::from_str(&read(path)).unwrap()
}

fn ids(answer: &Json) -> BTreeSet<String> {
    let list = answer["ids"].as_array().unwrap();
    let ids: BTreeSet<String> = list
        .iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        Some(ids.len() as u64),
        answer["count"].as_u64(),
        "each id once"
    );
    ids
}

fn dataset(folder: &Folder, dir: &Path, summary: &Summary) -> View {
    let path = folder.path("cohort.vdx");
    let options = BuildOptions {
        genes: vec![dir.join("genes.gff3.gz")],
        people: PeopleOptions {
            files: ["people.ndjson", "populations.tsv", "family.ped"]
                .map(|name| dir.join(name))
                .into(),
            ontologies: vec![dir.join("terms.obo"), dir.join("diseases.hpoa")],
            ..PeopleOptions::default()
        },
        ..options()
    };
    let report = build(&[&summary.genotypes], &path, &options).unwrap();
    let people = report.people.unwrap();
    assert_eq!(people.refused, 0, "{:?}", people.refusals);
    assert_eq!(people.read, people.people + people.merged);
    // where the genotypes are is said in the packets, and not kept
    let files = people
        .warnings
        .iter()
        .all(|warning| warning.0 == "keys not read");
    assert!(files, "{:?}", people.warnings);
    assert_eq!(people.unknown_terms, 0);
    let truth = json(&dir.join("truth.json"));
    let reported = |key: &str| truth[key].as_u64().unwrap();
    assert_eq!(people.people, reported("people"));
    assert_eq!(
        people.people_without_sample,
        reported("people_without_sample")
    );
    assert_eq!(
        people.samples_without_person,
        reported("samples_without_person")
    );
    assert!(people.people_without_sample > 0 && people.samples_without_person > 0);
    // the pedigree and the table of populations speak of people that have a packet
    let table = read(&dir.join("populations.tsv"));
    let rows = table.lines().count() as u64 - 1;
    assert_eq!(people.merged, reported("trios") * 3 + rows);
    Dataset::open(path).unwrap().view()
}

/// The index and the simulation have no code in common: what one finds the other has drawn.
#[test]
fn the_index_finds_the_true_answers() {
    for (seed, contig, error) in [(1, "chr22", 0.0), (2, "chrX", 0.0), (3, "chr22", 0.001)] {
        let folder = Folder::new();
        let options = Options {
            contig: contig.to_owned(),
            switch_error: 0.05,
            error,
            ..cohort(seed)
        };
        let (dir, summary) = made(&folder, &options);
        let dataset = dataset(&folder, &dir, &summary);
        // impact is known of annotated variants only
        let annotated = match dataset.variants("impact>=high") {
            Ok(_) => true,
            Err(Error::Expression(_)) => false,
            Err(other) => panic!("{other}"),
        };
        let key = if annotated {
            "by_annotation"
        } else {
            "by_position"
        };
        let truth = json(&dir.join("truth.json"));
        let mut asked = 0;
        for question in truth["questions"].as_array().unwrap() {
            let Some(answer) = question.get(key) else {
                continue;
            };
            let text = question["ask"].as_str().unwrap();
            let found = dataset.ask(text).unwrap();
            let found: BTreeSet<String> = found
                .ids()
                .unwrap()
                .into_iter()
                .map(str::to_owned)
                .collect();
            let expected = ids(answer);
            assert_eq!(found, expected, "{text}, seed {seed}");
            asked += usize::from(!expected.is_empty());
        }
        assert!(asked >= 4, "{asked} questions with an answer");
    }
}

/// A line of a VCF.
struct Record {
    position: i64,
    last: i64,
    reference: String,
    alternates: Vec<String>,
    info: BTreeMap<String, String>,
    genotypes: Vec<String>,
}

fn records(path: &Path) -> (Vec<String>, Vec<Record>) {
    let text = read(path);
    let mut samples = Vec::new();
    let mut records = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if line.starts_with("#CHROM") {
            samples = fields[9..].iter().map(|s| (*s).to_owned()).collect();
        } else if !line.starts_with('#') {
            let info: BTreeMap<String, String> = fields[7]
                .split(';')
                .map(|pair| pair.split_once('=').unwrap())
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect();
            let position: i64 = fields[1].parse().unwrap();
            let end = info.get("END").map(|end| end.parse().unwrap());
            records.push(Record {
                position,
                last: end.unwrap_or(position + fields[3].len() as i64 - 1),
                reference: fields[3].to_owned(),
                alternates: fields[4].split(',').map(str::to_owned).collect(),
                info,
                genotypes: fields[9..].iter().map(|g| (*g).to_owned()).collect(),
            });
        }
    }
    (samples, records)
}

/// The alleles of a genotype, `None` where not called.
fn alleles(genotype: &str) -> Vec<Option<usize>> {
    genotype.split(['|', '/']).map(|a| a.parse().ok()).collect()
}

/// First and last base by symbol.
fn genes(path: &Path) -> BTreeMap<String, (i64, i64)> {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let mut genes = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[2] == "gene" {
            let name = fields[8].split(';').find_map(|a| a.strip_prefix("Name="));
            let place = (fields[3].parse().unwrap(), fields[4].parse().unwrap());
            genes.insert(name.unwrap().to_owned(), place);
        }
    }
    genes
}

/// Samples that carry an allele of which `wanted` holds.
fn carriers(
    samples: &[String],
    records: &[Record],
    rare: bool,
    wanted: impl Fn(&Record, usize) -> bool,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for record in records {
        let called: Vec<Vec<Option<usize>>> = record.genotypes.iter().map(|g| alleles(g)).collect();
        let known = called.iter().flatten().flatten().count();
        for number in 1..=record.alternates.len() {
            let copies = called
                .iter()
                .flatten()
                .filter(|a| **a == Some(number))
                .count();
            if rare && copies as f64 / known as f64 >= 0.01 || !wanted(record, number) {
                continue;
            }
            let carrying = called.iter().zip(samples);
            let carrying = carrying.filter(|(alleles, _)| alleles.contains(&Some(number)));
            found.extend(carrying.map(|(_, sample)| sample.clone()));
        }
    }
    found
}

/// Codes that mean a term or what is more special, by the file of terms.
fn codes(path: &Path, term: &str) -> BTreeSet<String> {
    let text = read(path);
    let stanzas: Vec<Vec<(&str, &str)>> = text
        .split("[Term]")
        .map(|stanza| {
            stanza
                .lines()
                .filter_map(|line| line.split_once(": "))
                .collect()
        })
        .collect();
    let mut known = BTreeSet::from([term.to_owned()]);
    loop {
        let before = known.len();
        for stanza in &stanzas {
            let of = |key| stanza.iter().filter(move |(k, _)| *k == key);
            let is = of("id")
                .chain(of("is_a"))
                .any(|(_, id)| known.contains(*id));
            if is {
                known.extend(of("id").chain(of("xref")).map(|(_, id)| (*id).to_owned()));
            }
        }
        if known.len() == before {
            return known;
        }
    }
}

/// By sample, the person's id and packet, as the packets themselves tell it.
fn packets(path: &Path) -> BTreeMap<String, (String, Json)> {
    let mut known = BTreeMap::new();
    for line in read(path).lines() {
        let packet: Json = serde_json::from_str(line).unwrap();
        let id = packet["subject"]["id"].as_str().unwrap().to_owned();
        let mut names = vec![id.clone()];
        for sample in packet["biosamples"].as_array().into_iter().flatten() {
            names.push(sample["id"].as_str().unwrap().to_owned());
        }
        if let Some(name) = packet["files"][0]["individualToFileIdentifiers"][&id].as_str() {
            names.push(name.to_owned());
        }
        for name in names {
            known.insert(name, (id.clone(), packet.clone()));
        }
    }
    known
}

fn has(packet: &Json, list: &str, term: &[&str], codes: &BTreeSet<String>) -> bool {
    let entries = packet[list].as_array().into_iter().flatten();
    entries
        .filter(|entry| entry["excluded"] != true)
        .any(|entry| {
            let term = term.iter().fold(entry, |entry, key| &entry[*key]);
            term["id"].as_str().is_some_and(|id| codes.contains(id))
        })
}

/// Two of the questions, with and without rarity and impact, by a scan of the files.
#[test]
fn what_is_true_is_what_the_files_say() {
    let folder = Folder::new();
    let (dir, summary) = made(&folder, &cohort(7));
    let (samples, records) = records(&summary.genotypes);
    let genes = genes(&dir.join("genes.gff3.gz"));
    let known = packets(&dir.join("people.ndjson"));
    let terms = dir.join("terms.obo");
    let covid = codes(&terms, "MONDO:0100096");
    assert!(covid.contains("ICD10:U07.1") && covid.contains("MONDO:0100233"));
    let (braf, drug) = (codes(&terms, "HGNC:1097"), codes(&terms, "NCIT:C64768"));
    let infected = |packet: &Json| has(packet, "diseases", &["term"], &covid);
    let treated = |packet: &Json| {
        let tumours = packet["biosamples"].as_array().into_iter().flatten();
        let mut marked = tumours.filter(|sample| has(sample, "diagnosticMarkers", &[], &braf));
        let agent = ["treatment", "agent"];
        marked.next().is_some() && has(packet, "medicalActions", &agent, &drug)
    };
    let truth = json(&dir.join("truth.json"));
    let questions = truth["questions"].as_array().unwrap();
    let mut compared = 0;
    for question in questions {
        let text = question["ask"].as_str().unwrap();
        let (symbol, holds): (&str, &dyn Fn(&Json) -> bool) = match text {
            text if text.contains("PTEN") => ("PTEN", &treated),
            text if text.contains("TLR7") => ("TLR7", &infected),
            _ => continue,
        };
        let (rare, moderate) = (text.contains("af<0.01"), text.contains("impact>=moderate"));
        let (first, last) = genes[symbol];
        let placed = |record: &Record, _| record.position <= last && record.last >= first;
        let annotated = |record: &Record, number: usize| {
            record.info["CSQ"].split(',').any(|entry| {
                let fields: Vec<&str> = entry.split('|').collect();
                fields[3] == symbol
                    && fields[9] == number.to_string()
                    && (!moderate || ["MODERATE", "HIGH"].contains(&fields[2]))
            })
        };
        let answer = |carriers: BTreeSet<String>| -> BTreeSet<String> {
            let people = carriers.iter().filter_map(|sample| known.get(sample));
            let people = people.filter(|(_, packet)| holds(packet));
            people.map(|(id, _)| id.clone()).collect()
        };
        let by_annotation = answer(carriers(&samples, &records, rare, annotated));
        assert_eq!(by_annotation, ids(&question["by_annotation"]), "{text}");
        if !moderate {
            let by_position = answer(carriers(&samples, &records, rare, placed));
            assert_eq!(by_position, ids(&question["by_position"]), "{text}");
        }
        compared += by_annotation.len();
    }
    assert!(compared > 100, "{compared} people");
}

/// A child has one allele of its mother and one of its father, unless a new mutation is reported.
#[test]
fn children_have_what_their_parents_have() {
    for (seed, contig) in [(1, "chr22"), (2, "chrX")] {
        let folder = Folder::new();
        let options = Options {
            contig: contig.to_owned(),
            samples: 300,
            trios: Some(60),
            missing: 0.0,
            people: false,
            ..cohort(seed)
        };
        let (dir, summary) = made(&folder, &options);
        let (samples, records) = records(&summary.genotypes);
        let column = |name: &str| samples.iter().position(|sample| sample == name).unwrap();
        let ped = read(&dir.join("family.ped"));
        let trios: Vec<[usize; 3]> = ped
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .filter(|fields| !fields[0].starts_with('#') && fields[2] != "0")
            .map(|fields| [fields[1], fields[3], fields[2]].map(column))
            .collect();
        assert!(trios.len() > 40, "{} trios", trios.len());
        let mut new = BTreeSet::new();
        let mut crossings = 0;
        let mut passed = BTreeMap::new();
        for record in &records {
            for trio in &trios {
                let [child, mother, father] = trio.map(|at| alleles(&record.genotypes[at]));
                let fits = match child[..] {
                    [one] => mother.contains(&one),
                    [a, b] => {
                        let ways = [(a, b), (b, a)];
                        let phased = record.genotypes[trio[0]].contains('|');
                        let ways = if phased { &ways[..1] } else { &ways[..] };
                        ways.iter().any(|(of_mother, of_father)| {
                            mother.contains(of_mother) && father.contains(of_father)
                        })
                    }
                    _ => panic!("a genotype of no or many copies"),
                };
                let carried = child.iter().flatten().find(|allele| **allele > 0);
                if let (false, Some(allele)) = (fits, carried) {
                    let (position, reference) = (record.position, &record.reference);
                    let alternate = &record.alternates[allele - 1];
                    let child = &samples[trio[0]];
                    new.insert(format!(
                        "{contig}\t{position}\t{reference}\t{alternate}\t{child}"
                    ));
                }
                // which of its copies a heterozygous mother passed on, where that is seen
                let phased = [trio[0], trio[1]]
                    .iter()
                    .all(|at| record.genotypes[*at].contains('|'));
                if phased && mother.len() == 2 && mother[0] != mother[1] && fits {
                    let which = usize::from(child[0] == mother[1]);
                    crossings +=
                        usize::from(passed.insert(trio[0], which).is_some_and(|w| w != which));
                }
            }
        }
        let reported = read(&dir.join("de_novo.tsv"));
        let reported: BTreeSet<String> = reported.lines().skip(1).map(str::to_owned).collect();
        assert!(!reported.is_empty());
        assert_eq!(new, reported, "{contig}");
        assert_eq!(mutations(&folder, &dir, &summary), reported, "{contig}");
        // copies change with recombinations, not from place to place
        assert!(crossings < trios.len(), "{crossings} crossings");
    }
}

/// What the index says is new in children.
fn mutations(folder: &Folder, dir: &Path, summary: &Summary) -> BTreeSet<String> {
    let path = folder.path("families.vdx");
    build(&[&summary.genotypes], &path, &options()).unwrap();
    let dataset = Dataset::open(path).unwrap().view();
    let trios = Trios::from_ped(&dataset, dir.join("family.ped")).unwrap();
    let samples: Vec<&str> = dataset.sample_names().unwrap().collect();
    let mut found = BTreeSet::new();
    let mut variants = dataset.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let place = variant.position().unwrap().one_based();
        let (reference, alternate) = variant.alleles().unwrap();
        let [reference, alternate] =
            [reference, alternate].map(|allele| String::from_utf8_lossy(allele).into_owned());
        let name = format!("{}\t{place}\t{reference}\t{alternate}", variant.contig());
        let tell = |carrier: varidex::CarrierGenotype, origin: varidex::Inheritance| {
            if origin.name() == "de_novo" {
                found.insert(format!("{name}\t{}", samples[carrier.sample as usize]));
            }
        };
        variant.origins(&trios, tell).unwrap();
    }
    found
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let of = |options: &Options| {
        let folder = Folder::new();
        let (dir, _) = made(&folder, options);
        files(&dir)
    };
    let options = Options {
        samples: 100,
        format: Format::VcfGz,
        ..cohort(5)
    };
    let first = of(&options);
    assert_eq!(first.len(), 11);
    let threads = Options {
        threads: 4,
        ..options.clone()
    };
    assert!(first == of(&threads));
    let other = of(&Options {
        seed: 6,
        ..options.clone()
    });
    for (name, bytes) in &first {
        let fixed = ["terms.obo", "diseases.hpoa"].contains(&name.as_str());
        assert_eq!(*bytes == other[name], fixed, "{name}");
    }
    // people change nothing in the genotypes: only trios and annotations do
    let bare = Options {
        people: false,
        annotations: false,
        ..options.clone()
    };
    let reported = Options {
        annotations: false,
        trios: Some(0),
        ..options
    };
    let (bare, reported) = (of(&bare), of(&reported));
    assert_eq!(bare.len(), 3);
    for (name, bytes) in bare {
        assert!(bytes == reported[&name], "{name}");
    }
}

/// Groups that are counted in one pass over a row, of several kinds: few of many people, all of a partition with what
/// they add up to, and so many that overlap that nobody is like another.
#[test]
fn groups_counted_together_have_the_counts_of_each_alone() {
    for (seed, contig) in [(3, "chr22"), (4, "chrX")] {
        let folder = Folder::new();
        let options = Options {
            contig: contig.to_owned(),
            variants: 400,
            ..cohort(seed)
        };
        let (dir, summary) = made(&folder, &options);
        let view = dataset(&folder, &dir, &summary);
        let groups = |texts: &[&str]| -> Vec<Group> {
            let groups = texts.iter().map(|text| view.ask(*text).unwrap());
            groups.collect()
        };
        let by = view.by(&["population", "sex"]).unwrap();
        let cells = view.groups_by(&by, None).unwrap();
        let mut partition: Vec<Group> = cells.into_iter().map(|(_, group)| group).collect();
        partition.extend(groups(&["all", "sex:female", "sex:male", "!all"]));
        let half = |n: u32| {
            let everybody = view.all().unwrap();
            let keep = |sample: &u32| ((sample + 1) * (2 * n + 1) * 0x9e37) >> 7 & 1 == 0;
            let samples = everybody.samples().iter().filter(keep);
            let names = samples.map(|sample| view.sample_name(sample).unwrap());
            view.group(names).unwrap()
        };
        for together in [
            groups(&["sex:female", "sex:male"]),
            groups(&["all", "carriers(ac>=100)", "!sex:male"]),
            partition,
            (0..14).map(half).collect(),
        ] {
            let mut alone: Vec<_> = together
                .iter()
                .map(|group| view.variants_in("all", group).unwrap())
                .collect();
            let mut variants = view.variants_by("all", &together).unwrap();
            let mut rows = 0;
            while let Some(mut variant) = variants.next().unwrap() {
                rows += 1;
                for (number, alone) in alone.iter_mut().enumerate() {
                    let expected = alone.next().unwrap().unwrap().counts().unwrap();
                    let name = together[number].label();
                    assert_eq!(
                        variant.counts_of(number).unwrap(),
                        expected,
                        "{name} {rows}"
                    );
                }
            }
            assert!(rows >= 400);
        }
    }
}
