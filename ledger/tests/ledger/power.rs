//! The attacks that budgets are against, run: no test finds more of the members than the formulas say.

use crate::Kept;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use varidex_ledger::*;

const FALSE_POSITIVES: f64 = 0.05;

/// The fraction of members above the threshold that 5 % of the controls are above, where controls at the threshold are
/// taken for members by lot (the most powerful test of a statistic with steps).
fn power_of(mut members: Vec<f64>, mut controls: Vec<f64>) -> f64 {
    let descending = |a: &f64, b: &f64| b.total_cmp(a);
    members.sort_by(descending);
    controls.sort_by(descending);
    let threshold = controls[(FALSE_POSITIVES * controls.len() as f64) as usize];
    let above =
        |of: &[f64]| of.iter().filter(|of| **of > threshold).count() as f64 / of.len() as f64;
    let at = |of: &[f64]| of.iter().filter(|of| **of == threshold).count() as f64 / of.len() as f64;
    let lot = (FALSE_POSITIVES - above(&controls)) / at(&controls);
    above(&members) + lot * at(&members)
}

fn genotype(random: &mut StdRng, frequency: f64) -> u8 {
    u8::from(random.random_bool(frequency)) + u8::from(random.random_bool(frequency))
}

/// The likelihood-ratio attack on counts (Homer and others 2008, Sankararaman and others 2009) at so many independent sites.
fn attack_on_counts(people: usize, sites: usize, seed: u64) -> f64 {
    const POOLS: usize = 40;
    const TARGETS: usize = 50;
    let random = &mut StdRng::seed_from_u64(seed);
    let (mut members, mut controls) = (Vec::new(), Vec::new());
    for _ in 0..POOLS {
        let mut scores = [[0.0; TARGETS]; 2];
        for _ in 0..sites {
            let frequency = random.random_range(0.1..0.9);
            let pool: Vec<u8> = (0..people).map(|_| genotype(random, frequency)).collect();
            let copies: f64 = pool.iter().map(|of| f64::from(*of)).sum();
            let published = copies / (2 * people) as f64;
            let (has, lacks) = (
                (published / frequency).ln(),
                ((1.0 - published) / (1.0 - frequency)).ln(),
            );
            let score = |genotype: u8| f64::from(genotype) * has + f64::from(2 - genotype) * lacks;
            for target in 0..TARGETS {
                scores[0][target] += score(pool[target]);
                scores[1][target] += score(genotype(random, frequency));
            }
        }
        members.extend(scores[0]);
        controls.extend(scores[1]);
    }
    power_of(members, controls)
}

#[test]
fn a_sixteenth_as_many_sites_as_people_give_little_away() {
    let people = 400;
    let sites = people / PEOPLE_PER_SITE;
    let claimed = power(sites, people, FALSE_POSITIVES);
    assert!(claimed < 0.082);
    // one standard error of a fraction of 2,000 is 0.006, and that of the threshold is as much
    let found = attack_on_counts(people as usize, sites as usize, 1);
    assert!(found <= claimed + 0.025, "{found} {claimed}");
    // the formula is no bound that is far away: without a budget it is reached
    let (found, claimed) = (
        attack_on_counts(60, 240, 2),
        power(240, 60, FALSE_POSITIVES),
    );
    assert!(
        claimed > 0.6 && (found - claimed).abs() < 0.06,
        "{found} {claimed}"
    );
}

/// A cohort by the persons' rare alleles, each with a frequency that the attacker knows.
struct Cohort {
    frequencies: Vec<f64>,
    carriers: Vec<Vec<usize>>,
    names: Vec<String>,
}

impl Cohort {
    /// At each site so many copies are expected among all.
    fn new(random: &mut StdRng, people: usize, copies: &[f64]) -> Self {
        let frequencies: Vec<f64> = copies.iter().map(|of| of / (2 * people) as f64).collect();
        let carriers = frequencies.iter().map(|frequency| {
            // from carrier to carrier: how many lack it between two is geometric
            let lacks = 2.0 * (1.0 - frequency).ln();
            let mut next = || (random.random_range(f64::MIN_POSITIVE..1.0).ln() / lacks) as usize;
            let mut of_site = Vec::new();
            let mut person = next();
            while person < people {
                of_site.push(person);
                person += 1 + next();
            }
            of_site
        });
        let carriers = carriers.collect();
        let names = (0..people).map(|of| format!("HG{of}")).collect();
        Self {
            frequencies,
            carriers,
            names,
        }
    }

    fn people(&self) -> u64 {
        self.names.len() as u64
    }

    /// The sites at which a member has the allele.
    fn genome(&self, member: usize) -> Vec<usize> {
        (0..self.carriers.len())
            .filter(|site| self.carriers[*site].contains(&member))
            .collect()
    }

    /// Those at which somebody else has it.
    fn other_genome(&self, random: &mut StdRng) -> Vec<usize> {
        let sites = self.frequencies.iter().enumerate();
        sites
            .filter(|(_, frequency)| genotype(random, **frequency) > 0)
            .map(|(site, _)| site)
            .collect()
    }

