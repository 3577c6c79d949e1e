//! The attacks, measured.

pub mod chosen;
pub mod run;
pub mod summaries;
pub mod tables;
pub mod updates;

use crate::attack::lrt::{self, Setting};
use crate::cohort::Cohort;
use crate::population::{Population, Shape};
use crate::power::{Share, Test, share};
use crate::random::Random;
use crate::rules::Rules;

/// How large an experiment is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Members of a cohort.
    pub members: u32,
    /// Cohorts, apart from each other.
    pub cohorts: u32,
    /// Members who are looked for in each.
    pub targets: u32,
    /// Controls from whom the thresholds are.
    pub controls: u32,
    /// Controls who are used for nothing but to see how many are mistaken for members.
    pub held_out: u32,
    /// People who join in attack 5.
    pub joining: u32,
    /// People of whom the attacker knows frequencies.
    pub panel: u32,
    /// Blocks of the genome.
    pub blocks: usize,
    /// Questions about a target.
    pub questions: usize,
}

/// Mutations per block and unit of time.
const MUTATIONS: f64 = 10.0;

/// Share of common mutations that is kept.
const COMMON: f64 = 0.3;

impl Size {
    /// The sizes of the report.
    pub const REPORT: [Self; 3] = [
        Self {
            members: 65,
            cohorts: 10,
            targets: 65,
            controls: 600,
            held_out: 200,
            questions: 200,
            ..Self::BASE
        },
        Self {
            members: 1000,
            targets: 1000,
            questions: 300,
            ..Self::BASE
        },
        Self {
            members: 20_000,
            targets: 1200,
            ..Self::BASE
        },
    ];

    /// A budget of n/16 sites is 1,250 at the largest size, and so are the questions.
    const BASE: Self = Self {
        members: 0,
        cohorts: 1,
        targets: 0,
        controls: 1200,
        held_out: 400,
        joining: 500,
        panel: 7000,
        blocks: 500,
        questions: 1250,
    };

    /// With one in so many of the targets and controls.
    pub fn fewer(self, parts: u32) -> Self {
        let part = |people: u32| people.div_ceil(parts.max(1));
        if self.cohorts > 1 {
            return Self {
                cohorts: part(self.cohorts),
                ..self
            };
        }
        Self {
            targets: part(self.targets),
            controls: part(self.controls),
            held_out: part(self.held_out),
            ..self
        }
    }

    fn people(&self) -> u32 {
        self.members * self.cohorts + self.joining + self.controls + self.held_out + self.panel
    }
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The attack.
    pub attack: &'static str,
    /// Members of a cohort.
    pub members: u32,
    /// The rules, by name.
    pub rules: &'static str,
    /// Principals that collude.
    pub askers: u32,
    /// Questions about each target.
    pub questions: usize,
    /// Share of the members found.
    pub power: Share,
    /// Share of the held-out controls, which no threshold is from, taken for members.
    pub mistaken: Share,
}

/// A simulated population and who is who in it.
pub struct Stage {
    /// How large it is.
    pub size: Size,
    /// Everybody.
    pub population: Population,
    /// Alleles of the panel, by site.
    pub panel: Vec<u32>,
    /// Frequencies of alleles that a target carries: (c + 1) / (2R + 2), for the target's own is one more.
    pub frequencies: Vec<f64>,
}

impl Stage {
    /// Simulates. None if there are more people than can be simulated.
    pub fn new(size: Size, seed: u64) -> Option<Self> {
        let shape = Shape {
            people: size.people() as usize,
            blocks: size.blocks,
            mutations: MUTATIONS,
            common: COMMON,
        };
        let population = Population::simulate(shape, seed)?;
        let panel = population.allele_counts(size.people() - size.panel..size.people());
        let all = f64::from(2 * size.panel + 2);
        let frequencies = panel
            .iter()
            .map(|&count| (f64::from(count) + 1.0) / all)
            .collect();
        Some(Self {
            size,
            population,
            panel,
            frequencies,
        })
    }

