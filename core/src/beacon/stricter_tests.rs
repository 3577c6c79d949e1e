//! A beacon of which the floor is greater than that of its published file; and one of which it is not.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::published_tests::{Populations, ask, config, number, records};
use super::*;
use crate::maintain::mask_tests::cohort;
use crate::model::Policy;
use crate::publish::{PublishOptions, publish};
use crate::query::ShownCounts;
use proptest::prelude::*;
use std::collections::BTreeMap;

const POLICIES: [&str; 4] = [
    "name = 'a'\ngranularity = 'count'\nfloor.people = 1\ntwo_tailed = false\nzero = 'shown'\ncombine = true",
    "name = 'b'\ngranularity = 'count'\nfloor.people = 2\ntwo_tailed = false\nzero = 'shown'\ncombine = true",
    "name = 'c'\ngranularity = 'count'\nfloor.people = 2\nzero = 'hidden'\ncombine = true",
    "name = 'd'\ngranularity = 'count'\nfloor.people = 2\nfloor.alleles = 3\nzero = 'shown'\nrounding = 2\ncombine = true",
];
const GENOTYPES: [&str; 3] = [
    "genotypeHeterozygous",
    "genotypeHomozygous",
    "genotypeHemizygous",
];

fn genotypes(of: &Value) -> Option<[u64; 3]> {
    let all = GENOTYPES.map(|key| of[key].as_u64());
    let known: Vec<u64> = all.iter().flatten().copied().collect();
    assert!(known.is_empty() || known.len() == 3, "{of}");
    known.try_into().ok()
}

/// Of one variant, by the labels of populations, as the view of the policy shows it.
fn of_view(view: &View, policy: &Policy) -> BTreeMap<String, BTreeMap<&'static str, ShownCounts>> {
    let shown = view.under_policy(policy).unwrap();
    let mut scan = shown.frequencies("all", None, &["sex".to_owned()]).unwrap();
    let mut all = BTreeMap::new();
    while scan
        .next(|mut variant| {
            let mut of = BTreeMap::from([("Total", variant.counts)]);
            for (values, shown) in variant.parts() {
                match values[0].as_deref() {
                    Some("female") => of.insert("F", shown),
                    Some("male") => of.insert("M", shown),
                    _ => None,
                };
            }
            let mut site = variant.variant();
            let place = format!("{}:{}", site.contig(), site.position()?.one_based());
            let (reference, alternate) = site.alleles()?;
            let [reference, alternate] = [reference, alternate].map(String::from_utf8_lossy);
            all.insert(format!("{place}:{reference}:{alternate}"), of);
            Ok(())
        })
        .unwrap()
        .is_some()
    {}
    all
}

/// Populations of which the counts are shown, and say as much.
fn are_shown(populations: &Populations, shown: &BTreeMap<&'static str, ShownCounts>) {
    for label in ["Total", "F", "M"] {
        let of = shown.get(label).copied().unwrap_or_default();
        let numbers = of.af().and(of.ac.value().zip(of.an.value()));
        let found = populations.get(label);
        let ours = found.map(|of| (number(of, "alleleCount"), number(of, "alleleNumber")));
        assert_eq!(ours, numbers, "{label} {populations:?} {shown:?}");
        let split = [of.n_het, of.n_hom, of.n_hemi].map(|of| of.value());
        let split: Option<Vec<u64>> = split.into_iter().collect();
        if let Some(found) = found {
            let ours = genotypes(found).map(|of| of.to_vec());
            assert_eq!(ours, split, "{label} {found}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 64, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn the_greater_floor_is_of_genotypes_too(
        cohort in cohort(),
        (floor, policy, two) in (2..6u64, 0..POLICIES.len(), any::<bool>()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let Some(view) = cohort.write(&folder.path().join("d"), None) else {
            return Ok(());
        };
        let policy: Policy = POLICIES[policy].parse().unwrap();
        let by: &[&str] = if two { &["population", "sex"] } else { &["sex"] };
        let options = PublishOptions {
            by: by.iter().map(|&of| of.to_owned()).collect(),
            ..PublishOptions::new(policy.clone(), "p")
        };
        let out = folder.path().join("out.vdx");
        publish(&view, &options, &out).unwrap();
        let file = Published::open(&out).unwrap();
        let found = |floor| {
            let beacon = Beacon::new(config(floor, "", ""), vec![file.clone()]).unwrap();
            let answer = ask(&beacon, "g_variants", "", Granularity::Record);
            if let Some(set) = answer.1["response"]["resultSets"].get(0) {
                let least = floor.max(policy.floor.people);
                assert_eq!(set["info"]["floor"]["people"], least);
            }
            records(&answer)
        };
        if !two {
            let shown = of_view(&view, &policy);
            for (id, populations) in found(0) {
                let of = shown.get(&id);
                prop_assert!(of.is_some(), "{} in {:?}", id, shown.keys());
                are_shown(&populations, of.unwrap());
            }
        }
        if floor <= policy.floor.people {
            return Ok(());
        }
        let may_be = |number: u64| number == 0 || number >= floor;
        for (id, populations) in found(floor) {
            let split: BTreeMap<&str, Option<[u64; 3]>> =
                populations.iter().map(|(label, of)| (label.as_str(), genotypes(of))).collect();
            prop_assert!(split.values().all(Option::is_some) || split.values().all(Option::is_none), "{} {:?}", id, populations);
            for (label, of) in &populations {
                prop_assert!(may_be(number(of, "alleleCount")), "{} {}", id, of);
                prop_assert_eq!(number(of, "alleleNumber") % (2 * floor), 0, "{} {} {}", id, label, of);
            }
            for of in split.values().flatten() {
                prop_assert!(of.iter().all(|of| may_be(*of)), "{} {:?}", id, split);
            }
            // where somebody was not looked at, there is no frequency
            if let (false, Some(Some(all))) = (two, split.get("Total")) {
                let parts = split.iter().filter(|(label, _)| **label != "Total").filter_map(|(_, of)| *of);
                let left = parts.fold(*all, |left, of| [0, 1, 2].map(|at| left[at].saturating_sub(of[at])));
                prop_assert!(left.iter().all(|of| may_be(*of)), "{} {:?}", id, split);
            }
        }
    }
}
