//! Days of the calendar.

use std::fmt;

const SECONDS: u64 = 86_400;

/// A day in UTC, in the Gregorian calendar.
///
/// ```
/// use varidex_passport::Day;
/// assert_eq!(Day::of_seconds(1_549_632_872).to_string(), "2019-02-08");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// From 1970 on.
    pub year: u64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Day {
    /// The day of a second since 1970-01-01T00:00:00Z.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "months and days of a month are below 32"
    )]
    pub fn of_seconds(seconds: u64) -> Self {
        // years begin in March, so that the leap day is the last of its year
        let day = seconds / SECONDS + 719_468;
        let (era, of_era) = (day / 146_097, day % 146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let date = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self {
            year: era * 400 + year + u64::from(month <= 2),
            month: month as u8,
            day: date as u8,
        }
    }
}

impl fmt::Display for Day {
    /// `2019-02-08`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_each_other_in_months_of_their_lengths() {
        let mut expected = (1970, 1, 1);
        for day in 0..80_000 {
            let of = |seconds| Day::of_seconds(seconds);
            let (first, last) = (of(day * SECONDS), of(day * SECONDS + SECONDS - 1));
            assert_eq!((first.year, first.month, first.day), expected);
            assert_eq!(first, last);
            let (year, month, day) = expected;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + u8::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (day == length, month == 12) {
                (true, true) => (year + 1, 1, 1),
                (true, false) => (year, month + 1, 1),
                (false, _) => (year, month, day + 1),
            };
        }
    }
}
