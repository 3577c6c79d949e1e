//! Virtual cohorts: they are asked as their expressions are, of who may be seen, whatever stands in their file.

use super::tests::{five, in_memory, of};
use super::*;
use crate::cohort::View;
use crate::format::{Fate, Lossy, Memory};
use crate::model::{Access, Granularity};
use crate::store::cohorts::{COHORTS, Definition, write};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use std::sync::Arc;

const GROUPS: [&str; 6] = [
    "all",
    "sex:female",
    "sex:male & !individuals(C)",
    "samples(A1, B1, X9)",
    "individuals(A, D)",
    "carriers(1:9 & ac(samples(B1, C1))>0)",
];

fn view(folder: &Folder) -> View {
    Dataset::open_in(folder).unwrap().view()
}

fn ids(view: &View, who: &str) -> Vec<String> {
    let group = view.ask(who).unwrap();
    let ids = group.ids().unwrap();
    ids.into_iter().map(str::to_owned).collect()
}

fn refused(view: &View, who: &str) -> String {
    view.ask(who).unwrap_err().to_string()
}

fn definition(name: &str, expression: &str) -> Definition {
    Definition {
        name: name.to_owned(),
        expression: expression.to_owned(),
        snapshot: "0".repeat(32),
        pinned: false,
        time: "2026-01-01T00:00:00Z".to_owned(),
        purpose: None,
        permit_date: None,
    }
}

#[test]
fn a_cohort_is_what_its_expression_is_of_who_may_be_seen() {
    let (folder, _, _inputs) = in_memory();
    let dataset = Dataset::open_in(&folder).unwrap();
    let found = dataset
        .view()
        .define_cohort("some", "samples(A1, B1)", false)
        .unwrap();
    assert_eq!((found.count, found.is_stale), (Some(2), false));
    let then = dataset.view();
    decide(&folder, &of(&["B"], &[]), false).unwrap();
    let now = dataset.view();
    // decisions hold at once, and nothing is said of who is gone
    assert_eq!(ids(&now, "cohort:some"), ["A"]);
    assert_eq!(ids(&now, "!cohort:some"), ["C", "X9", "D"]);
    assert_eq!(ids(&now, "cohort:(some)"), ["A"]);
    let listed = now.cohorts().unwrap();
    assert_eq!(listed[0].expression, "samples(A1)");
    assert_eq!(listed[0].count, Some(1));
    assert_eq!(ids(&then, "cohort:some"), ["A", "B"]);
    decide(&folder, &of(&["A"], &[]), false).unwrap();
    let listed = dataset.view().cohorts().unwrap();
    assert_eq!(
        (listed[0].expression.as_str(), listed[0].count),
        ("!all", Some(0))
    );
    assert_eq!(ids(&dataset.view(), "cohort:some"), [""; 0]);
    // where people are counted, and carriers are asked
    decide(&folder, &of(&["A", "B"], &[]), true).unwrap();
    let back = dataset.view();
    assert_eq!(
        ids(&back, "carriers(1:7:A:G & ac(cohort:some)=2)"),
        ids(&back, "carriers(1:7:A:G)")
    );
    assert!(refused(&back, "cohort:som").contains("no cohort `som` here; did you mean some?"));
}

