//! One change in several spellings, as far as alleles alone tell.
//!
//! A change is spelled *plainly* where nothing can be removed from REF and ALT, but for the base before an
//! indel; and where this base shows that the indel cannot stand further left. Two plain spellings of one
//! change are the same text. Other spellings are compared without the reference where the bases that are
//! known from REF columns decide.

use super::allele::{BASES, is_sequence, trim};
use super::normalise::{equal, is_rotated};
use std::ops::Range;

/// How far an indel of unknown surroundings is looked for: a repeat of more copies of it, or of more than
/// [`Indel::REACH_MAX`] bases, is taken for impossible.
const COPIES_MAX: i64 = 100;

/// What remains of REF and ALT without what they share: the end first, then the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trimmed<'a> {
    /// 0-based, where what remains of REF starts.
    pub(crate) start: i64,
    pub(crate) reference: &'a [u8],
    pub(crate) alternate: &'a [u8],
}

impl<'a> Trimmed<'a> {
    /// `None` where REF or ALT are no bases; either may be empty.
    pub(crate) fn of(position: i64, reference: &'a [u8], alternate: &'a [u8]) -> Option<Self> {
        let bases = |text: &[u8]| text.is_empty() || is_sequence(text);
        if !bases(reference) || !bases(alternate) {
            return None;
        }
        let (start, reference, alternate) = trim(position, reference, alternate);
        Some(Self {
            start,
            reference,
            alternate,
        })
    }

    pub(crate) fn is_no_change(&self) -> bool {
        self.reference.is_empty() && self.alternate.is_empty()
    }

    pub(crate) fn same(&self, other: &Trimmed<'_>) -> bool {
        self.start == other.start
            && self.reference.eq_ignore_ascii_case(other.reference)
            && self.alternate.eq_ignore_ascii_case(other.alternate)
    }

    /// Whether the base before an indel, which REF shows, shows that it cannot stand further left.
    pub(crate) fn is_leftmost(&self, position: i64, reference: &[u8]) -> bool {
        let before = usize::try_from(self.start - 1 - position).ok();
        let before = before.and_then(|n| reference.get(n));
        let last = self.indel().and_then(|indel| indel.bases.last());
        before
            .zip(last)
            .is_some_and(|(before, last)| !equal(*before, *last))
    }

    /// The same as an indel, if it is one.
    pub(crate) fn indel(&self) -> Option<Indel<'a>> {
        let (bases, deletes) = match (self.reference, self.alternate) {
            ([], []) => return None,
            (bases, []) => (bases, true),
            ([], bases) => (bases, false),
            _ => return None,
        };
        Some(Indel {
            start: self.start,
            bases,
            deletes,
        })
    }
}

/// Where a row's change starts, if the row is not spelled plainly; `None` for rows without change and for
/// those that are no bases. Cut to the highest position.
pub(crate) fn respelled_start(position: i64, reference: &[u8], alternate: &[u8]) -> Option<i32> {
    if !is_sequence(reference) || !is_sequence(alternate) {
        return None;
    }
    let trimmed = Trimmed::of(position, reference, alternate)?;
    let plain = trimmed.is_no_change() || is_plain(position, reference, &trimmed);
    (!plain).then(|| i32::try_from(trimmed.start).unwrap_or(i32::MAX))
}

/// Whether a change is spelled plainly by this REF.
pub(crate) fn is_plain(position: i64, reference: &[u8], trimmed: &Trimmed<'_>) -> bool {
    let before = trimmed.start - position;
    let after = reference.len() as i64 - before - trimmed.reference.len() as i64;
    match trimmed.indel() {
        None => before == 0 && after == 0,
        Some(_) => before == 1 && after == 0 && trimmed.is_leftmost(position, reference),
    }
}

/// The base at a position, where it is known.
pub(crate) type BaseAt<'t> = dyn Fn(i64) -> Option<u8> + 't;

/// Whether two changes are the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Same {
    Yes,
    No,
    /// Only the reference could tell.
    Unknown,
}

/// A trimmed deletion or insertion.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Indel<'a> {
    pub(crate) start: i64,
    pub(crate) bases: &'a [u8],
    pub(crate) deletes: bool,
}

