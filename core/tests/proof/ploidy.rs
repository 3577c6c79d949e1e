//! Ploidy on X and Y by sex, against the rule applied to the text of the input: a build of changed text without the
//! option has the same bytes, and the counts of a plain scan.

mod cases;
mod stretches;

use crate::common::{Folder, build, content, header, options};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use varidex::{Assembly, BuildOptions, Dataset, PeopleOptions, Report};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Sex {
    Male,
    Female,
    Unknown,
    /// Not in the pedigree at all.
    Nobody,
}
use Sex::{Female, Male, Nobody, Unknown};

/// Samples of the tests of few.
const FEW: usize = 7;
/// More than a word of copies, and of samples.
const MANY: usize = 150;

fn sex(sample: usize) -> Sex {
    [Male, Female, Unknown, Male, Female, Nobody, Male][sample % FEW]
}

fn sample_name(sample: usize) -> String {
    format!("S{sample}")
}

const CALLS: [&str; 18] = [
    "0/0", "0/1", "1/1", "./.", "0|1", "1|1", "1|0", "./1", "1/.", "0|.", "1", "0", ".", "0/0/0",
    "0/1/1", "1|1|1", "./././1", "./././.",
];
/// Of records with two ALTs.
const MORE: [&str; 4] = ["1/2", "2|2", "2", "2/2/2"];
const CONTIGS: [&str; 5] = ["1", "chrX", "Y", "23", "MT"];

/// The pseudoautosomal regions of X and of Y, 1-based and with the last base.
fn regions(assembly: Assembly) -> [[(i64, i64); 2]; 2] {
    match assembly {
        Assembly::Grch37 => [
            [(60_001, 2_699_520), (154_931_044, 155_260_560)],
            [(10_001, 2_649_520), (59_034_050, 59_363_566)],
        ],
        Assembly::Grch38 => [
            [(10_001, 2_781_479), (155_701_383, 156_030_895)],
            [(10_001, 2_781_479), (56_887_903, 57_217_415)],
        ],
        _ => [
            [(1, 2_394_410), (153_925_835, 154_259_566)],
            [(1, 2_458_320), (62_122_810, 62_460_029)],
        ],
    }
}

/// Whether genotypes of a place are changed, and whether it is on Y.
fn place(assembly: Assembly, contig: &str, position: i64) -> Option<bool> {
    let is_y = match contig {
        "chrX" | "23" => false,
        "Y" => true,
        _ => return None,
    };
    let [x, y] = regions(assembly);
    let regions = if is_y { y } else { x };
    let inside = |&(first, last): &(i64, i64)| first <= position.max(1) && position.max(1) <= last;
    (!regions.iter().any(inside)).then_some(is_y)
}

/// The genotype as it becomes.
fn ruled(call: &str, sex: Sex, is_y: bool) -> String {
    let alleles: Vec<&str> = call.split(['/', '|']).collect();
    let is_one = alleles.iter().all(|allele| *allele == alleles[0]);
    match (sex, is_y) {
        (Male, _) if is_one => alleles[0].to_owned(),
        (Male, _) | (Female, true) => ".".to_owned(),
        _ => call.to_owned(),
    }
}

#[derive(Debug, Clone)]
struct Record {
    contig: &'static str,
    position: i64,
    alleles: (&'static str, &'static str),
    calls: Vec<&'static str>,
}

impl Record {
    fn line(&self, samples: &[usize], call: impl Fn(usize) -> String) -> String {
        let calls: Vec<String> = samples.iter().map(|&s| call(s) + ":7").collect();
        let (reference, alternate) = self.alleles;
        let (contig, position) = (self.contig, self.position);
        let fixed = format!("{contig}\t{position}\t.\t{reference}\t{alternate}\t.\t.\t.");
        format!("{fixed}\tGT:PS\t{}\n", calls.join("\t"))
    }

    fn ruled(&self, assembly: Assembly, sample: usize) -> String {
        match place(assembly, self.contig, self.position) {
            Some(is_y) => ruled(self.calls[sample], sex(sample), is_y),
            None => self.calls[sample].to_owned(),
        }
    }
}