#[test]
fn names_are_of_one_cohort_and_cohorts_within_others_end() {
    let (folder, _, _inputs) = in_memory();
    let now = view(&folder);
    now.define_cohort("a", "sex:male", false).unwrap();
    now.define_cohort("b", "cohort:a & !individuals(C)", false)
        .unwrap();
    now.define_cohort("c", "carriers(ac(cohort:b)>0)", false)
        .unwrap();
    assert_eq!(ids(&now, "cohort:b"), ["B", "D"]);
    for (name, who, expected) in [
        ("a", "all", "defined already"),
        ("", "all", "expected the name"),
        (" x", "all", "expected the name"),
        ("@x", "all", "expected the name"),
        ("x\n", "all", "expected the name"),
        ("x", "cohort:x", "no cohort `x`"),
        ("x", "samples(Q)", "no sample `Q`"),
        ("x", "carriers(regions(@y))", "no files are read"),
        ("x", "sex:", "needs"),
    ] {
        let error = now.define_cohort(name, who, false).unwrap_err().to_string();
        assert!(error.contains(expected), "{name} {who}: {error}");
    }
    for (name, user) in [("a", "b"), ("b", "c")] {
        let error = now.drop_cohort(name).unwrap_err().to_string();
        assert!(
            error.contains(&format!("cohort {user:?} is of it")),
            "{error}"
        );
    }
    assert!(
        now.drop_cohort("d")
            .unwrap_err()
            .to_string()
            .contains("did you mean")
    );
    for name in ["c", "b", "a"] {
        now.drop_cohort(name).unwrap();
    }
    assert_eq!(now.cohorts().unwrap(), []);
    // what no command writes
    write(
        &folder,
        vec![definition("x", "cohort:y"), definition("y", "!cohort:x")],
    )
    .unwrap();
    assert!(refused(&now, "cohort:x").contains("cohort `x` stands within itself: x → y → x"));
    assert_eq!(now.cohorts().unwrap()[0].count, None);
    let deep = |n: usize| definition(&format!("n{n}"), &format!("cohort:n{}", n + 1));
    write(&folder, (0..40).map(deep).collect()).unwrap();
    assert!(refused(&now, "cohort:n0").contains("more than 16 cohorts stand within each other"));
    let wide = |n: usize| {
        let next = format!("cohort:n{}", n + 1);
        definition(
            &format!("n{n}"),
            &format!("{next} & {next} & {next} & {next}"),
        )
    };
    let mut all: Vec<Definition> = (0..10).map(wide).collect();
    all.push(definition("n10", "all"));
    write(&folder, all).unwrap();
    assert!(refused(&now, "cohort:n0").contains("at most 1024 cohorts"));
}

#[test]
fn a_cohort_that_is_pinned_is_of_its_state_alone() {
    let memory = Memory::default();
    let folder = Folder::of("d.vdx", Arc::new(memory));
    let _inputs = five(&folder);
    let now = view(&folder);
    now.define_cohort("free", "sex:male", false).unwrap();
    now.define_cohort("pinned", "sex:male", true).unwrap();
    assert_eq!(ids(&now, "cohort:pinned"), ids(&now, "cohort:free"));
    let moved = |of: &mut Definition| of.snapshot = "1".repeat(32);
    let mut all = crate::store::cohorts::read(&folder).unwrap();
    all.iter_mut().for_each(moved);
    write(&folder, all).unwrap();
    let error = refused(&now, "cohort:pinned & sex:male");
    assert!(
        error.contains(&format!(
            "cohort `pinned` is pinned to snapshot {}",
            "1".repeat(32)
        )),
        "{error}"
    );
    let listed = now.cohorts().unwrap();
    assert!(listed.iter().all(|of| of.is_stale));
    assert_eq!((listed[0].count, listed[1].count), (Some(3), None));
    // a state is replaced, and the names stay
    let _more = five(&folder);
    assert_eq!(view(&folder).cohorts().unwrap().len(), 2);
}

