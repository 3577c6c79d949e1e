//! Damage with correct checksums, as an attacker would write it: every question ends, with an error
//! or with some answer.

use crate::common::check::dump;
use crate::common::{Folder, content, keeping};
use rand::{Rng, RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use varidex::{Dataset, Error};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Bytes behind one checksum.
const CHUNK: usize = 65_536;

fn number(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..at + 8)
        .map_or(0, |b| u64::from_le_bytes(b.try_into().unwrap()))
}

fn put(bytes: &mut [u8], at: usize, number: u64) {
    if let Some(place) = bytes.get_mut(at..at + 8) {
        place.copy_from_slice(&number.to_le_bytes());
    }
}

/// Makes every checksum of a binary file right again.
fn repair(bytes: &mut [u8]) {
    let count = (number(bytes, 40) & 0xffff_ffff) as usize;
    let sums_at = count.saturating_mul(24).saturating_add(64);
    let mut at = sums_at;
    for section in 0..count.min(1_000) {
        let start = number(bytes, 64 + section * 24 + 8) as usize;
        let len = number(bytes, 64 + section * 24 + 16) as usize;
        let Some(content) = start.checked_add(len).and_then(|end| bytes.get(start..end)) else {
            continue;
        };
        let sums: Vec<u64> = content.chunks(CHUNK).map(xxh3_64).collect();
        for sum in sums {
            put(bytes, at, sum);
            at += 8;
        }
    }
    let sum = xxh3_64(bytes.get(64..at).unwrap_or_default());
    put(bytes, 48, sum);
    let sum = xxh3_64(&bytes[..56]);
    put(bytes, 56, sum);
}

/// A manifest with a snapshot id that is that of its content.
pub fn signed(manifest: &str) -> String {
    let at = manifest.find("\"snapshot\": \"").unwrap() + 13;
    let end = at + manifest[at..].find('"').unwrap();
    let empty = format!("{}{}", &manifest[..at], &manifest[end..]);
    let sum = format!("{:032x}", xxh3_128(empty.as_bytes()));
    format!("{}{sum}{}", &manifest[..at], &manifest[end..])
}

fn write(to: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (name, bytes) in files {
        fs::write(to.join(name), bytes).unwrap();
    }
}

/// Everything that can be asked; what it says does not matter.
fn ask_everything(to: &Path) -> Result<(), Error> {
    let dataset = Dataset::open(to)?.view();
    let questions = [
        "carriers(id:rs77)",
        "carriers(1:12-40, het)",
        "carriers(1:10:A:G)",
        "carriers(length>=50 & info.NOTE=x)",
        "carriers(qual>30 | filter:q10, at_least: 2)",
        "samples(S7)",
        "carriers(gene:GENE1 & impact>=moderate)",
        "carriers(gene:ENSG15 | consequence:coding_sequence_variant & canonical)",
        "carriers(protein:V15E)",
        "carriers(ENST15:c.15A>G)",
    ];
    for question in questions {
        let _ = dataset
            .ask(question)
            .and_then(|group| group.ids().map(|ids| ids.len()));
    }
    let _ = dataset.dataset().section_sizes();
    let _ = dump(&dataset);
    dataset.dataset().verify()
}

/// Bends some bytes of a file: near each other, so that counts and offsets are hit together.
fn corrupt(bytes: &mut [u8], random: &mut impl Rng) {
    let odd = [0u8, 1, 2, 0x7f, 0x80, 0xfe, 0xff];
    let len = bytes.len();
    for _ in 0..random.random_range(1..4) {
        // the sections as often as what stands in front of them
        let start = match random.random_range(0..5) {
            0 => random.random_range(12..len.min(600)),
            _ => random.random_range(64..len),
        };
        for byte in bytes.iter_mut().skip(start).take(random.random_range(1..9)) {
            *byte = match random.random_range(0..3) {
                0 => odd[random.random_range(0..odd.len())],
                1 => *byte ^ (1 << random.random_range(0..8)),
                _ => random.random(),
            };
        }
    }
}

