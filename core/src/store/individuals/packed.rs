//! What is recorded of people on its way into the file: codings as numbers, so that a record takes some
//! bytes and no text.

use super::{SCOPES, flag, scope_number};
use crate::error::{Error, Result};
use crate::format::plain;
use crate::model::{
    Age, Ages, AttributeValue, Coding, Dates, Kin, Person, Record, SampleNameKind, Scope, Sex,
    Time, Value,
};
use crate::set::{read_varint, write_varint};
use crate::store::Texts;
use std::io;

/// Between the id and the label of a coding: no text of the store has it, and it is below what they have, so
/// that both together are in the order of the pairs.
const BETWEEN: u8 = b'\n';
/// A bit of packed flags: there is a severity.
const SEVERITY: u32 = 1 << 11;

/// Every coding met, numbered in the order of the first mention.
#[derive(Debug, Default, Clone)]
pub(crate) struct Codings {
    texts: Texts,
    /// Whether something was recorded by it, rather than said of what was.
    terms: Vec<bool>,
    joined: Vec<u8>,
}

impl Codings {
    /// Texts of the store have no control characters: codings that differ only by them are the same.
    pub(crate) fn add(&mut self, coding: &Coding) -> u32 {
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        join(coding, &mut joined);
        let number = self.texts.add(&joined);
        self.joined = joined;
        self.terms.resize(self.texts.len() as usize, false);
        number
    }

    /// A coding of others.
    pub(crate) fn add_joined(&mut self, others: &Self, number: u32) -> u32 {
        let own = self.texts.add(others.texts.bytes_of(number));
        self.terms.resize(self.texts.len() as usize, false);
        own
    }

    pub(super) fn mark(&mut self, number: u32) {
        if let Some(term) = self.terms.get_mut(number as usize) {
            *term = true;
        }
    }

    pub(super) fn number(&self, coding: &Coding) -> Option<u32> {
        let mut joined = Vec::new();
        join(coding, &mut joined);
        self.texts.number(&joined)
    }

    pub(crate) fn len(&self) -> u32 {
        self.texts.len()
    }

    /// Each joined of its id and label: their order is that of the pairs.
    pub(super) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Id and label.
    pub(crate) fn get(&self, number: u32) -> (&str, &str) {
        let joined = self.texts.get(number);
        joined.split_once(char::from(BETWEEN)).unwrap_or_default()
    }

    /// Id and label of what records are of.
    pub(crate) fn terms(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = (0..).zip(&self.terms);
        all.filter(|(_, term)| **term)
            .map(|(number, _)| self.get(number))
    }
}

fn join(coding: &Coding, out: &mut Vec<u8>) {
    out.extend_from_slice(plain(&coding.id).as_bytes());
    out.push(BETWEEN);
    out.extend_from_slice(plain(&coding.label).as_bytes());
}

/// A record as the columns of events have it, but for the numbers of codings, which are those of
/// [`Codings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(super) flags: u32,
    pub(super) term: u32,
    pub(super) onset: Option<(i32, i32)>,
    pub(super) end: Option<(i32, i32)>,
    pub(super) severity: Option<u32>,
    pub(super) content: u64,
    pub(super) unit: Option<u32>,
}

impl Event {
    pub(crate) fn of(record: &Record, codings: &mut Codings) -> Self {
        let term = codings.add(&record.term);
        codings.mark(term);
        let (onset, at) = time(record.onset.as_ref(), codings);
        let (end, until) = time(record.end.as_ref(), codings);
        let (value, content, unit) = match &record.value {
            None => (0, 0, None),
            Some(Value::Number { number, unit }) => (1, number.to_bits(), Some(codings.add(unit))),
            Some(Value::Term(term)) => (2, u64::from(codings.add(term)), None),
        };
        let excluded = if record.excluded {
            flag::EXCLUDED as u32
        } else {
            0
        };
        Self {
            flags: scope_number(record.scope) as u32
                | excluded
                | onset << flag::ONSET
                | end << flag::END
                | value << flag::VALUE,
            term,
            onset: at,
            end: until,
            severity: record.severity.as_ref().map(|coding| codings.add(coding)),
            content,
            unit,
        }
    }

