//! People: loading, counting, asking, as a user of the program sees it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{COHORT, Fixture, table, varidex};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use std::fmt::Write as _;

const ONTOLOGY: &str = "format-version: 1.2\nontology: hp\n
[Term]\nid: HP:0000118\nname: Phenotypic abnormality\n
[Term]\nid: HP:0001250\nname: Seizure\nis_a: HP:0000118\nsynonym: \"Fit\" EXACT []\n
[Term]\nid: HP:0007359\nname: Focal seizure\nis_a: HP:0001250\nsynonym: \"Twitch\" EXACT []\n
[Term]\nid: HP:0001252\nname: Hypotonia\nis_a: HP:0000118\nsynonym: \"Twitch\" EXACT []\n";
/// Anna, with a focal seizure since three months of age; Ben, who has no seizure.
const PACKETS: &str = r#"{"id":"ANNA","subject":{"id":"patient 1","sex":"FEMALE","timeAtLastEncounter":{"age":{"iso8601duration":"P8M"}}},"phenotypicFeatures":[{"type":{"id":"HP:0007359","label":"Focal seizure"},"onset":{"age":{"iso8601duration":"P3M"}}}]}
{"id":"BEN","subject":{"id":"patient 1","sex":"MALE"},"phenotypicFeatures":[{"type":{"id":"HP:0001250","label":"Seizure"},"excluded":true},{"type":{"id":"HP:0001252","label":"Hypotonia"}}]}
"#;
/// Cleo, and Emil, who has no sample.
const INDIVIDUALS: &str = r#"[{"id":"CLEO","sex":{"id":"NCIT:C16576","label":"female"},"info":{"populations":["FIN"]},
  "diseases":[{"diseaseCode":{"id":"OMIM:145600","label":"Malignant hyperthermia"}}],
  "measures":[{"assayCode":{"id":"LOINC:4548-4","label":"HbA1c"},"measurementValue":{"value":7.1,"unit":{"id":"NCIT:C25613","label":"Percent"}}}]},
 {"id":"EMIL","sex":{"id":"NCIT:C20197","label":"male"},"info":{"populations":["EST"]}}]"#;
const TABLE: &str = "id\tsex\tage\tpopulation\tphenotype\n\
    DAN\tmale\t71\tFIN\tHP:0001252\nANNA\tfemale\t\tEST\t\nFRIDA\tfemale\t34\tEST;FIN\tHP:0001250\n";
const PEDIGREE: &str = "fam\tANNA\tBEN\tCLEO\t2\t2\nfam\tBEN\t0\t0\t1\t1\nfam\tCLEO\t0\t0\t2\t1\n";

/// The cohort with the people of all files.
fn peopled() -> Fixture {
    let cohort = Fixture::new();
    for (name, text) in [
        ("hp.obo", ONTOLOGY),
        ("packets.ndjson", PACKETS),
        ("individuals.json", INDIVIDUALS),
        ("people.tsv", TABLE),
        ("family.ped", PEDIGREE),
    ] {
        std::fs::write(cohort.path(name), text).unwrap();
    }
    let files = [
        "packets.ndjson",
        "individuals.json",
        "people.tsv",
        "family.ped",
    ];
    cohort
        .run("people", &[&files[..], &["--ontology", "hp.obo"]].concat())
        .success()
        .stdout("")
        .stderr(contains("records read                        10"))
        .stderr(contains("records merged                       4"))
        .stderr(contains("records refused                      0"))
        .stderr(contains("people                               6"))
        .stderr(contains("people without a sample              2"))
        .stderr(contains("samples without a person             0"));
    cohort
}

