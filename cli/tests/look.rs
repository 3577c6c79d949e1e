//! Looking at what is there: one individual, terms, genes, samples.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{COHORT, Fixture, table, varidex};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::Value;

const ONTOLOGY: &str = "data-version: hp/releases/2025-01-16\nontology: hp\n
[Term]\nid: HP:0000118\nname: Phenotypic abnormality\n
[Term]\nid: HP:0001250\nname: Seizure\nis_a: HP:0000118\nsynonym: \"Fit\" EXACT []\n
[Term]\nid: HP:0007359\nname: Focal seizure\nis_a: HP:0001250\n
[Term]\nid: HP:0001252\nname: Hypotonia\nis_a: HP:0000118\n";
const PACKETS: &str = r#"{"id":"ANNA","subject":{"id":"ANNA","sex":"FEMALE","timeAtLastEncounter":{"age":{"iso8601duration":"P8M"}}},
  "phenotypicFeatures":[{"type":{"id":"HP:0007359","label":"Focal seizure"},"onset":{"age":{"iso8601duration":"P3M"}}},
   {"type":{"id":"HP:0001252","label":"Hypotonia"},"excluded":true}],
  "measurements":[{"assay":{"id":"LOINC:4548-4","label":"HbA1c"},"value":{"quantity":{"unit":{"id":"UCUM:%","label":"percent"},"value":7.1}}}],
  "medicalActions":[{"treatment":{"agent":{"id":"DrugCentral:1","label":"valproate"}}}]}
{"id":"EMIL","subject":{"id":"EMIL"},"phenotypicFeatures":[{"type":{"id":"HP:0001250"}}]}
{"id":"ZOE","subject":{"id":"ZOE"},"phenotypicFeatures":[{"type":{"id":"HP:0001252"}}]}"#;
const PEDIGREE: &str = "fam\tANNA\tBEN\tCLEO\t2\t2\n";

fn peopled() -> Fixture {
    let cohort = Fixture::new();
    for (name, text) in [
        ("hp.obo", ONTOLOGY),
        ("packets.ndjson", PACKETS),
        ("family.ped", PEDIGREE),
        ("genes.bed", "21\t999\t2000\tAAA\n21\t5000\t6000\tBAA\n"),
    ] {
        std::fs::write(cohort.path(name), text).unwrap();
    }
    let dataset = cohort.dataset();
    let build = [
        "build",
        COHORT,
        "-q",
        "-o",
        &dataset,
        "--force",
        "--genes",
        "genes.bed",
        "--people",
        "packets.ndjson",
        "family.ped",
        "--ontology",
        "hp.obo",
    ];
    varidex(&build)
        .current_dir(cohort.dir.path())
        .assert()
        .success();
    cohort
}

#[test]
fn an_individual_is_listed() {
    let cohort = peopled();
    let expected = "individual     ANNA
sample         ANNA
sex            female
age            8m
family         fam, father BEN, mother CLEO, affected
phenotype      HP:0007359 Focal seizure; from 3m
phenotype      excluded: HP:0001252 Hypotonia
measurement    LOINC:4548-4 HbA1c = 7.1 UCUM:% percent
treatment      DrugCentral:1 valproate
";
    cohort
        .run("individual", &["ANNA"])
        .success()
        .stdout(expected)
        .stderr(contains("note: not stored: evidence, modifiers"));
    assert_eq!(cohort.answer("individual", &["ANNA", "-q"]), expected);
    cohort
        .run("individual", &["EMILE"])
        .code(2)
        .stdout("")
        .stderr(contains(
            "no individual and no sample \"EMILE\" here; did you mean EMIL",
        ));
    cohort
        .run("individual", &["\u{1b}[2J"])
        .code(2)
        .stderr(contains("\u{1b}").not());
}

#[test]
fn an_individual_is_a_phenopacket_and_one_of_beacon() {
    let cohort = peopled();
    let json = |format: &str| -> Value {
        let text = cohort.answer("individual", &["ANNA", "-q", "--format", format]);
        serde_json::from_str(&text).unwrap()
    };
    let family = json("phenopacket");
    let line = &family["pedigree"]["persons"][0];
    assert_eq!(
        (&line["paternalId"], &line["affectedStatus"]),
        (&"BEN".into(), &"AFFECTED".into())
    );
    let packet = &family["proband"];
    assert_eq!(
        packet["subject"]["timeAtLastEncounter"]["age"]["iso8601duration"],
        "P8M"
    );
    assert_eq!(packet["phenotypicFeatures"][1]["excluded"], true);
    assert_eq!(packet["biosamples"][0]["id"], "ANNA");
    let resources: Vec<String> = packet["metaData"]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| format!("{} {}", of["namespacePrefix"], of["version"]))
        .collect();
    let expected = [
        "\"DrugCentral\" null",
        "\"HP\" \"hp/releases/2025-01-16\"",
        "\"LOINC\" null",
        "\"UCUM\" null",
    ];
    assert_eq!(resources, expected);
    let individual = json("beacon");
    assert_eq!(individual["measures"][0]["measurementValue"]["value"], 7.1);
    assert_eq!(individual["pedigrees"][0]["members"][1]["memberId"], "BEN");
    assert_eq!(individual["info"]["samples"][0], "ANNA");
}