    fn ask(&self, kept: &Kept, asker: &str, site: usize, p: f64) -> bool {
        let carriers: Vec<&str> = self.carriers[site]
            .iter()
            .map(|of| self.names[*of].as_str())
            .collect();
        let question = YesNoQuestion {
            asker: Asker::Known(asker),
            population: "P",
            question: &(site as u64).to_le_bytes(),
            frequency: self.frequencies[site],
            people: self.people(),
            carriers: &carriers,
            at_least: 1,
            p,
        };
        kept.ledger.yes_no(&question).unwrap().yes
    }

    /// The attack on one genome, by its rare alleles from the rarest that a member could pay for. Who knows of the budget
    /// stops where a member's is spent: from there on a member's answers are those of anybody. Its statistic is the
    /// likelihood ratio of what was seen: e^(Σr) where all was "yes", and nothing where a member would have had a "yes".
    fn attack(&self, kept: &Kept, asker: &str, mut genome: Vec<usize>, p: f64) -> f64 {
        genome.sort_by(|a, b| self.frequencies[*a].total_cmp(&self.frequencies[*b]));
        let (mut evidence, mut left) = (0.0, budget(p));
        for site in genome {
            // the few who cannot pay any more make it a little dearer
            let price = cost(self.frequencies[site], self.people(), 1).unwrap() / 100 * 104;
            if price > left {
                continue;
            }
            left -= price;
            if !self.ask(kept, asker, site, p) {
                return f64::NEG_INFINITY;
            }
            evidence += risk(self.frequencies[site], self.people(), 1);
        }
        evidence
    }

    /// Another attack: first alleles that the genome lacks, so that everybody else has spent what he has; then its own.
    fn attack_by_exhaustion(
        &self,
        kept: &Kept,
        asker: &str,
        genome: &[usize],
        p: f64,
        first: usize,
    ) -> f64 {
        for site in (0..first).filter(|site| !genome.contains(site)) {
            self.ask(kept, asker, site, p);
        }
        genome
            .iter()
            .filter(|site| self.ask(kept, asker, **site, p))
            .count() as f64
    }
}

/// Neyman and Pearson: what is seen of a member is at most 1/p times as likely with him as without, so no test of 5 % false
/// positives has more power than 5 % / p. The attack that knows of the budget reaches it.
#[test]
fn the_budget_of_a_person_bounds_the_power_by_alpha_over_p() {
    for (p, seed) in [(0.5, 1), (0.2, 3)] {
        let random = &mut StdRng::seed_from_u64(seed);
        let (mut members, mut controls) = (Vec::new(), Vec::new());
        for _ in 0..20 {
            let copies: Vec<f64> = (0..600)
                .map(|_| 0.2 * 25_f64.powf(random.random_range(0.0..1.0)))
                .collect();
            let (cohort, kept) = (
                Cohort::new(random, 150, &copies),
                Kept::passing(Options::default()),
            );
            for person in 0..40 {
                members.push(cohort.attack(
                    &kept,
                    &format!("member {person}"),
                    cohort.genome(person),
                    p,
                ));
            }
            for other in 0..120 {
                let genome = cohort.other_genome(random);
                controls.push(cohort.attack(&kept, &format!("other {other}"), genome, p));
            }
        }
        // a member who pays sees "yes" to the end
        assert!(
            members
                .iter()
                .all(|of| *of <= -p.ln() + 1e-9 && of.is_finite())
        );
        let (found, bound) = (power_of(members, controls), FALSE_POSITIVES / p);
        println!("p = {p}: power {found:.3}, at most {bound:.3}");
        // 2,400 controls: the threshold is known to a tenth
        assert!(found <= bound * 1.2, "p = {p}: {found} {bound}");
        assert!(found >= bound * 0.7, "p = {p}: {found} {bound}");
    }
}

/// An asker who has everybody else pay first finds no more: a price is one among those who can still pay.
#[test]
fn to_exhaust_everybody_else_does_not_help() {
    for (p, first, seed) in [(0.5, 120, 4), (0.5, 30, 5), (0.2, 40, 6)] {
        let random = &mut StdRng::seed_from_u64(seed);
        let (mut members, mut controls) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let (cohort, kept) = (
                Cohort::new(random, 40, &[1.0; 120]),
                Kept::passing(Options::default()),
            );
            for person in 0..40 {
                let genome = cohort.genome(person);
                members.push(cohort.attack_by_exhaustion(
                    &kept,
                    &format!("member {person}"),
                    &genome,
                    p,
                    first,
                ));
                let genome = cohort.other_genome(random);
                controls.push(cohort.attack_by_exhaustion(
                    &kept,
                    &format!("other {person}"),
                    &genome,
                    p,
                    first,
                ));
            }
        }
        let (found, bound) = (power_of(members, controls), FALSE_POSITIVES / p);
        println!("p = {p}, after {first}: power {found:.3}, at most {bound:.3}");
        // 120 controls: 6 of them are above the threshold, give or take 2
        assert!(found <= bound * 1.6, "p = {p}: {found} {bound}");
    }
}
