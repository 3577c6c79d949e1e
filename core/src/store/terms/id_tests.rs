//! What is one term by its ids.

use super::tests::{ids_of, stored, term};
use crate::model::{Annotation, OntologySource};

/// HPO has obsolete terms of which the ids another term has among its own: people recorded with such an id
/// were found by neither.
#[test]
fn an_alternative_id_with_an_obsolete_term_of_its_own() {
    let mut known = term("HP:0003077", "Hyperlipidemia", &[], &[]);
    known.alternative = vec![
        "HP:0008356".into(),
        "HP:0000009".into(),
        "HP:0000010".into(),
    ];
    let obsolete = |id: &str| {
        let mut old = term(id, &format!("obsolete {id}"), &[], &[]);
        old.obsolete = true;
        old
    };
    let mut replaced = obsolete("HP:0000009");
    replaced.replaced_by = Some("HP:0000002".into());
    let source = OntologySource {
        terms: vec![
            known,
            obsolete("HP:0008356"),
            replaced,
            term("HP:0000010", "in use", &[], &[]),
            term("HP:0000002", "other", &[], &[]),
            obsolete("HP:0000003"),
        ],
        ..OntologySource::default()
    };
    let (_place, terms) = stored(&source);
    let id = |text: &str| terms.id(terms.number(text).unwrap().unwrap()).unwrap();
    assert_eq!(id("HP:0008356"), "HP:0003077");
    assert_eq!(id("HP:0000009"), "HP:0000002");
    assert_eq!(id("HP:0000010"), "HP:0000010");
    assert_eq!(id("HP:0000003"), "HP:0000003");
    let named = terms.named("obsolete HP:0008356").unwrap();
    assert_eq!(terms.id(named[0]).unwrap(), "HP:0003077");
    terms.verify().unwrap();
}

/// Ids that differ in control characters alone were stored as two terms of one id, which verify refuses.
#[test]
fn ids_that_are_stored_alike_are_one_term() {
    let source = OntologySource {
        terms: vec![
            term("\0\0HP:0000002", "two", &[], &[]),
            term("HP:0000001", "one", &["\u{1}HP:0000002"], &[]),
            term("HP:0000002", "", &[], &[]),
        ],
        annotations: vec![Annotation {
            disease: "\u{2}OMIM:1".to_owned(),
            name: "a disease".to_owned(),
            phenotype: "HP:0000002\0".to_owned(),
            frequency: 1.0,
            excluded: false,
            abnormality: true,
        }],
        ..OntologySource::default()
    };
    let (_place, terms) = stored(&source);
    terms.verify().unwrap();
    assert_eq!(terms.len(), 3);
    assert_eq!(ids_of(&terms, "HP:0000001"), ["HP:0000001", "HP:0000002"]);
    let two = terms.number("HP:0000002").unwrap().unwrap();
    assert_eq!(terms.label(two).unwrap(), "two");
}
