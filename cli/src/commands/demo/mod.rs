//! `varidex demo`: a cohort with known answers, its index, and whether the index finds them.

mod known;
mod report;
mod shown;
mod truth;

use crate::commands::consent::Seen;
use crate::failure::Failure;
use crate::progress::{self, Messages, Unit};
use crate::table::print;
use clap::Args;
use report::{Lines, bytes, count, time};
use std::path::{Path, PathBuf};
use std::time::Instant;
use truth::{Allele, Scan, Six};
use varidex::{
    BuildOptions, CarrierOptions, Counts, Dataset, Error, Group, GroupExpr, Interval, Position,
    Report, VariantExpr, View, Zygosity,
};
use varidex_simulate::{Options, Summary};

/// The people of the group that is asked about.
const SEX: &str = "female";
const POPULATION: &str = "FIN";
/// The variants that are asked about are rarer than this.
const RARE: f64 = 0.01;
/// Where the cohort is kept if no directory is named; it is the demo's own, and replaced when it runs again.
const KEPT: &str = "varidex-demo";

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// People
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(20..=1_000_000))]
    pub(crate) samples: u32,
    /// ALT alleles
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub(crate) variants: u32,
    /// Same seed, same cohort
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where cohort and dataset are kept; nothing there is replaced [default: varidex-demo, which is]
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}

pub(crate) fn run(args: &Demo, messages: Messages) -> Result<(), Failure> {
    let dir = args.output.as_deref().unwrap_or(Path::new(KEPT));
    print(&format!(
        "{} people, {} variants, seed {}: invented, no real person and no real allele\n",
        count(u64::from(args.samples)),
        count(u64::from(args.variants)),
        args.seed
    ))?;
    if cfg!(debug_assertions) {
        print("(this is a debug build: times mean nothing)\n")?;
    }
    let made = make(args, dir, messages)?;
    let view = super::open(&made.dataset, &Seen::default(), messages)?;
    let (contig, alleles) =
        truth::read_truth(&made.cohort.truth).map_err(|e| Error::io(&made.cohort.truth, e))?;
    let (in_group, names) = truth::read_people(&made.cohort.people, SEX, POPULATION)
        .map_err(|e| Error::io(&made.cohort.people, e))?;
    let list = dir.join("finnish_women.txt");
    std::fs::write(&list, names.join("\n") + "\n").map_err(|e| Error::io(&list, e))?;
    let demo = Cohort {
        region: middle(&made.cohort),
        view: &view,
        contig,
        alleles,
        in_group,
        names,
        list,
    };
    shown::commands(&view, &made.dataset, &demo.contig, &demo.alleles)?;

    let mut right = demo.some_alleles()?;

    let bar = messages.step(
        "scanning the VCF",
        Some(demo.alleles.len() as u64),
        Unit::Variants,
    );
    let started = Instant::now();
    let scan = truth::scan(
        &made.cohort.genotypes,
        &demo.in_group,
        |allele, last| demo.is_asked(allele, last),
        |done| bar.set_position(done),
    )
    .map_err(|e| Error::io(&made.cohort.genotypes, e))?;
    let scanned = started.elapsed().as_secs_f64();
    bar.finish_and_clear();

    right &= demo.every_allele(&scan)?;
    right &= demo.questions(&scan, scanned)?;
    right &= known::questions(&view, dir)?;
    demo.speed()?;
    if right {
        return shown::next(&made.dataset);
    }
    print("\nan answer is WRONG: please report this with the line above that says so\n")?;
    Err(Failure::BadAnswer)
}

/// The cohort and the dataset on disk.
struct Made {
    cohort: Summary,
    dataset: PathBuf,
}

