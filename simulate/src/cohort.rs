//! Who has which founder's haplotype where, and who carries what.

use super::Options;
use super::genealogy::{FOUNDER_AGE, Genealogy};
use super::mosaic::{LONGEST_EXCURSION, Mosaic};
use super::people::{People, founders};
use super::random::{Purpose, Random};
use super::row::Row;
use super::sites::{MOST_ALTERNATES, genetic_distance};
use super::spectrum::Spectrum;

/// The copies and their ancestors, at the place of the current record.
pub(super) struct Cohort {
    genealogy: Genealogy,
    mosaic: Mosaic,
    spectrum: Spectrum,
    genealogy_random: Random,
    copies_random: Random,
    seed: u64,
    copies: usize,
    /// Recombinations per base.
    rate: f64,
    position: Option<u32>,
    /// Weighted bases to the next recombination among the founders' ancestors, to
    /// that of a copy, and to a copy's excursion.
    to_next: [f64; 3],
    founders: Vec<u32>,
    carriers: Vec<u32>,
}

/// Short excursions per recombination: gene conversions, and what looks like them in real call
/// sets, namely recurrent mutations and errors of phasing.
const CONVERSIONS: f64 = 10.0;

/// Recombinations after which nothing is left of the founders' genealogy, and recombinations per
/// copy after which nobody follows the founder of before.
const GENEALOGY_RENEWED: f64 = 20_000.0;
const COPIES_RENEWED: f64 = 10.0;

/// Draws of a variant that nobody carries before it becomes a singleton.
const TRIES: usize = 32;

impl Cohort {
    pub(super) fn new(options: &Options, people: &People) -> Self {
        let mut genealogy_random = Random::new(options.seed, Purpose::Genealogy);
        let mut copies_random = Random::new(options.seed, Purpose::Copies);
        let (demes, weights) = founders(&options.populations, &mut genealogy_random);
        let copies = options.samples * 2;
        let mut cohort = Self {
            genealogy: Genealogy::new(&demes, &mut genealogy_random),
            mosaic: Mosaic::new(&people.population, &weights, &mut copies_random),
            spectrum: Spectrum::new(copies, demes.len()),
            genealogy_random,
            copies_random,
            seed: options.seed,
            copies,
            rate: options.recombination,
            position: None,
            to_next: [0.0; 3],
            founders: Vec::new(),
            carriers: Vec::new(),
        };
        cohort.to_next = [
            cohort.wait_genealogy(),
            cohort.wait_copies(1.0),
            cohort.wait_copies(CONVERSIONS),
        ];
        cohort
    }

    fn wait_genealogy(&mut self) -> f64 {
        self.genealogy_random
            .exponential(1.0 / (self.rate * self.genealogy.length()))
    }

    fn wait_copies(&mut self, factor: f64) -> f64 {
        self.copies_random
            .exponential(1.0 / (factor * self.rate * FOUNDER_AGE * self.copies as f64))
    }

    /// Goes on to the next place, with the recombinations on the way.
    pub(super) fn walk(&mut self, position: u32) {
        let from = self.position.replace(position).unwrap_or(position);
        if self.copies == 0 || self.rate <= 0.0 {
            return;
        }
        let distance = genetic_distance(self.seed, from, position);
        // What a long gap would redo many times over need not be done more than a few times: the
        // waits have no memory.
        let farthest = [
            GENEALOGY_RENEWED / (self.rate * self.genealogy.length()),
            COPIES_RENEWED / (self.rate * FOUNDER_AGE),
            LONGEST_EXCURSION,
        ];
        for (left, farthest) in self.to_next.iter_mut().zip(farthest) {
            *left = (*left - distance).max(-farthest);
        }
        while self.to_next[0] < 0.0 {
            self.genealogy.recombine(&mut self.genealogy_random);
            self.to_next[0] += self.wait_genealogy();
        }
        while self.to_next[1] < 0.0 {
            self.mosaic.recombine(&mut self.copies_random);
            self.to_next[1] += self.wait_copies(1.0);
        }
        self.mosaic.come_home(position);
        while self.to_next[2] < 0.0 {
            let before = -self.to_next[2];
            self.mosaic
                .convert(position, before, &mut self.copies_random);
            self.to_next[2] += self.wait_copies(CONVERSIONS);
        }
    }

    /// Gives carriers to as many ALT alleles as are wanted and find some; says to how many.
    pub(super) fn fill(&mut self, row: &mut Row, wanted: usize) -> usize {
        let mut allele = 0;
        for _ in 0..wanted.min(MOST_ALTERNATES) {
            let next = allele + 1;
            if (0..TRIES).any(|_| self.mutate(row, next)) || self.singleton(row, next) {
                allele = next;
            }
        }
        usize::from(allele)
    }

    fn mutate(&mut self, row: &mut Row, allele: u8) -> bool {
        let random = &mut self.copies_random;
        if random.chance(self.spectrum.founder_share()) {
            self.genealogy
                .mutate(&mut self.genealogy_random, &mut self.founders);
            self.mosaic.descendants(&self.founders, &mut self.carriers);
            row.carry(allele, &self.carriers)
        } else {
            let size = self.spectrum.recent(random.unit());
            row.carry(allele, self.mosaic.clade(size, random))
        }
    }

    /// A carrier must be found even where most copies do not exist or carry another allele.
    fn singleton(&mut self, row: &mut Row, allele: u8) -> bool {
        let first = self.copies_random.below(self.copies) as u32;
        let copies = self.copies as u32;
        (first..copies)
            .chain(0..first)
            .any(|copy| row.carry(allele, &[copy]))
    }
}
