//! What is said of a number.

use super::Policy;

/// A number as it may be shown. Zero, not covered and withheld are different answers; where a policy hides zero, nobody and few
/// are one answer, [`Known::Withheld`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Known<T> {
    /// The number.
    Exact(T),
    /// The number, rounded to a multiple of `to`, halves up.
    Rounded {
        /// Rounded.
        value: T,
        /// The base.
        to: u64,
    },
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
            Self::Exact(value) | Self::Rounded { value, .. } => Some(*value),
            Self::NotCovered | Self::Withheld => None,
        }
    }

    /// `exact`, `rounded`, `not_covered` or `withheld`.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Exact(_) => "exact",
            Self::Rounded { .. } => "rounded",
            Self::NotCovered => "not_covered",
            Self::Withheld => "withheld",
        }
    }
}

impl Known<u64> {
    /// A number that may be shown, as a policy shows it: rounded, but not below `floor`.
    pub(crate) fn shown(policy: &Policy, number: u64, floor: u64) -> Self {
        let to = policy.rounding.max(1);
        if to == 1 {
            return Self::Exact(number);
        }
        let down = number - number % to;
        let value = match number % to >= to.div_ceil(2) {
            true => down.saturating_add(to),
            false => down,
        };
        // what is shown is of the floor at least, and says no more than that
        let value = match number {
            0 => 0,
            _ => value.max(floor.next_multiple_of(to)),
        };
        Self::Rounded { value, to }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    #[test]
    fn numbers_are_rounded_halves_up_and_not_below_the_floor() {
        let policy = |to: u64| -> Policy {
            let text = format!("name = 'a'\nfloor.people = 11\nrounding = {to}");
            text.parse().unwrap()
        };
        let shown = |to, number| Known::shown(&policy(to), number, 11).value().unwrap();
        assert_eq!([11, 12, 25].map(|n| shown(1, n)), [11, 12, 25]);
        assert_eq!(
            [0, 11, 14, 15, 24, 25].map(|n| shown(10, n)),
            [0, 20, 20, 20, 20, 30]
        );
        assert_eq!([11, 13, 14].map(|n| shown(5, n)), [15, 15, 15]);
        assert_eq!(Known::shown(&policy(10), u64::MAX, 11).status(), "rounded");
        assert_eq!(Known::<u64>::Withheld.value(), None);
    }
}