fn make(args: &Demo, dir: &Path, messages: Messages) -> Result<Made, Failure> {
    let options = Options {
        samples: args.samples as usize,
        variants: args.variants as usize,
        seed: args.seed,
        annotations: true,
        people: true,
        overwrite: args.output.is_none(),
        threads: std::thread::available_parallelism().map_or(2, usize::from),
        ..Options::default()
    };
    let started = Instant::now();
    let cohort = super::simulate::write(&options, dir, messages)?;
    let simulated = started.elapsed().as_secs_f64();
    let vcf = std::fs::metadata(&cohort.genotypes)
        .map_err(|e| Error::io(&cohort.genotypes, e))?
        .len();

    let dataset = dir.join("cohort.vdx");
    let bar = messages.step("building", Some(vcf), Unit::Bytes);
    let options = BuildOptions {
        genes: vec![dir.join("genes.gff3.gz")],
        people: known::people(dir, &cohort),
        replace: args.output.is_none(),
        ..BuildOptions::default()
    };
    let built = varidex::build(&[&cohort.genotypes], &dataset, &options, &mut |at| {
        bar.set_position(at.bytes);
        !progress::interrupted()
    });
    bar.finish_and_clear();
    let Report {
        bytes: size,
        seconds,
        genotypes,
        people,
        ..
    } = built?;

    let mut opens: Vec<f64> = Vec::new();
    for _ in 0..21 {
        let started = Instant::now();
        Dataset::open(&dataset)?;
        opens.push(started.elapsed().as_secs_f64());
    }
    opens.sort_unstable_by(f64::total_cmp);
    let opened = opens.get(opens.len() / 2).copied().unwrap_or_default();
    let started = Instant::now();
    Dataset::open(&dataset)?.verify()?;
    let verified = started.elapsed().as_secs_f64();

    let share = size as f64 / vcf.max(1) as f64;
    let mut lines = Lines::new("making it");
    lines.add(
        "simulated",
        time(simulated),
        &format!("cohort.vcf.gz, {}", bytes(vcf)),
    );
    lines.add(
        "built",
        time(seconds),
        &format!(
            "cohort.vdx, {}: {share:.2} of the VCF.gz; {} genotypes",
            bytes(size),
            count(genotypes)
        ),
    );
    if let Some(people) = people {
        let text = format!(
            "{} people of {} records; {} without a sample, {} samples without a person",
            count(people.people),
            count(people.read),
            count(people.people_without_sample),
            count(people.samples_without_person),
        );
        lines.add("", String::new(), &text);
    }
    lines.add("opened", time(opened), "ready for questions");
    lines.add(
        "verified",
        time(verified),
        "every checksum, every row counted anew",
    );
    lines.print()?;
    Ok(Made { cohort, dataset })
}

/// The middle third of the stretch that has variants.
fn middle(cohort: &Summary) -> (i64, i64) {
    let (first, last) = cohort.span.unwrap_or((1, 1));
    let third = i64::from(last - first) / 3;
    (i64::from(first) + third, i64::from(last) - third)
}

/// The dataset and what is known of the people in it.
struct Cohort<'a> {
    view: &'a View,
    contig: String,
    /// In the order of the VCF.
    alleles: Vec<Allele>,
    /// First and last base, 1-based.
    region: (i64, i64),
    in_group: Vec<bool>,
    names: Vec<String>,
    /// The file with the names.
    list: PathBuf,
}

fn six(counts: &Counts) -> Six {
    [
        counts.ac,
        counts.an.unwrap_or(u64::MAX),
        counts.n_het,
        counts.n_hom,
        counts.n_hemi,
        counts.n_missing.unwrap_or(u64::MAX),
    ]
}

fn verdict(right: bool) -> &'static str {
    if right { "yes" } else { "NO: WRONG" }
}

