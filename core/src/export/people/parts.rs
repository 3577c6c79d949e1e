//! What Phenopackets and Beacon write alike.

use crate::model::{Age, Ages, Coding, Dates, Record, Sex, Time, Value as Measured};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How a format writes times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Phenopacket,
    Beacon,
}

/// The names of karyotypes in both formats.
const KARYOTYPES: [&str; 9] = [
    "XX", "XY", "XO", "XXY", "XXX", "XXYY", "XXXY", "XXXX", "XYY",
];
/// Recorded, and none of these.
const OTHER: &str = "OTHER_KARYOTYPE";

/// An object without the fields that have no value.
pub(super) type Object = Map<String, Value>;

/// A record on its way to JSON.
#[derive(Debug)]
pub(super) struct Writer {
    dialect: Dialect,
    /// What has no place, and how often.
    left: BTreeMap<String, u64>,
    /// Prefixes of the codes that are used, as they are written.
    pub(super) prefixes: BTreeSet<String>,
}

impl Writer {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            left: BTreeMap::new(),
            prefixes: BTreeSet::new(),
        }
    }

    /// Something has no place.
    pub(super) fn leave(&mut self, what: impl Into<String>) {
        *self.left.entry(what.into()).or_default() += 1;
    }

    /// The same of what is not there everywhere.
    pub(super) fn leave_some<T>(&mut self, what: &str, value: Option<T>) {
        if value.is_some() {
            self.leave(what);
        }
    }

    pub(super) fn into_left(self) -> Vec<String> {
        let left = self.left.into_iter();
        left.map(|(what, count)| match count {
            1 => what,
            _ => format!("{what} ({count} times)"),
        })
        .collect()
    }

    pub(super) fn coding(&mut self, coding: &Coding) -> Value {
        if let Some((prefix, _)) = coding.id.split_once(':') {
            self.prefixes.insert(prefix.to_owned());
        }
        let mut object = Object::new();
        for (key, text) in [("id", &coding.id), ("label", &coding.label)] {
            if !text.is_empty() {
                object.insert(key.to_owned(), Value::from(text.as_str()));
            }
        }
        Value::Object(object)
    }

    pub(super) fn time(&mut self, time: &Time) -> Value {
        let (kind, value) = match time {
            Time::Age(ages) => ages_of(*ages),
            Time::Date(dates) if dates.first == dates.last => {
                ("timestamp", Value::from(timestamp(dates.first)))
            }
            Time::Date(dates) => ("interval", interval(*dates)),
            Time::Stage(stage) => ("ontologyClass", self.coding(stage)),
        };
        match self.dialect {
            Dialect::Phenopacket => json!({ kind: value }),
            Dialect::Beacon => value,
        }
    }

    /// Ages in the words of the format.
    pub(super) fn ages(&mut self, ages: Ages) -> Value {
        self.time(&Time::Age(ages))
    }

    /// Adds a time, where there is one.
    pub(super) fn add_time(&mut self, to: &mut Object, key: &str, time: Option<&Time>) {
        if let Some(time) = time {
            to.insert(key.to_owned(), self.time(time));
        }
    }

    /// A number with its unit.
    pub(super) fn quantity(&mut self, number: f64, unit: &Coding) -> Value {
        let mut object = Object::new();
        if *unit != Coding::default() {
            object.insert("unit".to_owned(), self.coding(unit));
        }
        object.insert("value".to_owned(), number_of(number));
        Value::Object(object)
    }

    /// The name of a karyotype; one that has none in the format is another one.
    pub(super) fn karyotype(&mut self, karyotype: &str) -> &'static str {
        let known = |name: &&&str| name.eq_ignore_ascii_case(karyotype);
        if let Some(name) = KARYOTYPES.iter().find(known) {
            return name;
        }
        if !karyotype.eq_ignore_ascii_case(OTHER) {
            self.leave("the name of the karyotype");
        }
        OTHER
    }

    /// Whether a record can be written, of a list in which nothing can be said to be absent: else it would be said to
    /// be there.
    pub(super) fn is_present(&mut self, record: &Record) -> bool {
        if record.excluded {
            self.leave(format!("an excluded {}", record.scope));
        }
        !record.excluded
    }
}

/// A number of JSON: whole ones without a fraction.
pub(super) fn number_of(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.fract() == 0.0
        && number.abs() < EXACT
        && !(number == 0.0 && number.is_sign_negative())
    {
        true => Value::from(number as i64),
        false => Value::from(number),
    }
}

/// A day as a timestamp.
pub(super) fn timestamp(day: i32) -> String {
    let day = Dates {
        first: day,
        last: day,
    };
    format!("{day}T00:00:00Z")
}

pub(super) fn interval(dates: Dates) -> Value {
    json!({ "start": timestamp(dates.first), "end": timestamp(dates.last) })
}

fn age_of(age: Age) -> (&'static str, Value) {
    match age.to_iso() {
        Some(duration) => ("age", json!({ "iso8601duration": duration })),
        None => {
            let (weeks, days) = age.to_gestation();
            ("gestationalAge", json!({ "weeks": weeks, "days": days }))
        }
    }
}

fn ages_of(ages: Ages) -> (&'static str, Value) {
    if ages.low == ages.high {
        return age_of(ages.low);
    }
    let (start, end) = (age_of(ages.low), age_of(ages.high));
    ("ageRange", json!({ "start": start.1, "end": end.1 }))
}

/// The days from the first dose to the last, where a treatment says both.
pub(super) fn doses(record: &Record) -> Option<Value> {
    match (&record.onset, &record.end) {
        (Some(Time::Date(from)), Some(Time::Date(to))) => {
            let days = from.first == from.last && to.first == to.last && from.first <= to.last;
            let whole = Dates {
                first: from.first,
                last: to.last,
            };
            days.then(|| json!([{ "interval": interval(whole) }]))
        }
        _ => None,
    }
}

/// The day of a time that is one.
pub(super) fn day(time: Option<&Time>) -> Option<String> {
    match time {
        Some(Time::Date(dates)) if dates.first == dates.last => Some(dates.to_string()),
        _ => None,
    }
}

/// A sex in words of Phenopackets.
pub(super) fn sex_name(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "FEMALE",
        Sex::Male => "MALE",
        Sex::Other => "OTHER_SEX",
    }
}

/// What is measured, where it is a number.
pub(super) fn number(value: Option<&Measured>) -> Option<(f64, &Coding)> {
    match value {
        Some(Measured::Number { number, unit }) => Some((*number, unit)),
        _ => None,
    }
}

/// Adds a list that has something.
pub(super) fn add_list(to: &mut Object, key: &str, list: Vec<Value>) {
    if !list.is_empty() {
        to.insert(key.to_owned(), Value::Array(list));
    }
}

/// JSON in lines that people can read.
pub(super) fn text(value: Object) -> String {
    format!("{:#}\n", Value::Object(value))
}
