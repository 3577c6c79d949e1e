//! What decisions of people cost: to record one, to make a view, and to ask it where a hundredth of the people withdrew.
//!
//! Each figure is a median, beside the same question where nobody did, in the same process. The cohorts are simulated with
//! people.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use varidex::{Dataset, View, Withdrawal, restore, withdraw};
use varidex_benches::{Random, Result, known_cohort};

/// One of so many withdrew.
const OF: u32 = 100;
const QUESTIONS: [&str; 3] = [
    "carriers(gene:PTEN & af<0.01)",
    "carriers(gene:TLR7 & af<0.01) & disease:\"COVID-19\"",
    "sex:female & population:FIN",
];

/// Measures decisions.
#[derive(Debug, Parser)]
struct Arguments {
    /// Cohorts, as SAMPLESxVARIANTS.
    #[arg(long, default_values_t = ["100000x20000", "1000000x2000"].map(str::to_owned))]
    simulate: Vec<String>,
    /// Where data and datasets are kept between runs.
    #[arg(long, default_value = "target/bench-data")]
    dir: PathBuf,
    /// Rounds of which the median is taken.
    #[arg(long, default_value_t = 21)]
    rounds: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    println!("cohort\twhat\tnobody withdrew\t1 in {OF} withdrew\tratio");
    for size in &arguments.simulate {
        let (samples, variants) = size
            .split_once('x')
            .ok_or_else(|| format!("--simulate takes SAMPLESxVARIANTS, not {size}"))?;
        let folder = arguments.dir.join(format!("known_{size}"));
        let cohort = known_cohort(&folder, samples.parse()?, variants.parse()?)?;
        measure(size, &cohort, arguments.rounds)?;
    }
    Ok(())
}

/// The median of what each round takes, in milliseconds.
fn median(rounds: usize, mut round: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let started = Instant::now();
        round()?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(rounds / 2).copied().unwrap_or_default())
}

/// What is asked: questions of fresh views, and the counts of every row.
fn asked(dataset: &Dataset, rounds: usize) -> Result<Vec<(String, f64)>> {
    let mut figures = Vec::new();
    let view = median(rounds, || {
        let _ = dataset.view_for(&varidex::Access::holder())?;
        Ok(())
    })?;
    figures.push(("a view".to_owned(), view));
    for question in QUESTIONS {
        let time = median(rounds, || {
            dataset.view().ask(question)?;
            Ok(())
        })?;
        figures.push((question.to_owned(), time));
    }
    let group = dataset.view().ask("sex:female")?;
    let view = dataset.view();
    let time = median(rounds.min(5), || counted(&view, Some(&group)))?;
    figures.push(("AC, AN of every row, of a half".to_owned(), time));
    let started = Instant::now();
    counted(&dataset.view(), None)?;
    let cold = started.elapsed().as_secs_f64() * 1e3;
    figures.push(("AC, AN of every row, the first time".to_owned(), cold));
    let time = median(rounds.min(5), || counted(&dataset.view(), None))?;
    figures.push(("AC, AN of every row".to_owned(), time));
    Ok(figures)
}

fn counted(view: &View, group: Option<&varidex::Group>) -> Result<()> {
    let mut variants = match group {
        Some(group) => view.variants_in("all", group)?,
        None => view.variants("all")?,
    };
    let mut sum = 0;
    while let Some(mut variant) = variants.next()? {
        sum += variant.ac_an()?.0;
    }
    std::hint::black_box(sum);
    Ok(())
}

fn measure(size: &str, cohort: &Path, rounds: usize) -> Result<()> {
    let names: Vec<String> = {
        let view = Dataset::open(cohort)?.view();
        view.sample_names()?.map(str::to_owned).collect()
    };
    // what an earlier run left
    let decisions = cohort.join("decisions");
    let before = fs::read(&decisions)?;
    let dataset = Dataset::open(cohort)?;
    let without = asked(&dataset, rounds)?;
    let mut random = Random::new(7);
    let mut what = Withdrawal::default();
    what.samples = random
        .choose(names.len() / OF as usize, names.len())
        .into_iter()
        .filter_map(|sample| names.get(sample as usize).cloned())
        .collect();
    withdraw(cohort, &what)?;
    let started = Instant::now();
    dataset.view_for(&varidex::Access::holder())?;
    let first = started.elapsed().as_secs_f64() * 1e3;
    let with = asked(&dataset, rounds)?;
    for ((what, without), (_, with)) in without.iter().zip(&with) {
        println!(
            "{size}\t{what}\t{without:.4} ms\t{with:.4} ms\t{:.2}",
            with / without
        );
    }
    println!("{size}\tthe first view behind it\t\t{first:.4} ms\t");
    one_more(size, cohort, &names, rounds)?;
    behind_one_more(size, cohort, &names, (&without, rounds))?;
    fs::write(&decisions, before)?;
    Ok(())
}

/// One more withdraws and comes back, as a program does for itself, and a view of a dataset that is open follows.
fn one_more(size: &str, cohort: &Path, names: &[String], rounds: usize) -> Result<()> {
    let mut one = Withdrawal::default();
    one.samples = names.get(1).into_iter().cloned().collect();
    let open = Dataset::open(cohort)?;
    open.view_for(&varidex::Access::holder())?;
    let (mut recorded, mut followed) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let started = Instant::now();
        match round % 2 {
            0 => withdraw(cohort, &one)?,
            _ => restore(cohort, &one)?,
        };
        recorded.push(started.elapsed().as_secs_f64() * 1e3);
        let started = Instant::now();
        open.view_for(&varidex::Access::holder())?;
        followed.push(started.elapsed().as_secs_f64() * 1e3);
    }
    for (what, mut times) in [
        ("withdraw or restore one", recorded),
        ("the view that follows", followed),
    ] {
        times.sort_by(f64::total_cmp);
        let time = times.get(rounds / 2).copied().unwrap_or_default();
        println!("{size}\t{what}\t\t{time:.4} ms\t");
    }
    Ok(())
}

/// The questions, each of a view that is the first behind a decision: nothing is kept of it.
fn behind_one_more(
    size: &str,
    cohort: &Path,
    names: &[String],
    (without, rounds): (&[(String, f64)], usize),
) -> Result<()> {
    let mut one = Withdrawal::default();
    one.samples = names.get(1).into_iter().cloned().collect();
    let open = Dataset::open(cohort)?;
    for question in QUESTIONS {
        let mut times = Vec::new();
        for round in 0..rounds {
            match round % 2 {
                0 => withdraw(cohort, &one)?,
                _ => restore(cohort, &one)?,
            };
            let view = open.view_for(&varidex::Access::holder())?;
            let started = Instant::now();
            view.ask(question)?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
        restore(cohort, &one)?;
        times.sort_by(f64::total_cmp);
        let time = times.get(rounds / 2).copied().unwrap_or_default();
        let known = without.iter().find(|(what, _)| what == question);
        let known = known.map_or(f64::NAN, |(_, time)| *time);
        println!(
            "{size}\t{question}, right behind a decision\t{known:.4} ms\t{time:.4} ms\t{:.2}",
            time / known
        );
    }
    Ok(())
}