impl Cohort<'_> {
    /// Whether the carriers of an allele are asked for: it is rare, and overlaps the region.
    fn is_asked(&self, allele: usize, last: i64) -> bool {
        self.alleles.get(allele).is_some_and(|allele| {
            allele.frequency() < RARE && allele.position <= self.region.1 && last >= self.region.0
        })
    }

    fn lookup(&self, allele: &Allele) -> Result<Option<Counts>, Failure> {
        let Some(position) = Position::from_one_based(allele.position) else {
            return Ok(None);
        };
        let (reference, alternate) = (&allele.reference, &allele.alternate);
        let found = self
            .view
            .allele(&self.contig, position, reference, alternate)?;
        Ok(found.map(|allele| allele.counts()).transpose()?)
    }

    /// A few alleles of different kinds, the index's counts beside the truth.
    fn some_alleles(&self) -> Result<bool, Failure> {
        type Test = fn(&Allele) -> bool;
        let kinds: [(&str, Test); 7] = [
            ("on one copy", |a| a.everybody[0] == 1),
            ("rare", |a| (0.002..0.005).contains(&a.frequency())),
            ("common", |a| (0.2..0.4).contains(&a.frequency())),
            ("nearly fixed", |a| a.frequency() > 0.8),
            ("deletion", |a| a.reference.len() > 3 && a.everybody[0] > 20),
            ("symbolic", |a| a.alternate.starts_with('<')),
            ("badly called", |a| a.everybody[5] > a.everybody[1] / 400),
        ];
        let mut text = format!(
            "\nsome alleles: the index, and the truth\n  {:<13}{:<26}{:>8}{:>9}{:>8}{:>7}{:>6}{:>9}\n",
            "", "allele", "AC", "AN", "het", "hom", "hemi", "missing"
        );
        let mut right = true;
        for (kind, test) in kinds {
            let Some(allele) = self.alleles.iter().find(|allele| test(allele)) else {
                continue;
            };
            let found = self.lookup(allele)?.map(|counts| six(&counts));
            let same = found == Some(allele.everybody);
            right &= same;
            let name = format!(
                "{}:{}:{}:{}",
                self.contig,
                allele.position,
                report::short(&allele.reference),
                report::short(&allele.alternate)
            );
            text.push_str(&report::counts_line(kind, &name, found.as_ref()));
            text.push_str(&report::counts_line(
                "",
                "  the truth",
                Some(&allele.everybody),
            ));
        }
        text.push_str(&format!("  equal to the truth: {}\n", verdict(right)));
        print(&text)?;
        Ok(right)
    }

    fn group_expression(&self) -> GroupExpr {
        GroupExpr::samples_file(self.list.display().to_string())
    }

    /// Every allele in everybody and in the group.
    fn every_allele(&self, scan: &Scan) -> Result<bool, Failure> {
        let mut order: Vec<(usize, &Allele)> = self.alleles.iter().enumerate().collect();
        order.sort_by(|(_, a), (_, b)| a.key().cmp(&b.key()));
        let group = self.view.ask(self.group_expression())?;
        let mut lines = Lines::new("every allele: AC, AN, het, hom, hemi, missing");
        let total = count(order.len() as u64);
        let (same, seconds) = self.compare(&order, None, |allele| {
            self.alleles.get(allele).map(|allele| allele.everybody)
        })?;
        lines.add(
            "everybody",
            time(seconds),
            &format!("all {total} alleles equal the truth: {}", verdict(same)),
        );
        let (same_group, seconds) = self.compare(&order, Some(&group), |allele| {
            scan.group.get(allele).copied()
        })?;
        let who = format!("{} women, {POPULATION}", count(group.count()));
        let says = format!(
            "all {total} equal a scan of the VCF: {}",
            verdict(same_group)
        );
        lines.add(&who, time(seconds), &says);
        lines.print()?;
        Ok(same && same_group)
    }

    /// Walks all rows, and compares each with what is true of it.
    fn compare(
        &self,
        order: &[(usize, &Allele)],
        group: Option<&Group>,
        truth: impl Fn(usize) -> Option<Six>,
    ) -> Result<(bool, f64), Failure> {
        let started = Instant::now();
        let mut variants = match group {
            Some(group) => self.view.variants_in("all", group)?,
            None => self.view.variants("all")?,
        };
        let mut expected = order.iter();
        while let Some(mut variant) = variants.next()? {
            let Some((number, allele)) = expected.next() else {
                return Ok((false, 0.0));
            };
            let counts = six(&variant.counts()?);
            let position = variant.position()?.one_based();
            let (reference, alternate) = variant.alleles()?;
            let same = position == allele.position
                && reference == allele.reference.as_bytes()
                && alternate == allele.alternate.as_bytes()
                && truth(*number) == Some(counts);
            if !same {
                return Ok((false, started.elapsed().as_secs_f64()));
            }
        }
        let seconds = started.elapsed().as_secs_f64();
        Ok((expected.next().is_none(), seconds))
    }

    /// Who carries rare alleles of a region, in a group of people.
    fn questions(&self, scan: &Scan, scanned: f64) -> Result<bool, Failure> {
        let (first, last) = self.region;
        let Some(interval) = Interval::from_one_based_inclusive(first, last) else {
            return Ok(true);
        };
        let rare =
            || VariantExpr::region(self.contig.as_str(), interval).and(VariantExpr::af().lt(RARE));
        let of = format!("{}:{first}-{last} & af<{RARE}", self.contig);
        let in_group = |sample: usize| self.in_group.get(sample).copied().unwrap_or_default();
        let carried = |sample: usize| scan.carried.get(sample).copied().unwrap_or_default();
        let homozygous = |sample: usize| scan.hom.get(sample).copied().unwrap_or_default();
        let women = |who: GroupExpr| who.and(self.group_expression());
        let hom = CarrierOptions::default().zygosity(Zygosity::Hom);
        let several = CarrierOptions::default().at_least(5);
        let samples = || 0..self.in_group.len();
        let questions: [(String, GroupExpr, Vec<usize>); 4] = [
            (
                format!("carriers({of}) & samples(@finnish_women.txt)"),
                women(GroupExpr::carriers(rare())),
                samples()
                    .filter(|&s| in_group(s) && carried(s) > 0)
                    .collect(),
            ),
            (
                format!("!carriers({of}) & samples(@finnish_women.txt)"),
                women(GroupExpr::carriers(rare()).not()),
                samples()
                    .filter(|&s| in_group(s) && carried(s) == 0)
                    .collect(),
            ),
            (
                format!("carriers({of}, at_least: 5)"),
                GroupExpr::carriers_with(rare(), several),
                samples().filter(|&s| carried(s) >= 5).collect(),
            ),
            (
                format!("carriers({of}, hom) & samples(@finnish_women.txt)"),
                women(GroupExpr::carriers_with(rare(), hom)),
                samples()
                    .filter(|&s| in_group(s) && homozygous(s))
                    .collect(),
            ),
        ];
        let mut lines = Lines::new("who: the index, and a scan of the VCF");
        let mut all_right = true;
        for (text, who, truth) in questions {
            let text = format!("ask '{text}'");
            let started = Instant::now();
            let found = self.view.ask(who)?;
            let seconds = started.elapsed().as_secs_f64();
            let right = found
                .samples()
                .iter()
                .map(|s| s as usize)
                .eq(truth.iter().copied());
            all_right &= right;
            lines.wide(&text);
            let answer = format!(
                "{} people; a scan of the VCF finds {}, the same people: {}",
                count(found.count()),
                count(truth.len() as u64),
                verdict(right)
            );
            lines.add("", time(seconds), &answer);
        }
        lines.add(
            "",
            time(scanned),
            "the scan, which answered all of the above in one pass",
        );
        lines.print()?;
        Ok(all_right)
    }

    /// How long things take.
    fn speed(&self) -> Result<(), Failure> {
        let mut lines = Lines::new("speed, one thread, warm");
        // a stride that is prime to nearly every length jumps about in the genome
        let total = self.alleles.len();
        let jumps: Vec<&Allele> = (0..total)
            .filter_map(|i| self.alleles.get(i * 7919 % total))
            .collect();
        let started = Instant::now();
        let mut copies = 0;
        for allele in &jumps {
            copies += self.lookup(allele)?.map_or(0, |counts| counts.ac);
        }
        let each = started.elapsed().as_secs_f64() / total.max(1) as f64;
        std::hint::black_box(copies);
        lines.add(
            "one allele",
            time(each),
            "its counts in everybody, looked up by its name",
        );

        let (first, last) = self.region;
        let region = format!("{}:{first}-{last}", self.contig);
        let people = GroupExpr::samples(self.names.iter().map(String::as_str));
        let group = self.view.ask(people)?;
        let size = count(group.count());
        let (rows, seconds) = median(|| {
            let mut rows = 0u64;
            let mut variants = self.view.variants_in(&region, &group)?;
            while let Some(mut variant) = variants.next()? {
                std::hint::black_box(variant.ac_an()?);
                rows += 1;
            }
            Ok(rows)
        })?;
        let rate = rows as f64 / seconds.max(1e-9) / 1e6;
        let what = format!(
            "AC and AN of {} alleles in {size} people: {rate:.1} million a second",
            count(rows)
        );
        lines.add("a region", time(seconds), &what);

        let (found, seconds) = median(|| {
            let mut found = 0u64;
            let mut variants = self.view.variants(&region)?;
            while let Some(mut variant) = variants.next()? {
                variant.carriers(|_| found += 1)?;
            }
            Ok(found)
        })?;
        let what = format!("every carrier of each, with phase: {}", count(found));
        lines.add("", time(seconds), &what);
        lines.print()
    }
}

/// The median time of five runs after a first.
fn median<T>(mut run: impl FnMut() -> varidex::Result<T>) -> Result<(T, f64), Failure> {
    let mut result = run()?;
    let mut times = [0.0; 5];
    for time in &mut times {
        let started = Instant::now();
        result = run()?;
        *time = started.elapsed().as_secs_f64();
    }
    times.sort_unstable_by(f64::total_cmp);
    Ok((result, times[2]))
}
