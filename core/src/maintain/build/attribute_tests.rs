//! Numbers of individuals over several loads, and attributes of individuals and of samples.

use super::people::{PeopleOptions, load_people};
use super::people_report::PeopleReport;
use super::{BuildOptions, build};
use crate::cohort::{AttributeCount, Dataset, View};
use crate::error::{Error, Place, Result};
use crate::model::{Attribute, AttributeType, AttributeValue};
use std::path::PathBuf;
use tempfile::TempDir;

struct Cohort {
    folder: TempDir,
}

impl Cohort {
    /// Of samples A, B and C.
    fn new() -> Self {
        let cohort = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let vcf = "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n\
            1\t10\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/0\t1/1\n";
        let vcf = cohort.write("a.vcf", vcf);
        let options = BuildOptions::default();
        build(&[vcf], cohort.dataset(), &options, &mut |_| true).unwrap();
        cohort
    }

    fn dataset(&self) -> PathBuf {
        self.folder.path().join("a.vdx")
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn load(&self, files: &[(&str, &str)], map: Option<&str>) -> Result<PeopleReport> {
        let mut options = PeopleOptions {
            sample_map: map.map(|text| self.write("map.tsv", text)),
            ..PeopleOptions::default()
        };
        for (name, text) in files {
            let path = self.write(name, text);
            match name.ends_with(".toml") {
                true => options.mapping = Some(path),
                false => options.files.push(path),
            }
        }
        load_people(self.dataset(), &options, &mut |_| true)
    }

    /// Loads tables of samples, with files of people or without.
    fn load_tables(
        &self,
        tables: &[(&str, &str)],
        people: &[(&str, &str)],
    ) -> Result<PeopleReport> {
        let all = |files: &[(&str, &str)]| {
            let files = files.iter();
            files.map(|(name, text)| self.write(name, text)).collect()
        };
        let options = PeopleOptions {
            sample_tables: all(tables),
            files: all(people),
            ..PeopleOptions::default()
        };
        load_people(self.dataset(), &options, &mut |_| true)
    }

    fn view(&self) -> View {
        let dataset = Dataset::open(self.dataset()).unwrap();
        dataset.verify().unwrap();
        dataset.view()
    }
}

fn number(view: &View, id: &str) -> Option<u32> {
    view.people().unwrap().number(id).unwrap()
}

fn ids(view: &View, of: &str) -> String {
    view.ask(of).unwrap().ids().unwrap().join(" ")
}

#[test]
fn who_is_known_keeps_the_number() {
    let cohort = Cohort::new();
    let people = "individual\tsample\tsex\nP1\tA\tmale\nP2\tB\tmale\nP3\t\tfemale\n";
    cohort.load(&[("one.tsv", people)], None).unwrap();
    let first = cohort.view();
    assert_eq!(
        ["P1", "P2", "P3"].map(|id| number(&first, id)),
        [0, 1, 2].map(Some)
    );
    assert_eq!(ids(&first, "all"), "P1 P2 C P3");

    let people = "individual\tsample\tsex\nP0\tC\tmale\nP9\t\tfemale\nP3\t\tfemale\nP1\tA\tmale\n";
    let report = cohort.load(&[("two.tsv", people)], None).unwrap();
    let counts = (
        report.people,
        report.people_without_sample,
        report.samples_without_person,
    );
    assert_eq!(counts, (4, 2, 1));
    let view = cohort.view();
    let numbers = ["P1", "P2", "P3", "P0", "P9"].map(|id| number(&view, id));
    assert_eq!(numbers, [Some(0), None, Some(2), Some(3), Some(4)]);
    assert_eq!(view.info().people, 4);
    assert_eq!(ids(&view, "all"), "P1 B P0 P3 P9");
    assert_eq!(ids(&view, "!sex:female"), "P1 B P0");
    assert_eq!(ids(&view, "sex:female"), "P3 P9");
    assert_eq!(ids(&view, "sex:unknown"), "B");
    assert_eq!(ids(&view, "carriers(all) & !individuals(P1)"), "P0");
    assert!(view.ask("individuals(P2)").is_err());
    let counted: u64 = view
        .people_counts::<Attribute>(&[])
        .unwrap()
        .iter()
        .map(|c| c.people)
        .sum();
    assert_eq!(counted, 4);

    // who comes back was forgotten, and is somebody new
    cohort
        .load(&[("one.tsv", "individual\tsample\nP2\tB\nP1\tA\n")], None)
        .unwrap();
    let view = cohort.view();
    let numbers = ["P1", "P2", "P0"].map(|id| number(&view, id));
    assert_eq!(numbers, [Some(0), Some(5), None]);
    assert_eq!(ids(&view, "all"), "P1 P2 C");
    // closed anew by terms everybody keeps the number
    let terms = "format-version: 1.2\n\n[Term]\nid: HP:0000001\nname: All\n";
    let options = PeopleOptions {
        ontologies: vec![cohort.write("hp.obo", terms)],
        ..PeopleOptions::default()
    };
    let report = load_people(cohort.dataset(), &options, &mut |_| true).unwrap();
    assert_eq!((report.people, report.people_without_sample), (2, 0));
    assert_eq!(number(&cohort.view(), "P2"), Some(5));
    assert_eq!(ids(&cohort.view(), "all"), "P1 P2 C");
}

fn shown(counts: Result<Vec<AttributeCount>>) -> String {
    let shown = counts.unwrap().into_iter();
    let shown = shown.map(|of| format!("{} {} {}", of.name, of.kind.name(), of.count));
    shown.collect::<Vec<_>>().join(", ")
}

const TABLE: &str = "individual\tsample\tattribute.BMI\tattribute.enrolled\tattribute.code\t\
    attribute.centre\tattribute.mixed\tattribute.since:date\n\
    P1\tA\t23.5\t2020-03-01\tX:1\t007\t1\t2019\n\
    P2\t\t-4e2\t2021-02\tNCIT:C1\tbasel\t2020-01-01\t\n\
    P3\tC\tNA\t\t\t\t\t2019-05\n";
const PACKET: &str = r#"{"id": "k", "subject": {"id": "P1"}, "biosamples": [{"id": "b1", "individualId": "P1",
    "sampleType": {"id": "OBI:0000655", "label": "blood specimen"}, "timeOfCollection": {"age": {"iso8601duration": "P40Y"}},
    "materialSample": {"id": "EFO:0009654", "label": "reference sample"}},
    {"id": "B", "histologicalDiagnosis": {"id": "NCIT:C3", "label": "x"},
    "materialSample": {"id": "EFO:0009655", "label": "abnormal sample"}, "timeOfCollection": {"timestamp": "2020-05-01T00:00:00Z"}}],
    "files": [{"uri": "f", "individualToFileIdentifiers": {"b1": "A"}}],
    "metaData": {"phenopacketSchemaVersion": "2.0"}}"#;

