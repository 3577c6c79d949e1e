//! Replacements of which the replaced bases are not given, and inversions.

use super::{Finder, ROLL_REACH};
use crate::error::Result;
use crate::genome::{
    Change, Indel, Interval, KnownBases, Position, Same, bases_differ, reverse_complement,
};
use std::borrow::Cow;

/// Replacements of more bases are not compared by what is known of each of them.
const REPLACED_MAX: i64 = 1 << 16;
/// Comparisons of a row with a replacement, in bases: one that would take more is left undecided.
const COMPARED_MAX: i64 = 1 << 24;

impl Finder<'_> {
    /// Bases that are not given for others.
    pub(super) fn replacement(&mut self, interval: Interval, change: &Change<'_>) -> Result<()> {
        let (from, to) = (i64::from(interval.start), i64::from(interval.end));
        let reach = match self.found.normalised {
            true => 0,
            false => Indel::REACH_MAX,
        };
        let window = from - ROLL_REACH..to + 2 + reach;
        let mut known = KnownBases::default();
        if to - from <= REPLACED_MAX {
            known = self.known_bases(window.clone())?;
            let replaced = known.all(from..to);
            let alternate: Option<Cow<'_, [u8]>> = match (change, &replaced) {
                (Change::Deletion { inserted, .. }, _) => Some(inserted.as_bytes().into()),
                (_, Some(bases)) => reverse_complement(bases).map(Cow::Owned),
                (_, None) => None,
            };
            if let (Some(bases), Some(alternate), Some(position)) =
                (replaced, alternate, Position::from_zero_based(from))
            {
                return self.exact(position, &bases, &alternate);
            }
        }
        for part in self.parts(window.clone())? {
            let (part, segment) = part?;
            let mut rows = Vec::new();
            for row in self.rows(segment, window.clone())? {
                self.text.load(segment, row)?;
                match self.is_replacement(change, (from, to), &known) {
                    Some(true) => rows.push(row),
                    Some(false) => {}
                    None => self.found.undecided.push((part, row)),
                }
            }
            self.found.add(part, rows);
        }
        Ok(())
    }

    /// Whether the row at hand is the change; `None` where only the reference could tell.
    fn is_replacement(
        &self,
        change: &Change<'_>,
        (from, to): (i64, i64),
        known: &KnownBases,
    ) -> Option<bool> {
        let indel = self.text.trimmed().and_then(|of| of.indel());
        match (change, indel) {
            // how far the row rolls is not known there
            (Change::Deletion { inserted, .. }, Some(row)) if !self.found.normalised => {
                let inserted = inserted.as_bytes();
                let replaced = Replaced { from, to, inserted };
                (!replaced.may_be(&row, known)).then_some(false)
            }
            _ => self.text.stored().map_or(Some(false), |of| of.is(change)),
        }
    }
}

/// Bases for those of an interval, 0-based, which are not given.
struct Replaced<'a> {
    from: i64,
    to: i64,
    inserted: &'a [u8],
}

impl Replaced<'_> {
    /// Whether it may be an indel: bases at either end of what is inserted are then those that were there, and what
    /// is left of the change is the indel, at its place or moved.
    fn may_be(&self, row: &Indel<'_>, known: &KnownBases) -> bool {
        let (removed, inserted) = (self.to - self.from, self.inserted.len() as i64);
        let deletes = removed > inserted;
        if row.deletes != deletes || row.bases.len() as i64 != (removed - inserted).abs() {
            return false;
        }
        let kept = removed.min(inserted);
        let each = removed + (self.from - row.start).abs();
        if kept.saturating_mul(each) > COMPARED_MAX {
            return true;
        }
        (0..=kept).any(|before| {
            let after = kept - before;
            let assumed = |at: i64| self.assumed(at, before, after);
            let clashes =
                |at| matches!((assumed(at), known.get(at)), (Some(a), Some(b)) if bases_differ(a, b));
            if (self.from..self.to).any(clashes) {
                return false;
            }
            let base = |at: i64| assumed(at).or_else(|| known.get(at));
            let same = match deletes {
                true => row.same_as_interval(self.from + before..self.to - after, &base),
                false => {
                    let bases = before as usize..(inserted - after) as usize;
                    let bases = self.inserted.get(bases).unwrap_or_default();
                    let start = self.from + before;
                    row.same(
                        &Indel {
                            start,
                            bases,
                            deletes,
                        },
                        &base,
                    )
                }
            };
            same != Same::No
        })
    }

    /// The base of the reference, if so many of the first and of the last that are inserted are of it.
    fn assumed(&self, at: i64, before: i64, after: i64) -> Option<u8> {
        let place = match at {
            _ if (self.from..self.from + before).contains(&at) => at - self.from,
            _ if (self.to - after..self.to).contains(&at) => {
                self.inserted.len() as i64 - (self.to - at)
            }
            _ => return None,
        };
        usize::try_from(place)
            .ok()
            .and_then(|n| self.inserted.get(n))
            .copied()
    }
}
