//! The leak meter against an attack of its own: on people who are truly held out, with the frequencies of the population that the people
//! were drawn from.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and one that is skipped reports it"
)]

use rand::{RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use varidex::{
    BuildOptions, Dataset, PeopleOptions, Policy, PublishOptions, PublishReport, Published,
    Withdrawal, publish,
};
use varidex_simulate::{Ancestry, Format, Options, Population, simulate};

const EXACT: &str =
    "name = 'exact'\ngranularity = 'count'\nfloor.people = 1\ntwo_tailed = false\nzero = 'shown'";
const FLOOR: &str =
    "name = 'floor'\ngranularity = 'count'\nfloor.people = 5\ntwo_tailed = true\nzero = 'hidden'";
const ROUNDED: &str = "name = 'rounded'\ngranularity = 'count'\nfloor.people = 10\nrounding = 10\ntwo_tailed = true\nzero = 'hidden'";

/// Standard errors of an attack that the meter may differ by.
const ERRORS: f64 = 2.5;
/// Added to positions for each contig.
const CONTIG: i64 = 1_000_000_000;

/// Genotypes of everybody, members or not.
struct Site {
    /// Contig, position, REF and ALT.
    key: String,
    /// From 1 on the first contig, and so on.
    position: i64,
    copies: Vec<i8>,
}

fn key_of(contig: &str, position: i64, reference: &[u8], alternate: &[u8]) -> String {
    let [reference, alternate] = [reference, alternate].map(String::from_utf8_lossy);
    format!("{contig}:{position}:{reference}:{alternate}")
}

/// A site of contig 22.
fn site(position: i64, copies: impl Iterator<Item = i8>) -> Site {
    Site {
        key: key_of("22", position, b"A", b"G"),
        position: CONTIG + position,
        copies: copies.collect(),
    }
}

/// Who is attacked, and by what.
struct Attack<'a> {
    sites: &'a [Site],
    members: &'a [usize],
    controls: &'a [usize],
    /// Frequencies that the attacker knows, by site.
    reference: &'a [f64],
    /// What of the variance of an attacker with the true frequencies his is: of n members and a panel of r people 1 + n/r.
    excess: f64,
    /// Ancestries that the attacker knows: people are compared with those of their own.
    class: &'a [usize],
}

/// The separation that an attack reaches, and its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Found {
    separation: f64,
    error: f64,
}

