//! How often a test finds a member.

/// Share of the controls that may be mistaken for members.
pub const ALPHA: f64 = 0.05;

/// A share, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The share.
    pub of: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Number of people.
    pub people: usize,
}

/// The test *member if the statistic is below t*, with t from controls so that exactly [`ALPHA`] of them are below it.
/// Where several have the statistic t itself, a coin of the right weight decides about each, as in the lemma of Neyman
/// and Pearson: statistics of few answers have few values, and a test without the coin would be weaker than 5 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    threshold: f64,
    at_threshold: f64,
}

impl Test {
    /// The test with its threshold from these controls; none where there are none.
    pub fn from_controls(controls: &[f64]) -> Option<Self> {
        let mut sorted = controls.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let wanted = ALPHA * sorted.len() as f64;
        let threshold = *sorted.get(wanted as usize)?;
        let below = sorted.partition_point(|&value| value < threshold);
        let equal = sorted.partition_point(|&value| value <= threshold) - below;
        Some(Self {
            threshold,
            at_threshold: (wanted - below as f64) / equal as f64,
        })
    }

    /// How many of these are expected to be taken for members.
    pub fn taken(&self, statistics: &[f64]) -> f64 {
        let weight = |&value: &f64| {
            if value < self.threshold {
                1.0
            } else if value == self.threshold {
                self.at_threshold
            } else {
                0.0
            }
        };
        statistics.iter().map(weight).sum()
    }
}

/// A share with its interval (Wilson 1927, 95 %).
pub fn share(found: f64, people: usize) -> Share {
    const Z: f64 = 1.959_963_984_540_054;
    let n = people as f64;
    if people == 0 {
        return Share {
            of: 0.0,
            low: 0.0,
            high: 1.0,
            people,
        };
    }
    let p = found / n;
    let scale = 1.0 + Z * Z / n;
    let middle = (p + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    Share {
        of: p,
        low: middle - half,
        high: middle + half,
        people,
    }
}

/// The power that a separation of so many standard deviations gives a one-sided test of normal statistics.
pub fn normal_power(separation: f64) -> f64 {
    const QUANTILE: f64 = 1.644_853_626_951_472;
    0.5 * libm::erfc((QUANTILE - separation) / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_percent_of_the_controls_are_taken_also_among_equals() {
        let different: Vec<f64> = (0..200).map(f64::from).collect();
        assert!((Test::from_controls(&different).unwrap().taken(&different) - 10.0).abs() < 1e-9);
        let equal = [3.0; 40];
        let test = Test::from_controls(&equal).unwrap();
        assert!((test.taken(&equal) - 2.0).abs() < 1e-9);
        assert_eq!(test.taken(&[2.0, 4.0]), 1.0);
        let steps: Vec<f64> = (0..100).map(|i| f64::from(i / 30)).collect();
        assert!((Test::from_controls(&steps).unwrap().taken(&steps) - 5.0).abs() < 1e-9);
        assert!(Test::from_controls(&[]).is_none());
    }

    #[test]
    fn wilson_interval_of_ten_in_a_hundred() {
        // By hand: z² = 3.8415; middle (0.1 + 0.019207) / 1.038415 = 0.114798; half 0.059571
        let share = share(10.0, 100);
        assert!(
            (share.low - 0.05523).abs() < 1e-4 && (share.high - 0.17437).abs() < 1e-4,
            "{share:?}"
        );
    }

    #[test]
    fn a_quarter_of_a_deviation_is_eight_percent() {
        assert!((normal_power(0.0) - 0.05).abs() < 1e-9);
        assert!((normal_power(0.25) - 0.0815).abs() < 1e-4);
    }
}
