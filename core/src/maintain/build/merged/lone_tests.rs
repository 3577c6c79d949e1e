//! One input alone: what is stored without sorting is, byte for byte, what is stored with it.

use super::super::{BuildOptions, Report, add, build};
use super::tests::cohort;
use crate::error::Result;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a dataset but for those that have a time, and the report.
fn stored(folder: &Path, mut report: Report) -> (BTreeMap<String, Vec<u8>>, Report) {
    report.seconds = 0.0;
    let entries = fs::read_dir(folder).unwrap();
    let entries = entries.map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, fs::read(entry.path()).unwrap())
    });
    let is_timed = |name: &str| ["history.json", "lock", "decisions"].contains(&name);
    let files = entries.filter(|(name, _)| !is_timed(name));
    (files.collect(), report)
}

/// Builds of one input and adds others, each alone, with and without sorting: the same, or the same error.
fn same(place: &Path, inputs: &[PathBuf], options: &BuildOptions) -> Result<()> {
    let each = [false, true].map(|sort_lone| {
        let options = BuildOptions {
            merge_from: 1,
            sort_lone,
            compact: false,
            ..options.clone()
        };
        let to = place.join(format!("{sort_lone}.vdx"));
        let _ = fs::remove_dir_all(&to);
        let mut steps = Vec::new();
        for (number, input) in inputs.iter().enumerate() {
            let report = match number {
                0 => build(&[input], &to, &options, &mut |_| true),
                _ => add(&[input], &to, &options, &mut |_| true),
            };
            let failed = report.is_err();
            steps.push(report.map(|report| stored(&to, report)));
            if failed {
                break;
            }
        }
        steps
    });
    let [without, with] = each;
    for (without, with) in without.into_iter().zip(with) {
        match (without, with) {
            (Ok(without), Ok(with)) => {
                assert_eq!(without.1, with.1);
                assert_eq!(
                    without.0.keys().collect::<Vec<_>>(),
                    with.0.keys().collect::<Vec<_>>()
                );
                assert!(without.0 == with.0, "other bytes");
            }
            (Err(without), Err(with)) => {
                assert_eq!(without.to_string(), with.to_string());
                return Err(with);
            }
            (without, with) => panic!("{without:?} {with:?}"),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_lone_input_is_stored_as_if_it_were_sorted(cohort in cohort(), threads in 1..3_usize, gq in any::<bool>()) {
        let place = tempfile::tempdir().unwrap();
        let options = BuildOptions {
            threads: Some(threads),
            sort: cohort.shuffled,
            memory: 1 << 20,
            min_dp: gq.then_some(1.0),
            ..BuildOptions::default()
        };
        let inputs = cohort.write(place.path());
        same(place.path(), &inputs, &options).unwrap();
    }
}

const HEADER: &str = "##fileformat=VCFv4.4\n##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n\
    ##INFO=<ID=XA,Number=A,Type=Integer,Description=\"\">\n##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"\">\n\
    ##INFO=<ID=CSQ,Number=.,Type=String,Description=\"Format: Allele|Consequence|SYMBOL|Gene\">\n\
    ##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"\">\n";

fn input(folder: &Path, sample: &str, contigs: &[&str], records: &[&str]) -> PathBuf {
    let mut text = HEADER.to_owned();
    for contig in contigs {
        text += &format!("##contig=<ID={contig}>\n");
    }
    text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t";
    text += &format!("{sample}\n");
    for record in records {
        text += &record.replace(' ', "\t");
        text.push('\n');
    }
    let path = folder.join(format!("{sample}.vcf"));
    fs::write(&path, text).unwrap();
    path
}

/// What a generated cohort has none of: phase sets, annotations, INFO, breakends of which the mates have other names,
/// symbolic alleles, normalisation to before other records, contigs in another order and none in the header.
#[test]
fn every_kind_of_record_is_stored_alike() {
    let place = tempfile::tempdir().unwrap();
    let records = [
        "1 5 rs1;x A G,T 3 q XA=1,2;CSQ=G|missense_variant|S|E GT:PS 1|2:5",
        "1 5 rs2 A G . . XA=3 GT:PS 0|1:9",
        "1 5 . A ]chr2:9]A . . . GT 0/1",
        "1 5 . A ]2:9]A . . . GT 1/1",
        "1 9 . AT A,ATT 7.5 PASS XA=1,x GT 1/2",
        "1 12 . T <DEL>,<DUP> . . SVLEN=-30,40 GT 0/1",
        "1 14 . TATA TA,TATATA . . . GT 0/2/2",
        "1 14 . T <NON_REF> . . END=30 GT 0/0",
        "1 20 named T . . . . GT ./1",
        "1 61 . A T . . . GT .",
        "1 63 . C T . . . GT 1",
        "2 3 . A T . . . GT 1/1",
        "2 3 . a t . . . GT 0/1",
    ];
    let reference = place.path().join("ref.fa");
    let text = format!(">1\n{}\n>2\n{}\n", "AT".repeat(50), "AT".repeat(50));
    fs::write(&reference, text).unwrap();
    let of = |sample: &str, contigs: &[&str], records: &[&str]| {
        input(place.path(), sample, contigs, records)
    };
    let inputs = [
        of("A", &["1", "2"], &records),
        of(
            "B",
            &["chr1", "chr2", "chr3"],
            &["chr1 5 . A G . . . GT 0/1"],
        ),
        of(
            "C",
            &["2", "1"],
            &["2 7 . A G . . . GT 0/1", "1 5 . A G . . . GT 0/1"],
        ),
        of(
            "D",
            &["1", "2"],
            &["2 7 . A G . . . GT 0/1", "1 5 . A G . . . GT 0/1"],
        ),
        of(
            "E",
            &[],
            &["4 7 . A ]5:3]A . . . GT 0/1", "5 5 . A G . . . GT 0/1"],
        ),
        of("F", &["1"], &[]),
        of(
            "G",
            &["1"],
            &["1 7 . A G . . . GT 0/1", "1 5 . A G . . . GT 0/1"],
        ),
    ];
    let mut options = BuildOptions {
        info: vec!["XA".to_owned(), "CSQ.SYMBOL".to_owned()],
        threads: Some(2),
        ..BuildOptions::default()
    };
    same(place.path(), &inputs[..6], &options).unwrap();
    let unsorted = same(place.path(), &inputs, &options).unwrap_err();
    assert!(unsorted.to_string().contains("G.vcf:"), "{unsorted}");
    options.sort = true;
    same(place.path(), &inputs, &options).unwrap();
    options.skip_malformed = true;
    options.reference = Some(reference);
    let of_reference: Vec<&str> = records
        .into_iter()
        .filter(|of| !of.contains(" C "))
        .collect();
    let inputs = [of("A", &["1", "2"], &of_reference)];
    same(place.path(), &inputs, &options).unwrap();
}