#[test]
fn what_is_no_file_of_cohorts_is_refused_by_name() {
    let (folder, memory, _inputs) = in_memory();
    let now = view(&folder);
    now.define_cohort("a", "sex:male", false).unwrap();
    let path = Path::new("d.vdx").join(COHORTS);
    let mut good = String::new();
    std::io::Read::read_to_string(&mut folder.storage().open(&path).unwrap(), &mut good).unwrap();
    for at in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[at] ^= 1;
        memory.write(&path, bytes.clone());
        let error = now.cohorts().unwrap_err();
        assert!(matches!(error, Error::Damaged(_)), "{at}: {error}");
        assert!(error.to_string().contains(COHORTS), "{error}");
        assert!(
            matches!(now.ask("cohort:a"), Err(Error::Damaged(_))),
            "{at}"
        );
        memory.write(&path, bytes[..at].to_vec());
        assert!(matches!(now.cohorts(), Err(Error::Damaged(_))), "{at}");
        assert!(Dataset::open_in(&folder).unwrap().verify().is_err());
    }
    // other questions do not need it
    assert_eq!(ids(&now, "sex:female"), ["A"]);
    for all in [
        vec![definition("a", "sex:male"), definition("a", "sex:male")],
        vec![definition("", "sex:male")],
        vec![definition("a", "sex:male &")],
    ] {
        write(&folder, all).unwrap();
        let error = now.cohorts().unwrap_err().to_string();
        assert!(
            error.contains(COHORTS) && error.contains("expected"),
            "{error}"
        );
    }
    // a definition opens no file
    write(&folder, vec![definition("a", "samples(@/etc/hosts)")]).unwrap();
    assert!(refused(&now, "cohort:a").contains("no files are read"));
}