fn r_squared(a: &[i8], b: &[i8], people: &[usize]) -> f64 {
    let n = people.len() as f64;
    let [mut sa, mut sb, mut aa, mut bb, mut ab] = [0.0; 5];
    for &person in people {
        let (x, y) = (f64::from(a[person].max(0)), f64::from(b[person].max(0)));
        sa += x;
        sb += y;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    let (va, vb) = (n * aa - sa * sa, n * bb - sb * sb);
    if va <= 0.0 || vb <= 0.0 {
        return 0.0;
    }
    (n * ab - sa * sb).powi(2) / (va * vb)
}

impl Attack<'_> {
    /// Sites of a file, with their frequencies in a group of it.
    fn published(&self, file: &Published, group: &str) -> Vec<(usize, f64)> {
        let group = file.group(group).unwrap();
        let mut found = HashMap::new();
        let mut sites = file.sites("all").unwrap();
        while let Some(site) = sites.next().unwrap() {
            let Some(counts) = site.counts(&group) else {
                continue;
            };
            let Some(an) = counts.an.filter(|an| *an > 0) else {
                continue;
            };
            let half = 0.5 / an as f64;
            let p = (counts.ac as f64 / an as f64).clamp(half, 1.0 - half);
            let (reference, alternate) = site.alleles();
            let key = key_of(
                site.contig(),
                site.position().one_based(),
                reference,
                alternate,
            );
            assert!(found.insert(key, p).is_none());
        }
        let sites = self.sites.iter().enumerate();
        let sites = sites.filter_map(|(number, site)| Some((number, *found.get(&site.key)?)));
        sites.collect()
    }

    fn score(&self, person: usize, sites: &[(usize, f64)]) -> f64 {
        let one = |&(number, p): &(usize, f64)| {
            let (copies, r) = (self.sites[number].copies[person], self.reference[number]);
            let g = f64::from(copies);
            match copies {
                ..0 => 0.0,
                _ => g * (p / r).ln() + (2.0 - g) * ((1.0 - p) / (1.0 - r)).ln(),
            }
        };
        sites.iter().map(one).sum()
    }

    fn separation(&self, sites: &[(usize, f64)]) -> Found {
        let classes = 1 + self.class.iter().copied().max().unwrap();
        let (mut shift, mut weight, mut squares, mut free) = (0.0, 0.0, 0.0, 0.0);
        for class in 0..classes {
            let of = |people: &[usize]| -> Vec<f64> {
                let people = people.iter().filter(|&&person| self.class[person] == class);
                people.map(|&person| self.score(person, sites)).collect()
            };
            let (members, controls) = (of(self.members), of(self.controls));
            if members.is_empty() || controls.len() < 2 {
                continue;
            }
            let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
            let (inside, outside) = (mean(&members), mean(&controls));
            shift += members.len() as f64 * (inside - outside);
            weight += members.len() as f64;
            squares += controls.iter().map(|s| (s - outside).powi(2)).sum::<f64>();
            free += controls.len() as f64 - 1.0;
        }
        let separation = shift / weight / (squares / free).sqrt() * self.excess.sqrt();
        let sampled = 1.0 / weight + 1.0 / free + separation.powi(2) / (2.0 * free);
        Found {
            separation,
            error: (sampled * self.excess).sqrt(),
        }
    }

    /// By all sites of a file, and by those in linkage equilibrium.
    fn run(&self, file: &Published, group: &str) -> [Found; 2] {
        let all = self.published(file, group);
        let mut kept: Vec<(usize, f64)> = Vec::new();
        for &(number, p) in &all {
            let near = kept.iter().rev().take(50);
            let mut near = near
                .filter(|of| self.sites[number].position - self.sites[of.0].position <= 500_000);
            let linked = near.any(|of| {
                let (a, b) = (&self.sites[number].copies, &self.sites[of.0].copies);
                r_squared(a, b, &self.members[..self.members.len().min(300)]) >= 0.2
            });
            if !linked {
                kept.push((number, p));
            }
        }
        [self.separation(&all), self.separation(&kept)]
    }
}

/// How the meter compares with attacks.
#[derive(Default)]
struct Comparison {
    /// Meters and attacks.
    pairs: Vec<(f64, f64)>,
    wrong: Vec<String>,
}

impl Comparison {
    /// The meter is not below the attack, and at most 1.5 times above, but for the error of the attack.
    fn add(&mut self, label: &str, report: &PublishReport, group: &str, found: [Found; 2]) {
        let leak = report.leaks.iter().find(|of| of.label == group).unwrap();
        let [all, independent] = found;
        let best = match all.separation > independent.separation {
            true => all,
            false => independent,
        };
        let line = format!(
            "{label} {group}: {} people, {} sites, {} independent: expected {:.2}, attacked {:.2?}, meter {:.2}; attack {:.2} of all, {:.2} of independent sites, ± {:.2}",
            leak.people,
            leak.sites,
            leak.independent_sites,
            leak.expected,
            leak.attacked,
            leak.separation,
            all.separation,
            independent.separation,
            best.error,
        );
        println!("{line}");
        let error = ERRORS * best.error;
        let within = best.separation - error..=1.5 * (best.separation + error);
        if !within.contains(&leak.separation) {
            self.wrong.push(line);
        }
        self.pairs.push((leak.separation, best.separation));
    }

