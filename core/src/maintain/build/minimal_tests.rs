//! The items of the 1+MG Minimal Metadata Model: read, kept apart from what is absent, and written again.

use super::people::{PeopleOptions, load_people};
use super::people_report::PeopleReport;
use super::{BuildOptions, build};
use crate::cohort::{Dataset, View};
use crate::error::Result;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SUBJECTS: &str = "Subject ID,Birth Date,Administrative gender,biological sex at birth,Country of origin,Date_of_Last_Follow_up,Sample ID\n\
    S1,1960-02-03,female,F,NL,2024-01-31,A\n\
    S2,1971-11,male,UNK,NL-NH,UNK,B\n\
    S3,1999,unknown,,,,C\n\
    S4,UNK,other,M,ASKU,,\n\
    S5,,male,M,FI,2023-05,\n";
const DIAGNOSES: &str = "subject_id\tDiagnosis\tProvisional diagnosis / clinical diagnosis\tDate of Diagnosis\n\
    S1\t398339000\t\t2001-05-06\n\
    S2\tNI\tORPHA:590\t2020-03\n\
    S3\tSNOMED:73211009;ICD10:E11\t\t\n";
const TREATMENTS: &str = "Subject ID;Treatment Type;treatmentCode;Date_start_overall\n\
    S1;367336001;L01EC01;2010-03-01\n\
    S2;OTH;NA;\n\
    S4;;C09;\n";
const BIOMARKERS: &str = "subject id,biomarker type,biomarker subtype,biomarker name\nS1,Molecular,Genetics/Genomics,BRAF V600E\n";
const SAMPLES: &str = "Sample ID,Organism,Biospecimen_Type,Anatomical sample location,Pathological state,Target,\
    Sequencing_Platform,Average depth of coverage,Alignment_Genome\n\
    A,NCIT:C14225,BLD,UNK,Germline Normal,Whole genome sequencing,Illumina,34,GRCh38\n\
    B,NCIT:C14225,BLD,NA,UNK,Whole genome sequencing,Illumina,UNK,GRCh38\n\
    C,NCIT:C14225,,,,Whole genome sequencing,Illumina,28,GRCh38\n";

fn write(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// A dataset of samples A, B and C.
fn dataset(folder: &TempDir, name: &str) -> PathBuf {
    let vcf = "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n\
        1\t10\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/0\t1/1\n";
    let vcf = write(folder, "a.vcf", vcf);
    let to = folder.path().join(name);
    build(&[vcf], &to, &BuildOptions::default(), &mut |_| true).unwrap();
    to
}

fn load(dataset: &Path, options: &PeopleOptions) -> Result<PeopleReport> {
    load_people(dataset, options, &mut |_| true)
}

fn view(dataset: &Path) -> View {
    let dataset = Dataset::open(dataset).unwrap();
    dataset.verify().unwrap();
    dataset.view()
}

fn ids(view: &View, of: &str) -> String {
    view.ask(of).unwrap().ids().unwrap().join(" ")
}

fn read(folder: &TempDir) -> (PathBuf, PeopleReport) {
    let to = dataset(folder, "a.vdx");
    let files = [
        ("subjects.csv", SUBJECTS),
        ("diagnoses.tsv", DIAGNOSES),
        ("treatments.csv", TREATMENTS),
        ("biomarkers.csv", BIOMARKERS),
    ];
    let files = files.into_iter();
    let options = PeopleOptions {
        files: files
            .map(|(name, text)| write(folder, name, text))
            .collect(),
        mapping: Some(write(folder, "map.toml", "model = \"1+MG-MMM-1\"\n")),
        sample_tables: vec![write(folder, "samples.csv", SAMPLES)],
        ..PeopleOptions::default()
    };
    let report = load(&to, &options).unwrap();
    (to, report)
}

#[test]
fn mandatory_items_are_read_and_null_flavours_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (to, report) = read(&folder);
    let warned = |what: &str| {
        let found = report
            .warnings
            .iter()
            .find(|(known, ..)| known.contains(what));
        found.map_or((0, String::new()), |(_, count, examples)| {
            (*count, examples.join(" "))
        })
    };
    assert_eq!(report.refused, 0, "{:?}", report.refusals);
    let (count, examples) = warned("mandatory item of the minimal metadata model that is empty");
    assert_eq!(count, 2, "{examples}");
    assert!(
        examples.contains("subjects.csv:6: Birth Date"),
        "{examples}"
    );
    assert!(
        examples.contains("treatments.csv:4: Treatment Type"),
        "{examples}"
    );
    assert_eq!(warned("a table without a mandatory item").0, 0);
    assert_eq!(warned("read as one attribute").0, 0);
    assert_eq!(warned("is not understood").0, 0, "{:?}", report.warnings);

    let view = view(&to);
    // absent is none of them
    for (of, expected) in [
        ("sex:female", "S1"),
        ("sex:male", "S2 S4 S5"),
        ("attribute.administrative_gender:unknown", "S3"),
        ("attribute.administrative_gender:other", "S4"),
        ("attribute.biological_sex_at_birth.null:UNK", "S2"),
        ("attribute.birth_date.null", "S4"),
        ("attribute.country_of_origin.null:ASKU", "S4"),
        ("country:NL", "S1"),
        ("country:NL-NH", "S2"),
        ("attribute.date_of_last_follow_up.null:UNK", "S2"),
        ("attribute.date_of_last_follow_up>=2023-01-01", "S1 S5"),
        ("disease:\"SNOMED:398339000\"", "S1"),
        ("disease:\"ICD10:E11\" & disease:\"SNOMED:73211009\"", "S3"),
        ("attribute.diagnosis.null:NI", "S2"),
        ("attribute.provisional_diagnosis:\"ORPHA:590\"", "S2"),
        ("attribute.date_of_diagnosis:2020", "S2"),
        (
            "treatment:\"ATC:L01EC01\" & treatment:\"SNOMED:367336001\"",
            "S1",
        ),
        ("treatment:\"ATC:C09\"", "S4"),
        (
            "attribute.treatment_type.null:OTH & attribute.treatmentcode.null:NA",
            "S2",
        ),
        ("biomarker:\"BRAF V600E\" & biomarker:Molecular", "S1"),
        ("sample(average_depth_of_coverage>=30)", "S1"),
        (
            "sample(average_depth_of_coverage.null:UNK & pathological_state.null:UNK)",
            "S2",
        ),
        ("sample(tissue.null:UNK)", "S1"),
        ("sample(tissue.null:NA & type:BLD)", "S2"),
        ("sample(!type)", "S3"),
    ] {
        assert_eq!(ids(&view, of), expected, "{of}");
    }
    for absent in ["attribute.country_of_origin.null:UNK", "sample(type.null)"] {
        assert!(view.ask(absent).is_err(), "{absent}");
    }
    let birth = |id: &str| {
        let written = view.individual(id).unwrap().beacon().json;
        let written: serde_json::Value = serde_json::from_str(&written).unwrap();
        written["info"]["dateOfBirth"].clone()
    };
    let births = ["S1", "S2", "S3", "S4", "S5"].map(birth);
    let none = serde_json::Value::Null;
    let expected = [
        "1960-02-03".into(),
        "1971-11".into(),
        "1999".into(),
        none.clone(),
        none,
    ];
    assert_eq!(births, expected);
}

