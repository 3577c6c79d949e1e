//! Against plain arithmetic, and against the crate `hpo` on real profiles.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::*;
use crate::input::ontology::read_ontologies;
use crate::model::Level;
use crate::model::{Annotation, OntologySource, SourceTerm};
use crate::store::terms::stored;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn source(edges: &[(u32, u32)], annotations: &[(u32, u32)]) -> OntologySource {
    let id = |n: u32| format!("HP:{n:02}");
    OntologySource {
        terms: (0..30)
            .map(|n| SourceTerm {
                id: id(n),
                parents: edges
                    .iter()
                    .filter(|(a, b)| *a.max(b) == n && a != b)
                    .map(|(a, b)| id(*a.min(b)))
                    .collect(),
                ..SourceTerm::default()
            })
            .collect(),
        annotations: annotations
            .iter()
            .map(|&(disease, phenotype)| Annotation {
                disease: format!("OMIM:{disease}"),
                name: String::new(),
                phenotype: id(phenotype),
                frequency: 1.0,
                excluded: false,
                abnormality: true,
            })
            .collect(),
        ..OntologySource::default()
    }
}

fn information(terms: &Terms) -> Vec<f64> {
    (0..terms.len())
        .map(|term| terms.information(term).unwrap())
        .collect()
}

fn closed(terms: &Terms, of: &[u32]) -> BTreeSet<u32> {
    of.iter()
        .flat_map(|&term| terms.closure(term).unwrap().collect::<Vec<_>>())
        .collect()
}

fn some_terms() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::btree_set(0u32..30, 1..8).prop_map(Vec::from_iter)
}

