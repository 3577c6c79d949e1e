//! The haplotypes that calls are phased to.

use crate::error::Result;
use crate::model::CarrierGenotype;
use crate::set::PhaseSet;
use crate::store::Segment;
use std::collections::HashMap;
use std::num::NonZero;

/// One of the two copies that a sample has of what is phased together on a contig.
///
/// Two calls are on one haplotype where theirs are equal, and on different ones where that of one call's
/// other copy is. Else nothing is known: haplotypes of different phase sets differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) struct Haplotype(NonZero<u64>);

/// What calls are phased to; names are numbers of [`Haplotypes`].
enum Phased {
    /// All phased calls of a contig that are of no set.
    Contig,
    /// PS by its number.
    Set(u32),
    /// PS by its name.
    NamedSet(u32),
    /// PSL.
    Haplotype(u32),
}

impl Haplotype {
    /// The first or the second copy, 0 or 1, of a set; 0 of a haplotype that has a name.
    fn new(of: &Phased, copy: u32) -> Self {
        let (kind, number) = match *of {
            Phased::Contig => (0, 0),
            Phased::Set(number) => (1, number),
            Phased::NamedSet(number) => (2, number),
            Phased::Haplotype(number) => (3, number),
        };
        let value = u64::from(number) << 4 | kind << 2 | u64::from(copy) << 1 | 1;
        Self(NonZero::new(value).unwrap_or(NonZero::<u64>::MIN))
    }
}

/// Names of phase sets and haplotypes in all segments.
#[derive(Default)]
pub(in crate::query) struct Haplotypes {
    numbers: HashMap<Vec<u8>, u32>,
    /// By part, then by number in the segment: 1 + the number, or 0 where it was not met.
    of_parts: HashMap<usize, Vec<u32>>,
}

impl Haplotypes {
    /// The haplotypes of a call of two copies: of the copy `copy`, and of the other one.
    pub(in crate::query) fn of(
        &mut self,
        carrier: &CarrierGenotype,
        copy: u32,
        set: Option<PhaseSet>,
        (part, segment): (usize, &Segment),
    ) -> Result<[Option<Haplotype>; 2]> {
        let copies = [copy, 1 - copy];
        let of = match set {
            Some(PhaseSet::Haplotypes(names)) => {
                let of = |this: &mut Self, copy: u32| {
                    let name = names.get(copy as usize).copied().flatten();
                    name.map(|name| this.number(part, segment, name))
                        .transpose()
                };
                let found = [of(self, copies[0])?, of(self, copies[1])?];
                // both copies on one haplotype: which one is ours is not known
                let known = found[0] != found[1];
                let named = |name| Haplotype::new(&Phased::Haplotype(name), 0);
                return Ok(found.map(|name| name.filter(|_| known).map(named)));
            }
            _ if !carrier.phased => return Ok([None; 2]),
            Some(PhaseSet::Number(number)) => Phased::Set(number),
            Some(PhaseSet::Name(name)) => Phased::NamedSet(self.number(part, segment, name)?),
            None => Phased::Contig,
        };
        Ok(copies.map(|copy| Some(Haplotype::new(&of, copy))))
    }

    /// A name's number in all segments.
    fn number(&mut self, part: usize, segment: &Segment, name: u32) -> Result<u32> {
        let known = self.of_parts.entry(part).or_default();
        if known.len() <= name as usize {
            known.resize(name as usize + 1, 0);
        }
        let Some(slot) = known.get_mut(name as usize) else {
            return Ok(0);
        };
        if let Some(number) = slot.checked_sub(1) {
            return Ok(number);
        }
        let numbers = &mut self.numbers;
        let number = segment.phase_names.with(segment.file(), name, |text| {
            let next = numbers.len() as u32;
            *numbers.entry(text.to_vec()).or_insert(next)
        })?;
        *slot = number.saturating_add(1);
        Ok(number)
    }
}
