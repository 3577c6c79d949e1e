//! People in little memory, and stopped anywhere.

use super::erased::ErasedIds;
use super::people::{Known, PeopleOptions, Stay, load_people_in};
use super::people_report::PeopleReport;
use crate::cohort::Dataset;
use crate::error::Error;
use crate::format::{FileKind, Folder, Memory, Storage};
use crate::store::{Making, Manifest, Publication, Samples};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const TERMS: &str = "format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:0000001\nname: All\n\n\
    [Term]\nid: HP:0000002\nname: two\nis_a: HP:0000001\n\n\
    [Term]\nid: HP:0000003\nname: three\nis_a: HP:0000001\n\n\
    [Term]\nid: HP:0000004\nname: four\nis_a: HP:0000002\nis_a: HP:0000003\n";

/// A row of a table: person, term and whether it is absent, population, country, sample.
type Row = (u8, u8, bool, u8, u8, Option<u8>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        0u8..60,
        1u8..8,
        any::<bool>(),
        0u8..4,
        0u8..3,
        proptest::option::of(0u8..12),
    );
    proptest::collection::vec(row, 1..200)
}

fn table(rows: &[Row]) -> String {
    let mut text =
        "individual\tsex\tphenotype\texcluded\tonset\tpopulation\tcountry\tsample\tattribute.n\tattribute.t\n"
            .to_owned();
    for (person, term, absent, population, country, sample) in rows {
        let sample = sample.map_or(String::new(), |sample| format!("s{sample}"));
        let sex = ["female", "male"][usize::from(*population > 2)];
        text += &format!(
            "p{person}\t{sex}\tHP:000000{term}\t{absent}\tP{term}Y\tq{population}\tc{country}\t{sample}\t{term}\tt{person}\n"
        );
    }
    text
}

/// Packets, of which some share subjects and some are of families.
fn packets(rows: &[Row]) -> String {
    let mut text = String::new();
    for (person, term, absent, packet, country, sample) in rows {
        let packet = format!(
            r#"{{"id": "k{}", "subject": {{"id": "p{person}"}}, "phenotypicFeatures":
               [{{"type": {{"id": "HP:000000{term}", "label": "t"}}, "excluded": {absent}}}],
               "metaData": {{"phenopacketSchemaVersion": "2.0"}}}}"#,
            u32::from(*packet) + u32::from(*person) * u32::from(sample.is_some()),
        );
        text += &match country {
            0 => format!(
                r#"{{"id": "f{packet_of}", "proband": {packet}}}"#,
                packet_of = person % 3
            ),
            _ => packet,
        };
        text.push('\n');
    }
    text
}

/// A dataset of samples and nothing else.
fn samples(to: &Folder) {
    let mut publication = Publication::begin(to, true).unwrap();
    let mut manifest = Manifest::new();
    let names: Vec<String> = (0..12).map(|sample| format!("s{sample}")).collect();
    let names = Samples::write(names.iter().map(String::as_str)).unwrap();
    manifest.samples = vec![publication.add(FileKind::Samples, names).unwrap()];
    manifest.sample_count = 12;
    publication
        .publish(&mut manifest, &Making::of("people", 1))
        .unwrap();
}

