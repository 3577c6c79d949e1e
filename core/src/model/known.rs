//! What is said of a number.

use super::Policy;

/// A number as it may be shown. Zero, not covered and withheld are different answers; where a policy hides zero, nobody and few
/// are one answer, [`Known::Withheld`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Known<T> {
    /// The number.
    Exact(T),
    /// The number, rounded to a multiple of `to`, halves up. A sum of `k` numbers that are rounded to multiples of `n` is not exact to more
    /// than `k·n`, which is `to` then, although it is a multiple of `n`: in both cases the number is within `to/2`, but where it was raised to a
    /// floor.
    Rounded {
        /// Rounded.
        value: T,
        /// The base.
        to: u64,
    },
    /// The number with noise added to it, as a policy asks for: the same whenever it is asked for.
    Noisy(T),
    /// The number of those who may still be counted for this asker: others are counted as if they had the other allele. It may be any
    /// number of them away from the truth. Of whether there is anybody, a no that may be of those who are not counted.
    Capped(T),
    /// Nobody looked.
    NotCovered,
    /// It may not be shown.
    #[default]
    Withheld,
}

impl<T: Copy> Known<T> {
    /// The number that is shown, where one is.
    pub fn value(&self) -> Option<T> {
        match self {
            Self::Exact(value)
            | Self::Rounded { value, .. }
            | Self::Noisy(value)
            | Self::Capped(value) => Some(*value),
            Self::NotCovered | Self::Withheld => None,
        }
    }

    /// `exact`, `rounded`, `noisy`, `capped`, `not_covered` or `withheld`.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Exact(_) => "exact",
            Self::Rounded { .. } => "rounded",
            Self::Noisy(_) => "noisy",
            Self::Capped(_) => "capped",
            Self::NotCovered => "not_covered",
            Self::Withheld => "withheld",
        }
    }

    /// The same, where a budget decides who is counted. It does not depend on whether it left somebody out: that is not said.
    pub(crate) fn capped(self) -> Self {
        self.value().map_or(self, Self::Capped)
    }
}

impl Known<u64> {
    /// Of both together: as far as each is off, both are.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Withheld, _) | (_, Self::Withheld) => Self::Withheld,
            (Self::NotCovered, _) | (_, Self::NotCovered) => Self::NotCovered,
            (Self::Capped(a), b) | (b, Self::Capped(a)) => {
                Self::Capped(a.saturating_add(b.value().unwrap_or_default()))
            }
            (Self::Noisy(a), b) | (b, Self::Noisy(a)) => {
                Self::Noisy(a.saturating_add(b.value().unwrap_or_default()))
            }
            (Self::Exact(a), Self::Exact(b)) => Self::Exact(a.saturating_add(b)),
            (Self::Rounded { value: a, to }, Self::Exact(b))
            | (Self::Exact(b), Self::Rounded { value: a, to }) => Self::Rounded {
                value: a.saturating_add(b),
                to,
            },
            (
                Self::Rounded { value: a, to: one },
                Self::Rounded {
                    value: b,
                    to: other,
                },
            ) => Self::Rounded {
                value: a.saturating_add(b),
                to: one.saturating_add(other),
            },
        }
    }
}

/// How a policy shows numbers that may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rounding {
    to: u64,
    /// 2^64 / `to`, rounded up: to multiply by it is faster than to divide. Exact where number and `to` are below 2^32.
    reciprocal: u64,
    /// The least that is shown of somebody: of the floor at least, and no more than that is said.
    least: u64,
}

impl Rounding {
    pub(crate) fn of(policy: &Policy, floor: u64) -> Self {
        let to = policy.rounding.max(1);
        Self {
            to,
            reciprocal: (u64::MAX / to).saturating_add(1),
            least: floor.next_multiple_of(to),
        }
    }

    /// The same of copies that are known: AN says how many people are in a group, how many of them have one X, and of how many a
    /// genotype is missing.
    pub(crate) fn of_known(policy: &Policy) -> Self {
        let people = policy.floor.people;
        let least = if people > 1 { 2 * people } else { 1 };
        let coarse = Policy {
            rounding: policy.rounding.max(least),
            ..policy.clone()
        };
        Self::of(&coarse, 2 * people)
    }

    /// To multiples of what; 1 is exact.
    pub(crate) fn to(self) -> u64 {
        self.to
    }

    /// The greatest multiple that is not above a number.
    #[inline]
    fn down(self, number: u64) -> u64 {
        match (number | self.to) >> 32 {
            // of 1 there is no reciprocal below 2^64
            0 if self.to > 1 => {
                ((u128::from(number) * u128::from(self.reciprocal)) >> 64) as u64 * self.to
            }
            _ => number - number % self.to,
        }
    }

    /// The least multiple that is not below a number.
    #[inline]
    pub(crate) fn up(self, number: u64) -> u64 {
        match self.down(number) {
            down if down == number => number,
            down => down.saturating_add(self.to),
        }
    }

