//! Who was erased is nowhere: answers are those of a view without them, and no byte of any file is of them.

use super::{CompactOptions, erase_in};
use crate::cohort::{Dataset, View};
use crate::error::Result;
use crate::format::Folder;
use crate::maintain::build::{BuildOptions, PeopleOptions, build};
use crate::maintain::mask_said_tests::said;
use crate::maintain::mask_tests::cohort;
use crate::set::SampleSet;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

fn erase(dataset: &Path, erased: &dyn Fn(&View) -> Result<SampleSet>) {
    let options = CompactOptions {
        threads: Some(1),
        ..CompactOptions::default()
    };
    erase_in(&Folder::on_disk(dataset), &options, erased, &mut |_| true).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn who_was_erased_is_as_who_is_hidden(cohort in cohort()) {
        let place = tempfile::tempdir().unwrap();
        let before = cohort.write(&place.path().join("all"), None).unwrap();
        let hidden = cohort.hidden(&before);
        let masked = before.without(hidden.clone()).unwrap();
        // nothing was built of nobody that could be compared
        prop_assume!(masked.sample_count() > 0);
        let pedigree = place.path().join("all/families.ped");
        let expected = said(&masked, &pedigree);
        erase(before.path(), &|_| Ok(hidden.clone()));
        let now = Dataset::open(before.path()).unwrap();
        now.verify().unwrap();
        let found = said(&now.view(), &pedigree);
        for (question, answer) in &found {
            prop_assert_eq!(answer, &expected[question], "{}", question);
        }
        // who opened the state before still asks it
        prop_assert_eq!(said(&masked, &pedigree), expected);
    }
}

/// An allele that no other text is like.
const PRIVATE: &str = "GATTACAGATTACACCGGTTAACCGGTTACG";
const GONE: [&str; 4] = [
    "SAMPLE-QXJZ-7741",
    "SAMPLE-WVKY-9938",
    "PERSON-QXJZ-1177",
    "PERSON-WVKY-8399",
];

/// Joint batches and batches of inputs of one sample each, of six samples, with people; the first two go.
fn ingredients(folder: &Path, merge_from: usize) -> Dataset {
    let names = [GONE[0], GONE[1], "C", "D", "E", "F"];
    let header = "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
        ##INFO=<ID=AC,Number=A,Type=Integer,Description=\"\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    let mut inputs = Vec::new();
    let groups: Vec<&[&str]> = match merge_from {
        0 => vec![&names[..4], &names[4..]],
        _ => names.chunks(1).collect(),
    };
    for (number, samples) in groups.into_iter().enumerate() {
        let mut text = header.to_owned();
        samples
            .iter()
            .for_each(|name| write!(text, "\t{name}").unwrap());
        for (position, alternates) in [(5, format!("{PRIVATE},T")), (9, "C".to_owned())] {
            write!(
                text,
                "\n1\t{position}\tid{position}\tA\t{alternates}\t.\tPASS\tAC=3{}\tGT",
                if alternates.contains(',') { ",4" } else { "" }
            )
            .unwrap();
            for name in samples {
                let call = match (position, GONE.contains(name)) {
                    (5, true) => "0/1",
                    (5, false) if alternates.contains(',') => "0/2",
                    _ => "0|1",
                };
                write!(text, "\t{call}").unwrap();
            }
        }
        inputs.push(folder.join(format!("{number}.vcf")));
        std::fs::write(inputs.last().unwrap(), text + "\n").unwrap();
    }
    let people = folder.join("people.tsv");
    std::fs::write(
        &people,
        format!(
            "individual_id\tsample\tsex\tfather\tdisease\n{}\t{}\tmale\t\tLOCAL:QXJZ\n{}\t{}\tfemale\t\tLOCAL:WVKY\n\
            PC\tC\tmale\t{}\tLOCAL:C\n",
            GONE[2], GONE[0], GONE[3], GONE[1], GONE[2]
        ),
    )
    .unwrap();
    let options = BuildOptions {
        people: PeopleOptions {
            files: vec![people],
            ..PeopleOptions::default()
        },
        info: vec!["AC".to_owned()],
        threads: Some(1),
        merge_from,
        ..BuildOptions::default()
    };
    let to = folder.join("out.vdx");
    build(&inputs, &to, &options, &mut |_| true).unwrap();
    Dataset::open(&to).unwrap()
}

/// Whether a file holds a text, also within what is compressed.
fn holds(bytes: &[u8], text: &str) -> bool {
    let plain = |bytes: &[u8]| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    // every frame of zstd that begins anywhere
    let frames = memchr::memmem::find_iter(bytes, b"\x28\xb5\x2f\xfd");
    plain(bytes)
        || frames.into_iter().any(|at| {
            let mut inflated = Vec::new();
            let frame = zstd::stream::read::Decoder::new(&bytes[at..]).unwrap();
            frame.single_frame().read_to_end(&mut inflated).is_ok() && plain(&inflated)
        })
}

fn files_with(dataset: &Path, text: &str) -> Vec<String> {
    let files = std::fs::read_dir(dataset).unwrap();
    let mut found = Vec::new();
    for file in files {
        let file = file.unwrap();
        if holds(&std::fs::read(file.path()).unwrap(), text) {
            found.push(file.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

#[test]
fn no_byte_is_left_of_who_was_erased() {
    for merge_from in [0, 1] {
        let folder = tempfile::tempdir().unwrap();
        let before = ingredients(folder.path(), merge_from);
        let secrets = || GONE.into_iter().chain(["QXJZ", "WVKY", PRIVATE]);
        for secret in secrets() {
            assert!(!files_with(before.path(), secret).is_empty(), "{secret}");
        }
        erase(before.path(), &|view| {
            let numbers = GONE[..2].iter().map(|name| view.sample_number(name));
            Ok(numbers.map(|number| number.unwrap().unwrap()).collect())
        });
        for secret in secrets() {
            assert_eq!(files_with(before.path(), secret), [""; 0], "{secret}");
        }
        let now = Dataset::open(before.path()).unwrap();
        now.verify().unwrap();
        let view = now.view();
        assert!(view.sample_names().unwrap().eq(["C", "D", "E", "F"]));
        assert_eq!(view.info().people, 1);
        let mut variants = view.variants("all").unwrap();
        let mut found = Vec::new();
        while let Some(mut variant) = variants.next().unwrap() {
            let name = variant.names().unwrap().vcf.unwrap();
            let counts = variant.counts().unwrap();
            found.push((name, counts.ac, counts.an));
        }
        assert_eq!(
            found,
            [
                ("1:5:A:T".to_owned(), 4, Some(8)),
                ("1:9:A:C".to_owned(), 4, Some(8))
            ]
        );
        // their ids are recognised
        let erased = now.manifest().erased.as_ref().unwrap();
        assert!(GONE.iter().all(|id| erased.has(id)));
        assert!(!erased.has("C"));
        // and are still when others go
        erase(before.path(), &|view| {
            Ok([view.sample_number("D").unwrap().unwrap()]
                .into_iter()
                .collect())
        });
        let now = Dataset::open(before.path()).unwrap();
        let erased = now.manifest().erased.as_ref().unwrap();
        assert!(GONE.iter().chain(&["D"]).all(|id| erased.has(id)));
    }
}

#[test]
fn all_may_be_erased() {
    let folder = tempfile::tempdir().unwrap();
    let before = ingredients(folder.path(), 0);
    erase(before.path(), &|view| {
        Ok(SampleSet::full(view.sample_count()))
    });
    let now = Dataset::open(before.path()).unwrap();
    now.verify().unwrap();
    assert_eq!(now.view().sample_count(), 0);
}
