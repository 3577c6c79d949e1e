//! Attack 2: the likelihood-ratio test that knows frequencies, and the rules.
//!
//! Raisaro et al., J. Am. Med. Inform. Assoc. 24 (2017) 799: with D_M = (1 − f)^2M for an allele that the target
//! carries,
//!
//! ```text
//! Λ = Σ x ln((1 − D_N) / (1 − δ D_{N−1})) + (1 − x) ln(D_N / (δ D_{N−1}))
//! ```
//!
//! Each term is the logarithm of P(answer | not a member) / P(answer | member). Under a floor the answers are other
//! events, and the attacker, who knows the rules, takes their probabilities: with X ~ Bin(N, q) carriers,
//! q = 1 − (1 − f)², a *yes* is X ≥ k; of a member, 1 + Bin(N − 1, q) ≥ k, or Bin(N − 1, q) ≥ k with probability δ. For
//! k = 1 these are the terms above. Where the floor counts alleles, X ~ Bin(2N, f). Rules that show zero give a third
//! answer, *few*: 1 ≤ X < k.
//!
//! Questions are asked in the order of information, P(member) ln P(member) / P(not) summed over the answers: that of the
//! rarest first where there is no floor, and of those about the floor where there is one.

use crate::respondent::Answer;
use crate::rules::Floor;

/// ln P(answer | not a member) / P(answer | member), for each answer, and what it is worth to ask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Of a *yes*.
    pub yes: f64,
    /// Of *few*.
    pub few: f64,
    /// Of a *no*.
    pub no: f64,
    /// Expected evidence of a member, in nats.
    pub information: f64,
}

/// What the attacker knows of the dataset and its rules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// People in the dataset.
    pub people: u32,
    /// What is hidden.
    pub floor: Floor,
    /// Whether zero is shown as such.
    pub zero_shown: bool,
    /// Probability that a member's allele is not in the dataset.
    pub mismatch: f64,
}

/// P(X < 1), P(X < k) and P(X ≥ k) of X ~ Bin(n, q), k being the floor.
#[derive(Clone, Copy)]
struct Below {
    one: f64,
    least: f64,
    not_least: f64,
}

/// The first terms of a binomial distribution, P(X = 0), P(X = 1), …
pub fn binomial_terms(n: f64, q: f64, terms: usize) -> Vec<f64> {
    let q = q.clamp(0.0, 1.0 - 1e-12);
    let odds = q / (1.0 - q);
    let mut term = libm::exp(n * libm::log1p(-q));
    let mut all = Vec::with_capacity(terms);
    for i in 0..terms {
        all.push(term);
        term *= (n - i as f64).max(0.0) / (i as f64 + 1.0) * odds;
    }
    all
}

fn below(n: f64, q: f64, least: u32) -> Below {
    let one = libm::exp(n * libm::log1p(-q.min(1.0 - 1e-12)));
    let not_one = -libm::expm1(n * libm::log1p(-q.min(1.0 - 1e-12)));
    if least == 0 {
        return Below {
            one,
            least: 0.0,
            not_least: 1.0,
        };
    }
    let among: f64 = binomial_terms(n, q, least as usize).iter().sum();
    // One minus a sum loses what is small; an upper tail is never zero, though.
    let not_least = if least == 1 {
        not_one
    } else {
        (1.0 - among).max(1e-14)
    };
    Below {
        one,
        least: among.min(1.0),
        not_least,
    }
}

fn ratio(others: f64, member: f64) -> f64 {
    libm::log(others.max(f64::MIN_POSITIVE)) - libm::log(member.max(f64::MIN_POSITIVE))
}

