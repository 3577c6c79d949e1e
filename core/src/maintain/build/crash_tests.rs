//! Crashes at every step of a writer. What was not synced may be lost, in whole or in part; the dataset is
//! the old one or the new one, exactly, or there is none yet, and the next writer succeeds.
//!
//! Two orders of steps were wrong. The name of a dataset's directory was not synced where its path was
//! relative without a folder, or where a writer that was killed had made it: a whole dataset could go with
//! a crash after its build had ended. And what a writer that was killed had just published was not synced
//! before the next one removed the files of the state before.

use super::add::add_in;
use super::compact::{CompactOptions, compact_in};
use super::people::load_people_in;
use super::{BuildOptions, PeopleOptions, build_in};
use crate::cohort::Dataset;
use crate::error::Error;
use crate::format::{Fate, Folder, Lossy, Memory, Storage};
use crate::store::open_manifest;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A dataset's manifest and the files it lists.
type State = BTreeMap<String, Vec<u8>>;

/// Writes a dataset.
type Writer<'a> = &'a dyn Fn(&Folder);

fn at(path: &Path, storage: impl Storage + 'static) -> Folder {
    Folder::of(path, Arc::new(storage))
}

fn state(folder: &Folder) -> Option<State> {
    let manifest = match open_manifest(folder) {
        Err(Error::NoDataset { .. }) => return None,
        manifest => manifest.unwrap(),
    };
    let listed = manifest.files().map(|entry| entry.file.as_str());
    let names = listed.chain(["manifest.json", "decisions"]);
    Some(
        names
            .map(|name| (name.to_owned(), folder.map(name).unwrap().to_vec()))
            .collect(),
    )
}

/// What a writer finds, and what it makes of it.
struct Change<'a> {
    path: &'a Path,
    write: Writer<'a>,
    old: Option<State>,
    new: State,
}

impl<'a> Change<'a> {
    fn of(path: &'a Path, before: &Memory, write: Writer<'a>) -> Self {
        let old = state(&at(path, before.clone()));
        let after = at(path, before.copy());
        write(&after);
        Self {
            path,
            write,
            old,
            new: state(&after).unwrap(),
        }
    }

    /// What is left is the old state or the new one.
    fn check(&self, left: &Memory, when: &str) -> bool {
        let folder = at(self.path, left.clone());
        let found = state(&folder);
        let is_new = found.as_ref() == Some(&self.new);
        assert!(is_new || found == self.old, "{when}");
        if found.is_some() {
            Dataset::open_in(&folder).unwrap().verify().unwrap();
        }
        is_new
    }

    /// The next writer makes the new state of what is left, and leaves nothing else.
    fn check_next(&self, left: &Memory, when: &str) {
        let folder = at(self.path, left.clone());
        (self.write)(&folder);
        assert!(state(&folder).as_ref() == Some(&self.new), "{when}");
        let mut names = left.names(self.path).unwrap();
        names.retain(|name| !name.ends_with("lock") && name != "history.json");
        assert!(names.iter().eq(self.new.keys()), "{when}: {names:?}");
    }

    fn crash_everywhere(&self, before: &Memory) {
        let disk = Lossy::of(before.copy());
        (self.write)(&at(self.path, disk.clone()));
        let mut random = ChaCha8Rng::seed_from_u64(17);
        for steps in 0..=disk.steps() {
            for round in 0..6 {
                let left = disk.crashed(steps, fate(round, &mut random));
                let when = format!("after {steps} of {} steps, {round}", disk.steps());
                let is_new = self.check(&left, &when);
                assert!(is_new || steps < disk.steps(), "{when}: not durable");
                self.check_next(&left, &when);
            }
        }
    }

    /// The writer is killed, which loses nothing, and the next one meets a crash.
    fn crash_after_kill(&self, before: &Memory) {
        let disk = Lossy::of(before.copy());
        (self.write)(&at(self.path, disk.clone()));
        let mut random = ChaCha8Rng::seed_from_u64(18);
        for killed in 0..disk.steps() {
            let disk = disk.killed(killed);
            (self.write)(&at(self.path, disk.clone()));
            for steps in killed..=disk.steps() {
                for round in [0, 2, 3] {
                    let left = disk.crashed(steps, fate(round, &mut random));
                    let when = format!("killed at {killed}, after {steps} steps, {round}");
                    let is_new = self.check(&left, &when);
                    assert!(is_new || steps < disk.steps(), "{when}: not durable");
                }
            }
        }
    }
}

fn fate(round: u32, random: &mut ChaCha8Rng) -> Fate<'_> {
    match round {
        0 => Fate::Lost,
        1 => Fate::Kept,
        _ => Fate::Some(random),
    }
}

/// Inputs on disk.
struct Inputs(tempfile::TempDir);

impl Inputs {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Builds a dataset of this genotype.
    fn builder(&self, genotype: &str) -> impl Fn(&Folder) {
        let text = format!(
            "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
             #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n\
             1\t7\t.\tA\tG\t.\t.\t.\tGT\t0|1\t{genotype}\n"
        );
        let input = self.write(&format!("{}.vcf", genotype.replace('|', "")), &text);
        let genes = self.write("genes.bed", "1\t2\t90\tGENE\n");
        move |to: &Folder| {
            let options = BuildOptions {
                genes: vec![genes.clone()],
                replace: true,
                threads: Some(1),
                ..BuildOptions::default()
            };
            build_in(&[&input], to, &options, &mut |_| true).unwrap();
        }
    }
}

