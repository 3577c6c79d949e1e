//! Views under a policy that remember what was asked: of a dataset of a hundred people, whom a plain count knows.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that cannot go on fails"
)]

#[cfg(feature = "noise")]
#[path = "policies/noise.rs"]
mod noise;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use varidex::{BuildOptions, Dataset, Known, PeopleOptions, Policy, PolicyView, Withdrawal};
use varidex_ledger::{Ledger, Moved, Remembered, Secret, SqliteLedger, Verdict, under_policy};

const PEOPLE: usize = 100;

/// Of the women the first alone is of NO and the last of SE, which half of the men each are of.
fn row(person: usize, sex: &str) -> String {
    let country = match person {
        0 => "NO",
        98 => "SE",
        _ if person.is_multiple_of(2) => "FI",
        _ => ["NO", "SE"][person / 2 % 2],
    };
    format!("P{person}\tS{person}\t{sex}\t{country}\n")
}

/// A hundred people: half are female; of the site n the first 10 + n carry.
fn build(folder: &Path, name: &str, people: std::ops::Range<usize>, sites: usize) {
    let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT".to_owned();
    let mut table = "individual_id\tsample\tsex\tcountry\n".to_owned();
    for person in people.clone() {
        write!(text, "\tS{person}").unwrap();
        table += &row(person, ["female", "male"][person % 2]);
    }
    for site in 0..sites {
        write!(text, "\n1\t{}\t.\tA\tG\t.\t.\t.\tGT", 10 * (site + 1)).unwrap();
        for person in people.clone() {
            text += if person < 10 + site { "\t0/1" } else { "\t0/0" };
        }
    }
    std::fs::write(folder.join("in.vcf"), text + "\n").unwrap();
    std::fs::write(folder.join("people.tsv"), table).unwrap();
    let options = BuildOptions {
        people: PeopleOptions {
            files: vec![folder.join("people.tsv")],
            ..PeopleOptions::default()
        },
        keep: 3,
        ..BuildOptions::default()
    };
    let input = [folder.join("in.vcf")];
    let to = folder.join(name);
    match to.exists() {
        true => varidex::add(&input, &to, &options, &mut |_| true).map(|_| ()),
        false => varidex::build(&input, &to, &options, &mut |_| true).map(|_| ()),
    }
    .unwrap();
}

struct House {
    folder: tempfile::TempDir,
    ledger: Arc<SqliteLedger>,
}

impl House {
    fn new(sites: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path(), "a.vdx", 0..PEOPLE, sites);
        let secret = Secret::new(&[5; 32]).unwrap();
        let ledger = SqliteLedger::open(folder.path().join("ledger.db"), secret).unwrap();
        Self {
            folder,
            ledger: Arc::new(ledger),
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("a.vdx")
    }

    fn shown(&self, rules: &str, asker: Option<&str>) -> (PolicyView, Moved) {
        let policy: Policy = format!("name = 'test'\ngranularity = 'count'\n{rules}")
            .parse()
            .unwrap();
        let view = Dataset::open(self.path()).unwrap().view();
        let ledger: Arc<dyn Ledger> = self.ledger.clone();
        let of = Remembered {
            population: "a".to_owned(),
            asker: asker.map(str::to_owned),
        };
        let (shown, epoch) = under_policy(&view, &policy, ledger, of).unwrap();
        (shown, epoch.moved)
    }
}

const FLOOR: &str = "floor.people = 5\nzero = 'shown'\ncombine = true\n";

/// A number of carriers: to a multiple of the floor.
fn rounded(value: u64) -> Known<u64> {
    Known::Rounded { value, to: 5 }
}

