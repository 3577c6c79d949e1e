//! The columns of people and of what is recorded of them.

use super::flag;
use super::packed::Event;
use crate::format::{
    ColumnWriter, ContainerWriter, Folder, Kind, Spool, TextWriter, plain, unnamed,
};
use crate::model::Person;
use std::io;

/// The place of a coding in the order of the file: every number is one of them.
pub(super) fn at(rank: &[u32], number: u32) -> u32 {
    rank.get(number as usize).copied().unwrap_or_default()
}

/// A column of a row for each person or event.
fn column(folder: Option<&Folder>) -> ColumnWriter {
    ColumnWriter::default().spooled(Spool::new(unnamed(folder)))
}

fn nullable(folder: Option<&Folder>) -> ColumnWriter {
    ColumnWriter::nullable().spooled(Spool::new(unnamed(folder)))
}

/// A row for each person.
pub(super) struct PersonColumns {
    ids: TextWriter,
    flags: ColumnWriter,
    numbers: [ColumnWriter; 5],
    kin: [TextWriter; 3],
}

impl PersonColumns {
    pub(super) fn new(folder: Option<&Folder>) -> Self {
        Self {
            ids: TextWriter::default(),
            flags: column(folder),
            numbers: [(); 5].map(|()| nullable(folder)),
            kin: Default::default(),
        }
    }

    pub(super) fn push(&mut self, person: &Person, country: Option<u32>) {
        self.ids.push(plain(&person.id).as_bytes());
        let age = person.age.map(|age| (age.low.0, age.high.0)).unzip();
        let birth = person.birth.map(|birth| (birth.first, birth.last)).unzip();
        let row = [age.0, age.1, birth.0, birth.1].map(|value| value.map(i64::from));
        let row = row.into_iter().chain([country.map(i64::from)]);
        for (column, value) in self.numbers.iter_mut().zip(row) {
            column.push_nullable(value);
        }
        let mut bits = flag::of(person.deceased) << flag::DECEASED;
        if let Some(kin) = &person.kin {
            bits |= flag::KIN | flag::of(kin.affected) << flag::AFFECTED;
        }
        self.flags.push(bits);
        let texts = person.kin.as_ref().map_or([""; 3], |kin| {
            [
                kin.family.as_str(),
                kin.father.as_deref().unwrap_or(""),
                kin.mother.as_deref().unwrap_or(""),
            ]
        });
        for (writer, text) in self.kin.iter_mut().zip(texts) {
            writer.push(plain(text).as_bytes());
        }
    }

    /// A row of a number that nobody has.
    pub(super) fn retire(&mut self) {
        self.ids.push(b"");
        self.flags.push(flag::RETIRED);
        for column in &mut self.numbers {
            column.push_nullable(None);
        }
        for text in &mut self.kin {
            text.push(b"");
        }
    }

    pub(super) fn finish(self, file: &mut ContainerWriter) -> io::Result<()> {
        file.add(Kind::PersonIds, self.ids.finish(true)?);
        file.add_section(Kind::PersonFlags, self.flags.finish_spooled()?);
        let kinds = [
            Kind::AgeLow,
            Kind::AgeHigh,
            Kind::BirthFirst,
            Kind::BirthLast,
            Kind::Countries,
        ];
        for (kind, column) in kinds.into_iter().zip(self.numbers) {
            file.add_section(kind, column.finish_spooled()?);
        }
        let kinds = [Kind::Families, Kind::Fathers, Kind::Mothers];
        for (kind, text) in kinds.into_iter().zip(self.kin) {
            file.add(kind, text.finish(false)?);
        }
        Ok(())
    }
}

/// A row for each event.
pub(super) struct EventColumns {
    pub(super) count: u64,
    pub(super) starts: ColumnWriter,
    flags: ColumnWriter,
    terms: ColumnWriter,
    rest: [ColumnWriter; 6],
    /// A number is kept by its bits, which no "one below the smallest" must leave.
    values: ColumnWriter,
}

impl EventColumns {
    pub(super) fn new(folder: Option<&Folder>) -> Self {
        Self {
            count: 0,
            starts: column(folder),
            flags: column(folder),
            terms: column(folder),
            rest: [(); 6].map(|()| nullable(folder)),
            values: column(folder),
        }
    }

    pub(super) fn push(&mut self, event: &Event, rank: &[u32]) {
        self.count += 1;
        self.flags.push(i64::from(event.flags));
        // never all zero: so the section is there wherever there are events
        self.terms.push(i64::from(at(rank, event.term)) + 1);
        let span = |time: Option<(i32, i32)>, shift| match event.kind(shift) {
            3 => time.map(|(stage, _)| {
                let stage = i64::from(at(rank, stage as u32));
                (stage, stage)
            }),
            _ => time.map(|(low, high)| (i64::from(low), i64::from(high))),
        };
        let onset = span(event.onset, flag::ONSET).unzip();
        let end = span(event.end, flag::END).unzip();
        let coding = |number: Option<u32>| number.map(|number| i64::from(at(rank, number)));
        let codings = [coding(event.severity), coding(event.unit)];
        let row = [onset.0, onset.1, end.0, end.1].into_iter().chain(codings);
        for (column, value) in self.rest.iter_mut().zip(row) {
            column.push_nullable(value);
        }
        self.values.push(match event.kind(flag::VALUE) {
            2 => i64::from(at(rank, event.content as u32)),
            _ => event.content as i64,
        });
    }

    pub(super) fn finish(mut self, file: &mut ContainerWriter) -> io::Result<()> {
        self.starts.push(self.count as i64);
        file.add_section(Kind::EventStarts, self.starts.finish_spooled()?);
        file.add_section(Kind::EventFlags, self.flags.finish_spooled()?);
        file.add_section(Kind::EventTerms, self.terms.finish_spooled()?);
        let kinds = [
            Kind::OnsetLow,
            Kind::OnsetHigh,
            Kind::EndLow,
            Kind::EndHigh,
            Kind::Severities,
            Kind::Units,
        ];
        for (kind, column) in kinds.into_iter().zip(self.rest) {
            file.add_section(kind, column.finish_spooled()?);
        }
        file.add_section(Kind::EventValues, self.values.finish_spooled()?);
        Ok(())
    }
}
