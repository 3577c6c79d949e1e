//! Phase sets of the rows of a group, and of a segment.

use super::row::Row;
use crate::format::{ColumnWriter, TextWriter};
use crate::input::chunk::{PhasedTo, Span};
use crate::set::{Members, PhaseSet, PhaseSets, PhaseWriter, get_bit};
use std::collections::HashMap;

/// Names, numbered as they come.
#[derive(Default)]
struct Names {
    list: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, u32>,
    /// Bytes of the names.
    bytes: usize,
}

impl Names {
    fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.list.len() as u32;
        self.bytes += name.len();
        self.list.push(name.to_vec());
        self.numbers.insert(name.to_vec(), number);
        number
    }
}

/// The phase sets of a group's rows.
#[derive(Default)]
pub(super) struct EncodedPhases {
    bytes: Vec<u8>,
    /// How many of the bytes are of the rows up to each; nothing where no row has any.
    ends: Vec<usize>,
    names: Names,
}

impl EncodedPhases {
    /// Adds row number `i`: what those are phased to who carry it.
    pub(super) fn add(&mut self, i: usize, row: &Row, carriers: &Members<'_>) {
        let calls = row.chunk.phases.get(row.record().phases.range());
        let before = self.bytes.len();
        let mut writer = PhaseWriter {
            out: &mut self.bytes,
            position: row.position,
            next: 0,
        };
        let (names, mut carried) = (&mut self.names, Carried::new(carriers));
        let mut number = |span: Span| names.number(row.chunk.text(span));
        for call in calls.unwrap_or_default() {
            if !carried.has(call.sample) {
                continue;
            }
            let set = match call.set {
                PhasedTo::Number(number) => PhaseSet::Number(number),
                PhasedTo::Name(name) => PhaseSet::Name(number(name)),
                PhasedTo::Haplotypes(names) => {
                    PhaseSet::Haplotypes(names.map(|name| name.map(&mut number)))
                }
            };
            writer.push(call.sample, set);
        }
        if !self.ends.is_empty() || self.bytes.len() > before {
            // rows before the first that has any have none
            self.ends.resize(i, before);
            self.ends.push(self.bytes.len());
        }
    }
}

/// The samples of a set of copies, asked for in ascending order.
struct Carried<'m> {
    members: &'m Members<'m>,
    /// How many of a list are before the samples asked for.
    passed: usize,
}

impl<'m> Carried<'m> {
    fn new(members: &'m Members<'m>) -> Self {
        Self { members, passed: 0 }
    }

    fn has(&mut self, sample: u32) -> bool {
        match self.members {
            Members::Bits(words, _) => get_bit(words, 2 * sample) || get_bit(words, 2 * sample + 1),
            Members::AllBut(..) => false,
            Members::List(list) => {
                let rest = list.get(self.passed..).unwrap_or_default();
                self.passed += rest.iter().take_while(|&&copy| copy / 2 < sample).count();
                let next = list.get(self.passed);
                next.is_some_and(|copy| copy / 2 == sample)
            }
        }
    }
}

/// The phase sets of a segment's rows.
#[derive(Default)]
pub(super) struct SegmentPhases {
    ends: ColumnWriter,
    bytes: Vec<u8>,
    names: Names,
}

impl SegmentPhases {
    /// Adds the rows of a group; these are their positions.
    pub(super) fn append(&mut self, group: EncodedPhases, positions: &[i32], samples: u32) {
        let offset = self.bytes.len();
        if group.names.list.is_empty() {
            self.bytes.extend(group.bytes);
            for i in 0..positions.len() {
                let end = group.ends.get(i).or(group.ends.last()).copied();
                self.ends.push((offset + end.unwrap_or(0)) as i64);
            }
            return;
        }
        let numbers: Vec<u32> = group
            .names
            .list
            .iter()
            .map(|n| self.names.number(n))
            .collect();
        let renamed = |name: u32| numbers.get(name as usize).copied().unwrap_or(name);
        let mut start = 0;
        for (i, &position) in positions.iter().enumerate() {
            let end = group.ends.get(i).copied().unwrap_or(start);
            let bytes = group.bytes.get(start..end).unwrap_or_default();
            start = end;
            let mut sets = PhaseSets::new(bytes, position, samples, numbers.len() as u32);
            let mut writer = PhaseWriter {
                out: &mut self.bytes,
                position,
                next: 0,
            };
            // what was just written can be read
            while let Ok(Some((sample, set))) = sets.next() {
                let set = match set {
                    PhaseSet::Number(number) => PhaseSet::Number(number),
                    PhaseSet::Name(name) => PhaseSet::Name(renamed(name)),
                    PhaseSet::Haplotypes(names) => {
                        PhaseSet::Haplotypes(names.map(|name| name.map(renamed)))
                    }
                };
                writer.push(sample, set);
            }
            self.ends.push(self.bytes.len() as i64);
        }
    }

    /// Bytes held so far, about.
    pub(super) fn len(&self) -> usize {
        self.bytes.len() + 2 * self.names.bytes + 80 * self.names.list.len()
    }

    /// The sections of ends, sets and names; empty where nobody is of a set.
    pub(super) fn finish(self) -> std::io::Result<[Vec<u8>; 3]> {
        let mut names = TextWriter::default();
        self.names.list.iter().for_each(|name| names.push(name));
        Ok([self.ends.finish(), self.bytes, names.finish(false)?])
    }
}