#[test]
fn two_answers_do_not_differ_by_few() {
    let house = House::new(20);
    let (one, _) = house.shown(FLOOR, Some("one"));
    let count = |view: &PolicyView, who: &str| view.ask(who).unwrap().count;
    assert_eq!(count(&one, "carriers(1:10:A:G)"), rounded(10));
    // 12 people, of whom 10 were answered about: whoever asks, for whatever
    let (other, _) = house.shown(FLOOR, Some("other"));
    assert_eq!(count(&other, "carriers(1:30:A:G)"), Known::Withheld);
    assert_eq!(count(&other, "carriers(1:60:A:G)"), rounded(15));
    // the same once more is the same
    assert_eq!(count(&other, "carriers(1:30:A:G)"), Known::Withheld);
    assert_eq!(count(&one, "carriers(1:10:A:G)"), rounded(10));
    // who is not among them is as many as were answered about
    assert_eq!(count(&one, "!carriers(1:10:A:G)"), rounded(90));
    assert_eq!(count(&one, "!carriers(1:20:A:G)"), Known::Withheld);
    // groups within numbers are not remembered, and so not answered of
    for of in ["1:10 & ac(sex:male)>0", "ac(!carriers(1:20:A:G))>1"] {
        let refused = one.frequencies(of, None, &[]).err().unwrap().to_string();
        assert!(refused.contains("numbers of groups"), "{refused}");
        let refused = one.ask(&format!("carriers({of})")).unwrap_err().to_string();
        assert!(refused.contains("numbers of groups"), "{refused}");
    }
    // in tables, too: all cells or none
    let table = one.people_counts(&["sex".to_owned()]).unwrap();
    assert!(
        table.iter().all(|row| row.people == Known::Exact(50)),
        "{table:?}"
    );
    // each question is a row
    let head = house.ledger.head().unwrap();
    assert_eq!(head.rows(), 12);
    assert!(matches!(
        house.ledger.verify(Some(&head)).unwrap(),
        Verdict::Whole { .. }
    ));
}

/// Whether one person, who alone is in a group, carries an allele must not be said by what is withheld.
#[test]
fn that_nobody_is_between_two_sets_is_not_said_of_carriers() {
    // she of NO has the allele, and she of SE has not
    for country in ["NO", "SE"] {
        let without = format!("!(sex:female & country:{country} & carriers(1:10:A:G))");
        for rules in [FLOOR, "floor.people = 5\nzero = 'hidden'\ncombine = true\n"] {
            let house = House::new(20);
            let (one, _) = house.shown(rules, None);
            assert_eq!(one.ask("sex:female").unwrap().count, Known::Exact(50));
            for who in [
                // everybody, or all but one
                without.clone(),
                // the women, or all of them but one
                format!("sex:female & {without}"),
                format!("!(sex:female & {without})"),
                format!("sex:male | sex:female & {without}"),
            ] {
                let shown = one.ask(&who).unwrap();
                assert_eq!(shown.count, Known::Withheld, "{who}");
                assert_eq!(shown.exists, Known::Withheld, "{who}");
            }
        }
        // the other way round: what a question that names carriers picks is answered of, and then what is near it is not
        let house = House::new(20);
        let (one, _) = house.shown(FLOOR, None);
        assert_ne!(
            one.ask(&format!("sex:female & {without}")).unwrap().count,
            Known::Withheld
        );
        assert_eq!(one.ask("sex:female").unwrap().count, Known::Withheld);
    }
}

#[test]
fn a_budget_of_sites_ends() {
    let house = House::new(40);
    let rules = format!("{FLOOR}budget.sites_per_person = 0.2\n");
    let (shown, _) = house.shown(&rules, Some("one"));
    let read = |view: &PolicyView, of: &str| -> varidex::Result<u64> {
        let mut scan = view.frequencies(of, None, &[])?;
        let mut rows = 0;
        while scan.next(|_| Ok(()))?.is_some() {
            rows += 1;
        }
        Ok(rows)
    };
    // 20 sites of 100 people
    assert_eq!(read(&shown, "1:1-200").unwrap(), 20);
    assert_eq!(read(&shown, "1:1-200").unwrap(), 20);
    let error = read(&shown, "1:210").unwrap_err().to_string();
    assert!(error.contains("budget of sites"), "{error}");
    let error = read(&shown, "all").unwrap_err().to_string();
    assert!(error.contains("budget of sites"), "{error}");
    // that something is withheld is an answer, too: it is refused as what would be shown is
    for who in ["carriers(1:210:A:G)", "carriers(1:210:A:C)"] {
        let error = shown.ask(who).unwrap_err().to_string();
        assert!(error.contains("budget of sites"), "{error}");
    }
    // somebody else has another
    let (other, _) = house.shown(&rules, Some("two"));
    assert_eq!(read(&other, "1:210").unwrap(), 1);
    // anybody shares one
    let (anybody, _) = house.shown(&rules, None);
    assert_eq!(read(&anybody, "1:1-150").unwrap(), 15);
    let (again, _) = house.shown(&rules, None);
    assert!(read(&again, "1:160-300").is_err());
}

