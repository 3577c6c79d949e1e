//! The other tools, each with settings that are fair to it: its own format, its index, binary
//! between processes, as many threads as ours.

use std::ffi::OsStr;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};
use varidex_benches::Result;

use crate::child::{Usage, measured};
use crate::data::{Data, run};
use crate::figures::Figures;
use crate::size_of;
use crate::tasks::Tasks;

/// What is installed.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) bgzip: bool,
    pub(crate) plink2: bool,
    pub(crate) bcftools: bool,
    pub(crate) pgenlib: bool,
    pub(crate) python: PathBuf,
    pub(crate) alone: bool,
    versions: Vec<String>,
}

impl Tools {
    /// Looks for the tools; with `alone`, bgzip (the floor) and the conversions stay.
    pub(crate) fn find(python: &Path, alone: bool) -> Self {
        let mut versions = Vec::new();
        let mut has = |name: &str, program: &OsStr, arguments: &[&str]| {
            let out = Command::new(program).args(arguments).output();
            let out = out.ok().filter(|out| out.status.success());
            let text = out.map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
            let line = text
                .as_deref()
                .map(|text| text.lines().next().unwrap_or(""));
            versions.push(match line {
                Some(line) => format!("{name}: {}", line.trim()),
                None => format!("{name}: not installed, left out"),
            });
            line.is_some()
        };
        let bgzip = has("bgzip", "bgzip".as_ref(), &["--version"]);
        let bcftools = has("bcftools", "bcftools".as_ref(), &["--version"]);
        let plink2 = has("plink2", "plink2".as_ref(), &["--version"]);
        let version = "import numpy, pgenlib, importlib.metadata as m; print('pgenlib', m.version('pgenlib'))";
        let pgenlib = has("pgenlib", python.as_os_str(), &["-c", version]);
        Self {
            bgzip,
            bcftools,
            plink2: plink2 && !alone,
            pgenlib: pgenlib && !alone,
            python: python.to_owned(),
            alone,
            versions,
        }
    }
}

impl fmt::Display for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.versions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A failure of a peer is reported and its figure left out: it must not stop the others.
fn tell<T>(tool: &str, result: Result<T>) -> Option<T> {
    result.map_err(|error| eprintln!("{tool}: {error}")).ok()
}

/// Runs a script with its paths as `$1`, `$2`, …
fn shell(script: &str, arguments: &[&OsStr]) -> Result<Usage> {
    let mut all: Vec<&OsStr> = vec!["-c".as_ref(), script.as_ref(), "sh".as_ref()];
    all.extend(arguments);
    measured("sh", &all)
}

/// Reads the source with every tool, into its own format where it has one.
pub(crate) fn builds(data: &Data, tools: &Tools, threads: usize, figures: &mut Figures) {
    let threads = threads.to_string();
    let source = data.source.to_string_lossy();
    let mut add = |tool: &str, usage: Result<Usage>| {
        if let Some(usage) = tell(tool, usage) {
            figures.add("build", tool, usage.seconds);
            figures.add("build memory", tool, usage.bytes);
        }
    };
    if tools.bgzip {
        let usage = measured("bgzip", &["-dc", "-@", &threads, &source]);
        add("bgzip -dc (floor)", usage);
    }
    if tools.plink2 {
        let prefix = data.plink.to_string_lossy();
        let arguments = [
            "--vcf",
            &source,
            "--make-pgen",
            "--threads",
            &threads,
            "--vcf-half-call",
            "m",
            "--allow-extra-chr",
            "--output-chr",
            "chrM",
            "--out",
            &prefix,
        ];
        add("plink2", measured("plink2", &arguments));
    }
    if tools.bcftools && !tools.alone {
        let to = data.scratch.join("again.bcf");
        let to = to.to_string_lossy();
        let usage = measured(
            "bcftools",
            &["view", "-Ob", "--threads", &threads, "-o", &to, &source],
        );
        add("bcftools (BCF)", usage);
    }
}

/// Bytes of the same genotypes in every format that is there.
pub(crate) fn sizes(data: &Data, tools: &Tools, figures: &mut Figures) {
    let mut add = |tool: &str, size: Result<u64>| {
        if let Some(size) = tell(tool, size) {
            figures.add("size", tool, size as f64);
        }
    };
    add(".vcf.gz", size_of(&data.source));
    if tools.bcftools {
        add("BCF", size_of(&data.bcf));
    }
    if tools.plink2 {
        let pgen = || -> Result<u64> {
            run(Command::new("plink2")
                .arg("--pfile")
                .arg(&data.plink)
                .args(["--allow-extra-chr", "--make-just-pvar", "zs", "--out"])
                .arg(data.scratch.join("small")))?;
            let sites = size_of(&data.scratch.join("small.pvar.zst"))?;
            Ok(sites + size_of(&data.plink.with_extension("pgen"))?)
        };
        add("PGEN + pvar.zst", pgen());
    }
}

/// pgenlib from Python, in its own process, warm; times are its own.
pub(crate) fn pgenlib(data: &Data, tools: &Tools, tasks: &Tasks, figures: &mut Figures) {
    if tools.pgenlib && data.plink.with_extension("pgen").exists() {
        let input = pgenlib_tasks(data, tasks);
        let script = include_str!("pgenlib_peer.py");
        tell("pgenlib", python(tools, script, &input, "pgenlib", figures));
    }
}