/// Every individual written as Beacon has it and read again says the same.
#[test]
fn what_was_read_is_written_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = read(&folder);
    let first = view(&first);
    let mut records = String::new();
    for id in ["S1", "S2", "S3", "S4", "S5"] {
        let written = first.individual(id).unwrap().beacon();
        let known = |of: &String| {
            of.contains("biomarker")
                || of.starts_with("time of a treatment")
                || of.ends_with(" of a sample")
        };
        let left: Vec<&String> = written.left.iter().filter(|of| !known(of)).collect();
        assert!(left.is_empty(), "{left:?}");
        let value: serde_json::Value = serde_json::from_str(&written.json).unwrap();
        records.push_str(&value.to_string());
        records.push('\n');
    }
    let to = dataset(&folder, "b.vdx");
    let options = PeopleOptions {
        files: vec![write(&folder, "again.ndjson", &records)],
        // of whom the samples are stands in `info`, which is for people who read
        sample_map: Some(write(&folder, "again.tsv", "A\tS1\nB\tS2\nC\tS3\n")),
        sample_tables: vec![write(&folder, "samples.csv", SAMPLES)],
        ..PeopleOptions::default()
    };
    let report = load(&to, &options).unwrap();
    assert_eq!(
        (report.people, report.refused),
        (5, 0),
        "{:?}",
        report.refusals
    );
    let second = view(&to);
    for id in ["S1", "S2", "S3", "S4", "S5"] {
        let (one, other) = (
            first.individual(id).unwrap(),
            second.individual(id).unwrap(),
        );
        assert_eq!(one.beacon().json, other.beacon().json, "{id}");
        // with the samples, and their attributes
        let shown = |of: &crate::export::Individual| {
            let shown = of.to_string();
            let lines = shown.lines().filter(|line| {
                // Beacon has no place for these, and for the day of a treatment
                !line.starts_with("biomarker") && !line.starts_with("treatment")
            });
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(shown(&one), shown(&other), "{id}");
    }
    for of in [
        "disease:\"ICD10:E11\"",
        "treatment:\"ATC:L01EC01\"",
        "sex:male",
    ] {
        assert_eq!(ids(&first, of), ids(&second, of), "{of}");
    }
}

#[test]
fn tables_without_mandatory_items_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let to = dataset(&folder, "a.vdx");
    let load_one = |table: &str, mapping: &str| {
        let options = PeopleOptions {
            files: vec![write(&folder, "t.csv", table)],
            mapping: Some(write(&folder, "map.toml", mapping)),
            ..PeopleOptions::default()
        };
        load(&to, &options)
    };
    let model = "model = \"1+MG-MMM-1\"\n";
    let missed = |table: &str| -> Vec<String> {
        let report = load_one(table, model).unwrap();
        let found = report.warnings.into_iter();
        let mut found = found.filter(|(what, ..)| what.contains("without a mandatory item"));
        found.next().map_or(Vec::new(), |(_, _, examples)| examples)
    };
    assert!(missed("Subject ID,Birth date\nS1,1960\n")[0].ends_with("administrative_gender"));
    assert!(missed("Subject ID,Date of diagnosis\nS1,1960\n")[0].ends_with("diagnosis"));
    assert!(missed("Subject ID,treatmentCode\nS1,A01\n")[0].ends_with("treatment_type"));
    assert!(missed("Subject ID,Diagnosis\nS1,1\n").is_empty());
    assert!(missed("Subject ID\nS1\n").is_empty());
    // columns that the mapping names go before items
    let own = format!(
        "{model}[columns]\n\"Birth date\" = \"ignore\"\n\"x\" = {{ is = \"attribute\" }}\n"
    );
    load_one(
        "Subject ID,Birth date,x,Administrative gender\nS1,1960,7,male\n",
        &own,
    )
    .unwrap();
    let view = view(&to);
    let written = view.individual("S1").unwrap().beacon().json;
    assert!(!written.contains("1960"), "{written}");
    assert_eq!(ids(&view, "attribute.x:7"), "S1");
    assert!(load_one("Subject ID\nS1\n", "model = \"other\"\n").is_err());
}
