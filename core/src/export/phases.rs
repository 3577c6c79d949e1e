//! The phase sets of the genotypes of one record: FORMAT PS and PSL.

use crate::cohort::View;
use crate::error::Result;
use crate::set::PhaseSet;
use crate::store::Segment;
use varidex_sink::typed;

/// What of phase sets a dataset has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PhaseKinds {
    /// PS, and whether some are names and not numbers.
    pub(super) sets: bool,
    pub(super) named: bool,
    /// PSL.
    pub(super) haplotypes: bool,
}

impl PhaseKinds {
    pub(super) fn of(view: &View) -> Result<Self> {
        let mut kinds = Self::default();
        for part in view.parts() {
            let segment = view.segment(part)?;
            if !segment.has_phase_sets() {
                continue;
            }
            if segment.phase_names.len() == 0 {
                kinds.sets = true;
                continue;
            }
            for row in 0..segment.meta().rows {
                let mut sets = segment.phase_sets(row)?;
                let broken = |rule| segment.broken_phase_sets(rule);
                while let Some((_, set)) = sets.next().map_err(broken)? {
                    match set {
                        PhaseSet::Number(_) => kinds.sets = true,
                        PhaseSet::Name(_) => (kinds.sets, kinds.named) = (true, true),
                        PhaseSet::Haplotypes(_) => kinds.haplotypes = true,
                    }
                }
            }
        }
        Ok(kinds)
    }

    pub(super) fn any(self) -> bool {
        self.sets || self.haplotypes
    }
}

/// What the samples of one record are phased to, by column.
#[derive(Default)]
pub(super) struct Phases {
    /// Column and what it is phased to, ascending; each has one of the two.
    calls: Vec<(u32, Phasing)>,
    /// The names.
    text: Vec<u8>,
    pub(super) kinds: PhaseKinds,
}

/// Names are stretches of the text.
#[derive(Clone)]
enum Phasing {
    Number(u32),
    Name(Name),
    Haplotypes([Option<Name>; 2]),
}

type Name = (usize, usize);

impl Phases {
    pub(super) fn clear(&mut self) {
        self.calls.clear();
        self.text.clear();
        self.kinds = PhaseKinds::default();
    }

    /// Whether nobody is phased to anything.
    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Adds the phase sets of a row; `columns` gives the column of each sample that is written.
    pub(super) fn add(
        &mut self,
        segment: &Segment,
        row: u32,
        columns: impl Fn(u32) -> Option<usize>,
    ) -> Result<()> {
        let mut sets = segment.phase_sets(row)?;
        let broken = |rule| segment.broken_phase_sets(rule);
        while let Some((sample, set)) = sets.next().map_err(broken)? {
            let Some(column) = columns(sample) else {
                continue;
            };
            let phasing = match set {
                PhaseSet::Number(number) => Phasing::Number(number),
                PhaseSet::Name(name) => Phasing::Name(self.name(segment, name)?),
                PhaseSet::Haplotypes([a, b]) => {
                    let mut name =
                        |name: Option<u32>| name.map(|name| self.name(segment, name)).transpose();
                    Phasing::Haplotypes([name(a)?, name(b)?])
                }
            };
            self.calls.push((column as u32, phasing));
        }
        Ok(())
    }

    fn name(&mut self, segment: &Segment, name: u32) -> Result<Name> {
        let start = self.text.len();
        let text = &mut self.text;
        segment.phase_names.with(segment.file(), name, |bytes| {
            text.extend_from_slice(bytes);
        })?;
        Ok((start, self.text.len()))
    }

    /// Puts all in order; `swapped` are the columns of which the copies are written the other way round.
    pub(super) fn finish(&mut self, swapped: &[u32]) {
        // of several ALTs of a sample each row says the same
        self.calls.sort_by_key(|(column, _)| *column);
        self.calls.dedup_by_key(|(column, _)| *column);
        for (column, phasing) in &mut self.calls {
            match phasing {
                Phasing::Number(_) => self.kinds.sets = true,
                Phasing::Name(_) => (self.kinds.sets, self.kinds.named) = (true, true),
                Phasing::Haplotypes(names) => {
                    self.kinds.haplotypes = true;
                    if swapped.binary_search(column).is_ok() {
                        names.reverse();
                    }
                }
            }
        }
    }

    /// The fields of a sample as text, each behind a colon; columns are asked for in ascending order.
    pub(super) fn write(&self, line: &mut Vec<u8>, at: &mut usize, column: u32) {
        while self
            .calls
            .get(*at)
            .is_some_and(|(known, _)| *known < column)
        {
            *at += 1;
        }
        let phasing = self.calls.get(*at).filter(|(known, _)| *known == column);
        let phasing = phasing.map(|(_, phasing)| phasing);
        if self.kinds.sets {
            line.push(b':');
            self.write_set(line, phasing);
        }
        if self.kinds.haplotypes {
            line.push(b':');
            self.write_haplotypes(line, phasing);
        }
    }

    fn write_set(&self, line: &mut Vec<u8>, phasing: Option<&Phasing>) {
        match phasing {
            Some(Phasing::Number(number)) => line.extend_from_slice(number.to_string().as_bytes()),
            Some(Phasing::Name(name)) => line.extend_from_slice(self.text_of(*name)),
            _ => line.push(b'.'),
        }
    }

    fn write_haplotypes(&self, line: &mut Vec<u8>, phasing: Option<&Phasing>) {
        let Some(Phasing::Haplotypes(names)) = phasing else {
            return line.push(b'.');
        };
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                line.push(b',');
            }
            line.extend_from_slice(name.map_or(&b"."[..], |name| self.text_of(name)));
        }
    }

    fn text_of(&self, (start, end): Name) -> &[u8] {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The fields in BCF, by the numbers of their keys; PS is text where `named`.
    pub(super) fn write_typed(
        &self,
        line: &mut Vec<u8>,
        columns: usize,
        (sets, haplotypes): (u32, u32),
        named: bool,
    ) {
        if self.kinds.sets && !named {
            typed::key(line, sets);
            let mut numbers = vec![None; columns];
            for (column, phasing) in &self.calls {
                if let (Some(slot), Phasing::Number(number)) =
                    (numbers.get_mut(*column as usize), phasing)
                {
                    *slot = i32::try_from(*number).ok();
                }
            }
            typed::integer_each(line, &numbers);
        } else if self.kinds.sets {
            typed::key(line, sets);
            self.write_texts(line, columns, Self::write_set);
        }
        if self.kinds.haplotypes {
            typed::key(line, haplotypes);
            self.write_texts(line, columns, Self::write_haplotypes);
        }
    }

    fn write_texts(
        &self,
        line: &mut Vec<u8>,
        columns: usize,
        write: fn(&Self, &mut Vec<u8>, Option<&Phasing>),
    ) {
        let texts = self.calls.iter().map(|(column, phasing)| {
            let mut text = Vec::new();
            write(self, &mut text, Some(phasing));
            (*column as usize, text)
        });
        let texts: Vec<(usize, Vec<u8>)> = texts.collect();
        let width = texts.iter().map(|(_, text)| text.len()).max();
        typed::string_each(line, columns, width.unwrap_or(0).max(1), &texts);
    }

    /// How many fields there are.
    pub(super) fn fields(&self) -> u32 {
        u32::from(self.kinds.sets) + u32::from(self.kinds.haplotypes)
    }
}
