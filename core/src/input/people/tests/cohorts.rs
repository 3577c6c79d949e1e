//! Real files: as many people and records as an independent count gives (Python's `json` and `csv`).

use super::*;
use crate::model::{Sex, Value};

fn count(input: &PeopleInput, scope: Scope, excluded: bool) -> usize {
    let records = input.people.iter().flat_map(|person| &person.records);
    records
        .filter(|record| record.scope == scope && record.excluded == excluded)
        .count()
}

fn sexes(input: &PeopleInput, sex: Option<Sex>) -> usize {
    input
        .people
        .iter()
        .filter(|person| person.sex == sex)
        .count()
}

fn all(name: &str) -> Option<PeopleInput> {
    let path = data(name)?;
    let input = read_people(&[path], None).unwrap();
    assert!(balanced(&input));
    assert_eq!(input.refused, []);
    Some(input)
}

#[test]
fn every_packet_of_the_phenopacket_store() {
    let Some(input) = all("people/phenopacket-store.ndjson.gz") else {
        return;
    };
    // 7,304 subjects' ids for 10,580 people: `Patient 1` is somebody else in every publication
    assert_eq!(
        (input.read, input.people.len(), input.merged),
        (10_580, 10_580, 0)
    );
    assert_eq!(count(&input, Scope::Phenotype, false), 94_063);
    assert_eq!(count(&input, Scope::Phenotype, true), 133_798);
    assert_eq!(count(&input, Scope::Disease, false), 10_580);
    assert_eq!(count(&input, Scope::Measurement, false), 332);
    assert_eq!(sexes(&input, Some(Sex::Male)), 5_154);
    assert_eq!(sexes(&input, Some(Sex::Female)), 4_586);
    assert_eq!(sexes(&input, Some(Sex::Other)), 1);
    assert_eq!(sexes(&input, None), 839);
    // by age 8,032, by gestational age 38; 29 are known by a stage of life only
    let aged = input.people.iter().filter(|person| person.age.is_some());
    assert_eq!(aged.count(), 8_032 + 38);
    let dead = input
        .people
        .iter()
        .filter(|person| person.deceased == Some(true));
    assert_eq!(dead.count(), 739);
    let records = input.people.iter().flat_map(|person| &person.records);
    let onsets = records.filter(|record| record.onset.is_some());
    assert_eq!(onsets.count(), 9_386 + 5_914 + 163);
    let person = input.people.iter().find(|p| p.id == "PMID_15266616_100");
    assert!(person.is_some(), "people go by the packets' ids");
}

#[test]
fn cineca_individuals() {
    let Some(input) = all("people/cineca_uk1/individuals.json.gz") else {
        return;
    };
    assert_eq!((input.read, input.people.len()), (2_504, 2_504));
    assert_eq!(count(&input, Scope::Disease, false), 2_562);
    assert_eq!(count(&input, Scope::Procedure, false), 2_504);
    assert_eq!(count(&input, Scope::Measurement, false), 7_512);
    assert_eq!(count(&input, Scope::Ethnicity, false), 2_287);
    let countries = input
        .people
        .iter()
        .filter(|person| person.country.is_some());
    assert_eq!(countries.count(), 1_597);
    let records = input.people.iter().flat_map(|person| &person.records);
    let numbers = records.filter(|record| matches!(record.value, Some(Value::Number { .. })));
    assert_eq!(numbers.count(), 7_512);
    assert_eq!(input.warnings, []);
}

#[test]
fn a_beacons_test_set() {
    let Some(folder) = data("beacon/pi20/json") else {
        return;
    };
    // the whole folder: what is not about people is said to be left
    let input = read_people(&[folder], None).unwrap();
    assert!(balanced(&input));
    assert_eq!(input.refused, []);
    assert_eq!((input.read, input.people.len(), input.merged), (40, 20, 20));
    // individuals tell a feature as excluded, biosamples the same feature with another onset
    assert_eq!(count(&input, Scope::Phenotype, true), 40);
    assert_eq!(count(&input, Scope::Exposure, false), 20);
    assert_eq!(count(&input, Scope::Treatment, false), 20);
    assert_eq!(count(&input, Scope::Procedure, false), 20);
    assert_eq!(count(&input, Scope::Measurement, false), 40);
    assert_eq!(count(&input, Scope::Biomarker, false), 20);
    // cystic fibrosis, and of the biosample its diagnosis, progression, grade, stage, and TNM
    assert_eq!(count(&input, Scope::Disease, false), 120);
    assert!(
        input
            .people
            .iter()
            .all(|p| p.karyotype.as_deref() == Some("XXXY"))
    );
    let odd: Vec<_> = input
        .warnings
        .iter()
        .map(|w| (w.what.as_str(), w.count))
        .collect();
    assert!(
        odd.contains(&("a time that is not understood: left out", 20)),
        "P1Y1: {odd:?}"
    );
}