#[test]
fn who_carries_much_that_is_rare_is_not_counted_any_more() {
    let house = House::new(10);
    let rules = "floor.people = 1\nzero = 'shown'\ntwo_tailed = false\ncombine = true\nbudget.rare_p = 0.05\n";
    let policy: Policy = format!("name = 'test'\ngranularity = 'boolean'\n{rules}")
        .parse()
        .unwrap();
    let view = Dataset::open(house.path()).unwrap().view();
    let shown = |asker: &str| {
        let ledger: Arc<dyn Ledger> = house.ledger.clone();
        let of = Remembered {
            population: "a".to_owned(),
            asker: Some(asker.to_owned()),
        };
        under_policy(&view, &policy, ledger, of).unwrap().0
    };
    // one person carries each and no other: he pays -ln(1 - (1 - 1/200)^200) = 0.46 of -ln 0.05 = 3.0, six times
    let alone = |site: usize| {
        format!(
            "carriers(1:{}:A:G) & !carriers(1:{}:A:G)",
            10 * (site + 2),
            10 * (site + 1)
        )
    };
    let of_person = |shown: &PolicyView, sites: std::ops::Range<usize>| -> Vec<bool> {
        let asked = sites.map(|site| {
            let who = format!(
                "({}) & {}",
                alone(3),
                "(all | sex:female)".to_owned() + &" & all".repeat(site)
            );
            let found = shown.ask(&who).unwrap();
            assert_eq!(found.count, Known::Withheld);
            found.exists.value().unwrap()
        });
        asked.collect()
    };
    let one = shown("one");
    assert_eq!(
        of_person(&one, 0..8),
        [true, true, true, true, true, true, false, false]
    );
    // the same question has the same answer, and others have budgets of their own
    assert_eq!(
        of_person(&one, 0..8),
        [true, true, true, true, true, true, false, false]
    );
    assert_eq!(of_person(&shown("two"), 7..8), [true]);
    assert_eq!(
        one.ask("carriers(1:10:A:C)").unwrap().exists,
        Known::Capped(false)
    );
}

#[test]
fn answers_are_of_an_epoch_and_follow_withdrawals_at_once() {
    let house = House::new(3);
    let rules = format!("{FLOOR}epoch = 10\n");
    let (shown, moved) = house.shown(&rules, Some("one"));
    assert_eq!(moved, Moved::Begun);
    assert_eq!(shown.ask("all").unwrap().count, Known::Exact(100));
    // four come: they are not counted by themselves
    build(house.folder.path(), "a.vdx", 100..104, 3);
    let (shown, moved) = house.shown(&rules, Some("one"));
    assert_eq!(
        (moved, shown.ask("all").unwrap().count),
        (Moved::Not, Known::Exact(100))
    );
    // and with six more they are
    build(house.folder.path(), "a.vdx", 104..110, 3);
    let (shown, moved) = house.shown(&rules, Some("one"));
    assert!(
        matches!(moved, Moved::TakenIn { people: 10, .. }),
        "{moved:?}"
    );
    assert_eq!(shown.ask("all").unwrap().count, Known::Exact(110));
    let mut what = Withdrawal::default();
    what.individuals = vec!["P7".to_owned()];
    varidex::withdraw(house.path(), &what).unwrap();
    // on what is open as well
    assert_eq!(
        shown.renew().unwrap().ask("all").unwrap().count,
        Known::Exact(109)
    );
    let (shown, moved) = house.shown(&rules, Some("one"));
    // what was open moved it
    assert_eq!(moved, Moved::Not);
    assert_eq!(shown.ask("all").unwrap().count, Known::Exact(109));
}

/// Of 100 people the first so many are recorded as males.
fn reload(folder: &Path, males: usize) {
    let mut table = "individual_id\tsample\tsex\tcountry\n".to_owned();
    for person in 0..PEOPLE {
        let sex = match person < males {
            true => "male",
            false => ["female", "male"][person % 2],
        };
        table += &row(person, sex);
    }
    std::fs::write(folder.join("people.tsv"), table).unwrap();
    let options = PeopleOptions {
        files: vec![folder.join("people.tsv")],
        keep: 3,
        ..PeopleOptions::default()
    };
    varidex::load_people(folder.join("a.vdx"), &options, &mut |_| true).unwrap();
}