/// Loads the files with so much memory, where people may be: the file of people, and the report.
fn load(options: &PeopleOptions, folder: &Folder, memory: u64) -> (Vec<u8>, PeopleReport) {
    let mut step = |_: &str| Ok(());
    let known = Known::read(options, folder, &mut step).unwrap().unwrap();
    let mut publication = Publication::begin(folder, true).unwrap();
    let dataset = Dataset::open_in(folder).unwrap();
    let mut manifest = dataset.manifest().clone();
    let names: Vec<&str> = dataset.samples().all().unwrap().collect();
    let erased = ErasedIds::default();
    let add = (names.as_slice(), Some((&*dataset, Stay::Go)), &erased);
    let report = known.add(&mut publication, &mut manifest, add, memory, &mut step);
    let files = [&manifest.people[0], &manifest.sample_attributes[0]];
    let files = files.map(|entry| entry.file.clone());
    publication
        .publish(&mut manifest, &Making::of("people", 1))
        .unwrap();
    let bytes = files.map(|file| folder.map(&file).unwrap().to_vec());
    (bytes.concat(), report.unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the memory: the same bytes and the same report. And people who are there are closed by other
    /// terms as if they were loaded with them.
    #[test]
    fn little_memory_gives_the_same_file(first in rows(), second in rows(), terms: bool, packs: bool) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let mut options = PeopleOptions {
            files: vec![write("people.tsv", table(&first))],
            ..PeopleOptions::default()
        };
        if packs {
            options.files.push(write("packets.ndjson", packets(&second)));
        }
        if terms {
            options.ontologies.push(write("hp.obo", TERMS.to_owned()));
        }
        let place = |name: &str| {
            let to = Folder::of(name, Arc::new(Memory::default()));
            samples(&to);
            to
        };
        let other = PeopleOptions {
            ontologies: vec![write("other.obo", TERMS.replace("four\nis_a: HP:0000002\n", "four\n"))],
            ..PeopleOptions::default()
        };
        let with_other = PeopleOptions { files: options.files.clone(), ..other.clone() };
        let much = load(&options, &place("much"), 1 << 30);
        let again = load(&with_other, &place("again"), 1 << 30);
        for memory in [1, 1 << 11, 1 << 15] {
            let to = place(&memory.to_string());
            prop_assert_eq!(&load(&options, &to, memory), &much, "{}", memory);
            Dataset::open_in(&to).unwrap().verify().unwrap();
            let (file, report) = load(&other, &to, memory);
            prop_assert_eq!(file, again.0.as_slice(), "{}", memory);
            prop_assert_eq!(report.unknown_terms, again.1.unknown_terms);
        }
    }
}

/// Every file of a dataset in memory.
fn files(storage: &Memory, path: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = Folder::of(path, Arc::new(storage.clone()));
    let names = storage.names(path).unwrap().into_iter();
    let names = names.filter(|name| name != "lock");
    let read = |name: String| {
        let bytes = folder.map(&name).unwrap().to_vec();
        (name, bytes)
    };
    names.map(read).collect()
}

/// Stops at every question whether to go on: the dataset stays what it was, and nothing else is there.
#[test]
fn who_stops_loading_people_anywhere_leaves_what_was_there() {
    let inputs = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = inputs.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let rows: Vec<Row> = (0..40)
        .map(|n| (n, n % 7 + 1, false, n % 4, n % 3, Some(n % 12)))
        .collect();
    let all = PeopleOptions {
        files: vec![
            write("people.tsv", &table(&rows)),
            write("packets.ndjson", &packets(&rows)),
        ],
        ontologies: vec![write("hp.obo", TERMS)],
        memory: 1 << 20,
        ..PeopleOptions::default()
    };
    let other = TERMS.replace("four\nis_a: HP:0000002\n", "four\n");
    let terms = PeopleOptions {
        files: Vec::new(),
        ontologies: vec![write("other.obo", &other)],
        ..all.clone()
    };
    let (path, storage) = (Path::new("d.vdx"), Memory::default());
    let folder = Folder::of(path, Arc::new(storage.clone()));
    samples(&folder);
    for options in [all, terms] {
        let before = files(&storage, path);
        let mut steps = BTreeSet::new();
        let mut asked = 0;
        loop {
            let mut left = asked;
            let loaded = load_people_in(&folder, &options, &mut |step| {
                steps.insert(step.to_owned());
                left -= 1;
                left >= 0
            });
            match loaded {
                Ok(_) => break,
                Err(error) => assert!(matches!(error, Error::Cancelled), "{asked}: {error}"),
            }
            assert!(files(&storage, path) == before, "stopped at {asked}");
            asked += 1;
        }
        assert!(files(&storage, path) != before);
        let expected = match options.files.is_empty() {
            true => vec!["reading ontologies", "writing people"],
            false => vec![
                "finding samples",
                "reading ontologies",
                "reading people",
                "sorting people",
                "writing people",
            ],
        };
        assert!(steps.iter().eq(expected), "{steps:?}");
    }
}
