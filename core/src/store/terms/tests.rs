//! Terms as they are asked for, closures by their rule, and bytes that are wrong.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::*;
use crate::format::ContainerWriter;
use crate::model::{Annotation, Mapping, Match, OntologySource, SourceTerm};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn stored(source: &OntologySource) -> (tempfile::TempDir, Terms) {
    let place = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    let file = Terms::write(source).unwrap();
    file.finish(FileKind::Terms, &mut bytes).unwrap();
    std::fs::write(place.path().join("x.terms"), bytes).unwrap();
    let terms = Terms::open(&Folder::on_disk(&place), "x.terms").unwrap();
    (place, terms)
}

pub(super) fn term(id: &str, label: &str, parents: &[&str], equivalents: &[&str]) -> SourceTerm {
    SourceTerm {
        id: id.to_owned(),
        label: label.to_owned(),
        parents: parents.iter().map(|&p| p.to_owned()).collect(),
        equivalents: equivalents.iter().map(|&p| p.to_owned()).collect(),
        ..SourceTerm::default()
    }
}

pub(super) fn ids_of(terms: &Terms, id: &str) -> Vec<String> {
    let number = terms.number(id).unwrap().unwrap();
    let closure = terms.closure(number).unwrap();
    closure.map(|t| terms.id(t).unwrap()).collect()
}

#[test]
fn terms_are_found_by_ids_labels_and_synonyms() {
    let mut weakness = term("HP:0003473", "Fatigable weakness", &["HP:0000118"], &[]);
    weakness.synonyms = vec!["weakness on exertion".into(), "Tiredness".into()];
    weakness.alternative = vec!["HP:0003999".into()];
    let mut old = term("HP:0000057", "obsolete thing", &[], &[]);
    old.obsolete = true;
    old.replaced_by = Some("HP:0003473".into());
    let source = OntologySource {
        terms: vec![
            term("HP:0000118", "Phenotypic abnormality", &[], &[]),
            weakness,
            old,
            term("HP:0000002", "Tiredness", &[], &[]),
        ],
        versions: vec![("hp.obo".into(), "2025".into())],
        ..OntologySource::default()
    };
    let (_place, terms) = stored(&source);
    let id = |text: &str| terms.number(text).unwrap().map(|t| terms.id(t).unwrap());
    let weakness = Some("HP:0003473".to_owned());
    for text in ["HP:0003473", "hp:0003473", "HP:0003999", "HP:0000057"] {
        assert_eq!(id(text), weakness, "{text}");
    }
    assert_eq!(id("HP:1"), None);
    let named = |text: &str| -> Vec<String> {
        let found = terms.named(text).unwrap();
        found.into_iter().map(|t| terms.id(t).unwrap()).collect()
    };
    assert_eq!(named("FATIGABLE weakness"), ["HP:0003473"]);
    assert_eq!(named("weakness on exertion"), ["HP:0003473"]);
    // a label wins over a synonym
    assert_eq!(named("tiredness"), ["HP:0000002"]);
    // what is obsolete is what replaces it, by its name as by its id, and is not proposed
    assert_eq!(named("Obsolete thing"), ["HP:0003473"]);
    assert_eq!(terms.suggest("obsolete thin").unwrap(), [""; 0]);
    let near = terms.suggest("fatigible weaknes").unwrap();
    assert_eq!(near, ["HP:0003473 (Fatigable weakness)"]);
    assert_eq!(
        terms.versions().unwrap(),
        [("hp.obo".to_owned(), "2025".to_owned())]
    );
    terms.verify().unwrap();
}

/// Two terms of HPO that share a code of SNOMED must not become one: a record of that code answers
/// for both, a record of one does not answer for the other.
#[test]
fn equivalences_lead_away_and_never_back() {
    let source = OntologySource {
        terms: vec![
            term("HP:1", "root", &[], &[]),
            term("HP:2", "a", &["HP:1"], &["SNOMEDCT_US:9"]),
            term("HP:3", "b", &["HP:1"], &["SNOMED:9"]),
            term("SNOMED:8", "broad", &[], &[]),
            term("SNOMED:9", "code", &["SNOMED:8"], &[]),
            term("ATC:L01", "drug", &[], &[]),
        ],
        mappings: vec![
            Mapping {
                subject: "ATC:L01".into(),
                relation: Match::Exact,
                object: "RxNorm:5".into(),
            },
            Mapping {
                subject: "NCIT:C1".into(),
                relation: Match::Exact,
                object: "RXNORM:5".into(),
            },
            Mapping {
                subject: "X:1".into(),
                relation: Match::Broad,
                object: "HP:2".into(),
            },
        ],
        ..OntologySource::default()
    };
    let (_place, terms) = stored(&source);
    assert_eq!(
        ids_of(&terms, "HP:2"),
        ["HP:1", "HP:2", "SNOMED:8", "SNOMED:9"]
    );
    assert_eq!(
        ids_of(&terms, "SNOMED:9"),
        ["HP:1", "HP:2", "HP:3", "SNOMED:8", "SNOMED:9"]
    );
    assert_eq!(
        ids_of(&terms, "ATC:L01"),
        ["ATC:L01", "NCIT:C1", "RxNorm:5"]
    );
    assert!(ids_of(&terms, "X:1").contains(&"HP:1".to_owned()));
    terms.verify().unwrap();
}

