//! The program of the tutorial for tool builders prints what the book shows.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use varidex::{BuildOptions, PeopleOptions};
use varidex_simulate::{Options, simulate};

#[allow(dead_code, reason = "the test calls what its `main` does")]
#[path = "../examples/gene.rs"]
mod gene;

#[test]
fn the_program_prints_what_the_book_shows() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    // as `varidex simulate --people --samples 2000 --variants 5000`
    let options = Options {
        samples: 2000,
        variants: 5000,
        annotations: true,
        people: true,
        ..Options::default()
    };
    simulate(&options, dir.path(), &mut |_, _| true).unwrap();
    let options = BuildOptions {
        genes: vec![at("genes.gff3.gz")],
        people: PeopleOptions {
            files: ["people.ndjson", "populations.tsv", "family.ped"]
                .map(at)
                .into(),
            ontologies: ["terms.obo", "diseases.hpoa"].map(at).into(),
            ..PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    let dataset = at("known.vdx");
    varidex::build(&[at("cohort.vcf.gz")], &dataset, &options, &mut |_| true).unwrap();

    let mut printed = Vec::new();
    gene::report(&dataset, "RYR1", &mut printed).unwrap();
    let shown = include_str!("../examples/gene.txt");
    assert_eq!(String::from_utf8(printed).unwrap(), shown);

    // what comes from outside is a name, and stays one
    for name in ["RYR2", "RYR1 | all", "@genes.txt"] {
        let error = gene::report(&dataset, name, &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("no gene"), "{error}");
    }
}
