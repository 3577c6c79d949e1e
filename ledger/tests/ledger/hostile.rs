//! Files of others, files that were changed, secrets that are wrong: each is named, and none is made worse.

use crate::processes::entry;
use crate::{Kept, behind, file_in, open, secret};
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use varidex_ledger::*;

const NAMES: [&str; 4] = [
    "anna of example.org",
    "HG00096",
    "22:16050075 A>G",
    "GDI-XX-EXAMPLE-1",
];

/// One of each kind of row.
fn use_all(ledger: &SqliteLedger) -> Result<()> {
    let [name, person, variant, population] = NAMES;
    let asker = Asker::Known(name);
    let visible = MemberSet::full(500);
    ledger.epoch(&EpochQuestion {
        population,
        snapshot: "4f1c",
        visible: &visible,
        altered: 0,
        at_least: 50,
    })?;
    let members = (0..200).step_by(2).collect();
    ledger.overlap(&OverlapQuestion {
        population,
        members: &members,
        at_least: 10,
        by_variants: None,
    })?;
    ledger.yes_no(&YesNoQuestion {
        asker,
        population,
        question: variant.as_bytes(),
        frequency: 0.05,
        people: 10,
        carriers: &[person],
        at_least: 1,
        p: 0.05,
    })?;
    ledger.sites(&SitesQuestion {
        asker,
        population,
        most: 10,
        sites: &[variant.as_bytes()],
    })?;
    ledger.record(&Entry { asker, ..entry() })?;
    Ok(())
}