#[test]
fn what_is_more_general_than_itself_is_refused_and_told() {
    let source = OntologySource {
        terms: vec![
            term("A:1", "", &["A:2"], &[]),
            term("A:2", "", &["A:9", "A:3"], &[]),
            term("A:3", "", &["A:1"], &[]),
        ],
        ..OntologySource::default()
    };
    let error = Terms::write(&source).unwrap_err().to_string();
    assert!(error.contains("A:1 is_a A:2 is_a A:3 is_a A:1"), "{error}");
}

/// A term that is both the same as one of another vocabulary and narrower than it is no circle.
#[test]
fn mappings_that_contradict_are_taken_together() {
    let source = OntologySource {
        terms: vec![
            term("HP:1", "", &[], &["S:1"]),
            term("HP:2", "", &["HP:2"], &[]),
        ],
        mappings: vec![Mapping {
            subject: "S:1".into(),
            relation: Match::Broad,
            object: "HP:1".into(),
        }],
        ..OntologySource::default()
    };
    let (_place, terms) = stored(&source);
    assert_eq!(ids_of(&terms, "HP:1"), ["HP:1", "S:1"]);
    assert_eq!(ids_of(&terms, "S:1"), ["HP:1", "S:1"]);
    terms.verify().unwrap();
}

#[test]
fn information_and_members_of_diseases() {
    let annotation = |disease: &str, name: &str, phenotype: &str, excluded: bool| Annotation {
        disease: disease.to_owned(),
        name: name.to_owned(),
        phenotype: phenotype.to_owned(),
        frequency: 0.5,
        excluded,
        abnormality: true,
    };
    let source = OntologySource {
        terms: vec![
            term("HP:1", "root", &[], &[]),
            term("HP:2", "a", &["HP:1"], &[]),
            term("HP:3", "b", &["HP:1"], &[]),
            term("MONDO:1", "congenital myasthenic syndrome", &[], &[]),
            term("MONDO:2", "cms 4A", &["MONDO:1"], &["OMIM:1"]),
        ],
        annotations: vec![
            annotation(
                "OMIM:1",
                "Myasthenic syndrome, congenital, 4A",
                "HP:2",
                false,
            ),
            annotation(
                "OMIM:1",
                "Myasthenic syndrome, congenital, 4A",
                "HP:3",
                true,
            ),
            annotation("OMIM:2", "Other", "HP:3", false),
            annotation("ORPHA:7", "Not counted", "HP:2", false),
        ],
        ..OntologySource::default()
    };
    let (_place, terms) = stored(&source);
    let number = |id: &str| terms.number(id).unwrap().unwrap();
    let information = |id: &str| terms.information(number(id)).unwrap();
    assert_eq!(information("HP:1"), 0.0);
    assert!((information("HP:2") - 2f64.ln()).abs() < 1e-12);
    assert_eq!(
        terms.members(number("MONDO:1")).unwrap(),
        [number("OMIM:1")]
    );
    let like = terms
        .diseases_like("Congenital myasthenic SYNDROME")
        .unwrap();
    assert_eq!(like, [number("OMIM:1")]);
    let phenotypes = terms.phenotypes(number("OMIM:1")).unwrap();
    assert_eq!(phenotypes.len(), 2);
    assert!(phenotypes[1].excluded);
    terms.verify().unwrap();
}

