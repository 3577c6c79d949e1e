//! Every byte of a small dataset corrupted in turn: `verify` names file and section, questions give the
//! right answer or an error.

use crate::common::check::dump;
use crate::common::{Folder, keeping, vcf};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use varidex::{Damage, Dataset, Error};

/// Something of everything: long alleles, ids, filters, INFO, annotations, polyploid, common rows, half
/// calls.
pub fn rich() -> String {
    let samples: Vec<String> = (0..40).map(|n| format!("S{n}")).collect();
    let names: Vec<&str> = samples.iter().map(String::as_str).collect();
    let meta = "##INFO=<ID=DEPTH,Number=1,Type=Integer,Description=\"x\">
##INFO=<ID=NOTE,Number=.,Type=String,Description=\"x\">
##INFO=<ID=DB,Number=0,Type=Flag,Description=\"x\">
##INFO=<ID=CSQ,Number=.,Type=String,Description=\"x. Format: Allele|Consequence|IMPACT|SYMBOL|Gene|Feature|HGVSc|HGVSp|CANONICAL\">
##FILTER=<ID=q10,Description=\"x\">\n#CHROM";
    let mut text = vcf("1,2", &names, &[]).replace("#CHROM", meta);
    for n in 0..60usize {
        let contig = 1 + n / 40;
        let alt = [
            "G",
            "G,T",
            "<DEL>",
            "ACGTTGCAAGCTAGCTAAGCTAGCATCGATCGACTACGACTACG",
            "*",
        ][n % 5];
        let info = [
            "DEPTH=7;DB",
            "NOTE=x,long%20text",
            "END=900;SVLEN=-70",
            "DB",
            ".",
        ][n % 5];
        let info = match (n % 3, n % 5) {
            (0, 0) => format!(
                "{info};CSQ=G|missense_variant|MODERATE|GENE{}|ENSG{n}|ENST{n}|ENST{n}.1:c.{n}A>G|ENSP{n}.1:p.Val{n}Glu|YES,G|intron_variant|MODIFIER|GENE2||||",
                n % 7
            ),
            (1, 1) => {
                "CSQ=T|stop_gained&splice_region_variant|HIGH|GENE1|ENSG1|ENST1|||".to_owned()
            }
            _ => info.to_owned(),
        };
        let (id, filter) = (
            [".", "rs1", "rs77;rs78"][n % 3],
            ["PASS", ".", "q10"][n % 3],
        );
        text += &format!(
            "{contig}\t{}\t{id}\tA\t{alt}\t{n}\t{filter}\t{info}\tGT",
            10 + n * 3
        );
        for s in 0..40 {
            let common = ["0|1", "1|1", "0|0", "1|0"][(s / 10 + n / 9) % 4];
            text += "\t";
            text += match (n % 4, (s * 7 + n * 11) % 29) {
                (0 | 1, 5) => "./1",
                (1, 6) => "0/1",
                (2, 7) => "1",
                (3, 8) => "0|1|.",
                (3, 9) => ".",
                (0, _) => common,
                (_, 1) => "0|1",
                _ => "0|0",
            };
        }
        text += "\n";
    }
    text
}

/// Changes bytes of a file where it lies, and puts them back.
pub fn with_bytes<T>(path: &Path, at: usize, bytes: &[u8], f: impl FnOnce() -> T) -> T {
    let sound = fs::read(path).unwrap();
    let put = |bytes: &[u8]| {
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(bytes).unwrap();
    };
    put(bytes);
    let result = f();
    put(&sound[at..at + bytes.len()]);
    result
}

fn damage_of(error: Error, at: usize) -> Damage {
    match error {
        Error::Damaged(damage) => *damage,
        other => panic!("byte {at}: {other:?}"),
    }
}

/// Where sections lie, by the section table of the file.
fn sections(bytes: &[u8]) -> Vec<(usize, usize)> {
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let count = number(40) & 0xffff_ffff;
    let entry = |n: usize| (number(64 + n * 24 + 8), number(64 + n * 24 + 16));
    (0..count).map(entry).collect()
}