#[test]
fn a_first_build_leaves_no_dataset_or_a_whole_one() {
    let inputs = Inputs::new();
    let build = inputs.builder("0|0");
    for path in ["d.vdx", "/data/d.vdx"] {
        let before = Memory::default();
        before.create_directory(Path::new("/data")).unwrap();
        let change = Change::of(Path::new(path), &before, &build);
        change.crash_everywhere(&before);
        change.crash_after_kill(&before);
    }
}

#[test]
fn a_build_that_replaces_leaves_the_old_dataset_or_the_new() {
    let inputs = Inputs::new();
    let path = Path::new("d.vdx");
    let before = Memory::default();
    inputs.builder("0|0")(&at(path, before.clone()));
    let build = inputs.builder("1|1");
    let change = Change::of(path, &before, &build);
    change.crash_everywhere(&before);
    change.crash_after_kill(&before);
}

/// Adds a sample and people; where they are there already that is refused, and nothing changes.
fn adder(inputs: &Inputs, keep: u32) -> impl Fn(&Folder) + use<> {
    let text = "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tC\n\
        1\t8\t.\tC\tG\t.\t.\t.\tGT\t0|1\n";
    let added = inputs.write("added.vcf", text);
    let options = BuildOptions {
        people: PeopleOptions {
            files: vec![inputs.write("added.tsv", "id\tsex\nC\tM\n")],
            ..PeopleOptions::default()
        },
        threads: Some(1),
        keep,
        ..BuildOptions::default()
    };
    move |to: &Folder| match add_in(&[&added], to, &options, &mut |_| true) {
        Ok(_) => {}
        Err(Error::Input(refused)) => assert!(refused.found.contains("sample C"), "{refused}"),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn adding_leaves_the_old_dataset_or_the_new() {
    let inputs = Inputs::new();
    let path = Path::new("d.vdx");
    let before = Memory::default();
    inputs.builder("0|1")(&at(path, before.clone()));
    let add = adder(&inputs, 1);
    let change = Change::of(path, &before, &add);
    change.crash_everywhere(&before);
    change.crash_after_kill(&before);
}

/// A state that is listed can be opened, whatever is left of keeping it or of keeping it no longer.
#[test]
fn states_that_are_kept_are_whole() {
    let inputs = Inputs::new();
    let path = Path::new("d.vdx");
    let before = Memory::default();
    let folder = at(path, before.clone());
    inputs.builder("0|1")(&folder);
    let people = PeopleOptions {
        files: vec![inputs.write("some.tsv", "id\tsex\nA\tF\n")],
        keep: 2,
        ..PeopleOptions::default()
    };
    load_people_in(&folder, &people, &mut |_| true).unwrap();
    assert_eq!(Dataset::snapshots_in(&folder).unwrap().len(), 2);
    for (keep, expected) in [(1, 1), (2, 2), (3, 3)] {
        let disk = Lossy::of(before.copy());
        adder(&inputs, keep)(&at(path, disk.clone()));
        let mut random = ChaCha8Rng::seed_from_u64(19);
        let mut last = 0;
        for steps in 0..=disk.steps() {
            for round in 0..6 {
                let folder = at(path, disk.crashed(steps, fate(round, &mut random)));
                let states = Dataset::snapshots_in(&folder).unwrap();
                assert!((1..=3).contains(&states.len()), "{keep} {steps} {round}");
                for state in &states {
                    let opened = Dataset::open_snapshot_in(&folder, &state.id).unwrap();
                    opened.verify().unwrap();
                }
                last = states.len();
            }
        }
        assert_eq!(last, expected, "{keep}");
    }
}

#[test]
fn loading_people_leaves_the_old_people_or_the_new() {
    let inputs = Inputs::new();
    let path = Path::new("d.vdx");
    let before = Memory::default();
    let folder = at(path, before.clone());
    inputs.builder("0|0")(&folder);
    let load = |table: &str| {
        let options = PeopleOptions {
            files: vec![inputs.write(&format!("{}.tsv", table.len()), table)],
            ..PeopleOptions::default()
        };
        move |to: &Folder| {
            load_people_in(to, &options, &mut |_| true).unwrap();
        }
    };
    load("id\tsex\nA\tF\n")(&folder);
    let next = load("id\tsex\nA\tM\nB\tM\n");
    let change = Change::of(path, &before, &next);
    change.crash_everywhere(&before);
    change.crash_after_kill(&before);
}

#[test]
fn merging_leaves_the_old_segments_or_the_new() {
    let inputs = Inputs::new();
    let path = Path::new("d.vdx");
    let before = Memory::default();
    let header = "##fileformat=VCFv4.3\n##contig=<ID=1>\n##contig=<ID=2>\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n";
    let files = ["1", "2"].map(|contig| {
        let line = format!("{contig}\t7\t.\tA\tG\t.\t.\t.\tGT\t0|1\t1|1\n");
        inputs.write(&format!("{contig}.vcf"), &format!("{header}{line}"))
    });
    let options = BuildOptions {
        threads: Some(1),
        ..BuildOptions::default()
    };
    build_in(&files, &at(path, before.clone()), &options, &mut |_| true).unwrap();
    let options = CompactOptions {
        threads: Some(1),
        ..CompactOptions::default()
    };
    let merge = |to: &Folder| {
        compact_in(to, &options, &mut |_| true).unwrap();
    };
    let change = Change::of(path, &before, &merge);
    change.crash_everywhere(&before);
    change.crash_after_kill(&before);
}
