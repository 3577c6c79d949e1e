//! What answers cost, and how much an asker may spend.

use crate::Asker;
use crate::error::usage;
use std::f64::consts::{LN_2, SQRT_2};

/// What budgets are counted in: 10⁻⁹ nats. Whole units, so that sums are exact in any order.
pub const UNITS_PER_NAT: f64 = 1e9;

/// People of a dataset for each site that an asker may count at: a sixteenth of them as many sites give a separation
/// of a quarter of a standard deviation, and a power of 0.082 at 5 % false positives. See [`power`].
pub const PEOPLE_PER_SITE: u64 = 16;

/// What a true "yes" gives away of each carrier, in nats: how much likelier it is with him than without.
///
/// Where one carrier makes a "yes", that is r = −ln(1 − (1−f)^(2N)): the chance that N people, none of whom is the one in
/// question, have the allele among their 2N copies is 1 − (1−f)^(2N), and with him it is 1. So e^(−Σr) is the chance
/// that all these answers are "yes" without him. Raisaro and others 2017 (JAMIA 24:799, strategy S3).
///
/// Where it takes k carriers it is ln(P(X ≥ k−1) / P(X ≥ k)), of the number X of carriers among N people: he is the k-th,
/// or one more. For k = 1 both are one formula; for greater k this is more.
///
/// ```
/// use varidex_ledger::risk;
/// // one copy is expected among 1,000 people: (1 − 1/2000)^2000 is nearly 1/e
/// assert!((risk(1.0 / 2000.0, 1000, 1) - 0.4588).abs() < 1e-3);
/// // of common alleles a "yes" says nothing, and of one that is nowhere else it says all
/// assert!(risk(0.1, 1000, 1) < 1e-90 && risk(0.0, 1000, 1).is_infinite());
/// ```
pub fn risk(frequency: f64, people: u64, at_least: u64) -> f64 {
    if at_least > 1 {
        return risk_of_floor(frequency, people, at_least);
    }
    // ln of the chance that nobody has the allele
    let nobody = if people == 0 {
        0.0
    } else if frequency >= 1.0 {
        f64::NEG_INFINITY
    } else {
        2.0 * people as f64 * (-frequency).ln_1p()
    };
    // whichever of the two keeps its digits
    let risk = if nobody > -LN_2 {
        -(-nobody.exp_m1()).ln()
    } else {
        -(-nobody.exp()).ln_1p()
    };
    risk.max(0.0)
}

/// ln(1 + P(X = k−1) / P(X ≥ k)), of binomial X. The sum of P(X = j) / P(X = k−1) over all j ≥ k has positive terms
/// alone, each from the one before, so no digits are lost.
fn risk_of_floor(frequency: f64, people: u64, at_least: u64) -> f64 {
    if frequency >= 1.0 && people >= at_least {
        return 0.0;
    }
    let nobody = 2.0 * (-frequency).ln_1p();
    // the chance to carry, by that not to
    let odds = -nobody.exp_m1() / nobody.exp();
    let (mut term, mut sum) = (1.0, 0.0);
    for carriers in at_least..=people {
        term *= people.saturating_sub(carriers).saturating_add(1) as f64 / carriers as f64 * odds;
        sum += term;
        // nothing changes any more, or the risk is far below one unit
        if term <= sum * f64::EPSILON || sum > 1e12 {
            break;
        }
    }
    (1.0 / sum).ln_1p()
}

/// [`risk`] in units, rounded up; `None` where nobody can pay it. What is less than one unit is free: 10⁹ such answers
/// together give away less than one nat.
pub fn cost(frequency: f64, people: u64, at_least: u64) -> Option<u64> {
    let units = risk(frequency, people, at_least) * UNITS_PER_NAT;
    if units < 1.0 {
        return Some(0);
    }
    // sums stay in the range of SQLite's integers
    (units < 2_f64.powi(53)).then_some(units.ceil() as u64)
}

