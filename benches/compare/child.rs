//! Running programs, ours among them, as children, with their time and memory measured.
//!
//! The kernel keeps the peak memory of a process's children as one maximum. Each measured program
//! is therefore the only child of a process of its own: this binary, started as `compare child-…`.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use varidex::{BuildOptions, Dataset};
use varidex_benches::Result;

use crate::data::Data;
use crate::figures::Figures;

const USAGE: &str = "child-usage";
const BUILD: &str = "child-build";
const OPEN: &str = "child-open";

/// What a finished program took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) seconds: f64,
    /// Peak resident memory of the largest of its processes.
    pub(crate) bytes: f64,
}

/// Runs a program to its end, its output thrown away.
pub(crate) fn measured<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> Result<Usage> {
    let out = Command::new(std::env::current_exe()?)
        .arg(USAGE)
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()?;
    if !out.status.success() {
        let told = String::from_utf8_lossy(&out.stderr);
        let last = told.lines().rfind(|line| !line.trim().is_empty());
        return Err(format!("{program} failed: {}", last.unwrap_or("no message")).into());
    }
    let text = String::from_utf8(out.stdout)?;
    let mut numbers = text.split_ascii_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next()) {
        (Some(seconds), Some(bytes)) => Ok(Usage {
            seconds: seconds?,
            bytes: bytes?,
        }),
        _ => Err(format!("no usage of {program} in {text:?}").into()),
    }
}

/// Builds our dataset in a process of its own.
pub(crate) fn ours(data: &Data, threads: usize, figures: &mut Figures) -> Result<()> {
    let program = std::env::current_exe()?;
    let program = program.to_str().ok_or("the path of compare is not text")?;
    let threads = threads.to_string();
    let arguments = [
        OsStr::new(BUILD),
        data.source.as_os_str(),
        data.dataset.as_os_str(),
        OsStr::new(&threads),
    ];
    let usage = measured(program, &arguments)?;
    figures.add("build", "varidex", usage.seconds);
    figures.add("build memory", "varidex", usage.bytes);
    Ok(())
}

/// Opens our dataset in a process of its own, and asks for one allele.
pub(crate) fn open(data: &Data, figures: &mut Figures) -> Result<()> {
    // the first one after something else finds neither program nor data in the caches
    for _ in 0..5 {
        let out = Command::new(std::env::current_exe()?)
            .arg(OPEN)
            .arg(&data.dataset)
            .output()?;
        let text = String::from_utf8(out.stdout)?;
        for (name, value) in text.lines().filter_map(|line| line.split_once('\t')) {
            figures.add(name, "varidex", value.parse()?);
        }
    }
    Ok(())
}

/// Does what this process was started for, where it is such a child.
pub(crate) fn run() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [USAGE, program, rest @ ..] => report_usage(program, rest)?,
        [BUILD, source, to, threads] => {
            let options = BuildOptions {
                threads: Some(threads.parse()?),
                replace: true,
                ..BuildOptions::default()
            };
            varidex::build(&[source], to, &options, &mut |_| true)?;
        }
        [OPEN, path] => report_open(Path::new(path))?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn report_usage(program: &str, arguments: &[&str]) -> Result<()> {
    let started = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .status()?;
    let seconds = started.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{program}: {status}").into());
    }
    let kibibytes = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
    tell(&format!("{seconds}\t{}\n", kibibytes * 1024))
}

fn report_open(path: &Path) -> Result<()> {
    let before = resident()?;
    let started = Instant::now();
    let dataset = Dataset::open(path)?.view();
    let opened = started.elapsed().as_secs_f64();
    let contig = dataset.contigs().next().unwrap_or_default().to_owned();
    let mut variants = dataset.variants(contig.as_str())?;
    if let Some(mut variant) = variants.next()? {
        variant.counts()?;
    }
    let answered = started.elapsed().as_secs_f64();
    let memory = resident()?;
    tell(&format!(
        "open\t{opened}\nopen and first row\t{answered}\nopen memory\t{memory}\nopen memory, added\t{}\n",
        memory.saturating_sub(before)
    ))
}

fn tell(text: &str) -> Result<()> {
    use std::io::Write;
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

/// Resident bytes of this process.
fn resident() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_ascii_whitespace().next());
    Ok(number
        .ok_or("no VmRSS in /proc/self/status")?
        .parse::<u64>()?
        * 1024)
}
