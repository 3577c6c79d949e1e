//! Random expressions about random cohorts against what they mean.

use crate::common::Folder;
use crate::common::generate::{INFO_KEYS, cohort};
use crate::meaning::choices::Choices;
use crate::meaning::expression::GroupExpr;
use crate::meaning::generate::{Asking, Kinds, Seeds, seeds};
use crate::meaning::{
    Cohort, World, compare_by, compare_origins, compare_pairs, compare_scores, compare_where,
    compare_who,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// So many cases, or as many as `PROPTEST_CASES` says.
fn cases(usual: u32) -> ProptestConfig {
    let reported = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: reported.unwrap_or(usual),
        max_shrink_iters: 1500,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Asks everything that the seeds ask of a world of theirs.
fn ask_all(seeds: &Seeds, kinds: Kinds) {
    ask(&seeds.world(kinds), &seeds.expressions, kinds);
}

fn ask(world: &World, expressions: &[Vec<u16>], kinds: Kinds) {
    let cohort = Cohort::new(world);
    let folder = Folder::new();
    let dataset = world.build(&folder);
    let asking = Asking {
        cohort: &cohort,
        people: kinds.people,
        spelled: kinds.spelled,
    };
    for stream in expressions {
        let mut choices = Choices::new(stream);
        match choices.below(if kinds.people { 12 } else { 8 }) {
            0 | 1 => {
                let of = asking.variants(&mut choices, 3);
                let group = choices.once_in(2).then(|| asking.people(&mut choices, 1));
                compare_where(&cohort, &dataset, &of, group.as_ref());
            }
            2 => compare_pairs(&cohort, &dataset, &asking.variants(&mut choices, 2)),
            3 => {
                let of = asking.variants(&mut choices, 2);
                compare_who(
                    &cohort,
                    &dataset,
                    &GroupExpr::Carriers(of, Default::default()),
                );
            }
            8 => {
                let all = [
                    "sex",
                    "population",
                    "cohort",
                    "country",
                    "family",
                    "affected",
                    "karyotype",
                    "dataset",
                ];
                let names: Vec<&str> = (0..1 + choices.below(2))
                    .map(|_| *choices.of(&all))
                    .collect();
                compare_by(&cohort, &dataset, &names, &asking.people(&mut choices, 1));
            }
            9 => compare_origins(&cohort, &dataset),
            10 | 11 => compare_scores(&cohort, &dataset, &asking.similar(&mut choices)),
            _ => compare_who(&cohort, &dataset, &asking.people(&mut choices, 3)),
        }
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn of_variants(seeds in seeds(12, 0, 24)) {
        ask_all(&seeds, Kinds::default());
    }

    #[test]
    fn of_odd_files(cohort in cohort(1..12usize, 30), expressions in vec(vec(any::<u16>(), 0..48), 1..24)) {
        let mut world = World::of_texts(&[cohort.vcf()]);
        world.keys.retain(|(key, _, _)| INFO_KEYS.contains(&key.as_str()));
        ask(&world, &expressions, Kinds::default());
    }

    #[test]
    fn of_annotated_variants(seeds in seeds(10, 0, 24)) {
        ask_all(&seeds, Kinds { annotated: true, ..Kinds::default() });
    }

    #[test]
    fn of_spellings(seeds in seeds(8, 0, 24)) {
        ask_all(&seeds, Kinds { spelled: true, ..Kinds::default() });
    }

    #[test]
    fn of_repeated_records(seeds in seeds(8, 4, 24)) {
        ask_all(&seeds, Kinds { repeated: true, people: true, aliases: true, ..Kinds::default() });
    }

    #[test]
    fn of_people(seeds in seeds(8, 6, 24)) {
        ask_all(&seeds, Kinds { people: true, ..Kinds::default() });
    }
}