/// What a "yes" costs each carrier where some of the people have no more than so much left of a budget; `None` where
/// nobody can pay. `unable` counts the people who have spent more than this.
///
/// Who cannot pay makes no "yes", so they are none of the N of [`risk`]. Were they counted, an asker could have
/// everybody else pay first, by alleles that the one in question lacks, and then know by a single "yes" that it is his.
/// The price rises with each who cannot pay it, until those who cannot are those whom it was reckoned without.
pub fn price<E>(
    question: &YesNoQuestion<'_>,
    mut unable: impl FnMut(u64) -> Result<u64, E>,
) -> Result<Option<u64>, E> {
    let budget = budget(question.p);
    let mut able = question.people;
    // each turn at least one more cannot pay, and in practice few turns are enough
    for _ in 0..TURNS {
        let cost = cost(question.frequency, able, question.at_least);
        let Some(cost) = cost.filter(|cost| *cost <= budget) else {
            return Ok(None);
        };
        let left = question
            .people
            .saturating_sub(unable(budget.saturating_sub(cost))?);
        if left >= able {
            return Ok(Some(cost));
        }
        able = left;
    }
    Ok(None)
}

/// After so many turns without an end nobody can pay.
const TURNS: usize = 100;

/// The budget of each person for each asker, in units: b = −ln p, rounded down.
///
/// What an asker sees of the alleles of somebody who is in the dataset is at most 1/p times as likely with him as without.
/// So no test of false-positive rate α finds more than α/p of the members (Neyman and Pearson's lemma): with p = 0.05 all
/// of them at α = 0.05, with p = 0.5 one in ten. That is as far as sites are independent; see the book.
pub fn budget(p: f64) -> u64 {
    // p is in (0, 1], and the smallest number above zero gives 745 nats
    (-p.ln() * UNITS_PER_NAT).max(0.0).floor() as u64
}

/// How far the likelihood-ratio statistics of members and others are apart, in standard deviations: √(m/n), by the
/// counts at m independent sites among n people (Sankararaman and others 2009, SecureGenome).
pub fn separation(sites: u64, people: u64) -> f64 {
    (sites as f64 / people as f64).sqrt()
}

/// The fraction of members that a likelihood-ratio test recognises by counts at so many independent sites, where it
/// takes this fraction of others for members: 1 − Φ(z₁₋ₐ − √(m/n)).
///
/// ```
/// use varidex_ledger::{PEOPLE_PER_SITE, power};
/// let people = 20_000;
/// assert!((power(people / PEOPLE_PER_SITE, people, 0.05) - 0.0815).abs() < 1e-4);
/// ```
pub fn power(sites: u64, people: u64, false_positives: f64) -> f64 {
    upper_tail(upper_quantile(false_positives) - separation(sites, people))
}

/// The most sites by which a test of this false-positive rate has no more than this power: the budget of a policy.
///
/// ```
/// use varidex_ledger::{power, site_budget};
/// let sites = site_budget(20_000, 0.07, 0.05);
/// assert!(power(sites, 20_000, 0.05) <= 0.07 && power(sites + 1, 20_000, 0.05) > 0.07);
/// ```
pub fn site_budget(people: u64, most_power: f64, false_positives: f64) -> u64 {
    let separation = upper_quantile(false_positives) - upper_quantile(most_power);
    if separation.is_nan() || separation <= 0.0 {
        return 0;
    }
    let mut sites = (separation * separation * people as f64).round() as u64;
    // what rounding did by one
    while sites > 0 && power(sites, people, false_positives) > most_power {
        sites -= 1;
    }
    sites
}

/// The chance that a standard normal number is above this one.
fn upper_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

/// The number above which a standard normal one is with this chance.
fn upper_quantile(chance: f64) -> f64 {
    if chance <= 0.0 || chance >= 1.0 {
        return if chance <= 0.0 {
            f64::INFINITY
        } else {
            f64::NEG_INFINITY
        };
    }
    // beyond 40 the tail is less than the smallest number; each step halves the interval, down to neighbours
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if upper_tail(middle) > chance {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Whether anybody has a rare allele: a question that is answered with yes or no, and paid by its carriers.
#[derive(Debug, Clone, Copy)]
pub struct YesNoQuestion<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// Of which people.
    pub population: &'a str,
    /// All that the answer depends on, in bytes that are the same whenever it is asked again: epoch, allele, filters.
    /// Only a digest by the secret is stored.
    pub question: &'a [u8],
    /// The frequency of the allele, of a reference that the dataset is no part of where there is one. An allele that the
    /// reference does not have has 0, and nobody can pay for it.
    pub frequency: f64,
    /// How many people could have carried it: those whom the question is about.
    pub people: u64,
    /// The carriers among them, by ids of persons; an id that is there twice is one person.
    pub carriers: &'a [&'a str],
    /// How many carriers make a "yes": 1, or the floor of the policy.
    pub at_least: u64,
    /// The p of [`budget`]: above 0, at most 1.
    pub p: f64,
}