/// The evidence of answers about an allele of frequency f that the target carries.
pub fn evidence(setting: Setting, f: f64) -> Evidence {
    let people = f64::from(setting.people);
    let (n, q) = match setting.floor {
        Floor::Alleles(_) => (2.0 * people, f),
        Floor::None | Floor::People(_) => {
            (people, -libm::expm1(2.0 * libm::log1p(-f.min(1.0 - 1e-12))))
        }
    };
    let (least, slip) = (setting.floor.least(), setting.mismatch);
    let all = below(n, q, least);
    let others = below(n - 1.0, q, least);
    let rest = below(n - 1.0, q, least - 1);
    let member_least = (1.0 - slip) * rest.least + slip * others.least;
    let member_not = (1.0 - slip) * rest.not_least + slip * others.not_least;
    let member_one = slip * others.one;
    let worth = |evidence: f64, member: f64| -member * evidence;
    let yes = ratio(all.not_least, member_not);
    if setting.zero_shown && least > 1 {
        let no = ratio(all.one, member_one);
        let member_few = (member_least - member_one).max(0.0);
        let few = ratio((all.least - all.one).max(0.0), member_few);
        let information = worth(yes, member_not) + worth(few, member_few) + worth(no, member_one);
        return Evidence {
            yes,
            few,
            no,
            information,
        };
    }
    let no = ratio(all.least, member_least);
    // Here *few* is no answer of theirs.
    Evidence {
        yes,
        few: 0.0,
        no,
        information: worth(yes, member_not) + worth(no, member_least),
    }
}

impl Evidence {
    /// That of an answer; a refusal has none.
    pub fn of(&self, answer: Answer) -> f64 {
        match answer {
            Answer::Yes | Answer::Count { .. } => self.yes,
            Answer::Few => self.few,
            Answer::No => self.no,
            Answer::Refused => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Setting = Setting {
        people: 2,
        floor: Floor::None,
        zero_shown: true,
        mismatch: 0.1,
    };

    #[test]
    fn by_hand_without_a_floor() {
        // f = 0.5, N = 2: D_2 = 1/16, δ D_1 = 0.025; yes ln(0.9375 / 0.975), no ln(0.0625 / 0.025)
        let evidence = evidence(OPEN, 0.5);
        assert!((evidence.yes - -0.039_221).abs() < 1e-5);
        assert!((evidence.no - 0.916_291).abs() < 1e-5);
        assert!((evidence.information - (0.975 * 0.039_221 - 0.025 * 0.916_291)).abs() < 1e-5);
    }

    #[test]
    fn by_hand_with_a_floor_of_two_people() {
        // f = 0.5: q = 0.75, N = 2. P(X < 2) = 1 − 0.5625 = 0.4375. Member: 1 + Bin(1, q) < 2 is 0.25, times 0.9; with 0.1
        // Bin(1, q) < 2 is 1: 0.325
        let hidden = Setting {
            floor: Floor::People(2),
            zero_shown: false,
            ..OPEN
        };
        let zero_hidden = evidence(hidden, 0.5);
        assert!((zero_hidden.no - libm::log(0.4375 / 0.325)).abs() < 1e-9);
        assert!((zero_hidden.yes - libm::log(0.5625 / 0.675)).abs() < 1e-9);
        // Zero shown: nobody is 0.0625, of a member 0.1 · 0.25; few is what is left
        let shown = evidence(
            Setting {
                zero_shown: true,
                ..hidden
            },
            0.5,
        );
        assert!((shown.no - libm::log(0.0625 / 0.025)).abs() < 1e-9);
        assert!((shown.few - libm::log(0.375 / 0.3)).abs() < 1e-9);
    }

    #[test]
    fn rare_first_without_a_floor_and_those_about_the_floor_with_one() {
        let open = Setting {
            people: 1000,
            mismatch: 1e-6,
            ..OPEN
        };
        let worth = |setting: Setting, f: f64| evidence(setting, f).information;
        assert!(worth(open, 1e-4) > worth(open, 1e-3) && worth(open, 1e-3) > worth(open, 1e-2));
        let floor = Setting {
            floor: Floor::People(10),
            zero_shown: false,
            ..open
        };
        assert!(worth(floor, 5e-3) > worth(floor, 1e-4) && worth(floor, 5e-3) > worth(floor, 5e-2));
    }

    #[test]
    fn terms_sum_to_one() {
        let terms = binomial_terms(12.0, 0.3, 13);
        assert!((terms.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((terms[1] - 12.0 * 0.3 * 0.7_f64.powi(11)).abs() < 1e-12);
    }
}