/// By the rule of the specification, without anything clever.
fn closure_by_rule(source: &OntologySource, start: &str) -> BTreeSet<String> {
    let vocabulary = |id: &str| id.split(':').next().unwrap().to_owned();
    let parents = |id: &String| -> Vec<String> {
        let terms = source.terms.iter().filter(|term| term.id == *id);
        terms.flat_map(|term| term.parents.clone()).collect()
    };
    let same = |id: &String| -> Vec<String> {
        let own = source.terms.iter().filter(|term| term.id == *id);
        let own = own.flat_map(|term| term.equivalents.clone());
        let others = source
            .terms
            .iter()
            .filter(|term| term.equivalents.contains(id));
        own.chain(others.map(|term| term.id.clone())).collect()
    };
    // what all ways to a term have left, of the terms that are met
    let mut left: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    left.insert(start.to_owned(), BTreeSet::new());
    loop {
        let before = left.clone();
        for (term, own) in &before {
            let mut ways: Vec<(String, BTreeSet<String>)> = Vec::new();
            ways.extend(
                parents(term)
                    .into_iter()
                    .map(|parent| (parent, own.clone())),
            );
            let mut more = own.clone();
            more.insert(vocabulary(term));
            let others = same(term).into_iter().filter(|other| {
                vocabulary(other) != vocabulary(term) && !own.contains(&vocabulary(other))
            });
            ways.extend(others.map(|other| (other, more.clone())));
            for (other, way) in ways {
                let known = left.entry(other).or_insert_with(|| way.clone());
                *known = known.intersection(&way).cloned().collect();
            }
        }
        if left == before {
            return left.into_keys().collect();
        }
    }
}

