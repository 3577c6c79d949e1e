mod bad;
mod good;
pub(super) mod laws;
mod lists;
mod places;

use super::ast::*;
use super::build::CarrierOptions;
use crate::genome::Interval;
use std::time::{Duration, Instant};

#[test]
fn spans_are_those_of_the_atoms() {
    let text = "carriers( 22:1-5 &!filter: PASS , hom) | samples(a)";
    let Node::Or(parts) = GroupExpr::parse(text).unwrap().0 else {
        panic!("not an or");
    };
    let (Node::Atom(first), Node::Atom(second)) = (&parts[0], &parts[1]) else {
        panic!("not atoms");
    };
    assert_eq!(&text[second.at.clone()], "samples(a)");
    assert_eq!(
        &text[first.at.clone()],
        "carriers( 22:1-5 &!filter: PASS , hom)"
    );
    let GroupAtom::Carriers { of, .. } = &first.kind else {
        panic!("not carriers");
    };
    let Node::And(parts) = &of.0 else {
        panic!("not an and");
    };
    let (Node::Atom(region), Node::Not(filter)) = (&parts[0], &parts[1]) else {
        panic!("not a region and a negation");
    };
    let Node::Atom(filter) = &**filter else {
        panic!("not a filter");
    };
    assert_eq!(&text[region.at.clone()], "22:1-5");
    assert_eq!(&text[filter.at.clone()], "filter: PASS");
}

#[test]
fn nesting_is_limited() {
    let nested = |n: usize| format!("{}all{}", "(".repeat(n), ")".repeat(n));
    assert_eq!(VariantExpr::parse(&nested(100)), Ok(VariantExpr::all()));
    let error = VariantExpr::parse(&nested(101)).unwrap_err();
    assert_eq!(error.message, "parentheses nested deeper than 100");
    assert_eq!(error.at, 100..101);
    let within_carriers = |n: usize| format!("carriers({})", nested(n));
    assert_eq!(
        GroupExpr::parse(&within_carriers(99)),
        Ok(GroupExpr::carriers(VariantExpr::all()))
    );
    assert!(GroupExpr::parse(&within_carriers(100)).is_err());
}

#[test]
fn length_is_limited() {
    let text = "a".repeat((1 << 20) + 1);
    let error = VariantExpr::parse(&text).unwrap_err();
    assert!(
        error
            .message
            .starts_with("the expression has 1048577 bytes")
    );
    assert_eq!(
        VariantExpr::parse(&text[1..]),
        Ok(VariantExpr::name(&text[1..]))
    );
}

#[test]
fn what_a_builder_cannot_refuse_is_refused_as_text() {
    let refused = [
        VariantExpr::af().lt(f64::NAN),
        VariantExpr::af().lt(f64::INFINITY),
        VariantExpr::region("22", Interval { start: 5, end: 5 }),
        VariantExpr::region("22", Interval { start: -9, end: 5 }),
        VariantExpr::info("").present(),
    ];
    for built in refused {
        assert!(built.to_string().parse::<VariantExpr>().is_err(), "{built}");
    }
    let options = CarrierOptions::default().at_least(0);
    for built in [
        GroupExpr::samples([""; 0]),
        GroupExpr::carriers_with(VariantExpr::all(), options),
    ] {
        assert!(built.to_string().parse::<GroupExpr>().is_err(), "{built}");
    }
}

/// Quadratic time would take far longer.
#[test]
fn hostile_text_takes_linear_time() {
    let parts = [
        "(",
        ")",
        "!",
        "not ",
        "a|",
        "a&(",
        "1:",
        "1:1:A:",
        "A:1:",
        "-1-A",
        ":",
        "1,",
        "22:1,1",
        "<",
        "1:1:A:<",
        ">",
        "=",
        "\"",
        "\\",
        "\"\\\\",
        "\"a\" ",
        "samples(",
        "a,",
        "carriers(",
        "g.",
        ":g.",
        "[",
        "1:1:A:[",
        " ",
        "\u{3000}",
        "é",
        "info.",
        "af<1&",
        "and ",
        "@",
        ";",
        "é:",
    ];
    let prefixes = [
        "",
        "22:",
        "22:1,",
        "samples(",
        "\"",
        "carriers(",
        "carriers(all,",
        "begins(",
        "gene:(",
        "22:1",
        "af<",
        "info.",
        "a:1:A:",
        "x:g.",
    ];
    let start = Instant::now();
    for prefix in prefixes {
        for part in parts {
            let text = prefix.to_owned() + &part.repeat(((1 << 18) - prefix.len()) / part.len());
            let _ = VariantExpr::parse(&text);
            let _ = GroupExpr::parse(&text);
        }
    }
    assert!(start.elapsed() < Duration::from_secs(120));
}
