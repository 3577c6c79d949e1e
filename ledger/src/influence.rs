//! The budget of influence: how far all that an asker is answered may set a person apart from who is no member.

use crate::error::usage;
use crate::{Asker, MemberSet};

/// What influence is counted in: 10⁻⁹ squared standard deviations. Whole units, so that sums are exact in any order.
pub const UNITS_PER_INFLUENCE: f64 = 1e9;
/// The greatest budget: what a person has spent fits into 32 bits.
const BUDGET_MAX: f64 = 4.0;

/// Somebody who has an allele.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Number of the person in the population.
    pub person: u32,
    /// Copies of the allele.
    pub copies: u32,
    /// Copies of which it is known whether they are this allele.
    pub of: u32,
}

/// In whom an allele may be counted.
#[derive(Debug, Clone, Copy)]
pub struct InfluenceQuestion<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// Of which people.
    pub population: &'a str,
    /// What is counted, in bytes that are the same whenever it is asked again: epoch and allele. Only a digest by the secret is
    /// stored.
    pub question: &'a [u8],
    /// In whom it is counted: all groups of an answer. What was paid for in one form is not answered in another, for the difference
    /// would be of those who could pay for the one alone.
    pub form: &'a [u8],
    /// Which of the groups this is.
    pub part: &'a [u8],
    /// Copies of the allele in all who are counted: of the rarer one, the ALT or all others.
    pub copies: u64,
    /// Copies that are known in all who are counted.
    pub total: u64,
    /// Who has it, by ascending numbers, each once.
    pub shares: &'a [Share],
    /// Of each person for each asker, in squared standard deviations: above 0, at most 4.
    pub budget: f64,
}

impl InfluenceQuestion<'_> {
    pub(crate) fn check(&self) -> crate::Result<()> {
        if !(self.budget > 0.0 && self.budget <= BUDGET_MAX) {
            return Err(usage("budget", "above 0, at most 4", self.budget));
        }
        let mut before = None;
        let (mut copies, mut total) = (0_u64, 0_u64);
        for share in self.shares {
            if before >= Some(share.person) || share.person >= MemberSet::NUMBERS {
                return Err(usage(
                    "shares",
                    "people by ascending numbers below 2^27",
                    share.person,
                ));
            }
            if share.copies > share.of {
                return Err(usage("share", "up to the copies known", share.copies));
            }
            before = Some(share.person);
            copies = copies.saturating_add(share.copies.into());
            total = total.saturating_add(share.of.into());
        }
        if copies > self.copies || total > self.total || self.copies > self.total {
            return Err(usage(
                "copies",
                "those of the shares at least, and up to all",
                format!("{} of {}", self.copies, self.total),
            ));
        }
        Ok(())
    }
}

/// By how much the count of an allele sets a person apart, in squared standard deviations: (g − cf)² / (T f (1 − f)), of
/// somebody with g of c copies, where f of T copies are the allele.
///
/// The count is of T draws with a variance of T f (1 − f), and with the person it is g where it would be cf on average without
/// him. Over independent alleles these add up to the square of the distance between the likelihood-ratio statistics of the person as a
/// member and as none, so that a test of false-positive rate α has the power 1 − Φ(z₁₋ₐ − √sum); the mean over a
/// cohort of n is m/n for m alleles (Sankararaman and others 2009).
///
/// ```
/// use varidex_ledger::influence;
/// // one of 50 copies in 1,000 people, and one of two copies
/// assert!((influence(1, 2, 50, 2_000) - 0.0185).abs() < 1e-4);
/// assert!(influence(1, 2, 2, 2_000) > 0.49);
/// ```
pub fn influence(copies: u32, of: u32, allele: u64, total: u64) -> f64 {
    let (all, frequency) = (total as f64, allele as f64 / total as f64);
    let away = f64::from(copies) - f64::from(of) * frequency;
    away * away / (all * frequency * (1.0 - frequency))
}

/// What is to be paid, and by whom.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Settled {
    /// Who stays, with the units that each pays.
    pub(crate) paying: Vec<(u32, u32)>,
    /// Who cannot pay, ascending.
    pub(crate) left_out: Vec<u32>,
}

