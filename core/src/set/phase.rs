//! The phase sets of a row's carriers: which calls of a sample are phased to each other.
//!
//! For each carrier with two copies that is of a phase set, ascending by sample: LEB128 of
//! `gap << 2 | form`, where `gap` counts the samples between it and the one before, then by form
//!
//! * 0: a number, as the zigzag LEB128 of its difference from the row's position as VCF has it;
//! * 1: a name, as LEB128 of its number;
//! * 2: haplotypes: for each copy LEB128 of 1 + the number of the haplotype's name, or 0 for none.

use super::{Malformed, read_varint, write_varint};

/// The largest number that a phase set has.
pub(crate) const PHASE_SET_MAX: u32 = i32::MAX as u32;

/// Whether a text is that of a number of a phase set, as it is written.
pub(crate) fn is_phase_number(text: &[u8]) -> bool {
    phase_number(text).is_some()
}

/// The number of a phase set, where a text is one that is written in no other way.
pub(crate) fn phase_number(text: &[u8]) -> Option<u32> {
    let canonical = match text {
        b"0" => true,
        [first, ..] => *first != b'0' && text.iter().all(u8::is_ascii_digit),
        [] => false,
    };
    let number = std::str::from_utf8(text).ok().filter(|_| canonical)?;
    let number: u32 = number.parse().ok()?;
    (number <= PHASE_SET_MAX).then_some(number)
}

/// What a call of two copies is phased to. Names are numbers of the segment's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhaseSet {
    /// A set of calls on the contig by its number, as most files have it.
    Number(u32),
    /// The same by its name.
    Name(u32),
    /// Which haplotype each copy is of, where that is known.
    Haplotypes([Option<u32>; 2]),
}

/// Writes the phase sets of a row.
pub(crate) struct PhaseWriter<'a> {
    pub(crate) out: &'a mut Vec<u8>,
    /// The row's position from 0.
    pub(crate) position: i32,
    /// One above the sample before.
    pub(crate) next: u32,
}

impl PhaseWriter<'_> {
    /// Adds a sample behind those before.
    pub(crate) fn push(&mut self, sample: u32, set: PhaseSet) {
        let gap = sample.saturating_sub(self.next);
        self.next = sample.saturating_add(1);
        let form = match set {
            PhaseSet::Number(_) => 0,
            PhaseSet::Name(_) => 1,
            PhaseSet::Haplotypes(_) => 2,
        };
        write_varint(self.out, gap << 2 | form);
        match set {
            PhaseSet::Number(number) => {
                let difference = i64::from(number) - base(self.position);
                let zigzag = (difference << 1) ^ (difference >> 63);
                write_varint(self.out, zigzag as u32);
            }
            PhaseSet::Name(name) => write_varint(self.out, name),
            PhaseSet::Haplotypes(names) => {
                for name in names {
                    write_varint(self.out, name.map_or(0, |name| name.saturating_add(1)));
                }
            }
        }
    }
}

/// POS of a row, from which numbers of sets are counted.
fn base(position: i32) -> i64 {
    i64::from(position) + 1
}

/// Reads the phase sets of a row.
#[derive(Debug, Clone)]
pub(crate) struct PhaseSets<'a> {
    bytes: &'a [u8],
    at: usize,
    position: i32,
    /// The samples of the batch, and how many names there are.
    limits: (u32, u32),
    /// One above the sample before.
    next: u32,
    /// The first entry that was read and not asked for.
    ahead: Option<(u32, PhaseSet)>,
}

impl<'a> PhaseSets<'a> {
    pub(crate) fn new(bytes: &'a [u8], position: i32, samples: u32, names: u32) -> Self {
        Self {
            bytes,
            at: 0,
            position,
            limits: (samples, names),
            next: 0,
            ahead: None,
        }
    }

