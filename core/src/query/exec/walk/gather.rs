//! Rows at one position, put together to variants.

use super::Walk;
use crate::error::Result;
use crate::query::exec::place::RowRef;
use crate::query::exec::same::VariantKey;
use std::cmp::Ordering;

/// A row at a position where several parts have rows.
struct RowHere {
    /// Rows of one variant have the same; in the order of REF and ALT.
    key: u64,
    /// Which of its batch's rows of this variant.
    nth: u32,
    batch: u32,
    /// Whether the batch reports a variant in several rows, each of other samples.
    is_merged: bool,
    row: RowRef,
}

/// The variants of a position that are still to come.
#[derive(Default)]
pub(super) struct Gathered {
    /// Their rows, those of each variant together.
    rows: Vec<RowRef>,
    /// Where the rows of each end.
    ends: Vec<usize>,
    /// The next variant, and where its rows begin.
    next: usize,
    start: usize,
    /// All rows of the position; kept for their memory.
    here: Vec<RowHere>,
}

impl Gathered {
    /// The rows of the next variant; `false` where there is none.
    pub(super) fn next_variant(&mut self, rows: &mut Vec<RowRef>) -> bool {
        let Some(&end) = self.ends.get(self.next) else {
            return false;
        };
        rows.clear();
        rows.extend_from_slice(self.rows.get(self.start..end).unwrap_or_default());
        (self.next, self.start) = (self.next + 1, end);
        true
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.ends.clear();
        (self.next, self.start) = (0, 0);
    }

    fn push(&mut self, variant: &[RowHere]) {
        self.rows.extend(variant.iter().map(|here| here.row));
        self.ends.push(self.rows.len());
    }
}

impl Walk<'_> {
    /// Takes all rows at a position and groups them by variants; rows that one batch has twice are
    /// variants of their own.
    pub(super) fn gather(&mut self, position: i64) -> Result<()> {
        let mut here = std::mem::take(&mut self.gathered.here);
        here.clear();
        let texts = match self.take_rows(position, &mut here)? {
            true => Vec::new(),
            false => self.number_keys(&mut here)?,
        };
        number_again(&mut here);
        let gathered = &mut self.gathered;
        gathered.clear();
        let variants = here.chunk_by(|a, b| a.key == b.key && a.nth == b.nth);
        if texts.is_empty() || self.spellings.is_some() {
            variants.for_each(|variant| gathered.push(variant));
        } else {
            // variants that differ in their extents alone stand as in a file
            let mut variants: Vec<&[RowHere]> = variants.collect();
            variants.sort_by_key(|variant| {
                let first = variant.first();
                first.map(|here| {
                    (
                        texts.get(here.key as usize),
                        here.batch,
                        here.row.part,
                        here.row.row,
                    )
                })
            });
            variants
                .into_iter()
                .for_each(|variant| gathered.push(variant));
        }
        gathered.here = here;
        gathered.next_variant(&mut self.current);
        Ok(())
    }

    /// Takes the rows at a position, with keys where all of them are a few bases; whether they are.
    fn take_rows(&mut self, position: i64, here: &mut Vec<RowHere>) -> Result<bool> {
        let Self {
            heads, parts, view, ..
        } = self;
        let mut all_short = true;
        heads.leave(position, |head| {
            let Some(part) = parts.get_mut(head.index) else {
                return Ok(false);
            };
            let batch = view.batch(part.part);
            let mut more = true;
            while more && head.position == position {
                let key = part.short_order(head.row)?;
                all_short &= key.is_some();
                here.push(RowHere {
                    key: key.unwrap_or(0),
                    nth: 0,
                    batch,
                    is_merged: part.is_merged,
                    row: head.at(),
                });
                more = head.step(part)?;
            }
            Ok(more)
        })?;
        Ok(all_short)
    }

    /// Numbers the rows by their variants; returns the numbers of the texts of these.
    fn number_keys(&mut self, here: &mut [RowHere]) -> Result<Vec<u64>> {
        let names = self.view.contig_names();
        let mut keys = Vec::with_capacity(here.len());
        for (at, row) in here.iter().enumerate() {
            if let Some(part) = self.parts.get_mut(row.row.part) {
                keys.push((VariantKey::of(&mut part.filter, row.row.row, names)?, at));
            }
        }
        keys.sort();
        let mut texts = Vec::new();
        let mut last: Option<&VariantKey> = None;
        let mut text = 0;
        for (key, at) in &keys {
            if last != Some(key) {
                text += u64::from(last.is_some_and(|last| last.by_text(key) != Ordering::Equal));
                texts.push(text);
                last = Some(key);
            }
            if let Some(row) = here.get_mut(*at) {
                row.key = texts.len() as u64 - 1;
            }
        }
        Ok(texts)
    }
}

/// Puts the rows of a variant together: the nth of a batch joins the nth of the others.
fn number_again(here: &mut [RowHere]) {
    here.sort_unstable_by_key(|here| (here.key, here.batch, here.row.part, here.row.row));
    let mut again = false;
    for same in here.chunk_by_mut(|a, b| a.key == b.key && a.batch == b.batch) {
        let rows = same.iter_mut().filter(|here| !here.is_merged);
        for (nth, here) in (0..).zip(rows) {
            here.nth = nth;
            again |= nth > 0;
        }
    }
    if again {
        here.sort_by_key(|here| (here.key, here.nth, here.batch));
    }
}
