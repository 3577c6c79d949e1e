//! One spelling for every indel: left-aligned as `bcftools norm` does, and how far it could roll.

use std::ops::Range;

use super::allele::{BASES, is_sequence, trim};
use super::{Interval, Position};

/// The bases of one contig.
pub(crate) trait ReferenceSequence {
    /// The part of the contig of which the bases are at hand: all of it, or an excerpt.
    fn extent(&self) -> Interval;

    /// The base at a 0-based position inside [`Self::extent`], in upper case.
    fn base(&self, at: i32) -> crate::error::Result<u8>;
}

/// An allele in its one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Normalised {
    /// Where REF starts.
    pub(crate) position: Position,
    /// REF as VCF writes it, in upper case.
    pub(crate) reference: Vec<u8>,
    /// ALT as VCF writes it, in upper case.
    pub(crate) alternate: Vec<u8>,
    /// By how many bases the trimmed indel could be shifted to the right, 0 for other changes.
    pub(crate) roll: u32,
}

/// Why an allele cannot be normalised.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NormaliseError {
    /// REF is not what the reference has there.
    #[error("REF {found} at {}, but the reference has {expected}", position.one_based())]
    Mismatch {
        /// Where REF starts.
        position: Position,
        /// The reference's bases there, shortened where long.
        expected: String,
        /// REF, shortened where long.
        found: String,
    },
    /// REF lies outside the bases at hand.
    #[error("REF at {} lies outside the reference, {extent}", position.one_based())]
    Outside {
        /// Where REF starts.
        position: Position,
        /// What the reference has.
        extent: Interval,
    },
    /// An indel can be moved to where an excerpt begins, and perhaps further.
    #[error("an indel at {} that may be moved out of the reference, {extent}", position.one_based())]
    CutOff {
        /// Where REF starts.
        position: Position,
        /// What the reference has.
        extent: Interval,
    },
    /// The repeat around an indel is too long to walk through for every indel in it.
    #[error("an indel at {} in a repeat longer than {MAX_ROLL} bases", position.one_based())]
    Repeat {
        /// Where REF starts.
        position: Position,
    },
    /// The reference cannot be read.
    #[error(transparent)]
    Read(#[from] crate::error::Error),
}

/// How far an indel is followed to either side. Repeats of one exact period are thousands of bases
/// long at most; a made-up reference must not cost a walk through a chromosome for each row.
pub(super) const MAX_ROLL: u32 = 1 << 20;

/// How many bases an error shows.
const SHOWN: usize = 30;

/// Gives an allele its one spelling: trimmed, left-aligned, with VCF's anchor base.
///
/// Alleles that are no sequences (symbolic, `*`, breakends, missing) and alleles equal to REF stay
/// as they are. Ambiguous bases match nothing when an indel is moved, not even themselves.
pub(crate) fn normalise(
    position: Position,
    reference: &[u8],
    alternate: &[u8],
    sequence: &dyn ReferenceSequence,
) -> Result<Normalised, NormaliseError> {
    if !is_sequence(reference) || !is_sequence(alternate) {
        return Ok(Normalised {
            position,
            reference: reference.to_vec(),
            alternate: alternate.to_vec(),
            roll: 0,
        });
    }
    check(position, reference, sequence)?;
    let (start, trimmed_reference, trimmed_alternate) =
        trim(i64::from(position.zero_based()), reference, alternate);
    if trimmed_reference.is_empty() && trimmed_alternate.is_empty() {
        return Ok(Normalised {
            position,
            reference: reference.to_ascii_uppercase(),
            alternate: alternate.to_ascii_uppercase(),
            roll: 0,
        });
    }
    let outside = || NormaliseError::Outside {
        position,
        extent: sequence.extent(),
    };
    let mut start = i32::try_from(start).map_err(|_| outside())?;
    let mut reference = trimmed_reference.to_ascii_uppercase();
    let mut alternate = trimmed_alternate.to_ascii_uppercase();
    let mut roll = 0;
    if reference.is_empty() || alternate.is_empty() {
        let too_long = || NormaliseError::Repeat { position };
        let indel = Indel {
            start,
            deletes: alternate.is_empty(),
            bases: if alternate.is_empty() {
                &mut reference
            } else {
                &mut alternate
            },
        };
        let left = indel.room_left(sequence)?.ok_or_else(too_long)?;
        let right = indel.room_right(sequence)?.ok_or_else(too_long)?;
        if indel.is_cut_off(left, sequence)? {
            let extent = sequence.extent();
            return Err(NormaliseError::CutOff { position, extent });
        }
        start = indel.move_left(left);
        roll = left.saturating_add(right);
        let extent = sequence.extent();
        // The anchor is the base before; at the start of the contig it is the base after.
        if start > extent.start {
            let anchor = sequence.base(start - 1)?;
            reference.insert(0, anchor);
            alternate.insert(0, anchor);
            start -= 1;
        } else {
            let after = i64::from(start) + i64::try_from(reference.len()).unwrap_or(i64::MAX);
            match i32::try_from(after) {
                Ok(after) if after < extent.end => {
                    let anchor = sequence.base(after)?;
                    reference.push(anchor);
                    alternate.push(anchor);
                }
                _ => return Err(outside()),
            }
        }
    }
    Ok(Normalised {
        position: Position::from_zero_based(i64::from(start)).ok_or_else(outside)?,
        reference,
        alternate,
        roll,
    })
}

