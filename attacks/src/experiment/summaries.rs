//! Attack 7 on a whole file: common sites in random order, carried or not; first those in linkage equilibrium, then the
//! others.

use crate::attack::summary;
use crate::cohort::Cohort;
use crate::experiment::{Found, Measured, People, Stage, Statistics, checkpoints};
use crate::population::Population;
use crate::random::Random;
use crate::respondent::{Guarded, Respondent};
use crate::rules::{Granularity, Rules};

/// The least frequency of the rarer allele, in the panel, of a common site.
const COMMON: f64 = 0.05;

/// Sites in linkage disequilibrium, r² of at least this, count once.
const PRUNED: f64 = 0.2;

/// How far members are from others in a file of exact counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Separation {
    /// Members of the cohort.
    pub members: u32,
    /// Common sites.
    pub sites: usize,
    /// Those of them that are not in linkage disequilibrium with another one.
    pub independent: usize,
    /// (mean of others − mean of members) / standard deviation of others, over the independent sites.
    pub measured: f64,
    /// √(m/n) of the independent sites, which is that of an attacker who knows the frequencies of the population.
    pub expected: f64,
    /// √(m/n) / √(1 + n/R), for frequencies are known from a panel of R people only.
    pub by_panel: f64,
}

/// Common sites of the panel, mixed.
fn common(stage: &Stage) -> Vec<u32> {
    let all = f64::from(2 * stage.size.panel);
    let is_common = |count: u32| (COMMON..=1.0 - COMMON).contains(&(f64::from(count) / all));
    let mut sites: Vec<u32> = (0..stage.panel.len() as u32)
        .filter(|&site| is_common(stage.panel[site as usize]))
        .collect();
    Random::new(u64::from(stage.size.members), 1 << 41).shuffle(&mut sites);
    sites
}

/// Takes a site after the other, unless it is in linkage disequilibrium with one that was taken.
pub fn pruned(population: &Population, sites: &[u32]) -> Vec<u32> {
    let mut kept: Vec<Vec<u32>> = vec![Vec::new(); population.blocks()];
    let mut all = Vec::new();
    for &site in sites {
        let block = &mut kept[population.sites()[site as usize].block as usize];
        if block
            .iter()
            .all(|&other| population.r_squared(site, other) < PRUNED)
        {
            block.push(site);
            all.push(site);
        }
    }
    all
}

/// The evidence of each site for each of the genotypes.
type BySite = Vec<[f64; 3]>;

fn answers(stage: &Stage, cohort: &Cohort, rules: Rules, sites: &[u32]) -> BySite {
    let all = f64::from(2 * stage.size.panel + 1);
    let mut guarded = Guarded::new(cohort, rules, 1, &stage.frequencies);
    let each = |&site: &u32| {
        let answer = guarded.count(site);
        let frequency = (f64::from(stage.panel[site as usize]) + 0.5) / all;
        [0, 1, 2].map(|copies| summary::evidence(answer, frequency, copies))
    };
    sites.iter().map(each).collect()
}

/// The statistics of people under several rules. A genotype is looked up once for all of them.
fn statistics(
    stage: &Stage,
    sites: &[u32],
    by_rules: &[BySite],
    marks: &[usize],
    people: &[u32],
) -> Vec<Statistics> {
    let mut all = vec![Statistics::default(); by_rules.len()];
    for &person in people {
        let mut sums = vec![0.0; by_rules.len()];
        let mut rows = vec![Vec::with_capacity(marks.len()); by_rules.len()];
        for (index, &site) in sites.iter().enumerate() {
            let copies = stage.population.copies(person, site) as usize;
            for (sum, evidence) in sums.iter_mut().zip(by_rules) {
                *sum += evidence[index][copies];
            }
            if marks.get(rows[0].len()) == Some(&(index + 1)) {
                rows.iter_mut()
                    .zip(&sums)
                    .for_each(|(row, &sum)| row.push(sum));
            }
        }
        all.iter_mut()
            .zip(rows)
            .for_each(|(statistics, row)| statistics.rows.push(row));
    }
    all
}

/// How far the members' statistics are from the others'.
fn separation(members: &[f64], others: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (inside, outside) = (mean(members), mean(others));
    let variance = others
        .iter()
        .map(|value| (value - outside).powi(2))
        .sum::<f64>()
        / others.len() as f64;
    (outside - inside) / variance.sqrt()
}

/// Runs it for all rules that give counts; the first of them must be those that hide nothing.
pub fn whole(
    stage: &Stage,
    cohorts: &[Cohort],
    rules: &[Rules],
) -> (Vec<Measured>, Option<Separation>) {
    let rules: Vec<Rules> = rules
        .iter()
        .copied()
        .filter(|rules| rules.granularity == Granularity::Count)
        .collect();
    let mixed = common(stage);
    let mut sites = pruned(&stage.population, &mixed);
    let independent = sites.len();
    let mut taken = vec![false; stage.panel.len()];
    sites.iter().for_each(|&site| taken[site as usize] = true);
    sites.extend(mixed.into_iter().filter(|&site| !taken[site as usize]));
    if sites.is_empty() || rules.is_empty() {
        return (Vec::new(), None);
    }
    let mut marks = checkpoints(sites.len());
    marks.push(independent);
    marks.sort_unstable();
    marks.dedup();
    let at_independent = marks.partition_point(|&mark| mark < independent);
    let mut found: Vec<Found> = rules.iter().map(|_| Found::default()).collect();
    let mut distances = Vec::new();
    for (index, cohort) in cohorts.iter().enumerate() {
        let by_rules: Vec<BySite> = rules
            .iter()
            .map(|rules| answers(stage, cohort, *rules, &sites))
            .collect();
        let People {
            members,
            controls,
            held_out,
            ..
        } = stage.people(index as u32);
        let of = |people: &[u32]| statistics(stage, &sites, &by_rules, &marks, people);
        let (members, controls, held_out) = (of(&members), of(&controls), of(&held_out));
        distances.push(separation(
            &members[0].at(at_independent),
            &controls[0].at(at_independent),
        ));
        for (rule, found) in found.iter_mut().enumerate() {
            found.add(
                &members[rule],
                &controls[rule],
                &held_out[rule],
                marks.len(),
            );
        }
    }
    let expected = (independent as f64 / f64::from(stage.size.members)).sqrt();
    let separation = Separation {
        members: stage.size.members,
        sites: sites.len(),
        independent,
        measured: distances.iter().sum::<f64>() / distances.len() as f64,
        expected,
        by_panel: expected
            / (1.0 + f64::from(stage.size.members) / f64::from(stage.size.panel)).sqrt(),
    };
    let rows = rules.iter().zip(&found);
    let rows = rows.flat_map(|(rules, found)| {
        found.measured("7 whole file", stage.size.members, rules, 1, &marks)
    });
    (rows.collect(), Some(separation))
}
