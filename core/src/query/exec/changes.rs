//! Changes that a question names, of which batches have rows that are spelled otherwise: such rows are one
//! variant, wherever they stand.

use super::part_walk::PartWalk;
use super::place::RowRef;
use crate::cohort::View;
use crate::error::Result;
use crate::query::expr::Node;
use crate::query::plan::find::name_of;
use crate::query::plan::rows::Rows;
use crate::query::plan::test::Test;
use std::collections::{BTreeMap, HashMap};

/// The rows of such changes, by variant: the nth row of a batch is of the nth variant.
#[derive(Debug, Default)]
pub(in crate::query) struct Changes {
    variants: Vec<Vec<RowRef>>,
    /// The variant of a row, by its part and number.
    of_row: HashMap<(usize, u32), usize>,
    /// Variants that are to be walked next, last first.
    ready: Vec<Vec<RowRef>>,
}

impl Changes {
    /// Of all changes in a question; their rows become candidates, with the dataset's numbers of parts.
    pub(in crate::query) fn of(
        view: &View,
        test: &Node<Test>,
        found: &mut [Option<Rows>],
    ) -> Result<Self> {
        let mut all = Self::default();
        let batches = view.batches()?;
        for rows in changes_of(test) {
            // of a batch that is put together from several inputs, rows of one spelling are of one variant
            let mut by_batch: BTreeMap<u32, Vec<Vec<RowRef>>> = BTreeMap::new();
            let mut parts: Vec<_> = rows.iter().collect();
            parts.sort_unstable();
            for (&part, rows) in parts {
                let of_batch = by_batch.entry(batches.of_part(part)).or_default();
                let mut last = None;
                for row in rows.iter().map(|&row| RowRef { part, row }) {
                    let spelled = match view.is_merged(part) {
                        true => Some(name_of(view, part, row.row)?.to_ascii_uppercase()),
                        false => None,
                    };
                    match of_batch.last_mut() {
                        Some(variant) if spelled.is_some() && spelled == last => variant.push(row),
                        _ => of_batch.push(vec![row]),
                    }
                    last = spelled;
                }
            }
            if by_batch.len() < 2 {
                continue;
            }
            let most = by_batch.values().map(Vec::len).max().unwrap_or(0);
            for nth in 0..most {
                let variant: Vec<RowRef> = by_batch
                    .values()
                    .filter_map(|rows| rows.get(nth))
                    .flatten()
                    .copied()
                    .filter(|row| !all.of_row.contains_key(&(row.part, row.row)))
                    .collect();
                let number = all.variants.len();
                let keys = variant.iter().map(|row| ((row.part, row.row), number));
                all.of_row.extend(keys);
                all.variants.push(variant);
            }
        }
        for variant in &all.variants {
            for row in variant {
                if let Some(slot) = found.get_mut(row.part) {
                    let known = slot.take().unwrap_or_else(Rows::none);
                    *slot = Some(known.or(Rows::of(&[row.row], false)));
                }
            }
        }
        Ok(all)
    }

    /// The same with the numbers of parts that are walked.
    pub(in crate::query) fn of_parts(self, parts: &[PartWalk<'_>]) -> Self {
        let numbers: HashMap<usize, usize> = parts.iter().map(|of| of.part).zip(0..).collect();
        let number = |part: usize| numbers.get(&part).copied();
        let variants = self.variants.into_iter().map(|rows| {
            let rows = rows.into_iter().filter_map(|row| {
                Some(RowRef {
                    part: number(row.part)?,
                    row: row.row,
                })
            });
            rows.collect()
        });
        let of_row = self.of_row.into_iter();
        let of_row = of_row.filter_map(|((part, row), of)| Some(((number(part)?, row), of)));
        Self {
            variants: variants.collect(),
            of_row: of_row.collect(),
            ..self
        }
    }

    /// Whether a variant of the walk has rows of such changes. They are taken out; a variant is walked where
    /// the row is by which it is shown, so that what is shown is in order.
    #[inline]
    pub(in crate::query) fn join(&mut self, current: &mut Vec<RowRef>) -> bool {
        !self.of_row.is_empty() && self.join_rows(current)
    }

    fn join_rows(&mut self, current: &mut Vec<RowRef>) -> bool {
        let before = current.len();
        current.retain(|row| {
            let Some(&of) = self.of_row.get(&(row.part, row.row)) else {
                return true;
            };
            if let Some(rows) = self
                .variants
                .get(of)
                .filter(|rows| rows.first() == Some(row))
            {
                self.ready.push(rows.clone());
            }
            false
        });
        if current.len() == before {
            return false;
        }
        if !current.is_empty() {
            self.ready.push(std::mem::take(current));
        }
        self.ready.reverse();
        true
    }

    /// The next variant that was joined.
    #[inline]
    pub(in crate::query) fn next_variant(&mut self) -> Option<Vec<RowRef>> {
        self.ready.pop()
    }
}

/// The rows of the changes in a question.
fn changes_of(test: &Node<Test>) -> Vec<&HashMap<usize, Vec<u32>>> {
    match test {
        Node::Atom(atom) => match &atom.kind {
            Test::Change(rows) => vec![&**rows],
            Test::Alleles(of) => of.shared.iter().collect(),
            _ => Vec::new(),
        },
        Node::Not(inner) => changes_of(inner),
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().flat_map(changes_of).collect(),
    }
}
