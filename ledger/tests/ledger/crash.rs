//! A process is killed at any moment: what it had been answered is there, and nothing is there by half.

use crate::processes::{child, entry, given};
use crate::{Kept, behind, open};
use std::io::{BufRead, BufReader, Write};
use std::time::Duration;
use varidex_ledger::*;

#[test]
fn child_that_is_killed() {
    let Some((path, number)) = given() else {
        return;
    };
    let ledger = open(&path);
    let asker = Asker::Known("anna");
    let people = 2_000;
    for round in 0_u64.. {
        let question = [number.to_le_bytes(), round.to_le_bytes()].concat();
        // 20 carriers pay, or none does
        let carriers: Vec<String> = (0..20)
            .map(|of| format!("HG{}", (of + round) % 40))
            .collect();
        let carriers: Vec<&str> = carriers.iter().map(String::as_str).collect();
        ledger
            .yes_no(&YesNoQuestion {
                asker,
                population: "P",
                question: &question,
                frequency: 0.05,
                people: 10,
                carriers: &carriers,
                at_least: 1,
                p: f64::MIN_POSITIVE,
            })
            .unwrap();
        let sites: Vec<&[u8]> = question.chunks(1).collect();
        ledger
            .sites(&SitesQuestion {
                asker,
                population: "P",
                most: 1_000_000,
                sites: &sites,
            })
            .unwrap();
        // one withdraws each time, of sets that are remembered
        let first = u32::try_from(round).unwrap() % people;
        let visible: MemberSet = (first..people).collect();
        let snapshot = "s";
        ledger
            .epoch(&EpochQuestion {
                population: "P",
                snapshot,
                visible: &visible,
                altered: 0,
                at_least: 9_999_999,
            })
            .unwrap();
        let epoch = ledger
            .epoch(&EpochQuestion {
                population: "P",
                snapshot,
                visible: &visible,
                altered: 0,
                at_least: 9_999_999,
            })
            .unwrap();
        let members = epoch.members.intersection(
            &(people / 2..people)
                .step_by(2 + first as usize % 7)
                .collect(),
        );
        ledger
            .overlap(&OverlapQuestion {
                population: "P",
                members: &members,
                at_least: 1,
                by_variants: None,
            })
            .unwrap();
        let head = ledger.record(&entry()).unwrap();
        println!("acknowledged {head}");
        std::io::stdout().flush().unwrap();
    }
}

#[test]
fn what_is_killed_leaves_the_state_before_or_after() {
    let kept = Kept::new();
    let path = kept.path();
    drop(kept.ledger);
    let mut rows = 0;
    for number in 0..6 {
        let mut child = child("crash::child_that_is_killed", &path, number);
        let output = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(|line| line.ok());
            lines
                .filter_map(|line| line.split_once("acknowledged ").map(|of| of.1.to_owned()))
                .collect::<Vec<_>>()
        });
        std::thread::sleep(Duration::from_millis(150 + 53 * number));
        child.kill().unwrap();
        child.wait().unwrap();
        let heads: Vec<Head> = reader
            .join()
            .unwrap()
            .iter()
            .filter_map(|head| head.parse().ok())
            .collect();

        let ledger = open(&path);
        // the last that was acknowledged is there, and at most one after it
        let Verdict::Whole { head } = ledger.verify(heads.last()).unwrap() else {
            panic!("{number}")
        };
        let acknowledged = heads.last().map_or(rows, Head::rows);
        assert!(head.rows() == acknowledged || head.rows() == acknowledged + 1);
        rows = head.rows();
        consistent(&path);
    }
    assert!(rows > 0);
}

/// Sums are those of the rows that they are of, and every set is one of the epoch's people.
fn consistent(path: &std::path::Path) {
    let file = behind(path);
    let number = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(
        file.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
            .unwrap(),
        "ok"
    );
    let charges = number("SELECT coalesce(sum(length(counted)), 0) FROM questions") / 16;
    let cost = i64::try_from(cost(0.05, 10, 1).unwrap()).unwrap();
    assert_eq!(
        number("SELECT coalesce(sum(units), 0) FROM person_spent"),
        charges * cost
    );
    assert_eq!(
        number("SELECT coalesce(sum(sites), 0) FROM site_spent"),
        number("SELECT count(*) FROM sites")
    );
    let of = |bytes: Vec<u8>| MemberSet::from_bytes(&bytes).unwrap();
    let Ok(epoch) = file
        .query_row("SELECT members FROM epochs", [], |row| row.get(0))
        .map(of)
    else {
        return;
    };
    let mut statement = file
        .prepare("SELECT members, size FROM member_sets")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let set = of(row.get(0).unwrap());
        assert_eq!(set.difference_len(&epoch), 0);
        assert_eq!(set.len() as i64, row.get::<_, i64>(1).unwrap());
    }
}
