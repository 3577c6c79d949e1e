//! The program, killed while it writes, and on a disk that is full: the dataset is the old one or the new one, whole, and
//! the next run succeeds without a hand.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::varidex;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use varidex::Dataset;

const ROUNDS: u32 = 12;

/// A file that takes a moment to build.
fn vcf(path: &Path, samples: std::ops::Range<usize>) {
    let names: Vec<String> = samples.clone().map(|n| format!("S{n}")).collect();
    let mut text = format!(
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n",
        names.join("\t")
    );
    for position in 1..800 {
        let _ = write!(text, "1\t{position}\t.\tA\tG\t.\t.\t.\tGT");
        for sample in samples.clone() {
            let carries = (position * (sample + 7)).is_multiple_of(11);
            text += if carries { "\t0|1" } else { "\t0|0" };
        }
        text.push('\n');
    }
    fs::write(path, text).unwrap();
}

/// A folder with a dataset of forty samples of which one withdrew, a file of five more and a list of decisions.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        vcf(&place.path("first.vcf"), 0..40);
        vcf(&place.path("more.vcf"), 40..45);
        vcf(&place.path("other.vcf"), 0..45);
        let line = |n| format!("S{n}\tall\tout\t2026-01-01\t\tform {n} of the first clinic\n");
        let list: String = (0..40).map(line).collect();
        fs::write(place.path("list.tsv"), list).unwrap();
        let (input, to) = (place.text("first.vcf"), place.text("d.vdx"));
        varidex(&["build", "-q", &input, "-o", &to])
            .assert()
            .success();
        let withdraw = ["withdraw", "-q", &to, "--samples", "S7"];
        varidex(&withdraw).assert().success();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// A copy of the dataset.
    fn copy(&self, name: &str) -> PathBuf {
        let to = self.path(name);
        let _ = fs::remove_dir_all(&to);
        fs::create_dir(&to).unwrap();
        for entry in fs::read_dir(self.path("d.vdx")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
        to
    }

    /// The program with a command, of which `TO` is the dataset.
    fn command(&self, words: &[&str], to: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_varidex"));
        let words = words.iter().map(|word| match *word {
            "TO" => to.display().to_string(),
            word => word.to_owned(),
        });
        command.args(words).arg("-q").current_dir(self.0.path());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

/// The state, and who is seen of it.
fn seen(path: &Path) -> (String, Vec<String>) {
    let dataset = Dataset::open(path).unwrap();
    dataset.verify().unwrap();
    let view = dataset.view();
    let names = view.sample_names().unwrap().map(str::to_owned).collect();
    (dataset.snapshot().to_owned(), names)
}

fn names(path: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(path).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

/// Kills a command at moments that are spread over the time that it takes.
fn kill_everywhere(place: &Place, words: &[&str]) {
    let whole = place.copy("whole.vdx");
    let old = seen(&whole);
    let started = Instant::now();
    assert!(place.command(words, &whole).status().unwrap().success());
    let usual = started.elapsed();
    let (new, files) = (seen(&whole), names(&whole));
    assert!(old != new, "{words:?}: nothing changes");
    let mut killed = 0;
    for round in 0..ROUNDS {
        let to = place.copy("killed.vdx");
        let mut child = place.command(words, &to).spawn().unwrap();
        std::thread::sleep(usual * ((round * 5) % ROUNDS + 1) / ROUNDS);
        let _ = child.kill();
        let done = child.wait().unwrap().success();
        killed += u32::from(!done);
        let found = seen(&to);
        let when = format!("{words:?}, round {round}");
        assert!(found == new || !done && found == old, "{when}: {found:?}");
        let next = place.command(words, &to).status().unwrap();
        // samples that are there already are refused
        assert!(
            next.success() || words[0] == "add" && found == new,
            "{when}"
        );
        assert_eq!(seen(&to), new, "{when}");
        let mut left = names(&to);
        // a writer that was refused, too, takes away what the one before left
        left.insert("decisions.lock".to_owned());
        let mut files = files.clone();
        files.insert("decisions.lock".to_owned());
        assert_eq!(left, files, "{when}");
    }
    assert!(killed > 0, "{words:?}: none was killed in time");
}

#[test]
fn states_are_old_or_new() {
    let place = Place::new();
    kill_everywhere(&place, &["build", "other.vcf", "-o", "TO", "--force"]);
    kill_everywhere(&place, &["add", "TO", "more.vcf"]);
    kill_everywhere(&place, &["add", "TO", "more.vcf", "--keep", "2"]);
    kill_everywhere(&place, &["compact", "TO", "--erase"]);
}

#[test]
fn decisions_are_recorded_or_not() {
    let place = Place::new();
    kill_everywhere(&place, &["withdraw", "TO", "--samples", "S1,S2,S3"]);
    kill_everywhere(&place, &["restore", "TO", "--samples", "S7"]);
    kill_everywhere(&place, &["consent", "TO", "list.tsv"]);
}

/// No file may grow beyond some blocks: as on a full disk, a write succeeds in part.
#[test]
fn a_full_disk_takes_no_half_of_a_decision() {
    let place = Place::new();
    for words in [
        &["consent", "TO", "list.tsv"][..],
        &["add", "TO", "more.vcf"],
        &["build", "other.vcf", "-o", "TO", "--force"],
    ] {
        let to = place.copy("full.vdx");
        let (before, files) = (seen(&to), names(&to));
        let decisions = fs::read(to.join("decisions")).unwrap();
        let program = place.command(words, &to);
        let mut command = std::process::Command::new("sh");
        // in blocks of 512 or 1,024 bytes: the list takes more, what is there less
        command.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""]);
        command.arg(program.get_program()).args(program.get_args());
        command.current_dir(place.0.path());
        let refused = assert_cmd::Command::from_std(command).assert().code(5);
        refused.stderr(contains("full.vdx").and(contains("File too large")));
        assert_eq!(seen(&to), before, "{words:?}");
        assert_eq!(fs::read(to.join("decisions")).unwrap(), decisions);
        let mut left = names(&to);
        left.insert("decisions.lock".to_owned());
        assert_eq!(left, files, "{words:?}");
        let started = Instant::now();
        assert!(place.command(words, &to).status().unwrap().success());
        assert!(started.elapsed() < Duration::from_secs(300));
        assert_ne!(seen(&to), before, "{words:?}");
    }
}