#[test]
fn every_kind_of_file_tells_of_the_same_people() {
    let cohort = peopled();
    let count = |question: &str| cohort.answer("ask", &[question]).trim().to_owned();
    let ids = |question: &str| {
        let text = cohort.answer("ask", &[question, "--ids", "-q"]);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(count("all"), "6");
    // a packet's phenotype, a table's population, a pedigree's family: of one person
    let of_anna = "HP:0007359 & population:EST & family:fam & affected:yes & sex:female & age<1y";
    assert_eq!(ids(of_anna), "ANNA");
    assert_eq!(ids("onset(seizure)<6m"), "ANNA");
    assert_eq!(ids("\"Seizure\""), "ANNA FRIDA");
    assert_eq!(ids("excluded(HP:0007359)"), "BEN");
    assert_eq!(ids("disease:\"malignant hyperthermia\""), "CLEO");
    assert_eq!(ids("measurement(HbA1c)>6.5"), "CLEO");
    assert_eq!(ids("age>70y"), "DAN");
    assert_eq!(ids("population:fin & !carriers(21, hom)"), "DAN FRIDA");
    assert_eq!(ids("individuals(EMIL, BEN)"), "BEN EMIL");
}

/// Biosamples say of whom a sample is, and a list given by hand goes before everything.
#[test]
fn samples_are_whose_the_files_say() {
    let cohort = Fixture::new();
    let biosamples = r#"[{"id":"ANNA","individualId":"p1","biosampleStatus":{"id":"EFO:0009654"}},
      {"id":"BEN","individualId":"p1","biosampleStatus":{"id":"EFO:0009654"}},
      {"id":"CLEO","individualId":"p2","biosampleStatus":{"id":"EFO:0009654"}}]"#;
    std::fs::write(cohort.path("biosamples.json"), biosamples).unwrap();
    std::fs::write(cohort.path("map.tsv"), "CLEO\tp1\nDAN\tp2\n").unwrap();
    let carriers = "carriers(21:1000:A:G)";
    cohort.run("people", &["biosamples.json"]).success();
    assert_eq!(cohort.answer("ask", &[carriers, "--ids"]), "p1\np2\n");
    assert_eq!(cohort.answer("ask", &["all"]), "3\n");
    cohort
        .run("people", &["biosamples.json", "--sample-map", "map.tsv"])
        .success()
        .stderr(contains("samples without a person             0"));
    assert_eq!(cohort.answer("ask", &[carriers, "--ids"]), "p1\n");
    assert_eq!(cohort.answer("ask", &["all"]), "2\n");
}

