//! What only the connection can bring about: a file that cannot grow, and how much is read for an answer.

use super::*;
use crate::{Asker, Decision, EpochQuestion, MemberSet};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::time::{Instant, SystemTime};

fn ledger() -> (tempfile::TempDir, SqliteLedger) {
    let folder = tempfile::tempdir().unwrap();
    let secret = Secret::new(&[3; 32]).unwrap();
    let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite"), secret).unwrap();
    (folder, ledger)
}

fn number(ledger: &SqliteLedger, sql: &str) -> i64 {
    ledger
        .connection()
        .query_row(sql, [], |row| row.get(0))
        .unwrap()
}

#[test]
fn each_commit_is_on_disk() {
    let (_folder, ledger) = ledger();
    assert_eq!(number(&ledger, "PRAGMA synchronous"), 2);
    assert_eq!(number(&ledger, "PRAGMA secure_delete"), 1);
    assert_eq!(number(&ledger, "PRAGMA application_id"), 0x5664_784c);
    let mode: String = ledger
        .connection()
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}

/// No room: the question fails as a whole, nobody is charged, and afterwards it goes on.
#[test]
fn a_full_disk_charges_nobody() {
    let (_folder, ledger) = ledger();
    let pages = number(&ledger, "PRAGMA page_count");
    number(&ledger, &format!("PRAGMA max_page_count = {pages}"));
    let carriers: Vec<String> = (0..2_000).map(|of| format!("HG{of}")).collect();
    let carriers: Vec<&str> = carriers.iter().map(String::as_str).collect();
    let question = YesNoQuestion {
        asker: Asker::Anonymous,
        population: "P",
        question: b"q",
        frequency: 0.05,
        people: 10,
        carriers: &carriers,
        at_least: 1,
        p: 0.05,
    };
    assert!(matches!(ledger.yes_no(&question), Err(Error::Full { .. })));
    assert_eq!(number(&ledger, "SELECT count(*) FROM person_spent"), 0);
    let entry = Entry {
        time: SystemTime::now(),
        asker: Asker::Anonymous,
        purpose: "af",
        tier: "public",
        decision: Decision::Answered,
        reason: "",
        snapshot: &"s".repeat(128),
        view: &"v".repeat(128),
    };
    let mut heads = Vec::new();
    let error = loop {
        match ledger.record(&entry) {
            Ok(head) => heads.push(head),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Full { .. }), "{error}");
    let head = heads.pop().unwrap();
    assert_eq!(ledger.verify(None).unwrap(), Verdict::Whole { head });
    number(&ledger, "PRAGMA max_page_count = 1000000");
    assert!(ledger.yes_no(&question).unwrap().yes);
    assert_eq!(ledger.record(&entry).unwrap().rows(), head.rows() + 1);
}

/// So many sets that are remembered, and one more: of each two neighbours one or the other, so that all are of one size.
fn remember(ledger: &SqliteLedger, people: u32, sets: u64) -> MemberSet {
    let visible = MemberSet::full(people);
    let question = EpochQuestion {
        population: "P",
        snapshot: "s",
        visible: &visible,
        altered: 0,
        at_least: 50,
    };
    ledger.epoch(&question).unwrap();
    let set = |number: u64| -> MemberSet {
        let mut random = StdRng::seed_from_u64(number);
        let pairs = (0..people).step_by(2);
        pairs
            .map(|first| first + u32::from(random.random::<bool>()))
            .collect()
    };
    // one transaction for all: only the reading is looked at
    let write = |transaction: &Transaction<'_>| {
        for number in 0..sets {
            let members = set(number);
            let question = OverlapQuestion {
                population: "P",
                members: &members,
                at_least: 10,
                by_variants: None,
            };
            let asked = overlaps::Asked::new(&ledger.secret, &question);
            overlaps::decide(transaction, &ledger.secret, &ledger.options, &asked)?;
        }
        Ok(())
    };
    ledger.write(write).unwrap();
    set(sets)
}

/// Of 300 sets of one size, what the sketches leave is next to nothing.
#[test]
fn sets_that_differ_are_not_read() {
    let (_folder, ledger) = ledger();
    let set = remember(&ledger, 20_000, 300);
    let remembered = number(&ledger, "SELECT count(*) FROM member_sets");
    assert_eq!(remembered, 300);
    // were one of them read, its damage would be found
    ledger
        .connection()
        .execute("UPDATE member_sets SET members = x'00'", [])
        .unwrap();
    let question = OverlapQuestion {
        population: "P",
        members: &set,
        at_least: 10,
        by_variants: None,
    };
    assert_eq!(ledger.overlap(&question).unwrap(), Overlap::Answer);
}

/// `cargo test --release -p varidex-ledger overlap_among -- --ignored --nocapture`: below 1 ms without the commit.
#[test]
#[ignore = "measures time"]
fn overlap_among_1000_sets_of_100_000_people() {
    let (_folder, ledger) = ledger();
    let set = remember(&ledger, 100_000, 1_000);
    let remembered = number(&ledger, "SELECT count(*) FROM member_sets");
    let question = OverlapQuestion {
        population: "P",
        members: &set,
        at_least: 10,
        by_variants: None,
    };
    let mut times: Vec<_> = (0..51)
        .map(|_| {
            let since = Instant::now();
            // rolled back, so that each is the first
            let _ = ledger.write(|transaction| -> Result<(), Failure> {
                let asked = overlaps::Asked::new(&ledger.secret, &question);
                overlaps::decide(transaction, &ledger.secret, &ledger.options, &asked)?;
                Err(Failure::Sqlite(rusqlite::Error::QueryReturnedNoRows))
            });
            since.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "{remembered} sets: median {:?}, most {:?}",
        times[25], times[50]
    );
    assert!(times[25].as_micros() < 1_000);
}
