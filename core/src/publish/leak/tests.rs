//! Refusals, what is named, and what a file says of it. The meter is held against an attack in `tests/leak.rs`.

use super::*;
use crate::Published;
use crate::error::Error;
use crate::model::Policy;
use crate::publish::tests::{forty, options};
use crate::publish::{PublishOptions, publish};
use crate::store::published::OTHERS;
use std::path::Path;

const BOUND: &str = "name = 'bound'\ngranularity = 'count'\nfloor.people = 2\ntwo_tailed = false\nzero = 'shown'\nseparation = 0.4";

fn refused(view: &View, options: &PublishOptions, out: &Path) -> String {
    let refused = publish(view, options, out).unwrap_err();
    assert!(matches!(refused, Error::NotAllowed { .. }), "{refused}");
    assert!(!out.exists());
    refused.to_string()
}

#[test]
fn power_and_digits() {
    for (separation, expected) in [
        (0.0, 0.05),
        (0.36, 0.099_4),
        (1.0, 0.259_5),
        (1.644_853_626_95, 0.5),
        (4.0, 0.990_7),
    ] {
        let found = power(separation);
        assert!((found - expected).abs() < 5e-5, "{separation} {found}");
    }
    assert!(power(40.0) <= 1.0 && power(40.0) > 0.999_999);
    for (exact, shown) in [
        (0.0, 0.0),
        (0.001, 0.01),
        (0.36, 0.36),
        (0.360_1, 0.37),
        (0.995, 1.0),
        (1.0, 1.0),
        (1.01, 1.1),
        (9.91, 10.0),
        (12.3, 13.0),
        (123.0, 130.0),
    ] {
        assert_eq!(two_digits_up(exact), shown, "{exact}");
    }
}

#[test]
fn strata_above_the_bound_are_refused_with_choices_unless_they_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 120);
    let out = folder.path().join("out.vdx");
    let mut options = options(BOUND, &["country"]);
    let message = refused(&view, &options, &out);
    for expected in [
        "policy `bound` publishes strata",
        "\n  Total: ",
        "\n  FI: ",
        "standard deviations, power",
        "\n    fewer sites: ",
        "\n    rounding: to ",
        "\n    noise: ",
        "\n    merged strata: with all others ",
        "in the mean",
    ] {
        assert!(message.contains(expected), "{expected}: {message}");
    }
    // some of them are not enough
    options.accepted = vec!["Total".to_owned(), "FI".to_owned()];
    let message = refused(&view, &options, &out);
    assert!(
        !message.contains("\n  FI: ") && message.contains("\n  SE: "),
        "{message}"
    );
    options.accepted.push("NO".to_owned());
    let unknown = publish(&view, &options, &out).unwrap_err().to_string();
    assert!(
        unknown.contains("expected some of Total, DE, FI, SE"),
        "{unknown}"
    );
    options.accepted = ["Total", "DE", "FI", "SE"].map(str::to_owned).into();
    let report = publish(&view, &options, &out).unwrap();
    let labels: Vec<&str> = report.leaks.iter().map(|of| of.label.as_str()).collect();
    assert_eq!(labels, ["Total", "DE", "FI", "SE"]);
    assert!(
        report
            .leaks
            .iter()
            .all(|of| of.accepted && of.separation > 0.4)
    );
    let people: Vec<u64> = report.leaks.iter().map(|of| of.people).collect();
    assert_eq!(people, [40, 13, 14, 13]);
    // few people cannot be held out
    let attacked: Vec<bool> = report
        .leaks
        .iter()
        .map(|of| of.attacked.is_some())
        .collect();
    assert_eq!(attacked, [true, false, false, false]);
    let file = Published::open(&out).unwrap();
    file.verify().unwrap();
    for (shown, leak) in file.info().leaks.iter().zip(&report.leaks) {
        assert_eq!((&shown.label, shown.accepted), (&leak.label, true));
        assert_eq!(shown.separation, two_digits_up(leak.separation));
    }
    assert!(report.to_string().contains("members of FI: "));
}

