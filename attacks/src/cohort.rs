//! The people whom a dataset holds, and its true counts.

use std::ops::Range;

use crate::population::Population;

/// Numbers of people above this are not counted: no floor is higher.
pub const FEW: u16 = 128;

/// Members of a dataset, with their alleles at every site.
pub struct Cohort<'p> {
    /// Where the genotypes are.
    pub population: &'p Population,
    /// The members.
    pub people: Range<u32>,
    /// Numbers of each site.
    pub sites: Vec<Numbers>,
}

/// The true numbers of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Alternate alleles.
    pub alleles: u32,
    /// People with the alternate allele, cut at [`FEW`].
    pub carriers: u16,
    /// People with the reference allele, cut at [`FEW`].
    pub reference_carriers: u16,
}

impl<'p> Cohort<'p> {
    /// Counts the sites among some people of a population.
    pub fn new(population: &'p Population, people: Range<u32>) -> Self {
        let all = 2 * people.len() as u32;
        let counts = population.allele_counts(people.clone());
        let mut cohort = Self {
            population,
            people,
            sites: Vec::new(),
        };
        let numbers = |(site, &alleles): (usize, &u32)| {
            let place = population.sites()[site];
            let width = place.to - place.from;
            let rest = 2 * population.people() as u32 - width;
            let site = site as u32;
            Numbers {
                alleles,
                carriers: cohort.people_with(site, alleles, width, true),
                reference_carriers: cohort.people_with(site, all - alleles, rest, false),
            }
        };
        cohort.sites = counts.iter().enumerate().map(numbers).collect();
        cohort
    }

    /// Number of members.
    pub fn size(&self) -> u32 {
        self.people.len() as u32
    }

    /// People among the members who have one of so many copies; `width` haplotypes of the population have it.
    fn people_with(&self, site: u32, copies: u32, width: u32, alternate: bool) -> u16 {
        if copies >= 2 * u32::from(FEW) {
            return FEW;
        }
        if copies == 0 {
            return 0;
        }
        let wanted = |person: u32| {
            let has = self.population.copies(person, site);
            if alternate { has } else { 2 - has }
        };
        let mut people = 0;
        let mut twice = 0;
        if width < self.size() {
            let mut see = |person: u32| {
                if self.people.contains(&person) {
                    match wanted(person) {
                        2 => twice += 1,
                        _ => people += 1,
                    }
                }
            };
            if alternate {
                self.population.holders(site).for_each(&mut see);
            } else {
                self.population.reference_holders(site).for_each(&mut see);
            }
        } else {
            people = self
                .people
                .clone()
                .filter(|&person| wanted(person) > 0)
                .count() as u32;
        }
        (people + twice / 2).min(u32::from(FEW)) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Shape;

    #[test]
    fn people_are_counted_once() {
        let shape = Shape {
            people: 400,
            blocks: 30,
            mutations: 10.0,
            common: 0.5,
        };
        let population = Population::simulate(shape, 3).unwrap();
        let cohort = Cohort::new(&population, 50..250);
        for site in 0..population.sites().len() {
            let with = |least: u32, most: u32| {
                let has = |&person: &u32| {
                    (least..=most).contains(&population.copies(person, site as u32))
                };
                (50..250).filter(has).count() as u32
            };
            assert_eq!(
                u32::from(cohort.sites[site].carriers),
                with(1, 2).min(u32::from(FEW))
            );
            assert_eq!(
                u32::from(cohort.sites[site].reference_carriers),
                with(0, 1).min(u32::from(FEW))
            );
        }
    }
}
