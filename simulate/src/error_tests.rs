//! Errors of genotyping and of phasing.

use super::random::hash;
use super::tests::{Run, about, busy, clean, copies, recount, run};
use super::*;

/// Of records, truth and people: the header may change.
fn fingerprint(run: &Run) -> u64 {
    let lines = run.records().into_iter().map(|fields| fields.join("\t"));
    let people = std::fs::read_to_string(&run.summary.people).unwrap();
    let lines = lines.chain(run.truth()).chain([people]);
    let bytes = lines.flat_map(String::into_bytes);
    bytes.fold(0, |sum, byte| hash(sum, u64::from(byte)))
}

/// Cohorts of a seed are named in published figures, and tests elsewhere count in them: errors that nobody asked
/// for may change nothing.
#[test]
fn without_errors_cohorts_stay_as_they_were() {
    for (contig, expected) in [
        ("chr22", 0x752b_edad_e7a5_52c4),
        ("chrX", 0x03b0_3a7c_7100_62b0),
    ] {
        let options = Options {
            contig: contig.to_owned(),
            trios: Some(10),
            switch_error: 0.0,
            error: 0.0,
            ..busy()
        };
        assert_eq!(fingerprint(&run(&options)), expected, "{contig}");
    }
}

/// With several ALT alleles, and nothing missing.
fn sound() -> Options {
    Options {
        multiallelic: 0.3,
        ..clean(300, 1_500)
    }
}

/// The genotypes of a record, sample after sample.
fn genotypes(record: &[String]) -> Vec<Vec<Option<usize>>> {
    record.iter().skip(9).map(|g| copies(g)).collect()
}

/// What is written wrong is another allele of the record, as often as was asked for, and never the
/// last carrier of an allele.
#[test]
fn alleles_are_written_wrong_as_often_as_asked() {
    for (contig, rate) in [("chr22", 0.01), ("chrX", 0.01), ("chr22", 0.2)] {
        let right = Options {
            contig: contig.to_owned(),
            start: Some(50_000_000).filter(|_| contig == "chrX"),
            ..sound()
        };
        let wrong = run(&Options {
            error: rate,
            ..right.clone()
        });
        let (right, records) = (run(&right).records(), wrong.records());
        assert_eq!(right.len(), records.len());
        let (mut all, mut changed, mut further) = (0, 0, [0; 3]);
        for (before, after) in right.iter().zip(&records) {
            assert_eq!(before[..5], after[..5]);
            let alleles = 2 + before[4].matches(',').count();
            for (before, after) in genotypes(before).iter().zip(&genotypes(after)) {
                assert_eq!(before.len(), after.len());
                for (before, after) in before.iter().zip(after) {
                    let (before, after) = (before.unwrap(), after.unwrap());
                    assert!(after < alleles);
                    all += 1;
                    changed += usize::from(before != after);
                    if before != after && alleles == 3 {
                        further[(after + alleles - before) % alleles] += 1;
                    }
                }
            }
        }
        // a carrier of each allele is spared, of 300 samples
        let rate = rate * 0.995;
        assert!(about(changed, all, rate), "{changed} of {all}, {contig}");
        assert!(
            about(further[1], further[1] + further[2], 0.5),
            "{further:?}"
        );
        assert_eq!(recount(&records), wrong.truth());
        let absent = |line: &String| line.split('\t').nth(4) == Some("0");
        assert!(!wrong.truth().iter().any(absent));
    }
}

/// Where a sample is heterozygous it is switched as often as was asked for, and stays so until it is switched again; who
/// has which alleles stays as it was.
#[test]
fn phases_are_switched_as_often_as_asked() {
    for rate in [0.02, 0.3, 1.0] {
        let right = Options {
            unphased_sites: 0.1,
            unphased_genotypes: 0.02,
            ..sound()
        };
        let wrong = run(&Options {
            switch_error: rate,
            ..right.clone()
        });
        let right = run(&right);
        assert_eq!(right.truth(), wrong.truth());
        let mut switched = vec![false; 300];
        let (mut heterozygous, mut switches) = (0, 0);
        for (before, after) in right.records().iter().zip(wrong.records()) {
            assert_eq!(before[..9], after[..9]);
            for (sample, (before, after)) in before[9..].iter().zip(&after[9..]).enumerate() {
                let pair = copies(before);
                if !before.contains('|') || pair[0] == pair[1] {
                    assert_eq!(before, after);
                    continue;
                }
                let other = format!("{1}|{0}", pair[0].unwrap(), pair[1].unwrap());
                assert!(after == before || *after == other, "{before} as {after}");
                heterozygous += 1;
                switches += usize::from((*after == other) != switched[sample]);
                switched[sample] = *after == other;
            }
        }
        assert!(
            about(switches, heterozygous, rate),
            "{switches} of {heterozygous} at {rate}"
        );
    }
}
