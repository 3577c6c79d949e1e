//! Results as CSV and as Markdown.

use std::fmt::Write;

use crate::experiment::Measured;
use crate::experiment::run::{ASKERS, Results};
use crate::experiment::updates::{JOINING, name};
use crate::power::{Share, normal_power};
use crate::rules::{NAMED, VARIANTS};

/// Where the tables begin and end in a page.
pub const MARKS: [&str; 2] = ["<!-- measured: begin -->", "<!-- measured: end -->"];

/// The greatest powers that are claimed.
const CLAIMS: [(&str, f64); 2] = [("public", 0.07), ("registered", 0.10)];

/// Attacks under which the claims are held.
const HELD: [&str; 5] = ["1 SB", "2 LRT", "3 QI", "7 chosen", "7 whole file"];

/// Every measured power, one to a line.
pub fn csv(results: &Results) -> String {
    let mut text = String::from(
        "attack,people,rules,askers,questions,power,low,high,targets,mistaken,held_out\n",
    );
    for row in &results.measured {
        let Measured {
            attack,
            members,
            rules,
            askers,
            questions,
            power,
            mistaken,
        } = row;
        let _ = writeln!(
            text,
            "\"{attack}\",{members},\"{rules}\",{askers},{questions},{:.4},{:.4},{:.4},{},{:.4},{}",
            power.of, power.low, power.high, power.people, mistaken.of, mistaken.people
        );
    }
    text
}

/// Attack 9, one rule and size to a line.
pub fn tables_csv(results: &Results) -> String {
    let mut text =
        String::from("people,rules,suppressed,hidden,by_subtraction,by_programming,tables\n");
    for row in &results.solved {
        let shares = [row.by_subtraction.of, row.by_programming.of, row.tables.of];
        let _ = writeln!(
            text,
            "{},\"{}\",{},{},{:.4},{:.4},{:.4}",
            row.members, row.rules, row.suppressed, row.hidden, shares[0], shares[1], shares[2]
        );
    }
    text
}

/// All tables.
pub fn markdown(results: &Results) -> String {
    let mut text = String::new();
    claims(results, &mut text);
    questions(results, &mut text);
    colluding(results, &mut text);
    summaries(results, &mut text);
    updates(results, &mut text);
    tables(results, &mut text);
    text
}

/// A page with its tables in place of those between the marks; none if it has no marks.
pub fn with_tables(page: &str, tables: &str) -> Option<String> {
    let [begin, end] = MARKS;
    let (before, rest) = page.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!(
        "{before}{begin}\n\n{}\n\n{end}{after}",
        tables.trim()
    ))
}

/// The row of greatest power, and of those the one with the fewest questions.
fn greatest<'r>(
    results: &'r Results,
    attack: &str,
    members: u32,
    rules: &str,
    askers: u32,
) -> Option<&'r Measured> {
    let mut best: Option<&Measured> = None;
    for row in &results.measured {
        let wanted = row.attack == attack
            && row.members == members
            && row.rules == rules
            && row.askers == askers;
        if wanted && best.is_none_or(|best| row.power.of > best.power.of + 1e-9) {
            best = Some(row);
        }
    }
    best
}

fn sizes(results: &Results) -> Vec<u32> {
    let mut sizes: Vec<u32> = results.measured.iter().map(|row| row.members).collect();
    sizes.dedup();
    sizes
}

fn rule_names() -> impl Iterator<Item = &'static str> {
    NAMED.iter().chain(VARIANTS.iter()).map(|rules| rules.name)
}

