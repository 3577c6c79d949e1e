//! Numbers with noise beside those without, which a plain count knows.

use super::{NoiseAsked, NoiseSource, PolicyView};
use crate::cohort::View;
use crate::error::Result;
use crate::maintain::mask_tests::cohort;
use crate::model::{Known, Noise, Policy};
use crate::query::{Counts, Group, Query, ShownCounts};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Noise of a digest of what is asked, and what was drawn: of scans in their order.
#[derive(Debug, Default)]
struct Source(Mutex<Vec<(String, String, i64)>>);

impl NoiseSource for Source {
    fn noise(&self, noise: &Noise, of: &[NoiseAsked<'_>]) -> Result<Vec<i64>> {
        assert!(noise.scale.is_some());
        let draw = |asked: &NoiseAsked<'_>| {
            let mut hash = 1469598103934665603_u64;
            let bytes = asked.statistic.bytes().chain(asked.of.bytes());
            for byte in bytes.chain(*asked.members) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(1099511628211);
            }
            let value = i64::try_from(hash >> 32).unwrap() % 9 - 4;
            let (statistic, of) = (asked.statistic.to_owned(), asked.of.to_owned());
            self.0.lock().unwrap().push((statistic, of, value));
            value
        };
        Ok(of.iter().map(draw).collect())
    }
}

