//! Rows at one position, put together to variants.

use super::Walk;
use super::gathered::{RowHere, number_again};
use crate::error::Result;
use crate::query::exec::same::VariantKey;
use std::cmp::Ordering;

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
