//! Lengths of life, as `18y`, `6m` or ISO 8601 `P18Y6M`.

use std::fmt::{self, Display, Formatter};

/// A length of life in sixteenths of a day: the mean month, 30.4375 days, is 487 of them, so that ages
/// in years, months, weeks and days are whole numbers, and `P70Y6M > P70Y`, `P6M < P1Y`, `P12M = P1Y`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Age(pub(crate) i32);

/// Sixteenths of a day in each unit, largest first.
const UNITS: [(char, i64); 4] = [
    ('y', Age::YEAR as i64),
    ('m', Age::MONTH as i64),
    ('w', 7 * Age::DAY as i64),
    ('d', Age::DAY as i64),
];
/// A child is born 40 weeks after the last menstruation, from which gestational ages count.
pub(super) const GESTATION_DAYS: i64 = 280;
/// Nobody is older, and no arithmetic on it overflows.
const LONGEST: i64 = 1_000 * Age::YEAR as i64;

impl Age {
    pub(crate) const DAY: i32 = 16;
    pub(crate) const MONTH: i32 = 487;
    pub(crate) const YEAR: i32 = 12 * Self::MONTH;

    /// `18y`, `18y6m`, `2w`, `10d`; or ISO 8601: `P18Y6M`. Units descend, each at most once.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.starts_with(['P', 'p']) {
            return Self::from_iso(text);
        }
        let mut rest = text;
        let mut sum = 0i64;
        let mut next_unit = 0;
        while !rest.is_empty() || next_unit == 0 {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, tail) = rest.split_at_checked(digits)?;
            let unit = tail.chars().next()?.to_ascii_lowercase();
            let at = UNITS.iter().position(|&(name, _)| name == unit)?;
            if at < next_unit {
                return None;
            }
            next_unit = at + 1;
            let number: i64 = number.parse().ok()?;
            sum = sum.checked_add(number.checked_mul(UNITS.get(at)?.1)?)?;
            rest = tail.get(1..)?;
        }
        (sum <= LONGEST).then_some(Self(sum as i32))
    }

    /// As years, months and days; `None` where no such numbers say it.
    fn split(self) -> Option<(i64, i64, i64)> {
        let total = i64::from(self.0);
        let [(_, year), (_, month), _, (_, day)] = UNITS;
        (0..=total / year).rev().find_map(|years| {
            let rest = total - years * year;
            let months = (0..=rest / month)
                .rev()
                .find(|m| (rest - m * month) % day == 0)?;
            Some((years, months, (rest - months * month) / day))
        })
    }

    /// As an ISO 8601 duration, which gives it back when it is read: `P18Y6M`, or days and hours where no years, months
    /// and days say it. Of an age before birth, which has none, `None`.
    pub(crate) fn to_iso(self) -> Option<String> {
        if self.0 < 0 {
            return None;
        }
        let Some((years, months, days)) = self.split() else {
            return Some(self.to_string());
        };
        let mut text = "P".to_owned();
        for (count, unit) in [(years, 'Y'), (months, 'M'), (days, 'D')] {
            if count > 0 {
                text.push_str(&count.to_string());
                text.push(unit);
            }
        }
        if text.len() == 1 {
            text.push_str("0D");
        }
        Some(text)
    }

    /// Weeks and days of gestation, of an age before birth.
    pub(crate) fn to_gestation(self) -> (i64, i64) {
        let days = GESTATION_DAYS + i64::from(self.0).div_euclid(i64::from(Self::DAY));
        (days.max(0) / 7, days.max(0) % 7)
    }
}

impl Display for Age {
    /// In years, months and days; or, where no such text says it, in days and hours. Reading it gives
    /// it back.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            let (weeks, days) = self.to_gestation();
            return write!(f, "{weeks}w{days}d of gestation");
        }
        let total = i64::from(self.0);
        let [.., (_, day)] = UNITS;
        let Some((years, months, days)) = self.split() else {
            let hours = (total % day) as f64 * 24.0 / day as f64;
            return write!(f, "P{}DT{hours}H", total / day);
        };
        for (count, unit) in [(years, 'y'), (months, 'm')] {
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        if days > 0 || years == 0 && months == 0 {
            write!(f, "{days}d")?;
        }
        Ok(())
    }
}

/// An age, or an age that is only known to lie between two, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ages {
    pub(crate) low: Age,
    pub(crate) high: Age,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another beacon compares ages by years alone: `P70Y6M > P70Y` and `P6M < P1Y` fail there, and
    /// infants are never found.
    #[test]
    fn ages_have_a_total_order() {
        let age = |text: &str| Age::parse(text).unwrap();
        assert!(age("P70Y6M") > age("P70Y"));
        assert!(age("P6M") < age("P1Y"));
        assert!(age("P0D") < age("P1D"));
        assert_eq!(age("P12M"), age("1y"));
        assert!(age("P1DT12H") > age("1d"));
        assert!(age("4w") < age("1m"));
    }

    #[test]
    fn what_is_no_age() {
        let bad = [
            "",
            "P",
            "18",
            "y",
            "1x",
            "6m18y",
            "1y2y",
            "-1y",
            "P1Y-",
            "PT",
            "9999999999y",
            "1001y",
            "ä",
        ];
        for text in bad {
            assert_eq!(Age::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ages_are_printed_as_they_are_read() {
        for sixteenths in
            (0..200_000)
                .step_by(16)
                .chain(0..2_000)
                .chain([487, 487 * 7 + 31 * 16, 5844 * 90 + 16])
        {
            let age = Age(sixteenths);
            assert_eq!(Age::parse(&age.to_string()), Some(age), "{age}");
            assert_eq!(Age::from_iso(&age.to_iso().unwrap()), Some(age), "{age}");
        }
        for (weeks, days) in [(0, 0), (12, 3), (39, 6)] {
            let age = Age::from_gestation(weeks, days).unwrap();
            assert_eq!((age.to_iso(), age.to_gestation()), (None, (weeks, days)));
        }
        assert_eq!(Age(0).to_iso().unwrap(), "P0D");
    }
}