/// Compares REF with the reference; an ambiguous base in either agrees with each base it stands for.
fn check(
    position: Position,
    reference: &[u8],
    sequence: &dyn ReferenceSequence,
) -> Result<(), NormaliseError> {
    let extent = sequence.extent();
    let start = position.zero_based();
    let end = i64::from(start) + i64::try_from(reference.len()).unwrap_or(i64::MAX / 2);
    let end = match i32::try_from(end) {
        Ok(end) if start >= extent.start && end <= extent.end => end,
        _ => return Err(NormaliseError::Outside { position, extent }),
    };
    for (at, &found) in (start..end).zip(reference) {
        if !agrees(sequence.base(at)?, found) {
            let shown = end.min(start.saturating_add(SHOWN as i32));
            let expected = (start..shown)
                .map(|at| sequence.base(at).map(char::from))
                .collect::<Result<String, _>>()?;
            return Err(NormaliseError::Mismatch {
                position,
                expected,
                found: reference
                    .iter()
                    .take(SHOWN)
                    .map(|&b| char::from(b))
                    .collect(),
            });
        }
    }
    Ok(())
}

/// Whether REF's base can be the reference's: equal, or one an ambiguous reference stands for. VCF
/// wants ambiguous reference bases reduced to one base or to N, so that N agrees with each of them.
fn agrees(expected: u8, found: u8) -> bool {
    let (expected, found) = (expected.to_ascii_uppercase(), found.to_ascii_uppercase());
    let plain = is_plain(expected);
    expected == found
        || (!plain && found == b'N')
        || (!plain && is_plain(found) && stands_for(expected, found))
}

/// Whether a text is what a pattern asks for: the same in any letters, or bases for each of which the pattern's letter
/// stands.
pub(crate) fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let one = |(&code, &base): (&u8, &u8)| {
        code.eq_ignore_ascii_case(&base)
            || stands_for(code.to_ascii_uppercase(), base.to_ascii_uppercase())
    };
    pattern.eq_ignore_ascii_case(text)
        || (pattern.len() == text.len()
            && super::allele::is_sequence(pattern)
            && pattern.iter().zip(text).all(one))
}

fn stands_for(code: u8, base: u8) -> bool {
    let bases: &[u8] = match code {
        b'R' => b"AG",
        b'Y' => b"CT",
        b'S' => b"CG",
        b'W' => b"AT",
        b'K' => b"GT",
        b'M' => b"AC",
        b'B' => b"CGT",
        b'D' => b"AGT",
        b'H' => b"ACT",
        b'V' => b"ACG",
        b'N' => b"ACGT",
        _ => b"",
    };
    bases.contains(&base)
}

