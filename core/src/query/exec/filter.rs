//! Testing variants against what the indexes did not decide.

use super::counting::Counting;
use super::counts::Counts;
use super::part_walk::PartWalk;
use super::place::{RowOf, RowRef};
use crate::cohort::{RowCounts, Whole};
use crate::error::Result;
use crate::query::expr::{Node, Number};
use crate::query::plan::test::Test;

/// The number of everybody among the groups that a walk counts in.
pub(in crate::query) const EVERYBODY: usize = 0;

/// The rows of a variant.
#[derive(Clone, Copy)]
pub(in crate::query) struct VariantRows<'r> {
    /// What is counted.
    pub(in crate::query) all: &'r [RowRef],
    /// Those of which the record may be seen.
    pub(in crate::query) seen: &'r [RowRef],
}

/// Tests a variant by its rows, and by its counts where these are asked for; what is asked of a record must
/// hold of one of `records`, which are some of these rows.
pub(in crate::query) fn test_node<'a>(
    node: &Node<Test>,
    parts: &mut [PartWalk<'a>],
    rows: VariantRows<'_>,
    records: &[RowRef],
    counting: &mut Counting<'a>,
) -> Result<bool> {
    match node {
        Node::Atom(atom) => test_atom(&atom.kind, parts, rows, records, counting),
        Node::Not(inner) => Ok(!test_node(inner, parts, rows, records, counting)?),
        Node::And(nodes) => {
            for node in nodes {
                if !test_node(node, parts, rows, records, counting)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Node::Or(nodes) => {
            for node in nodes {
                if test_node(node, parts, rows, records, counting)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

/// The rows of a variant with their parts.
pub(in crate::query) fn rows_of<'s, 'a>(
    parts: &'s [PartWalk<'a>],
    rows: &'s [RowRef],
) -> impl Iterator<Item = RowOf<'a>> + Clone + 's {
    let of = |row: &RowRef| {
        let part = parts.get(row.part)?;
        Some((part.part, part.segment, row.row))
    };
    rows.iter().filter_map(of)
}

/// The part of a variant's only row, where that says of everybody all there is to say.
#[inline]
fn part_of_only<'p, 'a>(
    parts: &'p mut [PartWalk<'a>],
    rows: &[RowRef],
    counting: &Counting<'a>,
) -> Option<(Whole, &'p mut PartWalk<'a>, u32)> {
    let [row] = rows else { return None };
    let whole = counting.whole().filter(|_| !counting.looks_elsewhere())?;
    Some((whole, parts.get_mut(row.part)?, row.row))
}

/// The counts of a variant in everybody, where its row of the only batch says all.
#[inline]
pub(in crate::query) fn counts_of_only<'a>(
    parts: &mut [PartWalk<'a>],
    rows: &[RowRef],
    counting: &Counting<'a>,
) -> Result<Option<Counts>> {
    let Some((whole, part, row)) = part_of_only(parts, rows, counting) else {
        return Ok(None);
    };
    let stored = part.filter.stored(whole, row)?;
    Ok(Some(Counts::of_rows(stored)))
}

/// AC and AN of the same.
#[inline]
pub(in crate::query) fn ac_an_of_only<'a>(
    parts: &mut [PartWalk<'a>],
    rows: &[RowRef],
    counting: &Counting<'a>,
) -> Result<Option<(u64, Option<u64>)>> {
    let Some((whole, part, row)) = part_of_only(parts, rows, counting) else {
        return Ok(None);
    };
    let stored = part.filter.stored_ac_an(whole, row)?;
    let counts = Counts::of_rows(stored);
    Ok(Some((counts.ac, counts.an)))
}

/// Counts a variant in everybody, with the columns that its rows were tested by; AC and AN alone where only they are
/// asked for.
pub(in crate::query) fn count_everybody<'a>(
    parts: &mut [PartWalk<'a>],
    rows: &[RowRef],
    counting: &mut Counting<'a>,
    only_ac_an: bool,
) -> Result<()> {
    let Some(whole) = counting.whole() else {
        return Ok(());
    };
    if counting.is_counted(EVERYBODY, only_ac_an) {
        return Ok(());
    }
    let mut sum = RowCounts::default();
    for row in rows {
        let Some(part) = parts.get_mut(row.part) else {
            continue;
        };
        sum.add(match only_ac_an {
            false => part.filter.stored(whole, row.row)?,
            true => part.filter.stored_ac_an(whole, row.row)?,
        });
    }
    counting.set_counted(EVERYBODY, (sum, !only_ac_an));
    Ok(())
}

fn test_atom<'a>(
    test: &Test,
    parts: &mut [PartWalk<'a>],
    rows: VariantRows<'_>,
    records: &[RowRef],
    counting: &mut Counting<'a>,
) -> Result<bool> {
    match test {
        Test::Number {
            field,
            comparison,
            value,
        } if field.is_counted() => {
            if !counting.compares_shown()
                && let Some(counts) = counts_of_only(parts, rows.all, counting)?
            {
                return Ok(counts.holds(*field, *comparison, *value));
            }
            let test = (*field, *comparison, *value);
            let only_ac_an =
                matches!(field, Number::Ac | Number::An | Number::Af) && !counting.compares_shown();
            count_everybody(parts, rows.all, counting, only_ac_an)?;
            return counting.holds(EVERYBODY, rows_of(parts, rows.all), test);
        }
        Test::NumberIn {
            group,
            field,
            comparison,
            value,
        } => {
            let test = (*field, *comparison, *value);
            return counting.holds(EVERYBODY + 1 + group, rows_of(parts, rows.all), test);
        }
        _ => {}
    }
    // a variant that several batches have passes where one of its rows does
    let rows = match test.is_of_record() {
        true => records,
        // places are those that are shown
        false if test.is_of_shown() => rows.seen.get(..1).unwrap_or_default(),
        false => rows.seen,
    };
    for row in rows {
        if let Some(part) = parts.get_mut(row.part)
            && part.filter.test(test, part.part, row.row)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}
