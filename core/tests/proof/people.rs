//! Loading people into a dataset that is there.

use crate::common::{Folder, build, options};
use std::path::Path;
use varidex::{Attribute, By, Dataset, Error, PeopleOptions, View};

const VCF: &str = "##fileformat=VCFv4.2\n##contig=<ID=1>\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\ts3\n\
    1\t100\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\t1/1\n";
const PED: &str = "f\ts1\t0\t0\t1\t2\nf\ts3\ts1\t0\t2\t1\nf\ts9\t0\t0\t2\t1\n";

fn of(files: &[&Path]) -> PeopleOptions {
    PeopleOptions {
        files: files.iter().map(|file| (*file).to_owned()).collect(),
        ..PeopleOptions::default()
    }
}

fn sexes(dataset: &View) -> Vec<(Option<String>, u64)> {
    let rows = dataset.people_counts(&[Attribute::Sex]).unwrap();
    rows.into_iter()
        .map(|mut row| (row.values.remove(0), row.people))
        .collect()
}

#[test]
fn people_come_and_are_replaced_while_readers_keep_theirs() {
    let folder = Folder::new();
    let vcf = folder.write("a.vcf", VCF);
    let ped = folder.write("a.ped", PED);
    let path = folder.path("a.vdx");
    build(&[&vcf], &path, &options()).unwrap();
    let before = Dataset::open(&path).unwrap().view();
    assert!(matches!(
        before.people_counts::<By>(&[]),
        Err(Error::Usage(_))
    ));

    let report = varidex::load_people(&path, &of(&[&ped]), &mut |_| true).unwrap();
    assert_eq!((report.people, report.refused), (3, 0));
    assert_eq!(report.samples_without_person, 1);
    assert_eq!(report.people_without_sample, 1);
    let loaded = Dataset::open(&path).unwrap().view();
    assert_eq!(loaded.info().people, 3);
    assert_ne!(loaded.snapshot(), before.snapshot());
    assert_eq!(before.info().people, 0);
    loaded.dataset().verify().unwrap();
    let expected = [(Some("female".to_owned()), 2), (Some("male".to_owned()), 1)];
    assert_eq!(sexes(&loaded), expected);
    // people are counted of whom something is recorded, which a group of all need not be
    let by = loaded
        .by(&["sex", "all=all", "mine=samples(s1,s2)"])
        .unwrap();
    let counts = loaded.people_counts(&by).unwrap().into_iter();
    let counts: Vec<_> = counts.map(|row| (row.values, row.people)).collect();
    let expected_across = [("female|all", 2), ("male|all", 1), ("male|mine", 1)];
    let expected_across = expected_across.map(|(names, people)| {
        let values = names.split('|').map(|name| Some(name.to_owned()));
        (values.collect::<Vec<_>>(), people)
    });
    assert_eq!(counts, expected_across);
    assert_eq!(loaded.all().unwrap().count(), 4, "one is a sample alone");

    let again = varidex::load_people(&path, &of(&[&ped]), &mut |_| true).unwrap();
    assert_eq!(again.snapshot, loaded.snapshot(), "same people, same bytes");
    let one = folder.write("b.ped", "f\ts2\t0\t0\t1\t2\n");
    varidex::load_people(&path, &of(&[&one]), &mut |_| true).unwrap();
    assert_eq!(
        sexes(&loaded),
        expected,
        "who opened before sees the old state"
    );
    assert_eq!(Dataset::open(&path).unwrap().view().info().people, 1);
}

#[test]
fn stopped_anywhere_the_old_state_stays() {
    let folder = Folder::new();
    let vcf = folder.write("a.vcf", VCF);
    let ped = folder.write("a.ped", PED);
    let path = folder.path("a.vdx");
    build(&[&vcf], &path, &options()).unwrap();
    let state = Dataset::open(&path).unwrap().view().snapshot().to_owned();
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(&path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    let files = names();
    let mut steps = 0;
    loop {
        let mut left = steps;
        let loaded = varidex::load_people(&path, &of(&[&ped]), &mut |_| {
            left -= 1;
            left >= 0
        });
        if loaded.is_ok() {
            break;
        }
        assert!(matches!(loaded, Err(Error::Cancelled)));
        assert_eq!(Dataset::open(&path).unwrap().view().snapshot(), state);
        assert_eq!(names(), files);
        steps += 1;
    }
    assert!(steps >= 3, "only {steps} places to stop at");
}

#[test]
fn ontologies_close_the_people_that_are_there() {
    let folder = Folder::new();
    let vcf = folder.write("a.vcf", VCF);
    let packet = folder.write(
        "p.json",
        r#"{"id":"k1","subject":{"id":"s1"},"phenotypicFeatures":[{"type":{"id":"HP:0000003","label":"special"}}],
           "metaData":{"created":"2020-01-01T00:00:00Z","createdBy":"x","resources":[]}}"#,
    );
    let obo = folder.write(
        "hp.obo",
        "format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:0000001\nname: general\n\n\
         [Term]\nid: HP:0000003\nname: special\nis_a: HP:0000001\n",
    );
    let path = folder.path("a.vdx");
    build(&[&vcf], &path, &options()).unwrap();
    let report = varidex::load_people(&path, &of(&[&packet]), &mut |_| true).unwrap();
    assert_eq!((report.people, report.unknown_terms), (1, 1));
    let terms = |path| -> Vec<(String, u64)> {
        let counts = Dataset::open(path)
            .unwrap()
            .view()
            .term_counts(None)
            .unwrap();
        counts.into_iter().map(|c| (c.label, c.people)).collect()
    };
    assert_eq!(terms(&path), [("special".to_owned(), 1)]);
    let ontologies = PeopleOptions {
        ontologies: vec![obo],
        ..PeopleOptions::default()
    };
    let report = varidex::load_people(&path, &ontologies, &mut |_| true).unwrap();
    assert_eq!((report.people, report.unknown_terms), (1, 0));
    assert_eq!(
        terms(&path),
        [("general".to_owned(), 1), ("special".to_owned(), 1)]
    );
    Dataset::open(&path).unwrap().verify().unwrap();
}