/// Leaves out who cannot pay what it costs among those who stay. Whoever is left out is counted as one who has the other allele, for how many
/// people there are is known. To leave one out raises the price of the others, so that more may have to go, until all who stay can
/// pay: what remains does not depend on those who went. Were they counted in the price, they would still be seen by it.
pub(crate) fn settle(question: &InfluenceQuestion<'_>, spent: impl Fn(u32) -> u32) -> Settled {
    let budget = (question.budget * UNITS_PER_INFLUENCE).floor() as u64;
    let mut settled = Settled::default();
    let mut staying: Vec<Share> = question.shares.to_vec();
    let (mut copies, total) = (question.copies, question.total);
    // nobody pays for an allele that nobody has, or all
    while copies > 0 && copies < total {
        let price = |share: &Share| {
            let units = influence(share.copies, share.of, copies, total) * UNITS_PER_INFLUENCE;
            units.ceil() as u64
        };
        let pays = |share: &Share| u64::from(spent(share.person)) + price(share) <= budget;
        let (stay, gone): (Vec<Share>, Vec<Share>) = staying.iter().partition(|share| pays(share));
        if gone.is_empty() {
            settled.paying = stay
                .iter()
                .map(|share| (share.person, price(share)))
                .filter(|(_, units)| *units > 0)
                // within the budget, and so within 32 bits
                .map(|(person, units)| (person, u32::try_from(units).unwrap_or(u32::MAX)))
                .collect();
            break;
        }
        for share in &gone {
            copies = copies.saturating_sub(share.copies.into());
            settled.left_out.push(share.person);
        }
        staying = stay;
    }
    settled.left_out.sort_unstable();
    settled
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn question(shares: &[Share], copies: u64, total: u64, budget: f64) -> InfluenceQuestion<'_> {
        InfluenceQuestion {
            asker: Asker::Anonymous,
            population: "P",
            question: b"",
            form: b"",
            part: b"",
            copies,
            total,
            shares,
            budget,
        }
    }

    fn het(people: std::ops::Range<u32>) -> Vec<Share> {
        let share = |person| Share {
            person,
            copies: 1,
            of: 2,
        };
        people.map(share).collect()
    }

    #[test]
    fn the_mean_over_a_cohort_is_one_over_its_size() {
        // 100 people, of whom 10 are heterozygous and one has two copies
        let (copies, total) = (12, 200);
        let sum = 89.0 * influence(0, 2, copies, total)
            + 10.0 * influence(1, 2, copies, total)
            + influence(2, 2, copies, total);
        // the variance of the genotypes over that of Hardy and Weinberg's, which is 2f(1 − f)
        let f: f64 = 12.0 / 200.0;
        let variance = (10.0 + 4.0) / 100.0 - 4.0 * f * f;
        assert!((sum - variance / (2.0 * f * (1.0 - f))).abs() < 1e-12);
    }

    #[test]
    fn rare_alleles_cost_more_than_there_is_and_common_ones_little() {
        let rare = het(0..20);
        let settled = settle(&question(&rare, 20, 2_000, 0.04), |_| 0);
        assert_eq!(settled.left_out.len(), 20);
        assert!(settled.paying.is_empty());
        let common = het(0..100);
        let settled = settle(&question(&common, 100, 2_000, 0.04), |_| 0);
        assert!(settled.left_out.is_empty());
        assert!(settled.paying.iter().all(|(_, units)| *units == 8_526_316));
    }

    #[test]
    fn who_has_spent_all_raises_the_price_of_the_others() {
        let shares = het(0..30);
        // 30 copies cost 0.0324 each, and 20 more than 0.04
        let of = question(&shares, 30, 2_000, 0.04);
        assert_eq!(settle(&of, |_| 0).left_out, Vec::<u32>::new());
        let some = settle(&of, |person| if person < 3 { 40_000_000 } else { 0 });
        assert_eq!(some.left_out, vec![0, 1, 2]);
        let all = settle(&of, |person| if person < 10 { 40_000_000 } else { 0 });
        assert_eq!(all.left_out.len(), 30);
    }

    #[test]
    fn questions_that_do_not_add_up_are_refused() {
        let shares = het(0..3);
        assert!(question(&shares, 3, 6, 0.04).check().is_ok());
        for wrong in [
            question(&shares, 2, 6, 0.04),
            question(&shares, 3, 5, 0.04),
            question(&shares, 7, 6, 0.04),
            question(&shares, 3, 6, 0.0),
            question(&shares, 3, 6, f64::NAN),
            question(&shares, 3, 6, 4.1),
        ] {
            assert!(wrong.check().is_err());
        }
        let twice = [shares[0], shares[0]];
        assert!(question(&twice, 3, 6, 0.04).check().is_err());
    }

    proptest! {
        /// Whoever stays can pay, and the least set of those who go is the one that is left out: each of them could not pay even
        /// where all who stay are with him.
        #[test]
        fn who_stays_can_pay_and_who_goes_could_not(
            copies in proptest::collection::vec(1_u32..3, 1..60),
            spent in proptest::collection::vec(0_u32..60_000_000, 60),
            others in 0_u64..500,
        ) {
            let shares: Vec<Share> = copies
                .iter()
                .enumerate()
                .map(|(person, &copies)| Share { person: person as u32, copies, of: 2 })
                .collect();
            let alleles: u64 = copies.iter().map(|of| u64::from(*of)).sum();
            let total = 2 * (shares.len() as u64 + others);
            let of = question(&shares, alleles, total, 0.05);
            let spent = |person: u32| spent[person as usize];
            let settled = settle(&of, spent);
            let stay: Vec<&Share> = shares
                .iter()
                .filter(|share| !settled.left_out.contains(&share.person))
                .collect();
            let left: u64 = stay.iter().map(|share| u64::from(share.copies)).sum();
            if left > 0 && left < total {
                for share in &stay {
                    let units = influence(share.copies, 2, left, total) * 1e9;
                    prop_assert!(f64::from(spent(share.person)) + units <= 50_000_000.0);
                    let paid = settled.paying.iter().find(|(person, _)| *person == share.person);
                    prop_assert_eq!(paid.map_or(0, |(_, units)| *units), units.ceil() as u32);
                }
            }
            // with more of them staying nobody new could not pay: going on from where it stopped changes nothing
            let again = settle(&question(
                &stay.iter().map(|share| **share).collect::<Vec<_>>(), left, total, 0.05), spent);
            prop_assert_eq!(again.left_out.len(), 0);
        }
    }
}
