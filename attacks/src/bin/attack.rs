//! Runs all attacks and writes what they find: CSV, plots, and tables in Markdown.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use varidex_attacks::experiment::run::{Results, all};
use varidex_attacks::experiment::{Measured, Size};
use varidex_attacks::{plot, report};

/// Attacks on the answers of simulated cohorts, under disclosure rules.
#[derive(Parser)]
struct Arguments {
    /// Directory for the results.
    #[arg(long, default_value = "target/attack")]
    out: PathBuf,
    /// Replaces the tables and plots of the documentation, too.
    #[arg(long)]
    write_docs: bool,
    /// The page in which tables are replaced; its plots are in the directory of its name beside it.
    #[arg(long, default_value = "docs/src/reference/attacks.md")]
    page: PathBuf,
    /// People in the cohorts: 65, 1000 or 20000, or several of them.
    #[arg(long, value_delimiter = ',', default_values_t = [65, 1000, 20_000])]
    sizes: Vec<u32>,
    /// A part of the targets and controls only, one in so many: power is less precise.
    #[arg(long, default_value_t = 1)]
    fewer: u32,
    /// Seed of the simulation.
    #[arg(long, default_value_t = 15)]
    seed: u64,
}

/// Tables of attack 9 for each rule and size.
const TABLES: u64 = 60;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "attack: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let mut sizes = Vec::new();
    for &people in &arguments.sizes {
        let known = Size::REPORT.into_iter().find(|size| size.members == people);
        let size = known
            .ok_or_else(|| format!("no size of {people} people: there are 65, 1000 and 20000"))?;
        sizes.push(size.fewer(arguments.fewer));
    }
    if arguments.write_docs {
        // Before minutes are spent on what could not be written.
        page_with(&arguments.page, "")?;
    }
    std::fs::create_dir_all(&arguments.out)?;
    let progress = |line: &str| {
        let _ = writeln!(
            std::io::stderr(),
            "{:5.0} s  {line}",
            start.elapsed().as_secs_f64()
        );
    };
    let results = all(&sizes, arguments.seed, TABLES, &progress)?;
    let tables = report::markdown(&results);
    std::fs::write(arguments.out.join("power.csv"), report::csv(&results))?;
    std::fs::write(
        arguments.out.join("tables.csv"),
        report::tables_csv(&results),
    )?;
    std::fs::write(arguments.out.join("attacks.md"), &tables)?;
    plots(&results, &arguments.out)?;
    if arguments.write_docs {
        let page = page_with(&arguments.page, &tables)?;
        let beside = arguments.page.with_extension("");
        std::fs::create_dir_all(&beside)?;
        plots(&results, &beside)?;
        std::fs::write(&arguments.page, page)?;
    }
    progress(&format!("written: {}", arguments.out.display()));
    Ok(())
}

/// The page with these tables.
fn page_with(path: &Path, tables: &str) -> Result<String, String> {
    let page =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let [begin, end] = report::MARKS;
    report::with_tables(&page, tables).ok_or_else(|| {
        format!(
            "{}: expected a line {begin} and one {end}, found none",
            path.display()
        )
    })
}

fn plots(results: &Results, directory: &Path) -> Result<(), Box<dyn Error>> {
    let of = |attack: &'static str| {
        move |row: &Measured| {
            (row.attack == attack && row.askers == 1).then(|| row.rules.to_owned())
        }
    };
    let each = [
        ("sb2015", "Attack 1, no knowledge of frequencies", "1 SB"),
        ("lrt", "Attack 2, likelihood ratio", "2 LRT"),
        (
            "qi",
            "Attack 3, inference by linkage disequilibrium",
            "3 QI",
        ),
        (
            "summary-chosen",
            "Attack 7, counts of chosen alleles",
            "7 chosen",
        ),
        (
            "summary-whole",
            "Attack 7, a whole file of common sites",
            "7 whole file",
        ),
    ];
    for (file, title, attack) in each {
        let panels = plot::panels(&results.measured, of(attack));
        plot::write(&directory.join(format!("{file}.svg")), title, &panels)?;
    }
    let updates = |row: &Measured| {
        let shown = ["open", "registered", "public", "gdi"].contains(&row.rules);
        let joined = row.attack.strip_prefix("5 update by ")?;
        (shown && !joined.starts_with("5 ") && joined != "5")
            .then(|| format!("{}, by {joined}", row.rules))
    };
    let panels = plot::panels(&results.measured, updates);
    plot::write(
        &directory.join("update.svg"),
        "Attack 5, people who join",
        &panels,
    )
}
