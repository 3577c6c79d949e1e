//! A small cohort, its dataset, and a way to run the program.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

/// The cohort, written by hand.
pub const COHORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cohort.vcf");

/// No command of a test takes as long: what hangs is killed, and the test fails.
const BOUND: Duration = Duration::from_secs(300);

/// The program.
pub fn varidex(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_varidex"));
    command.args(arguments).timeout(BOUND);
    command
}

/// Kills a child that is not done when it is due, so that what reads from it does not wait for ever.
pub struct Bounded(Option<mpsc::Sender<()>>, Option<JoinHandle<()>>);

impl Bounded {
    pub fn new(child: &Child) -> Self {
        let id = child.id().to_string();
        let (done, waiting) = mpsc::channel();
        let killer = std::thread::spawn(move || {
            if waiting.recv_timeout(BOUND) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = std::process::Command::new("kill")
                    .args(["-KILL", &id])
                    .status();
            }
        });
        Self(Some(done), Some(killer))
    }
}

impl Drop for Bounded {
    fn drop(&mut self) {
        self.0.take();
        let _ = self.1.take().map(JoinHandle::join);
    }
}

/// A directory of its own with the dataset of the cohort in it.
pub struct Fixture {
    pub dir: tempfile::TempDir,
}

impl Fixture {
    pub fn new() -> Self {
        let fixture = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        let dataset = fixture.dataset();
        varidex(&["build", COHORT, "--info", "CADD", "-q", "-o", &dataset])
            .assert()
            .success()
            .stdout("")
            .stderr("");
        fixture
    }

    pub fn dataset(&self) -> String {
        self.path("cohort.vdx").display().to_string()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs a command on the dataset.
    pub fn run(&self, command: &str, arguments: &[&str]) -> Assert {
        let dataset = self.dataset();
        let mut all = vec![command, &dataset];
        all.extend(arguments);
        varidex(&all).current_dir(self.dir.path()).assert()
    }

    /// What a command writes to standard output.
    pub fn answer(&self, command: &str, arguments: &[&str]) -> String {
        let output = self.run(command, arguments).success();
        let output = output.get_output();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        String::from_utf8(output.stdout.clone()).unwrap()
    }
}

pub fn texts(value: &Value) -> Vec<&str> {
    let values = value.as_array().map(Vec::as_slice).unwrap_or_default();
    values.iter().map(|text| text.as_str().unwrap()).collect()
}

/// Builds a dataset by a recipe of `format-spec`, of which paths are relative to `spec`.
pub fn build(spec: &str, recipe: &Value, dir: &Path, name: &str) -> String {
    let dataset = dir.join(name).display().to_string();
    let mut arguments = vec!["build".to_owned(), "-q".to_owned()];
    let cohort = dir.join("cohort");
    if let Some(simulate) = recipe["simulate"].as_object() {
        let numbers = simulate.iter();
        let flags = numbers.flat_map(|(name, number)| [format!("--{name}"), number.to_string()]);
        let flags: Vec<String> = flags.collect();
        let to = cohort.display().to_string();
        let all = ["simulate", "-q", "-o", &to];
        varidex(&all).args(flags).assert().success();
        arguments.push(cohort.join("cohort.vcf.gz").display().to_string());
    }
    arguments.extend(texts(&recipe["inputs"]).into_iter().map(str::to_owned));
    for (key, flag) in [
        ("people", "--people"),
        ("ontologies", "--ontology"),
        ("genes", "--genes"),
        ("info", "--info"),
    ] {
        for value in texts(&recipe[key]) {
            arguments.extend([flag.to_owned(), value.to_owned()]);
        }
    }
    if let Some(reference) = recipe["reference"].as_str() {
        arguments.extend(["--reference".to_owned(), reference.to_owned()]);
    }
    arguments.extend(["-o".to_owned(), dataset.clone()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = varidex(&arguments);
    command.current_dir(spec).assert().success().stderr("");
    dataset
}

/// A file of the dataset by the end of its name.
pub fn file_of(dataset: &Path, end: &str) -> PathBuf {
    let entries = std::fs::read_dir(dataset).unwrap();
    let mut files = entries.map(|entry| entry.unwrap().path());
    files
        .find(|file| file.to_string_lossy().ends_with(end))
        .unwrap()
}

/// A table of the tests, with columns set apart by blanks, as the program writes it.
pub fn table(text: &str) -> String {
    let lines: Vec<String> = text
        .trim()
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join("\t"))
        .collect();
    lines.join("\n") + "\n"
}
