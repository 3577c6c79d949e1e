//! Ages and days as people write them.

use crate::model::Dates;
use crate::model::age::GESTATION_DAYS;
use crate::model::{Age, Ages};
use std::fmt;

/// Nobody is known to have lived longer: what is beyond is a slip, such as days written as years.
const LONGEST_LIFE: f64 = 150.0;

/// Later than every age.
const NEVER: i32 = i32::MAX;

/// The stages of onset that HPO defines by age, each from an age to before another, in sixteenths of a
/// day. "Between 5 and 15 years" includes the sixteenth year of life, for adults are from 16 years on
/// and a paediatric onset is one before. A congenital onset is at birth, an antenatal one before it.
/// Stages that are not defined by the person's age, such as `HP:4000040` (puerpural), have none.
const STAGES: [(&str, i32, i32); 19] = [
    ("HP:0030674", gestation(0), 0),                // antenatal
    ("HP:0011460", gestation(0), gestation(10)),    // embryonal
    ("HP:0011461", gestation(10), 0),               // fetal
    ("HP:0034199", gestation(11), gestation(14)),   // late first trimester
    ("HP:0034198", gestation(14), gestation(28)),   // second trimester
    ("HP:0034197", gestation(28), 0),               // third trimester
    ("HP:0003577", 0, 1),                           // congenital
    ("HP:0003623", 0, 28 * Age::DAY),               // neonatal
    ("HP:0410280", 28 * Age::DAY, 16 * Age::YEAR),  // paediatric
    ("HP:0003593", 28 * Age::DAY, Age::YEAR),       // infantile
    ("HP:0011463", Age::YEAR, 5 * Age::YEAR),       // childhood
    ("HP:0003621", 5 * Age::YEAR, 16 * Age::YEAR),  // juvenile
    ("HP:0003581", 16 * Age::YEAR, NEVER),          // adult
    ("HP:0011462", 16 * Age::YEAR, 40 * Age::YEAR), // young adult
    ("HP:0025708", 16 * Age::YEAR, 19 * Age::YEAR), // early young adult
    ("HP:0025709", 19 * Age::YEAR, 25 * Age::YEAR), // intermediate young adult
    ("HP:0025710", 25 * Age::YEAR, 40 * Age::YEAR), // late young adult
    ("HP:0003596", 40 * Age::YEAR, 60 * Age::YEAR), // middle age
    ("HP:0003584", 60 * Age::YEAR, NEVER),          // late
];

/// The age at the end of so many weeks from the last menstruation.
const fn gestation(weeks: i32) -> i32 {
    (weeks * 7 - GESTATION_DAYS as i32) * Age::DAY
}

impl Ages {
    pub(crate) fn at(age: Age) -> Self {
        Self {
            low: age,
            high: age,
        }
    }

    /// The stages of onset that are defined by age, by their ids, and the ages that each spans.
    pub(crate) fn stages() -> impl Iterator<Item = (&'static str, Self)> {
        STAGES.iter().map(|&(id, from, before)| {
            let (low, high) = (Age(from), Age(before - 1));
            (id, Self { low, high })
        })
    }
}

impl Age {
    /// An ISO 8601 duration: `P70Y6M`, `P3W`, `PT12H`, `P0.5Y`.
    pub(crate) fn from_iso(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix(['P', 'p'])?;
        let (days, hours) = match rest.split_once(['T', 't']) {
            Some((_, "")) => return None,
            Some((days, hours)) => (days, Some(hours)),
            None => (rest, None),
        };
        let (year, day) = (f64::from(Self::YEAR), f64::from(Self::DAY));
        let large = [
            ('Y', year),
            ('M', f64::from(Self::MONTH)),
            ('W', day * 7.0),
            ('D', day),
        ];
        let small = [('H', day / 24.0), ('M', day / 1440.0), ('S', day / 86400.0)];
        let (sum, count) = parts(days, &large)?;
        let (more, more_count) = parts(hours.unwrap_or(""), &small)?;
        if count + more_count == 0 {
            return None;
        }
        Self::from_sixteenths(sum + more)
    }

