//! A dataset that grows answers as one that was built of all inputs at once, and is left alone where it cannot grow.

use super::{BuildOptions, PeopleOptions, add, build};
use crate::cohort::{Dataset, View};
use crate::maintain::mask_said_tests::said;
use crate::maintain::mask_tests::cohort;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Inputs in the order in which they are added: those behind a `true` begin an addition.
fn additions(inputs: &[PathBuf], begins: &[bool]) -> Vec<Vec<PathBuf>> {
    let mut all: Vec<Vec<PathBuf>> = Vec::new();
    for (number, input) in inputs.iter().enumerate() {
        match all.last_mut() {
            Some(last) if !begins.get(number).copied().unwrap_or(true) => last.push(input.clone()),
            _ => all.push(vec![input.clone()]),
        }
    }
    all
}

/// Builds of the first inputs and adds the others; what is there already stays as it is. `people` says who is loaded
/// with the first, and with the last.
fn grown(
    to: &Path,
    inputs: &[PathBuf],
    begins: &[bool],
    options: &BuildOptions,
    people: [Option<&PeopleOptions>; 2],
) -> View {
    let all = additions(inputs, begins);
    let of = |people: Option<&PeopleOptions>| people.cloned().unwrap_or_default();
    let mut done: Vec<String> = Vec::new();
    for (number, inputs) in all.iter().enumerate() {
        let is_last = number + 1 == all.len();
        let people = match (number, is_last) {
            (_, true) => of(people[1]),
            (0, false) => of(people[0]),
            _ => PeopleOptions::default(),
        };
        let first = BuildOptions {
            people,
            ..options.clone()
        };
        // all that is not of one run alone is repeated
        let more = BuildOptions {
            // nothing is read again then
            compact: false,
            info: Vec::new(),
            genes: Vec::new(),
            ..first.clone()
        };
        match number {
            0 => build(inputs, to, &first, &mut |_| true).unwrap(),
            _ => add(inputs, to, &more, &mut |_| true).unwrap(),
        };
        let dataset = Dataset::open(to).unwrap();
        dataset.verify().unwrap();
        let segments = dataset.manifest().segments.iter();
        let carriers = dataset.manifest().carriers.iter();
        let names = dataset.manifest().samples.iter();
        let now: Vec<String> = segments
            .map(|of| &of.file)
            .chain(carriers.map(|of| &of.file))
            .chain(names)
            .map(|of| of.file.clone())
            .collect();
        // of genes that nobody carries a variant of yet nothing is stored
        let stays = |of: &&String| !now.contains(of);
        assert_eq!(done.iter().find(stays), None);
        done = now;
    }
    Dataset::open(to).unwrap().view()
}

/// The words of an answer in their order, whoever comes first.
pub(super) fn sorted(answer: &str) -> Vec<&str> {
    let mut words: Vec<&str> = answer
        .split([' ', '\n', '\t', ',', '[', ']', '(', ')'])
        .collect();
    words.sort_unstable();
    words
}

