//! The attacks on small cohorts: what must be found is found, and what must not be is not.

use varidex_attacks::experiment::run::{Results, all};
use varidex_attacks::experiment::{Measured, Size};
use varidex_attacks::report;

const SMALL: Size = Size {
    members: 50,
    cohorts: 2,
    targets: 50,
    controls: 150,
    held_out: 150,
    joining: 50,
    panel: 400,
    blocks: 50,
    questions: 30,
};

fn of<'r>(results: &'r Results, attack: &str, rules: &str) -> Vec<&'r Measured> {
    let wanted = |row: &&Measured| row.attack == attack && row.rules == rules && row.askers == 1;
    results.measured.iter().filter(wanted).collect()
}

fn greatest(results: &Results, attack: &str, rules: &str) -> f64 {
    of(results, attack, rules)
        .iter()
        .map(|row| row.power.of)
        .fold(0.0, f64::max)
}

#[test]
fn small_cohorts() {
    let results = all(&[SMALL], 3, 3, &|_| {}).unwrap();
    for attack in [
        "1 SB",
        "2 LRT",
        "3 QI",
        "7 chosen",
        "7 whole file",
        "5 update by 1",
    ] {
        let found = greatest(&results, attack, "open");
        assert!(found > 0.3, "{attack}: {found}, {:?}", results.separations);
    }
    // Refused: every statistic is the same, and the power is that of a coin.
    for attack in ["2 LRT", "3 QI", "5 update by 1"] {
        assert!(
            (greatest(&results, attack, "public") - 0.05).abs() < 1e-9,
            "{attack}"
        );
    }
    // Zero is shown: a number that is hidden is somebody, whatever the floor.
    assert!(
        (greatest(&results, "2 LRT", "all-of-us") - greatest(&results, "2 LRT", "open")).abs()
            < 0.1
    );
    // Nothing moves within an epoch.
    assert!(greatest(&results, "5 update by 1, epochs", "registered") < 0.2);
    // Held-out controls are mistaken as often as those of the threshold, but for chance.
    for row in results
        .measured
        .iter()
        .filter(|row| row.mistaken.people >= 300)
    {
        assert!(row.mistaken.of < 0.15, "{row:?}");
    }
    let floor = results
        .solved
        .iter()
        .find(|row| row.rules == "omop")
        .unwrap();
    assert!(floor.hidden > 0 && floor.by_programming.of >= floor.by_subtraction.of);
    let separation = results.separations[0];
    assert!(
        separation.independent > 0 && separation.measured > 0.4 * separation.expected,
        "{separation:?}"
    );
    let text = report::markdown(&results);
    for rules in ["open", "gdi", "registered, no influence"] {
        assert!(text.contains(&format!("| {rules} |")), "{rules}");
    }
    assert!(report::csv(&results).lines().count() == results.measured.len() + 1);
}

#[test]
fn a_seed_gives_the_same_results() {
    let size = Size {
        members: 30,
        cohorts: 1,
        targets: 20,
        controls: 50,
        held_out: 50,
        blocks: 10,
        questions: 10,
        ..SMALL
    };
    let run = || report::csv(&all(&[size], 8, 1, &|_| {}).unwrap());
    assert_eq!(run(), run());
}
