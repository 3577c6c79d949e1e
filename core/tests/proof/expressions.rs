//! Arbitrary expressions over arbitrary cohorts: the same variants and people as by their meaning.

use crate::common::check::{compare, group_of};
use crate::common::expression::expression;
use crate::common::generate::{INFO_KEYS, cohort};
use crate::common::oracle::{Oracle, Row, carriers};
use crate::common::{Folder, keeping};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;
use varidex::Dataset;

/// A header contig that has no record is a contig all the same.
const CONTIGS: [&str; 3] = ["1", "chr2", "X"];

fn ask(dataset: &Dataset, text: &str) -> BTreeSet<u32> {
    let group = dataset.ask(text).unwrap();
    let found: BTreeSet<u32> = group.samples().iter().collect();
    assert_eq!(group.count(), found.len() as u64);
    assert_eq!(group.exists(), !found.is_empty());
    assert_eq!(dataset.explain(text).unwrap().people, group.count());
    let names: Vec<String> = found.iter().map(|n| format!("S{n}")).collect();
    assert_eq!(group.ids().unwrap(), names);
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn expressions_pick_what_they_say(
        cohort in cohort(1..30usize, 60),
        expressions in vec(expression(), 12),
        zygosity in select(vec![None, Some("het"), Some("hom"), Some("hemi")]),
        at_least in 1..4usize,
        members in vec(any::<u16>(), 0..10),
    ) {
        let folder = Folder::new();
        let text = cohort.vcf();
        let oracle = Oracle::parse(&[&text]);
        prop_assert!(CONTIGS.iter().all(|name| oracle.contigs.iter().any(|c| c == name)));
        let dataset = folder.dataset(&text, &keeping(&INFO_KEYS));
        let everybody: BTreeSet<u32> = oracle.all().into_iter().collect();
        let members: BTreeSet<u32> =
            members.iter().map(|n| u32::from(*n) % cohort.samples as u32).collect();
        let group = group_of(&dataset, &members.iter().copied().collect::<Vec<_>>());
        for expression in &expressions {
            let text = expression.text(&oracle);
            let rows: Vec<&Row> =
                oracle.rows.iter().filter(|row| expression.eval(row, &oracle)).collect();
            compare(&mut dataset.variants(&text).unwrap(), &rows, &everybody);
            compare(&mut dataset.variants_in(&text, &group).unwrap(), &rows, &members);

            let option = zygosity.map_or(String::new(), |zygosity| format!(", {zygosity}"));
            let found = ask(&dataset, &format!("carriers({text}{option})"));
            prop_assert_eq!(&found, &carriers(&rows, zygosity, 1, |sample| sample));
            let found = ask(&dataset, &format!("carriers({text}{option}, at_least: {at_least})"));
            prop_assert_eq!(found, carriers(&rows, zygosity, at_least, |sample| sample));
            let found = ask(&dataset, &format!("!carriers({text})"));
            let none: BTreeSet<u32> =
                everybody.difference(&carriers(&rows, None, 1, |sample| sample)).copied().collect();
            prop_assert_eq!(found, none);
        }
        if let [a, b, ..] = &expressions[..] {
            let of = |rows: &dyn Fn(&Row) -> bool| {
                let rows: Vec<&Row> = oracle.rows.iter().filter(|row| rows(row)).collect();
                carriers(&rows, None, 1, |sample| sample)
            };
            let (x, y) = (of(&|row| a.eval(row, &oracle)), of(&|row| b.eval(row, &oracle)));
            let (a, b) = (a.text(&oracle), b.text(&oracle));
            let found = ask(&dataset, &format!("carriers({a}) & carriers({b})"));
            prop_assert_eq!(found, x.intersection(&y).copied().collect());
            let found = ask(&dataset, &format!("carriers({a}) | carriers({b})"));
            prop_assert_eq!(found, x.union(&y).copied().collect());
        }
    }
}

/// Long variants behind many short ones: found by the zone maps of pages and blocks.
#[test]
fn variants_that_reach_into_a_region_are_found() {
    let folder = Folder::new();
    let mut text = crate::common::header("1", &["S0", "S1"]);
    for position in 1..6_000 {
        let line = match position % 997 {
            0 => format!(
                "1\t{position}\t.\tA\t<DEL>\t.\t.\tEND={}\tGT\t0|1\t0|0\n",
                position * 3
            ),
            _ => format!("1\t{position}\t.\tA\tG\t.\t.\t.\tGT\t0|0\t1|0\n"),
        };
        text += &line;
    }
    let oracle = Oracle::parse(&[&text]);
    let dataset = folder.dataset(&text, &crate::common::options());
    let everybody: BTreeSet<u32> = oracle.all().into_iter().collect();
    for (from, to) in [
        (1, 1),
        (1_500, 1_500),
        (2_990, 2_995),
        (5_999, 6_500),
        (7_000, 20_000),
    ] {
        let reach = |row: &&Row| row.position <= to && row.end >= from;
        let rows: Vec<&Row> = oracle.rows.iter().filter(reach).collect();
        let region = format!("1:{from}-{to}");
        compare(&mut dataset.variants(&region).unwrap(), &rows, &everybody);
        let found = ask(&dataset, &format!("carriers({region})"));
        assert_eq!(found, carriers(&rows, None, 1, |sample| sample));
    }
}
