//! People with genotypes at linked sites.
//!
//! The genome is a row of blocks without recombination inside and with free recombination between them. The haplotypes
//! of a block are the leaves of a coalescent tree (Kingman 1982), and a site is a mutation on one of its branches: who
//! carries it are the leaves below. With leaves in the order of the tree these are an interval, so a site is two numbers
//! and a genotype is two comparisons; a population of 32,000 people with millions of sites takes some hundred
//! megabytes. All haplotypes are exchangeable, so that members, controls and panel are of one population exactly.
//!
//! The population was small and then grew, as those that are sequenced did: most sites are rare.

use std::ops::Range;

use crate::random::Random;

/// Haplotypes are numbered in 16 bits.
const MOST_PEOPLE: usize = 1 << 15;

/// When the population grew, in units of twice the size that it had before.
const GROWTH_TIME: f64 = 0.05;

/// How many times larger it has been since.
const GROWTH: f64 = 20.0;

/// Mutations with a greater share of the haplotypes are common ones: [`Shape::common`] of them are kept.
const COMMON: f64 = 0.01;

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// People in the population.
    pub people: usize,
    /// Blocks of the genome.
    pub blocks: usize,
    /// Mutations per block and unit of time (θ/2 of the coalescent).
    pub mutations: f64,
    /// Share of the mutations that is kept among those above 1 %: blocks are shorter than a genome, and with all of
    /// them a person would carry few rare alleles beside the common ones.
    pub common: f64,
}

/// A biallelic site. Its alternate allele is carried by the haplotypes in the places `from..to` of its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// The block it is in.
    pub block: u32,
    /// First place of a haplotype that carries it.
    pub from: u32,
    /// The place after the last one.
    pub to: u32,
}

/// The leaves of one tree.
struct Block {
    /// Haplotype by place.
    order: Vec<u16>,
    /// Place by haplotype.
    place: Vec<u16>,
}

/// A simulated population. Person i has the haplotypes 2i and 2i + 1.
pub struct Population {
    people: usize,
    blocks: Vec<Block>,
    sites: Vec<Site>,
}

impl Population {
    /// Simulates. More than 32,768 people are more than haplotypes have numbers for, and none where that is asked.
    pub fn simulate(shape: Shape, seed: u64) -> Option<Self> {
        if shape.people == 0 || shape.people > MOST_PEOPLE {
            return None;
        }
        let mut population = Self {
            people: shape.people,
            blocks: Vec::new(),
            sites: Vec::new(),
        };
        for block in 0..shape.blocks {
            let mut random = Random::new(seed, block as u64);
            let tree = Tree::grow(2 * shape.people, &mut random);
            population.blocks.push(tree.block());
            tree.mutate(shape, block as u32, &mut random, &mut population.sites);
        }
        Some(population)
    }

    /// Number of people.
    pub fn people(&self) -> usize {
        self.people
    }

    /// All sites, those of a block together.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// How many alternate alleles a person has at a site: 0, 1 or 2.
    #[inline]
    pub fn copies(&self, person: u32, site: u32) -> u32 {
        let Site { block, from, to } = self.sites[site as usize];
        let place = &self.blocks[block as usize].place;
        let carries = |haplotype: u32| {
            let at = u32::from(place[haplotype as usize]);
            u32::from(from <= at && at < to)
        };
        carries(2 * person) + carries(2 * person + 1)
    }

    /// The person of each haplotype that carries a site; who has two copies comes twice, not always in a row.
    pub fn holders(&self, site: u32) -> impl Iterator<Item = u32> {
        let Site { block, from, to } = self.sites[site as usize];
        self.places(block, from..to)
    }

    /// The person of each haplotype that carries the reference allele.
    pub fn reference_holders(&self, site: u32) -> impl Iterator<Item = u32> {
        let Site { block, from, to } = self.sites[site as usize];
        let end = self.blocks[block as usize].order.len() as u32;
        self.places(block, 0..from)
            .chain(self.places(block, to..end))
    }