    /// A number: rounded to a multiple, halves up, but not below the floor.
    #[inline]
    pub(crate) fn shown(self, number: u64) -> Known<u64> {
        let to = self.to;
        if to == 1 {
            return Known::Exact(number);
        }
        let down = self.down(number);
        let value = match number - down >= to.div_ceil(2) {
            true => down.saturating_add(to),
            false => down,
        };
        Known::Rounded {
            value: if number == 0 {
                0
            } else {
                value.max(self.least)
            },
            to,
        }
    }

    /// A number with noise: rounded as others are, and withheld below the floor. The floor is of the number that is shown, not of the
    /// other, so that which of the two sides of it that is on is not said; and none is below zero.
    pub(crate) fn noisy(self, number: u64, noise: i64, floor: u64) -> Known<u64> {
        let with = number.saturating_add_signed(noise);
        match with >= floor.max(1) {
            true => self
                .shown(with)
                .value()
                .map_or(Known::Withheld, Known::Noisy),
            false => Known::Withheld,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    #[test]
    fn multiples_are_those_of_a_division() {
        for to in [
            1,
            2,
            3,
            5,
            7,
            10,
            11,
            20,
            641,
            65_537,
            (1 << 32) - 1,
            1 << 32,
        ] {
            let rounding = Rounding {
                to,
                reciprocal: (u64::MAX / to).saturating_add(1),
                least: 0,
            };
            let near = |of: u64| [of.saturating_sub(1), of, of.saturating_add(1)];
            for number in [
                0,
                1,
                to,
                7 * to,
                1 << 31,
                (1 << 32) / to * to,
                (1 << 32) - 1,
                1 << 33,
            ]
            .into_iter()
            .flat_map(near)
            {
                assert_eq!(
                    rounding.down(number),
                    number - number % to,
                    "{number} of {to}"
                );
                assert_eq!(
                    rounding.up(number),
                    number.next_multiple_of(to),
                    "{number} of {to}"
                );
            }
        }
    }

    /// From the most exact to the least.
    const BY_EXACTNESS: [Known<u64>; 6] = [
        Known::Exact(7),
        Known::Rounded { value: 10, to: 10 },
        Known::Noisy(4),
        Known::Capped(3),
        Known::NotCovered,
        Known::Withheld,
    ];

    #[test]
    fn a_sum_is_as_exact_as_the_least_exact_of_both() {
        for (i, one) in BY_EXACTNESS.into_iter().enumerate() {
            for (j, other) in BY_EXACTNESS.into_iter().enumerate() {
                let both = one.and(other);
                let least = BY_EXACTNESS.get(i.max(j)).unwrap();
                assert_eq!(both.status(), least.status(), "{one:?} {other:?}");
                let sum = one.value().zip(other.value()).map(|(a, b)| a + b);
                assert_eq!(both.value(), sum, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_number_is_capped_and_what_is_none_is_not() {
        let capped = BY_EXACTNESS.map(Known::capped);
        for (capped, of) in capped.into_iter().zip(BY_EXACTNESS) {
            assert_eq!(capped.value(), of.value());
            match of.value() {
                Some(_) => assert_eq!(capped.status(), "capped"),
                None => assert_eq!(capped, of),
            }
        }
    }

    #[test]
    fn numbers_are_rounded_halves_up_and_not_below_the_floor() {
        let policy = |to: u64| -> Policy {
            let text = format!("name = 'a'\nfloor.people = 11\nrounding = {to}");
            text.parse().unwrap()
        };
        let shown = |to, number| Rounding::of(&policy(to), 11).shown(number).value().unwrap();
        assert_eq!([11, 12, 25].map(|n| shown(1, n)), [11, 12, 25]);
        assert_eq!(
            [0, 11, 14, 15, 24, 25].map(|n| shown(10, n)),
            [0, 20, 20, 20, 20, 30]
        );
        assert_eq!([11, 13, 14].map(|n| shown(5, n)), [15, 15, 15]);
        assert_eq!(
            Rounding::of(&policy(10), 11).shown(u64::MAX).status(),
            "rounded"
        );
        assert_eq!(Known::<u64>::Withheld.value(), None);
        let noisy = |number, noise| Rounding::of(&policy(1), 11).noisy(number, noise, 11);
        assert_eq!(
            [(12, -1), (0, 11)].map(|(n, z)| noisy(n, z)),
            [Known::Noisy(11); 2]
        );
        for (few, noise) in [(0, 0), (11, -1), (3, i64::MIN), (10, 0)] {
            assert_eq!(noisy(few, noise), Known::Withheld);
        }
        assert_eq!(noisy(u64::MAX, i64::MAX).value(), Some(u64::MAX));
        let coarse = Rounding::of(&policy(10), 11).noisy(13, 3, 11);
        assert_eq!((coarse, coarse.status()), (Known::Noisy(20), "noisy"));
    }
}