#[test]
fn samples_of_igsr() {
    let Some(input) = all("cohorts/igsr_samples.tsv") else {
        return;
    };
    assert_eq!((input.read, input.people.len()), (4_978, 4_978));
    assert_eq!(sexes(&input, Some(Sex::Male)), 2_648);
    assert_eq!(sexes(&input, Some(Sex::Female)), 2_330);
    let person = input
        .people
        .iter()
        .find(|person| person.id == "HG00271")
        .unwrap();
    assert_eq!(person.populations, ["FIN"]);
    assert_eq!(person.collections.len(), 5);
    assert!(input.warnings.is_empty(), "{:?}", input.warnings);
}

#[test]
fn the_pedigree_of_1000_genomes() {
    let Some(input) = all("cohorts/kgp_pedigree.ped") else {
        return;
    };
    assert_eq!((input.read, input.people.len()), (2_818, 2_818));
    assert_eq!(sexes(&input, Some(Sex::Male)), 1_363);
    let kin = input.people.iter().filter_map(|person| person.kin.as_ref());
    let trios = kin.filter(|kin| kin.father.is_some() && kin.mother.is_some());
    assert_eq!(trios.count(), 457);
}

#[test]
fn simulated_people_as_a_table_and_as_json_are_the_same() {
    let Some(table) = all("cohorts/sim10k_1mb.pheno.tsv") else {
        return;
    };
    let json = all("cohorts/sim10k_1mb.individuals.json").unwrap();
    assert_eq!((table.people.len(), json.people.len()), (10_000, 10_000));
    assert_eq!(count(&table, Scope::Phenotype, false), 3_523);
    assert_eq!(count(&json, Scope::Phenotype, false), 3_523);
    assert_eq!(count(&table, Scope::Disease, false), 5_537);
    assert_eq!(count(&json, Scope::Disease, false), 5_537);
    assert_eq!(count(&json, Scope::Measurement, false), 20_000);
    for (one, other) in table.people.iter().zip(&json.people) {
        assert_eq!((&one.id, one.sex), (&other.id, other.sex));
        assert_eq!(one.populations, other.populations);
        let mut both = [one, other].map(|person| {
            let mut ids = ids(&of(person, Scope::Disease));
            ids.sort();
            ids
        });
        let second = std::mem::take(&mut both[1]);
        assert_eq!(both[0], second, "{}", one.id);
    }
    // together they are the same people, and nobody is two
    let paths = ["pheno.tsv", "individuals.json"]
        .map(|end| data(&format!("cohorts/sim10k_1mb.{end}")).unwrap());
    let both = read_people(&paths, None).unwrap();
    assert!(balanced(&both));
    assert_eq!(
        (both.read, both.people.len(), both.merged),
        (20_000, 10_000, 10_000)
    );
}

#[test]
fn examples_of_the_schemas() {
    let Some(folder) = data("people/phenopackets_schema_examples") else {
        return;
    };
    let input = read_people(&[folder], None).unwrap();
    assert!(balanced(&input));
    // two packets; the record of a sample archive is no packet, and refused
    assert_eq!(
        (input.read, input.people.len(), input.refused.len()),
        (3, 2, 1)
    );
    let patient = input
        .people
        .iter()
        .find(|person| person.id == "P123542")
        .unwrap();
    assert_eq!(patient.deceased, Some(true));
    assert_eq!(ids(&of(patient, Scope::Treatment)).len(), 4);
    assert_eq!(
        ids(&of(patient, Scope::Procedure)),
        ["NCIT:C80473", "NCIT:C116648"]
    );
    assert!(
        ids(&of(patient, Scope::Disease))
            .iter()
            .any(|id| id.starts_with('!'))
    );
    assert_eq!(of(patient, Scope::Measurement).len(), 2);
}