    /// Without the error of single attacks: the mean of both.
    fn finish(self) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        let (meters, attacks) = self
            .pairs
            .iter()
            .fold((0.0, 0.0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        println!("meters / attacks: {:.2}", meters / attacks);
        assert!((1.0..1.5).contains(&(meters / attacks)), "{:?}", self.pairs);
    }
}

/// Writes a VCF of some people, of sites that one of them carries.
fn write_vcf(path: &Path, sites: &[Site], people: &[usize]) {
    let mut text = "##fileformat=VCFv4.3\n##contig=<ID=22,length=250000000>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
        .to_owned();
    for person in people {
        write!(text, "\tS{person}").unwrap();
    }
    for site in sites {
        if people.iter().all(|&person| site.copies[person] <= 0) {
            continue;
        }
        let position = site.position - CONTIG;
        write!(text, "\n22\t{position}\t.\tA\tG\t.\tPASS\t.\tGT").unwrap();
        for &person in people {
            text.push_str(match site.copies[person] {
                0 => "\t0|0",
                1 => "\t0|1",
                2 => "\t1|1",
                _ => "\t.|.",
            });
        }
    }
    std::fs::write(path, text + "\n").unwrap();
}

/// A dataset of some people, and of which populations they are.
fn dataset(folder: &Path, sites: &[Site], people: &[usize], population: &[&str]) -> PathBuf {
    let vcf = folder.join("members.vcf");
    write_vcf(&vcf, sites, people);
    let mut table = "individual_id\tsample\tpopulation\n".to_owned();
    for person in people {
        writeln!(table, "P{person}\tS{person}\t{}", population[*person]).unwrap();
    }
    let tsv = folder.join("people.tsv");
    std::fs::write(&tsv, table).unwrap();
    let options = BuildOptions {
        people: PeopleOptions {
            files: vec![tsv],
            ..PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    let path = folder.join(format!("{}.vdx", people.len()));
    varidex::build(&[vcf], &path, &options, &mut |_| true).unwrap();
    path
}

fn published(dataset: &Path, policy: &str, by: &[&str], of: &str) -> (PublishReport, Published) {
    let out = dataset.with_extension("published");
    let options = PublishOptions {
        by: by.iter().map(|&by| by.to_owned()).collect(),
        of: of.to_owned(),
        replace: true,
        ..PublishOptions::new(policy.parse::<Policy>().unwrap(), "people")
    };
    let view = Dataset::open(dataset).unwrap().view();
    let report = publish(&view, &options, &out).unwrap();
    let file = Published::open(&out).unwrap();
    for (leak, shown) in report.leaks.iter().zip(&file.info().leaks) {
        assert_eq!(leak.label, shown.label);
        assert!(
            shown.separation >= leak.separation && shown.separation < 1.1 * leak.separation + 0.01
        );
    }
    (report, file)
}

/// Alleles that have nothing to do with each other: half of them common, half rare ones, of which the rarer are the more.
#[test]
fn independent_sites() {
    let (sites, controls) = (1_200, 2_000);
    let mut compared = Comparison::default();
    for (members, policies) in [
        (65, [EXACT, FLOOR]),
        (300, [FLOOR, ROUNDED]),
        (1_000, [FLOOR, ROUNDED]),
    ] {
        let mut random = ChaCha8Rng::seed_from_u64(members as u64);
        let mut truth = Vec::new();
        let mut all = Vec::new();
        for number in 0..sites {
            let f: f64 = match number % 2 {
                0 => random.random_range(0.05..0.95),
                _ => 0.002 * (25.0f64).powf(random.random_range(0.0..1.0)),
            };
            let mut copy = || i8::from(random.random_range(0.0..1.0) < f);
            let copies = (0..members + controls).map(|_| copy() + copy());
            all.push(site(1_000 * (number + 1), copies));
            truth.push(f);
        }
        let inside: Vec<usize> = (0..members).collect();
        let outside: Vec<usize> = (members..members + controls).collect();
        let folder = tempfile::tempdir().unwrap();
        let none = vec!["FI"; members + controls];
        let dataset = dataset(folder.path(), &all, &inside, &none);
        let attack = Attack {
            sites: &all,
            members: &inside,
            controls: &outside,
            reference: &truth,
            excess: 1.0,
            class: &vec![0; members + controls],
        };
        for policy in policies {
            let (report, file) = published(&dataset, policy, &[], "all");
            let found = attack.run(&file, "Total");
            compared.add(
                &format!("independent {}", &policy[8..13]),
                &report,
                "Total",
                found,
            );
        }
    }
    compared.finish();
}

/// Genotypes of a VCF, of records of one allele.
fn read_vcf(path: &Path) -> Vec<Site> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut sites: Vec<Site> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let position = fields[1].parse::<i64>().unwrap();
        if fields[4].contains([',', '<'])
            || sites
                .last()
                .is_some_and(|of| of.position == CONTIG + position)
        {
            continue;
        }
        let copies = fields[9..].iter().map(|call| {
            let call = call.split(':').next().unwrap();
            match call.contains('.') {
                true => -1,
                false => call.split(['/', '|']).filter(|a| *a != "0").count() as i8,
            }
        });
        sites.push(site(position, copies));
    }
    sites
}

/// The frequencies in some people: what an attacker knows from a panel.
fn panel(sites: &[Site], people: &[usize]) -> Vec<f64> {
    let one = |site: &Site| {
        let called = people.iter().map(|&person| site.copies[person]);
        let called: Vec<i64> = called.filter(|c| *c >= 0).map(i64::from).collect();
        (called.iter().sum::<i64>() as f64 + 0.5) / (2.0 * called.len() as f64 + 1.0)
    };
    sites.iter().map(one).collect()
}

/// People of one population, and of three, with genealogies: neighbours are linked.
#[test]
fn simulated_populations() {
    let of = |code: &str, ancestry| Population::new(code, ancestry, 1.0);
    let three = [
        of("GBR", Ancestry::European),
        of("YRI", Ancestry::African),
        of("CHB", Ancestry::EastAsian),
    ];
    let mut compared = Comparison::default();
    for (populations, sizes) in [(&three[..1], [65, 300]), (&three[..], [300, 1_000])] {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            samples: 2_400,
            variants: 4_000,
            spacing: Some(1_000.0),
            format: Format::Vcf,
            populations: populations.to_vec(),
            ..Options::default()
        };
        let summary = simulate(&options, folder.path(), &mut |_, _| true).unwrap();
        let sites = read_vcf(&summary.genotypes);
        let people = std::fs::read_to_string(&summary.people).unwrap();
        let population: Vec<&str> = people
            .lines()
            .skip(1)
            .map(|line| line.split('\t').nth(2).unwrap())
            .collect();
        let class_of = |code: &&str| populations.iter().position(|of| of.code == **code).unwrap();
        let class: Vec<usize> = population.iter().map(class_of).collect();
        // everybody by a number that stands for nothing
        let mut mixed: Vec<usize> = (0..options.samples).collect();
        mixed.sort_by_key(|person| person.wrapping_mul(0x9e37_79b1) % 65_537);
        for members in sizes {
            let (inside, rest) = mixed.split_at(members);
            let (outside, known) = rest.split_at(500);
            let dataset = dataset(folder.path(), &sites, inside, &population);
            for policy in [FLOOR, ROUNDED] {
                let by: &[&str] = if populations.len() > 1 {
                    &["population"]
                } else {
                    &[]
                };
                let (report, file) = published(&dataset, policy, by, "all");
                let labels: Vec<&str> = report.leaks.iter().map(|of| of.label.as_str()).collect();
                for group in labels {
                    let within = |people: &[usize]| -> Vec<usize> {
                        let people = people.iter().copied();
                        people
                            .filter(|&person| group == "Total" || population[person] == group)
                            .collect()
                    };
                    let (members, controls, known) =
                        (within(inside), within(outside), within(known));
                    let attack = Attack {
                        sites: &sites,
                        members: &members,
                        controls: &controls,
                        reference: &panel(&sites, &known),
                        excess: 1.0 + members.len() as f64 / known.len() as f64,
                        class: &class,
                    };
                    let label = format!("simulated {} {}", populations.len(), &policy[8..13]);
                    compared.add(&label, &report, group, attack.run(&file, group));
                }
            }
        }
    }
    compared.finish();
}

