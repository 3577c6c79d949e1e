//! Unsorted input gives what the same records in order give.

use super::{BuildOptions, Phase, Progress, Report, build_with as build};
use crate::error::{Error, Place};
use crate::format::Folder;
use crate::store::open_manifest;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const CONTIGS: [&str; 3] = ["c", "a", "b"];

/// A record that both formats can hold.
#[derive(Debug, Clone)]
struct Site {
    contig: usize,
    position: u32,
    id: String,
    alternate: u8,
    /// Allele of each copy.
    copies: [bool; 4],
}

fn header() -> String {
    let contigs: String = CONTIGS
        .iter()
        .map(|name| format!("##contig=<ID={name}>\n"))
        .collect();
    format!(
        "##fileformat=VCFv4.3\n##FILTER=<ID=PASS,Description=\"\">\n\
         ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n{contigs}\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n"
    )
}

impl Site {
    fn line(&self) -> String {
        let [a, b, c, d] = self.copies.map(u8::from);
        let (contig, alternate) = (CONTIGS[self.contig], char::from(self.alternate));
        format!(
            "{contig}\t{}\t{}\tA\t{alternate}\t.\tPASS\t.\tGT\t{a}|{b}\t{c}|{d}\n",
            self.position, self.id
        )
    }

    fn bcf(&self) -> Vec<u8> {
        let text = |bytes: &[u8]| match bytes.len() {
            len @ 0..15 => [&[(len as u8) << 4 | 7], bytes].concat(),
            len => [&[0xf7, 0x12][..], &(len as u16).to_le_bytes(), bytes].concat(),
        };
        let mut shared = Vec::new();
        for word in [
            self.contig as u32,
            self.position - 1,
            1,
            0x7f80_0001,
            2 << 16,
            1 << 24 | 2,
        ] {
            shared.extend(word.to_le_bytes());
        }
        shared.extend(text(self.id.as_bytes()));
        shared.extend(text(b"A"));
        shared.extend(text(&[self.alternate]));
        shared.extend([0x11, 0]);
        let mut individual = vec![0x11, 1, 0x21];
        individual.extend(self.copies.map(|allele| (u8::from(allele) + 1) << 1 | 1));
        let lengths = [shared.len() as u32, individual.len() as u32].map(u32::to_le_bytes);
        [lengths.concat(), shared, individual].concat()
    }
}

fn text(sites: &[Site]) -> Vec<u8> {
    let lines: String = sites.iter().map(Site::line).collect();
    (header() + &lines).into_bytes()
}

fn bcf(sites: &[Site]) -> Vec<u8> {
    let header = header() + "\0";
    let mut out = b"BCF\x02\x02".to_vec();
    out.extend((header.len() as u32).to_le_bytes());
    out.extend(header.as_bytes());
    out.extend(sites.iter().flat_map(Site::bcf));
    out
}

fn bgzf(data: &[u8]) -> Vec<u8> {
    let mut writer = noodles_bgzf::io::Writer::new(Vec::new());
    writer.write_all(data).unwrap();
    writer.finish().unwrap()
}

fn sorted(sites: &[Site]) -> Vec<Site> {
    let mut sites = sites.to_vec();
    sites.sort_by_key(|site| (site.contig, site.position));
    sites
}

fn options(memory: u64) -> BuildOptions {
    BuildOptions {
        sort: true,
        memory,
        threads: Some(2),
        replace: true,
        ..BuildOptions::default()
    }
}

/// What a build gives, with what may differ taken out, and its phases.
fn outcome(inputs: &[PathBuf], to: &Path, options: &BuildOptions) -> (Report, BTreeSet<String>) {
    let mut phases = BTreeSet::new();
    let mut last = 0;
    let mut report = build(
        inputs,
        &Folder::on_disk(to),
        options,
        &mut |progress: &Progress| {
            phases.insert(format!("{:?}", progress.phase));
            if progress.phase != Phase::Copying {
                assert!(progress.bytes >= last && progress.bytes <= progress.total.unwrap());
                last = progress.bytes;
            }
            true
        },
    )
    .unwrap();
    assert_eq!(report.records, report.stored + report.refused_count());
    report.seconds = 0.0;
    (report, phases)
}

fn built(files: &[Vec<u8>], options: &BuildOptions) -> (Report, BTreeSet<String>) {
    let place = tempfile::tempdir().unwrap();
    let paths = write(&place, files);
    let to = place.path().join("out.vdx");
    let result = outcome(&paths, &to, options);
    assert_eq!(names(&to), listed(&to));
    result
}

fn write(place: &TempDir, files: &[Vec<u8>]) -> Vec<PathBuf> {
    let path = |n| place.path().join(format!("in{n}"));
    let paths: Vec<PathBuf> = (0..files.len()).map(path).collect();
    for (path, file) in paths.iter().zip(files) {
        std::fs::write(path, file).unwrap();
    }
    paths
}

fn names(dataset: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(dataset).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            !["lock", "manifest.json", "decisions", "history.json"].contains(&name.as_str())
        })
        .collect()
}

