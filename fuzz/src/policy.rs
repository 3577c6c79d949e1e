//! Any text as a policy, and an expression that is asked under it: refused, or nothing that is shown is of fewer than its floor.

use crate::dataset::{self, BESIDE, built};
use std::sync::LazyLock;
use varidex::{GroupExpr, Known, Policy, View};

/// Rows of an answer that are looked at.
const ROWS: usize = 100;

static DATASET: LazyLock<View> = LazyLock::new(|| {
    let files = built(include_str!("../data/mixed.vcf"), &BESIDE);
    let dataset = files.open(dataset::DATASET);
    dataset.expect("what was built can be opened").view()
});

/// Up to a zero byte the policy, behind it an expression over people or variants.
pub fn policy(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (rules, asked) = text.split_once('\0').unwrap_or((&text, "all"));
    let Ok(policy) = rules.parse::<Policy>() else {
        return;
    };
    let again: Policy = policy.to_json().parse().expect("what was written is read");
    assert_eq!((&again, again.hash()), (&policy, policy.hash()));
    let Ok(shown) = DATASET.under_policy(&policy) else {
        return;
    };
    // no name of a file is read
    if asked.contains('/') || policy.shows_records() {
        return;
    }
    let floor = policy.floor.people;
    if let Ok(found) = shown.ask(asked)
        && let Some(count) = found.count.value()
    {
        assert!(count == 0 || count >= floor, "{count}");
        let known = asked
            .parse::<GroupExpr>()
            .ok()
            .and_then(|who| DATASET.ask(who).ok());
        let known = known.map(|group| group.count());
        assert!(
            known.is_none_or(|known| known == 0 || known >= floor),
            "{known:?}"
        );
    }
    let by = ["sex".to_owned()];
    for by in [&[][..], &by] {
        let Ok(mut scan) = shown.frequencies(asked, None, by) else {
            continue;
        };
        for _ in 0..ROWS {
            let row = scan.next(|variant| {
                let parts = variant.parts().map(|(_, shown)| shown.ac);
                for ac in parts.chain([variant.counts.ac]) {
                    // a carrier has one copy at least
                    assert!(
                        ac == Known::Withheld
                            || ac.value().is_some_and(|ac| ac == 0 || ac >= floor)
                    );
                }
                Ok(())
            });
            match row.expect("a sound dataset can be read") {
                Some(()) => {}
                None => break,
            }
        }
    }
}
