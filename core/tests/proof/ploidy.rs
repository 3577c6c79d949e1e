//! Ploidy on X and Y by sex, against the rule applied to the text of the input: a build of changed text without the
//! option has the same bytes, and the counts of a plain scan.

use crate::common::{Folder, build, content, header, options, run};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use varidex::{Assembly, BuildOptions, Dataset, Error, PeopleOptions, Report, SexPloidyReport};

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

/// Files of a dataset beside its manifest, whose names say what is in them.
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
            counts.n_missing,
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
    let told = report.sex_ploidy.as_ref().unwrap();
    let of = |wanted: &[Sex]| {
        let all = (0..report.samples as usize).map(sex);
        all.filter(|sex| wanted.contains(sex)).count() as u64
    };
    let sexes = (told.males, told.females, told.others);
    assert_eq!(sexes, (of(&[Male]), of(&[Female]), of(&[Unknown, Nobody])));
    assert_eq!(told.haploid, haploid);
    assert_eq!(told.missing.len(), missing.len());
    for (expected, count) in missing {
        let mut reasons = told.missing.iter();
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

const BLOCK: (&str, &str) = ("N", "<NON_REF>");

/// A record of one sample, with the last base that it speaks of.
#[derive(Debug, Clone)]
struct Stretch {
    contig: &'static str,
    position: i64,
    last: i64,
    alleles: (&'static str, &'static str),
    call: &'static str,
}

impl Stretch {
    fn line(&self, call: &str) -> String {
        let (contig, position, (reference, alternate)) = (self.contig, self.position, self.alleles);
        let info = match self.alleles == BLOCK {
            true => format!("END={}", self.last),
            false => ".".to_owned(),
        };
        format!("{contig}\t{position}\t.\t{reference}\t{alternate}\t.\t.\t{info}\tGT\t{call}\n")
    }

    /// The record as it becomes, and a block for what it says behind each bound.
    fn ruled(&self, assembly: Assembly, sex: Sex) -> String {
        let of = |position| match place(assembly, self.contig, position) {
            Some(is_y) => ruled(self.call, sex, is_y),
            None => self.call.to_owned(),
        };
        let mut lines = self.line(&of(self.position));
        for position in self.position + 1..=self.last {
            if of(position) != of(position - 1) {
                let call = of(position);
                // a block says which copies are known; a variant's alleles are not behind its place
                let call = call.replace(|c: char| c.is_ascii_digit(), "0");
                let rest = Self {
                    position,
                    alleles: BLOCK,
                    ..self.clone()
                };
                lines += &rest.line(&call);
            }
        }
        lines
    }
}

fn stretches(assembly: Assembly) -> impl Strategy<Value = Vec<Stretch>> {
    let one = (
        0..4usize,
        1i64..40,
        0..5usize,
        0..CALLS.len(),
        any::<bool>(),
    );
    (vec(one, 0..12), 0i64..40).prop_map(move |(drawn, before)| {
        let mut all = Vec::new();
        let [x, y] = regions(assembly);
        for (contig, regions) in [("chrX", x), ("Y", y)] {
            for bound in regions
                .into_iter()
                .flat_map(|(first, last)| [first, last + 1])
            {
                // about each bound, one behind the other
                let mut position = (bound - before).max(1);
                for &(gap, length, kind, call, _) in &drawn {
                    position += gap as i64 % 2;
                    let alleles = [
                        BLOCK,
                        BLOCK,
                        ("A", "G,<NON_REF>"),
                        ("ACGTACG", "A,<NON_REF>"),
                        ("A", "C"),
                    ][kind];
                    let call = match CALLS[call] {
                        // of three copies and more nothing is kept but in rows
                        call if call.matches(['/', '|']).count() > 1 => "0/0",
                        call if alleles == BLOCK && call.contains('1') => "0/0",
                        call => call,
                    };
                    let last = match alleles == BLOCK {
                        true => position + length,
                        false => position + alleles.0.len() as i64 - 1,
                    };
                    all.push(Stretch {
                        contig,
                        position,
                        last,
                        alleles,
                        call,
                    });
                    position = last + 1;
                }
            }
        }
        // what is about two bounds would overlap
        let mut kept: Vec<Stretch> = Vec::new();
        for one in all {
            let before = kept.last().filter(|before| before.contig == one.contig);
            if before.is_none_or(|before| before.last < one.position) {
                kept.push(one);
            }
        }
        kept
    })
}

/// What is known at each place about the bounds: AN and missing samples of an allele that nobody has.
fn known(dataset: &Path, assembly: Assembly) -> Vec<(String, Option<u64>, u64)> {
    let view = Dataset::open(dataset).unwrap().view();
    let [x, y] = regions(assembly);
    let mut all = Vec::new();
    for (contig, regions) in [("chrX", x), ("Y", y)] {
        for bound in regions
            .into_iter()
            .flat_map(|(first, last)| [first, last + 1])
        {
            for position in (bound - 8).max(1)..bound + 8 {
                let allele = format!("{contig}:{position}:N:TTTTT");
                if let Some(absence) = view.absence(&allele, None).unwrap() {
                    all.push((allele, absence.an, absence.n_missing));
                }
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Files of one sample each, with reference blocks over bounds: what is known along a stretch changes there.
    #[test]
    fn stretches_change_at_bounds(
        (assembly, samples) in assembly().prop_flat_map(|a| (Just(a), vec(stretches(a), FEW))),
    ) {
        let folder = Folder::new();
        let make = |name: &str, sex_ploidy: bool| {
            let mut inputs = Vec::new();
            for (n, stretches) in samples.iter().enumerate() {
                let lines = stretches.iter().map(|one| match sex_ploidy {
                    true => one.line(one.call),
                    false => one.ruled(assembly, sex(n)),
                });
                let more = "##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n#CHROM";
                let head = header("chrX,Y", &[&sample_name(n)]).replace("#CHROM", more);
                inputs.push(folder.write(&format!("{name}{n}.g.vcf"), head + &lines.collect::<String>()));
            }
            let to = folder.path(&format!("{name}.vdx"));
            let options = BuildOptions { merge_from: 2, ..by_sex(&folder, assembly, sex_ploidy) };
            build(&inputs, &to, &options).unwrap();
            Dataset::open(&to).unwrap().verify().unwrap();
            to
        };
        let (by_option, by_text) = (make("written", true), make("changed", false));
        prop_assert_eq!(known(&by_option, assembly), known(&by_text, assembly));
        prop_assert_eq!(counted_where_known(&by_option), counted_where_known(&by_text));
    }
}

fn counted_where_known(dataset: &Path) -> Vec<(String, varidex::Counts)> {
    let view = Dataset::open(dataset).unwrap().view();
    let mut all = Vec::new();
    let mut variants = view.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let key = format!(
            "{}:{:?}:{:?}",
            variant.contig(),
            variant.position().unwrap(),
            variant.alleles().unwrap()
        );
        all.push((key, variant.counts().unwrap()));
    }
    all
}

fn small(folder: &Folder, genotypes: &[&str]) -> PathBuf {
    let samples: Vec<usize> = (0..FEW).collect();
    let line = |n: &str| {
        format!(
            "chrX\t{n}\t.\tA\tG\t.\t.\t.\tGT\t{}\n",
            genotypes.join("\t")
        )
    };
    folder.write("small.vcf", head(&samples) + &line("5000000"))
}

/// A block of one file over a bound: behind it nothing is known, and that is reported, for a row has one genotype.
#[test]
fn rows_without_change_end_at_bounds() {
    let folder = Folder::new();
    let head = header("chrX", &["S0"]);
    let text = head + "chrX\t2781470\t.\tA\t<NON_REF>\t.\t.\tEND=2781490\tGT\t0/0\n";
    let input = folder.write("one.g.vcf", text);
    let an = |sex_ploidy| {
        let to = folder.path("x.vdx");
        let report = build(
            &[&input],
            &to,
            &by_sex(&folder, Assembly::Grch38, sex_ploidy),
        )
        .unwrap();
        let dataset = Dataset::open(&to).unwrap();
        dataset.verify().unwrap();
        let view = dataset.view();
        let an = ["2781479", "2781480"].map(|position| {
            let absence = view.absence(&format!("X:{position}:A:T"), None).unwrap();
            absence.unwrap().an
        });
        (an, report.warnings.len())
    };
    let (before, undeclared) = an(false);
    assert_eq!(before, [Some(2), Some(2)]);
    assert_eq!(an(true), ([Some(2), None], undeclared + 1));
}

/// Reference blocks of VCF 4.5 in a file of several samples: within one, a genotype that is left out is that of the block,
/// by the place of the record that leaves it out.
#[test]
fn genotypes_of_blocks_go_by_the_place_of_the_record() {
    let folder = Folder::new();
    let more = "##FORMAT=<ID=LEN,Number=1,Type=Integer,Description=\"Length\">\n#CHROM";
    let head = header("chrX", &["S0", "S1"])
        .replace("#CHROM", more)
        .replace("VCFv4.3", "VCFv4.5");
    let text = head
        + "chrX\t2781470\t.\tA\t<*>\t.\t.\t.\tGT:LEN\t0/0:20\t0/0:20\n\
           chrX\t2781475\t.\tA\tG\t.\t.\t.\tGT\t.\t0/1\n\
           chrX\t2781485\t.\tA\tG\t.\t.\t.\tGT\t.\t0/1\n";
    let input = folder.write("blocks.vcf", text);
    let to = folder.path("x.vdx");
    build(&[&input], &to, &by_sex(&folder, Assembly::Grch38, true)).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let an = ["2781475", "2781485"].map(|position| {
        let found = view.frequency(&format!("X:{position}:A:G"), None).unwrap();
        found.unwrap().an
    });
    assert_eq!(an, [Some(4), Some(3)]);
}

/// Where genotypes would have to be guessed, a build ends with what is missing.
#[test]
fn what_must_be_known_is_asked_for() {
    let folder = Folder::new();
    let input = small(&folder, &["0/1"; 7]);
    let to = folder.path("x.vdx");
    let usual = by_sex(&folder, Assembly::Grch38, true);
    let people = |name: &str, text: &str| PeopleOptions {
        files: vec![folder.write(name, text)],
        ..PeopleOptions::default()
    };
    let twice = "F\tS0\t0\t0\t1\t0\n";
    let both = PeopleOptions {
        files: vec![
            folder.write("a.ped", twice),
            folder.write("b.ped", "F\tS0\t0\t0\t2\t0\n"),
        ],
        ..PeopleOptions::default()
    };
    for (options, expected) in [
        (
            BuildOptions {
                assembly: None,
                ..usual.clone()
            },
            "an assembly",
        ),
        (
            BuildOptions {
                people: PeopleOptions::default(),
                ..usual.clone()
            },
            "people with their sexes",
        ),
        (
            BuildOptions {
                people: people("c.ped", "F\tS0\t0\t0\t0\t0\n"),
                ..usual.clone()
            },
            "male or female",
        ),
        (
            BuildOptions {
                people: people("d.ped", "F\tX1\t0\t0\t1\t0\n"),
                ..usual.clone()
            },
            "male or female",
        ),
        (
            BuildOptions {
                people: both,
                ..usual.clone()
            },
            "one sex and one karyotype",
        ),
    ] {
        match build(&[&input], &to, &options) {
            Err(Error::Usage(message)) => assert!(message.contains(expected), "{message}"),
            other => panic!("{expected}: {other:?}"),
        }
        assert!(!to.exists());
    }
}

/// People who are loaded later change no genotype, and who has another sex now is reported.
#[test]
fn other_people_change_no_genotype() {
    let folder = Folder::new();
    let input = small(&folder, &["1/1"; 7]);
    let to = folder.path("x.vdx");
    build(&[&input], &to, &by_sex(&folder, Assembly::Grch38, true)).unwrap();
    let before = counted(&to);
    let load = |text: &str| {
        let people = PeopleOptions {
            files: vec![folder.write("other.ped", text)],
            ..PeopleOptions::default()
        };
        let report = varidex::load_people(&to, &people, &mut |_| true).unwrap();
        let mut warnings = report.warnings.into_iter();
        warnings.find(|(what, ..)| what.contains("another sex"))
    };
    let other = "F\tS0\t0\t0\t2\t0\nF\tS1\t0\t0\t2\t0\nF\tS3\t0\t0\t1\t0\n";
    let (_, count, first) = load(other).unwrap();
    assert_eq!(
        (count, first),
        (3, vec!["S0".into(), "S4".into(), "S6".into()])
    );
    assert_eq!(load(other), None);
    assert_eq!(counted(&to), before);
    let dataset = Dataset::open(&to).unwrap();
    assert!(dataset.view().info().sex_ploidy);
    dataset.verify().unwrap();
}

/// The chromosomes of a karyotype go before a sex; of others than XX and XY it is not known how many copies there are.
#[test]
fn karyotypes_decide() {
    let folder = Folder::new();
    let table = "individual\tsex\tkaryotype\nS0\tmale\tXXY\nS1\tfemale\tXY\nS2\t\tXY\nS3\tmale\t\nS4\tfemale\tXX\n\
        S5\tmale\tunknown\nS6\tother\t46,XY\n";
    let options = BuildOptions {
        people: PeopleOptions {
            files: vec![folder.write("people.tsv", table)],
            ..PeopleOptions::default()
        },
        ..by_sex(&folder, Assembly::Grch38, true)
    };
    let input = small(&folder, &["1/1"; 7]);
    let to = folder.path("x.vdx");
    let report = build(&[&input], &to, &options).unwrap();
    let told = report.sex_ploidy.unwrap();
    let expected = SexPloidyReport {
        males: 5,
        females: 1,
        others: 1,
        haploid: 5,
        missing: Vec::new(),
    };
    assert_eq!(told, expected);
    let view = Dataset::open(&to).unwrap().view();
    let found = view.frequency("chrX:5000000:A:G", None).unwrap().unwrap();
    assert_eq!(
        (found.ac, found.an, found.n_hom, found.n_hemi),
        (9, Some(9), 2, 5)
    );
}

/// `bcftools +fixploidy` takes the first allele of a genotype; of those that are one allele it says the same.
#[test]
fn counts_are_those_of_fixploidy() {
    let Some(_) = run("bcftools", &["--version"]) else {
        return;
    };
    let folder = Folder::new();
    let samples: Vec<usize> = vec![0, 1, 3, 4, 6];
    let calls = ["0/0", "1/1", "./."];
    let mut text = head(&samples);
    for (n, position) in [
        60_000,
        60_001,
        2_699_520,
        2_699_521,
        20_000_000,
        154_931_043,
        154_931_044,
    ]
    .iter()
    .enumerate()
    {
        let calls = samples
            .iter()
            .enumerate()
            .map(|(s, sample)| match sex(*sample) {
                Male => calls[(n + s) % 3],
                _ => ["0/1", "1/1", "0/0", "./."][(n + s) % 4],
            });
        let calls: Vec<&str> = calls.collect();
        text += &format!(
            "chrX\t{position}\t.\tA\tG\t.\t.\t.\tGT\t{}\n",
            calls.join("\t")
        );
    }
    let input = folder.write("in.vcf", text);
    let to = folder.path("x.vdx");
    build(&[&input], &to, &by_sex(&folder, Assembly::Grch37, true)).unwrap();
    let sexes = samples.iter().map(|&s| {
        format!(
            "{} {}\n",
            sample_name(s),
            if sex(s) == Male { "M" } else { "F" }
        )
    });
    let sexes = folder.write("sexes.txt", sexes.collect::<String>());
    let rules = "chrX 1 60000 M 1\nchrX 2699521 154931043 M 1\n* * * M 2\n* * * F 2\n";
    let rules = folder.write("ploidy.txt", rules);
    let fixed = folder.path("fixed.vcf");
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let arguments = [
        "+fixploidy",
        &path(&input),
        "-o",
        &path(&fixed),
        "--",
        "-s",
        &path(&sexes),
        "-p",
        &path(&rules),
    ];
    let Some(_) = run("bcftools", &arguments) else {
        return;
    };
    let other = folder.path("fixed.vdx");
    build(&[&fixed], &other, &by_sex(&folder, Assembly::Grch37, false)).unwrap();
    assert_eq!(counted(&to), counted(&other));
}
