//! Several processes with one file: together they spend what one may.

use crate::{Kept, behind, open};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;
use varidex_ledger::*;

const PATH: &str = "VARIDEX_LEDGER_TEST_PATH";
const NUMBER: &str = "VARIDEX_LEDGER_TEST_NUMBER";
const CHILDREN: u64 = 4;
const ROUNDS: u64 = 30;

/// This program again, running one of its tests: those that do nothing unless there is a path for them.
pub(crate) fn child(test: &str, path: &Path, number: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(PATH, path)
        .env(NUMBER, number.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The path and number that the parent gave; `None` where this is no child.
pub(crate) fn given() -> Option<(std::path::PathBuf, u64)> {
    let path = std::env::var_os(PATH)?;
    Some((path.into(), std::env::var(NUMBER).unwrap().parse().unwrap()))
}

pub(crate) fn entry() -> Entry<'static> {
    Entry {
        time: SystemTime::now(),
        asker: Asker::Known("anna"),
        purpose: "af",
        tier: "registered",
        decision: Decision::Answered,
        reason: "",
        snapshot: "4f1c",
        view: "",
    }
}

#[test]
fn child_that_spends() {
    let Some((path, number)) = given() else {
        return;
    };
    let ledger = open(&path);
    let asker = Asker::Known("anna");
    for round in 0..ROUNDS {
        let question = [number.to_le_bytes(), round.to_le_bytes()].concat();
        let yes = ledger.yes_no(&YesNoQuestion {
            asker,
            population: "P",
            question: &question,
            frequency: 0.05,
            people: 10,
            carriers: &["HG1"],
            at_least: 1,
            p: 1e-10,
        });
        let sites = [&question[..], b"every child asks for this one"];
        let sites = ledger
            .sites(&SitesQuestion {
                asker,
                population: "P",
                most: 50,
                sites: &sites,
            })
            .unwrap();
        ledger.record(&entry()).unwrap();
        println!(
            "spent {} {}",
            u8::from(yes.unwrap().yes),
            u8::from(sites.granted[0])
        );
    }
}

/// 23.03 nats, 0.445 for each question: 51 times "yes" of 120. 50 sites, of which one is of all.
#[test]
fn processes_share_budgets_exactly() {
    // no file yet: they also make it together
    let folder = tempfile::tempdir().unwrap();
    let path = crate::file_in(folder.path());
    let children: Vec<Child> = (0..CHILDREN)
        .map(|number| child("processes::child_that_spends", &path, number))
        .collect();
    let (mut yes, mut granted) = (0, 0);
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = text
            .lines()
            .filter_map(|line| Some(line.split_once("spent ")?.1))
            .collect();
        assert_eq!(lines.len() as u64, ROUNDS);
        yes += lines.iter().filter(|line| line.starts_with('1')).count() as u64;
        granted += lines.iter().filter(|line| line.ends_with('1')).count() as u64;
    }
    let (cost, budget) = (cost(0.05, 10, 1).unwrap(), budget(1e-10));
    assert_eq!(yes, budget / cost);
    assert_eq!(granted, 49);

    let sums = behind(&path);
    let number = |sql: &str| sums.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() as u64;
    assert_eq!(number("SELECT sum(units) FROM person_spent"), yes * cost);
    assert_eq!(number("SELECT sum(sites) FROM site_spent"), 50);
    assert_eq!(number("SELECT count(*) FROM sites"), 50);
    let Verdict::Whole { head } = open(&path).verify(None).unwrap() else {
        panic!()
    };
    assert_eq!(head.rows(), CHILDREN * ROUNDS);
}

/// Threads of one process share one connection.
#[test]
fn threads_share_a_ledger() {
    let kept = Kept::new();
    let ledger: &dyn Ledger = &kept.ledger;
    std::thread::scope(|scope| {
        for number in 0_u8..4 {
            scope.spawn(move || {
                for site in 0_u8..20 {
                    let sites: [&[u8]; 1] = [&[number, site]];
                    let asker = Asker::Anonymous;
                    ledger
                        .sites(&SitesQuestion {
                            asker,
                            population: "P",
                            most: 33,
                            sites: &sites,
                        })
                        .unwrap();
                }
            });
        }
    });
    let question = SitesQuestion {
        asker: Asker::Anonymous,
        population: "P",
        most: 33,
        sites: &[],
    };
    assert_eq!(kept.ledger.sites(&question).unwrap().spent, 33);
}

#[test]
fn a_file_that_is_in_use_for_long_is_named() {
    let mut options = Options::default();
    options.wait = std::time::Duration::from_millis(50);
    let kept = Kept::with(options);
    let other = behind(&kept.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = kept.ledger.record(&entry()).unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    // who only reads does not wait
    assert_eq!(kept.ledger.head().unwrap().rows(), 0);
    other.execute_batch("ROLLBACK").unwrap();
    kept.ledger.record(&entry()).unwrap();
}
