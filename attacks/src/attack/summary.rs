//! Attack 7: membership from frequencies.
//!
//! Homer et al., PLoS Genet. 4 (2008) e1000167; as a likelihood ratio: Sankararaman et al., Nat. Genet. 41 (2009) 965.
//! With p̂ the frequency that was given for the dataset, p that of a reference, g the target's number of alleles,
//!
//! ```text
//! LR = Σ g ln(p̂ / p) + (2 − g) ln((1 − p̂) / (1 − p))
//! ```
//!
//! Over m independent common sites members of a dataset of n people are about √(m/n) standard deviations from others.
//! Sites without a number are skipped. Unlike the other attacks it uses sites that the target does not carry.

use crate::respondent::Answer;

/// One site's part of −LR, which is low for members. `frequency` is that of the reference.
pub fn evidence(answer: Answer, frequency: f64, copies: u32) -> f64 {
    let Answer::Count { alleles, total } = answer else {
        return 0.0;
    };
    if total == 0 {
        return 0.0;
    }
    // A published 0 or 1 does not exclude a member: half an allele stands for none, as in other estimates.
    let half = 0.5 / f64::from(total);
    let shown = (f64::from(alleles) / f64::from(total)).clamp(half, 1.0 - half);
    let g = f64::from(copies);
    -(g * libm::log(shown / frequency) + (2.0 - g) * libm::log((1.0 - shown) / (1.0 - frequency)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // p̂ = 0.3, p = 0.2, g = 1: ln 1.5 + ln(0.7 / 0.8) = 0.405465 − 0.133531
        let answer = Answer::Count {
            alleles: 30,
            total: 100,
        };
        assert!((evidence(answer, 0.2, 1) - -0.271_934).abs() < 1e-5);
        assert!((evidence(answer, 0.2, 2) - -0.810_930).abs() < 1e-5);
        assert!((evidence(answer, 0.2, 0) - 0.267_063).abs() < 1e-5);
        assert_eq!(evidence(Answer::No, 0.2, 1), 0.0);
        // none of 100: p̂ is taken for 0.005
        let none = Answer::Count {
            alleles: 0,
            total: 100,
        };
        assert!((evidence(none, 0.2, 0) + 2.0 * libm::log(0.995 / 0.8)).abs() < 1e-9);
    }
}