    /// The record, by what the numbers of codings stand for.
    pub(crate) fn record(&self, coding: impl Fn(u32) -> Result<Coding>) -> Result<Record> {
        let time = |shift, span: Option<(i32, i32)>| {
            Ok::<_, Error>(match (self.kind(shift), span) {
                (1, Some((low, high))) => Some(Time::Age(Ages {
                    low: Age(low),
                    high: Age(high),
                })),
                (2, Some((first, last))) => Some(Time::Date(Dates { first, last })),
                (3, Some((stage, _))) => Some(Time::Stage(coding(stage as u32)?)),
                _ => None,
            })
        };
        let scope = SCOPES.get((self.flags & 15) as usize).copied();
        Ok(Record {
            // events of a file are checked when they are read
            scope: scope.unwrap_or(Scope::Phenotype),
            term: coding(self.term)?,
            excluded: self.flags & flag::EXCLUDED as u32 != 0,
            onset: time(flag::ONSET, self.onset)?,
            end: time(flag::END, self.end)?,
            severity: self.severity.map(&coding).transpose()?,
            value: match (self.kind(flag::VALUE), self.unit) {
                (1, Some(unit)) => Some(Value::Number {
                    number: f64::from_bits(self.content),
                    unit: coding(unit)?,
                }),
                (2, _) => Some(Value::Term(coding(self.content as u32)?)),
                _ => None,
            },
        })
    }

    /// The same with other numbers of codings: `number` is given each, and whether it is the term.
    pub(super) fn renumbered(mut self, number: &mut dyn FnMut(u32, bool) -> u32) -> Self {
        self.term = number(self.term, true);
        for shift in [flag::ONSET, flag::END] {
            let is_stage = self.kind(shift) == 3;
            let span = if shift == flag::ONSET {
                &mut self.onset
            } else {
                &mut self.end
            };
            if let Some((low, high)) = span.as_mut().filter(|_| is_stage) {
                let stage = number(low.cast_unsigned(), false).cast_signed();
                (*low, *high) = (stage, stage);
            }
        }
        self.severity = self.severity.map(|of| number(of, false));
        self.unit = self.unit.map(|of| number(of, false));
        if self.kind(flag::VALUE) == 2 {
            self.content = number(self.content as u32, false).into();
        }
        self
    }

    /// What the flags say of a time or a value.
    pub(super) fn kind(&self, shift: u32) -> u32 {
        self.flags >> shift & 3
    }

    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        let severity = self.severity.map_or(0, |_| SEVERITY);
        write_varint(out, self.flags | severity);
        write_varint(out, self.term);
        for (low, high) in [self.onset, self.end].into_iter().flatten() {
            write_varint(out, folded(low));
            write_varint(out, folded(high.wrapping_sub(low)));
        }
        if let Some(severity) = self.severity {
            write_varint(out, severity);
        }
        match self.kind(flag::VALUE) {
            0 => {}
            1 => {
                out.extend(self.content.to_le_bytes());
                write_varint(out, self.unit.unwrap_or_default());
            }
            _ => write_varint(out, self.content as u32),
        }
    }
}

/// What a time is, and its two columns.
fn time(time: Option<&Time>, codings: &mut Codings) -> (u32, Option<(i32, i32)>) {
    match time {
        None => (0, None),
        Some(Time::Age(ages)) => (1, Some((ages.low.0, ages.high.0))),
        Some(Time::Date(days)) => (2, Some((days.first, days.last))),
        Some(Time::Stage(stage)) => {
            let number = codings.add(stage) as i32;
            (3, Some((number, number)))
        }
    }
}

/// A number near 0 as a small one.
fn folded(number: i32) -> u32 {
    (number << 1 ^ number >> 31) as u32
}

fn unfolded(number: u32) -> i32 {
    (number >> 1) as i32 ^ -((number & 1) as i32)
}

