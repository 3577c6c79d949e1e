//! Attack 1: membership in a beacon, without knowledge of frequencies.
//!
//! Shringarpure and Bustamante, Am. J. Hum. Genet. 97 (2015) 631: the n sites that are asked are drawn without regard
//! to frequency, which is taken to be f ~ Beta(a, b) over them. With D_M the probability that nobody of M people has the
//! allele,
//!
//! ```text
//! D_M = E (1 − f)^2M = B(a, b + 2M) / B(a, b) ≈ Γ(a + b) / (Γ(b) (2M + a + b)^a)
//! Λ   = n B + C Σ x,   B = ln(D_N / (δ D_{N−1})),   C = ln(δ D_{N−1} (1 − D_N) / (D_N (1 − δ D_{N−1})))
//! ```
//!
//! where x is 1 for a *yes* and δ is the probability of a mismatch. A member has a low Λ.

/// The frequencies that the attacker expects: a beta distribution.
#[derive(Debug, Clone, Copy)]
pub struct Frequencies {
    /// Its first parameter.
    pub a: f64,
    /// Its second parameter.
    pub b: f64,
}

impl Frequencies {
    /// By the moments of frequencies known; none where they do not vary.
    pub fn fitted(frequencies: impl Iterator<Item = f64>) -> Option<Self> {
        let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for f in frequencies {
            n += 1.0;
            sum += f;
            squares += f * f;
        }
        let mean = sum / n;
        let variance = squares / n - mean * mean;
        let size = mean * (1.0 - mean) / variance - 1.0;
        (variance > 0.0 && size > 0.0).then_some(Self {
            a: mean * size,
            b: (1.0 - mean) * size,
        })
    }

    /// ln D_M, by the approximation for many people.
    pub fn ln_nobody(self, people: f64) -> f64 {
        libm::lgamma(self.a + self.b)
            - libm::lgamma(self.b)
            - self.a * libm::log(2.0 * people + self.a + self.b)
    }
}

/// The statistic of the attack.
#[derive(Debug, Clone, Copy)]
pub struct Statistic {
    per_question: f64,
    per_yes: f64,
}

impl Statistic {
    /// For a beacon of so many people.
    pub fn new(frequencies: Frequencies, people: u32, mismatch: f64) -> Self {
        let (all, others) = (
            frequencies.ln_nobody(f64::from(people)),
            frequencies.ln_nobody(f64::from(people.max(1)) - 1.0),
        );
        let missed = libm::log(mismatch) + others;
        Self {
            per_question: all - missed,
            per_yes: missed + libm::log(-libm::expm1(all)) - all - libm::log1p(-libm::exp(missed)),
        }
    }

    /// Λ after so many questions, of which so many were answered *yes*.
    pub fn after(&self, questions: usize, yes: usize) -> f64 {
        questions as f64 * self.per_question + yes as f64 * self.per_yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // a = b = 1: Γ(2) / Γ(1) = 1, so D_M = 1 / (2M + 2); D_2 = 1/6, D_1 = 1/4. δ = 0.1:
        // B = ln((1/6) / 0.025) = ln 6.6667; C = ln(0.025 · (5/6) / ((1/6) · 0.975)) = ln 0.128205
        let statistic = Statistic::new(Frequencies { a: 1.0, b: 1.0 }, 2, 0.1);
        assert!((statistic.per_question - 1.897_120).abs() < 1e-5);
        assert!((statistic.per_yes - -2.054_124).abs() < 1e-5);
        assert!((statistic.after(3, 2) - (3.0 * 1.897_120 - 2.0 * 2.054_124)).abs() < 1e-4);
    }

    #[test]
    fn moments_give_the_parameters_back() {
        // Of {0.1, 0.3}: mean 0.2, variance 0.01, a + b = 0.16 / 0.01 − 1 = 15
        let fitted = Frequencies::fitted([0.1, 0.3].into_iter()).unwrap();
        assert!((fitted.a - 3.0).abs() < 1e-9 && (fitted.b - 12.0).abs() < 1e-9);
        assert!(Frequencies::fitted([0.1, 0.1].into_iter()).is_none());
    }
}
