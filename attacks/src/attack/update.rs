//! Attack 5: the difference of two snapshots.
//!
//! Ayoz, Ayday and Cicek, BMC Bioinformatics 22 (2021): a dataset answers, people join, it answers again; what is new is
//! theirs. Here the attacker has the genome of somebody who may have joined, asks about alleles of that person before
//! and after, and forms the likelihood ratio of the changes:
//!
//! * Yes or no: of a site that was hidden before, c of N people carried it, c below the floor k, with the weights of
//!   Bin(N, q). Of b who joined, Bin(b, q) carry it, or 1 + Bin(b − 1, q) if the target is among them; it is shown if
//!   that is at least k − c. A site that was shown before says nothing.
//! * Counts: their difference is Bin(2b, f), or g + Bin(2b − 2, f). Rounding to a multiple of r shows a true difference d
//!   as D with probability max(0, 1 − |D − d| / r), where the count before may be anywhere between two multiples.
//!
//! With b = 1 and exact counts the difference is the genotype itself.

use crate::attack::lrt::binomial_terms;
use crate::respondent::Answer;
use crate::rules::Floor;

/// What the attacker knows of the two snapshots.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// People before.
    pub people: u32,
    /// People who join.
    pub added: u32,
    /// What is hidden.
    pub floor: Floor,
    /// Whether the floor holds for the reference allele, too.
    pub two_tailed: bool,
    /// Whether zero is shown as such.
    pub zero_shown: bool,
    /// Counts are rounded to a multiple of this.
    pub rounding: u32,
    /// Probability that a member's allele is not in the dataset.
    pub mismatch: f64,
}

/// Evidence, ln P(not joined) / P(joined), of a site that was hidden before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// If it is shown after.
    pub shown: f64,
    /// If it is hidden still.
    pub hidden: f64,
    /// Probability that it was hidden before.
    pub before: f64,
    /// Expected evidence of one who joined, in nats.
    pub information: f64,
}

/// Alleles of those who join: P(d) of all, and of all but the target.
struct Joining {
    all: Vec<f64>,
    others: Vec<f64>,
}

/// P(Bin(n, q) ≥ least).
fn at_least(n: f64, q: f64, least: u32) -> f64 {
    let below: f64 = binomial_terms(n, q, least as usize).iter().sum();
    (1.0 - below).clamp(0.0, 1.0)
}

fn ratio(others: f64, member: f64) -> f64 {
    libm::log(others.max(1e-300) / member.max(1e-300))
}

impl Change {
    /// Trials of a person's alleles: of people, or of both alleles where the floor counts these.
    fn trials(&self, f: f64) -> (f64, f64) {
        match self.floor {
            Floor::Alleles(_) => (2.0, f),
            Floor::None | Floor::People(_) => {
                (1.0, -libm::expm1(2.0 * libm::log1p(-f.min(1.0 - 1e-12))))
            }
        }
    }

    /// Of a site of frequency f about which the first answer was `first`; none where that showed it.
    pub fn of_answers(&self, first: Answer, f: f64) -> Option<Evidence> {
        let least = self.floor.least();
        let (from, reach) = match first {
            Answer::No if self.zero_shown => (0, 1),
            Answer::No => (0, least),
            Answer::Few => (1, least),
            Answer::Refused | Answer::Yes | Answer::Count { .. } => return None,
        };
        let (each, q) = self.trials(f);
        let weights = binomial_terms(each * f64::from(self.people), q, reach as usize);
        let before: f64 = weights.iter().skip(from).sum();
        let (mut not, mut joined) = (0.0, 0.0);
        for (count, weight) in weights.iter().enumerate().skip(from) {
            let need = reach - count as u32;
            let all = each * f64::from(self.added);
            let by_others = at_least(all - 1.0, q, need);
            not += weight * at_least(all, q, need);
            joined += weight
                * ((1.0 - self.mismatch) * at_least(all - 1.0, q, need - 1)
                    + self.mismatch * by_others);
        }
        if before < 1e-200 {
            return None;
        }
        let (not, joined) = (not / before, joined / before);
        let (shown, hidden) = (ratio(not, joined), ratio(1.0 - not, 1.0 - joined));
        Some(Evidence {
            shown,
            hidden,
            before,
            information: -(joined * shown + (1.0 - joined) * hidden),
        })
    }

    /// P(shown difference), if not joined and if joined with so many copies.
    fn of_difference(&self, difference: i64, joining: &Joining, copies: u32) -> (f64, f64) {
        let step = i64::from(self.rounding.max(1));
        let seen = |terms: &[f64], difference: i64| -> f64 {
            let first = (difference - step + 1).max(0);
            let terms = terms
                .iter()
                .enumerate()
                .skip(first as usize)
                .take((difference + step - first).max(0) as usize);
            terms
                .map(|(d, p)| p * (1.0 - (difference - d as i64).abs() as f64 / step as f64))
                .sum()
        };
        let not = seen(&joining.all, difference);
        let joined = seen(&joining.others, difference - i64::from(copies));
        (not, (1.0 - self.mismatch) * joined + self.mismatch * not)
    }

