use super::tests::{free_names, open, stored};
use super::toy_tests::Toy;
use super::*;
use crate::model::{Coding, Person, Record, Recorded, Value};

/// The store of records of one person each: `p0`, `p1` and so on, without samples.
fn store_of(records: &[Record], terms: bool) -> People {
    let people: Vec<Person> = (0..)
        .zip(records)
        .map(|(i, record): (u32, _)| Person {
            id: format!("p{i}"),
            records: vec![record.clone()],
            ..Person::default()
        })
        .collect();
    let hierarchy = terms.then_some(&Toy as &dyn Hierarchy);
    let store = open(
        stored(write(&people, free_names(), hierarchy).unwrap()),
        terms,
    )
    .unwrap();
    store.verify().unwrap();
    store
}

fn recorded(scope: Scope, id: &str, label: &str) -> Record {
    Record {
        scope,
        term: Coding {
            id: id.to_owned(),
            label: label.to_owned(),
        },
        excluded: false,
        onset: None,
        end: None,
        severity: None,
        value: None,
    }
}

/// Who is found by a text; `None` where it names nothing, or several terms.
fn asked(store: &People, scope: Option<Scope>, text: &str) -> Option<Vec<u32>> {
    match store.find_term(text, scope, None).unwrap() {
        FoundTerm::One(term) => {
            let set = store.term_set(scope, &term, Recorded::Present).unwrap();
            Some(set.iter().collect())
        }
        _ => None,
    }
}

/// An id that no ontology knows was one term for each label and each spelling of its prefix, so that
/// questions for it answered with a part, or not at all.
#[test]
fn an_id_is_one_term_in_all_its_spellings() {
    let disease = |id: &str, label: &str| recorded(Scope::Disease, id, label);
    let records = [
        disease("ICD10:E11", "T2D"),
        disease("ICD-10:E11", "type 2 diabetes"),
        disease("icd10:e11", ""),
        disease("OMIMPS:601462", "a series"),
        disease("OMIM:PS601462", "the series"),
        disease("ICD10:E12", "T2D"),
        disease("", "t2d"),
        disease("", "Type 2 Diabetes"),
    ];
    for terms in [false, true] {
        let store = store_of(&records, terms);
        for text in ["ICD10:E11", "ICD-10:E11", "icd10who:E11"] {
            assert_eq!(asked(&store, None, text), Some(vec![0, 1, 2]), "{text}");
        }
        assert_eq!(asked(&store, None, "omim:ps601462"), Some(vec![3, 4]));
        assert_eq!(asked(&store, None, "A Series"), Some(vec![3, 4]));
        // of one id, and of whom nothing but the label is recorded
        assert_eq!(
            asked(&store, None, "type 2 diabetes"),
            Some(vec![0, 1, 2, 7])
        );
        let several = store.find_term("T2D", None, None).unwrap();
        assert!(
            matches!(&several, FoundTerm::Several(all) if all.len() == 2),
            "{several:?}"
        );
        let exactly = |text: &str| {
            let FoundTerm::One(term) = store.find_term(text, None, None).unwrap() else {
                panic!("{text}")
            };
            let set = store.term_set(None, &term, Recorded::Exactly).unwrap();
            set.iter().collect::<Vec<u32>>()
        };
        assert_eq!(exactly("ICD10:E11"), [0, 1, 2]);
        let counts = store.term_counts(None, None).unwrap();
        let shown: Vec<(&str, &str, u64)> = counts
            .iter()
            .map(|c| (c.id.as_str(), c.label.as_str(), c.people))
            .collect();
        let expected = [
            ("", "Type 2 Diabetes", 1),
            ("", "t2d", 1),
            ("ICD-10:E11", "type 2 diabetes", 3),
            ("ICD10:E12", "T2D", 1),
            ("OMIM:PS601462", "the series", 2),
        ];
        assert_eq!(shown, expected);
    }
}