fn differ(
    seen: &BTreeMap<String, String>,
    expected: &BTreeMap<String, String>,
    in_order: bool,
) -> Option<String> {
    let differs = |(question, answer): &(&String, &String)| {
        let other = &expected[*question];
        match in_order {
            true => *answer != other,
            false => sorted(answer) != sorted(other),
        }
    };
    let found = seen.iter().find(differs);
    found.map(|(question, answer)| format!("{question}\n{answer}\n{}", expected[question]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_dataset_that_grows_is_one_that_is_built(
        cohort in cohort(),
        begins in vec(any::<bool>(), 10),
        at_first in any::<bool>(),
    ) {
        let place = tempfile::tempdir().unwrap();
        let (inputs, mut options) = cohort.source(&place.path().join("in"), None).unwrap();
        // what is missing is counted by batch where AN is not known: batches must be the same
        options.merge_from = 0;
        let to = place.path().join("all.vdx");
        build(&inputs, &to, &options, &mut |_| true).unwrap();
        let all = Dataset::open(&to).unwrap().view();
        let people = &options.people;
        let first = Some(people).filter(|_| at_first);
        let to = place.path().join("grown.vdx");
        let view = grown(&to, &inputs, &begins, &options, [first, Some(people)]);
        let pedigree = place.path().join("in/families.ped");
        let (seen, expected) = (said(&view, &pedigree), said(&all, &pedigree));
        let answered = seen.values().filter(|answer| *answer != "refused").count();
        prop_assert!(answered > 200, "{}", answered);
        // who was known before samples of theirs were added has another number
        prop_assert_eq!(differ(&seen, &expected, !at_first), None);
    }
}

/// A record of an input: contig, position, how far a block reaches, and a call of each sample.
type Call = (usize, i64, Option<i64>, Vec<usize>);

const CALLS: [&str; 6] = ["0/0", "0/1", "1/1", "./.", "./1", "0|1"];

/// Inputs of one sample each, with blocks, and joint ones; the sample of the first ones may have more contigs in others.
fn mixed() -> impl Strategy<Value = Vec<(usize, Vec<Call>)>> {
    let call = |samples| {
        (
            0..2usize,
            1..40i64,
            proptest::option::of(1..20i64),
            vec(0..CALLS.len(), samples),
        )
    };
    let input = prop_oneof![3 => Just(1usize), 1 => 2..4usize];
    let input = input.prop_flat_map(move |samples| (Just(samples), vec(call(samples), 1..12)));
    vec(input, 2..7)
}

fn text(number: usize, samples: usize, calls: &[Call], contigs: usize) -> String {
    let mut text =
        "##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n##contig=<ID=2,length=1000>\n\
        ##contig=<ID=3,length=1000>\n##contig=<ID=4,length=1000>\n\
        ##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
            .to_owned();
    for sample in 0..samples {
        write!(text, "\tN{number}x{sample}").unwrap();
    }
    let mut calls = calls.to_vec();
    calls.sort_by_key(|(contig, position, ..)| (*contig, *position));
    calls.dedup_by_key(|(contig, position, ..)| (*contig, *position));
    for (contig, position, length, calls) in calls {
        let contig = 1 + contig + contigs;
        match length.filter(|_| samples == 1) {
            Some(length) => {
                let end = position + length;
                write!(
                    text,
                    "\n{contig}\t{position}\t.\tN\t<NON_REF>\t.\t.\tEND={end}\tGT\t0/0"
                )
                .unwrap();
            }
            None => {
                write!(text, "\n{contig}\t{position}\t.\tA\tG\t.\tPASS\t.\tGT").unwrap();
                for call in calls {
                    write!(text, "\t{}", CALLS[call]).unwrap();
                }
            }
        }
    }
    text + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Of inputs with blocks, joint ones, and more contigs of samples that are there.
    #[test]
    fn blocks_and_new_contigs_join_as_in_a_build(
        cohort in mixed(),
        again in vec(any::<bool>(), 7),
        begins in vec(any::<bool>(), 14),
    ) {
        let place = tempfile::tempdir().unwrap();
        let write = |name: String, text: String| {
            let path = place.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let mut inputs = Vec::new();
        for (number, (samples, calls)) in cohort.iter().enumerate() {
            inputs.push(write(format!("{number}.vcf"), text(number, *samples, calls, 0)));
        }
        for (number, (samples, calls)) in cohort.iter().enumerate().filter(|(n, _)| again[*n]) {
            inputs.push(write(format!("{number}.more.vcf"), text(number, *samples, calls, 2)));
        }
        let none = write("none.ped".to_owned(), String::new());
        for merge_from in [0, BuildOptions::default().merge_from] {
            let options = BuildOptions {
                threads: Some(1),
                merge_from,
                ..BuildOptions::default()
            };
            let to = place.path().join(format!("all{merge_from}.vdx"));
            build(&inputs, &to, &options, &mut |_| true).unwrap();
            let all = Dataset::open(&to).unwrap().view();
            let to = place.path().join(format!("grown{merge_from}.vdx"));
            let view = grown(&to, &inputs, &begins, &options, [None, None]);
            if merge_from == 0 {
                // rows of one place are in the order of their batches
                prop_assert_eq!(differ(&said(&view, &none), &said(&all, &none), false), None);
            }
            // AN is unknown where a sample of a merged batch is in another one as well, which no build makes
            let apart = cohort.iter().zip(&again).all(|(_, again)| !again);
            if merge_from == 0 || apart {
                prop_assert_eq!(counted(&view), counted(&all));
            }
            for who in ["carriers(all)", "carriers(all, hom)", "carriers(1)", "!carriers(2-4)"] {
                let ids = |view: &View| -> Option<Vec<String>> {
                    let group = view.ask(who).ok()?;
                    Some(group.ids().unwrap().into_iter().map(str::to_owned).collect())
                };
                prop_assert_eq!(ids(&view), ids(&all), "{}", who);
            }
        }
    }
}

/// The counts of each variant with a change.
fn counted(view: &View) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut variants = view.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let (contig, position) = (variant.contig().to_owned(), variant.position().unwrap());
        let (reference, alternate) = variant.alleles().unwrap();
        let name = format!("{contig} {position:?} {reference:?} {alternate:?}");
        let is_change = !alternate.is_empty() && !alternate.starts_with(b"<");
        let counts = variant.counts().unwrap();
        if is_change {
            all.insert(name, format!("{counts:?}"));
        }
    }
    all
}
