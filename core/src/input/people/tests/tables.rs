//! Tables, mapping files, pedigrees.

use super::*;
use crate::input::people::{guess, read_ped};
use crate::model::{Age, Ages, SampleNameKind, Sex, Time, Value};
use proptest::prelude::*;

#[test]
fn a_conventional_table() {
    let text = "individual_id;sample;sex;population;country;age;hpo;icd10;weight\n\
                p1;S1;F;FIN;FI;34;0001250|HP:0001251;I10,J45;80\n\
                p2;S2;2;;;P6M;NA;;\n\
                p3;S3;male;FIN\n";
    let input = read(&[("people.csv", text)]).unwrap();
    assert_eq!((input.read, input.people.len()), (3, 2));
    assert_eq!(input.refused[0].reason, "expected 9 fields, found 4");
    assert_eq!(input.refused[0].place, ":4");
    let person = &input.people[0];
    assert_eq!(
        person.sample_names[0],
        (SampleNameKind::File, "S1".to_owned())
    );
    assert_eq!(person.age, Age::from_iso("P34Y").map(Ages::at));
    assert_eq!(
        ids(&of(person, Scope::Phenotype)),
        ["HP:0001250", "HP:0001251"]
    );
    assert_eq!(ids(&of(person, Scope::Disease)), ["ICD10:I10", "ICD10:J45"]);
    assert_eq!(input.people[1].sex, Some(Sex::Female));
    assert_eq!(input.people[1].records, []);
    assert!(
        input.warnings[0].examples[0].ends_with("weight"),
        "{:?}",
        input.warnings
    );
}

const MAPPING: &str = r#"
missing = ["?"]
[columns]
who = "individual"
years = { is = "age", unit = "months" }
ldl = { is = "measurement", term = "LOINC:18262-6", label = "LDL", unit = "mmol/L" }
diabetes = { is = "disease", term = "MONDO:0005015", present = ["yes"], absent = ["no"], onset = "since" }
signs = { is = "phenotype", separator = "/", prefix = "HP" }
"#;

#[test]
fn a_mapped_table() {
    let text = "who,years,ldl,diabetes,since,signs\na,18,3.62,yes,12,0001250/0001251\nb,?,?,no,?,?\nc,1,high,maybe,,\n";
    let input = mapped(text, MAPPING).unwrap();
    let [a, b, c] = &input.people[..] else {
        panic!("{input:?}")
    };
    assert_eq!(a.age, Age::from_iso("P18M").map(Ages::at));
    let Some(Value::Number { number, unit }) = &of(a, Scope::Measurement)[0].value else {
        panic!()
    };
    assert_eq!((*number, unit.label.as_str()), (3.62, "mmol/L"));
    let disease = of(a, Scope::Disease)[0];
    assert_eq!(
        disease.onset,
        Age::from_iso("P12Y").map(Ages::at).map(Time::Age)
    );
    assert_eq!(ids(&of(a, Scope::Phenotype)), ["HP:0001250", "HP:0001251"]);
    assert_eq!(ids(&of(b, Scope::Disease)), ["!MONDO:0005015"]);
    assert_eq!(c.records, []);
    let told: Vec<_> = input
        .warnings
        .iter()
        .map(|warning| warning.what.as_str())
        .collect();
    assert!(
        told.contains(&"a cell that is no number: left out"),
        "{told:?}"
    );
    assert!(
        told.contains(&"a cell that is neither present nor absent: left out"),
        "{told:?}"
    );
}

#[test]
fn a_wrong_mapping_says_what_is_wrong() {
    for (mapping, expected) in [
        ("columns = 3", "map.toml:1"),
        (
            "[columns]\nwho = \"person\"",
            "population, country, cohort, collection, birth, age, deceased, family, father, mother, affected, \
             attribute, ignore, biomarker, disease, ethnicity, exposure, measurement, phenotype, procedure, treatment) for \
             column who, found person",
        ),
        ("[columns]\nwho = { is = \"sex\", unite = \"x\" }", "unite"),
        (
            "[columns]\nwho = { is = \"disease\", present = [\"1\"] }",
            "`term` or `label`",
        ),
        ("[columns]\nsex = \"sex\"", "a column of individuals"),
        (
            "[columns]\nwho = \"individual\"\nx = { is = \"disease\", onset = \"when\" }",
            "the column when",
        ),
        (
            "[columns]\nwho = \"individual\"\nSexx = \"sex\"",
            "a table with the column Sexx, found tables with the columns sex, who, x",
        ),
        ("delimiter = \"ab\"", "a delimiter"),
        ("colums = 1", "colums"),
    ] {
        let text = mapped("who,sex,x\na,f,y\n", mapping)
            .unwrap_err()
            .to_string();
        assert!(text.contains(expected), "{mapping}: {text}");
    }
}

/// A table of 1000 Genomes has the codes, names and groups of populations in five columns: one is the population.
#[test]
fn groups_of_populations_are_attributes() {
    let text = "id,Population code,Population name,Superpopulation code,Superpopulation name,Population elastic ID\n\
        p,FIN,Finnish,EUR,European Ancestry,FIN\n";
    let input = read(&[("people.csv", text)]).unwrap();
    assert_eq!(input.people[0].populations, ["FIN"]);
    assert!(input.warnings.is_empty(), "{:?}", input.warnings);
}