#[test]
fn attributes_are_loaded_with_their_types() {
    let cohort = Cohort::new();
    let beacon = r#"{"id": "P2", "info": {"attributes": {"bmi": -400, "new_one": {"id": "X:2", "label": "two"}}}}"#;
    let files = [("a.tsv", TABLE), ("b.json", beacon), ("c.json", PACKET)];
    let map = "sample\tindividual\torigin\tattribute.lane\nC\tP3\tsomatic\t3\nA\t\tgermline\t\nZ\t\tsomatic\t\n";
    let report = cohort.load(&files, Some(map)).unwrap();
    let warned: Vec<&str> = report
        .warnings
        .iter()
        .map(|(what, ..)| what.as_str())
        .collect();
    assert_eq!(
        warned,
        [
            "keys not read",
            "a line of the sample map without such a sample or person",
            "a sample of which two things are said: the first is kept"
        ]
    );
    let view = cohort.view();
    assert_eq!(
        shown(view.individual_attributes()),
        "BMI number 2, centre text 2, code code 2, enrolled date 2, mixed text 2, new_one code 1, since date 2"
    );
    assert_eq!(
        shown(view.sample_attributes()),
        "age age 1, diagnosis code 1, lane number 1, origin code 3, time date 1, type code 1"
    );
    let people = view.people().unwrap().people().unwrap();
    let of = |id: &str| {
        let person = people.iter().find(|person| person.id == id).unwrap();
        let shown = person.free.iter().map(|(_, value)| value.to_string());
        shown.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        of("P1"),
        "23.5, 007, X:1, 2020-03-01, 1, 2019-01-01 to 2019-12-31"
    );
    assert_eq!(
        of("P2"),
        "-400, basel, NCIT:C1, 2021-02-01 to 2021-02-28, 2020-01-01, X:2"
    );
    assert_eq!(of("P3"), "2019-05-01 to 2019-05-31");
    // the map goes before the packet, which names the sample otherwise
    let first = view.sample_table().row(0).unwrap();
    let first: Vec<String> = first.iter().map(|(_, value)| value.to_string()).collect();
    assert_eq!(first, ["40y", "germline", "OBI:0000655"]);

    // what those alone have who may not be seen does not show
    let hidden = view.ask("individuals(P2)").unwrap();
    let masked = view.without(hidden.subjects().clone()).unwrap();
    assert_eq!(
        shown(masked.individual_attributes()),
        "BMI number 1, centre text 1, code code 1, enrolled date 1, mixed text 1, since date 2"
    );
    let hidden = view.ask("individuals(P3)").unwrap();
    let masked = view.without(hidden.subjects().clone()).unwrap();
    assert_eq!(
        shown(masked.sample_attributes()),
        "age age 1, diagnosis code 1, origin code 2, time date 1, type code 1"
    );
}