#[test]
fn nothing_is_stored_in_clear() {
    let kept = Kept::new();
    use_all(&kept.ledger).unwrap();
    for file in fs::read_dir(kept.folder.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for name in NAMES {
            assert!(
                !bytes.windows(name.len()).any(|of| of == name.as_bytes()),
                "{name}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let kept = Kept::new();
    use_all(&kept.ledger).unwrap();
    let mut files = 0;
    for file in fs::read_dir(kept.folder.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        files += 1;
    }
    assert_eq!(files, 3);
}

#[test]
fn another_secret_is_refused() {
    let kept = Kept::new();
    let other = Secret::new(&[1; 32]).unwrap();
    let error = SqliteLedger::open(kept.path(), other).unwrap_err();
    assert!(matches!(error, Error::WrongSecret { .. }), "{error}");
    assert!(error.to_string().contains("ledger.sqlite"), "{error}");
}

/// Opening fails, the message names the file, and the bytes are as they were.
fn refused(path: &Path) -> Error {
    let before = fs::read(path).unwrap();
    let error = SqliteLedger::open(path, secret()).unwrap_err();
    assert!(error.to_string().contains("ledger.sqlite"), "{error}");
    assert_eq!(fs::read(path).unwrap(), before);
    error
}

#[test]
fn files_of_others_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    fs::write(&path, "##fileformat=VCFv4.3\n".repeat(200)).unwrap();
    assert!(matches!(refused(&path), Error::Foreign { .. }));

    fs::remove_file(&path).unwrap();
    behind(&path)
        .execute_batch("CREATE TABLE cats (name TEXT)")
        .unwrap();
    assert!(matches!(refused(&path), Error::Foreign { .. }));

    let nowhere = folder.path().join("none").join("ledger.sqlite");
    assert!(matches!(
        SqliteLedger::open(nowhere, secret()),
        Err(Error::Io { .. })
    ));
    assert!(SqliteLedger::open(folder.path(), secret()).is_err());
}

#[test]
fn newer_versions_and_other_tables_are_refused() {
    for (sql, is_expected) in [
        (
            "PRAGMA user_version = 4",
            (|of| {
                matches!(
                    of,
                    Error::TooNew {
                        found: 4,
                        supported: 3,
                        ..
                    }
                )
            }) as fn(&Error) -> bool,
        ),
        ("PRAGMA user_version = -1", |of| {
            matches!(of, Error::Damaged { .. })
        }),
        ("DROP TRIGGER audit_is_kept", |of| {
            matches!(of, Error::Damaged { .. })
        }),
        ("DROP TABLE sites", |of| matches!(of, Error::Damaged { .. })),
        ("ALTER TABLE sites ADD COLUMN more BLOB", |of| {
            matches!(of, Error::Damaged { .. })
        }),
        ("CREATE TABLE cats (name TEXT)", |of| {
            matches!(of, Error::Damaged { .. })
        }),
        ("DELETE FROM ledger", |of| {
            matches!(of, Error::Damaged { .. })
        }),
    ] {
        let kept = Kept::new();
        behind(&kept.path()).execute_batch(sql).unwrap();
        let error = SqliteLedger::open(kept.path(), secret()).unwrap_err();
        assert!(is_expected(&error), "{sql}: {error}");
        assert!(error.to_string().contains("ledger.sqlite"), "{error}");
    }
}

#[test]
fn rows_that_were_changed_are_named() {
    for (sql, place) in [
        ("UPDATE epochs SET members = x'00'", "table epochs"),
        ("UPDATE epochs SET number = -1", "table epochs"),
        ("UPDATE epochs SET digest = x'00'", "a column"),
        (
            "DELETE FROM snapshots; UPDATE epochs SET snapshot = 'x'",
            "table snapshots",
        ),
        (
            "UPDATE member_sets SET members = (SELECT members FROM epochs)",
            "table member_sets",
        ),
        ("UPDATE member_sets SET sketch = x'00'", "a column"),
        ("UPDATE person_spent SET units = -5", "table person_spent"),
        (
            "DELETE FROM questions; UPDATE person_spent SET units = -5",
            "table person_spent",
        ),
        ("UPDATE questions SET counted = x'00'", "table questions"),
        ("UPDATE site_spent SET sites = -5", "table site_spent"),
        ("UPDATE audit_head SET rows = 5", "table audit_head"),
        (
            "UPDATE audit_head SET digest = zeroblob(32)",
            "table audit_head",
        ),
        ("UPDATE audit_head SET rows = -5", "table audit_head"),
    ] {
        let kept = Kept::new();
        use_all(&kept.ledger).unwrap();
        behind(&kept.path()).execute_batch(sql).unwrap();
        let [name, person, _, population] = NAMES;
        let near = (0..202).step_by(2).collect();
        let again = use_all(&kept.ledger)
            .and_then(|()| {
                kept.ledger
                    .overlap(&OverlapQuestion {
                        population,
                        members: &near,
                        at_least: 10,
                        by_variants: None,
                    })
                    .map(drop)
            })
            .and_then(|()| {
                let asker = Asker::Known(name);
                let question = YesNoQuestion {
                    asker,
                    population,
                    question: b"another",
                    frequency: 0.05,
                    people: 10,
                    carriers: &[person],
                    at_least: 1,
                    p: 0.05,
                };
                kept.ledger.yes_no(&question).map(drop)
            });
        let error = again.unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{sql}: {error}");
        let error = error.to_string();
        assert!(
            error.contains("ledger.sqlite") && error.contains(place),
            "{sql}: {error}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Bytes of the file flipped, zeroed or cut off: errors or answers, never a panic.
    #[test]
    fn damaged_files_never_panic(at in 0.0..1.0_f64, bytes in 1_usize..300, value: u8, cut: bool) {
        let kept = Kept::passing(Options::default());
        use_all(&kept.ledger).unwrap();
        let path = kept.path();
        drop(kept.ledger);
        let mut all = fs::read(&path).unwrap();
        let at = (at * all.len() as f64) as usize;
        if cut {
            all.truncate(at);
        } else {
            let end = (at + bytes).min(all.len());
            all[at..end].iter_mut().for_each(|byte| *byte ^= value | 1);
        }
        fs::write(&path, all).unwrap();
        let done = SqliteLedger::open(&path, secret()).and_then(|ledger| {
            use_all(&ledger)?;
            ledger.verify(None)
        });
        if let Err(error) = done {
            prop_assert!(error.to_string().contains("ledger.sqlite"), "{}", error);
        }
    }
}

/// An audit of five rows, and its heads after each.
fn five_rows(decision: Decision) -> (Kept, Vec<Head>) {
    let kept = Kept::new();
    let time = std::time::UNIX_EPOCH;
    let append = |_| {
        kept.ledger
            .record(&Entry {
                decision,
                time,
                ..entry()
            })
            .unwrap()
    };
    let heads = (0..5).map(append).collect();
    (kept, heads)
}

#[test]
fn the_first_row_that_was_changed_is_named() {
    let differs = |row, fault| Verdict::Differs { row, fault };
    let cases: [(&str, Verdict); 16] = [
        (
            "UPDATE audit SET decision = 'refused' WHERE row = 3",
            differs(3, Fault::Altered),
        ),
        (
            "UPDATE audit SET time = time + 1 WHERE row = 1",
            differs(1, Fault::Altered),
        ),
        (
            "UPDATE audit SET principal = zeroblob(32) WHERE row >= 4",
            differs(4, Fault::Altered),
        ),
        (
            "UPDATE audit SET digest = zeroblob(32) WHERE row = 5",
            differs(5, Fault::Altered),
        ),
        (
            "UPDATE audit SET purpose = tier, tier = purpose WHERE row = 2",
            differs(2, Fault::Altered),
        ),
        (
            "UPDATE audit SET digest = (SELECT digest FROM audit WHERE row = 1) WHERE row = 2",
            differs(2, Fault::Altered),
        ),
        (
            "UPDATE audit SET tier = CAST(x'ff' AS TEXT) WHERE row = 2",
            differs(2, Fault::Altered),
        ),
        (
            "UPDATE audit SET row = 9 WHERE row = 5",
            differs(5, Fault::Missing),
        ),
        (
            "DELETE FROM audit WHERE row = 1",
            differs(1, Fault::Missing),
        ),
        (
            "DELETE FROM audit WHERE row IN (2, 4)",
            differs(2, Fault::Missing),
        ),
        ("DELETE FROM audit WHERE row = 5", differs(5, Fault::CutOff)),
        ("DELETE FROM audit", differs(1, Fault::CutOff)),
        (
            "UPDATE audit SET row = -row WHERE row = 5",
            differs(1, Fault::Altered),
        ),
        ("DELETE FROM audit_head", differs(5, Fault::Added)),
        (
            "UPDATE audit_head SET seal = zeroblob(32)",
            differs(5, Fault::Added),
        ),
        (
            "DELETE FROM audit WHERE row > 3; UPDATE audit_head SET rows = 3, digest = (SELECT digest FROM audit WHERE row = 3)",
            differs(3, Fault::Added),
        ),
    ];
    for (sql, verdict) in cases {
        let (kept, _) = five_rows(Decision::Answered);
        let file = behind(&kept.path());
        // the triggers guard against accidents alone
        assert!(file.execute_batch("DELETE FROM audit").is_err());
        assert!(file.execute_batch("UPDATE audit SET time = 0").is_err());
        file.execute_batch("DROP TRIGGER audit_is_kept; DROP TRIGGER audit_is_appended_to")
            .unwrap();
        file.execute_batch(sql).unwrap();
        assert_eq!(kept.ledger.verify(None).unwrap(), verdict, "{sql}");
    }
}

#[test]
fn a_head_that_was_kept_shows_what_the_file_cannot() {
    let (kept, heads) = five_rows(Decision::Answered);
    for head in &heads {
        let text = head.to_string().parse().unwrap();
        assert_eq!(
            kept.ledger.verify(Some(&text)).unwrap(),
            Verdict::Whole { head: heads[4] }
        );
    }
    assert_eq!(
        kept.ledger.verify(Some(&Head::default())).unwrap(),
        Verdict::Whole { head: heads[4] }
    );
    assert_eq!(kept.ledger.head().unwrap(), heads[4]);

    // an older copy of the file, whole by itself
    let older = Kept::new();
    let entry = Entry {
        time: std::time::UNIX_EPOCH,
        ..entry()
    };
    (0..3).for_each(|_| drop(older.ledger.record(&entry)));
    assert_eq!(
        older.ledger.verify(None).unwrap(),
        Verdict::Whole { head: heads[2] }
    );
    let cut = Verdict::Differs {
        row: 4,
        fault: Fault::CutOff,
    };
    assert_eq!(older.ledger.verify(Some(&heads[4])).unwrap(), cut);

    // written anew by somebody who has the secret
    let (forged, of_forged) = five_rows(Decision::Refused);
    assert_eq!(
        forged.ledger.verify(None).unwrap(),
        Verdict::Whole { head: of_forged[4] }
    );
    let rewritten = |row| Verdict::Differs {
        row,
        fault: Fault::Rewritten,
    };
    assert_eq!(forged.ledger.verify(Some(&heads[4])).unwrap(), rewritten(5));
    assert_eq!(forged.ledger.verify(Some(&heads[1])).unwrap(), rewritten(2));
    let nothing = Head::new(0, [1; 32]);
    assert_eq!(forged.ledger.verify(Some(&nothing)).unwrap(), rewritten(1));
    // heads of another secret's audit are no heads of this one
    assert_eq!(open(&forged.path()).head().unwrap(), of_forged[4]);
}
