//! What holds of every answer: no rule that spares work changes one, and a filter picks what is shown.

use super::Counts;
use super::exec::run;
use super::exec::variants::Variants;
use super::expr::{GroupExpr, VariantExpr};
use super::group::Group;
use super::plan::admit::admit;
use super::plan::bind::Binder;
use super::plan::rules::Rules;
use crate::cohort::View;
use crate::error::Result;
use crate::maintain::mask_questions::{GROUPS, VARIANTS};
use crate::maintain::mask_tests::cohort;
use proptest::prelude::*;
use std::fmt::Write as _;

/// Questions beside those of single parts: of parts that must hold together, in alternatives, and negated.
fn joined() -> impl Strategy<Value = String> {
    let part = || {
        let who = (0..GROUPS.len()).prop_map(|n| format!("({})", GROUPS[n]));
        let carriers = (0..VARIANTS.len(), 1..3u32)
            .prop_map(|(n, least)| format!("carriers({}, at_least: {least})", VARIANTS[n]));
        let covered =
            (0..VARIANTS.len()).prop_map(|n| format!("carriers(gene:BBB & ({}))", VARIANTS[n]));
        let any = prop_oneof![3 => who, 1 => carriers, 1 => covered];
        (any, prop::bool::weighted(0.2)).prop_map(|(part, not)| match not {
            true => format!("!{part}"),
            false => part,
        })
    };
    let both = || (part(), part()).prop_map(|(a, b)| format!("({a} & {b})"));
    prop_oneof![
        both(),
        (part(), part(), part()).prop_map(|(a, b, c)| format!("{a} & {b} & {c}")),
        (both(), part()).prop_map(|(a, b)| format!("{a} | {b}")),
        (both(), both(), part()).prop_map(|(a, b, c)| format!("({a} | {b}) & {c}")),
    ]
}

/// Who is picked by some rules, with scores.
fn people(view: &View, who: &str, rules: Rules) -> Result<String> {
    let of: GroupExpr = who.parse()?;
    let plan = Binder::new(view, who).with_rules(rules).group(&of)?;
    let found = run::group(view, admit(view, plan)?, false)?;
    let group = Group::of_found(view, found, String::new())?;
    Ok(format!("{} {:?}", group.count(), group.ranked()?))
}

/// Which variants are picked by some rules, with counts.
fn variants(view: &View, of: &str, rules: Rules) -> Result<String> {
    let read: VariantExpr = of.parse()?;
    let plan = Binder::new(view, of).with_rules(rules).variants(&read)?;
    let mut found = Variants::new(view, run::variants(view, admit(view, plan)?)?, None)?;
    let mut text = String::new();
    while let Some(mut variant) = found.next()? {
        let (name, counts) = (variant.names()?.vcf, variant.counts()?);
        writeln!(text, "{name:?} {counts:?}").unwrap();
    }
    Ok(text)
}

/// What one rule less, and all less, must not change.
fn fewer() -> impl Iterator<Item = Rules> {
    let one = Rules::EACH.into_iter().map(|rule| Rules::ALL.without(rule));
    let none = Rules::EACH.into_iter().fold(Rules::ALL, Rules::without);
    one.chain([none])
}

/// What is planned is what is done then, and no part picks more people than was said.
fn is_done_as_planned(view: &View, who: &str) -> Result<(), TestCaseError> {
    let plan = view.plan(who).unwrap();
    let planned = plan.parts().to_vec();
    let done = plan.run().unwrap();
    let what: Vec<&str> = planned.iter().map(|part| part.what.as_str()).collect();
    let steps: Vec<&str> = done.steps.iter().map(|step| step.what.as_str()).collect();
    prop_assert_eq!(what, steps, "{}", who);
    for (part, step) in planned.iter().zip(&done.steps) {
        prop_assert!(
            part.individuals.is_none_or(|most| step.individuals <= most),
            "{} {}",
            who,
            part
        );
        // rows of other batches join the variants of candidates
        let rows = part.candidate_rows.unwrap_or(0);
        prop_assert!(
            rows <= step.candidate_rows || step.candidate_rows == 0,
            "{} {}",
            who,
            part
        );
    }
    Ok(())
}

/// A number of a variant as it is shown.
fn number(counts: &Counts, field: &str) -> Option<f64> {
    Some(match field {
        "ac" => counts.ac as f64,
        "an" => counts.an? as f64,
        "af" => counts.af()?,
        "n_het" => counts.n_het as f64,
        "n_hom" => counts.n_hom as f64,
        "n_hemi" => counts.n_hemi as f64,
        _ => counts.n_missing? as f64,
    })
}

fn holds(left: Option<f64>, comparison: &str, right: f64) -> bool {
    left.is_some_and(|left| match comparison {
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        ">=" => left >= right,
        "=" => left == right,
        _ => left != right,
    })
}

