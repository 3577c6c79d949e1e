//! Histories of decisions beside a plain model, and a view after each beside a mask of the same people.

use super::lists::record_in;
use super::*;
use crate::cohort::View;
use crate::format::{Fate, Folder, Lossy, Memory};
use crate::maintain::build::{BuildOptions, build_in};
use crate::maintain::mask_tests::cohort;
use crate::model::Access;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

const SAMPLES: [&str; 5] = ["A1", "A2", "B1", "C1", "X9"];

/// A dataset of five samples: two of individual A, one each of B and C, and one of nobody who is known.
pub(in crate::maintain) fn five(folder: &Folder) -> tempfile::TempDir {
    let inputs = tempfile::tempdir().unwrap();
    let vcf = inputs.path().join("a.vcf");
    let text = format!(
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n\
         1\t7\t.\tA\tG\t.\t.\t.\tGT\t0|1\t0|0\t0|1\t1|1\t0|1\n\
         1\t9\t.\tA\tG\t.\t.\t.\tGT\t0|0\t0|0\t0|1\t0|0\t0|0\n",
        SAMPLES.join("\t")
    );
    std::fs::write(&vcf, text).unwrap();
    let people = inputs.path().join("people.tsv");
    std::fs::write(&people, "id\tsex\nA\tF\nB\tM\nC\tM\nD\tM\n").unwrap();
    let map = inputs.path().join("map.tsv");
    std::fs::write(&map, "sample\tindividual\nA1\tA\nA2\tA\nB1\tB\nC1\tC\n").unwrap();
    let mut options = BuildOptions {
        replace: true,
        threads: Some(1),
        ..BuildOptions::default()
    };
    options.people.files = vec![people];
    options.people.sample_map = Some(map);
    build_in(&[&vcf], folder, &options, &mut |_| true).unwrap();
    inputs
}

pub(super) fn in_memory() -> (Folder, Memory, tempfile::TempDir) {
    let memory = Memory::default();
    let folder = Folder::of("d.vdx", Arc::new(memory.clone()));
    let inputs = five(&folder);
    (folder, memory, inputs)
}

fn names(view: &View) -> Vec<String> {
    view.sample_names().unwrap().map(str::to_owned).collect()
}

