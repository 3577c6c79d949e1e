//! What levels of similarity mean for people of the Phenopacket Store.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::*;
use crate::input::ontology::read_ontologies;
use crate::model::Level;
use crate::store::terms::stored;

struct Patient {
    disease: u32,
    present: Vec<u32>,
    excluded: Vec<u32>,
}

/// All people of the store with a disease that has a profile.
fn patients(terms: &Terms, path: &std::path::Path) -> Vec<Patient> {
    let text = std::io::read_to_string(crate::input::open_text(path).unwrap()).unwrap();
    let mut patients = Vec::new();
    for line in text.lines() {
        let packet: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = |value: &serde_json::Value| -> Option<u32> {
            terms.number(value["id"].as_str()?).unwrap()
        };
        let Some(disease) = id(&packet["diseases"][0]["term"]) else {
            continue;
        };
        let (mut present, mut excluded) = (BTreeSet::new(), BTreeSet::new());
        for feature in packet["phenotypicFeatures"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let list = match feature["excluded"] == true {
                true => &mut excluded,
                false => &mut present,
            };
            list.extend(id(&feature["type"]));
        }
        if !present.is_empty() && !terms.phenotypes(disease).unwrap().is_empty() {
            patients.push(Patient {
                disease,
                present: Vec::from_iter(present),
                excluded: Vec::from_iter(excluded),
            });
        }
    }
    patients
}

fn profile_of(terms: &Terms, disease: u32) -> Profile {
    let phenotypes = terms.phenotypes(disease).unwrap().into_iter();
    let present = phenotypes.filter(|phenotype| !phenotype.excluded);
    Profile {
        phenotypes: present.map(|p| (p.term, f64::from(p.frequency))).collect(),
    }
}

/// Percent of scores that reach a threshold.
fn share(scores: &[f64], least: f64) -> f64 {
    let reached = scores.iter().filter(|score| **score >= least).count();
    100.0 * reached as f64 / scores.len() as f64
}

/// Who has a disease is much more often similar to it than who has another one, and a level means about
/// the same whatever the measure.
#[test]
fn a_level_means_the_same_whatever_the_measure() {
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA") else {
        return eprintln!("skipped: VARIDEX_TEST_DATA is not set");
    };
    let data = std::path::Path::new(&data);
    let paths = ["hp.obo.gz", "phenotype.hpoa.gz"].map(|name| data.join("ontologies").join(name));
    let (_place, terms) = stored(&read_ontologies(&paths).unwrap());
    let patients = patients(&terms, &data.join("people/phenopacket-store.ndjson.gz"));
    let information: Vec<f64> = (0..terms.len())
        .map(|term| terms.information(term).unwrap())
        .collect();
    let mut people = BTreeMap::<u32, usize>::new();
    for patient in &patients {
        *people.entry(patient.disease).or_default() += 1;
    }
    // diseases of several people, of all parts of the list
    let diseases: Vec<u32> = people
        .iter()
        .filter(|(_, count)| **count >= 5)
        .map(|(disease, _)| *disease)
        .step_by(12)
        .collect();
    for (name, measure) in Measure::NAMES {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for &disease in &diseases {
            let profile = profile_of(&terms, disease);
            let mut scorer = Scorer::new(&terms, &[profile], measure, information.clone()).unwrap();
            for (number, patient) in patients.iter().enumerate() {
                let list = match patient.disease == disease {
                    true => &mut own,
                    false if number % 31 == 0 => &mut others,
                    false => continue,
                };
                list.push(scorer.score(&patient.present, &patient.excluded).unwrap());
            }
        }
        for (level, most, least) in [
            (Level::Low, 12.0, 45.0),
            (Level::Medium, 1.5, 15.0),
            (Level::High, 0.4, 7.0),
        ] {
            let threshold = level.threshold(measure, false);
            let (own, others) = (share(&own, threshold), share(&others, threshold));
            assert!(
                others <= most && own >= least,
                "{name} {level:?}: {own:.1} % of their own, {others:.2} % of others"
            );
        }
    }
}