fn head(samples: &[usize]) -> String {
    let more = "##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"Phase set\">\n#CHROM";
    let names: Vec<String> = samples.iter().map(|&sample| sample_name(sample)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    header(&CONTIGS.join(","), &names).replace("#CHROM", more)
}

fn pedigree(folder: &Folder) -> PathBuf {
    let mut text = String::new();
    for sample in 0..MANY {
        let code = match sex(sample) {
            Male => 1,
            Female => 2,
            Unknown => 0,
            Nobody => continue,
        };
        text += &format!("F\t{}\t0\t0\t{code}\t0\n", sample_name(sample));
    }
    folder.write("family.ped", text)
}

fn by_sex(folder: &Folder, assembly: Assembly, sex_ploidy: bool) -> BuildOptions {
    BuildOptions {
        assembly: Some(assembly),
        people: PeopleOptions {
            files: vec![pedigree(folder)],
            ..PeopleOptions::default()
        },
        sex_ploidy,
        replace: true,
        ..options()
    }
}

/// Files of a dataset beside its manifest: their names say what is in them.
fn files(dataset: &Path) -> Vec<String> {
    let names = content(dataset).into_keys();
    names.filter(|name| name != "manifest.json").collect()
}

/// AC, AN, het, hom, hemi and missing of each row, by a scan of the text.
fn scan(
    records: &[Record],
    samples: &[usize],
    call: impl Fn(&Record, usize) -> String,
) -> BTreeMap<String, Vec<[u64; 6]>> {
    let mut all = BTreeMap::<String, Vec<[u64; 6]>>::new();
    for record in records {
        for (number, alternate) in (1..).zip(record.alleles.1.split(',')) {
            let mut counts = [0; 6];
            for &sample in samples {
                let call = call(record, sample);
                let alleles: Vec<&str> = call.split(['/', '|']).collect();
                let carried = alleles.iter().filter(|a| **a == number.to_string()).count();
                let known = alleles.iter().filter(|a| **a != ".").count();
                counts[0] += carried as u64;
                counts[1] += known as u64;
                match (carried, alleles.len()) {
                    (0, _) => {}
                    (_, 1) => counts[4] += 1,
                    (carried, all) if carried == all => counts[3] += 1,
                    _ => counts[2] += 1,
                }
                counts[5] += u64::from(known < alleles.len());
            }
            let (contig, position) = (record.contig, record.position);
            let key = format!("{contig}:{position}:{}:{alternate}", record.alleles.0);
            all.entry(key).or_default().push(counts);
        }
    }
    all.values_mut().for_each(|counts| counts.sort_unstable());
    all
}

fn counted(dataset: &Path) -> BTreeMap<String, Vec<[u64; 6]>> {
    let view = Dataset::open(dataset).unwrap().view();
    let mut all = BTreeMap::<String, Vec<[u64; 6]>>::new();
    let mut variants = view.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let counts = variant.counts().unwrap();
        let contig = variant.contig().to_owned();
        let position = variant.position().unwrap().one_based();
        let (reference, alternate) = variant.alleles().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let key = format!(
            "{contig}:{position}:{}:{}",
            text(reference),
            text(alternate)
        );
        let an = counts.an.unwrap();
        let of = [
            counts.ac,
            an,
            counts.n_het,
            counts.n_hom,
            counts.n_hemi,
            counts.n_missing.unwrap(),
        ];
        all.entry(key).or_default().push(of);
    }
    all.values_mut().for_each(|counts| counts.sort_unstable());
    all
}

fn assembly() -> impl Strategy<Value = Assembly> {
    prop_oneof![
        Just(Assembly::Grch37),
        Just(Assembly::Grch38),
        Just(Assembly::T2tChm13)
    ]
}

/// Records in order of so many samples, most of them about the bounds.
fn records(assembly: Assembly, samples: usize) -> impl Strategy<Value = Vec<Record>> {
    let calls = (
        vec(0..22usize, samples),
        prop_oneof![Just(1), Just(1), Just(40)],
    );
    let one = (0..CONTIGS.len(), 0..5usize, -3i64..4, 0..4usize, calls);
    vec(one, 1..25).prop_map(move |all| {
        let all = all.into_iter();
        let mut records: Vec<Record> = all.map(|drawn| record(assembly, drawn)).collect();
        let rank = |record: &Record| CONTIGS.iter().position(|name| *name == record.contig);
        records.sort_by_key(|record| (rank(record), record.position));
        records
    })
}

type Drawn = (usize, usize, i64, usize, (Vec<usize>, usize));

fn record(assembly: Assembly, (contig, at, off, alleles, (calls, every)): Drawn) -> Record {
    let [x, y] = regions(assembly);
    let [(a, b), (c, d)] = if CONTIGS[contig] == "Y" { y } else { x };
    let alleles = [("A", "G"), ("A", "C,T"), ("ACGTA", "A"), ("C", "CTT")][alleles];
    let call = |(sample, n): (usize, &usize)| match n.checked_sub(CALLS.len()) {
        // sets of few are kept in other forms than those of many
        _ if (sample + n) % every != 0 => "0/0",
        None => CALLS[*n],
        Some(more) if alleles.1.contains(',') => MORE[more],
        Some(_) => "0/1",
    };
    Record {
        contig: CONTIGS[contig],
        position: ([a, b, c, d, 20_000_000][at] + off).max(0),
        alleles,
        calls: calls.iter().enumerate().map(call).collect(),
    }
}

