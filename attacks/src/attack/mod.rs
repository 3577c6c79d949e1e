//! The attacks, one to a module.
//!
//! A statistic that is lower for members than for others is the output of each.

pub mod lrt;
pub mod qi;
pub mod sb2015;
pub mod summary;
pub mod tables;
pub mod update;

use crate::population::Population;

/// Probability that an allele of a member is not among the dataset's: an error of genotyping on either side. It is
/// that of Shringarpure and Bustamante.
pub const MISMATCH: f64 = 1e-6;

/// The sites that each target carries, in a given order, up to a number of them.
///
/// Sites are gone through once for all targets, which are given by [`crate::population`]'s numbers of people.
pub fn carried(
    population: &Population,
    order: &[u32],
    targets: &[u32],
    most: usize,
) -> Vec<Vec<u32>> {
    let mut target_of = vec![u32::MAX; population.people()];
    for (index, &person) in targets.iter().enumerate() {
        target_of[person as usize] = index as u32;
    }
    let mut lists: Vec<Vec<u32>> = vec![Vec::new(); targets.len()];
    let mut unfilled = if most == 0 { 0 } else { targets.len() };
    for &site in order {
        if unfilled == 0 {
            break;
        }
        for person in population.holders(site) {
            let Some(list) = lists.get_mut(target_of[person as usize] as usize) else {
                continue;
            };
            // Who has two copies comes twice within one site.
            if list.len() < most && list.last() != Some(&site) {
                list.push(site);
                unfilled -= usize::from(list.len() == most);
            }
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Shape;

    #[test]
    fn each_target_is_given_its_own_sites_in_order() {
        let shape = Shape {
            people: 200,
            blocks: 5,
            mutations: 10.0,
            common: 0.5,
        };
        let population = Population::simulate(shape, 5).unwrap();
        let order: Vec<u32> = (0..population.sites().len() as u32).rev().collect();
        let targets = [4, 77, 150];
        for (list, &person) in carried(&population, &order, &targets, 25)
            .iter()
            .zip(&targets)
        {
            let own = order
                .iter()
                .copied()
                .filter(|&site| population.copies(person, site) > 0);
            assert_eq!(list, &own.take(25).collect::<Vec<u32>>());
        }
    }
}