#[test]
fn a_mapping_names_and_declares_attributes() {
    let cohort = Cohort::new();
    let mapping = "[columns]\nwho = \"individual\"\n\
        \"Body mass\" = { is = \"attribute\", name = \"bmi\", type = \"text\" }\n\
        site = \"attribute\"\n";
    let table = "who,Body mass,site\nP1,23.5,X:1\nP2,40,X:2\n";
    let files = [("m.toml", mapping), ("a.csv", table)];
    cohort.load(&files, None).unwrap();
    let view = cohort.view();
    assert_eq!(
        shown(view.individual_attributes()),
        "bmi text 2, site code 2"
    );
    let people = view.people().unwrap().people().unwrap();
    assert_eq!(people[0].free[0].1, AttributeValue::Text("23.5".to_owned()));
    for wrong in [
        "a = \"individual\"\nb = { is = \"attribute\", type = \"colour\" }\n",
        "a = \"individual\"\nb = { is = \"attribute\", name = \"1 b\" }\n",
        "a = \"individual\"\n\"1 b\" = \"attribute\"\n",
        "a = \"individual\"\nb = { is = \"sex\", type = \"number\" }\n",
    ] {
        let mapping = format!("[columns]\n{wrong}");
        let loaded = cohort.load(&[("m.toml", &mapping), ("a.csv", "a,b\nP1,2\n")], None);
        assert!(
            matches!(loaded, Err(Error::Input(_))),
            "{wrong}: {loaded:?}"
        );
    }
}

/// The place that an error names.
fn refused(cohort: &Cohort, files: &[(&str, &str)], map: Option<&str>) -> String {
    match cohort.load(files, map) {
        Err(Error::Input(error)) => {
            let name = error.file.rsplit('/').next().unwrap_or_default().to_owned();
            match error.place {
                Place::File => name,
                place => format!("{name}{place}"),
            }
        }
        other => panic!("{other:?}"),
    }
}

/// A table of 1000 Genomes has the codes, names and groups of populations in five columns: one is the population.
#[test]
fn groups_of_populations_are_attributes() {
    let cohort = Cohort::new();
    let table = "id\tPopulation code\tPopulation name\tSuperpopulation code\tSuperpopulation name\tPopulation elastic ID\n\
        P1\tFIN\tFinnish\tEUR\tEuropean Ancestry\tFIN\nP2\tGBR\tBritish\tEUR\tEuropean Ancestry\tGBR\n";
    cohort.load(&[("a.tsv", table)], None).unwrap();
    let view = cohort.view();
    assert_eq!(
        shown(view.individual_attributes()),
        "population_elastic_id text 2, population_name text 2, superpopulation text 2, superpopulation_name text 2"
    );
    assert_eq!(ids(&view, "attribute.superpopulation:EUR"), "P1 P2");
    assert_eq!(ids(&view, "population:FIN"), "P1");
    assert!(view.ask("population:EUR").is_err());
}

