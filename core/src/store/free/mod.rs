//! Free attributes: what a source knows of individuals or of samples beside what the format has a place for. Each
//! has a name and a type, and a column with a row for each individual, or sample.
//!
//! The same sections stand in files of people and of samples.

mod ask;
mod write;

pub(crate) use crate::model::{ATTRIBUTE_NAME_MAX as NAME_MAX, is_attribute_name as is_name};
pub(crate) use write::FreeWriter;

use crate::error::Result;
use crate::format::{Column, ColumnCursor, Container, Kind, Text, TextBlock, is_plain};
use crate::model::{Age, Ages, AttributeType, AttributeValue, Coding, Dates};
use crate::set::SampleSet;
use std::collections::HashSet;

/// So many attributes are there at most.
pub(crate) const ATTRIBUTES_MAX: usize = 256;
/// Longest text, or id and label together, in bytes.
pub(crate) const TEXT_MAX: usize = 4096;

/// By how much the first day of a date is above the days that follow it.
const DAYS: i64 = 1 << 9;
/// By how much the lowest age is above what the highest is more.
const AGES: i64 = 1 << 20;

/// The attributes of a file.
#[derive(Debug)]
pub(crate) struct Free {
    attributes: Vec<Attribute>,
    texts: Text,
    ids: Text,
    labels: Text,
    rows: u32,
}

/// A name, what the values are, and where they lie.
#[derive(Debug)]
struct Attribute {
    name: String,
    kind: AttributeType,
    section: Kind,
    column: Column,
}

/// An attribute, and how many have a value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) name: String,
    pub(crate) kind: AttributeType,
    pub(crate) count: u64,
}

impl Free {
    /// The attributes of a file of so many individuals or samples.
    pub(crate) fn find(file: &Container, rows: u32) -> Result<Self> {
        let fault = |expected: &str, found: &str| {
            file.damage_in(Kind::FreeNames, expected, format!("{found:?}"))
        };
        let names = Text::find(file, Kind::FreeNames)?;
        if names.len() as usize > ATTRIBUTES_MAX {
            let expected = format!("at most {ATTRIBUTES_MAX} attributes");
            return Err(fault(&expected, &names.len().to_string()));
        }
        let mut attributes: Vec<Attribute> = Vec::new();
        names.each(file, |_, entry| {
            let text = std::str::from_utf8(entry).unwrap_or_default();
            let (name, kind) = text.split_once('\t').unwrap_or_default();
            let Some(kind) = AttributeType::from_name(kind).filter(|_| is_name(name)) else {
                return Err(fault("a name and a type", text));
            };
            let last = attributes.last();
            if last.is_some_and(|last| lower(&last.name) >= lower(name)) {
                return Err(fault("each name once, ascending", text));
            }
            let section = Kind::Free(attributes.len() as u16);
            attributes.push(Attribute {
                name: name.to_owned(),
                kind,
                section,
                column: Column::find(file, section, rows)?,
            });
            Ok(())
        })?;
        let ids = Text::find(file, Kind::FreeCodeIds)?;
        let labels = Text::find(file, Kind::FreeCodeLabels)?;
        if ids.len() != labels.len() {
            let expected = format!("{} labels", ids.len());
            let found = labels.len().to_string();
            return Err(file.damage_in(Kind::FreeCodeLabels, expected, found));
        }
        Ok(Self {
            attributes,
            texts: Text::find(file, Kind::FreeTexts)?,
            ids,
            labels,
            rows,
        })
    }