/// Population and ancestry by sample.
type Origins = HashMap<String, (String, String)>;

/// Population and ancestry of each sample of a table of the project.
fn origins(table: &Path) -> Origins {
    let table = std::fs::read_to_string(table).unwrap();
    let fields = table
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let fields = fields.map(|of| [of[0], of[3], of[5]].map(str::to_owned));
    fields
        .map(|[sample, population, ancestry]| (sample, (population, ancestry)))
        .collect()
}

/// Children and their parents: they share half of their genomes.
fn kin(pedigree: &Path) -> HashSet<String> {
    let pedigree = std::fs::read_to_string(pedigree).unwrap();
    let lines = pedigree
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let has_parent = |of: &Vec<&str>| of.len() > 3 && of[2..4].iter().any(|of| *of != "0");
    let people = lines.filter(has_parent).flat_map(|of| of[1..4].to_vec());
    people.map(str::to_owned).collect()
}

/// All genotypes of what is picked; of each contig positions of its own.
fn genotypes(dataset: &Path, picked: &str) -> Vec<Site> {
    let view = Dataset::open(dataset).unwrap().view();
    let mut sites: Vec<Site> = Vec::new();
    let mut contigs: Vec<String> = Vec::new();
    for block in view.genotypes(picked, None, 1 << 22).unwrap() {
        let block = block.unwrap();
        let width = block.dosages.len() / block.variants.len();
        for (variant, copies) in block.variants.iter().zip(block.dosages.chunks(width)) {
            if contigs.last() != Some(&variant.contig) {
                contigs.push(variant.contig.clone());
            }
            let position = variant.position.one_based();
            let (reference, alternate) = (&variant.reference, &variant.alternate);
            sites.push(Site {
                key: key_of(&variant.contig, position, reference, alternate),
                position: contigs.len() as i64 * CONTIG + position,
                copies: copies.to_vec(),
            });
        }
    }
    sites
}