impl Source {
    /// What was drawn since it was asked last.
    fn drawn(&self) -> Vec<(String, String, i64)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

const RULES: [&str; 5] = [
    "floor.alleles = 4\ntwo_tailed = false",
    "floor.alleles = 4\ntwo_tailed = true",
    "floor.alleles = 4\ntwo_tailed = false\nrounding = 5",
    "floor.people = 4\ntwo_tailed = false\nsmallest_cohort = 1",
    "floor.alleles = 4\nfloor.people = 1\ntwo_tailed = true\nrounding = 3\nsmallest_cohort = 2",
];

fn policy(rules: &str) -> Policy {
    let text =
        format!("name = 'n'\ngranularity = 'count'\ncombine = true\nnoise.scale = 0.1\n{rules}");
    text.parse().unwrap()
}

fn round(number: u64, to: u64, least: u64) -> u64 {
    match number {
        0 => 0,
        _ => ((number + to - to.div_ceil(2)) / to * to).max(least.next_multiple_of(to)),
    }
}

/// What is to be shown: AC and AN; `None` is nothing.
fn expected(policy: &Policy, of: &Counts, people: u64, noise: i64) -> Option<(u64, Option<u64>)> {
    let (few, alleles, to) = (policy.floor.people, policy.floor.alleles, policy.rounding);
    if people < policy.smallest_cohort.max(few) {
        return None;
    }
    let floor = few.max(alleles);
    let with = u64::try_from(i64::try_from(of.ac).unwrap() + noise).unwrap_or(0);
    if with < floor {
        return None;
    }
    let of_known = to.max(if few > 1 { 2 * few } else { 1 });
    let an = of.an.map(|an| round(an, of_known, 2 * few));
    let ac = round(with, to, floor).min(an.unwrap_or(u64::MAX));
    let is_shown = ac >= floor && (!policy.two_tailed || an.is_some_and(|an| an - ac >= floor));
    is_shown.then_some((ac, an))
}

fn is(shown: ShownCounts, expected: Option<(u64, Option<u64>)>) -> bool {
    let Some((ac, an)) = expected else {
        return shown == ShownCounts::default();
    };
    let split = [shown.n_het, shown.n_hom, shown.n_hemi];
    shown.ac == Known::Noisy(ac)
        && shown.an.value() == an
        && (an.is_some() || shown.an == Known::NotCovered)
        && split == [Known::Withheld; 3]
}

fn people_of(view: &PolicyView, samples: u64) -> u64 {
    match view.view.samples_each() {
        0 | 1 => samples,
        _ if samples == 0 => 0,
        each => (samples / each).max(1),
    }
}

/// The counts of each variant in everybody, and in each of the groups.
fn raw(view: &View, groups: &[Group]) -> Vec<Vec<Counts>> {
    let query = Query::new("all").unwrap().by(groups.to_vec());
    let mut scan = view.scan(&query).unwrap();
    let mut all = Vec::new();
    while let Some(counts) = scan
        .next(|mut variant| {
            let mut counts = vec![variant.counts()?];
            for group in 0..groups.len() {
                counts.push(variant.counts_of(group)?);
            }
            Ok(counts)
        })
        .unwrap()
    {
        all.push(counts);
    }
    all
}

/// What a scan shows: of everybody or the group, and of parts.
type Rows = Vec<(ShownCounts, Vec<(Vec<Option<String>>, ShownCounts)>)>;

fn shown(view: &PolicyView, group: Option<&str>, by: &[String]) -> Result<Rows> {
    let mut scan = view.frequencies("all", group, by)?;
    let mut all = Vec::new();
    while let Some(row) = scan.next(|variant| {
        let parts = variant.parts();
        let parts = parts
            .map(|(values, shown)| (values.to_vec(), shown))
            .collect();
        Ok((variant.counts, parts))
    })? {
        all.push(row);
    }
    Ok(all)
}

/// Counts of everybody, of a group, and by a field.
fn check_counts(view: &View, plain: &PolicyView, noisy: &PolicyView, source: &Source) {
    let policy = noisy.policy();
    let all = u64::from(view.sample_count());
    source.drawn();
    let found = shown(noisy, None, &[]).unwrap();
    let drawn = source.drawn();
    if drawn.is_empty() {
        // without noise nothing is shown, either
        assert!(found.is_empty() && shown(plain, None, &[]).unwrap().is_empty());
        return;
    }
    let whole = raw(view, &[]);
    assert_eq!(drawn.len(), whole.len());
    assert!(drawn.iter().all(|(statistic, ..)| statistic == "ac"));
    let due = whole.iter().zip(&drawn);
    let due = due.map(|(of, (.., z))| expected(policy, &of[0], people_of(noisy, all), *z));
    let due: Vec<_> = due.filter(Option::is_some).collect();
    assert_eq!(found.len(), due.len());
    assert!(found.iter().zip(due).all(|((of, _), due)| is(*of, due)));
    // the same again has the same noise
    assert_eq!(shown(noisy, None, &[]).unwrap(), found);
    source.drawn();

    let group = view.ask("sex:female").unwrap();
    let found = shown(noisy, Some("sex:female"), &[]).unwrap();
    let drawn = source.drawn();
    let samples = group.samples().len();
    let (size, others) = (people_of(noisy, samples), all - samples);
    let enough = policy.smallest_cohort.max(policy.floor.people);
    let leaves_enough = others == 0 || people_of(noisy, others) >= enough;
    let mut rows = found.iter();
    for (of, z) in raw(view, &[group]).iter().zip(drawn.chunks(2)) {
        if expected(policy, &of[0], people_of(noisy, all), z[0].2).is_none() {
            continue;
        }
        let due = expected(policy, &of[1], size, z[1].2).filter(|_| leaves_enough);
        assert!(is(rows.next().unwrap().0, due));
    }
    assert!(rows.next().is_none());

    let by = ["sex".to_owned()];
    let Ok(found) = shown(noisy, None, &by) else {
        return;
    };
    let drawn = source.drawn();
    let groups = view.groups_by(&view.by(&by).unwrap(), None).unwrap();
    let (values, groups): (Vec<_>, Vec<Group>) = groups.into_iter().unzip();
    let mut rows = found.iter();
    for (of, z) in raw(view, &groups)
        .iter()
        .zip(drawn.chunks(1 + groups.len()))
    {
        if expected(policy, &of[0], people_of(noisy, all), z[0].2).is_none() {
            continue;
        }
        for (value, shown) in &rows.next().unwrap().1 {
            let at = values.iter().position(|of| of == value).unwrap();
            let size = people_of(noisy, groups[at].samples().len());
            let due = expected(policy, &of[1 + at], size, z[1 + at].2);
            assert!(is(*shown, due), "{value:?}");
        }
    }
    assert!(rows.next().is_none());
}

/// Numbers of people: withheld where they are without noise, and else with it.
fn check_people(view: &View, plain: &PolicyView, noisy: &PolicyView, source: &Source) {
    let floor = plain.policy().floor.people;
    let same = |with: Known<u64>, without: Known<u64>, number: u64| {
        let drawn = source.drawn();
        match without {
            Known::Withheld => assert_eq!(with, Known::Withheld),
            _ => {
                let [(statistic, _, z)] = &drawn[..] else {
                    panic!("{drawn:?}");
                };
                assert_eq!(statistic, "people");
                let due = u64::try_from(i64::try_from(number).unwrap() + z).unwrap_or(0);
                let to = plain.policy().rounding;
                match due >= floor.max(1) {
                    true => assert_eq!(with, Known::Noisy(round(due, to, floor))),
                    false => assert_eq!(with, Known::Withheld),
                }
            }
        }
    };
    for who in [
        "all",
        "sex:female",
        "!sex:female",
        "carriers(all)",
        "carriers(1) & sex:male",
    ] {
        source.drawn();
        let found = noisy.ask(who).unwrap();
        let number = view.ask(who).unwrap().count();
        same(found.count, plain.ask(who).unwrap().count, number);
        assert_eq!(noisy.ask(who).unwrap(), found);
        // other words for the same people
        let same = format!("({who}) & !(!all)");
        if plain.ask(&same).unwrap().count != Known::Withheld {
            assert_eq!(noisy.ask(&same).unwrap().count, found.count, "{who}");
        }
    }
    let by = ["sex".to_owned()];
    if let Ok(table) = plain.people_counts(&by) {
        let numbers: BTreeMap<_, _> = view
            .people_counts(&view.by(&by).unwrap())
            .unwrap()
            .into_iter()
            .map(|row| (row.values, row.people))
            .collect();
        source.drawn();
        let found = noisy.people_counts(&by).unwrap();
        assert_eq!(found.len(), table.len());
        let mut drawn = source.drawn().into_iter();
        for (with, without) in found.iter().zip(&table) {
            assert_eq!(with.values, without.values);
            if without.people == Known::Withheld {
                assert_eq!(with.people, Known::Withheld);
                continue;
            }
            source.0.lock().unwrap().push(drawn.next().unwrap());
            same(with.people, without.people, numbers[&with.values]);
        }
    }
    let terms = |view: &PolicyView| match view.find_terms(None) {
        Ok(terms) => terms.into_iter().map(|of| (of.id, of.people)).collect(),
        Err(_) => BTreeMap::new(),
    };
    let all = terms(plain);
    for (id, people) in terms(noisy) {
        assert!(all.contains_key(&id) && people.status() == "noisy", "{id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn noise_is_added_once_and_the_floor_is_of_what_is_shown(cohort in cohort()) {
        let folder = tempfile::tempdir().unwrap();
        let Some(everybody) = cohort.write(&folder.path().join("d"), None) else {
            return Ok(());
        };
        let masked = cohort.masked(&everybody);
        for view in [&everybody, &masked] {
            for rules in RULES {
                let policy = policy(rules);
                let source = Arc::new(Source::default());
                let Ok(noisy) = view.under_policy_with_noise(&policy, source.clone()) else {
                    continue;
                };
                let without = Policy { noise: None, ..policy.clone() };
                let plain = view.under_policy(&without).unwrap();
                check_counts(view, &plain, &noisy, &source);
                check_people(view, &plain, &noisy, &source);
            }
        }
    }
}

#[test]
fn noise_that_nobody_draws_is_refused_and_numbers_are_not_compared() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.vcf");
    let head = "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    let samples: String = (0..20).map(|n| format!("\tS{n}")).collect();
    let row = |position: usize| {
        let calls = "\t0/1".repeat(12) + &"\t0/0".repeat(8);
        format!("\n1\t{position}\t.\tA\tG\t.\t.\t.\tGT{calls}")
    };
    // the second record of one allele has another noise than the first
    let rows: String = [10, 20, 20].map(row).concat();
    std::fs::write(&input, format!("{head}{samples}{rows}\n")).unwrap();
    let to = folder.path().join("out.vdx");
    let options = crate::BuildOptions::default();
    crate::build(&[&input], &to, &options, &mut |_| true).unwrap();
    let view = crate::Dataset::open(&to).unwrap().view();
    let policy = policy(RULES[0]);
    let mut config = crate::BeaconConfig::of_dataset(&to);
    config.policies.count = Some(policy.clone());
    for refused in [
        view.under_policy(&policy).err().unwrap(),
        crate::Beacon::new(config, vec![view.clone()])
            .err()
            .unwrap(),
        crate::publish(
            &view,
            &crate::PublishOptions::new(policy.clone(), "p"),
            folder.path().join("published.vdx"),
        )
        .err()
        .unwrap(),
    ] {
        assert!(refused.to_string().contains("`n` adds noise"), "{refused}");
    }
    assert!(!folder.path().join("published.vdx").exists());
    let source = Arc::new(Source::default());
    let noisy = view
        .under_policy_with_noise(&policy, source.clone())
        .unwrap();
    for who in [
        "carriers(ac>1)",
        "carriers(1 & !(af<0.5))",
        "all & carriers(ac(all)>1)",
    ] {
        let refused = noisy.ask(who).unwrap_err().to_string();
        assert!(refused.contains("does not compare numbers"), "{refused}");
    }
    let refused = noisy.frequencies("n_het>0", None, &[]).err().unwrap();
    assert!(refused.to_string().contains("does not compare numbers"));
    assert!(noisy.frequencies("pos>10 & qual>1 | 1", None, &[]).is_ok());
    source.drawn();
    let found = noisy.has_variants("1").unwrap();
    assert!(matches!(found, Known::Noisy(true) | Known::Withheld));
    source.drawn();
    assert!(shown(&noisy, None, &[]).unwrap().len() <= 3);
    let mut names: Vec<String> = source.drawn().into_iter().map(|(_, of, _)| of).collect();
    assert_eq!(names.len(), 3);
    names.dedup();
    assert_eq!(names.len(), 3);
}