#[test]
fn a_crash_leaves_the_cohorts_before_or_after() {
    let before = Memory::default();
    let at = |storage: Memory| Folder::of("d.vdx", Arc::new(storage));
    let _inputs = five(&at(before.clone()));
    view(&at(before.clone()))
        .define_cohort("a", "sex:male", false)
        .unwrap();
    let disk = Lossy::of(before.copy());
    let folder = Folder::of("d.vdx", Arc::new(disk.clone()));
    view(&folder)
        .define_cohort("b", "sex:female", false)
        .unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(5);
    for steps in 0..=disk.steps() {
        for round in 0..20 {
            let fate = match round {
                0 => Fate::Lost,
                1 => Fate::Kept,
                _ => Fate::Some(&mut random),
            };
            let left = at(disk.crashed(steps, fate));
            let names: Vec<String> = view(&left)
                .cohorts()
                .unwrap()
                .into_iter()
                .map(|of| of.name)
                .collect();
            assert!(names == ["a"] || names == ["a", "b"], "{names:?}");
            assert!(names.len() == 2 || steps < disk.steps(), "not durable");
            // whoever comes next finds all as it should be
            view(&left).define_cohort("c", "all", false).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn after_any_history_a_cohort_is_its_expression_without_who_is_gone(
        acts in prop::collection::vec((any::<bool>(), 0..4usize), 0..6),
        groups in prop::collection::vec(0..GROUPS.len(), 2),
    ) {
        let (folder, _, _inputs) = in_memory();
        let dataset = Dataset::open_in(&folder).unwrap();
        let first = dataset.view();
        first.define_cohort("x", GROUPS[groups[0]], false).unwrap();
        first.define_cohort("y", GROUPS[groups[1]], false).unwrap();
        let whole: Vec<Vec<String>> = ["x", "y"].map(|name| ids(&first, &format!("cohort:{name}"))).to_vec();
        for (allows, who) in acts {
            decide(&folder, &of(&[["A", "B", "C", "D"][who]], &[]), allows).unwrap();
        }
        let now = dataset.view_for(&Access::holder()).unwrap();
        let seen = ids(&now, "all");
        for (name, whole) in ["x", "y"].iter().zip(&whole) {
            let found = ids(&now, &format!("cohort:{name}"));
            // whom a variant is counted in may change who carries it, and never shows who is gone
            prop_assert!(found.iter().all(|id| seen.contains(id)));
            if !GROUPS[groups[usize::from(*name == "y")]].contains("ac(") {
                let left: Vec<String> = whole.iter().filter(|id| seen.contains(id)).cloned().collect();
                prop_assert_eq!(&found, &left);
            }
            let counted = now.cohorts().unwrap().into_iter().find(|of| of.name == *name).unwrap();
            prop_assert_eq!(counted.count, Some(found.len() as u64));
        }
        let both = ids(&now, "cohort:x & !cohort:y");
        let (x, y) = (ids(&now, "cohort:x"), ids(&now, "cohort:y"));
        let expected: Vec<String> = x.into_iter().filter(|id| !y.contains(id)).collect();
        prop_assert_eq!(both, expected);
    }
}

/// A beacon over the dataset that publishes one cohort.
fn beacon(folder: &Folder) -> crate::Beacon {
    let config = "id = \"org.example\"\nname = \"n\"\nenvironment = \"test\"\nfloor = 1\nurl = \"https://example.org/api\"\n\
                  alternative_url = \"https://example.org/api\"\nversion = \"1\"\ncreated = \"2026-01-01\"\n\
                  updated = \"2026-01-01\"\n[organization]\nid = \"example.org\"\nname = \"An organization\"\nlogo_url = \"https://example.org/logo.png\"\n[[datasets]]\nid = \"five\"\n\
                  name = \"Five\"\npath = \"five.vdx\"\ngranularity = \"record\"\nassembly = \"GRCh38\"\n\
                  cohorts = [\"men\", \"nothing of this name\"]\n";
    let view = Dataset::open_in(folder).unwrap().view();
    crate::Beacon::new(config.parse().unwrap(), vec![view]).unwrap()
}

#[test]
fn a_beacon_has_the_cohorts_that_are_published() {
    let (folder, _, _inputs) = in_memory();
    let view = Dataset::open_in(&folder).unwrap().view();
    view.define_cohort("Men", "sex:male", false).unwrap();
    view.define_cohort("women", "sex:female", false).unwrap();
    let beacon = beacon(&folder);
    let get = |path: &str, query: &str, granularity| {
        let request = crate::BeaconRequest::get(path, query);
        let answer = beacon.answer(&request, Some(Access::up_to(granularity)));
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        (answer.status, body)
    };
    let count = Granularity::Count;
    let (_, list) = get("/cohorts", "requestedGranularity=count", count);
    let men = |size: u64| serde_json::json!([{ "id": "Men", "name": "Men", "cohortType": "beacon-defined", "cohortSize": size }]);
    assert_eq!(list["response"]["collections"], men(3));
    assert_eq!(list["responseSummary"]["numTotalResults"], 1);
    // whoever may know no number gets none
    let (_, list) = get("/cohorts", "", Granularity::Boolean);
    assert!(!list.to_string().contains("cohortSize"), "{list}");
    let (_, one) = get("/cohorts/men", "requestedGranularity=count", count);
    assert_eq!(one["response"]["collections"], men(3));
    assert_eq!(get("/cohorts/women", "", count).0, 404);
    assert_eq!(get("/cohorts", "filters=NCIT:C16576", count).0, 400);
    // its people and their variants, and as a filter
    let asked = "requestedGranularity=count";
    let (_, people) = get("/cohorts/men/individuals", asked, count);
    assert_eq!(people["responseSummary"]["numTotalResults"], 3);
    let (_, people) = get(
        "/individuals",
        &format!("{asked}&filters=cohort:men"),
        count,
    );
    assert_eq!(people["responseSummary"]["numTotalResults"], 3);
    // of another one nothing is known, as of any other word
    let others = ["women", "anything"].map(|name| {
        let (status, body) = get(
            "/individuals",
            &format!("{asked}&filters=cohort:{name}"),
            count,
        );
        (
            status,
            body["error"]["errorMessage"].to_string().replace(name, ""),
        )
    });
    assert_eq!(others[0].0, 400);
    assert_eq!(others[0], others[1]);
    // decisions hold at once
    decide(&folder, &of(&["B"], &[]), false).unwrap();
    let (_, list) = get("/cohorts", asked, count);
    assert_eq!(list["response"]["collections"], men(2));
    let (_, types) = get("/entry_types", "", count);
    assert!(types["response"]["entryTypes"]["cohort"].is_object());
}