/// The 1000 Genomes Project in 57 genes, where the file is there: half of the people are in the dataset, and the others are held out.
#[test]
fn real_people() {
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA") else {
        println!("skipped: VARIDEX_TEST_DATA is not set");
        return;
    };
    let data = Path::new(&data).join("cohorts");
    let of = origins(&data.join("igsr_samples.tsv"));
    let kin = kin(&data.join("kgp_pedigree.ped"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.vdx");
    let mut options = BuildOptions::default();
    let lines = of
        .iter()
        .map(|(sample, (_, ancestry))| format!("{sample}\t{sample}\t{ancestry}\n"));
    let people: String = lines.collect();
    let tsv = folder.path().join("people.tsv");
    std::fs::write(&tsv, format!("individual_id\tsample\tpopulation\n{people}")).unwrap();
    options.people.files = vec![tsv];
    let source = data.join("kgp3202_GRCh38_57genes.bcf");
    varidex::build(&[source], &path, &options, &mut |_| true).unwrap();

    let picked = "chr1 | chr2 | chr3 | chr9 | chr17 | chr19";
    let sites = genotypes(&path, picked);
    let view = Dataset::open(&path).unwrap().view();
    let names: Vec<String> = view.sample_names().unwrap().map(str::to_owned).collect();
    let (populations, ancestries): (Vec<&str>, Vec<&str>) = names
        .iter()
        .map(|name| (of[name].0.as_str(), of[name].1.as_str()))
        .unzip();
    // no relative of anybody is there; of each population a half are members, and a quarter is a panel: an attacker has one
    // of the same mixture
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut roles: [Vec<usize>; 4] = Default::default();
    for person in (0..names.len()).filter(|&person| !kin.contains(&names[person])) {
        let number = seen.entry(populations[person]).or_default();
        roles[*number % 4].push(person);
        *number += 1;
    }
    let [one, controls, two, known] = roles;
    let inside = [one, two].concat();
    let gone = (0..names.len()).filter(|person| !inside.contains(person));
    let gone: Vec<&String> = gone.map(|person| &names[person]).collect();
    let withdrawal = Withdrawal::from_json(&format!("{{\"samples\": {gone:?}}}")).unwrap();
    varidex::withdraw(&path, &withdrawal).unwrap();

    let codes: Vec<&str> = seen.into_keys().collect();
    let class = populations
        .iter()
        .map(|of| codes.iter().position(|code| code == of));
    let class: Vec<usize> = class.map(Option::unwrap_or_default).collect();
    let mut compared = Comparison::default();
    for (policy, by) in [
        (FLOOR, &["population"][..]),
        (ROUNDED, &["population"]),
        (FLOOR, &[]),
    ] {
        let (report, file) = published(&path, policy, by, picked);
        for leak in &report.leaks {
            let group = leak.label.as_str();
            let is_in = |person: &usize| group == "Total" || ancestries[*person] == group;
            let within =
                |people: &[usize]| -> Vec<usize> { people.iter().copied().filter(is_in).collect() };
            let (members, controls, known) = (within(&inside), within(&controls), within(&known));
            let attack = Attack {
                sites: &sites,
                members: &members,
                controls: &controls,
                reference: &panel(&sites, &known),
                excess: 1.0 + members.len() as f64 / known.len() as f64,
                class: &class,
            };
            let label = format!("real {} {by:?}", &policy[8..13]);
            compared.add(&label, &report, group, attack.run(&file, group));
        }
    }
    compared.finish();
}