#[test]
fn values_of_other_types_are_refused_where_they_stand() {
    let cohort = Cohort::new();
    let head = "individual\tattribute.a:number\n";
    let wrong = format!("{head}P1\t1\nP2\tmany\n");
    assert_eq!(refused(&cohort, &[("a.tsv", &wrong)], None), "a.tsv:3");
    // a type that is declared later must hold of what was read before
    let first = "individual\tattribute.a\nP1\t1\nP2\tmany\n";
    let second = format!("{head}P3\t1\n");
    let files = [("a.tsv", first), ("b.tsv", second.as_str())];
    assert_eq!(refused(&cohort, &files, None), "b.tsv:1");
    let other = "individual\tattribute.A:date\nP3\t2020-01-01\n";
    let files = [("a.tsv", second.as_str()), ("b.tsv", other)];
    assert_eq!(refused(&cohort, &files, None), "b.tsv:1");
    // a type that a header says holds whatever values follow, and is declared there
    let twice = "individual\tattribute.a:number\tattribute.A:date\nP1\t3\t\n";
    assert_eq!(refused(&cohort, &[("a.tsv", twice)], None), "a.tsv:1");
    let empty = "individual\tattribute.a:date\nP3\t\n";
    let files = [("a.tsv", second.as_str()), ("b.tsv", empty)];
    assert_eq!(refused(&cohort, &files, None), "b.tsv:1");
    let long = format!("individual\tattribute.a\nP1\t{}\n", "x".repeat(5000));
    assert_eq!(refused(&cohort, &[("a.tsv", &long)], None), "a.tsv:2");
    assert_eq!(
        refused(
            &cohort,
            &[("a.tsv", "individual\tattribute.1\nP1\t1\n")],
            None
        ),
        "a.tsv:1"
    );
    let many: Vec<String> = (0..300).map(|n| format!("attribute.a{n}")).collect();
    let values = vec!["1"; 300].join("\t");
    let many = format!("individual\t{}\nP1\t{values}\n", many.join("\t"));
    assert_eq!(refused(&cohort, &[("a.tsv", &many)], None), "a.tsv:2");
    let map = "sample\tindividual\ttime\nA\tP1\tsoon\n";
    assert_eq!(
        refused(&cohort, &[("a.tsv", "individual\nP1\n")], Some(map)),
        "map.tsv:2"
    );
}

/// Different texts are held while people are written: of too many for the memory the attribute is named.
#[test]
fn texts_that_take_too_much_memory_name_their_attribute() {
    let mut writer = crate::store::free::FreeWriter::new(
        vec![("note".to_owned(), AttributeType::Text)],
        None,
        0,
    )
    .unwrap();
    let failed = (0..1000).find_map(|n| {
        let text = AttributeValue::Text(format!("a text of row {n}"));
        writer.push(&[(0, text)]).err()
    });
    assert!(failed.unwrap().to_string().contains("note"));
}

#[test]
fn tables_of_samples_leave_all_else_as_it_is() {
    let cohort = Cohort::new();
    let map = "sample\tindividual\torigin\tattribute.lane\tattribute.depth\n\
        A\tP1\tgermline\t3\t10\nB\tP1\tsomatic\t4\t20\nC\t\tsomatic\t\t\n";
    let people = "individual\tsex\nP1\tmale\nP2\tfemale\n";
    cohort.load(&[("people.tsv", people)], Some(map)).unwrap();
    let before = cohort.view();
    let numbers = ["P1", "P2"].map(|id| number(&before, id));

    let table = "sample_id,Depth,sex_check\nA,31.5,ok\nC,NaN,bad\nZ,1,ok\nY,1,\n";
    let report = cohort.load_tables(&[("qc.csv", table)], &[]).unwrap();
    assert_eq!((report.people, report.people_without_sample), (2, 1));
    assert_eq!(
        report.warnings,
        [(
            "a sample of a table of samples that the dataset does not have".to_owned(),
            2,
            vec!["Y".to_owned(), "Z".to_owned()]
        )]
    );
    let view = cohort.view();
    assert_ne!(view.id(), before.id());
    assert_eq!(
        shown(view.sample_attributes()),
        "Depth number 1, lane number 2, origin code 3, sex_check text 2"
    );
    assert_eq!(ids(&view, "all"), "P1 C P2");
    assert_eq!(ids(&view, "sex:female"), "P2");
    assert_eq!(["P1", "P2"].map(|id| number(&view, id)), numbers);
    // of the depth of B, which the table does not have, nothing is known any more
    assert_eq!(ids(&view, "sample(depth>=0)"), "P1");
    assert_eq!(ids(&view, "sample(depth<30)"), "");
    assert_eq!(
        ids(&view, "sample(origin:germline & lane:3 & sex_check:ok)"),
        "P1"
    );
    assert_eq!(ids(&view, "sample(sex_check:bad)"), "C");

    // another table, of two things said the first is kept, and terms beside it
    let table = "sample\tbatch\nA\t2026-01\nA\t2026-02\nB\t2026-02\n";
    let report = cohort.load_tables(&[("b.tsv", table)], &[]).unwrap();
    assert_eq!(report.warnings.len(), 1, "{:?}", report.warnings);
    assert_eq!(
        ids(&cohort.view(), "sample(batch:2026-01 & sex_check:ok)"),
        "P1"
    );
    // files of people replace all
    let both = cohort.load_tables(
        &[("qc.csv", "sample,depth\nC,5\n")],
        &[("people.tsv", people)],
    );
    both.unwrap();
    assert_eq!(shown(cohort.view().sample_attributes()), "depth number 1");
}

