//! Datasets of many segments: opening pins all of them, and reads none.

use crate::common::check::dump;
use crate::common::{Folder, build, content, header, options, vcf};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use varidex::{BuildOptions, Dataset, Error, Position};

const SEGMENTS: usize = 80;
/// Where a child process finds the dataset that it opens.
const OPENED: &str = "VARIDEX_TEST_OPENED";

/// A dataset of a segment for each of so many inputs: two samples, a variant that all have and one of its own.
fn segmented(folder: &Folder, to: &Path, own: usize) {
    let inputs: Vec<PathBuf> = (0..SEGMENTS)
        .map(|n| {
            let names = [format!("A{n}"), format!("B{n}")];
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let own = format!("1 {} A G 0|1 0|0", 100 + own + n);
            let text = vcf("1", &names, &["1 50 A C 0|1 1|1", &own]);
            folder.write(&format!("{n}.vcf"), text)
        })
        .collect();
    let options = BuildOptions {
        replace: true,
        ..options()
    };
    build(&inputs, to, &options).unwrap();
    let dataset = Dataset::open(to).unwrap();
    assert_eq!(dataset.view().info().segments, SEGMENTS as u64);
}

/// The path and bytes of one segment.
fn a_segment(dataset: &Path) -> (PathBuf, Vec<u8>) {
    let mut files = content(dataset).into_iter();
    let segment = files.find(|(name, _)| name.ends_with(".segment"));
    let (name, bytes) = segment.unwrap();
    (dataset.join(name), bytes)
}

/// Puts another file in the place of one, as builds and `rsync` do.
fn put(path: &Path, bytes: &[u8]) {
    let beside = path.with_extension("beside");
    fs::write(&beside, bytes).unwrap();
    fs::rename(beside, path).unwrap();
}

/// Segments are read when they are first asked for. Were they opened only then, a build that came first would
/// have removed them, and the dataset would fail half way through a question.
#[test]
fn what_was_not_read_yet_outlives_its_files() {
    let folder = Folder::new();
    let to = folder.path("x.vdx");
    segmented(&folder, &to, 0);
    let open = || Dataset::open(&to).unwrap().view();
    let (untouched, touched, last) = (open(), open(), open());
    let right = dump(&open()).unwrap();
    touched.ask("carriers(1:50:A:C)").unwrap();
    let before = content(&to);
    segmented(&folder, &to, 500);
    if cfg!(unix) {
        let after = content(&to);
        let stayed = before.keys().filter(|name| after.contains_key(*name));
        let stayed: Vec<&String> = stayed.collect();
        assert!(
            stayed.iter().all(|name| !name.ends_with(".segment")),
            "{stayed:?}"
        );
    }
    assert!(dump(&untouched).unwrap() == right);
    assert!(dump(&touched).unwrap() == right);
    assert!(dump(&open()).unwrap() != right);
    // mapped files cannot be removed on Windows
    if cfg!(unix) {
        fs::remove_dir_all(&to).unwrap();
    }
    assert!(dump(&last).unwrap() == right);
    assert!(last.ask("carriers(1:50:A:C)").unwrap().count() == 2 * SEGMENTS as u64);
}

/// What an opened dataset says of a segment does not depend on when it is asked: not on what came into the
/// place of the file since.
#[test]
fn damage_of_a_segment_is_told_alike_each_time() {
    let folder = Folder::new();
    let to = folder.path("x.vdx");
    segmented(&folder, &to, 0);
    let right = dump(&Dataset::open(&to).unwrap().view()).unwrap();
    let (path, sound) = a_segment(&to);
    let newer = {
        // its version, and the checksum of the header
        let mut newer = sound.clone();
        newer[12] = 99;
        let sum = xxhash_rust::xxh3::xxh3_64(&newer[..56]).to_le_bytes();
        newer[56..64].copy_from_slice(&sum);
        newer
    };
    let mut bent = sound.clone();
    bent[20] ^= 1;
    for other in [bent, newer, sound[..40].to_vec(), Vec::new()] {
        put(&path, &other);
        let dataset = Dataset::open(&to).unwrap().view();
        let ask = || dataset.ask("carriers(1:50:A:C)").map(|group| group.count());
        let first = ask().unwrap_err();
        let named = match &first {
            Error::Damaged(damage) => &damage.file,
            Error::TooNew { path, .. } => path,
            other => panic!("{other:?}"),
        };
        assert_eq!(*named, path);
        let again = || assert_eq!(ask().unwrap_err().to_string(), first.to_string());
        again();
        put(&path, &sound);
        again();
        fs::remove_file(&path).unwrap();
        again();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(again);
            }
        });
        put(&path, &sound);
        assert!(dump(&Dataset::open(&to).unwrap().view()).unwrap() == right);
    }
}