impl Indel<'_> {
    /// See [`COPIES_MAX`].
    pub(crate) const REACH_MAX: i64 = 1_000;

    /// How far from here the same change may be spelled, where nothing shows it.
    pub(crate) fn reach(length: i64) -> i64 {
        length.saturating_mul(COPIES_MAX).min(Self::REACH_MAX)
    }

    fn length(&self) -> i64 {
        self.bases.len() as i64
    }

    /// Whether one of the plain spellings that the change has where it starts elsewhere passes, given as REF and ALT:
    /// the bases are those that a repeat of them has there, and the one before may be any.
    pub(crate) fn any_spelling_from(
        &self,
        start: i64,
        passes: impl Fn(&[u8], &[u8]) -> bool,
    ) -> bool {
        let by = start
            .wrapping_sub(self.start)
            .rem_euclid(self.length().max(1));
        let split = self.bases.split_at_checked(by as usize);
        let (behind, first) = split.unwrap_or((&[], self.bases));
        let mut text = [&b"."[..], first, behind].concat();
        BASES.iter().any(|letter| {
            if let Some(before) = text.first_mut() {
                *before = *letter;
            }
            let before = text.get(..1).unwrap_or_default();
            match self.deletes {
                true => passes(&text, before),
                false => passes(before, &text),
            }
        })
    }

    /// Whether another indel is this one, moved. Of deletions it is enough to look at what lies between: the
    /// other's bases are those of the reference.
    pub(crate) fn same(&self, other: &Indel<'_>, known: &BaseAt<'_>) -> Same {
        if self.deletes != other.deletes || self.bases.len() != other.bases.len() {
            return Same::No;
        }
        if other.start < self.start {
            return other.same(self, known);
        }
        let by = other.start - self.start;
        let shift = u32::try_from(by)
            .ok()
            .filter(|_| by <= Self::reach(self.length()));
        if !shift.is_some_and(|shift| is_rotated(self.bases, other.bases, shift)) {
            return Same::No;
        }
        self.moves_through(self.start..other.start, known)
    }

    /// Whether it is the same change when it removes, or inserts once more, the bases of an interval as long
    /// as it is; these bases are not given.
    pub(crate) fn same_as_interval(&self, interval: Range<i64>, known: &BaseAt<'_>) -> Same {
        let by = (interval.start - self.start).abs();
        if interval.end - interval.start != self.length() || by > Self::reach(self.length()) {
            return Same::No;
        }
        let end = match self.deletes {
            true => self.start.max(interval.start) + self.length(),
            false => self.start.max(interval.end),
        };
        self.moves_through(self.start.min(interval.start)..end, known)
    }

    /// Whether the reference repeats its bases over a stretch.
    fn moves_through(&self, stretch: Range<i64>, known: &BaseAt<'_>) -> Same {
        let own = match self.deletes {
            true => self.start..self.start + self.length(),
            false => 0..0,
        };
        let mut found = Same::Yes;
        for at in stretch {
            let place = (at - self.start).rem_euclid(self.length().max(1));
            let expected = usize::try_from(place).ok().and_then(|n| self.bases.get(n));
            match (known(at), expected) {
                _ if own.contains(&at) => {}
                (Some(base), Some(&expected)) if !equal(base, expected) => return Same::No,
                (Some(_), Some(_)) => {}
                _ => found = Same::Unknown,
            }
        }
        found
    }
}

/// Whether two bases cannot be one: a letter that is no `ACGT` may be any.
pub(crate) fn bases_differ(a: u8, b: u8) -> bool {
    let known = |base: u8| b"ACGTacgt".contains(&base);
    known(a) && known(b) && !a.eq_ignore_ascii_case(&b)
}

/// The reference as far as it is known from REF columns.
#[derive(Debug, Default)]
pub(crate) struct KnownBases {
    from: i64,
    /// 0 for what is not known.
    bases: Vec<u8>,
}

impl KnownBases {
    pub(crate) fn new(stretch: Range<i64>) -> Self {
        let length = usize::try_from(stretch.end - stretch.start).unwrap_or(0);
        Self {
            from: stretch.start,
            bases: vec![0; length],
        }
    }

    /// Takes over the bases from a position on.
    pub(crate) fn add(&mut self, position: i64, bases: &[u8]) {
        for (at, &base) in (position..).zip(bases) {
            let place = usize::try_from(at - self.from).ok();
            if let Some(slot) = place.and_then(|n| self.bases.get_mut(n)) {
                *slot = base.to_ascii_uppercase();
            }
        }
    }

    pub(crate) fn get(&self, at: i64) -> Option<u8> {
        let place = usize::try_from(at - self.from).ok();
        let base = place.and_then(|n| self.bases.get(n)).copied();
        base.filter(|base| *base != 0)
    }

    /// All bases of a stretch, if all are known.
    pub(crate) fn all(&self, stretch: Range<i64>) -> Option<Vec<u8>> {
        stretch.map(|at| self.get(at)).collect()
    }
}

#[cfg(test)]
#[path = "spelling_tests.rs"]
mod tests;