fn listed(dataset: &Path) -> BTreeSet<String> {
    let manifest = open_manifest(&Folder::on_disk(dataset)).unwrap();
    let segments = manifest.segments.into_iter().map(|s| s.file);
    segments.chain(manifest.samples).map(|f| f.file).collect()
}

fn phases(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|&phase| phase.to_owned()).collect()
}

fn site(id: impl Strategy<Value = String>) -> impl Strategy<Value = Site> {
    (
        0..3usize,
        1..12u32,
        id,
        prop::sample::select(&b"CGT"[..]),
        any::<[bool; 4]>(),
    )
        .prop_map(|(contig, position, id, alternate, copies)| Site {
            contig,
            position,
            id,
            alternate,
            copies,
        })
}

/// Duplicates are warned of at the place they have in the input, which sorting it changes.
fn without_places(mut report: Report) -> Report {
    report.warnings.iter_mut().for_each(|w| w.first.clear());
    report
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn shuffled_is_built_like_sorted(
        sites in prop::collection::vec(site("[a-z]{1,20}".boxed()), 0..60),
        memory in prop::sample::select(vec![1u64, 4000, 1 << 30]),
    ) {
        let options = options(memory);
        for write in [text, bcf] {
            let (expected, straight) = built(&[write(&sorted(&sites))], &options);
            prop_assert!(!straight.contains("Sorting"));
            let (report, phases_met) = built(&[write(&sites)], &options);
            if !phases_met.contains("Sorting") {
                // contigs may stand in any order as long as each stands together
                let unsorted = BuildOptions { sort: false, ..options.clone() };
                prop_assert_eq!(report, built(&[write(&sites)], &unsorted).0);
                continue;
            }
            prop_assert_eq!(&report.snapshot, &expected.snapshot);
            prop_assert_eq!(without_places(report), without_places(expected));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    /// Some hundred records of some thousand bytes: many batches and runs, merged more than once.
    #[test]
    fn many_runs(sites in prop::collection::vec(site("[a-z]{1500,3000}".boxed()), 300..400)) {
        let options = options(1);
        for write in [text, bcf] {
            let (expected, _) = built(&[write(&sorted(&sites))], &options);
            for file in [write(&sites), bgzf(&write(&sites))] {
                let (report, phases_met) = built(&[file], &options);
                prop_assert_eq!(phases_met, phases(&["Sorting", "Storing"]));
                prop_assert_eq!(&report.snapshot, &expected.snapshot);
            }
        }
    }
}

fn sites(count: u32, contig: usize) -> Vec<Site> {
    let site = |n: u32| Site {
        contig,
        position: n + 1,
        id: format!("r{n}"),
        alternate: b"CGT"[n as usize % 3],
        copies: [2, 3, 5, 7].map(|d| n.is_multiple_of(d)),
    };
    (0..count).map(site).collect()
}

#[test]
fn segments_of_the_attempt_leave_no_trace() {
    // every group becomes a segment, so that some are written before the last record
    let options = options(1);
    let straight = sites(5000, 0);
    let mut late = straight.clone();
    let first = late.remove(0);
    late.push(first);
    let (expected, _) = built(&[text(&straight)], &options);
    let (report, phases_met) = built(&[text(&late)], &options);
    assert_eq!(report, expected);
    assert_eq!(phases_met, phases(&["Sorting", "Storing"]));
}

#[test]
fn of_several_inputs_only_the_unsorted_is_sorted() {
    let options = options(1 << 20);
    let [a, b, c] = [0, 1, 2].map(|contig| sites(500, contig));
    let mut mixed: Vec<Site> = b.iter().rev().cloned().collect();
    // a contig that comes back
    mixed.extend(sites(3, 2).into_iter().map(|site| Site {
        position: 9000 + site.position,
        ..site
    }));
    mixed.push(Site {
        position: 8000,
        ..b[0].clone()
    });
    let files = |middle: &[Site]| [text(&a), bgzf(&bcf(middle)), text(&c)];
    let (expected, _) = built(&files(&sorted(&mixed)), &options);
    let (report, _) = built(&files(&mixed), &options);
    assert_eq!(report, expected);
    assert_eq!(report.records, 1504);
}

#[test]
fn contigs_outside_the_header_follow_as_they_appear() {
    let line = |contig: &str, n: u32| format!("{contig}\t{n}\t.\tA\tC\t.\t.\t.\tGT\t0|1\t0|0\n");
    let order = |lines: &[(&str, u32)]| {
        let lines: String = lines.iter().map(|&(c, n)| line(c, n)).collect();
        built(&[(header() + &lines).into_bytes()], &options(1 << 20)).0
    };
    let report = order(&[("y", 3), ("b", 2), ("x", 1), ("c", 5), ("y", 1)]);
    // the header's last contig first: the same order, but `y` is known before `x`
    let expected = order(&[("c", 5), ("b", 2), ("y", 1), ("y", 3), ("x", 1)]);
    assert_eq!(report.snapshot, expected.snapshot);
}

#[test]
fn places_are_those_of_the_input() {
    let head = header();
    let first = head.lines().count() as u64 + 1;
    let lines = [
        "c\t50\t.\tA\tC\t.\t.\t.\tGT\t0|1\t0|0",
        "c\t7\t.\tA\tC\t.\t.\tODD\tGT\t0|1\t0|0",
        "c\tseven\t.\tA\tC\t.\t.\t.\tGT\t0|1\t0|0",
        "",
        "c\t7\t.\tA\tC\t.\t.\t.\tGT\t1|1\t0|0",
        "a\t1\t.\tA\tC\t.\t.\t.\tGT\t0|1",
        "c\t3\t.\tA\tC\t.\t.\tODD\tGT\t0|1\t0|0",
    ];
    let file = (head + &lines.join("\n")).into_bytes();
    let place = tempfile::tempdir().unwrap();
    let paths = write(&place, &[file]);
    let to = place.path().join("out.vdx");
    let name = paths[0].display();

    let mut options = options(1);
    match build(&paths, &Folder::on_disk(&to), &options, &mut |_| true) {
        Err(Error::Input(error)) => assert_eq!(error.place, Place::Line(first + 2)),
        other => panic!("{other:?}"),
    }
    assert!(!to.exists());

    options.skip_malformed = true;
    let (report, _) = outcome(&paths, &to, &options);
    assert_eq!((report.records, report.stored), (6, 4));
    let refused: Vec<&str> = report
        .refused
        .iter()
        .flat_map(|reason| reason.places.iter().map(|(place, _)| place.as_str()))
        .collect();
    let at = |n: u64| format!("{name}:{}", first + n);
    assert_eq!(refused, [at(2), at(5)]);
    let warned = |what: &str| {
        let warning = report.warnings.iter().find(|w| w.what.contains(what));
        warning.map(|w| (w.count, w.first.clone())).unwrap()
    };
    assert_eq!(warned("ODD"), (2, at(1)));
    assert_eq!(warned("empty line"), (1, at(3)));
    assert_eq!(warned("more than once"), (1, at(4)));

    // a REF that the reference contradicts is found when the sorted records are stored
    let fasta = place.path().join("r.fa");
    let bases = "A".repeat(49) + "G" + &"A".repeat(50);
    std::fs::write(&fasta, format!(">c\n{bases}\n>a\n{bases}\n")).unwrap();
    std::fs::write(
        place.path().join("r.fa.fai"),
        "c\t100\t3\t100\t101\na\t100\t107\t100\t101\n",
    )
    .unwrap();
    options.reference = Some(fasta);
    let moved = String::from_utf8(text(&[])).unwrap() + &[lines[1], lines[6], lines[0]].join("\n");
    std::fs::write(&paths[0], moved).unwrap();
    match build(&paths, &Folder::on_disk(&to), &options, &mut |_| true) {
        Err(Error::Input(error)) => assert_eq!(error.place, Place::Line(first + 2), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn stopping_while_sorting_leaves_the_dataset_as_it_was() {
    let place = tempfile::tempdir().unwrap();
    let reversed: Vec<Site> = sites(2000, 0).into_iter().rev().collect();
    let paths = write(&place, &[text(&sites(10, 1)), text(&reversed)]);
    let to = place.path().join("out.vdx");
    let options = options(1);
    let (before, _) = outcome(&paths[..1], &to, &options);
    let mut sorting = false;
    let result = build(
        &paths[1..],
        &Folder::on_disk(&to),
        &options,
        &mut |progress| {
            sorting |= progress.phase == Phase::Sorting;
            !sorting
        },
    );
    assert!(matches!(result, Err(Error::Cancelled)) && sorting);
    assert_eq!(names(&to), listed(&to));
    assert_eq!(
        open_manifest(&Folder::on_disk(&to)).unwrap().snapshot,
        before.snapshot
    );

    // cancelled once the sorted records are being stored
    let result = build(
        &paths[1..],
        &Folder::on_disk(&to),
        &options,
        &mut |progress| {
            let stop = sorting && progress.phase == Phase::Storing;
            sorting = progress.phase == Phase::Sorting;
            !stop
        },
    );
    assert!(matches!(result, Err(Error::Cancelled)));
    assert_eq!(names(&to), listed(&to));
}

/// Builds from a pipe, as from standard input.
#[cfg(unix)]
#[test]
fn a_stream_is_copied_first() {
    let place = tempfile::tempdir().unwrap();
    let pipe = place.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no mkfifo");
        return;
    }
    let straight = sites(3000, 0);
    let reversed = text(&straight.iter().rev().cloned().collect::<Vec<_>>());
    let options = options(1 << 20);
    let (expected, _) = built(&[text(&straight)], &options);
    for (input, met) in [
        (text(&straight), &["Copying", "Storing"][..]),
        (reversed, &["Copying", "Sorting", "Storing"]),
    ] {
        let to = place.path().join("out.vdx");
        let writer = {
            let pipe = pipe.clone();
            std::thread::spawn(move || std::fs::write(pipe, input).unwrap())
        };
        let (report, phases_met) = outcome(std::slice::from_ref(&pipe), &to, &options);
        writer.join().unwrap();
        assert_eq!(report, expected);
        assert_eq!(phases_met, phases(met));
        assert_eq!(names(&to), listed(&to));
    }
}
