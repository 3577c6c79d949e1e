//! Who was erased is nowhere: answers are those of a view without them, and no byte of any file is of them.

use super::{CompactOptions, CompactReport, compact};
use crate::cohort::Dataset;
use crate::error::Error;
use crate::maintain::build::{BuildOptions, PeopleOptions, add, build, load_people};
use crate::maintain::mask_said_tests::said;
use crate::maintain::mask_tests::cohort;
use crate::maintain::{Withdrawal, restore, withdraw};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

fn erase(dataset: &Path) -> CompactReport {
    let options = CompactOptions {
        threads: Some(1),
        erase: true,
        ..CompactOptions::default()
    };
    compact(dataset, &options, &mut |_| true).unwrap()
}

fn of(individuals: &[&str], samples: &[&str]) -> Withdrawal {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    Withdrawal {
        individuals: owned(individuals),
        samples: owned(samples),
        ..Withdrawal::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn who_was_erased_is_as_who_is_hidden(cohort in cohort()) {
        let place = tempfile::tempdir().unwrap();
        let before = cohort.write(&place.path().join("all"), None).unwrap();
        let (individuals, samples) = cohort.withdrawn();
        prop_assume!(!individuals.is_empty() || !samples.is_empty());
        let gone = Withdrawal { individuals, samples, ..Withdrawal::default() };
        withdraw(before.path(), &gone).unwrap();
        let masked = before.renew().unwrap();
        // nothing was built of nobody that could be compared
        prop_assume!(masked.sample_count() > 0);
        let pedigree = place.path().join("all/families.ped");
        let expected = said(&masked, &pedigree);
        let report = erase(before.path());
        prop_assert!(report.erased > 0);
        let now = Dataset::open(before.path()).unwrap();
        now.verify().unwrap();
        let found = said(&now.view(), &pedigree);
        for (question, answer) in &found {
            prop_assert_eq!(answer, &expected[question], "{}", question);
        }
        // who opened the state before still asks it, and does not see them again, though no decision names them any more
        prop_assert_eq!(&said(&masked, &pedigree), &expected);
        prop_assert_eq!(&said(&before.renew().unwrap(), &pedigree), &expected);
        // nor is there more to erase
        let again = erase(before.path());
        prop_assert_eq!((again.erased, &again.snapshot), (0, &report.snapshot));
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
    let kit = folder.join("kit.bed");
    std::fs::write(&kit, "1\t0\t100\n").unwrap();
    let options = BuildOptions {
        callable: Some(kit),
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

fn one_sample(name: &str) -> String {
    format!(
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
        ##INFO=<ID=AC,Number=A,Type=Integer,Description=\"\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{name}\n\
        1\t20\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n"
    )
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
        let view = before.view();
        for (name, who) in [("few", GONE[0]), ("one", "C"), ("others", "D, E")] {
            let who = format!("samples({who})");
            view.define_cohort(name, who.as_str(), false).unwrap();
        }
        let by_name = format!("cohort of {}", GONE[3]);
        view.define_cohort(&by_name, "samples(E)", false).unwrap();
        withdraw(before.path(), &of(&GONE[2..], &[])).unwrap();
        let report = erase(before.path());
        assert_eq!(report.cohorts, [by_name.as_str(), "few"]);
        for secret in secrets() {
            assert_eq!(files_with(before.path(), secret), [""; 0], "{secret}");
        }
        let now = Dataset::open(before.path()).unwrap();
        now.verify().unwrap();
        let view = now.view();
        assert!(view.sample_names().unwrap().eq(["C", "D", "E", "F"]));
        assert_eq!(view.info().people, 1);
        assert_eq!(now.manifest().callable[0].samples, [(0, 4)]);
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
        // others go, and later nobody of them is added again
        withdraw(before.path(), &of(&[], &["D"])).unwrap();
        erase(before.path());
        for gone in [GONE[0], GONE[1], "D"] {
            let input = folder.path().join("again.vcf");
            std::fs::write(&input, one_sample(gone)).unwrap();
            let add = || {
                let options = BuildOptions::default();
                add(&[&input], before.path(), &options, &mut |_| true)
            };
            let refused = add().unwrap_err();
            assert!(
                matches!(&refused, Error::Input(why) if why.found.contains(gone)),
                "{refused}"
            );
            // until that is taken back
            restore(before.path(), &of(&[], &[gone])).unwrap();
            add().unwrap();
            let now = Dataset::open(before.path()).unwrap().view();
            assert!(now.sample_number(gone).unwrap().is_some());
        }
        let people = PeopleOptions {
            files: vec![folder.path().join("people.tsv")],
            ..PeopleOptions::default()
        };
        let refused = load_people(before.path(), &people, &mut |_| true).unwrap_err();
        assert!(
            matches!(&refused, Error::Input(why) if why.found.contains(GONE[2])),
            "{refused}"
        );
    }
}

#[test]
fn whoever_withdrew_is_nobody_s_parent() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = ingredients(folder.path(), 0);
    let child = || format!("{}", dataset.view().individual("PC").unwrap());
    assert!(child().contains(GONE[2]), "{}", child());
    withdraw(dataset.path(), &of(&[GONE[2]], &[])).unwrap();
    assert!(!child().contains(GONE[2]), "{}", child());
}

#[test]
fn a_file_that_lost_who_was_erased_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = ingredients(folder.path(), 0);
    withdraw(dataset.path(), &of(&[GONE[2]], &["D"])).unwrap();
    let report = erase(dataset.path());
    assert_eq!((report.erased, report.not_erased), (3, 0));
    let path = dataset.path().join("decisions");
    let whole = std::fs::read(&path).unwrap();
    for end in 16..whole.len() {
        std::fs::write(&path, &whole[..end]).unwrap();
        let now = Dataset::open(dataset.path()).unwrap();
        let asked = now.view().ask("all");
        assert!(matches!(asked, Err(Error::Damaged(_))), "{end}: {asked:?}");
    }
    std::fs::write(&path, &whole).unwrap();
    let now = Dataset::open(dataset.path()).unwrap();
    assert_eq!(now.view().ask("all").unwrap().count(), 4);
}

#[test]
fn all_may_be_erased() {
    let folder = tempfile::tempdir().unwrap();
    let before = ingredients(folder.path(), 0);
    let all = ["C", "D", "E", "F", GONE[0], GONE[1]];
    withdraw(before.path(), &of(&[], &all)).unwrap();
    erase(before.path());
    let now = Dataset::open(before.path()).unwrap();
    now.verify().unwrap();
    assert_eq!(now.view().sample_count(), 0);
}