#[test]
fn what_is_not_above_a_bound_need_not_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 60);
    let out = folder.path().join("out.vdx");
    let wide = BOUND.replace("0.4", "50.0");
    let report = publish(&view, &options(&wide, &["country"]), &out).unwrap();
    assert!(report.leaks.iter().all(|of| !of.accepted));
    let bare = PublishOptions {
        replace: true,
        ..options(&BOUND.replace("separation = 0.4", ""), &[])
    };
    let report = publish(&view, &bare, &out).unwrap();
    assert_eq!(report.leaks.len(), 1);
    // of nothing nobody is known
    let nothing = PublishOptions {
        of: "!all".to_owned(),
        ..bare
    };
    let report = publish(&view, &nothing, &out).unwrap();
    assert_eq!(report.leaks.first().map(|of| of.separation), Some(0.0));
}

/// Who is in no stratum is the difference of the total and the strata.
#[test]
fn those_of_no_stratum_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 60);
    let out = folder.path().join("out.vdx");
    let policy =
        "name = 'x'\ngranularity = 'count'\nfloor.people = 14\nzero = 'shown'\ntwo_tailed = false";
    let report = publish(&view, &options(policy, &["country"]), &out).unwrap();
    let found: Vec<(&str, u64)> = report
        .leaks
        .iter()
        .map(|of| (of.label.as_str(), of.people))
        .collect();
    assert_eq!(found, [("Total", 40), ("FI", 14), (OTHERS, 26)]);
    let labels = Published::open(&out).unwrap().info().leaks.clone();
    assert_eq!(
        labels.last().map(|of| of.label.clone()),
        Some(OTHERS.to_owned())
    );
}

/// A separation that is edited is found out by the digest, one that a writer gets wrong by the rules.
#[test]
fn an_edited_separation_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 60);
    let out = folder.path().join("out.vdx");
    publish(
        &view,
        &options(&BOUND.replace("0.4", "50.0"), &["country"]),
        &out,
    )
    .unwrap();
    let sound = std::fs::read(&out).unwrap();
    let shown = format!(
        "{:?}",
        Published::open(&out).unwrap().info().leaks[1].separation
    );
    let member = format!("\"label\":\"DE\",\"separation\":{shown}");
    let at = memchr::memmem::find(&sound, member.as_bytes()).unwrap();
    let mut edited = sound.clone();
    edited[at + member.len() - 1] ^= 1;
    std::fs::write(&out, edited).unwrap();
    let error = Published::open(&out).unwrap_err();
    assert!(matches!(error, Error::Damaged(_)), "{error}");
    std::fs::write(&out, sound).unwrap();
    let info = Published::open(&out).unwrap().info().clone();
    info.check().unwrap();
    let wrong = |change: &dyn Fn(&mut crate::PublishedInfo)| {
        let mut info = info.clone();
        change(&mut info);
        assert!(info.check().is_err());
    };
    wrong(&|info| info.leaks[1].separation = 51.0);
    wrong(&|info| info.leaks[1].separation = -0.5);
    wrong(&|info| info.leaks[1].separation = f64::NAN);
    wrong(&|info| info.leaks[1].accepted = true);
    wrong(&|info| info.leaks[1].label = "NO".to_owned());
    wrong(&|info| info.leaks.truncate(2));
}

/// Of many sites some are looked at, and the others are extrapolated.
#[test]
fn many_sites_are_sampled() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 7_000);
    let policy: Policy = BOUND.parse().unwrap();
    let all = view.all().unwrap();
    let measured = |most: u64| {
        let mut meter = Meter::new(&view, "all", &[], &all);
        meter.most = most;
        for index in 0..7_000 {
            let place = Place {
                contig: 0,
                start: 100 + 7 * index as i64,
            };
            meter.site(index, place, &[true]).unwrap();
        }
        let looked_at = meter.blocks;
        let leak = meter.finish(&policy, &[]).leaks.pop().unwrap();
        (looked_at, leak)
    };
    let (blocks, whole) = measured(u64::MAX / 2);
    let (few, sampled) = measured(4 * BLOCK_ROWS);
    // the last one is not over yet
    assert_eq!(blocks, 13);
    assert!((2..=4).contains(&few), "{few}");
    assert_eq!((whole.sites, sampled.sites), (7_000, 7_000));
    for (a, b) in [
        (whole.separation, sampled.separation),
        (whole.expected, sampled.expected),
    ] {
        assert!(a / b < 1.25 && b / a < 1.25, "{whole:?} {sampled:?}");
    }
}
