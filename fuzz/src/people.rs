//! Files of people, ontologies, diseases and genes from strangers.

use crate::dataset::{DATASET, built, told_of_people};
use std::path::PathBuf;
use std::sync::LazyLock;
use varidex::testing::Files;
use varidex::{BuildOptions, Error, PeopleOptions};

/// By the low bits of the first byte.
const NAMES: [&str; 16] = [
    "a.json",
    "a.ndjson",
    "a.tsv",
    "a.csv",
    "a.ped",
    "a.fam",
    "a.obo",
    "graph.json",
    "a.hpoa",
    "map.sssom.tsv",
    "terms.csv",
    "a.gff3",
    "a.gtf",
    "a.bed",
    "a.refflat",
    "a.toml",
];

/// What is loaded beside the file that is fuzzed, so that it meets something.
const OBO: &str = include_str!("../data/terms.obo");
const PEOPLE: &str = include_str!("../data/people.ndjson");

/// The first byte says what the file is called, the rest is its content. What is read is sound, can be
/// asked, and reports what it met.
pub fn people(data: &[u8]) {
    let Some((&which, content)) = data.split_first() else {
        return;
    };
    static BUILT: LazyLock<Files> = LazyLock::new(|| built(include_str!("../data/mixed.vcf"), &[]));
    let files = BUILT.copy();
    let write = |name: &str, bytes: &[u8]| {
        files.write(name, bytes);
        PathBuf::from(name)
    };
    let name = NAMES[usize::from(which) % NAMES.len()];
    let file = write(name, content);
    let mut options = BuildOptions {
        threads: Some(1),
        replace: true,
        ..BuildOptions::default()
    };
    let mut people = PeopleOptions {
        ontologies: vec![write("terms.obo", OBO.as_bytes())],
        ..PeopleOptions::default()
    };
    match usize::from(which) % NAMES.len() {
        0..6 => people.files.push(file),
        6..11 => people.ontologies.push(file),
        11..15 => options.genes.push(file),
        _ => {
            let table = write(
                "table.tsv",
                b"id\tsex\tage\tdisease\nann\tF\t40\tHP:0000002\n",
            );
            people.files.push(table);
            people.mapping = Some(file);
        }
    }
    if people.files.is_empty() {
        people.files.push(write("known.ndjson", PEOPLE.as_bytes()));
    }
    // what genes are is given to the build; people are loaded afterwards, as they may be any time
    if !options.genes.is_empty()
        && let Err(e) = files.build(&["input.vcf"], DATASET, &options, &mut |_| true)
    {
        assert!(told(&e), "{e}");
        return;
    }
    let before = files
        .open(DATASET)
        .expect("what was built can be opened")
        .view();
    match files.load_people(DATASET, &people, &mut |_| true) {
        Ok(report) => {
            assert_eq!(report.read, report.people + report.merged + report.refused);
        }
        Err(e) => {
            assert!(told(&e), "{e}");
            let after = files
                .open(DATASET)
                .expect("a dataset stays where people are refused")
                .view();
            assert_eq!(after.snapshot(), before.snapshot());
        }
    }
    let dataset = files
        .open(DATASET)
        .expect("what was built can be opened")
        .view();
    dataset.dataset().verify().expect("what was built is sound");
    told_of_people(&dataset).expect("a sound dataset can be asked");
}

/// Errors of files from strangers name them; the dataset itself is never at fault.
fn told(error: &Error) -> bool {
    !matches!(error, Error::Damaged(_)) && !error.to_string().contains(DATASET)
}