#[test]
fn several_columns_of_one_attribute_are_reported() {
    let text =
        "id,population_code,ancestry,sex,gender,sample,iid\np,FIN,EUR,,f,s1,s2\nq,,EUR,m,f,,\n";
    let input = read(&[("people.csv", text)]).unwrap();
    assert_eq!(input.people[0].populations, ["FIN", "EUR"]);
    assert_eq!(input.people[0].sex, Some(Sex::Female));
    assert_eq!(input.people[1].sex, Some(Sex::Male));
    let told: Vec<_> = input
        .warnings
        .iter()
        .map(|w| (w.what.as_str(), w.count))
        .collect();
    let expected = [
        ("several columns that are read as one attribute", 2),
        (
            "a second column of an attribute with another value: the first is kept",
            1,
        ),
    ];
    assert_eq!(told, expected);
    let example = &input.warnings[0].examples[0];
    assert!(
        example.ends_with("people.csv: population: population_code, ancestry"),
        "{example}"
    );
}

#[test]
fn a_mapping_is_of_all_tables_together() {
    let mapping = "[columns]\nwho = \"individual\"\nsex = \"sex\"\npop = \"population\"\n";
    let files = [
        ("a.csv", "who,sex\np,f\n"),
        ("b.csv", "who,pop\np,FIN\n"),
        ("map.toml", mapping),
    ];
    let (_folder, paths) = folder(&files);
    let input = read_people(&paths[..2], Some(&paths[2])).unwrap();
    assert_eq!((input.people.len(), input.merged), (1, 1));
    let error = read_people(&paths[..1], Some(&paths[2]))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("map.toml: expected a table with the column pop"),
        "{error}"
    );
}

#[test]
fn a_guessed_mapping_reads_the_table() {
    let text =
        "sample_id,sex,bmi,codes,smoker,note\nS1,f,23.5,HP:1;HP:2,yes,\"a, b\"\nS2,m,,HP:1,no,c\n";
    let (_folder, paths) = folder(&[("people.csv", text)]);
    let mapping = guess(&paths[0]).unwrap();
    assert!(
        mapping.contains("note = \"ignore\" # a, b, c")
            || mapping.contains("\"note\" = \"ignore\" # a, b, c"),
        "{mapping}"
    );
    let input = mapped(text, &mapping).unwrap();
    assert_eq!(input.warnings, []);
    let person = &input.people[0];
    assert_eq!(person.sex, Some(Sex::Female));
    assert_eq!(of(person, Scope::Measurement).len(), 1);
    assert_eq!(of(person, Scope::Phenotype).len(), 3);
    assert!(
        of(&input.people[1], Scope::Phenotype)
            .iter()
            .any(|record| record.excluded)
    );
}

#[test]
fn pedigrees_with_and_without_header() {
    let plain = "F1 kid dad mum 1 2\nF1 dad 0 0 1 1\nF1 mum 0 0 2 0\n";
    let header = "#Family\tPerson\tFather\tMother\tSex\tPhenotype\nF1\tkid\tdad\tmum\t1\t2\n";
    for (name, text, len) in [
        ("a.ped", plain, 3),
        ("a.fam", header, 1),
        ("a.txt", plain, 3),
    ] {
        let (_folder, paths) = folder(&[(name, text)]);
        let relatives = read_ped(&paths[0]).unwrap();
        assert_eq!(relatives.len(), len);
        assert_eq!(relatives[0].kin.father.as_deref(), Some("dad"));
        assert_eq!(relatives[0].kin.affected, Some(true));
        let input = read(&[(name, text)]).unwrap();
        assert_eq!(input.people.len(), len, "{name}");
        assert_eq!(input.people[0].sex, Some(Sex::Male));
    }
}

#[test]
fn wrong_lines_of_pedigrees() {
    let text = "F a 0 0 1 1\nF b b 0 1 1\nF c d d 1 1\nF e 0\nF f 0 0 x 1\nF g 0 0 1 3.5\n";
    let input = read(&[("a.ped", text)]).unwrap();
    assert_eq!(
        (input.read, input.people.len(), input.refused.len()),
        (6, 2, 4)
    );
    assert_eq!(input.refused[0].place, ":2");
    assert_eq!(input.warnings.len(), 1);
    let (_folder, paths) = folder(&[("a.ped", text)]);
    let error = read_ped(&paths[0]).unwrap_err().to_string();
    assert!(
        error.contains("a.ped:2: expected parents other than the person"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is written is what is read, whatever stands in the cells.
    #[test]
    fn tables_return_what_was_written(
        rows in prop::collection::vec(("[a-z\",é\n;\t ]{0,6}", any::<bool>(), 0u8..120, prop::collection::vec(1u32..9_999_999, 0..4)), 1..20),
        delimiter in prop::sample::select(vec![b',', b'\t', b';']),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["id", "sex", "age", "hpo"]).unwrap();
        for (number, (id, female, age, terms)) in rows.iter().enumerate() {
            let terms: Vec<_> = terms.iter().map(|term| format!("HP:{term:07}")).collect();
            let sex = if *female { "female" } else { "male" };
            writer.write_record([format!("{number}x{id}x"), sex.into(), age.to_string(), terms.join("|")]).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let input = read(&[("people.txt", &text)]).unwrap();
        prop_assert_eq!(input.people.len(), rows.len());
        for (number, (person, (id, female, age, terms))) in input.people.iter().zip(&rows).enumerate() {
            prop_assert_eq!(&person.id, &format!("{number}x{id}x"));
            prop_assert_eq!(person.sex == Some(Sex::Female), *female);
            prop_assert_eq!(person.age, Age::from_years(f64::from(*age)).map(Ages::at));
            let terms: Vec<_> = terms.iter().map(|term| format!("HP:{term:07}")).collect();
            prop_assert_eq!(ids(&of(person, Scope::Phenotype)), terms);
        }
    }
}
