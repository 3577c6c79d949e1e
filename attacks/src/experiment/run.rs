//! All attacks at all sizes.

use varidex::Policy;

use crate::experiment::summaries::{Separation, whole};
use crate::experiment::tables::{Solved, tables};
use crate::experiment::updates::update;
use crate::experiment::{Measured, Size, Stage, chosen};
use crate::rules::{NAMED, Rules, VARIANTS};

/// Principals that collude, where there are budgets.
pub const ASKERS: [u32; 5] = [1, 2, 4, 8, 16];

/// All that was measured.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// Power of the attacks on membership.
    pub measured: Vec<Measured>,
    /// Separation of members in whole files.
    pub separations: Vec<Separation>,
    /// Attack 9.
    pub solved: Vec<Solved>,
}

/// Why a run ended without results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// More people than can be simulated.
    TooManyPeople,
    /// A linear program of attack 9 was not solved.
    NotSolved,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooManyPeople => "more people than the 32,768 that can be simulated",
            Self::NotSolved => "a linear program of attack 9 was not solved",
        })
    }
}

impl std::error::Error for Failed {}

/// Runs everything, each size in a thread of its own; `progress` is given a line now and then.
pub fn all(
    sizes: &[Size],
    seed: u64,
    number_of_tables: u64,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Results, Failed> {
    let each: Vec<Result<Results, Failed>> = std::thread::scope(|scope| {
        let start = |size: &Size| {
            let size = *size;
            scope.spawn(move || one_size(size, seed, number_of_tables, progress))
        };
        let running: Vec<_> = sizes.iter().map(start).collect();
        let ended = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().map(ended).collect()
    });
    let mut results = Results::default();
    for of_size in each {
        let of_size = of_size?;
        results.measured.extend(of_size.measured);
        results.separations.extend(of_size.separations);
        results.solved.extend(of_size.solved);
    }
    Ok(results)
}

fn one_size(
    size: Size,
    seed: u64,
    number_of_tables: u64,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Results, Failed> {
    let rules: Vec<Rules> = NAMED.iter().chain(VARIANTS.iter()).copied().collect();
    let mut results = Results::default();
    progress(&format!("{} people: simulating", size.members));
    let stage = Stage::new(size, seed).ok_or(Failed::TooManyPeople)?;
    membership(&stage, &rules, &mut results, progress);
    progress(&format!("{} people: attack 9", size.members));
    for rules in rules.iter().filter(|rules| has_tables(rules)) {
        for policy in [None, Policy::named(rules.name).ok().as_ref()] {
            let solved = tables(size.members, rules, policy, number_of_tables, seed);
            results.solved.push(solved.ok_or(Failed::NotSolved)?);
        }
    }
    progress(&format!("{} people: done", size.members));
    Ok(results)
}

/// Rules that give counts and hide some, each rule of numbers once.
fn has_tables(rules: &Rules) -> bool {
    rules.granularity == crate::rules::Granularity::Count
        && rules.floor != crate::rules::Floor::None
        && NAMED.contains(rules)
}

fn membership(stage: &Stage, rules: &[Rules], results: &mut Results, progress: &dyn Fn(&str)) {
    let size = stage.size.members;
    let cohorts = stage.cohorts();
    progress(&format!(
        "{size} people, {} sites: attack 1",
        stage.population.sites().len()
    ));
    // Its questions are about common alleles, too, for which a budget for influence has thousands of people to charge;
    // attack 2 is stronger, and is run under these rules.
    let without: Vec<Rules> = rules
        .iter()
        .copied()
        .filter(|rules| rules.influence.is_none())
        .collect();
    results
        .measured
        .extend(chosen::sb2015(stage, &cohorts, &without));
    for rules in rules {
        progress(&format!(
            "{size} people: attacks 2, 3, 5, 7 under {}",
            rules.name
        ));
        let has_budget = rules.sites.is_some() || rules.rare.is_some() || rules.influence.is_some();
        let askers = if has_budget {
            ASKERS.as_slice()
        } else {
            &ASKERS[..1]
        };
        results
            .measured
            .extend(chosen::lrt_and_qi(stage, &cohorts, rules, askers));
        results
            .measured
            .extend(chosen::summary_chosen(stage, &cohorts, rules, askers));
        results.measured.extend(update(stage, &cohorts[0], rules));
    }
    progress(&format!("{size} people: attack 7 on whole files"));
    let (measured, separation) = whole(stage, &cohorts, rules);
    results.measured.extend(measured);
    results.separations.extend(separation);
}