fn is_plain(base: u8) -> bool {
    matches!(base, b'A' | b'C' | b'G' | b'T')
}

/// Whether two bases are the same one; those that stand for several are not even the same as themselves.
pub(super) fn equal(a: u8, b: u8) -> bool {
    let (a, b) = (a.to_ascii_uppercase(), b.to_ascii_uppercase());
    a == b && is_plain(a)
}

/// A trimmed deletion or insertion.
struct Indel<'a> {
    start: i32,
    deletes: bool,
    bases: &'a mut Vec<u8>,
}

impl Indel<'_> {
    /// The first position after the deleted bases.
    fn end(&self) -> i64 {
        let deleted = if self.deletes { self.bases.len() } else { 0 };
        i64::from(self.start) + i64::try_from(deleted).unwrap_or(i64::MAX / 2)
    }

    /// By how much it can move left; `None` where that is further than anyone walks.
    fn room_left(&self, sequence: &dyn ReferenceSequence) -> crate::error::Result<Option<u32>> {
        let extent = sequence.extent();
        // An excerpt needs a base left over for the anchor; at the contig's start there is none.
        let first = extent.start + i32::from(extent.start > 0);
        let mut moved = 0;
        let mut at = self.start;
        // The base that leaves on the right must equal the one that enters on the left.
        for &last in self.bases.iter().rev().cycle() {
            if at <= first || !equal(sequence.base(at - 1)?, last) {
                return Ok(Some(moved));
            }
            at -= 1;
            moved += 1;
            if moved > MAX_ROLL {
                break;
            }
        }
        Ok(None)
    }

    /// Whether an excerpt begins where it could be moved further left, if what is before were known.
    fn is_cut_off(
        &self,
        moved: u32,
        sequence: &dyn ReferenceSequence,
    ) -> crate::error::Result<bool> {
        let first = sequence.extent().start;
        if first <= 0 {
            return Ok(false);
        }
        let start = self.start.saturating_sub_unsigned(moved);
        let before = start.saturating_sub(1);
        if before != first {
            return Ok(before < first);
        }
        let last = moved as usize % self.bases.len().max(1);
        let last = self.bases.iter().rev().nth(last).copied();
        Ok(equal(sequence.base(before)?, last.unwrap_or_default()))
    }

    /// By how much it can move right.
    fn room_right(&self, sequence: &dyn ReferenceSequence) -> crate::error::Result<Option<u32>> {
        let limit = i64::from(sequence.extent().end);
        let mut moved = 0;
        for (at, &first) in (self.end()..).zip(self.bases.iter().cycle()) {
            let base = match i32::try_from(at) {
                Ok(inside) if at < limit => sequence.base(inside)?,
                _ => return Ok(Some(moved)),
            };
            if !equal(base, first) {
                return Ok(Some(moved));
            }
            moved += 1;
            if moved > MAX_ROLL {
                break;
            }
        }
        Ok(None)
    }

    /// Moves left within [`Self::room_left`]; the new start.
    fn move_left(self, by: u32) -> i32 {
        let length = self.bases.len().max(1);
        self.bases.rotate_right(by as usize % length);
        self.start.saturating_sub_unsigned(by)
    }
}

/// A row as stored, with which texts are compared without a reference at hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredAllele<'a> {
    /// Where REF starts, 0-based.
    pub(crate) position: Position,
    /// REF as VCF writes it.
    pub(crate) reference: &'a [u8],
    /// ALT as VCF writes it.
    pub(crate) alternate: &'a [u8],
    /// By how much the trimmed indel could be shifted right.
    pub(crate) roll: u32,
}

