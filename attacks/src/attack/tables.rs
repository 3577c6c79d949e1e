//! Attack 9: hidden cells of a table from what is shown.
//!
//! A table of people by two fields is shown with its margins; small numbers are hidden. Bounds of a hidden cell x_c are
//! the least and greatest x_c among tables of whole numbers that agree with all that is shown (Fischetti and Salazar,
//! Manage. Sci. 47 (2001) 1008); the cell is solved if they are equal. A table with two margins is a transport problem:
//! its linear relaxation has whole corners, so linear programming gives the bounds exactly.
//!
//! The weaker attack is inclusion and exclusion: a line's margin less the bounds of its other cells, again and again
//! until nothing gets narrower.

use good_lp::{Expression, ProblemVariables, Solution, SolverModel, Variable, microlp, variable};

use varidex::testing::ShownTable;

use crate::rules::{Floor, Rules};

/// What is known of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The least that it may be.
    pub low: u32,
    /// The greatest.
    pub high: u32,
}

/// A table as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    columns: usize,
    cells: Vec<Bounds>,
    hidden: Vec<bool>,
    row_sums: Vec<Bounds>,
    column_sums: Vec<Bounds>,
}

/// What the rules show of a number of people, and whether that is hidden.
pub fn shown(rules: &Rules, value: u32) -> (Bounds, bool) {
    let (Floor::People(least) | Floor::Alleles(least)) = rules.floor else {
        return (
            Bounds {
                low: value,
                high: value,
            },
            false,
        );
    };
    if value < least && !(value == 0 && rules.zero_shown) {
        return (
            Bounds {
                low: u32::from(rules.zero_shown),
                high: least - 1,
            },
            true,
        );
    }
    let step = rules.rounding.max(1);
    let multiple = (value + step / 2) / step * step;
    let low = (multiple - (step / 2).min(multiple)).max(if value < least { 0 } else { least });
    (
        Bounds {
            low,
            high: multiple + (step - 1) / 2,
        },
        false,
    )
}

impl Shown {
    /// Shows a table, row by row, and its margins.
    pub fn new(rules: &Rules, columns: usize, values: &[u32]) -> Self {
        let sum_of = |line: Vec<u32>| shown(rules, line.iter().sum()).0;
        let row_sums = values
            .chunks(columns)
            .map(|row| sum_of(row.to_vec()))
            .collect();
        let column_sums = (0..columns).map(|column| {
            values
                .iter()
                .skip(column)
                .step_by(columns)
                .copied()
                .collect()
        });
        let (cells, hidden) = values.iter().map(|&value| shown(rules, value)).unzip();
        Self {
            columns,
            cells,
            hidden,
            row_sums,
            column_sums: column_sums.map(sum_of).collect(),
        }
    }

    /// The same where more is hidden than the floor hides, so that nothing can be computed: what is hidden may be any number.
    pub fn answered(rules: &Rules, columns: usize, values: &[u32], seen: &ShownTable) -> Self {
        let mut table = Self::new(rules, columns, values);
        let any = Bounds {
            low: 0,
            high: values.iter().sum(),
        };
        let hide = |bounds: &mut Vec<Bounds>, seen: &[bool]| {
            let hidden = bounds.iter_mut().zip(seen).filter(|(_, seen)| !**seen);
            hidden.for_each(|(bounds, _)| *bounds = any);
        };
        hide(&mut table.cells, &seen.cells);
        hide(&mut table.row_sums, &seen.rows);
        hide(&mut table.column_sums, &seen.columns);
        table.hidden = seen.cells.iter().map(|seen| !seen).collect();
        table
    }

    /// The hidden cells.
    pub fn hidden(&self) -> impl Iterator<Item = usize> {
        (0..self.hidden.len()).filter(|&cell| self.hidden[cell])
    }

    /// The cells of each row and column, with the margin.
    fn lines(&self) -> Vec<(Vec<usize>, Bounds)> {
        let columns = self.columns;
        let rows = self.row_sums.iter().enumerate();
        let rows = rows.map(|(row, &sum)| ((row * columns..(row + 1) * columns).collect(), sum));
        let down = self.column_sums.iter().enumerate();
        let down =
            down.map(|(column, &sum)| ((column..self.cells.len()).step_by(columns).collect(), sum));
        rows.chain(down).collect()
    }

    /// Bounds of all cells by inclusion and exclusion.
    pub fn by_subtraction(&self) -> Vec<Bounds> {
        let lines = self.lines();
        let mut bounds = self.cells.clone();
        loop {
            let before = bounds.clone();
            for (cells, sum) in &lines {
                let lows: u32 = cells.iter().map(|&cell| bounds[cell].low).sum();
                let highs: u32 = cells.iter().map(|&cell| bounds[cell].high).sum();
                for &cell in cells {
                    let Bounds { low, high } = bounds[cell];
                    let others = Bounds {
                        low: lows - low,
                        high: highs - high,
                    };
                    bounds[cell] = Bounds {
                        low: low.max(sum.low.saturating_sub(others.high)),
                        high: high.min(sum.high.saturating_sub(others.low)),
                    };
                }
            }
            if bounds == before {
                return bounds;
            }
        }
    }

