//! Sets of individuals from what each of them has: pieces of sets that fit the memory, sorted and put
//! together.

use super::write::Failed;
use crate::error::Result;
use crate::format::Folder;
use crate::set::{read_varint, write_varint};
use crate::store::runs::{Merge, Runs};
use std::collections::HashMap;

/// What a piece takes beside its bytes.
const PIECE_COST: usize = 128;
/// Bytes handed on at once.
const BATCH: usize = 1 << 20;
/// Pieces between two questions whether to go on.
const ASKED: u64 = 1024;

/// Some members of a set: the first, then how far each is from the one before.
#[derive(Debug, Default)]
struct Piece {
    last: Option<u32>,
    bytes: Vec<u8>,
}

/// Sets by key, in the making.
pub(super) struct Inverted<'a> {
    pieces: HashMap<u64, Piece>,
    /// Bytes of the pieces, about, and how many are held.
    held: usize,
    pub(super) most: usize,
    batch: Vec<u8>,
    ends: Vec<(u64, u64, u32)>,
    runs: Runs<'a>,
}

impl<'a> Inverted<'a> {
    /// Half of `memory` is for pieces, half for sorting them.
    pub(super) fn new(folder: Option<&'a Folder>, memory: u64) -> Self {
        Self {
            pieces: HashMap::new(),
            held: 0,
            most: usize::try_from(memory / 4).unwrap_or(usize::MAX),
            batch: Vec::new(),
            ends: Vec::new(),
            runs: Runs::of(folder, None, memory),
        }
    }

    /// Adds a member; those of a set come in ascending order, maybe several times.
    pub(super) fn add(&mut self, key: u64, member: u32) {
        let piece = self.pieces.entry(key).or_insert_with(|| {
            self.held += PIECE_COST;
            Piece::default()
        });
        let before = piece.bytes.len();
        piece.push(member);
        // vectors grow by half of what they need
        self.held += (piece.bytes.len() - before) * 2;
    }

    /// Whether the pieces are to be written now.
    pub(super) fn is_full(&self) -> bool {
        self.held >= self.most
    }

    /// The pieces held, by key: they are to be given back by [`Inverted::write`].
    pub(super) fn take(&mut self) -> Vec<(u64, Vec<u8>)> {
        self.held = 0;
        let pieces = std::mem::take(&mut self.pieces).into_iter();
        let mut pieces: Vec<_> = pieces.map(|(key, piece)| (key, piece.bytes)).collect();
        pieces.sort_unstable_by_key(|(key, _)| *key);
        pieces
    }

    /// Writes pieces; those of a set may come in any order.
    pub(super) fn write(&mut self, mut pieces: impl Iterator<Item = (u64, Vec<u8>)>) -> Result<()> {
        pieces.try_for_each(|(key, piece)| {
            self.batch.extend(piece);
            self.ends.push((key, 0, self.batch.len() as u32));
            match self.batch.len() >= BATCH {
                true => self.flush(),
                false => Ok(()),
            }
        })
    }

    fn flush(&mut self) -> Result<()> {
        let ends = std::mem::take(&mut self.ends).into_iter();
        self.runs.add(std::mem::take(&mut self.batch), ends)
    }

    /// The sets, by key.
    pub(super) fn finish(mut self, go_on: &mut dyn FnMut() -> Result<()>) -> Result<Sets> {
        let rest = self.take();
        self.write(rest.into_iter())?;
        self.flush()?;
        let (merge, _) = self.runs.finish(&mut || go_on().is_ok())?;
        Ok(Sets {
            merge,
            next: None,
            met: 0,
        })
    }
}

impl Piece {
    fn push(&mut self, member: u32) {
        if self.last != Some(member) {
            write_varint(&mut self.bytes, member - self.last.unwrap_or(0));
            self.last = Some(member);
        }
    }
}

/// The bytes of a piece with these members.
pub(super) fn piece(members: impl Iterator<Item = u32>) -> Vec<u8> {
    let mut piece = Piece::default();
    members.for_each(|member| piece.push(member));
    piece.bytes
}

/// The members of a piece.
pub(super) fn members(piece: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let (mut at, mut last) = (0, 0u32);
    std::iter::from_fn(move || {
        let more = read_varint(piece, &mut at).ok()?;
        last = last.wrapping_add(more);
        Some(last)
    })
}

/// Whole sets, one after the other.
pub(super) struct Sets {
    merge: Merge,
    /// The key of the piece that the merge stands at.
    next: Option<u64>,
    /// Pieces met.
    met: u64,
}

impl Sets {
    /// The next set: its key, and its members in `list`.
    pub(super) fn next(
        &mut self,
        list: &mut Vec<u32>,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Option<u64>, Failed> {
        list.clear();
        if self.met == 0 {
            self.advance(go_on)?;
        }
        let Some(key) = self.next else {
            return Ok(None);
        };
        while self.next == Some(key) {
            if let Some(run) = self.merge.current() {
                list.extend(members(&run.bytes));
            }
            self.advance(go_on)?;
        }
        // where a piece ended within what an individual has, the next begins with the same one; and pieces of
        // what is above terms overlap
        if !list.is_sorted_by(|a, b| a < b) {
            list.sort_unstable();
            list.dedup();
        }
        Ok(Some(key))
    }

    fn advance(&mut self, go_on: &mut dyn FnMut() -> Result<()>) -> Result<(), Failed> {
        if self.met.is_multiple_of(ASKED) {
            go_on()?;
        }
        self.met += 1;
        self.next = self.merge.next()?.map(|run| run.key);
        Ok(())
    }

    /// The same sets by other keys: `keys` has one for each.
    pub(super) fn renamed(
        mut self,
        keys: &[u32],
        folder: Option<&Folder>,
        memory: u64,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Self, Failed> {
        let mut renamed = Inverted::new(folder, memory);
        let mut list = Vec::new();
        while let Some(key) = self.next(&mut list, go_on)? {
            let key = keys.get(key as usize).copied().unwrap_or_default();
            let bytes = piece(list.iter().copied());
            renamed.write(std::iter::once((u64::from(key), bytes)))?;
        }
        Ok(renamed.finish(go_on)?)
    }
}