fn pgenlib_tasks(data: &Data, tasks: &Tasks) -> Value {
    let mut points = Map::new();
    for (class, sites) in &tasks.points {
        let sites = sites.iter().map(|site| {
            json!([
                site.contig,
                site.position.one_based(),
                site.reference,
                site.alternate
            ])
        });
        points.insert(class.name().to_owned(), sites.collect());
    }
    let mut groups = Map::new();
    for group in &tasks.groups {
        groups.insert(group.share.to_string(), json!(group.people));
    }
    let people = tasks.people;
    json!({
        "prefix": data.plink.to_string_lossy(),
        "people": people,
        "points": points,
        "small": tasks.small,
        "large": tasks.large,
        "groups": groups,
        "grouped": tasks.grouped(),
        "strata": tasks.strata,
        "matrix": tasks.matrix(),
    })
}

/// Runs a script that reads JSON and writes a measurement a line.
pub(crate) fn python(
    tools: &Tools,
    script: &str,
    input: &Value,
    tool: &str,
    figures: &mut Figures,
) -> Result<()> {
    let mut child = Command::new(&tools.python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut to) = child.stdin.take() {
        to.write_all(input.to_string().as_bytes())?;
    }
    let out = child.wait_with_output()?;
    for line in String::from_utf8(out.stdout)?.lines() {
        if let Some((what, value)) = line.split_once('\t') {
            figures.add(what, tool, value.parse()?);
        }
    }
    if !out.status.success() {
        let told = String::from_utf8_lossy(&out.stderr);
        return Err(told.lines().last().unwrap_or("failed").to_owned().into());
    }
    Ok(())
}

/// plink2 as a process for each question: its start and the reading of the .pvar are in the time.
pub(crate) fn plink2(data: &Data, tools: &Tools, tasks: &Tasks, figures: &mut Figures) {
    const TOOL: &str = "plink2 (process)";
    if !tools.plink2 || !data.plink.with_extension("pgen").exists() {
        return;
    }
    let prefix = data.plink.to_string_lossy();
    let to = data.scratch.join("answer");
    let to = to.to_string_lossy();
    let base = [
        "--pfile",
        &prefix,
        "--allow-extra-chr",
        "--threads",
        "1",
        "--out",
        &to,
    ];
    let ask = |more: &[&str]| measured("plink2", &[&base, more].concat());
    for share in [10, 50] {
        let (Ok(group), Some(window)) = (tasks.group(share), tasks.large.first()) else {
            continue;
        };
        let keep = group.file.to_string_lossy();
        let (from, end) = (window.from.to_string(), window.to.to_string());
        let window = [
            "--keep",
            &*keep,
            "--chr",
            &window.contig,
            "--from-bp",
            &from,
            "--to-bp",
            &end,
        ];
        for (what, how) in [
            ("ac_an", &["--freq", "counts"][..]),
            ("full counts", &["--geno-counts"]),
        ] {
            if let Some(usage) = tell(TOOL, ask(&[&window, how].concat())) {
                figures.add(&format!("{what} {share}"), TOOL, usage.seconds);
            }
        }
    }
    if let Some(usage) = tell(TOOL, ask(&["--freq", "counts"])) {
        figures.add("every ac", TOOL, usage.seconds);
    }
}

/// bcftools on the indexed BCF, a process (or a pipe of them) for each question.
pub(crate) fn bcftools(data: &Data, tools: &Tools, tasks: &Tasks, figures: &mut Figures) {
    const TOOL: &str = "bcftools (process)";
    if !tools.bcftools || tools.alone {
        return;
    }
    let bcf = data.bcf.as_os_str();
    let mut ask = |what: &str, calls: usize, f: &mut dyn FnMut() -> Result<f64>| {
        if !figures.is_slow(what, TOOL)
            && let Some(seconds) = tell(TOOL, f())
        {
            figures.add(what, TOOL, seconds / calls as f64);
        }
    };
    for (class, sites) in &tasks.points {
        let few: Vec<_> = sites.iter().take(3).collect();
        for (what, script) in [
            ("counts", r#"bcftools view -r "$1" -Ou "$2""#),
            (
                "carriers",
                r#"bcftools query -r "$1" -i 'GT="alt"' -f '[%SAMPLE\n]' "$2""#,
            ),
        ] {
            ask(&format!("{what} {}", class.name()), few.len(), &mut || {
                few.iter().try_fold(0.0, |sum, site| {
                    let position = site.position.one_based();
                    let region = format!("{}:{position}-{position}", site.contig);
                    Ok(sum + shell(script, &[region.as_ref(), bcf])?.seconds)
                })
            });
        }
    }
    if let Some(window) = tasks.small.first() {
        let region = window.region();
        let script = r#"bcftools query -r "$1" -i 'GT="alt"' -f '[%SAMPLE\n]' "$2" | sort -u"#;
        ask("region carriers", 1, &mut || {
            Ok(shell(script, &[region.as_ref(), bcf])?.seconds)
        });
    }
    for share in [10, 50] {
        let (Ok(group), Some(window)) = (tasks.group(share), tasks.large.first()) else {
            continue;
        };
        let region = window.region();
        for (what, tags) in [("ac_an", "AC,AN"), ("full counts", "AC,AN,AC_Het,AC_Hom")] {
            let script = r#"bcftools view -r "$1" -S "$2" -Ou "$3" | bcftools +fill-tags -Ou -- -t "$4" | bcftools query -f '%POS %AC %AN\n'"#;
            let arguments = [region.as_ref(), group.file.as_ref(), bcf, tags.as_ref()];
            ask(&format!("{what} {share}"), 1, &mut || {
                Ok(shell(script, &arguments)?.seconds)
            });
        }
    }
    let script = r#"bcftools +fill-tags -Ou "$1" -- -t AC,AN | bcftools query -f '%POS %AC %AN\n'"#;
    ask("every ac", 1, &mut || Ok(shell(script, &[bcf])?.seconds));
}
