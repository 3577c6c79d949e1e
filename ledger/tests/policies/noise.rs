//! Numbers with noise, of a ledger.

use super::{House, PEOPLE};
use std::sync::Arc;
use varidex::{Dataset, Known, Policy, PolicyView, ShownCounts};
use varidex_ledger::{Ledger, Remembered, Secret, SqliteLedger, under_policy};

const RULES: &str = "floor.people = 16\ntwo_tailed = false\ncombine = true\nnoise.scale = 1.0\n";

fn counts(view: &PolicyView, of: &str, by: &[String]) -> Vec<(String, Vec<ShownCounts>)> {
    let mut scan = view.frequencies(of, None, by).unwrap();
    let mut all = Vec::new();
    while let Some(row) = scan
        .next(|mut variant| {
            let mut counts = vec![variant.counts];
            counts.extend(variant.parts().map(|(_, shown)| shown));
            Ok((
                variant.variant().position()?.one_based().to_string(),
                counts,
            ))
        })
        .unwrap()
    {
        all.push(row);
    }
    all
}

#[test]
fn whoever_asks_as_often_as_he_likes_sees_the_same() {
    let house = House::new(40);
    let (one, _) = house.shown(RULES, Some("one"));
    let first = counts(&one, "all", &[]);
    // of site n 10 + n people have one copy
    assert!(first.len() > 20, "{}", first.len());
    for (position, counts) in &first {
        let carriers = 9 + position.parse::<u64>().unwrap() / 10;
        let ac = counts[0].ac;
        assert_eq!((ac.status(), counts[0].an.status()), ("noisy", "rounded"));
        let ac = ac.value().unwrap();
        // so far from it once in 10⁹ times
        assert!(ac >= 16 && ac.abs_diff(carriers) < 22, "{position} {ac}");
        assert_eq!(counts[0].n_het, Known::Withheld);
    }
    let truth = first.iter().all(|(position, counts)| {
        counts[0].ac.value() == Some(9 + position.parse::<u64>().unwrap() / 10)
    });
    assert!(!truth);
    for _ in 0..3 {
        assert_eq!(counts(&one, "all", &[]), first);
    }
    // somebody else, of a file that is opened anew, by another question
    let secret = Secret::new(&[5; 32]).unwrap();
    let again = SqliteLedger::open(house.ledger.path(), secret).unwrap();
    let policy = format!("name = 'other'\ngranularity = 'count'\n{RULES}");
    let of = Remembered {
        population: "a".to_owned(),
        asker: None,
    };
    let view = Dataset::open(house.path()).unwrap().view();
    let (other, _) = under_policy(&view, &policy.parse().unwrap(), Arc::new(again), of).unwrap();
    assert_eq!(counts(&other, "1:1-200 | 1:201-9999", &[]), first);
    // in parts, each has its own
    let parts = counts(&one, "all", &["sex".to_owned()]);
    assert_eq!(parts, counts(&other, "all", &["sex".to_owned()]));
    let sums = parts.iter().filter_map(|(_, counts)| {
        let [all, a, b] = [0, 1, 2].map(|at: usize| counts.get(at)?.ac.value());
        Some(a? + b? == all?)
    });
    assert!(!sums.into_iter().all(|is_sum| is_sum));

    let people = |view: &PolicyView, who: &str| view.ask(who).unwrap().count;
    let female = people(&one, "sex:female");
    assert_eq!(female.status(), "noisy");
    for who in ["sex:female", "!sex:male", "sex:female & (all | sex:male)"] {
        assert_eq!(people(&other, who), female);
    }
    assert_eq!(people(&one, "carriers(1:10:A:G)"), Known::Withheld);
    assert_eq!(people(&one, "carriers(1:300:A:G)").status(), "noisy");
    let table = one.people_counts(&["sex".to_owned()]).unwrap();
    assert_eq!(
        table
            .iter()
            .find(|of| of.values[0].as_deref() == Some("female"))
            .unwrap()
            .people,
        female
    );

    // of another epoch others
    let mut what = varidex::Withdrawal::default();
    what.individuals = vec![format!("P{}", PEOPLE - 1)];
    varidex::withdraw(house.path(), &what).unwrap();
    let (now, _) = house.shown(RULES, Some("one"));
    assert_ne!(counts(&now, "all", &[]), first);
}

#[test]
fn a_policy_with_noise_is_refused_where_none_is_drawn() {
    let house = House::new(1);
    let view = Dataset::open(house.path()).unwrap().view();
    let policy: Policy = format!("name = 'n'\ngranularity = 'count'\n{RULES}")
        .parse()
        .unwrap();
    let refused = view.under_policy(&policy).unwrap_err().to_string();
    assert!(refused.contains("feature `noise`"), "{refused}");
    let ledger: Arc<dyn Ledger> = house.ledger.clone();
    let of = Remembered {
        population: "b".to_owned(),
        asker: None,
    };
    assert!(under_policy(&view, &policy, ledger, of).is_ok());
}