pub(super) fn of(individuals: &[&str], samples: &[&str]) -> Withdrawal {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    Withdrawal {
        individuals: owned(individuals),
        samples: owned(samples),
        ..Withdrawal::default()
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn who_withdraws_is_gone_from_open_handles_and_comes_back() {
    let (folder, _, _inputs) = in_memory();
    let dataset = Dataset::open_in(&folder).unwrap();
    let before = dataset.view();
    assert_eq!(
        before.frequency("1:7:A:G", None).unwrap().unwrap().an,
        Some(10)
    );
    let report = decide(&folder, &of(&["A"], &["X9"]), false).unwrap();
    assert_eq!(
        (report.recorded, report.unchanged, report.samples),
        (2, 0, 3)
    );
    let view = dataset.view();
    assert_eq!(names(&view), ["B1", "C1"]);
    let counts = view.frequency("1:7:A:G", None).unwrap().unwrap();
    assert_eq!((counts.ac, counts.an), (3, Some(4)));
    assert_eq!(view.ask("all").unwrap().count(), 3, "B, C and D");
    assert!(view.ask("samples(A1)").is_err() && view.ask("individuals(A)").is_err());
    // a view that was made before is what it was
    assert_eq!(names(&before), SAMPLES);
    // again: nothing to record
    let again = decide(&folder, &of(&["A"], &["X9"]), false).unwrap();
    assert_eq!((again.recorded, again.unchanged), (0, 2));
    decide(&folder, &of(&["A"], &["X9"]), true).unwrap();
    let back = dataset.view();
    assert_eq!((names(&back), back.id()), (names(&before), before.id()));
}

#[test]
fn a_sample_alone_leaves_its_person() {
    let (folder, _, _inputs) = in_memory();
    decide(&folder, &of(&[], &["A1"]), false).unwrap();
    let view = Dataset::open_in(&folder).unwrap().view();
    assert_eq!(names(&view), ["A2", "B1", "C1", "X9"]);
    assert_eq!(view.ask("sex:female").unwrap().ids().unwrap(), ["A"]);
    decide(&folder, &of(&["A"], &[]), false).unwrap();
    decide(&folder, &of(&["A"], &[]), true).unwrap();
    // the person came back; the sample did not
    let view = Dataset::open_in(&folder).unwrap().view();
    assert_eq!(names(&view), ["A2", "B1", "C1", "X9"]);
}

#[test]
fn an_id_of_nobody_records_nothing() {
    let (folder, _, _inputs) = in_memory();
    let before = folder.map("decisions").unwrap().to_vec();
    let error = decide(&folder, &of(&["A", "BB"], &[]), false)
        .unwrap_err()
        .to_string();
    assert!(error.contains("\"BB\"") && error.contains('B'), "{error}");
    assert!(decide(&folder, &of(&[], &[]), false).is_err());
    let dry = Withdrawal {
        dry_run: true,
        ..of(&["A"], &[])
    };
    assert_eq!(decide(&folder, &dry, false).unwrap().recorded, 1);
    assert_eq!(folder.map("decisions").unwrap().to_vec(), before);
}

#[test]
fn purposes_are_asked_apart() {
    let (folder, _, _inputs) = in_memory();
    let about = Withdrawal {
        purposes: vec![Purpose::Af],
        ..of(&["B"], &[])
    };
    decide(&folder, &about, false).unwrap();
    let dataset = Dataset::open_in(&folder).unwrap();
    let seen = |access: &Access| names(&dataset.view_for(access).unwrap());
    let holder = Access::holder();
    assert_eq!(seen(&holder), SAMPLES);
    assert!(dataset.view().note().unwrap().contains("af"));
    assert_eq!(
        seen(&holder.for_purpose(Purpose::Af)),
        ["A1", "A2", "C1", "X9"]
    );
    assert_eq!(seen(&holder.for_purpose(Purpose::AfByAncestry)), SAMPLES);
    // whoever withdraws wholly is out for all; coming back for one purpose is for that alone
    decide(&folder, &of(&["C"], &[]), false).unwrap();
    let back = Withdrawal {
        purposes: vec![Purpose::Af],
        ..of(&["C"], &[])
    };
    decide(&folder, &back, true).unwrap();
    assert_eq!(
        seen(&holder.for_purpose(Purpose::Af)),
        ["A1", "A2", "C1", "X9"]
    );
    assert_eq!(
        seen(&holder.for_purpose(Purpose::Commercial)),
        ["A1", "A2", "B1", "X9"]
    );
    assert_eq!(seen(&holder), ["A1", "A2", "B1", "X9"]);
}

#[test]
fn later_permits_and_overrides() {
    let (folder, _, inputs) = in_memory();
    let list = inputs.path().join("list.tsv");
    std::fs::write(
        &list,
        "individual\tdecision\teffect\tfrom\tuntil\nA\tout\tlater_permits\t2026-03-01\t\n\
         B\tout\tlater_permits\t2026-05-01\t2026-05-31\nC\tout\tnow\t2026-01-01\t\n",
    )
    .unwrap();
    record_in(&folder, &[list], &ConsentOptions::default()).unwrap();
    let dataset = Dataset::open_in(&folder).unwrap();
    let under = |date: &str| Access::holder().under_permit_of(day(date));
    let seen = |access: &Access| names(&dataset.view_for(access).unwrap());
    assert_eq!(seen(&under("2026-02-28")), ["A1", "A2", "B1", "X9"]);
    assert_eq!(seen(&under("2026-03-01")), ["B1", "X9"]);
    assert_eq!(seen(&under("2026-05-01")), ["X9"]);
    assert_eq!(seen(&under("2026-05-31")), ["X9"]);
    assert_eq!(seen(&under("2026-06-01")), ["B1", "X9"]);
    let before = folder.map("decisions").unwrap().len();
    let overridden = Access {
        national_override: true,
        ..under("2026-05-01")
    };
    // never of who withdrew, and it is written down
    assert_eq!(seen(&overridden), ["A1", "A2", "B1", "X9"]);
    assert!(folder.map("decisions").unwrap().len() > before);
    // for an audit: as it was known before anything was recorded
    let audit = Access {
        known_at: Some(day("2020-01-01")),
        ..Access::holder()
    };
    assert_eq!(seen(&audit), SAMPLES);
}

/// A withdrawal was not recorded where one that ends held on that day: it was acknowledged, and ended with that one. Nor was one
/// that began earlier than what held, nor the second of one form about a day to come where another form had taken the first
/// back.
#[test]
fn what_holds_for_a_while_takes_the_place_of_no_decision() {
    let (folder, _, inputs) = in_memory();
    let today = Date::today();
    let after = |days: i32| Date::from_days(today.days() + days);
    let list = inputs.path().join("list.tsv");
    let text = format!(
        "individual\tdecision\teffect\tfrom\tuntil\nA\tout\tlater_permits\t{today}\t{}\n",
        after(9)
    );
    std::fs::write(&list, text).unwrap();
    record_in(&folder, &[list], &ConsentOptions::default()).unwrap();
    let later = |ids: &[&str], from: Option<i32>, source: &str| Withdrawal {
        effect: Effect::LaterPermits,
        from: from.map(after),
        source: source.to_owned(),
        ..of(ids, &[])
    };
    let recorded = |what: &Withdrawal, allows| decide(&folder, what, allows).unwrap().recorded;
    assert_eq!(recorded(&later(&["A"], None, ""), false), 1);
    assert_eq!(recorded(&later(&["A"], None, ""), false), 0);
    assert_eq!(recorded(&later(&["B"], None, ""), false), 1);
    assert_eq!(recorded(&later(&["B"], Some(-9), ""), false), 1);
    assert_eq!(recorded(&later(&["B"], Some(-9), ""), false), 0);
    for (allows, source) in [(false, "1"), (true, "2"), (false, "1")] {
        assert_eq!(recorded(&later(&["C"], Some(20), source), allows), 1);
    }
    let dataset = Dataset::open_in(&folder).unwrap();
    let under = |days| {
        let access = Access::holder().under_permit_of(after(days));
        names(&dataset.view_for(&access).unwrap())
    };
    assert_eq!(under(-9), ["A1", "A2", "C1", "X9"]);
    assert_eq!(under(10), ["C1", "X9"]);
    assert_eq!(under(20), ["X9"]);
}

#[test]
fn lists_are_taken_whole_and_once() {
    let (folder, _, inputs) = in_memory();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = inputs.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let clinic = write(
        "clinic.tsv",
        "A\tall\tin\t2025-01-01\nB\taf\tout\t2025-01-01\nZ\tall\tout\t2025-01-01\n",
    );
    let portal = write(
        "portal.tsv",
        "A\tall\tout\t2025-01-01\nB\taf\tout\t2025-01-01\n",
    );
    let lists = [clinic.clone(), portal];
    let report = record_in(&folder, &lists, &ConsentOptions::default()).unwrap();
    assert_eq!((report.read, report.recorded, report.unchanged), (5, 5, 0));
    assert_eq!(report.unknown, ["Z"]);
    let said: Vec<_> = report
        .disagreements
        .iter()
        .map(|of| (of.id.as_str(), of.in_holds))
        .collect();
    assert_eq!(said, [("A", false)]);
    assert_eq!(report.disagreements[0].out_source, "portal.tsv");
    let bytes = folder.map("decisions").unwrap().to_vec();
    let again = record_in(&folder, &lists, &ConsentOptions::default()).unwrap();
    assert_eq!((again.recorded, again.unchanged), (0, 5));
    assert_eq!(folder.map("decisions").unwrap().to_vec(), bytes);
    let view = Dataset::open_in(&folder).unwrap().view();
    assert_eq!(names(&view), ["B1", "C1", "X9"]);
    // one line that is wrong: nothing is recorded
    let bad = write("bad.tsv", "C\tall\tout\nC\tnothing\tout\n");
    assert!(record_in(&folder, &[bad], &ConsentOptions::default()).is_err());
    assert_eq!(folder.map("decisions").unwrap().to_vec(), bytes);
}

#[test]
fn codes_and_defaults() {
    let (folder, _, inputs) = in_memory();
    let list = inputs.path().join("duo.tsv");
    std::fs::write(&list, "individual\tduo\nA\tHMB\nB\tNPOA\nC\tNPU\n").unwrap();
    let record =
        |options: &ConsentOptions| record_in(&folder, std::slice::from_ref(&list), options);
    let undecided = record(&ConsentOptions::default()).unwrap_err().to_string();
    assert!(undecided.contains("--hmb-in-strata"), "{undecided}");
    let options = ConsentOptions {
        hmb_in_strata: Some(false),
        defaults: vec![(Some(Purpose::Commercial), WithoutDecision::OptIn)],
        ..ConsentOptions::default()
    };
    let report = record(&options).unwrap();
    assert_eq!(
        report.beside,
        [("a user who is not for profit".to_owned(), 1)]
    );
    let dataset = Dataset::open_in(&folder).unwrap();
    let seen = |purpose| {
        names(
            &dataset
                .view_for(&Access::holder().for_purpose(purpose))
                .unwrap(),
        )
    };
    assert_eq!(seen(Purpose::AfByAncestry), ["C1", "X9"]);
    assert_eq!(seen(Purpose::Af), SAMPLES);
    assert_eq!(seen(Purpose::Commercial), ["A1", "A2"]);
    // it is set now
    assert!(record(&ConsentOptions::default()).is_ok());
}

#[test]
fn decisions_that_cannot_be_read_show_nothing() {
    let (folder, memory, _inputs) = in_memory();
    let dataset = Dataset::open_in(&folder).unwrap();
    decide(&folder, &of(&["A"], &[]), false).unwrap();
    let path = folder.path().join("decisions");
    let mut bytes = folder.map("decisions").unwrap().to_vec();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    memory.write(&path, bytes);
    let view = dataset.view();
    assert_eq!(view.sample_count(), 0);
    assert!(view.ask("all").is_err() && view.ask("sex:male").is_err());
    assert!(view.variants("1").is_err() && view.sample_names().is_err());
    assert!(view.frequency("1:7:A:G", None).is_err() && view.term_counts(None).is_err());
    assert!(dataset.view_for(&Access::holder()).is_err());
    // nor where the file is gone
    crate::format::Storage::remove(&memory, &path).unwrap();
    assert!(dataset.view_for(&Access::holder()).is_err());
    assert!(decide(&folder, &of(&["A"], &[]), false).is_err());
}

/// A writer that cannot sync takes back what somebody may have read already.
#[test]
fn a_frame_that_was_read_and_taken_back_is_not_there() {
    let (folder, memory, _inputs) = in_memory();
    let path = folder.path().join("decisions");
    let dataset = Dataset::open_in(&folder).unwrap();
    decide(&folder, &of(&["B"], &[]), false).unwrap();
    let before = folder.map("decisions").unwrap().to_vec();
    decide(&folder, &of(&["A"], &[]), false).unwrap();
    assert_eq!(names(&dataset.view()), ["C1", "X9"]);
    memory.write(&path, before);
    decide(&folder, &of(&[], &["X9"]), false).unwrap();
    assert_eq!(names(&dataset.view()), ["A1", "A2", "C1"]);
}

#[test]
fn a_beacon_leaves_out_of_frequencies_who_is_against_them() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::on_disk(place.path().join("five.vdx"));
    let _inputs = five(&folder);
    let config = "id = \"org.example.beacon\"\nname = \"A beacon\"\nenvironment = \"test\"\nurl = \"https://example.org/api\"\nalternative_url = \"https://example.org/api\"\n\
                  version = \"1\"\ncreated = \"2026-01-01\"\nupdated = \"2026-01-01\"\n[organization]\nid = \"org.example\"\n\
                  name = \"An organization\"\nlogo_url = \"https://example.org/logo.png\"\n[[datasets]]\nid = \"five\"\nname = \"Five\"\npath = \"five.vdx\"\n\
                  granularity = \"record\"\nassembly = \"GRCh38\"\n[datasets.frequencies]\nsource = \"Five\"\n\
                  source_reference = \"https://example.org\"\n";
    let config = config.parse().unwrap();
    let view = Dataset::open_in(&folder).unwrap().view();
    let beacon = crate::Beacon::new(config, vec![view]).unwrap();
    let asked = || {
        let query =
            "referenceName=1&start=6&referenceBases=A&alternateBases=G&requestedGranularity=record";
        let request = crate::BeaconRequest::get("/g_variants", query);
        let response = beacon.answer(&request, Some(Access::holder()));
        String::from_utf8(response.body).unwrap()
    };
    let before = asked();
    assert!(before.contains("\"alleleNumber\":10"), "{before}");
    let about = Withdrawal {
        purposes: vec![Purpose::Af],
        ..of(&["A"], &[])
    };
    decide(&folder, &about, false).unwrap();
    let after = asked();
    assert!(after.contains("\"alleleNumber\":6"), "{after}");
    decide(&folder, &about, true).unwrap();
    assert_eq!(asked(), before);
}

#[test]
fn a_crash_leaves_a_decision_or_none() {
    let before = Memory::default();
    let at = |storage: Memory| Folder::of("d.vdx", Arc::new(storage));
    let _inputs = five(&at(before.clone()));
    decide(&at(before.clone()), &of(&["B"], &[]), false).unwrap();
    let disk = Lossy::of(before.copy());
    let folder = Folder::of("d.vdx", Arc::new(disk.clone()));
    decide(&folder, &of(&["A"], &["X9"]), false).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for steps in 0..=disk.steps() {
        for round in 0..40 {
            let fate = match round {
                0 => Fate::Lost,
                1 => Fate::Kept,
                _ => Fate::Some(&mut random),
            };
            let left = at(disk.crashed(steps, fate));
            let seen = names(&Dataset::open_in(&left).unwrap().view());
            let new = seen == ["C1"];
            assert!(new || seen == ["A1", "A2", "C1", "X9"], "{seen:?}");
            assert!(new || steps < disk.steps(), "not durable");
            // whoever comes next finds the file as it should be
            decide(&left, &of(&["A"], &["X9"]), false).unwrap();
            assert_eq!(names(&Dataset::open_in(&left).unwrap().view()), ["C1"]);
        }
    }
}

/// What is done, of whom, about which purpose.
type Act = (bool, usize, Option<Purpose>);

/// Who is seen by a model that goes through a history.
fn expected(acts: &[Act], purpose: Option<Purpose>) -> BTreeSet<&'static str> {
    let deciders = ["A", "B", "C", "A1", "X9"];
    let owned: [&[&str]; 5] = [&["A1", "A2"], &["B1"], &["C1"], &["A1"], &["X9"]];
    let mut out: BTreeSet<&str> = BTreeSet::new();
    for (number, _) in deciders.iter().enumerate() {
        let mut of = acts
            .iter()
            .filter(|(_, who, about)| *who == number && (about.is_none() || *about == purpose));
        if of.next_back().is_some_and(|(allows, ..)| !allows) {
            out.extend(owned[number]);
        }
    }
    SAMPLES
        .into_iter()
        .filter(|sample| !out.contains(sample))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn histories_come_to_what_a_model_says(
        acts in proptest::collection::vec(
            (any::<bool>(), 0..5usize, proptest::option::of(proptest::sample::select(&Purpose::ALL[..3]))),
            1..12,
        ),
    ) {
        let (folder, _, _inputs) = in_memory();
        let dataset = Dataset::open_in(&folder).unwrap();
        for (number, (allows, who, purpose)) in acts.iter().enumerate() {
            let ids = ["A", "B", "C", "A1", "X9"];
            let mut what = match who {
                0..=2 => of(&[ids[*who]], &[]),
                _ => of(&[], &[ids[*who]]),
            };
            what.purposes.extend(*purpose);
            decide(&folder, &what, *allows).unwrap();
            for purpose in [None, Some(Purpose::ALL[0]), Some(Purpose::ALL[2]), Some(Purpose::Commercial)] {
                let access = Access { purpose, ..Access::holder() };
                let seen = names(&dataset.view_for(&access).unwrap());
                let fresh = names(&Dataset::open_in(&folder).unwrap().view_for(&access).unwrap());
                let expected = expected(&acts[..=number], purpose);
                prop_assert!(seen.iter().eq(expected.iter()), "{seen:?} {expected:?} {:?}", &acts[..=number]);
                prop_assert_eq!(&seen, &fresh);
            }
        }
    }

    /// What is kept of who may be seen is changed by each decision as if it were made of all of them.
    #[test]
    fn views_that_follow_are_those_that_are_made_anew(
        acts in proptest::collection::vec(
            (
                any::<bool>(),
                0..9usize,
                proptest::option::of(proptest::sample::select(&Purpose::ALL[..2])),
                any::<bool>(),
            ),
            1..20,
        ),
    ) {
        let (folder, _, _inputs) = in_memory();
        let dataset = Dataset::open_in(&folder).unwrap();
        for (allows, who, purpose, is_looked_at) in acts {
            let mut what = match who {
                // the last is the name of a sample of nobody who is known
                0..=4 => of(&[["A", "B", "C", "D", "X9"][who]], &[]),
                5..=7 => of(&[], &[["A1", "C1", "X9"][who - 5]]),
                _ => {
                    let without = if allows { WithoutDecision::OptOut } else { WithoutDecision::OptIn };
                    let options = ConsentOptions { defaults: vec![(purpose, without)], ..ConsentOptions::default() };
                    record_in(&folder, &[], &options).unwrap();
                    continue;
                }
            };
            what.purposes.extend(purpose);
            decide(&folder, &what, allows).unwrap();
            if !is_looked_at {
                continue;
            }
            let fresh = Dataset::open_in(&folder).unwrap();
            for purpose in [None, Some(Purpose::ALL[0]), Some(Purpose::ALL[1])] {
                let access = Access { purpose, ..Access::holder() };
                let (kept, new) = (dataset.view_for(&access).unwrap(), fresh.view_for(&access).unwrap());
                prop_assert_eq!(kept.id(), new.id());
                prop_assert_eq!(kept.visible_subjects(), new.visible_subjects());
                prop_assert_eq!(kept.visible_samples(), new.visible_samples());
                prop_assert_eq!(kept.visible_individuals(), new.visible_individuals());
                prop_assert_eq!(names(&kept), names(&new));
            }
        }
    }

    /// Whoever withdrew is masked as in the tests of masks: what these say of answers holds of withdrawals.
    #[test]
    fn a_withdrawal_is_a_mask(cohort in cohort()) {
        let folder = tempfile::tempdir().unwrap();
        let Some(everybody) = cohort.write(&folder.path().join("a"), None) else { return Ok(()) };
        let masked = cohort.masked(&everybody);
        let target = Folder::on_disk(everybody.path());
        let (individuals, samples) = cohort.withdrawn();
        let what = Withdrawal { individuals, samples, ..Withdrawal::default() };
        if what.individuals.len() + what.samples.len() == 0 {
            return Ok(());
        }
        decide(&target, &what, false).unwrap();
        let view = everybody.dataset().view();
        prop_assert_eq!(view.visible_subjects(), masked.visible_subjects());
        prop_assert_eq!(view.visible_individuals(), masked.visible_individuals());
    }
}
