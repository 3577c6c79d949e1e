//! What is merged answers as before.

use super::super::add_tests::sorted;
use super::super::merged::tests::cohort as singles;
use super::{CompactOptions, compact};
use crate::cohort::{Dataset, View};
use crate::error::Error;
use crate::export::{ExportFormat, ExportOptions};
use crate::maintain::build::{BuildOptions, add, build};
use crate::maintain::mask_said_tests::said;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const ALLELES: [(&str, &str); 6] = [
    ("A", "G"),
    ("AT", "A,ATT"),
    ("A", "C,G,T"),
    ("A", "<DEL>"),
    ("A", "."),
    ("ATATATATATATATATATATATATA", "A"),
];
const CALLS: [&str; 14] = [
    "0/0", "0|0", "0/1", "1|0", "0|1", "1/1", "./.", "./1", "0", "1", ".", "0/1/1", "1/2", "0|2",
];
const CSQ: &str = "##INFO=<ID=CSQ,Number=.,Type=String,Description=\"Consequence annotations from Ensembl VEP. \
    Format: Allele|Consequence|IMPACT|SYMBOL|Gene|Feature|HGVSc|HGVSp\">\n";

/// A record: the step from the record before, alleles, a call for each sample, and what else it says.
type Record = (i64, usize, Vec<(usize, u8)>, usize);

/// Records of a few samples on two contigs, and behind which of them a file ends.
#[derive(Debug, Clone)]
struct Source {
    contigs: Vec<Vec<Record>>,
    samples: usize,
    cuts: Vec<bool>,
    normalised: bool,
}

fn source() -> impl Strategy<Value = Source> {
    let record = |samples| {
        let calls = vec((0..CALLS.len(), any::<u8>()), samples);
        (0..5i64, 0..ALLELES.len(), calls, 0..24usize)
    };
    let records = move |samples| vec(vec(record(samples), 1..24), 2);
    let all = (1..7usize).prop_flat_map(move |samples| (Just(samples), records(samples)));
    // normalised deletions of two files could meet at one place, which a build refuses
    (all, vec(prop::bool::weighted(0.2), 48), Just(false)).prop_map(
        |((samples, contigs), cuts, normalised)| Source {
            contigs,
            samples,
            cuts,
            normalised,
        },
    )
}

impl Source {
    fn header(&self) -> String {
        let mut text = format!(
            "##fileformat=VCFv4.3\n##FILTER=<ID=q10,Description=\"\">\n{CSQ}\
            ##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n\
            ##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"\">\n\
            ##INFO=<ID=DB,Number=0,Type=Flag,Description=\"\">\n\
            ##INFO=<ID=RA,Number=A,Type=Float,Description=\"\">\n\
            ##INFO=<ID=NI,Number=1,Type=Integer,Description=\"\">\n\
            ##INFO=<ID=TX,Number=.,Type=String,Description=\"\">\n\
            ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n\
            ##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"\">\n\
            ##contig=<ID=1>\n##contig=<ID=2>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
        );
        for sample in 0..self.samples {
            write!(text, "\tS{sample}").unwrap();
        }
        text + "\n"
    }

    /// The lines of each file: those of one position are in one file.
    fn files(&self) -> Vec<String> {
        let mut files = vec![String::new()];
        let mut cuts = self.cuts.iter();
        for (contig, records) in self.contigs.iter().enumerate() {
            let mut position = 1;
            for (step, alleles, calls, rest) in records {
                let cut = *cuts.next().unwrap();
                if cut && *step > 0 && !files.last().unwrap().is_empty() {
                    files.push(String::new());
                }
                // the reference is ATAT…: what has a REF starts at an A
                position += 2 * step;
                let line = line(contig + 1, position, *alleles, calls, *rest);
                files.last_mut().unwrap().push_str(&line);
            }
        }
        files
    }

    fn build(&self, folder: &Path, name: &str, files: &[String]) -> Dataset {
        let reference = folder.join("reference.fa");
        let bases = "AT".repeat(300);
        std::fs::write(&reference, format!(">1\n{bases}\n>2\n{bases}\n")).unwrap();
        let inputs = files.iter().enumerate().map(|(number, lines)| {
            let input = folder.join(format!("{name}{number}.vcf"));
            std::fs::write(&input, self.header() + lines).unwrap();
            input
        });
        let inputs: Vec<PathBuf> = inputs.collect();
        let to = folder.join(format!("{name}.vdx"));
        let options = BuildOptions {
            info: ["DB", "RA", "NI", "TX", "CSQ.IMPACT"]
                .map(str::to_owned)
                .to_vec(),
            reference: self.normalised.then_some(reference),
            threads: Some(2),
            merge_from: 0,
            ..BuildOptions::default()
        };
        build(&inputs, &to, &options, &mut |_| true).unwrap();
        Dataset::open(&to).unwrap()
    }
}