#[test]
fn every_bent_byte_is_found() {
    let folder = Folder::new();
    let dataset = folder.dataset(&rich(), &keeping(&["DEPTH", "NOTE", "DB"]));
    let right = dump(&dataset).unwrap();
    dataset.dataset().verify().unwrap();
    let to = dataset.path().to_owned();
    drop(dataset);
    let step = if cfg!(debug_assertions) { 11 } else { 1 };
    for (name, sound) in crate::common::content(&to) {
        let path = to.join(&name);
        let is_manifest = name == "manifest.json";
        let sections = if is_manifest {
            Vec::new()
        } else {
            sections(&sound)
        };
        let mut names = BTreeMap::new();
        let step = if is_manifest { step.min(3) } else { step };
        for at in (0..sound.len()).step_by(step) {
            let corrupted = [sound[at] ^ [1u8, 0x10, 0x80, 0xff][at % 4]];
            let (found, answer) = with_bytes(&path, at, &corrupted, || {
                let found = Dataset::open(&to).and_then(|dataset| dataset.verify());
                let answer = Dataset::open(&to).and_then(|dataset| dump(&dataset.view()));
                (found, answer)
            });
            match answer {
                Ok(answer) => assert!(answer == right, "{name} byte {at}: another answer"),
                Err(error) => {
                    damage_of(error, at);
                }
            }
            let damage = damage_of(found.expect_err("damage that nobody found"), at);
            assert_eq!(damage.file, path, "byte {at}: {damage}");
            assert!(!damage.section.is_empty(), "byte {at}: {damage}");
            let section = sections
                .iter()
                .position(|(start, len)| (*start..start + len).contains(&at));
            if let Some(section) = section {
                let known = names
                    .entry(section)
                    .or_insert_with(|| damage.section.clone());
                assert_eq!(*known, damage.section, "{name} byte {at}: {damage}");
            }
        }
        // each section has a name of its own, as far as INFO columns go
        let mut all: Vec<&String> = names.values().filter(|name| *name != "info").collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count, "{names:?}");
    }
}

#[test]
fn files_that_are_cut_longer_or_gone_are_found() {
    let folder = Folder::new();
    let dataset = folder.dataset(&rich(), &keeping(&["DEPTH"]));
    let to = dataset.path().to_owned();
    let right = dump(&dataset).unwrap();
    drop(dataset);
    for (name, sound) in crate::common::content(&to) {
        let path = to.join(&name);
        let lengths = [0, 1, 63, 64, 100, sound.len() / 2, sound.len() - 1];
        let mut others: Vec<Vec<u8>> = lengths.iter().map(|&n| sound[..n].to_vec()).collect();
        others.push([sound.as_slice(), b"\n\0 more"].concat());
        for other in others {
            fs::write(&path, &other).unwrap();
            let found = Dataset::open(&to).and_then(|dataset| dataset.verify());
            let damage = damage_of(found.expect_err("damage that nobody found"), other.len());
            assert_eq!(damage.file, path);
            if let Ok(answer) = Dataset::open(&to).and_then(|dataset| dump(&dataset.view())) {
                assert!(answer == right, "{name} of {} bytes", other.len());
            }
        }
        fs::remove_file(&path).unwrap();
        let found = Dataset::open(&to).and_then(|dataset| dataset.verify());
        let gone = matches!(found, Err(Error::Io { .. } | Error::NoDataset { .. }));
        assert!(gone, "{name}");
        fs::write(&path, &sound).unwrap();
    }
    Dataset::open(&to).unwrap().verify().unwrap();
}

#[test]
fn another_format_is_too_new_or_too_old_and_not_damaged() {
    let folder = Folder::new();
    let dataset = folder.dataset(&rich(), &crate::common::options());
    let to = dataset.path().to_owned();
    drop(dataset);
    let path = to.join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let open_as = |version: u32| {
        let version = format!("\"version\": {version},");
        let other = super::damage_repaired::signed(&text.replace("\"version\": 2,", &version));
        assert_ne!(text, other);
        fs::write(&path, other).unwrap();
        Dataset::open(&to).unwrap_err()
    };
    let newer = open_as(9);
    assert!(matches!(newer, Error::TooNew { .. }), "{newer}");
    let older = open_as(1);
    assert!(matches!(older, Error::TooOld { .. }), "{older}");
    // what to do stands in the message, with the dataset's own name
    let command = format!("varidex build INPUT... -o {} --force", to.display());
    assert!(older.to_string().contains(&command), "{older}");
}
