//! Statistics of counts: intervals of proportions, and tests of two-by-two tables.

/// Of the standard normal distribution, the quantile that leaves 2.5 % above it.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's score interval of a proportion, 95 %, without continuity correction: its ends are the proportions that
/// a score test of that level would just not refuse. `None` where nothing was counted.
///
/// E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209–212. With p = part / whole and
/// z = 1.959964 the ends are (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n).
pub(crate) fn wilson(part: u64, whole: u64) -> Option<(f64, f64)> {
    if whole == 0 {
        return None;
    }
    let (n, square) = (whole as f64, Z * Z);
    let share = part as f64 / n;
    let center = share + square / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + square / n;
    // at the ends of the scale the bound is the end itself, which rounding would miss
    let low = match part {
        0 => 0.0,
        _ => ((center - half) / scale).max(0.0),
    };
    let high = match part == whole {
        true => 1.0,
        false => ((center + half) / scale).min(1.0),
    };
    Some((low, high))
}

/// A two-by-two table: with and without what is looked for, in cases and in controls.
///
/// ```
/// use varidex::TwoByTwo;
/// let table = TwoByTwo { cases: (8, 2), controls: (1, 5) };
/// assert_eq!(table.odds_ratio(), Some(20.0));
/// assert!((table.fisher_exact().unwrap_or(1.0) - 0.034965034965034965).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoByTwo {
    /// Cases with it, and without.
    pub cases: (u64, u64),
    /// Controls with it, and without.
    pub controls: (u64, u64),
}

/// Weights are relative to that of the most likely table: a small p value is still a normal number.
const LARGEST: f64 = 1e250;
/// What differs less is equally likely (as `fisher.test` of R has it): rounding must not part ties.
const TIED: f64 = 1.0 + 1e-7;

impl TwoByTwo {
    /// Whether there are cases and controls: nothing is known else.
    fn compares(&self) -> bool {
        self.cases.0.saturating_add(self.cases.1) > 0
            && self.controls.0.saturating_add(self.controls.1) > 0
    }

    /// The sample odds ratio: the odds among cases, divided by those among controls. It is infinite where only
    /// the divisor is 0; `None` where both are, and where there are no cases or no controls.
    pub fn odds_ratio(&self) -> Option<f64> {
        let above = self.cases.0 as f64 * self.controls.1 as f64;
        let below = self.cases.1 as f64 * self.controls.0 as f64;
        match (self.compares(), above == 0.0, below == 0.0) {
            (false, ..) | (true, true, true) => None,
            _ => Some(above / below),
        }
    }

    /// The two-sided p value of Fisher's exact test: how likely tables with these sums are that are as likely as
    /// this one, or less. `None` where there are no cases or no controls.
    ///
    /// Each probability follows from that of the table next to it by a quotient of whole numbers, from the most
    /// likely table on: nothing is approximated, and the error is that of rounding alone.
    pub fn fisher_exact(&self) -> Option<f64> {
        self.compares().then(|| Tables::of(self).two_sided())
    }
}

/// The tables with the sums of one: each by how many of those with it are cases.
struct Tables {
    cases: u64,
    controls: u64,
    with: u64,
    observed: u64,
}

impl Tables {
    fn of(table: &TwoByTwo) -> Self {
        let sum = |(with, without): (u64, u64)| with.saturating_add(without);
        Self {
            cases: sum(table.cases),
            controls: sum(table.controls),
            with: table.cases.0.saturating_add(table.controls.0),
            observed: table.cases.0,
        }
    }

    fn least(&self) -> u64 {
        self.with.saturating_sub(self.controls)
    }

    fn most(&self) -> u64 {
        self.with.min(self.cases)
    }

    /// The table that none is more likely than.
    fn mode(&self) -> u64 {
        let above = (u128::from(self.with) + 1) * (u128::from(self.cases) + 1);
        let below = u128::from(self.cases) + u128::from(self.controls) + 2;
        let mode = u64::try_from(above / below).unwrap_or(u64::MAX);
        mode.clamp(self.least(), self.most())
    }

    /// How much more likely one case more is.
    fn up(&self, at: u64) -> f64 {
        let above = (self.with - at) as f64 * (self.cases - at) as f64;
        let rest = (self.controls + at + 1).saturating_sub(self.with);
        above / ((at + 1) as f64 * rest as f64)
    }

    /// Calls `f` with the weight of each table from the most likely on, up or down, until one is nothing beside it.
    fn walk(&self, upward: bool, mut f: impl FnMut(u64, f64)) {
        let (mut at, mut weight) = (self.mode(), LARGEST);
        let end = if upward { self.most() } else { self.least() };
        while at != end && weight > 0.0 {
            if upward {
                weight *= self.up(at);
                at += 1;
            } else {
                at -= 1;
                weight /= self.up(at);
            }
            f(at, weight);
        }
    }