fn line(
    contig: usize,
    position: i64,
    alleles: usize,
    calls: &[(usize, u8)],
    rest: usize,
) -> String {
    let (reference, alternate) = ALLELES[alleles];
    let alts: Vec<&str> = alternate.split(',').filter(|alt| *alt != ".").collect();
    let id = match rest % 4 {
        0 => format!("rs{rest}"),
        1 => format!("{contig}:{position}:{reference}:{alternate}"),
        _ => ".".to_owned(),
    };
    let (quality, filter) = (
        [".", "10", "20.5"][rest % 3],
        [".", "PASS", "q10"][rest / 3 % 3],
    );
    let mut info = vec![format!("NI={rest}")];
    if rest.is_multiple_of(2) {
        info.push("DB".to_owned());
        info.push(format!("TX=a{rest},b"));
    }
    if !alts.is_empty() && !rest.is_multiple_of(3) {
        let numbers: Vec<String> = (0..alts.len()).map(|n| format!("0.{}", n + rest)).collect();
        info.push(format!("RA={}", numbers.join(",")));
    }
    if alternate == "<DEL>" {
        info.push(format!("END={};SVLEN=-{rest}", position + rest as i64));
    } else if !alts.is_empty() && !rest.is_multiple_of(5) {
        let entries = alts.iter().map(|alt| {
            let alt = alt.strip_prefix('A').filter(|_| reference.len() > 1);
            let alt = alt.map_or(alternate.split(',').next().unwrap(), |rest| {
                if rest.is_empty() { "-" } else { rest }
            });
            let gene = rest % 7;
            format!("{alt}|missense_variant|MODERATE|G{gene}|ENSG{gene}|ENST{gene}.1|ENST{gene}.1:c.{position}A>G|")
        });
        info.push(format!("CSQ={}", entries.collect::<Vec<_>>().join(",")));
    }
    let mut text = format!(
        "{contig}\t{position}\t{id}\t{reference}\t{alternate}\t{quality}\t{filter}\t{}\tGT:PS",
        info.join(";")
    );
    for (call, phase) in calls {
        let call = match CALLS[*call] {
            "1/2" | "0|2" if alts.len() < 2 => "0/0",
            call if alts.is_empty() && call.contains('1') => "0/0",
            call => call,
        };
        let set = match call.contains('|') && *phase > 99 {
            true => (phase / 50).to_string(),
            false => ".".to_owned(),
        };
        write!(text, "\t{call}:{set}").unwrap();
    }
    text + "\n"
}

/// All that is asked, and what is written out with INFO.
fn answers(view: &View, folder: &Path) -> BTreeMap<String, String> {
    let pedigree = folder.join("none.ped");
    std::fs::write(&pedigree, "").unwrap();
    let mut all = said(view, &pedigree);
    for format in [ExportFormat::Vcf, ExportFormat::Bcf] {
        let mut out = Vec::new();
        let options = ExportOptions {
            format: Some(format),
            threads: Some(1),
        };
        view.export_to("all", None, &mut out, &options, &mut |_| true)
            .unwrap();
        all.insert(format!("{format:?}"), format!("{out:?}"));
    }
    all
}

fn same(
    found: &BTreeMap<String, String>,
    expected: &BTreeMap<String, String>,
) -> Result<(), TestCaseError> {
    for (question, answer) in found {
        prop_assert_eq!(answer, &expected[question], "{}", question);
    }
    Ok(())
}

/// Which of two variants of a position comes first depends on the batches that they are in.
fn same_but_order(
    view: &View,
    folder: &Path,
    expected: &BTreeMap<String, String>,
) -> Result<(), TestCaseError> {
    for (question, answer) in said(view, &folder.join("none.ped")) {
        let expected = sorted(&expected[&question]);
        prop_assert_eq!(sorted(&answer), expected, "{}", question);
    }
    Ok(())
}