    /// Names and types, ascending by name in lower case.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, AttributeType)> {
        let all = self.attributes.iter();
        all.map(|attribute| (attribute.name.as_str(), attribute.kind))
    }

    /// The attributes, and of how many there is a value of each; of those `within`, where they are given, the first
    /// row being the number `first`.
    pub(crate) fn counts(
        &self,
        file: &Container,
        within: Option<&SampleSet>,
        first: u32,
    ) -> Result<Vec<Counted>> {
        let mut counts = Vec::with_capacity(self.attributes.len());
        for attribute in &self.attributes {
            let mut cursor = ColumnCursor::new(file, attribute.column);
            let mut count = 0;
            for row in 0..self.rows {
                let is_seen = within.is_none_or(|within| within.contains(first + row));
                count += u64::from(is_seen && cursor.get_nullable(row)?.is_some());
            }
            counts.push(Counted {
                name: attribute.name.clone(),
                kind: attribute.kind,
                count,
            });
        }
        Ok(counts)
    }

    /// The values of a row, with the numbers of their attributes.
    pub(crate) fn row(&self, file: &Container, row: u32) -> Result<Vec<(u32, AttributeValue)>> {
        let mut values = Vec::new();
        for (number, attribute) in (0..).zip(&self.attributes) {
            let (page, i) = crate::format::page_of(row);
            if let Some(value) = attribute.column.page(file, page)?.get_nullable(i) {
                values.push((number, self.value(file, attribute, value)?));
            }
        }
        Ok(values)
    }

    fn value(&self, file: &Container, attribute: &Attribute, value: i64) -> Result<AttributeValue> {
        self.value_in(file, attribute, value, &mut Default::default())
    }

    /// The same by who keeps the blocks of texts that were read last.
    fn value_in(
        &self,
        file: &Container,
        attribute: &Attribute,
        value: i64,
        [first, second]: &mut [TextBlock; 2],
    ) -> Result<AttributeValue> {
        let fault = |expected: String| {
            let found = format!("{value} of {}", attribute.name);
            Err(file.damage_in(attribute.section, expected, found))
        };
        let entry = |of: &Text| u32::try_from(value).ok().filter(|entry| *entry < of.len());
        Ok(match attribute.kind {
            AttributeType::Text => match entry(&self.texts) {
                Some(entry) => {
                    AttributeValue::Text(text(file, (&self.texts, Kind::FreeTexts), entry, first)?)
                }
                None => return fault(format!("a number below {}", self.texts.len())),
            },
            AttributeType::Code => match entry(&self.ids) {
                Some(entry) => AttributeValue::Code(Coding {
                    id: text(file, (&self.ids, Kind::FreeCodeIds), entry, first)?,
                    label: text(file, (&self.labels, Kind::FreeCodeLabels), entry, second)?,
                }),
                None => return fault(format!("a number below {}", self.ids.len())),
            },
            AttributeType::Number => match number_of(value) {
                Some(number) => AttributeValue::Number(number),
                None => return fault("a finite number".to_owned()),
            },
            AttributeType::Date => match span_of(value, DAYS) {
                Some((first, last)) => AttributeValue::Date(Dates { first, last }),
                None => return fault("days".to_owned()),
            },
            AttributeType::Age => match span_of(value, AGES) {
                Some((low, high)) => AttributeValue::Age(Ages {
                    low: Age(low),
                    high: Age(high),
                }),
                None => return fault("ages".to_owned()),
            },
        })
    }

    /// Checks what a reader does not rely on, and that the sections are what would be written of their values.
    pub(crate) fn verify(&self, file: &Container) -> Result<()> {
        let fault =
            |kind, expected: &str, found: String| Err(file.damage_in(kind, expected, found));
        for number in file.kinds() {
            if let Some(kind @ Kind::Free(n)) = Kind::from_number(number)
                && usize::from(n) >= self.attributes.len()
            {
                return fault(kind, "a column of an attribute", format!("number {n}"));
            }
        }
        for attribute in &self.attributes {
            let values = i64::MIN..=i64::MAX;
            attribute.column.verify(file, true, values)?;
            if file.find(attribute.section).is_none() {
                let expected = "attributes that somebody has";
                return fault(Kind::FreeNames, expected, attribute.name.clone());
            }
        }
        self.verify_texts(file)?;
        // texts and codes are numbered in the order in which rows have them
        let (mut texts, mut codes) = (0, 0);
        for row in 0..self.rows {
            for attribute in &self.attributes {
                let (page, i) = crate::format::page_of(row);
                let Some(value) = attribute.column.page(file, page)?.get_nullable(i) else {
                    continue;
                };
                self.value(file, attribute, value)?;
                let next = match attribute.kind {
                    AttributeType::Text => &mut texts,
                    AttributeType::Code => &mut codes,
                    _ => continue,
                };
                if value > *next {
                    let found = format!("{value} in row {row}");
                    return fault(attribute.section, "numbers in the order of rows", found);
                }
                *next = (*next).max(value + 1);
            }
        }
        if (texts, codes) != (i64::from(self.texts.len()), i64::from(self.ids.len())) {
            let kind = match texts == i64::from(self.texts.len()) {
                true => Kind::FreeCodeIds,
                false => Kind::FreeTexts,
            };
            return fault(kind, "texts that rows have", "others".to_owned());
        }
        Ok(())
    }

    fn verify_texts(&self, file: &Container) -> Result<()> {
        let fault = |kind, found: &str| {
            let expected = "distinct texts that are not empty, of bounded length";
            Err(file.damage_in(kind, expected, format!("{found:?}")))
        };
        let entries = |of: &Text, kind, each: &mut dyn FnMut(&str) -> Result<()>| -> Result<()> {
            of.each(file, |_, entry| match std::str::from_utf8(entry) {
                Ok(text) if is_plain(text) => each(text),
                _ => fault(kind, &String::from_utf8_lossy(entry)),
            })
        };
        let mut seen = HashSet::new();
        entries(
            &self.texts,
            Kind::FreeTexts,
            &mut |text| match !text.is_empty()
                && text.len() <= TEXT_MAX
                && seen.insert(text.to_owned())
            {
                true => Ok(()),
                false => fault(Kind::FreeTexts, text),
            },
        )?;
        let mut ids = Vec::new();
        entries(&self.ids, Kind::FreeCodeIds, &mut |id| {
            ids.push(id.to_owned());
            Ok(())
        })?;
        seen.clear();
        let mut ids_left = ids.iter();
        entries(&self.labels, Kind::FreeCodeLabels, &mut |label| {
            let Some(id) = ids_left.next() else {
                return fault(Kind::FreeCodeLabels, label);
            };
            let is_bounded = (1..=TEXT_MAX).contains(&(id.len() + label.len()));
            match is_bounded && seen.insert(format!("{id}\n{label}")) {
                true => Ok(()),
                false => fault(Kind::FreeCodeIds, id),
            }
        })?;
        match ids_left.next() {
            None => Ok(()),
            Some(id) => fault(Kind::FreeCodeLabels, id),
        }
    }
}

