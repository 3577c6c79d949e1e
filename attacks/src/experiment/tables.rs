//! Attack 9: random tables by two fields.

use varidex::Policy;
use varidex::testing::ShownTable;

use crate::attack::tables::Shown;
use crate::power::{Share, share};
use crate::random::Random;
use crate::rules::Rules;

/// Rows and columns of the tables.
const ROWS: usize = 5;
const COLUMNS: usize = 6;

/// Hidden cells of tables that the attacks solve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Solved {
    /// People in a table.
    pub members: u32,
    /// The rules, by name.
    pub rules: &'static str,
    /// Whether more is hidden than the floor hides, as it is answered.
    pub suppressed: bool,
    /// Hidden cells in all.
    pub hidden: usize,
    /// Share of them that inclusion and exclusion solves.
    pub by_subtraction: Share,
    /// Share of them that linear programming solves.
    pub by_programming: Share,
    /// Share of the tables with at least one solved cell, of those with hidden ones.
    pub tables: Share,
}

/// People in cells, with groups of very different sizes: the i-th row, and column, has a weight of 1 / i².
fn random_table(members: u32, random: &mut Random) -> Vec<u32> {
    let mut values = vec![0; ROWS * COLUMNS];
    let mut draw = |groups: usize| {
        let weight = |group: usize| 1.0 / ((group + 1) * (group + 1)) as f64;
        let mut left = random.unit() * (0..groups).map(weight).sum::<f64>();
        (0..groups - 1)
            .find(|&group| {
                left -= weight(group);
                left < 0.0
            })
            .unwrap_or(groups - 1)
    };
    for _ in 0..members {
        let (row, column) = (draw(ROWS), draw(COLUMNS));
        values[row * COLUMNS + column] += 1;
    }
    values
}

/// Runs it on so many tables of a floor alone, or as they are answered under a policy. None where a linear program was not solved,
/// which is a fault of the solver.
pub fn tables(
    members: u32,
    rules: &Rules,
    policy: Option<&Policy>,
    number: u64,
    seed: u64,
) -> Option<Solved> {
    let (mut hidden, mut simple, mut solved) = (0, 0, 0);
    let (mut with_hidden, mut with_solved) = (0, 0);
    for table in 0..number {
        let values = random_table(members, &mut Random::new(seed, table));
        let shown = match policy {
            None => Shown::new(rules, COLUMNS, &values),
            Some(policy) => {
                let people: Vec<u64> = values.iter().map(|of| u64::from(*of)).collect();
                let seen = ShownTable::of(policy, COLUMNS, &people);
                Shown::answered(rules, COLUMNS, &values, &seen)
            }
        };
        let narrowed = shown.by_subtraction();
        let before = solved;
        let mut any = false;
        for cell in shown.hidden() {
            any = true;
            hidden += 1;
            if narrowed[cell].low == narrowed[cell].high {
                simple += 1;
                solved += 1;
                continue;
            }
            let bounds = shown.by_programming(cell)?;
            solved += usize::from(bounds.low == bounds.high);
        }
        with_hidden += usize::from(any);
        with_solved += usize::from(solved > before);
    }
    Some(Solved {
        members,
        rules: rules.name,
        suppressed: policy.is_some(),
        hidden,
        by_subtraction: share(simple as f64, hidden),
        by_programming: share(solved as f64, hidden),
        tables: share(with_solved as f64, with_hidden),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::named;

    #[test]
    fn a_floor_alone_leaves_cells_that_are_solved() {
        let solved = tables(1000, &named("omop").unwrap(), None, 10, 1).unwrap();
        assert!(solved.hidden > 0);
        assert!(solved.by_programming.of >= solved.by_subtraction.of);
        assert!(solved.tables.of > 0.3, "{solved:?}");
        let open = tables(1000, &named("open").unwrap(), None, 3, 1).unwrap();
        assert_eq!(open.hidden, 0);
    }

    #[test]
    fn tables_as_they_are_answered_are_not_solved() {
        for name in ["omop", "pcornet", "registered"] {
            let (rules, policy) = (named(name).unwrap(), Policy::named(name).unwrap());
            let solved = tables(1000, &rules, Some(&policy), 10, 1).unwrap();
            assert!(solved.hidden > 0);
            assert_eq!(solved.by_programming.of, 0.0, "{solved:?}");
        }
    }
}
