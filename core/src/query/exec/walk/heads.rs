//! The next rows of the parts that are walked, the first one at hand.

use crate::error::Result;
use crate::query::exec::part_walk::PartWalk;
use crate::query::exec::place::RowRef;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::ops::Range;

/// Parts with rows on the current contig, each at its next row.
#[derive(Default)]
pub(super) struct Heads {
    /// Of parts that have rows, or had.
    heads: Vec<Head>,
    /// The part that is walked, by its place among the heads: as long as no other has rows before its next one, its rows
    /// are taken as they stand.
    at_hand: Option<u32>,
    /// The others, the first on top.
    others: BinaryHeap<Reverse<Turn>>,
    /// Where the first of them stands; the greatest number where there is none.
    others_at: i64,
}

/// Position and place of a head in one number, of which the least comes first: most of what a walk of many parts does is
/// to compare these.
type Turn = u64;

/// Positions are from -1 to below 2^31, but in damaged files: there, too, what is left has been at the position.
fn turn_of(position: i64, head: u32) -> Turn {
    let position = u32::try_from(position.saturating_add(1)).unwrap_or(u32::MAX);
    u64::from(position) << 32 | u64::from(head)
}

/// The next candidate of a part on the current contig.
#[derive(Clone, Copy)]
pub(super) struct Head {
    /// Index among the parts.
    pub(super) index: usize,
    /// Index of the candidate range, and where that ends on the contig.
    range: usize,
    range_end: u32,
    pub(super) row: u32,
    /// Where the rows of the contig end that are walked.
    end: u32,
    pub(super) position: i64,
}

impl Heads {
    /// Begins a contig.
    pub(super) fn clear(&mut self) {
        self.heads.clear();
        self.at_hand = None;
        self.others.clear();
        self.others_at = i64::MAX;
    }

    pub(super) fn add(&mut self, head: Head) {
        let turn = turn_of(head.position, self.heads.len() as u32);
        self.others.push(Reverse(turn));
        self.others_at = self.others_at.min(head.position);
        self.heads.push(head);
    }

    fn get(&self, head: u32) -> Option<&Head> {
        self.heads.get(head as usize)
    }

    /// The first one, to be moved, and whether another part has rows at its position; `None` where there are no more.
    #[inline]
    pub(super) fn first(&mut self) -> Option<(&mut Head, bool)> {
        let at_hand = self.at_hand.and_then(|head| self.get(head));
        if at_hand.is_none_or(|head| head.position > self.others_at) {
            self.change();
        }
        let head = self.heads.get_mut(self.at_hand? as usize)?;
        let meets = head.position == self.others_at;
        Some((head, meets))
    }

    /// Takes the one that comes first at hand.
    fn change(&mut self) {
        let known = self
            .at_hand
            .and_then(|head| Some((head, self.get(head)?.position)));
        let next = match known {
            Some((head, position)) => {
                let turn = turn_of(position, head);
                let top = self.others.peek_mut();
                top.map_or(turn, |mut top| std::mem::replace(&mut top.0, turn))
            }
            None => match self.others.pop() {
                Some(Reverse(turn)) => turn,
                None => return,
            },
        };
        self.at_hand = Some(next as u32);
        self.look_at_others();
    }

    fn look_at_others(&mut self) {
        let first = self.others.peek().and_then(|turn| self.get(turn.0 as u32));
        self.others_at = first.map_or(i64::MAX, |head| head.position);
    }

    /// The part of the first one has no more rows.
    pub(super) fn end_first(&mut self) {
        self.at_hand = None;
    }

    /// Moves all that stand at a position behind it: `step` does so, and says whether there are more rows.
    pub(super) fn leave(
        &mut self,
        position: i64,
        mut step: impl FnMut(&mut Head) -> Result<bool>,
    ) -> Result<()> {
        // the one at hand goes first: even where positions are damaged, something is left behind
        if let Some(number) = self.at_hand.take()
            && let Some(head) = self.heads.get_mut(number as usize)
            && (head.position != position || step(head)?)
        {
            self.others.push(Reverse(turn_of(head.position, number)));
        }
        while let Some(mut turn) = self.others.peek_mut() {
            let number = turn.0 as u32;
            let head = self.heads.get_mut(number as usize);
            let Some(head) = head.filter(|head| head.position == position) else {
                break;
            };
            match step(head)? {
                true => turn.0 = turn_of(head.position, number),
                false => drop(PeekMut::pop(turn)),
            }
        }
        self.look_at_others();
        Ok(())
    }
}