fn text(
    file: &Container,
    (of, kind): (&Text, Kind),
    entry: u32,
    block: &mut TextBlock,
) -> Result<String> {
    let text = std::str::from_utf8(of.get(file, entry, block)?);
    text.map(str::to_owned)
        .map_err(|_| file.damage_in(kind, "text in UTF-8", "something else"))
}

fn lower(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Bits that ascend as the numbers do.
fn of_number(number: f64) -> i64 {
    // -0 is 0
    let bits = (number + 0.0).to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

fn number_of(value: i64) -> Option<f64> {
    let bits = value ^ ((value >> 63) as u64 >> 1) as i64;
    let number = f64::from_bits(bits as u64);
    // of zeros one alone is written
    (number.is_finite() && of_number(number) == value).then_some(number)
}

/// The two ends of a span as one number; `None` where they are too far from each other.
fn of_span((low, high): (i32, i32), unit: i64) -> Option<i64> {
    let more = i64::from(high) - i64::from(low);
    (0..unit)
        .contains(&more)
        .then(|| i64::from(low) * unit + more)
}

fn span_of(value: i64, unit: i64) -> Option<(i32, i32)> {
    let low = i32::try_from(value.div_euclid(unit)).ok()?;
    let high = i32::try_from(i64::from(low) + value.rem_euclid(unit)).ok()?;
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_ascend_as_numbers_do(a: f64, b: f64) {
            prop_assume!(a.is_finite() && b.is_finite());
            prop_assert_eq!(number_of(of_number(a)), Some(a + 0.0));
            prop_assert_eq!(of_number(a).cmp(&of_number(b)), (a + 0.0).total_cmp(&(b + 0.0)));
        }

        #[test]
        fn spans_come_back(low: i32, more in 0..600i32, unit in prop_oneof![Just(DAYS), Just(AGES)]) {
            let high = low.saturating_add(more);
            let value = of_span((low, high), unit);
            prop_assert_eq!(value.and_then(|value| span_of(value, unit)), value.map(|_| (low, high)));
            prop_assert_eq!(value.is_some(), i64::from(high - low) < unit);
        }
    }

    #[test]
    fn what_is_no_number_or_span_is_none() {
        for value in [i64::MIN, i64::MAX, of_number(f64::INFINITY), -1] {
            assert_eq!(number_of(value), None, "{value}");
        }
        assert_eq!(number_of(of_number(-0.0)), Some(0.0));
        assert_eq!(span_of(i64::MAX, DAYS), None);
    }

    #[test]
    fn names_of_attributes() {
        for name in ["bmi", "Body-mass_2.index"] {
            assert!(is_name(name), "{name}");
        }
        let long = "a".repeat(NAME_MAX + 1);
        for name in ["", "1a", "a b", "a:b", "ä", &long] {
            assert!(!is_name(name), "{name}");
        }
    }
}
