//! Lists of values, which every field takes.

use super::super::atoms::{Content, Entry};
use super::super::parse::{Language, parse};
use super::*;
use crate::model::{Attribute, Scope};
use std::fmt::Debug;

/// Each field of the table with a list says what its values say between `|`.
fn fields_take_lists<K: Language + PartialEq + Debug>(from_json: fn(&str) -> Node<K>) -> usize {
    let mut tried = 0;
    for field in K::table().filter(Entry::is_field) {
        let name = field.name;
        let known = K::values(&field);
        let values = match known[..] {
            [] => vec!["abc", "d:e", "f-g"],
            _ => known,
        };
        let apart: Vec<String> = values
            .iter()
            .map(|value| format!("{name}:{value}"))
            .collect();
        let apart = parse::<K>(&apart.join(" | ")).unwrap();
        let list = format!("{name}:({})", values.join(", "));
        assert_eq!(parse::<K>(&list).unwrap(), apart, "{list}");
        let spaced = format!(
            "{} : (\"{}\" ,)",
            name.to_uppercase(),
            values.join("\" , \"")
        );
        let spaced = spaced.replacen(" :", ":", 1);
        assert_eq!(parse::<K>(&spaced).unwrap(), apart, "{spaced}");
        // one value is no list
        let one = format!("{name}:({})", values[0]);
        let alone = format!("{name}:{}", values[0]);
        assert_eq!(parse::<K>(&one).unwrap(), parse::<K>(&alone).unwrap());
        // in JSON an array
        let json = serde_json::json!({ name: values }).to_string();
        assert_eq!(from_json(&json), apart, "{json}");
        if let Content::Choice(_) = field.content {
            let message = parse::<K>(&format!("{name}:({}, nothing)", values[0])).unwrap_err();
            assert!(message.message.contains("`nothing`"), "{message}");
        }
        tried += 1;
    }
    tried
}

#[test]
fn every_field_takes_a_list() {
    let variants = |json: &str| VariantExpr::from_json(json).unwrap().0;
    assert_eq!(fields_take_lists::<VariantAtom>(variants), 9);
    let people = |json: &str| GroupExpr::from_json(json).unwrap().0;
    assert!(fields_take_lists::<GroupAtom>(people) > 12);
    let built = VariantExpr::any_of(["A", "B"].map(VariantExpr::gene));
    assert_eq!(built, "gene:(A, B)".parse().unwrap());
    assert_eq!(built.to_string(), "gene:A | gene:B");
    assert_eq!(VariantExpr::any_of([]).to_string(), "!all");
    let people = ["FIN", "GBR"].map(|of| GroupExpr::attribute(Attribute::Population, of));
    assert_eq!(
        GroupExpr::any_of(people),
        "population:(FIN,GBR)".parse().unwrap()
    );
    let terms = GroupExpr::term_as(Scope::Disease, "OMIM:1");
    assert_eq!(GroupExpr::any_of([terms.clone()]), terms);
}

/// Places are those of the values, for errors when names are looked up.
#[test]
fn values_of_a_list_have_their_places() {
    let text = "!gene:( A, \"B C\") & 22";
    let Node::And(parts) = VariantExpr::parse(text).unwrap().0 else {
        panic!("not an and");
    };
    let Node::Not(list) = &parts[0] else {
        panic!("not a negation");
    };
    let Node::Or(values) = &**list else {
        panic!("not a list");
    };
    let places = values.iter().map(|value| match value {
        Node::Atom(atom) => &text[atom.at.clone()],
        _ => panic!("no value"),
    });
    assert_eq!(places.collect::<Vec<_>>(), ["A", "\"B C\""]);
}

#[test]
fn lists_within_others() {
    let same = [
        (
            "carriers(gene:(A,B), het)",
            "carriers(gene:A | gene:B, het)",
        ),
        (
            "af(population:(FIN,GBR))<0.1",
            "af(population:FIN | population:GBR)<0.1",
        ),
    ];
    let parsed = |text: &str| {
        GroupExpr::parse(&format!("carriers({text})")).or_else(|_| GroupExpr::parse(text))
    };
    for (list, apart) in same {
        assert_eq!(parsed(list).unwrap(), parsed(apart).unwrap(), "{list}");
    }
    let bad = [
        ("gene:()", "`gene:(…)` names nothing"),
        ("gene:(A", "missing closing parenthesis"),
        ("gene:(A B)", "expected a comma or `)`, found `B`"),
        ("gene:(A | B)", "expected a comma or `)`, found `|`"),
        ("gene:(\" \")", "a name of no letters"),
        ("type:(@f)", "`@` marks a file"),
    ];
    for (text, message) in bad {
        let error = VariantExpr::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{text}: {error}");
    }
    let error = GroupExpr::parse("carriers(gene:A, B)").unwrap_err();
    assert_eq!(error.candidates[0], "gene:(A, B)");
}
