//! Tables under attack: whoever has all that is shown of a table and of its margins computes what he can of what is not,
//! by linear programming.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::*;
use crate::model::Policy;
use good_lp::{Expression, ProblemVariables, Solution, SolverModel, Variable, microlp, variable};
use proptest::prelude::*;

fn rules(zero: &str, floor: u64) -> Rules {
    let text =
        format!("name = 'test'\nzero = '{zero}'\nfloor.people = {floor}\ntwo_tailed = false");
    Rules::of(&text.parse::<Policy>().unwrap()).of_people()
}

fn people(have: u64) -> Cell {
    Cell {
        have,
        people: have,
        ..Cell::default()
    }
}

/// What is shown: of some cells together, this many.
struct Known {
    cells: Vec<usize>,
    sum: u64,
}

/// The least and the greatest value that a cell can have by what is shown.
fn bounds(number: usize, known: &[Known], of: usize) -> (f64, f64) {
    let end = |greatest: bool| {
        let mut problem = ProblemVariables::new();
        let cells: Vec<Variable> = (0..number)
            .map(|_| problem.add(variable().min(0)))
            .collect();
        let asked = Expression::from(cells[of]);
        let mut model = match greatest {
            true => problem.maximise(asked).using(microlp),
            false => problem.minimise(asked).using(microlp),
        };
        for one in known {
            let sum: Expression = one.cells.iter().map(|&cell| cells[cell]).sum();
            model = model.with(sum.eq(one.sum as f64));
        }
        match model.solve() {
            Ok(solution) => solution.value(cells[of]),
            // no bound: nothing is known of the cell
            Err(_) => f64::INFINITY,
        }
    };
    (end(false), end(true))
}

/// That no cell which is not shown can be computed: it is hidden for being of few, and nothing may say that it is.
fn assert_hidden(rules: Rules, cells: &[Cell], shown: &[bool], known: &[Known]) {
    for (at, cell) in cells.iter().enumerate().filter(|(at, _)| !shown[*at]) {
        let (least, most) = bounds(cells.len(), known, at);
        let values = || cells.iter().map(|cell| cell.have).collect::<Vec<_>>();
        // that there is nobody may be computed where it would be shown
        if cell.have == 0 && rules.shows_zero && most < 0.5 {
            continue;
        }
        assert!(
            most > rules.people as f64 - 0.5,
            "cell {at} is at most {most}: {:?} {shown:?}",
            values()
        );
        assert!(
            most - least > 0.5 || rules.allows_cell(cell),
            "cell {at} is {most}: {:?} {shown:?}",
            values()
        );
    }
}

