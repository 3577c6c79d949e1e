//! Attack 3: inference by linkage disequilibrium (QI).
//!
//! von Thenen, Ayday and Cicek, Bioinformatics 35 (2019) 365: a question is skipped if its answer follows from that
//! about a neighbour in linkage disequilibrium which was already asked, and the inferred answer enters the statistic of
//! attack 2 as if it had been given. It defeats limits on the number of questions and the hiding of single sites.
//!
//! A *yes* about a neighbour j makes site i *yes* if P(i | j) ≥ [`CERTAIN`], and a *no* makes it *no* if
//! P(j | i) ≥ [`CERTAIN`], with P over the haplotypes of a panel.

use crate::population::Population;
use crate::respondent::Answer;

/// An inference from a neighbour is taken for an answer from this probability on.
pub const CERTAIN: f64 = 0.95;

/// Haplotypes of the panel that must carry an allele for anything to be inferred from it.
const SUPPORT: u32 = 2;

/// Haplotypes of the panel that carry two sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joint {
    /// The site in question.
    pub site: u32,
    /// The neighbour that was asked.
    pub neighbour: u32,
    /// Both.
    pub both: u32,
}

/// What follows for a site from the answer about its neighbour.
pub fn inferred(joint: Joint, answer: Answer) -> Option<Answer> {
    let follows =
        |given: u32| given >= SUPPORT && f64::from(joint.both) >= CERTAIN * f64::from(given);
    match answer {
        Answer::Yes | Answer::Count { .. } if follows(joint.neighbour) => Some(Answer::Yes),
        Answer::No if follows(joint.site) => Some(Answer::No),
        _ => None,
    }
}

/// The panel's haplotypes with a site, its neighbour, both. Sites of a tree are nested or apart.
pub fn joint(population: &Population, panel: &[u32], site: u32, neighbour: u32) -> Joint {
    let (own, others) = (panel[site as usize], panel[neighbour as usize]);
    let both = if population.within(site, neighbour) {
        own
    } else if population.within(neighbour, site) {
        others
    } else {
        0
    };
    Joint {
        site: own,
        neighbour: others,
        both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Shape;

    #[test]
    fn by_hand() {
        // 20 haplotypes have i, 10 have j, 10 have both: j → i is sure, i → j is not
        let joint = Joint {
            site: 20,
            neighbour: 10,
            both: 10,
        };
        assert_eq!(inferred(joint, Answer::Yes), Some(Answer::Yes));
        assert_eq!(inferred(joint, Answer::No), None);
        let other = Joint {
            site: 10,
            neighbour: 20,
            both: 10,
        };
        assert_eq!(inferred(other, Answer::Yes), None);
        assert_eq!(inferred(other, Answer::No), Some(Answer::No));
        assert_eq!(
            inferred(
                Joint {
                    site: 20,
                    neighbour: 1,
                    both: 1
                },
                Answer::Yes
            ),
            None,
            "too few to know"
        );
        assert_eq!(
            inferred(Joint { both: 9, ..joint }, Answer::Yes),
            None,
            "0.9 is below 0.95"
        );
        assert_eq!(inferred(joint, Answer::Refused), None);
    }

    #[test]
    fn joint_counts_are_those_of_the_haplotypes() {
        let shape = Shape {
            people: 120,
            blocks: 3,
            mutations: 6.0,
            common: 1.0,
        };
        let population = Population::simulate(shape, 2).unwrap();
        let panel = population.allele_counts(40..120);
        for one in 0..40 {
            for other in 0..40 {
                let with = |site: u32| population.holders(site).filter(|person| *person >= 40);
                let joint = joint(&population, &panel, one, other);
                assert_eq!(
                    (joint.site, joint.neighbour),
                    (with(one).count() as u32, with(other).count() as u32)
                );
                // Of haplotypes: nested sites have the smaller one's in common
                assert!(joint.both <= joint.site.min(joint.neighbour));
                let both: u32 = (40..120)
                    .map(|p| population.copies(p, one).min(population.copies(p, other)))
                    .sum();
                assert!(joint.both <= both);
            }
        }
    }
}