    /// Whether nobody is of a set.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The next sample and its set; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<(u32, PhaseSet)>, Malformed> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        let head = self.varint()?;
        let sample = self.next.checked_add(head >> 2);
        let sample = sample.filter(|sample| *sample < self.limits.0);
        let sample = sample.ok_or(Malformed("phase sets of samples of the batch"))?;
        self.next = sample + 1;
        let set = match head & 3 {
            0 => PhaseSet::Number(self.number()?),
            1 => PhaseSet::Name(self.name(0)?.unwrap_or_default()),
            2 => {
                let names = [self.name(1)?, self.name(1)?];
                if names == [None, None] {
                    return Err(Malformed("a haplotype of one copy at least"));
                }
                PhaseSet::Haplotypes(names)
            }
            _ => return Err(Malformed("phase sets of a known form")),
        };
        Ok(Some((sample, set)))
    }

    /// The set of a sample; samples are asked for in ascending order.
    pub(crate) fn of(&mut self, sample: u32) -> Result<Option<PhaseSet>, Malformed> {
        while let Some((here, set)) = self.next()? {
            if here == sample {
                return Ok(Some(set));
            }
            if here > sample {
                self.ahead = Some((here, set));
                break;
            }
        }
        Ok(None)
    }

    fn varint(&mut self) -> Result<u32, Malformed> {
        read_varint(self.bytes, &mut self.at)
    }

    fn number(&mut self) -> Result<u32, Malformed> {
        let zigzag = i64::from(self.varint()?);
        let difference = zigzag >> 1 ^ -(zigzag & 1);
        u32::try_from(base(self.position) + difference)
            .ok()
            .filter(|number| *number <= PHASE_SET_MAX)
            .ok_or(Malformed("numbers of phase sets from 0 to 2^31 - 1"))
    }

    /// A number of a name; `none` more numbers stand for none.
    fn name(&mut self, none: u32) -> Result<Option<u32>, Malformed> {
        let name = self.varint()?.checked_sub(none);
        match name {
            Some(name) if name >= self.limits.1 => Err(Malformed("names of phase sets")),
            name => Ok(name),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;
    use proptest::prelude::*;

    fn set() -> impl Strategy<Value = PhaseSet> {
        prop_oneof![
            prop_oneof![0..300u32, Just(PHASE_SET_MAX), 0..=PHASE_SET_MAX]
                .prop_map(PhaseSet::Number),
            (0..9u32).prop_map(PhaseSet::Name),
            (0..9u32, prop::option::of(0..9u32), any::<bool>()).prop_map(|(a, b, first)| {
                PhaseSet::Haplotypes(if first { [Some(a), b] } else { [b, Some(a)] })
            }),
        ]
    }

    proptest! {
        #[test]
        fn sets_come_back(
            sets in prop::collection::btree_map(0..100_000u32, set(), 0..40),
            position in prop_oneof![-1..300i32, Just(i32::MAX - 1)],
            asked in prop::collection::btree_set(0..100_000u32, 0..40),
        ) {
            let mut bytes = Vec::new();
            let mut writer = PhaseWriter { out: &mut bytes, position, next: 0 };
            sets.iter().for_each(|(sample, set)| writer.push(*sample, *set));
            let mut found = PhaseSets::new(&bytes, position, 100_000, 9);
            prop_assert_eq!(found.is_empty(), sets.is_empty());
            for (sample, set) in &sets {
                prop_assert_eq!(found.next().unwrap(), Some((*sample, *set)));
            }
            prop_assert_eq!(found.next().unwrap(), None);
            let mut found = PhaseSets::new(&bytes, position, 100_000, 9);
            let all: std::collections::BTreeSet<u32> = asked.iter().chain(sets.keys()).copied().collect();
            for sample in all {
                prop_assert_eq!(found.of(sample).unwrap(), sets.get(&sample).copied());
            }
        }

        #[test]
        fn any_bytes_are_sets_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut found = PhaseSets::new(&bytes, 7, 50, 3);
            while let Ok(Some((sample, _))) = found.next() {
                prop_assert!(sample < 50);
            }
        }
    }
}