    pub(crate) fn from_years(years: f64) -> Option<Self> {
        Self::from_sixteenths(years * f64::from(Self::YEAR))
    }

    pub(crate) fn from_months(months: f64) -> Option<Self> {
        Self::from_sixteenths(months * f64::from(Self::MONTH))
    }

    pub(crate) fn from_days(days: f64) -> Option<Self> {
        Self::from_sixteenths(days * f64::from(Self::DAY))
    }

    /// Time before birth is below zero; what a clinic writes of a newborn is its birth.
    pub(crate) fn from_gestation(weeks: i64, days: i64) -> Option<Self> {
        if !(0..=50).contains(&weeks) || !(0..=350).contains(&days) {
            return None;
        }
        let before = (weeks * 7 + days - GESTATION_DAYS).min(0);
        i32::try_from(before)
            .ok()
            .map(|days| Self(days * Self::DAY))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "within the longest life, as just checked"
    )]
    fn from_sixteenths(sixteenths: f64) -> Option<Self> {
        let most = LONGEST_LIFE * f64::from(Self::YEAR);
        (0.0..=most)
            .contains(&sixteenths)
            .then(|| Self(sixteenths.floor() as i32))
    }
}

/// Numbers with units, largest unit first, each at most once: their sum and how many there are.
fn parts(text: &str, units: &[(char, f64)]) -> Option<(f64, usize)> {
    let (mut rest, mut units) = (text, units.iter());
    let (mut sum, mut count) = (0.0, 0);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')?;
        let (number, tail) = rest.split_at_checked(end)?;
        let mut characters = tail.chars();
        let letter = characters.next()?.to_ascii_uppercase();
        let (_, size) = units.find(|(unit, _)| *unit == letter)?;
        sum += number.replace(',', ".").parse::<f64>().ok()? * size;
        count += 1;
        rest = characters.as_str();
    }
    Some((sum, count))
}

impl Dates {
    /// `1950`, `1950-03`, `1950-03-12`, or a timestamp, of which the day is kept.
    pub(crate) fn from_iso(text: &str) -> Option<Self> {
        let text = text.trim();
        let day = match text.find(['T', 't', ' ']) {
            Some(at) => {
                let (day, time) = text.split_at_checked(at)?;
                let time = time.get(1..)?;
                let clock = time.len() >= 5
                    && time.starts_with(|c: char| c.is_ascii_digit())
                    && time.chars().all(|c| {
                        c.is_ascii_digit() || matches!(c, ':' | '.' | 'Z' | 'z' | '+' | '-')
                    });
                if !clock || day.len() != 10 {
                    return None;
                }
                day
            }
            None => text,
        };
        let mut fields = day.split('-');
        let year = number(fields.next()?, 4)?;
        let month = fields.next().map(|field| number(field, 2));
        let date = fields.next().map(|field| number(field, 2));
        if fields.next().is_some() || year == 0 {
            return None;
        }
        match (month, date) {
            (None, _) => Some(Self {
                first: days(year, 1, 1),
                last: days(year, 12, 31),
            }),
            (Some(month), None) => {
                let month = month.filter(|month| (1..=12).contains(month))?;
                Some(Self {
                    first: days(year, month, 1),
                    last: days(year, month, length(year, month)),
                })
            }
            (Some(month), Some(date)) => {
                let month = month.filter(|month| (1..=12).contains(month))?;
                let date = date.filter(|date| (1..=length(year, month)).contains(date))?;
                let day = days(year, month, date);
                Some(Self {
                    first: day,
                    last: day,
                })
            }
        }
    }

    /// How old somebody born on `self` is on `then`.
    pub(crate) fn age_on(self, then: Self) -> Option<Ages> {
        let low = then.first.saturating_sub(self.last).max(0);
        let high = then.last.saturating_sub(self.first);
        if high < 0 {
            return None;
        }
        Some(Ages {
            low: Age::from_days(f64::from(low))?,
            high: Age::from_days(f64::from(high))?,
        })
    }
}

