//! Which variants of a walk are one and the same: a batch may report one in several records, and in several
//! spellings.

use super::part_walk::PartWalk;
use super::place::RowRef;
use super::shown_bases::ShownBases;
use crate::cohort::View;
use crate::error::Result;
use crate::query::plan::find::find_change_within;
use crate::query::plan::row_text::RowText;
use crate::stop::check_stop;
use std::collections::{BTreeSet, HashMap};

/// The number of a variant in the walk, and whether rows of it may stand apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub(crate) number: u32,
    pub(crate) spelled: Spelled,
}

/// How a variant is spelled by the rows of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelled {
    /// In one way: its rows follow each other.
    Alike,
    /// In several ways: others may stand between its rows.
    Otherwise,
    /// The same, and these are the last rows of it.
    OtherwiseLast,
}

/// The changes that rows of a walk spell in several ways.
#[derive(Debug, Default)]
pub(in crate::query) struct Spellings {
    of_row: HashMap<(usize, u32), usize>,
    changes: Vec<Spelling>,
}

#[derive(Debug, Default)]
struct Spelling {
    number: Option<u32>,
    /// Rows still to come.
    left: usize,
}

impl Spellings {
    /// Of the candidates of a walk. Of two plain spellings none is of the same change, so that one of each
    /// change's rows stands in the list of those that are not plain.
    pub(in crate::query) fn of(view: &View, parts: &[PartWalk<'_>]) -> Result<Self> {
        let mut all = Self::default();
        let numbers: HashMap<usize, usize> = parts.iter().map(|of| of.part).zip(0..).collect();
        let mut text = RowText::default();
        let spelled = parts.iter().filter(|part| part.segment.has_respelled());
        let contigs = spelled.flat_map(|part| part.segment.contigs());
        let contigs: BTreeSet<u32> = contigs.map(|rows| rows.contig).collect();
        for contig in contigs {
            // index of the part, row, where its change starts
            let mut rows: Vec<(usize, u32, i64)> = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                for row in part.segment.respelled(contig, i64::MIN..i64::MAX)? {
                    if part.is_candidate(row) {
                        text.load(part.segment, row)?;
                        let start = text.trimmed().map_or_else(|| text.start(), |of| of.start);
                        rows.push((index, row, start));
                    }
                }
            }
            let places = rows.iter().map(|(.., start)| *start).collect();
            let shown = ShownBases::around(view, contig, places)?;
            for (index, row, start) in rows {
                check_stop()?;
                let Some(part) = parts.get(index) else {
                    continue;
                };
                if all.of_row.contains_key(&(index, row)) {
                    continue;
                }
                text.load(part.segment, row)?;
                let within = shown.reach(start);
                let found = find_change_within(view, contig, &text.change(), within)?;
                let mut same = Vec::new();
                for (part, rows) in found.rows {
                    if let Some(&index) = numbers.get(&part)
                        && let Some(part) = parts.get(index)
                    {
                        let rows = rows.into_iter().filter(|row| part.is_candidate(*row));
                        same.extend(rows.map(|row| (index, row)));
                    }
                }
                all.add(same);
            }
        }
        Ok(all)
    }

    fn add(&mut self, rows: Vec<(usize, u32)>) {
        if rows.len() < 2 {
            return;
        }
        let number = self.changes.len();
        let mut change = Spelling::default();
        for row in rows {
            if self.of_row.insert(row, number).is_none() {
                change.left += 1;
            }
        }
        self.changes.push(change);
    }

    /// The variant of some rows, if it is spelled in several ways; `next` is the number of a new one.
    pub(in crate::query) fn number_of(&mut self, rows: &[RowRef], next: u32) -> Option<Numbered> {
        if self.of_row.is_empty() {
            return None;
        }
        let change_of = |row: &RowRef| self.of_row.get(&(row.part, row.row)).copied();
        let number = rows.iter().find_map(change_of)?;
        let here = rows.iter().filter(|row| change_of(row) == Some(number));
        let here = here.count();
        let change = self.changes.get_mut(number)?;
        change.left = change.left.saturating_sub(here);
        Some(Numbered {
            number: *change.number.get_or_insert(next),
            spelled: match change.left {
                0 => Spelled::OtherwiseLast,
                _ => Spelled::Otherwise,
            },
        })
    }
}