impl YesNoQuestion<'_> {
    pub(crate) fn check(&self) -> crate::Result<()> {
        if !(0.0..=1.0).contains(&self.frequency) {
            return Err(usage("frequency", "0 to 1", self.frequency));
        }
        if !(self.p > 0.0 && self.p <= 1.0) {
            return Err(usage("p", "above 0, at most 1", self.p));
        }
        if self.at_least == 0 {
            return Err(usage("at_least", "1 or more carriers", 0));
        }
        if self.people == 0 {
            return Err(usage("people", "1 or more", 0));
        }
        Ok(())
    }
}

/// The answer to a question of yes or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YesNo {
    /// The answer that may leave.
    pub yes: bool,
    /// Which of the carriers were counted for a "yes", as places in [`YesNoQuestion::carriers`], ascending. Nobody where
    /// the answer is "no". It is of the host, not of the asker.
    pub counted: Vec<usize>,
}

/// At which sites an asker may see counts.
#[derive(Debug, Clone, Copy)]
pub struct SitesQuestion<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// Of which people.
    pub population: &'a str,
    /// How many sites the asker may see in all, from [`site_budget`] or [`PEOPLE_PER_SITE`].
    pub most: u64,
    /// The sites, in the order in which they are to be granted: for each the bytes that name its block of linkage
    /// disequilibrium. Only digests by the secret are stored.
    pub sites: &'a [&'a [u8]],
}