    /// Bounds of one cell by linear programming; none if the solver finds none.
    pub fn by_programming(&self, cell: usize) -> Option<Bounds> {
        Some(Bounds {
            low: self.extreme(cell, false)?,
            high: self.extreme(cell, true)?,
        })
    }

    fn extreme(&self, cell: usize, greatest: bool) -> Option<u32> {
        let mut unknown = ProblemVariables::new();
        let cells: Vec<Variable> = self
            .cells
            .iter()
            .map(|bounds| {
                unknown.add(
                    variable()
                        .min(f64::from(bounds.low))
                        .max(f64::from(bounds.high)),
                )
            })
            .collect();
        let wanted = Expression::from(*cells.get(cell)?);
        let mut model = if greatest {
            unknown.maximise(wanted)
        } else {
            unknown.minimise(wanted)
        }
        .using(microlp);
        for (line, sum) in self.lines() {
            let total: Expression = line.iter().map(|&cell| cells[cell]).sum();
            model.add_constraint(total.clone().geq(f64::from(sum.low)));
            model.add_constraint(total.leq(f64::from(sum.high)));
        }
        let solution = model.solve().ok()?;
        Some(solution.value(cells[cell]).round() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::rules::named;

    fn exact(floor: u32) -> Rules {
        Rules {
            floor: Floor::People(floor),
            zero_shown: false,
            rounding: 1,
            ..named("open").unwrap()
        }
    }

    #[test]
    fn one_hidden_cell_of_a_row_is_a_subtraction() {
        // 3 is hidden; 3 + 20 = 23 is shown
        let table = Shown::new(&exact(5), 2, &[3, 20, 40, 50]);
        assert_eq!(table.by_subtraction()[0], Bounds { low: 3, high: 3 });
        assert_eq!(table.by_programming(0), Some(Bounds { low: 3, high: 3 }));
    }

    #[test]
    fn by_hand_four_hidden_cells() {
        // [2 3; 4 1 | margins 5, 5 | 6, 4] with the floor 5 hides all cells and the margin 4: a ≤ 4, b = 5 − a ≤ 4 …
        let table = Shown::new(&exact(5), 2, &[2, 3, 4, 1]);
        assert_eq!(table.hidden().count(), 4);
        // a + c = 6 with both ≤ 4: a in 2..=4
        assert_eq!(table.by_programming(0), Some(Bounds { low: 2, high: 4 }));
        assert_eq!(table.by_subtraction()[0], Bounds { low: 2, high: 4 });
    }

    #[test]
    fn what_is_shown_of_a_number() {
        let rules = exact(5);
        assert_eq!(shown(&rules, 0), (Bounds { low: 0, high: 4 }, true));
        assert_eq!(shown(&rules, 5), (Bounds { low: 5, high: 5 }, false));
        let zero = Rules {
            zero_shown: true,
            ..rules
        };
        assert_eq!(shown(&zero, 0), (Bounds { low: 0, high: 0 }, false));
        assert_eq!(shown(&zero, 4), (Bounds { low: 1, high: 4 }, true));
        let rounded = Rules {
            rounding: 10,
            floor: Floor::People(10),
            ..rules
        };
        assert_eq!(shown(&rounded, 10), (Bounds { low: 10, high: 14 }, false));
        assert_eq!(shown(&rounded, 17), (Bounds { low: 15, high: 24 }, false));
    }

    /// All tables that agree, one by one.
    fn by_trying(table: &Shown) -> Vec<Bounds> {
        let mut found = vec![
            Bounds {
                low: u32::MAX,
                high: 0
            };
            table.cells.len()
        ];
        let mut values: Vec<u32> = table.cells.iter().map(|bounds| bounds.low).collect();
        loop {
            let agrees = |(cells, sum): &(Vec<usize>, Bounds)| {
                (sum.low..=sum.high).contains(&cells.iter().map(|&cell| values[cell]).sum())
            };
            if table.lines().iter().all(agrees) {
                for (bounds, &value) in found.iter_mut().zip(&values) {
                    *bounds = Bounds {
                        low: bounds.low.min(value),
                        high: bounds.high.max(value),
                    };
                }
            }
            let Some(next) = (0..values.len()).find(|&cell| values[cell] < table.cells[cell].high)
            else {
                return found;
            };
            values[next] += 1;
            for (value, bounds) in values.iter_mut().zip(&table.cells).take(next) {
                *value = bounds.low;
            }
        }
    }

    #[test]
    fn bounds_are_those_of_all_tables() {
        let mut random = Random::new(4, 0);
        for floor in [3, 4] {
            for zero_shown in [true, false] {
                let rules = Rules {
                    zero_shown,
                    ..exact(floor)
                };
                for _ in 0..12 {
                    let values: Vec<u32> = (0..6).map(|_| random.below(6) as u32).collect();
                    let table = Shown::new(&rules, 3, &values);
                    let all = by_trying(&table);
                    for (cell, &tried) in all.iter().enumerate() {
                        assert_eq!(table.by_programming(cell), Some(tried), "{values:?}");
                        let weaker = table.by_subtraction()[cell];
                        assert!(weaker.low <= tried.low && weaker.high >= tried.high);
                    }
                }
            }
        }
    }
}
