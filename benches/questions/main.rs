//! Questions about genes and people, at several sizes of the cohort, beside what they cost elsewhere:
//! `bcftools view | query` with a list of people, and SQLite over the exported genotypes.
//!
//! The cohorts are simulated with people. Each figure is a median; answers of the peers must equal ours.
//! The peers are given what they cannot find by themselves: who has the term, and where the gene lies.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use clap::Parser;
use varidex::{Attribute, Dataset, Group, View};
use varidex_benches::{
    Build, Figure, Result, against, count_in_groups, group_of, known_cohort, strata,
};

/// Name and expression. A question of carriers alone is also put to the peers, one with people with the
/// list of them.
const QUESTIONS: [(&str, &str); 6] = [
    ("gene", "carriers(gene:PTEN & af<0.01)"),
    (
        "gene x term",
        "carriers(gene:TLR7 & af<0.01) & disease:\"COVID-19\"",
    ),
    (
        "gene x similarity",
        "carriers(gene:RYR1 & af<0.01) & similar(\"congenital myasthenic syndrome\")",
    ),
    (
        "two genes x treatment",
        "carriers(gene:PTEN & af<0.01) & carriers(gene:BRAF & af<0.01) & treatment:\"vemurafenib\"",
    ),
    ("compound", "carriers(gene:RYR1 & af<0.01, compound)"),
    (
        "impact x similarity",
        "carriers(gene:RYR1 & impact>=moderate & af<0.01) & similar(\"congenital myasthenic syndrome\")",
    ),
];
/// What the peers are asked: carriers of rare variants of a gene who have a term.
const GENE: &str = "TLR7";
const TERM: &str = "disease:\"COVID-19\"";

/// Measures questions about genes and people.
#[derive(Debug, Parser)]
struct Arguments {
    /// Cohorts, as SAMPLESxVARIANTS.
    #[arg(
        long,
        default_values_t = ["2504x20000", "100000x20000", "1000000x2000"].map(str::to_owned)
    )]
    simulate: Vec<String>,
    /// Where data and datasets are kept between runs.
    #[arg(long, default_value = "target/bench-data")]
    dir: PathBuf,
    /// Rounds of which the median is taken.
    #[arg(long, default_value_t = 101)]
    rounds: usize,
    /// Without the peers.
    #[arg(long)]
    alone: bool,
    /// Only the questions with this in their names, to be profiled.
    #[arg(long)]
    only: Option<String>,
    /// This program as it was built earlier: both in turn, without peers; 1 where this one is slower.
    #[arg(long, value_name = "BINARY")]
    against: Option<PathBuf>,
}

/// How often two builds are run in turn.
const TURNS: usize = 5;

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(older) = &arguments.against {
        fs::create_dir_all(&arguments.dir)?;
        let run = |build: &Build| figures_of(build, &arguments);
        return against(older, &arguments.dir, TURNS, &run);
    }
    for size in &arguments.simulate {
        let (samples, variants) = size
            .split_once('x')
            .ok_or_else(|| format!("--simulate takes SAMPLESxVARIANTS, not {size}"))?;
        let folder = arguments.dir.join(format!("known_{samples}x{variants}"));
        let cohort = known_cohort(&folder, samples.parse()?, variants.parse()?)?;
        let dataset = Dataset::open(cohort)?.view();
        let info = dataset.info();
        println!(
            "## {} samples, {} people, {} rows",
            info.samples, info.people, info.rows
        );
        let wanted = |name: &str| match &arguments.only {
            Some(only) => name.contains(only.as_str()),
            None => true,
        };
        ours(&dataset, arguments.rounds, &wanted)?;
        if !arguments.alone {
            peers(&dataset, &folder)?;
        }
        println!();
    }
    Ok(ExitCode::SUCCESS)
}

/// The figures of one run of a build, from what it prints. It simulates the same cohorts for itself, where
/// it did not before.
fn figures_of(build: &Build, arguments: &Arguments) -> Result<Vec<Figure>> {
    let mut command = Command::new(&build.binary);
    command
        .args([
            "--alone",
            "--rounds",
            &arguments.rounds.to_string(),
            "--dir",
        ])
        .arg(&build.folder);
    for size in &arguments.simulate {
        command.args(["--simulate", size]);
    }
    if let Some(only) = &arguments.only {
        command.args(["--only", only]);
    }
    let text = build.output(&mut command)?;
    let (mut figures, mut cohort) = (Vec::new(), "");
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            cohort = title.split(',').next().unwrap_or(title);
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        if let [what, _, time, answer] = fields[..] {
            let milliseconds: f64 = time.trim_end_matches(" ms").parse()?;
            figures.push(Figure {
                what: format!("{cohort}: {what}"),
                value: milliseconds / 1e3,
                time: true,
                answer: answer.to_owned(),
            });
        }
    }
    Ok(figures)
}