fn numbers(most: usize) -> impl Strategy<Value = Vec<u64>> {
    let number = prop_oneof![Just(0), 1..12_u64, 10..60_u64];
    prop::collection::vec(number, 1..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// One field.
    #[test]
    fn no_cell_of_a_table_is_computed(
        have in numbers(9),
        shows_zero in any::<bool>(),
        floor in prop_oneof![Just(0), Just(1), Just(5), Just(10)],
    ) {
        let rules = rules(if shows_zero { "shown" } else { "hidden" }, floor);
        let cells: Vec<Cell> = have.iter().map(|&have| people(have)).collect();
        let total = Cell::sum(cells.iter()).unwrap();
        let mut shown = Vec::new();
        if !suppress(rules, &total, &cells, &mut shown) {
            prop_assert!(shown.iter().all(|shown| !shown));
            return Ok(());
        }
        for (cell, shown) in cells.iter().zip(&shown) {
            prop_assert!(!shown || rules.allows_cell(cell));
        }
        let all = Known { cells: (0..cells.len()).collect(), sum: total.have };
        let single = (0..cells.len()).filter(|&at| shown[at]);
        let single = single.map(|at| Known { cells: vec![at], sum: have[at] });
        let known: Vec<Known> = single.chain([all]).collect();
        assert_hidden(rules, &cells, &shown, &known);
    }

    /// Two fields, with the tables of each, all of which one asker has.
    #[test]
    fn no_cell_of_a_table_with_margins_is_computed(
        have in prop::collection::vec(prop_oneof![Just(0), 1..14_u64, 10..80_u64], 1..21),
        width in 1..5_usize,
        shows_zero in any::<bool>(),
        floor in prop_oneof![Just(1), Just(5), Just(10)],
    ) {
        let rules = rules(if shows_zero { "shown" } else { "hidden" }, floor);
        let have = &have[..have.len() - have.len() % width];
        let cells: Vec<Cell> = have.iter().map(|&have| people(have)).collect();
        let total = Cell::sum(cells.iter()).unwrap_or_default();
        let mut shown = Vec::new();
        if cells.is_empty() || !suppress_two(rules, &total, &cells, width, &mut shown) {
            prop_assert!(shown.iter().all(|shown| !shown));
            return Ok(());
        }
        let mut known = vec![Known { cells: (0..cells.len()).collect(), sum: total.have }];
        let rows: Vec<Vec<usize>> = (0..cells.len() / width)
            .map(|row| (row * width..(row + 1) * width).collect()).collect();
        let columns: Vec<Vec<usize>> = (0..width)
            .map(|at| (at..cells.len()).step_by(width).collect()).collect();
        for margin in [rows, columns] {
            let sums: Vec<Cell> = margin.iter()
                .map(|of| Cell::sum(of.iter().map(|&at| &cells[at])).unwrap()).collect();
            let mut lines = Vec::new();
            suppress(rules, &total, &sums, &mut lines);
            for ((of, sum), shown) in margin.into_iter().zip(sums).zip(lines) {
                if shown {
                    known.push(Known { cells: of, sum: sum.have });
                }
            }
        }
        for at in (0..cells.len()).filter(|&at| shown[at]) {
            prop_assert!(rules.allows_cell(&cells[at]));
            known.push(Known { cells: vec![at], sum: have[at] });
        }
        assert_hidden(rules, &cells, &shown, &known);
    }

    /// Of an allele: few carriers, few who lack it, few copies, small groups; the hidden sum obeys all.
    #[test]
    fn hidden_sums_obey_every_rule(
        groups in prop::collection::vec((0..40_u64, 0..40_u64, 0..30_u64), 1..8),
        shows_zero in any::<bool>(),
    ) {
        let text = format!(
            "name = 'test'\nzero = '{}'\nfloor.people = 5\nfloor.alleles = 12\nsmallest_cohort = 50",
            if shows_zero { "shown" } else { "hidden" }
        );
        let rules = Rules::of(&text.parse::<Policy>().unwrap());
        let cells: Vec<Cell> = groups.iter().map(|&(have, hom, lack)| Cell {
            have,
            lack: Some(Between { least: lack, most: lack }),
            have_others: Some(Between { least: lack + have - hom.min(have), most: lack + have - hom.min(have) }),
            copies: Some(have + hom.min(have)),
            others: Some(2 * lack + have - hom.min(have)),
            people: have + lack,
        }).collect();
        let total = Cell::sum(cells.iter()).unwrap();
        let mut shown = Vec::new();
        if suppress(rules, &total, &cells, &mut shown) {
            let hidden = cells.iter().zip(&shown).filter(|(_, shown)| !**shown);
            let number = hidden.clone().count();
            if let Some(sum) = Cell::sum(hidden.map(|(cell, _)| cell)) {
                prop_assert!(rules.allows_part(&sum, &total), "{sum:?} of {cells:?}");
                prop_assert!(number >= 2 || cells.len() == 1);
            }
        }
    }
}

#[test]
fn one_small_cell_takes_another_with_it() {
    let rules = rules("shown", 10);
    let cells = [people(3), people(40), people(20), people(0)];
    let mut shown = Vec::new();
    assert!(suppress(rules, &people(63), &cells, &mut shown));
    assert_eq!(shown, [false, true, false, true]);
    // of nobody more is known than of few, where zero is hidden
    let rules = self::rules("hidden", 10);
    assert!(suppress(rules, &people(63), &cells, &mut shown));
    assert_eq!(shown, [false, true, false, false]);
    assert!(!suppress(rules, &people(9), &[people(9)], &mut shown));
    assert_eq!(shown, [false]);
}