    /// The cohorts.
    pub fn cohorts(&self) -> Vec<Cohort<'_>> {
        let size = self.size.members;
        (0..self.size.cohorts)
            .map(|i| Cohort::new(&self.population, i * size..(i + 1) * size))
            .collect()
    }

    /// The members of a cohort who are looked for, then the people who join, controls for the threshold, held-out ones.
    pub fn people(&self, cohort: u32) -> People {
        let size = self.size;
        let first = cohort * size.members;
        let rest = size.cohorts * size.members;
        let controls = rest + size.joining;
        let held_out = controls + size.controls;
        People {
            members: (first..first + size.targets.min(size.members)).collect(),
            joining: (rest..controls).collect(),
            controls: (controls..held_out).collect(),
            held_out: (held_out..held_out + size.held_out).collect(),
        }
    }

    /// Sites in the order of what it is worth to ask about them, given that of each count in the panel; those that are
    /// worth nothing are left out.
    pub fn ranked(&self, worth_of: impl Fn(f64) -> f64) -> Vec<u32> {
        let all = f64::from(2 * self.size.panel + 2);
        let mut worth: Vec<f64> = Vec::with_capacity(2 * self.size.panel as usize + 1);
        for count in 0..=2 * self.size.panel {
            // From 128 on it is found for each 64th of a power of two: between these it hardly changes.
            let step = 1u32 << count.checked_ilog2().map_or(0, |log| log.saturating_sub(6));
            let alike = count % step != 0;
            let of = |count: u32| worth_of((f64::from(count) + 1.0) / all);
            worth.push(if alike {
                worth[count as usize - 1]
            } else {
                of(count)
            });
        }
        let mut counts: Vec<u32> = (0..=2 * self.size.panel)
            .filter(|&c| worth[c as usize] > 1e-9)
            .collect();
        counts.sort_by(|&a, &b| worth[b as usize].total_cmp(&worth[a as usize]));
        let mut with_count: Vec<Vec<u32>> = vec![Vec::new(); worth.len()];
        for (site, &count) in self.panel.iter().enumerate() {
            with_count[count as usize].push(site as u32);
        }
        // Sites of one count are neighbours by number, too: they are mixed, so that no block comes first.
        let mut random = Random::new(u64::from(self.size.members), u64::MAX);
        let mut ranked = Vec::with_capacity(self.panel.len());
        for count in counts {
            let mut sites = std::mem::take(&mut with_count[count as usize]);
            random.shuffle(&mut sites);
            ranked.extend(sites);
        }
        ranked
    }

    /// The order of attacks 2 and 3.
    pub fn by_information(&self, rules: &Rules) -> Vec<u32> {
        let setting = self.setting(rules);
        self.ranked(|f| lrt::evidence(setting, f).information)
    }

    /// What the attacker knows of a dataset with these rules.
    pub fn setting(&self, rules: &Rules) -> Setting {
        Setting {
            people: self.size.members,
            floor: rules.floor,
            zero_shown: rules.zero_shown,
            mismatch: crate::attack::MISMATCH,
        }
    }
}

/// Who is who, by numbers of the population.
pub struct People {
    /// Members who are looked for.
    pub members: Vec<u32>,
    /// People who join.
    pub joining: Vec<u32>,
    /// Controls for thresholds.
    pub controls: Vec<u32>,
    /// Controls that no threshold is from.
    pub held_out: Vec<u32>,
}

/// Numbers of questions at which power is measured: 1, 2, 3, 5, 10, … up to a greatest, which is the last.
pub fn checkpoints(most: usize) -> Vec<usize> {
    let steps = (0..).flat_map(|power| [1, 2, 3, 5].map(|step| step * 10_usize.pow(power)));
    let mut all: Vec<usize> = steps.take_while(|&step| step < most).collect();
    all.push(most);
    all
}

/// Statistics of people, at each of the checkpoints.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// One row for a person.
    pub rows: Vec<Vec<f64>>,
}

impl Statistics {
    fn at(&self, checkpoint: usize) -> Vec<f64> {
        self.rows.iter().map(|row| row[checkpoint]).collect()
    }
}

/// Sums over cohorts: each has a threshold of its own.
#[derive(Default)]
pub struct Found {
    members: Vec<(f64, usize)>,
    held_out: Vec<(f64, usize)>,
}

impl Found {
    /// Adds a cohort, its statistics by checkpoint.
    pub fn add(
        &mut self,
        members: &Statistics,
        controls: &Statistics,
        held_out: &Statistics,
        checkpoints: usize,
    ) {
        self.members.resize(checkpoints, (0.0, 0));
        self.held_out.resize(checkpoints, (0.0, 0));
        for checkpoint in 0..checkpoints {
            let Some(test) = Test::from_controls(&controls.at(checkpoint)) else {
                continue;
            };
            for (sums, people) in [(&mut self.members, members), (&mut self.held_out, held_out)] {
                sums[checkpoint].0 += test.taken(&people.at(checkpoint));
                sums[checkpoint].1 += people.rows.len();
            }
        }
    }

    /// The shares at a checkpoint: of members, of held-out controls.
    pub fn shares(&self, checkpoint: usize) -> (Share, Share) {
        let of = |(found, people): (f64, usize)| share(found, people);
        (of(self.members[checkpoint]), of(self.held_out[checkpoint]))
    }

    /// As rows of the report.
    pub fn measured(
        &self,
        attack: &'static str,
        members: u32,
        rules: &Rules,
        askers: u32,
        checkpoints: &[usize],
    ) -> Vec<Measured> {
        let row = |(checkpoint, &questions)| {
            let (power, mistaken) = self.shares(checkpoint);
            Measured {
                attack,
                members,
                rules: rules.name,
                askers,
                questions,
                power,
                mistaken,
            }
        };
        checkpoints.iter().enumerate().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_end_at_the_greatest() {
        assert_eq!(checkpoints(20), [1, 2, 3, 5, 10, 20]);
        assert_eq!(checkpoints(1), [1]);
    }
}