    fn joining(&self, f: f64) -> Joining {
        let all = 2 * self.added as usize;
        Joining {
            all: binomial_terms(all as f64, f, all + 1),
            others: binomial_terms(all as f64 - 2.0, f, all - 1),
        }
    }

    /// Of two counts of a site of frequency f, of which the target has so many copies.
    pub fn of_counts(&self, first: Answer, second: Answer, f: f64, copies: u32) -> f64 {
        let (
            Answer::Count {
                alleles: before, ..
            },
            Answer::Count { alleles: after, .. },
        ) = (first, second)
        else {
            return 0.0;
        };
        let (not, joined) = self.of_difference(
            i64::from(after) - i64::from(before),
            &self.joining(f),
            copies,
        );
        ratio(not, joined)
    }

    /// Expected evidence of counts of a carrier who joined; counts that are hidden before give none.
    pub fn information_of_counts(&self, f: f64) -> f64 {
        let (all, least) = (2.0 * f64::from(self.people), self.floor.least());
        let step = i64::from(self.rounding.max(1));
        let reference_shown = if self.two_tailed {
            at_least(all, 1.0 - f, least)
        } else {
            1.0
        };
        let most = 2 * i64::from(self.added) + step;
        let joining = self.joining(f);
        let nats = |copies: u32| -> f64 {
            let each = |steps: i64| {
                let (not, joined) = self.of_difference(steps * step, &joining, copies);
                if joined > 0.0 {
                    -joined * ratio(not, joined)
                } else {
                    0.0
                }
            };
            (0..=most / step).map(each).sum()
        };
        // Of a carrier: P(two copies) = f² / (1 − (1 − f)²).
        let two = f / (2.0 - f);
        at_least(all, f, least) * reference_shown * ((1.0 - two) * nats(1) + two * nats(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Change = Change {
        people: 2,
        added: 1,
        floor: Floor::None,
        two_tailed: false,
        zero_shown: true,
        rounding: 1,
        mismatch: 0.1,
    };

    #[test]
    fn by_hand_for_one_who_joins() {
        // f = 0.5, q = 0.75: a new yes has 0.75 if another joined, 0.9 if the target did; nobody before has 0.0625
        let evidence = ONE.of_answers(Answer::No, 0.5).unwrap();
        assert!((evidence.shown - libm::log(0.75 / 0.9)).abs() < 1e-9);
        assert!((evidence.hidden - libm::log(0.25 / 0.1)).abs() < 1e-9);
        assert!((evidence.before - 0.0625).abs() < 1e-9);
        assert_eq!(ONE.of_answers(Answer::Yes, 0.5), None);
    }

    #[test]
    fn by_hand_below_a_floor_of_two() {
        // q = 0.75, N = 2: P(0) = 0.0625, P(1) = 0.375; one joins: shown only from c = 1
        let change = Change {
            floor: Floor::People(2),
            zero_shown: false,
            ..ONE
        };
        let evidence = change.of_answers(Answer::No, 0.5).unwrap();
        let one = 0.375 / 0.4375;
        assert!((evidence.shown - libm::log(one * 0.75 / (one * 0.9))).abs() < 1e-9);
        assert!((evidence.hidden - libm::log((1.0 - one * 0.75) / (1.0 - one * 0.9))).abs() < 1e-9);
        // few, where zero is shown: c = 1 is certain
        let shown = Change {
            zero_shown: true,
            ..change
        };
        let evidence = shown.of_answers(Answer::Few, 0.5).unwrap();
        assert!((evidence.hidden - libm::log(0.25 / 0.1)).abs() < 1e-9);
    }

    #[test]
    fn by_hand_from_counts() {
        let count = |alleles: u32| Answer::Count {
            alleles,
            total: 100,
        };
        // f = 0.2, g = 1, exact: a difference of 1 has 2 · 0.2 · 0.8 = 0.32, of the target 0.9 + 0.1 · 0.32
        let evidence = ONE.of_counts(count(10), count(11), 0.2, 1);
        assert!((evidence - libm::log(0.32 / 0.932)).abs() < 1e-9);
        // rounded to 10: a jump shows d = 1 with 0.1, d = 2 with 0.2: 0.032 + 0.04 · 0.2 = 0.04; of the target 0.09 + 0.004
        let rounded = Change {
            rounding: 10,
            ..ONE
        };
        let evidence = rounded.of_counts(count(10), count(20), 0.2, 1);
        assert!((evidence - libm::log(0.04 / 0.094)).abs() < 1e-9);
        assert_eq!(ONE.of_counts(Answer::No, count(11), 0.2, 1), 0.0);
    }

    #[test]
    fn counts_that_are_shown_of_rare_alleles_are_worth_most() {
        let gdi = Change {
            people: 65,
            floor: Floor::Alleles(10),
            two_tailed: true,
            mismatch: 1e-6,
            ..ONE
        };
        let worth = |f: f64| gdi.information_of_counts(f);
        assert!(worth(0.12) > worth(0.5) && worth(0.12) > worth(0.02));
        assert!(worth(0.5) > worth(0.98), "the reference allele is hidden");
    }
}