#[test]
fn bent_bytes_with_right_checksums_never_panic_or_hang() {
    let folder = Folder::new();
    let options = keeping(&["DEPTH", "NOTE", "DB"]);
    let to = folder
        .dataset(&super::damage::rich(), &options)
        .path()
        .to_owned();
    let sound = content(&to);
    let binary: Vec<&String> = sound
        .keys()
        .filter(|name| *name != "manifest.json")
        .collect();
    let manifest = String::from_utf8(sound["manifest.json"].clone()).unwrap();
    let (mut errors, rounds) = (0, if cfg!(debug_assertions) { 600 } else { 20_000 });
    for seed in 0..rounds {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let name = binary[random.random_range(0..binary.len())];
        let mut corrupted = sound.clone();
        let file = corrupted.get_mut(name).unwrap();
        corrupt(file, &mut random);
        repair(file);
        let old = format!("{:032x}", xxh3_128(&sound[name]));
        let new = format!("{:032x}", xxh3_128(file));
        assert!(manifest.contains(&old));
        let signed = signed(&manifest.replacen(&format!("\"{old}\""), &format!("\"{new}\""), 1));
        corrupted.insert("manifest.json".to_owned(), signed.into_bytes());
        write(&to, &corrupted);
        let (done, wait) = mpsc::channel();
        let path = to.clone();
        let worker = std::thread::spawn(move || {
            let found = ask_everything(&path);
            let _ = done.send(());
            found
        });
        let ended = wait.recv_timeout(Duration::from_secs(30));
        let hangs = matches!(ended, Err(mpsc::RecvTimeoutError::Timeout));
        assert!(!hangs, "seed {seed}: no end");
        match worker.join() {
            Ok(found) => errors += u64::from(found.is_err()),
            Err(_) => panic!("seed {seed}: a panic in {name}"),
        }
    }
    // what can be corrupted without a contradiction is names, alleles, qualities and the like
    assert!(errors > rounds / 4, "{errors} of {rounds}");
}

/// A manifest that was written by hand, with a right digest.
#[test]
fn bent_manifests_with_right_digests_never_panic_or_hang() {
    let folder = Folder::new();
    let options = keeping(&["DEPTH", "NOTE", "DB"]);
    let to = folder
        .dataset(&super::damage::rich(), &options)
        .path()
        .to_owned();
    let manifest = fs::read_to_string(to.join("manifest.json")).unwrap();
    let numbers = [
        "0",
        "1",
        "39",
        "-1",
        "4294967295",
        "2147483647",
        "99999999999999999999",
    ];
    for (at, line) in manifest.lines().enumerate() {
        for number in numbers {
            let value: String = line.chars().skip_while(|c| *c != ':').collect();
            let value = value.trim_matches(|c: char| !c.is_ascii_digit() && c != '-');
            if value.is_empty() || line.contains("\"snapshot\"") || line.contains("\"checksum\"") {
                continue;
            }
            let mut lines: Vec<String> = manifest.lines().map(str::to_owned).collect();
            lines[at] = line.replacen(value, number, 1);
            let text = signed(&(lines.join("\n") + "\n"));
            fs::write(to.join("manifest.json"), text).unwrap();
            let _ = ask_everything(&to);
        }
    }
    for outside in ["../input.vcf", "/etc/passwd", ".hidden", "", "a/b"] {
        let at = manifest.find(".segment").unwrap();
        let start = manifest[..at].rfind('"').unwrap() + 1;
        let text = format!("{}{outside}{}", &manifest[..start], &manifest[at + 8..]);
        fs::write(to.join("manifest.json"), signed(&text)).unwrap();
        let error = ask_everything(&to).unwrap_err();
        assert!(
            matches!(error, Error::Damaged(_) | Error::Io { .. }),
            "{outside}: {error}"
        );
    }
}