/// What a child process runs; nothing when started among the other tests.
#[test]
fn child() {
    if let Ok(to) = std::env::var(OPENED) {
        let view = Dataset::open(&to).unwrap().view();
        let carriers = view.ask("carriers(1:50:A:C)").unwrap();
        assert_eq!(carriers.count(), 2 * SEGMENTS as u64);
    }
}

/// A process may have 256 open files on macOS unless it asks for more: segments take none.
#[cfg(unix)]
#[test]
fn more_segments_are_opened_than_files_may_be() {
    let folder = Folder::new();
    let to = folder.path("x.vdx");
    segmented(&folder, &to, 0);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 32; exec \"$0\" \"$@\""]);
    command.arg(std::env::current_exe().unwrap());
    command.args(["many_segments::child", "--exact", "--test-threads=1"]);
    let output = command.env(OPENED, &to).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 passed"), "{text}");
}

/// A batch of three samples with variants, and with stretches without change that are as long as `longest`.
fn stretches(n: u64, longest: u64) -> String {
    let names = [format!("A{n}"), format!("B{n}"), format!("C{n}")];
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut text = header("1", &names);
    let mut seed = n + 1;
    let mut random = |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for position in (10..5_000).step_by(3) {
        let (alternate, end) = match random(6) {
            0 | 1 => ("C", position),
            2 => ("G", position),
            3 => ("<*>", position + random(longest)),
            _ => continue,
        };
        text += &format!("1\t{position}\t.\tA\t{alternate}\t.\t.\tEND={end}\tGT");
        for _ in 0..3 {
            text += match (random(5), alternate) {
                (0, _) => "\t./.",
                (1 | 2, "C" | "G") => "\t0|1",
                _ => "\t0|0",
            };
        }
        text += "\n";
    }
    text
}

/// What batches without a variant know of its place is found by going from row to row where places follow each
/// other, and by indexes where they do not; where all batches have it, it is not looked for.
#[test]
fn an_allele_is_counted_alike_in_any_order() {
    let folder = Folder::new();
    let to = folder.path("x.vdx");
    for batches in [2, 7] {
        let longest = [1, 40, 300, 70_000, 5, 2_000, 9];
        let inputs: Vec<PathBuf> = (0..batches)
            .map(|n| {
                let text = stretches(n, longest[n as usize]);
                folder.write(&format!("{n}.vcf"), text)
            })
            .collect();
        let options = BuildOptions {
            replace: true,
            ..options()
        };
        build(&inputs, &to, &options).unwrap();
        let view = Dataset::open(&to).unwrap().view();
        let mut expected: Vec<(Position, String, String)> = Vec::new();
        let mut variants = view.variants("type:snv").unwrap();
        while let Some(mut variant) = variants.next().unwrap() {
            let position = variant.position().unwrap();
            let counts = format!("{:?}", variant.counts().unwrap());
            let alternate = String::from_utf8_lossy(variant.alleles().unwrap().1).into_owned();
            expected.push((position, alternate, counts));
        }
        assert!(expected.len() > 800, "{}", expected.len());
        let known = |counts: &String| !counts.contains("an: None");
        assert!(expected.iter().any(|(.., counts)| known(counts)));
        assert!(!expected.iter().all(|(.., counts)| known(counts)));
        let group = view.ask("samples(A0, B0, C1)").unwrap();
        let mut lookup = view.lookup(None).unwrap();
        let mut of_group = view.lookup(Some(&group)).unwrap();
        for step in [7, 911, expected.len() - 1] {
            for n in 0..expected.len() {
                let (position, alternate, counts) = &expected[n * step % expected.len()];
                let found = lookup.counts("1", *position, "A", alternate).unwrap();
                assert_eq!(format!("{:?}", found.unwrap()), *counts, "{position:?}");
                if n % 5 == 0 {
                    let found = of_group.counts("1", *position, "A", alternate).unwrap();
                    let allele = view
                        .allele("1", *position, "A", alternate)
                        .unwrap()
                        .unwrap();
                    assert_eq!(
                        found,
                        Some(allele.counts_in(&group).unwrap()),
                        "{position:?}"
                    );
                    assert_eq!(format!("{:?}", allele.counts().unwrap()), *counts);
                }
            }
        }
    }
}