impl Head {
    /// At the first candidate of a part among rows of a contig, if there is one.
    pub(super) fn new(
        index: usize,
        part: &mut PartWalk<'_>,
        rows: Range<u32>,
    ) -> Result<Option<Self>> {
        let ranges = &part.candidates.ranges;
        let range = ranges.partition_point(|range| range.end <= rows.start);
        let mut head = Self {
            index,
            range,
            range_end: rows.start,
            row: rows.start,
            end: rows.end,
            position: 0,
        };
        Ok(head.enter(part)?.then_some(head))
    }

    /// The row.
    #[inline]
    pub(super) fn at(&self) -> RowRef {
        RowRef {
            part: self.index,
            row: self.row,
        }
    }

    /// Moves to the next candidate on the contig; `false` where there is none.
    #[inline]
    pub(super) fn step(&mut self, part: &mut PartWalk<'_>) -> Result<bool> {
        self.row += 1;
        self.enter(part)
    }

    /// Reads the position of the first candidate from here on.
    #[inline]
    fn enter(&mut self, part: &mut PartWalk<'_>) -> Result<bool> {
        if self.row >= self.range_end && !self.enter_range(part) {
            return Ok(false);
        }
        self.position = part.filter.position(self.row)?;
        Ok(true)
    }

    fn enter_range(&mut self, part: &PartWalk<'_>) -> bool {
        let ranges = part.candidates.ranges.get(self.range..);
        let mut ranges = ranges.unwrap_or_default().iter();
        let Some(skipped) = ranges.position(|range| self.row < range.end) else {
            return false;
        };
        self.range += skipped;
        if let Some(range) = part.candidates.ranges.get(self.range) {
            self.row = self.row.max(range.start);
            self.range_end = range.end.min(self.end);
        }
        self.row < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The heads of parts, each with rows at these positions, in their order.
    fn walked(parts: &[&[i64]]) -> Vec<(i64, Vec<usize>)> {
        let mut heads = Heads::default();
        heads.clear();
        for (index, of) in parts.iter().enumerate() {
            let (end, position) = (of.len() as u32, of[0]);
            heads.add(Head {
                index,
                range: 0,
                range_end: end,
                row: 0,
                end,
                position,
            });
        }
        let mut found = Vec::new();
        while let Some((first, _)) = heads.first() {
            let position = first.position;
            let mut here = Vec::new();
            let step = |head: &mut Head| {
                here.push(head.index);
                head.row += 1;
                let next = parts[head.index].get(head.row as usize);
                head.position = next.copied().unwrap_or(head.position);
                Ok(next.is_some())
            };
            heads.leave(position, step).unwrap();
            here.sort_unstable();
            found.push((position, here));
        }
        found
    }

    #[test]
    fn parts_meet_where_they_have_rows() {
        let found = walked(&[&[-1, 4, 9], &[4, 7], &[7, 9, 11]]);
        let expected = [
            (-1, vec![0]),
            (4, vec![0, 1]),
            (7, vec![1, 2]),
            (9, vec![0, 2]),
            (11, vec![2]),
        ];
        assert_eq!(found, expected);
    }

    /// Positions that no file may have: the walk ends all the same.
    #[test]
    fn damaged_positions_are_left_behind() {
        let found = walked(&[
            &[1 << 41, 1 << 50],
            &[1 << 40, 1 << 42],
            &[1 << 40, i64::MAX],
        ]);
        let rows: usize = found.iter().map(|(_, here)| here.len()).sum();
        assert_eq!(rows, 6);
        let found = walked(&[&[i64::MIN, 3], &[-5, 2]]);
        assert_eq!(found.iter().map(|(_, here)| here.len()).sum::<usize>(), 4);
    }
}