    fn two_sided(&self) -> f64 {
        let mode = self.mode();
        let mut observed = match self.observed == mode {
            true => LARGEST,
            false => 0.0,
        };
        let upward = self.observed > mode;
        self.walk(upward, |at, weight| {
            if at == self.observed {
                observed = weight;
            }
        });
        let limit = observed * TIED;
        let (mut all, mut extreme) = (LARGEST, if LARGEST <= limit { LARGEST } else { 0.0 });
        for upward in [false, true] {
            self.walk(upward, |_, weight| {
                all += weight;
                if weight <= limit {
                    extreme += weight;
                }
            });
        }
        (extreme / all).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;
    use proptest::prelude::*;

    fn near(found: f64, expected: f64, within: f64) {
        let error = (found - expected).abs();
        assert!(error <= within * expected.abs(), "{found} {expected}");
    }

    fn table(cases: (u64, u64), controls: (u64, u64)) -> TwoByTwo {
        TwoByTwo { cases, controls }
    }

    /// By hand for 0 and 1 of 10: z² / (n + z²); the others by the formula in rational steps.
    #[test]
    fn wilsons_interval() {
        assert_eq!(wilson(0, 0), None);
        let (low, high) = wilson(0, 10).unwrap();
        assert_eq!(low, 0.0);
        near(high, 0.277_532_799_862_889_4, 1e-12);
        let (low, high) = wilson(10, 10).unwrap();
        assert_eq!(high, 1.0);
        near(low, 1.0 - 0.277_532_799_862_889_4, 1e-12);
        let (low, high) = wilson(5, 10).unwrap();
        near(low, 0.236_593_090_512_564_05, 1e-12);
        near(high, 1.0 - 0.236_593_090_512_564_05, 1e-12);
    }

    /// The ways to choose those with it are counted, and those that are as many or fewer taken together.
    #[test]
    fn fishers_test_by_hand() {
        // tables by cases with it, from 3 to 9: C(10,k) C(6,9-k)
        let ways = [120, 1260, 3780, 4200, 1800, 270, 10];
        assert_eq!(ways.iter().sum::<u64>(), 11_440);
        let observed = table((8, 2), (1, 5));
        let expected = (270 + 10 + 120) as f64 / 11_440.0;
        near(observed.fisher_exact().unwrap(), expected, 1e-14);
        assert_eq!(observed.odds_ratio(), Some(20.0));
        // the tea that a lady tasted: 3 of 4
        near(
            table((3, 1), (1, 3)).fisher_exact().unwrap(),
            34.0 / 70.0,
            1e-14,
        );
        near(
            table((4, 0), (0, 4)).fisher_exact().unwrap(),
            2.0 / 70.0,
            1e-14,
        );
    }

    #[test]
    fn what_is_not_known_is_neither_0_nor_1() {
        for empty in [
            table((0, 0), (0, 0)),
            table((3, 1), (0, 0)),
            table((0, 0), (2, 5)),
        ] {
            assert_eq!(empty.fisher_exact(), None);
            assert_eq!(empty.odds_ratio(), None);
        }
        // nobody has it, or all: there is one table, and no odds to compare
        for flat in [table((0, 5), (0, 7)), table((5, 0), (7, 0))] {
            assert_eq!(flat.fisher_exact(), Some(1.0));
            assert_eq!(flat.odds_ratio(), None);
        }
        assert_eq!(table((2, 5), (0, 7)).odds_ratio(), Some(f64::INFINITY));
        assert_eq!(table((0, 5), (2, 7)).odds_ratio(), Some(0.0));
    }

    /// The values were computed with 60 digits.
    #[test]
    fn a_million_people() {
        for (cases, controls, expected) in [
            ((1_000, 999_000), (1_200, 998_800), 2.159_102_792_869_686e-5),
            (
                (500_300, 499_700),
                (499_700, 500_300),
                0.396_931_630_411_557_6,
            ),
            (
                (3_000, 997_000),
                (1_200, 998_800),
                1.754_299_672_525_715e-175,
            ),
        ] {
            near(
                table(cases, controls).fisher_exact().unwrap(),
                expected,
                1e-10,
            );
        }
        // less likely than any number that a computer has
        let found = table((1_000_000, 0), (0, 1_000_000)).fisher_exact();
        assert_eq!(found, Some(0.0));
    }

    /// All tables by whole numbers.
    fn brute_force(of: &TwoByTwo) -> f64 {
        let choose = |n: u64, k: u64| -> u128 {
            (0..k).fold(1u128, |product, i| {
                product * u128::from(n - i) / u128::from(i + 1)
            })
        };
        let (cases, controls) = (of.cases.0 + of.cases.1, of.controls.0 + of.controls.1);
        let with = of.cases.0 + of.controls.0;
        let ways = |k: u64| choose(cases, k) * choose(controls, with - k);
        let all: Vec<u128> = (with.saturating_sub(controls)..=with.min(cases))
            .map(ways)
            .collect();
        let observed = ways(of.cases.0);
        let extreme: u128 = all.iter().filter(|&&ways| ways <= observed).sum();
        extreme as f64 / all.iter().sum::<u128>() as f64
    }

    proptest! {
        #[test]
        fn fishers_test_is_that_of_all_tables(a in 0u64..30, b in 0u64..30, c in 0u64..30, d in 0u64..30) {
            let of = table((a, b), (c, d));
            match of.fisher_exact() {
                None => prop_assert!(a + b == 0 || c + d == 0),
                Some(p) => prop_assert!((p - brute_force(&of)).abs() < 1e-12, "{p}"),
            }
            // cases and controls, with and without, may change places
            let turned = table((c, d), (a, b));
            prop_assert!((of.fisher_exact().unwrap_or(2.0) - turned.fisher_exact().unwrap_or(2.0)).abs() < 1e-12);
        }

        #[test]
        fn wilsons_interval_holds_the_share(part in 0u64..1_000, more in 0u64..100_000) {
            let whole = part + more;
            if let Some((low, high)) = wilson(part, whole) {
                let share = part as f64 / whole as f64;
                prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
                // the ends are where the score test is just not refused
                for end in [low, high].into_iter().filter(|&end| end > 0.0 && end < 1.0) {
                    let z = (share - end) / (end * (1.0 - end) / whole as f64).sqrt();
                    prop_assert!((z.abs() - Z).abs() < 1e-6, "{z}");
                }
            }
        }
    }
}
