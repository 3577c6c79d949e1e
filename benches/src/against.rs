//! The same bench of this build and of an older one, in turn: what has become slower.
//!
//! Each binary works in a folder of its own, where it builds its own dataset: formats may differ.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::Result;

/// More than so many times the older build's time is too slow.
const BAR: f64 = 1.15;

/// One figure of a run.
#[derive(Debug)]
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// Seconds, or else bytes.
    pub value: f64,
    /// Whether it is a time: others are shown, and held to no bar.
    pub time: bool,
    /// What was found, where that is reported: both builds should find the same.
    pub answer: String,
}

/// One of the two builds.
#[derive(Debug)]
pub struct Build {
    /// The bench's program.
    pub binary: PathBuf,
    /// Where it keeps its data.
    pub folder: PathBuf,
}

impl Build {
    /// A build with a folder of its own in `dir`, which is emptied where another binary had it.
    fn new(binary: &Path, dir: &Path, name: &str) -> Result<Self> {
        let bytes = fs::read(binary).map_err(|e| format!("{}: {e}", binary.display()))?;
        let mut hasher = DefaultHasher::new();
        hasher.write(&bytes);
        let hash = format!("{:016x}", hasher.finish());
        let folder = dir.join("against").join(name);
        let marker = folder.join("binary");
        if fs::read_to_string(&marker).ok().as_deref() != Some(&hash) {
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            fs::create_dir_all(&folder)?;
            fs::write(marker, hash)?;
        }
        Ok(Self {
            binary: binary.to_owned(),
            folder,
        })
    }

    /// What the program prints; an error where it fails.
    ///
    /// # Errors
    ///
    /// Where it cannot be run, or does not end well.
    pub fn output(&self, command: &mut Command) -> Result<String> {
        let out = command.output()?;
        if !out.status.success() {
            let reported = String::from_utf8_lossy(&out.stderr);
            let binary = self.binary.display();
            return Err(format!("{binary}: {}: {}", out.status, reported.trim()).into());
        }
        Ok(String::from_utf8(out.stdout)?)
    }
}

/// Runs this program and an older one in turn, and prints the ratio of each figure. Fails where one is
/// above the bar.
///
/// # Errors
///
/// Where one of them cannot be run.
pub fn against(
    older: &Path,
    dir: &Path,
    rounds: usize,
    run: &dyn Fn(&Build) -> Result<Vec<Figure>>,
) -> Result<ExitCode> {
    let builds = [
        Build::new(&std::env::current_exe()?, dir, "now")?,
        Build::new(older, dir, "older")?,
    ];
    let mut order: Vec<String> = Vec::new();
    let mut figures: [HashMap<String, Vec<Figure>>; 2] = Default::default();
    for round in 0..rounds.max(1) {
        // who runs second finds a warmer machine
        for side in [round % 2, 1 - round % 2] {
            eprintln!(
                "round {} of {rounds}: {}",
                round + 1,
                ["now", "older"][side]
            );
            for figure in run(&builds[side])? {
                if !order.contains(&figure.what) {
                    order.push(figure.what.clone());
                }
                figures[side]
                    .entry(figure.what.clone())
                    .or_default()
                    .push(figure);
            }
        }
    }
    let (text, slower) = table(&order, &figures);
    print(&text)?;
    Ok(match slower {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// The table, and how many figures are above the bar.
fn table(order: &[String], figures: &[HashMap<String, Vec<Figure>>; 2]) -> (String, usize) {
    let mut text = format!(
        "{:<58} {:>12} {:>12} {:>7} {:>9}\n",
        "what", "now", "older", "ratio", "of least"
    );
    let mut slower = 0;
    // writing to a String cannot fail
    for what in order {
        let [now, older] = figures.each_ref().map(|side| side.get(what));
        let (Some(now), Some(older)) = (now, older) else {
            let _ = writeln!(text, "{what:<58} of one build only");
            continue;
        };
        let ratio = median(now) / median(older);
        let time = now.iter().all(|figure| figure.time);
        let above = time && ratio > BAR;
        slower += usize::from(above);
        let answers = |figures: &[Figure]| figures.last().map(|f| f.answer.clone());
        let note = match (above, answers(now) == answers(older)) {
            (true, _) => "  SLOWER",
            (false, true) => "",
            (false, false) => "  other answers",
        };
        let least = least(now) / least(older);
        let _ = writeln!(
            text,
            "{what:<58} {:>12} {:>12} {ratio:>7.3} {least:>9.3}{note}",
            show(median(now), time),
            show(median(older), time),
        );
    }
    let _ = writeln!(text, "{slower} slower than {BAR} times the older build");
    (text, slower)
}

fn median(figures: &[Figure]) -> f64 {
    let mut values: Vec<f64> = figures.iter().map(|figure| figure.value).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}

fn least(figures: &[Figure]) -> f64 {
    let values = figures.iter().map(|figure| figure.value);
    values.fold(f64::INFINITY, f64::min)
}

fn show(value: f64, time: bool) -> String {
    match (time, value) {
        (true, 1.0..) => format!("{value:.2} s"),
        (true, 1e-3..) => format!("{:.2} ms", value * 1e3),
        (true, 1e-6..) => format!("{:.2} us", value * 1e6),
        (true, _) => format!("{:.0} ns", value * 1e9),
        (false, _) => format!("{:.2} MB", value / 1e6),
    }
}

fn print(text: &str) -> Result<()> {
    use std::io::Write;
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}