impl fmt::Display for Dates {
    /// The first day, and the last where it is another one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.first);
        write!(f, "{year:04}-{month:02}-{day:02}")?;
        match self.first == self.last {
            true => Ok(()),
            false => {
                let (year, month, day) = civil(self.last);
                write!(f, " to {year:04}-{month:02}-{day:02}")
            }
        }
    }
}

impl Dates {
    /// As a source may write it: a year, a month, a day; `None` of other spans.
    pub(crate) fn to_iso(self) -> Option<String> {
        let (year, month, day) = civil(self.first);
        let texts = [
            format!("{year:04}"),
            format!("{year:04}-{month:02}"),
            format!("{year:04}-{month:02}-{day:02}"),
        ];
        let mut texts = texts.into_iter();
        texts.find(|text| Self::from_iso(text) == Some(self))
    }
}

/// A moment in UTC, given in seconds since 1970, as RFC 3339 writes it.
pub(crate) fn moment(seconds: u64) -> String {
    let day = i32::try_from(seconds / 86_400).unwrap_or(i32::MAX);
    let of_day = seconds % 86_400;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let (first, last) = (day, day);
    format!(
        "{}T{hour:02}:{minute:02}:{second:02}Z",
        Dates { first, last }
    )
}

fn number(text: &str, len: usize) -> Option<i32> {
    (text.len() == len && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn length(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar. Years begin in March here, so that the leap day
/// is the last of its year.
fn days(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day since 1970-01-01.
fn civil(day: i32) -> (i64, i64, i64) {
    let day = i64::from(day) + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_days_and_times() {
        assert_eq!(moment(0), "1970-01-01T00:00:00Z");
        assert_eq!(moment(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(moment(4_102_444_799), "2099-12-31T23:59:59Z");
    }

    #[test]
    fn days_are_shown_as_they_are_read() {
        for day in (-719_000..800_000).step_by(367).chain(-3..400) {
            let dates = Dates {
                first: day,
                last: day,
            };
            assert_eq!(Dates::from_iso(&dates.to_string()), Some(dates), "{day}");
            assert_eq!(dates.to_iso(), Some(dates.to_string()));
        }
        let month = Dates::from_iso("2020-02").unwrap();
        assert_eq!(month.to_string(), "2020-02-01 to 2020-02-29");
        assert_eq!(month.to_iso().unwrap(), "2020-02");
        let year = Dates::from_iso("2020").unwrap();
        assert_eq!(year.to_iso().unwrap(), "2020");
        let some = Dates {
            last: month.last,
            ..year
        };
        assert_eq!(some.to_iso(), None);
    }

    #[test]
    fn stages_of_onset_follow_each_other() {
        let of = |number: &str| {
            let mut stages = Ages::stages();
            let found = stages.find(|(id, _)| id.strip_prefix("HP:") == Some(number));
            found.unwrap().1
        };
        let chains = [
            &[
                "0030674", "0003623", "0003593", "0011463", "0003621", "0003581",
            ][..],
            &["0011460", "0011461"],
            &["0034199", "0034198", "0034197"],
            &["0003623", "0410280", "0011462", "0003596", "0003584"],
            &["0025708", "0025709", "0025710"],
        ];
        for chain in chains {
            for pair in chain.windows(2) {
                assert_eq!(of(pair[0]).high.0 + 1, of(pair[1]).low.0, "{pair:?}");
            }
        }
        assert_eq!(of("0003577"), Ages::at(Age(0)), "congenital is at birth");
        assert_eq!(of("0003593").low, Age::parse("28d").unwrap());
        assert_eq!(of("0011463").low, Age::parse("P1Y").unwrap());
        assert_eq!(of("0011462").low, of("0003581").low);
        assert_eq!(of("0003584").high, of("0003581").high);
    }
}