fn ours(dataset: &View, rounds: usize, wanted: &dyn Fn(&str) -> bool) -> Result<()> {
    for (name, question) in QUESTIONS.into_iter().filter(|(name, _)| wanted(name)) {
        let mut count = 0;
        let seconds = median(rounds, || {
            count = dataset.ask(question)?.count();
            Ok(())
        })?;
        line(name, "varidex", seconds, count);
    }
    let populations = dataset.groups_by(&[Attribute::Population], None)?;
    let populations = populations.into_iter().map(|(_, group)| group).collect();
    let strata = strata(dataset.sample_count());
    let strata = strata.iter().map(|people| group_of(dataset, people));
    let tables: [(&str, Vec<Group>); 2] = [
        ("population table of a gene", populations),
        (
            "table of a gene by 52 groups",
            strata.collect::<Result<_>>()?,
        ),
    ];
    for (name, groups) in tables.into_iter().filter(|(name, _)| wanted(name)) {
        let mut rows = 0;
        let seconds = median(rounds.min(11), || {
            rows = count_in_groups(dataset, "gene:RYR1", &groups)?;
            Ok(())
        })?;
        line(name, "varidex", seconds, rows);
    }
    Ok(())
}

/// The same people by other means.
fn peers(dataset: &View, folder: &Path) -> Result<()> {
    let question = format!("carriers(gene:{GENE} & af<0.01) & {TERM}");
    let expected = dataset.ask(&*question)?.samples().len();
    let mut names = String::new();
    for sample in dataset.ask(TERM)?.samples().iter() {
        writeln!(names, "{}", dataset.sample_name(sample)?)?;
    }
    let list = folder.join("term.txt");
    fs::write(&list, names)?;
    let alleles = folder.join("alleles.tsv");
    let mut region: Option<(String, i64, i64)> = None;
    let mut text = String::new();
    let mut variants = dataset.variants(&*format!("gene:{GENE} & af<0.01"))?;
    while let Some(mut variant) = variants.next()? {
        let (from, to) = (variant.position()?.one_based(), variant.interval()?.end);
        let contig = variant.contig().to_owned();
        let known = region.get_or_insert((contig, from, from));
        known.2 = known.2.max(i64::from(to));
        let mut carriers = Vec::new();
        variant.carriers(|carrier| carriers.push(carrier))?;
        for carrier in carriers {
            let name = dataset.sample_name(carrier.sample)?;
            writeln!(text, "{GENE}\t{from}\t{name}\t{}", carrier.carried)?;
        }
    }
    fs::write(&alleles, text)?;

    let Some((contig, from, to)) = region else {
        return Ok(());
    };
    let bcf = folder.join("cohort.bcf");
    if !bcf.exists() {
        let script = format!(
            "bcftools norm --threads 2 -m -any -Ob -o '{bcf}' '{vcf}' && bcftools index '{bcf}'",
            bcf = bcf.display(),
            vcf = folder.join("cohort.vcf.gz").display(),
        );
        let made = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::null())
            .status();
        if !made.is_ok_and(|status| status.success()) {
            println!("(bcftools is not installed: left out)");
            let _ = fs::remove_file(&bcf);
        }
    }
    if bcf.exists() {
        let script = format!(
            "bcftools view -r {contig}:{from}-{to} -i 'AC/AN<0.01 && INFO/CSQ~\"{GENE}\"' -Ou '{bcf}' \
             | bcftools view -S '{list}' -I -Ou | bcftools query -i 'GT=\"alt\"' -f '[%SAMPLE\\n]' \
             | sort -u | wc -l",
            bcf = bcf.display(),
            list = list.display(),
        );
        beside(dataset, &question, "bcftools", &mut || {
            let started = Instant::now();
            let out = Command::new("sh").args(["-c", &script]).output()?;
            let seconds = started.elapsed().as_secs_f64();
            let found = String::from_utf8(out.stdout)?.trim().parse()?;
            same(expected, found, "bcftools")?;
            Ok(Some(seconds))
        })?;
    }
    beside(dataset, &question, "SQLite", &mut || {
        let python = Command::new("python3")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/questions/sqlite_peer.py"
            ))
            .args([&alleles, &list])
            .output()?;
        let text = String::from_utf8(python.stdout)?;
        let mut cells = text.split_ascii_whitespace();
        let (Some(seconds), Some(found)) = (cells.next(), cells.next()) else {
            return Ok(None);
        };
        same(expected, found.parse()?, "SQLite")?;
        Ok(Some(seconds.parse()?))
    })
}

/// A peer and this dataset in turn, some rounds; the peer says how long it took, or that it is not there.
fn beside(
    dataset: &View,
    question: &str,
    tool: &str,
    peer: &mut dyn FnMut() -> Result<Option<f64>>,
) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut count = 0;
    for _ in 0..3 {
        let Some(seconds) = peer()? else {
            println!("({tool} is not installed: left out)");
            return Ok(());
        };
        theirs.push(seconds);
        ours.push(median(21, || {
            count = dataset.ask(question)?.count();
            Ok(())
        })?);
    }
    let (ours, theirs) = (middle(ours), middle(theirs));
    println!(
        "gene x term\t{tool}\t{:.3} ms\t{count}\tvaridex in turn {:.3} ms, ratio {:.3}",
        theirs * 1e3,
        ours * 1e3,
        ours / theirs
    );
    Ok(())
}

fn same(expected: u64, found: u64, peer: &str) -> Result<()> {
    match expected == found {
        true => Ok(()),
        false => Err(format!("{peer} found {found} people, varidex {expected}").into()),
    }
}

fn median(rounds: usize, mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..rounds.max(1) {
        let started = Instant::now();
        run()?;
        times.push(started.elapsed().as_secs_f64());
    }
    Ok(middle(times))
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn line(question: &str, tool: &str, seconds: f64, answer: u64) {
    println!("{question}\t{tool}\t{:.3} ms\t{answer}", seconds * 1e3);
}
