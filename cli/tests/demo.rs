//! The demo, as a new user meets it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::varidex;

#[test]
fn the_demo_is_right() {
    let dir = tempfile::tempdir().unwrap();
    // with families and without, the second in the place of the first
    for (samples, variants) in [("400", "600"), ("20", "100")] {
        let line = ["demo", "--samples", samples, "--variants", variants, "-q"];
        let shown = varidex(&line).current_dir(dir.path()).assert();
        let shown = shown.success().stderr("");
        let text = String::from_utf8_lossy(&shown.get_output().stdout).into_owned();
        assert!(text.matches(": yes").count() >= 13, "{text}");
        assert!(!text.contains("WRONG"), "{text}");
        // what it shows can be typed, and what to type next
        assert!(
            text.contains("$ varidex frequencies varidex-demo/cohort.vdx chr"),
            "{text}"
        );
        let (_, next) = text.split_once("now it is yours: ").unwrap();
        let info = next.lines().nth(1).unwrap().split_whitespace().skip(1);
        let info = varidex(&info.collect::<Vec<_>>())
            .current_dir(dir.path())
            .assert();
        assert!(info.success().get_output().stdout.starts_with(b"dataset"));
        let mut equal = 0;
        for line in text.lines().filter(|line| line.contains("; expected ")) {
            let (found, expected) = line.split_once(" people; expected ").unwrap();
            let found = found.split_whitespace().last();
            assert_eq!(found, expected.split(',').next(), "{line}");
            equal += usize::from(found != Some("0"));
        }
        assert!(equal >= 3 || samples == "20", "{text}");
    }
}