fn options(threads: usize) -> CompactOptions {
    CompactOptions {
        threads: Some(threads),
        ..CompactOptions::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Segments of one batch become one, as a build of one file makes of them.
    #[test]
    fn segments_of_a_batch_become_one(source in source(), threads in 1..3usize) {
        let folder = tempfile::tempdir().unwrap();
        let files = source.files();
        let whole = source.build(folder.path(), "whole", &[files.concat()]);
        let parts = source.build(folder.path(), "parts", &files);
        let before = answers(&parts.view(), folder.path());
        let report = compact(parts.path(), &options(threads), &mut |_| true).unwrap();
        let now = Dataset::open(parts.path()).unwrap();
        now.verify().unwrap();
        same(&answers(&now.view(), folder.path()), &before)?;
        prop_assert_eq!(report.segments.0, files.len() as u64);
        // normalisation moves rows into the stretches of other files
        if report.overlapping == 0 {
            prop_assert_eq!(report.segments.1, 1);
            let whole = answers(&whole.view(), folder.path());
            same(&answers(&now.view(), folder.path()), &whole)?;
        }
        prop_assert_eq!(&report.snapshot, now.snapshot());
        // who opened the state before still asks it
        same(&answers(&parts.view(), folder.path()), &before)?;
    }

    /// Segments of batches that were built from inputs of one sample each become one of each batch, and the batches one as
    /// if they had been built together.
    #[test]
    fn batches_of_single_samples_become_one(cohort in singles(), most in 1..4usize, threads in 1..3usize) {
        let folder = tempfile::tempdir().unwrap();
        let inputs = cohort.write(folder.path());
        let built = |name: &str, merge_up_to| {
            let to = folder.path().join(name);
            let options = BuildOptions {
                sort: cohort.shuffled,
                threads: Some(1),
                merge_from: 1,
                merge_up_to,
                memory: 1 << 20,
                ..BuildOptions::default()
            };
            build(&inputs, &to, &options, &mut |_| true).unwrap();
            Dataset::open(&to).unwrap()
        };
        let several = built("several.vdx", most);
        let before = answers(&several.view(), folder.path());
        let report = compact(several.path(), &options(threads), &mut |_| true).unwrap();
        let now = Dataset::open(several.path()).unwrap();
        now.verify().unwrap();
        same_but_order(&now.view(), folder.path(), &before)?;
        let merged = now.manifest().segments.iter().filter(|entry| entry.merged);
        prop_assert!(merged.count() <= 1);
        prop_assert!(report.batches.1 <= 2);
        let whole = built("whole.vdx", 4096);
        let expected = answers(&whole.view(), folder.path());
        same(&answers(&now.view(), folder.path()), &expected)?;
        // the same day by day, merged on the way
        let daily = folder.path().join("daily.vdx");
        let options = BuildOptions { sort: cohort.shuffled, threads: Some(threads), merge_from: 1, ..BuildOptions::default() };
        let (first, later) = inputs.split_first().unwrap();
        build(&[first], &daily, &options, &mut |_| true).unwrap();
        for input in later {
            add(&[input], &daily, &options, &mut |_| true).unwrap();
        }
        let daily = Dataset::open(&daily).unwrap();
        daily.verify().unwrap();
        prop_assert!(daily.manifest().batches().len() <= 8);
        same_but_order(&daily.view(), folder.path(), &expected)?;
    }
}

/// Files of chromosomes, one after the other.
fn chromosomes(folder: &Path) -> Dataset {
    let source = Source {
        contigs: vec![Vec::new(), Vec::new()],
        samples: 2,
        cuts: Vec::new(),
        normalised: false,
    };
    let line = |contig| line(contig, 7, 0, &[(2, 0), (5, 0)], 1);
    source.build(folder, "two", &[line(1), line(2)])
}

/// Files of carriers of batches that are merged stood behind those of later batches.
#[test]
fn carriers_of_genes_stand_in_the_order_of_batches() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("d.vdx");
    for (number, samples) in [&["J", "K"][..], &["S"], &["T"], &["L", "M"], &["U"]]
        .into_iter()
        .enumerate()
    {
        let source = Source {
            contigs: Vec::new(),
            samples: 0,
            cuts: Vec::new(),
            normalised: false,
        };
        let header = source.header().trim_end().to_owned();
        let calls = vec![(2, 0); samples.len()];
        let text = format!(
            "{header}\t{}\n{}",
            samples.join("\t"),
            line(1, 7, 0, &calls, 1)
        );
        let input = folder.path().join(format!("{number}.vcf"));
        std::fs::write(&input, text).unwrap();
        let options = BuildOptions {
            threads: Some(1),
            ..BuildOptions::default()
        };
        match number {
            0 => build(&[input], &to, &options, &mut |_| true).unwrap(),
            _ => add(&[input], &to, &options, &mut |_| true).unwrap(),
        };
    }
    let before = Dataset::open(&to).unwrap();
    let carriers = |of: &Dataset| of.view().ask("carriers(gene:G1)").unwrap().count();
    assert_eq!(carriers(&before), 7);
    let report = compact(&to, &options(1), &mut |_| true).unwrap();
    assert!(report.batches.1 < report.batches.0, "{report}");
    let now = Dataset::open(&to).unwrap();
    now.verify().unwrap();
    assert_eq!(carriers(&now), 7);
}

#[test]
fn who_says_stop_keeps_the_old_state() {
    let folder = tempfile::tempdir().unwrap();
    let before = chromosomes(folder.path());
    let stopped = compact(before.path(), &options(1), &mut |_| false);
    assert!(matches!(stopped, Err(Error::Cancelled)), "{stopped:?}");
    let now = Dataset::open(before.path()).unwrap();
    assert_eq!(now.snapshot(), before.snapshot());
    now.verify().unwrap();
    let report = compact(before.path(), &options(1), &mut |_| true).unwrap();
    assert_eq!(report.segments, (2, 1));
    // there is nothing more to merge
    let again = compact(before.path(), &options(1), &mut |_| true).unwrap();
    assert_eq!((again.segments, again.snapshot), ((1, 1), report.snapshot));
}
