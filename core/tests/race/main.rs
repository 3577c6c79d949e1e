//! One writer and eight readers: four threads, of which two share a dataset that stays open, and four processes.
//!
//! Each step of the writer is in a history that follows from a seed, and a file says how many were begun and have ended: a
//! byte when a step begins, and one when it has returned. So a reader knows between which states the one must be that it
//! was answered by, and compares all that a view says with the plain model of each of them. A view that says anything else
//! has mixed two states, or shows somebody who had withdrawn when it was made.
//!
//! It takes some seconds; `VARIDEX_RACE_SECONDS` says how many (`make race`: 600).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    missing_docs,
    reason = "a test says what is wrong by failing"
)]

mod model;
mod reader;

use model::{History, KEPT, Step, people, vcf};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use varidex::{BuildOptions, CompactOptions, ConsentOptions, Dataset, Purpose, Withdrawal};

const SECONDS: &str = "VARIDEX_RACE_SECONDS";
const FOLDER: &str = "VARIDEX_RACE_FOLDER";
const SEED: &str = "VARIDEX_RACE_SEED";
const NUMBER: &str = "VARIDEX_RACE_READER";
/// A history of its own every so often: opening reads all decisions that were ever made.
const ROUND: Duration = Duration::from_secs(60);

/// What writer and readers share.
#[derive(Debug, Clone)]
pub struct Place {
    folder: PathBuf,
    seed: u64,
}

impl Place {
    pub fn dataset(&self) -> PathBuf {
        self.folder.join("cohort.vdx")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn stop(&self) -> PathBuf {
        self.folder.join("stop")
    }

    /// How many steps have ended, and how many were begun.
    pub fn steps(&self) -> (usize, usize) {
        let noted = fs::metadata(self.log()).unwrap().len() as usize;
        (noted / 2, noted.div_ceil(2))
    }

    pub fn is_over(&self) -> bool {
        self.stop().exists()
    }
}

/// Carries out the steps of a history.
struct Writer<'a> {
    place: &'a Place,
    history: History,
    log: File,
    steps: usize,
}

impl<'a> Writer<'a> {
    fn new(place: &'a Place) -> Self {
        let mut log = OpenOptions::new();
        let log = log.create(true).append(true).open(place.log());
        Self {
            place,
            history: History::new(place.seed),
            log: log.unwrap(),
            steps: 0,
        }
    }

    fn step(&mut self) {
        let (step, _) = self.history.next();
        self.steps += 1;
        self.log.write_all(b"<").unwrap();
        self.carry_out(&step);
        self.log.write_all(b">").unwrap();
    }

    fn carry_out(&self, step: &Step) {
        let dataset = self.place.dataset();
        match step {
            Step::Build(samples) => {
                let options = self.options(samples);
                let input = self.write("input.vcf", &vcf(samples));
                varidex::build(&[input], dataset, &options, &mut |_| true).unwrap();
            }
            Step::Add(samples) => {
                let options = self.options(samples);
                let input = self.write("input.vcf", &vcf(samples));
                varidex::add(&[input], dataset, &options, &mut |_| true).unwrap();
            }
            Step::Compact => {
                let options = CompactOptions {
                    threads: Some(1),
                    keep: KEPT,
                    ..CompactOptions::default()
                };
                varidex::compact(dataset, &options, &mut |_| true).unwrap();
            }
            Step::Decide(samples, purpose, allows) => {
                let mut what = Withdrawal::default();
                what.individuals.clone_from(samples);
                what.purposes.extend(*purpose);
                match allows {
                    true => varidex::restore(dataset, &what).unwrap(),
                    false => varidex::withdraw(dataset, &what).unwrap(),
                };
            }
            Step::Load(acts) => {
                let line = |(id, purpose, allows): &model::Act| {
                    let purpose = purpose.map_or("all", Purpose::name);
                    format!("{id}\t{purpose}\t{}\n", if *allows { "in" } else { "out" })
                };
                let text: String = acts.iter().map(line).collect();
                let list = self.write(&format!("{}.tsv", self.steps), &text);
                varidex::record_consent(dataset, &[&list], &ConsentOptions::default()).unwrap();
                fs::remove_file(list).unwrap();
            }
        }
    }

    fn options(&self, samples: &[String]) -> BuildOptions {
        let mut options = BuildOptions {
            replace: true,
            threads: Some(1),
            keep: KEPT,
            ..BuildOptions::default()
        };
        options.people.files = vec![self.write("people.tsv", &people(samples))];
        options
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.place.folder.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

/// What a process of a reader runs; nothing when started among the other tests.
#[test]
fn reader_in_a_process() {
    let of = |name: &str| std::env::var(name).ok();
    let (Some(folder), Some(seed), Some(number)) = (of(FOLDER), of(SEED), of(NUMBER)) else {
        return;
    };
    let place = Place {
        folder: folder.into(),
        seed: seed.parse().unwrap(),
    };
    let asked = reader::read(&place, number.parse().unwrap(), None);
    println!("asked {asked}");
}

fn process(place: &Place, number: u64) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "reader_in_a_process",
        "--exact",
        "--nocapture",
        "--test-threads=1",
    ]);
    command.env(FOLDER, &place.folder);
    command.env(SEED, place.seed.to_string());
    command.env(NUMBER, number.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(Stdio::piped()).spawn().unwrap()
}

/// Steps that were taken, and views that were compared.
fn round(folder: &Path, seed: u64, lasts: Duration) -> (usize, u64) {
    let place = Place {
        folder: folder.to_owned(),
        seed,
    };
    let mut writer = Writer::new(&place);
    writer.step();
    let shared = Dataset::open(place.dataset()).unwrap();
    let children: Vec<Child> = (4..8).map(|number| process(&place, number)).collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let (place, shared) = (&place, (number < 2).then_some(&shared));
                scope.spawn(move || reader::read(place, number, shared))
            })
            .collect();
        let end = Instant::now() + lasts;
        let failed = || {
            threads
                .iter()
                .any(std::thread::ScopedJoinHandle::is_finished)
        };
        while Instant::now() < end && !failed() {
            writer.step();
            std::thread::sleep(Duration::from_millis(writer.steps as u64 % 4));
        }
        fs::write(place.stop(), "").unwrap();
        let mut asked = 0;
        for child in children {
            let said = child.wait_with_output().unwrap();
            let out = String::from_utf8_lossy(&said.stdout);
            let problem = String::from_utf8_lossy(&said.stderr);
            assert!(said.status.success(), "{out}{problem}");
            let number = out.lines().find_map(|line| line.split_once("asked "));
            asked += number.unwrap().1.parse::<u64>().unwrap();
        }
        for thread in threads {
            asked += thread.join().unwrap();
        }
        (writer.steps, asked)
    })
}

#[test]
fn readers_are_answered_by_a_state_that_was_there() {
    let seconds = std::env::var(SECONDS).map_or(4, |text| text.parse().unwrap());
    let mut left = Duration::from_secs(seconds);
    let mut seed = 1;
    while left > Duration::ZERO {
        let lasts = left.min(ROUND);
        let folder = tempfile::tempdir().unwrap();
        let (steps, asked) = round(folder.path(), seed, lasts);
        println!("history {seed}: {steps} steps, {asked} views");
        assert!(
            steps > 3 && asked > 8,
            "too slow: {steps} steps, {asked} views"
        );
        let dataset = Dataset::open(folder.path().join("cohort.vdx")).unwrap();
        dataset.verify().unwrap();
        left -= lasts;
        seed += 1;
    }
}
