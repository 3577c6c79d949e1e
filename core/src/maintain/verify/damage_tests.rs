//! Segments that say impossible things under checksums that are right: every question is refused or
//! answered. Found by fuzzing (`fuzz/`), or on the way to it; each would have ended the process, by a
//! panic or for want of memory.

use crate::cohort::{Dataset, View};
use crate::error::Result;
use crate::format::{Container, ContainerWriter, FileKind, Kind};
use crate::maintain::build::{BuildOptions, build};
use std::path::{Path, PathBuf};

const VCF: &str = "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
    ##INFO=<ID=SCORE,Number=.,Type=String,Description=\"\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\td\n\
    1\t5\trs1\tA\tG,T\t9\tq10\t.\tGT\t0|1\t1/2\t.|.\t0|0\n\
    1\t6\trs2\tC\tT\t.\tPASS\tSCORE=1\tGT\t1\t0/1/1\t1|1\t.\n\
    1\t7\trs3\tGATTACAGATTACA\tG\t.\tPASS\tSCORE=2\tGT\t1|0\t0|.\t1|1\t0|0\n\
    1\t8\trs4\tA\t<DEL>\t.\tPASS\tSVLEN=-60;END=68\tGT\t1|1\t1|1\t1|1\t0|1\n";

/// A dataset on its own in a temporary directory.
struct Sample {
    _directory: tempfile::TempDir,
    path: PathBuf,
}

fn built() -> Sample {
    let directory = tempfile::tempdir().unwrap();
    let input = directory.path().join("input.vcf");
    std::fs::write(&input, VCF).unwrap();
    let path = directory.path().join("out.vdx");
    let options = BuildOptions {
        info: vec!["SCORE".to_owned()],
        threads: Some(1),
        ..BuildOptions::default()
    };
    build(&[&input], &path, &options, &mut |_| true).unwrap();
    Sample {
        _directory: directory,
        path,
    }
}

/// Lets `corrupt` change a section, and sets the checksums right.
fn bend_section(file: &Path, of: FileKind, kind: Kind, corrupt: impl FnOnce(&mut Vec<u8>)) {
    let bytes = std::fs::read(file).unwrap();
    let sound = Container::from_bytes(file, bytes, of).unwrap();
    let mut corrupt = Some(corrupt);
    let mut writer = ContainerWriter::default();
    for known in (0..5000).filter_map(Kind::from_number) {
        let mut section = sound.whole(known).unwrap().to_vec();
        if known == kind {
            assert!(!section.is_empty(), "{kind:?} is there to be corrupted");
            corrupt.take().unwrap()(&mut section);
        }
        writer.add(known, section);
    }
    let mut out = Vec::new();
    writer.finish(of, &mut out).unwrap();
    std::fs::write(file, out).unwrap();
}

fn corrupted(kind: Kind, corrupt: impl FnOnce(&mut Vec<u8>)) -> (Sample, View) {
    let sample = built();
    let dataset = Dataset::open(&sample.path).unwrap().view();
    let file = sample.path.join(&dataset.manifest().segments[0].file.file);
    bend_section(&file, FileKind::Segment, kind, corrupt);
    let dataset = Dataset::open(&sample.path).unwrap().view();
    (sample, dataset)
}

/// Asks a dataset everything; the first error.
fn ask(dataset: &View) -> Result<()> {
    let group = dataset.ask("samples(a, b)");
    let group = group.unwrap();
    let mut outcome = Ok(());
    let mut note = |one: Result<()>| {
        if outcome.is_ok() {
            outcome = one;
        }
    };
    for text in [
        "all",
        "1:1-6",
        "1:30-",
        "id:rs2",
        "1:7:GATTACAGATTACA:G",
        "ac>1 & af<0.9",
        "length>1 | qual>1 | type:del",
        "info.SCORE>1",
        "filter:q10",
    ] {
        for inside in [false, true] {
            note((|| {
                let mut variants = match inside {
                    false => dataset.variants(text)?,
                    true => dataset.variants_in(text, &group)?,
                };
                while let Some(mut variant) = variants.next()? {
                    let read = [
                        variant.position().map(drop),
                        variant.interval().map(drop),
                        variant.alleles().map(drop),
                        variant.id().map(drop),
                        variant.filter().map(drop),
                        variant.counts().map(drop),
                        variant.ac_an().map(drop),
                        variant.carriers(|_| {}),
                    ];
                    read.into_iter().collect::<Result<()>>()?;
                }
                Ok(())
            })());
        }
        for option in ["", ", hom", ", at_least: 2"] {
            note(
                dataset
                    .ask(&format!("carriers({text}{option})"))
                    .and_then(|found| found.ids().map(drop)),
            );
        }
    }
    for part in dataset.parts() {
        note(dataset.segment(part).and_then(|segment| {
            segment.file().verify()?;
            dataset.dataset().verify_segment(part)
        }));
    }
    outcome
}

#[test]
fn a_dataset_as_it_was_built_is_sound() {
    let sample = built();
    let dataset = Dataset::open(&sample.path).unwrap().view();
    dataset.dataset().verify().unwrap();
    ask(&dataset).unwrap();
}

/// The differences that the counts, ends and offsets are computed from do not overflow.
#[test]
fn columns_of_extreme_values_are_refused() {
    for kind in [
        Kind::Position,
        Kind::Span,
        Kind::Allele,
        Kind::Ac,
        Kind::Hom,
        Kind::Hemi,
        Kind::AnShort,
        Kind::MissingCount,
        Kind::Filter,
        Kind::AltNumber,
        Kind::SvLength,
        Kind::Carriers,
        Kind::Missing,
        Kind::Haploid,
    ] {
        for base in [i64::MIN, -1, (1 << 62) - 1, i64::MAX - 1, i64::MAX] {
            let (_sample, dataset) = corrupted(kind, |column| {
                column[..8].copy_from_slice(&base.to_le_bytes());
            });
            // FILTER numbers without a text are none; the others contradict something
            let asked = ask(&dataset);
            let harmless = [Kind::Filter, Kind::AltNumber, Kind::SvLength].contains(&kind);
            assert!(asked.is_err() || harmless, "{kind:?} {base}");
        }
    }
}

#[test]
fn samples_past_the_last_number_are_refused() {
    let (_sample, dataset) = corrupted(Kind::Meta, |meta| {
        meta[8..12].copy_from_slice(&(u32::MAX - 1).to_le_bytes());
    });
    assert!(ask(&dataset).is_err());
}

#[test]
fn polyploid_genotypes_of_nobody_are_refused() {
    let (_sample, dataset) = corrupted(Kind::Polyploid, |bytes| bytes[0] = 90);
    assert!(ask(&dataset).is_err());
}

/// Room is made for every sample that the manifest counts.
#[test]
fn more_samples_than_names_are_refused() {
    let sample = built();
    let mut manifest = Dataset::open(&sample.path).unwrap().manifest().clone();
    manifest.sample_count = u32::MAX;
    let bytes = manifest.seal().unwrap();
    std::fs::write(sample.path.join("manifest.json"), bytes).unwrap();
    assert!(Dataset::open(&sample.path).is_err());
}