/// Appends everything of a person but the id and the records.
pub(crate) fn pack_person(person: &Person, out: &mut Vec<u8>) {
    let sex = person.sex.map_or(0, |sex| match sex {
        Sex::Female => 1,
        Sex::Male => 2,
        Sex::Other => 3,
    });
    out.push(sex | truth(person.deceased) << 2);
    write_varint(out, person.sample_names.len() as u32);
    for (kind, name) in &person.sample_names {
        out.push(match kind {
            SampleNameKind::Biosample => 0,
            SampleNameKind::File => 1,
            SampleNameKind::Individual => 2,
            SampleNameKind::Packet => 3,
        });
        pack_text(name, out);
    }
    pack_some(person.karyotype.as_ref(), out, |text, out| {
        pack_text(text, out)
    });
    for list in [&person.populations, &person.cohorts, &person.collections] {
        write_varint(out, list.len() as u32);
        list.iter().for_each(|text| pack_text(text, out));
    }
    pack_some(person.country.as_ref(), out, |country, out| {
        pack_text(&country.id, out);
        pack_text(&country.label, out);
    });
    let spans = [
        person.birth.map(|birth| (birth.first, birth.last)),
        person.age.map(|age| (age.low.0, age.high.0)),
    ];
    for span in spans {
        pack_some(span, out, |(low, high), out| {
            write_varint(out, folded(low));
            write_varint(out, folded(high));
        });
    }
    pack_some(person.kin.as_ref(), out, |kin, out| {
        pack_text(&kin.family, out);
        for parent in [&kin.father, &kin.mother] {
            pack_some(parent.as_ref(), out, |parent, out| pack_text(parent, out));
        }
        out.push(truth(kin.affected));
    });
    pack_values(&person.free, out);
}

/// Appends values of free attributes, with the numbers of these.
pub(crate) fn pack_values(values: &[(u32, AttributeValue)], out: &mut Vec<u8>) {
    write_varint(out, values.len() as u32);
    for (number, value) in values {
        write_varint(out, *number);
        match value {
            AttributeValue::Text(text) => {
                out.push(0);
                pack_text(text, out);
            }
            AttributeValue::Number(number) => {
                out.push(1);
                out.extend(number.to_bits().to_le_bytes());
            }
            AttributeValue::Date(dates) => {
                out.push(2);
                write_varint(out, folded(dates.first));
                write_varint(out, folded(dates.last));
            }
            AttributeValue::Age(ages) => {
                out.push(3);
                write_varint(out, folded(ages.low.0));
                write_varint(out, folded(ages.high.0));
            }
            AttributeValue::Code(code) => {
                out.push(4);
                pack_text(&code.id, out);
                pack_text(&code.label, out);
            }
        }
    }
}

fn truth(value: Option<bool>) -> u8 {
    value.map_or(0, |value| 1 + u8::from(value))
}

pub(crate) fn pack_text(text: &str, out: &mut Vec<u8>) {
    write_varint(out, text.len() as u32);
    out.extend_from_slice(text.as_bytes());
}

fn pack_some<T>(value: Option<T>, out: &mut Vec<u8>, pack: impl FnOnce(T, &mut Vec<u8>)) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        pack(value, out);
    }
}

/// What was packed, from its beginning on.
#[derive(Debug)]
pub(crate) struct Packed<'a> {
    bytes: &'a [u8],
    at: usize,
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a damaged temporary file")
}