/// Which sites may be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sites {
    /// For each site of the question whether its counts may leave.
    pub granted: Vec<bool>,
    /// How many sites the asker has seen by now.
    pub spent: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_risk_is_the_closed_form() {
        for people in [1, 65, 1_000, 20_000, 1_000_000] {
            for frequency in [1e-7, 1e-5, 0.000_25, 0.001, 0.01, 0.3, 0.99] {
                // as it is written in the paper, where that has digits enough
                let alone = (1.0_f64 - frequency).powf(2.0 * people as f64);
                if (1e-6..1.0 - 1e-6).contains(&alone) {
                    let written = -(1.0 - alone).ln();
                    let found = risk(frequency, people, 1);
                    assert!(
                        (found - written).abs() <= 1e-8 * written.max(1e-6),
                        "{frequency} {people}"
                    );
                }
            }
        }
        // (1 − 1/2N)^(2N) → 1/e, thus r → −ln(1 − 1/e)
        assert!((risk(0.5e-9, 1_000_000_000, 1) - 0.458_675_145).abs() < 1e-8);
        // few copies expected: r → −ln(2Nf)
        assert!((risk(1e-12, 1_000, 1) + (2e-9_f64).ln()).abs() < 1e-8);
        // many: r → (1−f)^(2N)
        assert!((risk(0.01, 1_000, 1) / 0.99_f64.powi(2_000) - 1.0).abs() < 1e-6);
        assert_eq!(risk(1.0, 5, 1), 0.0);
        assert_eq!(risk(0.0, 5, 1), f64::INFINITY);
    }

    #[test]
    fn the_risk_of_a_floor_is_that_of_binomial_tails() {
        for (frequency, people) in [(0.001, 50), (0.02, 50), (0.2, 50), (0.9, 7), (0.01, 300)] {
            let carries: f64 = 1.0 - (1.0_f64 - frequency).powi(2);
            // by the recursion of Pascal, from nobody to all
            let mut chances = vec![1.0];
            for _ in 0..people {
                let mut next = vec![0.0; chances.len() + 1];
                for (carriers, chance) in chances.iter().enumerate() {
                    next[carriers] += chance * (1.0 - carries);
                    next[carriers + 1] += chance * carries;
                }
                chances = next;
            }
            let tail = |from: usize| chances.iter().skip(from).rev().sum::<f64>();
            for k in 1..=7 {
                let written = (tail(k - 1) / tail(k)).ln();
                for found in [
                    risk(frequency, people, k as u64),
                    risk_of_floor(frequency, people, k as u64),
                ] {
                    assert!(
                        (found - written).abs() < 1e-9 * written.max(1.0),
                        "{frequency} {people} {k}: {found} {written}"
                    );
                }
            }
        }
        // who is needed gives himself away, and who is one of many does not
        assert_eq!(risk(0.3, 4, 5), f64::INFINITY);
        assert_eq!(risk(1.0, 4, 4), 0.0);
        assert_eq!(risk(1.0, 3, 4), f64::INFINITY);
        assert_eq!(risk(0.0, 9, 2), f64::INFINITY);
        assert!(risk(0.1, 1_000_000, 10) < 1e-12);
    }

    #[test]
    fn the_price_is_that_among_those_who_can_pay_it() {
        let question = YesNoQuestion {
            asker: Asker::Anonymous,
            population: "P",
            question: b"",
            frequency: 0.000_5,
            people: 1_000,
            carriers: &[],
            at_least: 1,
            p: 0.05,
        };
        let price = |spent: &[u64]| {
            let unable =
                |most: u64| Ok::<_, ()>(spent.iter().filter(|of| **of > most).count() as u64);
            price(&question, unable).unwrap()
        };
        assert_eq!(price(&[]), cost(0.000_5, 1_000, 1));
        assert_eq!(price(&[1; 500]), cost(0.000_5, 1_000, 1));
        assert_eq!(price(&[budget(0.05); 500]), cost(0.000_5, 500, 1));
        // 900 who could pay 0.459 cannot pay what it is without the 90 who cannot, and so on: each of them is the last straw
        let mut spent = vec![budget(0.05); 90];
        spent.extend([budget(0.05) - cost(0.000_5, 1_000, 1).unwrap(); 900]);
        assert_eq!(
            price(&spent),
            cost(0.000_5, 10, 1).filter(|cost| *cost <= budget(0.05))
        );
        assert_eq!(price(&[budget(0.05); 999]), None);
        assert_eq!(price(&[budget(0.05); 2_000]), None);
    }

    #[test]
    fn the_exponent_counts_both_copies_of_everybody() {
        // with N − 1 instead of 2N a singleton among 1,000 would cost twice as much
        let singleton = 1.0 / 2_000.0;
        assert!((risk(singleton, 1_000, 1) - 0.458_9).abs() < 1e-3);
        assert!(-(1.0 - (1.0_f64 - singleton).powi(999)).ln() > 0.93);
    }

    #[test]
    fn units_are_rounded_against_the_asker() {
        assert_eq!(budget(0.05), 2_995_732_273);
        assert_eq!(budget(1.0), 0);
        assert!(budget(f64::MIN_POSITIVE) < 800_000_000_000);
        assert_eq!(cost(0.0, 1_000, 1), None);
        assert_eq!(cost(0.5, 1_000, 1), Some(0));
        for exponent in 1..300 {
            let frequency = 10_f64.powf(-f64::from(exponent) / 10.0);
            let (Some(units), risk) = (cost(frequency, 1_000, 1), risk(frequency, 1_000, 1)) else {
                continue;
            };
            assert!(units == 0 && risk < 1e-9 || units as f64 >= risk * UNITS_PER_NAT);
            assert!(units as f64 <= risk * UNITS_PER_NAT + 1.0);
        }
    }

    #[test]
    fn quantiles_are_those_of_the_normal_distribution() {
        for (chance, z) in [
            (0.5, 0.0),
            (0.05, 1.644_853_627),
            (0.025, 1.959_963_985),
            (0.95, -1.644_853_627),
        ] {
            assert!((upper_quantile(chance) - z).abs() < 1e-8, "{chance}");
        }
        assert_eq!(power(0, 100, 0.05), power(0, 1, 0.05));
        assert!((power(0, 100, 0.05) - 0.05).abs() < 1e-12);
        // the demonstration on 35 people and 3,970 sites: 10.6 standard deviations
        assert!((separation(3_970, 35) - 10.65).abs() < 0.01);
        assert!(power(3_970, 35, 0.05) > 0.999_999);
    }

    #[test]
    fn a_budget_of_sites_holds_its_power() {
        for people in [65, 1_000, 20_000, 1_000_000] {
            for most in [0.051, 0.07, 0.0815, 0.1, 0.5, 0.99] {
                let sites = site_budget(people, most, 0.05);
                assert!(power(sites, people, 0.05) <= most);
                assert!(power(sites + 1, people, 0.05) > most, "{people} {most}");
            }
            assert_eq!(site_budget(people, 0.05, 0.05), 0);
            assert_eq!(site_budget(people, 0.04, 0.05), 0);
        }
    }
}