impl StoredAllele<'_> {
    /// Whether the query spells this row's change, at its place or anywhere it could roll to.
    pub(crate) fn same_after_roll(
        &self,
        position: i64,
        reference: &[u8],
        alternate: &[u8],
    ) -> bool {
        let sequences = |r: &[u8], a: &[u8]| {
            (r.is_empty() || is_sequence(r)) && (a.is_empty() || is_sequence(a))
        };
        if !sequences(self.reference, self.alternate) || !sequences(reference, alternate) {
            return i64::from(self.position.zero_based()) == position
                && self.reference.eq_ignore_ascii_case(reference)
                && self.alternate.eq_ignore_ascii_case(alternate);
        }
        let (start, r, a) = self.trimmed();
        let (asked, asked_r, asked_a) = trim(position, reference, alternate);
        let Some(shift) = asked.checked_sub(start).and_then(|n| u32::try_from(n).ok()) else {
            return false;
        };
        if r.is_empty() && a.is_empty() {
            // No change at all: the bases given must be the same.
            return asked_r.is_empty()
                && asked_a.is_empty()
                && position == i64::from(self.position.zero_based())
                && self.reference.eq_ignore_ascii_case(reference);
        }
        if !r.is_empty() && !a.is_empty() {
            return shift == 0
                && r.eq_ignore_ascii_case(asked_r)
                && a.eq_ignore_ascii_case(asked_a);
        }
        shift <= self.roll && is_rotated(r, asked_r, shift) && is_rotated(a, asked_a, shift)
    }

    /// The row's change in its shortest spelling.
    pub(crate) fn trimmed(&self) -> (i64, &[u8], &[u8]) {
        trim(
            i64::from(self.position.zero_based()),
            self.reference,
            self.alternate,
        )
    }

    /// The reference's bases over an interval, as far as REF and the repeat that an indel rolls
    /// through tell them.
    pub(crate) fn known_reference(&self, interval: Range<i64>) -> Option<Vec<u8>> {
        let (start, r, a) = self.trimmed();
        let unit = if a.is_empty() { r } else { a };
        let rolls = r.is_empty() != a.is_empty();
        let span = i64::try_from(r.len())
            .ok()?
            .checked_add(i64::from(self.roll))?;
        let first = i64::from(self.position.zero_based());
        // A damaged roll must not size the answer.
        let known_end = (first + i64::try_from(self.reference.len()).ok()?).max(start + span);
        let most = i64::from(2 * MAX_ROLL) + i64::try_from(self.reference.len()).ok()?;
        if interval.start < first
            || interval.end > known_end
            || interval.end - interval.start > most
        {
            return None;
        }
        interval
            .map(|at| {
                let in_ref = usize::try_from(at - first)
                    .ok()
                    .and_then(|n| self.reference.get(n));
                let repeated = || {
                    let n = usize::try_from(at - start).ok()?;
                    (rolls && at < start + span)
                        .then(|| unit.get(n % unit.len()))
                        .flatten()
                };
                in_ref.or_else(repeated).map(u8::to_ascii_uppercase)
            })
            .collect()
    }
}

/// Whether `asked` is `bases` after a shift to the right: rotated to the left by as much.
pub(super) fn is_rotated(bases: &[u8], asked: &[u8], shift: u32) -> bool {
    if bases.len() != asked.len() {
        return false;
    }
    let (head, tail) = match bases.len() {
        0 => return true,
        n => bases.split_at(shift as usize % n),
    };
    let (first, rest) = asked.split_at(tail.len());
    tail.eq_ignore_ascii_case(first) && head.eq_ignore_ascii_case(rest)
}

/// The other strand, read in its own direction; `None` where a letter is no base.
pub(crate) fn reverse_complement(bases: &[u8]) -> Option<Vec<u8>> {
    // in the order of BASES
    const COMPLEMENTS: &[u8] = b"TGCAANYRSWMKVHDB";
    bases
        .iter()
        .rev()
        .map(|base| {
            let at = BASES.iter().position(|b| b.eq_ignore_ascii_case(base))?;
            COMPLEMENTS.get(at).copied()
        })
        .collect()
}

#[cfg(test)]
#[path = "normalise_tests.rs"]
mod tests;