/// `0.98 (30)`: a power, and the number of questions that first reaches it.
fn cell(row: Option<&Measured>) -> String {
    row.map_or_else(
        || "–".to_owned(),
        |row| format!("{:.2} ({})", row.power.of, thousands(row.questions)),
    )
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A header line, and the line below it.
fn header(text: &mut String, title: &str, columns: &[String]) {
    let _ = writeln!(
        text,
        "### {title}\n\n| {} |\n|{}",
        columns.join(" | "),
        "---|".repeat(columns.len())
    );
}

fn line(text: &mut String, cells: &[String]) {
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn claims(results: &Results, text: &mut String) {
    let columns = [
        "policy",
        "claim",
        "people",
        "attack",
        "greatest power",
        "95 % interval",
        "questions",
        "met",
    ];
    header(text, "Claims", &columns.map(str::to_owned));
    for (rules, claim) in CLAIMS {
        for members in sizes(results) {
            for attack in HELD {
                let Some(row) = greatest(results, attack, members, rules, 1) else {
                    continue;
                };
                let met = if row.power.of <= claim {
                    "yes"
                } else {
                    "**no**"
                };
                line(
                    text,
                    &[
                        format!("`{rules}`"),
                        format!("≤ {claim:.2}"),
                        thousands(members as usize),
                        attack.to_owned(),
                        format!("{:.3}", row.power.of),
                        format!("{:.3}–{:.3}", row.power.low, row.power.high),
                        thousands(row.questions),
                        met.to_owned(),
                    ],
                );
            }
        }
    }
    text.push('\n');
}

fn questions(results: &Results, text: &mut String) {
    let attacks = ["1 SB", "2 LRT", "3 QI", "7 chosen"];
    let sizes = sizes(results);
    let mut columns = vec!["rules".to_owned()];
    for &members in &sizes {
        columns.extend(attacks.map(|attack| format!("{}: {attack}", thousands(members as usize))));
    }
    header(
        text,
        "Questions about alleles that the target carries",
        &columns,
    );
    for rules in rule_names() {
        let mut cells = vec![rules.to_owned()];
        for &members in &sizes {
            cells.extend(attacks.map(|attack| cell(greatest(results, attack, members, rules, 1))));
        }
        line(text, &cells);
    }
    text.push('\n');
}

fn colluding(results: &Results, text: &mut String) {
    let mut columns = vec!["rules".to_owned(), "people".to_owned(), "attack".to_owned()];
    columns.extend(
        ASKERS.map(|askers| format!("{askers} asker{}", if askers == 1 { "" } else { "s" })),
    );
    header(text, "Principals that collude", &columns);
    for rules in rule_names() {
        for members in sizes(results) {
            for attack in ["2 LRT", "7 chosen"] {
                let powers = ASKERS.map(|askers| greatest(results, attack, members, rules, askers));
                if powers.iter().all(Option::is_some) {
                    let mut cells = vec![
                        rules.to_owned(),
                        thousands(members as usize),
                        attack.to_owned(),
                    ];
                    cells.extend(powers.map(cell));
                    line(text, &cells);
                }
            }
        }
    }
    text.push('\n');
}

fn summaries(results: &Results, text: &mut String) {
    let sizes = sizes(results);
    let mut columns = vec!["rules".to_owned()];
    columns.extend(sizes.iter().map(|&members| thousands(members as usize)));
    header(text, "A whole file of common sites", &columns);
    for rules in rule_names() {
        let powers = sizes
            .iter()
            .map(|&members| greatest(results, "7 whole file", members, rules, 1));
        let powers: Vec<Option<&Measured>> = powers.collect();
        if powers.iter().any(Option::is_some) {
            let mut cells = vec![rules.to_owned()];
            cells.extend(powers.into_iter().map(cell));
            line(text, &cells);
        }
    }
    let columns = [
        "people n",
        "common sites",
        "independent m",
        "√(m/n)",
        "√(m/n) by the panel",
        "measured separation, σ",
        "its power at 5 %",
    ];
    text.push('\n');
    header(
        text,
        "Separation of members in a file of exact counts",
        &columns.map(str::to_owned),
    );
    for row in &results.separations {
        line(
            text,
            &[
                thousands(row.members as usize),
                thousands(row.sites),
                thousands(row.independent),
                format!("{:.2}", row.expected),
                format!("{:.2}", row.by_panel),
                format!("{:.2}", row.measured),
                format!("{:.2}", normal_power(row.measured)),
            ],
        );
    }
    text.push('\n');
}

fn updates(results: &Results, text: &mut String) {
    let mut columns = vec!["rules".to_owned(), "people".to_owned()];
    columns.extend(JOINING.map(|joining| format!("{joining} joined")));
    columns.extend(JOINING.map(|joining| format!("{joining}, with epochs")));
    header(text, "People who join", &columns);
    for rules in rule_names() {
        for members in sizes(results) {
            let power = |epochs: bool| {
                JOINING.map(|joining| {
                    cell(greatest(results, name(joining, epochs), members, rules, 1))
                })
            };
            let mut cells = vec![rules.to_owned(), thousands(members as usize)];
            cells.extend(power(false));
            cells.extend(power(true));
            line(text, &cells);
        }
    }
    text.push('\n');
}

fn tables(results: &Results, text: &mut String) {
    let columns = [
        "rules",
        "people",
        "hidden",
        "hidden cells",
        "solved by subtraction",
        "solved by programming",
        "tables with a solved cell",
    ];
    header(
        text,
        "Hidden cells of tables, by the floor alone and as they are answered",
        &columns.map(str::to_owned),
    );
    for row in &results.solved {
        let percent = |share: Share| {
            if share.people == 0 {
                "–".to_owned()
            } else {
                format!("{:.0} %", 100.0 * share.of)
            }
        };
        line(
            text,
            &[
                row.rules.to_owned(),
                thousands(row.members as usize),
                ["by the floor", "as answered"][usize::from(row.suppressed)].to_owned(),
                thousands(row.hidden),
                percent(row.by_subtraction),
                percent(row.by_programming),
                percent(row.tables),
            ],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_replace_those_between_the_marks_and_nothing_else() {
        let [begin, end] = MARKS;
        let page = format!("before\n{begin}\nold\n{end}\nafter\n");
        let new = with_tables(&page, "new\n").unwrap();
        assert_eq!(new, format!("before\n{begin}\n\nnew\n\n{end}\nafter\n"));
        assert_eq!(with_tables(&new, "new").as_deref(), Some(new.as_str()));
        assert_eq!(with_tables("no marks", "new"), None);
    }

    #[test]
    fn names_with_commas_are_one_field() {
        let share = crate::power::share(1.0, 20);
        let row = Measured {
            attack: name(1, true),
            members: 65,
            rules: "open, yes or no",
            askers: 1,
            questions: 3,
            power: share,
            mistaken: share,
        };
        let text = csv(&Results {
            measured: vec![row],
            ..Results::default()
        });
        let line = text.lines().nth(1).unwrap();
        assert!(
            line.starts_with("\"5 update by 1, epochs\",65,\"open, yes or no\",1,3,0.0500,"),
            "{line}"
        );
    }

    #[test]
    fn digits_are_in_threes() {
        assert_eq!(
            [1, 999, 1000, 20_000, 1_234_567].map(thousands),
            ["1", "999", "1,000", "20,000", "1,234,567"]
        );
    }
}