/// What the report says, by a scan.
fn reported(
    records: &[Record],
    samples: &[usize],
    assembly: Assembly,
) -> (u64, BTreeMap<&'static str, u64>) {
    let (mut haploid, mut missing) = (0, BTreeMap::new());
    for record in records {
        let Some(is_y) = place(assembly, record.contig, record.position) else {
            continue;
        };
        for &sample in samples {
            let (before, sex) = (record.calls[sample], sex(sample));
            let after = ruled(before, sex, is_y);
            let is_known = before.contains(|c: char| c.is_ascii_digit());
            match sex {
                _ if after == before || !is_known => {}
                Male if after != "." => haploid += 1,
                Male if before.contains('.') => *missing.entry("no half call").or_default() += 1,
                Male => *missing.entry("one allele").or_default() += 1,
                _ => *missing.entry("no genotype").or_default() += 1,
            }
        }
    }
    (haploid, missing)
}

fn check_report(report: &Report, (haploid, missing): (u64, BTreeMap<&'static str, u64>)) {
    let changed = report.sex_ploidy.as_ref().unwrap();
    let of = |wanted: &[Sex]| {
        let all = (0..report.samples as usize).map(sex);
        all.filter(|sex| wanted.contains(sex)).count() as u64
    };
    let sexes = (changed.males, changed.females, changed.others);
    assert_eq!(sexes, (of(&[Male]), of(&[Female]), of(&[Unknown, Nobody])));
    assert_eq!(changed.haploid, haploid);
    assert_eq!(changed.missing.len(), missing.len());
    for (expected, count) in missing {
        let mut reasons = changed.missing.iter();
        let reason = reasons.find(|reason| reason.expected.starts_with(expected));
        let reason = reason.unwrap();
        assert_eq!(reason.count, count);
        assert_eq!(reason.places.len() as u64, count.min(5), "{reason:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// A callset of everybody, in one file and in two of which one has its columns in another order, sorted and not.
    #[test]
    fn genotypes_are_as_in_changed_text(
        (assembly, records, shuffled) in (assembly(), prop_oneof![Just(FEW), Just(MANY), 1..MANY])
            .prop_flat_map(|(assembly, samples)| {
                let shuffled = Just((0..samples).collect::<Vec<_>>()).prop_shuffle();
                (Just(assembly), records(assembly, samples), shuffled)
            }),
        cut in 0usize..25,
        reversed in any::<bool>(),
    ) {
        let folder = Folder::new();
        let all: Vec<usize> = (0..shuffled.len()).collect();
        let (first, rest) = records.split_at(cut.min(records.len()));
        // no record stands in both files
        let rest: Vec<&Record> = rest.iter().skip_while(|one| {
            let last = first.last().filter(|last| last.contig == one.contig);
            last.is_some_and(|last| last.position + 5 >= one.position)
        }).collect();
        let text = |call: &dyn Fn(&Record, usize) -> String| {
            let lines = |records: &mut dyn Iterator<Item = &Record>, samples: &[usize]| {
                let lines = records.map(|record| record.line(samples, |s| call(record, s)));
                head(samples) + &lines.collect::<String>()
            };
            let one = match reversed {
                true => lines(&mut first.iter().rev(), &all),
                false => lines(&mut first.iter(), &all),
            };
            [one, lines(&mut rest.iter().copied(), &shuffled)]
        };
        let written = text(&|record, sample| record.calls[sample].to_owned());
        let changed = text(&|record, sample| record.ruled(assembly, sample));
        let make = |name: &str, texts: &[String; 2], sex_ploidy| {
            let inputs = [0, 1].map(|n| folder.write(&format!("{name}{n}.vcf"), &texts[n]));
            let to = folder.path(&format!("{name}.vdx"));
            let options = BuildOptions { sort: reversed, ..by_sex(&folder, assembly, sex_ploidy) };
            let report = build(&inputs, &to, &options).unwrap();
            Dataset::open(&to).unwrap().verify().unwrap();
            (to, report)
        };
        let (by_option, report) = make("written", &written, true);
        let (by_text, _) = make("changed", &changed, false);
        prop_assert_eq!(files(&by_option), files(&by_text));
        let kept: Vec<Record> = first.iter().chain(rest).cloned().collect();
        let expected = scan(&kept, &all, |record, sample| record.ruled(assembly, sample));
        prop_assert_eq!(counted(&by_option), expected);
        check_report(&report, reported(&kept, &all, assembly));
        let view = Dataset::open(&by_option).unwrap().view();
        prop_assert!(view.info().sex_ploidy);
    }
}