#[test]
fn people_of_whom_something_else_is_recorded_are_taken_in_together() {
    let house = House::new(3);
    let rules = format!("{FLOOR}epoch = 10\n");
    let females = |view: &PolicyView| view.ask("sex:female").unwrap().count;
    let (shown, _) = house.shown(&rules, Some("one"));
    assert_eq!(females(&shown), Known::Exact(50));
    // nine are males now: two answers would differ by them
    reload(house.folder.path(), 18);
    let view = Dataset::open(house.path()).unwrap().view();
    let earlier = Dataset::snapshots(house.path()).unwrap();
    let earlier = earlier.iter().find(|of| of.id != view.snapshot()).unwrap();
    let earlier = Dataset::open_snapshot(house.path(), &earlier.id)
        .unwrap()
        .view();
    assert_eq!(view.altered_since(&earlier).unwrap(), 9);
    assert_eq!(view.altered_since(&view).unwrap(), 0);
    let (shown, moved) = house.shown(&rules, Some("one"));
    assert_eq!((moved, females(&shown)), (Moved::Not, Known::Exact(50)));
    // a tenth
    reload(house.folder.path(), 20);
    let (shown, moved) = house.shown(&rules, Some("one"));
    assert!(
        matches!(moved, Moved::TakenIn { people: 10, .. }),
        "{moved:?}"
    );
    assert_eq!(females(&shown), Known::Exact(40));
}

#[cfg(not(feature = "noise"))]
#[test]
fn a_build_without_noise_refuses_policies_that_ask_for_it() {
    let house = House::new(1);
    let rules = "name = 'n'\ngranularity = 'count'\nfloor.people = 16\nnoise.scale = 1.0";
    let policy: Policy = rules.parse().unwrap();
    let view = Dataset::open(house.path()).unwrap().view();
    let of = Remembered {
        population: "a".to_owned(),
        asker: None,
    };
    let ledger: Arc<dyn Ledger> = house.ledger.clone();
    let refused = under_policy(&view, &policy, ledger, of).unwrap_err();
    assert!(refused.to_string().contains("feature `noise`"), "{refused}");
    let refused = view.under_policy(&policy).unwrap_err();
    assert!(refused.to_string().contains("feature `noise`"), "{refused}");
}

#[test]
fn what_cannot_be_written_down_is_refused_before_anything_is_asked() {
    let house = House::new(1);
    let view = Dataset::open(house.path()).unwrap().view();
    let refused = |name: &str, asker: Option<&str>| {
        let policy: Policy = format!("name = '{name}'\n{FLOOR}").parse().unwrap();
        let ledger: Arc<dyn Ledger> = house.ledger.clone();
        let of = Remembered {
            population: "a".to_owned(),
            asker: asker.map(str::to_owned),
        };
        let shown = under_policy(&view, &policy, ledger, of);
        shown.err().map(|error| error.to_string())
    };
    for name in ["live2", "Ours", "our own", &"a".repeat(65)] {
        let error = refused(name, None).unwrap();
        assert!(
            error.contains("small letters") && error.contains(name),
            "{error}"
        );
    }
    let error = refused("ours", Some("")).unwrap();
    assert!(error.contains("asker: expected a name"), "{error}");
    assert_eq!(refused("ours", Some("somebody")), None);
    assert_eq!(house.ledger.head().unwrap().rows(), 0);
}

/// An epoch does not move by fewer people than answers must differ by, whatever a policy says: one question would then silence all others.
#[test]
fn one_who_comes_silences_nobody() {
    let house = House::new(1);
    let everybody = |rules: &str| house.shown(rules, None).0.ask("all").unwrap().count;
    assert_eq!(everybody(FLOOR), Known::Exact(100));
    build(house.folder.path(), "a.vdx", PEOPLE..PEOPLE + 1, 1);
    for rules in ["", "epoch = 1\n", "epoch = 5\n", ""] {
        assert_eq!(
            everybody(&format!("{FLOOR}{rules}")),
            Known::Exact(100),
            "{rules}"
        );
    }
    build(house.folder.path(), "a.vdx", PEOPLE + 1..PEOPLE + 30, 1);
    assert_eq!(everybody(FLOOR), Known::Exact(130));
}