/// The variants of a question in their order, each by its names, with what is shown of it: in all, or in a group.
fn shown(view: &View, of: &str, group: Option<&Group>) -> Result<Vec<(String, Counts)>> {
    let mut variants = match group {
        Some(group) => view.variants_in(of, group)?,
        None => view.variants(of)?,
    };
    let mut all = Vec::new();
    while let Some(mut variant) = variants.next()? {
        let contig = variant.contig();
        let name = format!(
            "{contig} {:?} {:?}",
            variant.position()?,
            variant.alleles()?
        );
        all.push((name, variant.counts()?));
    }
    Ok(all)
}

const FIELDS: [&str; 7] = ["ac", "an", "af", "n_het", "n_hom", "n_hemi", "n_missing"];
const COMPARISONS: [&str; 6] = ["<", "<=", ">", ">=", "=", "!="];
/// Groups that numbers are counted in.
const WITHIN: [&str; 4] = [
    "sex:female",
    "HP:0000118",
    "carriers(ac>=2)",
    "!population:FIN",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_plan_with_any_rule_off_is_the_plan_with_it_on(
        cohort in cohort(),
        joined in prop::collection::vec(joined(), 12),
    ) {
        let place = tempfile::tempdir().unwrap();
        let everybody = cohort.write(&place.path().join("all"), None).unwrap();
        for view in [&everybody, &cohort.masked(&everybody)] {
            let mut answered = 0;
            for who in GROUPS.into_iter().chain(joined.iter().map(String::as_str)) {
                let expected = people(view, who, Rules::ALL).ok();
                answered += u32::from(expected.is_some());
                for rules in fewer() {
                    let found = people(view, who, rules).ok();
                    prop_assert_eq!(&found, &expected, "{} {:?}", who, rules);
                }
                if expected.is_some() {
                    is_done_as_planned(view, who)?;
                }
            }
            for of in VARIANTS {
                let expected = variants(view, of, Rules::ALL).ok();
                answered += u32::from(expected.is_some());
                for rules in fewer() {
                    let found = variants(view, of, rules).ok();
                    prop_assert_eq!(&found, &expected, "{} {:?}", of, rules);
                }
            }
            prop_assert!(answered > 20, "{}", answered);
        }
    }

    #[test]
    fn a_filter_picks_what_is_shown(
        cohort in cohort(),
        asked in prop::collection::vec((0..FIELDS.len(), 0..COMPARISONS.len(), 0..7u32, 0..=WITHIN.len()), 24),
    ) {
        let place = tempfile::tempdir().unwrap();
        let everybody = cohort.write(&place.path().join("all"), None).unwrap();
        for view in [&everybody, &cohort.masked(&everybody)] {
            for (field, comparison, value, within) in &asked {
                let (field, comparison) = (FIELDS[*field], COMPARISONS[*comparison]);
                let value = match field {
                    "af" => f64::from(*value) / 6.0,
                    _ => f64::from(*value),
                };
                let within = WITHIN.get(*within);
                let of = within.map_or(String::new(), |within| format!("({within})"));
                let question = format!("{field}{of}{comparison}{value}");
                let group = within.map(|within| view.ask(*within)).transpose();
                // a term that nobody has is no term here
                let Ok(group) = group else {
                    prop_assert!(view.variants(question.as_str()).is_err(), "{}", question);
                    continue;
                };
                let all = shown(view, "all", group.as_ref()).unwrap();
                let mut expected = all;
                expected.retain(|(_, counts)| holds(number(counts, field), comparison, value));
                let found = shown(view, question.as_str(), group.as_ref()).unwrap();
                prop_assert_eq!(found, expected, "{}", question);
            }
        }
    }

    #[test]
    fn groups_counted_together_have_the_counts_of_each_alone(
        cohort in cohort(),
        picked in prop::collection::vec(0..GROUPS.len(), 2..20),
    ) {
        let place = tempfile::tempdir().unwrap();
        let everybody = cohort.write(&place.path().join("all"), None).unwrap();
        for view in [&everybody, &cohort.masked(&everybody)] {
            let asked = picked.iter().filter_map(|n| view.ask(GROUPS[*n]).ok());
            let together: Vec<Group> = asked.collect();
            let mut alone = Vec::new();
            for group in &together {
                alone.push(shown(view, "all", Some(group)).unwrap());
            }
            let mut variants = view.variants_by("all", &together).unwrap();
            let mut row = 0;
            while let Some(mut variant) = variants.next().unwrap() {
                for (number, alone) in alone.iter().enumerate() {
                    prop_assert_eq!(variant.counts_of(number).unwrap(), alone[row].1, "{}", number);
                }
                row += 1;
            }
            prop_assert!(alone.iter().all(|alone| alone.len() == row));
        }
    }
}
