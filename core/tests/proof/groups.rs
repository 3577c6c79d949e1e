//! Arbitrary expressions over arbitrary people and genotypes: the same people as by their meaning.

use crate::common::asked::{Asked, GENES, asked};
use crate::common::generate::{Cohort, INFO_KEYS, cohort};
use crate::common::oracle::Oracle;
use crate::common::people::{PHENOTYPES, POPULATIONS, People, SEXES, people};
use crate::common::{Folder, keeping};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;
use varidex::{Attribute, BuildOptions, Dataset};

/// A cohort, its people, and questions.
fn world() -> impl Strategy<Value = (Cohort, People, Vec<Asked>)> {
    cohort(1..24usize, 30).prop_flat_map(|cohort| {
        let samples = cohort.samples;
        (Just(cohort), people(samples), vec(asked(samples), 1..40))
    })
}

fn dataset(folder: &Folder, cohort: &str, people: &People) -> Dataset {
    let options = BuildOptions {
        genes: vec![folder.write("genes.bed", GENES)],
        ..keeping(&INFO_KEYS)
    };
    drop(folder.dataset(cohort, &options));
    let path = folder.path("dataset.vdx");
    people.load(folder, &path);
    Dataset::open(&path).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn people_are_who_they_are_said_to_be((cohort, people, questions) in world()) {
        let folder = Folder::new();
        let text = cohort.vcf();
        let oracle = Oracle::parse(&[&text]);
        let dataset = dataset(&folder, &text, &people);
        for question in &questions {
            let text = question.text(&oracle);
            let group = dataset.ask(&text).unwrap();
            let expected = question.eval(&people, &oracle);
            let samples: BTreeSet<u32> = group.samples().iter().collect();
            let wanted: BTreeSet<u32> =
                expected.iter().copied().filter(|s| *s < people.samples).collect();
            prop_assert_eq!(samples, wanted, "{}", &text);
            let ids = people.ids(&expected);
            prop_assert_eq!(group.count(), ids.len() as u64, "{}", &text);
            prop_assert_eq!(group.exists(), !ids.is_empty());
            prop_assert_eq!(dataset.explain(&text).unwrap().people, group.count());
            let mut found = group.ids().unwrap();
            if group.has_scores() {
                let scores = group.ranked().unwrap();
                let by = |n: usize| scores[n].1.unwrap_or(f64::NEG_INFINITY);
                prop_assert!((1..scores.len()).all(|n| by(n - 1) >= by(n)), "{:?}", &scores);
                found.sort_by_key(|id| ids.iter().position(|other| other == id));
            }
            prop_assert_eq!(found, ids, "{}", &text);
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn scores_are_those_of_the_formula(
        (cohort, people, _) in world(),
        profile in 1..1u32 << PHENOTYPES,
    ) {
        let folder = Folder::new();
        let oracle = Oracle::default();
        let dataset = dataset(&folder, &cohort.vcf(), &people);
        let information = people.information();
        let group = dataset.ask(&Asked::Similar(profile, 0.0).text(&oracle)).unwrap();
        prop_assert!(group.has_scores());
        let found = group.ranked().unwrap();
        let positive = people.people.iter().filter(|p| p.score(profile, &information) > 0.0);
        prop_assert_eq!(found.len(), positive.count(), "{:?}", &found);
        for (id, score) in found {
            let person = &people.people[id[1..].parse::<usize>().unwrap()];
            let expected = person.score(profile, &information);
            prop_assert!((score.unwrap() - expected).abs() < 1e-9, "{id}: {score:?}, {expected}");
        }
    }

    #[test]
    fn counts_by_attributes_are_those_of_each_group((cohort, people, questions) in world()) {
        let folder = Folder::new();
        let text = cohort.vcf();
        let oracle = Oracle::parse(&[&text]);
        let dataset = dataset(&folder, &text, &people);
        let question = &questions[0];
        let within = dataset.ask(&question.text(&oracle)).unwrap();
        let members = question.eval(&people, &oracle);
        let fields = [Attribute::Population, Attribute::Sex];
        let by = dataset.groups_by(&fields, Some(&within)).unwrap();
        // by bytes of the values, those without one last
        let mut populations: Vec<&str> = POPULATIONS.to_vec();
        populations.sort_unstable();
        let mut expected = Vec::new();
        for population in populations.into_iter().map(Some).chain([None]) {
            for sex in SEXES {
                let number = POPULATIONS.iter().position(|p| Some(*p) == population);
                let mut picked = people.of(|_, person| {
                    person.sex == sex
                        && number.map_or(person.populations == 0, |n| person.has(n))
                });
                if population.is_none() && sex.is_empty() {
                    let nobody = (0..).zip(people.subjects());
                    picked.extend(nobody.filter(|(_, own)| own.is_none()).map(|(s, _)| s));
                }
                let picked: BTreeSet<u32> = &picked & &members;
                if !picked.is_empty() {
                    let owned = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
                    expected.push((vec![population.map(str::to_owned), owned(sex)], picked));
                }
            }
        }
        let values = |n: usize| by.get(n).map(|(values, _)| values);
        for (number, (wanted, _)) in expected.iter().enumerate() {
            prop_assert_eq!(values(number), Some(wanted));
        }
        prop_assert_eq!(by.len(), expected.len());
        let groups: Vec<_> = by.iter().map(|(_, group)| group.clone()).collect();
        let mut variants = dataset.variants_by("all", &groups).unwrap();
        let mut rows = oracle.rows.iter();
        while let Some(mut variant) = variants.next().unwrap() {
            let row = rows.next().unwrap();
            for (number, (_, picked)) in expected.iter().enumerate() {
                let counts = variant.counts_of(number).unwrap();
                prop_assert_eq!(counts, row.counts(&|sample| picked.contains(&sample)));
            }
        }
        prop_assert!(rows.next().is_none());
    }
}