#[test]
fn people_are_counted_by_what_is_known_of_them() {
    let cohort = peopled();
    let expected = table(
        "what value label people
         sex female . 3
         sex male . 3
         age 0-9 . 1
         age 30-39 . 1
         age 70-79 . 1
         age . . 3
         population EST . 3
         population FIN . 3
         population . . 1",
    );
    let all = cohort.answer("people", &[]);
    let (attributes, terms) = all.split_at(all.find("\nterm").unwrap() + 1);
    assert_eq!(attributes, expected);
    assert_eq!(
        terms,
        "term\tHP:0000118\tPhenotypic abnormality\t4\nterm\tHP:0001250\tSeizure\t2\n\
         term\tHP:0001252\tHypotonia\t2\nterm\tHP:0007359\tFocal seizure\t1\n\
         term\tLOINC:4548-4\tHbA1c\t1\nterm\tOMIM:145600\tMalignant hyperthermia\t1\n"
    );
    let diseases = "what\tvalue\tlabel\tpeople\nterm\tOMIM:145600\tMalignant hyperthermia\t1\n";
    assert_eq!(cohort.answer("people", &["--scope", "disease"]), diseases);
    assert_eq!(
        cohort
            .answer("people", &["--scope", "phenotype", "--top", "2"])
            .lines()
            .count(),
        3
    );

    // across: who has two populations is in both rows
    let across = table(
        "population sex people
         EST female 2
         EST male 1
         FIN female 2
         FIN male 1
         . male 1",
    );
    assert_eq!(cohort.answer("people", &["--by", "population,sex"]), across);
    let json = cohort.answer("people", &["--by", "age", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    let expected = serde_json::json!([
        {"age": "0-9", "people": 1}, {"age": "30-39", "people": 1},
        {"age": "70-79", "people": 1}, {"age": null, "people": 3}
    ]);
    assert_eq!(rows, expected);
    cohort
        .run("people", &["--by", "colour"])
        .code(2)
        .stderr(contains("colour").and(contains("population")));
}

#[test]
fn a_guessed_mapping_loads_the_table() {
    let cohort = Fixture::new();
    let odd =
        "Nr\tSex\tSmokes\tHbA1c\tdx\nANNA\tF\tyes\t5.5\tICD10:E11\nBEN\tM\tno\t7.5\tICD10:E10\n";
    std::fs::write(cohort.path("odd.tsv"), odd).unwrap();
    let odd = cohort.path("odd.tsv").display().to_string();
    let guessed = varidex(&["people", "--guess", &odd]).assert().success();
    let mapping = String::from_utf8(guessed.get_output().stdout.clone()).unwrap();
    assert!(mapping.contains("\"Sex\" = \"sex\""), "{mapping}");
    assert!(mapping.contains("label = \"Smokes\", present = [\"yes\"], absent = [\"no\"]"));
    cohort.run("people", &["odd.tsv"]).code(3).stderr(contains(
        "odd.tsv:1: expected a column of individuals or of samples",
    ));
    // what the program cannot know is of whom the rows are
    let mapping: String = mapping
        .lines()
        .map(|line| match line.starts_with("\"Nr\"") {
            true => "\"Nr\" = \"individual\"\n".to_owned(),
            false => format!("{line}\n"),
        })
        .collect();
    std::fs::write(cohort.path("map.toml"), mapping).unwrap();
    cohort
        .run("people", &["odd.tsv", "--map", "map.toml"])
        .success()
        .stderr(contains("people                               2"));
    assert_eq!(
        cohort.answer("ask", &["measurement(HbA1c)>6.5", "--ids"]),
        "BEN\n"
    );
    assert_eq!(
        cohort.answer("ask", &["excluded(Smokes)", "--ids"]),
        "BEN\n"
    );
    assert_eq!(
        cohort.answer("ask", &["disease:ICD10:E11", "--ids"]),
        "ANNA\n"
    );
}

#[test]
fn refused_records_are_told_with_their_place() {
    let cohort = Fixture::new();
    let packets = "{\"id\":\"k1\",\"subject\":{\"id\":\"ANNA\"}}\n{\"id\":\"k2\",\"subject\":{\"sex\":\"MALE\"}}\n";
    let individuals = r#"[{"id":"BEN","sex":"male"},{"id":"CLEO","sex":"female","diseases":3}]"#;
    std::fs::write(cohort.path("packets.ndjson"), packets).unwrap();
    std::fs::write(cohort.path("individuals.json"), individuals).unwrap();
    std::fs::write(cohort.path("people.csv"), "id,sex\nDAN,male\nx\n").unwrap();
    std::fs::write(cohort.path("family.ped"), "f\tDAN\tDAN\t0\t1\t1\n").unwrap();
    let files = [
        "packets.ndjson",
        "individuals.json",
        "people.csv",
        "family.ped",
    ];
    cohort
        .run("people", &files)
        .success()
        .stderr(contains("records refused                      4"))
        .stderr(contains(
            "packets.ndjson:2#/subject: expected an id, found an object of sex",
        ))
        .stderr(contains(
            "individuals.json#/1/diseases: expected a list, found 3",
        ))
        .stderr(contains("people.csv:3: expected 2 fields, found 1"))
        .stderr(contains(
            "family.ped:1: expected parents other than the person",
        ));
    assert_eq!(cohort.answer("ask", &["all"]), "4\n");
    // text that is no JSON is no record that could be skipped
    std::fs::write(cohort.path("broken.json"), "[{\"id\":\"ANNA\"},\n{\"id\":").unwrap();
    cohort
        .run("people", &["broken.json"])
        .code(3)
        .stderr(contains("broken.json:2"));
    cohort.run("people", &["nowhere.json"]).code(5);
    assert_eq!(
        cohort.answer("ask", &["sex:male"]),
        "2\n",
        "the people before are still there"
    );
}

#[test]
fn a_folder_may_hold_other_files() {
    let cohort = Fixture::new();
    let folder = cohort.path("cohort");
    std::fs::create_dir_all(folder.join("more")).unwrap();
    std::fs::copy(COHORT, folder.join("cohort.vcf")).unwrap();
    for (name, text) in [
        ("README.md", "# The cohort\n"),
        ("truth.tsv", "chrom\tpos\tac\n21\t1000\t4\n"),
        ("empty.csv", ""),
        ("people.tsv", TABLE),
        ("more/packets.ndjson", PACKETS),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let loaded = cohort.run("people", &["cohort"]).success();
    let told = String::from_utf8_lossy(&loaded.get_output().stderr).into_owned();
    let line = told.lines().find(|line| line.contains("not about people"));
    let line = line.unwrap_or_else(|| panic!("{told}"));
    assert!(line.contains("(4)"), "{line}");
    for name in ["README.md", "truth.tsv", "empty.csv", "cohort.vcf"] {
        assert!(line.contains(name), "{line}");
    }
    assert_eq!(cohort.answer("ask", &["all"]), "5\n");
    assert_eq!(cohort.answer("ask", &["HP:0007359", "--ids"]), "ANNA\n");
    // the same by hand
    cohort
        .run("people", &["cohort/truth.tsv"])
        .code(3)
        .stderr(contains("expected a column of individuals or of samples"));
}

#[test]
fn frequencies_by_what_is_known_of_people() {
    let cohort = peopled();
    let expected = table(
        "chrom pos id ref alt sex ac an af n_het n_hom n_hemi n_missing
         chr21 1000 rs1 A G all 4 8 0.5 2 1 0 0
         chr21 1000 rs1 A G female 3 4 0.75 1 1 0 0
         chr21 1000 rs1 A G male 1 4 0.25 1 0 0 0",
    );
    assert_eq!(
        cohort.answer("frequencies", &["rs1", "--by", "sex"]),
        expected
    );
    let of_group = cohort.answer(
        "frequencies",
        &[
            "rs1",
            "--by",
            "sex,affected",
            "--group",
            "family:fam",
            "--format",
            "json",
        ],
    );
    let rows: serde_json::Value = serde_json::from_str(&of_group).unwrap();
    let counted: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["ac"])
        .collect();
    assert_eq!(counted, [4, 2, 1, 1], "{rows}");
    assert_eq!(rows[0]["sex"], "all");
}

#[test]
fn the_most_similar_come_first() {
    let cohort = peopled();
    let question = "similar(\"Focal seizure\", HP:0001252; score>=0)";
    let text = cohort.answer("ask", &[question, "--ids"]);
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    assert_eq!(lines[0], ["id", "score"]);
    let ids: Vec<&str> = lines[1..].iter().map(|line| line[0]).collect();
    // what is excluded of the profile counts against Ben
    assert_eq!(ids, ["ANNA", "DAN", "FRIDA", "BEN"]);
    let scores: Vec<f64> = lines[1..]
        .iter()
        .map(|line| line[1].parse().unwrap())
        .collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    let top = cohort.answer(
        "ask",
        &[question, "--ids", "--top", "2", "--format", "json"],
    );
    let rows: serde_json::Value = serde_json::from_str(&top).unwrap();
    assert_eq!(rows[1]["id"], "DAN", "{rows}");
    assert_eq!(rows.as_array().unwrap().len(), 2);
}

#[test]
fn what_is_not_known_is_an_error_that_helps() {
    let cohort = peopled();
    for (question, told) in [
        (
            "\"Focal siezure\"",
            "did you mean HP:0007359 (Focal seizure)",
        ),
        ("excluded(Seizur)", "did you mean HP:0001250 (Seizure)"),
        (
            "\"Twitch\"",
            "names 2 terms: ask for one by its id; did you mean HP:0001252 (Hypotonia), HP:0007359 (Focal seizure)",
        ),
        (
            "population:FIX",
            "no population `FIX` here; did you mean FIN",
        ),
        (
            "individuals(EMMIL)",
            "no person `EMMIL` here; did you mean EMIL",
        ),
        (
            "measurement(HbA1c, kg)>6",
            "no value of `HbA1c` is in `kg`; did you mean Percent",
        ),
        ("age>=18", "needs a unit, as in `18y`"),
        ("sex:femal", "did you mean female"),
    ] {
        cohort
            .run("ask", &[question])
            .code(2)
            .stdout("")
            .stderr(contains(told).and(contains("^")));
    }
    // a synonym is as good as a label, and nobody is an answer where the term is known
    assert_eq!(
        cohort.answer("ask", &["phenotype:fit", "--ids"]),
        "ANNA\nFRIDA\n"
    );
    assert_eq!(cohort.answer("ask", &["disease:HP:0000118"]), "0\n");

    let without = Fixture::new();
    for question in ["HP:0001250", "sex:male", "similar(HP:0001250)"] {
        without
            .run("ask", &[question])
            .code(2)
            .stderr(contains("load them with `varidex people`"));
    }
    without
        .run("people", &[])
        .code(2)
        .stderr(contains("varidex people"));
}

/// Records as others write them, and what an index made of them: people without their findings, ids that
/// could not be asked for, numbers compared over units.
#[test]
fn what_is_recorded_is_asked_as_it_was_written() {
    let cohort = Fixture::new();
    let ontology = format!(
        "{ONTOLOGY}\n[Term]\nid: HP:0001513\nname: Obesity\nis_a: HP:0000118\n\n\
         [Term]\nid: HP:0000057\nname: obsolete Convulsion\nis_obsolete: true\nreplaced_by: HP:0001250\n\n\
         [Term]\nid: MONDO:0000001\nname: spots\nxref: OMIM:900100 {{source=\"MONDO:equivalentTo\"}}\n\
         xref: NCIT:C900 {{source=\"MONDO:mondoIsNarrowerThanSource\"}}\n"
    );
    let packets = r#"{"id":"v1","subject":{"id":"ANNA"},"phenotypicFeatures":[{"type":{"id":"HP:0001250"},"negated":true}]}
{"id":"snake","subject":{"id":"BEN"},"phenotypic_features":[{"type":{"id":"HP:0007359"}}],"interpretations":[{"id":"i"}]}
{"id":"odd","subject":{"id":"REFUSED"},"phenotypicFeatures":[{"type":{"id":"HP:0001250"},"excluded":"perhaps"}]}"#;
    let weight = |value: u32, unit: &str| {
        format!(
            r#"{{"assayCode":{{"id":"LOINC:3141-9","label":"Weight"}},"measurementValue":{{{unit}"value":{value}}}}}"#
        )
    };
    let individual = |id: &str, disease: &str, label: &str, measure: &str| {
        format!(
            r#"{{"id":"{id}","diseases":[{{"diseaseCode":{{"id":"{disease}","label":"{label}"}}}}],"measures":[{measure}]}}"#
        )
    };
    let kilogram = r#""units":{"id":"NCIT:C28252","label":"Kilogram"},"#;
    let pound = r#""unit":{"id":"NCIT:C48531","label":"Pound"},"#;
    let individuals = [
        individual("CLEO", "ICD10:E66", "obesity", &weight(80, kilogram)),
        individual("DAN", "ICD-10:E66", "Adiposity", &weight(170, pound)),
        individual("EMIL", "OMIM:900100", "green spots", &weight(120, "")),
        individual(
            "FRIDA",
            "NCIT:C900",
            "spot syndromes",
            &weight(130, kilogram),
        ),
    ];
    let individuals = format!("[{}]", individuals.join(","));
    let pedigree = "F1\t1\t2\t0\t1\t2\nF1\t2\t0\t0\t1\t1\nF2\t1\t0\t0\t2\t1\n";
    for (name, text) in [
        ("x.obo", ontology.as_str()),
        ("packets.ndjson", packets),
        ("individuals.json", &individuals),
        ("family.ped", pedigree),
    ] {
        std::fs::write(cohort.path(name), text).unwrap();
    }
    let files = [
        "packets.ndjson",
        "individuals.json",
        "family.ped",
        "--ontology",
        "x.obo",
    ];
    cohort
        .run("people", &files)
        .success()
        .stderr(contains("records refused                      1"))
        .stderr(contains(
            "#/phenotypicFeatures/0/excluded: expected whether it is there or not",
        ))
        .stderr(contains("keys not read (1): interpretations (1)"))
        .stderr(contains("FAMILY:ID (2): ").and(contains("family.ped:1: F1:1")))
        .stderr(contains("not used (1): MONDO:0000001 NCIT:C900"));
    let ids = |question: &str| {
        let text = cohort.answer("ask", &[question, "--ids"]);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for (question, expected) in [
        ("HP:0001250", "BEN"),
        ("excluded(HP:0007359)", "ANNA"),
        ("\"obsolete Convulsion\"", "BEN"),
        ("disease:obesity", "CLEO DAN"),
        ("\"adiposity\"", "CLEO DAN"),
        ("icd10who:E66", "CLEO DAN"),
        ("disease:MONDO:0000001", "EMIL"),
        ("individuals(\"F1:1\") | individuals(\"F2:1\")", "F1:1 F2:1"),
        ("affected:yes", "F1:1"),
        ("measurement(Weight, Kilogram)>100", "FRIDA"),
        ("measurement(Weight, \"NCIT:C48531\")>100", "DAN"),
        ("measurement(Weight, \"\")>100", "EMIL"),
    ] {
        assert_eq!(ids(question), expected, "{question}");
    }
    cohort.run("ask", &["measurement(Weight)>100"]).code(2).stderr(contains(
        "say which, as in `measurement(Weight, \"Kilogram\")`; did you mean Kilogram, Pound, \"\"",
    ));
    assert_eq!(
        table(&cohort.answer("people", &["--scope", "disease"])),
        table(
            "what value label people
             term ICD-10:E66 Adiposity 2
             term MONDO:0000001 spots 1
             term NCIT:C900 spot syndromes 1
             term OMIM:900100 green spots 1"
        )
    );
}

/// People given with the build are the same as people loaded later.
#[test]
fn build_takes_people_along() {
    let cohort = peopled();
    let path = |name: &str| cohort.path(name).display().to_string();
    let files = [
        "packets.ndjson",
        "individuals.json",
        "people.tsv",
        "family.ped",
    ]
    .map(path);
    let (dataset, ontology) = (path("b.vdx"), path("hp.obo"));
    let start = ["build", COHORT, "--info", "CADD", "-q", "-o", &dataset];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let rest = [&["--people"], &files[..], &["--ontology", &ontology]].concat();
    varidex(&[&start[..], &rest].concat()).assert().success();
    varidex(&["verify", &dataset]).assert().success();
    for arguments in [&["people"][..], &["ask", "HP:0001250", "--ids"]] {
        let run = |dataset: &str| {
            let arguments = [&arguments[..1], &[dataset], &arguments[1..]].concat();
            let done = varidex(&arguments).assert().success();
            done.get_output().stdout.clone()
        };
        assert_eq!(run(&dataset), run(&cohort.dataset()));
    }
}

/// Loading is killed at moments spread over all of it: the people are the old ones or the new ones.
#[cfg(unix)]
#[test]
fn killed_while_loading_the_old_people_stay() {
    let cohort = Fixture::new();
    let table = |sex: &str| {
        let mut text = "id\tsex\tphenotype\n".to_owned();
        for person in 0..20_000u32 {
            writeln!(text, "P{person}\t{sex}\tHP:{:07}", person % 900).unwrap();
        }
        text
    };
    let sexes = ["female", "male"];
    for sex in sexes {
        std::fs::write(cohort.path(sex), table(sex)).unwrap();
    }
    let started = std::time::Instant::now();
    cohort.run("people", &["female"]).success();
    let usual = started.elapsed();
    let (mut now, mut killed) = (0, 0);
    for round in 0..12u32 {
        let next = 1 - now;
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_varidex"))
            .args(["people", &cohort.dataset(), sexes[next], "-q"])
            .current_dir(cohort.dir.path())
            .spawn()
            .unwrap();
        std::thread::sleep(usual * ((round * 5) % 12 + 1) / 12);
        child.kill().unwrap();
        let done = child.wait().unwrap().success();
        killed += u32::from(!done);
        cohort.run("verify", &[]).success();
        let counted = cohort.answer("people", &["--by", "sex"]);
        let of = |sex: &str| format!("sex\tpeople\n{sex}\t20000\n");
        if counted == of(sexes[next]) {
            now = next;
        } else {
            assert!(!done && counted == of(sexes[now]), "{counted}");
        }
    }
    assert!(killed >= 3, "only {killed} of 12 were killed in time");
    // and no lock or litter stops the next one
    cohort.run("people", &[sexes[1 - now]]).success();
    let kinds = std::fs::read_dir(cohort.path("cohort.vdx")).unwrap();
    let people = kinds.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".people")
    });
    assert_eq!(people.count(), 1);
}

/// A map is about files of people: without one it would be skipped in silence.
#[test]
fn a_map_without_files_of_people_is_refused() {
    let cohort = Fixture::new();
    for option in ["--sample-map", "--map"] {
        cohort
            .run("people", &[option, "map.tsv"])
            .code(2)
            .stderr(predicates::str::contains("files of people"));
    }
}
