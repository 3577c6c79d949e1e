//! Rows at one position, put together to variants.

use super::Walk;
use crate::error::Result;
use crate::query::exec::place::RowRef;
use crate::query::exec::same::VariantKey;
use std::cmp::Ordering;

/// A row at a position where several parts have rows.
struct RowHere {
    key: VariantKey,
    /// Which of its batch's rows of this variant.
    nth: u32,
    batch: u32,
    /// Whether the batch reports a variant in several rows, each of other samples.
    is_merged: bool,
    row: RowRef,
}

impl Walk<'_> {
    /// Takes all rows at a position and groups them by variants; rows that one batch has twice are
    /// variants of their own.
    pub(super) fn gather(&mut self, position: i64) -> Result<()> {
        let names = self.view.contig_names();
        let mut found: Vec<RowHere> = Vec::new();
        while let Some(mut head) = self.heads.take_at(position) {
            let Some(part) = self.parts.get_mut(head.index) else {
                break;
            };
            let mut more = true;
            while more && head.position == position {
                found.push(RowHere {
                    key: VariantKey::of(&mut part.filter, head.row, names)?,
                    nth: 0,
                    batch: self.view.batch(part.part),
                    is_merged: part.is_merged,
                    row: head.at(),
                });
                more = head.step(part)?;
            }
            if more {
                self.heads.add(head);
            }
        }
        let order = |here: &RowHere| (here.batch, here.row.part, here.row.row);
        found.sort_by(|a, b| a.key.cmp(&b.key).then_with(|| order(a).cmp(&order(b))));
        // the nth row of a variant in a batch joins the nth of the other batches
        for same in found.chunk_by_mut(|a, b| a.key == b.key && a.batch == b.batch) {
            let rows = same.iter_mut().filter(|here| !here.is_merged);
            (0..).zip(rows).for_each(|(nth, here)| here.nth = nth);
        }
        found.sort_by(|a, b| {
            let order = |here: &RowHere| (here.nth, here.batch);
            a.key.cmp(&b.key).then_with(|| order(a).cmp(&order(b)))
        });
        let variants = found.chunk_by(|a, b| a.key == b.key && a.nth == b.nth);
        let mut variants: Vec<&[RowHere]> = variants.collect();
        if self.spellings.is_none() {
            // variants that differ in their extents alone stand as in a file
            variants.sort_by(|a, b| match (a.first(), b.first()) {
                (Some(a), Some(b)) => a.key.by_text(&b.key).then_with(|| order(a).cmp(&order(b))),
                _ => Ordering::Equal,
            });
        }
        for variant in variants {
            self.pending
                .push(variant.iter().map(|here| here.row).collect());
        }
        self.pending.reverse();
        if let Some(first) = self.pending.pop() {
            self.current = first;
        }
        Ok(())
    }
}
