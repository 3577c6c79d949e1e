//! Children with parents in the cohort.

use std::fmt::Write as _;

use super::Sex;
use super::people::{People, name};
use super::random::{Purpose, Random};
use super::sites::genetic_distance;

/// A child and its parents, by their columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trio {
    pub(super) child: u32,
    pub(super) mother: u32,
    pub(super) father: u32,
}

/// All trios, at the place of the current record.
pub(super) struct Trios {
    pub(super) list: Vec<Trio>,
    /// Per trio, which of its own two copies the mother and the father pass on here.
    passed: Vec<[bool; 2]>,
    random: Random,
    seed: u64,
    /// Recombinations per base.
    rate: f64,
    position: Option<u32>,
    /// Weighted bases to the next recombination in any parent.
    to_next: f64,
}

/// Records of a cohort with trios that are mutations of one of the children.
const DE_NOVO: f64 = 0.003;

impl Trios {
    /// Up to `wanted` trios, fewer where the populations have no more parents. Everybody is in one
    /// at most, and parents are of the child's population.
    pub(super) fn new(people: &People, wanted: usize, seed: u64, rate: f64) -> Self {
        let mut random = Random::new(seed, Purpose::Trios);
        let mut list = Vec::new();
        if wanted > 0 {
            let mut samples: Vec<u32> = (0..people.sex.len() as u32).collect();
            random.shuffle(&mut samples);
            let populations = people
                .population
                .iter()
                .max()
                .map_or(0, |&p| usize::from(p) + 1);
            // The last of each list is the next to be taken.
            let mut free = vec![[Vec::new(), Vec::new()]; populations];
            for &sample in &samples {
                let at = sample as usize;
                let sex = usize::from(people.sex[at] == Sex::Male);
                free[usize::from(people.population[at])][sex].push(sample);
            }
            let mut taken = vec![false; samples.len()];
            for &child in &samples {
                if list.len() == wanted {
                    break;
                }
                if taken[child as usize] {
                    continue;
                }
                let of = &mut free[usize::from(people.population[child as usize])];
                for parents in of.iter_mut() {
                    while parents
                        .last()
                        .is_some_and(|&p| taken[p as usize] || p == child)
                    {
                        parents.pop();
                    }
                }
                let (Some(&mother), Some(&father)) = (of[0].last(), of[1].last()) else {
                    continue;
                };
                for member in [child, mother, father] {
                    taken[member as usize] = true;
                }
                list.push(Trio {
                    child,
                    mother,
                    father,
                });
            }
        }
        list.sort_unstable_by_key(|trio| trio.child);
        let passed = list
            .iter()
            .map(|_| [random.chance(0.5), random.chance(0.5)])
            .collect();
        let mut trios = Self {
            list,
            passed,
            random,
            seed,
            rate,
            position: None,
            to_next: 0.0,
        };
        trios.to_next = trios.wait();
        trios
    }

    /// A PED file: child, mother and father of each family.
    pub(super) fn pedigree(&self, people: &People) -> String {
        let mut text = String::from("#family\tindividual\tfather\tmother\tsex\tphenotype\n");
        for (family, trio) in (1..).zip(&self.list) {
            let [child, mother, father] =
                [trio.child, trio.mother, trio.father].map(|at| name(at as usize));
            let sex = match people.sex[trio.child as usize] {
                Sex::Male => 1,
                Sex::Female => 2,
            };
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "F{family:06}\t{child}\t{father}\t{mother}\t{sex}\t0\n\
                 F{family:06}\t{mother}\t0\t0\t2\t0\n\
                 F{family:06}\t{father}\t0\t0\t1\t0\n"
            );
        }
        text
    }

    /// Everybody who is in one, ascending.
    pub(super) fn members(&self) -> Vec<u32> {
        let members = |trio: &Trio| [trio.child, trio.mother, trio.father];
        let mut members: Vec<u32> = self.list.iter().flat_map(members).collect();
        members.sort_unstable();
        members
    }

    /// With a rate of 0 this is infinite.
    fn wait(&mut self) -> f64 {
        let parents = self.list.len() as f64 * 2.0;
        self.random.exponential(1.0 / (self.rate * parents))
    }

    /// Goes on to the next place, with the recombinations in the parents on the way.
    pub(super) fn walk(&mut self, position: u32) {
        let from = self.position.replace(position).unwrap_or(position);
        if self.list.is_empty() || self.rate <= 0.0 {
            return;
        }
        self.to_next -= genetic_distance(self.seed, from, position);
        while self.to_next < 0.0 {
            let parent = self.random.below(self.list.len() * 2);
            let passed = &mut self.passed[parent / 2][parent % 2];
            *passed = !*passed;
            self.to_next += self.wait();
        }
    }

    /// The child of whom the next record is a mutation, if it is one.
    pub(super) fn de_novo(&mut self) -> Option<u32> {
        if self.list.is_empty() || !self.random.chance(DE_NOVO) {
            return None;
        }
        let at = self.random.below(self.list.len());
        self.list.get(at).map(|trio| trio.child)
    }

    /// Which of the child's copies has the mutation.
    pub(super) fn which_copy(&mut self) -> usize {
        self.random.below(2)
    }

    /// Every trio, and the copies that its parents pass on here.
    pub(super) fn passed(&self) -> impl Iterator<Item = (Trio, [bool; 2])> {
        self.list.iter().copied().zip(self.passed.iter().copied())
    }
}
