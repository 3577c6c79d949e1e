//! Strata as cells of a table, in the order in which the table of a live view has them: so of cells of as many people the same is hidden.

use crate::store::published::Stratum;
use std::collections::{BTreeSet, HashMap};

/// The cells of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Layout {
    /// By cell the number of its stratum; `None` of a pair of values that is no stratum.
    pub(super) cells: Vec<Option<usize>>,
    /// How many values the second of two fields has: cells are all pairs, row after row.
    pub(super) width: Option<usize>,
}

/// Ascending, and who has no value comes last.
type Key<'s> = (bool, Option<&'s str>);

fn key_of(stratum: &Stratum, field: usize) -> Key<'_> {
    let value = stratum.values.get(field).and_then(Option::as_deref);
    (value.is_none(), value)
}

impl Layout {
    /// Of strata by one field, or of some by two, as of groups that are named.
    pub(super) fn listed(strata: &[Stratum]) -> Self {
        let mut all: Vec<usize> = (0..strata.len()).collect();
        all.sort_by_key(|&at| strata.get(at).map(|of| (key_of(of, 0), key_of(of, 1))));
        Self {
            cells: all.into_iter().map(Some).collect(),
            width: None,
        }
    }

    /// Of all strata by one field, or by two.
    pub(super) fn of(strata: &[Stratum]) -> Self {
        let by_two = strata.first().is_some_and(|of| of.values.len() == 2);
        if !by_two {
            return Self::listed(strata);
        }
        let values = |field: usize| -> BTreeSet<Key<'_>> {
            strata.iter().map(|of| key_of(of, field)).collect()
        };
        let (rows, columns) = (values(0), values(1));
        let keys = strata.iter().map(|of| (key_of(of, 0), key_of(of, 1)));
        let places: HashMap<_, usize> = keys.zip(0..).collect();
        let pairs = rows
            .iter()
            .flat_map(|row| columns.iter().map(move |column| (*row, *column)));
        Self {
            cells: pairs.map(|pair| places.get(&pair).copied()).collect(),
            width: Some(columns.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_in_the_order_of_a_live_table() {
        let strata = |values: &[&[&str]]| -> Vec<Stratum> {
            let known = |value: &&str| (*value != "-").then(|| (*value).to_owned());
            let stratum = |values: &&[&str]| Stratum {
                label: values.join("_"),
                values: values.iter().map(known).collect(),
                people: None,
            };
            values.iter().map(stratum).collect()
        };
        let of = |values: &[&[&str]]| Layout::of(&strata(values));
        let listed = |values: &[&[&str]]| Layout::listed(&strata(values));
        assert_eq!(of(&[]), Layout::default());
        let one = of(&[&["-"], &["SE"], &["FI"]]);
        assert_eq!(
            (one.cells, one.width),
            (vec![Some(2), Some(1), Some(0)], None)
        );
        let two = of(&[
            &["SE", "male"],
            &["SE", "-"],
            &["FI", "male"],
            &["SE", "female"],
        ]);
        let cells = vec![None, Some(2), None, Some(3), Some(0), Some(1)];
        assert_eq!((two.cells, two.width), (cells, Some(3)));
        let some = listed(&[&["SE", "male"], &["SE", "female"], &["FI", "male"]]);
        assert_eq!(
            (some.cells, some.width),
            (vec![Some(2), Some(1), Some(0)], None)
        );
    }
}
