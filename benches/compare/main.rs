//! Measures varidex and its peers on the same data, in turn, in one run.
//!
//! Tools that are not installed are named and left out. Every figure is a median over the rounds;
//! in each round every tool does everything once, so that a busy moment hits all alike.

mod afquery;
mod child;
mod data;
mod figures;
mod ours;
mod peers;
mod table;
mod tasks;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Parser;
use varidex_benches::{Build, Figure, Result, against, simulated};

use data::Data;
use figures::Figures;
use peers::Tools;
use tasks::Tasks;

/// Measures varidex beside bgzip, plink2, bcftools, pgenlib and afquery.
#[derive(Debug, Parser)]
#[command(name = "compare")]
struct Arguments {
    /// A cohort to measure on (VCF or BCF); more than one may be given.
    #[arg(long)]
    vcf: Vec<PathBuf>,
    /// A cohort to simulate and measure on, as SAMPLESxVARIANTS; 3202x80000 where no data is named.
    #[arg(long)]
    simulate: Vec<String>,
    /// The large simulated cohorts as well: 10000x130000, 100000x20000, 1000000x2000.
    #[arg(long)]
    large: bool,
    /// Rounds of which the median is taken.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where data and datasets are kept between runs.
    #[arg(long, default_value = "target/bench-data")]
    dir: PathBuf,
    /// Where the table goes as TSV.
    #[arg(long, default_value = "target/compare.tsv")]
    tsv: PathBuf,
    /// A Python that has pgenlib and numpy, and afquery for --afquery.
    #[arg(long, default_value = "target/peers/bin/python")]
    python: PathBuf,
    /// afquery on 100 people and one megabase of the first cohort: it reads single-sample VCFs only,
    /// and takes minutes.
    #[arg(long)]
    afquery: bool,
    /// Without the peers: our figures and the floor only.
    #[arg(long)]
    alone: bool,
    /// Worker threads of builds and imports.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// This program as it was built earlier: both in turn, without peers; 1 where this one is slower.
    #[arg(long, value_name = "BINARY")]
    against: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    if child::run()? {
        return Ok(ExitCode::SUCCESS);
    }
    let arguments = Arguments::parse();
    fs::create_dir_all(&arguments.dir)?;
    if let Some(older) = &arguments.against {
        let sources = sources(&arguments)?;
        let run = |build: &Build| figures_of(build, &sources, arguments.threads);
        return against(older, &arguments.dir, arguments.rounds, &run);
    }
    let tools = Tools::find(&arguments.python, arguments.alone);
    let mut tables = Vec::new();
    let machine = table::machine(&tools);
    let sources = sources(&arguments)?;
    for (index, source) in sources.iter().enumerate() {
        eprintln!("preparing {}", source.display());
        let data = Data::prepare(source, &arguments.dir, &tools)?;
        let (figures, sections) = measure(&data, &tools, &arguments)?;
        tables.push(table::Table::new(&data, figures, sections));
        if arguments.afquery && index == 0 {
            match afquery::measure(&data, &arguments.dir, &tools, arguments.rounds) {
                Ok(small) => tables.push(small),
                Err(error) => eprintln!("afquery: {error}; left out"),
            }
        }
        // what is done is kept, should a later cohort fail
        fs::write(&arguments.tsv, table::tsv(&machine, &tables))?;
    }
    let mut out = std::io::stdout().lock();
    write!(out, "{machine}")?;
    for table in &tables {
        write!(out, "\n{table}")?;
    }
    writeln!(
        out,
        "\nload average now {}; as TSV in {}",
        table::load(),
        arguments.tsv.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

/// The figures of one round of a build, from its table.
fn figures_of(build: &Build, sources: &[PathBuf], threads: usize) -> Result<Vec<Figure>> {
    let tsv = build.folder.join("table.tsv");
    let mut command = Command::new(&build.binary);
    command
        .args([
            "--alone",
            "--rounds",
            "1",
            "--threads",
            &threads.to_string(),
        ])
        .arg("--dir")
        .arg(&build.folder)
        .arg("--tsv")
        .arg(&tsv);
    for source in sources {
        command.arg("--vcf").arg(source);
    }
    build.output(&mut command)?;
    let mut figures: Vec<Figure> = Vec::new();
    let text = fs::read_to_string(&tsv)?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    for line in lines.skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [data, what, unit, _, _, ours, ..] = fields[..] else {
            return Err(format!("{}: a line {line:?}", tsv.display()).into());
        };
        let what = format!("{data}: {what}");
        // a line for each peer
        if figures.iter().all(|known| known.what != what) {
            figures.push(Figure {
                what,
                value: ours.parse()?,
                time: unit == "s",
                answer: String::new(),
            });
        }
    }
    Ok(figures)
}

fn sources(arguments: &Arguments) -> Result<Vec<PathBuf>> {
    let mut sources = arguments.vcf.clone();
    let mut sizes = Vec::new();
    for text in &arguments.simulate {
        let (samples, variants) = text
            .split_once('x')
            .ok_or_else(|| format!("--simulate takes SAMPLESxVARIANTS, not {text}"))?;
        sizes.push((samples.parse()?, variants.parse()?));
    }
    if sources.is_empty() && sizes.is_empty() {
        sizes.push((3_202, 80_000));
    }
    if arguments.large {
        sizes.extend([(10_000, 130_000), (100_000, 20_000), (1_000_000, 2_000)]);
    }
    for (samples, variants) in sizes {
        eprintln!("simulating {samples} people x {variants} variants, unless done before");
        sources.push(simulated(&arguments.dir, samples, variants)?);
    }
    Ok(sources)
}

/// Builds in turn, then asks in turn.
fn measure(
    data: &Data,
    tools: &Tools,
    arguments: &Arguments,
) -> Result<(Figures, Vec<(String, u64)>)> {
    let mut figures = Figures::default();
    for round in 1..=arguments.rounds.max(1) {
        eprintln!("build, round {round} of {}", arguments.rounds);
        child::ours(data, arguments.threads, &mut figures)?;
        peers::builds(data, tools, arguments.threads, &mut figures);
    }
    peers::sizes(data, tools, &mut figures);
    let dataset = varidex::Dataset::open(&data.dataset)?.with_loader(varidex::LocalFiles::new());
    figures.add("size", "varidex", size_of(&data.dataset)? as f64);
    let sections = dataset.section_sizes()?;
    let sections = sections.into_iter().map(|s| (s.name, s.bytes)).collect();

    let view = dataset.view();
    let tasks = Tasks::choose(&view, data)?;
    tasks.note_sizes(&view, &mut figures)?;
    for round in 1..=arguments.rounds.max(1) {
        eprintln!("questions, round {round} of {}", arguments.rounds);
        child::open(data, &mut figures)?;
        ours::round(&view, &tasks, &mut figures)?;
        peers::pgenlib(data, tools, &tasks, &mut figures);
        peers::plink2(data, tools, &tasks, &mut figures);
        peers::bcftools(data, tools, &tasks, &mut figures);
    }
    Ok((figures, sections))
}

/// Bytes of a file, or of the files in a directory.
fn size_of(path: &Path) -> Result<u64> {
    let found = fs::metadata(path)?;
    if !found.is_dir() {
        return Ok(found.len());
    }
    let mut sum = 0;
    for entry in fs::read_dir(path)? {
        sum += size_of(&entry?.path())?;
    }
    Ok(sum)
}