    fn places(&self, block: u32, places: Range<u32>) -> impl Iterator<Item = u32> {
        let order = &self.blocks[block as usize].order;
        order[places.start as usize..places.end as usize]
            .iter()
            .map(|&haplotype| u32::from(haplotype) / 2)
    }

    /// Alternate alleles of each site among some people.
    pub fn allele_counts(&self, people: Range<u32>) -> Vec<u32> {
        let mut counts = Vec::with_capacity(self.sites.len());
        let mut before: Vec<u32> = Vec::new();
        let mut counted = usize::MAX;
        for site in &self.sites {
            if counted != site.block as usize {
                counted = site.block as usize;
                before.clear();
                let mut sum = 0;
                before.push(0);
                for person in self.places(site.block, 0..2 * self.people as u32) {
                    sum += u32::from(people.contains(&person));
                    before.push(sum);
                }
            }
            counts.push(before[site.to as usize] - before[site.from as usize]);
        }
        counts
    }

    /// The squared correlation of two sites' alleles over the population; 0 between blocks.
    pub fn r_squared(&self, one: u32, other: u32) -> f64 {
        let (a, b) = (self.sites[one as usize], self.sites[other as usize]);
        if a.block != b.block {
            return 0.0;
        }
        let all = 2.0 * self.people as f64;
        let share = |from: u32, to: u32| f64::from(to.saturating_sub(from)) / all;
        let (p, q) = (share(a.from, a.to), share(b.from, b.to));
        let both = share(a.from.max(b.from), a.to.min(b.to));
        let scale = p * (1.0 - p) * q * (1.0 - q);
        if scale <= 0.0 {
            0.0
        } else {
            (both - p * q).powi(2) / scale
        }
    }

    /// Whether who carries one site carries the other, too, all being of one tree.
    pub fn within(&self, inner: u32, outer: u32) -> bool {
        let (a, b) = (self.sites[inner as usize], self.sites[outer as usize]);
        a.block == b.block && b.from <= a.from && a.to <= b.to
    }
}

/// A coalescent tree; the leaves are the nodes before the others, the root is the last.
struct Tree {
    leaves: usize,
    children: Vec<[u32; 2]>,
    parent_time: Vec<f64>,
    time: Vec<f64>,
    size: Vec<u32>,
    start: Vec<u32>,
}

impl Tree {
    fn grow(leaves: usize, random: &mut Random) -> Self {
        let nodes = 2 * leaves - 1;
        let mut tree = Self {
            leaves,
            children: Vec::with_capacity(leaves),
            parent_time: vec![0.0; nodes],
            time: vec![0.0; nodes],
            size: vec![1; nodes],
            start: vec![0; nodes],
        };
        let mut lineages: Vec<u32> = (0..leaves as u32).collect();
        let mut now = 0.0;
        for node in leaves..nodes {
            let k = lineages.len() as f64;
            now = later(now, random.exponential() * 2.0 / (k * (k - 1.0)));
            let one = lineages.swap_remove(random.below(lineages.len()));
            let at = random.below(lineages.len());
            let other = std::mem::replace(&mut lineages[at], node as u32);
            tree.children.push([one, other]);
            tree.time[node] = now;
            tree.parent_time[one as usize] = now;
            tree.parent_time[other as usize] = now;
            tree.size[node] = tree.size[one as usize] + tree.size[other as usize];
        }
        // A parent has a greater number than its children, so its own place is known before theirs.
        for node in (leaves..nodes).rev() {
            let [one, other] = tree.children[node - leaves];
            tree.start[one as usize] = tree.start[node];
            tree.start[other as usize] = tree.start[node] + tree.size[one as usize];
        }
        tree
    }

