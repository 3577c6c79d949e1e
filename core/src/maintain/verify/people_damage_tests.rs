//! Damaged files of terms, people, genes and carriers: verify names the section, and no question is answered
//! wrongly. The dataset is a vector of the format specification.

use crate::cohort::Dataset;
use crate::error::{Error, Result};
use crate::format::{Container, ContainerWriter, FileKind, Kind};
use std::path::{Path, PathBuf};

/// A copy of the vector, and one of its files.
struct Sample {
    _directory: tempfile::TempDir,
    path: PathBuf,
    file: PathBuf,
    sound: Vec<u8>,
}

fn sample(kind: FileKind) -> Sample {
    let vector = Path::new(env!("CARGO_MANIFEST_DIR")).join("../format-spec/vectors/people.vdx");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("people.vdx");
    std::fs::create_dir(&path).unwrap();
    let mut file = None;
    for entry in std::fs::read_dir(vector).unwrap() {
        let from = entry.unwrap().path();
        let to = path.join(from.file_name().unwrap());
        std::fs::copy(&from, &to).unwrap();
        if to.extension().is_some_and(|end| end == kind.suffix()) {
            file = Some(to);
        }
    }
    let file = file.unwrap();
    Sample {
        _directory: directory,
        path,
        sound: std::fs::read(&file).unwrap(),
        file,
    }
}

/// What the section with a byte is called, as an error names it. All sections have one chunk.
fn section_at(container: &Container, bytes: &[u8], at: usize) -> String {
    let word = |at: usize| u64::from_le_bytes(*bytes[at..].first_chunk().unwrap()) as usize;
    let count = container.sizes().count();
    if at < 64 + count * (24 + 8) {
        return "header".to_owned();
    }
    for (number, (name, len)) in container.sizes().enumerate() {
        let start = word(64 + number * 24 + 8);
        if at < start {
            return format!("padding before {name}");
        }
        if at < start + len as usize {
            return name;
        }
    }
    panic!("no section has byte {at}")
}

const PEOPLE: [&str; 17] = [
    "HP:0001324",
    "phenotype:\"muscle weakness\"",
    "disease:ORPHA:590",
    "\"odd gait\"",
    "exactly(HP:0001324)",
    "excluded(HP:0001250)",
    "onset(HP:0000118)<=5y",
    "onset(MONDO:0018940)<=3y",
    "severity(HP:0003473):\"HP:0012828\"",
    "measurement(LOINC:2157-6, \"U/L\")>100",
    "age>30y",
    "sex:female | country:FI",
    "family:K1 & affected:yes",
    "similar(OMIM:605809; low)",
    "individuals(ADA, G)",
    "carriers(gene:CHRNE)",
    "carriers(gene:CHRNE & af<0.01)",
];
const GENES: [&str; 3] = ["gene:CHRNE", "gene:cco", "gene:ENSG03"];

/// All answers, or the first error of each question.
fn answers(path: &Path) -> Vec<Result<String>> {
    let dataset = match Dataset::open(path) {
        Ok(dataset) => dataset,
        Err(error) => return vec![Err(error)],
    };
    let view = dataset.view();
    let mut answers = Vec::new();
    for text in PEOPLE {
        let group = view.ask(text);
        answers.push(group.and_then(|group| Ok(group.ids()?.join(" "))));
    }
    for text in GENES {
        answers.push((|| {
            let mut found = String::new();
            let mut variants = view.variants(text)?;
            while let Some(variant) = variants.next()? {
                found += &format!("{}:{:?} ", variant.contig(), variant.position()?);
            }
            Ok(found)
        })());
    }
    let counts = view.term_counts(None);
    answers.push(counts.map(|counts| format!("{counts:?}")));
    answers.push(dataset.verify().map(|()| "sound".to_owned()));
    answers
}

fn flip_every_byte(kind: FileKind) {
    let sample = sample(kind);
    let container = Container::from_bytes(&sample.file, sample.sound.clone(), kind).unwrap();
    let right: Vec<String> = answers(&sample.path)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    for at in 0..sample.sound.len() {
        let mut corrupted = sample.sound.clone();
        corrupted[at] ^= 0x10;
        std::fs::write(&sample.file, &corrupted).unwrap();
        match Dataset::open(&sample.path).and_then(|dataset| dataset.verify()) {
            Err(Error::Damaged(damage)) => {
                let section = section_at(&container, &sample.sound, at);
                assert_eq!(damage.section, section, "byte {at}: {damage:?}");
                assert_eq!(damage.file, sample.file);
            }
            other => panic!("byte {at}: {other:?}"),
        }
        if at % 4 != 0 {
            continue;
        }
        for (answer, right) in answers(&sample.path).iter().zip(&right) {
            match answer {
                Ok(answer) => assert_eq!(answer, right, "byte {at}"),
                Err(Error::Damaged(_)) => {}
                Err(other) => panic!("byte {at}: {other}"),
            }
        }
    }
}

#[test]
fn every_flipped_byte_of_terms_is_found() {
    flip_every_byte(FileKind::Terms);
}

#[test]
fn every_flipped_byte_of_people_is_found() {
    flip_every_byte(FileKind::People);
}

#[test]
fn every_flipped_byte_of_genes_is_found() {
    flip_every_byte(FileKind::Genes);
}

#[test]
fn every_flipped_byte_of_carriers_is_found() {
    flip_every_byte(FileKind::Carriers);
}

/// Bytes that nobody wrote, under checksums that are right: an error or some answer, and never more.
#[test]
fn bytes_with_right_checksums_end_no_process() {
    for of in [FileKind::Terms, FileKind::People, FileKind::Genes] {
        let sample = sample(of);
        let container = Container::from_bytes(&sample.file, sample.sound.clone(), of).unwrap();
        let kinds: Vec<Kind> = container.kinds().filter_map(Kind::from_number).collect();
        let (mut refused, mut bends) = (0, 0);
        for &corrupted in &kinds {
            // the heads of sections whole, every eleventh byte behind
            let len = container.whole(corrupted).unwrap().len();
            for at in (0..len.min(32)).chain((32..len).step_by(11)) {
                let mut writer = ContainerWriter::default();
                for &kind in &kinds {
                    let mut bytes = container.whole(kind).unwrap().to_vec();
                    if kind == corrupted {
                        // the highest bit, all bits, the lowest bit in turn
                        bytes[at] ^= [0x80, 0xff, 0x01][at % 3];
                    }
                    writer.add(kind, bytes);
                }
                let mut out = Vec::new();
                writer.finish(of, &mut out).unwrap();
                std::fs::write(&sample.file, out).unwrap();
                refused += usize::from(answers(&sample.path).pop().is_none_or(|a| a.is_err()));
                bends += 1;
            }
        }
        // the file's own checksum in the manifest is never right
        assert_eq!(refused, bends, "{of:?}");
    }
}