/// Cross-references were counted as ancestors, so that a score depended on whether a term had some.
#[test]
fn jaccard_is_of_ancestors_alone() {
    let term = |id: &str, parents: &[&str], equivalents: &[&str]| SourceTerm {
        id: id.to_owned(),
        parents: parents.iter().map(|&p| p.to_owned()).collect(),
        equivalents: equivalents.iter().map(|&p| p.to_owned()).collect(),
        ..SourceTerm::default()
    };
    let source = OntologySource {
        terms: vec![
            term("HP:1", &[], &["UMLS:C0"]),
            term("HP:2", &["HP:1"], &[]),
            term("HP:3", &["HP:2"], &["UMLS:C1", "SNOMEDCT_US:1"]),
            term("HP:4", &["HP:2"], &[]),
            term("SNOMEDCT_US:1", &["SNOMEDCT_US:2"], &[]),
        ],
        ..OntologySource::default()
    };
    let (_place, terms) = stored(&source);
    let number = |id: &str| terms.number(id).unwrap().unwrap();
    let score = |profile: &str, person: &str| {
        let profile = Profile {
            phenotypes: vec![(number(profile), 1.0)],
        };
        let profiles = std::slice::from_ref(&profile);
        let mut scorer = Scorer::new(&terms, profiles, Measure::Jaccard, Vec::new()).unwrap();
        scorer.score(&[number(person)], &[]).unwrap()
    };
    assert_eq!(score("HP:4", "HP:3"), 0.5);
    assert_eq!(score("HP:3", "HP:4"), 0.5);
    assert_eq!(score("HP:3", "HP:3"), 1.0);
    assert_eq!(score("HP:2", "HP:1"), 0.5);
    // recorded in another vocabulary: as what means the same
    assert_eq!(score("HP:3", "SNOMEDCT_US:1"), 1.0);
    assert_eq!(score("HP:4", "SNOMEDCT_US:1"), 0.5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scores_are_what_their_formulas_say(
        edges in prop::collection::vec((0u32..30, 0u32..30), 10..60),
        annotations in prop::collection::vec((0u32..12, 0u32..30), 1..60),
        person in some_terms(),
        profile in some_terms(),
        weights in prop::collection::vec(0.0f64..=1.0, 8),
        excluded in some_terms(),
    ) {
        let (_place, terms) = stored(&source(&edges, &annotations));
        // ids ascend as numbers do, and the diseases come behind
        let ic = information(&terms);
        let of = |set: &BTreeSet<u32>| set.iter().map(|&t| ic[t as usize]).sum::<f64>();
        let plain = Profile { phenotypes: profile.iter().map(|&t| (t, 1.0)).collect() };
        let score = |profile: &Profile, measure, present: &[u32], excluded: &[u32]| {
            let profiles = std::slice::from_ref(profile);
            let mut scorer = Scorer::new(&terms, profiles, measure, ic.clone()).unwrap();
            scorer.score(present, excluded).unwrap()
        };
        let (p, q) = (closed(&terms, &person), closed(&terms, &profile));
        let union = of(&(&p | &q));
        let expected = if union > 0.0 { of(&(&p & &q)) / union } else { 0.0 };
        prop_assert!((score(&plain, Measure::SimGic, &person, &[]) - expected).abs() < 1e-9);
        let itself = score(&plain, Measure::SimGic, &profile, &[]);
        let wanted = if of(&q) > 0.0 { 1.0 } else { 0.0 };
        prop_assert!((itself - wanted).abs() < 1e-9);

        let weighted = Profile {
            phenotypes: profile.iter().copied().zip(weights.iter().copied()).collect(),
        };
        let weight = |t: u32| {
            let with = weighted.phenotypes.iter().filter(|(q, _)| closed(&terms, &[*q]).contains(&t));
            with.map(|(_, w)| *w).fold(0.0, f64::max)
        };
        let common: f64 = (&p & &q).iter().map(|&t| weight(t) * ic[t as usize]).sum();
        let all: f64 = q.iter().map(|&t| weight(t) * ic[t as usize]).sum();
        let only: f64 = p.iter().filter(|t| weight(**t) * ic[**t as usize] == 0.0).map(|&t| ic[t as usize]).sum();
        let expected = if common > 0.0 { common / (all + only) } else { 0.0 };
        prop_assert!((score(&weighted, Measure::SimGic, &person, &[]) - expected).abs() < 1e-9);

        for measure in [Measure::SimGic, Measure::Resnik, Measure::Lin, Measure::JiangConrath, Measure::Jaccard] {
            let without = score(&weighted, measure, &person, &[]);
            let mut last = without;
            for n in 1..=excluded.len() {
                let with = score(&weighted, measure, &person, &excluded[..n]);
                prop_assert!(with <= last + 1e-12, "{measure:?}");
                last = with;
            }
            prop_assert!(measure == Measure::Resnik || (0.0..=1.0 + 1e-12).contains(&without));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whoever reaches a score has one of the terms that are needed, and is not skipped; also where
    /// closures lead over equivalents, and information is what it may.
    #[test]
    fn nobody_who_reaches_the_score_is_skipped(
        edges in prop::collection::vec((0u32..30, 0u32..30), 10..60),
        equivalents in prop::collection::vec((0u32..30, 0u32..30), 0..12),
        ic in prop::collection::vec(prop_oneof![Just(0.0), 0.0f64..9.0], 30),
        profiles in prop::collection::vec(some_terms(), 1..4),
        weights in prop::collection::vec(0.0f64..=1.0, 8),
        people in prop::collection::vec(some_terms(), 1..12),
        excluded in some_terms(),
        least in prop_oneof![Just(0.0), 0.01f64..0.9],
    ) {
        let mut source = source(&edges, &[]);
        // a third of the terms are of another vocabulary, to which equivalences lead
        for term in &mut source.terms {
            for id in std::iter::once(&mut term.id).chain(&mut term.parents) {
                *id = id.replace("HP:2", "SNOMED:2");
            }
        }
        for (a, b) in equivalents.iter().filter(|(a, b)| a != b) {
            let id = source.terms[*b as usize].id.clone();
            source.terms[*a as usize].equivalents.push(id);
        }
        let (_place, terms) = stored(&source);
        let weighted = |of: &Vec<u32>| Profile {
            phenotypes: of.iter().copied().zip(weights.iter().copied()).collect(),
        };
        let profiles: Vec<Profile> = profiles.iter().map(weighted).collect();
        let mut scorer = Scorer::new(&terms, &profiles, Measure::SimGic, ic).unwrap();
        let needed: BTreeSet<u32> = scorer.needed(least).unwrap().unwrap().into_iter().collect();
        for person in &people {
            for excluded in [&[][..], &excluded] {
                let score = scorer.score(person, excluded).unwrap();
                if score >= least && score > 0.0 {
                    prop_assert!(!closed(&terms, person).is_disjoint(&needed), "{score}");
                    prop_assert!(scorer.may_reach(least, person).unwrap(), "{score}");
                }
            }
        }
    }
}

#[test]
fn levels_lie_within_each_other() {
    for (_, measure) in Measure::NAMES {
        for single in [false, true] {
            let [low, medium, high] = [Level::Low, Level::Medium, Level::High]
                .map(|level| level.threshold(measure, single));
            assert!(0.0 < low && low < medium && medium < high, "{measure:?}");
        }
    }
}

/// The crate `hpo` computes the same from the same files; but for terms that no disease has, of which the
/// Lin and Jiang-Conrath scores it lets exceed 1.
#[test]
fn real_profiles_are_as_similar_as_hpo_says() {
    use hpo::similarity::{GroupSimilarity, Jc, Lin, Resnik, StandardCombiner};
    use hpo::term::{HpoGroup, InformationContentKind};
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA") else {
        return eprintln!("skipped: VARIDEX_TEST_DATA is not set");
    };
    let folder = std::path::Path::new(&data).join("ontologies");
    let paths = ["hp.obo.gz", "phenotype.hpoa.gz"].map(|name| folder.join(name));
    let (_place, terms) = stored(&read_ontologies(&paths).unwrap());
    let place = tempfile::tempdir().unwrap();
    for name in [
        "hp.obo",
        "phenotype.hpoa",
        "phenotype_to_genes.txt",
        "genes_to_phenotype.txt",
    ] {
        let source = folder.join(format!("{name}.gz"));
        let text = match source.exists() {
            true => std::io::read_to_string(crate::input::open_text(&source).unwrap()).unwrap(),
            false => String::new(),
        };
        std::fs::write(place.path().join(name), text).unwrap();
    }
    let ontology = hpo::Ontology::from_standard(place.path().to_str().unwrap()).unwrap();
    let packets = std::path::Path::new(&data).join("people/phenopacket-store.ndjson.gz");
    let packets = std::io::read_to_string(crate::input::open_text(&packets).unwrap()).unwrap();
    let profiles: Vec<Vec<String>> = packets
        .lines()
        .step_by(150)
        .map(|line| {
            let packet: serde_json::Value = serde_json::from_str(line).unwrap();
            let features = packet["phenotypicFeatures"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            features
                .iter()
                .filter(|f| f["excluded"] != true)
                .map(|f| f["type"]["id"].as_str().unwrap().to_owned())
                .collect::<BTreeSet<String>>()
                .into_iter()
                .collect::<Vec<_>>()
        })
        .collect();
    let ic = information(&terms);
    let known = |id: &String| ic[terms.number(id).unwrap().unwrap() as usize] > 0.0;
    let profiles: Vec<Vec<String>> = profiles
        .into_iter()
        .map(|profile| profile.into_iter().filter(known).collect())
        .filter(|profile: &Vec<String>| profile.len() > 2)
        .take(24)
        .collect();
    for profile in &profiles {
        for id in profile {
            let term = ontology
                .hpo(hpo::HpoTermId::try_from(id.as_str()).unwrap())
                .unwrap();
            let theirs = f64::from(term.information_content().omim_disease());
            let ours = ic[terms.number(id).unwrap().unwrap() as usize];
            assert!((ours - theirs).abs() < 1e-6, "{id}: {ours}, not {theirs}");
        }
    }
    let kind = InformationContentKind::Omim;
    let group = |ids: &[String]| {
        let ids = ids
            .iter()
            .map(|id| hpo::HpoTermId::try_from(id.as_str()).unwrap());
        hpo::HpoSet::new(&ontology, ids.collect::<HpoGroup>())
    };
    let numbers = |ids: &[String]| -> Vec<u32> {
        ids.iter()
            .map(|id| terms.number(id).unwrap().unwrap())
            .collect()
    };
    let mut compared = 0;
    for a in &profiles {
        for b in &profiles {
            let (one, other) = (group(a), group(b));
            let theirs = |similarity: &dyn Fn() -> f32| f64::from(similarity());
            let bma = StandardCombiner::Bma;
            let all = [
                (
                    Measure::Resnik,
                    theirs(&|| {
                        GroupSimilarity::new(bma, Resnik::new(kind)).calculate(&one, &other)
                    }),
                ),
                (
                    Measure::Lin,
                    theirs(&|| GroupSimilarity::new(bma, Lin::new(kind)).calculate(&one, &other)),
                ),
                (
                    Measure::JiangConrath,
                    theirs(&|| GroupSimilarity::new(bma, Jc::new(kind)).calculate(&one, &other)),
                ),
            ];
            for (measure, theirs) in all {
                let profile = Profile {
                    phenotypes: numbers(b).into_iter().map(|t| (t, 1.0)).collect(),
                };
                let mut scorer = Scorer::new(&terms, &[profile], measure, ic.clone()).unwrap();
                let ours = scorer.score(&numbers(a), &[]).unwrap();
                assert!(
                    (ours - theirs).abs() < 1e-6 * theirs.max(1.0),
                    "{measure:?}: {ours}, not {theirs}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 1_000, "{compared}");
}