    fn block(&self) -> Block {
        let place: Vec<u16> = self.start[..self.leaves]
            .iter()
            .map(|&at| at as u16)
            .collect();
        let mut order = vec![0; self.leaves];
        for (haplotype, &at) in place.iter().enumerate() {
            order[usize::from(at)] = haplotype as u16;
        }
        Block { order, place }
    }

    /// Mutations are a Poisson process along the branches, laid end to end; the root has none above it.
    fn mutate(&self, shape: Shape, block: u32, random: &mut Random, sites: &mut Vec<Site>) {
        let common = (COMMON * self.leaves as f64) as u32;
        let mut next = random.exponential() / shape.mutations;
        let mut passed = 0.0;
        for node in 0..self.size.len() - 1 {
            let kept = if self.size[node] > common {
                shape.common
            } else {
                1.0
            };
            passed += (self.parent_time[node] - self.time[node]) * kept;
            while next < passed {
                let from = self.start[node];
                sites.push(Site {
                    block,
                    from,
                    to: from + self.size[node],
                });
                next += random.exponential() / shape.mutations;
            }
        }
    }
}

/// The time after a wait that a population of constant size 1 would have.
fn later(now: f64, wait: f64) -> f64 {
    let grown = now + wait * GROWTH;
    if grown <= GROWTH_TIME {
        grown
    } else if now >= GROWTH_TIME {
        now + wait
    } else {
        GROWTH_TIME + wait - (GROWTH_TIME - now) / GROWTH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Population {
        Population::simulate(
            Shape {
                people: 300,
                blocks: 20,
                mutations: 10.0,
                common: 0.5,
            },
            7,
        )
        .unwrap()
    }

    #[test]
    fn counts_are_those_of_the_genotypes() {
        let population = small();
        let counts = population.allele_counts(20..90);
        for site in 0..population.sites().len() as u32 {
            let copies: u32 = (20..90).map(|person| population.copies(person, site)).sum();
            assert_eq!(counts[site as usize], copies);
            let holders = population
                .holders(site)
                .filter(|person| (20..90).contains(person))
                .count();
            assert_eq!(holders as u32, copies);
            let others = population
                .reference_holders(site)
                .filter(|person| (20..90).contains(person))
                .count();
            assert_eq!(others as u32, 140 - copies);
        }
    }

    #[test]
    fn correlation_is_that_of_the_haplotypes() {
        let population = small();
        let carries = |site: u32, haplotype: u16| {
            let Site { block, from, to } = population.sites()[site as usize];
            let at = u32::from(population.blocks[block as usize].place[usize::from(haplotype)]);
            f64::from(u8::from((from..to).contains(&at)))
        };
        for (one, other) in [(0, 1), (3, 9), (12, 15), (20, 21), (0, 100)] {
            let [mut x, mut y, mut xy] = [0.0; 3];
            for haplotype in 0..600 {
                let (a, b) = (carries(one, haplotype), carries(other, haplotype));
                x += a / 600.0;
                y += b / 600.0;
                xy += a * b / 600.0;
            }
            if population.sites()[one as usize].block == population.sites()[other as usize].block {
                let expected = (xy - x * y).powi(2) / (x * (1.0 - x) * y * (1.0 - y));
                assert!((population.r_squared(one, other) - expected).abs() < 1e-9);
            } else {
                assert_eq!(population.r_squared(one, other), 0.0);
            }
        }
    }

    #[test]
    fn most_sites_are_rare_and_a_seed_gives_the_same() {
        let (one, same) = (small(), small());
        assert_eq!(one.sites(), same.sites());
        let counts = one.allele_counts(0..300);
        let rare = counts.iter().filter(|&&count| count <= 6).count();
        assert!(rare * 2 > counts.len(), "{rare} of {}", counts.len());
        assert!(counts.iter().any(|&count| count > 200));
        assert!(
            Population::simulate(
                Shape {
                    people: 40_000,
                    blocks: 1,
                    mutations: 1.0,
                    common: 1.0
                },
                1
            )
            .is_none()
        );
    }
}