#[test]
fn terms_are_searched() {
    let cohort = peopled();
    let seizures = table(
        "id label scopes people people_below excluded
         HP:0001250 Seizure phenotype 1 2 0
         HP:0007359 Focal_seizure phenotype 1 1 0",
    );
    let seizures = seizures
        .replace('_', " ")
        .replace("people below", "people_below");
    assert_eq!(cohort.answer("terms", &["seiz"]), seizures);
    assert_eq!(
        cohort.answer("terms", &["FOCAL", "seizure", "--columns", "id"]),
        "id\nHP:0007359\n"
    );
    assert_eq!(
        cohort.answer("terms", &["fit", "--columns", "label"]),
        "label\nSeizure\n"
    );
    let all = cohort.answer("terms", &["--columns", "id,people,excluded"]);
    let expected = table(
        "id people excluded
         DrugCentral:1 1 0
         HP:0001250 1 0
         HP:0001252 1 1
         HP:0007359 1 0
         LOINC:4548-4 1 0",
    );
    assert_eq!(all, expected);
    assert_eq!(
        cohort.answer("terms", &["--ontologies"]),
        "file\tversion\nhp.obo\thp/releases/2025-01-16\n"
    );
    cohort.run("terms", &["seizzure"]).code(2).stderr(contains(
        "no term has the words \"seizzure\"; did you mean HP:0001250 (Seizure)",
    ));
}

#[test]
fn genes_and_samples_are_listed() {
    let cohort = peopled();
    let genes = table(
        "symbol chrom start end ids aliases
         AAA chr21 1000 2000 . .
         BAA chr21 5001 6000 . .",
    );
    assert_eq!(cohort.answer("genes", &[]), genes);
    assert_eq!(
        cohort.answer("genes", &["bA", "--columns", "symbol,start"]),
        "symbol\tstart\nBAA\t5001\n"
    );
    let samples = cohort.answer("samples", &[]);
    let mut lines = samples.lines();
    assert_eq!(lines.next(), Some("sample\tindividual\tbatch"));
    assert_eq!(lines.next(), Some("ANNA\tANNA\t0"));
    assert!(samples.contains("DAN\t.\t0\n"), "{samples}");
    cohort
        .run("genes", &["CAA"])
        .code(2)
        .stderr(contains("did you mean AAA, BAA"));
}

/// `--explain` of a similarity says what was meant, by what it was measured, and how far the best is.
#[test]
fn similarity_explains_itself() {
    let cohort = peopled();
    let explained = cohort.answer(
        "ask",
        &["similar(HP:0007359, HP:0001252; score>=0.9)", "--explain"],
    );
    for line in [
        "profiles 1, simgic, at least 0.9",
        "   `HP:0007359` is the phenotype HP:0007359 (Focal seizure)",
        "   a profile of 2 phenotypes",
        "   information by the phenotypes of 3 people here",
        "   best score 0.4221\n",
        "   people 0",
    ] {
        assert!(explained.contains(line), "{line}\n{explained}");
    }
    let level = cohort.answer("ask", &["similar(fit)", "--explain"]);
    for line in [
        "   `fit` is the phenotype HP:0001250 (Seizure)",
        "   lin, the most similar one, at least 0.6 (medium)",
        "   best score 1.0000",
    ] {
        assert!(level.contains(line), "{line}\n{level}");
    }
}

const DISEASES: &str = "#version: 2025-01-16\n\
    database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration\n\
    ORPHA:590\tCongenital myasthenic syndrome\t\tHP:0001252\tORPHA:590\tTAS\t\t\t\t\tP\tORPHA:orphadata\n\
    OMIM:615120\tMyasthenic syndrome, congenital, 8\t\tHP:0001250\tOMIM:615120\tTAS\t\t\t\t\tP\tHPO:x\n\
    OMIM:2\tAnother one\t\tHP:0001252\tOMIM:2\tTAS\t\t\t\t\tP\tHPO:x\n";

/// A class of Orphanet has the name, and people are recorded with its members of OMIM, which no file joins: nobody was found.
#[test]
fn a_disease_of_nobody_means_those_with_its_words() {
    let cohort = peopled();
    std::fs::write(cohort.path("phenotype.hpoa"), DISEASES).unwrap();
    let person = |id: &str, disease: &str| {
        format!(
            r#"{{"id":"{id}","subject":{{"id":"{id}"}},"diseases":[{{"term":{{"id":"{disease}"}}}}]}}"#
        )
    };
    let load = |people: &[String]| {
        std::fs::write(cohort.path("ill.ndjson"), people.join("\n")).unwrap();
        let options = ["ill.ndjson", "--ontology", "hp.obo", "phenotype.hpoa", "-q"];
        cohort.run("people", &options).success();
    };
    let asked = "similar(\"congenital myasthenic syndrome\")";
    let ids = || cohort.answer("ask", &[asked, "--ids", "--format", "json"]);
    load(&[person("ANNA", "OMIM:615120"), person("BEN", "OMIM:1")]);
    assert!(ids().contains("ANNA") && !ids().contains("BEN"));
    let explained = cohort.answer("ask", &[asked, "--explain"]);
    for line in [
        "is 2 diseases: ",
        "OMIM:615120 (Myasthenic syndrome, congenital, 8)",
        "   2 profiles of 1 phenotype\n",
        "   information by the phenotypes of 2 diseases",
        "simgic, at least 0.2 (medium)",
    ] {
        assert!(explained.contains(line), "{line}\n{explained}");
    }
    load(&[person("ANNA", "OMIM:615120"), person("BEN", "ORPHA:590")]);
    assert!(ids().contains("BEN") && !ids().contains("ANNA"));
}
