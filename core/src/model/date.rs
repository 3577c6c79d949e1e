//! Days.

use crate::model::Dates;
use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A day, in UTC: `2026-03-01`.
///
/// ```
/// use varidex::Date;
/// let approved: Date = "2026-03-01".parse()?;
/// assert_eq!(approved.to_string(), "2026-03-01");
/// assert!("2026-03".parse::<Date>().is_err());
/// # Ok::<(), varidex::NoDate>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// What is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a day such as 2026-03-01, found {0:?}")]
pub struct NoDate(String);

impl Date {
    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.0
    }

    pub(crate) fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// The day of a moment, in seconds since 1970-01-01T00:00:00Z.
    pub fn of_seconds(seconds: i64) -> Self {
        let days = seconds.div_euclid(DAY);
        Self(days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }

    /// The last second of the day.
    pub(crate) fn last_second(self) -> i64 {
        i64::from(self.0) * DAY + (DAY - 1)
    }

    /// The day that it is.
    pub fn today() -> Self {
        Self::of_seconds(now())
    }
}

/// The moment that it is, in seconds since 1970-01-01.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}

impl FromStr for Date {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Self, NoDate> {
        let whole = text.len() == "2026-03-01".len();
        match Dates::from_iso(text).filter(|_| whole) {
            Some(dates) => Ok(Self(dates.first)),
            None => Err(NoDate(text.chars().take(40).collect())),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.0, self.0);
        Dates { first, last }.fmt(f)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
