//! What a policy costs: questions under it beside the same of the holder, and whether the time of an answer says if few have
//! something or nobody.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use varidex::{Dataset, Policy, PolicyView, View};
use varidex_benches::{Random, Result};

/// Measures what a policy costs.
#[derive(Debug, Parser)]
struct Arguments {
    /// A dataset with people, as of `varidex simulate --people` and `varidex build`.
    dataset: PathBuf,
    /// Rounds of which the median is taken.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Pairs of answers that are timed.
    #[arg(long, default_value_t = 10_000)]
    pairs: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let view = Dataset::open(&arguments.dataset)?.view();
    let mut policy = Policy::named("registered")?;
    policy.smallest_cohort = 0;
    let shown = view.under_policy(&policy)?;
    costs(&view, &shown, arguments.rounds)?;
    let auc = distinguishes(&view, &shown, arguments.pairs)?;
    println!("few or nobody, by the time of the answer: AUC\t{auc:.3}");
    Ok(())
}

/// Questions of the holder and under the policy, in turn.
fn costs(view: &View, shown: &PolicyView, rounds: usize) -> Result<()> {
    println!("question\tholder, us\tpolicy, us\tratio");
    for who in [
        "sex:female",
        "sex:female & age>=50y",
        "carriers(gene:RYR1)",
        "carriers(gene:PTEN) & sex:female",
    ] {
        let (mut of_holder, mut of_policy) = (Vec::new(), Vec::new());
        for _ in 0..rounds * 20 {
            of_holder.push(time(|| Ok(view.ask(who)?.count()))?);
            of_policy.push(time(|| {
                Ok(shown.ask(who)?.count.value().unwrap_or_default())
            })?);
        }
        line(who, &mut of_holder, &mut of_policy);
    }
    for fields in [&[][..], &["sex"], &["population"]] {
        let fields: Vec<String> = fields
            .iter()
            .map(|&field: &&str| field.to_owned())
            .collect();
        let (mut of_holder, mut of_policy) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            of_holder.push(time(|| holder_counts(view, &fields))?);
            of_policy.push(time(|| shown_counts(shown, &fields))?);
        }
        let label = format!("counts of all variants by {fields:?}");
        line(&label, &mut of_holder, &mut of_policy);
    }
    Ok(())
}

fn time(f: impl FnOnce() -> Result<u64>) -> Result<f64> {
    let started = Instant::now();
    black_box(f()?);
    Ok(started.elapsed().as_secs_f64() * 1e6)
}

fn line(label: &str, of_holder: &mut [f64], of_policy: &mut [f64]) {
    let (a, b) = (median(of_holder), median(of_policy));
    println!("{label}\t{a:.1}\t{b:.1}\t{:.2}", b / a);
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn holder_counts(view: &View, fields: &[String]) -> Result<u64> {
    let groups: Vec<_> = match fields.is_empty() {
        true => Vec::new(),
        false => view.groups_by(&view.by(fields)?, None)?,
    };
    let number = groups.len();
    let groups = groups.into_iter().map(|(_, group)| group).collect();
    let mut scan = view.scan(&varidex::Query::new("all")?.by(groups))?;
    let mut sum = 0;
    while let Some(ac) = scan.next(|mut variant| {
        let mut ac = variant.counts()?.ac;
        for group in 0..number {
            ac += variant.counts_of(group)?.ac;
        }
        Ok(ac)
    })? {
        sum += ac;
    }
    Ok(sum)
}

fn shown_counts(shown: &PolicyView, fields: &[String]) -> Result<u64> {
    let mut scan = shown.frequencies("all", None, fields)?;
    let mut sum = 0;
    while let Some(ac) = scan.next(|variant| {
        let parts = variant.parts().filter_map(|(_, shown)| shown.ac.value());
        Ok(variant.counts.ac.value().unwrap_or_default() + parts.sum::<u64>())
    })? {
        sum += ac;
    }
    Ok(sum)
}

/// The area under the curve of a classifier that has the time of an answer alone, of alleles that few carry beside those that
/// nobody has at the same places.
fn distinguishes(view: &View, shown: &PolicyView, pairs: usize) -> Result<f64> {
    let mut few = Vec::new();
    let mut variants = view.variants("type:snv & ac<5")?;
    while let Some(mut variant) = variants.next()? {
        let place = format!("{}:{}", variant.contig(), variant.position()?.one_based());
        let (reference, alternate) = variant.alleles()?;
        let (reference, alternate) = (
            String::from_utf8_lossy(reference).into_owned(),
            String::from_utf8_lossy(alternate).into_owned(),
        );
        let other = ["A", "C", "G", "T"]
            .into_iter()
            .find(|base| *base != reference && *base != alternate);
        if let Some(other) = other {
            few.push((
                format!("carriers({place}:{reference}:{alternate})"),
                format!("carriers({place}:{reference}:{other})"),
            ));
        }
    }
    let mut random = Random::new(7);
    let (mut of_few, mut of_nobody) = (Vec::new(), Vec::new());
    for (one, none) in random.draw(pairs, &few) {
        // in turn, in either order
        let swaps = random.below(2) == 1;
        let (first, second) = if swaps { (none, one) } else { (one, none) };
        let a = time(|| Ok(shown.ask(first)?.count.value().unwrap_or_default()))?;
        let b = time(|| Ok(shown.ask(second)?.count.value().unwrap_or_default()))?;
        let (one, none) = if swaps { (b, a) } else { (a, b) };
        of_few.push(one);
        of_nobody.push(none);
    }
    let auc = auc(&of_few, &of_nobody);
    let medians = (median(&mut of_few), median(&mut of_nobody));
    println!(
        "time of few, of nobody, us\t{:.1}\t{:.1}",
        medians.0, medians.1
    );
    Ok(auc)
}

/// The chance that a time of the first is above one of the second, halves for equal ones, or that it is below, whichever is greater.
fn auc(a: &[f64], b: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = a.iter().map(|&time| (time, true)).collect();
    all.extend(b.iter().map(|&time| (time, false)));
    all.sort_by(|x, y| x.0.total_cmp(&y.0));
    let (mut below, mut above) = (0.0, 0.0);
    for (_, is_first) in all {
        match is_first {
            true => above += below,
            false => below += 1.0,
        }
    }
    let area = above / (a.len() as f64 * b.len() as f64).max(1.0);
    area.max(1.0 - area)
}
