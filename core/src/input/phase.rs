//! Phase sets of calls: FORMAT PS and PSL.
//!
//! PS names the set of calls on the contig that a phased call is of; of a call with `/` it says nothing. PSL
//! (VCF 4.4) names the haplotype that each copy is of, also of calls that are not wholly phased. They are
//! kept of calls of two copies that carry an ALT: nobody else can be one of two variants on different copies.

use super::chunk::{Chunk, Phased, PhasedTo, Span};
use super::record::MAX_NAME;
use super::row::{Fault, Row};
use super::scan::field;
use crate::set::phase_number;

/// Where PS and PSL stand among FORMAT's keys.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PhaseFields {
    pub(super) set: Option<usize>,
    pub(super) haplotypes: Option<usize>,
}

impl PhaseFields {
    pub(super) fn are_absent(self) -> bool {
        self.set.is_none() && self.haplotypes.is_none()
    }
}

/// The phase sets of a record while it is read. Names are spans of `text`.
#[derive(Default)]
pub(super) struct Phases {
    calls: Vec<Phased>,
    text: Vec<u8>,
}

impl Phases {
    pub(super) fn clear(&mut self) {
        self.calls.clear();
        self.text.clear();
    }

    /// Moves all to a chunk.
    pub(super) fn store(&self, chunk: &mut Chunk) -> Span {
        let offset = chunk.bytes.len() as u32;
        chunk.bytes.extend_from_slice(&self.text);
        let moved = |span: Span| Span {
            start: span.start + offset,
            end: span.end + offset,
        };
        let start = chunk.phases.len() as u32;
        chunk.phases.extend(self.calls.iter().map(|call| Phased {
            sample: call.sample,
            set: match call.set {
                PhasedTo::Number(number) => PhasedTo::Number(number),
                PhasedTo::Name(name) => PhasedTo::Name(moved(name)),
                PhasedTo::Haplotypes(names) => {
                    PhasedTo::Haplotypes(names.map(|name| name.map(moved)))
                }
            },
        }));
        let end = chunk.phases.len() as u32;
        Span { start, end }
    }

    fn name(&mut self, sample: usize, text: &[u8]) -> Result<Span, Fault> {
        let plain = text.len() <= MAX_NAME
            && std::str::from_utf8(text).is_ok_and(|text| !text.chars().any(char::is_control));
        if !plain {
            return Err(Fault {
                sample,
                expected: "a phase set of at most 4096 bytes without control characters",
                found: text.to_vec(),
            });
        }
        let start = self.text.len() as u32;
        self.text.extend_from_slice(text);
        let end = self.text.len() as u32;
        Ok(Span { start, end })
    }
}

impl Row {
    /// Keeps what the call of a text cell, of which a copy carries, is phased to.
    pub(super) fn put_cell_phase(
        &mut self,
        fields: PhaseFields,
        cell: &[u8],
        sample: usize,
        call: (&[u32], bool),
    ) -> Result<(), Fault> {
        let text = |at: Option<usize>| at.and_then(|at| field(cell, at));
        self.put_phase(sample, call, text(fields.set), text(fields.haplotypes))
    }

    /// Keeps what a call of which a copy carries is phased to: the alleles as they are written, whether they
    /// are unphased, and the fields PS and PSL.
    pub(super) fn put_phase(
        &mut self,
        sample: usize,
        (alleles, unphased): (&[u32], bool),
        set: Option<&[u8]>,
        haplotypes: Option<&[u8]>,
    ) -> Result<(), Fault> {
        let &[a, b] = alleles else {
            return Ok(());
        };
        let named = |text: &&[u8]| !matches!(*text, b"" | b".");
        if let Some(list) = haplotypes.filter(named)
            && let Some(mut names) = self.haplotypes(sample, list)?
        {
            // names stand where the copies are put
            if unphased && Self::is_put_first(b, a) {
                names.reverse();
            }
            self.add_phase(sample, PhasedTo::Haplotypes(names));
            return Ok(());
        }
        if let Some(text) = set.filter(named).filter(|_| !unphased) {
            let set = match phase_number(text) {
                Some(number) => PhasedTo::Number(number),
                None => PhasedTo::Name(self.phases.name(sample, text)?),
            };
            self.add_phase(sample, set);
        }
        Ok(())
    }

    fn add_phase(&mut self, sample: usize, set: PhasedTo) {
        let sample = sample as u32;
        self.phases.calls.push(Phased { sample, set });
    }

    /// The names of PSL, one for each of two copies; `None` where neither has one.
    fn haplotypes(
        &mut self,
        sample: usize,
        list: &[u8],
    ) -> Result<Option<[Option<Span>; 2]>, Fault> {
        let mut texts = list.split(|&b| b == b',');
        let (Some(a), Some(b), None) = (texts.next(), texts.next(), texts.next()) else {
            return Err(Fault {
                sample,
                expected: "a name in PSL for each copy in GT",
                found: list.to_vec(),
            });
        };
        let mut name = |text: &[u8]| match text {
            b"" | b"." => Ok(None),
            text => self.phases.name(sample, text).map(Some),
        };
        let names = [name(a)?, name(b)?];
        Ok((names != [None, None]).then_some(names))
    }
}
