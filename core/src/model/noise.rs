//! Noise that a policy has added to numbers.

use super::{Granularity, Policy, Zero};
use serde::{Deserialize, Serialize};

/// Copies of an allele that somebody has at most: by so many a person changes AC.
const COPIES_EACH: f64 = 2.0;
/// Between these are the scale and the deviation.
const SPREAD: std::ops::RangeInclusive<f64> = 0.1..=1e6;
/// How likely it is at most that noise lifts what one person has over the floor.
const LIFTED: f64 = 1e-6;
/// A standard normal number is above this with a chance of [`LIFTED`].
const UPPER_QUANTILE: f64 = 4.753_424;

/// Noise in whole numbers that is added to AC and to numbers of people: one of the two distributions.
///
/// By discrete Laplace noise of scale b, P(z) ∝ e^(−|z|/b), an answer is at most e^(1/b) times as likely with a person as without
/// where he is counted once, and e^(2/b) times where he has two copies: it is ε-differentially private with ε = 1/b or 2/b. By discrete
/// Gaussian noise of deviation σ, P(z) ∝ e^(−z²/2σ²), it is ρ-concentrated with ρ = 1/2σ² or 2/σ² (Canonne, Kamath and Steinke 2020).
/// Of several answers ε and ρ add up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Noise {
    /// b, in copies and in people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// σ, in copies and in people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
}

impl Noise {
    /// The least floor beside it: an allele of one person is then listed with a chance of one in a million at most. Which alleles there
    /// are is not known to all, so this is the δ of a histogram of which a threshold is taken (Korolova and others 2009).
    ///
    /// P(Z ≥ t) is e^(−t/b) / (1 + e^(−1/b)) of a whole t > 0 by Laplace noise, and by Gaussian noise at most the chance that a
    /// normal number is above t − 1 (Canonne, Kamath and Steinke 2020, proposition 25).
    pub fn least_floor(&self) -> u64 {
        let least = match (self.scale, self.deviation) {
            (Some(scale), _) => scale * (-LIFTED.ln() - (-1.0 / scale).exp().ln_1p()),
            (None, Some(deviation)) => 1.0 + UPPER_QUANTILE * deviation,
            (None, None) => return 0,
        };
        // both are small, by their range
        (COPIES_EACH + least.max(1.0)).ceil() as u64
    }

    pub(super) fn check(&self, policy: &Policy) -> Result<(), String> {
        let (key, value) = match (self.scale, self.deviation) {
            (Some(scale), None) => ("scale", scale),
            (None, Some(deviation)) => ("deviation", deviation),
            (None, None) => {
                return Err("noise: expected scale or deviation, found neither".to_owned());
            }
            (Some(_), Some(_)) => {
                return Err("noise: expected scale or deviation, found both".to_owned());
            }
        };
        if !SPREAD.contains(&value) {
            return Err(format!(
                "noise.{key}: expected a number from {} to {}, found {value}",
                SPREAD.start(),
                SPREAD.end()
            ));
        }
        if policy.granularity != Granularity::Count {
            return Err("noise: is added to numbers: expected granularity = \"count\"".to_owned());
        }
        if policy.zero != Zero::Hidden {
            return Err(
                "noise: a zero that is shown would be exact: expected zero = \"hidden\"".to_owned(),
            );
        }
        let (least, found) = (
            self.least_floor(),
            policy.floor.people.max(policy.floor.alleles),
        );
        match found < least {
            true => Err(format!(
                "noise.{key}: expected a floor of {least} or more beside {value}, found {found}: what one person has would be \
                 lifted over it"
            )),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    fn floor(noise: &str) -> u64 {
        let text = format!("name = 'a'\ngranularity = 'count'\nfloor.people = 99999\n{noise}");
        text.parse::<Policy>().unwrap().noise.unwrap().least_floor()
    }

    /// The chance that noise is at least `from`, summed up.
    fn upper(weight: impl Fn(i32) -> f64, from: i32) -> f64 {
        let all: f64 = (-4000..=4000).map(&weight).sum();
        (from..=4000).map(&weight).sum::<f64>() / all
    }

    #[test]
    fn what_one_person_has_is_lifted_over_the_least_floor_once_in_a_million() {
        for scale in [0.1, 0.5, 1.0, 2.0, 7.5, 40.0] {
            let least = i32::try_from(floor(&format!("noise.scale = {scale:?}"))).unwrap();
            let weight = |z: i32| (-f64::from(z.abs()) / scale).exp();
            assert!(upper(weight, least - 2) <= LIFTED, "{scale}");
            // and it is not greater than it must be
            assert!(least == 3 || upper(weight, least - 3) > LIFTED, "{scale}");
        }
        for deviation in [0.1_f64, 0.5, 1.0, 3.0, 25.0] {
            let least = i32::try_from(floor(&format!("noise.deviation = {deviation:?}"))).unwrap();
            let weight = |z: i32| (-f64::from(z).powi(2) / (2.0 * deviation * deviation)).exp();
            assert!(upper(weight, least - 2) <= LIFTED, "{deviation}");
            assert!(
                least <= 4 || upper(weight, least - 4) > LIFTED,
                "{deviation}"
            );
        }
    }

    #[test]
    fn noise_that_does_not_go_with_the_rest_is_refused() {
        let base = "name = 'a'\ngranularity = 'count'\nfloor.people = 30\n";
        assert!(format!("{base}noise.scale = 2.0").parse::<Policy>().is_ok());
        for (rules, expected) in [
            ("noise = {}", "found neither"),
            ("noise = { scale = 1.0, deviation = 1.0 }", "found both"),
            ("noise.epsilon = 1.0", "unknown field `epsilon`"),
            (
                "noise.scale = nan",
                "noise.scale: expected a number from 0.1",
            ),
            (
                "noise.scale = inf",
                "noise.scale: expected a number from 0.1",
            ),
            (
                "noise.deviation = 0.0",
                "noise.deviation: expected a number from 0.1",
            ),
            (
                "noise.scale = 3.0",
                "expected a floor of 42 or more beside 3, found 30",
            ),
            ("noise.scale = 1.0\nzero = 'shown'", "zero = \"hidden\""),
        ] {
            let found = format!("{base}{rules}")
                .parse::<Policy>()
                .unwrap_err()
                .to_string();
            assert!(found.contains(expected), "{rules}: {found}");
        }
        let found = "name = 'a'\nfloor.people = 30\nnoise.scale = 1.0".parse::<Policy>();
        assert!(
            found
                .unwrap_err()
                .to_string()
                .contains("granularity = \"count\"")
        );
        // other policies have the hash that they had
        let plain: Policy = base.parse().unwrap();
        assert!(!plain.to_json().contains("noise"));
    }
}
