//! Who the samples are, and which founders their populations descend from.

use std::fmt::Write as _;

use super::random::Random;
use super::{Ancestry, Population, Sex};

/// Founders of all populations together.
const FOUNDERS: usize = 500;

pub(super) struct People {
    /// Per sample, an index into the populations.
    pub(super) population: Vec<u8>,
    pub(super) sex: Vec<Sex>,
}

impl People {
    pub(super) fn new(samples: usize, populations: &[Population], random: &mut Random) -> Self {
        let total: f64 = populations.iter().map(|p| p.share).sum();
        let mut population = Vec::with_capacity(samples);
        let mut share = 0.0;
        for (index, p) in populations.iter().enumerate() {
            share += p.share;
            let end = (share / total * samples as f64).round() as usize;
            population.resize(end.clamp(population.len(), samples), index as u8);
        }
        population.resize(samples, populations.len().saturating_sub(1) as u8);
        random.shuffle(&mut population);
        let mut sex: Vec<Sex> = (0..samples)
            .map(|i| if i % 2 == 0 { Sex::Female } else { Sex::Male })
            .collect();
        random.shuffle(&mut sex);
        Self { population, sex }
    }

    /// `samples.tsv`.
    pub(super) fn table(&self, populations: &[Population]) -> String {
        let mut text = String::from("sample\tsex\tpopulation\n");
        for (i, (&p, sex)) in self.population.iter().zip(&self.sex).enumerate() {
            let code = populations
                .get(usize::from(p))
                .map_or("", |p| p.code.as_str());
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}\t{sex}\t{code}", name(i));
        }
        text
    }
}

/// The name of a sample by its column, the first being 0.
pub(super) fn name(column: usize) -> String {
    format!("SIM{:07}", column + 1)
}

/// The deme of every founder, and per population the weight of every founder.
pub(super) fn founders(
    populations: &[Population],
    random: &mut Random,
) -> (Vec<u8>, Vec<Vec<f64>>) {
    let deme = |ancestry| match ancestry {
        Ancestry::African => 0,
        Ancestry::European => 1,
        Ancestry::EastAsian => 2,
    };
    // Diversity differs: more founders where the populations are older.
    let sizes = [3, 2, 2].into_iter().enumerate();
    let present: Vec<(usize, usize)> = sizes
        .filter(|&(d, _)| populations.iter().any(|p| deme(p.ancestry) == d))
        .collect();
    let total: usize = present.iter().map(|(_, size)| size).sum();
    let mut demes = Vec::with_capacity(FOUNDERS);
    for &(d, size) in &present {
        demes.resize(demes.len() + FOUNDERS * size / total, d as u8);
    }
    let weights = populations
        .iter()
        .map(|p| {
            let own = deme(p.ancestry) as u8;
            demes
                .iter()
                .map(|&d| {
                    // A bottleneck loses founders and makes the rest unequal.
                    let lost = random.chance(p.bottleneck);
                    let weight = 0.1 + random.exponential(1.0);
                    if d != own {
                        p.admixture * weight * 0.5
                    } else if lost {
                        0.0
                    } else {
                        weight
                    }
                })
                .collect()
        })
        .collect();
    (demes, weights)
}