/// Each way by itself: none comes back to a vocabulary that it has left. Exponential.
fn closure_by_ways(source: &OntologySource, start: &str) -> BTreeSet<String> {
    fn walk(
        source: &OntologySource,
        at: &str,
        left: &BTreeSet<String>,
        steps: u32,
        found: &mut BTreeSet<String>,
    ) {
        found.insert(at.to_owned());
        if steps == 0 {
            return;
        }
        let vocabulary = |id: &str| id.split(':').next().unwrap().to_owned();
        let mut more = left.clone();
        more.insert(vocabulary(at));
        for term in &source.terms {
            if term.id == at {
                for parent in &term.parents {
                    walk(source, parent, left, steps - 1, found);
                }
            }
            let same = term
                .equivalents
                .iter()
                .filter(|other| term.id == at || **other == at);
            for other in same {
                let other = if term.id == at { other } else { &term.id };
                if vocabulary(other) != vocabulary(at) && !left.contains(&vocabulary(other)) {
                    walk(source, other, &more, steps - 1, found);
                }
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(source, start, &BTreeSet::new(), 6, &mut found);
    found
}

/// Diseases in thirteen vocabularies, each with cross-references to all others, as Mondo,
/// DOID, EFO, Orphanet and NCIT have them together: there are 8,192 sets of vocabularies to leave.
#[test]
fn many_vocabularies_are_no_more_work_than_their_terms() {
    let id = |vocabulary: usize, disease: usize| format!("V{vocabulary}:{disease}");
    let terms = (0..13).flat_map(|v| (0..100).map(move |d| (v, d)));
    let terms: Vec<SourceTerm> = terms
        .map(|(v, d)| SourceTerm {
            equivalents: (0..13)
                .filter(|other| *other != v)
                .map(|other| id(other, d))
                .collect(),
            parents: (d > 0).then(|| id(v, d / 2)).into_iter().collect(),
            ..term(&id(v, d), "", &[], &[])
        })
        .collect();
    let source = OntologySource {
        terms,
        ..OntologySource::default()
    };
    let (_place, terms) = stored(&source);
    // the disease and the seven above it, in every vocabulary
    assert_eq!(ids_of(&terms, "V3:99").len(), 13 * 8);
    terms.verify().unwrap();
}

/// Layers of two vocabularies each: the number of ways doubles with each layer.
#[test]
fn many_ways_are_no_more_work_than_their_terms() {
    let mut terms = Vec::new();
    for layer in 0..400 {
        let next = format!("A{}:1", layer + 1);
        let (b, c) = (format!("B{layer}:1"), format!("C{layer}:1"));
        terms.push(term(&format!("A{layer}:1"), "", &[], &[&b, &c]));
        terms.push(term(&b, "", &[], &[&next]));
        terms.push(term(&c, "", &[], &[&next]));
    }
    let source = OntologySource {
        terms,
        ..OntologySource::default()
    };
    let (_place, terms) = stored(&source);
    assert_eq!(ids_of(&terms, "A0:1").len(), 1201);
}

#[test]
fn vocabularies_without_end_are_refused() {
    let terms = (0..3000).map(|n| term(&format!("V{n}:1"), "", &[], &[&format!("V{}:1", n + 1)]));
    let source = OntologySource {
        terms: terms.collect(),
        ..OntologySource::default()
    };
    let error = Terms::write(&source).unwrap_err().to_string();
    assert!(error.contains("3001 vocabularies"), "{error}");
}

/// A chain of 20,000 terms has 200 million pairs of a term and one above it: they were all stored.
#[test]
fn a_deep_chain_is_small() {
    let count = 20_000;
    let id = |n: u32| format!("T:{n:05}");
    let source = OntologySource {
        terms: (0..count)
            .map(|n: u32| SourceTerm {
                parents: n.checked_sub(1).map(id).into_iter().collect(),
                ..term(&id(n), "", &[], &[])
            })
            .collect(),
        ..OntologySource::default()
    };
    let (place, terms) = stored(&source);
    let size = std::fs::metadata(place.path().join("x.terms"))
        .unwrap()
        .len();
    assert!(size < 2_000_000, "{size}");
    for n in [0, 1, 126, 127, 128, 500, count - 1] {
        let closure: Vec<u32> = terms.closure(n).unwrap().collect();
        assert_eq!(closure, Vec::from_iter(0..=n));
        assert_eq!(terms.closure(n).unwrap().len(), closure.len());
    }
    terms.verify().unwrap();
}

/// What leads to a disease over closures that are walked.
#[test]
fn members_below_long_closures() {
    let id = |n: u32| format!("M:{n:03}");
    let mut terms: Vec<SourceTerm> = (0..300)
        .map(|n: u32| SourceTerm {
            parents: n.checked_sub(1).map(id).into_iter().collect(),
            ..term(&id(n), "", &[], &[])
        })
        .collect();
    terms.push(term("O:1", "", &[], &["M:250"]));
    terms.push(term("O:2", "", &[], &["M:003"]));
    let annotation = |disease: &str| Annotation {
        disease: disease.to_owned(),
        name: String::new(),
        phenotype: "HP:1".to_owned(),
        frequency: 1.0,
        excluded: false,
        abnormality: true,
    };
    let source = OntologySource {
        terms,
        annotations: ["O:1", "O:2", "M:299"].map(annotation).into(),
        ..OntologySource::default()
    };
    let (_place, terms) = stored(&source);
    let members = |id: &str| {
        let members = terms.members(terms.number(id).unwrap().unwrap()).unwrap();
        members
            .into_iter()
            .map(|m| terms.id(m).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(members("M:251"), ["M:299"]);
    assert_eq!(members("M:100"), ["M:299", "O:1"]);
    assert_eq!(members("M:003"), ["M:299", "O:1", "O:2"]);
    assert_eq!(members("O:1"), ["M:299", "O:1"]);
    terms.verify().unwrap();
}

#[test]
fn circles_are_found_wherever_they_are() {
    for (edges, circle) in [
        (
            &[(3, 4), (4, 5), (5, 3), (1, 3), (5, 2)][..],
            Some("A:3 is_a A:4 is_a A:5 is_a A:3"),
        ),
        (&[(1, 2), (2, 2), (2, 3)], None),
        (
            &[(9, 8), (8, 9), (1, 2), (2, 1)],
            Some("A:1 is_a A:2 is_a A:1"),
        ),
        (&[(1, 2), (1, 3), (2, 4), (3, 4), (4, 5)], None),
    ] {
        let terms = edges
            .iter()
            .map(|(a, b): &(u32, u32)| term(&format!("A:{a}"), "", &[&format!("A:{b}")], &[]));
        let source = OntologySource {
            terms: terms.collect(),
            ..OntologySource::default()
        };
        match (Terms::write(&source), circle) {
            (Ok(_), None) => {}
            (Err(error), Some(circle)) => {
                assert!(error.to_string().ends_with(circle), "{error}");
            }
            (_, circle) => panic!("{circle:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Terms of five vocabularies, related in any way.
    #[test]
    fn closures_are_what_their_rule_says(
        parents in prop::collection::vec((0u32..25, 0u32..25), 0..25),
        equivalents in prop::collection::vec((0u32..25, 0u32..25), 0..25),
    ) {
        let id = |n: u32| format!("v{}:{:02}", n % 5, n);
        let terms = (0..25).map(|n| SourceTerm {
            // always to lower numbers, so that there is no circle
            parents: parents.iter().filter(|(a, b)| *a.max(b) == n && a != b).map(|(a, b)| id(*a.min(b))).collect(),
            equivalents: equivalents.iter().filter(|(a, _)| *a == n).map(|(_, b)| id(*b)).collect(),
            ..term(&id(n), "", &[], &[])
        });
        let source = OntologySource { terms: terms.collect(), ..OntologySource::default() };
        let (_place, terms) = stored(&source);
        for n in 0..25 {
            let found: BTreeSet<String> = ids_of(&terms, &id(n)).into_iter().collect();
            prop_assert_eq!(&found, &closure_by_rule(&source, &id(n)), "{}", id(n));
            let ways = closure_by_ways(&source, &id(n));
            prop_assert!(ways.is_subset(&found), "{}: {ways:?}, not {found:?}", id(n));
            // a term answers what is more general does
            for parent in source.terms[n as usize].parents.iter() {
                let of_parent: BTreeSet<String> = ids_of(&terms, parent).into_iter().collect();
                prop_assert!(of_parent.is_subset(&found), "{} is_a {parent}", id(n));
            }
            // no walk is longer for being stored
            let number = terms.number(&id(n)).unwrap().unwrap();
            let walked = terms.walked(number).unwrap();
            prop_assert_eq!(walked.to_vec(), terms.closure(number).unwrap().collect::<Vec<u32>>());
        }
        terms.verify().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Without equivalences a closure is what can be reached.
    #[test]
    fn closures_are_reachability(edges in prop::collection::vec((0u32..40, 0u32..40), 0..80)) {
        let parents = |n: u32| -> Vec<String> {
            // always to lower numbers, so that there is no circle
            edges.iter().filter(|(a, b)| *a.max(b) == n && a != b).map(|(a, b)| format!("T:{:02}", a.min(b))).collect()
        };
        let source = OntologySource {
            terms: (0..40).map(|n| SourceTerm { id: format!("T:{n:02}"), parents: parents(n), ..SourceTerm::default() }).collect(),
            ..OntologySource::default()
        };
        let (_place, terms) = stored(&source);
        for n in 0..40u32 {
            let mut reached = BTreeSet::from([n]);
            for _ in 0..40 {
                for (a, b) in &edges {
                    if a != b && reached.contains(a.max(b)) {
                        reached.insert(*a.min(b));
                    }
                }
            }
            let closure: BTreeSet<u32> = terms.closure(n).unwrap().collect();
            prop_assert_eq!(closure, reached);
        }
        terms.verify().unwrap();
    }

    /// Bytes with right checksums that are not what was written give errors at the most.
    #[test]
    fn bent_bytes_never_panic(at in any::<prop::sample::Index>(), bits in 1u8..) {
        let source = OntologySource {
            terms: vec![term("HP:1", "root", &[], &["X:1"]), term("HP:2", "a", &["HP:1"], &[])],
            annotations: vec![Annotation { disease: "OMIM:1".into(), name: "d".into(), phenotype: "HP:2".into(), frequency: 1.0, excluded: false, abnormality: true }],
            versions: vec![("a".into(), "b".into())],
            ..OntologySource::default()
        };
        let mut file = ContainerWriter::default();
        let written = Terms::write(&source).unwrap();
        let sections: Vec<_> = written.sections().map(|(kind, bytes)| (kind, bytes.to_vec())).collect();
        let total: usize = sections.iter().map(|(_, bytes)| bytes.len()).sum();
        let mut at = at.index(total);
        for (kind, mut bytes) in sections {
            if at < bytes.len() {
                bytes[at] ^= bits;
                at = usize::MAX;
            } else if at != usize::MAX {
                at -= bytes.len();
            }
            file.add(kind, bytes);
        }
        let place = tempfile::tempdir().unwrap();
            let mut bytes = Vec::new();
        file.finish(FileKind::Terms, &mut bytes).unwrap();
        std::fs::write(place.path().join("x.terms"), bytes).unwrap();
        if let Ok(terms) = Terms::open(&Folder::on_disk(&place), "x.terms") {
            for id in ["HP:1", "HP:2", "OMIM:1", "root"] {
                if let Ok(Some(term)) = terms.number(id) {
                    let _ = terms.closure(term).map(Iterator::count);
                    let _ = terms.information(term);
                    let _ = terms.members(term);
                    let _ = terms.phenotypes(term);
                }
                let _ = terms.named(id);
                let _ = terms.diseases_like(id);
            }
            let _ = terms.suggest("HP:3");
            let _ = terms.verify();
        }
    }
}