/// A label of an ontology of which nothing is recorded hid the same label of what is.
#[test]
fn a_label_that_is_recorded_is_found() {
    let records = [
        recorded(Scope::Disease, "ICD10:E66", "Word 7"),
        recorded(Scope::Phenotype, "T:4", "anything"),
        recorded(Scope::Disease, "ICD10:E67", "odd"),
        recorded(Scope::Disease, "T:6", "a name of its own"),
        recorded(Scope::Disease, "X:1", "word 4"),
    ];
    let store = store_of(&records, true);
    // nothing is recorded of `T:7`, nor of any term that is odd
    assert_eq!(asked(&store, None, "word 7"), Some(vec![0]));
    assert_eq!(asked(&store, Some(Scope::Disease), "word 7"), Some(vec![0]));
    assert_eq!(asked(&store, Some(Scope::Disease), "ODD"), Some(vec![2]));
    // `T:1` and `T:3` are above recorded ones: but a label goes before synonyms
    assert_eq!(asked(&store, None, "odd"), Some(vec![2]));
    assert_eq!(
        asked(&store, Some(Scope::Disease), "a name of its own"),
        Some(vec![3])
    );
    // a term in one scope, another in the other
    assert_eq!(
        asked(&store, Some(Scope::Phenotype), "word 4"),
        Some(vec![1])
    );
    assert_eq!(asked(&store, Some(Scope::Disease), "word 4"), Some(vec![4]));
    assert_eq!(asked(&store, None, "word 4"), None);
    // of what is known nobody may have it
    assert_eq!(asked(&store, None, "word 9"), Some(vec![]));
    assert_eq!(
        store.find_term("nothing", None, None).unwrap(),
        FoundTerm::Nothing
    );
    // what several names mean, one of which is above the others
    let store = store_of(&[recorded(Scope::Phenotype, "T:7", "x")], true);
    assert_eq!(asked(&store, None, "odd"), Some(vec![0]));
}

#[test]
fn units_are_one_in_all_their_spellings() {
    let value = |number: f64, id: &str, label: &str| Record {
        value: Some(Value::Number {
            number,
            unit: Coding {
                id: id.to_owned(),
                label: label.to_owned(),
            },
        }),
        ..recorded(Scope::Measurement, "LOINC:4548-4", "HbA1c")
    };
    let above = |records: &[Record], unit: Option<&str>| -> Option<Vec<u32>> {
        let store = store_of(records, false);
        let FoundTerm::One(assay) = store.find_term("LOINC:4548-4", None, None).unwrap() else {
            panic!()
        };
        let units = store.units_of(&assay, None).unwrap();
        let unit = match unit {
            Some(unit) => Some(store.find_unit(&units, unit).unwrap()?),
            None if units.len() > 1 => return None,
            None => None,
        };
        let found = store
            .measurement_set(&assay, unit.as_ref(), |value| value > 6.0)
            .unwrap();
        Some(found.iter().collect())
    };
    let one = [
        value(7.0, "UCUM:%", "%"),
        value(8.0, "ucum:%", "percent"),
        value(5.0, "UCUM:%", ""),
    ];
    for unit in [None, Some("UCUM:%"), Some("%"), Some("Percent")] {
        assert_eq!(above(&one, unit), Some(vec![0, 1]), "{unit:?}");
    }
    let several = [
        value(7.0, "UCUM:%", "%"),
        value(7.0, "", ""),
        value(7.0, "UCUM:mg", "milligram"),
        value(7.0, "UCUM:Mg", "megagram"),
        value(7.0, "", "mg"),
        value(7.0, "", "Mg"),
        value(7.0, "", "%"),
    ];
    for (unit, expected) in [
        ("", Some(vec![1])),
        ("%", Some(vec![0, 6])),
        ("UCUM:%", Some(vec![0])),
        ("UCUM:mg", Some(vec![2])),
        ("UCUM:Mg", Some(vec![3])),
        ("mg", Some(vec![4])),
        ("Mg", Some(vec![5])),
        // either is meant
        ("MG", None),
        ("MEGAGRAM", Some(vec![3])),
        ("kg", None),
    ] {
        assert_eq!(above(&several, Some(unit)), expected, "{unit}");
    }
    assert_eq!(above(&several, None), None);
    // with ontologies: the unit itself, not what is more special, for that is in other numbers
    let records = [
        value(7.0, "T:2", ""),
        value(7.0, "T:4", ""),
        value(7.0, "T:5", ""),
    ];
    let store = store_of(&records, true);
    let FoundTerm::One(assay) = store.find_term("HbA1c", None, None).unwrap() else {
        panic!()
    };
    let units = store.units_of(&assay, None).unwrap();
    let unit = store.find_unit(&units, "T:2").unwrap();
    let found = store
        .measurement_set(&assay, unit.as_ref(), |_| true)
        .unwrap();
    assert_eq!(found.iter().collect::<Vec<u32>>(), [0]);
}