impl<'a> Packed<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(crate) fn number(&mut self) -> io::Result<u32> {
        read_varint(self.bytes, &mut self.at).map_err(|_| broken())
    }

    fn byte(&mut self) -> io::Result<u8> {
        let byte = self.bytes.get(self.at).copied().ok_or_else(broken)?;
        self.at += 1;
        Ok(byte)
    }

    fn truth(&mut self) -> io::Result<Option<bool>> {
        Ok(flag::maybe(i64::from(self.byte()?)))
    }

    pub(crate) fn text(&mut self) -> io::Result<&'a str> {
        let len = self.number()? as usize;
        let bytes = self.bytes.get(self.at..).and_then(|rest| rest.get(..len));
        self.at += len;
        std::str::from_utf8(bytes.ok_or_else(broken)?).map_err(|_| broken())
    }

    fn some<T>(&mut self, read: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<Option<T>> {
        match self.byte()? {
            0 => Ok(None),
            _ => read(self).map(Some),
        }
    }

    fn texts(&mut self) -> io::Result<Vec<String>> {
        let len = self.number()?;
        (0..len).map(|_| Ok(self.text()?.to_owned())).collect()
    }

    fn span(&mut self) -> io::Result<(i32, i32)> {
        Ok((unfolded(self.number()?), unfolded(self.number()?)))
    }

    pub(crate) fn person(&mut self) -> io::Result<Person> {
        let first = self.byte()?;
        let names = self.number()?;
        let name = |_| {
            let kind = match self.byte()? {
                0 => SampleNameKind::Biosample,
                1 => SampleNameKind::File,
                2 => SampleNameKind::Individual,
                _ => SampleNameKind::Packet,
            };
            Ok((kind, self.text()?.to_owned()))
        };
        Ok(Person {
            sex: match first & 3 {
                1 => Some(Sex::Female),
                2 => Some(Sex::Male),
                3 => Some(Sex::Other),
                _ => None,
            },
            deceased: flag::maybe(i64::from(first >> 2)),
            sample_names: (0..names).map(name).collect::<io::Result<_>>()?,
            karyotype: self.some(|packed| Ok(packed.text()?.to_owned()))?,
            populations: self.texts()?,
            cohorts: self.texts()?,
            collections: self.texts()?,
            country: self.some(|packed| {
                Ok(Coding {
                    id: packed.text()?.to_owned(),
                    label: packed.text()?.to_owned(),
                })
            })?,
            birth: self
                .some(Self::span)?
                .map(|(first, last)| Dates { first, last }),
            age: self.some(Self::span)?.map(|(low, high)| Ages {
                low: Age(low),
                high: Age(high),
            }),
            kin: self.some(Self::kin)?,
            free: self.values()?,
            ..Person::default()
        })
    }

    /// Values of free attributes, with the numbers of these.
    pub(crate) fn values(&mut self) -> io::Result<Vec<(u32, AttributeValue)>> {
        let len = self.number()?;
        let value = |_| {
            let number = self.number()?;
            let value = match self.byte()? {
                0 => AttributeValue::Text(self.text()?.to_owned()),
                1 => AttributeValue::Number(f64::from_bits(self.bits()?)),
                2 => {
                    let (first, last) = self.span()?;
                    AttributeValue::Date(Dates { first, last })
                }
                3 => {
                    let (low, high) = self.span()?;
                    AttributeValue::Age(Ages {
                        low: Age(low),
                        high: Age(high),
                    })
                }
                _ => AttributeValue::Code(Coding {
                    id: self.text()?.to_owned(),
                    label: self.text()?.to_owned(),
                }),
            };
            Ok((number, value))
        };
        (0..len).map(value).collect()
    }

    fn bits(&mut self) -> io::Result<u64> {
        let rest = self.bytes.get(self.at..);
        let bytes = rest.and_then(|rest| rest.first_chunk());
        let bits = u64::from_le_bytes(*bytes.ok_or_else(broken)?);
        self.at += size_of::<u64>();
        Ok(bits)
    }

    fn kin(&mut self) -> io::Result<Kin> {
        let family = self.text()?.to_owned();
        let parent = |packed: &mut Self| packed.some(|packed| Ok(packed.text()?.to_owned()));
        Ok(Kin {
            family,
            father: parent(self)?,
            mother: parent(self)?,
            affected: self.truth()?,
        })
    }

    pub(crate) fn event(&mut self) -> io::Result<Event> {
        let flags = self.number()?;
        let mut event = Event {
            flags: flags & !SEVERITY,
            term: self.number()?,
            onset: None,
            end: None,
            severity: None,
            content: 0,
            unit: None,
        };
        for (shift, time) in [(flag::ONSET, &mut event.onset), (flag::END, &mut event.end)] {
            if flags >> shift & 3 != 0 {
                let (low, more) = self.span()?;
                *time = Some((low, low.wrapping_add(more)));
            }
        }
        if flags & SEVERITY != 0 {
            event.severity = Some(self.number()?);
        }
        match event.kind(flag::VALUE) {
            0 => {}
            1 => {
                event.content = self.bits()?;
                event.unit = Some(self.number()?);
            }
            _ => event.content = u64::from(self.number()?),
        }
        Ok(event)
    }
}