#[test]
fn tables_of_samples_need_no_people() {
    let cohort = Cohort::new();
    cohort
        .load_tables(&[("qc.tsv", "sample\tdepth\nB\t5\nA\t40\n")], &[])
        .unwrap();
    let view = cohort.view();
    assert!(view.people().is_none());
    assert_eq!(ids(&view, "sample(depth>=30)"), "A");
    assert_eq!(ids(&view, "!sample(depth>=30) & genotyped"), "B C");
    // people who are loaded later own the samples
    cohort
        .load(&[("people.tsv", "individual\tsample\nP1\tA\n")], None)
        .unwrap();
    assert_eq!(ids(&cohort.view(), "all"), "P1 B C");
    for bad in ["sample\n", "", "depth\n1\n"] {
        let refused = cohort.load_tables(&[("qc.tsv", bad)], &[]);
        assert_eq!(refused.is_err(), bad != "sample\n", "{bad:?}");
    }
}

#[test]
fn a_policy_of_quality_holds_of_samples() {
    let cohort = Cohort::new();
    let map = "sample\tindividual\nA\tP1\nB\tP1\n";
    let people = [("people.tsv", "individual\nP1\n")];
    cohort.load(&people, Some(map)).unwrap();
    let table = "sample\tcoverage\tcheck\nA\t30\tok\nB\t29.9\tok\nC\t.\tok\n";
    cohort.load_tables(&[("qc.tsv", table)], &[]).unwrap();
    let policy = |expression: &str| -> crate::QcPolicy {
        let text = format!("name = \"a\"\nversion = \"1\"\nexpression = \"{expression}\"\n");
        text.parse().unwrap()
    };
    let view = cohort.view();
    let passed = |view: &View, expression: &str| -> Vec<u32> {
        let passed = view.qc_passed(&policy(expression)).unwrap();
        passed.iter().collect()
    };
    assert_eq!(passed(&view, "coverage>=30"), [0]);
    assert_eq!(passed(&view, "!(coverage<30)"), [0, 2]);
    // what nobody has may be asked for: the policy was not written for this dataset
    assert_eq!(passed(&view, "check!=mismatch"), [0, 1, 2]);
    assert_eq!(passed(&view, "check:mismatch"), [0; 0]);
    for wrong in ["depth>=30", "coverage>=much"] {
        assert!(
            matches!(view.qc_passed(&policy(wrong)), Err(Error::Expression(_))),
            "{wrong}"
        );
    }

    let none = view.ask("proof").unwrap_err().to_string();
    assert!(none.contains("needs a policy"), "{none}");
    let strict = policy("coverage>=30");
    let proven = view.with_qc_policy(&strict).unwrap();
    assert_eq!(proven.qc_policy(), Some(strict.hash()));
    assert_ne!(proven.id(), view.id());
    assert_eq!(ids(&proven, "proof"), "P1");
    assert_eq!(ids(&proven, "!proof"), "C");
    assert_eq!(ids(&proven, "all"), ids(&view, "all"));
    let plan = proven.plan("proof").unwrap();
    assert!(plan.to_string().contains("the policy of quality"), "{plan}");
    let other = view.with_qc_policy(&policy("coverage<30")).unwrap();
    assert_ne!(other.id(), proven.id());
    // a group of one policy is not one of another
    assert!(
        other
            .variants_in("all", &proven.ask("proof").unwrap())
            .is_err()
    );
    // a sample that is hidden proves nothing
    let fewer = proven
        .without(crate::set::SampleSet::gathered(3, [0].into_iter()))
        .unwrap();
    assert_eq!(ids(&fewer, "proof"), "");
    assert_ne!(fewer.id(), proven.id());
    assert_eq!(fewer.qc_policy(), Some(strict.hash()));
    assert_eq!(passed(&fewer, "coverage<30"), [1]);
}
