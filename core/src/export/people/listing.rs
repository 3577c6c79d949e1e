//! An individual as lines for people to read.

use super::Individual;
use crate::model::{Ages, AttributeValue, Coding, Kin, Record, Sex, Time, Value};
use std::fmt::{self, Display, Formatter};

/// Width of what a line is about.
const WIDTH: usize = 14;

impl Display for Individual {
    /// A line for the id, for each sample, attribute and record: what it is, and what is recorded, as expressions
    /// name it.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let person = &self.person;
        let mut line = |what: &str, text: &dyn Display| writeln!(f, "{what:WIDTH$} {text}");
        line("individual", &self.id())?;
        for sample in &self.samples {
            line("sample", &sample.name)?;
            for (name, value) in &sample.attributes {
                line("", &format_args!("{name} {}", Shown(value)))?;
            }
        }
        if let Some(sex) = person.sex {
            let sex = match sex {
                Sex::Female => "female",
                Sex::Male => "male",
                Sex::Other => "other",
            };
            line("sex", &sex)?;
        }
        if let Some(karyotype) = &person.karyotype {
            line("karyotype", karyotype)?;
        }
        if let Some(age) = person.age {
            line("age", &Span(age))?;
        }
        if let Some(birth) = person.birth {
            line("born", &birth)?;
        }
        if let Some(deceased) = person.deceased {
            line("deceased", &if deceased { "yes" } else { "no" })?;
        }
        if let Some(country) = &person.country {
            line("country", &Code(country))?;
        }
        let lists = [
            ("population", &person.populations),
            ("cohort", &person.cohorts),
            ("dataset", &person.collections),
        ];
        for (what, list) in lists {
            for text in list {
                line(what, text)?;
            }
        }
        if let Some(kin) = &person.kin {
            line("family", &Family(kin))?;
        }
        for (name, value) in &self.free {
            line("attribute", &format_args!("{name} {}", Shown(value)))?;
        }
        for record in &person.records {
            line(&record.scope.to_string(), &Recorded(record))?;
        }
        Ok(())
    }
}

struct Code<'a>(&'a Coding);

impl Display for Code<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Coding { id, label } = self.0;
        match (id.is_empty(), label.is_empty()) {
            (false, false) => write!(f, "{id} {label}"),
            _ => write!(f, "{id}{label}"),
        }
    }
}

struct Span(Ages);

impl Display for Span {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.low == self.0.high {
            true => self.0.low.fmt(f),
            false => write!(f, "{} to {}", self.0.low, self.0.high),
        }
    }
}

/// A value of an attribute: a code with its label.
struct Shown<'a>(&'a AttributeValue);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            AttributeValue::Code(code) => Code(code).fmt(f),
            other => other.fmt(f),
        }
    }
}

struct Family<'a>(&'a Kin);

impl Display for Family<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kin = self.0;
        f.write_str(if kin.family.is_empty() {
            "."
        } else {
            &kin.family
        })?;
        for (what, parent) in [("father", &kin.father), ("mother", &kin.mother)] {
            if let Some(parent) = parent {
                write!(f, ", {what} {parent}")?;
            }
        }
        match kin.affected {
            Some(true) => f.write_str(", affected"),
            Some(false) => f.write_str(", not affected"),
            None => Ok(()),
        }
    }
}

struct At<'a>(&'a Time);

impl Display for At<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Time::Age(ages) => Span(*ages).fmt(f),
            Time::Date(dates) => dates.fmt(f),
            Time::Stage(stage) => Code(stage).fmt(f),
        }
    }
}

struct Recorded<'a>(&'a Record);

impl Display for Recorded<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let record = self.0;
        if record.excluded {
            f.write_str("excluded: ")?;
        }
        Code(&record.term).fmt(f)?;
        match &record.value {
            Some(Value::Number { number, unit }) if *unit == Coding::default() => {
                write!(f, " = {number}")?;
            }
            Some(Value::Number { number, unit }) => write!(f, " = {number} {}", Code(unit))?,
            Some(Value::Term(term)) => write!(f, " = {}", Code(term))?,
            None => {}
        }
        for (what, time) in [("from", &record.onset), ("until", &record.end)] {
            if let Some(time) = time {
                write!(f, "; {what} {}", At(time))?;
            }
        }
        match &record.severity {
            Some(severity) => write!(f, "; severity {}", Code(severity)),
            None => Ok(()),
        }
    }
}
